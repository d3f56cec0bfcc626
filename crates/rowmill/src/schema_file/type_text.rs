//! Types as text: `decimal(38,10)`, `list<struct<a:int32,b:map<string,json>>>`.

use std::borrow::Cow;

use arrow_schema::{DataType, TimeUnit};
use rowmill_json::{Allow, Column, Kind, Unknown};

/// Deepest nesting that is read, the same as [`Layout::new`](crate::Layout::new) accepts:
/// the readers recurse, so text from outside must not set the depth.
pub(super) const DEEPEST: usize = 64;

type Make = fn(String) -> Column;

/// Every type that is one word, and how a column of it is made.
const WORDS: [(&str, Make); 18] = [
    ("int32", Column::int32),
    ("int64", Column::int64),
    ("uint64", Column::uint64),
    ("float64", Column::float64),
    ("bool", Column::boolean),
    ("string", Column::string),
    ("string_view", Column::string_view),
    ("uuid", Column::uuid),
    ("date", Column::date),
    ("timestamp_us", Column::timestamp_us),
    ("timestamp_ns", Column::timestamp_ns),
    ("duration", Column::duration),
    ("json", Column::json),
    ("enum", Column::category),
    ("duration_parts", Column::duration_parts),
    ("raw_json", Column::raw_json),
    ("line_number", Column::line_number),
    ("unread", Column::unread),
];

type Flag = fn(&mut Allow) -> &mut bool;

/// Every leniency by its name, and where it is kept.
pub(super) const LENIENCIES: [(&str, Flag); 5] = [
    ("empty_as_null", |allow| &mut allow.empty_as_null),
    ("date_as_midnight", |allow| &mut allow.date_as_midnight),
    ("cut_digits", |allow| &mut allow.cut_digits),
    ("round_digits", |allow| &mut allow.round_digits),
    ("rescue_digits", |allow| &mut allow.rescue_digits),
];

/// What becomes of unknown keys, by name.
pub(super) const UNKNOWN: [(&str, Unknown); 3] =
    [("ignore", Unknown::Ignore), ("error", Unknown::Error), ("rescue", Unknown::Rescue)];

/// The word for a type; of nested ones only the outer word, as used beside `fields`, `item` and
/// `value`.
pub(crate) fn name(kind: &Kind) -> Cow<'static, str> {
    let word = match kind {
        Kind::Uuid => "uuid",
        Kind::Json => "json",
        Kind::Duration => "duration",
        Kind::DurationParts => "duration_parts",
        Kind::RawJson => "raw_json",
        Kind::LineNumber => "line_number",
        Kind::Unread => "unread",
        Kind::Union(_) => "union",
        Kind::List(_) => "list",
        Kind::Record(_) => "struct",
        Kind::Map(_) => "map",
        Kind::Leaf(DataType::Int32) => "int32",
        Kind::Leaf(DataType::Int64) => "int64",
        Kind::Leaf(DataType::UInt64) => "uint64",
        Kind::Leaf(DataType::Float64) => "float64",
        Kind::Leaf(DataType::Boolean) => "bool",
        Kind::Leaf(DataType::Utf8) => "string",
        Kind::Leaf(DataType::Utf8View) => "string_view",
        Kind::Leaf(DataType::Date32) => "date",
        Kind::Leaf(DataType::Dictionary(..)) => "enum",
        Kind::Leaf(DataType::Timestamp(TimeUnit::Microsecond, _)) => "timestamp_us",
        Kind::Leaf(DataType::Timestamp(TimeUnit::Nanosecond, _)) => "timestamp_ns",
        Kind::Leaf(DataType::Decimal128(precision, scale)) => {
            return format!("decimal({precision},{scale})").into();
        }
        // No layout holds another kind today. One that comes later prints as a type that `parse`
        // refuses by name, which beats printing a wrong one.
        other => return format!("{other:?}").into(),
    };
    word.into()
}

/// A column of the type that `text` says, at `depth` levels of nesting; the error is the reason.
pub(super) fn parse(text: &str, column: &str, depth: usize) -> Result<Column, String> {
    let mut parser = Parser { rest: text };
    let parsed = parser.one(column.to_owned(), depth).and_then(|column| {
        if parser.rest.trim_start().is_empty() {
            Ok(column)
        } else {
            Err(parser.expected("the end"))
        }
    });
    // A lone wrong word is named by its own message.
    parsed.map_err(|reason| {
        if text.contains(['<', '(']) { format!("type \"{text}\": {reason}") } else { reason }
    })
}

/// What is left of the text. Every step first passes over blanks.
struct Parser<'a> {
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn one(&mut self, column: String, depth: usize) -> Result<Column, String> {
        if depth > DEEPEST {
            return Err(format!("is nested deeper than {DEEPEST}"));
        }
        match self.word() {
            "decimal" => self.decimal(column),
            "list" => {
                self.symbol('<')?;
                let item = self.one(String::new(), depth + 1)?;
                self.symbol('>')?;
                Ok(Column::list(column, item))
            }
            "map" => {
                self.symbol('<')?;
                if self.word() != "string" {
                    return Err("the keys of a map are string".into());
                }
                self.symbol(',')?;
                let value = self.one(String::new(), depth + 1)?;
                self.symbol('>')?;
                Ok(Column::map(column, value))
            }
            "struct" => {
                self.symbol('<')?;
                let mut fields = Vec::new();
                loop {
                    let name = self.field_name()?;
                    self.symbol(':')?;
                    fields.push(self.one(name, depth + 1)?);
                    if self.symbol(',').is_err() {
                        break;
                    }
                }
                self.symbol('>')?;
                Ok(Column::record(column, fields))
            }
            word => match WORDS.iter().find(|(known, _)| *known == word) {
                Some((_, make)) => Ok(make(column)),
                None => Err(unknown(word)),
            },
        }
    }

    fn decimal(&mut self, column: String) -> Result<Column, String> {
        if self.symbol('(').is_err() {
            return Err(
                "decimal needs its digits and those after the point, as in decimal(38,10)".into()
            );
        }
        let precision = self.number()?;
        self.symbol(',')?;
        let scale = self.number()?;
        self.symbol(')')?;
        Ok(Column::decimal(column, precision, scale))
    }

    /// A whole number; that it makes sense where it stands is checked with the layout.
    fn number<N: std::str::FromStr>(&mut self) -> Result<N, String> {
        let word = self.word();
        word.parse().map_err(|_| format!("expected a number of digits, found \"{word}\""))
    }

    /// Letters, digits, `_` and signs, as far as they go.
    fn word(&mut self) -> &'a str {
        let text = self.rest.trim_start();
        let end = text
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '+')))
            .unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        self.rest = rest;
        word
    }

    fn symbol(&mut self, symbol: char) -> Result<(), String> {
        let rest = self.rest.trim_start().strip_prefix(symbol);
        self.rest = rest.ok_or_else(|| self.expected(&format!("\"{symbol}\"")))?;
        Ok(())
    }

    fn field_name(&mut self) -> Result<String, String> {
        let text = self.rest.trim_start();
        if text.starts_with('"') {
            // The stream reads one JSON value and tells where it ended.
            let mut strings = serde_json::Deserializer::from_str(text).into_iter::<String>();
            let name = match strings.next() {
                Some(Ok(name)) => name,
                _ => return Err("a quoted field name is no JSON string".into()),
            };
            self.rest = text.get(strings.byte_offset()..).unwrap_or_default();
            return Ok(name);
        }
        let end = text.find(['<', '>', ',', ':', '"']).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        if name.is_empty() {
            return Err(self.expected("a field name"));
        }
        self.rest = rest;
        Ok(name.trim_end().to_owned())
    }

    fn expected(&self, what: &str) -> String {
        match self.rest.trim() {
            "" => format!("expected {what}, found the end"),
            rest => format!("expected {what}, found \"{rest}\""),
        }
    }
}

#[cold]
fn unknown(word: &str) -> String {
    let words: Vec<&str> = WORDS.iter().map(|(known, _)| *known).collect();
    format!(
        "unknown type \"{word}\"; known are {}, union, decimal(p,s), list<T>, struct<a:T>, map<string,T>",
        words.join(", ")
    )
}

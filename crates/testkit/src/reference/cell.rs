//! One value after the other, from JSON to what its column holds.

use std::collections::HashSet;
use std::fmt;

use arrow_schema::{DataType, Field, Fields, TimeUnit};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{BadKind, Fault, Leniency, MOST_DEPTH, Uses, number, time};

/// A value as a column holds it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Null,
    Bool(bool),
    /// Integers of all widths, days, instants in the unit of the column, unscaled decimals.
    Whole(i128),
    Float(f64),
    Text(String),
    Uuid([u8; 16]),
    List(Vec<Cell>),
    Record(Vec<Cell>),
    Map(Vec<(String, Cell)>),
}

/// The members of an object in their order, keys that stand twice included.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        from.deserialize_map(Collect)
    }
}

/// Reads text that is known to be JSON. What can still be wrong with it is a string that names
/// half of a surrogate pair, which the grammar does not forbid.
fn parsed<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Result<T, BadKind> {
    serde_json::from_str(raw.get()).map_err(|_| BadKind::Surrogate)
}

/// Looks at everything inside a value, wanted or not: every string, every level.
pub(super) fn check(raw: &RawValue, around: usize) -> Result<(), BadKind> {
    let deeper = || if around < MOST_DEPTH { Ok(around + 1) } else { Err(BadKind::Depth) };
    match first(raw) {
        b'{' => {
            let depth = deeper()?;
            let Members(members) = parsed(raw)?;
            members.iter().try_for_each(|(_, value)| check(value, depth))
        }
        b'[' => {
            let depth = deeper()?;
            let items: Vec<&RawValue> = parsed(raw)?;
            items.iter().try_for_each(|item| check(item, depth))
        }
        b'"' => parsed::<String>(raw).map(drop),
        _ => Ok(()),
    }
}

/// The first byte, which tells the type: white space around a value is not part of it.
fn first(raw: &RawValue) -> u8 {
    raw.get().as_bytes().first().copied().unwrap_or_default()
}

/// Reads values by the fields they belong to.
pub(super) struct Reader<'a> {
    rules: &'a dyn Fn(&str) -> Leniency,
    uses: Uses,
}

impl<'a> Reader<'a> {
    /// `uses` are those of the rows before.
    pub(super) fn new(rules: &'a dyn Fn(&str) -> Leniency, uses: Uses) -> Reader<'a> {
        Reader { rules, uses }
    }

    pub(super) fn uses(&self) -> Uses {
        self.uses
    }

    /// The fields of an object, in the order of the schema.
    pub(super) fn record(
        &mut self,
        fields: &Fields,
        raw: &RawValue,
        path: &str,
    ) -> Result<Vec<Cell>, Fault> {
        let Members(members) = parsed(raw).map_err(|kind| (kind, None))?;
        let mut cells: Vec<Option<Cell>> = vec![None; fields.len()];
        for (key, value) in members {
            let Some((index, field)) = fields.find(&key) else { continue };
            let path = if path.is_empty() { key } else { format!("{path}.{key}") };
            if cells[index].is_some() {
                return Err((BadKind::DuplicateKey, Some(path)));
            }
            cells[index] = Some(self.value(field, value, &path)?);
        }
        let mut row = Vec::new();
        for (cell, field) in cells.into_iter().zip(fields) {
            match cell {
                Some(cell) => row.push(cell),
                None if field.is_nullable() => row.push(Cell::Null),
                None => {
                    let dot = if path.is_empty() { "" } else { "." };
                    let path = format!("{path}{dot}{}", field.name());
                    return Err((BadKind::Missing, Some(path)));
                }
            }
        }
        Ok(row)
    }

    fn value(&mut self, field: &Field, raw: &RawValue, path: &str) -> Result<Cell, Fault> {
        let at = |kind| (kind, Some(path.to_owned()));
        if raw.get() == "null" {
            return if field.is_nullable() { Ok(Cell::Null) } else { Err(at(BadKind::Null)) };
        }
        match field.data_type() {
            DataType::Struct(fields) => match first(raw) {
                b'{' => self.record(fields, raw, path).map(Cell::Record),
                _ => Err(at(BadKind::Type)),
            },
            DataType::List(item) => {
                if first(raw) != b'[' {
                    return Err(at(BadKind::Type));
                }
                let items: Vec<&RawValue> = parsed(raw).map_err(at)?;
                let path = format!("{path}[]");
                let cells = items.into_iter().map(|raw| self.value(item, raw, &path));
                cells.collect::<Result<_, _>>().map(Cell::List)
            }
            DataType::Map(entries, _) => {
                if first(raw) != b'{' {
                    return Err(at(BadKind::Type));
                }
                let Members(members) = parsed(raw).map_err(at)?;
                let mut seen = HashSet::new();
                if !members.iter().all(|(key, _)| seen.insert(key.as_str())) {
                    return Err(at(BadKind::DuplicateKey));
                }
                let value = map_value(entries);
                let path = format!("{path}{{}}");
                let read = |(key, raw)| Ok((key, self.value(value, raw, &path)?));
                members.into_iter().map(read).collect::<Result<_, _>>().map(Cell::Map)
            }
            _ => {
                let cell = self.leaf(field, raw, (self.rules)(path)).map_err(at)?;
                match cell {
                    Cell::Null if !field.is_nullable() => Err(at(BadKind::Null)),
                    cell => Ok(cell),
                }
            }
        }
    }

    fn leaf(&mut self, field: &Field, raw: &RawValue, allow: Leniency) -> Result<Cell, BadKind> {
        let metadata = |key: &str| field.metadata().get(key).map(String::as_str);
        let text = || match first(raw) {
            b'"' => parsed::<String>(raw),
            _ => Err(BadKind::Type),
        };
        let number = || match first(raw) {
            b'-' | b'0'..=b'9' => Ok(raw.get()),
            _ => Err(BadKind::Type),
        };
        let whole = |least: i128, most: i128| {
            let value = number::scaled(number()?, 0)?;
            if (least..=most).contains(&value) {
                Ok(Cell::Whole(value))
            } else {
                Err(BadKind::Range)
            }
        };
        match field.data_type() {
            DataType::Int32 => whole(i32::MIN.into(), i32::MAX.into()),
            DataType::Int64 => whole(i64::MIN.into(), i64::MAX.into()),
            DataType::UInt64 => whole(0, u64::MAX.into()),
            DataType::Decimal128(precision, scale) => {
                let bound = 10_u128.pow((*precision).into());
                let value = number::scaled(number()?, (*scale).into())?;
                if value.unsigned_abs() < bound {
                    Ok(Cell::Whole(value))
                } else {
                    Err(BadKind::Range)
                }
            }
            DataType::Float64 => match number()?.parse::<f64>() {
                Ok(value) if value.is_finite() => Ok(Cell::Float(value)),
                _ => Err(BadKind::Range),
            },
            DataType::Boolean => match raw.get() {
                "true" => Ok(Cell::Bool(true)),
                "false" => Ok(Cell::Bool(false)),
                _ => Err(BadKind::Type),
            },
            DataType::Utf8 if metadata("ARROW:extension:name") == Some("arrow.json") => {
                Ok(Cell::Text(raw.get().to_owned()))
            }
            DataType::Utf8 if metadata("rowmill:type") == Some("duration") => {
                let text = text()?;
                if time::is_duration(&text) { Ok(Cell::Text(text)) } else { Err(BadKind::Format) }
            }
            DataType::Utf8 | DataType::Utf8View => text().map(Cell::Text),
            DataType::Dictionary(key, value)
                if (&**key, &**value) == (&DataType::Int32, &DataType::Utf8) =>
            {
                text().map(Cell::Text)
            }
            DataType::FixedSizeBinary(16) => uuid(&text()?).map(Cell::Uuid).ok_or(BadKind::Format),
            DataType::Date32 => self.date(&text()?, allow),
            DataType::Timestamp(TimeUnit::Microsecond, Some(_)) => self.instant(&text()?, 6, allow),
            DataType::Timestamp(TimeUnit::Nanosecond, Some(_)) => self.instant(&text()?, 9, allow),
            other => panic!("the reference decoder does not read {other}"),
        }
    }

    fn date(&mut self, text: &str, allow: Leniency) -> Result<Cell, BadKind> {
        if text.is_empty() && allow.empty_as_null {
            self.uses.empty_as_null += 1;
            return Ok(Cell::Null);
        }
        time::days(text).map(|days| Cell::Whole(days.into())).ok_or(BadKind::Format)
    }

    /// An instant in units of 10 to the power of minus `digits` seconds.
    fn instant(&mut self, text: &str, digits: usize, allow: Leniency) -> Result<Cell, BadKind> {
        if text.is_empty() && allow.empty_as_null {
            self.uses.empty_as_null += 1;
            return Ok(Cell::Null);
        }
        let plain = time::days(text).filter(|_| allow.date_as_midnight);
        let (value, cut) = match plain {
            Some(days) => (i128::from(days) * 86_400 * 10_i128.pow(digits as u32), false),
            None => time::instant(text, digits).ok_or(BadKind::Format)?,
        };
        if i64::try_from(value).is_err() {
            return Err(BadKind::Range);
        }
        if cut && !allow.cut_digits {
            return Err(BadKind::Precision);
        }
        self.uses.date_as_midnight += u64::from(plain.is_some());
        self.uses.cut_digits += u64::from(cut);
        Ok(Cell::Whole(value))
    }
}

/// The field of a map's values.
///
/// # Panics
/// If the entries are not a key and a value.
pub(super) fn map_value(entries: &Field) -> &Field {
    match entries.data_type() {
        DataType::Struct(pair) if pair.len() == 2 && pair[0].data_type() == &DataType::Utf8 => {
            &pair[1]
        }
        other => panic!("the reference decoder does not read maps of {other}"),
    }
}

fn uuid(text: &str) -> Option<[u8; 16]> {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let digits = groups.concat();
    if lengths != [8, 4, 4, 4, 12] || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u128::from_str_radix(&digits, 16).ok().map(u128::to_be_bytes)
}

//! One value after the other, from JSON to what its column holds.

use arrow_schema::{DataType, Field, FieldRef, TimeUnit};
use serde_json::value::RawValue;

use super::found::Notes;
use super::json::{first, parsed};
use super::table::{Column, Leniency, Table};
use super::{BadKind, duration, number, time};

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

/// Reads the values of one row.
pub(super) struct Reader<'a> {
    pub(super) table: &'a Table,
    pub(super) line: u64,
    pub(super) notes: Notes,
}

impl Reader<'_> {
    /// The cell of a value that is no object or array to look into and not null, and what is left of it.
    pub(super) fn leaf(
        &mut self,
        column: &Column,
        raw: &RawValue,
        path: &str,
    ) -> Result<(Cell, Option<String>), BadKind> {
        let Leniency { round_digits, rescue_digits, .. } = column.leniency;
        match self.strict(column, raw, path) {
            Err(BadKind::Precision) if rescue_digits => {
                self.notes.uses.rescue_digits += 1;
                Ok((Cell::Null, Some(raw.get().to_owned())))
            }
            Err(BadKind::Precision) if round_digits => {
                let DataType::Decimal128(precision, scale) = *column.field.data_type() else {
                    panic!("the reference decoder does not round {}", column.field.data_type());
                };
                let value = number::rounded(raw.get(), scale.into())?;
                let cell = decimal(value, precision)?;
                self.notes.uses.round_digits += 1;
                Ok((cell, None))
            }
            Ok(Cell::Null) if column.is_required() => Err(BadKind::Null),
            cell => Ok((cell?, None)),
        }
    }

    /// The same without what can be done about the digits of a decimal.
    fn strict(&mut self, column: &Column, raw: &RawValue, path: &str) -> Result<Cell, BadKind> {
        let (field, allow) = (&column.field, column.leniency);
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
                decimal(number::scaled(number()?, (*scale).into())?, *precision)
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
                if duration::is_duration(&text) {
                    Ok(Cell::Text(text))
                } else {
                    Err(BadKind::Format)
                }
            }
            DataType::Utf8 | DataType::Utf8View => text().map(Cell::Text),
            DataType::Dictionary(key, value)
                if (&**key, &**value) == (&DataType::Int32, &DataType::Utf8) =>
            {
                let text = text()?;
                if !column.known.is_empty() && !column.known.contains(&text) {
                    self.notes.values.push((path.to_owned(), text.clone()));
                }
                Ok(Cell::Text(text))
            }
            DataType::Struct(_) if metadata("rowmill:type") == Some("duration_parts") => {
                let parts = duration::parts(&text()?)?;
                Ok(Cell::Record(parts.map(Cell::Whole).into()))
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
            self.notes.uses.empty_as_null += 1;
            return Ok(Cell::Null);
        }
        time::days(text).map(|days| Cell::Whole(days.into())).ok_or(BadKind::Format)
    }

    /// An instant in units of 10 to the power of minus `digits` seconds.
    fn instant(&mut self, text: &str, digits: usize, allow: Leniency) -> Result<Cell, BadKind> {
        if text.is_empty() && allow.empty_as_null {
            self.notes.uses.empty_as_null += 1;
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
        self.notes.uses.date_as_midnight += u64::from(plain.is_some());
        self.notes.uses.cut_digits += u64::from(cut);
        Ok(Cell::Whole(value))
    }
}

/// An unscaled decimal of so many digits.
fn decimal(value: i128, precision: u8) -> Result<Cell, BadKind> {
    let fits = value.unsigned_abs() < 10_u128.pow(precision.into());
    if fits { Ok(Cell::Whole(value)) } else { Err(BadKind::Range) }
}

/// The field of a map's values.
///
/// # Panics
/// If the entries are not a key and a value.
pub(super) fn map_value(entries: &Field) -> &FieldRef {
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

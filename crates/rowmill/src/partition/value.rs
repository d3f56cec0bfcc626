//! The values of one column as small numbers, in the order of their first appearance.

use std::collections::HashMap;

use ahash::RandomState;

use super::days;
use super::name::{Names, Refused};
use super::plan::{Level, Source};
use crate::arrow::array::Array;
use crate::arrow::array::cast::AsArray;
use crate::arrow::array::types::{
    Date32Type, Int32Type, Int64Type, TimestampMicrosecondType, TimestampNanosecondType, UInt64Type,
};
use crate::arrow::buffer::NullBuffer;
use crate::arrow::schema::TimeUnit;
use crate::arrow::{DataType, Field};
use crate::error::{Error, ErrorKind, Result};

/// What is known of the values of a column.
pub(super) struct Values {
    column: String,
    source: Source,
    names: Names,
    /// The numbers of values by their bytes. Many days may be one month.
    seen: HashMap<Box<[u8]>, u32, RandomState>,
    by_text: HashMap<String, u32>,
    nothing: Option<u32>,
    /// Of each number.
    values: Vec<Value>,
    /// The row whose value is looked for, counted from 1, for errors.
    row: u64,
}

/// A value and its directory.
pub(super) struct Value {
    pub(super) text: Option<String>,
    pub(super) directory: String,
}

impl Values {
    pub(super) fn new(level: &Level) -> Self {
        Self {
            column: level.told.column.clone(),
            source: level.source,
            names: Names::new(&level.told.name),
            seen: HashMap::default(),
            by_text: HashMap::new(),
            nothing: None,
            values: Vec::new(),
            row: 0,
        }
    }

    /// The value with this number.
    pub(super) fn value(&self, number: u32) -> Option<&Value> {
        self.values.get(number as usize)
    }

    /// The number of null.
    pub(super) fn null(&mut self) -> Result<u32> {
        match self.nothing {
            Some(number) => Ok(number),
            None => {
                let number = self.add(None)?;
                self.nothing = Some(number);
                Ok(number)
            }
        }
    }

    /// Replaces `numbers` by those of the values of `array`, before which so many rows came.
    ///
    /// # Errors
    /// [`Data`](ErrorKind::Data): a value is no name for a directory.
    pub(super) fn read(
        &mut self,
        array: &dyn Array,
        before: u64,
        numbers: &mut Vec<u32>,
    ) -> Result<()> {
        self.row = before;
        numbers.clear();
        numbers.reserve(array.len());
        let (rows, nulls) = (array.len(), array.nulls());
        let source = self.source;
        macro_rules! numbers_in {
            ($array:expr) => {{
                let array = $array;
                let key = |row: usize| array.value(row).to_le_bytes();
                self.assign(rows, nulls, key, |row| array.value(row).to_string(), numbers)
            }};
        }
        macro_rules! days_in {
            ($array:expr, $units:expr, $part:expr) => {{
                let (array, units, part) = ($array, $units, $part);
                let day = |row: usize| i64::from(array.value(row)).div_euclid(units);
                let text = |row| days::text(day(row), part);
                self.assign(rows, nulls, |row| day(row).to_le_bytes(), text, numbers)
            }};
        }
        match (array.data_type(), source) {
            (DataType::Date32, Source::Days { units, part }) => {
                days_in!(array.as_primitive::<Date32Type>(), units, part)
            }
            (DataType::Date32, Source::Plain) => {
                days_in!(array.as_primitive::<Date32Type>(), 1, super::DatePart::Day)
            }
            (DataType::Timestamp(TimeUnit::Microsecond, _), Source::Days { units, part }) => {
                days_in!(array.as_primitive::<TimestampMicrosecondType>(), units, part)
            }
            (DataType::Timestamp(TimeUnit::Nanosecond, _), Source::Days { units, part }) => {
                days_in!(array.as_primitive::<TimestampNanosecondType>(), units, part)
            }
            (DataType::Int32, Source::Plain) => numbers_in!(array.as_primitive::<Int32Type>()),
            (DataType::Int64, Source::Plain) => numbers_in!(array.as_primitive::<Int64Type>()),
            (DataType::UInt64, Source::Plain) => numbers_in!(array.as_primitive::<UInt64Type>()),
            (DataType::Boolean, Source::Plain) => {
                let array = array.as_boolean();
                let key = |row: usize| [u8::from(array.value(row))];
                self.assign(rows, nulls, key, |row| array.value(row).to_string(), numbers)
            }
            (DataType::Utf8, Source::Plain) => {
                let array = array.as_string::<i32>();
                let text = |row| array.value(row).to_owned();
                self.assign(rows, nulls, |row| array.value(row), text, numbers)
            }
            (DataType::Utf8View, Source::Plain) => {
                let array = array.as_string_view();
                let text = |row| array.value(row).to_owned();
                self.assign(rows, nulls, |row| array.value(row), text, numbers)
            }
            (DataType::FixedSizeBinary(16), Source::Plain) => {
                let array = array.as_fixed_size_binary();
                let text = |row| uuid(array.value(row));
                self.assign(rows, nulls, |row| array.value(row), text, numbers)
            }
            (DataType::Dictionary(_, words), Source::Plain) if **words == DataType::Utf8 => {
                self.read_words(array, numbers)
            }
            (other, _) => {
                let field = Field::new(&self.column, other.clone(), true);
                Err(Error::internal(format!("{field} cannot name directories")))
            }
        }
    }

    /// The words of a dictionary are looked up once each.
    fn read_words(&mut self, array: &dyn Array, numbers: &mut Vec<u32>) -> Result<()> {
        let Some(array) = array.as_dictionary_opt::<Int32Type>() else {
            return Err(Error::internal(format!("{}: keys of another type", self.column)));
        };
        let words = array.values().as_string::<i32>();
        // Words that no row has must not become directories, so they wait until one has.
        let mut known: Vec<Option<u32>> = vec![None; words.len()];
        let keys = array.keys();
        let before = self.row;
        for row in 0..array.len() {
            let word = keys.is_valid(row).then(|| keys.value(row) as usize);
            let word = word.filter(|word| words.is_valid(*word));
            let number = match word.map(|word| (word, known[word])) {
                None => self.null()?,
                Some((_, Some(number))) => number,
                Some((word, None)) => {
                    let text = words.value(word);
                    self.row = before + row as u64 + 1;
                    let number = self.number(text.as_bytes(), || text.to_owned())?;
                    known[word] = Some(number);
                    number
                }
            };
            numbers.push(number);
        }
        Ok(())
    }

    fn assign<K: AsRef<[u8]>>(
        &mut self,
        rows: usize,
        nulls: Option<&NullBuffer>,
        key: impl Fn(usize) -> K,
        text: impl Fn(usize) -> String,
        numbers: &mut Vec<u32>,
    ) -> Result<()> {
        // Rows are often in an order in which equal ones stand together.
        let mut last: Option<(K, u32)> = None;
        let before = self.row;
        for row in 0..rows {
            if nulls.is_some_and(|nulls| nulls.is_null(row)) {
                numbers.push(self.null()?);
                continue;
            }
            let key = key(row);
            let number = match &last {
                Some((before, number)) if before.as_ref() == key.as_ref() => *number,
                _ => {
                    self.row = before + row as u64 + 1;
                    self.number(key.as_ref(), || text(row))?
                }
            };
            last = Some((key, number));
            numbers.push(number);
        }
        Ok(())
    }

    fn number(&mut self, key: &[u8], text: impl FnOnce() -> String) -> Result<u32> {
        if let Some(number) = self.seen.get(key) {
            return Ok(*number);
        }
        let text = text();
        let number = match self.by_text.get(&text) {
            Some(number) => *number,
            None => {
                let number = self.add(Some(text.clone()))?;
                self.by_text.insert(text, number);
                number
            }
        };
        self.seen.insert(key.into(), number);
        Ok(number)
    }

    fn add(&mut self, text: Option<String>) -> Result<u32> {
        let directory = self.names.of(text.as_deref()).map_err(|reason| self.refused(&reason))?;
        let number = u32::try_from(self.values.len())
            .map_err(|_| Error::internal("too many values to number"))?;
        self.values.push(Value { text, directory });
        Ok(number)
    }

    #[cold]
    fn refused(&self, reason: &Refused) -> Error {
        let reason = match reason {
            Refused::Long => "is too long for the name of a directory, which has 255 bytes at most",
            Refused::Null => "is the name that directories without a value have",
        };
        let Self { row, column, .. } = self;
        let message =
            format!("row {row} of those that are written, column {column}: the value {reason}");
        Error::new(ErrorKind::Data, message)
    }
}

/// The 36 characters of a UUID.
fn uuid(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(36);
    for (n, byte) in bytes.iter().enumerate() {
        if matches!(n, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

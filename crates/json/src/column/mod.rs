//! Columns under construction: each reads its own kind of value from the cursor.

mod boolean;
mod category;
mod decimal;
mod float;
mod integer;
mod json;
mod list;
mod map;
mod pattern;
mod primitive;
mod record;
mod text;
mod time;
mod uuid;

use arrow_array::ArrayRef;
use arrow_array::types::{Int32Type, Int64Type, UInt64Type};
use arrow_schema::{DataType, TimeUnit};

use crate::cursor::Cursor;
use crate::error::ErrorKind;
use crate::fault::Outcome;
use crate::layout::{Column, Kind};

pub(crate) use record::RecordColumn;

/// A column being filled, row by row.
///
/// `read` either adds exactly one value or fails; after a failure the column may hold more than
/// `len` says in its children and must be cut back with `truncate`.
pub(crate) trait Fill: Send {
    /// Reads the value at the cursor, which is not `null`, and adds it.
    fn read(&mut self, cursor: &mut Cursor<'_>) -> Outcome<()>;
    /// Adds a null.
    fn push_null(&mut self);
    /// Forgets all but the first `len` values.
    fn truncate(&mut self, len: usize);
    /// Hands over the values and starts anew.
    fn finish(&mut self) -> ArrayRef;
}

/// A column with the place it has in its parent.
pub(crate) struct Slot {
    name: Box<str>,
    required: bool,
    column: Box<dyn Fill>,
    /// Length of the column, here so that asking for it costs no call.
    len: usize,
}

impl Slot {
    pub(crate) fn new(column: &Column) -> Self {
        let (name, required) = (column.name().into(), !column.is_nullable());
        Self { name, required, column: fill(column), len: 0 }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Values so far, nulls counted.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Forgets all but the first `len` values, and what a failed read has left.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.column.truncate(len);
        self.len = len;
    }

    /// Hands over the values and starts anew.
    pub(crate) fn finish(&mut self) -> ArrayRef {
        self.len = 0;
        self.column.finish()
    }

    pub(crate) fn push_null(&mut self) {
        self.column.push_null();
        self.len += 1;
    }

    /// Reads the value at the cursor, null or not.
    #[inline]
    pub(crate) fn read(&mut self, cursor: &mut Cursor<'_>) -> Outcome<()> {
        if cursor.peek() != Some(b'n') {
            self.column.read(cursor)?;
            self.len += 1;
            return Ok(());
        }
        let start = cursor.at;
        cursor.literal("null")?;
        self.null(cursor, start, ErrorKind::Null)
    }

    /// Adds a null for the value that began at `start`, or refuses it.
    #[inline]
    pub(crate) fn null(
        &mut self,
        cursor: &Cursor<'_>,
        start: usize,
        kind: ErrorKind,
    ) -> Outcome<()> {
        if self.required {
            let fault = match kind {
                ErrorKind::Missing => crate::fault::Fault::new(kind, start, "a value", "nothing"),
                _ => cursor.value_fault(kind, start, "a value"),
            };
            return Err(fault);
        }
        self.push_null();
        Ok(())
    }
}

/// The empty column for this description.
fn fill(column: &Column) -> Box<dyn Fill> {
    let allow = column.allowed();
    let required = !column.is_nullable();
    match column.kind() {
        Kind::Uuid => Box::new(uuid::UuidColumn::default()),
        Kind::Json => Box::new(json::JsonColumn::default()),
        Kind::Duration => Box::new(text::DurationColumn::default()),
        Kind::List(item) => Box::new(list::ListColumn::new(item)),
        Kind::Record(fields) => Box::new(RecordColumn::new(fields)),
        Kind::Map(value) => Box::new(map::MapColumn::new(column, value)),
        Kind::Leaf(leaf) => match leaf {
            DataType::Int32 => Box::new(integer::IntegerColumn::<Int32Type>::new("int32")),
            DataType::Int64 => Box::new(integer::IntegerColumn::<Int64Type>::new("int64")),
            DataType::UInt64 => Box::new(integer::IntegerColumn::<UInt64Type>::new("uint64")),
            DataType::Float64 => Box::new(float::FloatColumn::default()),
            DataType::Boolean => Box::new(boolean::BooleanColumn::default()),
            DataType::Date32 => Box::new(time::DateColumn::new(allow, required)),
            DataType::Timestamp(TimeUnit::Nanosecond, _) => {
                Box::new(time::InstantColumn::nanos(leaf, allow, required))
            }
            DataType::Timestamp(..) => Box::new(time::InstantColumn::micros(leaf, allow, required)),
            DataType::Decimal128(precision, scale) => {
                Box::new(decimal::DecimalColumn::new(*precision, *scale))
            }
            DataType::Dictionary(..) => Box::new(category::CategoryColumn::default()),
            // `Layout` admits no other leaf than these and Utf8.
            _ => Box::new(text::TextColumn::default()),
        },
    }
}

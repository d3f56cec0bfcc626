//! Columns under construction.
//!
//! Each column has two ways of reading a value. `usual` knows the one form that serialisers write
//! and is inlined into the walk; where it gives `None` nothing is lost, and `read` has the last
//! word, with every form that the rules allow and a fault for all others.

mod boolean;
#[allow(unsafe_code)]
mod buffer;
mod category;
mod decimal;
mod float;
mod glue;
mod integer;
mod json;
mod list;
mod map;
mod names;
mod record;
mod strings;
mod text;
mod time;
mod uuid;
mod view;

use arrow_array::ArrayRef;
use arrow_array::types::{
    Int32Type, Int64Type, TimestampMicrosecondType, TimestampNanosecondType, UInt64Type,
};
use arrow_schema::{DataType, TimeUnit};
use bytes::Bytes;
use rowmill_scan::Padded;

use crate::cursor::Cursor;
use crate::error::ErrorKind;
use crate::fault::Outcome;
use crate::layout::{Column, Kind};
use crate::walk::Stamped;

pub(crate) use boolean::BooleanColumn;
pub(crate) use category::CategoryColumn;
pub(crate) use decimal::DecimalColumn;
pub(crate) use float::FloatColumn;
pub(crate) use glue::Glue;
pub(crate) use integer::IntegerColumn;
pub(crate) use json::JsonColumn;
pub(crate) use list::ListColumn;
pub(crate) use map::MapColumn;
pub(crate) use record::RecordColumn;
pub(crate) use text::{DurationColumn, TextColumn};
pub(crate) use time::{DateColumn, InstantColumn};
pub(crate) use uuid::UuidColumn;
pub(crate) use view::ViewColumn;

/// A column being filled. A value stands at the place of its row; rows that get none are null.
pub(crate) trait Fill {
    /// Makes room for `rows` rows in all.
    fn reserve(&mut self, rows: usize);
    /// Reads the value at the cursor, which is not `null`, as that of `row`. After a fault the row
    /// may hold anything and must be cleared.
    fn read<L: Stamped>(&mut self, cursor: &mut Cursor<'_, L>, row: usize) -> Outcome<()>;
    /// Makes the rows from `from` to `to` null again; there are none after them.
    fn clear(&mut self, from: usize, to: usize);
    /// What is read next are the bytes of `piece` from `base` on, as far as places in the text are
    /// concerned. Only views need to know.
    fn source(&mut self, _piece: &Bytes, _base: usize) {}
    /// Hands over the first `rows` rows and starts anew.
    fn finish(&mut self, rows: usize) -> ArrayRef;
}

/// A column that knows a usual form of its values.
pub(crate) trait Usual: Fill {
    /// Reads the value at `at` as that of `row`, if it has the usual form, and gives the index of
    /// the first byte after it. `None` says nothing about the value.
    fn usual<L: Stamped>(
        &mut self,
        level: L,
        text: Padded<'_>,
        at: usize,
        row: usize,
    ) -> Option<usize>;
}

/// A column of any kind, in one place in memory with what leads to it.
pub(crate) enum Node {
    Uuid(UuidColumn),
    Category(CategoryColumn),
    Text(TextColumn),
    View(Box<ViewColumn>),
    Micros(InstantColumn<TimestampMicrosecondType>),
    Nanos(InstantColumn<TimestampNanosecondType>),
    Decimal(DecimalColumn),
    Boolean(BooleanColumn),
    Int32(IntegerColumn<Int32Type>),
    Int64(IntegerColumn<Int64Type>),
    UInt64(IntegerColumn<UInt64Type>),
    Float(FloatColumn),
    Date(DateColumn),
    Json(JsonColumn),
    Duration(DurationColumn),
    Record(Box<RecordColumn>),
    List(Box<ListColumn>),
    Map(Box<MapColumn>),
}

/// The same expression for the column in a node, whatever its kind.
macro_rules! each {
    ($node:expr, $column:ident => $do:expr) => {
        match $node {
            Node::Uuid($column) => $do,
            Node::Category($column) => $do,
            Node::Text($column) => $do,
            Node::View($column) => $do,
            Node::Micros($column) => $do,
            Node::Nanos($column) => $do,
            Node::Decimal($column) => $do,
            Node::Boolean($column) => $do,
            Node::Int32($column) => $do,
            Node::Int64($column) => $do,
            Node::UInt64($column) => $do,
            Node::Float($column) => $do,
            Node::Date($column) => $do,
            Node::Json($column) => $do,
            Node::Duration($column) => $do,
            Node::Record($column) => $do,
            Node::List($column) => $do,
            Node::Map($column) => $do,
        }
    };
}

impl Node {
    /// The empty column for this description; `depth` objects and arrays stand around its values.
    fn new(column: &Column, depth: usize) -> Self {
        let allow = column.allowed();
        let required = !column.is_nullable();
        match column.kind() {
            Kind::Uuid => Self::Uuid(UuidColumn::default()),
            Kind::Json => Self::Json(JsonColumn::default()),
            Kind::Duration => Self::Duration(DurationColumn::default()),
            Kind::List(item) => Self::List(Box::new(ListColumn::new(item, depth))),
            Kind::Record(fields) => Self::Record(Box::new(RecordColumn::new(fields, depth))),
            Kind::Map(value) => Self::Map(Box::new(MapColumn::new(column, value, depth))),
            Kind::Leaf(leaf) => match leaf {
                DataType::Int32 => Self::Int32(IntegerColumn::new("int32")),
                DataType::Int64 => Self::Int64(IntegerColumn::new("int64")),
                DataType::UInt64 => Self::UInt64(IntegerColumn::new("uint64")),
                DataType::Float64 => Self::Float(FloatColumn::default()),
                DataType::Boolean => Self::Boolean(BooleanColumn::default()),
                DataType::Date32 => Self::Date(DateColumn::new(allow, required)),
                DataType::Timestamp(TimeUnit::Nanosecond, _) => {
                    Self::Nanos(InstantColumn::new(leaf, allow, required))
                }
                DataType::Timestamp(..) => Self::Micros(InstantColumn::new(leaf, allow, required)),
                DataType::Decimal128(precision, scale) => {
                    Self::Decimal(DecimalColumn::new(*precision, *scale))
                }
                DataType::Dictionary(..) => Self::Category(CategoryColumn::default()),
                DataType::Utf8View => Self::View(Box::default()),
                // `Layout` admits no other leaf than these and Utf8.
                _ => Self::Text(TextColumn::default()),
            },
        }
    }
}

/// A column and whether its values may be null.
pub(crate) struct Slot {
    pub(crate) node: Node,
    pub(crate) required: bool,
}

impl Slot {
    pub(crate) fn new(column: &Column, depth: usize) -> Self {
        Self { node: Node::new(column, depth), required: !column.is_nullable() }
    }

    pub(crate) fn reserve(&mut self, rows: usize) {
        each!(&mut self.node, column => column.reserve(rows));
    }

    pub(crate) fn clear(&mut self, from: usize, to: usize) {
        each!(&mut self.node, column => column.clear(from, to));
    }

    pub(crate) fn source(&mut self, piece: &Bytes, base: usize) {
        each!(&mut self.node, column => column.source(piece, base));
    }

    pub(crate) fn finish(&mut self, rows: usize) -> ArrayRef {
        each!(&mut self.node, column => column.finish(rows))
    }

    /// Reads the value at the cursor, null or not, with blanks before it or not.
    pub(crate) fn read<L: Stamped>(
        &mut self,
        cursor: &mut Cursor<'_, L>,
        row: usize,
    ) -> Outcome<()> {
        cursor.skip_blanks();
        if cursor.peek() != b'n' {
            return each!(&mut self.node, column => column.read(cursor, row));
        }
        let start = cursor.at;
        cursor.literal("null")?;
        if self.required {
            return Err(cursor.value_fault(ErrorKind::Null, start, "a value"));
        }
        Ok(())
    }
}

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
mod duration;
mod float;
mod glue;
mod integer;
mod json;
mod line;
mod list;
mod map;
mod names;
mod plan;
mod record;
mod skipped;
mod strings;
mod text;
mod time;
mod union;
mod uuid;
mod view;

use arrow_array::ArrayRef;
use arrow_array::types::{
    Int32Type, Int64Type, TimestampMicrosecondType, TimestampNanosecondType, UInt64Type,
};
use arrow_schema::{DataType, TimeUnit};
use bytes::Bytes;
use rowmill_scan::Padded;

use crate::cursor::{Context, Cursor};
use crate::error::ErrorKind;
use crate::fault::{Fault, Outcome};
use crate::layout::{Column, Kind};
use crate::notes::Novel;
use crate::walk::Stamped;

use plan::Around;

pub(crate) use boolean::BooleanColumn;
pub(crate) use category::CategoryColumn;
pub(crate) use decimal::DecimalColumn;
pub(crate) use duration::DurationPartsColumn;
pub(crate) use float::FloatColumn;
pub(crate) use glue::Glue;
pub(crate) use integer::IntegerColumn;
pub(crate) use json::JsonColumn;
pub(crate) use line::LineColumn;
pub(crate) use list::ListColumn;
pub(crate) use map::MapColumn;
pub(crate) use plan::Plan;
pub(crate) use record::{RecordColumn, Stray};
pub(crate) use skipped::Skipped;
pub(crate) use text::{DurationColumn, TextColumn};
pub(crate) use time::{DateColumn, InstantColumn};
pub(crate) use union::UnionColumn;
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
    /// Tells `novel` the values of the first `rows` rows that it asks for. Only enumerations are asked.
    fn count_values(&self, _rows: usize, _novel: &mut [Novel]) {}
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

/// A column of any kind, in one place in memory with what leads to it. Which kind it is stands in a
/// byte of its own: reading it from inside the columns costs 3 % of the time.
#[repr(u8)]
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
    DurationParts(Box<DurationPartsColumn>),
    Record(Box<RecordColumn>),
    List(Box<ListColumn>),
    Map(Box<MapColumn>),
    Union(Box<UnionColumn>),
    Line(LineColumn),
    Skipped(Skipped),
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
            Node::DurationParts($column) => $do,
            Node::Record($column) => $do,
            Node::List($column) => $do,
            Node::Map($column) => $do,
            Node::Union($column) => $do,
            Node::Line($column) => $do,
            Node::Skipped($column) => $do,
        }
    };
}

impl Node {
    /// The empty column for this description, whose number in notes is `place`.
    fn new(column: &Column, around: Around, place: u32, plan: &mut Plan) -> Self {
        let allow = column.allowed();
        let required = !column.is_nullable();
        match column.kind() {
            Kind::Uuid => Self::Uuid(UuidColumn::default()),
            Kind::Json | Kind::RawJson => Self::Json(JsonColumn::default()),
            Kind::Duration => Self::Duration(DurationColumn::default()),
            Kind::LineNumber => Self::Line(LineColumn::default()),
            Kind::Unread => Self::Skipped(Skipped::default()),
            Kind::List(item) => Self::List(Box::new(ListColumn::new(item, around, plan))),
            Kind::Record(fields) => Self::Record(Box::new(RecordColumn::new(fields, around, plan))),
            Kind::Map(value) => Self::Map(Box::new(MapColumn::new(column, value, around, plan))),
            Kind::Union(union) => {
                Self::Union(Box::new(UnionColumn::new(column, union, around, plan)))
            }
            Kind::DurationParts => Self::DurationParts(Box::default()),
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
                    Self::Decimal(DecimalColumn::new(*precision, *scale, allow))
                }
                DataType::Dictionary(..) => {
                    Self::Category(CategoryColumn::new(column.values(), place))
                }
                DataType::Utf8View => Self::View(Box::default()),
                // `Layout` admits no other leaf than these and Utf8.
                _ => Self::Text(TextColumn::default()),
            },
        }
    }
}

/// A column, whether its values may be null, and its number in notes.
pub(crate) struct Slot {
    pub(crate) node: Node,
    pub(crate) required: bool,
    pub(crate) place: u32,
}

impl Slot {
    fn new(column: &Column, around: Around, plan: &mut Plan) -> Self {
        let place = plan.number();
        let node = Node::new(column, around, place, plan);
        // A value that is passed over is passed over by its column, null or not.
        let required = !column.is_nullable() || matches!(node, Node::Skipped(_));
        Self { node, required, place }
    }

    fn of(node: Node, required: bool, plan: &mut Plan) -> Self {
        Self { node, required, place: plan.number() }
    }

    /// Of a key whose value is passed over.
    fn unread() -> Self {
        Self { node: Node::Skipped(Skipped::default()), required: true, place: 0 }
    }

    /// Of a key that the layout does not know, by its number in notes.
    fn stray(number: u32) -> Self {
        Self { node: Node::Skipped(Skipped { stray: Some(number) }), ..Self::unread() }
    }

    pub(crate) fn is_stray(&self) -> bool {
        matches!(&self.node, Node::Skipped(skipped) if skipped.is_stray())
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

    pub(crate) fn count_values(&self, rows: usize, novel: &mut [Novel]) {
        each!(&self.node, column => column.count_values(rows, novel));
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
        if let Node::Skipped(skipped) = &self.node {
            return skipped.pass(cursor);
        }
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

    /// The same, and where the value does not fit the column, null in its place if the options say so.
    pub(crate) fn read_or_null<L: Stamped>(
        &mut self,
        cursor: &mut Cursor<'_, L>,
        row: usize,
    ) -> Outcome<()> {
        let (start, depth) = (cursor.at, cursor.depth);
        match self.read(cursor, row) {
            Ok(()) => Ok(()),
            Err(fault) => {
                let (level, text) = (cursor.level, cursor.text);
                cursor.at = self.null(level, text, cursor.context, start, row, depth, fault)?;
                // Wherever in the value the reading ended.
                cursor.depth = depth;
                Ok(())
            }
        }
    }

    /// Makes the value at `at` null where the options and the column say so, instead of `fault`, and
    /// gives the index after it. The value is checked to its end.
    #[cold]
    #[inline(never)]
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn null<L: Stamped>(
        &mut self,
        level: L,
        text: Padded<'_>,
        context: &mut Context,
        at: usize,
        row: usize,
        depth: usize,
        fault: Box<Fault>,
    ) -> Outcome<usize> {
        if !context.null_cells || self.required || !fault.kind.is_of_a_cell() {
            return Err(fault);
        }
        self.clear(row, row + 1);
        context.open.clear();
        let mut cursor = Cursor { level, text, at, depth, context };
        cursor.skip_blanks();
        let start = cursor.at;
        cursor.skip_value()?;
        cursor.context.notes.make_null(self.place, start..cursor.at);
        Ok(cursor.at)
    }
}

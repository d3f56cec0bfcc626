//! What the reference decoder is told of an input: which columns there are, and the choices made.

use std::sync::Arc;

use arrow_schema::{DataType, FieldRef, Fields, Schema};

use super::cell::map_value;

/// Columns, and what becomes of that which is not as they say.
#[derive(Clone, Debug)]
pub struct Table {
    /// The columns of a row.
    pub columns: Vec<Column>,
    /// What becomes of a key that no column reads. [`Unknown::Rescue`] adds no column here.
    pub unknown: Unknown,
    /// Whether a cell that does not fit is null, and not its row a bad one.
    pub null_cells: bool,
}

/// What becomes of a key that no column reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unknown {
    /// Nothing.
    #[default]
    Ignore,
    /// Its row is a bad one, unless an object around it has a [`Shape::Rest`].
    Error,
    /// It is kept by a [`Shape::Rest`] around it.
    Rescue,
}

/// One column, field, item, value or arm.
#[derive(Clone, Debug)]
pub struct Column {
    /// What it becomes. The type says how a leaf is read.
    pub field: FieldRef,
    /// The keys that lead to its value, from the object around it on.
    pub keys: Vec<String>,
    /// What it tolerates.
    pub leniency: Leniency,
    /// Values of an enumeration that are no news; if there are none, no value is news.
    pub known: Vec<String>,
    /// What it is made of.
    pub shape: Shape,
}

/// What a column is made of.
#[derive(Clone, Debug)]
pub enum Shape {
    /// One value, read by the type of the field.
    Leaf,
    /// An array of these.
    List(Box<Column>),
    /// An object with these.
    Record(Vec<Column>),
    /// An object with any keys and these values.
    Map(Box<Column>),
    /// An object with a tag, and a value that the arm named by the tag reads. The field is a struct of
    /// the tag, the arms, and the text of a value that no arm reads.
    Union {
        /// The tag, named by its key.
        tag: Box<Column>,
        /// The key of the value.
        value: String,
        /// The arms, named by their tags.
        arms: Vec<Column>,
    },
    /// Everything of the object around it that nothing else reads, at every depth.
    Rest,
    /// The number of the line.
    Line,
    /// A key that is known and whose value is not wanted. It is no column of the batch.
    Unread,
}

/// What a column tolerates beyond the strict rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leniency {
    /// `""` in a date or instant is null.
    pub empty_as_null: bool,
    /// A plain date in an instant is midnight UTC of that day.
    pub date_as_midnight: bool,
    /// Digits of an instant below the unit are cut off.
    pub cut_digits: bool,
    /// A decimal with digits below its scale is rounded, halves away from zero.
    pub round_digits: bool,
    /// A decimal with digits below its scale is null and left to a [`Shape::Rest`].
    pub rescue_digits: bool,
}

impl Table {
    /// A table that reads every field by its own name, is strict about cells and ignores unknown keys.
    /// `rules` gives the leniencies of the column at a path.
    pub fn of(schema: &Schema, rules: impl Fn(&str) -> Leniency) -> Self {
        let columns = Column::all(schema.fields(), "", &rules);
        Self { columns, unknown: Unknown::Ignore, null_cells: false }
    }

    /// The schema of its batches.
    pub(super) fn schema(&self) -> Schema {
        let read = self.columns.iter().filter(|column| !matches!(column.shape, Shape::Unread));
        Schema::new(read.map(|column| Arc::clone(&column.field)).collect::<Vec<_>>())
    }
}

impl Column {
    fn all(fields: &Fields, path: &str, rules: &dyn Fn(&str) -> Leniency) -> Vec<Self> {
        let one =
            |field: &FieldRef| Self::of(field, &super::path::field(path, field.name()), rules);
        fields.iter().map(one).collect()
    }

    fn of(field: &FieldRef, path: &str, rules: &dyn Fn(&str) -> Leniency) -> Self {
        let shape = match field.data_type() {
            DataType::List(item) => {
                Shape::List(Box::new(Self::of(item, &super::path::element(path), rules)))
            }
            DataType::Struct(fields) => Shape::Record(Self::all(fields, path, rules)),
            DataType::Map(entries, _) => {
                let value = map_value(entries);
                Shape::Map(Box::new(Self::of(value, &super::path::entry(path), rules)))
            }
            _ => Shape::Leaf,
        };
        Self {
            field: Arc::clone(field),
            keys: vec![field.name().clone()],
            leniency: rules(path),
            known: Vec::new(),
            shape,
        }
    }

    /// Whether it has a key at all.
    pub(super) fn has_key(&self) -> bool {
        !matches!(self.shape, Shape::Rest | Shape::Line)
    }

    /// Whether there must be a value.
    pub(super) fn is_required(&self) -> bool {
        !self.field.is_nullable() && !matches!(self.shape, Shape::Unread)
    }
}

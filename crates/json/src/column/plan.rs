//! From a layout to columns: how each is called in reports, and what stands around it.

use arrow_schema::DataType;

use super::RecordColumn;
use crate::layout::{Column, Kind, Layout, Unknown};

/// What is known while columns are made of a layout.
pub(crate) struct Plan {
    /// Whether a key that nothing reads nor keeps is an error.
    pub(super) strict: bool,
    /// Paths of columns and objects, by the number that each has.
    places: Vec<String>,
    /// Path of the one that is being made.
    path: String,
}

/// What stands around a value.
#[derive(Clone, Copy)]
pub(crate) struct Around {
    /// Objects and arrays.
    pub(super) depth: usize,
    /// Whether one of the objects keeps what nothing reads.
    pub(super) rest: bool,
}

impl Plan {
    /// The columns of a row, and the paths by number.
    pub(crate) fn make(layout: &Layout) -> (RecordColumn, Vec<String>) {
        let strict = layout.unknown() == Unknown::Error;
        let mut plan = Self { strict, places: Vec::new(), path: String::new() };
        let around = Around { depth: 0, rest: false };
        let root = RecordColumn::new(layout.columns(), around, &mut plan);
        (root, plan.places)
    }

    /// A number for the present path.
    pub(super) fn number(&mut self) -> u32 {
        self.places.push(self.path.clone());
        (self.places.len() - 1) as u32
    }

    /// Goes into the field of this name.
    pub(super) fn in_field<T>(&mut self, name: &str, make: impl FnOnce(&mut Self) -> T) -> T {
        let step = if self.path.is_empty() { "" } else { "." };
        self.within(&format!("{step}{name}"), make)
    }

    /// Goes on with `step` at the end of the path.
    pub(super) fn within<T>(&mut self, step: &str, make: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        self.path.push_str(step);
        let made = make(self);
        self.path.truncate(length);
        made
    }
}

/// Bytes that a value of this column takes at least, null or not.
pub(super) fn width(column: &Column) -> usize {
    match column.kind() {
        Kind::Unread => 0,
        Kind::Uuid | Kind::DurationParts => 16,
        Kind::Leaf(DataType::Decimal128(..) | DataType::Utf8View) => 16,
        Kind::Leaf(DataType::Boolean) => 1,
        Kind::Leaf(
            DataType::Int64 | DataType::UInt64 | DataType::Float64 | DataType::Timestamp(..),
        ) => 8,
        Kind::Record(fields) => 1 + fields.iter().map(width).sum::<usize>(),
        Kind::Union(union) => {
            5 + width(union.tag()) + union.arms().iter().map(width).sum::<usize>()
        }
        // Keys of dictionaries, days, and ends of texts, lists and maps.
        _ => 4,
    }
}

//! What each column is and how its values may be written.

mod arrow;
mod check;
mod column;
mod select;
#[cfg(test)]
mod tests;
mod widen;

use std::fmt;
use std::sync::Arc;

use arrow_schema::{FieldRef, Schema, SchemaRef};

pub(crate) use arrow::duration_parts;
pub use column::{Allow, Column, Kind, Union, UuidForm};

/// The columns of a table and the rules for reading them: an Arrow schema plus what Arrow has no
/// word for. Cheap to clone.
///
/// ```
/// use rowmill_json::{Column, Layout};
///
/// let layout = Layout::new([Column::int64("Count"), Column::json("Rest")])?;
/// assert_eq!(layout.schema().field(0).name(), "Count");
/// # Ok::<(), rowmill_json::LayoutError>(())
/// ```
#[derive(Clone)]
pub struct Layout(Arc<Inner>);

struct Inner {
    columns: Vec<Column>,
    unknown: Unknown,
    schema: SchemaRef,
}

/// What becomes of a key that no column reads. Each one is counted, see
/// [`Drift`](crate::Drift); its value is checked like any other. A layout is told with
/// [`Layout::with`] and [`Layout::with_unknown`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unknown {
    /// It is left out.
    #[default]
    Ignore,
    /// Its row is a bad one.
    Error,
    /// It is kept with its value: in the nearest [`raw_json`](Column::raw_json) column around it,
    /// or in a column `_rescued` of that kind, which is added if the row itself has none.
    Rescue,
}

/// The column that [`Unknown::Rescue`] adds.
pub const RESCUED: &str = "_rescued";

impl Layout {
    /// A layout of these columns, in this order.
    ///
    /// # Errors
    /// Two columns of one name in the same object, two columns that read the same value, an empty
    /// name, a struct without fields, a decimal that 128 bits cannot hold, a leniency on a type it
    /// does not fit, a form of UUIDs on another type, metadata under a key that says what type a field is, or columns nested deeper
    /// than 64.
    pub fn new(columns: impl IntoIterator<Item = Column>) -> Result<Self, LayoutError> {
        Self::with(columns, Unknown::Ignore)
    }

    /// A layout of these columns, in this order, with this rule for keys that none of them reads.
    ///
    /// ```
    /// use rowmill_json::{Column, Layout, Unknown};
    ///
    /// let layout = Layout::with([Column::int64("Count")], Unknown::Rescue)?;
    /// assert_eq!(layout.schema().field(1).name(), "_rescued");
    /// # Ok::<(), rowmill_json::LayoutError>(())
    /// ```
    ///
    /// # Errors
    /// As [`new`](Self::new), and where the column `_rescued` has to be added and there is one of
    /// another kind.
    pub fn with(
        columns: impl IntoIterator<Item = Column>,
        unknown: Unknown,
    ) -> Result<Self, LayoutError> {
        let mut columns: Vec<Column> = columns.into_iter().collect();
        if unknown == Unknown::Rescue && !columns.iter().any(|c| *c.kind() == Kind::RawJson) {
            columns.push(Column::raw_json(RESCUED));
        }
        check::layout(&columns)?;
        let fields: Vec<FieldRef> = columns.iter().filter_map(Column::field_if_read).collect();
        Ok(Self(Arc::new(Inner { columns, unknown, schema: Arc::new(Schema::new(fields)) })))
    }

    /// The same layout with this rule for unknown keys. A column `_rescued` that the rule has added
    /// goes with it.
    ///
    /// # Errors
    /// As [`with`](Self::with).
    pub fn with_unknown(&self, unknown: Unknown) -> Result<Self, LayoutError> {
        let added = |c: &Column| *c.kind() == Kind::RawJson && c.name() == RESCUED;
        let drops = self.0.unknown == Unknown::Rescue && unknown != Unknown::Rescue;
        let columns = self.0.columns.iter().filter(|column| !(drops && added(column)));
        Self::with(columns.cloned(), unknown)
    }

    /// What becomes of unknown keys. [`with`](Self::with) and [`with_unknown`](Self::with_unknown)
    /// say so.
    #[must_use]
    pub fn unknown(&self) -> Unknown {
        self.0.unknown
    }

    /// The schema of the batches that come out.
    #[must_use]
    pub fn schema(&self) -> &SchemaRef {
        &self.0.schema
    }

    /// The columns in the order of the schema, and among them those that are
    /// [not read](Column::unread), which the schema has not.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.0.columns
    }
}

impl From<&Layout> for Layout {
    fn from(layout: &Layout) -> Self {
        layout.clone()
    }
}

impl PartialEq for Layout {
    fn eq(&self, other: &Self) -> bool {
        self.columns() == other.columns() && self.unknown() == other.unknown()
    }
}

impl fmt::Debug for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layout")
            .field("columns", &self.0.columns)
            .field("unknown", &self.0.unknown)
            .finish()
    }
}

/// Why columns do not make a layout. Names the column by its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayoutError {
    path: String,
    reason: String,
}

impl LayoutError {
    pub(crate) fn new(path: &[&str], reason: impl Into<String>) -> Self {
        Self { path: path.join("."), reason: reason.into() }
    }

    /// Path of the column, e.g. `Amount.TaxValues.element`; empty for the layout as a whole.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong with it.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for LayoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => write!(f, "layout: {}", self.reason),
            path => write!(f, "column {path}: {}", self.reason),
        }
    }
}

impl std::error::Error for LayoutError {}

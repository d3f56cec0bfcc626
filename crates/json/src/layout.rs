//! What each column is and how its values may be written.

mod arrow;
mod check;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use arrow_schema::{DataType, FieldRef, Schema, SchemaRef, TimeUnit};

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
    schema: SchemaRef,
}

impl Layout {
    /// A layout of these columns, in this order.
    ///
    /// # Errors
    /// Two columns of one name in the same object, an empty name, a struct without fields, a
    /// decimal that 128 bits cannot hold, a leniency on a type it does not fit, metadata under a
    /// key that says what type a field is, or columns nested deeper than 64.
    pub fn new(columns: impl IntoIterator<Item = Column>) -> Result<Self, LayoutError> {
        let columns: Vec<Column> = columns.into_iter().collect();
        check::columns(&columns, &mut Vec::new())?;
        let fields: Vec<FieldRef> = columns.iter().map(Column::field).collect();
        Ok(Self(Arc::new(Inner { columns, schema: Arc::new(Schema::new(fields)) })))
    }

    /// The schema of the batches that come out.
    #[must_use]
    pub fn schema(&self) -> &SchemaRef {
        &self.0.schema
    }

    /// The columns in the order of the schema.
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
        self.columns() == other.columns()
    }
}

impl fmt::Debug for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Layout").field(&self.0.columns).finish()
    }
}

/// One column, or one field of a struct, the item of a list, the value of a map.
///
/// Every column is nullable until [`required`](Column::required) says otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    name: String,
    kind: Kind,
    nullable: bool,
    allow: Allow,
    metadata: BTreeMap<String, String>,
}

/// The shape of a column. Leaves are named by their Arrow type; the variants without one are those
/// that Arrow tells apart by metadata only.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Kind {
    /// A plain Arrow type: `Int32`, `Int64`, `UInt64`, `Float64`, `Boolean`, `Utf8`, `Utf8View`, `Date32`,
    /// `Timestamp` in micro- or nanoseconds with zone UTC, `Decimal128`, or
    /// `Dictionary(Int32, Utf8)` for an open enumeration.
    Leaf(DataType),
    /// `FixedSizeBinary(16)` with the extension type `arrow.uuid`.
    Uuid,
    /// `Utf8` with the extension type `arrow.json`: the raw text of any JSON value.
    Json,
    /// `Utf8` with the metadata `rowmill:type` = `duration`: an ISO 8601 duration as written.
    Duration,
    /// `List` of this item, which is named `element`.
    List(Box<Column>),
    /// `Struct` of these fields.
    Record(Vec<Column>),
    /// `Map` from strings to this value, which is named `value`.
    Map(Box<Column>),
}

/// What a column tolerates beyond the strict rules. Each use is counted in
/// [`Counts`](crate::Counts), so that nothing is bent without a trace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Allow {
    /// `""` in a date or instant is null.
    pub empty_as_null: bool,
    /// A plain `YYYY-MM-DD` in an instant is midnight UTC of that day.
    pub date_as_midnight: bool,
    /// Digits of an instant below the column's unit are cut off.
    pub cut_digits: bool,
}

impl Allow {
    /// Nothing beyond the strict rules.
    pub const NONE: Self =
        Self { empty_as_null: false, date_as_midnight: false, cut_digits: false };
    /// Every leniency there is, for an instant.
    pub const ALL: Self = Self { empty_as_null: true, date_as_midnight: true, cut_digits: true };
}

macro_rules! leaves {
    ($($(#[$doc:meta])* $name:ident: $type:expr;)*) => {$(
        $(#[$doc])*
        pub fn $name(name: impl Into<String>) -> Self {
            Self::new(name, Kind::Leaf($type))
        }
    )*};
}

impl Column {
    pub(crate) fn new(name: impl Into<String>, kind: Kind) -> Self {
        let (name, metadata) = (name.into(), BTreeMap::new());
        Self { name, kind, nullable: true, allow: Allow::NONE, metadata }
    }

    leaves! {
        /// Whole numbers of 32 bits.
        int32: DataType::Int32;
        /// Whole numbers of 64 bits.
        int64: DataType::Int64;
        /// Whole numbers from 0 on, 64 bits.
        uint64: DataType::UInt64;
        /// Binary floating point of 64 bits.
        float64: DataType::Float64;
        /// `true` and `false`.
        boolean: DataType::Boolean;
        /// Text, copied out of the input into one compact buffer for each batch.
        string: DataType::Utf8;
        /// Text as views into the input: nothing is copied, and a batch keeps the chunks alive that
        /// its texts lie in. Worth it where most of the input is text that is kept; a batch of short
        /// texts from long lines is smaller as [`string`](Column::string).
        string_view: DataType::Utf8View;
        /// Text from a small set of values, known or not: a dictionary.
        category: DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        /// Calendar days.
        date: DataType::Date32;
        /// Instants in microseconds, UTC.
        timestamp_us: DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        /// Instants in nanoseconds, UTC, from 1677 to 2262.
        timestamp_ns: DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()));
    }

    /// Exact decimals of `precision` digits, `scale` of them after the point.
    pub fn decimal(name: impl Into<String>, precision: u8, scale: i8) -> Self {
        Self::new(name, Kind::Leaf(DataType::Decimal128(precision, scale)))
    }

    /// UUIDs, 16 bytes each.
    pub fn uuid(name: impl Into<String>) -> Self {
        Self::new(name, Kind::Uuid)
    }

    /// The raw text of any JSON value.
    pub fn json(name: impl Into<String>) -> Self {
        Self::new(name, Kind::Json)
    }

    /// ISO 8601 durations, kept as text.
    pub fn duration(name: impl Into<String>) -> Self {
        Self::new(name, Kind::Duration)
    }

    /// Arrays of `item`, whose name becomes `element` as the Parquet format has it.
    pub fn list(name: impl Into<String>, mut item: Column) -> Self {
        item.name = "element".into();
        Self::new(name, Kind::List(Box::new(item)))
    }

    /// Objects with these fields.
    pub fn record(name: impl Into<String>, fields: impl IntoIterator<Item = Column>) -> Self {
        Self::new(name, Kind::Record(fields.into_iter().collect()))
    }

    /// Objects with any keys and values like `value`, whose name becomes `value`.
    pub fn map(name: impl Into<String>, mut value: Column) -> Self {
        value.name = "value".into();
        Self::new(name, Kind::Map(Box::new(value)))
    }

    /// Makes null, and absence of the key, a bad row.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.nullable = false;
        self
    }

    /// Sets what is tolerated in this column.
    #[must_use]
    pub fn allow(mut self, allow: Allow) -> Self {
        self.allow = allow;
        self
    }

    /// Adds an entry to the metadata of the Arrow field.
    #[must_use]
    pub fn with_metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.insert(key.into(), value.into());
        self
    }

    /// The key in the JSON object, and the name in the schema.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The shape.
    #[must_use]
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Whether null and absence are accepted.
    #[must_use]
    pub fn is_nullable(&self) -> bool {
        self.nullable
    }

    /// What is tolerated.
    #[must_use]
    pub fn allowed(&self) -> Allow {
        self.allow
    }

    /// What was added with [`with_metadata`](Column::with_metadata).
    #[must_use]
    pub fn metadata(&self) -> &BTreeMap<String, String> {
        &self.metadata
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

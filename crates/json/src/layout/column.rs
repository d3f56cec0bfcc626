//! One column: its name, where its values stand, and how they are read.

use std::collections::BTreeMap;

use arrow_schema::{DataType, TimeUnit};

/// One column, or one field of a struct, the item of a list, the value of a map.
///
/// Every column is nullable until [`required`](Column::required) says otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// The keys that lead to the value, where they are not the name alone.
    pub(super) path: Option<Vec<String>>,
    pub(super) nullable: bool,
    pub(super) allow: Allow,
    pub(super) stored: Option<UuidForm>,
    pub(super) values: Vec<String>,
    pub(super) metadata: BTreeMap<String, String>,
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
    /// A tagged union whose tag and value stand side by side, `{"Kind": "A", "Value": …}`: `Struct`
    /// of the tag, a nullable field for each arm and the raw text of the values of other arms.
    Union(Box<Union>),
    /// `Struct` of `months: Int32`, `days: Int32` and `nanoseconds: Int64`, from an ISO 8601
    /// duration. Parquet has no type for Arrow's own interval of these three.
    DurationParts,
    /// `Utf8` with the extension type `arrow.json` and the metadata `rowmill:type` = `raw_json`: an
    /// object of all keys of the object around that nothing else reads, at every depth.
    RawJson,
    /// `Int64`: the line that the row comes from, counted from 1.
    LineNumber,
    /// No column at all: the key is known and its value checked, and nothing is kept.
    Unread,
}

/// What [`Kind::Union`] is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Union {
    pub(super) tag: Column,
    pub(super) value: String,
    pub(super) arms: Vec<Column>,
}

impl Union {
    /// The column of the tag: an enumeration named like its key.
    #[must_use]
    pub fn tag(&self) -> &Column {
        &self.tag
    }

    /// The key of the value, and the name of the field that keeps the text of values of unknown arms.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The arms by the tag that stands for each.
    #[must_use]
    pub fn arms(&self) -> &[Column] {
        &self.arms
    }
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
    /// A decimal with more fraction digits than its column is rounded to the nearest, halves away
    /// from zero.
    pub round_digits: bool,
    /// A decimal with more fraction digits than its column is null there, and kept as it is written
    /// in the nearest [`raw_json`](Column::raw_json) column around it.
    pub rescue_digits: bool,
}

impl Allow {
    /// Nothing beyond the strict rules.
    pub const NONE: Self = Self {
        empty_as_null: false,
        date_as_midnight: false,
        cut_digits: false,
        round_digits: false,
        rescue_digits: false,
    };
    /// Every leniency there is for an instant.
    pub const ALL: Self =
        Self { empty_as_null: true, date_as_midnight: true, cut_digits: true, ..Self::NONE };
}

/// How a UUID is stored in a file. Batches hold 16 bytes either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UuidForm {
    /// As 16 bytes of a type of its own.
    #[default]
    Binary,
    /// As text: the 36 characters of `0f515589-99b4-423d-b83a-b237009f0509`, letters small, for
    /// readers that know no such type.
    Text,
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
        Self {
            name: name.into(),
            kind,
            path: None,
            nullable: true,
            allow: Allow::NONE,
            stored: None,
            values: Vec::new(),
            metadata: BTreeMap::new(),
        }
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
        /// Text from a small set of values, known or not: a dictionary. Schema files call it `enum`.
        #[doc(alias = "enum")]
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

    /// Objects with these fields. Schema files call it `struct`.
    #[doc(alias = "struct")]
    pub fn record(name: impl Into<String>, fields: impl IntoIterator<Item = Column>) -> Self {
        Self::new(name, Kind::Record(fields.into_iter().collect()))
    }

    /// Objects with any keys and values like `value`, whose name becomes `value`.
    pub fn map(name: impl Into<String>, mut value: Column) -> Self {
        value.name = "value".into();
        Self::new(name, Kind::Map(Box::new(value)))
    }

    /// Tagged unions of the form `{"tag": "Arm", "value": …}`: the column of `arms` whose name the
    /// tag gives takes the value. The tag is kept, a value under another tag as raw JSON text, and
    /// either may come first.
    ///
    /// The other form of union, where the value stands under a key named like its tag, is a
    /// [`record`](Column::record) of the tag and the arms, with a [`raw_json`](Column::raw_json) for
    /// the arms to come.
    ///
    /// ```
    /// use rowmill_json::{Column, Decoder, Layout};
    ///
    /// let room = Column::record("Room", [Column::int32("Floor")]);
    /// let layout = Layout::new([Column::union("Data", "Kind", "Value", [room])])?;
    /// let mut decoder = Decoder::new(&layout);
    /// decoder.push(br#"{"Data":{"Value":{"Floor":2},"Kind":"Room"}}"#.as_slice().into());
    /// decoder.finish();
    /// assert_eq!(decoder.next_batch()?.expect("one row").num_rows(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn union(
        name: impl Into<String>,
        tag: impl Into<String>,
        value: impl Into<String>,
        arms: impl IntoIterator<Item = Column>,
    ) -> Self {
        let (tag, value) = (Self::category(tag), value.into());
        let arms = arms.into_iter().collect();
        Self::new(name, Kind::Union(Box::new(Union { tag, value, arms })))
    }

    /// ISO 8601 durations as months, days and nanoseconds. Years count twelve months and weeks seven
    /// days; only seconds may have a fraction, and no digit of it below a nanosecond that is not zero.
    pub fn duration_parts(name: impl Into<String>) -> Self {
        Self::new(name, Kind::DurationParts)
    }

    /// Whatever the columns beside it do not read, at every depth, as the text of a JSON object with
    /// the shape of the one it stands in; null where nothing is left. It reads no key of its own.
    ///
    /// Keys and values are kept as they are written. In a list, elements with nothing left are `{}` up
    /// to the last one that has something.
    pub fn raw_json(name: impl Into<String>) -> Self {
        Self::new(name, Kind::RawJson)
    }

    /// The line each row comes from. It reads no key and stands among the columns of the row only.
    pub fn line_number(name: impl Into<String>) -> Self {
        Self::new(name, Kind::LineNumber).required()
    }

    /// A key that is known and not wanted: its value is checked and left out, and it counts neither
    /// as unknown nor as part of the rest.
    pub fn unread(name: impl Into<String>) -> Self {
        Self::new(name, Kind::Unread)
    }

    /// Where the value stands, from the object around the column on: one key renames, more than one
    /// take a value out of the objects it lies in.
    ///
    /// ```
    /// use rowmill_json::{Column, Decoder, Layout};
    ///
    /// let layout = Layout::new([
    ///     Column::uuid("booking_id").path(["Id"]),
    ///     Column::decimal("gross", 38, 10).path(["TotalAmount", "GrossValue"]),
    /// ])?;
    /// let mut decoder = Decoder::new(&layout);
    /// decoder.push(br#"{"TotalAmount":{"GrossValue":12.5}}"#.as_slice().into());
    /// decoder.finish();
    /// assert_eq!(decoder.next_batch()?.expect("one row").column(1).null_count(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn path<K: Into<String>>(mut self, keys: impl IntoIterator<Item = K>) -> Self {
        let keys: Vec<String> = keys.into_iter().map(Into::into).collect();
        self.path = (keys.len() != 1 || keys[0] != self.name).then_some(keys);
        self
    }

    /// The values known so far of a [`category`](Column::category), or the tags of a
    /// [`union`](Column::union), those of its arms among them. Others are read all the same, and
    /// reported as [`Drift`](crate::Drift).
    #[must_use]
    pub fn known_values<V: Into<String>>(mut self, values: impl IntoIterator<Item = V>) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        match &mut self.kind {
            Kind::Union(union) => union.tag.values = values,
            _ => self.values = values,
        }
        self
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

    /// Sets how the UUIDs of this [`uuid`](Column::uuid) are stored, whatever is chosen for others.
    ///
    /// ```
    /// use rowmill_json::{Column, Layout, UuidForm};
    ///
    /// let id = Column::uuid("Id").stored_as(UuidForm::Text);
    /// assert_eq!(id.stored(), Some(UuidForm::Text));
    /// assert!(Layout::new([Column::int64("n").stored_as(UuidForm::Text)]).is_err());
    /// # Ok::<(), rowmill_json::LayoutError>(())
    /// ```
    #[must_use]
    pub fn stored_as(mut self, form: UuidForm) -> Self {
        self.stored = Some(form);
        self
    }

    /// Adds an entry to the metadata of the Arrow field.
    #[must_use]
    pub fn with_metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.insert(key.into(), value.into());
        self
    }

    /// The name in the schema, and the key in the JSON object unless there is a
    /// [`path`](Column::path).
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

    /// What was set with [`stored_as`](Column::stored_as).
    #[must_use]
    pub fn stored(&self) -> Option<UuidForm> {
        self.stored
    }

    /// The keys that lead to the value, from the object around the column on.
    #[must_use]
    pub fn keys(&self) -> &[String] {
        self.path.as_deref().unwrap_or(std::slice::from_ref(&self.name))
    }

    /// What was set with [`known_values`](Column::known_values).
    #[must_use]
    pub fn values(&self) -> &[String] {
        match &self.kind {
            Kind::Union(union) => &union.tag.values,
            _ => &self.values,
        }
    }

    /// What was added with [`with_metadata`](Column::with_metadata).
    #[must_use]
    pub fn metadata(&self) -> &BTreeMap<String, String> {
        &self.metadata
    }
}

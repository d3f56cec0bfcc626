//! Layouts to and from Arrow schemas.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_schema::extension::{EXTENSION_TYPE_METADATA_KEY, EXTENSION_TYPE_NAME_KEY, Json, Uuid};
use arrow_schema::{DataType, Field, FieldRef, Fields, Schema, TimeUnit};

use super::{Column, Kind, Layout, LayoutError, UuidForm};

/// Metadata that tells apart what is one type to Arrow, such as a duration and other text.
const TYPE_KEY: &str = "rowmill:type";
const DURATION: &str = "duration";
const DURATION_PARTS: &str = "duration_parts";
const RAW_JSON: &str = "raw_json";
const LINE_NUMBER: &str = "line_number";

/// Metadata that says what type a field is, and how it is stored: ours to write.
pub(super) const TYPE_KEYS: [&str; 4] =
    [EXTENSION_TYPE_NAME_KEY, EXTENSION_TYPE_METADATA_KEY, TYPE_KEY, UuidForm::KEY];

impl UuidForm {
    /// The key of the metadata of an Arrow field with [its name](Self::name), where a column
    /// [says](Column::stored_as) how it is stored.
    pub const KEY: &'static str = "rowmill:uuid";

    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Binary, Self::Text];

    /// `binary` or `text`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Binary => "binary",
            Self::Text => "text",
        }
    }

    /// The form of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.name() == name)
    }
}

impl Column {
    /// The Arrow field this column becomes.
    #[must_use]
    pub fn field(&self) -> FieldRef {
        let data_type = match &self.kind {
            Kind::Leaf(data_type) => data_type.clone(),
            Kind::Uuid => DataType::FixedSizeBinary(16),
            Kind::Json | Kind::RawJson | Kind::Duration => DataType::Utf8,
            Kind::LineNumber => DataType::Int64,
            Kind::DurationParts => DataType::Struct(duration_parts()),
            Kind::Union(union) => {
                let raw = Column::json(&union.value).field();
                let arms = union.arms.iter().map(Column::field);
                let fields = std::iter::once(union.tag.field()).chain(arms).chain([raw]);
                DataType::Struct(fields.collect())
            }
            // Not in a schema: see `field_if_read`.
            Kind::Unread => DataType::Null,
            Kind::List(item) => DataType::List(item.field()),
            Kind::Record(fields) => {
                DataType::Struct(fields.iter().filter_map(Column::field_if_read).collect())
            }
            Kind::Map(value) => {
                let key = Field::new("key", DataType::Utf8, false);
                let entries = DataType::Struct(vec![Arc::new(key), value.field()].into());
                // Names and nullability as in the MAP shape of the Parquet format.
                DataType::Map(Arc::new(Field::new("key_value", entries, false)), false)
            }
        };
        let mut metadata: HashMap<String, String> = self.metadata.clone().into_iter().collect();
        let type_name = match self.kind {
            Kind::Duration => Some(DURATION),
            Kind::DurationParts => Some(DURATION_PARTS),
            Kind::RawJson => Some(RAW_JSON),
            Kind::LineNumber => Some(LINE_NUMBER),
            _ => None,
        };
        metadata.extend(type_name.map(|name| (TYPE_KEY.into(), name.into())));
        metadata.extend(self.stored.map(|form| (UuidForm::KEY.into(), form.name().into())));
        let field = Field::new(&self.name, data_type, self.nullable).with_metadata(metadata);
        Arc::new(match self.kind {
            Kind::Uuid => field.with_extension_type(Uuid),
            Kind::Json | Kind::RawJson => field.with_extension_type(Json::default()),
            _ => field,
        })
    }

    /// The Arrow field, unless the column is one that is not read.
    pub(crate) fn field_if_read(&self) -> Option<FieldRef> {
        (self.kind != Kind::Unread).then(|| self.field())
    }
}

/// The fields that a duration is taken apart into.
pub(crate) fn duration_parts() -> Fields {
    let field = |name, data_type| Field::new(name, data_type, false);
    Fields::from(vec![
        field("months", DataType::Int32),
        field("days", DataType::Int32),
        field("nanoseconds", DataType::Int64),
    ])
}

/// Reads every type that a [`Kind`] stands for, a union as the struct that it becomes; names inside lists are kept, names inside maps
/// become those of [`Column::map`]. A `FixedSizeBinary(16)` is a UUID with or without the
/// extension type.
impl TryFrom<&Schema> for Layout {
    type Error = LayoutError;

    fn try_from(schema: &Schema) -> Result<Self, LayoutError> {
        let mut path = Vec::new();
        let columns: Result<Vec<_>, _> =
            schema.fields().iter().map(|field| column(field, &mut path)).collect();
        Self::new(columns?)
    }
}

fn column<'a>(field: &'a Field, path: &mut Vec<&'a str>) -> Result<Column, LayoutError> {
    path.push(field.name());
    let is = |key: &str, value: &str| field.metadata().get(key).is_some_and(|found| found == value);
    let kind = match field.data_type() {
        DataType::Utf8 if is(TYPE_KEY, RAW_JSON) => Kind::RawJson,
        DataType::Int64 if is(TYPE_KEY, LINE_NUMBER) => Kind::LineNumber,
        DataType::Struct(parts) if is(TYPE_KEY, DURATION_PARTS) && *parts == duration_parts() => {
            Kind::DurationParts
        }
        DataType::Utf8 if is(EXTENSION_TYPE_NAME_KEY, "arrow.json") => Kind::Json,
        DataType::Utf8 if is(TYPE_KEY, DURATION) => Kind::Duration,
        DataType::FixedSizeBinary(16) => Kind::Uuid,
        plain @ (DataType::Int32
        | DataType::Int64
        | DataType::UInt64
        | DataType::Float64
        | DataType::Boolean
        | DataType::Utf8
        | DataType::Utf8View
        | DataType::Date32
        | DataType::Decimal128(..)) => Kind::Leaf(plain.clone()),
        plain @ DataType::Timestamp(TimeUnit::Microsecond | TimeUnit::Nanosecond, Some(zone))
            if matches!(&**zone, "UTC" | "+00:00") =>
        {
            Kind::Leaf(plain.clone())
        }
        plain @ DataType::Dictionary(key, value)
            if **key == DataType::Int32 && **value == DataType::Utf8 =>
        {
            Kind::Leaf(plain.clone())
        }
        DataType::List(item) => Kind::List(Box::new(column(item, path)?)),
        DataType::Struct(fields) => {
            let fields: Result<_, _> = fields.iter().map(|field| column(field, path)).collect();
            Kind::Record(fields?)
        }
        DataType::Map(entries, false) => match entries.data_type() {
            DataType::Struct(pair) if pair.len() == 2 && pair[0].data_type() == &DataType::Utf8 => {
                let mut value = column(&pair[1], path)?;
                value.name = "value".into();
                Kind::Map(Box::new(value))
            }
            _ => return Err(LayoutError::new(path, "is a map whose keys are no strings")),
        },
        other => {
            let instead = instead_of(other).map(|it| format!("; use {it}")).unwrap_or_default();
            return Err(LayoutError::new(path, format!("type {other} cannot be read{instead}")));
        }
    };
    path.pop();
    let mut column = Column::new(field.name(), kind);
    column.nullable = field.is_nullable();
    if column.kind == Kind::Uuid {
        column.stored = field.metadata().get(UuidForm::KEY).and_then(|name| UuidForm::named(name));
    }
    column.metadata = field
        .metadata()
        .iter()
        .filter(|(key, _)| !TYPE_KEYS.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    Ok(column)
}

/// A type that holds what `other` holds and can be read.
fn instead_of(other: &DataType) -> Option<&'static str> {
    use DataType::{
        Date64, Decimal32, Decimal64, Decimal256, Dictionary, FixedSizeList, Float16, Float32,
        Int8, Int16, LargeList, LargeListView, LargeUtf8, ListView, Timestamp, UInt8, UInt16,
        UInt32,
    };
    Some(match other {
        Int8 | Int16 | UInt8 | UInt16 => "Int32",
        UInt32 => "Int64",
        Float16 | Float32 => "Float64",
        Decimal32(..) | Decimal64(..) | Decimal256(..) => "Decimal128",
        LargeUtf8 => "Utf8",
        Dictionary(_, value) if matches!(**value, DataType::Utf8 | LargeUtf8) => {
            "Dictionary(Int32, Utf8)"
        }
        Date64 => "Date32",
        Timestamp(..) => "microseconds or nanoseconds with the time zone UTC",
        LargeList(_) | FixedSizeList(..) | ListView(_) | LargeListView(_) => "List",
        _ => return None,
    })
}

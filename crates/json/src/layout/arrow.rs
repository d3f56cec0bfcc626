//! Layouts to and from Arrow schemas.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_schema::extension::{EXTENSION_TYPE_METADATA_KEY, EXTENSION_TYPE_NAME_KEY, Json, Uuid};
use arrow_schema::{DataType, Field, FieldRef, Schema, TimeUnit};

use super::{Column, Kind, Layout, LayoutError};

/// Metadata that tells a duration from other text; Arrow has no type that keeps one as written.
const TYPE_KEY: &str = "rowmill:type";
const DURATION: &str = "duration";

/// Metadata that says what type a field is: ours to write.
pub(super) const TYPE_KEYS: [&str; 3] =
    [EXTENSION_TYPE_NAME_KEY, EXTENSION_TYPE_METADATA_KEY, TYPE_KEY];

impl Column {
    /// The Arrow field this column becomes.
    #[must_use]
    pub fn field(&self) -> FieldRef {
        let data_type = match &self.kind {
            Kind::Leaf(data_type) => data_type.clone(),
            Kind::Uuid => DataType::FixedSizeBinary(16),
            Kind::Json | Kind::Duration => DataType::Utf8,
            Kind::List(item) => DataType::List(item.field()),
            Kind::Record(fields) => DataType::Struct(fields.iter().map(Column::field).collect()),
            Kind::Map(value) => {
                let key = Field::new("key", DataType::Utf8, false);
                let entries = DataType::Struct(vec![Arc::new(key), value.field()].into());
                // Names and nullability as in the MAP shape of the Parquet format.
                DataType::Map(Arc::new(Field::new("key_value", entries, false)), false)
            }
        };
        let mut metadata: HashMap<String, String> = self.metadata.clone().into_iter().collect();
        if self.kind == Kind::Duration {
            metadata.insert(TYPE_KEY.into(), DURATION.into());
        }
        let field = Field::new(&self.name, data_type, self.nullable).with_metadata(metadata);
        Arc::new(match self.kind {
            Kind::Uuid => field.with_extension_type(Uuid),
            Kind::Json => field.with_extension_type(Json::default()),
            _ => field,
        })
    }
}

/// Reads every type that a [`Kind`] stands for; names inside lists are kept, names inside maps
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
        other => return Err(LayoutError::new(path, format!("type {other} cannot be read"))),
    };
    path.pop();
    let mut column = Column::new(field.name(), kind);
    column.nullable = field.is_nullable();
    column.metadata = field
        .metadata()
        .iter()
        .filter(|(key, _)| !TYPE_KEYS.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    Ok(column)
}

//! Layouts in one line.

use arrow_schema::{DataType, TimeUnit};
use rowmill_json::{Column, Kind, Layout};

/// The type as a schema file writes it, with `!` after what is required.
pub(crate) fn kind(column: &Column) -> String {
    let text = match column.kind() {
        Kind::Uuid => "uuid".into(),
        Kind::Json => "json".into(),
        Kind::Duration => "duration".into(),
        Kind::List(item) => format!("list<{}>", kind(item)),
        Kind::Map(value) => format!("map<{}>", kind(value)),
        Kind::Record(fields) => format!("struct<{}>", columns(fields)),
        Kind::Leaf(leaf) => match leaf {
            DataType::Decimal128(precision, scale) => format!("decimal({precision},{scale})"),
            DataType::Timestamp(TimeUnit::Microsecond, _) => "timestamp_us".into(),
            DataType::Timestamp(..) => "timestamp_ns".into(),
            DataType::Dictionary(..) => "enum".into(),
            DataType::Utf8 => "string".into(),
            DataType::Date32 => "date".into(),
            other => other.to_string().to_lowercase(),
        },
        other => format!("{other:?}"),
    };
    if column.is_nullable() { text } else { format!("{text}!") }
}

pub(crate) fn columns(columns: &[Column]) -> String {
    let columns = columns.iter().map(|column| format!("{}:{}", column.name(), kind(column)));
    columns.collect::<Vec<_>>().join(",")
}

pub(crate) fn layout(layout: &Layout) -> String {
    columns(layout.columns())
}

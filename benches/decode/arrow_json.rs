//! The same columns through `arrow-json`, in the types that are fastest for it.

use std::sync::Arc;

use arrow_array_60::RecordBatch;
use arrow_json_60::ReaderBuilder;
use arrow_schema_60::{DataType, Field, FieldRef, Schema, SchemaRef, TimeUnit};
use rowmill::arrow::schema as ours;

/// Rows of a batch: of 512, its default 1,024, and more, the number that is fastest for it.
pub(crate) const BATCH_ROWS: usize = 512;

/// The schema to give it for what rowmill reads as `schema`.
pub(crate) fn schema(schema: &ours::Schema) -> SchemaRef {
    Arc::new(Schema::new(schema.fields().iter().map(|it| field(it)).collect::<Vec<_>>()))
}

fn field(field: &ours::Field) -> FieldRef {
    Arc::new(Field::new(field.name(), data_type(field.data_type()), field.is_nullable()))
}

fn data_type(data_type_59: &ours::DataType) -> DataType {
    match data_type_59 {
        // It reads neither UUIDs into bytes (only unbroken hex digits) nor text into
        // dictionaries. Views are a twentieth slower.
        ours::DataType::Utf8
        | ours::DataType::FixedSizeBinary(16)
        | ours::DataType::Dictionary(..) => DataType::Utf8,
        // "UTC" needs a database of time zones compiled in. No zone at all is not faster.
        ours::DataType::Timestamp(ours::TimeUnit::Microsecond, Some(_)) => {
            DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into()))
        }
        ours::DataType::Int32 => DataType::Int32,
        ours::DataType::Int64 => DataType::Int64,
        ours::DataType::Float64 => DataType::Float64,
        ours::DataType::Boolean => DataType::Boolean,
        ours::DataType::Date32 => DataType::Date32,
        ours::DataType::Decimal128(precision, scale) => DataType::Decimal128(*precision, *scale),
        ours::DataType::List(item) => DataType::List(field(item)),
        ours::DataType::Struct(fields) => {
            DataType::Struct(fields.iter().map(|it| field(it)).collect())
        }
        other => panic!("no data set has a column of type {other}"),
    }
}

/// Decodes all lines and hands out the batches.
pub(crate) fn decode(schema: &SchemaRef, mut lines: &[u8], mut take: impl FnMut(RecordBatch)) {
    let decoder = ReaderBuilder::new(schema.clone()).with_batch_size(BATCH_ROWS).build_decoder();
    let mut decoder = decoder.expect("types it has");
    loop {
        // Stops where a batch is full.
        let read = decoder.decode(lines).expect("the corpus is good");
        lines = &lines[read..];
        match decoder.flush().expect("the corpus is good") {
            Some(batch) => take(batch),
            None => return assert!(lines.is_empty()),
        }
    }
}

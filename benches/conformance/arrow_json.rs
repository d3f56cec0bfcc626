//! One conformance case through `arrow-json`: `tests/conformance/engines.py` starts it.
//!
//! ```text
//! arrow_json SCHEMA INPUT OUTPUT      the rows of INPUT as an Arrow stream in OUTPUT
//! ```
//!
//! Ends with 1 where `arrow-json` refuses the input, with 3 where it has no such column.

use std::error::Error;
use std::fs::{self, File};
use std::io::BufReader;
use std::process::ExitCode;
use std::sync::Arc;

use arrow_array_60::RecordBatch;
use arrow_ipc_60::writer::StreamWriter;
use arrow_json_60::ReaderBuilder;
use arrow_schema_60::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};
use rowmill::arrow::schema as ours;
use rowmill::{Column, Kind, Unknown, schema_file};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    let [schema, input, output] = arguments.as_slice() else {
        eprintln!("arrow_json SCHEMA INPUT OUTPUT");
        return ExitCode::from(2);
    };
    let layout = match fs::read_to_string(schema).map(|text| schema_file::parse(&text)) {
        Ok(Ok(layout)) => layout,
        other => {
            eprintln!("{schema}: {other:?}");
            return ExitCode::from(2);
        }
    };
    let read = layout.columns().iter().filter(|column| *column.kind() != Kind::Unread);
    let Some(fields) = read.map(field).collect::<Option<Fields>>() else {
        return ExitCode::from(3);
    };
    let schema = Arc::new(Schema::new(fields));
    let rows = rows(&schema, layout.unknown() == Unknown::Error, input);
    match rows.and_then(|batches| write(&schema, &batches, output)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(1)
        }
    }
}

/// With `strict`, keys that no field reads are refused.
fn rows(schema: &SchemaRef, strict: bool, input: &str) -> Result<Vec<RecordBatch>, Box<dyn Error>> {
    let builder = ReaderBuilder::new(schema.clone()).with_strict_mode(strict);
    let reader = builder.build(BufReader::new(File::open(input)?))?;
    Ok(reader.collect::<Result<_, _>>()?)
}

fn write(schema: &Schema, batches: &[RecordBatch], output: &str) -> Result<(), Box<dyn Error>> {
    let mut writer = StreamWriter::try_new(File::create(output)?, schema)?;
    batches.iter().try_for_each(|batch| writer.write(batch))?;
    Ok(writer.finish()?)
}

/// `None` where it has no type for the values of `column`: UUIDs and durations in their text, any JSON
/// value, and what has one of them inside.
fn field(column: &Column) -> Option<Field> {
    let data_type = match column.kind() {
        Kind::Leaf(leaf) => data_type(leaf)?,
        Kind::List(item) => DataType::List(Arc::new(field(item)?)),
        Kind::Record(fields) => DataType::Struct(fields.iter().map(field).collect::<Option<_>>()?),
        Kind::Map(value) => {
            let pair = vec![Field::new("key", DataType::Utf8, false), field(value)?];
            let entries = Field::new("entries", DataType::Struct(pair.into()), false);
            DataType::Map(Arc::new(entries), false)
        }
        _ => return None,
    };
    Some(Field::new(column.name(), data_type, column.is_nullable()))
}

fn data_type(leaf: &ours::DataType) -> Option<DataType> {
    Some(match leaf {
        ours::DataType::Int32 => DataType::Int32,
        ours::DataType::Int64 => DataType::Int64,
        ours::DataType::UInt64 => DataType::UInt64,
        ours::DataType::Float64 => DataType::Float64,
        ours::DataType::Boolean => DataType::Boolean,
        // A dictionary holds the same texts.
        ours::DataType::Utf8 | ours::DataType::Dictionary(..) => DataType::Utf8,
        ours::DataType::Utf8View => DataType::Utf8View,
        ours::DataType::Date32 => DataType::Date32,
        ours::DataType::Decimal128(precision, scale) => DataType::Decimal128(*precision, *scale),
        ours::DataType::Timestamp(unit, _) => {
            let unit = match unit {
                ours::TimeUnit::Nanosecond => TimeUnit::Nanosecond,
                _ => TimeUnit::Microsecond,
            };
            DataType::Timestamp(unit, Some("+00:00".into()))
        }
        _ => return None,
    })
}

//! Rows of a batch in the terms of the case files: see `README.md`.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampNanosecondType, UInt64Type,
};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use serde_json::{Map, Value};

/// What a case says of floats is compared as bits, so that zeros have a sign.
const FLOAT: &str = "float64 bits ";

pub(crate) fn rows(batch: &RecordBatch) -> Vec<Value> {
    let names = batch.schema();
    (0..batch.num_rows())
        .map(|row| {
            let columns = names.fields().iter().zip(batch.columns());
            let named = columns.map(|(field, array)| (field.name().clone(), value(array, row)));
            Value::Object(named.collect())
        })
        .collect()
}

/// The rows of a case, with its floats in the same terms.
pub(crate) fn wanted(row: &Value, fields: &arrow_schema::Fields) -> Value {
    let mut made = Map::new();
    for field in fields {
        made.insert(field.name().clone(), with_bits(&row[field.name()], field.data_type()));
    }
    Value::Object(made)
}

fn with_bits(value: &Value, data_type: &DataType) -> Value {
    match (value, data_type) {
        (Value::String(text), DataType::Float64) => {
            let number: f64 = text.parse().expect("a float of the case files");
            format!("{FLOAT}{:016x}", number.to_bits()).into()
        }
        (Value::Array(items), DataType::List(item)) => {
            items.iter().map(|value| with_bits(value, item.data_type())).collect()
        }
        (Value::Object(_), DataType::Struct(fields)) => wanted(value, fields),
        _ => value.clone(),
    }
}

fn value(array: &dyn Array, row: usize) -> Value {
    if array.is_null(row) {
        return Value::Null;
    }
    match array.data_type() {
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).into(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).into(),
        DataType::UInt64 => array.as_primitive::<UInt64Type>().value(row).into(),
        DataType::Float64 => {
            let bits = array.as_primitive::<Float64Type>().value(row).to_bits();
            format!("{FLOAT}{bits:016x}").into()
        }
        DataType::Boolean => array.as_boolean().value(row).into(),
        DataType::Utf8 => array.as_string::<i32>().value(row).into(),
        DataType::Utf8View => array.as_string_view().value(row).into(),
        DataType::Date32 => array.as_primitive::<Date32Type>().value(row).into(),
        DataType::Decimal128(_, scale) => {
            let unscaled = array.as_primitive::<Decimal128Type>().value(row);
            decimal(unscaled, usize::from(scale.unsigned_abs())).into()
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            array.as_primitive::<TimestampMicrosecondType>().value(row).into()
        }
        DataType::Timestamp(..) => {
            array.as_primitive::<TimestampNanosecondType>().value(row).into()
        }
        DataType::FixedSizeBinary(_) => uuid(array.as_fixed_size_binary().value(row)).into(),
        DataType::Dictionary(..) => {
            let array = array.as_dictionary::<Int32Type>();
            value(array.values(), array.keys().value(row) as usize)
        }
        DataType::List(_) => {
            let items = array.as_list::<i32>().value(row);
            (0..items.len()).map(|at| value(&items, at)).collect()
        }
        DataType::Struct(fields) => {
            let columns = fields.iter().zip(array.as_struct().columns());
            Value::Object(
                columns.map(|(field, column)| (field.name().clone(), value(column, row))).collect(),
            )
        }
        DataType::Map(..) => {
            let entries = array.as_map().value(row);
            let pair =
                |at| Value::Array(vec![value(entries.column(0), at), value(entries.column(1), at)]);
            (0..entries.len()).map(pair).collect()
        }
        other => panic!("no case has {other}"),
    }
}

fn decimal(unscaled: i128, scale: usize) -> String {
    let digits = format!("{:0width$}", unscaled.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if unscaled < 0 { "-" } else { "" };
    let point = if scale > 0 { "." } else { "" };
    format!("{sign}{whole}{point}{fraction}")
}

fn uuid(bytes: &[u8]) -> String {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

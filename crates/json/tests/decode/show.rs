//! Values of arrays as text, so that cases can be written down.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampNanosecondType, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};

pub(crate) fn value(array: &ArrayRef, row: usize) -> String {
    if array.is_null(row) {
        return "null".into();
    }
    match array.data_type() {
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::UInt64 => array.as_primitive::<UInt64Type>().value(row).to_string(),
        DataType::Float64 => format!("{:?}", array.as_primitive::<Float64Type>().value(row)),
        DataType::Utf8View => format!("{:?}", array.as_string_view().value(row)),
        DataType::Date32 => array.as_primitive::<Date32Type>().value(row).to_string(),
        DataType::Decimal128(..) => array.as_primitive::<Decimal128Type>().value(row).to_string(),
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            array.as_primitive::<TimestampMicrosecondType>().value(row).to_string()
        }
        DataType::Timestamp(..) => {
            array.as_primitive::<TimestampNanosecondType>().value(row).to_string()
        }
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::Utf8 => format!("{:?}", array.as_string::<i32>().value(row)),
        DataType::FixedSizeBinary(_) => array
            .as_fixed_size_binary()
            .value(row)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
        DataType::Dictionary(..) => {
            let array = array.as_dictionary::<Int32Type>();
            value(array.values(), array.keys().value(row) as usize)
        }
        DataType::List(_) => list(&array.as_list::<i32>().value(row)),
        DataType::Struct(_) => fields(array, row),
        DataType::Map(..) => {
            let entries = array.as_map().value(row);
            let pair = |at| {
                let (key, value) = (entries.column(0), entries.column(1));
                format!("{}={}", self::value(key, at), self::value(value, at))
            };
            format!("{{{}}}", (0..entries.len()).map(pair).collect::<Vec<_>>().join(","))
        }
        other => panic!("no layout has {other}"),
    }
}

fn list(elements: &ArrayRef) -> String {
    let shown: Vec<_> = (0..elements.len()).map(|at| value(elements, at)).collect();
    format!("[{}]", shown.join(","))
}

fn fields(array: &ArrayRef, row: usize) -> String {
    let shown: Vec<_> =
        array.as_struct().columns().iter().map(|column| value(column, row)).collect();
    format!("({})", shown.join(","))
}

//! Values as text.

use rowmill::arrow::RecordBatch;
use rowmill::arrow::array::cast::AsArray;
use rowmill::arrow::array::types::{
    Date32Type, Decimal128Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType,
};
use rowmill::arrow::array::{Array, ArrayRef};
use rowmill::arrow::schema::DataType;

/// The column or nested field at a path of names.
pub(crate) fn at(batch: &RecordBatch, path: &str) -> ArrayRef {
    let mut names = path.split('.');
    let first = names.next().and_then(|name| batch.column_by_name(name)).expect(path).clone();
    names.fold(first, |array, name| array.as_struct().column_by_name(name).expect(path).clone())
}

/// One value as text, whatever its type.
pub(crate) fn shown(array: &dyn Array, row: usize) -> String {
    if array.is_null(row) {
        return "null".into();
    }
    let joined = |parts: Vec<String>| parts.join(", ");
    match array.data_type() {
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).to_string(),
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::Utf8 => array.as_string::<i32>().value(row).into(),
        DataType::Decimal128(..) => array.as_primitive::<Decimal128Type>().value_as_string(row),
        DataType::Date32 => {
            array.as_primitive::<Date32Type>().value_as_date(row).unwrap().to_string()
        }
        DataType::Timestamp(..) => {
            let instants = array.as_primitive::<TimestampMicrosecondType>();
            instants.value_as_datetime(row).unwrap().to_string()
        }
        DataType::FixedSizeBinary(_) => {
            let bytes = array.as_fixed_size_binary().value(row);
            bytes.iter().map(|byte| format!("{byte:02x}")).collect()
        }
        DataType::Dictionary(..) => {
            let codes = array.as_dictionary::<Int32Type>();
            shown(codes.values(), codes.key(row).unwrap())
        }
        DataType::List(_) => {
            let items = array.as_list::<i32>().value(row);
            format!("[{}]", joined((0..items.len()).map(|i| shown(&items, i)).collect()))
        }
        DataType::Struct(fields) => {
            let columns = fields.iter().zip(array.as_struct().columns());
            let parts =
                columns.map(|(field, column)| format!("{}: {}", field.name(), shown(column, row)));
            format!("{{{}}}", joined(parts.collect()))
        }
        DataType::Map(..) => {
            let entries = array.as_map().value(row);
            let (keys, values) = (entries.column(0), entries.column(1));
            let parts =
                (0..entries.len()).map(|i| format!("{}: {}", shown(keys, i), shown(values, i)));
            format!("{{{}}}", joined(parts.collect()))
        }
        other => panic!("no entity has a column of type {other}"),
    }
}

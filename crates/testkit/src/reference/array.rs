//! Columns out of cells.

use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, FixedSizeBinaryArray,
    Float64Array, Int32Array, Int64Array, ListArray, MapArray, RecordBatch, RecordBatchOptions,
    StringArray, StringViewArray, StructArray, TimestampMicrosecondArray, TimestampNanosecondArray,
    UInt64Array,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Fields, Schema, TimeUnit};

use super::cell::Cell;

const FITS: &str = "the reference decoder makes what the schema describes";

/// A batch of rows whose cells stand in the order of the schema.
pub(super) fn batch(schema: &Schema, rows: Vec<Vec<Cell>>) -> RecordBatch {
    let count = rows.len();
    let columns = columns(schema.fields(), rows.iter().map(Vec::as_slice));
    let options = RecordBatchOptions::new().with_row_count(Some(count));
    RecordBatch::try_new_with_options(Arc::new(schema.clone()), columns, &options).expect(FITS)
}

/// The columns of records; an empty slice stands for a record that is null.
fn columns<'a>(fields: &Fields, rows: impl Iterator<Item = &'a [Cell]> + Clone) -> Vec<ArrayRef> {
    let column = |index: usize| -> Vec<&'a Cell> {
        rows.clone().map(|row| row.get(index).unwrap_or(&Cell::Null)).collect()
    };
    fields.iter().enumerate().map(|(i, field)| array(field.data_type(), &column(i))).collect()
}

fn array(data_type: &DataType, cells: &[&Cell]) -> ArrayRef {
    let whole = || {
        cells.iter().map(|cell| match cell {
            Cell::Whole(value) => Some(*value),
            _ => None,
        })
    };
    // The reader has checked the ranges.
    let i32s = || whole().map(|value| Some(value? as i32));
    let i64s = || whole().map(|value| Some(value? as i64));
    let text = || {
        cells.iter().map(|cell| match cell {
            Cell::Text(text) => Some(text.as_str()),
            _ => None,
        })
    };
    match data_type {
        DataType::Int32 => Arc::new(Int32Array::from_iter(i32s())),
        DataType::Int64 => Arc::new(Int64Array::from_iter(i64s())),
        DataType::UInt64 => {
            Arc::new(UInt64Array::from_iter(whole().map(|value| Some(value? as u64))))
        }
        DataType::Float64 => {
            Arc::new(Float64Array::from_iter(cells.iter().map(|cell| match cell {
                Cell::Float(value) => Some(*value),
                _ => None,
            })))
        }
        DataType::Boolean => {
            Arc::new(BooleanArray::from_iter(cells.iter().map(|cell| match cell {
                Cell::Bool(value) => Some(*value),
                _ => None,
            })))
        }
        DataType::Utf8 => Arc::new(StringArray::from_iter(text())),
        DataType::Utf8View => Arc::new(StringViewArray::from_iter(text())),
        DataType::Dictionary(..) => Arc::new(text().collect::<DictionaryArray<Int32Type>>()),
        DataType::Date32 => Arc::new(Date32Array::from_iter(i32s())),
        DataType::Timestamp(TimeUnit::Microsecond, zone) => {
            Arc::new(TimestampMicrosecondArray::from_iter(i64s()).with_timezone_opt(zone.clone()))
        }
        DataType::Timestamp(_, zone) => {
            Arc::new(TimestampNanosecondArray::from_iter(i64s()).with_timezone_opt(zone.clone()))
        }
        DataType::Decimal128(precision, scale) => Arc::new(
            Decimal128Array::from_iter(whole())
                .with_precision_and_scale(*precision, *scale)
                .expect(FITS),
        ),
        DataType::FixedSizeBinary(size) => {
            let bytes = cells.iter().map(|cell| match cell {
                Cell::Uuid(bytes) => Some(bytes),
                _ => None,
            });
            Arc::new(
                FixedSizeBinaryArray::try_from_sparse_iter_with_size(bytes, *size).expect(FITS),
            )
        }
        DataType::Struct(fields) => {
            let rows = cells.iter().map(|cell| match cell {
                Cell::Record(cells) => cells.as_slice(),
                _ => &[],
            });
            let columns = columns(fields, rows);
            Arc::new(StructArray::new(fields.clone(), columns, nulls(cells)))
        }
        DataType::List(item) => {
            let lists = cells.iter().map(|cell| match cell {
                Cell::List(items) => items.as_slice(),
                _ => &[],
            });
            let items: Vec<&Cell> = lists.clone().flatten().collect();
            let offsets = OffsetBuffer::from_lengths(lists.map(<[Cell]>::len));
            let items = array(item.data_type(), &items);
            Arc::new(ListArray::new(item.clone(), offsets, items, nulls(cells)))
        }
        DataType::Map(entries, ordered) => {
            let maps = cells.iter().map(|cell| match cell {
                Cell::Map(pairs) => pairs.as_slice(),
                _ => &[],
            });
            let keys: Vec<&str> = maps.clone().flatten().map(|(key, _)| key.as_str()).collect();
            let values: Vec<&Cell> = maps.clone().flatten().map(|(_, value)| value).collect();
            let offsets = OffsetBuffer::from_lengths(maps.map(<[(String, Cell)]>::len));
            let DataType::Struct(pair) = entries.data_type() else {
                panic!("the reference decoder does not read maps of {}", entries.data_type());
            };
            let values = array(pair[1].data_type(), &values);
            let pairs = StructArray::new(
                pair.clone(),
                vec![Arc::new(StringArray::from(keys)), values],
                None,
            );
            Arc::new(MapArray::new(entries.clone(), offsets, pairs, nulls(cells), *ordered))
        }
        other => panic!("the reference decoder does not read {other}"),
    }
}

fn nulls(cells: &[&Cell]) -> Option<NullBuffer> {
    let valid = NullBuffer::from_iter(cells.iter().map(|cell| **cell != Cell::Null));
    (valid.null_count() > 0).then_some(valid)
}

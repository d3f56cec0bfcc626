//! The answer before the time: what the variants read is the same, or nothing is measured.

use std::sync::Arc;

use arrow_ipc::reader::StreamReader;
use arrow_ipc_60::writer::StreamWriter;
use arrow_schema_60::SchemaRef;
use rowmill::arrow::array::cast::AsArray;
use rowmill::arrow::array::types::{Int32Type, TimestampMicrosecondType};
use rowmill::arrow::array::{Array, ArrayRef, ListArray, StringArray, StructArray};
use rowmill::arrow::schema::{DataType, Field, FieldRef, TimeUnit};
use rowmill::arrow::{RecordBatch, buffer};
use rowmill::{Bytes, Simd};
use serde_json::Value;

use super::arrow_json;
use super::data::DataSet;
use super::variant::{Variant, lines, rowmill, tapes};

/// How much of a data set is compared; the rows of all of it are counted when it is measured.
const COMPARED: usize = 16_000_000;

/// # Panics
/// If two variants read different things.
pub(crate) fn check(data: &DataSet, variants: &[Variant]) {
    let end = data.lines.len().min(COMPARED);
    let end = memchr::memrchr(b'\n', &data.lines[..end]).expect("at least one line") + 1;
    let part = data.lines.slice(..end);
    let mut theirs = None;
    for variant in variants.iter().rev() {
        match variant {
            Variant::ArrowJson(schema) => theirs = Some(through_ipc(schema, &part)),
            Variant::Rowmill(simd) => {
                let theirs = theirs.as_ref().expect("arrow-json comes after rowmill");
                compare(data, &ours(data, *simd, &part), theirs);
            }
            Variant::SimdJson => check_tapes(data.name, &part),
            // It has no answer but its verdict.
            Variant::SerdeJson => {}
        }
    }
}

fn ours(data: &DataSet, simd: Simd, part: &Bytes) -> Vec<RecordBatch> {
    let mut batches = Vec::new();
    rowmill(&data.layout, simd, part.clone(), |batch| batches.push(batch));
    batches
}

/// The batches of `arrow-json`, carried from its Arrow to ours by the format both speak.
fn through_ipc(schema: &SchemaRef, part: &[u8]) -> Vec<RecordBatch> {
    let mut stream = StreamWriter::try_new(Vec::new(), schema).expect("a stream");
    arrow_json::decode(schema, part, |batch| stream.write(&batch).expect("writes"));
    let bytes = stream.into_inner().expect("ends");
    let stream = StreamReader::try_new(bytes.as_slice(), None).expect("a stream");
    stream.map(|batch| batch.expect("reads")).collect()
}

/// Batches may end in different places; the rows between two ends of either are compared at once.
fn compare(data: &DataSet, ours: &[RecordBatch], theirs: &[RecordBatch]) {
    let rows = |batches: &[RecordBatch]| batches.iter().map(RecordBatch::num_rows).sum::<usize>();
    assert_eq!(rows(ours), rows(theirs), "{}: rows", data.name);
    let (mut ours, mut theirs) = (ours.iter().map(plain_columns), theirs.iter().map(plain_columns));
    let (mut left, mut right) = (StructArray::new_empty_fields(0, None), None::<StructArray>);
    let mut row = 0;
    loop {
        if left.is_empty() {
            let Some(next) = ours.next() else { break };
            left = next;
        }
        let there = match right.take().filter(|rest| !rest.is_empty()) {
            Some(rest) => rest,
            None => theirs.next().expect("as many rows as ours"),
        };
        let both = left.len().min(there.len());
        for (name, column) in there.column_names().iter().zip(there.columns()) {
            let wanted = column.slice(0, both);
            let found = left.column_by_name(name).expect("the same columns").slice(0, both);
            assert_eq!(&found, &wanted, "{}: {name} from row {row}", data.name);
        }
        assert_eq!(left.num_columns(), there.num_columns());
        row += both;
        left = left.slice(both, left.len() - both);
        right = Some(there.slice(both, there.len() - both));
    }
}

fn plain_columns(batch: &RecordBatch) -> StructArray {
    let whole: ArrayRef = Arc::new(StructArray::from(batch.clone()));
    plain(&whole).as_struct().clone()
}

/// The same values in types that both sides can have: UUIDs and dictionaries as text, instants
/// without the name of their zone, fields without metadata.
fn plain(array: &ArrayRef) -> ArrayRef {
    match array.data_type() {
        DataType::FixedSizeBinary(16) => {
            let ids = array.as_fixed_size_binary().iter();
            Arc::new(ids.map(|id| id.map(uuid_text)).collect::<StringArray>())
        }
        DataType::Dictionary(..) => {
            let dictionary = array.as_dictionary::<Int32Type>();
            let texts = dictionary.downcast_dict::<StringArray>().expect("of text");
            Arc::new(texts.into_iter().collect::<StringArray>())
        }
        DataType::Timestamp(TimeUnit::Microsecond, Some(zone)) => {
            assert!(matches!(&**zone, "UTC" | "+00:00"));
            let instants = array.as_primitive::<TimestampMicrosecondType>().clone();
            Arc::new(instants.with_timezone_opt(None::<&str>))
        }
        DataType::List(item) => {
            let list = array.as_list::<i32>();
            let values = plain(list.values());
            let item = plain_field(item, &values);
            let offsets: buffer::OffsetBuffer<i32> = list.offsets().clone();
            Arc::new(ListArray::new(item, offsets, values, list.nulls().cloned()))
        }
        DataType::Struct(fields) => {
            let record = array.as_struct();
            let columns: Vec<ArrayRef> = record.columns().iter().map(plain).collect();
            let fields = fields.iter().zip(&columns);
            let fields = fields.map(|(field, column)| plain_field(field, column)).collect();
            Arc::new(StructArray::new(fields, columns, record.nulls().cloned()))
        }
        _ => array.clone(),
    }
}

fn plain_field(field: &Field, values: &ArrayRef) -> FieldRef {
    Arc::new(Field::new(field.name(), values.data_type().clone(), field.is_nullable()))
}

fn uuid_text(id: &[u8]) -> String {
    let digits: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
    let groups = [0..8, 8..12, 12..16, 16..20, 20..32];
    groups.map(|group| digits[group].to_owned()).join("-")
}

/// A tape has one node for each key and value: as many as `serde_json` finds.
fn check_tapes(name: &str, part: &[u8]) {
    let mut lines = lines(part);
    tapes(part, |tape| {
        let line = lines.next().expect("a tape for each line");
        let value: Value = serde_json::from_slice(line).expect("the corpus is good");
        assert_eq!(tape.0.len(), nodes(&value), "{name}: nodes of a tape");
    });
    assert!(lines.next().is_none(), "{name}: a tape for each line");
}

fn nodes(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(nodes).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(|it| 1 + nodes(it)).sum::<usize>(),
        _ => 1,
    }
}

//! What is chosen changes how a file is written, and never what is in it.

use std::collections::HashSet;
use std::sync::Arc;

use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Encoding, Type};
use parquet::bloom_filter::Sbbf;
use rowmill_json::{Column, Layout, UuidForm};

use super::tables::{Random, any_type, array, leaves};
use super::{CODECS, encode, encode_with, oracle, read, same, table};
use crate::ErrorKind;
use crate::arrow::array::cast::AsArray;
use crate::arrow::array::types::Int32Type;
use crate::arrow::array::{
    Array, ArrayRef, Decimal128Array, DictionaryArray, FixedSizeBinaryArray, Float64Array,
    Int32Array, Int64Array, ListArray, MapArray, StringArray, StructArray,
};
use crate::arrow::{DataType, Field, RecordBatch, Schema, SchemaRef};
use crate::settings::Compression;
use crate::sink::columns::stored;
use crate::sink::{Encoder, ParquetOptions, Profile};

/// The encodings that a file says its columns have.
fn encodings(file: &Bytes) -> HashSet<Encoding> {
    let (metadata, _) = read(file);
    let groups = metadata.row_groups().iter();
    groups.flat_map(|group| group.columns()).flat_map(|column| column.encodings()).collect()
}

#[test]
fn compat_has_plain_values_and_dictionaries_alone() {
    let old = HashSet::from([Encoding::PLAIN, Encoding::RLE, Encoding::RLE_DICTIONARY]);
    let mut random = Random::new(21);
    let nested = (0..40).map(|n| any_type(&mut Random::new(n), 3));
    let others = [DataType::Float32, DataType::LargeUtf8];
    for (n, leaf) in leaves().chain(nested).chain(others).enumerate() {
        let (schema, batches) = table(&mut random, &[leaf], &[3000, 1, 5000, 70, 9000]);
        let options = ParquetOptions {
            compression: CODECS[n % 3],
            profile: Profile::Compat,
            ..ParquetOptions::default()
        };
        let file = encode_with(&schema, &batches, &options);
        let found = encodings(&file);
        assert!(found.is_subset(&old), "{schema:?}: {found:?}");
        same(&schema, &file, &encode(&schema, &batches, CODECS[n % 3]));
        assert!(file == encode_with(&schema, &batches, &options), "the same every time");
    }
}

#[test]
fn compat_gives_up_dictionaries_that_grow_too_large() {
    let field = Field::new("n", DataType::Int64, false);
    let schema: SchemaRef = Arc::new(Schema::new(vec![field]));
    // Many of a few numbers, then ever new ones.
    let batch = |range: std::ops::Range<i64>, of: i64| {
        let column = Int64Array::from_iter_values(range.map(|n| n % of * 1_000_003));
        RecordBatch::try_new(schema.clone(), vec![Arc::new(column)]).expect("a batch")
    };
    let batches = [batch(0..20_000, 50), batch(0..110_000, i64::MAX)];
    let options = ParquetOptions { profile: Profile::Compat, ..ParquetOptions::default() };
    let file = encode_with(&schema, &batches, &options);
    let all = HashSet::from([Encoding::PLAIN, Encoding::RLE, Encoding::RLE_DICTIONARY]);
    assert_eq!(encodings(&file), all);
    same(&schema, &file, &encode(&schema, &batches, Compression::None));
}

/// Columns of UUIDs in everything that may be around them.
fn uuids() -> Layout {
    let id = || Column::uuid("id");
    Layout::new([
        Column::uuid("a").required(),
        id(),
        Column::list("l", id()),
        Column::list("ll", Column::list("l", id().required()).required()),
        Column::record("r", [id(), Column::int32("n"), Column::map("m", id())]),
    ])
    .expect("a sound layout")
}

/// The same with its UUIDs as texts, made in another way.
fn as_text(array: &ArrayRef, field: &Field) -> ArrayRef {
    match field.data_type() {
        DataType::Utf8 if array.as_fixed_size_binary_opt().is_some() => {
            let text = |bytes: &[u8]| {
                let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
                parts.join("-")
            };
            let texts = array.as_fixed_size_binary().iter().map(|value| value.map(text));
            Arc::new(texts.collect::<StringArray>())
        }
        DataType::Struct(fields) => {
            let (columns, fields) = (array.as_struct().columns(), fields.clone());
            let columns = columns.iter().zip(&fields).map(|(column, f)| as_text(column, f));
            let columns: Vec<ArrayRef> = columns.collect();
            Arc::new(StructArray::new(fields, columns, array.nulls().cloned()))
        }
        DataType::List(item) => {
            let list = array.as_list::<i32>();
            let (items, ends) = (as_text(list.values(), item), list.offsets().clone());
            Arc::new(ListArray::new(item.clone(), ends, items, array.nulls().cloned()))
        }
        DataType::Map(entries, _) => {
            let map = array.as_map();
            let pairs = as_text(&(Arc::new(map.entries().clone()) as ArrayRef), entries);
            let (pairs, ends) = (pairs.as_struct().clone(), map.offsets().clone());
            Arc::new(MapArray::new(entries.clone(), ends, pairs, array.nulls().cloned(), false))
        }
        _ => array.clone(),
    }
}

#[test]
fn uuids_as_text_are_the_same_uuids() {
    let schema = uuids().schema().clone();
    let texts: SchemaRef = Arc::new(stored(&schema, UuidForm::Text));
    let mut random = Random::new(22);
    for (n, few) in [None, Some(3), None].into_iter().enumerate() {
        let batch = |random: &mut Random, rows| {
            let fields = schema.fields().iter();
            let columns = fields.map(|field| array(random, field, rows, few)).collect();
            RecordBatch::try_new(schema.clone(), columns).expect("a batch")
        };
        let batches: Vec<_> = [3000, 1, 7000, 9000].map(|rows| batch(&mut random, rows)).into();
        let in_text = |batch: &RecordBatch| {
            let columns = batch.columns().iter().zip(texts.fields());
            let columns = columns.map(|(column, field)| as_text(column, field)).collect();
            RecordBatch::try_new(texts.clone(), columns).expect("a batch")
        };
        let texted: Vec<_> = batches.iter().map(in_text).collect();
        for profile in [Profile::Default, Profile::Compat] {
            let options = ParquetOptions {
                compression: CODECS[n],
                uuid: UuidForm::Text,
                profile,
                ..ParquetOptions::default()
            };
            let file = encode_with(&schema, &batches, &options);
            same(&texts, &file, &oracle(&texts, &texted, CODECS[n]));
        }
    }
}

#[test]
fn uuids_beside_a_type_that_is_not_encoded_here_stay_binary() {
    let id = uuids().schema().field(0).clone();
    let pair = [id, Field::new("n", DataType::Float32, true)];
    let pair = Field::new("pair", DataType::Struct(pair.into_iter().collect()), true);
    let schema: SchemaRef = Arc::new(Schema::new(vec![pair]));
    let mut options = ParquetOptions::default();
    assert!(Encoder::with(Vec::new(), &schema, &options).is_ok());
    options.uuid = UuidForm::Text;
    let error = Encoder::with(Vec::new(), &schema, &options).expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(error.to_string().contains("pair"), "{error}");
}

/// The filters of a column, one for each row group.
fn filters(file: &Bytes, column: usize) -> Vec<Option<Sbbf>> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file.clone()).expect("a file");
    let groups = 0..builder.metadata().num_row_groups();
    let filter = |group| builder.get_row_group_column_bloom_filter(group, column).expect("is read");
    groups.map(filter).collect()
}

/// `values` makes a column of the numbers, `bytes` what readers look for.
fn check_filter(
    values: impl Fn(&mut dyn Iterator<Item = i64>) -> ArrayRef,
    bytes: impl Fn(i64) -> Vec<u8>,
    text: UuidForm,
) {
    for (rows, different) in [(30_000, 30_000), (40_000, 50), (200_000, 200_000)] {
        let column = values(&mut (0..rows).map(|n| n % different));
        let field = Field::new("v", column.data_type().clone(), false);
        let id = uuids().schema().field(0).metadata().clone();
        let is_id = *column.data_type() == DataType::FixedSizeBinary(16);
        let field = if is_id { field.with_metadata(id) } else { field };
        let schema: SchemaRef = Arc::new(Schema::new(vec![field]));
        let batch = RecordBatch::try_new(schema.clone(), vec![column]).expect("a batch");
        let options = ParquetOptions {
            bloom_filters: vec!["v".to_owned()],
            uuid: text,
            ..ParquetOptions::default()
        };
        let file = encode_with(&schema, std::slice::from_ref(&batch), &options);
        let filters: Vec<Sbbf> = filters(&file, 0).into_iter().flatten().collect();
        assert_eq!(filters.len(), (rows as usize).div_ceil(131_072), "one for each row group");
        for n in 0..rows {
            let filter = &filters[n as usize / 131_072];
            assert!(filter.check(&bytes(n % different)[..]), "{n} in {schema:?}");
        }
        let wrong = (rows..rows + 20_000).filter(|n| filters[0].check(&bytes(*n)[..])).count();
        assert!(wrong <= 240, "{wrong} of 20,000 values that are not there, {schema:?}");
        let most = different.min(131_072) as usize * 5 / 2 + 64;
        assert!(filters[0].num_blocks() * 32 <= most, "as large as its values ask for");
        if text == UuidForm::Binary {
            same(&schema, &file, &encode(&schema, &[batch], Compression::default()));
        }
    }
}

#[test]
fn filters_know_the_values_of_their_row_groups() {
    let whole = |n: i64| n.to_le_bytes().to_vec();
    let binary = UuidForm::Binary;
    check_filter(|n| Arc::new(Int64Array::from_iter_values(n)), whole, binary);
    let narrow = |n: &mut dyn Iterator<Item = i64>| {
        Arc::new(Int32Array::from_iter_values(n.map(|n| n as i32))) as ArrayRef
    };
    check_filter(narrow, |n| (n as i32).to_le_bytes().to_vec(), binary);
    let float = |n: i64| n as f64 / 8.0;
    check_filter(
        |n| Arc::new(Float64Array::from_iter_values(n.map(float))),
        |n| float(n).to_le_bytes().to_vec(),
        binary,
    );
    let decimal = |n: &mut dyn Iterator<Item = i64>| {
        let column = Decimal128Array::from_iter_values(n.map(|n| i128::from(n) - 7));
        Arc::new(column.with_precision_and_scale(38, 10).expect("it fits")) as ArrayRef
    };
    check_filter(decimal, |n| (i128::from(n) - 7).to_be_bytes().to_vec(), binary);
    let text = |n: i64| format!("text {n}");
    check_filter(
        |n| Arc::new(StringArray::from_iter_values(n.map(text))),
        |n| text(n).into_bytes(),
        binary,
    );
    let words = |n: &mut dyn Iterator<Item = i64>| {
        let words: Vec<String> = n.map(text).collect();
        let keys = words.iter().map(String::as_str);
        Arc::new(keys.collect::<DictionaryArray<Int32Type>>()) as ArrayRef
    };
    check_filter(words, |n| text(n).into_bytes(), binary);
    let ids = |n: &mut dyn Iterator<Item = i64>| {
        let ids = n.map(|n| uuid_of(n).to_vec());
        Arc::new(FixedSizeBinaryArray::try_from_iter(ids).expect("of one size")) as ArrayRef
    };
    check_filter(ids, |n| uuid_of(n).to_vec(), binary);
    let text = |n| super::super::uuid::text(uuid_of(n)).to_vec();
    check_filter(ids, text, UuidForm::Text);
}

fn uuid_of(n: i64) -> [u8; 16] {
    (n as u128).wrapping_mul(0x9E37_79B9_7F4A_7C15_2545_F491_4F6C_DD1D).to_be_bytes()
}

#[test]
fn filters_of_nested_columns_and_of_types_that_are_left_to_others() {
    let texts: Vec<String> = (0..5000).map(|n| format!("text {}", n / 2)).collect();
    let item = Arc::new(Field::new("element", DataType::Utf8, true));
    let items = Arc::new(StringArray::from_iter_values(&texts));
    let ends = crate::arrow::buffer::OffsetBuffer::from_lengths([5; 1000]);
    let list: ArrayRef = Arc::new(ListArray::new(item, ends, items, None));
    let floats = (0..1000).map(|n| n as f32);
    let floats: ArrayRef = Arc::new(crate::arrow::array::Float32Array::from_iter_values(floats));
    let outer = vec![
        Field::new("list", list.data_type().clone(), true),
        Field::new("float", DataType::Float32, false),
    ];
    let outer = StructArray::new(outer.into(), vec![list.clone(), floats.clone()], None);
    let schema: SchemaRef = Arc::new(Schema::new(vec![
        Field::new("a", list.data_type().clone(), true),
        Field::new("b", outer.data_type().clone(), false),
        Field::new("c", DataType::Float32, false),
    ]));
    let columns = vec![list, Arc::new(outer) as ArrayRef, floats];
    let batch = RecordBatch::try_new(schema.clone(), columns).expect("a batch");
    let options = ParquetOptions {
        bloom_filters: ["a", "b.list", "c"].map(str::to_owned).into(),
        ..ParquetOptions::default()
    };
    let file = encode_with(&schema, &[batch], &options);
    for column in [0, 1] {
        let filter = filters(&file, column).remove(0).expect("a filter");
        assert!(texts.iter().all(|text| filter.check(text.as_str())));
        let wrong = (5000..9000).filter(|n| filter.check(format!("text {n}").as_str())).count();
        assert!(wrong < 80, "{wrong}");
    }
    let filter = filters(&file, 3).remove(0).expect("a filter");
    assert!((0..1000).all(|n| filter.check(&(n as f32))));
    assert!(filters(&file, 2).iter().all(Option::is_none), "nobody has asked for it");
}

#[test]
fn a_column_without_a_filter_is_named() {
    let layout = Layout::new([Column::boolean("b"), Column::record("r", [Column::int32("n")])]);
    let layout = layout.expect("a sound layout");
    for path in ["b", "r", "r.m", "x"] {
        let options =
            ParquetOptions { bloom_filters: vec![path.to_owned()], ..ParquetOptions::default() };
        let error = Encoder::with(Vec::new(), layout.schema(), &options).expect_err(path);
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(error.to_string().contains(path), "{error}");
    }
    let options =
        ParquetOptions { bloom_filters: vec!["r.n".to_owned()], ..ParquetOptions::default() };
    let encoder = Encoder::with(Vec::new(), layout.schema(), &options).expect("a column");
    let file: Bytes = encoder.finish().expect("no rows").into();
    assert_eq!(read(&file).0.num_row_groups(), 0);
    let columns = read(&file).0.file_metadata().schema_descr().columns().to_vec();
    assert_eq!(columns[1].physical_type(), Type::INT32);
}

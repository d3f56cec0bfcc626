//! What the page index says of pages, and dictionaries that grow too large.

use std::sync::Arc;

use bytes::Bytes;
use parquet::arrow::arrow_reader::{
    ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection, RowSelector,
};
use parquet::basic::{BoundaryOrder, Encoding, PageType};
use parquet::file::metadata::{LevelHistogram, PageIndexPolicy, ParquetMetaData};
use parquet::file::page_index::column_index::ColumnIndexMetaData;

use super::tables::{Random, any_type};
use super::{check, table};
use crate::arrow::array::types::Int32Type;
use crate::arrow::array::{
    Array, ArrayRef, Decimal128Array, DictionaryArray, FixedSizeBinaryArray, Int32Array,
    Int64Array, StringArray, TimestampMicrosecondArray,
};
use crate::arrow::schema::TimeUnit;
use crate::arrow::{DataType, Field, RecordBatch, Schema, SchemaRef};
use crate::settings::Compression;

fn options() -> ArrowReaderOptions {
    ArrowReaderOptions::new()
        .with_page_index_policy(PageIndexPolicy::Required)
        .with_encoding_stats_as_mask(false)
}

fn metadata(file: &Bytes) -> Arc<ParquetMetaData> {
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file.clone(), options());
    builder.expect("a file with a page index").metadata().clone()
}

/// The first rows of the pages of a column, and where the last one ends.
fn starts(metadata: &ParquetMetaData, column: usize) -> Vec<usize> {
    let (mut starts, mut before) = (Vec::new(), 0);
    for (n, group) in metadata.row_groups().iter().enumerate() {
        let index = &metadata.offset_index().expect("an index")[n][column];
        starts
            .extend(index.page_locations.iter().map(|page| before + page.first_row_index as usize));
        before += group.num_rows() as usize;
    }
    starts.push(before);
    starts
}

/// Some rows of a file, read with the help of the page index.
fn rows(file: &Bytes, start: usize, end: usize) -> Vec<RecordBatch> {
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file.clone(), options());
    let selection = vec![RowSelector::skip(start), RowSelector::select(end - start)];
    let builder = builder.expect("a file").with_row_selection(RowSelection::from(selection));
    let reader = builder.with_batch_size(end - start).build().expect("a reader");
    reader.map(|batch| batch.expect("is read")).collect()
}

fn one_column(
    field: Field,
    batches: impl IntoIterator<Item = ArrayRef>,
) -> (SchemaRef, Vec<RecordBatch>) {
    let schema: SchemaRef = Arc::new(Schema::new(vec![field]));
    let batch = |array| RecordBatch::try_new(schema.clone(), vec![array]).expect("a batch");
    let batches = batches.into_iter().map(batch).collect();
    (schema, batches)
}

#[test]
fn each_page_is_found_by_its_rows() {
    let mut random = Random::new(11);
    for _ in 0..6 {
        let types: Vec<DataType> = (0..3).map(|_| any_type(&mut random, 2)).collect();
        let (schema, batches) = table(&mut random, &types, &[2048; 20]);
        let file = check(&schema, &batches, Compression::default());
        let metadata = metadata(&file);
        let all = rows(&file, 0, metadata.file_metadata().num_rows() as usize);
        for column in 0..metadata.file_metadata().schema_descr().num_columns() {
            for ends in starts(&metadata, column).windows(2) {
                let page = rows(&file, ends[0], ends[1]);
                let expected = all[0].slice(ends[0], ends[1] - ends[0]);
                assert!(page.len() == 1 && page[0] == expected, "{schema:?}, column {column}");
            }
        }
    }
}

#[test]
fn bounds_of_pages_are_those_of_their_rows() {
    let mut random = Random::new(12);
    let value = |n: usize, random: &mut Random| match n / 40_000 {
        // A page without values.
        1 => None,
        _ => random.chance(2, 3).then(|| random.next() as i64),
    };
    let numbers: Int64Array = (0..150_000).map(|n| value(n, &mut random)).collect();
    let texts: StringArray = numbers.iter().map(|v| v.map(|v| format!("{v:>70}"))).collect();
    let few: StringArray = numbers.iter().map(|v| v.map(|v| (v & 255).to_string())).collect();
    let schema: SchemaRef = Arc::new(Schema::new(vec![
        Field::new("number", DataType::Int64, true),
        Field::new("text", DataType::Utf8, true),
        Field::new("few", DataType::Utf8, true),
    ]));
    let columns: Vec<ArrayRef> =
        vec![Arc::new(numbers.clone()), Arc::new(texts.clone()), Arc::new(few.clone())];
    let batch = RecordBatch::try_new(schema.clone(), columns).expect("a batch");
    let file = check(&schema, &[batch], Compression::default());
    let metadata = metadata(&file);
    for column in 0..3 {
        let starts = starts(&metadata, column);
        let indexes = metadata.column_index().expect("an index");
        let mut page = 0;
        for index in indexes.iter().map(|group| &group[column]) {
            for n in 0..index.num_pages() as usize {
                let (start, len) = (starts[page], starts[page + 1] - starts[page]);
                page += 1;
                let nulls = numbers.slice(start, len).null_count();
                assert_eq!(index.null_counts().map(|counts| counts[n]), Some(nulls as i64));
                assert_eq!(index.is_null_page(n), nulls == len);
                if nulls == len {
                    continue;
                }
                match index {
                    ColumnIndexMetaData::INT64(index) => {
                        let values = numbers.slice(start, len);
                        assert_eq!(index.min_value(n).copied(), values.iter().flatten().min());
                        assert_eq!(index.max_value(n).copied(), values.iter().flatten().max());
                    }
                    ColumnIndexMetaData::BYTE_ARRAY(index) => {
                        let values = if column == 1 { &texts } else { &few }.slice(start, len);
                        let least = values.iter().flatten().min().expect("values").as_bytes();
                        let largest = values.iter().flatten().max().expect("values").as_bytes();
                        let (low, high) = (index.min_value(n), index.max_value(n));
                        let (low, high) = (low.expect("a bound"), high.expect("a bound"));
                        assert!(low <= least && largest <= high && high.len() <= 64);
                        assert!(column == 1 || (low, high) == (least, largest));
                    }
                    other => panic!("an index of another type: {other:?}"),
                }
            }
        }
        assert_eq!(page + 1, starts.len());
    }
    let pages = |column| starts(&metadata, column).len() - 1;
    assert!((8..=12).contains(&pages(0)) && pages(1) > 8, "{} {}", pages(0), pages(1));
}

/// The encodings of the data pages of the only row group.
fn encodings(file: &Bytes) -> Vec<Encoding> {
    let metadata = metadata(file);
    let counts = metadata.row_group(0).column(0).page_encoding_stats().expect("encodings").clone();
    counts
        .iter()
        .filter(|count| count.page_type == PageType::DATA_PAGE)
        .map(|count| count.encoding)
        .collect()
}

#[test]
fn dictionaries_that_grow_too_large_are_given_up() {
    // The first page repeats itself, those that come do not.
    let number = |n: u64| if n < 20_000 { n % 100 } else { n };
    let uuid = |n: u64| Some((u128::from(number(n)) * 0x1_0000_0001_0000_0001).to_be_bytes());
    let text = |n: u64| Some(format!("a text that is long enough, number {}", number(n)));
    let uuids = |start: u64| -> ArrayRef {
        let values = (start..start + 2000).map(uuid);
        Arc::new(FixedSizeBinaryArray::try_from_sparse_iter_with_size(values, 16).expect("uuids"))
    };
    let field = Field::new("uuid", DataType::FixedSizeBinary(16), false);
    let (schema, batches) = one_column(field, (0..130_000).step_by(2000).map(uuids));
    let file = check(&schema, &batches, Compression::default());
    assert_eq!(encodings(&file)[0], Encoding::RLE_DICTIONARY);

    let texts = |start: u64| -> ArrayRef {
        Arc::new((start..start + 2000).map(text).collect::<StringArray>())
    };
    let field = Field::new("text", DataType::Utf8, true);
    let (schema, batches) = one_column(field, (0..100_000).step_by(2000).map(texts));
    let file = check(&schema, &batches, Compression::default());
    assert_eq!(encodings(&file), [Encoding::RLE_DICTIONARY, Encoding::DELTA_LENGTH_BYTE_ARRAY]);

    // Keys that are ready, from dictionaries that are never the same.
    let keys = |start: u64| -> ArrayRef {
        let words = (start..start + 2000).map(text).collect::<StringArray>();
        let keys = (0..2000).rev().map(|key| (key % 7 > 0).then_some(key)).collect::<Int32Array>();
        Arc::new(DictionaryArray::<Int32Type>::new(keys, Arc::new(words)))
    };
    let leaf = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let (schema, batches) =
        one_column(Field::new("keys", leaf, true), (0..200_000).step_by(2000).map(keys));
    let file = check(&schema, &batches, Compression::default());
    assert_eq!(encodings(&file), [Encoding::RLE_DICTIONARY, Encoding::DELTA_LENGTH_BYTE_ARRAY]);
}

/// A number that has nothing in common with those of other `n`.
fn scattered(n: u64) -> u64 {
    let mixed = (n + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ mixed >> 32).wrapping_mul(0xD6E8_FEB8_6659_FD93)
}

#[test]
fn encodings_follow_the_values() {
    let of = |leaf: DataType, array: ArrayRef| {
        let (schema, batches) = one_column(Field::new("c", leaf, true), [array]);
        encodings(&check(&schema, &batches, Compression::default()))
    };
    let texts = |text: fn(u64) -> String| -> ArrayRef {
        Arc::new((0..9000).map(|n| Some(text(n))).collect::<StringArray>())
    };
    assert_eq!(of(DataType::Utf8, texts(|n| (n % 30).to_string())), [Encoding::RLE_DICTIONARY]);
    let names = texts(|n| format!("{:x}", scattered(n) >> (n % 40)));
    assert_eq!(of(DataType::Utf8, names), [Encoding::DELTA_LENGTH_BYTE_ARRAY]);
    // One greater than the other.
    assert_eq!(of(DataType::Utf8, texts(|n| format!("R-{}", 10_000 + n))), [Encoding::PLAIN]);
    let instants = |instant: fn(i64) -> i64| -> ArrayRef {
        Arc::new(TimestampMicrosecondArray::from_iter_values((0..9000).map(instant)))
    };
    let instant = DataType::Timestamp(TimeUnit::Microsecond, None);
    let seconds = instants(|n| n * 1_000_001);
    assert_eq!(of(instant.clone(), seconds), [Encoding::DELTA_BINARY_PACKED]);
    // Rounded ones, and more than a dictionary is good for.
    let days = instants(|n| (n * 7919 % 400) * 3_600_000_000);
    assert_eq!(of(instant.clone(), days), [Encoding::RLE_DICTIONARY]);
    let rounded = instants(|n| (scattered(n as u64) >> 48 << 24) as i64);
    assert_eq!(of(instant, rounded), [Encoding::BYTE_STREAM_SPLIT]);
    let numbers = |number: fn(i32) -> i32| -> ArrayRef {
        Arc::new(Int32Array::from_iter_values((0..9000).map(number)))
    };
    assert_eq!(of(DataType::Int32, numbers(|n| n)), [Encoding::DELTA_BINARY_PACKED]);
    assert_eq!(of(DataType::Int32, numbers(|n| n * n % 7)), [Encoding::RLE_DICTIONARY]);
    let money = |modulus: i128| -> ArrayRef {
        let money: Decimal128Array = (0..9000).map(|n| n % modulus * 1_000_000).collect();
        Arc::new(money.with_precision_and_scale(38, 10).expect("fits"))
    };
    assert_eq!(of(DataType::Decimal128(38, 10), money(30)), [Encoding::RLE_DICTIONARY]);
    assert_eq!(of(DataType::Decimal128(38, 10), money(9000)), [Encoding::PLAIN]);
}

#[test]
fn the_order_of_pages_is_told() {
    type Value = fn(i64) -> Option<i64>;
    let nothing: (Value, BoundaryOrder) = (|_| None, BoundaryOrder::ASCENDING);
    let cases: [(Value, BoundaryOrder); 6] = [
        (|n| Some(n), BoundaryOrder::ASCENDING),
        (|n| (n % 3 > 0 && n / 20_000 != 1).then_some(n / 9), BoundaryOrder::ASCENDING),
        (|_| Some(7), BoundaryOrder::ASCENDING),
        (|n| Some(-n), BoundaryOrder::DESCENDING),
        (|n| Some((n - 50_000).abs()), BoundaryOrder::UNORDERED),
        // The least values go up, the largest ones do not.
        (|n| Some(if n == 5 { 1_000_000 } else { n }), BoundaryOrder::UNORDERED),
    ];
    for (value, expected) in cases.into_iter().chain([nothing]) {
        let numbers = Int64Array::from_iter((0..100_000).map(value));
        let texts = (0..100_000).map(|n| {
            let behind = "-".repeat(n as usize % 80);
            value(n).map(|value| format!("{:012}{behind}", value + 200_000))
        });
        let texts: StringArray = texts.collect();
        for column in [Arc::new(numbers) as ArrayRef, Arc::new(texts)] {
            let field = Field::new("v", column.data_type().clone(), true);
            let (schema, batches) = one_column(field, [column]);
            let metadata = metadata(&check(&schema, &batches, Compression::default()));
            let index = &metadata.column_index().expect("an index")[0][0];
            assert_eq!(index.get_boundary_order(), Some(expected), "{:?}", batches[0].slice(0, 9));
        }
    }
}

#[test]
fn sizes_of_pages_add_up_to_those_of_their_chunk() {
    let mut random = Random::new(14);
    for _ in 0..10 {
        let types: Vec<DataType> = (0..3).map(|_| any_type(&mut random, 3)).collect();
        let (schema, batches) = table(&mut random, &types, &[2048; 20]);
        let metadata = metadata(&check(&schema, &batches, Compression::None));
        for (n, column) in metadata.row_group(0).columns().iter().enumerate() {
            let pages = &metadata.offset_index().expect("an index")[0][n];
            let bytes = pages.unencoded_byte_array_data_bytes().map(|bytes| bytes.iter().sum());
            assert_eq!(bytes, column.unencoded_byte_array_data_bytes(), "{schema:?}");
            let index = &metadata.column_index().expect("an index")[0][n];
            let count = pages.page_locations().len();
            if matches!(index, ColumnIndexMetaData::NONE) {
                continue;
            }
            let sum = |of: &dyn Fn(usize) -> Option<Vec<i64>>| {
                (0..count).map(of).try_fold(Vec::new(), |mut sum: Vec<i64>, page| {
                    let page = page?;
                    sum.resize(page.len(), 0);
                    sum.iter_mut().zip(page).for_each(|(sum, count)| *sum += count);
                    Some(sum)
                })
            };
            let reps = sum(&|page| index.repetition_level_histogram(page).map(<[i64]>::to_vec));
            let defs = sum(&|page| index.definition_level_histogram(page).map(<[i64]>::to_vec));
            let of = |levels: &LevelHistogram| levels.values().to_vec();
            assert_eq!(reps, column.repetition_level_histogram().map(of), "{schema:?}");
            assert_eq!(defs, column.definition_level_histogram().map(of), "{schema:?}");
        }
    }
}

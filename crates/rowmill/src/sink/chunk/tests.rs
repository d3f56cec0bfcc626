//! Files of this encoder and of the one in the parquet crate hold the same tables, and say the same
//! of them.

mod options;
mod pages;
mod tables;

use std::collections::HashSet;
use std::sync::Arc;

use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::arrow::{ArrowSchemaConverter, ArrowWriter, add_encoded_arrow_schema_to_metadata};
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData};
use parquet::file::statistics::Statistics;

use self::tables::{Random, any_type, array};
use crate::arrow::{DataType, Field, RecordBatch, Schema, SchemaRef};
use crate::settings::Compression;
use crate::sink::{Encoder, ParquetOptions, properties, told};

/// The file that is made of `batches`.
fn encode(schema: &SchemaRef, batches: &[RecordBatch], codec: Compression) -> Bytes {
    let options = ParquetOptions { compression: codec, ..ParquetOptions::default() };
    encode_with(schema, batches, &options)
}

fn encode_with(schema: &SchemaRef, batches: &[RecordBatch], options: &ParquetOptions) -> Bytes {
    let mut encoder = Encoder::with(Vec::new(), schema, options).expect("a schema");
    batches.iter().for_each(|batch| encoder.write(batch).expect("is encoded"));
    encoder.finish().expect("a file").into()
}

/// The file that the parquet crate makes of them.
fn oracle(schema: &SchemaRef, batches: &[RecordBatch], codec: Compression) -> Bytes {
    let columns = ArrowSchemaConverter::new().convert(schema).expect("columns");
    let options = ParquetOptions { compression: codec, ..ParquetOptions::default() };
    let properties = properties::properties(&columns, &options, &HashSet::new());
    let mut properties = properties.expect("properties");
    // What readers are told of dictionaries inside other columns is our own.
    add_encoded_arrow_schema_to_metadata(&told(schema), &mut properties);
    let options = ArrowWriterOptions::new().with_properties(properties);
    let options = options.with_skip_arrow_metadata(true);
    let mut writer =
        ArrowWriter::try_new_with_options(Vec::new(), schema.clone(), options).expect("a schema");
    batches.iter().for_each(|batch| writer.write(batch).expect("is encoded"));
    writer.into_inner().expect("a file").into()
}

fn read(file: &Bytes) -> (Arc<ParquetMetaData>, Vec<RecordBatch>) {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file.clone()).expect("a file");
    let metadata = builder.metadata().clone();
    let reader = builder.with_batch_size(10_000).build().expect("a reader");
    (metadata, reader.map(|batch| batch.expect("is read")).collect())
}

/// Requires that both encoders write the same. It gives back the file.
fn check(schema: &SchemaRef, batches: &[RecordBatch], codec: Compression) -> Bytes {
    let file = encode(schema, batches, codec);
    same(schema, &file, &oracle(schema, batches, codec));
    file
}

/// Requires that two files of this schema hold the same, and say the same of it.
fn same(schema: &SchemaRef, file: &Bytes, other: &Bytes) {
    let ((metadata, rows), (expected_metadata, expected_rows)) = (read(file), read(other));
    assert_eq!(rows.len(), expected_rows.len(), "{schema:?}");
    for (rows, expected) in rows.iter().zip(&expected_rows) {
        for (n, (column, expected)) in rows.columns().iter().zip(expected.columns()).enumerate() {
            assert!(column == expected, "{:?}: {column:?}, not {expected:?}", schema.field(n));
        }
    }
    let file_metadata = metadata.file_metadata();
    let expected = expected_metadata.file_metadata();
    assert_eq!(file_metadata.schema_descr(), expected.schema_descr());
    assert_eq!(file_metadata.key_value_metadata(), expected.key_value_metadata());
    assert_eq!(file_metadata.created_by(), expected.created_by());
    assert_eq!(file_metadata.num_rows(), expected.num_rows());
    assert_eq!(file_metadata.column_orders(), expected.column_orders());
    assert_eq!(metadata.num_row_groups(), expected_metadata.num_row_groups());
    for (group, expected) in metadata.row_groups().iter().zip(expected_metadata.row_groups()) {
        assert_eq!(group.num_rows(), expected.num_rows());
        for (column, expected) in group.columns().iter().zip(expected.columns()) {
            assert_eq!(column.num_values(), expected.num_values());
            same_statistics(column.statistics(), expected.statistics());
            let bytes = expected.unencoded_byte_array_data_bytes();
            assert_eq!(column.unencoded_byte_array_data_bytes(), bytes);
            let reps = expected.repetition_level_histogram();
            assert_eq!(column.repetition_level_histogram(), reps);
            // Between values and nulls alone, the number of these says as much.
            let levels = column.column_descr();
            let flat = levels.max_def_level() == 1 && levels.max_rep_level() == 0;
            if !flat {
                let defs = expected.definition_level_histogram();
                assert_eq!(column.definition_level_histogram(), defs);
            }
        }
    }
}

fn same_statistics(found: Option<&Statistics>, expected: Option<&Statistics>) {
    let (found, expected) = (found.expect("statistics"), expected.expect("statistics"));
    assert_eq!(found.null_count_opt(), expected.null_count_opt());
    assert_eq!(found.min_bytes_opt(), expected.min_bytes_opt(), "{found:?}, {expected:?}");
    assert_eq!(found.max_bytes_opt(), expected.max_bytes_opt(), "{found:?}, {expected:?}");
    assert_eq!(found.min_is_exact(), expected.min_is_exact(), "{found:?}");
    assert_eq!(found.max_is_exact(), expected.max_is_exact(), "{found:?}");
    assert_eq!(found.is_min_max_backwards_compatible(), expected.is_min_max_backwards_compatible());
}

/// Batches of some numbers of rows with a column of each type, nullable or not.
fn table(
    random: &mut Random,
    types: &[DataType],
    sizes: &[usize],
) -> (SchemaRef, Vec<RecordBatch>) {
    let field = |(n, leaf): (usize, &DataType)| {
        Field::new(format!("c{n}"), leaf.clone(), random.chance(3, 4))
    };
    let schema = Arc::new(Schema::new(types.iter().enumerate().map(field).collect::<Vec<_>>()));
    let columns = |random: &mut Random, rows| {
        schema.fields().iter().map(|field| array(random, field, rows, None)).collect()
    };
    let batch = |rows: &usize| {
        let batch = RecordBatch::try_new(schema.clone(), columns(random, *rows)).expect("a batch");
        // Some are parts of others.
        let (cut, end) = (random.below(rows / 2 + 1), random.below(rows / 4 + 1));
        if random.chance(1, 3) { batch.slice(cut, rows - cut - end) } else { batch }
    };
    let batches = sizes.iter().map(batch).collect();
    (schema, batches)
}

const CODECS: [Compression; 3] = [Compression::Zstd(1), Compression::Snappy, Compression::None];

#[test]
fn each_type_by_itself() {
    let mut random = Random::new(1);
    for leaf in tables::leaves() {
        for (n, sizes) in
            [&[1][..], &[0], &[5, 0, 100], &[3000, 1, 9000, 70]].into_iter().enumerate()
        {
            for _ in 0..4 {
                let (schema, batches) = table(&mut random, std::slice::from_ref(&leaf), sizes);
                check(&schema, &batches, CODECS[n % 3]);
            }
        }
    }
}

#[test]
fn types_in_types() {
    let mut random = Random::new(2);
    for n in 0..150 {
        let types: Vec<DataType> = (0..3).map(|_| any_type(&mut random, 3)).collect();
        let sizes = [random.below(3), random.below(300), random.below(2500)];
        let (schema, batches) = table(&mut random, &types, &sizes);
        check(&schema, &batches, CODECS[n % 3]);
    }
}

#[test]
fn many_rows() {
    let mut random = Random::new(3);
    for leaf in tables::leaves() {
        // More than a row group, and pages of each.
        let sizes = [2048; 75];
        let (schema, batches) = table(&mut random, &[leaf], &sizes);
        check(&schema, &batches, Compression::Zstd(1));
    }
}

#[test]
fn the_file_is_the_same_for_every_number_of_threads() {
    let mut random = Random::new(6);
    for n in 0..6 {
        let mut types: Vec<DataType> = (0..5).map(|_| any_type(&mut random, 2)).collect();
        types.push(DataType::Float32);
        let (schema, batches) = table(&mut random, &types, &[2048; 80]);
        // Some row groups end by their bytes, others by their rows.
        let row_group_bytes = [1 << 20, 64 << 20][n % 2];
        let mut options = ParquetOptions { row_group_bytes, ..ParquetOptions::default() };
        let alone = encode_with(&schema, &batches, &options);
        for threads in [2, 3, 9] {
            options.threads = threads;
            assert!(encode_with(&schema, &batches, &options) == alone, "{threads}: {schema:?}");
        }
    }
}

#[test]
fn types_that_are_left_to_others() {
    let mut random = Random::new(4);
    let types = [DataType::Float32, DataType::Int64, DataType::Utf8, DataType::LargeUtf8];
    let (schema, batches) = table(&mut random, &types, &[10, 3000, 150_000]);
    check(&schema, &batches, Compression::Snappy);
}

#[test]
fn no_rows_at_all() {
    let schema: SchemaRef = Arc::new(Schema::new(vec![Field::new("n", DataType::Int64, true)]));
    check(&schema, &[], Compression::default());
    check(&schema, &[RecordBatch::new_empty(schema.clone())], Compression::default());
}

#[test]
fn a_batch_of_another_schema_is_refused() {
    let mut random = Random::new(5);
    let field = |leaf, nullable| Field::new("n", leaf, nullable);
    let int = field(DataType::Int64, false);
    let schema: SchemaRef = Arc::new(Schema::new(vec![int]));
    for other in [field(DataType::Int64, true), field(DataType::Int32, false)] {
        let schema_of_batch = Arc::new(Schema::new(vec![other.clone()]));
        let column = array(&mut random, &other, 100, Some(2));
        let batch = RecordBatch::try_new(schema_of_batch, vec![column]).expect("a batch");
        let mut encoder = Encoder::new(Vec::new(), &schema, Compression::None).expect("a schema");
        assert!(encoder.write(&batch).is_err(), "{other:?}");
    }
}

#[test]
fn the_same_rows_make_the_same_bytes() {
    let mut random = Random::new(6);
    let types: Vec<DataType> = tables::leaves().collect();
    let (schema, batches) = table(&mut random, &types, &[2000, 2048, 5000]);
    let [first, again] = [0; 2].map(|_| encode(&schema, &batches, Compression::default()));
    assert!(first == again);
    let has = |file: &Bytes| {
        let options = parquet::arrow::arrow_reader::ArrowReaderOptions::new()
            .with_page_index_policy(PageIndexPolicy::Required);
        ParquetRecordBatchReaderBuilder::try_new_with_options(file.clone(), options).is_ok()
    };
    assert!(has(&first));
}

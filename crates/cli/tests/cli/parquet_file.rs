//! Reading back what was written, with the parquet crate's own reader.

use std::fs::File;
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

#[track_caller]
pub(crate) fn read(path: &Path) -> (SchemaRef, Vec<RecordBatch>) {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).expect("a Parquet file");
    let schema = builder.schema().clone();
    let batches = builder.build().expect("a readable file").collect::<Result<_, _>>();
    (schema, batches.expect("readable batches"))
}

#[track_caller]
pub(crate) fn rows(path: &Path) -> usize {
    read(path).1.iter().map(RecordBatch::num_rows).sum()
}

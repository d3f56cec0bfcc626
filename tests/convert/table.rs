//! Rows to convert, and tables read back.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::ParquetMetaData;
use rowmill::arrow::RecordBatch;
use rowmill::{Column, Decoder, FOOTER_PROOF, Layout, Proof, SourceCounts};

/// A column of every kind.
pub(crate) fn layout() -> Layout {
    let tax = Column::record("tax", [Column::string("Code"), Column::decimal("Value", 38, 10)]);
    Layout::new([
        Column::uuid("Id").required(),
        Column::int64("Count"),
        Column::timestamp_us("UpdatedUtc"),
        Column::decimal("Amount", 38, 10),
        Column::category("State"),
        Column::string("Notes"),
        Column::date("Day"),
        Column::boolean("IsActive"),
        Column::float64("Latitude"),
        Column::duration("Offset"),
        Column::json("Rest"),
        Column::list("Taxes", tax),
        Column::map("Names", Column::string("name")),
    ])
    .expect("a sound layout")
}

/// A layout of one whole number.
pub(crate) fn number() -> Layout {
    Layout::new([Column::int64("n").required()]).expect("a sound layout")
}

/// Lines of [`layout`], from row number `from` on.
pub(crate) fn rows(from: usize, count: usize) -> String {
    let mut text = String::new();
    for n in from..from + count {
        let notes = if n % 3 == 0 { "null".into() } else { format!("\"note \\u00e9 {n}\"") };
        writeln!(
            text,
            "{{\"Id\":\"0f515589-99b4-423d-b83a-{n:012x}\",\"Count\":{n},\
             \"UpdatedUtc\":\"2024-02-{:02}T{:02}:00:00.123456Z\",\"Amount\":{}.{:04},\
             \"State\":\"{}\",\"Notes\":{notes},\"Day\":\"2023-01-{:02}\",\"IsActive\":{},\
             \"Latitude\":{}.5,\"Offset\":\"P{n}D\",\"Rest\":{{\"a\":[{n},null]}},\
             \"Taxes\":[{{\"Code\":\"CZ-{}\",\"Value\":{n}.01}}],\"Names\":{{\"en\":\"x{n}\"}}}}",
            1 + n % 28,
            n % 24,
            n * 7,
            n % 10_000,
            ["Confirmed", "Started", "Canceled"][n % 3],
            1 + n % 31,
            n % 2 == 0,
            n % 90,
            n,
        )
        .expect("a string");
    }
    text
}

/// A folder with this file in it.
pub(crate) fn folder_with(name: &str, bytes: impl AsRef<[u8]>) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("writes");
    (folder, path)
}

/// What the decoder makes of `text`.
pub(crate) fn decoded(layout: &Layout, text: &str) -> Vec<RecordBatch> {
    let mut decoder = Decoder::new(layout);
    decoder.push(text.to_owned().into());
    decoder.finish();
    std::iter::from_fn(|| decoder.next_batch().expect("good rows")).collect()
}

/// The table in the file at `path`, in batches as large as the decoder's.
pub(crate) fn read(path: &Path) -> Vec<RecordBatch> {
    let file = File::open(path).expect("opens");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("a Parquet file");
    let reader = reader.with_batch_size(8192).build().expect("a table");
    reader.map(|batch| batch.expect("a batch")).collect()
}

/// Requires two tables to be equal, however they are cut into batches, and names the first column
/// that is not.
#[track_caller]
pub(crate) fn assert_same(found: &[RecordBatch], expected: &[RecordBatch]) {
    let rows = |batches: &[RecordBatch]| batches.iter().map(RecordBatch::num_rows).sum::<usize>();
    assert_eq!(rows(found), rows(expected), "rows");
    let (mut at, mut left) = (0, found.iter().cloned());
    let mut rest = left.next();
    for batch in expected {
        let mut taken = 0;
        while taken < batch.num_rows() {
            let there = rest.take().or_else(|| left.next()).expect("as many rows");
            assert_eq!(there.schema(), batch.schema());
            let count = there.num_rows().min(batch.num_rows() - taken);
            for (i, field) in batch.schema().fields().iter().enumerate() {
                let wanted = batch.column(i).slice(taken, count);
                let same = there.column(i).slice(0, count) == wanted;
                assert!(same, "column {} in rows {at} to {}", field.name(), at + count);
            }
            (at, taken) = (at + count, taken + count);
            let more = there.num_rows() - count;
            rest = (more > 0).then(|| there.slice(count, more));
        }
    }
}

/// The number of rows in the file at `path`.
pub(crate) fn count(path: &Path) -> usize {
    read(path).iter().map(RecordBatch::num_rows).sum()
}

/// The footer of the file at `path`.
pub(crate) fn footer(path: &Path) -> ParquetMetaData {
    let file = File::open(path).expect("opens");
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).expect("a Parquet file");
    builder.metadata().as_ref().clone()
}

/// The proof in the footer of the file at `path`.
pub(crate) fn proof(path: &Path) -> Proof {
    let footer = footer(path);
    let pairs = footer.file_metadata().key_value_metadata().expect("metadata");
    let pair = pairs.iter().find(|pair| pair.key == FOOTER_PROOF).expect("a proof");
    serde_json::from_str(pair.value.as_deref().expect("a value")).expect("a proof")
}

/// What the one source of a part came to.
pub(crate) fn whole(proof: &Proof) -> &SourceCounts {
    assert!(proof.holds() && proof.sources.len() == 1 && proof.sources[0].before == 0);
    proof.sources[0].whole.as_ref().expect("it ends here")
}

/// Every file below `folder`, hidden ones too, as sorted relative paths.
pub(crate) fn tree(folder: &Path) -> Vec<String> {
    fn walk(root: &Path, folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).expect("reads") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(root, &path, found);
            }
            let name = path.strip_prefix(root).expect("below").to_string_lossy().replace('\\', "/");
            found.push(if path.is_dir() { name + "/" } else { name });
        }
    }
    let mut found = Vec::new();
    walk(folder, folder, &mut found);
    found.sort();
    found
}

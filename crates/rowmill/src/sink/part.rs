//! One Parquet file under construction.

use std::path::{Path, PathBuf};

use super::behind::Behind;
use super::draft::Body;
use super::encoder::Encoder;
use super::group::RowGroup;
use super::options::ParquetOptions;
use super::partial::Partial;
use super::proof::{FOOTER_PROOF, Proof};
#[cfg(feature = "cloud")]
use super::written::Written;
use crate::arrow::{RecordBatch, SchemaRef};
#[cfg(feature = "cloud")]
use crate::cloud::Upload;
use crate::error::{Error, Result};

/// Writes batches into a file that has no final name yet.
pub(crate) struct PartWriter {
    encoder: Encoder<Behind>,
    /// The file on the disk; none for what goes to a store.
    partial: Option<Partial>,
    target: PathBuf,
}

impl PartWriter {
    /// `target` is the name that the object gets in the end.
    #[cfg(feature = "cloud")]
    pub(super) fn of_upload(
        upload: Upload,
        target: PathBuf,
        schema: &SchemaRef,
        options: &ParquetOptions,
        threaded: bool,
    ) -> Result<Self> {
        let writer = Behind::new(Written::upload(upload), threaded, options.row_group_bytes);
        let writer = writer.map_err(|e| Error::writing(&target, e))?;
        let encoder = Encoder::with(writer, schema, options).map_err(|e| of(&target, e))?;
        Ok(Self { encoder, partial: None, target })
    }

    /// `target` is the name that the file gets in the end. If it is `threaded`, a thread of its own
    /// writes it.
    pub(crate) fn new(
        partial: Partial,
        target: PathBuf,
        schema: &SchemaRef,
        options: &ParquetOptions,
        threaded: bool,
    ) -> Result<Self> {
        let group_bytes = options.row_group_bytes;
        let writer = partial.writer().and_then(|file| Behind::new(file, threaded, group_bytes));
        let writer = writer.map_err(|e| Error::writing(&target, e))?;
        let encoder = Encoder::with(writer, schema, options).map_err(|e| of(&target, e))?;
        Ok(Self { encoder, partial: Some(partial), target })
    }

    /// Appends the rows of `batch`.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.encoder.write(batch).map_err(|e| of(&self.target, e))
    }

    /// Ends the row group, and gives what encodes it away.
    pub(crate) fn give_group(&mut self) -> Result<Option<RowGroup>> {
        self.encoder.give_group().map_err(|e| of(&self.target, e))
    }

    /// Goes on with what another part of the same columns has given away.
    pub(crate) fn take_group(&mut self, group: RowGroup) {
        self.encoder.take_group(group);
    }

    /// How many bytes the file has at least, which depends on the rows alone.
    pub(crate) fn size(&self) -> u64 {
        self.encoder.size()
    }

    /// Completes the file and waits until it is on the disk.
    ///
    /// # Errors
    /// Besides what writing ends with: `proof` does not add up, or not to the rows written.
    pub(crate) fn finish(mut self, proof: &Proof) -> Result<FinishedPart> {
        if !proof.holds() || proof.rows != self.encoder.rows() {
            let message = format!(
                "not committed: the proof of {} rows does not hold for the {} that were written",
                proof.rows,
                self.encoder.rows(),
            );
            return Err(Error::internal(message).in_file(self.target.display().to_string()));
        }
        let text = serde_json::to_string(proof).map_err(|e| Error::internal(e.to_string()))?;
        self.encoder.note(FOOTER_PROOF, text);
        let written = self.encoder.finish().map_err(|e| of(&self.target, e))?;
        let written = written.end().map_err(|e| Error::writing(&self.target, e))?;
        let (bytes, checksum) = (written.bytes(), written.checksum());
        let (body, size) = Body::of(written, self.partial, &self.target)?;
        if size != bytes {
            let message = format!("not committed: {bytes} bytes written, but {size} are there");
            return Err(Error::output(&self.target, message));
        }
        Ok(FinishedPart { body, target: self.target, bytes, checksum })
    }
}

/// A complete file that waits for its name.
pub(crate) struct FinishedPart {
    pub(super) body: Body,
    pub(super) target: PathBuf,
    /// Its size.
    pub(crate) bytes: u64,
    /// Of its bytes.
    pub(crate) checksum: String,
}

fn of(target: &Path, error: Error) -> Error {
    error.in_file(target.display().to_string())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use rowmill_json::{Column, Counts, Layout};

    use super::super::proof::{ProofSource, SourceCounts};
    use super::*;
    use crate::arrow::array::Int64Array;
    use crate::error::ErrorKind;

    /// Three rows are written; the counts say what was read.
    fn finished(lines: u64, rows: u64, quarantined: u64, blank: u64) -> Result<u64> {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("out.parquet");
        let layout = Layout::new([Column::int64("n")]).expect("a sound layout");
        let partial = Partial::create(folder.path().join("out.partial"), &target)?;
        let options = ParquetOptions::default();
        let mut part = PartWriter::new(partial, target.clone(), layout.schema(), &options, false)?;
        let numbers = Arc::new(Int64Array::from(vec![1, 2, 3]));
        let batch = RecordBatch::try_new(layout.schema().clone(), vec![numbers]).expect("a batch");
        part.write(&batch)?;
        let mut counts = Counts::default();
        (counts.lines, counts.rows) = (lines, rows);
        (counts.quarantined, counts.blank) = (quarantined, blank);
        let mut proof = Proof::new();
        let whole = Some(SourceCounts::new(&counts, 0, None));
        proof.sources.push(ProofSource { rows, whole, ..ProofSource::default() });
        proof.rows = rows;
        let finished = part.finish(&proof);
        let bytes = finished.map(|part| part.bytes);
        assert_eq!(fs::read_dir(folder.path()).expect("reads").count(), 0, "it had no name yet");
        bytes
    }

    #[test]
    fn a_part_is_finished_only_if_every_line_is_accounted_for() {
        for (lines, rows, quarantined, blank) in [(3, 3, 0, 0), (4, 3, 1, 0), (6, 3, 1, 2)] {
            assert!(finished(lines, rows, quarantined, blank).is_ok_and(|bytes| bytes > 0));
        }
        for (lines, rows, quarantined, blank) in [
            // A line too many, too few, or of no kind.
            (4, 3, 0, 0),
            (2, 3, 0, 0),
            (5, 3, 1, 0),
            // It adds up, but other rows were written.
            (4, 4, 0, 0),
            (3, 2, 1, 0),
            (0, 0, 0, 0),
            // It adds up in 64 bits alone.
            (3, 3, u64::MAX, 1),
        ] {
            let error = finished(lines, rows, quarantined, blank).expect_err("does not add up");
            assert_eq!(error.kind(), ErrorKind::Internal);
            let told = error.to_string();
            assert!(told.contains("out.parquet") && told.contains("not committed"), "{told}");
        }
    }
}

//! One Parquet file under construction.

use std::fs::File;
use std::path::{Path, PathBuf};

use parquet::arrow::ArrowWriter;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;

use super::manifest::{FOOTER_PROOF, Proof};
use super::partial::Partial;
use super::properties;
use crate::arrow::{RecordBatch, SchemaRef};
use crate::error::{Error, ErrorKind, Result};
use crate::settings::Compression;

/// A row group ends with the batch that brings it to this many bytes of encoded pages, by the
/// encoder's own estimate. That depends on the rows alone, so the file is the same every time.
const ROW_GROUP_BYTES: usize = 64 << 20;

/// Writes batches into a file that has no final name yet.
pub(crate) struct PartWriter {
    writer: ArrowWriter<File>,
    partial: Partial,
    target: PathBuf,
    rows: u64,
}

impl PartWriter {
    /// `target` is the name that the file gets in the end.
    pub(crate) fn new(
        partial: Partial,
        target: PathBuf,
        schema: &SchemaRef,
        codec: Compression,
    ) -> Result<Self> {
        let file = partial.file().try_clone().map_err(|e| Error::writing(&target, e))?;
        // The crate's writer buffers by itself.
        let writer = properties::properties(schema, codec)
            .and_then(|properties| {
                ArrowWriter::try_new(file, SchemaRef::clone(schema), Some(properties))
            })
            .map_err(|e| refused(&target, e))?;
        Ok(Self { writer, partial, target, rows: 0 })
    }

    /// Appends the rows of `batch`.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.rows += batch.num_rows() as u64;
        let written = self.writer.write(batch).and_then(|()| {
            let full = self.writer.in_progress_size() >= ROW_GROUP_BYTES;
            if full { self.writer.flush() } else { Ok(()) }
        });
        written.map_err(|e| refused(&self.target, e))
    }

    /// How many rows have been written.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// Completes the file and waits until it is on the disk.
    ///
    /// # Errors
    /// Besides what writing ends with: `proof` does not add up, or not to the rows written.
    pub(crate) fn finish(mut self, proof: &Proof) -> Result<FinishedPart> {
        if !proof.holds() || proof.rows != self.rows {
            let message = format!(
                "not committed: {} lines read, but {} rows written, {} set aside and {} lines blank",
                proof.lines, self.rows, proof.quarantined, proof.blank,
            );
            return Err(Error::internal(message).in_file(self.target.display().to_string()));
        }
        let text = serde_json::to_string(proof).map_err(|e| Error::internal(e.to_string()))?;
        self.writer.append_key_value_metadata(KeyValue::new(FOOTER_PROOF.to_owned(), text));
        self.writer.close().map_err(|e| refused(&self.target, e))?;
        let bytes = self
            .partial
            .sync()
            .and_then(|()| self.partial.file().metadata())
            .map_err(|e| Error::writing(&self.target, e))?
            .len();
        Ok(FinishedPart { partial: self.partial, target: self.target, bytes })
    }
}

/// A complete file that waits for its name.
pub(crate) struct FinishedPart {
    pub(super) partial: Partial,
    pub(super) target: PathBuf,
    /// Its size.
    pub(crate) bytes: u64,
}

#[cold]
fn refused(target: &Path, error: ParquetError) -> Error {
    match error {
        ParquetError::External(cause) => match cause.downcast::<std::io::Error>() {
            Ok(cause) => Error::writing(target, *cause),
            Err(cause) => Error::output(target, format!("cannot be written: {cause}")),
        },
        // The writer refuses only what the layout should not have let through.
        error => Error::new(ErrorKind::Internal, format!("cannot be encoded: {error}"))
            .in_file(target.display().to_string())
            .because(error),
    }
}

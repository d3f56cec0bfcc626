//! One Parquet file under construction.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::encoder::Encoder;
use super::manifest::{FOOTER_PROOF, Proof};
use super::partial::Partial;
use crate::arrow::{RecordBatch, SchemaRef};
use crate::error::{Error, Result};
use crate::settings::Compression;

/// Writes batches into a file that has no final name yet.
pub(crate) struct PartWriter {
    encoder: Encoder<File>,
    partial: Partial,
    target: PathBuf,
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
        let encoder = Encoder::new(file, schema, codec).map_err(|e| of(&target, e))?;
        Ok(Self { encoder, partial, target })
    }

    /// Appends the rows of `batch`.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.encoder.write(batch).map_err(|e| of(&self.target, e))
    }

    /// How many rows have been written.
    pub(crate) fn rows(&self) -> u64 {
        self.encoder.rows()
    }

    /// Completes the file and waits until it is on the disk.
    ///
    /// # Errors
    /// Besides what writing ends with: `proof` does not add up, or not to the rows written.
    pub(crate) fn finish(mut self, proof: &Proof) -> Result<FinishedPart> {
        if !proof.holds() || proof.rows != self.rows() {
            let message = format!(
                "not committed: {} lines read, but {} rows written, {} set aside and {} lines blank",
                proof.lines,
                self.rows(),
                proof.quarantined,
                proof.blank,
            );
            return Err(Error::internal(message).in_file(self.target.display().to_string()));
        }
        let text = serde_json::to_string(proof).map_err(|e| Error::internal(e.to_string()))?;
        self.encoder.note(FOOTER_PROOF, text);
        self.encoder.finish().map_err(|e| of(&self.target, e))?;
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

fn of(target: &Path, error: Error) -> Error {
    error.in_file(target.display().to_string())
}

//! Batches into the bytes of one Parquet file, wherever these go.

use std::fmt;
use std::io::{self, Write};

use parquet::arrow::ArrowWriter;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;

use super::properties;
use crate::arrow::{RecordBatch, SchemaRef};
use crate::error::{Error, ErrorKind, Result};
use crate::settings::Compression;

/// A row group ends with the batch that brings it to this many bytes of encoded pages, by the
/// encoder's own estimate. That depends on the rows alone, so the file is the same every time.
const ROW_GROUP_BYTES: usize = 64 << 20;

/// Encodes batches as Parquet, just as [`Convert`](crate::Convert) does, into any writer. Nothing
/// is synced, renamed or proved here: whoever owns the writer knows when its bytes are a file.
///
/// ```
/// use rowmill::{Column, Compression, Decoder, Encoder, Layout};
///
/// let layout = Layout::new([Column::int64("n")])?;
/// let mut decoder = Decoder::new(&layout);
/// decoder.push("{\"n\":1}\n{\"n\":2}\n".into());
/// decoder.finish();
///
/// let mut encoder = Encoder::new(Vec::new(), layout.schema(), Compression::default())?;
/// while let Some(batch) = decoder.next_batch()? {
///     encoder.write(&batch)?;
/// }
/// assert_eq!(encoder.rows(), 2);
/// let bytes = encoder.finish()?;
/// assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Encoder<W: Write + Send> {
    // It buffers by itself.
    writer: ArrowWriter<W>,
    rows: u64,
}

impl<W: Write + Send> Encoder<W> {
    /// An encoder of rows of this schema.
    ///
    /// # Errors
    /// [`Output`](ErrorKind::Output): the writer refuses. [`Internal`](ErrorKind::Internal): Parquet
    /// has no place for such a schema; those of layouts have one.
    pub fn new(writer: W, schema: &SchemaRef, codec: Compression) -> Result<Self> {
        let writer = properties::properties(schema, codec)
            .and_then(|properties| {
                ArrowWriter::try_new(writer, SchemaRef::clone(schema), Some(properties))
            })
            .map_err(refused)?;
        Ok(Self { writer, rows: 0 })
    }

    /// Appends the rows of `batch`.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.rows += batch.num_rows() as u64;
        let written = self.writer.write(batch).and_then(|()| {
            let full = self.writer.in_progress_size() >= ROW_GROUP_BYTES;
            if full { self.writer.flush() } else { Ok(()) }
        });
        written.map_err(refused)
    }

    /// How many rows have been written.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Puts a text into the footer, under a key.
    pub fn note(&mut self, key: impl Into<String>, text: impl Into<Option<String>>) {
        self.writer.append_key_value_metadata(KeyValue::new(key.into(), text.into()));
    }

    /// Completes the file and gives the writer back.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn finish(self) -> Result<W> {
        self.writer.into_inner().map_err(refused)
    }
}

impl<W: Write + Send> fmt::Debug for Encoder<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoder").field("rows", &self.rows).finish_non_exhaustive()
    }
}

#[cold]
fn refused(error: ParquetError) -> Error {
    let kind_and_cause = |kind, cause: &dyn fmt::Display, what| {
        Error::new(kind, format!("cannot be {what}: {cause}"))
    };
    match error {
        ParquetError::External(cause) => match cause.downcast::<io::Error>() {
            Ok(cause) => kind_and_cause(ErrorKind::Output, &cause, "written").because(cause),
            Err(cause) => kind_and_cause(ErrorKind::Output, &cause, "written"),
        },
        // The writer refuses only what the layout should not have let through.
        error => kind_and_cause(ErrorKind::Internal, &error, "encoded").because(error),
    }
}

//! A source as a reader of record batches.

use std::fmt;
use std::iter::FusedIterator;
use std::sync::Arc;

use rowmill_json::{Counts, Decoder, Drift, Layout, Reject};

use super::Decode;
use crate::arrow::{ArrowError, RecordBatch, RecordBatchReader, SchemaRef};
use crate::cancel::Cancel;
use crate::error::{Error, Result};
use crate::source::{Opened, Source};

/// Rows set aside in a row after which a batch without rows gives the caller a chance to take them.
const MANY_REJECTS: usize = 1024;

/// Opens `source`, JSON Lines as they are or compressed with gzip or Zstandard, for a reader of batches
/// of `layout`: [`Decode::read`] without options. It is an Arrow [`RecordBatchReader`], which engines
/// take and the C data interface exports.
///
/// ```
/// use rowmill::arrow::RecordBatchReader;
/// use rowmill::{Column, Layout};
///
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("rooms.jsonl");
/// # std::fs::write(&path, "{\"n\":1}\n{\"n\":2}\n")?;
/// let layout = Layout::new([Column::int64("n")])?;
/// let reader: Box<dyn RecordBatchReader + Send> = Box::new(rowmill::read(&layout, &path)?);
/// let mut rows = 0;
/// for batch in reader {
///     rows += batch?.num_rows();
/// }
/// assert_eq!(rows, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`Decode::read`].
pub fn read(layout: impl Into<Layout>, source: impl Into<Source>) -> Result<BatchReader> {
    Decode::new(layout).read(source)
}

/// The record batches of a [`Source`] in order, made by [`read`] or [`Decode::read`].
///
/// It ends after its last batch or after an error; only when it has ended without one was the input
/// whole, and [`report`](Self::report) says what it held. A bad row is an error, unless it is set aside;
/// it comes after all rows before it. An error of the input comes after the batches that were full by then.
///
/// As an iterator it gives errors as [`ArrowError::ExternalError`], of which the inner one is an
/// [`Error`] of this crate.
pub struct BatchReader {
    name: String,
    opened: Opened,
    decoder: Decoder,
    rejects: Vec<Reject>,
    cancel: Cancel,
    /// The decoder knows that there is no more.
    all_read: bool,
    /// The end or an error has been told.
    ended: bool,
}

impl BatchReader {
    pub(super) fn new(name: String, opened: Opened, decoder: Decoder, cancel: Cancel) -> Self {
        let (rejects, all_read, ended) = (Vec::new(), false, false);
        Self { name, opened, decoder, rejects, cancel, all_read, ended }
    }

    /// The next batch; `None` at the end. A batch is empty only where a great many rows in a row were
    /// set aside, so that they can be taken.
    ///
    /// # Errors
    /// * [`Data`](crate::ErrorKind::Data): a row does not fit the layout, or too many do not, a line is
    ///   too long, or compressed bytes are damaged.
    /// * [`Input`](crate::ErrorKind::Input): the source cannot be read.
    /// * [`Cancelled`](crate::ErrorKind::Cancelled).
    ///
    /// After an error there is nothing more.
    pub fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        if self.ended {
            return Ok(None);
        }
        let next = self.advance();
        self.ended = !matches!(next, Ok(Some(_)));
        next
    }

    fn advance(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            self.cancel.check()?;
            let batch = self.decoder.next_batch();
            self.rejects.extend(self.decoder.take_rejects());
            match batch.map_err(|e| Error::decode(&self.name, e))? {
                Some(batch) => return Ok(Some(batch)),
                None if self.all_read => return Ok(None),
                None => {}
            }
            match self.opened.chunks.next() {
                Some(chunk) => self.decoder.push(chunk.map_err(|e| Error::reading(&self.name, e))?),
                None => {
                    self.decoder.finish();
                    self.all_read = true;
                }
            }
            if self.rejects.len() >= MANY_REJECTS {
                return Ok(Some(RecordBatch::new_empty(Arc::clone(self.decoder.schema()))));
            }
        }
    }

    /// The rows set aside since the last call, in the order of the input. Where the
    /// [options](Decode::options) set rows aside, take them after each batch, or they gather in memory.
    pub fn take_rejects(&mut self) -> Vec<Reject> {
        std::mem::take(&mut self.rejects)
    }

    /// What the batches so far have that the layout does not know, and what they lack for it.
    #[must_use]
    pub fn drift(&self) -> &Drift {
        self.decoder.drift()
    }

    /// What the input held, once the reader has ended well.
    #[must_use]
    pub fn report(&self) -> Option<Counts> {
        self.decoder.report().filter(|_| self.ended)
    }
}

impl Iterator for BatchReader {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_batch().map_err(ArrowError::from).transpose()
    }
}

impl FusedIterator for BatchReader {}

impl RecordBatchReader for BatchReader {
    fn schema(&self) -> SchemaRef {
        Arc::clone(self.decoder.schema())
    }
}

impl fmt::Debug for BatchReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BatchReader").field(&self.name).finish()
    }
}

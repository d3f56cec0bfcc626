//! A source as a stream of record batches.

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::thread::Builder;

use bytes::Bytes;
use futures::{FutureExt, Stream};
use rowmill_json::{Counts, Drift, Layout, Reject};
use tokio::sync::mpsc;

use super::Decode;
use crate::arrow::{RecordBatch, SchemaRef};
use crate::cancel::{Cancel, Cancelled};
use crate::error::{Error, Result};
use crate::source::{Source, Transfer};

/// Batches that wait to be taken.
const READY: usize = 2;

/// What errors call a stream that was given no name.
const NAME: &str = "stream";

/// Decodes `input`, JSON Lines as they are or compressed with gzip or Zstandard, into batches of
/// `layout`, in order: [`Decode::stream`] without options.
///
/// Decoding happens on a thread of its own, joined by short queues on both sides: polling only
/// moves bytes and batches, a slow taker slows the input down, and dropping the stream ends the
/// thread. Any executor will do.
///
/// The stream ends after its last batch or after an error; only when it has ended without one was
/// the input whole, and [`Batches::report`] says what it held. A bad row is an error, which comes
/// after all rows before it. An error of `input` comes after the batches that were full by then; rows
/// before it that were in none yet are not given.
///
/// ```
/// use futures::{TryStreamExt, stream};
/// use rowmill::{Bytes, Column, Layout};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let layout = Layout::new([Column::int64("n")])?;
/// let input = stream::iter([Ok::<_, std::io::Error>(Bytes::from("{\"n\":1}\n{\"n\":2}\n"))]);
/// let mut batches = rowmill::decode(&layout, input);
/// while let Some(batch) = batches.try_next().await? {
///     assert_eq!(batch.num_rows(), 2);
/// }
/// # Ok::<(), rowmill::Error>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn decode<S, E>(layout: impl Into<Layout>, input: S) -> Batches
where
    S: Stream<Item = Result<Bytes, E>> + Send + 'static,
    E: Into<Box<dyn StdError + Send + Sync>>,
{
    Decode::new(layout).stream(Source::stream(NAME, input))
}

impl Decode {
    /// The batches of `source` as a stream: [`decode`] with options, and of sources of all kinds.
    ///
    /// ```
    /// use futures::{TryStreamExt, stream};
    /// use rowmill::{Bytes, Column, Decode, Layout, Limit, OnBadRow, Options, Source};
    ///
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// let layout = Layout::new([Column::int64("n")])?;
    /// let mut options = Options::default();
    /// options.on_bad_row = OnBadRow::Quarantine { at_most: Limit::Rows(10) };
    /// let body = stream::iter([Ok::<_, std::io::Error>(Bytes::from("{\"n\":1}\n{\"n\":\"x\"}\n"))]);
    /// let mut batches = Decode::new(&layout).options(options).stream(Source::stream("rooms", body));
    /// let mut aside = 0;
    /// while let Some(batch) = batches.try_next().await? {
    ///     println!("{} rows", batch.num_rows());
    ///     aside += batches.take_rejects().len();
    /// }
    /// aside += batches.take_rejects().len();
    /// assert_eq!(aside, 1);
    /// # Ok::<(), rowmill::Error>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn stream(&self, source: impl Into<Source>) -> Batches {
        let (mut source, stop) = (source.into(), Cancel::new());
        let transfer = source.take_transfer();
        let (sender, steps) = mpsc::channel(READY);
        let decode = self.clone().cancel(stop.clone());
        let work = move || {
            if let Err(error) = decode.send(source, &sender) {
                // Where nobody takes the error, nobody waits for it.
                let step = Step { rejects: Vec::new(), what: What::Failed(error) };
                drop(sender.blocking_send(step));
            }
        };
        let thread = Builder::new().name("rowmill-decode".into()).spawn(work);
        let error = thread.err().map(|e| Error::internal(format!("no thread to decode on: {e}")));
        Batches {
            transfer,
            steps,
            error,
            schema: Arc::clone(self.layout.schema()),
            cancelled: self.cancel.cancelled(),
            stop,
            rejects: Vec::new(),
            whole: None,
            ended: false,
        }
    }

    /// The thread: from the source to steps, until it ends or nobody takes them.
    fn send(&self, source: Source, to: &mpsc::Sender<Step>) -> Result<()> {
        let mut reader = self.read(source)?;
        loop {
            let next = reader.next_batch();
            let rejects = reader.take_rejects();
            let what = match (next, reader.report()) {
                (Ok(Some(batch)), _) => What::Batch(batch),
                (Ok(None), Some(counts)) => What::Ended(counts, Box::new(reader.drift().clone())),
                (Ok(None), None) => What::Failed(Error::internal("the decoder has not ended")),
                (Err(error), _) => What::Failed(error),
            };
            let last = !matches!(what, What::Batch(_));
            if to.blocking_send(Step { rejects, what }).is_err() || last {
                return Ok(());
            }
        }
    }
}

/// What the thread has done.
struct Step {
    /// The rows set aside on the way to it.
    rejects: Vec<Reject>,
    what: What,
}

enum What {
    Batch(RecordBatch),
    Failed(Error),
    /// All was well to the end.
    Ended(Counts, Box<Drift>),
}

/// A stream of record batches, made by [`decode`] or [`Decode::stream`].
#[must_use = "streams do nothing unless polled"]
pub struct Batches {
    /// Moves bytes to the thread; `None` once all are there, or if it gets them itself.
    transfer: Option<Transfer>,
    steps: mpsc::Receiver<Step>,
    /// What went wrong before there was anything to decode.
    error: Option<Error>,
    schema: SchemaRef,
    /// By the caller.
    cancelled: Cancelled,
    /// What the thread looks at.
    stop: Cancel,
    rejects: Vec<Reject>,
    /// Told by the thread when it has come to the end of the input.
    whole: Option<(Counts, Box<Drift>)>,
    ended: bool,
}

impl Batches {
    /// The schema of the batches.
    #[must_use]
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The rows set aside since the last call, in the order of the input. Where the
    /// [options](Decode::options) set rows aside, take them after each batch and at the end, or they
    /// gather in memory. Where a great many in a row are set aside, a batch without rows comes for that.
    pub fn take_rejects(&mut self) -> Vec<Reject> {
        std::mem::take(&mut self.rejects)
    }

    /// What the rows have that the layout does not know, and what they lack for it, once the stream
    /// has ended well.
    #[must_use]
    pub fn drift(&self) -> Option<&Drift> {
        self.whole.as_ref().map(|(_, drift)| &**drift)
    }

    /// What the input held, once the stream has ended well.
    #[must_use]
    pub fn report(&self) -> Option<Counts> {
        self.whole.as_ref().map(|(counts, _)| *counts)
    }

    /// What has come, which is the last if it is no batch.
    fn poll_what(&mut self, context: &mut Context<'_>) -> Poll<What> {
        if let Some(error) = self.error.take() {
            return Poll::Ready(What::Failed(error));
        }
        if self.cancelled.poll_unpin(context).is_ready() {
            return Poll::Ready(What::Failed(Error::cancelled()));
        }
        if let Some(transfer) = &mut self.transfer
            && transfer.as_mut().poll(context).is_ready()
        {
            self.transfer = None;
        }
        let step = ready!(self.steps.poll_recv(context));
        Poll::Ready(match step {
            Some(Step { rejects, what }) => {
                self.rejects.extend(rejects);
                what
            }
            None => What::Failed(Error::internal("the decoding thread ended early")),
        })
    }
}

impl Stream for Batches {
    type Item = Result<RecordBatch>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.ended {
            return Poll::Ready(None);
        }
        let item = match ready!(this.poll_what(context)) {
            What::Batch(batch) => return Poll::Ready(Some(Ok(batch))),
            What::Failed(error) => Some(Err(error)),
            What::Ended(counts, drift) => {
                this.whole = Some((counts, drift));
                None
            }
        };
        this.ended = true;
        // Nothing is read any more.
        this.transfer = None;
        this.stop.cancel();
        Poll::Ready(item)
    }
}

impl Drop for Batches {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl fmt::Debug for Batches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batches").field("schema", &self.schema).finish_non_exhaustive()
    }
}

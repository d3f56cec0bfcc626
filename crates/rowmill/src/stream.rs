//! A stream of bytes into a stream of record batches.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::{Stream, StreamExt};
use rowmill_json::{Counts, Decoder, Layout};
use tokio::sync::mpsc;

use crate::arrow::{RecordBatch, SchemaRef};
use crate::error::{Error, ErrorKind, Result};
use crate::source::{Chunks, decompress, feed};

/// Batches that wait to be taken.
const READY: usize = 2;

/// What errors call a stream, which has no name of its own.
const NAME: &str = "stream";

/// Decodes `input`, JSON Lines as they are or compressed with gzip or Zstandard, into batches of
/// `layout`, in order.
///
/// Decoding happens on a thread of its own, joined by short queues on both sides: polling only
/// moves bytes and batches, a slow taker slows the input down, and dropping the stream ends the
/// thread. Any executor will do.
///
/// The stream ends after its last batch or after an error; only when it has ended without one was
/// the input whole, and [`Batches::report`] says what it held. A bad row is an error, which comes
/// after all rows before it.
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
    let layout = layout.into();
    let schema = Arc::clone(layout.schema());
    let counts = Arc::new(OnceLock::new());
    let (feeder, chunks) = feed(Arc::new(AtomicU64::new(0)));
    let (sender, batches) = mpsc::channel(READY);
    let thread = std::thread::Builder::new().name("rowmill-decode".into()).spawn({
        let counts = Arc::clone(&counts);
        move || match work(&layout, chunks, &sender) {
            Ok(held) => drop(held.map(|held| counts.set(held))),
            // Where nobody takes the error, nobody waits for it.
            Err(error) => drop(sender.blocking_send(Err(error))),
        }
    });
    let error = thread.err().map(|e| Error::internal(format!("no thread to decode on: {e}")));
    let input = input.map(|item| item.map_err(|cause| io::Error::other(broken(cause.into()))));
    Batches {
        pump: Some(Box::pin(feeder.pump(input))),
        batches,
        error,
        counts,
        schema,
        ended: false,
    }
}

/// The thread: from chunks to batches, until the input ends or nobody takes the batches.
fn work(
    layout: &Layout,
    chunks: Chunks,
    batches: &mpsc::Sender<Result<RecordBatch>>,
) -> Result<Option<Counts>> {
    let mut decoder = Decoder::new(layout);
    let mut chunks = decompress(chunks, None).map_err(|e| Error::reading(NAME, e))?;
    loop {
        let chunk = chunks.next().transpose().map_err(|e| Error::reading(NAME, e))?;
        let ended = chunk.is_none();
        match chunk {
            Some(chunk) => decoder.push(chunk),
            None => decoder.finish(),
        }
        while let Some(batch) = decoder.next_batch().map_err(|e| Error::decode(NAME, e))? {
            if batches.blocking_send(Ok(batch)).is_err() {
                return Ok(None);
            }
        }
        if ended {
            return Ok(decoder.report());
        }
    }
}

/// An error of the caller's stream, as one of ours.
fn broken(cause: Box<dyn StdError + Send + Sync>) -> Error {
    match cause.downcast::<Error>() {
        Ok(error) => *error,
        #[cfg(feature = "mews")]
        Err(cause) if cause.is::<rowmill_mews::Error>() => {
            cause.downcast::<rowmill_mews::Error>().map_or_else(
                |cause| Error::new(ErrorKind::Input, cause.to_string()),
                |cause| Error::from(*cause),
            )
        }
        Err(cause) => Error::new(ErrorKind::Input, format!("cannot be read: {cause}"))
            .in_file(NAME)
            .because(cause),
    }
}

/// A stream of record batches, made by [`decode`].
#[must_use = "streams do nothing unless polled"]
pub struct Batches {
    /// Moves bytes to the thread; `None` once all are there.
    pump: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    batches: mpsc::Receiver<Result<RecordBatch>>,
    /// What went wrong before there was anything to decode.
    error: Option<Error>,
    /// Set by the thread when it has come to the end of the input.
    counts: Arc<OnceLock<Counts>>,
    schema: SchemaRef,
    ended: bool,
}

impl Batches {
    /// The schema of the batches.
    #[must_use]
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// What the input held, once the stream has ended well.
    #[must_use]
    pub fn report(&self) -> Option<Counts> {
        self.counts.get().copied().filter(|_| self.ended)
    }
}

impl Stream for Batches {
    type Item = Result<RecordBatch>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.ended {
            return Poll::Ready(None);
        }
        if let Some(pump) = &mut this.pump
            && pump.as_mut().poll(context).is_ready()
        {
            this.pump = None;
        }
        let item = match this.error.take() {
            Some(error) => Some(Err(error)),
            None => std::task::ready!(this.batches.poll_recv(context)),
        };
        // The thread ends with an error or with its counts, or it has not ended by itself.
        let item = item.or_else(|| {
            let lost = this.counts.get().is_none();
            lost.then(|| Err(Error::internal("the decoding thread ended early")))
        });
        this.ended = !matches!(item, Some(Ok(_)));
        Poll::Ready(item)
    }
}

impl fmt::Debug for Batches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batches").field("schema", &self.schema).finish_non_exhaustive()
    }
}

//! A range of a file that is read while what lies before it is still on its way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::{Bytes, BytesMut};
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tracing::{Instrument, Span};

use crate::download::Task;
use crate::download::answer::{Body, Setback, Then, judge};
use crate::download::links::Links;
use crate::download::open::open;
use crate::error::{Error, ErrorKind};
use crate::http::{Fault, Opened, Range};

/// Bytes that are worth a place in the queue.
const ENOUGH: usize = 16 * 1024;

/// One request for a range, in a task of its own. Its room was taken before it was asked for, so
/// it never waits for the consumer: it ends by itself, and gives its connection back.
pub(crate) struct Part {
    pub(crate) first: u64,
    pub(crate) until: u64,
    /// Room for all of its bytes.
    pub(crate) room: OwnedSemaphorePermit,
    pub(crate) chunks: UnboundedReceiver<Bytes>,
    pub(crate) task: Task<Failed>,
    failed: Arc<AtomicBool>,
}

/// Why a part did not arrive, and by a link of which generation.
pub(crate) struct Failed {
    pub(crate) setback: Setback,
    pub(crate) generation: u64,
}

impl Part {
    /// Asks for `first..until` of the version with this `tag`, over the connection that
    /// `connection` stands for.
    pub(crate) fn start(
        links: &Arc<Links>,
        index: usize,
        (first, until, tag): (u64, u64, String),
        room: OwnedSemaphorePermit,
        connection: OwnedSemaphorePermit,
        span: &Span,
    ) -> Part {
        let (sender, chunks) = unbounded_channel();
        let links = Arc::clone(links);
        let failed = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&failed);
        let span = tracing::debug_span!(parent: span, "range", first, until);
        let work = async move {
            let range = Range { first, until: Some(until), tag: Some(tag) };
            let outcome = read(&links, index, &range, &sender).await;
            if outcome.is_err() {
                flag.store(true, Ordering::Release);
            }
            drop(connection);
            outcome
        };
        let task = Task::spawn(work.instrument(span));
        Part { first, until, room, chunks, task, failed }
    }

    /// Whether it is known already that not all of it will come.
    pub(crate) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }
}

async fn read(
    links: &Links,
    index: usize,
    range: &Range,
    sender: &UnboundedSender<Bytes>,
) -> Result<(), Failed> {
    let link = links
        .get(index, None)
        .await
        .map_err(|error| Failed { setback: Setback { error, then: Then::End }, generation: 0 })?;
    let failed = |setback| Failed { setback, generation: link.generation };
    let size = links.size(index).unwrap_or_default();
    let mut opened = open(links.client(), link.url, Some(range)).await.map_err(failed)?;
    let until = match judge(&opened.head, Some(range), size).map_err(failed)? {
        Body::Part { until } => until,
        Body::Whole => {
            let text = "the file host sends all of the file where a range was asked for";
            return Err(failed(Setback::new(ErrorKind::Protocol, text, Then::Whole)));
        }
    };
    let mut joiner = Joiner { bytes: BytesMut::new(), sender };
    let outcome = pieces(links, &mut opened, (range.first, until, size), &mut joiner).await;
    joiner.flush();
    outcome.map_err(failed)
}

async fn pieces(
    links: &Links,
    opened: &mut Opened,
    (mut at, until, size): (u64, u64, u64),
    joiner: &mut Joiner<'_>,
) -> Result<(), Setback> {
    while at < until {
        let chunk = opened.chunk().await.map_err(cut_by)?;
        let Some(chunk) = chunk else { return Err(cut(at, size)) };
        links.client().count(|counters| counters.bytes += chunk.len() as u64);
        if chunk.len() as u64 > until - at {
            return Err(too_long());
        }
        at += chunk.len() as u64;
        if !joiner.add(chunk) {
            break;
        }
    }
    Ok(())
}

/// Joins small pieces on their way to the queue, which is bounded by bytes alone: a host that sends
/// byte after byte would fill the memory with the ends of pieces.
struct Joiner<'a> {
    bytes: BytesMut,
    sender: &'a UnboundedSender<Bytes>,
}

impl Joiner<'_> {
    /// False if nobody takes them any more.
    fn add(&mut self, chunk: Bytes) -> bool {
        if self.bytes.is_empty() && chunk.len() >= ENOUGH {
            return self.sender.send(chunk).is_ok();
        }
        self.bytes.extend_from_slice(&chunk);
        self.bytes.len() < ENOUGH || self.flush()
    }

    fn flush(&mut self) -> bool {
        let bytes = self.bytes.split().freeze();
        bytes.is_empty() || self.sender.send(bytes).is_ok()
    }
}

/// The body ended before its time.
pub(crate) fn cut(at: u64, size: u64) -> Setback {
    let text = format!("the body ended after {at} of {size} bytes");
    Setback::new(ErrorKind::Incomplete, text, Then::Cut)
}

/// The connection broke or fell silent within a body.
pub(crate) fn cut_by(fault: Fault) -> Setback {
    match Setback::from(fault) {
        Setback { error, then: Then::Again(_) } => Setback { error, then: Then::Cut },
        setback => setback,
    }
}

/// What comes then cannot be told from what was asked for.
pub(crate) fn too_long() -> Setback {
    let text = "the part is longer than its own range says";
    Setback::new(ErrorKind::Protocol, text, Then::Whole)
}

/// The error of a task that ended in no ordinary way.
pub(crate) fn stopped() -> Error {
    let text = "the download stopped: its task panicked or its runtime was shut down";
    Error::new(ErrorKind::Incomplete, text)
}

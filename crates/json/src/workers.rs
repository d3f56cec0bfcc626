//! Who decodes the frames: the caller's thread, or a few of our own.

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

use crate::error::{Error, ErrorKind};
use crate::frame::Frame;
use crate::layout::Layout;
use crate::options::Options;
use crate::rows::{Decoded, RowDecoder, Work};

/// Batches of one frame that may wait to be taken.
const READY: usize = 2;

/// Decodes frames and gives back the results in the order of the frames.
pub(crate) enum Crew {
    /// In the caller's thread: at most one frame, decoded as it comes.
    Inline(Box<RowDecoder>, Option<Work>),
    Threads(Threads),
}

/// Threads that take frames from one queue. Each frame has a place of its own in `waiting` where
/// its batches will arrive, which keeps the order. A thread goes on only when there is room for
/// another batch there, so lines much shorter than their rows fill no memory.
pub(crate) struct Threads {
    jobs: Option<Sender<Job>>,
    waiting: VecDeque<Receiver<Decoded>>,
    handles: Vec<JoinHandle<()>>,
}

struct Job {
    frame: Frame,
    reply: Sender<Decoded>,
}

impl Crew {
    pub(crate) fn new(layout: &Layout, options: &Options) -> Self {
        if options.threads > 1 {
            let threads = Threads::start(layout, options);
            if !threads.handles.is_empty() {
                return Self::Threads(threads);
            }
        }
        Self::Inline(Box::new(RowDecoder::new(layout, options)), None)
    }

    /// Whether another frame may be handed in. The bound is what keeps memory flat.
    pub(crate) fn has_room(&self) -> bool {
        match self {
            Self::Inline(_, frame) => frame.is_none(),
            // One frame in each thread's hands and one for it to go on with.
            Self::Threads(threads) => threads.waiting.len() < 2 * threads.handles.len(),
        }
    }

    /// Whether frames are decoded as they come, so that parts of them may be handed in.
    pub(crate) fn takes_parts(&self) -> bool {
        matches!(self, Self::Inline(..))
    }

    /// Hands in a frame, or what is left of it; there must be room.
    pub(crate) fn submit(&mut self, frame: Frame) {
        match self {
            Self::Inline(_, slot) => *slot = Some(frame.into()),
            Self::Threads(threads) => {
                let (reply, result) = bounded(READY);
                if let Some(jobs) = &threads.jobs {
                    // Fails only if every thread is gone; then `reply` is dropped here and the
                    // waiting side sees that.
                    let _ = jobs.send(Job { frame, reply });
                }
                threads.waiting.push_back(result);
            }
        }
    }

    /// The next result of the oldest frame handed in, waiting for it if need be; `None` if there is
    /// no frame, or more of it is needed.
    pub(crate) fn oldest(&mut self) -> Option<Decoded> {
        match self {
            Self::Inline(rows, slot) => {
                let work = slot.as_mut()?;
                let decoded = rows.decode(work);
                if work.is_done() || decoded.as_ref().is_some_and(|decoded| decoded.last) {
                    *slot = None;
                }
                decoded
            }
            Self::Threads(threads) => {
                let result = threads.waiting.front()?.recv();
                let decoded = result.unwrap_or_else(|_| Decoded {
                    error: Some(Error::new(ErrorKind::Worker, None, "a result", "none")),
                    last: true,
                    ..Decoded::default()
                });
                if decoded.last {
                    threads.waiting.pop_front();
                }
                Some(decoded)
            }
        }
    }
}

impl Threads {
    /// As many threads as the system gives, up to the number asked for.
    fn start(layout: &Layout, options: &Options) -> Self {
        // What is in it is bounded by `has_room`, from the threads that were really started.
        let (jobs, queue) = unbounded::<Job>();
        let options = Arc::new(options.clone());
        let mut handles = Vec::new();
        for _ in 0..options.crew() {
            let (layout, options, queue) = (layout.clone(), Arc::clone(&options), queue.clone());
            let work = move || {
                let mut rows = RowDecoder::new(&layout, &options);
                for job in queue {
                    let mut work = Work::from(job.frame);
                    loop {
                        // Frames are whole here.
                        let Some(decoded) = rows.decode(&mut work) else { break };
                        let last = decoded.last;
                        // Nobody waits for it any more if the decoder was dropped.
                        if job.reply.send(decoded).is_err() || last {
                            break;
                        }
                    }
                }
            };
            match std::thread::Builder::new().name("rowmill-decode".into()).spawn(work) {
                Ok(handle) => handles.push(handle),
                Err(_) => break,
            }
        }
        Self { jobs: Some(jobs), waiting: VecDeque::new(), handles }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        // Closing the queue ends the threads after the frames in it; without the results' places
        // nothing is kept of those.
        self.waiting.clear();
        self.jobs = None;
        for handle in self.handles.drain(..) {
            let _ = handle.join();
        }
    }
}

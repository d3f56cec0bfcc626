//! Who looks at the frames: the caller's thread, or a few of our own.

use std::collections::VecDeque;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

use super::lines::{LineReader, Looked};
use super::shape::Shape;
use crate::error::{Error, ErrorKind};
use crate::frame::Frame;
use crate::options::Options;

/// Looks at frames. What each thread has seen is put together at the end, and comes out the same
/// whoever has looked at which frame.
pub(super) enum Crew {
    Inline(Box<LineReader>),
    Threads(Threads),
}

/// Threads that take frames from one queue. What is counted comes back in the order of the frames.
pub(super) struct Threads {
    jobs: Sender<Job>,
    waiting: VecDeque<Receiver<Looked>>,
    handles: Vec<JoinHandle<Shape>>,
}

struct Job {
    frame: Frame,
    base: u64,
    reply: Sender<Looked>,
}

impl Crew {
    /// `rows` are looked at, at most; where not all are wanted, one after the other.
    pub(super) fn new(options: &Options, rows: Option<u64>) -> Self {
        if options.threads > 1 && rows.is_none() {
            let threads = Threads::start(options);
            if !threads.handles.is_empty() {
                return Self::Threads(threads);
            }
        }
        Self::Inline(Box::new(LineReader::new(options, rows.unwrap_or(u64::MAX))))
    }

    /// Whether as many rows were looked at as were asked for.
    pub(super) fn is_full(&self) -> bool {
        matches!(self, Self::Inline(reader) if reader.is_full())
    }

    /// Looks at a frame, or has it looked at, and gives the results that are there by then, in the
    /// order of the frames. There are never more frames in hand than threads can keep busy with.
    pub(super) fn look(&mut self, frame: Frame, base: u64) -> Option<Looked> {
        match self {
            Self::Inline(reader) => Some(reader.look(&frame, base)),
            Self::Threads(threads) => threads.look(frame, base),
        }
    }

    /// The next result that is still to come.
    pub(super) fn next(&mut self) -> Option<Looked> {
        match self {
            Self::Inline(_) => None,
            Self::Threads(threads) => threads.next(),
        }
    }

    /// What all frames held.
    pub(super) fn into_shape(self) -> Result<Shape, Error> {
        let Threads { jobs, handles, .. } = match self {
            Self::Inline(reader) => return Ok(reader.into_shape()),
            Self::Threads(threads) => threads,
        };
        // Closing the queue ends the threads.
        drop(jobs);
        let mut all = Shape::of_rows();
        for handle in handles {
            all.merge(&handle.join().map_err(|_| lost())?);
        }
        Ok(all)
    }
}

impl Threads {
    /// As many threads as the system gives, up to the number asked for.
    fn start(options: &Options) -> Self {
        // What is in it is bounded by `look`.
        let (jobs, queue) = unbounded::<Job>();
        let mut handles = Vec::new();
        for _ in 0..options.crew() {
            let (options, queue) = (options.clone(), queue.clone());
            let work = move || {
                let mut reader = LineReader::new(&options, u64::MAX);
                for Job { frame, base, reply } in queue {
                    // Nobody waits for it any more if the inference was dropped.
                    let _ = reply.send(reader.look(&frame, base));
                }
                reader.into_shape()
            };
            match std::thread::Builder::new().name("rowmill-infer".into()).spawn(work) {
                Ok(handle) => handles.push(handle),
                Err(_) => break,
            }
        }
        Self { jobs, waiting: VecDeque::new(), handles }
    }

    fn look(&mut self, frame: Frame, base: u64) -> Option<Looked> {
        let (reply, result) = bounded(1);
        // Fails only if every thread is gone; then `reply` is dropped and the waiting side sees that.
        let _ = self.jobs.send(Job { frame, base, reply });
        self.waiting.push_back(result);
        // One frame in each thread's hands and one for it to go on with.
        if self.waiting.len() < 2 * self.handles.len() { None } else { self.next() }
    }

    fn next(&mut self) -> Option<Looked> {
        let result = self.waiting.pop_front()?.recv();
        Some(result.unwrap_or_else(|_| Looked { error: Some(lost()), ..Looked::default() }))
    }
}

#[cold]
fn lost() -> Error {
    Error::new(ErrorKind::Worker, None, "a result", "none")
}

//! The files of an export as ordered streams of bytes.
//!
//! ```text
//!  Downloads ──one file after the other, the next ones begun──▶ Download ◀── bounded queue ──┐
//!                                                                                            │
//!  Links ──fresh link──▶ Fetch ──attempt──▶ open (redirects) ──▶ judge (head) ──▶ body ──────┤
//!    ▲                     │  ▲                                                    │         │
//!    │                     │  └──────────── wait, then resume ◀── cut, busy, stale ┘         │
//!    │                     └──────▶ Parts: ranges of a large file, read ahead ─── in order ──┘
//!    └──renewed by getAll, once for all
//! ```

mod all;
mod answer;
mod fetch;
mod links;
mod open;
mod part;

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures::{FutureExt, Stream};
use tokio::runtime::Handle;
use tokio::sync::mpsc::Receiver;
use tokio::task::JoinHandle;

pub use all::Downloads;
pub(crate) use links::Links;

use crate::download::fetch::{Fetch, Piece};
use crate::download::part::stopped;
use crate::error::{Error, ErrorKind};

/// The bytes of one file, in order, each exactly once.
///
/// Made by [`ReadyExport::download`](crate::ReadyExport::download). It is polled on a Tokio runtime
/// with time and I/O enabled; from the first poll on a task reads ahead by as many bytes as the
/// client is set to. It has a connection of its own, and for the ranges of a large file further
/// ones that all downloads of the export share. Dropping the stream stops it and closes its
/// connections.
///
/// After an error, or after the end, the stream gives nothing more.
pub struct Download {
    state: State,
    given: u64,
    etag: Arc<OnceLock<String>>,
}

enum State {
    Waiting { links: Arc<Links>, index: usize },
    Running { pieces: Receiver<Piece>, task: Task<Error> },
    Over,
}

/// A task that does not outlive its owner.
struct Task<E>(JoinHandle<Result<(), E>>);

impl<E: Send + 'static> Task<E> {
    fn spawn(work: impl Future<Output = Result<(), E>> + Send + 'static) -> Task<E> {
        Task(tokio::spawn(work))
    }

    /// How it ended; `None` if it panicked or was stopped with its runtime.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<(), E>>> {
        self.0.poll_unpin(cx).map(Result::ok)
    }

    async fn end(mut self) -> Option<Result<(), E>> {
        poll_fn(|cx| self.poll_end(cx)).await
    }
}

impl<E> Drop for Task<E> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Download {
    pub(crate) fn new(links: Arc<Links>, index: usize) -> Download {
        Download { state: State::Waiting { links, index }, given: 0, etag: Arc::default() }
    }

    /// Starts the task, so that bytes are there when they are asked for. Where there is no runtime,
    /// the first poll tells.
    fn begin(&mut self) {
        if let State::Waiting { links, index } = &self.state
            && let Ok(running) = Download::start(links, *index, &self.etag)
        {
            self.state = running;
        }
    }

    /// How many bytes the stream has given out so far.
    #[must_use]
    pub fn given(&self) -> u64 {
        self.given
    }

    /// The strong entity tag of the version that was given out, where the host has told one. It is
    /// known when the stream has ended without an error.
    #[must_use]
    pub fn etag(&self) -> Option<&str> {
        self.etag.get().map(String::as_str)
    }

    fn start(
        links: &Arc<Links>,
        index: usize,
        etag: &Arc<OnceLock<String>>,
    ) -> Result<State, Error> {
        if Handle::try_current().is_err() {
            let text = "a download needs a Tokio runtime";
            return Err(Error::new(ErrorKind::InvalidRequest, text));
        }
        let (fetch, pieces) = Fetch::new(Arc::clone(links), index, Arc::clone(etag))?;
        Ok(State::Running { pieces, task: Task::spawn(fetch.run()) })
    }
}

impl Stream for Download {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let State::Waiting { links, index } = &self.state {
            match Download::start(links, *index, &self.etag) {
                Ok(running) => self.state = running,
                Err(error) => {
                    self.state = State::Over;
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
        let State::Running { pieces, task } = &mut self.state else { return Poll::Ready(None) };
        if let Some(piece) = ready!(pieces.poll_recv(cx)) {
            let bytes = piece.into_bytes();
            self.given += bytes.len() as u64;
            return Poll::Ready(Some(Ok(bytes)));
        }
        // The task has dropped its end: how it ended decides whether the file is whole.
        let end = ready!(task.poll_end(cx));
        self.state = State::Over;
        Poll::Ready(match end {
            Some(Ok(())) => None,
            Some(Err(error)) => Some(Err(error)),
            None => Some(Err(stopped())),
        })
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Waiting { .. } => "waiting",
            State::Running { .. } => "running",
            State::Over => "over",
        };
        f.debug_struct("Download").field("state", &state).field("given", &self.given).finish()
    }
}

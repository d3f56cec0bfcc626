//! One file as an ordered stream of bytes.
//!
//! ```text
//!  Links ──fresh link──▶ Fetch ──attempt──▶ open (redirects) ──▶ judge (head) ──▶ body
//!    ▲                     │  ▲                                                      │
//!    └──renewed by getAll──┘  └──────────── wait, then resume ◀── cut, busy, stale ──┤
//!                                                                                    ▼
//!                                              Download (the consumer) ◀── bounded queue
//! ```

mod answer;
mod fetch;
mod links;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures::{FutureExt, Stream};
use tokio::runtime::Handle;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinHandle;

pub(crate) use links::Links;

use crate::download::fetch::{Fetch, Piece};
use crate::error::{Error, ErrorKind};

/// The bytes of one file, in order, each exactly once.
///
/// Made by [`ReadyExport::download`](crate::ReadyExport::download). It is polled on a Tokio runtime
/// with time and I/O enabled; from the first poll on a task reads ahead by as many bytes as the
/// client is set to. Dropping the stream stops that task and closes its connection.
///
/// After an error, or after the end, the stream gives nothing more.
pub struct Download {
    state: State,
    given: u64,
}

enum State {
    Waiting { links: Arc<Links>, index: usize },
    Running { pieces: UnboundedReceiver<Piece>, task: Task },
    Over,
}

/// A task that does not outlive its owner.
struct Task(JoinHandle<Result<(), Error>>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Download {
    pub(crate) fn new(links: Arc<Links>, index: usize) -> Download {
        Download { state: State::Waiting { links, index }, given: 0 }
    }

    /// How many bytes the stream has given out so far.
    #[must_use]
    pub fn given(&self) -> u64 {
        self.given
    }

    fn start(links: &Arc<Links>, index: usize) -> Result<State, Error> {
        let runtime = Handle::try_current().map_err(|_| {
            Error::new(ErrorKind::InvalidRequest, "a download needs a Tokio runtime")
        })?;
        let (fetch, pieces) = Fetch::new(Arc::clone(links), index)?;
        Ok(State::Running { pieces, task: Task(runtime.spawn(fetch.run())) })
    }
}

impl Stream for Download {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let State::Waiting { links, index } = &self.state {
            match Download::start(links, *index) {
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
        let end = ready!(task.0.poll_unpin(cx));
        self.state = State::Over;
        Poll::Ready(match end {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(Err(error)),
            Err(_) => {
                let text = "the download stopped: its task panicked or its runtime was shut down";
                Some(Err(Error::new(ErrorKind::Incomplete, text)))
            }
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

//! Stopping a run from outside.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Waker;

use crate::error::{Error, Result};

/// Stops a run from another thread. Clones belong together.
///
/// The run ends with [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled) and leaves nothing
/// behind, unless it had already begun to put its files in place: then it ends as it would have.
///
/// ```
/// use rowmill::{Cancel, Column, Convert, ErrorKind, Layout};
///
/// let layout = Layout::new([Column::int64("n")])?;
/// let cancel = Cancel::new();
/// cancel.cancel(); // usually from a signal handler's thread
/// let run = Convert::new(&layout).cancel(cancel).run("Cargo.toml", "never.parquet");
/// assert_eq!(run.unwrap_err().kind(), ErrorKind::Cancelled);
/// # Ok::<(), rowmill::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<State>);

#[derive(Debug, Default)]
struct State {
    cancelled: AtomicBool,
    /// Futures to wake, at most one entry for each.
    waiting: Mutex<Vec<Waker>>,
}

impl Cancel {
    /// A token that has not been cancelled.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks every run that holds a clone of this to stop. It does not wait for them.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::SeqCst);
        // A waiter enters before it looks at the flag, so it is either in the list or sees it.
        let waiting = std::mem::take(&mut *self.waiting());
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Whether [`cancel`](Self::cancel) was called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::SeqCst)
    }

    pub(crate) fn check(&self) -> Result<()> {
        if self.is_cancelled() { Err(Error::cancelled()) } else { Ok(()) }
    }

    /// Ends when the token is cancelled.
    #[cfg(feature = "async")]
    pub(crate) fn cancelled(&self) -> impl Future<Output = ()> + Unpin {
        use std::task::Poll;
        std::future::poll_fn(|context| {
            let mut waiting = self.waiting();
            if !waiting.iter().any(|waker| waker.will_wake(context.waker())) {
                waiting.push(context.waker().clone());
            }
            drop(waiting);
            if self.is_cancelled() { Poll::Ready(()) } else { Poll::Pending }
        })
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Vec<Waker>> {
        // A list of wakers is in order whatever happened to the thread that held it.
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

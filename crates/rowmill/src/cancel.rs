//! Stopping a run from outside.

use std::collections::BTreeMap;
#[cfg(feature = "async")]
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
#[cfg(feature = "async")]
use std::task::{Context, Poll};

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
    waiting: Mutex<Waiting>,
}

/// Futures to wake, each by its number: many where a service has one token for all that it does.
type Waiting = BTreeMap<u64, Waker>;

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
        let waiting = std::mem::take(&mut *self.0.waiting());
        waiting.into_values().for_each(Waker::wake);
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
    pub(crate) fn cancelled(&self) -> Cancelled {
        Cancelled { state: Arc::clone(&self.0), number: None }
    }
}

impl State {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // The wakers are in order whatever happened to the thread that held them.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits for a token; made by [`Cancel::cancelled`].
#[cfg(feature = "async")]
pub(crate) struct Cancelled {
    state: Arc<State>,
    /// Its number among those that wait, once it does.
    number: Option<u64>,
}

#[cfg(feature = "async")]
impl Future for Cancelled {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let mut waiting = this.state.waiting();
        // Those that wait have lower numbers.
        let next = waiting.last_key_value().map_or(0, |(last, _)| last + 1);
        let number = *this.number.get_or_insert(next);
        waiting.insert(number, context.waker().clone());
        drop(waiting);
        let cancelled = this.state.cancelled.load(Ordering::SeqCst);
        if cancelled { Poll::Ready(()) } else { Poll::Pending }
    }
}

#[cfg(feature = "async")]
impl Drop for Cancelled {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            self.state.waiting().remove(&number);
        }
    }
}

#[cfg(all(test, feature = "async"))]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn nothing_is_kept_of_those_that_wait_no_longer() {
        let cancel = Cancel::new();
        let mut first = cancel.cancelled();
        for _ in 0..3 {
            assert!((&mut first).now_or_never().is_none());
            assert!(cancel.cancelled().now_or_never().is_none());
            assert_eq!(cancel.0.waiting().len(), 1);
        }
        cancel.cancel();
        assert!((&mut first).now_or_never().is_some() && cancel.is_cancelled());
        drop(first);
        assert!(cancel.0.waiting().is_empty());
    }
}

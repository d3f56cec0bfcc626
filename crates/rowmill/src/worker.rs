//! A thread that works for a future, and ends with it.

use std::future::pending;
use std::pin::pin;
use std::thread::{Builder, JoinHandle};

use futures::FutureExt;
use futures::future::{Either, select};
use tokio::sync::oneshot;

use crate::cancel::Cancel;
use crate::error::{Error, Result};

/// Does `work` on a thread called `name` while `transfer` brings it its bytes, and gives what it ends
/// with, however far the transfer is.
///
/// The work looks at `stop`. It is cancelled when the caller's `cancel` is, and when this future is
/// dropped, which then waits for the thread.
pub(crate) async fn work<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> Result<T> + Send + 'static,
    transfer: impl Future<Output = ()>,
    cancel: &Cancel,
    stop: Cancel,
) -> Result<T> {
    cancel.check()?;
    let (tell, outcome) = oneshot::channel();
    let thread = Builder::new()
        .name(name.to_owned())
        .spawn(move || drop(tell.send(work())))
        .map_err(|e| Error::internal(format!("no thread to work on: {e}")))?;
    let worker = Worker { stop, thread: Some(thread) };
    let mut outcome = outcome.map(|outcome| {
        // Only a panic keeps the thread from telling.
        outcome.unwrap_or_else(|_| Err(Error::internal("the working thread ended early")))
    });
    {
        // Made after the worker, hence dropped before it: once the transfer is gone, the thread that is
        // waited for cannot be waiting for bytes.
        let moving = pin!(async move {
            transfer.await;
            pending::<()>().await;
        });
        let stopped = select(moving, cancel.cancelled());
        if let Either::Right((outcome, _)) = select(stopped, &mut outcome).await {
            return outcome;
        }
    }
    worker.stop.cancel();
    // It may have come too far to stop.
    outcome.await
}

struct Worker {
    stop: Cancel,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            // A panic in it has come out as an error already.
            let _ = thread.join();
        }
    }
}

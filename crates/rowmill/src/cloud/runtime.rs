//! The runtime that the clients of stores live on, and waiting for what they do.

use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinHandle;

use crate::cancel::Cancel;
use crate::error::{Error, Result};

/// How long a cancelled run may wait for an answer of a store.
const LOOK_UP: Duration = Duration::from_millis(50);

/// The one runtime, from the first URL on and for the rest of the process. It moves bytes; one thread
/// is plenty.
pub(super) fn handle() -> Result<Handle> {
    static RUNTIME: OnceLock<std::result::Result<Runtime, String>> = OnceLock::new();
    let start = || {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(1).thread_name("rowmill-cloud").enable_all();
        builder.build().map_err(|error| error.to_string())
    };
    match RUNTIME.get_or_init(start) {
        Ok(runtime) => Ok(runtime.handle().clone()),
        Err(cause) => Err(Error::internal(format!("no runtime for object stores: {cause}"))),
    }
}

/// What is done on the runtime while its caller does something else.
pub(super) struct Task<T> {
    outcome: Receiver<T>,
    handle: JoinHandle<()>,
}

/// Begins `work` on the runtime.
pub(super) fn begin<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<Task<T>> {
    let (sender, outcome) = sync_channel(1);
    let handle = handle()?.spawn(async move {
        // Nobody listens any more where the run was cancelled.
        let _ = sender.send(work.await);
    });
    Ok(Task { outcome, handle })
}

impl<T> Task<T> {
    /// Waits for the end, until `cancel` says no. The caller may be in any thread, also one of another
    /// runtime.
    pub(super) fn wait(self, cancel: &Cancel) -> Result<T> {
        loop {
            match self.outcome.recv_timeout(LOOK_UP) {
                Ok(outcome) => return Ok(outcome),
                Err(RecvTimeoutError::Timeout) if cancel.is_cancelled() => {
                    return Err(Error::cancelled());
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Error::internal("the client of an object store ended early"));
                }
            }
        }
    }
}

/// What nobody waits for any more is given up.
impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.handle.abort();
    }
}

/// Does `work` on the runtime and waits for it, as [`Task::wait`] does.
pub(super) fn wait<T: Send + 'static>(
    cancel: &Cancel,
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T> {
    begin(work)?.wait(cancel)
}

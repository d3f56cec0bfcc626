//! Reading on a thread of its own.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};

use super::chunks::Chunks;
use crate::cancel::Cancel;
use crate::error::Error;

/// Chunks that wait between the reading thread and the run: more than a frame, so that the next one
/// is there when the run has been busy with a batch.
const AHEAD: usize = 24;

/// How long a cancelled run may wait for a read that blocks.
const LOOK_UP: Duration = Duration::from_millis(50);

/// What travels: a chunk or an error, or `None` for the end. A channel that closes without that
/// mark has lost its thread.
type Item = Option<io::Result<Bytes>>;

/// The chunks that `open` gives, read ahead by a thread. Dropping them ends the thread after the
/// read it is in.
pub(super) fn on_thread(
    open: impl FnOnce() -> io::Result<Chunks> + Send + 'static,
    cancel: &Cancel,
) -> io::Result<Chunks> {
    let (sender, receiver) = bounded::<Item>(AHEAD);
    std::thread::Builder::new().name("rowmill-read".into()).spawn(move || {
        let chunks = match open() {
            Ok(chunks) => chunks,
            Err(error) => {
                let _ = sender.send(Some(Err(error)));
                return;
            }
        };
        for chunk in chunks {
            let failed = chunk.is_err();
            // A closed channel means that nobody wants the rest.
            if sender.send(Some(chunk)).is_err() || failed {
                return;
            }
        }
        let _ = sender.send(None);
    })?;
    Ok(Box::new(Received { receiver, cancel: cancel.clone(), ended: false }))
}

struct Received {
    receiver: Receiver<Item>,
    cancel: Cancel,
    ended: bool,
}

impl Iterator for Received {
    type Item = io::Result<Bytes>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            let chunk = match self.receiver.recv_timeout(LOOK_UP) {
                Ok(Some(Ok(chunk))) => return Some(Ok(chunk)),
                Ok(Some(Err(error))) => Some(Err(error)),
                Ok(None) => None,
                Err(RecvTimeoutError::Timeout) if self.cancel.is_cancelled() => {
                    Some(Err(io::Error::other(Error::cancelled())))
                }
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => {
                    let lost = Error::internal("the reading thread ended early");
                    Some(Err(io::Error::other(lost)))
                }
            };
            self.ended = true;
            return chunk;
        }
        None
    }
}

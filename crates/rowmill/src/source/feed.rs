//! From a stream on a runtime to chunks on a plain thread.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use futures::{Stream, StreamExt};
use tokio::sync::mpsc;

use super::chunks::Chunks;
use crate::error::Error;

/// Chunks that wait between the stream and the thread.
const AHEAD: usize = 4;

/// What travels: a chunk or an error, or `None` for the end. A channel that closes without that
/// mark has lost its stream, and nothing made of such chunks may count as complete.
type Item = Option<io::Result<Bytes>>;

/// The side of the stream.
pub(crate) struct Feeder {
    sender: mpsc::Sender<Item>,
    read: Arc<AtomicU64>,
}

/// Joins a stream to a thread. Bytes are counted in `read` as they are handed over.
pub(crate) fn feed(read: Arc<AtomicU64>) -> (Feeder, Chunks) {
    let (sender, receiver) = mpsc::channel(AHEAD);
    (Feeder { sender, read }, Box::new(Fed { receiver, ended: false }))
}

impl Feeder {
    /// Hands over all of `input` and then the mark of its end, or what is there until an error or
    /// until nobody takes it any more. A chunk is taken from the stream only when there is room.
    pub(crate) async fn pump(self, input: impl Stream<Item = io::Result<Bytes>>) {
        let mut input = std::pin::pin!(input);
        while let Ok(room) = self.sender.reserve().await {
            match input.next().await {
                Some(Ok(chunk)) => {
                    self.read.fetch_add(chunk.len() as u64, Ordering::Relaxed);
                    room.send(Some(Ok(chunk)));
                }
                Some(Err(error)) => return room.send(Some(Err(error))),
                None => return room.send(None),
            }
        }
    }
}

/// The side of the thread.
struct Fed {
    receiver: mpsc::Receiver<Item>,
    ended: bool,
}

impl Iterator for Fed {
    type Item = io::Result<Bytes>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let item = match self.receiver.blocking_recv() {
            Some(item) => item,
            // The stream was dropped: nobody waits for the answer, but it must not look like an end.
            None => Some(Err(io::Error::other(Error::cancelled()))),
        };
        self.ended = !matches!(item, Some(Ok(_)));
        item
    }
}

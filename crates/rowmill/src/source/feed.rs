//! From a stream on a runtime to chunks on a plain thread.

use std::io;
use std::pin::pin;

use bytes::Bytes;
use futures::future::{Either, select};
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
}

/// Joins a stream to a thread.
pub(crate) fn feed() -> (Feeder, Chunks) {
    let (sender, receiver) = mpsc::channel(AHEAD);
    (Feeder { sender }, Box::new(Fed { receiver, ended: false }))
}

impl Feeder {
    /// Hands over all of `input` and then the mark of its end, or what is there until an error or
    /// until nobody takes it any more, even if nothing comes. A chunk is taken from the stream only when
    /// there is room.
    pub(crate) async fn pump(self, input: impl Stream<Item = io::Result<Bytes>>) {
        let mut input = pin!(input);
        while let Ok(room) = self.sender.reserve().await {
            match select(input.next(), pin!(self.sender.closed())).await {
                Either::Left((Some(Ok(chunk)), _)) => room.send(Some(Ok(chunk))),
                Either::Left((Some(Err(error)), _)) => return room.send(Some(Err(error))),
                Either::Left((None, _)) => return room.send(None),
                Either::Right(_) => return,
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

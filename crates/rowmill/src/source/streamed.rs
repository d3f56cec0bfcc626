//! A stream of bytes as a source.

use std::error::Error as StdError;
use std::io;
use std::pin::Pin;

use bytes::Bytes;
use futures::{Stream, StreamExt};
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use super::feed::feed;
use super::{Chunks, Received};
use crate::error::Error;

type Items = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// The bytes of a stream, and who takes them out of it.
pub(super) enum Streamed {
    /// Whoever reads the source, on a thread of its own.
    Here(Items),
    /// A future, which was taken out with [`take_transfer`](Self::take_transfer).
    Elsewhere(Chunks, Received),
}

/// Moves the bytes of a stream to the thread that reads it, from when it is asked for them. It is to
/// be polled where the stream is at home.
pub(crate) type Transfer = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Streamed {
    pub(super) fn new<S, E>(name: &str, stream: S) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        let name = name.to_owned();
        let items = stream.map(move |item| item.map_err(|cause| carried(&name, cause.into())));
        Self::Here(Box::pin(items))
    }

    /// What moves the bytes from now on.
    pub(super) fn take_transfer(&mut self) -> Option<Transfer> {
        if matches!(self, Self::Elsewhere(..)) {
            return None;
        }
        let received = Received::default();
        let (feeder, mut chunks) = feed();
        let (ask, asked) = oneshot::channel();
        let mut ask = Some(ask);
        // Nothing is taken out of a stream that may not be read at all.
        let chunks = std::iter::from_fn(move || {
            // If nobody listens, the chunks are an error.
            let _ = ask.take().map(|ask| ask.send(()));
            chunks.next()
        });
        let chunks = received.seen(Box::new(chunks));
        match std::mem::replace(self, Self::Elsewhere(chunks, received)) {
            Self::Here(items) => Some(Box::pin(async move {
                if asked.await.is_ok() {
                    feeder.pump(items).await;
                }
            })),
            Self::Elsewhere(..) => None,
        }
    }
}

/// The items of a stream, each waited for by the present thread. A stream that needs the runtime of
/// the thread that opens it is polled within that one.
pub(super) fn waited_for(mut items: Items) -> impl FnOnce() -> io::Result<Chunks> + Send {
    let home = Handle::try_current().ok();
    move || {
        let own = match home {
            Some(_) => None,
            None => Some(Builder::new_current_thread().build()?),
        };
        Ok(Box::new(std::iter::from_fn(move || {
            let next = items.next();
            match (&own, &home) {
                (Some(own), _) => own.block_on(next),
                (None, Some(home)) => home.block_on(next),
                (None, None) => None,
            }
        })))
    }
}

/// An error of the caller's stream, as one of ours, on its way through readers.
fn carried(name: &str, cause: Box<dyn StdError + Send + Sync>) -> io::Error {
    io::Error::other(match cause.downcast::<Error>() {
        Ok(error) => *error,
        Err(cause) => Error::of_stream(name, cause),
    })
}

//! Streams of bytes as sources: to batches in a stream, and to Parquet.
#![cfg(feature = "async")]

mod batches;
mod parquet;

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures::{Stream, stream};
use rowmill::{Bytes, Column, Layout};

fn layout() -> Layout {
    Layout::new([Column::int64("n").required(), Column::string("s")]).expect("a sound layout")
}

fn text(rows: usize) -> String {
    (0..rows).map(|n| format!("{{\"n\":{n},\"s\":\"row {n}\"}}\n")).collect()
}

fn pieces(bytes: &[u8], size: usize) -> impl Stream<Item = io::Result<Bytes>> + Send + use<> {
    let pieces: Vec<_> = bytes.chunks(size).map(|p| Ok(Bytes::copy_from_slice(p))).collect();
    stream::iter(pieces)
}

/// Gives the same chunk so often and then nothing, not even its end; counts how often, and tells when it
/// is dropped.
struct Endless {
    chunk: Bytes,
    most: usize,
    given: Arc<AtomicUsize>,
    dropped: Arc<AtomicBool>,
}

impl Stream for Endless {
    type Item = io::Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.given.load(Ordering::SeqCst) == self.most {
            return Poll::Pending;
        }
        self.given.fetch_add(1, Ordering::SeqCst);
        Poll::Ready(Some(Ok(self.chunk.clone())))
    }
}

impl Drop for Endless {
    fn drop(&mut self) {
        self.dropped.store(true, Ordering::SeqCst);
    }
}

/// A bounded wait for something that another thread is about to do.
fn soon(what: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(10);
    while !what() {
        assert!(Instant::now() < end, "it does not happen");
        std::thread::yield_now();
    }
}

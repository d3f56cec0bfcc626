//! Bytes from a stream to batches in a stream, and what dropping it does.
#![cfg(feature = "async")]

use std::io::{self, Read};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use flate2::read::GzEncoder;
use futures::{Stream, StreamExt, TryStreamExt, stream};
use rowmill::arrow::RecordBatch;
use rowmill::{Bytes, Column, Decoder, ErrorKind, Layout, decode};

fn layout() -> Layout {
    Layout::new([Column::int64("n").required(), Column::string("s")]).expect("a sound layout")
}

fn text(rows: usize) -> String {
    (0..rows).map(|n| format!("{{\"n\":{n},\"s\":\"row {n}\"}}\n")).collect()
}

fn pieces(bytes: &[u8], size: usize) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    let pieces: Vec<_> = bytes.chunks(size).map(|p| Ok(Bytes::copy_from_slice(p))).collect();
    stream::iter(pieces)
}

fn pushed(text: &str) -> Vec<RecordBatch> {
    let mut decoder = Decoder::new(layout());
    decoder.push(text.to_owned().into());
    decoder.finish();
    std::iter::from_fn(|| decoder.next_batch().expect("good rows")).collect()
}

#[tokio::test]
async fn batches_are_those_of_the_decoder() {
    let text = text(20_000);
    let mut packed = Vec::new();
    let level = flate2::Compression::default();
    GzEncoder::new(text.as_bytes(), level).read_to_end(&mut packed).expect("packs");
    for (bytes, size) in [(text.as_bytes(), 1000), (text.as_bytes(), 1 << 20), (&packed, 100)] {
        let mut batches = decode(layout(), pieces(bytes, size));
        assert_eq!(batches.schema(), layout().schema());
        let mut taken = Vec::new();
        while let Some(batch) = batches.try_next().await.expect("good rows") {
            assert!(batches.report().is_none());
            taken.push(batch);
        }
        assert!(taken == pushed(&text));
        let counts = batches.report().expect("ended");
        assert_eq!((counts.rows, counts.bytes), (20_000, text.len() as u64));
        assert!(batches.next().await.is_none());
    }
}

#[tokio::test]
async fn errors_come_after_the_rows_before_them() {
    let bad = text(10) + "{\"n\":null}\n" + &text(5);
    let mut batches = decode(layout(), pieces(bad.as_bytes(), 50));
    let mut rows = 0;
    let error = loop {
        match batches.next().await.expect("an error first") {
            Ok(batch) => rows += batch.num_rows(),
            Err(error) => break error,
        }
    };
    assert_eq!((rows, error.kind()), (10, ErrorKind::Data));
    assert!(error.to_string().starts_with("stream, line 11, byte "), "{error}");
    assert!(batches.next().await.is_none() && batches.report().is_none());

    let cut =
        stream::iter([Ok(Bytes::from("{\"n\":1}\n{\"n\"")), Err(io::Error::other("cut off"))]);
    let outcome: Result<Vec<_>, _> = decode(layout(), cut).try_collect().await;
    let error = outcome.expect_err("a broken stream");
    assert_eq!(error.kind(), ErrorKind::Input);
    assert!(error.to_string().contains("cut off"), "{error}");
    let cut = stream::iter([io::Result::Ok(Bytes::from("{\"n\":1}\n{\"n\""))]);
    let outcome: Result<Vec<_>, _> = decode(layout(), cut).try_collect().await;
    assert_eq!(outcome.expect_err("half a row").code(), Some("truncated"));
}

/// Gives the same chunk for ever, counts how often, and tells when it is dropped.
struct Endless {
    chunk: Bytes,
    given: Arc<AtomicUsize>,
    dropped: Arc<AtomicBool>,
}

impl Stream for Endless {
    type Item = io::Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.given.fetch_add(1, Ordering::SeqCst);
        Poll::Ready(Some(Ok(self.chunk.clone())))
    }
}

impl Drop for Endless {
    fn drop(&mut self) {
        self.dropped.store(true, Ordering::SeqCst);
    }
}

/// The names of this process's threads.
#[cfg(target_os = "linux")]
fn threads() -> Vec<String> {
    let tasks = std::fs::read_dir("/proc/self/task").expect("proc");
    let name = |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("comm"));
    tasks.flatten().filter_map(|task| name(task).ok()).collect()
}

/// A bounded wait for something that another thread is about to do.
fn soon(what: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(10);
    while !what() {
        assert!(Instant::now() < end, "it does not happen");
        std::thread::yield_now();
    }
}

#[tokio::test]
async fn a_stream_is_read_only_as_it_is_taken_and_dropping_it_ends_all() {
    let given = Arc::new(AtomicUsize::new(0));
    let dropped = Arc::new(AtomicBool::new(false));
    let chunk = Bytes::from(text(30_000));
    let endless = Endless { chunk, given: Arc::clone(&given), dropped: Arc::clone(&dropped) };
    let mut batches = decode(layout(), endless);
    for _ in 0..3 {
        batches.next().await.expect("endless").expect("good rows");
    }
    // Nobody polls, so nobody reads: what is there is bounded by the queues.
    let taken = given.load(Ordering::SeqCst);
    assert!(taken < 20, "{taken} chunks read for three batches");
    drop(batches);
    assert!(dropped.load(Ordering::SeqCst));
    #[cfg(target_os = "linux")]
    soon(|| !threads().iter().any(|name| name.starts_with("rowmill-decode")));
    #[cfg(not(target_os = "linux"))]
    soon(|| true);
    assert_eq!(given.load(Ordering::SeqCst), taken);
}

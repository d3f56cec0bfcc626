//! Bytes from a stream to batches in a stream, and what dropping it does.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use flate2::read::GzEncoder;
use futures::{StreamExt, TryStreamExt, stream};
use rowmill::arrow::RecordBatch;
use rowmill::{
    Bytes, Cancel, Decode, Decoder, ErrorKind, Limit, OnBadRow, Options, Source, decode,
};

use crate::{Endless, layout, pieces, soon, text};

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

/// The names of this process's threads.
#[cfg(target_os = "linux")]
fn threads() -> Vec<String> {
    let tasks = std::fs::read_dir("/proc/self/task").expect("proc");
    let name = |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("comm"));
    tasks.flatten().filter_map(|task| name(task).ok()).collect()
}

#[tokio::test]
async fn a_stream_is_read_only_as_it_is_taken_and_dropping_it_ends_all() {
    let given = Arc::new(AtomicUsize::new(0));
    let dropped = Arc::new(AtomicBool::new(false));
    let chunk = Bytes::from(text(30_000));
    let (most, ours) = (usize::MAX, Arc::clone(&dropped));
    let endless = Endless { chunk, most, given: Arc::clone(&given), dropped: ours };
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

fn options(policy: OnBadRow) -> Options {
    let mut options = Options::default();
    options.on_bad_row = policy;
    options
}

#[tokio::test]
async fn options_hold_and_what_is_set_aside_can_be_taken() {
    let bad = "{\"n\":null}\n".repeat(5_000);
    let all = text(3) + &bad + "{\"n\":1,\"new\":true}\n{\"n\":7.5}\n";
    let mut expected = None;
    for threads in [1, 2] {
        let mut options = options(OnBadRow::Quarantine { at_most: Limit::None });
        (options.threads, options.frame_bytes) = (threads, 1_000);
        let decode = Decode::new(layout()).options(options);
        let mut batches = decode.stream(Source::stream("body", pieces(all.as_bytes(), 500)));
        let (mut rows, mut aside, mut most) = (0, Vec::new(), 0);
        while let Some(batch) = batches.try_next().await.expect("bad rows are set aside") {
            rows += batch.num_rows();
            let taken = batches.take_rejects();
            most = most.max(taken.len());
            aside.extend(taken);
        }
        aside.extend(batches.take_rejects());
        // They do not all have to be held until a good row comes.
        assert!((1024..2048).contains(&most), "{most} at a time");
        assert_eq!((rows, aside.len()), (4, 5_001));
        let lines: Vec<_> =
            aside.iter().map(|reject| reject.error().place().map(|p| p.line)).collect();
        assert!(lines.is_sorted());
        assert_eq!((lines[0], lines[5_000]), (Some(4), Some(5_005)));
        assert_eq!(aside[5_000].raw(), b"{\"n\":7.5}");
        let counts = batches.report().expect("ended");
        assert_eq!((counts.lines, counts.rows, counts.quarantined), (5_005, 4, 5_001));
        let drift = batches.drift().expect("ended").clone();
        assert_eq!((drift.keys.len(), drift.keys[0].first_line), (1, 5_004));
        assert_eq!(*expected.get_or_insert(counts), counts, "with {threads} threads");
    }
    let decode =
        Decode::new(layout()).options(options(OnBadRow::Quarantine { at_most: Limit::Rows(9) }));
    let batches = decode.stream(Source::stream("body", pieces(all.as_bytes(), 500)));
    let error = batches.try_collect::<Vec<_>>().await.expect_err("too many");
    assert_eq!(error.code(), Some("too_many_rejects"));
    assert!(error.to_string().starts_with("body, line 13, "), "{error}");
}

#[tokio::test]
async fn files_are_streams_of_batches_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, text) = (folder.path().join("rows.jsonl"), text(20_000));
    std::fs::write(&path, &text).expect("written");
    let mut batches = Decode::new(layout()).stream(&path);
    let mut taken = Vec::new();
    while let Some(batch) = batches.try_next().await.expect("good rows") {
        taken.push(batch);
    }
    assert!(taken == pushed(&text));
    let mut batches = Decode::new(layout()).stream(folder.path().join("none"));
    let error = batches.next().await.expect("an error").expect_err("missing");
    assert_eq!(error.kind(), ErrorKind::Input);
    assert!(batches.next().await.is_none());
}

#[tokio::test]
async fn batches_can_be_cancelled_while_nothing_comes() {
    let cancel = Cancel::new();
    let (given, dropped) = <(Arc<AtomicUsize>, Arc<AtomicBool>)>::default();
    let endless =
        Endless { chunk: Bytes::from("{\"n\""), most: 2, given, dropped: Arc::clone(&dropped) };
    let decode = Decode::new(layout()).cancel(cancel.clone());
    let mut batches = decode.stream(Source::stream("silent", endless));
    let stop = async {
        tokio::task::yield_now().await;
        cancel.cancel();
    };
    let (item, ()) = futures::join!(batches.next(), stop);
    assert_eq!(item.expect("an error").expect_err("cancelled").kind(), ErrorKind::Cancelled);
    assert!(dropped.load(Ordering::SeqCst) && batches.next().await.is_none());
    let error = decode.read("Cargo.toml").expect_err("cancelled before");
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}

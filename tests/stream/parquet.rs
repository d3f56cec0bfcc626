//! Bytes from a stream to committed Parquet, and what is left when it fails, is dropped or is slow.

use std::fs;
use std::future::Future;
use std::io::{self, Read};
use std::path::Path;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use flate2::read::GzEncoder;
use futures::future::{Either, select};
use futures::{Stream, StreamExt, stream};
use rowmill::{
    Bytes, Cancel, Convert, Error, ErrorKind, Limit, Lineage, Manifest, OnBadRow, Progress, Source,
};

use crate::{Endless, layout, pieces, text};

fn packed(text: &str) -> Vec<u8> {
    let mut packed = Vec::new();
    let level = flate2::Compression::default();
    GzEncoder::new(text.as_bytes(), level).read_to_end(&mut packed).expect("packs");
    packed
}

/// The names in a folder, those of its folders too.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> = entries
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn every_chunking_gives_the_file_that_a_reader_gives() {
    let folder = tempfile::tempdir().expect("a folder");
    let (long, short) = (text(20_000), text(50));
    let squeezed = zstd::encode_all(long.as_bytes(), 1).expect("packs");
    let cases: [(&[u8], &[usize]); 4] = [
        (long.as_bytes(), &[1_000, 100_000, 1 << 30]),
        (short.as_bytes(), &[1, 2, 7]),
        (&packed(&long), &[1, 999]),
        (&squeezed, &[1, 4_096]),
    ];
    for (n, (bytes, sizes)) in cases.into_iter().enumerate() {
        let convert = Convert::new(&layout()).checksum(true).threads(1 + n % 2);
        let path = folder.path().join(format!("{n}.parquet"));
        let from = Source::reader("body", io::Cursor::new(bytes.to_vec()));
        let expected = convert.run(from, &path).expect("converts");
        for size in sizes {
            let other = folder.path().join(format!("{n}-{size}.parquet"));
            // Chunks without bytes are no end.
            let empty = stream::iter([Ok(Bytes::new())]);
            let body = Source::stream("body", empty.chain(pieces(bytes, *size)));
            let report = convert.run_async(body, &other).await.expect("converts");
            assert!(fs::read(&path).expect("there") == fs::read(&other).expect("there"));
            assert_eq!((report.rows, report.bytes), (expected.rows, expected.bytes));
            assert_eq!(report.checksum, expected.checksum);
            assert_eq!(report.files[0].source_bytes, bytes.len() as u64);
        }
    }
}

#[tokio::test]
async fn a_stream_has_all_that_a_file_has() {
    let folder = tempfile::tempdir().expect("a folder");
    let lake = folder.path().join("lake/");
    let good = text(10_000);
    let bad = good.clone() + "{\"n\":null}\n\n" + &text(5) + "{\"n\":1,\"new\":2}\n";
    let told = Arc::new(Mutex::new(Vec::<Progress>::new()));
    let tell = {
        let told = Arc::clone(&told);
        Arc::new(move |progress| told.lock().expect("no panic").push(progress))
    };
    let file = folder.path().join("file.jsonl");
    fs::write(&file, text(7)).expect("written");
    let sources = vec![
        Source::stream("first", pieces(&packed(&bad), 100)),
        Source::path(&file),
        Source::stream("a/second.jsonl", pieces(good.as_bytes(), 5_000)),
    ];
    let convert = Convert::new(&layout())
        .name("Room")
        .on_bad_row(OnBadRow::Quarantine { at_most: Limit::Rows(1) })
        .lineage([Lineage::File, Lineage::Line])
        .part_per_file(true)
        .progress(tell);
    // It can be given to a runtime as it is.
    let report = tokio::spawn(convert.run_async(sources, &lake)).await.expect("no panic");
    let report = report.expect("converts");
    assert_eq!((report.rows, report.quarantined, report.blank), (20_013, 1, 1));
    assert_eq!(report.drift.new_keys.len(), 1);
    assert_eq!(names(&lake.join("Room")), ["file.parquet", "first.parquet", "second.parquet"]);
    let rejects = fs::read_to_string(report.rejects.expect("one bad row")).expect("there");
    assert!(rejects.contains("\"file\":\"first\",\"line\":10001,"), "{rejects}");
    let manifest = fs::read(report.manifest.expect("a directory")).expect("there");
    let manifest: Manifest = serde_json::from_slice(&manifest).expect("a manifest");
    let of_sources: Vec<_> =
        manifest.sources.iter().map(|source| (source.name.as_str(), source.rows)).collect();
    assert_eq!(of_sources, [("first", 10_006), ("file.jsonl", 7), ("second.jsonl", 10_000)]);
    let told = told.lock().expect("no panic");
    let finished: Vec<_> = told.iter().filter(|progress| progress.finished).collect();
    let read: Vec<_> = finished.iter().map(|progress| progress.read).collect();
    assert_eq!(read, [packed(&bad).len(), text(7).len(), good.len()].map(|bytes| bytes as u64));
}

#[tokio::test]
async fn a_layout_is_inferred_from_a_stream_as_from_a_pipe() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = text(20_000);
    let [whole, sampled] = ["whole.parquet", "sampled"].map(|name| folder.path().join(name));
    let seen = Arc::new(AtomicUsize::new(0));
    let count = {
        let seen = Arc::clone(&seen);
        Arc::new(move |inferred: &rowmill::infer::Inferred| {
            seen.store(inferred.layout().columns().len(), Ordering::SeqCst);
        })
    };
    let convert = Convert::inferred().on_inferred(count);
    let body = Source::stream("body", pieces(text.as_bytes(), 1_000));
    assert_eq!(convert.run_async(body, &whole).await.expect("converts").rows, 20_000);
    assert_eq!(seen.load(Ordering::SeqCst), 2);
    let rest = text.clone() + "{\"n\":20000,\"late\":1}\n";
    let bodies = [&text, &rest].map(|text| Source::stream("body", pieces(text.as_bytes(), 999)));
    let report = convert.sample(10).run_async(bodies, sampled).await.expect("converts");
    // What the sample has not seen is rescued.
    assert_eq!((report.rows, report.drift.new_keys.len()), (40_001, 1));
}

fn broken(after: usize, error: impl Into<Error> + Send + 'static) -> Source {
    let error = stream::iter([Err(error.into())]);
    Source::stream(
        "body",
        pieces(text(after).as_bytes(), 999).map(|item| item.map_err(never)).chain(error),
    )
}

fn never(error: io::Error) -> Error {
    panic!("{error}")
}

#[tokio::test]
async fn a_stream_that_ends_with_an_error_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = folder.path().join("rows.parquet");
    let convert = Convert::new(&layout());
    for rows in [0, 3, 50_000] {
        let cut = io::Error::other("cut off");
        let body = pieces(text(rows).as_bytes(), 999).chain(stream::iter([Err(cut)]));
        let error = convert.run_async(Source::stream("body", body), &output).await;
        let error = error.expect_err("a broken stream");
        assert_eq!((error.kind(), error.file()), (ErrorKind::Input, Some("body")));
        assert!(error.to_string().contains("cut off"), "{error}");
        assert_eq!(names(folder.path()), [""; 0]);
        // Those of this crate are not wrapped up.
        let missing = rowmill::read(layout(), "no such file").expect_err("missing");
        let words = missing.to_string();
        let error = convert.run_async(broken(rows, missing), &output).await.expect_err("broken");
        assert_eq!((error.kind(), error.to_string()), (ErrorKind::Input, words));
        assert_eq!(names(folder.path()), [""; 0]);
    }
    // What lies behind the error of a client says whether it is worth another try.
    #[derive(Debug)]
    struct Client(io::Error);
    impl std::fmt::Display for Client {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("no body")
        }
    }
    impl std::error::Error for Client {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }
    for (cause, again) in [(io::ErrorKind::ConnectionReset, true), (io::ErrorKind::Other, false)] {
        let body = stream::iter([Err::<Bytes, _>(Client(cause.into()))]);
        let error = convert.run_async(Source::stream("body", body), &output).await;
        let error = error.expect_err("a broken stream");
        assert_eq!(error.is_retryable(), again, "{error}");
        assert!(
            error.to_string().ends_with("no body") && std::error::Error::source(&error).is_some()
        );
    }
    // A row that is cut off is none either.
    let half = Source::stream("body", pieces(b"{\"n\":1}\n{\"n\"", 3));
    let error = convert.run_async(half, folder.path().join("lake/")).await.expect_err("half a row");
    assert_eq!((error.code(), names(folder.path())), (Some("truncated"), Vec::new()));
}

/// A stream of so many chunks that then says nothing for ever; with what it counts and tells.
fn silent(chunks: usize) -> (Source, Arc<AtomicUsize>, Arc<AtomicBool>) {
    let (given, dropped) = <(Arc<AtomicUsize>, Arc<AtomicBool>)>::default();
    let chunk = Bytes::from(text(1_000));
    let endless =
        Endless { chunk, most: chunks, given: Arc::clone(&given), dropped: Arc::clone(&dropped) };
    (Source::stream("silent", endless), given, dropped)
}

async fn nothing_is_left(how: impl AsyncFn(&Convert, Source, &Path, &AtomicUsize, usize)) {
    for chunks in [0, 1, 300] {
        for (threads, inferred) in [(1, false), (2, false), (2, true)] {
            let folder = tempfile::tempdir().expect("a folder");
            let convert = if inferred { Convert::inferred() } else { Convert::new(&layout()) };
            let convert = convert.threads(threads);
            let (source, given, dropped) = silent(chunks);
            how(&convert, source, folder.path(), &given, chunks).await;
            assert_eq!((names(folder.path()), dropped.load(Ordering::SeqCst)), (Vec::new(), true));
        }
    }
}

/// Ends when so many chunks were given.
async fn until(given: &AtomicUsize, chunks: usize) {
    while given.load(Ordering::SeqCst) < chunks {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_future_that_is_dropped_leaves_nothing_behind() {
    nothing_is_left(async |convert, source, folder, given, chunks| {
        let run = pin!(convert.run_async(source, folder.join("lake/")));
        match select(run, pin!(until(given, chunks))).await {
            Either::Left((ended, _)) => panic!("{ended:?}"),
            // Dropped half-way, at the end of the arm.
            Either::Right(((), _)) => {}
        }
    })
    .await;
}

#[tokio::test]
async fn a_run_can_be_cancelled_while_nothing_comes() {
    nothing_is_left(async |convert, source, folder, given, chunks| {
        let cancel = Cancel::new();
        let convert = convert.clone().cancel(cancel.clone());
        let stop = async {
            until(given, chunks).await;
            cancel.cancel();
        };
        let (ended, ()) = futures::join!(convert.run_async(source, folder.join("lake/")), stop);
        assert_eq!(ended.expect_err("cancelled").kind(), ErrorKind::Cancelled);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_taken_out_of_a_stream_whose_output_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = folder.path().join("rows.parquet");
    fs::write(&output, "something else").expect("written");
    for convert in [Convert::new(&layout()), Convert::inferred()] {
        let (source, given, dropped) = silent(1);
        let error = convert.run_async(source, &output).await.expect_err("is there");
        assert_eq!(error.kind(), ErrorKind::Output);
        assert_eq!((given.load(Ordering::SeqCst), dropped.load(Ordering::SeqCst)), (0, true));
    }
    let cancel = Cancel::new();
    cancel.cancel();
    let (source, given, _) = silent(1);
    let run = Convert::new(&layout()).cancel(cancel).run_async(source, folder.path().join("a"));
    assert_eq!(run.await.expect_err("cancelled").kind(), ErrorKind::Cancelled);
    assert_eq!(given.load(Ordering::SeqCst), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_run_slows_the_stream() {
    let folder = tempfile::tempdir().expect("a folder");
    let chunk = Bytes::from(text(50_000));
    assert!(chunk.len() > 1 << 20);
    let given = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&given);
    let size = chunk.len() as u64;
    let body = stream::iter(0..40).map(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        Ok::<_, io::Error>(chunk.clone())
    });
    let ahead = Arc::new(AtomicUsize::new(0));
    let most = Arc::clone(&ahead);
    let look = Arc::new(move |progress: Progress| {
        // The stream has all the time of the world here, and must not use it.
        thread::sleep(Duration::from_millis(5));
        let taken = (progress.read / size) as usize;
        most.fetch_max(given.load(Ordering::SeqCst) - taken, Ordering::SeqCst);
    });
    let convert = Convert::new(&layout()).threads(1).progress(look);
    let run = convert.run_async(Source::stream("body", body), folder.path().join("rows.parquet"));
    assert_eq!(run.await.expect("converts").rows, 2_000_000);
    let ahead = ahead.load(Ordering::SeqCst);
    assert!(ahead <= 5, "{ahead} chunks are held");
}

/// The smallest of executors.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let (mut context, mut future) = (Context::from_waker(&waker), pin!(future));
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// Chunks between which time passes on the clock of a Tokio runtime.
fn timed(rows: usize) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    pieces(text(rows).as_bytes(), 9_999).then(async |item| {
        tokio::time::sleep(Duration::from_millis(1)).await;
        item
    })
}

#[test]
fn any_executor_will_do_and_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = folder.path().join("rows.parquet");
    let convert = Convert::new(&layout()).overwrite(true);
    let body = || Source::stream("body", pieces(text(10_000).as_bytes(), 999));
    assert_eq!(block_on(convert.run_async(body(), &output)).expect("converts").rows, 10_000);
    assert_eq!(convert.run(body(), &output).expect("converts").rows, 10_000);
    assert_eq!(rowmill::infer(body()).expect("rows").layout().columns().len(), 2);
}

#[tokio::test]
async fn a_stream_lives_on_the_runtime_of_one_thread() {
    let folder = tempfile::tempdir().expect("a folder");
    let convert = Convert::new(&layout());
    let body = Source::stream("body", timed(10_000));
    let run = convert.run_async(body, folder.path().join("rows.parquet"));
    assert_eq!(run.await.expect("converts").rows, 10_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_lives_on_the_runtime_of_many_threads_also_for_who_blocks() {
    let folder = tempfile::tempdir().expect("a folder");
    let convert = Convert::new(&layout()).overwrite(true);
    let output = folder.path().join("rows.parquet");
    let run = convert.run_async(Source::stream("body", timed(10_000)), &output);
    assert_eq!(run.await.expect("converts").rows, 10_000);
    let blocking = move || convert.run(Source::stream("body", timed(10_000)), &output);
    let report = tokio::task::spawn_blocking(blocking).await.expect("no panic");
    assert_eq!(report.expect("converts").rows, 10_000);
}

#[test]
fn who_blocks_can_cancel_a_silent_stream() {
    let folder = tempfile::tempdir().expect("a folder");
    let cancel = Cancel::new();
    let convert = Convert::new(&layout()).cancel(cancel.clone());
    let (source, given, _) = silent(1);
    let stop = thread::spawn(move || {
        while given.load(Ordering::SeqCst) == 0 {
            thread::yield_now();
        }
        cancel.cancel();
    });
    let error = convert.run(source, folder.path().join("rows.parquet")).expect_err("cancelled");
    stop.join().expect("no panic");
    assert_eq!((error.kind(), names(folder.path())), (ErrorKind::Cancelled, Vec::new()));
}

#[tokio::test]
async fn a_panic_of_a_callback_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let convert = Convert::new(&layout()).progress(Arc::new(|_| panic!("in the callback")));
    let body = Source::stream("body", pieces(text(10).as_bytes(), 9));
    let error = convert.run_async(body, folder.path().join("lake/")).await.expect_err("a panic");
    assert_eq!((error.kind(), names(folder.path())), (ErrorKind::Internal, Vec::new()));
}

//! The newest row of each `Id` in an export.
#![cfg(feature = "mews")]

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use rowmill::arrow::array::cast::AsArray;
use rowmill::arrow::array::types::Int64Type;
use rowmill::mews::{Client, Credentials, Entity, Platform, ReadyExport};
use rowmill::{
    Bytes, Column, Convert, ErrorKind, FOOTER_PROOF, Ingest, Layout, Limit, Manifest, OnBadRow,
    Proof, Report, ingest,
};
use rowmill_testkit::server::{Server, Setup};

fn client(server: &Server) -> Client {
    let tokens = Credentials::new(server.client_token(), server.access_token(), "Tests 1.0");
    Client::builder(Platform::Custom(server.url().to_owned()), tokens)
        .allow_http(true)
        .poll_interval(Duration::from_millis(10))
        .build()
        .expect("a client")
}

async fn ready(files: Vec<Bytes>) -> (Server, ReadyExport) {
    let server = Server::start(Setup::new().files("Payment", files)).await.expect("runs");
    let pending = client(&server).export(Entity::Payment).send().await.expect("accepted");
    let export = pending.ready().await.expect("ready");
    (server, export)
}

fn layout() -> Layout {
    let columns = [
        Column::int64("n").required(),
        Column::timestamp_us("UpdatedUtc"),
        Column::uuid("Id"),
        Column::list("Tags", Column::string("item")),
        Column::category("State"),
    ];
    Layout::new(columns).expect("a sound layout")
}

/// Rows of an `Id` and a time each, if they have one; `n` is unique.
struct Rows {
    lines: Vec<String>,
    /// What tells rows apart, and the line of the newest.
    newest: HashMap<u64, (i64, usize)>,
    /// Those that are alone.
    alone: Vec<usize>,
}

/// Three files of such rows, with older ones before and behind newer ones, and what must stay.
fn generated(seed: u64) -> (Vec<Bytes>, Vec<String>, usize) {
    let mut state = seed;
    let mut random = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        (state >> 33) % below
    };
    let mut rows = Rows { lines: Vec::new(), newest: HashMap::new(), alone: Vec::new() };
    for n in 0..9_000_usize {
        let (id, second) = (random(1_500), random(50));
        // Times that are null or the same come often.
        let (time, updated) = match second {
            0 => ("null".to_owned(), i64::MIN),
            _ => (format!("\"2026-01-01T00:00:{second:02}Z\""), second as i64),
        };
        let without = random(100) == 0;
        let id_text = match without {
            true => "null".to_owned(),
            false => format!("\"00000000-0000-4000-8000-{id:012}\""),
        };
        let tags = ["[]", "null", "[\"a\",\"bb\"]", "[null,\"c\"]"][random(4) as usize];
        let state = ["\"Confirmed\"", "null", "\"Started\""][random(3) as usize];
        rows.lines.push(format!(
            "{{\"n\":{n},\"UpdatedUtc\":{time},\"Id\":{id_text},\"Tags\":{tags},\"State\":{state}}}\n"
        ));
        if without {
            rows.alone.push(n);
            continue;
        }
        let newest = rows.newest.entry(id).or_insert((updated, n));
        if updated >= newest.0 {
            *newest = (updated, n);
        }
    }
    let mut stay: Vec<usize> = rows.newest.values().map(|(_, n)| *n).chain(rows.alone).collect();
    stay.sort_unstable();
    let kept: Vec<String> = stay.iter().map(|n| rows.lines[*n].clone()).collect();
    let superseded = rows.lines.len() - kept.len();
    let files = rows.lines.chunks(3_000).map(|lines| lines.concat().into()).collect();
    (files, kept, superseded)
}

fn table(ingest: Ingest) -> Ingest {
    ingest.layout(layout()).dedupe(true).checksum(true)
}

/// The values of `n` in all parts of a report, in order.
fn numbers(report: &Report) -> Vec<i64> {
    let mut numbers = Vec::new();
    for part in &report.parts {
        let file = File::open(&part.path).expect("opens");
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet").build();
        for batch in reader.expect("a table") {
            let batch = batch.expect("a batch");
            numbers.extend(batch["n"].as_primitive::<Int64Type>().values());
        }
    }
    numbers
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
    let mut names: Vec<String> =
        entries.map(|entry| name(entry).to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn the_newest_row_of_each_id_stays_in_its_place() {
    for (seed, threads, keep) in [(1, 1, false), (2, 3, true), (3, 2, false)] {
        let (files, kept, superseded) = generated(seed);
        let (server, export) = ready(files).await;
        let id = export.id().to_owned();
        let folder = tempfile::tempdir().expect("a folder");
        let (lake, raw) = (folder.path().join("lake"), folder.path().join("raw"));
        let mut run = table(ingest(export)).threads(threads);
        if keep {
            run = run.keep_raw(&raw);
        }
        let report = run.into_parquet(&lake).await.expect("all of it");
        assert_eq!((report.lines, report.rows), (9_000, kept.len() as u64), "seed {seed}");
        assert_eq!(report.superseded, superseded as u64);
        assert_eq!(server.requests().downloads, 3, "files are fetched once");

        // The same rows, and the same bytes of each, as of a file that never had others.
        let file = folder.path().join("kept.jsonl");
        fs::write(&file, kept.concat()).expect("writes");
        let plain = Convert::new(&layout()).checksum(true);
        let plain = plain.run(&file, folder.path().join("kept.parquet")).expect("all of it");
        assert_eq!(report.checksum, plain.checksum, "seed {seed}");
        assert_eq!(numbers(&report), numbers(&plain));
        assert_eq!(report.columns, plain.columns, "nulls are those of the rows written");

        // What is told of it adds up.
        let text = fs::read(lake.join(format!("_rowmill/manifest-{id}.json"))).expect("reads");
        let manifest: Manifest = serde_json::from_slice(&text).expect("a manifest");
        assert_eq!((manifest.rows, manifest.superseded), (report.rows, report.superseded));
        assert!(manifest.holds());
        for (source, file) in manifest.sources.iter().zip(&report.files) {
            assert_eq!((source.lines, source.rows), (3_000, file.rows));
            assert_eq!(source.superseded, file.superseded);
        }
        let mut wholes = Vec::new();
        for part in &report.parts {
            let part = File::open(&part.path).expect("opens");
            let reader = ParquetRecordBatchReaderBuilder::try_new(part).expect("Parquet");
            let pairs = reader.metadata().file_metadata().key_value_metadata().expect("notes");
            let proof = pairs.iter().find(|pair| pair.key == FOOTER_PROOF).expect("a proof");
            let proof: Proof =
                serde_json::from_str(proof.value.as_deref().expect("a text")).expect("a proof");
            assert!(proof.holds());
            wholes.extend(proof.sources.into_iter().filter_map(|source| source.whole));
        }
        let told: Vec<_> = wholes.iter().map(|whole| (whole.rows, whole.superseded)).collect();
        let wanted = report.files.iter().map(|file| (file.rows, Some(file.superseded)));
        assert_eq!(told, wanted.collect::<Vec<_>>());
        // Nothing is left of the first reading.
        assert_eq!(names(&lake.join("_rowmill")).len(), 1, "{:?}", names(&lake.join("_rowmill")));
        assert_eq!(raw.exists(), keep);
    }
}

#[tokio::test]
async fn a_row_that_is_set_aside_supersedes_nothing() {
    let row = |n: &str, second| {
        format!(
            "{{\"n\":{n},\"Id\":\"00000000-0000-4000-8000-000000000001\",\
             \"UpdatedUtc\":\"2026-01-01T00:00:0{second}Z\"}}\n"
        )
    };
    let lines = [row("1", 5), row("\"bad\"", 9), row("3", 4)];
    let (_server, export) = ready(vec![lines.concat().into()]).await;
    let folder = tempfile::tempdir().expect("a folder");
    let all = OnBadRow::Quarantine { at_most: Limit::None };
    let report = table(ingest(export.clone())).on_bad_row(all).into_parquet(folder.path()).await;
    let report = report.expect("one row");
    assert_eq!((report.rows, report.quarantined, report.superseded), (1, 1, 1));
    assert_eq!(numbers(&report), [1]);
    let rejects = fs::read_to_string(report.rejects.expect("a file")).expect("reads");
    assert_eq!(rejects.lines().count(), 1, "it is set aside once");

    let other = tempfile::tempdir().expect("a folder");
    let error = table(ingest(export)).into_parquet(other.path().join("lake")).await;
    assert_eq!(error.expect_err("a bad row").kind(), ErrorKind::Data);
    assert_eq!(names(other.path()), [] as [String; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_in_the_second_reading_ends_it_and_leaves_nothing() {
    let row = |n| format!("{{\"n\":{n},\"Id\":\"00000000-0000-4000-8000-{n:012}\"}}\n");
    let file: Bytes = (0..60_000).map(row).collect::<String>().into();
    let (_server, export) = ready(vec![file; 4]).await;
    let folder = tempfile::tempdir().expect("a folder");
    let lake = folder.path().join("lake");
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let (held, released) = std::sync::mpsc::channel::<()>();
    let released = Mutex::new(released);
    let files = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&files);
    let run = table(ingest(export)).progress(Arc::new(move |progress| {
        if progress.finished {
            // The first file is written; the run is held until it is dropped.
            seen.fetch_add(1, Ordering::SeqCst);
            let _ = tell.send(());
            let _ = released.lock().map(|released| released.recv());
        }
    }));
    // What is dropped first lets the run go on.
    let held = async move {
        let _held = held;
        futures::future::pending::<()>().await;
    };
    let both = Box::pin(futures::future::join(held, run.into_parquet(&lake)));
    let first = futures::future::select(both, Box::pin(told.recv())).await;
    assert!(matches!(first, futures::future::Either::Right(_)), "it has not ended by itself");
    drop(first);
    assert_eq!(files.load(Ordering::SeqCst), 1, "no other file was written");
    assert_eq!(names(folder.path()), [] as [String; 0]);
}

#[tokio::test]
async fn a_rerun_finds_the_same_rows_or_is_refused() {
    for files in [generated(4).0, Vec::new()] {
        let (_server, export) = ready(files).await;
        let folder = tempfile::tempdir().expect("a folder");
        let run = |ingest: Ingest| ingest.into_parquet(folder.path());
        let first = run(table(ingest(export.clone()))).await.expect("all of it");
        let again = run(table(ingest(export.clone()))).await.expect("done before");
        assert!(again.already_there);
        assert_eq!((again.rows, again.superseded), (first.rows, first.superseded));
        // All rows are other rows.
        let all = run(table(ingest(export.clone())).dedupe(false)).await;
        assert_eq!(all.expect_err("parts are there").kind(), ErrorKind::Output);
        let all = run(table(ingest(export)).dedupe(false).overwrite(true)).await;
        let all = all.expect("replaced");
        assert_eq!((all.rows, all.superseded), (first.lines, 0));
    }
}

#[tokio::test]
async fn what_cannot_be_told_apart_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_server, export) = ready(generated(5).0).await;
    let server = Server::start(Setup::new()).await.expect("runs");
    let lake = folder.path().join("lake");
    let run = rowmill::sync(client(&server), [Entity::Bill, Entity::LedgerEntry]);
    let error = run.dedupe(true).into_parquet(&lake).await.expect_err("no UpdatedUtc");
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert_eq!(server.requests().add, 0, "nothing is asked for");

    let other = Layout::new([Column::int64("n")]).expect("a sound layout");
    let error = table(ingest(export)).layout(other).into_parquet(&lake).await;
    assert_eq!(error.expect_err("no Id").kind(), ErrorKind::Usage);
    assert_eq!(names(folder.path()), [] as [String; 0]);
}

#[tokio::test]
async fn more_rows_than_fit_into_memory_are_for_the_lake() {
    // A quarter of 32 MiB has room for 131,072.
    let row = |n| format!("{{\"n\":{n},\"Id\":\"00000000-0000-4000-8000-{n:012}\"}}\n");
    let rows: String = (0..131_073).map(row).collect();
    let (_server, export) = ready(vec![rows.into()]).await;
    let folder = tempfile::tempdir().expect("a folder");
    let run = table(ingest(export.clone())).memory(32 << 20);
    let error = run.into_parquet(folder.path().join("lake")).await.expect_err("too many");
    assert_eq!(error.kind(), ErrorKind::Usage);
    let line = "Payment/*.parquet' QUALIFY row_number() OVER (PARTITION BY Id ORDER BY UpdatedUtc";
    assert!(error.to_string().contains(line), "{error}");
    assert_eq!(names(folder.path()), [] as [String; 0]);

    let run = table(ingest(export)).memory(33 << 20);
    let report = run.into_parquet(folder.path().join("lake")).await.expect("all of it");
    assert_eq!((report.rows, report.superseded), (131_073, 0));
}

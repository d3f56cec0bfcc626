//! Files of an export that are kept as they came.
#![cfg(feature = "mews")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rowmill::mews::{Client, Credentials, Entity, Platform, ReadyExport};
use rowmill::{Column, ErrorKind, Layout, ingest};
use rowmill_testkit::corpus::{Corpus, Kind};
use rowmill_testkit::server::{Fault, Server, Setup, Trigger};
use tempfile::TempDir;

async fn ready(setup: Setup, entity: Entity) -> (Server, ReadyExport) {
    let server = Server::start(setup).await.expect("runs");
    let tokens = Credentials::new(server.client_token(), server.access_token(), "Tests 1.0");
    let client = Client::builder(Platform::Custom(server.url().to_owned()), tokens)
        .allow_http(true)
        .attempts(2)
        .poll_interval(Duration::from_millis(10))
        .max_backoff(Duration::from_millis(20))
        .build()
        .expect("a client");
    let pending = client.export(entity).send().await.expect("accepted");
    let export = pending.ready().await.expect("ready");
    (server, export)
}

fn reservations() -> Setup {
    Setup::new().seed(3).corpus(Kind::Reservation, 900, 3)
}

fn names(folder: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| name(entry).to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn folders() -> (TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let (lake, raw) = (folder.path().join("lake"), folder.path().join("to/raw"));
    (folder, lake, raw)
}

#[tokio::test]
async fn kept_files_are_what_was_sent_and_can_be_decoded_again() {
    let setup = reservations().fault(Trigger::file("Reservation", 1), Fault::Cut { after: 5_000 });
    let (server, export) = ready(setup, Entity::Reservation).await;
    let id = export.id().to_owned();
    let (_folder, lake, raw) = folders();
    let run = ingest(export).keep_raw(&raw).checksum(true).into_parquet(&lake).await;
    let report = run.expect("all of it");
    let downloads = server.requests().downloads;

    let files = Corpus::new(Kind::Reservation, 3, 900).split(3);
    let mut checksums = String::new();
    let mut kept = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let name = format!("{id}-{:04}.jsonl", index + 1);
        let bytes: Vec<u8> = file.pieces().flatten().collect();
        assert!(fs::read(raw.join(&name)).expect("a file") == bytes);
        checksums += &format!("{:032x}  {name}\n", twox_hash::XxHash3_128::oneshot(&bytes));
        kept.push(raw.join(name));
    }
    assert_eq!(fs::read_to_string(raw.join(format!("{id}.xxh128"))).expect("a file"), checksums);
    assert_eq!(names(&raw).len(), 4);

    // The same rows once more, and nobody is asked.
    let layout = rowmill::entity::layout("Reservation").expect("a layout");
    let again = lake.with_file_name("again");
    let convert = rowmill::Convert::new(&layout).checksum(true);
    let decoded = convert.run(kept, again).expect("all of it");
    assert_eq!((decoded.rows, decoded.checksum), (900, report.checksum));
    assert_eq!(server.requests().downloads, downloads);
}

#[tokio::test]
async fn a_run_that_fails_keeps_nothing() {
    // The last of three files: the others were complete.
    let gone = Fault::Refuse { status: 404, retry_after: None };
    let faults = [
        (Trigger::file("Reservation", 2).times(9), gone),
        (Trigger::file("Reservation", 2).times(9), Fault::Shorten { by: 10 }),
    ];
    for (trigger, fault) in faults {
        let (_server, export) =
            ready(reservations().fault(trigger, fault), Entity::Reservation).await;
        let (folder, lake, raw) = folders();
        let run = ingest(export).keep_raw(&raw).into_parquet(&lake).await;
        run.expect_err("a file is missing");
        assert_eq!(names(folder.path()), [] as [String; 0]);
    }
    // Rows that are bad.
    let (_server, export) = ready(reservations(), Entity::Reservation).await;
    let (folder, lake, raw) = folders();
    let layout = Layout::new([Column::int64("Id")]).expect("a sound layout");
    let run = ingest(export).layout(layout).keep_raw(&raw).into_parquet(&lake).await;
    assert_eq!(run.expect_err("text is no number").kind(), ErrorKind::Data);
    assert_eq!(names(folder.path()), [] as [String; 0]);
}

#[tokio::test]
async fn what_is_there_is_not_replaced_unless_asked_for() {
    let (server, export) = ready(reservations(), Entity::Reservation).await;
    let (_folder, lake, raw) = folders();
    let report = ingest(export.clone()).keep_raw(&raw).into_parquet(&lake).await;
    assert!(!report.expect("all of it").already_there);
    let downloads = server.requests().downloads;
    let same = ingest(export.clone()).keep_raw(&raw).into_parquet(&lake).await;
    assert!(same.expect("done before").already_there);

    // Another lake has no manifest of the export: it is fetched again, and the kept files, which
    // are the same ones, are replaced.
    let other = lake.with_file_name("other");
    let twice = ingest(export.clone()).keep_raw(&raw).into_parquet(&other).await;
    assert_eq!(twice.expect("all of it").rows, 900);
    assert_eq!(server.requests().downloads - downloads, 3);
    assert_eq!(names(&raw).len(), 4);

    // The parts are there, but the files were not kept then.
    let missing = raw.with_file_name("missing");
    let refused = ingest(export.clone()).keep_raw(&missing).into_parquet(&lake).await;
    assert_eq!(refused.expect_err("parts are there").kind(), ErrorKind::Output);
    assert!(!missing.exists());
    let replaced = ingest(export).keep_raw(&missing).overwrite(true).into_parquet(&lake).await;
    assert_eq!(replaced.expect("all of it").rows, 900);
    assert_eq!(names(&missing).len(), 4);
}

#[tokio::test]
async fn of_no_files_there_are_checksums_without_lines() {
    let (_server, export) = ready(Setup::new(), Entity::Bill).await;
    let name = format!("{}.xxh128", export.id());
    let (_folder, lake, raw) = folders();
    ingest(export).keep_raw(&raw).into_parquet(&lake).await.expect("an empty table");
    assert_eq!(names(&raw), std::slice::from_ref(&name));
    assert_eq!(fs::read(raw.join(name)).expect("a file"), b"");
}

#[tokio::test]
async fn a_kept_file_and_the_rejects_cannot_be_one() {
    let (server, export) = ready(reservations(), Entity::Reservation).await;
    let (folder, lake, raw) = folders();
    fs::create_dir_all(&raw).expect("a folder");
    let rejects = raw.join(format!("{}-0002.jsonl", export.id()));
    let all = rowmill::OnBadRow::Quarantine { at_most: rowmill::Limit::None };
    let ingest = ingest(export).keep_raw(&raw).on_bad_row(all).rejects(rejects);
    let refused = ingest.into_parquet(&lake).await.expect_err("two files of one name");
    assert_eq!(refused.kind(), ErrorKind::Usage);
    assert_eq!(server.requests().downloads, 0);
    assert_eq!(names(&raw), [] as [String; 0]);
    assert_eq!(names(folder.path()), ["to"]);
}

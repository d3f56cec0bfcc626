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

    holds(&raw, &id, &[0, 1, 2], "xxh128");

    // The same rows once more, and nobody is asked.
    let layout = rowmill::entity::layout("Reservation").expect("a layout");
    let again = lake.with_file_name("again");
    let convert = rowmill::Convert::new(&layout).checksum(true);
    let decoded = convert.run(kept(&raw, &id), again).expect("all of it");
    assert_eq!((decoded.rows, decoded.checksum), (900, report.checksum));
    assert_eq!(server.requests().downloads, downloads);
}

/// The files that are kept of an export of three.
fn kept(raw: &Path, id: &str) -> Vec<PathBuf> {
    (1..=3).map(|file| raw.join(format!("{id}-{file:04}.jsonl"))).collect()
}

/// Asserts that `raw` holds these files of reservations as they were sent, and their checksums.
fn holds(raw: &Path, id: &str, files: &[usize], checksums: &str) {
    let sent = Corpus::new(Kind::Reservation, 3, 900).split(3);
    let mut lines = String::new();
    let mut wanted = Vec::new();
    for index in files {
        let name = format!("{id}-{:04}.jsonl", index + 1);
        let bytes: Vec<u8> = sent[*index].pieces().flatten().collect();
        assert!(fs::read(raw.join(&name)).expect("a file") == bytes);
        lines += &format!("{:032x}  {name}\n", twox_hash::XxHash3_128::oneshot(&bytes));
        wanted.push(name);
    }
    let checksums = format!("{id}.{checksums}");
    assert_eq!(fs::read_to_string(raw.join(&checksums)).expect("a file"), lines);
    wanted.push(checksums);
    wanted.sort();
    assert_eq!(names(raw), wanted);
}

#[tokio::test]
async fn a_file_that_is_missing_leaves_those_that_were_complete() {
    // Of three files the first cannot be had, or the last.
    let gone = Fault::Refuse { status: 404, retry_after: None };
    for (index, fault) in [(0, gone.clone()), (2, gone), (2, Fault::Shorten { by: 10 })] {
        let setup = reservations().fault(Trigger::file("Reservation", index).times(9), fault);
        let (_server, export) = ready(setup, Entity::Reservation).await;
        let id = export.id().to_owned();
        let (folder, lake, raw) = folders();
        let run = ingest(export).keep_raw(&raw).into_parquet(&lake).await;
        run.expect_err("a file is missing");
        assert!(!lake.exists());
        match index {
            0 => assert_eq!(names(folder.path()), [] as [String; 0]),
            _ => holds(&raw, &id, &[0, 1], "incomplete.xxh128"),
        }
    }
}

#[tokio::test]
async fn where_rows_are_bad_all_files_are_kept_and_can_be_decoded_again() {
    let cut = Fault::Cut { after: 5_000 };
    let setup = reservations().fault(Trigger::file("Reservation", 1), cut);
    let (server, export) = ready(setup, Entity::Reservation).await;
    let id = export.id().to_owned();
    let (_folder, lake, raw) = folders();
    // The very first row is one.
    let layout = Layout::new([Column::int64("Id")]).expect("a sound layout");
    let run = ingest(export.clone()).layout(layout).keep_raw(&raw).into_parquet(&lake).await;
    let error = run.expect_err("text is no number");
    assert_eq!(error.kind(), ErrorKind::Data);
    assert!(error.to_string().contains(&format!("{id}-0001, line 1")), "{error}");
    assert!(!lake.exists());
    holds(&raw, &id, &[0, 1, 2], "xxh128");

    // With a layout that fits, and nobody is asked.
    let asked = server.requests();
    let layout = rowmill::entity::layout("Reservation").expect("a layout");
    let again = lake.with_file_name("again");
    let decoded = rowmill::Convert::new(&layout).run(kept(&raw, &id), again);
    assert_eq!(decoded.expect("all of it").rows, 900);
    assert_eq!(server.requests(), asked);

    // Or the export is taken over, which replaces the files by equal ones.
    let report = ingest(export).keep_raw(&raw).into_parquet(&lake).await.expect("all of it");
    assert_eq!(report.rows, 900);
    holds(&raw, &id, &[0, 1, 2], "xxh128");
}

#[tokio::test]
async fn where_rows_are_bad_and_a_later_file_is_missing_the_error_is_that_of_the_rows() {
    let gone = Fault::Refuse { status: 404, retry_after: None };
    // As often as it is asked for by one run.
    let setup = reservations().fault(Trigger::file("Reservation", 1).times(2), gone);
    let (_server, export) = ready(setup, Entity::Reservation).await;
    let id = export.id().to_owned();
    let (_folder, lake, raw) = folders();
    let layout = Layout::new([Column::int64("Id")]).expect("a sound layout");
    let run = ingest(export.clone()).layout(layout).keep_raw(&raw).into_parquet(&lake).await;
    assert_eq!(run.expect_err("text is no number").kind(), ErrorKind::Data);
    holds(&raw, &id, &[0], "incomplete.xxh128");

    let report = ingest(export).keep_raw(&raw).into_parquet(&lake).await.expect("all of it");
    assert_eq!(report.rows, 900);
    holds(&raw, &id, &[0, 1, 2], "xxh128");
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

//! Outputs by URL.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::cutter::Cutter;
use crate::program::files;
use crate::reading::{convert, discreet, rows};
use crate::server::{BUCKET, Server, Store, for_every_store};

/// So little memory that rows of partitions wait on the disk, and the same for a store, whose uploads
/// hold some more.
pub(crate) const NEAR: &str = "--memory 32MiB";
pub(crate) const FAR: &str = "--memory 82MiB";

const ENTITY: &str = "--entity AvailabilityAdjustment";

/// Every object below `prefix` but the record of commits, by its name there.
pub(crate) fn objects(server: &Server, prefix: &str) -> BTreeMap<String, Vec<u8>> {
    let keys = server.keys(prefix).into_iter().filter(|key| !key.ends_with("commit.json"));
    keys.map(|key| (key[prefix.len()..].to_owned(), server.get(&key))).collect()
}

/// Every file below `folder` but the lock, likewise.
pub(crate) fn on_disk(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let named = files(folder).into_iter().map(|path| {
        let bytes = fs::read(folder.join(&path)).expect("reads");
        (path.to_string_lossy().into_owned(), bytes)
    });
    named.collect()
}

/// Rows that nothing makes smaller: 16 bytes each that have nothing in common.
fn noise(rows: u64) -> String {
    let mut state = 1_u64;
    let mut next = || {
        // SplitMix64, https://prng.di.unimi.it/splitmix64.c
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    (0..rows).map(|_| format!("{{\"a\":\"{:016x}{:016x}\"}}\n", next(), next())).collect()
}

#[track_caller]
pub(crate) fn same(far: &BTreeMap<String, Vec<u8>>, near: &BTreeMap<String, Vec<u8>>) {
    assert_eq!(far.keys().collect::<Vec<_>>(), near.keys().collect::<Vec<_>>());
    assert!(far == near, "other bytes");
}

for_every_store! {
    a_bucket_gets_what_a_directory_gets
    a_single_object_is_there_whole_or_not_at_all
    a_run_that_fails_shows_nothing
    a_line_that_breaks_changes_nothing
}

fn a_bucket_gets_what_a_directory_gets(store: Store) {
    let Some(server) = Server::of(store) else { return };
    let folder = TempDir::new().expect("a folder");
    for (n, count) in [20_000, 0, 30_000].into_iter().enumerate() {
        fs::write(folder.path().join(format!("{n}.jsonl")), rows(n as u64, count))
            .expect("written");
    }
    let line = format!("0.jsonl 1.jsonl 2.jsonl --target-size 64KiB {ENTITY} -o");
    convert(&folder, &format!("{line} near/")).run().ended(0);
    let line = format!("{line} {} --json", server.url("far/lake/"));
    let run = |address: &str| server.serve(convert(&folder, &line), address).run();
    let first = run(&server.address);
    first.ended(0);
    discreet(&first);
    let report = first.json();
    assert_eq!((&report["rows"], &report["already_there"]), (&50_000.into(), &false.into()));
    let near = on_disk(&folder.path().join("near"));
    assert!(near.len() > 2, "parts and a manifest");
    same(&objects(&server, "far/lake/"), &near);
    server.has_no_upload();
    let again = run(&server.address);
    again.ended(0);
    assert_eq!(again.json()["already_there"], true);
    same(&objects(&server, "far/lake/"), &near);
    // Other rows of the same sources are refused, and replaced on request.
    fs::write(folder.path().join("0.jsonl"), rows(7, 10_000)).expect("written");
    run(&server.address).failed(5, &["exists already", "--overwrite"]);
    same(&objects(&server, "far/lake/"), &near);
    let over = format!("{line} --overwrite");
    let run = || server.serve(convert(&folder, &over), &server.address).run();
    assert_eq!(run().json()["rows"], 40_000);
    fs::remove_dir_all(folder.path().join("near")).expect("removed");
    let line = format!("0.jsonl 1.jsonl 2.jsonl --target-size 64KiB {ENTITY} -o near/");
    convert(&folder, &line).run().ended(0);
    same(&objects(&server, "far/lake/"), &on_disk(&folder.path().join("near")));
    server.has_no_upload();
}

/// Large enough to be sent in several pieces.
fn a_single_object_is_there_whole_or_not_at_all(store: Store) {
    let Some(server) = Server::of(store) else { return };
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("a.jsonl"), noise(400_000)).expect("written");
    let line = "a.jsonl --compression none -o";
    convert(&folder, &format!("{line} near.parquet")).run().ended(0);
    let near = fs::read(folder.path().join("near.parquet")).expect("there");
    assert!(near.len() > 9 << 20, "{} bytes are several pieces", near.len());
    let line = format!("{line} {}", server.url("one.parquet"));
    let run = |address: &str| server.serve(convert(&folder, &line), address).run();
    run(&server.address).ended(0);
    assert!(server.get("one.parquet") == near, "the same bytes");
    let again = run(&server.address);
    again.ended(0);
    assert!(again.stdout.contains("already"), "{}", again.stdout);
    assert_eq!(server.keys("one"), ["one.parquet"]);
    server.has_no_upload();
}

fn a_run_that_fails_shows_nothing(store: Store) {
    let Some(server) = Server::of(store) else { return };
    let folder = TempDir::new().expect("a folder");
    let mut bytes = rows(1, 60_000);
    bytes.extend_from_slice(b"{\n");
    fs::write(folder.path().join("a.jsonl"), &bytes).expect("written");
    let line = format!("a.jsonl {ENTITY} --target-size 64KiB -o {}", server.url("lake/"));
    let outcome = server.serve(convert(&folder, &line), &server.address).run();
    outcome.failed(1, &["a.jsonl, line 60001"]);
    server.has_no_upload();
    assert_eq!(server.keys(""), [""; 0]);
    // Nor does one with a row more aside than it may be.
    let aside = format!("{line} --on-error quarantine --max-rejects 0");
    let outcome = server.serve(convert(&folder, &aside), &server.address).run();
    outcome.failed(1, &["a.jsonl, line 60001"]);
    server.has_no_upload();
    assert_eq!(server.keys(""), [""; 0]);
    // With the bad row aside, on this machine.
    let aside = format!("{line} --on-error quarantine --rejects bad.jsonl");
    server.serve(convert(&folder, &aside), &server.address).run().ended(0);
    let bad = fs::read_to_string(folder.path().join("bad.jsonl")).expect("there");
    assert_eq!(bad.lines().count(), 1);
}

fn a_line_that_breaks_changes_nothing(store: Store) {
    let Some(server) = Server::of(store) else { return };
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("a.jsonl"), rows(1, 40_000)).expect("written");
    let line = format!("a.jsonl {ENTITY} --target-size 64KiB -o");
    convert(&folder, &format!("{line} near/")).run().ended(0);
    // Answers that never come: their requests are made again.
    let cutter = Cutter::new(&server.address, 3, 0);
    let line = format!("{line} {}", server.url("lake/"));
    server.serve(convert(&folder, &line), &cutter.address).run().ended(0);
    assert_eq!(cutter.left(), 0, "it was cut as often as that");
    same(&objects(&server, "lake/"), &on_disk(&folder.path().join("near")));
}

#[test]
fn what_cannot_be_written_to_is_told() {
    let (folder, server) = (TempDir::new().expect("a folder"), Server::start());
    fs::write(folder.path().join("a.jsonl"), rows(1, 10)).expect("written");
    for (rest, code, words) in [
        ("-o http://127.0.0.1:1/lake/", 2, &["can only be read"][..]),
        ("-o s3://lake/x?hush-hush", 2, &["has a query"][..]),
        ("-o s3://nowhere/lake/", 5, &["cannot be written: there is no such bucket"][..]),
        ("-o s3://lake/x/ --memory 40MiB", 2, &["42 MiB are the least"][..]),
        ("-o s3://lake/x/ --memory 50MiB --on-error quarantine", 2, &["52 MiB are the least"][..]),
        ("-o x.parquet --rejects http://127.0.0.1:1/r --on-error null", 2, &["--rejects"][..]),
        ("-o x.parquet --rejects s3://lake/r?hush-hush --on-error null", 2, &["a query"][..]),
    ] {
        let run = convert(&folder, &format!("a.jsonl {ENTITY} {rest}"));
        let outcome = server.serve(run, &server.address).run();
        outcome.failed(code, words);
        discreet(&outcome);
    }
    let far = convert(&folder, &format!("a.jsonl {ENTITY} -o s3://{BUCKET}/lake/"));
    server.serve(far, "127.0.0.1:1").run().failed(4, &["cannot be reached", "trying again"]);
    assert_eq!(server.keys(""), [""; 0]);
}

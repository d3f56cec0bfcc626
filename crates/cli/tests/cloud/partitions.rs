//! Directories by value in a bucket. Linux tells what files a process has open.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::process::Command;
use std::time::{Duration, Instant};

use rowmill_testkit::corpus::Kind;
use rowmill_testkit::server::Setup;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::api::Api;
use crate::program::{Rowmill, Running, files};
use crate::reading::{convert, discreet};
use crate::server::{BUCKET, Server, python};
use crate::writing::{FAR, NEAR, objects, on_disk, same};

/// What keys, URLs and names of directories give a meaning to.
const TEXTS: [&str; 16] = [
    "Confirmed",
    "a b",
    "100%",
    "a/b",
    "a%2Fb",
    "k:v",
    "Zürich 東京",
    "",
    "a+b&c",
    "..",
    "x=y?#",
    "ok",
    "OK",
    "~'\\",
    "<b>",
    " ",
];

/// Rows of so many numbers, in directories by their texts; of each seventeen one has none.
fn row(n: u64) -> Value {
    let text = TEXTS.get((n % 17) as usize);
    let noise = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    json!({"n": n, "text": text, "noise": format!("{noise:016x}{:016x}", noise.rotate_left(29))})
}

fn folder() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let fields = json!({"fields": [
        {"name": "n", "type": "int64"}, {"name": "text", "type": "string"}, {"name": "noise", "type": "string"},
    ]});
    fs::write(folder.path().join("schema.json"), fields.to_string()).expect("written");
    fs::create_dir(folder.path().join("temp")).expect("made");
    folder
}

fn fill(folder: &TempDir, name: &str, rows: std::ops::Range<u64>) {
    let lines: String = rows.map(|n| format!("{}\n", row(n))).collect();
    fs::write(folder.path().join(name), lines).expect("written");
}

/// `convert` to a place in the bucket, with a folder of its own for what is temporary.
fn far(folder: &TempDir, server: &Server, line: &str) -> Rowmill {
    let run = convert(folder, &format!("{line} --schema schema.json {FAR}"));
    let temporary = folder.path().join("temp").display().to_string();
    server.serve(run, &server.address).env("TMPDIR", &temporary)
}

#[track_caller]
fn nothing_temporary(folder: &TempDir) {
    assert_eq!(files(&folder.path().join("temp")), Vec::<std::path::PathBuf>::new());
}

#[test]
fn a_bucket_gets_the_directories_that_a_disk_gets() {
    let (folder, server) = (folder(), Server::start());
    fill(&folder, "a.jsonl", 0..50_000);
    fill(&folder, "b.jsonl", 50_000..51_000);
    let line = "a.jsonl b.jsonl --partition-by text --part-per-file";
    let near = format!("{line} --schema schema.json {NEAR} -o near/");
    convert(&folder, &near).run().ended(0);
    let near = on_disk(&folder.path().join("near"));
    let parts = near.keys().filter(|name| name.ends_with(".parquet")).count();
    assert_eq!(parts, 2 * 17);
    for threads in [1, 2, 4] {
        let line = format!("{line} --threads {threads} -o s3://{BUCKET}/far-{threads}/");
        let outcome = far(&folder, &server, &line).run();
        outcome.ended(0);
        discreet(&outcome);
        same(&objects(&server, &format!("far-{threads}/")), &near);
        nothing_temporary(&folder);
    }
    assert_eq!(server.uploads(), [""; 0]);
    let again = far(&folder, &server, &format!("{line} -o s3://{BUCKET}/far-1/ --json")).run();
    assert_eq!(again.json()["already_there"], true);

    // Readers take the names for the values.
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cloud/readers.py");
    let far_1 = format!("{BUCKET}/far-1");
    let read = Command::new(python()).args([script, &server.address, &far_1]).output();
    let read = read.expect("runs");
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    let seen: Value = serde_json::from_slice(&read.stdout).expect("JSON");
    let rows: Value = (0..51_000).map(row).map(|row| json!([row["n"], row["text"]])).collect();
    for reader in ["pyarrow", "polars"] {
        assert!(seen[reader] == rows, "{reader} sees other rows");
    }

    // A table is partitioned in one way.
    fill(&folder, "c.jsonl", 51_000..51_010);
    let there = objects(&server, "far-1/");
    for by in ["", "--partition-by n", "--partition-by text --partition-by n"] {
        let line = format!("c.jsonl {by} -o s3://{BUCKET}/far-1/");
        far(&folder, &server, &line).run().failed(5, &["no reader takes both"]);
    }
    same(&objects(&server, "far-1/"), &there);
    let line = format!("c.jsonl --partition-by text -o s3://{BUCKET}/far-1/");
    far(&folder, &server, &line).run().ended(0);
}

#[test]
fn a_run_that_fails_leaves_nothing() {
    let (folder, server) = (folder(), Server::start());
    fill(&folder, "a.jsonl", 0..50_000);
    let path = folder.path().join("a.jsonl");
    fs::OpenOptions::new()
        .append(true)
        .open(path)
        .expect("opens")
        .write_all(b"{\n")
        .expect("written");
    let line = format!("a.jsonl --partition-by text --target-size 64KiB -o s3://{BUCKET}/lake/");
    far(&folder, &server, &line).run().failed(1, &["a.jsonl, line 50001"]);
    nothing_temporary(&folder);
    assert_eq!((server.uploads(), server.keys("")), (Vec::new(), Vec::<String>::new()));
    // No folder for what is temporary.
    fill(&folder, "a.jsonl", 0..50_000);
    let run = far(&folder, &server, &line).env("TMPDIR", "/nowhere");
    run.run().failed(5, &["/nowhere", "cannot be written"]);
    assert_eq!((server.uploads(), server.keys("")), (Vec::new(), Vec::<String>::new()));
}

#[test]
fn exports_are_partitioned_too() {
    let setup = Setup::new().corpus(Kind::Reservation, 300, 2);
    let (api, folder, server) = (Api::start(setup), folder(), Server::start());
    let args = "--entity Reservation --partition-by State --updated 2024-01-01..2024-03-01 -o";
    api.export(&format!("{args} near/")).folder(folder.path()).run().ended(0);
    let args = format!("{args} s3://{BUCKET}/far/ --state state.json");
    let run = || server.serve(api.export(&args).folder(folder.path()), &server.address).run();
    run().ended(0);
    let parquet = |objects: BTreeMap<String, Vec<u8>>| -> Vec<Vec<u8>> {
        let parts = objects.into_iter().filter(|(name, _)| name.ends_with(".parquet"));
        parts.map(|(_, bytes)| bytes).collect()
    };
    let there = objects(&server, "far/");
    let directories = there.keys().filter(|key| key.starts_with("Reservation/State="));
    assert!(directories.count() > 2, "{:?}", there.keys());
    // Names and footers have the id of the export, which is another one.
    let sizes = |parts: Vec<Vec<u8>>| parts.iter().map(Vec::len).collect::<Vec<_>>();
    let near = on_disk(&folder.path().join("near"));
    assert_eq!(sizes(parquet(there)), sizes(parquet(near)));
    assert_eq!(server.uploads(), [""; 0]);
}

/// Files without a name that a process has in the folder for what is temporary.
fn unnamed(running: &Running, folder: &TempDir) -> usize {
    let temporary = folder.path().join("temp");
    let open = fs::read_dir(format!("/proc/{}/fd", running.child.id())).expect("it runs");
    let names = open.flatten().filter_map(|entry| fs::read_link(entry.path()).ok());
    names.filter(|name| name.starts_with(&temporary)).count()
}

/// Most rows of a pipe go to one part, whose upload has begun, and the others wait.
#[test]
fn a_killed_run_leaves_nothing_to_the_next_one() {
    let (folder, server) = (folder(), Server::start());
    let line = format!("- --partition-by text -o s3://{BUCKET}/lake/");
    let mut running = far(&folder, &server, &line).start();
    let mut stdin = running.child.stdin.take().expect("piped");
    let rows = (0..300_000).map(|n| {
        let mut row = row(n);
        row["text"] = if n % 10 == 0 { "few" } else { "most" }.into();
        format!("{row}\n")
    });
    stdin.write_all(rows.collect::<String>().as_bytes()).expect("taken");
    let deadline = Instant::now() + Duration::from_secs(60);
    let listed = |key: &String| key.contains("/uploads-");
    while !server.keys("lake/").iter().any(listed) || unnamed(&running, &folder) == 0 {
        assert!(Instant::now() < deadline, "nothing was begun, or nothing waits");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(server.uploads(), ["lake/text=most/stdin.parquet"]);
    assert_eq!(unnamed(&running, &folder), 1);
    nothing_temporary(&folder);
    running.child.kill().expect("killed");
    running.child.wait().expect("ends");
    nothing_temporary(&folder);
    fill(&folder, "a.jsonl", 0..2_000);
    let line = format!("a.jsonl --partition-by text -o s3://{BUCKET}/lake/");
    far(&folder, &server, &line).run().ended(0);
    let left = server.keys("lake/");
    assert!(!left.iter().any(listed), "{left:?}");
    assert_eq!(server.uploads(), [""; 0]);
    assert_eq!(left.iter().filter(|key| key.ends_with(".parquet")).count(), 17, "{left:?}");
}

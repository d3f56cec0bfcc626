//! The other files of a run by URL: what is measured, layouts that are written, and rows set aside.

use std::fs;
use std::io::Write;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::program::rowmill;
use crate::reading::{convert, discreet, gzipped, rows};
use crate::server::{BUCKET, Server};

const ENTITY: &str = "--entity AvailabilityAdjustment";

#[test]
fn objects_are_measured_like_files() {
    let (folder, server) = (TempDir::new().expect("a folder"), Server::start());
    server.put("in/a.jsonl", &rows(1, 3_000));
    server.put("in/b.jsonl.gz", &gzipped(&rows(2, 2_000)));
    let line = format!("s3://{BUCKET}/in/ {ENTITY} --json");
    let run = server.serve(convert(&folder, &format!("{line} -o out/")), &server.address).run();
    run.ended(0);
    let checksum = run.json()["checksum"].clone();
    let args = ["bench"].into_iter().chain(line.split_whitespace());
    let run = server.serve(rowmill(args).folder(folder.path()), &server.address).run();
    run.ended(0);
    let told = run.json();
    let stages = told["stages"].as_array().expect("a list");
    let named = |name: &str| stages.iter().find(|stage| stage["name"] == name).expect(name);
    assert!(checksum.is_string() && named("decode")["checksum"] == checksum, "{told}");
    for stage in stages {
        assert_eq!(stage["rows"], 5_000, "{stage}");
    }
    assert_eq!(told["files"], 2);
    let none = ["bench", "s3://lake/none/"];
    server.serve(rowmill(none), &server.address).run().failed(2, &["names no objects"]);
}

#[test]
fn the_widened_layout_goes_to_an_object() {
    let (folder, server) = (TempDir::new().expect("a folder"), Server::start());
    fs::write(folder.path().join("schema.json"), r#"{"fields":[{"name":"Id","type":"int64"}]}"#)
        .expect("written");
    let line = "a.jsonl --schema schema.json --overwrite -o out.parquet --widened";
    let run = |widened: &str| {
        let run = convert(&folder, &format!("{line} {widened}"));
        server.serve(run, &server.address).run()
    };
    // What is there is replaced, as a file is.
    for key in ["\"New\":2", "\"Newer\":true"] {
        fs::write(folder.path().join("a.jsonl"), format!("{{\"Id\":1,{key}}}\n")).expect("written");
        run("near.json").ended(0);
        run(&format!("s3://{BUCKET}/far/wide.json")).ended(0);
        let near = fs::read(folder.path().join("near.json")).expect("there");
        assert!(server.get("far/wide.json") == near, "the same text");
    }
    // And can be read by the next run.
    let line = format!("a.jsonl --schema s3://{BUCKET}/far/wide.json --unknown error -o b.parquet");
    server.serve(convert(&folder, &line), &server.address).run().ended(0);
    for (url, words) in [
        ("http://127.0.0.1:1/wide.json", &["--widened", "only be read"][..]),
        ("s3://lake/wide.json?hush-hush", &["--widened", "a query"]),
    ] {
        let outcome = run(url);
        outcome.failed(2, words);
        discreet(&outcome);
    }
    run("s3://nowhere/wide.json").failed(5, &["there is no such bucket"]);
}

/// Lines that are no rows, all different.
fn bad(lines: usize) -> String {
    (0..lines).map(|n| format!("{{\"Id\":\"{n:064}\"}}\n")).collect()
}

#[test]
fn rows_set_aside_go_where_the_output_goes() {
    let (folder, server) = (TempDir::new().expect("a folder"), Server::start());
    fs::write(folder.path().join("schema.json"), r#"{"fields":[{"name":"Id","type":"int64"}]}"#)
        .expect("written");
    // Enough for several pieces.
    fs::write(folder.path().join("a.jsonl"), format!("{{\"Id\":1}}\n{}", bad(60_000)))
        .expect("written");
    let line = "a.jsonl --schema schema.json --on-error quarantine --json";
    let run = |rest: &str| {
        let run = convert(&folder, &format!("{line} {rest}"));
        server.serve(run, &server.address).run()
    };
    run("-o near/").ended(0);
    let near = fs::read(folder.path().join("near/_rowmill/rejects.jsonl")).expect("there");
    assert!(near.len() > 9 << 20, "{} bytes are several pieces", near.len());
    for (rest, key) in [
        (format!("-o s3://{BUCKET}/lake/"), "lake/_rowmill/rejects.jsonl"),
        (format!("-o s3://{BUCKET}/one.parquet --memory 64MiB"), "one.parquet.rejects.jsonl"),
        (format!("-o s3://{BUCKET}/two.parquet --rejects s3://{BUCKET}/bad/two"), "bad/two"),
        (format!("-o here.parquet --rejects s3://{BUCKET}/bad/here"), "bad/here"),
    ] {
        let outcome = run(&rest);
        outcome.ended(0);
        discreet(&outcome);
        let told = outcome.json();
        assert_eq!((&told["rows"], &told["quarantined"]), (&1.into(), &60_000.into()));
        assert_eq!(told["rejects"], format!("s3://{BUCKET}/{key}"));
        assert!(server.get(key) == near, "{key}: other bytes");
        let again = run(&rest).json();
        assert_eq!((&again["already_there"], &again["rejects"]), (&true.into(), &told["rejects"]));
    }
    assert_eq!(server.uploads(), [""; 0]);
    // What is not committed does not show, and what is there stays.
    let line = format!("-o other.parquet --rejects s3://{BUCKET}/bad/other --max-rejects 50000");
    run(&line).failed(1, &["more than the 50000 allowed"]);
    let line = format!("-o other.parquet --rejects s3://{BUCKET}/bad/two");
    run(&line).failed(5, &["exists already"]);
    assert!(!folder.path().join("other.parquet").exists());
    assert_eq!(server.keys("bad/"), ["bad/here", "bad/two"]);
    assert_eq!(server.uploads(), [""; 0]);
}

#[test]
fn a_killed_run_shows_no_row_that_it_has_set_aside() {
    let (folder, server) = (TempDir::new().expect("a folder"), Server::start());
    fs::write(folder.path().join("schema.json"), r#"{"fields":[{"name":"Id","type":"int64"}]}"#)
        .expect("written");
    let line = "- --threads 1 --schema schema.json --on-error quarantine";
    let line = format!("{line} -o s3://{BUCKET}/lake/");
    let mut running = server.serve(convert(&folder, &line), &server.address).start();
    let mut stdin = running.child.stdin.take().expect("piped");
    stdin.write_all(bad(300_000).as_bytes()).expect("taken");
    let deadline = Instant::now() + Duration::from_secs(60);
    while !server.uploads().iter().any(|key| key.ends_with("rejects.jsonl")) {
        assert!(Instant::now() < deadline, "nothing was begun");
        std::thread::sleep(Duration::from_millis(20));
    }
    running.child.kill().expect("killed");
    running.child.wait().expect("ends");
    let keys = server.keys("lake/");
    assert!(keys.iter().all(|key| key.contains("/uploads-")), "{keys:?}");
    // The next run that commits here gives up what that one has begun.
    fs::write(folder.path().join("a.jsonl"), "{\"Id\":1}\n[]\n").expect("written");
    let line = format!("a.jsonl --schema schema.json --on-error quarantine -o s3://{BUCKET}/lake/");
    server.serve(convert(&folder, &line), &server.address).run().ended(0);
    let shown = String::from_utf8(server.get("lake/_rowmill/rejects.jsonl")).expect("text");
    assert_eq!(shown.lines().count(), 1);
    assert_eq!(server.uploads(), [""; 0]);
}

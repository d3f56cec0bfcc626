//! The other files of a run by URL: what is measured, and layouts that are written.

use std::fs;

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

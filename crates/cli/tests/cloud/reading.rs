//! Inputs by URL.

use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use rowmill_testkit::corpus::{Corpus, Kind};
use tempfile::TempDir;

use crate::cutter::Cutter;
use crate::program::{Outcome, Rowmill, rowmill};
use crate::server::{BUCKET, SECRET, SECRET_BASE64, Server, Store, for_every_store};

/// Rows of a kind, as the lines of a file.
pub(crate) fn rows(seed: u64, rows: u64) -> Vec<u8> {
    let mut lines = Vec::new();
    Corpus::new(Kind::AvailabilityAdjustment, seed, rows).write_rows(0..rows, &mut lines);
    lines
}

pub(crate) fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("compresses")
}

/// `convert`, in this folder.
pub(crate) fn convert(folder: &TempDir, line: &str) -> Rowmill {
    let args = ["convert"].into_iter().chain(line.split_whitespace());
    rowmill(args).folder(folder.path())
}

/// Nothing that is said has a secret in it.
#[track_caller]
pub(crate) fn discreet(outcome: &Outcome) {
    let said = format!("{}{}", outcome.stdout, outcome.stderr);
    assert!(!said.contains(SECRET) && !said.contains(SECRET_BASE64), "{said}");
}

for_every_store! {
    an_object_is_read_like_a_file
    prefixes_and_patterns_name_many_objects_in_order
    a_broken_connection_is_followed_by_one_that_goes_on
}

fn an_object_is_read_like_a_file(store: Store) {
    let Some(server) = Server::of(store) else { return };
    let folder = TempDir::new().expect("a folder");
    let plain = rows(1, 30_000);
    for (name, bytes) in [("a.jsonl", plain.clone()), ("b.jsonl.gz", gzipped(&plain))] {
        fs::write(folder.path().join(name), &bytes).expect("written");
        server.put(&format!("in/{name}"), &bytes);
        let entity = "--entity AvailabilityAdjustment --json";
        let near = convert(&folder, &format!("{name} -o near.parquet --overwrite {entity}")).run();
        near.ended(0);
        let url = server.url(&format!("in/{name}"));
        let line = format!("{url} -o far.parquet --overwrite {entity}");
        let far = server.serve(convert(&folder, &line), &server.address).run();
        far.ended(0);
        discreet(&far);
        let (near, far) = (near.json(), far.json());
        assert_eq!(near["checksum"], far["checksum"]);
        assert_eq!(far["files"][0]["source"], url);
        let read = |name| fs::read(folder.path().join(name)).expect("written");
        assert!(read("near.parquet") == read("far.parquet"), "the same bytes");
    }
    let file = format!("file://{}/a.jsonl -o plain.parquet", folder.path().display());
    convert(&folder, &file).run().ended(0);
    // Inferred: read twice, in one version.
    let line = format!("{} -o inferred.parquet", server.url("in/a.jsonl"));
    server.serve(convert(&folder, &line), &server.address).run().ended(0);
    let schema = ["schema".to_owned(), server.url("in/a.jsonl")];
    let schema = server.serve(rowmill(schema), &server.address).run();
    schema.ended(0);
    let schema = schema.stdout;
    // The schema itself may lie there, too.
    server.put("schema.json", schema.as_bytes());
    let line = format!("a.jsonl -o other.parquet --schema {}", server.url("schema.json"));
    server.serve(convert(&folder, &line), &server.address).run().ended(0);
}

fn prefixes_and_patterns_name_many_objects_in_order(store: Store) {
    let Some(server) = Server::of(store) else { return };
    let folder = TempDir::new().expect("a folder");
    for (n, name) in ["b.jsonl", "a.jsonl", "c.jsonl.gz", "deep/d.jsonl", "_e.jsonl", "f.txt"]
        .into_iter()
        .enumerate()
    {
        let lines = format!("{{\"n\":{n}}}\n");
        let bytes = if name.ends_with("gz") { gzipped(lines.as_bytes()) } else { lines.into() };
        server.put(&format!("in/{name}"), &bytes);
    }
    for (url, sources) in [
        ("in/", &["a.jsonl", "b.jsonl", "c.jsonl.gz"][..]),
        ("in/*.jsonl", &["_e.jsonl", "a.jsonl", "b.jsonl"][..]),
        ("in/c*", &["c.jsonl.gz"][..]),
    ] {
        let url = server.url(url);
        let line = format!("{url} -o out/ --overwrite --json --part-per-file");
        let outcome = server.serve(convert(&folder, &line), &server.address).run();
        outcome.ended(0);
        let report = outcome.json();
        let manifest = report["manifest"].as_str().expect("a directory");
        let text = fs::read_to_string(folder.path().join(manifest)).expect("a manifest");
        let manifest: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let named = manifest["sources"].as_array().expect("sources");
        let names: Vec<_> = named.iter().filter_map(|source| source["name"].as_str()).collect();
        assert_eq!(names, sources);
        assert!(named.iter().all(|source| source["etag"].as_str().is_some()), "{text}");
        fs::remove_dir_all(folder.path().join("out")).expect("removed");
    }
    let line = format!("{} -o out/", server.url("none/"));
    let outcome = server.serve(convert(&folder, &line), &server.address).run();
    outcome.failed(2, &["none/", "names no objects"]);
    let line = format!("{} -o out/", server.url("in/none.jsonl"));
    let outcome = server.serve(convert(&folder, &line), &server.address).run();
    outcome.failed(2, &["in/none.jsonl", "there is no such object"]);
}

fn a_broken_connection_is_followed_by_one_that_goes_on(store: Store) {
    let Some(server) = Server::of(store) else { return };
    let folder = TempDir::new().expect("a folder");
    let bytes = rows(2, 20_000);
    fs::write(folder.path().join("a.jsonl"), &bytes).expect("written");
    server.put("a.jsonl", &bytes);
    convert(&folder, "a.jsonl -o near.parquet --entity AvailabilityAdjustment").run().ended(0);
    // What is in moto can be read without a signature.
    let plain = if store == Store::S3 { &[false, true][..] } else { &[false] };
    for plain in plain {
        let cutter = Cutter::new(&server.address, 4, bytes.len() / 6);
        let url = match plain {
            false => server.url("a.jsonl"),
            true => format!("http://{}/{BUCKET}/a.jsonl", cutter.address),
        };
        let line = format!("{url} -o far.parquet --entity AvailabilityAdjustment --overwrite");
        server.serve(convert(&folder, &line), &cutter.address).run().ended(0);
        assert_eq!(cutter.left(), 0, "it was cut as often as that");
        assert!(cutter.asked().matches("range: bytes=").count() >= 4, "it went on");
        let read = |name| fs::read(folder.path().join(name)).expect("written");
        assert!(read("near.parquet") == read("far.parquet"), "the same bytes");
    }
}

#[test]
fn what_cannot_be_read_is_told_without_secrets() {
    let (folder, server) = (TempDir::new().expect("a folder"), Server::start());
    for (url, code, words) in [
        ("s3://lake/a.jsonl?X-Amz-Signature=hush-hush", 2, &["has a query"][..]),
        ("https://me:hush-hush@127.0.0.1/a.jsonl", 2, &["password"][..]),
        ("ftp://127.0.0.1/a.jsonl", 2, &["s3, gs, az, http"][..]),
        ("http://example.invalid/a.jsonl", 2, &["not encrypted"][..]),
        ("http://127.0.0.1:1/a.jsonl", 4, &["cannot be reached", "trying again may help"][..]),
        ("http://127.0.0.1:1/*.jsonl", 2, &["cannot list"][..]),
    ] {
        let run = server.serve(convert(&folder, &format!("{url} -o out.parquet")), "127.0.0.1:1");
        let outcome = run.env("AWS_ALLOW_HTTP", "false").run();
        outcome.failed(code, words);
        discreet(&outcome);
    }
}

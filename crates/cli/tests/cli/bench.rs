//! `rowmill bench`

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use tempfile::TempDir;

use crate::program::{Outcome, files, rowmill};

const SCHEMA: &str = r#"{"version":1,"fields":[
    {"name":"Id","type":"int64","nullable":false},
    {"name":"Name","type":"string"},
    {"name":"State","type":"enum"},
    {"name":"Tags","type":"list<string>"}
]}"#;

/// A bad line is the second one.
const BAD: &str = "{\"Id\":1}\n{\"Id\":\"x\"}\n";

fn rows(from: usize, count: usize) -> String {
    let state = |id| ["Started", "Processed", "Canceled"][id % 3];
    let row = |id| match id % 5 {
        0 => format!("{{\"Id\":{id}}}\n"),
        n => format!(
            "{{\"Id\":{id},\"Name\":\"row {n}\",\"State\":\"{}\",\"Tags\":[\"a\",null]}}\n",
            state(id)
        ),
    };
    (from..from + count).map(row).collect()
}

/// A folder with a schema file, inputs, and a folder for temporary files.
fn folder() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let path = |name| folder.path().join(name);
    fs::write(path("schema.json"), SCHEMA).expect("written");
    fs::write(path("one.jsonl"), rows(0, 20_000)).expect("written");
    fs::write(path("two.jsonl"), rows(20_000, 3_000)).expect("written");
    fs::write(path("bad.jsonl"), BAD).expect("written");
    let mut gzip =
        GzEncoder::new(File::create(path("one.jsonl.gz")).expect("made"), Compression::fast());
    gzip.write_all(rows(0, 20_000).as_bytes()).expect("written");
    gzip.finish().expect("written");
    fs::create_dir(path("tmp")).expect("made");
    folder
}

#[track_caller]
fn run(folder: &Path, command: &str) -> Outcome {
    let place = folder.join("tmp");
    let program = rowmill(command.split_whitespace()).folder(folder);
    program.env("TMPDIR", &place.display().to_string()).run()
}

/// Runs `bench` with these arguments and gives what it said in JSON; it leaves the folder as it was.
#[track_caller]
fn bench(folder: &Path, args: &str) -> Value {
    let before = files(folder);
    let outcome = run(folder, &format!("bench {args} --schema schema.json --json"));
    assert_eq!(outcome.ended(0), "");
    assert_eq!(files(folder), before);
    outcome.json()
}

#[track_caller]
fn stage<'a>(document: &'a Value, name: &str) -> &'a Value {
    let mut stages = document["stages"].as_array().expect("a list").iter();
    stages.find(|stage| stage["name"] == name).unwrap_or_else(|| panic!("no {name}: {document}"))
}

#[track_caller]
fn converted(folder: &Path, args: &str) -> Value {
    let place = TempDir::new().expect("a folder");
    let out = place.path().join("out");
    let command = format!("convert {args} -o {} --schema schema.json --json", out.display());
    let outcome = run(folder, &command);
    outcome.ended(0);
    outcome.json()
}

#[test]
fn every_stage_is_told_with_its_figures() {
    let folder = folder();
    let document = bench(folder.path(), "one.jsonl");
    let names: Vec<_> = document["stages"].as_array().expect("a list").iter().collect();
    let names: Vec<_> = names.iter().map(|stage| stage["name"].as_str().expect("text")).collect();
    assert_eq!(names, ["read", "frame", "decode", "encode", "whole"]);
    let bytes = rows(0, 20_000).len();
    for name in names {
        let stage = stage(&document, name);
        assert_eq!(stage["bytes"], bytes, "{name}");
        assert_eq!(stage["rows"], 20_000, "{name}");
        assert!(stage["wall_s"].as_f64().is_some_and(|s| s >= 0.0), "{name}");
        #[cfg(unix)]
        assert!(stage["cpu_s"].as_f64().is_some_and(|s| s >= 0.0), "{name}");
    }
    let decode = stage(&document, "decode");
    for part in ["load_cpu_s", "checksum_cpu_s", "net_cpu_s"] {
        assert!(decode[part].is_number(), "{part}: {decode}");
    }
    assert_eq!(decode["streamed"], false);
    assert_eq!(document["version"], 1);
    #[cfg(target_os = "linux")]
    assert!(document["peak_rss_bytes"].as_u64().is_some_and(|bytes| bytes > 1_000_000));
}

#[test]
fn the_checksum_is_that_of_the_conversion() {
    let folder = folder();
    for inputs in ["one.jsonl", "one.jsonl.gz", "one.jsonl two.jsonl"] {
        let report = converted(folder.path(), inputs);
        let checksum = report["checksum"].as_str().expect("a checksum");
        assert_eq!(checksum.len(), 32);
        for threads in [1, 4] {
            let document = bench(folder.path(), &format!("{inputs} --threads {threads}"));
            let decode = stage(&document, "decode");
            assert_eq!(decode["checksum"], checksum, "{inputs}, {threads} threads");
            assert_eq!(decode["rows"], report["rows"]);
            assert_eq!(decode["bytes"], report["bytes"]);
            let encoded = &stage(&document, "encode")["output_bytes"];
            assert!(encoded.as_u64().is_some_and(|bytes| bytes > 0), "{document}");
        }
    }
    let one = converted(folder.path(), "one.jsonl");
    assert_eq!(one["checksum"], converted(folder.path(), "one.jsonl.gz")["checksum"]);
    assert_ne!(one["checksum"], converted(folder.path(), "two.jsonl")["checksum"]);
}

#[test]
fn one_stage_runs_alone() {
    let folder = folder();
    for name in ["read", "frame", "decode", "encode", "whole"] {
        let document = bench(folder.path(), &format!("one.jsonl.gz two.jsonl --only {name}"));
        assert_eq!(document["stages"].as_array().map(Vec::len), Some(1));
        assert_eq!(stage(&document, name)["rows"], 23_000);
    }
}

#[test]
fn people_get_a_table() {
    let folder = folder();
    let outcome = run(folder.path(), "bench one.jsonl --schema schema.json --threads 2");
    outcome.ended(0);
    let lines: Vec<_> = outcome.stdout.lines().collect();
    assert!(lines[0].starts_with("stage ") && lines[0].ends_with("wall s"), "{outcome:?}");
    for name in ["read", "frame", "decode", "  decode alone", "  checksum", "encode", "whole"] {
        assert!(lines.iter().any(|line| line.starts_with(name)), "{name}: {outcome:?}");
    }
    let checksum = converted(folder.path(), "one.jsonl")["checksum"].clone();
    assert!(outcome.stdout.contains(checksum.as_str().expect("text")), "{outcome:?}");
}

#[test]
fn an_empty_file_has_figures_too() {
    let folder = folder();
    fs::write(folder.path().join("empty.jsonl"), "").expect("written");
    let document = bench(folder.path(), "empty.jsonl");
    assert_eq!(stage(&document, "decode")["rows"], 0);
}

#[test]
fn bad_data_is_told_as_by_convert_and_leaves_nothing() {
    let folder = folder();
    let message = |outcome: &Outcome| outcome.ended(1).lines().last().map(str::to_owned);
    let convert = run(folder.path(), "convert bad.jsonl -o out.parquet --schema schema.json");
    for name in ["decode", "encode", "whole"] {
        let command = format!("bench bad.jsonl --schema schema.json --only {name}");
        let outcome = run(folder.path(), &command);
        assert_eq!(message(&outcome), message(&convert), "{name}");
        assert_eq!(files(&folder.path().join("tmp")), [] as [PathBuf; 0]);
    }
    fs::write(folder.path().join("cut.jsonl.gz"), [0x1f, 0x8b, 8, 0]).expect("written");
    for name in ["read", "frame", "decode", "encode", "whole"] {
        let command = format!("bench cut.jsonl.gz --schema schema.json --only {name}");
        run(folder.path(), &command).failed(1, &["cut.jsonl.gz", "gzip"]);
    }
}

#[test]
fn mistakes_are_told_before_anything_is_read() {
    let folder = folder();
    let fails = |args: &str, words: &[&str]| run(folder.path(), args).failed(2, words);
    fails("bench one.jsonl --entity Room", &["Room"]);
    fails("bench one.jsonl --schema missing.json", &["missing.json"]);
    fails("bench one.jsonl --schema schema.json --only fly", &["fly"]);
    fails("bench one.jsonl --schema schema.json --threads 0", &["--threads"]);
    fails("bench - --schema schema.json", &["-", "file"]);
    for name in ["read", "decode", "whole"] {
        fails(&format!("bench missing.jsonl --schema schema.json --only {name}"), &["missing"]);
        fails(&format!("bench tmp --schema schema.json --only {name}"), &["directory"]);
    }
    assert_eq!(run(folder.path(), "bench --schema schema.json").code, 2);
}

#[cfg(unix)]
#[test]
fn a_place_for_temporary_files_that_is_missing_is_an_output_error() {
    let folder = folder();
    fs::remove_dir(folder.path().join("tmp")).expect("removed");
    let command = "bench one.jsonl --schema schema.json --only whole";
    run(folder.path(), command).failed(5, &["tmp"]);
}

//! `rowmill convert`

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use tempfile::TempDir;

use crate::parquet_file::{read, rows};
use crate::program::{Outcome, files, rowmill};

const SCHEMA: &str = r#"{"version":1,"fields":[
    {"name":"Id","type":"int64","nullable":false},
    {"name":"Name","type":"string"}
]}"#;

const GOOD: &str = "{\"Id\":1,\"Name\":\"a\"}\n{\"Id\":2,\"Name\":null}\n{\"Id\":3}\n";

/// The second line is bad, the third is blank.
const BAD: &str = "{\"Id\":1}\n{\"Id\":\"x\"}\n\n{\"Id\":4}\n";

/// A folder with a schema file and two inputs.
fn folder() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("schema.json"), SCHEMA).expect("written");
    fs::write(folder.path().join("good.jsonl"), GOOD).expect("written");
    fs::write(folder.path().join("bad.jsonl"), BAD).expect("written");
    folder
}

#[track_caller]
fn convert(folder: &Path, args: &str) -> Outcome {
    rowmill(["convert"].into_iter().chain(args.split_whitespace())).folder(folder).run()
}

#[track_caller]
fn unchanged(folder: &Path) {
    let names: Vec<_> = files(folder).iter().map(|path| path.display().to_string()).collect();
    assert_eq!(names, ["bad.jsonl", "good.jsonl", "schema.json"]);
}

#[test]
fn a_good_file_becomes_typed_parquet() {
    let folder = folder();
    let outcome = convert(folder.path(), "good.jsonl -o good.parquet --schema schema.json");
    outcome.ended(0);
    assert!(outcome.stdout.contains("good.parquet"), "{outcome:?}");
    assert!(!outcome.stdout.contains('\x1b') && !outcome.stderr.contains('\x1b'), "{outcome:?}");

    let (schema, batches) = read(&folder.path().join("good.parquet"));
    assert_eq!(schema.field(0).data_type(), &arrow_schema::DataType::Int64);
    assert!(!schema.field(0).is_nullable() && schema.field(1).is_nullable());
    assert_eq!(batches.iter().map(|batch| batch.num_rows()).sum::<usize>(), 3);
    assert_eq!(batches[0].column(1).null_count(), 2);
}

#[test]
fn what_the_file_is_like_can_be_chosen() {
    let folder = folder();
    let args = "good.jsonl -o good.parquet --schema schema.json --profile compat --uuid text";
    convert(folder.path(), &format!("{args} --bloom Id,Name")).ended(0);
    assert_eq!(rows(&folder.path().join("good.parquet")), 3);
    let args = "good.jsonl -o other.parquet --schema schema.json --bloom";
    convert(folder.path(), &format!("{args} Id,Nam"))
        .failed(2, &["Bloom", "Nam", "not in the layout"]);
    assert!(!folder.path().join("other.parquet").exists());
}

#[test]
fn a_bad_line_ends_the_run_and_leaves_nothing() {
    let folder = folder();
    convert(folder.path(), "bad.jsonl -o out.parquet --schema schema.json")
        .failed(1, &["bad.jsonl", "line 2", "Id"]);
    unchanged(folder.path());
    convert(folder.path(), "good.jsonl bad.jsonl -o out --schema schema.json")
        .failed(1, &["bad.jsonl", "line 2"]);
    unchanged(folder.path());
    assert!(!folder.path().join("out").exists(), "a folder was left");
}

#[test]
fn quarantine_keeps_the_good_rows_and_tells_of_the_bad_ones() {
    let folder = folder();
    let args = "bad.jsonl -o out.parquet --schema schema.json --on-error quarantine";
    let outcome = convert(folder.path(), args);
    assert!(outcome.ended(0).contains("1 row"), "{outcome:?}");
    assert_eq!(rows(&folder.path().join("out.parquet")), 2);

    let rejects = fs::read_to_string(folder.path().join("out.parquet.rejects.jsonl"))
        .expect("rejects beside the output");
    assert_eq!(rejects.lines().count(), 1);
    let reject: Value = serde_json::from_str(&rejects).expect("one JSON document");
    let mut keys: Vec<_> = reject.as_object().expect("an object").keys().cloned().collect();
    keys.sort();
    let expected =
        ["code", "column", "expected", "file", "found", "line", "offset", "raw", "reason"];
    assert_eq!(keys, expected);
    assert_eq!(reject["line"], 2);
    assert_eq!(reject["column"], "Id");
    assert_eq!(reject["raw"], "{\"Id\":\"x\"}");
    assert!(reject["file"].as_str().is_some_and(|file| file.contains("bad.jsonl")));
}

#[test]
fn rejects_go_where_they_are_told_to() {
    let folder = folder();
    let args =
        "bad.jsonl -o out.parquet --schema schema.json --on-error quarantine --rejects r.jsonl";
    convert(folder.path(), args).ended(0);
    assert!(folder.path().join("r.jsonl").exists());
    assert!(!folder.path().join("out.parquet.rejects.jsonl").exists());
}

#[test]
fn rejects_can_be_kept_without_their_contents() {
    let folder = folder();
    let args = "bad.jsonl -o out.parquet --schema schema.json --on-error quarantine --redact";
    convert(folder.path(), args).ended(0);
    let rejects = fs::read_to_string(folder.path().join("out.parquet.rejects.jsonl"))
        .expect("rejects beside the output");
    let reject: Value = serde_json::from_str(&rejects).expect("one JSON document");
    assert_eq!((&reject["line"], &reject["column"]), (&2.into(), &"Id".into()));
    assert_eq!(reject["raw_bytes"], 10);
    assert!(reject.get("raw").is_none(), "{reject}");
}

#[test]
fn too_many_bad_rows_end_the_run() {
    for limit in ["0", "10%"] {
        let folder = folder();
        let args = format!(
            "bad.jsonl -o out.parquet --schema schema.json --on-error quarantine --max-rejects {limit}"
        );
        convert(folder.path(), &args).ended(1);
        unchanged(folder.path());
    }
    let folder = folder();
    let args =
        "bad.jsonl -o out.parquet --schema schema.json --on-error quarantine --max-rejects 1";
    convert(folder.path(), args).ended(0);
}

#[test]
fn limits_of_nothing_and_of_everything() {
    let folder = folder();
    fs::write(folder.path().join("all.jsonl"), "{}\n{}\n").expect("written");
    fs::write(folder.path().join("none.jsonl"), "").expect("written");
    for (input, limit, code) in [
        ("none.jsonl", "0", 0),
        ("none.jsonl", "0%", 0),
        ("none.jsonl", "100%", 0),
        ("good.jsonl", "0", 0),
        ("good.jsonl", "0%", 0),
        ("bad.jsonl", "0%", 1),
        ("bad.jsonl", "100%", 0),
        ("all.jsonl", "1", 1),
        ("all.jsonl", "99.9%", 1),
        ("all.jsonl", "100%", 0),
        ("all.jsonl", "100.1%", 2),
        ("all.jsonl", "-1", 2),
    ] {
        let args = format!(
            "{input} -o out.parquet --schema schema.json --overwrite --on-error quarantine \
             --max-rejects={limit}"
        );
        convert(folder.path(), &args).ended(code);
    }
}

#[test]
fn options_for_rejects_need_the_quarantine_policy() {
    let folder = folder();
    for option in ["--rejects r.jsonl", "--max-rejects 1"] {
        let args = format!("good.jsonl -o out.parquet --schema schema.json {option}");
        convert(folder.path(), &args).failed(2, &["--on-error quarantine"]);
        unchanged(folder.path());
    }
}

#[test]
fn a_bomb_is_bad_data_unless_it_is_allowed() {
    // Blank lines, of which gzip makes a thousandth.
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&vec![b'\n'; 80 << 20]).expect("packs");
    let folder = folder();
    let bomb = packed.finish().expect("packs");
    fs::write(folder.path().join("bomb.gz"), bomb).expect("written");
    let args = "bomb.gz -o out.parquet --schema schema.json";
    convert(folder.path(), args).failed(1, &["bomb.gz", "gzip data that expands too much"]);
    assert!(!folder.path().join("out.parquet").exists());
    convert(folder.path(), &format!("{args} --max-expansion 0")).ended(2);
    convert(folder.path(), &format!("{args} --max-expansion 2000")).ended(0);
}

#[test]
fn columns_of_lineage_follow_those_of_the_schema() {
    let folder = folder();
    let args = "good.jsonl -o out.parquet --schema schema.json --lineage ingested_at,line,file";
    convert(folder.path(), args).ended(0);
    let (schema, batches) = read(&folder.path().join("out.parquet"));
    let names: Vec<_> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    assert_eq!(names, ["Id", "Name", "_file", "_line", "_ingested_at"]);
    assert!(batches.iter().all(|batch| batch.column(2).null_count() == 0));
    for (columns, word) in [("export_id", "_export_id"), ("file,enterprise_id", "_enterprise_id")] {
        let args = format!("good.jsonl -o no.parquet --schema schema.json --lineage {columns}");
        convert(folder.path(), &args).failed(2, &[word]);
    }
    let args = "good.jsonl -o no.parquet --schema schema.json --lineage files";
    assert!(convert(folder.path(), args).ended(2).contains("ingested_at"));
    assert!(!folder.path().join("no.parquet").exists());
}

#[test]
fn missing_input_is_named() {
    let folder = folder();
    convert(folder.path(), "missing.jsonl -o out.parquet --schema schema.json")
        .failed(2, &["missing.jsonl"]);
    unchanged(folder.path());
}

#[test]
fn an_unreadable_schema_is_named() {
    let folder = folder();
    convert(folder.path(), "good.jsonl -o out.parquet --schema missing.json")
        .failed(2, &["missing.json"]);
    for text in ["", "{", "[]", r#"{"fields":[{"name":"Id","type":"int65"}]}"#] {
        let schema = TempDir::new().expect("a folder");
        let path = schema.path().join("other.json");
        fs::write(&path, text).expect("written");
        let args = format!("good.jsonl -o out.parquet --schema {}", path.display());
        convert(folder.path(), &args).failed(2, &["other.json"]);
    }
    unchanged(folder.path());
}

#[test]
fn existing_output_is_kept_unless_it_may_be_replaced() {
    let folder = folder();
    let out = folder.path().join("out.parquet");
    fs::write(&out, "mine").expect("written");
    let args = "good.jsonl -o out.parquet --schema schema.json";
    convert(folder.path(), args).failed(5, &["out.parquet", "--overwrite"]);
    assert_eq!(fs::read(&out).expect("still there"), b"mine");

    convert(folder.path(), &format!("{args} --overwrite")).ended(0);
    assert_eq!(rows(&out), 3);
}

#[test]
fn a_failed_run_does_not_touch_what_it_should_have_replaced() {
    let folder = folder();
    let out = folder.path().join("out.parquet");
    fs::write(&out, "mine").expect("written");
    convert(folder.path(), "bad.jsonl -o out.parquet --schema schema.json --overwrite").ended(1);
    assert_eq!(fs::read(&out).expect("still there"), b"mine");
}

#[test]
fn an_output_folder_that_cannot_be_written_is_an_output_error() {
    let folder = folder();
    convert(folder.path(), "good.jsonl -o good.jsonl/out.parquet --schema schema.json").ended(5);
    unchanged(folder.path());
}

#[test]
fn standard_input_is_read() {
    let folder = folder();
    let args = ["convert", "-", "-o", "out.parquet", "--schema", "schema.json"];
    rowmill(args).folder(folder.path()).stdin(GOOD).run().ended(0);
    assert_eq!(rows(&folder.path().join("out.parquet")), 3);

    let args = ["convert", "-", "-o", "other.parquet", "--schema", "schema.json"];
    rowmill(args).folder(folder.path()).stdin(BAD).run().failed(1, &["line 2"]);
    assert!(!folder.path().join("other.parquet").exists());
}

#[test]
fn many_inputs_become_a_directory() {
    let folder = folder();
    fs::write(folder.path().join("more.jsonl"), "{\"Id\":7}\n").expect("written");
    let args = "good.jsonl more.jsonl -o lake --schema schema.json --part-per-file";
    convert(folder.path(), args).ended(0);
    let parts: Vec<_> = files(&folder.path().join("lake"))
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "parquet"))
        .collect();
    assert_eq!(parts.len(), 2, "{parts:?}");
    let total: usize = parts.iter().map(|part| rows(&folder.path().join("lake").join(part))).sum();
    assert_eq!(total, 4);
    assert!(files(folder.path()).iter().all(|path| !path.ends_with(".partial")));

    // By size: both in one, which is called by the first.
    let args = "good.jsonl more.jsonl -o lake --schema schema.json --overwrite --json";
    let report = convert(folder.path(), args).json();
    assert_eq!(report["parts"].as_array().map(Vec::len), Some(1));
    assert_eq!(report["parts"][0]["path"], "lake/good.parquet");
    assert_eq!(rows(&folder.path().join("lake/good.parquet")), 4);
    assert!(!folder.path().join("lake/more.parquet").exists());
    for wrong in ["--target-size 0KB", "--target-size 1x", "--target-size 1KB --part-per-file"] {
        convert(folder.path(), &format!("good.jsonl -o x --schema schema.json {wrong}")).ended(2);
    }
}

#[test]
fn the_report_is_json_and_alone_on_standard_output() {
    let folder = folder();
    let args = "bad.jsonl -o out.parquet --schema schema.json --on-error quarantine --json";
    let outcome = convert(folder.path(), args);
    assert!(outcome.ended(0).contains("1 row"), "{outcome:?}");
    let report = outcome.json();
    assert_eq!(report["version"], 2);
    assert_eq!(report["files"].as_array().map(Vec::len), Some(1));
}

#[test]
fn entities_are_read_by_their_own_layout() {
    let folder = folder();
    let row = r#"{"Id":"3fa85f64-5717-4562-b3fc-2c963f66afa6","Number":"12"}"#;
    fs::write(folder.path().join("r.jsonl"), row).expect("written");
    convert(folder.path(), "r.jsonl -o r.parquet --entity Reservation").ended(0);
    assert_eq!(rows(&folder.path().join("r.parquet")), 1);
    convert(folder.path(), "r.jsonl -o x.parquet --entity reservation").failed(2, &["reservation"]);
    assert!(!folder.path().join("x.parquet").exists());
}

#[test]
fn the_same_bytes_come_out_of_any_number_of_threads() {
    let folder = folder();
    let mut many = String::new();
    for id in 0..50_000 {
        many.push_str(&format!("{{\"Id\":{id},\"Name\":\"row {}\"}}\n", id % 97));
    }
    fs::write(folder.path().join("many.jsonl"), many).expect("written");
    for (threads, out) in [(1, "one.parquet"), (2, "two.parquet"), (5, "five.parquet")] {
        let args = format!("many.jsonl -o {out} --schema schema.json --threads {threads}");
        convert(folder.path(), &args).ended(0);
    }
    let one = fs::read(folder.path().join("one.parquet")).expect("written");
    assert!(one == fs::read(folder.path().join("two.parquet")).expect("written"));
    assert!(one == fs::read(folder.path().join("five.parquet")).expect("written"));
}

#[test]
fn cells_that_do_not_fit_become_null_and_are_told() {
    let folder = folder();
    let line = "{\"Id\":1,\"Name\":5}\n{\"Id\":\"x\"}\n{\"Id\":3,\"Name\":\"c\"}\n";
    fs::write(folder.path().join("cells.jsonl"), line).expect("written");
    let args = "cells.jsonl -o out.parquet --schema schema.json --on-error null";
    let outcome = convert(folder.path(), args);
    outcome.ended(0);
    assert!(outcome.stdout.contains("1 cell that did not fit its column made null"), "{outcome:?}");
    assert!(outcome.stderr.contains("1 row quarantined"), "{outcome:?}");
    assert_eq!(rows(&folder.path().join("out.parquet")), 2);
    let rejects = fs::read_to_string(folder.path().join("out.parquet.rejects.jsonl"));
    assert_eq!(rejects.expect("rejects").lines().count(), 1);
    convert(folder.path(), &format!("{args} --overwrite --max-rejects 0")).failed(1, &["line 2"]);
}

#[test]
fn unknown_keys_left_out_refused_or_rescued() {
    let folder = folder();
    let lines = "{\"Id\":1}\n{\"Id\":2,\"N\\u001bew\":{\"a\": 1}}\n";
    fs::write(folder.path().join("new.jsonl"), lines).expect("written");
    let run = |more: &str| {
        convert(
            folder.path(),
            &format!("new.jsonl -o out.parquet --schema schema.json --overwrite {more}"),
        )
    };
    let outcome = run("");
    outcome.ended(0);
    let told = "new.jsonl, line 2: new key N\\u{1b}ew (struct), 1 time, left out\n";
    assert!(outcome.stderr.contains(told), "{outcome:?}");
    assert!(outcome.stderr.contains("--unknown rescue keeps it"), "{outcome:?}");
    assert!(outcome.stderr.contains("no row has a value in Name\n"), "{outcome:?}");
    run("--unknown error").failed(1, &["line 2", "does not know the key"]);
    run("--unknown rescue --widened wider.json").ended(0);
    let wider = fs::read_to_string(folder.path().join("wider.json")).expect("written");
    assert!(wider.contains(r#"{"name": "N\u001bew", "type": "struct""#), "{wider}");
    convert(folder.path(), "new.jsonl -o wide.parquet --schema wider.json --unknown error")
        .ended(0);
    let (schema, batches) = read(&folder.path().join("out.parquet"));
    assert_eq!(schema.field(2).name(), "_rescued");
    assert_eq!(batches[0].column(2).null_count(), 1);
    let outcome = run("--unknown rescue --json");
    outcome.ended(0);
    let report: Value = serde_json::from_str(&outcome.stdout).expect("JSON");
    assert_eq!(report["drift"]["new_keys"][0]["count"], 1);
    assert_eq!(report["drift"]["new_keys"][0]["path"], "N\u{1b}ew");
    assert_eq!(report["columns"][0]["column"], "Id");
}

#[test]
fn the_widened_layout_replaces_nothing_but_a_schema_file() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("mine.txt"), "mine").expect("written");
    let run = |widened: &str| {
        let line = format!("good.jsonl --schema schema.json --overwrite --widened {widened}");
        convert(folder.path(), &format!("{line} -o out.parquet"))
    };
    for kept in ["good.jsonl", "mine.txt"] {
        let before = fs::read(path(kept)).expect("reads");
        run(kept).failed(5, &[kept, "no schema file"]);
        assert!(fs::read(path(kept)).expect("reads") == before);
        assert!(!path("out.parquet").exists(), "it is told before the run");
    }
    // What the run itself has written is known after it.
    run("out.parquet").failed(5, &["out.parquet", "no schema file"]);
    assert_eq!(rows(&path("out.parquet")), 3);
    run("schema.json").ended(0);
    fs::write(path("empty.json"), "").expect("written");
    run("empty.json").ended(0);
    let [one, other] = ["schema.json", "empty.json"].map(|name| fs::read(path(name)));
    assert!(one.expect("reads") == other.expect("reads"));
}

#[test]
fn some_columns_alone() {
    let folder = folder();
    convert(folder.path(), "good.jsonl -o out.parquet --schema schema.json --columns name=Name,Id")
        .ended(0);
    let (schema, _) = read(&folder.path().join("out.parquet"));
    let names: Vec<_> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    assert_eq!(names, ["name", "Id"]);
    let wrong = "good.jsonl -o out2.parquet --schema schema.json --columns Id,Nam";
    convert(folder.path(), wrong).failed(2, &["columns to read", "Nam", "not in the layout"]);
}

/// A place that only a store of objects has is refused before anything is read, and its secrets are
/// not said.
#[cfg(not(feature = "cloud"))]
#[test]
fn urls_are_no_paths() {
    for line in [
        "convert https://example.com/rows.jsonl?sig=hush -o out.parquet",
        "convert rows.jsonl -o s3://hush@bucket/out",
        "convert rows.jsonl -o out.parquet --schema s3://hush@bucket/schema.json",
        "convert rows.jsonl -o out.parquet --rejects s3://hush@bucket/bad.jsonl",
        "convert rows.jsonl -o out.parquet --widened gs://hush@bucket/wide.json",
        "export --entity Bill -o lake --state az://hush@bucket/state.json",
        "export --entity Bill -o lake --keep-raw http://hush@bucket/raw",
        "bench s3://hush@bucket/rows.jsonl",
    ] {
        let told = rowmill(line.split(' ')).run().ended(2).to_owned();
        assert!(told.contains("is a URL (") && told.contains("only files"), "{line}: {told}");
        assert!(!told.contains("hush"), "{told}");
    }
}

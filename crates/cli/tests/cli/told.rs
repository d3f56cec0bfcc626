//! What people and programs are told: what is strange about rows, and why a run has failed.

use std::fs;
use std::path::Path;

use serde_json::json;
use tempfile::TempDir;

use crate::program::{Outcome, rowmill};

/// A folder with rows, and a schema file with a column that they do not have.
fn folder() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let write =
        |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
    write("rows.jsonl", "{\"id\":1,\"v\":1}\n{\"id\":2,\"v\":\"x\"}\n");
    write("half.json", &schema("id"));
    write("typo.json", &schema("idd"));
    folder
}

fn schema(id: &str) -> String {
    let fields = [(id, "int64"), ("vv", "struct<a: int64, b: list<int64>>"), ("w", "string")];
    let fields = fields.map(|(name, kind)| json!({ "name": name, "type": kind }));
    json!({ "version": 1, "fields": fields }).to_string()
}

#[track_caller]
fn convert(folder: &Path, args: &str) -> Outcome {
    let args = ["convert", "rows.jsonl"].into_iter().chain(args.split_whitespace());
    rowmill(args).folder(folder).run()
}

#[test]
fn a_misspelt_column_is_told() {
    let folder = folder();
    let outcome = convert(folder.path(), "-o a.parquet --schema half.json");
    let told = outcome.ended(0);
    assert!(told.contains("new key v (int64), 2 times, left out\n"), "{told}");
    assert!(told.contains("--unknown rescue keeps it"), "{told}");
    assert!(told.contains("no row has a value in vv, w\n"), "{told}");
    let outcome = convert(folder.path(), "-o b.parquet --schema half.json --unknown rescue");
    let told = outcome.ended(0);
    assert!(told.contains("new key v (int64), 2 times, kept\n"), "{told}");
    assert!(!told.contains("left out"), "{told}");
    // Of what the data has led to, that was told when it was inferred.
    fs::write(folder.path().join("rows.jsonl"), "{\"id\":1,\"n\":null}\n").expect("written");
    let outcome = convert(folder.path(), "-o c.parquet");
    assert!(!outcome.ended(0).contains("no row has"), "{outcome:?}");
}

#[test]
fn the_layout_of_other_rows_is_told() {
    let folder = folder();
    let outcome = convert(folder.path(), "-o a.parquet --schema typo.json --json");
    let told = outcome.ended(0);
    assert!(told.contains("no row has any key of the layout"), "{told}");
    assert!(told.contains("new key id (int64), 2 times, left out\n"), "{told}");
    assert!(told.contains("no row has a value in idd, vv, w\n"), "{told}");
    assert_eq!(outcome.json()["drift"]["no_known_key"], json!(true));
    let outcome = convert(folder.path(), "-o b.parquet --schema half.json --json");
    assert!(!outcome.ended(0).contains("any key"), "{outcome:?}");
    assert_eq!(outcome.json()["drift"]["no_known_key"], json!(false));
}

#[test]
fn programs_are_told_of_failures_too() {
    let folder = folder();
    fs::write(
        folder.path().join("strict.json"),
        r#"{"version":1,"fields":[{"name":"id","type":"int64"},{"name":"v","type":"int64"}]}"#,
    )
    .expect("written");
    let outcome = convert(folder.path(), "-o a.parquet --schema strict.json --json");
    let told = outcome.ended(1).to_owned();
    let told = told.strip_prefix("rowmill: ").expect("the name").trim_end();
    let expected = json!({ "error": {
        "kind": "data", "code": "type", "file": "rows.jsonl", "line": 2, "byte": 27, "column": "v",
        "message": told,
    }});
    assert_eq!(outcome.json(), expected);
    let args = "-o a.parquet --schema strict.json --json --on-error quarantine --max-rejects 10%";
    let outcome = convert(folder.path(), args);
    outcome.ended(1);
    let error = &outcome.json()["error"];
    assert_eq!((&error["code"], &error["line"]), (&json!("too_many_rejects"), &json!(2)));
    let outcome = convert(folder.path(), "-o a.parquet --schema nowhere.json --json");
    outcome.ended(2);
    let error = &outcome.json()["error"];
    assert_eq!((&error["kind"], &error["line"]), (&json!("usage"), &json!(null)));
    fs::write(folder.path().join("a.parquet"), "mine").expect("written");
    let outcome = convert(folder.path(), "-o a.parquet --json");
    outcome.ended(5);
    let error = &outcome.json()["error"];
    assert_eq!((&error["kind"], &error["file"]), (&json!("output"), &json!("a.parquet")));
}

#[test]
fn inputs_of_another_form_are_recognised() {
    let folder = folder();
    for (text, told) in [
        ("[{\"id\":1}]\n", "one JSON array"),
        ("{\n  \"id\": 1\n}\n", "over many lines"),
        ("PAR1\u{15}\u{4}", "a Parquet file"),
    ] {
        fs::write(folder.path().join("rows.jsonl"), text).expect("written");
        for layout in ["", "--schema half.json"] {
            let outcome = convert(folder.path(), &format!("-o a.parquet {layout}"));
            outcome.failed(1, &["rows.jsonl, line 1", told]);
        }
    }
}

#[test]
fn sizes_are_written_in_one_way() {
    let folder = folder();
    for sizes in
        ["--max-line-bytes 1MiB --memory 64MiB", "--max-line-bytes 1000 --target-size 65536"]
    {
        let args = format!("-o a.parquet --schema half.json --overwrite {sizes}");
        convert(folder.path(), &args).ended(0);
    }
    for wrong in
        ["--max-line-bytes 2GiB", "--max-line-bytes 0", "--memory x", "--threads 0", "--threads -1"]
    {
        let outcome = convert(folder.path(), &format!("-o a.parquet {wrong}"));
        let told = outcome.ended(2);
        assert!(!told.contains("integral") && !told.contains("tip:"), "{told}");
    }
}

//! Layouts out of data: `rowmill schema INPUT`, and `convert` and `bench` without a layout.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use arrow_schema::DataType;
use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

use crate::parquet_file::{read, rows};
use crate::program::{Outcome, rowmill};

const ROWS: &str = "{\"Id\":1,\"On\":\"2026-01-31\",\"Price\":{\"Net\":93.46}}\n\
    {\"Id\":2,\"On\":\"\",\"Price\":null}\n\
    {\"Id\":3,\"Price\":{\"Net\":1e3,\"Tags\":[]}}\n";

/// A folder with rows, plain and compressed.
fn folder() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let path = |name| folder.path().join(name);
    fs::write(path("rows.jsonl"), ROWS).expect("written");
    fs::write(path("bad.jsonl"), format!("{ROWS}{{\"Id\":x}}\n")).expect("written");
    let mut gzip =
        GzEncoder::new(File::create(path("rows.jsonl.gz")).expect("made"), Compression::fast());
    gzip.write_all(ROWS.as_bytes()).expect("written");
    gzip.finish().expect("written");
    folder
}

#[track_caller]
fn run(folder: &Path, command: &str) -> Outcome {
    rowmill(command.split_whitespace()).folder(folder).run()
}

fn names_and_types(path: &Path) -> Vec<(String, DataType, bool)> {
    let (schema, _) = read(path);
    let fields = schema.fields().iter();
    fields.map(|f| (f.name().clone(), f.data_type().clone(), f.is_nullable())).collect()
}

#[test]
fn the_printed_layout_reads_its_data() {
    let folder = folder();
    let outcome = run(folder.path(), "schema rows.jsonl");
    let said = outcome.ended(0);
    for words in [
        "all rows (3 rows): 3 columns",
        "On: empty texts",
        "empty_as_null",
        "Price.Tags: only empty lists",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let schema = outcome.json();
    let (id, price) = (&schema["fields"][0], &schema["fields"][2]);
    assert_eq!(
        (&id["name"], &id["type"], &id["nullable"]),
        (&"Id".into(), &"int64".into(), &false.into())
    );
    assert_eq!(price["fields"][0]["type"], "decimal(6,2)");

    fs::write(folder.path().join("schema.json"), &outcome.stdout).expect("written");
    run(folder.path(), "convert rows.jsonl -o given.parquet --schema schema.json").ended(0);
    run(folder.path(), "convert rows.jsonl -o inferred.parquet").ended(0);
    let [given, inferred] =
        ["given.parquet", "inferred.parquet"].map(|name| read(&folder.path().join(name)));
    assert_eq!(given, inferred);
}

#[test]
fn inputs_of_every_sort_say_the_same() {
    let folder = folder();
    let plain = run(folder.path(), "schema rows.jsonl --threads 1");
    plain.ended(0);
    for command in ["schema rows.jsonl.gz", "schema rows.jsonl rows.jsonl.gz --threads 3"] {
        let outcome = run(folder.path(), command);
        outcome.ended(0);
        assert_eq!(outcome.stdout, plain.stdout, "{command}");
    }
    let piped = rowmill(["schema", "-"]).stdin(ROWS).run();
    assert!(piped.ended(0).contains("all rows (3 rows)"), "{piped:?}");
    assert_eq!(piped.stdout, plain.stdout);
}

#[test]
fn a_sample_is_told_as_one() {
    let folder = folder();
    let outcome = run(folder.path(), "schema rows.jsonl --sample 1");
    let said = outcome.ended(0);
    assert!(said.contains("a sample (1 row)") && said.contains("none of them required"), "{said}");
    let schema = outcome.json();
    assert_eq!(schema["fields"][1]["type"], "date");
    assert!(!outcome.stdout.contains("\"nullable\": false"), "{outcome:?}");
}

/// One line for each thing there is to say; what the layout shows by itself is none.
#[test]
fn what_is_said_is_short() {
    let folder = folder();
    let nulls: Vec<String> = (0..9).map(|n| format!("\"n{n}\":null")).collect();
    let row = format!("{{\"State\":\"a\",{}}}\n", nulls.join(","));
    fs::write(folder.path().join("rows.jsonl"), row.repeat(8)).expect("written");
    let told = |command: &str| run(folder.path(), command).ended(0).to_owned();
    let said = told("schema rows.jsonl");
    assert!(said.contains("n0, n1, n2, n3, n4, n5, n6, n7, n8: only null"), "{said}");
    assert_eq!(said.lines().count(), 2, "{said}");
    let said = told("convert rows.jsonl -o out.parquet");
    assert!(said.contains("n0, n1, n2, n3, n4 and 4 more: only null"), "{said}");
}

#[test]
fn convert_says_what_it_has_inferred() {
    let folder = folder();
    for (command, out) in [
        ("convert rows.jsonl -o a.parquet", "a.parquet"),
        ("convert rows.jsonl.gz -o b.parquet --threads 1", "b.parquet"),
        ("convert rows.jsonl -o c.parquet --json", "c.parquet"),
    ] {
        let outcome = run(folder.path(), command);
        let said = outcome.ended(0);
        assert!(said.contains("layout inferred from all rows (3 rows): 3 columns"), "{said}");
        assert!(said.contains("On: empty texts"), "{said}");
        let path = folder.path().join(out);
        assert_eq!(rows(&path), 3);
        let columns = names_and_types(&path);
        assert_eq!(columns[0], ("Id".to_owned(), DataType::Int64, false));
        assert_eq!(columns[1], ("On".to_owned(), DataType::Utf8, true));
    }
    let outcome = run(folder.path(), "convert rows.jsonl -o c.parquet --json --overwrite");
    assert_eq!(outcome.json()["rows"], 3);
}

#[test]
fn standard_input_is_read_once_and_nothing_of_it_is_lost() {
    let folder = folder();
    // Fits into what is looked at.
    let args = ["convert", "-", "-o", "all.parquet"];
    let outcome = rowmill(args).folder(folder.path()).stdin(ROWS).run();
    assert!(outcome.ended(0).contains("all rows (3 rows)"), "{outcome:?}");
    assert_eq!(rows(&folder.path().join("all.parquet")), 3);

    // Does not: the last row has a key more, which a sample cannot know and which is kept.
    let mut many = String::new();
    for id in 0..700_000 {
        many.push_str(&format!("{{\"Id\":{id},\"Name\":\"{}\"}}\n", "x".repeat(80)));
    }
    many.push_str("{\"Id\":-1,\"Later\":true}\n");
    assert!(many.len() > 65 << 20);
    let args = ["convert", "-", "-o", "some.parquet"];
    let outcome = rowmill(args).folder(folder.path()).stdin(many).run();
    let said = outcome.ended(0);
    assert!(said.contains("a sample") && said.contains("new key Later"), "{said}");
    let path = folder.path().join("some.parquet");
    assert_eq!(rows(&path), 700_001);
    let columns = names_and_types(&path);
    assert_eq!(columns.len(), 3);
    assert_eq!(columns[2].0, "_rescued");
    assert!(columns.iter().all(|(_, _, nullable)| *nullable), "{columns:?}");
}

#[test]
fn what_does_not_fit_a_sample_is_a_bad_row() {
    let folder = folder();
    run(folder.path(), "convert rows.jsonl -o out.parquet --sample 1")
        .failed(1, &["rows.jsonl", "line 2", "On"]);
    assert!(!folder.path().join("out.parquet").exists());
    let command = "convert rows.jsonl -o out.parquet --sample 1 --on-error quarantine";
    let outcome = run(folder.path(), command);
    assert!(outcome.ended(0).contains("1 row quarantined"), "{outcome:?}");
    assert_eq!(rows(&folder.path().join("out.parquet")), 2);
}

#[test]
fn bad_lines_are_skipped_by_the_inference_and_told_by_the_conversion() {
    let folder = folder();
    let outcome = run(folder.path(), "schema bad.jsonl");
    assert!(outcome.ended(0).contains("1 line skipped"), "{outcome:?}");
    let outcome = run(folder.path(), "convert bad.jsonl -o out.parquet");
    assert!(outcome.ended(1).contains("1 line skipped"), "{outcome:?}");
    outcome.failed(1, &["bad.jsonl", "line 4"]);
    let outcome = run(folder.path(), "convert bad.jsonl -o out.parquet --on-error quarantine");
    assert!(outcome.ended(0).contains("1 row quarantined"), "{outcome:?}");
}

#[test]
fn what_has_no_layout() {
    let folder = folder();
    let path = |name| folder.path().join(name);
    fs::write(path("table.csv"), "Id,Name\n1,secret\n").expect("written");
    fs::write(path("empty.jsonl"), "").expect("written");
    for command in ["schema table.csv", "convert table.csv -o out.parquet", "bench table.csv"] {
        let outcome = run(folder.path(), command);
        outcome.failed(1, &["table.csv", "line 1", "no layout can be inferred", "2 bad lines"]);
        assert!(!outcome.stderr.contains("secret"), "{outcome:?}");
    }
    run(folder.path(), "schema empty.jsonl").failed(1, &["no layout can be inferred"]);
    run(folder.path(), "schema rows.jsonl missing.jsonl").failed(2, &["missing.jsonl"]);
    run(folder.path(), "schema empty.jsonl table.csv").failed(1, &["table.csv", "line 1"]);
    assert!(!path("out.parquet").exists());
}

/// Nothing is read for an output that is refused.
#[test]
fn an_output_that_is_there_comes_before_the_inference() {
    let folder = folder();
    fs::write(folder.path().join("out.parquet"), "kept").expect("written");
    let outcome = run(folder.path(), "convert rows.jsonl -o out.parquet");
    outcome.failed(5, &["out.parquet"]);
    assert!(!outcome.stderr.contains("inferred"), "{outcome:?}");
}

#[test]
fn bench_infers_before_it_measures() {
    let folder = folder();
    let outcome = run(folder.path(), "bench rows.jsonl --only decode --json");
    assert!(outcome.ended(0).contains("layout inferred from all rows (3 rows)"), "{outcome:?}");
    assert_eq!(outcome.json()["stages"][0]["rows"], 3);
}

/// The same bytes come out whoever has looked at which rows.
#[test]
fn the_same_bytes_come_out_of_any_number_of_threads() {
    let folder = folder();
    let mut many = String::new();
    for id in 0..60_000 {
        let (name, key) = (id % 97, id / 20_000);
        many.push_str(&format!("{{\"Id\":{id},\"Name\":\"row {name}\",\"k{key}\":{id}.25}}\n"));
    }
    fs::write(folder.path().join("many.jsonl"), many).expect("written");
    let one = |threads: u32| {
        let command = format!("convert many.jsonl -o {threads}.parquet --threads {threads}");
        run(folder.path(), &command).ended(0);
        fs::read(folder.path().join(format!("{threads}.parquet"))).expect("written")
    };
    let first = one(1);
    assert!(one(2) == first && one(4) == first);
}

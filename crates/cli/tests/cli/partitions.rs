//! `--partition-by`: rows in directories by their values.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::api::Api;
use crate::parquet_file::{read, rows};
use crate::program::{Outcome, files, rowmill};

const SCHEMA: &str = r#"{"version":1,"fields":[
    {"name":"Id","type":"int64","nullable":false},
    {"name":"State","type":"enum"},
    {"name":"StartUtc","type":"timestamp_us"},
    {"name":"Share","type":"float64"}
]}"#;

const ROWS: &str = r#"{"Id":1,"State":"Started","StartUtc":"2024-05-17T10:00:00Z"}
{"Id":2,"State":"Started","StartUtc":"2024-06-01T00:00:00Z"}
{"Id":3,"StartUtc":"2024-05-01T00:00:00Z"}
{"Id":"x"}
{"Id":4,"State":"a/b","StartUtc":"2024-05-31T23:59:59Z"}
"#;

fn folder() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("schema.json"), SCHEMA).expect("written");
    fs::write(folder.path().join("a.jsonl"), ROWS).expect("written");
    folder
}

#[track_caller]
fn convert(folder: &Path, args: &str) -> Outcome {
    let fixed = "convert a.jsonl --schema schema.json --on-error quarantine";
    rowmill(fixed.split(' ').chain(args.split_whitespace())).folder(folder).run()
}

#[test]
fn rows_go_to_directories_by_column_and_month() {
    let folder = folder();
    let by = "--partition-by State --partition-by StartUtc:month";
    let outcome = convert(folder.path(), &format!("-o lake/ --json {by}"));
    outcome.ended(0);
    let report: Value = serde_json::from_str(&outcome.stdout).expect("JSON");
    assert_eq!((&report["rows"], &report["quarantined"]), (&4.into(), &1.into()));
    let lake = folder.path().join("lake");
    let paths = [
        "State=Started/StartUtc_month=2024-05",
        "State=Started/StartUtc_month=2024-06",
        "State=__HIVE_DEFAULT_PARTITION__/StartUtc_month=2024-05",
        "State=a%2Fb/StartUtc_month=2024-05",
    ];
    for path in paths {
        let path = lake.join(path).join("a.parquet");
        assert_eq!(rows(&path), 1, "{path:?}");
        let (schema, _) = read(&path);
        let names: Vec<_> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        assert_eq!(names, ["Id", "StartUtc", "Share"]);
    }
    let partition = &report["parts"][3]["partition"];
    assert_eq!(partition[0]["value"], "a/b");
    assert_eq!(partition[1]["name"], "StartUtc_month");
    // Four parts, the manifest and what was set aside.
    assert_eq!(files(&lake).len(), 6);

    let again = convert(folder.path(), &format!("-o lake/ {by}"));
    again.ended(0);
    assert!(again.stdout.contains("are there already"), "{again:?}");
    convert(folder.path(), "-o lake/ --partition-by State").failed(5, &["--overwrite"]);
    convert(folder.path(), "-o lake/ --overwrite").ended(0);
    // A run without partitions leaves nothing of them.
    let left: Vec<_> = files(&lake).iter().map(|path| path.display().to_string()).collect();
    assert!(left.contains(&"a.parquet".to_owned()) && left.len() == 3, "{left:?}");
    assert!(!lake.join("State=Started").exists());
}

#[test]
fn what_makes_no_sense_is_refused() {
    let folder = folder();
    let refused = |args: &str, words: &[&str]| {
        convert(folder.path(), args).failed(2, words);
        assert_eq!(files(folder.path()).len(), 2, "{args}");
    };
    refused("-o out.parquet --partition-by State", &["out.parquet", "directory"]);
    refused("-o lake/ --partition-by Share", &["Share", "float64"]);
    refused("-o lake/ --partition-by StartUtc", &[":month"]);
    refused("-o lake/ --partition-by StartUtc:hour", &["year, month or day"]);
    refused("-o lake/ --partition-by Nothing", &["not a column"]);
    refused("-o lake/ --partition-by Id --max-partitions 3", &["more than 3", "--max-partitions"]);
    refused("-o lake/ --max-partitions 3", &["required"]);
}

#[test]
fn exports_are_partitioned_too() {
    use rowmill_testkit::corpus::Kind;
    use rowmill_testkit::server::Setup;

    let api = Api::start(Setup::new().corpus(Kind::Reservation, 300, 2));
    let folder = TempDir::new().expect("a folder");
    // Nothing is asked for what cannot be.
    let args = "--entity Reservation -o lake --partition-by Options";
    api.export(args).folder(folder.path()).run().failed(2, &["Reservation", "struct"]);
    assert_eq!(files(folder.path()).len(), 0);
    let args = "--entity Reservation -o lake --partition-by State --updated 2024-01-01..2024-03-01";
    api.export(args).folder(folder.path()).run().ended(0);
    let lake = folder.path().join("lake");
    let mut parts = files(&lake);
    parts.retain(|path| path.extension().is_some_and(|ending| ending == "parquet"));
    assert!(parts.len() > 2, "{parts:?}");
    assert!(parts.iter().all(|path| path.starts_with("Reservation")), "{parts:?}");
    let names = parts.iter().map(|path| path.display().to_string());
    assert!(names.clone().all(|name| name.contains("/State=") && name.contains("-0001.")));
    let sum: usize = parts.iter().map(|path| rows(&lake.join(path))).sum();
    assert_eq!(sum, 300);
}

//! `rowmill demo`

use std::fs;

use tempfile::TempDir;

use crate::parquet_file::rows;
use crate::program::{files, rowmill};

#[test]
fn the_demo_ends_well_and_can_be_run_again() {
    let folder = TempDir::new().expect("a folder");
    let out = folder.path().join("rowmill-demo");
    let mut parts = 0;
    for count in ["3000", "1501"] {
        let outcome = rowmill(["demo", "--rows", count]).folder(folder.path()).run();
        outcome.ended(0);
        for words in
            ["Reservation 1", "MB/s", "rowmill-demo", "All equal", "duckdb", "rowmill export"]
        {
            assert!(outcome.stdout.contains(words), "{words} is missing in: {}", outcome.stdout);
        }
        for words in [
            "survived: exports/getAll was refused (status 429): asked again after 1 second",
            "survived: Reservation 1 was cut after 100,000 bytes",
            "survived: the link of OrderItem 2 had expired",
        ] {
            assert!(outcome.stdout.contains(words), "{words} is missing in: {}", outcome.stdout);
        }
        assert!(
            !outcome.stdout.contains('\x1b') && !outcome.stderr.contains('\x1b'),
            "{outcome:?}"
        );
        let found: Vec<_> = files(&out)
            .into_iter()
            .filter(|path| path.extension().is_some_and(|extension| extension == "parquet"))
            .map(|path| rows(&out.join(path)))
            .collect();
        assert_eq!(found.iter().sum::<usize>().to_string(), count);
        // The second run has replaced the files of the first.
        assert!(parts == 0 || parts == found.len());
        parts = found.len();
    }
}

#[test]
fn the_report_is_json_and_alone_on_standard_output() {
    let folder = TempDir::new().expect("a folder");
    let outcome =
        rowmill(["demo", "--rows", "300", "--out", "here", "--json"]).folder(folder.path()).run();
    outcome.ended(0);
    let report = outcome.json();
    assert_eq!(report["version"], 1);
    assert_eq!(report["rows"], 300);
    assert_eq!(report["exports"].as_array().map(Vec::len), Some(3));
    assert_eq!(report["read_back"][1]["entity"], "OrderItem");
    assert_eq!(report["read_back"][1]["rows"], 100);
    assert!(report["read_back"][1]["sum"].is_string());
}

#[test]
fn foreign_files_are_left_alone() {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("mine.txt"), "mine").expect("written");
    let out = folder.path().display().to_string();
    rowmill(["demo", "--rows", "3", "--out", &out]).run().failed(5, &[&out, "--out"]);
    assert_eq!(files(folder.path()).len(), 1);
}

#[test]
fn the_smallest_demo_has_one_row() {
    let folder = TempDir::new().expect("a folder");
    rowmill(["demo", "--rows", "1"]).folder(folder.path()).run().ended(0);
    rowmill(["demo", "--rows", "0"]).folder(folder.path()).run().ended(2);
}

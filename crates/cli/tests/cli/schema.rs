//! `rowmill schema`, help, and the things every command does alike.

use std::fs;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::parquet_file::read;
use crate::program::rowmill;

const ENTITIES: [&str; 10] = [
    "OrderItem",
    "Payment",
    "Reservation",
    "Customer",
    "Company",
    "Bill",
    "AvailabilityAdjustment",
    "AvailabilityBlock",
    "ResourceBlock",
    "LedgerEntry",
];

/// The printed schema file gives the same table as the entity's own layout.
#[test]
fn what_is_printed_can_be_given_back() {
    let folder = TempDir::new().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    fs::write(at("rows.jsonl"), "{\"Id\":\"3fa85f64-5717-4562-b3fc-2c963f66afa6\"}\n")
        .expect("written");
    for entity in ENTITIES {
        let printed = rowmill(["schema", "--entity", entity]).run();
        assert_eq!(printed.ended(0), "");
        printed.json();
        fs::write(at("schema.json"), &printed.stdout).expect("written");
        for (out, option, value) in
            [("a.parquet", "--entity", entity), ("b.parquet", "--schema", "schema.json")]
        {
            let args = ["convert", "rows.jsonl", "--overwrite", "-o", out, option, value];
            rowmill(args).folder(folder.path()).run().ended(0);
        }
        // Not the metadata of the files: there the entity is named.
        let [a, b] = ["a.parquet", "b.parquet"].map(|name| read(&at(name)).0);
        assert_eq!(a.fields(), b.fields(), "{entity}");
    }
}

#[test]
fn an_unknown_entity_is_answered_with_the_ten_names() {
    let outcome = rowmill(["schema", "--entity", "reservation"]).run();
    let stderr = outcome.ended(2);
    for entity in ENTITIES {
        assert!(stderr.contains(entity), "{stderr}");
    }
    assert!(stderr.contains("'Reservation'"), "{stderr}");
}

#[test]
fn help_and_version_are_results() {
    for option in ["--help", "--version"] {
        let outcome = rowmill([option]).run();
        assert_eq!(outcome.ended(0), "");
        assert!(outcome.stdout.starts_with("rowmill") || outcome.stdout.contains("Usage"));
    }
    rowmill([""; 0]).run().ended(2);
}

#[test]
fn a_closed_standard_output_is_no_panic() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rowmill"))
        .args(["schema", "--entity", "Bill"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the program ends");
    assert!(output.status.success(), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
}

/// Every write to `/dev/full` fails: the disk is full.
#[cfg(target_os = "linux")]
#[test]
fn a_result_that_cannot_be_written_is_an_output_error() {
    let full = fs::File::create("/dev/full").expect("openable");
    let output = Command::new(env!("CARGO_BIN_EXE_rowmill"))
        .args(["schema", "--entity", "Bill"])
        .stdout(full)
        .output()
        .expect("the program ends");
    assert_eq!(output.status.code(), Some(5), "{output:?}");
}

/// Completions and pages name each command and its options.
#[test]
fn what_is_installed_beside_the_program() {
    let folder = TempDir::new().expect("a folder");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = rowmill(["completions", shell]).run();
        assert_eq!(script.ended(0), "");
        let script = script.stdout;
        assert!(script.contains("target-size") && script.contains("on-error"), "{shell}");
    }
    let page = rowmill(["man"]).run();
    assert_eq!(page.ended(0), "");
    assert!(page.stdout.contains(".TH rowmill 1"));
    rowmill(["man", "--out", "."]).folder(folder.path()).run().ended(0);
    for name in ["rowmill", "rowmill-convert", "rowmill-export", "rowmill-bench"] {
        let page = fs::read_to_string(folder.path().join(format!("{name}.1"))).expect("a page");
        assert!(page.contains(".SH"), "{name}");
    }
    rowmill(["man", "--out", "a/new/folder"]).folder(folder.path()).run().ended(0);
    assert!(folder.path().join("a/new/folder/rowmill.1").exists());
    let refused = rowmill(["man", "--out", "rowmill.1/folder"]).folder(folder.path()).run();
    assert!(refused.ended(5).contains("rowmill.1/folder"));
}

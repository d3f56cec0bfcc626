//! Disks that are full or may not be written to, and standard output that nobody takes.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::parquet_file::rows;
use crate::program::{Rowmill, files, rowmill, through_shell};

const ROWS: usize = 20_000;

/// A folder with a schema file and two inputs that cannot be packed well.
fn folder() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("schema.json"), r#"{"fields":[{"name":"n","type":"int64"}]}"#)
        .expect("written");
    let mut n = 1_u64;
    for name in ["a.jsonl", "b.jsonl"] {
        let mut text = String::new();
        for _ in 0..ROWS {
            n = n.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
            text.push_str(&format!("{{\"n\":{}}}\n", n >> 1));
        }
        fs::write(folder.path().join(name), text).expect("written");
    }
    folder
}

fn args(output: &str) -> Vec<&str> {
    let inputs: &[&str] = if output == "lake" { &["a.jsonl", "b.jsonl"] } else { &["a.jsonl"] };
    let fixed = ["convert", "--schema", "schema.json", "--part-per-file", "-o", output];
    fixed.iter().chain(inputs).copied().collect()
}

fn under(folder: &Path, line: &str, output: &str) -> Rowmill {
    through_shell(&format!("{line}; exec \"$@\""), args(output)).folder(folder)
}

#[track_caller]
fn unchanged(folder: &Path) {
    let names: Vec<_> = files(folder).iter().map(|path| path.display().to_string()).collect();
    assert_eq!(names, ["a.jsonl", "b.jsonl", "schema.json"]);
}

/// A limit on the size of files is like a disk that is full: a write is refused in the middle.
#[test]
fn a_write_that_is_refused_leaves_nothing() {
    for output in ["out.parquet", "lake"] {
        let folder = folder();
        // In blocks of 512 bytes: nothing at all, a beginning, all but the end.
        for blocks in [0, 1, 50, 250] {
            let outcome = under(folder.path(), &format!("ulimit -f {blocks}"), output).run();
            outcome.failed(5, &["cannot be written", "File too large"]);
            unchanged(folder.path());
        }
        rowmill(args(output)).folder(folder.path()).run().ended(0);
        let outcome = under(folder.path(), "ulimit -f 0", output).run();
        outcome.ended(0);
        assert!(outcome.stdout.contains("there already"), "{outcome:?}");
    }
}

#[test]
fn a_full_standard_output_is_told_and_the_output_is_there() {
    for output in ["out.parquet", "lake"] {
        let folder = folder();
        let run = || rowmill(args(output)).folder(folder.path());
        let outcome = under(folder.path(), "exec >/dev/full", output).run();
        outcome.failed(5, &["standard output"]);
        let part = if output == "lake" { "lake/a.parquet" } else { output };
        assert_eq!(rows(&folder.path().join(part)), ROWS);
        let outcome = run().run();
        outcome.ended(0);
        assert!(outcome.stdout.contains("there already"), "{outcome:?}");
        // Closed by whoever has started it: there is nobody to tell.
        under(folder.path(), "exec >&-", output).run().ended(0);
    }
}

#[test]
fn folders_that_may_not_be_written_to_are_found_before_reading() {
    let folder = folder();
    let locked = |path: &Path, mode| {
        fs::set_permissions(path, Permissions::from_mode(mode)).expect("a mode");
    };
    let place = folder.path().join("locked");
    fs::create_dir_all(place.join("lake")).expect("makes");
    locked(&place, 0o555);
    if fs::write(place.join("probe"), "").is_ok() {
        eprintln!("skipped: modes mean nothing to this user");
        return;
    }
    locked(&place.join("lake"), 0o555);
    // Standard input stays empty: who read it would find no rows and go on.
    for output in ["locked/out.parquet", "locked/new/", "locked/lake"] {
        let args = ["convert", "--schema", "schema.json", "-o", output, "a.jsonl"];
        let outcome = rowmill(args).folder(folder.path()).run();
        outcome.failed(5, &["cannot be written", "ermission denied"]);
    }
    assert_eq!(files(&place), [] as [PathBuf; 0]);
    // The private folder may be written to, but not that of the parts.
    locked(&place.join("lake"), 0o755);
    let parts = place.join("lake/Reservation");
    fs::create_dir(&parts).expect("makes");
    locked(&parts, 0o555);
    let args = ["convert", "--entity", "Reservation", "-o", "locked/lake", "a.jsonl"];
    let outcome = rowmill(args).folder(folder.path()).run();
    outcome.failed(5, &["a.parquet", "ermission denied"]);
    assert_eq!(files(&place), [] as [PathBuf; 0]);
    for path in [parts, place.join("lake"), place] {
        locked(&path, 0o755);
    }
}

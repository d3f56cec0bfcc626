//! Every step of a run fails in its turn: alone, or with all that follow, as if the run had been
//! killed. The run after it, on a disk that works, gives the right output every time.

use std::fs;
use std::path::{Path, PathBuf};

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use rowmill_json::{Column, Layout, Limit, OnBadRow};
use twox_hash::XxHash3_128;

use super::super::disk::faults::{Plan, during};
use crate::arrow::array::{Array, Int64Array};
use crate::{Convert, ErrorKind, Manifest, PartitionBy, Report, Result};

/// More steps than any run here takes.
const STEPS: u64 = 400;

/// A run into a place where an older one may be.
struct Case {
    folder: tempfile::TempDir,
    sources: Vec<PathBuf>,
    output: &'static str,
    overwrite: bool,
    /// Rows have a text that partitions are made of, and others so long that rows wait on the disk.
    partitioned: bool,
}

impl Case {
    /// Sources of so many rows, numbered throughout, with a bad row behind each of them.
    fn new(output: &'static str, sources: &[u64]) -> Self {
        Self::of(output, sources, false)
    }

    fn of(output: &'static str, sources: &[u64], partitioned: bool) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("in")).expect("a folder");
        let sources_to_be = Vec::new();
        let mut case =
            Self { folder, sources: sources_to_be, output, overwrite: false, partitioned };
        case.write(sources, 0);
        case
    }

    fn write(&mut self, sources: &[u64], mut first: u64) {
        self.sources.clear();
        for (n, rows) in sources.iter().enumerate() {
            let path = self.folder.path().join(format!("in/{n}.jsonl"));
            let mut text: String = (first..first + rows).map(|n| self.line(n)).collect();
            text.push_str("{}\n");
            first += rows;
            fs::write(&path, text).expect("writes");
            self.sources.push(path);
        }
    }

    /// One more source without rows, so that the sources are those of the older run.
    fn write_more(&mut self, n: usize) {
        let path = self.folder.path().join(format!("in/{n}.jsonl"));
        fs::write(&path, "{}\n").expect("writes");
        self.sources.push(path);
    }

    fn line(&self, n: u64) -> String {
        if !self.partitioned {
            return format!("{{\"n\":{n}}}\n");
        }
        let (text, long) = (["a/b", ""][(n % 2) as usize], "x".repeat(700_000));
        format!("{{\"n\":{n},\"k\":\"{text}\",\"long\":\"{long}\"}}\n")
    }

    fn place(&self) -> PathBuf {
        self.folder.path().join(self.output)
    }

    fn run(&self) -> Result<Report> {
        self.convert(&self.sources)
    }

    fn convert(&self, sources: &[PathBuf]) -> Result<Report> {
        let number = Column::int64("n").required();
        let layout = match self.partitioned {
            false => Layout::new([number]),
            true => Layout::new([number, Column::string("k"), Column::string("long")]),
        };
        let keep = OnBadRow::Quarantine { at_most: Limit::None };
        let run = Convert::new(&layout.expect("a sound layout")).on_bad_row(keep).threads(1);
        let run = run.overwrite(self.overwrite).part_per_file(!self.partitioned);
        let run = match self.partitioned {
            false => run,
            true => run.partition_by([PartitionBy::column("k")]).memory(32 << 20),
        };
        run.run(sources, self.place())
    }

    /// Every file but the sources, with its bytes, as sorted paths.
    fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("reads") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else if !self.sources.contains(&path) {
                    let name = path.strip_prefix(self.folder.path()).expect("below");
                    found.push((name.display().to_string(), self.contents(&path)));
                }
            }
        }
        found.sort();
        found
    }

    fn empty_folders(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.place()).into_iter().flatten();
        let folders = entries.map(|entry| entry.expect("an entry").path()).filter(|it| it.is_dir());
        folders
            .filter(|it| fs::read_dir(it).is_ok_and(|mut inside| inside.next().is_none()))
            .collect()
    }

    /// The bytes of a file; rejects without the folder, which is another one in each case.
    fn contents(&self, path: &Path) -> Vec<u8> {
        let bytes = fs::read(path).expect("reads");
        if !path.to_string_lossy().ends_with("rejects.jsonl") {
            return bytes;
        }
        let text = String::from_utf8(bytes).expect("text");
        text.replace(&self.folder.path().display().to_string(), "").into_bytes()
    }

    /// The numbers in all Parquet files, sorted.
    fn rows(&self) -> Vec<i64> {
        let files = self.files().into_iter().map(|(name, _)| name);
        let parts = files.filter(|name| name.ends_with(".parquet"));
        let mut rows: Vec<i64> =
            parts.flat_map(|part| numbers(&self.folder.path().join(part))).collect();
        rows.sort_unstable();
        rows
    }

    /// Requires that the sources are there, each row once, and nothing is there that should not be.
    fn check(&self, expected: &[(String, Vec<u8>)], what: &str) {
        let (found, expected): (Vec<_>, Vec<_>) = (self.files(), expected.to_vec());
        let names = |files: &[(String, Vec<u8>)]| -> Vec<String> {
            files.iter().map(|(name, _)| name.clone()).collect()
        };
        assert_eq!(names(&found), names(&expected), "{what}");
        assert!(found == expected, "{what}: other bytes");
        assert_eq!(self.empty_folders(), Vec::<PathBuf>::new(), "{what}");
        for (name, bytes) in found.iter().filter(|(name, _)| name.contains("/manifest-")) {
            let manifest = Manifest::read(bytes).expect("a manifest");
            assert!(manifest.holds(), "{what}: {name}");
            for part in &manifest.parts {
                let bytes = fs::read(self.place().join(&part.path)).expect("a part");
                let checksum = format!("xxh3-128:{:032x}", XxHash3_128::oneshot(&bytes));
                assert_eq!((&part.checksum, part.bytes), (&checksum, bytes.len() as u64));
            }
        }
    }
}

fn numbers(path: &Path) -> Vec<i64> {
    let file = fs::File::open(path).expect("opens");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet");
    let batches = reader.build().expect("a table").map(|batch| batch.expect("a batch"));
    let numbers = batches.flat_map(|batch| {
        let column = batch.column(0).as_any().downcast_ref::<Int64Array>().expect("numbers");
        column.values().to_vec()
    });
    numbers.collect()
}

/// Lets each step of the run that `make` prepares fail, and runs again.
fn every_step(make: impl Fn() -> Case) {
    let good = make();
    let first = good.run().expect("nothing fails");
    let expected = good.files();
    let rows = good.rows();
    assert_eq!(rows.len() as u64, first.rows);
    for killed in [false, true] {
        let mut steps = 0;
        for n in 1..STEPS {
            let case = make();
            let before = case.files();
            let plan = if killed { Plan::From(n) } else { Plan::Once(n) };
            let (outcome, failed) = during(plan, || case.run());
            let what = format!("{plan:?}");
            if !failed {
                assert!(outcome.is_ok(), "{what}: {outcome:?}");
                break;
            }
            steps = n;
            if let Err(error) = &outcome {
                assert_eq!(error.kind(), ErrorKind::Output, "{what}: {error}");
                // One step that fails is told, and all is as before, or the next run completes it.
                let later = error.to_string().contains("the next run into this place");
                assert!(killed || later || case.files() == before, "{what}: {error}");
            }
            let again = case.run().unwrap_or_else(|error| panic!("{what}: {error}"));
            assert_eq!((again.rows, again.quarantined), (first.rows, first.quarantined), "{what}");
            case.check(&expected, &what);
            assert_eq!(case.rows(), rows, "{what}");
            // And once more there is nothing to do.
            if n % 5 == 0 {
                let mut last = case;
                last.overwrite = false;
                assert!(last.run().expect("is there").already_there, "{what}");
                last.check(&expected, &what);
            }
        }
        assert!((15..STEPS - 1).contains(&steps), "{steps} steps");
    }
}

#[test]
fn a_new_directory() {
    every_step(|| Case::new("lake/", &[3, 0, 5]));
}

#[test]
fn a_new_file() {
    every_step(|| Case::new("out.parquet", &[3]));
}

#[test]
fn a_directory_that_is_replaced() {
    every_step(|| {
        let mut case = Case::new("lake/", &[3, 2]);
        case.run().expect("the older one");
        // Another job: the first source has grown, so there is a manifest to retire.
        case.write(&[7, 2], 100);
        case.overwrite = true;
        case
    });
}

#[test]
fn a_file_that_is_replaced() {
    every_step(|| {
        let mut case = Case::new("out.parquet", &[3]);
        case.run().expect("the older one");
        case.write(&[4], 100);
        case.overwrite = true;
        case
    });
}

/// Rows wait on the disk, too, and directories come and go.
#[test]
fn a_partitioned_directory() {
    every_step(|| Case::of("lake/", &[5, 2], true));
}

#[test]
fn a_partitioned_directory_that_is_replaced() {
    every_step(|| {
        let mut case = Case::of("lake/", &[2, 1], true);
        case.run().expect("the older one");
        // One of the directories has no rows any more.
        case.write(&[1], 101);
        case.write_more(1);
        case.overwrite = true;
        case
    });
}

/// The same job once more: the new manifest has the name of the one that it retires.
#[test]
fn a_job_that_is_done_again() {
    every_step(|| {
        let mut case = Case::new("lake/", &[3, 2]);
        case.run().expect("the older one");
        case.overwrite = true;
        case
    });
}

/// Killed at any step, a run has left all of its rows or none, as the next run finds them, whatever
/// that one has come for.
#[test]
fn whoever_comes_next_completes_what_was_begun() {
    let (mut all, mut none) = (0, 0);
    for n in 1..STEPS {
        let mut case = Case::new("lake/", &[3, 2]);
        let (_, failed) = during(Plan::From(n), || case.run());
        let other = case.folder.path().join("in/other.jsonl");
        fs::write(&other, "{\"n\":77}\n").expect("writes");
        let report = case.convert(std::slice::from_ref(&other)).expect("another run");
        assert!(!report.already_there);
        case.sources.push(other);
        let rows = case.rows();
        match rows.as_slice() {
            [0, 1, 2, 3, 4, 77] => all += 1,
            [77] => none += 1,
            rows => panic!("step {n}: {rows:?}"),
        }
        let names: Vec<String> = case.files().into_iter().map(|(name, _)| name).collect();
        let expected = if rows.len() == 1 { 2 } else { 6 };
        assert_eq!(names.len(), expected, "step {n}: {names:?}");
        case.sources.pop();
        assert_eq!(case.run().expect("the same run").already_there, rows.len() > 1, "step {n}");
        assert_eq!(case.rows(), [0, 1, 2, 3, 4, 77], "step {n}");
        if !failed {
            break;
        }
    }
    assert!(all > 10 && none > 10, "{all} and {none}");
}

#[test]
fn parts_that_no_longer_belong_go_with_their_manifest() {
    let mut case = Case::new("lake/", &[3, 2]);
    let first = case.run().expect("converts");
    // As if the older job had cut its rows otherwise: a third part.
    let place = PathBuf::from(first.manifest.expect("a manifest"));
    let mut manifest = Manifest::read(&fs::read(&place).expect("reads")).expect("a manifest");
    let mut third = manifest.parts[1].clone();
    third.path = "1-0002.parquet".to_owned();
    fs::copy(case.place().join("1.parquet"), case.place().join(&third.path)).expect("copies");
    manifest.parts.push(third);
    let older = place.with_file_name("manifest-older.json");
    fs::write(&older, serde_json::to_vec(&manifest).expect("JSON")).expect("writes");
    fs::remove_file(&place).expect("removes");
    case.overwrite = true;
    case.run().expect("replaces");
    assert!(!older.exists() && !case.place().join("1-0002.parquet").exists());
    assert_eq!(case.rows(), [0, 1, 2, 3, 4]);
}

//! `--memory`: what a process of its own holds at most. Linux tells the peak of each.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::Write;
use std::path::Path;

use rowmill_testkit::corpus::{Corpus, Kind};
use tempfile::TempDir;

use crate::parquet_file::rows;
use crate::program::{Running, rowmill};

const MIB: u64 = 1 << 20;

/// What the program takes besides. That is 16 MiB, and more in the builds that are tested.
const PROGRAM: u64 = 32 * MIB;

/// The most memory that it has had so far.
fn peak(running: &Running) -> u64 {
    let path = format!("/proc/{}/status", running.child.id());
    let status = fs::read_to_string(path).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    let number = line.trim().strip_suffix(" kB").expect("in kB");
    number.parse::<u64>().expect("a number") * 1024
}

/// Converts `lines` so many times over to `out.parquet` and gives the peak, when all of them are
/// read but for what a pipe holds.
#[track_caller]
fn convert(folder: &Path, lines: &[u8], times: usize, options: &str) -> u64 {
    let args = "convert - -o out.parquet --overwrite --entity OrderItem";
    let args = args.split(' ').chain(options.split_whitespace());
    let mut running = rowmill(args).folder(folder).start();
    let mut stdin = running.child.stdin.take().expect("piped");
    for _ in 0..times {
        stdin.write_all(lines).expect("it reads");
    }
    let peak = peak(&running);
    drop(stdin);
    running.end().ended(0);
    peak
}

#[test]
fn a_cap_holds_and_shows_in_row_groups_alone() {
    let folder = TempDir::new().expect("a folder");
    let output = folder.path().join("out.parquet");
    let mut lines = Vec::new();
    Corpus::new(Kind::OrderItem, 7, 4_000).write_rows(0..4_000, &mut lines);
    let mut files = Vec::new();
    for threads in [1, 2, 8] {
        let options = format!("--threads {threads} --memory 32MiB");
        let peak = convert(folder.path(), &lines, 6, &options);
        assert!(peak < 32 * MIB + PROGRAM, "{} MiB with {threads} threads", peak / MIB);
        assert_eq!(rows(&output), 24_000);
        files.push(fs::read(&output).expect("reads"));
    }
    assert!(files.windows(2).all(|pair| pair[0] == pair[1]), "the same for all threads");
    convert(folder.path(), &lines, 6, "--threads 1");
    assert_eq!(rows(&output), 24_000);
    assert!(fs::read(&output).expect("reads") != files[0], "there was something to cap");
}

/// Rows of many partitions, in no order of theirs, wait on the disk.
#[test]
fn a_cap_holds_for_many_partitions() {
    let folder = TempDir::new().expect("a folder");
    let mut lines = Vec::new();
    Corpus::new(Kind::OrderItem, 7, 4_000).write_rows(0..4_000, &mut lines);
    for threads in [1, 2] {
        // Another directory each time: rows of a pipe are never there already.
        let args = format!(
            "convert - -o lake{threads}/ --entity OrderItem --threads {threads} --memory 32MiB \
             --partition-by ConsumedUtc:month"
        );
        let mut running = rowmill(args.split_whitespace()).folder(folder.path()).start();
        let mut stdin = running.child.stdin.take().expect("piped");
        for _ in 0..6 {
            stdin.write_all(&lines).expect("it reads");
        }
        let peak = peak(&running);
        drop(stdin);
        running.end().ended(0);
        assert!(peak < 32 * MIB + PROGRAM, "{} MiB with {threads} threads", peak / MIB);
        let lake = folder.path().join(format!("lake{threads}"));
        let parts = crate::program::files(&lake).into_iter();
        let parts = parts.filter(|path| path.extension().is_some_and(|it| it == "parquet"));
        let parts: Vec<_> = parts.map(|part| rows(&lake.join(part))).collect();
        assert!(parts.len() > 20, "{} parts", parts.len());
        assert_eq!(parts.iter().sum::<usize>(), 24_000);
    }
}

#[test]
fn what_is_too_little_is_told() {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("a.jsonl"), "{}\n").expect("written");
    let refused = |options: &str, words: &[&str]| {
        let args = "convert a.jsonl -o out.parquet --entity OrderItem";
        let args = args.split(' ').chain(options.split(' '));
        rowmill(args).folder(folder.path()).run().failed(2, words);
    };
    refused("--memory 31MiB", &["too little", "32 MiB"]);
    refused("--memory 64MiB --max-line-bytes 5000000", &["5000000", "4194304"]);
    assert_eq!(crate::program::files(folder.path()).len(), 1);
}

//! Rows of many sources in parts of a size.

use std::fs;
use std::path::{Path, PathBuf};

use rowmill::{Convert, ErrorKind, Limit, Manifest, OnBadRow, Report};

use crate::table::{assert_same, decoded, folder_with, layout, number, proof, read, rows, tree};

/// A folder with files of so many rows of [`layout`], numbered throughout; and all of the rows.
fn sources(counts: &[(&str, usize)]) -> (tempfile::TempDir, Vec<PathBuf>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut paths, mut all) = (Vec::new(), String::new());
    let mut first = 0;
    for (name, count) in counts {
        let (path, text) = (folder.path().join(name), rows(first, *count));
        fs::write(&path, &text).expect("writes");
        paths.push(path);
        all.push_str(&text);
        first += count;
    }
    (folder, paths, all)
}

fn manifest(report: &Report) -> Manifest {
    let text = fs::read(report.manifest.as_ref().expect("a manifest")).expect("reads");
    serde_json::from_slice(&text).expect("a manifest")
}

fn names(report: &Report) -> Vec<String> {
    let name = |path: &String| Path::new(path).file_name().map(|name| name.display().to_string());
    report.parts.iter().filter_map(|part| name(&part.path)).collect()
}

/// What every cutting of the same sources must come to.
#[track_caller]
fn check(report: &Report, lake: &Path, text: &str) {
    let tables: Vec<_> = report.parts.iter().flat_map(|part| read(Path::new(&part.path))).collect();
    assert_same(&tables, &decoded(&layout(), text));
    let manifest = manifest(report);
    assert!(manifest.holds());
    assert_eq!(manifest.sources.len(), report.files.len());
    let mut done = vec![0; manifest.sources.len()];
    for (part, told) in manifest.parts.iter().zip(&report.parts) {
        let bytes = fs::read(lake.join(&part.path)).expect("a part");
        assert_eq!((part.bytes, told.bytes), (bytes.len() as u64, bytes.len() as u64));
        assert_eq!(part.checksum, format!("xxh3-128:{:032x}", hash(&bytes)));
        let proof = proof(&lake.join(&part.path));
        assert!(proof.holds() && proof.rows == part.rows && told.rows == part.rows);
        assert_eq!(proof.sources.len(), part.holds.len());
        for (from, held) in proof.sources.iter().zip(&part.holds) {
            let source = &manifest.sources[held.source];
            assert_eq!((&from.name, from.rows), (&source.name, held.rows));
            assert_eq!(from.before, done[held.source]);
            done[held.source] += held.rows;
            let last = done[held.source] == source.rows;
            assert!(from.whole.is_none() || last, "{from:?}");
        }
    }
    let all: Vec<u64> = manifest.sources.iter().map(|source| source.rows).collect();
    assert_eq!(done, all);
}

fn hash(bytes: &[u8]) -> u128 {
    twox_hash::XxHash3_128::oneshot(bytes)
}

#[test]
fn parts_are_cut_by_size_and_called_by_where_they_begin() {
    let counts = [
        ("a.jsonl", 15_000),
        ("a-0002.jsonl", 0),
        ("b.jsonl", 100),
        ("c.jsonl", 100),
        ("d", 25_000),
    ];
    let (folder, paths, text) = sources(&counts);
    let run = || Convert::new(&layout()).overwrite(true);
    // Smaller than any batch, so that each has a part of its own, 9 or more.
    let lake = folder.path().join("smallest");
    let report = run().target_size(1).run(&paths, &lake).expect("converts");
    check(&report, &lake, &text);
    // One of the names is that of a source, and not given to another part.
    let found = names(&report);
    assert_eq!(found[..3], ["a.parquet", "a-0003.parquet", "a-0004.parquet"]);
    assert!(
        found.contains(&"b.parquet".to_owned()) && found.contains(&"d-0002.parquet".to_owned())
    );
    assert!(!found.contains(&"a-0002.parquet".to_owned()), "{found:?}");
    // The source without rows is told of in the part before the next.
    let without = report.files[1].part.clone();
    let told = proof(Path::new(&without)).sources;
    assert_eq!(
        told.iter().map(|from| from.name.as_str()).collect::<Vec<_>>(),
        ["a.jsonl", "a-0002.jsonl"]
    );
    assert_eq!((told[1].rows, told[0].whole.is_some(), told[1].whole.is_some()), (0, true, true));
    let begins = |n: usize| report.files[n].part.clone();
    let path = |name: &str| lake.join(name).display().to_string();
    assert_eq!(
        [begins(0), begins(2), begins(4)],
        ["a", "b", "d"].map(|name| path(&format!("{name}.parquet")))
    );

    // Of a size in between: parts that hold the end of one source and the beginning of the next.
    let lake = folder.path().join("middle");
    let size = 150_000;
    let report = run().target_size(size).run(&paths, &lake).expect("converts");
    check(&report, &lake, &text);
    assert!((2..found.len()).contains(&report.parts.len()), "{:?}", names(&report));
    assert!(manifest(&report).parts.iter().any(|part| part.holds.len() > 1));
    // All but the last have the size.
    let (_, parts) = report.parts.split_last().expect("parts");
    assert!(parts.iter().all(|part| part.bytes >= size), "{parts:?}");

    let lake = folder.path().join("all");
    let report = run().run(&paths, &lake).expect("converts");
    check(&report, &lake, &text);
    assert_eq!(names(&report), ["a.parquet"]);

    let lake = folder.path().join("each");
    let report = run().part_per_file(true).target_size(1).run(&paths, &lake).expect("converts");
    check(&report, &lake, &text);
    let each = ["a.parquet", "a-0002.parquet", "b.parquet", "c.parquet", "d.parquet"];
    assert_eq!(names(&report), each);

    // However it was cut, it is there.
    for lake in ["smallest", "middle", "all", "each"] {
        let again = Convert::new(&layout()).run(&paths, folder.path().join(lake));
        let again = again.expect("is there");
        assert!(again.already_there);
        assert_eq!((again.rows, again.bytes), (40_200, text.len() as u64));
        assert_eq!(again.files.len(), 5);
    }
}

#[test]
fn the_same_parts_come_out_of_any_number_of_threads() {
    let (folder, paths, _) =
        sources(&[("a.jsonl", 19_000), ("b.jsonl", 4_000), ("c.jsonl", 29_000)]);
    let written = |threads: usize| {
        let lake = folder.path().join(format!("lake{threads}"));
        let run = Convert::new(&layout()).threads(threads).target_size(100_000);
        run.run(&paths, &lake).expect("converts");
        let names = tree(&lake).into_iter().filter(|name| !name.ends_with('/'));
        names.map(|name| (fs::read(lake.join(&name)).expect("reads"), name)).collect::<Vec<_>>()
    };
    let one = written(1);
    assert!(one.len() > 2, "{}", one.len());
    assert!(one == written(2) && one == written(5));
}

#[test]
fn a_single_file_is_never_cut() {
    let (folder, paths, text) = sources(&[("a.jsonl", 9_000)]);
    let output = folder.path().join("out.parquet");
    let report = Convert::new(&layout()).target_size(1).run(&paths, &output).expect("converts");
    assert_eq!(report.parts.len(), 1);
    assert_same(&read(&output), &decoded(&layout(), &text));
    let none = Convert::new(&layout()).target_size(0).run(&paths, &output).expect_err("no size");
    assert_eq!(none.kind(), ErrorKind::Usage);
}

#[test]
fn parts_that_a_new_cutting_does_not_need_go() {
    let (folder, paths, text) = sources(&[("a.jsonl", 7_000), ("b.jsonl", 3_000)]);
    let lake = folder.path().join("lake");
    let run = || Convert::new(&layout()).overwrite(true);
    for size in [1, 1 << 30, 1] {
        let report = run().target_size(size).run(&paths, &lake).expect("converts");
        check(&report, &lake, &text);
        let parts = report.parts.len();
        assert_eq!(parts == 1, size > 1, "{parts} parts");
        // Parts, the manifest, and the folder it is in.
        assert_eq!(tree(&lake).len(), parts + 2, "{:?}", tree(&lake));
    }
    // One that no manifest names goes too where a source would have its name, and stays otherwise.
    fs::write(lake.join("other.parquet"), "mine").expect("writes");
    let manifests = tree(&lake).into_iter().filter(|name| name.contains("manifest-"));
    manifests.for_each(|name| fs::remove_file(lake.join(name)).expect("removes"));
    let refused = Convert::new(&layout()).run(&paths, &lake).expect_err("they are there");
    assert_eq!(refused.kind(), ErrorKind::Output);
    let report = run().run(&paths, &lake).expect("converts");
    assert_eq!(report.parts.len(), 1);
    assert!(!lake.join("b.parquet").exists() && lake.join("other.parquet").exists());
}

/// Rows of a source may lie in a part that is called by another.
#[test]
fn no_source_is_there_twice() {
    let (folder, paths, text) = sources(&[("a.jsonl", 100), ("b.jsonl", 200)]);
    let lake = folder.path().join("lake");
    let run = || Convert::new(&layout());
    run().run(&paths, &lake).expect("converts");
    let before = tree(&lake);
    for overwrite in [false, true] {
        let error = run().overwrite(overwrite).run(&paths[1..], &lake).expect_err("is there");
        assert_eq!(error.kind(), ErrorKind::Output);
        let (named, way) = if overwrite { ("a.jsonl", "lost") } else { ("b.jsonl", "--overwrite") };
        assert!(error.to_string().contains(named), "{error}");
        assert!(error.to_string().contains(way), "{error}");
        assert_eq!(tree(&lake), before);
    }
    // Another table is another matter.
    run().name("Other").run(&paths[1..], &lake).expect("converts");
    let turned = [&paths[1], &paths[0]];
    let report = run().overwrite(true).run(turned, &lake).expect("replaces");
    assert_eq!((report.rows, report.parts.len(), tree(&lake).len()), (300, 1, before.len() + 3));
    let files = [&paths[1], &paths[0]].map(|path| fs::read_to_string(path).expect("reads"));
    assert_eq!(files.concat().len(), text.len());
    check(&report, &lake, &files.concat());
}

/// A part that begins in the middle of a source may have a name that is taken: nobody could know
/// before.
#[test]
fn a_name_that_is_taken_in_the_middle_ends_the_run() {
    let (folder, paths, _) = sources(&[("a.jsonl", 7_000)]);
    let lake = folder.path().join("lake/");
    fs::create_dir(&lake).expect("makes");
    fs::write(lake.join("a-0002.parquet"), "mine").expect("writes");
    let run = Convert::new(&layout()).target_size(1);
    let error = run.run(&paths, &lake).expect_err("it is taken");
    assert_eq!(error.kind(), ErrorKind::Output);
    assert!(error.to_string().contains("a-0002.parquet"), "{error}");
    assert_eq!(tree(&lake), ["a-0002.parquet"]);
}

/// Rows set aside and blank lines belong to their source, wherever it is cut.
#[test]
fn lines_that_are_no_rows_are_counted_once() {
    let text = format!("{}\n\n{{}}\n", "{\"n\":1}\n".repeat(5_000));
    let (folder, first) = folder_with("a.jsonl", &text);
    let second = folder.path().join("b.jsonl");
    fs::write(&second, "{}\n\n").expect("writes");
    let lake = folder.path().join("lake");
    let keep = OnBadRow::Quarantine { at_most: Limit::None };
    let run = || Convert::new(&number()).on_bad_row(keep).target_size(1);
    let report = run().run([&first, &second], &lake).expect("converts");
    assert_eq!((report.rows, report.lines), (5_000, 5_005));
    assert_eq!((report.quarantined, report.blank), (2, 3));
    let manifest = manifest(&report);
    assert!(manifest.holds() && manifest.parts.len() > 1, "{manifest:?}");
    let counts: Vec<_> =
        manifest.sources.iter().map(|source| (source.quarantined, source.blank)).collect();
    assert_eq!(counts, [(1, 2), (1, 1)]);
    let again = run().run([&first, &second], &lake).expect("is there");
    assert!(again.already_there && again.blank == 3);
}

//! Runs into a place where an earlier run has been: done already, replaced, or refused.

use std::fs;
use std::path::{Path, PathBuf};

use rowmill::{Column, Compression, Convert, ErrorKind, Layout, Limit, Manifest, OnBadRow};

use crate::table::{count, number, tree};

const KEEP: OnBadRow = OnBadRow::Quarantine { at_most: Limit::None };

/// A folder with files of so many rows, and the paths of these.
fn sources(rows: &[(&str, usize)]) -> (tempfile::TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |(name, rows): &(&str, usize)| {
        let path = folder.path().join(name);
        fs::write(&path, "{\"n\":1}\n".repeat(*rows)).expect("writes");
        path
    };
    let paths = rows.iter().map(write).collect();
    (folder, paths)
}

fn manifests(lake: &Path) -> Vec<Manifest> {
    let names = tree(lake);
    let names = names.iter().filter(|name| name.starts_with("_rowmill/manifest-"));
    let read = |name: &String| fs::read(lake.join(name)).expect("reads");
    names.map(|name| serde_json::from_slice(&read(name)).expect("a manifest")).collect()
}

#[test]
fn what_is_done_is_not_done_again() {
    for many in [true, false] {
        let (folder, mut paths) = sources(&[("a.jsonl", 3), ("b.jsonl", 2)]);
        let output = folder.path().join(if many { "lake" } else { "out.parquet" });
        paths.truncate(if many { 2 } else { 1 });
        let run = || Convert::new(&number());
        let first = run().run(&paths, &output).expect("converts");
        let before = tree(folder.path());
        // Neither threads nor the codec make it another job.
        let again = run().threads(3).compression(Compression::None).run(&paths, &output);
        let again = again.expect("is there");
        assert!(again.already_there && !first.already_there);
        assert_eq!((again.rows, again.lines, again.bytes), (first.rows, first.lines, first.bytes));
        assert_eq!((&again.manifest, again.output_bytes), (&first.manifest, first.output_bytes));
        assert_eq!(again.parts.len(), 1);
        let parts = |files: &[rowmill::FileReport]| -> Vec<_> {
            files.iter().map(|file| (file.part.clone(), file.rows, file.source_bytes)).collect()
        };
        assert_eq!(parts(&again.files), parts(&first.files));
        let inferred = Convert::inferred().run(&paths, &output);
        assert!(inferred.expect("has the same columns").already_there);
        assert_eq!(tree(folder.path()), before);

        // Other columns, other rows, or other parts are not what was asked for.
        let other = Layout::new([Column::string("n")]).expect("a sound layout");
        let refused = |outcome: rowmill::Result<rowmill::Report>| {
            let error = outcome.expect_err("refused");
            assert_eq!(error.kind(), ErrorKind::Output);
            assert!(error.to_string().contains("--overwrite"), "{error}");
        };
        refused(Convert::new(&other).run(&paths, &output));
        let text = fs::read(&paths[0]).expect("reads");
        fs::write(&paths[0], "{\"n\":1}\n".repeat(4)).expect("writes");
        refused(run().run(&paths, &output));
        // As long, and not the same.
        fs::write(&paths[0], "{\"n\":2}\n".repeat(3)).expect("writes");
        refused(run().run(&paths, &output));
        fs::write(&paths[0], text).expect("writes");
        assert!(run().run(&paths, &output).expect("is there").already_there);
        let part = &first.files[0].part;
        let mut bytes = fs::read(part).expect("reads");
        bytes.truncate(bytes.len() - 1);
        fs::write(part, bytes).expect("writes");
        refused(run().run(&paths, &output));
        assert!(!run().overwrite(true).run(&paths, &output).expect("replaces").already_there);
    }
}

#[test]
fn rows_set_aside_are_done_only_where_they_may_be() {
    for many in [true, false] {
        let (folder, paths) = sources(&[("a.jsonl", 3)]);
        fs::write(&paths[0], "{\"n\":1}\n{}\n").expect("writes");
        let output = folder.path().join(if many { "lake/" } else { "out.parquet" });
        let first = Convert::new(&number()).on_bad_row(KEEP).run(&paths, &output);
        let first = first.expect("converts");
        let again = Convert::new(&number()).on_bad_row(KEEP).run(&paths, &output);
        let again = again.expect("is there");
        assert!(again.already_there && again.rejects.is_some());
        assert_eq!((again.quarantined, again.rejects), (1, first.rejects));
        let fails = Convert::new(&number()).run(&paths, &output);
        assert_eq!(fails.expect_err("a bad row").kind(), ErrorKind::Output);
    }
}

#[test]
fn what_is_replaced_goes_with_its_manifest() {
    let (folder, paths) = sources(&[("a.jsonl", 3), ("b.jsonl", 2), ("c.jsonl", 1)]);
    let lake = folder.path().join("lake");
    let run = || Convert::new(&number()).overwrite(true);
    run().run(&paths[..2], &lake).expect("converts");
    let other = run().name("N").run(&paths[..1], lake.join("")).expect("another entity");
    // One has grown, which makes it another job, and there is one more.
    fs::write(&paths[0], "{\"n\":1}\n".repeat(7)).expect("writes");
    let report = run().run(&paths, &lake).expect("replaces");
    assert_eq!(report.rows, 10);
    let left = manifests(&lake);
    assert_eq!(left.len(), 2, "that of the other entity stays");
    for manifest in left {
        for part in &manifest.parts {
            assert_eq!(count(&lake.join(&part.path)) as u64, part.rows);
        }
    }
    assert!(fs::exists(other.manifest.expect("a manifest")).expect("looks"));
}

#[test]
fn rows_that_are_not_read_again_are_not_replaced() {
    let (folder, paths) = sources(&[("a.jsonl", 3), ("b.jsonl", 2)]);
    let lake = folder.path().join("lake");
    let run = || Convert::new(&number()).overwrite(true);
    run().run(&paths, &lake).expect("converts");
    let before = tree(&lake);
    let told = std::sync::Arc::new(|_| panic!("nothing is read"));
    let error = run().progress(told).run(&paths[..1], &lake).expect_err("loses b");
    assert_eq!(error.kind(), ErrorKind::Output);
    let text = error.to_string();
    assert!(text.contains("b.jsonl") && text.contains("does not read"), "{text}");
    assert_eq!(tree(&lake), before);

    // A manifest of whose parts nobody can tell.
    fs::write(lake.join("_rowmill/manifest-x.json"), "{\"version\":9}").expect("writes");
    let error = run().run(&paths, &lake).expect_err("who knows");
    assert!(error.to_string().contains("manifest-x.json"), "{error}");
    let outside = "{\"version\":1,\"job\":\"x\",\"lines\":0,\"rows\":0,\"quarantined\":0,\"blank\":0,\
        \"parts\":[{\"path\":\"../a.jsonl\",\"rows\":0,\"bytes\":0,\"source\":\"a.jsonl\",\
        \"source_bytes\":0,\"lines\":0,\"quarantined\":0,\"blank\":0}]}";
    fs::write(lake.join("_rowmill/manifest-x.json"), outside).expect("writes");
    run().run(&paths, &lake).expect_err("names what is not in the lake");
    assert!(paths[0].exists());
}

/// What releases before the second version of the manifest have left.
#[test]
fn older_manifests_are_understood() {
    let (folder, paths) = sources(&[("a.jsonl", 3), ("b.jsonl", 2)]);
    let lake = folder.path().join("lake");
    let run = || Convert::new(&number()).part_per_file(true);
    let first = run().run(&paths, &lake).expect("converts");
    let place = first.manifest.expect("a manifest");
    let parts: Vec<String> = first
        .files
        .iter()
        .zip(&first.parts)
        .zip(["a", "b"])
        .map(|((file, part), name)| {
            format!(
                "{{\"path\":\"{name}.parquet\",\"rows\":{rows},\"bytes\":{},\
                 \"source\":\"{name}.jsonl\",\"source_bytes\":{},\"lines\":{rows},\
                 \"quarantined\":0,\"blank\":0}}",
                part.bytes,
                file.source_bytes,
                rows = file.rows
            )
        })
        .collect();
    let old = format!(
        "{{\"version\":1,\"job\":\"x\",\"entity\":null,\"export\":null,\"lines\":5,\"rows\":5,\
         \"quarantined\":0,\"blank\":0,\"parts\":[{}]}}",
        parts.join(",")
    );
    fs::write(&place, &old).expect("writes");
    assert!(run().run(&paths, &lake).expect("is there").already_there);
    let error = run().overwrite(true).run(&paths[..1], &lake).expect_err("loses b");
    assert!(error.to_string().contains("b.jsonl"), "{error}");
    run().overwrite(true).run(&paths, &lake).expect("replaces");
    assert_eq!(manifests(&lake)[0].version, 2);
}

/// A run that was to replace a part may have been killed with some of its files in place.
#[test]
fn a_commit_that_nobody_understands_stops_all_runs() {
    let (folder, paths) = sources(&[("a.jsonl", 3)]);
    let lake = folder.path().join("lake/");
    fs::create_dir_all(lake.join("_rowmill")).expect("makes");
    for text in ["", "{\"version\":9}", "{\"version\":1,\"retires\":[],\"removes\":[],\"pla"] {
        fs::write(lake.join("_rowmill/commit.json"), text).expect("writes");
        let error = Convert::new(&number()).run(&paths, &lake).expect_err("unfinished");
        assert_eq!(error.kind(), ErrorKind::Output);
        assert!(error.to_string().contains("commit.json"), "{error}");
    }
    assert_eq!(tree(&lake), ["_rowmill/", "_rowmill/commit.json"]);
}

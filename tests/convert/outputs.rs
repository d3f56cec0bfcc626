//! Where output goes, when it is refused, and that it is there whole or not at all.

use std::fs;

use rowmill::{Compression, Convert, ErrorKind, Limit, Manifest, OnBadRow, convert};

use crate::table::{count, folder_with, layout, number, proof, rows, tree};

#[test]
fn output_that_is_there_stays() {
    let (folder, input) = folder_with("a.jsonl", rows(0, 10));
    let output = folder.path().join("out.parquet");
    fs::write(&output, "something of value").expect("writes");
    let error = convert(&layout(), &input, &output).expect_err("exists");
    assert_eq!(error.kind(), ErrorKind::Output);
    assert!(error.to_string().contains("--overwrite"), "{error}");
    assert_eq!(fs::read(&output).expect("reads"), b"something of value");

    Convert::new(&layout()).overwrite(true).run(&input, &output).expect("replaces");
    assert_eq!(count(&output), 10);
    assert_eq!(tree(folder.path()), ["a.jsonl", "out.parquet"]);
}

#[test]
fn what_syncing_took_is_part_of_the_time_and_told_apart() {
    let (folder, input) = folder_with("a.jsonl", rows(0, 10));
    for (output, threads) in [("one.parquet", 1), ("two.parquet", 2), ("lake/", 1)] {
        let run = || Convert::new(&layout()).threads(threads);
        let output = folder.path().join(output);
        let report = run().run(&input, &output).expect("converts");
        assert!(report.sync_s > 0.0 && report.sync_s <= report.elapsed_s, "{report:?}");
        let again = run().run(&input, &output).expect("is there");
        assert!(again.already_there && again.sync_s == 0.0, "{again:?}");
    }
}

#[test]
fn a_failed_overwrite_keeps_the_old_file() {
    let (folder, input) = folder_with("bad.jsonl", "{\"n\":1}\n{\"n\":x}\n");
    let output = folder.path().join("out.parquet");
    fs::write(&output, "old").expect("writes");
    let error = Convert::new(&number()).overwrite(true).run(&input, &output).expect_err("bad");
    assert_eq!(error.kind(), ErrorKind::Data);
    assert_eq!(fs::read(&output).expect("reads"), b"old");
    assert_eq!(tree(folder.path()), ["bad.jsonl", "out.parquet"]);
}

#[test]
fn places_that_are_no_places() {
    let (folder, input) = folder_with("a.jsonl", "{\"n\":1}\n");
    let inside = |name: &str| folder.path().join(name);
    let nowhere = convert(&number(), &input, inside("no/such/out.parquet")).expect_err("no folder");
    assert_eq!(nowhere.kind(), ErrorKind::Output);
    fs::write(inside("b.jsonl"), "{\"n\":1}\n").expect("writes");
    let file = convert(&number(), [&input, &inside("b.jsonl")], &input).expect_err("a file");
    assert_eq!(file.kind(), ErrorKind::Output);
    fs::create_dir_all(inside("out/a.parquet")).expect("makes");
    let folder_there = Convert::new(&number()).overwrite(true).run(&input, inside("out"));
    assert_eq!(folder_there.expect_err("a folder").kind(), ErrorKind::Output);
    for name in ["", "..", "a/b", "_x", ".x", "ä"] {
        let error = Convert::new(&number()).name(name).run(&input, inside("x")).expect_err(name);
        assert_eq!(error.kind(), ErrorKind::Usage);
    }
    let level = Convert::new(&number()).compression(Compression::Zstd(23));
    assert_eq!(level.run(&input, inside("x")).expect_err("level").kind(), ErrorKind::Usage);
    assert_eq!(tree(folder.path()), ["a.jsonl", "b.jsonl", "out/", "out/a.parquet/"]);
}

#[test]
fn a_failure_in_the_last_file_leaves_none() {
    let (folder, first) = folder_with("a.jsonl", "{\"n\":1}\n");
    let second = folder.path().join("b.jsonl");
    fs::write(&second, "{\"n\":1}\n{\"n\":\"1\"}\n{\"n\":2}\n").expect("writes");
    let output = folder.path().join("lake/out");
    for policy in [OnBadRow::Fail, OnBadRow::Quarantine { at_most: Limit::Rows(0) }] {
        let run = Convert::new(&number()).name("N").on_bad_row(policy);
        let error = run.run([&first, &second], &output).expect_err("bad");
        assert_eq!(error.kind(), ErrorKind::Data);
        let place = error.place().expect("a place");
        assert_eq!((place.line, place.line_offset, place.column.as_deref()), (2, 8, Some("n")));
        assert!(error.to_string().contains("b.jsonl, line 2, byte "), "{error}");
        assert_eq!(tree(folder.path()), ["a.jsonl", "b.jsonl"]);
    }
}

/// An output that replaces what is read would leave nothing of it.
#[test]
fn what_is_read_is_never_replaced() {
    let text = "{\"n\":1}\n{\"n\":x}\n";
    let (folder, input) = folder_with("a.parquet", text);
    let keep = OnBadRow::Quarantine { at_most: Limit::None };
    let run = || Convert::new(&number()).on_bad_row(keep).overwrite(true);
    let other = folder.path().join("./none/../out.parquet");
    fs::create_dir(folder.path().join("none")).expect("makes");
    let inside = |name: &str| folder.path().join(name);

    let as_output = run().run(&input, inside("none/../a.parquet"));
    let as_rejects = run().rejects(inside("none/../a.parquet")).run(&input, &other);
    // Named so, it would be the part made from the other source.
    let as_part = run().run([&inside("b.jsonl"), &inside("b.parquet")], folder.path());
    assert_eq!(as_part.expect_err("not there").kind(), ErrorKind::Input);
    for name in ["b.jsonl", "b.parquet"] {
        fs::write(inside(name), text).expect("writes");
    }
    let as_part = run().run([&inside("b.jsonl"), &inside("b.parquet")], folder.path());
    let twice = run().rejects(inside("none/../out.parquet")).run(&input, &other);
    for refused in [as_output, as_rejects, as_part, twice] {
        assert_eq!(refused.expect_err("refused").kind(), ErrorKind::Usage);
    }
    assert_eq!(fs::read(&input).expect("reads"), text.as_bytes());
    assert_eq!(fs::read(inside("b.parquet")).expect("reads"), text.as_bytes());
    assert_eq!(tree(folder.path()), ["a.parquet", "b.jsonl", "b.parquet", "none/"]);
}

/// Links: what is read through one is not replaced; one that is replaced harms nothing.
#[cfg(unix)]
#[test]
fn links_to_what_is_read() {
    let (folder, input) = folder_with("a.jsonl", "{\"n\":1}\n");
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(&input, &link).expect("links");
    let run = || Convert::new(&number()).overwrite(true);
    assert_eq!(run().run(&link, &input).expect_err("read").kind(), ErrorKind::Usage);
    run().run(&input, &link).expect("takes the place of the link");
    assert_eq!((count(&link), fs::read(&input).expect("there").len()), (1, 8));
}

#[test]
fn a_place_for_rejects_is_sought_before_reading() {
    let (folder, input) = folder_with("a.jsonl", "{\"n\":1}\n");
    let keep = OnBadRow::Quarantine { at_most: Limit::None };
    let run = Convert::new(&number()).on_bad_row(keep).rejects(folder.path().join("no/bad.jsonl"));
    let error = run.run(&input, folder.path().join("out.parquet")).expect_err("no folder");
    assert_eq!(error.kind(), ErrorKind::Output);
    assert!(error.to_string().contains("bad.jsonl: there is no folder"), "{error}");
    assert_eq!(tree(folder.path()), ["a.jsonl"]);
}

/// A run may have more parts than a process may have open files.
#[cfg(target_os = "linux")]
#[test]
fn complete_parts_are_not_held_open() {
    let folder = tempfile::tempdir().expect("a folder");
    let inputs: Vec<_> = (0..50).map(|n| folder.path().join(format!("{n}.jsonl"))).collect();
    for input in &inputs {
        fs::write(input, "{\"n\":1}\n").expect("writes");
    }
    let output = folder.path().join("lake");
    let most = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let look = {
        let (most, output) = (most.clone(), output.clone());
        move |_| {
            let open = fs::read_dir("/proc/self/fd").expect("reads").flatten();
            let open = open.filter_map(|entry| fs::read_link(entry.path()).ok());
            let open = open.filter(|path| path.starts_with(&output)).count();
            most.fetch_max(open, std::sync::atomic::Ordering::Relaxed);
        }
    };
    let run = Convert::new(&number()).progress(std::sync::Arc::new(look)).part_per_file(true);
    assert_eq!(run.run(&inputs, &output).expect("converts").rows, 50);
    // The lock, and the present part for its writer and for its lock.
    let most = most.load(std::sync::atomic::Ordering::Relaxed);
    assert!((1..=3).contains(&most), "{most}");
}

#[test]
fn a_directory_gathers_runs_and_does_none_of_them_twice() {
    let (folder, input) = folder_with("a.jsonl", "{\"n\":1}\n");
    let output = folder.path().join("lake");
    fs::create_dir(&output).expect("makes");
    let run = |entity: &str| Convert::new(&number()).name(entity);
    let first = run("A").run(&input, &output).expect("converts");
    run("B").run(&input, &output).expect("converts beside it");
    let before = tree(&output);
    assert!(run("A").run(&input, &output).expect("is there").already_there);
    assert_eq!(tree(&output), before);
    assert_eq!(before.iter().filter(|name| name.starts_with("_rowmill/manifest-")).count(), 2);

    let again = run("A").overwrite(true).run(&input, &output).expect("replaces");
    assert_eq!(again.manifest, first.manifest);
    assert_eq!(tree(&output), before);

    let text = fs::read(first.manifest.expect("a manifest")).expect("reads");
    let manifest: Manifest = serde_json::from_slice(&text).expect("a manifest");
    assert_eq!((manifest.version, manifest.rows, manifest.lines), (2, 1, 1));
    assert_eq!(manifest.entity.as_deref(), Some("A"));
    let (source, part) = (&manifest.sources[0], &manifest.parts[0]);
    assert_eq!((part.path.as_str(), source.name.as_str()), ("A/a.parquet", "a.jsonl"));
    let bytes = fs::read(output.join(&part.path)).expect("there");
    assert_eq!((part.bytes, source.bytes), (bytes.len() as u64, 8));
    let checksum = twox_hash::XxHash3_128::oneshot(&bytes);
    assert_eq!(part.checksum, format!("xxh3-128:{checksum:032x}"));
    assert_eq!((part.holds.len(), part.holds[0].source, part.holds[0].rows), (1, 0, 1));
    assert!(manifest.holds() && source.etag.is_none());
}

/// The name of a job must not change between versions, or a rerun would not find its own output.
#[test]
fn the_name_of_a_job_is_fixed() {
    let (folder, input) = folder_with("a.jsonl", "{\"n\":1}\n");
    let output = folder.path().join("lake/");
    let report = Convert::new(&number()).name("A").run(&input, &output).expect("converts");
    let manifest = report.manifest.expect("a manifest");
    // FNV-1a over "A\0a.jsonl\08\0".
    assert!(manifest.ends_with("manifest-58bea9cc6ecd1485.json"), "{manifest}");
}

#[test]
fn two_runs_into_one_place_do_not_mix() {
    let (folder, input) = folder_with("a.jsonl", "{\"n\":1}\n");
    for output in ["out.parquet", "lake/"] {
        let output = folder.path().join(output);
        // The second run is started from within the first, which has claimed the place by then.
        let inner = {
            let (input, output) = (input.clone(), output.clone());
            move |_| {
                let error = convert(&number(), &input, &output).expect_err("taken");
                assert_eq!(error.kind(), ErrorKind::Output);
                assert!(error.to_string().contains("another run"), "{error}");
            }
        };
        let run = Convert::new(&number()).progress(std::sync::Arc::new(inner));
        assert_eq!(run.run(&input, &output).expect("the first").rows, 1);
    }
}

#[test]
fn what_a_dead_run_has_left_is_written_over() {
    let (folder, input) = folder_with("a.jsonl", "{\"n\":1}\n");
    fs::write(folder.path().join(".out.parquet.partial"), vec![7; 100_000]).expect("writes");
    let output = folder.path().join("out.parquet");
    convert(&number(), &input, &output).expect("converts");
    assert_eq!(proof(&output).rows, 1);
    assert_eq!(tree(folder.path()), ["a.jsonl", "out.parquet"]);

    fs::create_dir_all(folder.path().join("lake/_rowmill")).expect("makes");
    for name in ["lock", "a.parquet.partial"] {
        fs::write(folder.path().join("lake/_rowmill").join(name), "left").expect("writes");
    }
    convert(&number(), &input, folder.path().join("lake")).expect("converts");
    let left = tree(&folder.path().join("lake"));
    assert_eq!(left.len(), 3, "{left:?}");
}

#[cfg(unix)]
#[test]
fn a_link_in_the_way_is_not_followed() {
    let (folder, input) = folder_with("a.jsonl", "{\"n\":1}\n");
    let precious = folder.path().join("precious");
    fs::write(&precious, "mine").expect("writes");
    let trap = folder.path().join(".out.parquet.partial");
    std::os::unix::fs::symlink(&precious, trap).expect("links");
    let error = convert(&number(), &input, folder.path().join("out.parquet")).expect_err("a link");
    assert_eq!(error.kind(), ErrorKind::Output);
    assert_eq!(fs::read(&precious).expect("reads"), b"mine");
}

/// What is about parts makes a directory, unless the name says that it is a file.
#[test]
fn what_needs_a_directory_makes_one() {
    let (folder, input) = folder_with("a.jsonl", "{\"n\":1}\n");
    let out = |name: &str| folder.path().join(name);
    let run = || Convert::new(&number());
    for (name, run) in [("each", run().part_per_file(true)), ("new", run().new_columns(true))] {
        run.run(&input, out(name)).expect("a directory");
        assert_eq!(count(&out(name).join("a.parquet")), 1);
    }
    run().part_per_file(true).run(&input, out("one.parquet")).expect("a file");
    assert!(out("one.parquet").is_file());
    run().run(&input, out("plain")).expect("a file");
    assert!(out("plain").is_file());
}

//! Rows that do not fit: named, counted, and kept apart.

use std::fs;
use std::path::Path;

use rowmill::{Convert, ErrorKind, Limit, Manifest, OnBadRow};
use serde_json::{Value, json};

use crate::table::{count, folder_with, number, proof, tree, whole};

const KEEP: OnBadRow = OnBadRow::Quarantine { at_most: Limit::None };

fn rejects(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).expect("reads");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn good_rows_are_there_and_bad_ones_beside() {
    let text = b"{\"n\":1}\r\n\n{\"n\":\"\\u0041\"}\n{\"n\":2}\n\xff{\"n\":3}\n{}\n{\"n\":4}";
    for threads in [1, 3] {
        let (folder, input) = folder_with("a.jsonl", text);
        let output = folder.path().join("out.parquet");
        let run = Convert::new(&number()).threads(threads).on_bad_row(KEEP);
        let report = run.run(&input, &output).expect("converts");
        assert_eq!((report.lines, report.rows, report.quarantined, report.blank), (7, 3, 3, 1));
        assert_eq!(count(&output), 3);
        assert_eq!(whole(&proof(&output)).quarantined, 3);
        assert_eq!(tree(folder.path()), ["a.jsonl", "out.parquet", "out.parquet.rejects.jsonl"]);

        let path = folder.path().join("out.parquet.rejects.jsonl");
        assert_eq!(report.rejects, Some(path.display().to_string()));
        let lines = rejects(&path);
        let keys = |line: &Value| line.as_object().expect("an object").keys().cloned().collect();
        let known: Vec<String> =
            ["file", "line", "offset", "column", "code", "reason", "expected", "found"]
                .map(str::to_owned)
                .into();
        for (line, raw) in lines.iter().zip(["raw", "raw_base64", "raw"]) {
            let mut expected = known.clone();
            expected.push(raw.to_owned());
            expected.sort();
            let mut found: Vec<String> = keys(line);
            found.sort();
            assert_eq!(found, expected);
            assert_eq!(line["file"], json!(input.display().to_string()));
            let offset =
                usize::try_from(line["offset"].as_u64().expect("a number")).expect("small");
            if let Some(raw) = line["raw"].as_str() {
                assert!(text[offset..].starts_with(raw.as_bytes()));
            }
        }
        let numbers: Vec<_> = lines.iter().map(|line| line["line"].as_u64()).collect();
        assert_eq!(numbers, [Some(3), Some(5), Some(6)]);
        assert_eq!((&lines[0]["column"], &lines[0]["code"]), (&json!("n"), &json!("type")));
        assert_eq!(lines[0]["raw"], json!("{\"n\":\"\\u0041\"}"));
        assert_eq!(lines[1]["raw_base64"], json!("/3sibiI6M30="));
        assert_eq!((&lines[2]["code"], &lines[2]["raw"]), (&json!("missing"), &json!("{}")));
    }
}

#[test]
fn the_limit_is_one_for_the_whole_run() {
    let (folder, first) = folder_with("a.jsonl", "{\"n\":1}\n{\"n\":x}\n{\"n\":2}\n{\"n\":3}\n");
    let second = folder.path().join("b.jsonl");
    fs::write(&second, "{\"n\":true}\n{\"n\":1}\n{\"n\":5}\n{\"n\":6}\n").expect("writes");
    let run = |limit, threads| {
        let policy = OnBadRow::Quarantine { at_most: limit };
        let run = Convert::new(&number()).threads(threads).on_bad_row(policy).overwrite(true);
        run.run([&first, &second], folder.path().join("lake"))
    };
    for threads in [1, 2] {
        let error = run(Limit::Rows(1), threads).expect_err("two bad rows");
        assert_eq!(error.kind(), ErrorKind::Data);
        assert_eq!(error.file(), Some(second.display().to_string().as_str()));
        assert_eq!(error.place().expect("a place").line, 1);
        assert_eq!(error.code(), Some("too_many_rejects"));
        let counted =
            "(2 bad rows are more than the 1 allowed: 1 syntax in column n, 1 type in column n)";
        assert!(error.to_string().ends_with(counted), "{error}");
        let error = run(Limit::Percent(24.9), threads).expect_err("a quarter");
        assert!(error.to_string().contains("2 bad rows of 8"), "{error}");
        // The place is that of the first one.
        assert_eq!(error.file(), Some(first.display().to_string().as_str()));
        assert_eq!(error.place().map(|place| place.line), Some(2));
        assert_eq!(error.code(), Some("too_many_rejects"));
        assert!(
            error.to_string().ends_with("1 syntax in column n, 1 type in column n)"),
            "{error}"
        );
        assert_eq!(tree(folder.path()), ["a.jsonl", "b.jsonl"]);
    }
    assert_eq!(run(Limit::Rows(2), 1).expect("two").quarantined, 2);
    assert_eq!(run(Limit::Percent(25.0), 2).expect("a quarter").quarantined, 2);
    assert_eq!(rejects(&folder.path().join("lake/_rowmill/rejects.jsonl")).len(), 2);
}

/// Every line of every file is a row, set aside, or blank: in the report, in the manifest, and in the
/// footer of each part.
#[test]
fn every_line_of_every_file_is_accounted_for() {
    let texts = [
        "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n",
        "\n{\"n\":1}\n\n{\"n\":x}\n \n{}",
        "",
        "{}\n{}\n",
        "\n\n",
        "{\"n\":9}",
    ];
    let expected =
        [(3, 3, 0, 0), (6, 1, 2, 3), (0, 0, 0, 0), (2, 0, 2, 0), (2, 0, 0, 2), (1, 1, 0, 0)];
    let folder = tempfile::tempdir().expect("a folder");
    let inputs: Vec<_> = texts
        .iter()
        .enumerate()
        .map(|(n, text)| {
            let path = folder.path().join(format!("{n}.jsonl"));
            fs::write(&path, text).expect("writes");
            path
        })
        .collect();
    for threads in [1, 3] {
        let lake = folder.path().join("lake");
        let run = Convert::new(&number()).threads(threads).on_bad_row(KEEP).overwrite(true);
        let report = run.part_per_file(true).run(&inputs, &lake).expect("converts");
        let files = report.files.iter();
        let files: Vec<_> =
            files.map(|file| (file.lines, file.rows, file.quarantined, file.blank)).collect();
        assert_eq!(files, expected);
        for (lines, rows, quarantined, blank) in files {
            assert_eq!(lines, rows + quarantined + blank);
        }
        let all = (report.lines, report.rows, report.quarantined, report.blank);
        assert_eq!(all, (14, 5, 4, 5));

        let manifest = fs::read(report.manifest.expect("a manifest")).expect("reads");
        let manifest: Manifest = serde_json::from_slice(&manifest).expect("a manifest");
        let sources = manifest.sources.iter();
        let sources: Vec<_> =
            sources.map(|from| (from.lines, from.rows, from.quarantined, from.blank)).collect();
        assert_eq!(sources, expected);
        for (part, (lines, rows, quarantined, blank)) in manifest.parts.iter().zip(expected) {
            let proof = proof(&lake.join(&part.path));
            let counts = whole(&proof);
            assert_eq!((counts.lines, counts.rows), (lines, rows));
            assert_eq!((counts.quarantined, counts.blank), (quarantined, blank));
            assert_eq!(count(&lake.join(&part.path)) as u64, rows);
        }
        let set_aside = rejects(&lake.join("_rowmill/rejects.jsonl"));
        assert_eq!(set_aside.len(), 4);
    }
}

/// Of no rows at all, none is too many; a share of blank lines means nothing.
#[test]
fn limits_at_their_ends() {
    let (none, one, all) = ("{\"n\":1}\n{\"n\":2}\n", "{\"n\":1}\n{}\n", "{}\n{}\n");
    let most = Limit::Rows(u64::MAX);
    for (text, limit, holds) in [
        ("", Limit::Rows(0), true),
        ("", Limit::Percent(0.0), true),
        ("", Limit::Percent(100.0), true),
        ("\n\n\n", Limit::Rows(0), true),
        ("\n\n\n", Limit::Percent(0.0), true),
        (none, Limit::Rows(0), true),
        (none, Limit::Percent(0.0), true),
        (one, Limit::Rows(0), false),
        (one, Limit::Rows(1), true),
        (one, most, true),
        (one, Limit::Percent(0.0), false),
        (one, Limit::Percent(49.999_999), false),
        (one, Limit::Percent(50.0), true),
        (all, Limit::Rows(1), false),
        (all, Limit::Rows(2), true),
        (all, Limit::Percent(99.999_999), false),
        (all, Limit::Percent(100.0), true),
        (all, Limit::None, true),
        // A last line that is not whole is a bad row like any other.
        ("{\"n\":1}\n{\"n\":", Limit::Rows(0), false),
        ("{\"n\":1}\n{\"n\":", Limit::Percent(50.0), true),
    ] {
        for threads in [1, 2] {
            let (folder, input) = folder_with("a.jsonl", text);
            let output = folder.path().join("out.parquet");
            let policy = OnBadRow::Quarantine { at_most: limit };
            let run = Convert::new(&number()).threads(threads).on_bad_row(policy);
            match run.run(&input, &output) {
                Ok(report) => {
                    assert!(holds, "{text:?} by {limit:?}");
                    assert_eq!(report.rejects.is_some(), report.quarantined > 0);
                    assert_eq!(count(&output) as u64, report.rows);
                }
                Err(error) => {
                    assert!(!holds, "{text:?} by {limit:?}: {error}");
                    assert_eq!(error.kind(), ErrorKind::Data);
                    assert_eq!(tree(folder.path()), ["a.jsonl"]);
                }
            }
        }
    }
    let (folder, input) = folder_with("a.jsonl", none);
    for share in [-0.1, 100.1, f64::NAN, f64::INFINITY] {
        let policy = OnBadRow::Quarantine { at_most: Limit::Percent(share) };
        let run = Convert::new(&number()).on_bad_row(policy);
        let error = run.run(&input, folder.path().join("out.parquet")).expect_err("no share");
        assert_eq!(error.kind(), ErrorKind::Usage, "{share}");
    }
}

#[test]
fn rejects_of_other_runs_stay_and_old_ones_go() {
    let (folder, first) = folder_with("a.jsonl", "{\"n\":x}\n");
    let second = folder.path().join("b.jsonl");
    fs::write(&second, "{\"n\":y}\n").expect("writes");
    let lake = folder.path().join("lake/");
    let path = lake.join("_rowmill/rejects.jsonl");
    let run = |input| Convert::new(&number()).on_bad_row(KEEP).overwrite(true).run(input, &lake);
    run(&first).expect("converts");
    run(&second).expect("converts");
    run(&first).expect("converts again");
    let raws: Vec<_> = rejects(&path).iter().map(|line| line["raw"].clone()).collect();
    assert_eq!(raws, [json!("{\"n\":y}"), json!("{\"n\":x}")]);
    fs::write(&first, "{\"n\":1}\n").expect("writes");
    assert_eq!(run(&first).expect("is good now").rejects, None);
    assert_eq!(rejects(&path).len(), 1);
    fs::write(&second, "{\"n\":1}\n").expect("writes");
    run(&second).expect("is good now");
    assert!(!path.exists());
}

#[test]
fn a_rejects_file_of_ones_own() {
    let (folder, input) = folder_with("a.jsonl", "{\"n\":x}\n{\"n\":1}\n");
    let path = folder.path().join("bad.jsonl");
    let output = folder.path().join("out.parquet");
    fs::write(&path, "something of value").expect("writes");
    let run = || Convert::new(&number()).on_bad_row(KEEP).rejects(&path);
    let error = run().run(&input, &output).expect_err("exists");
    assert_eq!(error.kind(), ErrorKind::Output);
    assert_eq!(tree(folder.path()), ["a.jsonl", "bad.jsonl"]);
    // Where no row can be set aside, the file is left alone.
    fs::write(&input, "{\"n\":1}\n").expect("writes");
    Convert::new(&number()).rejects(&path).overwrite(true).run(&input, &output).expect("converts");
    assert_eq!(fs::read(&path).expect("reads"), b"something of value");

    fs::write(&input, "{\"n\":x}\n{\"n\":1}\n").expect("writes");
    run().overwrite(true).run(&input, &output).expect("converts");
    assert_eq!(rejects(&path).len(), 1);
    assert_eq!(tree(folder.path()), ["a.jsonl", "bad.jsonl", "out.parquet"]);
    fs::write(&input, "{\"n\":1}\n").expect("writes");
    run().overwrite(true).run(&input, &output).expect("converts");
    assert_eq!(tree(folder.path()), ["a.jsonl", "out.parquet"]);
}

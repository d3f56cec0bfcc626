//! Rows set aside without their contents: nothing of a guest is in any file or message.

use std::fs;

use rowmill::{Column, Convert, ErrorKind, Layout, Limit, OnBadRow};
use serde_json::{Value, json};

use crate::table::{folder_with, tree};

const KEEP: OnBadRow = OnBadRow::Quarantine { at_most: Limit::None };

/// What stands for the data of guests in every bad row.
const SECRET: &str = "Xaverius";

fn layout() -> Layout {
    let inner = Column::record("inner", [Column::int64("Count")]);
    Layout::new([
        Column::int64("n").required(),
        Column::uuid("Id"),
        Column::date("Day"),
        Column::duration("Offset"),
        Column::decimal("Amount", 5, 2),
        Column::boolean("IsActive"),
        Column::map("Notes", inner),
        Column::list("Tags", Column::int32("tag")),
        Column::string("Name"),
    ])
    .expect("a sound layout")
}

/// Bad rows of every kind, the secret in values, keys and where no value may be.
fn bad_rows() -> Vec<Vec<u8>> {
    let rows = [
        "{\"n\":\"@\"}",
        "{\"n\":1,\"Id\":\"@\"}",
        "{\"n\":1,\"Day\":\"@\"}",
        "{\"n\":1,\"Offset\":\"@\"}",
        "{\"n\":1,\"Amount\":\"@\"}",
        "{\"n\":1,\"Amount\":77777,\"Name\":\"@\"}",
        "{\"n\":1,\"Amount\":0.77777,\"Name\":\"@\"}",
        "{\"n\":1,\"IsActive\":\"@\"}",
        "{\"n\":1,\"Notes\":{\"@\":{\"Count\":\"@\"}}}",
        "{\"n\":1,\"Notes\":{\"@\":{},\"@\":{}}}",
        "{\"n\":1,\"Notes\":{\"@\":@}}",
        "{\"n\":1,\"Tags\":[1,\"@\"]}",
        "{\"n\":null,\"Name\":\"@\"}",
        "{\"Name\":\"@\"}",
        "{\"n\":1,\"n\":1,\"Name\":\"@\"}",
        "{\"n\":1,\"Name\":@}",
        "{\"n\":1,@:2}",
        "{\"n\":1}@",
        "@",
        "\"@\"",
        "[\"@\"]",
        "{\"n\":1,\"@\":tr@}",
        "{\"n\":1,\"Name\":\"@\\ud800\"}",
        "{\"n\":1,\"Name\":\"@\\x\"}",
        "{\"n\":1,\"Name\":\"@\t\"}",
        "{\"n\":1,\"Name\":\"@",
    ];
    let mut rows: Vec<Vec<u8>> =
        rows.iter().map(|row| row.replace('@', SECRET).into_bytes()).collect();
    rows.push([&b"{\"n\":1,\"Name\":\"\xff"[..], SECRET.as_bytes(), b"\"}"].concat());
    rows
}

#[test]
fn no_file_and_no_message_holds_data() {
    let bad = bad_rows();
    let mut text = bad.join(&b'\n');
    text.extend_from_slice(b"\n{\"n\":1}\n");
    let (folder, input) = folder_with("a.jsonl", &text);
    let output = folder.path().join("lake/");
    let run = Convert::new(&layout()).on_bad_row(KEEP).redact(true).checksum(true);
    let report = run.run(&input, &output).expect("converts");
    assert_eq!(report.quarantined, bad.len() as u64);
    assert!(!format!("{report:?}").contains(SECRET));

    for name in tree(&output).iter().filter(|name| !name.ends_with('/')) {
        let bytes = fs::read(output.join(name)).expect("reads");
        let found = bytes.windows(SECRET.len()).any(|bytes| bytes == SECRET.as_bytes());
        assert!(!found, "{name}");
    }
    let rejects = fs::read_to_string(output.join("_rowmill/rejects.jsonl")).expect("reads");
    for (line, bad) in rejects.lines().zip(&bad) {
        let keys: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(keys["raw_bytes"], json!(bad.len()), "{line}");
        assert!(keys.get("raw").is_none() && keys.get("raw_base64").is_none(), "{line}");
        // Not even one letter of it.
        for letter in SECRET.bytes() {
            assert!(!line.contains(&format!("0x{letter:02X}")), "{line}");
        }
        for digit in ["7777", "77777"] {
            assert!(!line.contains(digit), "{line}");
        }
        let column = keys["column"].as_str().unwrap_or_default();
        let known = ["", "n", "Id", "Day", "Offset", "Amount", "IsActive", "Name"];
        let nested = ["Notes", "Notes{}", "Notes{}.Count", "Tags", "Tags[]"];
        assert!(known.contains(&column) || nested.contains(&column), "{line}");
    }
}

/// Errors name a key that the layout does not know, since nobody could help it otherwise; the file
/// does not.
#[test]
fn keys_that_nobody_knows_are_left_out() {
    let layout = Layout::with([Column::int64("n")], rowmill::json::Unknown::Error);
    let (folder, input) = folder_with("a.jsonl", format!("{{\"n\":1,\"{SECRET}\":2}}\n"));
    let output = folder.path().join("out.parquet");
    let run = Convert::new(&layout.expect("a sound layout")).on_bad_row(KEEP).redact(true);
    assert_eq!(run.run(&input, &output).expect("converts").quarantined, 1);
    let rejects = folder.path().join("out.parquet.rejects.jsonl");
    let rejects = fs::read_to_string(rejects).expect("reads");
    assert!(rejects.contains("\"unknown_key\"") && !rejects.contains(SECRET), "{rejects}");
}

/// The report tells new keys, and new values of enumerations unless it must not.
#[test]
fn new_values_are_counted_and_not_told() {
    let state = Column::category("state").known_values(["open"]);
    let layout = Layout::new([Column::int64("n"), state]).expect("a sound layout");
    let row = format!("{{\"n\":1,\"state\":\"{SECRET}\",\"new\":2}}\n");
    let (folder, input) = folder_with("a.jsonl", row.repeat(3));
    let run = |redact: bool| {
        let run = Convert::new(&layout).redact(redact).overwrite(true);
        run.run(&input, folder.path().join("out.parquet")).expect("converts").drift
    };
    let told = run(false);
    assert_eq!((told.new_keys[0].count, told.new_values[0].count), (3, 3));
    let told = run(true);
    assert!(!format!("{told:?}").contains(SECRET), "{told:?}");
    assert_eq!((told.new_keys[0].count, told.new_values.len(), told.more_new_values), (3, 0, 3));
}

#[test]
fn errors_hold_no_data_whatever_the_policy() {
    for bad in bad_rows() {
        let (folder, input) = folder_with("a.jsonl", &bad);
        let output = folder.path().join("out.parquet");
        let none = OnBadRow::Quarantine { at_most: Limit::Rows(0) };
        let share = OnBadRow::Quarantine { at_most: Limit::Percent(0.0) };
        for policy in [OnBadRow::Fail, none, share] {
            let run = Convert::new(&layout()).on_bad_row(policy);
            let error = run.run(&input, &output).expect_err("bad");
            assert_eq!(error.kind(), ErrorKind::Data);
            let told = format!("{error} {error:?}");
            assert!(!told.contains(SECRET), "{told}");
            for letter in SECRET.bytes() {
                assert!(!told.contains(&format!("0x{letter:02X}")), "{told}");
            }
        }
    }
}

#[test]
fn rows_that_an_earlier_run_has_kept_whole_are_in_the_way() {
    let (folder, first) = folder_with("a.jsonl", "{\"n\":x}\n");
    let second = folder.path().join("b.jsonl");
    fs::write(&second, "{\"n\":y}\n").expect("writes");
    let lake = folder.path().join("lake/");
    let run = |input, redact| {
        let run = Convert::new(&layout()).on_bad_row(KEEP).overwrite(true).redact(redact);
        run.run(input, &lake)
    };
    run(&first, false).expect("converts");
    let before = tree(folder.path());
    let error = run(&second, true).expect_err("would stay");
    assert_eq!(error.kind(), ErrorKind::Output);
    assert!(error.file().is_some_and(|file| file.ends_with("rejects.jsonl")), "{error}");
    assert_eq!(tree(folder.path()), before);

    // The same source again takes the place of its rows; then nothing is in the way.
    run(&first, true).expect("replaces its own");
    run(&second, true).expect("converts");
    let rejects = fs::read_to_string(lake.join("_rowmill/rejects.jsonl")).expect("reads");
    assert_eq!(rejects.matches("\"raw_bytes\":7").count(), 2, "{rejects}");
    assert!(!rejects.contains("\"raw\""), "{rejects}");
}

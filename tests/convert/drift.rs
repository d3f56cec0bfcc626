//! What the report says of change: keys, values, nulls.

use rowmill::{Column, Convert, Kind, Layout, Limit, OnBadRow, Unknown};
use serde_json::{Value, json};

use crate::table::{folder_with, read, tree};

fn layout() -> Layout {
    Layout::new([
        Column::int32("n").required(),
        Column::category("state").known_values(["open"]),
        Column::record("o", [Column::int32("x"), Column::string("never")]),
        Column::list("l", Column::date("day")),
        Column::string("empty"),
    ])
    .expect("a layout")
}

#[test]
fn new_keys_values_and_nulls_over_files() {
    let first = b"{\"n\":1,\"state\":\"open\",\"new\":1.5}\n{\"n\":2,\"o\":{\"x\":1,\"y\":[]}}\n";
    let second = b"\n{\"n\":3,\"new\":null,\"state\":\"shut\",\"l\":[\"2024-02-30\",\"2024-02-29\"]}\n{\"n\":4,\"o\":{\"x\":\"-\"}}\n";
    let (folder, a) = folder_with("a.jsonl", first);
    let b = folder.path().join("b.jsonl");
    std::fs::write(&b, second).expect("written");
    let mut told: Option<Value> = None;
    for threads in [1, 4] {
        let out = folder.path().join(format!("out{threads}"));
        let report = Convert::new(&layout())
            .on_bad_row(OnBadRow::Null { at_most: Limit::None })
            .threads(threads)
            .run(vec![a.clone(), b.clone()], &out)
            .expect("converts");
        assert_eq!((report.rows, report.quarantined, report.leniencies.nulled), (4, 0, 2));
        let drift = serde_json::to_value(&report.drift).expect("JSON");
        let (a, b) = (a.display().to_string(), b.display().to_string());
        let expected = json!({
            "new_keys": [
                {"path": "new", "count": 2, "file": a, "first_line": 1, "type": "decimal(38,7)",
                 "kept": false},
                {"path": "o.y", "count": 1, "file": a, "first_line": 2, "type": "list", "kept": false},
            ],
            "more_new_keys": 0,
            "new_values": [
                {"column": "state", "value": "shut", "count": 1, "file": b, "first_line": 2},
            ],
            "more_new_values": 0,
            "nulled": [
                {"column": "l[]", "count": 1, "file": b, "first_line": 2},
                {"column": "o.x", "count": 1, "file": b, "first_line": 3},
            ],
            "all_null": ["o.never", "empty"],
            "no_known_key": false,
        });
        assert_eq!(drift, expected);
        let wider = report.drift.widened(report.layout.as_ref().expect("a layout"));
        let wider = wider.expect("a layout");
        let names: Vec<_> = wider.columns().iter().map(Column::name).collect();
        assert_eq!(names, ["n", "state", "o", "l", "empty", "new"]);
        assert_eq!(wider.columns()[1].values(), ["open", "shut"]);
        assert_eq!(*told.get_or_insert_with(|| drift.clone()), drift);
        let nulls: Vec<_> =
            report.columns.iter().map(|c| (c.column.as_str(), c.values, c.nulls)).collect();
        let expected = [
            ("n", 4, 0),
            ("state", 4, 2),
            ("o", 4, 2),
            ("o.x", 4, 3),
            ("o.never", 4, 4),
            ("l", 4, 3),
            ("l[]", 2, 1),
            ("empty", 4, 4),
        ];
        assert_eq!(nulls, expected);
    }
}

#[test]
fn rescued_keys_are_in_the_file() {
    let (folder, input) = folder_with("a.jsonl", b"{\"n\":1,\"x\":[1.0]}\n{\"n\":2}\n");
    let output = folder.path().join("out.parquet");
    let layout = layout().with_unknown(Unknown::Rescue).expect("a layout");
    let report = Convert::new(&layout).run(&input, &output).expect("converts");
    assert_eq!(report.drift.new_keys.len(), 1);
    let batch = read(&output).remove(0);
    let rescued = batch.column_by_name("_rescued").expect("a column");
    let rescued = rescued.as_any().downcast_ref::<rowmill::arrow::array::StringArray>();
    let rescued: Vec<_> = rescued.expect("text").iter().collect();
    assert_eq!(rescued, [Some("{\"x\":[1.0]}"), None]);
    assert_eq!(tree(folder.path()), ["a.jsonl", "out.parquet"]);
}

#[test]
fn unknown_keys_refused() {
    let (folder, input) = folder_with("a.jsonl", b"{\"n\":1}\n{\"n\":1,\"x\":2}\n");
    let layout = layout().with_unknown(Unknown::Error).expect("a layout");
    let output = folder.path().join("out.parquet");
    let error = Convert::new(&layout).run(&input, &output).expect_err("an unknown key");
    let message = error.to_string();
    assert!(message.contains("line 2") && message.contains("column x"), "{message}");
    assert_eq!(tree(folder.path()), ["a.jsonl"]);
}

#[test]
fn limits_that_are_set() {
    let (folder, input) = folder_with("a.jsonl", b"{\"n\":1,\"deep\":[[1]]}\n");
    let output = folder.path().join("out.parquet");
    let run = || Convert::new(&layout()).overwrite(true);
    run().max_depth(3).max_line_bytes(20).run(&input, &output).expect("within the limits");
    let message = run().max_depth(2).run(&input, &output).expect_err("too deep").to_string();
    assert!(message.contains("at most 2 objects"), "{message}");
    let message = run().max_line_bytes(19).run(&input, &output).expect_err("too long").to_string();
    assert!(message.contains("at most 19 bytes"), "{message}");
}

/// Rows of which none has a key of the layout are those of another one.
#[test]
fn rows_of_another_layout_are_told() {
    let rows = "{\"Id\":1,\"Name\":\"x\"}\n{\"Id\":2}\n";
    let (folder, path) = folder_with("rows.jsonl", rows);
    let layout = |columns: Vec<Column>| Layout::new(columns).expect("a sound layout");
    let typo = layout(vec![Column::int64("Idd"), Column::line_number("Line")]);
    let strange = |layout: &Layout, paths: Vec<std::path::PathBuf>| {
        let out = folder.path().join("lake/");
        let run = Convert::new(layout).lineage([rowmill::Lineage::File]).overwrite(true);
        let report = run.run(paths, &out).expect("converts");
        std::fs::remove_dir_all(&out).expect("removed");
        let kept = layout.columns().iter().any(|column| *column.kind() == Kind::RawJson);
        assert!(report.drift.new_keys.iter().all(|key| key.kept == kept), "{:?}", report.drift);
        report.drift.no_known_key
    };
    assert!(strange(&typo, vec![path.clone()]));
    assert!(strange(&typo.with_unknown(Unknown::Rescue).expect("a layout"), vec![path.clone()]));
    // In one of many files there may be none.
    let more = folder.path().join("more.jsonl");
    std::fs::write(&more, "{\"Idd\":null}\n").expect("written");
    assert!(!strange(&typo, vec![path.clone(), more]));
    // Known and not read is known; and where there are no keys to know, none is missed.
    let unread = layout(vec![Column::int64("Idd"), Column::unread("Name")]);
    assert!(!strange(&unread, vec![path.clone()]));
    assert!(!strange(&layout(vec![Column::line_number("Line")]), vec![path.clone()]));
    std::fs::write(&path, "{}\n{ }\n").expect("written");
    assert!(!strange(&typo, vec![path.clone()]));
}

#[test]
fn keys_are_kept_where_something_keeps_what_is_left_around_them() {
    let rows = "{\"o\":{\"a\":1,\"b\":2},\"l\":[{\"p\":{\"x\":1,\"y\":2}}],\"z\":3}\n";
    let (folder, path) = folder_with("rows.jsonl", rows);
    let inner = Column::record("p", [Column::int64("x"), Column::raw_json("left")]);
    let layout = Layout::new([
        Column::record("o", [Column::int64("a")]),
        Column::list("l", Column::record("", [inner])),
    ]);
    let out = folder.path().join("out.parquet");
    let report = Convert::new(&layout.expect("sound")).run(&path, &out).expect("converts");
    let told = report.drift.new_keys.iter().map(|key| (key.path.as_str(), key.kept));
    assert_eq!(told.collect::<Vec<_>>(), [("o.b", false), ("l[].p.y", true), ("z", false)]);
}

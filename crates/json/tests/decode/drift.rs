//! What an input has that its layout does not know.

use super::{everywhere, quarantine};
use rowmill_json::{Column, Layout, Options, Unknown};

fn layout() -> Layout {
    Layout::new([
        Column::int32("n"),
        Column::category("state").known_values(["open", "done"]),
        Column::list("tags", Column::category("tag").known_values(["a"])),
        Column::record("o", [Column::int32("x")]),
    ])
    .unwrap()
}

#[test]
fn new_keys() {
    let mut input = String::from("{\"n\":1}\n\n");
    for n in 3..=60 {
        input.push_str(&match n % 6 {
            0 => format!("{{\"n\":{n},\"b\":\"t\"}}\n"),
            1 => format!("{{\"o\":{{\"x\":1,\"y\":null}},\"n\":{n}}}\n"),
            2 => format!("{{\"bad\":1,\"n\":\"{n}\"}}\n"),
            3 => format!("{{\"a\":{n},\"n\":{n},\"a\":{n}}}\n"),
            4 => format!("{{\"n\":{n},\"b\":{n},\"a\":true}}\n"),
            _ => "{\"o\":{\"y\":[]}}\n".into(),
        });
    }
    for (rows, bytes) in [(2048, 4 << 20), (5, 1 << 20), (2048, 64)] {
        let mut options = quarantine();
        (options.batch_rows, options.frame_bytes) = (rows, bytes);
        let outcome = everywhere(&layout(), options, input.as_bytes());
        let seen: Vec<_> =
            outcome.drift.keys.iter().map(|key| (key.path(), key.count, key.first_line)).collect();
        let expected = [("a", 30, 3), ("b", 20, 4), ("o.y", 19, 5)];
        assert_eq!(seen, expected.map(|(path, count, line)| (path.to_owned(), count, line)));
        assert!(outcome.drift.values.is_empty());
    }
}

#[test]
fn new_values() {
    let mut input = String::new();
    for n in 1..=30 {
        input.push_str(&match n % 5 {
            0 => "{\"state\":\"lost\",\"tags\":[\"a\",\"b\",\"b\"]}\n".into(),
            1 => "{\"state\":\"never\",\"n\":\"bad\"}\n".into(),
            2 => format!("{{\"state\":\"new{}\"}}\n", n % 2),
            3 => "{\"state\":null}\n".into(),
            _ => "{\"state\":\"open\",\"tags\":[\"a\"]}\n".into(),
        });
    }
    for rows in [2048, 7] {
        let mut options = quarantine();
        options.batch_rows = rows;
        let outcome = everywhere(&layout(), options, input.as_bytes());
        let mut seen: Vec<_> = outcome
            .drift
            .values
            .iter()
            .map(|v| (v.column.as_str(), v.value.as_str(), v.count, v.first_line))
            .collect();
        seen.sort_unstable();
        let expected = [
            ("state", "lost", 6, 5),
            ("state", "new0", 3, 2),
            ("state", "new1", 3, 7),
            ("tags[]", "b", 12, 5),
        ];
        assert_eq!(seen, expected);
    }
}

#[test]
fn more_than_can_be_told() {
    let layout = Layout::new([Column::int32("n")]).unwrap();
    let mut input = String::new();
    for n in 0..3000 {
        // Every third row is a bad one and its keys do not count.
        let value = if n % 3 == 0 { "\"bad\"" } else { "1" };
        input.push_str(&format!("{{\"k{n}\":0,\"k{}\":0,\"n\":{value}}}\n", n / 2));
    }
    let long = "x".repeat(300);
    input.push_str(&format!("{{\"{long}\":1}}\n"));
    let mut options = quarantine();
    options.batch_rows = 700;
    let mut first = None;
    for (threads, chunk) in [(1, usize::MAX), (1, 1000), (2, 100), (3, 5000)] {
        options.threads = threads;
        options.frame_bytes = 8000;
        let drift = super::run(&layout, options.clone(), input.as_bytes(), chunk).drift;
        assert_eq!(drift.keys.len(), 1000);
        let told: u64 = drift.keys.iter().map(|key| key.count).sum();
        assert_eq!(told + drift.more_keys, 2 * 2000 + 1);
        assert_eq!(*first.get_or_insert_with(|| drift.clone()), drift);
    }
}

#[test]
fn nothing_new() {
    let input = b"{\"n\":1,\"state\":\"open\",\"tags\":[\"a\",null],\"o\":{\"x\":1}}\n{}\n";
    assert!(everywhere(&layout(), Options::default(), input).drift.is_empty());
}

#[test]
fn a_wider_layout_for_the_next_run() {
    let layout = |columns: Vec<Column>| Layout::with(columns, Unknown::Rescue).unwrap();
    let person =
        |more: Vec<Column>| Column::record("Person", [vec![Column::string("name")], more].concat());
    let union = |more| Column::union("who", "Kind", "Value", [person(more)]);
    let item =
        |more: Vec<Column>| Column::record("item", [vec![Column::int32("a")], more].concat());
    let before = layout(vec![
        Column::int32("n"),
        Column::category("state").known_values(["open"]),
        Column::list("items", item(vec![])),
        Column::map("labels", item(vec![])),
        union(vec![]),
        Column::decimal("gross", 10, 2).path(["amount", "gross"]),
    ]);
    let input = r#"{"n":1,"id":"0f515589-99b4-423d-b83a-b237009f0509","state":"shut","items":[{"a":1,"b":1.25}]}
{"id":null,"labels":{"x":{"a":1,"c":[true]}},"who":{"Kind":"Person","Value":{"name":"x","age":5},"Extra":1}}
{"amount":{"gross":1,"net":0.5},"o":{"p":{"q":"2026-01-01T00:00:00Z"}},"gross":1,"n":2}
"#;
    let outcome = everywhere(&before, Options::default(), input.as_bytes());
    let wider = before.widened(&outcome.drift).unwrap();
    let expected = layout(vec![
        Column::int32("n"),
        Column::category("state").known_values(["open", "shut"]),
        Column::list("items", item(vec![Column::decimal("b", 38, 8)])),
        Column::map("labels", item(vec![Column::list("c", Column::boolean("element"))])),
        union(vec![Column::int64("age")]),
        Column::decimal("gross", 10, 2).path(["amount", "gross"]),
        Column::uuid("id"),
        Column::decimal("net", 38, 7).path(["amount", "net"]),
        Column::record("o", [Column::record("p", [Column::timestamp_us("q")])]),
    ]);
    assert_eq!(wider, expected);
    let again = everywhere(&wider, Options::default(), input.as_bytes());
    let left: Vec<_> = again.drift.keys.iter().map(|key| key.path()).collect();
    // One has no place in a union, the other's name is taken.
    assert_eq!(left, ["who.Extra", "gross"]);
    assert!(again.drift.values.is_empty());
}

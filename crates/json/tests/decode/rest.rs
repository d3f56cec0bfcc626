//! Keys that the layout does not know: left out, refused, or kept.

use super::{everywhere, quarantine, rows};
use rowmill_json::{Allow, Column, Layout, Options, Unknown};

fn columns() -> Vec<Column> {
    vec![
        Column::int64("n"),
        Column::record("amount", [Column::decimal("Net", 10, 2)]),
        Column::list("items", Column::record("item", [Column::string("name")])),
        Column::map("labels", Column::record("label", [Column::string("text")])),
        Column::unread("known"),
    ]
}

/// What the last column keeps of each row.
#[track_caller]
fn kept(layout: &Layout, input: &str) -> Vec<String> {
    let outcome = everywhere(layout, Options::default(), input.as_bytes());
    outcome.end.unwrap();
    rows(&outcome.batches).into_iter().map(|mut row| row.pop().unwrap()).collect()
}

/// `text` as `rows` shows it.
fn shown(text: &str) -> String {
    format!("{text:?}")
}

#[test]
fn rescued_at_every_depth_and_as_it_is_written() {
    let layout = Layout::with(columns(), Unknown::Rescue).unwrap();
    assert_eq!(layout.schema().field(4).name(), "_rescued");
    for (line, left) in [
        (r#"{"n":1}"#, None),
        (r#"{"n":1,"known":[{}]}"#, None),
        (r#"{"n":1,"x":1.50}"#, Some(r#"{"x":1.50}"#)),
        (r#"{ "x" : [ 1, {"y":"\u00e9"} ] , "n" : 2 }"#, Some(r#"{"x":[ 1, {"y":"\u00e9"} ]}"#)),
        (r#"{"a\u0062":null,"ab":1e400}"#, Some(r#"{"a\u0062":null,"ab":1e400}"#)),
        (r#"{"twice":1,"twice":2}"#, Some(r#"{"twice":1,"twice":2}"#)),
        (r#"{"amount":{"Net":1,"Gross":2},"n":3}"#, Some(r#"{"amount":{"Gross":2}}"#)),
        (
            r#"{"items":[{"name":"a"},null,{"name":"b","size":3},{}],"z":true}"#,
            Some(r#"{"items":[{},{},{"size":3}],"z":true}"#),
        ),
        (r#"{"labels":{"k":{"text":"t"},"l":{"more":0}}}"#, Some(r#"{"labels":{"l":{"more":0}}}"#)),
        (r#"{"items":[],"labels":{},"amount":null}"#, None),
    ] {
        let left = left.map_or("null".into(), shown);
        assert_eq!(kept(&layout, line), [left], "{line}");
    }
}

#[test]
fn learnt_keys_are_kept_row_after_row() {
    let layout = Layout::with(columns(), Unknown::Rescue).unwrap();
    let mut input = String::new();
    let mut expected = Vec::new();
    for n in 0..60 {
        let (line, left) = match n % 4 {
            0 => {
                (format!("{{\"a\":{n},\"n\":1,\"b\":[{n}]}}"), format!("{{\"a\":{n},\"b\":[{n}]}}"))
            }
            1 => (format!("{{\"n\":1,\"b\":[{n}]}}"), format!("{{\"b\":[{n}]}}")),
            2 => (format!("{{\"b\":0,\"c{n}\":{n}}}"), format!("{{\"b\":0,\"c{n}\":{n}}}")),
            _ => ("{\"n\":5}".into(), String::new()),
        };
        input += &line;
        input.push('\n');
        expected.push(if left.is_empty() { "null".into() } else { shown(&left) });
    }
    let kept = kept(&layout, &input);
    assert_eq!(kept, expected);
}

#[test]
fn an_object_keeps_its_own() {
    let layout = Layout::with(
        [
            Column::record("data", [Column::string("Kind"), Column::raw_json("more")]),
            Column::list(
                "items",
                Column::record("item", [Column::int32("a"), Column::raw_json("r")]),
            ),
        ],
        Unknown::Rescue,
    )
    .unwrap();
    let line =
        r#"{"data":{"Kind":"X","X":{"v":1}},"items":[{"a":1},{"b":2},{"c":3,"a":4}],"out":0}"#;
    let outcome = everywhere(&layout, Options::default(), line.as_bytes());
    let expected = [
        r#"("X","{\"X\":{\"v\":1}}")"#,
        r#"[(1,null),(null,"{\"b\":2}"),(4,"{\"c\":3}")]"#,
        r#""{\"out\":0}""#,
    ];
    assert_eq!(rows(&outcome.batches)[0], expected);
}

#[test]
fn refused() {
    let layout = Layout::with(columns(), Unknown::Error).unwrap();
    let input = r#"{"n":1}
{"n":1,"m":2}
{"n":1,"known":2}
{"amount":{"Nett":1}}
{"items":[{"name":"a"},{"nom":"b"}]}
{"labels":{"any":{"text":"t"}}}
{"\u006e":1,"\u006d":2}
"#;
    let outcome = everywhere(&layout, quarantine(), input.as_bytes());
    let errors: Vec<_> = outcome.rejects.iter().map(|r| r.error().to_string()).collect();
    let expected = [
        "line 2, byte 15, column m",
        "line 4, byte 51, column amount.Nett",
        "line 5, byte 86, column items[].nom",
        "line 7, byte 143, column m",
    ];
    assert_eq!(errors.len(), expected.len(), "{errors:?}");
    for (error, place) in errors.iter().zip(expected) {
        let reason =
            "the layout does not know the key: expected a key of the layout, found another";
        assert_eq!(*error, format!("{place}: {reason}"));
    }
    assert_eq!(outcome.end.unwrap().rows, 3);
    assert!(outcome.drift.is_empty());
}

#[test]
fn what_is_kept_is_no_error() {
    let columns =
        [Column::int32("n"), Column::record("o", [Column::int32("a"), Column::raw_json("r")])];
    let layout = Layout::with(columns, Unknown::Error).unwrap();
    let outcome = everywhere(&layout, quarantine(), b"{\"o\":{\"x\":1}}\n{\"x\":1}\n");
    assert_eq!(outcome.rejects[0].error().code(), "unknown_key");
    assert_eq!(rows(&outcome.batches), [["null", r#"(null,"{\"x\":1}")"#]]);
}

#[test]
fn left_out_values_are_checked() {
    let layout = Layout::new(columns()).unwrap();
    let input = "{\"known\":01}\n{\"new\":[1,}\n{\"new\":\"\\ud800\"}\n{\"known\":1,\"known\":2}\n{\"new\":1,\"new\":2}";
    let outcome = everywhere(&layout, quarantine(), input.as_bytes());
    let codes: Vec<_> = outcome.rejects.iter().map(|r| r.error().code()).collect();
    assert_eq!(codes, ["syntax", "syntax", "surrogate", "duplicate_key"]);
    assert_eq!(outcome.end.unwrap().rows, 1);
}

#[test]
fn excess_digits() {
    let allow = |set: fn(&mut Allow)| {
        let mut allow = Allow::NONE;
        set(&mut allow);
        allow
    };
    let round = allow(|allow| allow.round_digits = true);
    let rescue = allow(|allow| allow.rescue_digits = true);
    let layout = Layout::with(
        [
            Column::decimal("r", 4, 2).allow(round),
            Column::list("k", Column::decimal("item", 4, 2).allow(rescue)),
            Column::decimal("s", 4, 2).allow(rescue),
        ],
        Unknown::Rescue,
    )
    .unwrap();
    // However large the number is.
    let large = "9".repeat(60);
    let input = format!(
        r#"{{"r":1.005,"k":[1,1.005,2.00e0],"s":7.1}}
{{"r":-99.994,"s":1.239}}
{{"s":{large}.001}}
{{"r":99.995}}
{{"s":123.4}}
{{"s":"x"}}
"#
    );
    let outcome = everywhere(&layout, quarantine(), input.as_bytes());
    assert_eq!(
        rows(&outcome.batches),
        [
            ["101", "[100,null,200]", "710", r#""{\"k\":[{},1.005]}""#],
            ["-9999", "null", "null", r#""{\"s\":1.239}""#],
            ["null", "null", "null", &shown(&format!(r#"{{"s":{large}.001}}"#))],
        ]
    );
    let codes: Vec<_> = outcome.rejects.iter().map(|r| r.error().code()).collect();
    assert_eq!(codes, ["range", "range", "type"]);
    let counts = outcome.end.unwrap();
    assert_eq!((counts.round_digits, counts.rescue_digits), (2, 3));
}

/// A fault in the value of an unknown key lies in the object around it, whether the key has been seen
/// before or not, and however many others there are.
#[test]
fn faults_in_unknown_values() {
    let layout =
        Layout::new([Column::int32("n"), Column::record("o", [Column::int32("a")])]).unwrap();
    let mut input = String::new();
    for n in 0..200 {
        input.push_str(&format!("{{\"k{n}\":1,\"o\":{{\"k{n}\":01}}}}\n{{\"k{}\":[}}\n", n / 2));
    }
    let outcome = everywhere(&layout, quarantine(), input.as_bytes());
    assert_eq!(outcome.rejects.len(), 400);
    for (at, reject) in outcome.rejects.iter().enumerate() {
        let column = reject.error().place().unwrap().column.as_deref();
        assert_eq!(column, (at % 2 == 0).then_some("o"));
    }
}

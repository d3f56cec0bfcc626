//! Objects, lists and maps; keys in every order and spelling; rows taken back whole.

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;

use super::{everywhere, quarantine, rows, run, whole};
use rowmill_json::{Column, Layout, Options};

fn layout() -> Layout {
    Layout::new([
        Column::int64("n").required(),
        Column::record(
            "amount",
            [
                Column::string("Currency"),
                Column::decimal("Net", 10, 2),
                Column::list(
                    "taxes",
                    Column::record("tax", [Column::category("Code"), Column::int32("v")]),
                ),
            ],
        ),
        Column::map("labels", Column::string("label")),
        Column::list("tags", Column::category("tag").required()),
    ])
    .unwrap()
}

#[track_caller]
fn row(line: &str) -> String {
    let outcome = whole(&layout(), line.as_bytes());
    outcome.end.unwrap();
    rows(&outcome.batches)[0].join(" ")
}

#[track_caller]
fn error(line: &str) -> String {
    whole(&layout(), line.as_bytes()).end.unwrap_err().to_string()
}

#[test]
fn shapes() {
    let full = r#"{"n":1,"amount":{"Currency":"EUR","Net":93.46,"taxes":[{"Code":"A","v":1},null,{}]},"labels":{"x":"1","y":null},"tags":["b","a","b"]}"#;
    let expected = r#"1 ("EUR",9346,[("A",1),null,(null,null)]) {"x"="1","y"=null} ["b","a","b"]"#;
    assert_eq!(row(full), expected);
    assert_eq!(row(r#"{"n":1}"#), "1 null null null");
    assert_eq!(row(r#"{"n":1,"amount":{},"labels":{},"tags":[]}"#), "1 (null,null,null) {} []");
    let shuffled = r#"{"tags":["b","a","b"],"zzz":{"deep":[1,{"n":2}]},"labels":{"x":"1","y":null},"amount":{"taxes":[{"v":1,"Code":"A"},null,{}],"Net":93.46,"?":"","Currency":"EUR"},"n":1}"#;
    assert_eq!(row(shuffled), expected);
    assert_eq!(row(r#"{"\u006e":7}"#), "7 null null null");
}

#[test]
fn keys_that_need_escapes() {
    let layout =
        Layout::new([Column::int32("a\"b"), Column::int32("back\\slash"), Column::int32("né")])
            .unwrap();
    let outcome = whole(&layout, r#"{"a\"b":1,"back\\slash":2,"n\u00e9":3}"#.as_bytes());
    assert_eq!(rows(&outcome.batches)[0], ["1", "2", "3"]);
    // The bytes of the name stand in the line, but they spell another key there.
    let layout = Layout::new([Column::int32(r"tab\there")]).unwrap();
    let outcome = whole(&layout, br#"{"tab\there":1}"#);
    assert_eq!(rows(&outcome.batches)[0], ["null"]);
}

#[test]
fn refusals_name_the_path() {
    for (line, expected) in [
        (
            r#"{"n":1,"amount":{"Net":"x"}}"#,
            "line 1, byte 23, column amount.Net: wrong type of value: expected decimal(10,2), found string, 1 byte",
        ),
        (
            r#"{"n":1,"amount":{"taxes":[{"v":1},{"v":true}]}}"#,
            "line 1, byte 39, column amount.taxes[].v: wrong type of value: expected int32, found boolean",
        ),
        (
            r#"{"n":1,"labels":{"secret":5}}"#,
            "line 1, byte 26, column labels{}: wrong type of value: expected string, found number, 1 byte",
        ),
        (
            r#"{"n":1,"tags":["a",null]}"#,
            "line 1, byte 19, column tags[]: null in a required column: expected a value, found null",
        ),
        (
            r#"{"n":null}"#,
            "line 1, byte 5, column n: null in a required column: expected a value, found null",
        ),
        (
            r#"{"tags":[]}"#,
            "line 1, byte 10, column n: a required column has no value: expected a value, found nothing",
        ),
        (
            r#"{"n":1,"n":2}"#,
            "line 1, byte 11, column n: the key stands twice: expected each key once, found it again",
        ),
        (
            r#"{"n":1,"\u006e":2}"#,
            "line 1, byte 16, column n: the key stands twice: expected each key once, found it again",
        ),
        (
            r#"{"n":1,"labels":{"a":"","a":""}}"#,
            "line 1, byte 24, column labels: the key stands twice: expected each key once, found it again",
        ),
        (
            r#"{"n":1,"tags":{}}"#,
            "line 1, byte 14, column tags: wrong type of value: expected list, found object",
        ),
        (
            r#"{"n":1,"amount":[{"Currency":"EUR"}]}"#,
            "line 1, byte 16, column amount: wrong type of value: expected object, found array",
        ),
        (
            r#"{"n":1,"amount":[{"Currency":]}"#,
            "line 1, byte 29, column amount: not valid JSON: expected a value, found `]`",
        ),
    ] {
        assert_eq!(error(line), expected);
    }
}

#[test]
fn a_bad_row_leaves_nothing_behind() {
    let good = r#"{"n":1,"amount":{"Currency":"EUR","Net":1,"taxes":[{"Code":"A","v":1}]},"labels":{"x":"1"},"tags":["t"]}"#;
    let bad = [
        r#"{"n":2,"amount":{"Currency":"USD","Net":2,"taxes":[{"Code":"B","v":2},{"Code":"C","v":"#,
        r#"{"n":2,"labels":{"y":"2","z":3},"tags":["u"]}"#,
        r#"{"tags":["u","v",4],"n":2}"#,
        r#"{"n":2,"amount":{"taxes":[{"Code":"D"}]}} x"#,
        r#"{"n":2,"tags":["w"],"amount":{"Currency":"\ud800"}}"#,
    ];
    let mut input = String::new();
    for line in bad {
        input += &format!("{good}\n{line}\n");
    }
    input += good;
    let outcome = run(&layout(), quarantine(), input.as_bytes(), usize::MAX);
    let counts = outcome.end.unwrap();
    assert_eq!((counts.rows, counts.quarantined), (6, 5));
    let alone = whole(&layout(), good.as_bytes());
    let expected = vec![rows(&alone.batches)[0].clone(); 6];
    assert_eq!(rows(&outcome.batches), expected);
    // Not even an unused entry of a dictionary.
    let tags =
        arrow_array::cast::AsArray::as_list::<i32>(outcome.batches[0].column(3)).values().clone();
    let tags = arrow_array::cast::AsArray::as_dictionary::<arrow_array::types::Int32Type>(&tags);
    assert_eq!(tags.values().len(), 1);
    let raw: Vec<_> = outcome.rejects.iter().map(|reject| reject.raw()).collect();
    assert_eq!(raw, bad.map(str::as_bytes));
    let lines: Vec<_> =
        outcome.rejects.iter().map(|reject| reject.error().place().unwrap().line).collect();
    assert_eq!(lines, [2, 4, 6, 8, 10]);
}

/// A hundred thousand keys in one map take no longer than in many, and none may stand twice,
/// wherever it stood first.
#[test]
fn maps_of_many_keys() {
    let line = |last: &str| {
        let entries = (0..100_000).map(|n| format!("\"k{n}\":\"{n}\","));
        format!("{{\"n\":1,\"labels\":{{{}\"{last}\":null}}}}\n", entries.collect::<String>())
    };
    let input = ["k0", "k31", "k32", "\\u006b99999", "other", "k50000", "other"].map(line).concat();
    let outcome = run(&layout(), quarantine(), input.as_bytes(), usize::MAX);
    let counts = outcome.end.unwrap();
    assert_eq!((counts.rows, counts.quarantined), (2, 5));
    for reject in &outcome.rejects {
        assert_eq!(reject.error().code(), "duplicate_key");
        let place = reject.error().place().unwrap();
        let last = reject.raw().iter().rposition(|&byte| byte == b',').unwrap() as u64 + 1;
        assert_eq!(place.offset, place.line_offset + last);
    }
    let labels = |batch: &RecordBatch| batch.column(2).as_map().value_length(0);
    assert_eq!(labels(&outcome.batches[0]), 100_001);
}

#[test]
fn depth() {
    let nest =
        |levels: usize| format!("{{\"n\":1,\"x\":{}1{}}}", "[".repeat(levels), "]".repeat(levels));
    assert_eq!(row(&nest(255)), "1 null null null");
    assert!(error(&nest(256)).contains("nested too deep"), "{}", error(&nest(256)));
    // Far deeper than any stack, in a skipped value and in JSON text.
    assert!(error(&nest(1_000_000)).contains("nested too deep"));
    let json = Layout::new([Column::json("x")]).unwrap();
    let line = format!("{{\"x\":{}}}", "{\"a\":".repeat(100_000));
    assert_eq!(whole(&json, line.as_bytes()).end.unwrap_err().code(), "depth");
}

/// Objects whose keys come in several orders, each followed by another one than before.
#[test]
fn shapes_in_turns() {
    let layout = Layout::new([
        Column::int32("a"),
        Column::record("o", [Column::int32("x"), Column::int32("y"), Column::int32("z")]),
        Column::int32("b"),
    ])
    .unwrap();
    let shapes = [
        (r#"{"a":1,"o":{"x":1,"y":2,"z":3},"b":2}"#, ["1", "(1,2,3)", "2"]),
        (r#"{"b":2,"o":{"z":3}}"#, ["null", "(null,null,3)", "2"]),
        (r#"{"a":1,"b":2,"o":{"y":2,"x":1}}"#, ["1", "(1,2,null)", "2"]),
        (r#"{ "o":{ "z":3,"y":2},"a":1}"#, ["1", "(null,2,3)", "null"]),
        (r#"{"b":2,"a":1,"o":{}}"#, ["1", "(null,null,null)", "2"]),
    ];
    let mut lines = String::new();
    let mut expected = Vec::new();
    for n in 0..200 {
        let (line, row) = shapes[(n * n / 3 + n / 7) % shapes.len()];
        lines.push_str(line);
        lines.push('\n');
        expected.push(row);
    }
    assert_eq!(rows(&everywhere(&layout, Options::default(), lines.as_bytes()).batches), expected);
    // A second guess passes no key twice.
    for twice in [r#"{"b":2,"b":2}"#, r#"{"o":{"z":3,"z":3}}"#, r#"{"b":2,"o":{},"b":2}"#] {
        let outcome = everywhere(&layout, quarantine(), format!("{lines}{twice}\n").as_bytes());
        assert_eq!(outcome.rejects.len(), 1, "{twice}");
        assert_eq!(outcome.rejects[0].error().code(), "duplicate_key");
    }
}

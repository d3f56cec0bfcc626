//! Cells that do not fit made null.

use super::{Outcome, everywhere, rows};
use rowmill_json::{Allow, Column, Layout, Limit, OnBadRow, Options, Unknown};

fn options() -> Options {
    let mut options = Options::default();
    options.on_bad_row = OnBadRow::Null { at_most: Limit::None };
    options
}

fn layout() -> Layout {
    Layout::new([
        Column::int32("n").required(),
        Column::uuid("id"),
        Column::record(
            "o",
            [Column::decimal("d", 4, 2), Column::date("day").required(), Column::string("s")],
        ),
        Column::list("l", Column::category("item")),
        Column::list("r", Column::int32("item").required()),
        Column::map("m", Column::boolean("value")),
    ])
    .unwrap()
}

#[track_caller]
fn read(input: &str) -> Outcome {
    everywhere(&layout(), options(), input.as_bytes())
}

#[test]
fn the_innermost_that_may_be_null() {
    for (line, expected) in [
        (r#"{"n":1,"id":"no uuid"}"#, "1 null null null null null"),
        (r#"{"n":1,"id":[1,{"a":2}]}"#, "1 null null null null null"),
        (
            r#"{"n":1,"o":{"d":1.239,"day":"2024-01-01","s":"x"}}"#,
            "1 null (null,19723,\"x\") null null null",
        ),
        (r#"{"n":1,"o":{"d":1,"day":"soon","s":"x"}}"#, "1 null null null null null"),
        (r#"{"n":1,"o":{"d":1,"s":"x"}}"#, "1 null null null null null"),
        (r#"{"n":1,"o":{"d":1,"day":null}}"#, "1 null null null null null"),
        (r#"{"n":1,"o":"text"}"#, "1 null null null null null"),
        (r#"{"n":1,"l":["a",5,"b"]}"#, "1 null null [\"a\",null,\"b\"] null null"),
        (r#"{"n":1,"r":[1,"x",2]}"#, "1 null null null null null"),
        (r#"{"n":1,"r":[1,null]}"#, "1 null null null null null"),
        (r#"{"n":1,"m":{"a":true,"b":1}}"#, "1 null null null null {\"a\"=true,\"b\"=null}"),
    ] {
        let outcome = read(line);
        assert_eq!(rows(&outcome.batches)[0].join(" "), expected, "{line}");
        assert_eq!(outcome.end.unwrap().nulled, 1, "{line}");
    }
}

#[test]
fn what_is_no_cell_is_set_aside() {
    let input = r#"{"n":"x"}
{"id":"0f515589-99b4-423d-b83a-b237009f0509"}
{"n":1,"id":01}
{"n":1,"id":"\ud800"}
{"n":1,"id":5,"l":[}
{"n":1,"n":2}
[1]
{"n":1,"o":{"d":1,"d":2}}
{"n":7,"id":5}
"#;
    let outcome = read(input);
    assert_eq!(rows(&outcome.batches).len(), 1);
    let codes: Vec<_> = outcome.rejects.iter().map(|r| r.error().code()).collect();
    let expected = [
        "type",
        "missing",
        "syntax",
        "surrogate",
        "syntax",
        "duplicate_key",
        "not_an_object",
        "duplicate_key",
    ];
    assert_eq!(codes, expected);
    let counts = outcome.end.unwrap();
    // Those of bad rows do not count.
    assert_eq!((counts.nulled, counts.quarantined), (1, 8));
}

#[test]
fn counted_by_column() {
    let mut input = String::new();
    for n in 1..=40 {
        input.push_str(&match n % 4 {
            0 => format!("{{\"n\":{n},\"id\":5,\"l\":[1,2]}}\n"),
            1 => format!("{{\"n\":{n},\"o\":{{\"day\":\"x\"}}}}\n"),
            2 => format!("{{\"id\":{n}}}\n"),
            _ => format!("{{\"n\":{n}}}\n"),
        });
    }
    let mut options = options();
    (options.batch_rows, options.frame_bytes) = (7, 100);
    let outcome = everywhere(&layout(), options, input.as_bytes());
    let nulled: Vec<_> =
        outcome.drift.nulled.iter().map(|n| (n.column.as_str(), n.count, n.first_line)).collect();
    assert_eq!(nulled, [("o", 10, 1), ("id", 10, 4), ("l[]", 20, 4)]);
    assert_eq!(outcome.end.unwrap().nulled, 40);
}

#[test]
fn half_built_values_are_gone() {
    let layout = Layout::with(
        [
            Column::list(
                "l",
                Column::record(
                    "item",
                    [Column::list("t", Column::string("text")), Column::int32("x").required()],
                ),
            ),
            Column::string("s"),
        ],
        Unknown::Ignore,
    )
    .unwrap();
    let input = r#"{"l":[{"t":["a","b"],"x":1},{"t":["c","d","e"],"x":"no"},{"t":["f"],"x":2}],"s":"1"}
{"l":[{"t":["g"],"x":3}],"s":5}
{"l":[{"t":["h"]}],"s":"3"}
"#;
    let outcome = everywhere(&layout, options(), input.as_bytes());
    assert_eq!(
        rows(&outcome.batches),
        [
            [r#"[(["a","b"],1),null,(["f"],2)]"#, "\"1\""],
            [r#"[(["g"],3)]"#, "null"],
            ["[null]", "\"3\""],
        ]
    );
}

/// Nothing inside a cell that is made null counts by itself, whether it stands before the fault or after it.
#[test]
fn what_is_inside_does_not_count() {
    let mut round = Allow::NONE;
    round.round_digits = true;
    let layout = Layout::with(
        [
            Column::record(
                "o",
                [
                    Column::category("c").known_values(["known"]),
                    Column::decimal("d", 4, 1).allow(round),
                    Column::int32("n"),
                    Column::int32("x").required(),
                ],
            ),
            Column::category("k"),
        ],
        Unknown::Rescue,
    )
    .unwrap();
    let input = r#"{"o":{"c":"new","d":1.25,"n":"no","stray":1,"x":"no"},"k":"a"}
{"o":{"x":"no","c":"new","d":1.25,"n":"no","stray":1},"k":"b"}
{"o":{"x":1,"c":"new"},"k":"c"}
{"o":{"stray":0,"x":[]},"else":1}
"#;
    let outcome = everywhere(&layout, options(), input.as_bytes());
    let kept = |cell: &str| format!("{:?}", format!("{{\"o\":{cell}}}"));
    assert_eq!(
        rows(&outcome.batches),
        [
            ["null", "\"a\"", &kept(r#"{"c":"new","d":1.25,"n":"no","stray":1,"x":"no"}"#)],
            ["null", "\"b\"", &kept(r#"{"x":"no","c":"new","d":1.25,"n":"no","stray":1}"#)],
            [r#"("new",null,null,1)"#, "\"c\"", "null"],
            ["null", "null", r#""{\"o\":{\"stray\":0,\"x\":[]},\"else\":1}""#],
        ]
    );
    let drift = outcome.drift;
    let keys: Vec<_> = drift.keys.iter().map(|key| (key.path(), key.count)).collect();
    assert_eq!(keys, [("else".to_owned(), 1)]);
    let values: Vec<_> = drift.values.iter().map(|v| (&*v.value, v.count, v.first_line)).collect();
    assert_eq!(values, [("new", 1, 3)]);
    let nulled: Vec<_> = drift.nulled.iter().map(|n| (&*n.column, n.count)).collect();
    assert_eq!(nulled, [("o", 3)]);
    let counts = outcome.end.unwrap();
    assert_eq!((counts.nulled, counts.round_digits), (3, 0));
}

/// The value that is passed over when it is made null is as deep as it is, wherever reading ended.
#[test]
fn depth_of_what_is_passed_over() {
    let inner = Column::map("inner", Column::int32("x").required());
    let layout = Layout::new([
        Column::map("m", inner),
        Column::union("u", "k", "v", [Column::map("a", Column::int32("x").required())]),
    ])
    .unwrap();
    let mut options = options();
    options.max_depth = 3;
    let input = r#"{"m":{"a":{"b":"no","c":1},"d":{"e":1}}}
{"u":{"k":"a","v":{"b":"no","c":1},"z":[1]}}
{"m":{"a":{"b":"no","c":[1]}}}
"#;
    let outcome = everywhere(&layout, options, input.as_bytes());
    assert_eq!(
        rows(&outcome.batches),
        [[r#"{"a"=null,"d"={"e"=1}}"#, "null"], ["null", r#"("a",null,null)"#]]
    );
    let codes: Vec<_> = outcome.rejects.iter().map(|r| r.error().code()).collect();
    assert_eq!(codes, ["depth"]);
}

/// A tag that is none is a cell like another: the value stays.
#[test]
fn tags() {
    let union = Column::union("u", "k", "v", [Column::int32("a")]);
    let layout = Layout::with([union], Unknown::Rescue).unwrap();
    let input = "{\"u\":{\"k\":5,\"v\":[1]}}\n{\"u\":{\"v\":[1],\"k\":{}}}\n";
    let outcome = everywhere(&layout, options(), input.as_bytes());
    assert_eq!(
        rows(&outcome.batches),
        [
            [r#"(null,null,"[1]")"#, r#""{\"u\":{\"k\":5}}""#],
            [r#"(null,null,"[1]")"#, r#""{\"u\":{\"k\":{}}}""#]
        ]
    );
    assert_eq!((&*outcome.drift.nulled[0].column, outcome.drift.nulled[0].count), ("u.k", 2));
}

#[test]
fn rows_set_aside_have_a_bound() {
    let mut options = options();
    options.on_bad_row = OnBadRow::Null { at_most: Limit::Rows(1) };
    let outcome =
        everywhere(&layout(), options, b"{\"n\":1,\"id\":2}\n{}\n{\"n\":3,\"id\":4}\n{}\n");
    assert_eq!(outcome.end.unwrap_err().code(), "too_many_rejects");
}

#[test]
fn with_a_column_of_the_rest_nothing_is_lost() {
    let item = Column::record("item", [Column::int32("x").required(), Column::date("d")]);
    let columns = [
        Column::int32("n"),
        Column::list("l", item),
        Column::decimal("deep", 4, 2).path(["a", "b"]),
        Column::record("own", [Column::uuid("id"), Column::raw_json("rest")]),
    ];
    let layout = Layout::with(columns, Unknown::Rescue).unwrap();
    let input = r#"{"n":"one","l":[{"x":1,"d":"soon"},{"x":"no","new":[1]},{"x":2}],"k":0}
{"n":2,"a":[1.0],"own":{"id":7,"z":null}}
{"n":3,"a":{"b":1.239},"own":5}
"#;
    let outcome = everywhere(&layout, options(), input.as_bytes());
    assert_eq!(
        rows(&outcome.batches),
        [
            [
                "null",
                "[(1,null),null,(2,null)]",
                "null",
                "null",
                r#""{\"n\":\"one\",\"l\":[{\"d\":\"soon\"},{\"x\":\"no\",\"new\":[1]}],\"k\":0}""#,
            ],
            ["2", "null", "null", r#"(null,"{\"id\":7,\"z\":null}")"#, r#""{\"a\":[1.0]}""#],
            ["3", "null", "null", "null", r#""{\"a\":{\"b\":1.239},\"own\":5}""#],
        ]
    );
    assert_eq!(outcome.end.unwrap().nulled, 7);
    let paths: Vec<_> = outcome.drift.keys.iter().map(|key| key.path()).collect();
    assert_eq!(paths, ["k", "own.z"]);
}

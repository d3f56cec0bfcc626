//! Columns that are named otherwise than their keys, taken out of structs, and selected.

use super::{everywhere, quarantine, rows};
use rowmill_json::{Column, Kind, Layout, Options, Unknown};

#[test]
fn renamed_and_taken_out() {
    let layout = Layout::new([
        Column::decimal("gross", 10, 2).path(["Amount", "Gross"]),
        Column::int64("id").path(["Id"]).required(),
        Column::category("currency").path(["Amount", "Currency"]),
        Column::string("deep").path(["Amount", "a.b", "c"]),
        Column::record("o", [Column::int32("x").path(["p", "q"]), Column::int32("y")]),
    ])
    .unwrap();
    let input = r#"{"Id":1,"Amount":{"Currency":"EUR","Gross":1.5,"a.b":{"c":"d"}},"o":{"p":{"q":5},"y":6}}
{"Id":2,"Amount":null,"o":{"p":null}}
{"Amount":{"a.b":{},"Gross":2},"Id":3,"o":null}
{"Id":4,"Amount":{"Gross":"x"}}
{"Amount":{"Gross":1}}
{"Id":5,"Amount":{"Gross":1,"Gross":2}}
{"Id":6,"Amount":5}
"#;
    let outcome = everywhere(&layout, quarantine(), input.as_bytes());
    assert_eq!(
        rows(&outcome.batches),
        [
            ["150", "1", "\"EUR\"", "\"d\"", "(5,6)"],
            ["null", "2", "null", "null", "(null,null)"],
            ["200", "3", "null", "null", "null"],
        ]
    );
    let seen: Vec<_> = outcome
        .rejects
        .iter()
        .map(|r| (r.error().code(), r.error().place().unwrap().column.clone().unwrap()))
        .collect();
    let expected = [
        ("type", "Amount.Gross"),
        ("missing", "Id"),
        ("duplicate_key", "Amount.Gross"),
        ("type", "Amount"),
    ];
    assert_eq!(seen, expected.map(|(code, path)| (code, path.to_owned())));
}

#[test]
fn required_inside_what_is_missing() {
    let layout = Layout::new([Column::int64("v").path(["a", "b"]).required()]).unwrap();
    let input = "{\"a\":{\"b\":1}}\n{\"a\":null}\n{}\n{\"a\":{}}\n{\"a\":{\"b\":null}}\n";
    let outcome = everywhere(&layout, quarantine(), input.as_bytes());
    let seen: Vec<_> = outcome
        .rejects
        .iter()
        .map(|r| (r.error().code(), r.error().place().unwrap().column.clone().unwrap()))
        .collect();
    let expected = [("null", "a"), ("missing", "a"), ("missing", "a.b"), ("null", "a.b")];
    assert_eq!(seen, expected.map(|(code, path)| (code, path.to_owned())));
    assert_eq!(outcome.end.unwrap().rows, 1);
}

fn full() -> Layout {
    Layout::new([
        Column::int64("Id"),
        Column::string("Notes").required(),
        Column::record(
            "Data",
            [
                Column::category("Kind"),
                Column::record("Room", [Column::int32("Floor"), Column::string("Name")]),
            ],
        ),
        Column::list("Items", Column::record("item", [Column::int32("a"), Column::int32("b")])),
    ])
    .unwrap()
}

#[test]
fn selected() {
    let line = r#"{"Id":1,"Notes":"n","Data":{"Kind":"K","Room":{"Floor":2,"Name":"x"}},"Items":[{"a":1,"b":2}],"New":0}"#;
    for (paths, expected) in [
        (&["Id"][..], &["1"][..]),
        (&["Data.Kind", "Id"], &["(\"K\")", "1"]),
        (&["Data.Room.Floor", "Data.Kind"], &["((2),\"K\")"]),
        (&["Items.b"], &["[(2)]"]),
        (&["Data"], &["(\"K\",(2,\"x\"))"]),
        (&["floor=Data.Room.Floor", "Id"], &["2", "1"]),
        (&["kind=Data.Kind", "name=Data.Room.Name"], &["\"K\"", "\"x\""]),
        (&["room=Data.Room"], &["(2,\"x\")"]),
        (&["id=Id"], &["1"]),
    ] {
        let layout = full().select(paths.iter().copied()).unwrap();
        let layout = layout.with_unknown(Unknown::Rescue).unwrap();
        let outcome = everywhere(&layout, Options::default(), line.as_bytes());
        let mut row = rows(&outcome.batches).remove(0);
        // What was left out is known; what is new is not.
        assert_eq!(row.pop().unwrap(), r#""{\"New\":0}""#, "{paths:?}");
        assert_eq!(row, expected, "{paths:?}");
        assert_eq!(outcome.drift.keys.len(), 1, "{paths:?}");
    }
}

#[test]
fn selections_that_are_none() {
    let refused = |paths: &[&str]| full().select(paths.iter().copied()).unwrap_err().to_string();
    assert_eq!(refused(&["Nope"]), "column Nope: is not in the layout");
    assert_eq!(refused(&["Data.Nope"]), "column Data.Nope: is not in the layout");
    assert_eq!(refused(&["Id.x"]), "column Id.x: is not in the layout");
    assert_eq!(refused(&["Id", "Id"]), "column Id: is selected twice");
    assert_eq!(refused(&["Data", "Data.Kind"]), "column Data.Kind: is selected twice");
    assert!(refused(&["x=Items.a"]).contains("is in no struct"));
    assert!(refused(&["x=Data.Kind", "Data.Room"]).contains("reads the same value as"));
    assert_eq!(refused(&[]), "layout: there are no columns");
}

#[test]
fn names_with_points() {
    let layout = Layout::new([
        Column::int32("a"),
        Column::int32("a.b"),
        Column::record("a.b.c", [Column::int32("d.e")]),
    ])
    .unwrap();
    let names = |path| {
        let layout = layout.select([path]).unwrap();
        let first = &layout.columns()[0];
        (first.name().to_owned(), matches!(first.kind(), Kind::Record(_)))
    };
    assert_eq!(names("a"), ("a".into(), false));
    assert_eq!(names("a.b"), ("a.b".into(), false));
    assert_eq!(names("a.b.c.d.e"), ("a.b.c".into(), true));
}

#[test]
fn line_numbers() {
    let numbers = [Column::line_number("_line"), Column::int32("n"), Column::line_number("again")];
    let layout = Layout::new(numbers).unwrap();
    let mut input = String::new();
    let mut expected = Vec::new();
    for line in 1..=50 {
        match line % 5 {
            0 => input.push_str("\r\n"),
            3 => input.push_str("{\"n\":\"x\"}\n"),
            _ => {
                input.push_str(&format!("{{\"n\":{line}}}\n"));
                expected.push([(); 3].map(|()| line.to_string()));
            }
        }
    }
    for rows_in_a_batch in [7, 2048] {
        let mut options = quarantine();
        (options.batch_rows, options.frame_bytes) = (rows_in_a_batch, 90);
        let outcome = everywhere(&layout, options, input.as_bytes());
        assert_eq!(rows(&outcome.batches), expected);
    }
}

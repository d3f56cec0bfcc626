use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Int32Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Field, Fields};

use crate::reference::BadKind::{
    DuplicateKey, Format, Missing, Null, Precision, Range, Type, UnknownKey,
};
use crate::reference::{BadKind, Column, Decoded, Leniency, Shape, Table, Unknown};

fn column(name: &str, data_type: DataType, shape: Shape) -> Column {
    Column {
        field: Arc::new(Field::new(name, data_type, true)),
        keys: vec![name.into()],
        leniency: Leniency::default(),
        known: vec![],
        shape,
    }
}

fn int(name: &str) -> Column {
    column(name, DataType::Int32, Shape::Leaf)
}

fn text(name: &str) -> Column {
    column(name, DataType::Utf8, Shape::Leaf)
}

fn required(column: Column) -> Column {
    Column { field: Arc::new(column.field.as_ref().clone().with_nullable(false)), ..column }
}

fn at(column: Column, keys: &[&str]) -> Column {
    Column { keys: keys.iter().map(|key| (*key).into()).collect(), ..column }
}

fn rest() -> Column {
    column("rest", DataType::Utf8, Shape::Rest)
}

fn fields(columns: &[Column]) -> Fields {
    let read = columns.iter().filter(|column| !matches!(column.shape, Shape::Unread));
    read.map(|column| Arc::clone(&column.field)).collect()
}

fn record(name: &str, columns: Vec<Column>) -> Column {
    column(name, DataType::Struct(fields(&columns)), Shape::Record(columns))
}

fn list(name: &str, item: Column) -> Column {
    column(name, DataType::List(Arc::clone(&item.field)), Shape::List(Box::new(item)))
}

fn union(name: &str, arms: Vec<Column>) -> Column {
    let open = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let tag = column("k", open, Shape::Leaf);
    let all: Vec<Column> =
        [tag.clone()].into_iter().chain(arms.clone()).chain([text("v")]).collect();
    let shape = Shape::Union { tag: Box::new(tag), value: "v".into(), arms };
    column(name, DataType::Struct(fields(&all)), shape)
}

fn decode(columns: Vec<Column>, unknown: Unknown, null_cells: bool, lines: &str) -> Decoded {
    Table { columns, unknown, null_cells }.decode(lines.as_bytes())
}

fn texts(batch: &RecordBatch, column: &str) -> Vec<Option<String>> {
    let column = batch.column_by_name(column).expect("a column").as_string::<i32>();
    column.iter().map(|text| text.map(str::to_owned)).collect()
}

fn faults(found: &Decoded) -> Vec<(u64, BadKind, &str)> {
    found.bad.iter().map(|bad| (bad.line, bad.kind, bad.column.as_deref().unwrap_or(""))).collect()
}

#[test]
fn what_is_left_is_kept_as_it_is_written() {
    let columns = || {
        vec![
            int("n"),
            record("o", vec![int("x")]),
            list("l", record("element", vec![int("x")])),
            column("known", DataType::Null, Shape::Unread),
            record("own", vec![int("x"), rest()]),
            rest(),
        ]
    };
    for (line, left) in [
        (r#"{"n":1,"known":{"x":2}}"#, None),
        (
            r#"{ "a\u0062" : [ 1.50, {} ] , "n":1,"c":null}"#,
            Some(r#"{"a\u0062":[ 1.50, {} ],"c":null}"#),
        ),
        (r#"{"a":1,"a":2}"#, Some(r#"{"a":1,"a":2}"#)),
        (r#"{"o":{"x":1,"y":2},"l":null}"#, Some(r#"{"o":{"y":2}}"#)),
        (r#"{"l":[{"x":1},{"y":2},null,{}]}"#, Some(r#"{"l":[{},{"y":2}]}"#)),
        (r#"{"own":{"y":1},"l":[]}"#, None),
    ] {
        let found = decode(columns(), Unknown::Rescue, false, line);
        assert_eq!(texts(&found.batch, "rest"), [left.map(str::to_owned)], "{line}");
    }
    let found = decode(columns(), Unknown::Rescue, false, "{\"own\":{\"y\":1}}");
    let own = found.batch.column_by_name("own").expect("a column").as_struct();
    assert_eq!(own.column(1).as_string::<i32>().value(0), "{\"y\":1}");
}

#[test]
fn unknown_keys_are_counted_or_refused() {
    let columns = || vec![int("n"), record("o", vec![int("x")])];
    let lines = concat!(
        "{\"n\":1,\"a\":2,\"a\":\"t\"}\n{\"n\":\"bad\",\"a\":1}\n",
        "{\"o\":{\"y\":[]},\"a\":null}\n{\"\":1}\n"
    );
    let found = decode(columns(), Unknown::Ignore, false, lines);
    let seen: Vec<_> = found
        .drift
        .keys
        .iter()
        .map(|(key, it)| (&*key.object, &*key.name, it.count, it.first_line, it.kinds.len()))
        .collect();
    assert_eq!(seen, [("", "a", 3, 1, 3), ("o", "y", 1, 3, 1), ("", "", 1, 4, 1)]);
    let found = decode(columns(), Unknown::Error, false, lines);
    let wanted =
        [(1, UnknownKey, "a"), (2, Type, "n"), (3, UnknownKey, "o.y"), (4, UnknownKey, "")];
    assert_eq!(faults(&found), wanted);
    assert!(found.drift.keys.is_empty());
}

#[test]
fn columns_may_lie_deeper() {
    let columns = vec![
        at(int("a"), &["p", "x"]),
        required(at(int("b"), &["p", "q", "y"])),
        at(int("c"), &["z"]),
    ];
    let lines = concat!(
        "{\"p\":{\"q\":{\"y\":2},\"x\":1},\"z\":3}\n{\"p\":null}\n{\"p\":{\"x\":1}}\n{}\n",
        "{\"p\":{\"q\":{}}}\n{\"p\":5}\n{\"p\":{\"q\":{\"y\":1},\"q\":1}}\n{\"p\":{\"q\":{\"y\":7}}}\n"
    );
    let found = decode(columns, Unknown::Ignore, false, lines);
    let wanted = [
        (2, Null, "p"),
        (3, Missing, "p.q"),
        (4, Missing, "p"),
        (5, Missing, "p.q.y"),
        (6, Type, "p"),
        (7, DuplicateKey, "p.q"),
    ];
    assert_eq!(faults(&found), wanted);
    let values =
        |at: usize| found.batch.column(at).as_primitive::<Int32Type>().iter().collect::<Vec<_>>();
    assert_eq!(
        [values(0), values(1), values(2)],
        [vec![Some(1), None], vec![Some(2), Some(7)], vec![Some(3), None]]
    );
}

#[test]
fn unions_read_the_arm_that_the_tag_names() {
    let columns = || vec![union("u", vec![record("A", vec![int("x")]), int("B")]), rest()];
    let lines = concat!(
        r#"{"u":{"k":"A","v":{"x":1,"s":2}}}"#,
        "\n",
        r#"{"u":{"v":7,"t":0,"k":"B"}}"#,
        "\n",
        r#"{"u":{"v": [1, 2] ,"k":"C"}}"#,
        "\n",
        r#"{"u":{"v":"x","k":"B"}}"#,
        "\n",
        r#"{"u":{"v":1,"v":2}}"#,
        "\n",
        r#"{"u":{"k":5}}"#,
        "\n"
    );
    let found = decode(columns(), Unknown::Rescue, false, lines);
    assert_eq!(faults(&found), [(4, Type, "u.B"), (5, DuplicateKey, "u.v"), (6, Type, "u.k")]);
    let found = &found.batch;
    let union = found.column(0).as_struct();
    assert_eq!(union.column(1).as_struct().column(0).as_primitive::<Int32Type>().value(0), 1);
    assert_eq!(union.column(2).as_primitive::<Int32Type>().value(1), 7);
    assert_eq!(union.column(3).as_string::<i32>().value(2), "[1, 2]");
    let left = [Some(r#"{"u":{"v":{"s":2}}}"#), Some(r#"{"u":{"t":0}}"#), None];
    assert_eq!(texts(found, "rest"), left.map(|it| it.map(str::to_owned)));
}

#[test]
fn cells_that_do_not_fit_are_null() {
    let mut news = column(
        "c",
        DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
        Shape::Leaf,
    );
    news.known = vec!["old".into()];
    let columns = vec![
        required(int("n")),
        record("o", vec![required(int("x")), int("y"), news]),
        at(int("d"), &["p", "d"]),
        rest(),
    ];
    let lines = concat!(
        "{\"n\":1,\"o\":{\"c\":\"new\",\"y\":\"no\",\"s\":1,\"x\":\"no\"}}\n",
        "{\"n\":1,\"o\":{\"x\":1,\"y\":\"no\",\"c\":\"new\"},\"p\":5}\n",
        "{\"n\":\"no\"}\n",
        "{\"n\":1,\"o\":{\"x\":1,\"x\":1}}\n"
    );
    let found = decode(columns, Unknown::Rescue, true, lines);
    assert_eq!(faults(&found), [(3, Type, "n"), (4, DuplicateKey, "o.x")]);
    let nulled: Vec<_> = found.drift.nulled.iter().map(|(at, it)| (&**at, it.count)).collect();
    assert_eq!(nulled, [("o", 1), ("o.y", 1), ("p", 1)]);
    assert_eq!((found.drift.values.len(), found.drift.values[0].1.first_line), (1, 2));
    assert!(found.drift.keys.is_empty() && found.batch.column(1).is_null(0));
    // What was made null has not been read.
    let left = [r#"{"o":{"c":"new","y":"no","s":1,"x":"no"}}"#, r#"{"o":{"y":"no"},"p":5}"#];
    assert_eq!(texts(&found.batch, "rest"), left.map(|it| Some(it.to_owned())));
}

#[test]
fn digits_are_rounded_or_left() {
    let decimal = |name: &str, leniency| Column {
        leniency,
        ..column(name, DataType::Decimal128(4, 1), Shape::Leaf)
    };
    let strict = Leniency::default();
    let columns = || {
        vec![
            decimal("r", Leniency { round_digits: true, ..strict }),
            decimal("k", Leniency { rescue_digits: true, ..strict }),
            rest(),
        ]
    };
    let nines = "9".repeat(80);
    for (number, value) in [
        ("0.05", Some(1)),
        ("-0.05", Some(-1)),
        ("0.0499999", Some(0)),
        ("1.25e0", Some(13)),
        ("-12.349", Some(-123)),
        ("999.94", Some(9_999)),
        ("999.95", None),
        ("1e-400", Some(0)),
        ("9e-2", Some(1)),
        ("5e-3", Some(0)),
        (&format!("{nines}.01"), None),
    ] {
        let found = decode(columns(), Unknown::Rescue, false, &format!("{{\"r\":{number}}}"));
        match value {
            Some(value) => {
                let array = found.batch.column(0).as_primitive::<Decimal128Type>();
                assert_eq!(array.value(0), value, "{number}");
                assert_eq!(found.uses.round_digits, 1, "{number}");
            }
            None => assert_eq!(faults(&found), [(1, Range, "r")], "{number}"),
        }
        let found = decode(columns(), Unknown::Rescue, false, &format!("{{\"k\":{number}}}"));
        assert_eq!(texts(&found.batch, "rest"), [Some(format!("{{\"k\":{number}}}"))]);
        assert_eq!(found.uses.rescue_digits, 1);
    }
}

#[test]
fn lines_and_parts_of_durations() {
    let part = |name: &str, data_type| Field::new(name, data_type, false);
    let parts = DataType::Struct(
        vec![
            part("months", DataType::Int32),
            part("days", DataType::Int32),
            part("nanoseconds", DataType::Int64),
        ]
        .into(),
    );
    let mark = HashMap::from([("rowmill:type".to_owned(), "duration_parts".to_owned())]);
    let field = Field::new("d", parts, true).with_metadata(mark);
    let duration = Column { field: Arc::new(field), ..int("d") };
    let columns = || vec![column("line", DataType::Int64, Shape::Line), duration.clone()];
    for (text, wanted) in [
        ("P1Y2M-3W4DT5M0.5S", Ok((14, -17, 300_500_000_000_i64))),
        ("-P1MT-1H", Ok((-1, 0, 3_600_000_000_000))),
        ("PT0.1234567890S", Ok((0, 0, 123_456_789))),
        ("PT0.1234567891S", Err(Precision)),
        ("P99999999999DT0.0000000001S", Err(Precision)),
        ("P99999999999D", Err(Range)),
        ("P99999999999999999999D", Err(Range)),
        ("P1.5D", Err(Format)),
    ] {
        let found = decode(columns(), Unknown::Ignore, false, &format!("\n\n{{\"d\":\"{text}\"}}"));
        match wanted {
            Ok((months, days, nanoseconds)) => {
                assert_eq!(found.batch.column(0).as_primitive::<Int64Type>().value(0), 3);
                let parts = found.batch.column(1).as_struct();
                let int = |at: usize| parts.column(at).as_primitive::<Int32Type>().value(0);
                assert_eq!((int(0), int(1)), (months, days), "{text}");
                let nanos = parts.column(2).as_primitive::<Int64Type>().value(0);
                assert_eq!(nanos, nanoseconds, "{text}");
            }
            Err(kind) => assert_eq!(faults(&found), [(3, kind, "d")], "{text}"),
        }
    }
}

use rowmill_json::{Allow, Column, Layout, Unknown, UuidForm};

use super::{parse, print};
use crate::entity;

/// The layout of a document with just these fields.
fn layout(fields: &str) -> Layout {
    parse(&format!(r#"{{"fields": [{fields}]}}"#)).unwrap()
}

/// The message for a document with just these fields, without its place.
fn refused(fields: &str) -> String {
    let error = parse(&format!(r#"{{"fields": [{fields}]}}"#)).unwrap_err();
    format!("{}: {}", error.field(), error.reason())
}

fn of(columns: impl IntoIterator<Item = Column>) -> Layout {
    Layout::new(columns).unwrap()
}

#[test]
fn every_word() {
    type Make = fn(&'static str) -> Column;
    let words: [(&str, Make); 17] = [
        ("int32", Column::int32),
        ("int64", Column::int64),
        ("uint64", Column::uint64),
        ("float64", Column::float64),
        ("bool", Column::boolean),
        ("string", Column::string),
        ("string_view", Column::string_view),
        ("uuid", Column::uuid),
        ("date", Column::date),
        ("timestamp_us", Column::timestamp_us),
        ("timestamp_ns", Column::timestamp_ns),
        ("duration", Column::duration),
        ("json", Column::json),
        ("enum", Column::category),
        ("duration_parts", Column::duration_parts),
        ("raw_json", Column::raw_json),
        ("line_number", Column::line_number),
    ];
    for (word, make) in words {
        let read = layout(&format!(r#"{{"name": "x", "type": " {word} "}}"#));
        assert_eq!(read, of([make("x")]), "{word}");
        assert!(print(&read).contains(&format!(r#"{{"name": "x", "type": "{word}"}}"#)), "{word}");
    }
}

#[test]
fn attributes() {
    let mut cut = Allow::NONE;
    cut.cut_digits = true;
    cut.empty_as_null = true;
    let read = layout(
        r#"{"name": "Id", "type": "uuid", "nullable": false},
           {"allow": ["cut_digits", "empty_as_null"], "type": "timestamp_ns", "name": "At"},
           {"name": "V", "type": "decimal( 38 , 10 )", "nullable": true, "allow": [],
            "metadata": {"unit": "EUR", "": "\"\n"}}"#,
    );
    let expected = of([
        Column::uuid("Id").required(),
        Column::timestamp_ns("At").allow(cut),
        Column::decimal("V", 38, 10).with_metadata("unit", "EUR").with_metadata("", "\"\n"),
    ]);
    assert_eq!(read, expected);
    assert_eq!(parse(&print(&read)).unwrap(), read);
}

#[test]
fn paths_unions_and_unknown_keys() {
    let mut rescue = Allow::NONE;
    rescue.rescue_digits = true;
    let text = r#"{"unknown": "rescue", "fields": [
        {"name": "a", "type": "int32", "path": "b.c"},
        {"name": "d", "type": "decimal(10,2)", "allow": ["rescue_digits"], "path": ["e.f", ""]},
        {"name": "g", "type": "enum", "values": ["x", "y\"z"]},
        {"name": "h", "type": "unread"},
        {"name": "u", "type": "union", "tag": "Kind", "value": "Value", "arms": [
            {"name": "One", "type": "struct<v: int32>"},
            {"name": "Two", "type": "string"}]},
        {"name": "v", "tag": "t", "value": "w", "arms": [{"name": "a", "type": "json"}]}]}"#;
    let read = parse(text).unwrap();
    let expected = Layout::with(
        [
            Column::int32("a").path(["b", "c"]),
            Column::decimal("d", 10, 2).allow(rescue).path(["e.f", ""]),
            Column::category("g").known_values(["x", "y\"z"]),
            Column::unread("h"),
            Column::union(
                "u",
                "Kind",
                "Value",
                [Column::record("One", [Column::int32("v")]), Column::string("Two")],
            ),
            Column::union("v", "t", "w", [Column::json("a")]),
        ],
        Unknown::Rescue,
    )
    .unwrap();
    assert_eq!(read, expected);
    assert_eq!(parse(&print(&read)).unwrap(), read);
    for (field, message) in [
        (
            r#"{"name": "u", "type": "union", "tag": "k", "value": "v"}"#,
            "u: union needs the attribute \"arms\"",
        ),
        (
            r#"{"name": "u", "type": "union", "arms": [], "value": "v"}"#,
            "u: union needs the attribute \"tag\"",
        ),
        (
            r#"{"name": "u", "type": "int32", "arms": []}"#,
            "u: the attribute \"arms\" does not fit the type \"int32\"",
        ),
        (r#"{"name": "u", "type": "int32", "path": 5}"#, "u: expected a string"),
        (
            r#"{"name": "u", "type": "int32", "values": ["a"]}"#,
            "u: known values fit enumerations only",
        ),
        (r#"{"name": "u", "type": "int32", "path": []}"#, "u: has an empty path"),
    ] {
        assert_eq!(refused(field), message);
    }
    let error = parse(r#"{"unknown": "keep", "fields": []}"#).unwrap_err();
    assert_eq!(error.reason(), "unknown keys cannot be \"keep\"; known are ignore, error, rescue");
}

#[test]
fn nested_as_text_and_as_objects() {
    let column = || {
        Column::list(
            "A",
            Column::record(
                "",
                [
                    Column::int32("b"),
                    Column::map("c d", Column::list("", Column::json(""))),
                    Column::decimal("e:<\"", 5, 0),
                ],
            ),
        )
    };
    let text = r#"{"name": "A",
        "type": " list < struct<b:int32, c d : map<string ,list<json>>, \"e:<\\\"\":decimal(5,0)> >"}"#;
    assert_eq!(layout(text), of([column()]));
    let objects = r#"{"name": "A", "type": "list", "item": {"type": "struct", "fields": [
        {"name": "b", "type": "int32"},
        {"name": "c d", "type": "map", "value": {"type": "list", "item": "json"}},
        {"name": "e:<\"", "type": "decimal(5,0)"}]}}"#;
    assert_eq!(layout(objects), of([column()]));
    let mixed = r#"{"name": "A", "item": {"fields": [
        {"name": "b", "type": "int32"},
        {"name": "c d", "type": "map", "item": "list<json>"},
        {"name": "e:<\"", "type": "decimal(5,0)"}]}}"#;
    assert_eq!(layout(mixed), of([column()]));
    let strict =
        layout(r#"{"name": "L", "type": "list", "item": {"type": "uuid", "nullable": false}}"#);
    assert_eq!(strict, of([Column::list("L", Column::uuid("").required())]));
}

#[test]
fn the_document() {
    assert!(
        parse("\u{feff}\n {\"version\": 1, \"fields\": [{\"name\":\"a\",\"type\":\"date\"}]}\n")
            .is_ok()
    );
    for (text, message) in [
        ("", "line 1, column 1: not valid JSON: EOF while parsing a value"),
        ("{\"fields\": [}", "line 1, column 13: not valid JSON: expected value"),
        ("{}\n\n  x", "line 3, column 3: not valid JSON: trailing characters"),
        ("[]", "line 1, column 1: expected an object"),
        ("{}", "line 1, column 1: a schema file has an attribute \"fields\""),
        ("{\"fields\": []}", "line 1, column 1: there are no columns"),
        ("{\"fields\": {}}", "line 1, column 12: expected an array"),
        (
            "{\"version\": 2, \"fields\": []}",
            "line 1, column 13: the version of a schema file is 1",
        ),
        (
            "{\"fields\": [],\n \"name\": \"x\"}",
            "line 2, column 10: unknown attribute \"name\"; known are version, unknown, fields",
        ),
        ("{\"fields\": [], \"fields\": []}", "line 1, column 26: \"fields\" stands twice"),
    ] {
        assert_eq!(parse(text).unwrap_err().to_string(), message, "{text}");
    }
}

#[test]
fn errors_have_a_place_and_a_field() {
    let text = "{\"fields\": [\n  {\"name\": \"Größe\", \"type\": \"struct\", \"fields\": [\n    \
                {\"name\": \"a\", \"type\": \"int32\", \"nulable\": true}]}]}";
    let error = parse(text).unwrap_err();
    assert_eq!((error.line(), error.column(), error.field()), (3, 47, "Größe.a"));
    assert!(error.to_string().starts_with(
        "line 3, column 47, field Größe.a: unknown attribute \"nulable\"; known are name, type"
    ));

    // What only the finished layout shows still has its line.
    let text = "{\"fields\": [\n  {\"name\": \"a\", \"type\": \"date\"},\n  {\"name\": \"a\", \"type\": \"date\"}]}";
    assert_eq!(parse(text).unwrap_err().to_string(), "line 3, column 3, field a: is there twice");
    let text = "{\"fields\": [\n  {\"name\": \"a\", \"type\": \"list<struct<b:int32,b:int32>>\"}]}";
    assert_eq!(
        parse(text).unwrap_err().to_string(),
        "line 2, column 3, field a.element.b: is there twice"
    );
}

#[test]
fn refused_fields() {
    let known = "known are int32, int64, uint64";
    for (fields, message) in [
        (r#"{"type": "int32"}"#, ": a field without \"name\""),
        (r#"{"name": 1, "type": "int32"}"#, ": expected a string"),
        (r#"{"name": "", "type": "int32"}"#, ": has an empty name"),
        (r#"{"name": "a"}"#, "a: a field without \"type\""),
        (r#"{"name": "a", "type": "unit64"}"#, &format!("a: unknown type \"unit64\"; {known}")),
        (r#"{"name": "a", "type": ""}"#, "a: unknown type \"\""),
        (r#"{"name": "a", "type": ["int32"]}"#, "a: expected a string"),
        (r#"{"name": "a", "type": "int32", "type": "string"}"#, "a: \"type\" stands twice"),
        (r#"{"name": "a", "name": "b", "type": "date"}"#, "a: \"name\" stands twice"),
        (r#"{"name": "a", "type": "int32", "nullable": "no"}"#, "a: expected true or false"),
        (r#"{"name": "a", "type": "date", "allow": ["all"]}"#, "a: cannot allow \"all\""),
        (
            r#"{"name": "a", "type": "date", "allow": ["cut_digits"]}"#,
            "a: date_as_midnight and cut",
        ),
        (r#"{"name": "a", "type": "uuid", "allow": ["empty_as_null"]}"#, "a: empty_as_null fits"),
        (r#"{"name": "a", "type": "uuid", "uuid": "base64"}"#, "a: expected binary or text"),
        (r#"{"name": "a", "type": "string", "uuid": "text"}"#, "a: how UUIDs are stored fits"),
        (r#"{"name": "a", "type": "date", "metadata": {"k": 1}}"#, "a: expected a string"),
        (
            r#"{"name": "a", "type": "date", "metadata": {"k": "", "k": ""}}"#,
            "a: \"k\" stands twice",
        ),
        (r#"{"name": "\ud800", "type": "date"}"#, ": not valid JSON"),
        (r#"{"name": "a", "type": "struct"}"#, "a: struct needs the attribute \"fields\""),
        (r#"{"name": "a", "type": "struct", "fields": []}"#, "a: has no fields"),
        (r#"{"name": "a", "type": "list"}"#, "a: list needs the attribute \"item\""),
        (r#"{"name": "a", "type": "map"}"#, "a: map needs the attribute \"value\""),
        (
            r#"{"name": "a", "type": "map", "item": "date", "value": "date"}"#,
            "a: the attribute \"item\"",
        ),
        (
            r#"{"name": "a", "type": "date", "item": "date"}"#,
            "a: the attribute \"item\" does not fit",
        ),
        (r#"{"name": "a", "item": "date", "fields": []}"#, "a: the attribute \"item\""),
        (r#"{"name": "a", "item": {"name": "b", "type": "date"}}"#, "a.element: unknown attribute"),
        (r#"{"name": "a", "value": {"type": "dat"}}"#, "a.value: unknown type \"dat\""),
        (r#"{"name": "a", "type": "list<int32"}"#, "expected \">\", found the end"),
        (r#"{"name": "a", "type": "list<int32>>"}"#, "expected the end, found \">\""),
        (r#"{"name": "a", "type": "struct<>"}"#, "expected a field name, found \">\""),
        (r#"{"name": "a", "type": "struct<b int32>"}"#, "expected \":\", found \">\""),
        (r#"{"name": "a", "type": "struct<\"b:int32>"}"#, "a quoted field name is no JSON string"),
        (r#"{"name": "a", "type": "map<int32,date>"}"#, "the keys of a map are string"),
        (r#"{"name": "a", "type": "list<integer>"}"#, "unknown type \"integer\""),
        (r#"{"name": "a", "type": "decimal"}"#, "as in decimal(38,10)"),
        (
            r#"{"name": "a", "type": "decimal(300,2)"}"#,
            "expected a number of digits, found \"300\"",
        ),
        (r#"{"name": "a", "type": "decimal(39,2)"}"#, "a: decimal(39,2) needs a precision"),
        (r#"{"name": "a", "type": "decimal(5,6)"}"#, "a: decimal(5,6) needs a precision"),
    ] {
        let found = refused(fields);
        assert!(found.contains(message), "{fields}\n{found}");
    }
}

#[test]
fn depth_is_bounded() {
    let text = format!("{}int32{}", "list<".repeat(100_000), ">".repeat(100_000));
    assert!(refused(&format!(r#"{{"name": "a", "type": "{text}"}}"#)).contains("deeper than 64"));
    let objects = format!("{}\"int32\"{}", r#"{"item":"#.repeat(100), "}".repeat(100));
    assert!(refused(&format!(r#"{{"name": "a", "item": {objects}}}"#)).contains("deeper than 64"));
    // The deepest that a layout may be goes both ways.
    let deep = (0..63).fold(Column::int32("x"), |inner, _| Column::list("x", inner));
    let deep = of([deep]);
    assert_eq!(parse(&print(&deep)).unwrap(), deep);
}

#[test]
fn printed_form() {
    let layout = of([
        Column::uuid("Id").required().with_metadata("k", "v"),
        Column::list("Tags", Column::category("")),
        Column::list("Ids", Column::uuid("").stored_as(UuidForm::Text)),
        Column::record(
            "R",
            [
                Column::date("d").allow(date_leniency()),
                Column::map("m", Column::record("", [Column::json("j")]).required()),
            ],
        ),
    ]);
    let expected = r#"{
  "version": 1,
  "fields": [
    {"name": "Id", "type": "uuid", "nullable": false, "metadata": {"k": "v"}},
    {"name": "Tags", "type": "list", "item": {"type": "enum"}},
    {"name": "Ids", "type": "list", "item": {"type": "uuid", "uuid": "text"}},
    {"name": "R", "type": "struct", "fields": [
      {"name": "d", "type": "date", "allow": ["empty_as_null"]},
      {"name": "m", "type": "map", "value": {"type": "struct", "nullable": false, "fields": [
        {"name": "j", "type": "json"}
      ]}}
    ]}
  ]
}
"#;
    assert_eq!(print(&layout), expected);
}

/// The only leniency a date may have.
fn date_leniency() -> Allow {
    let mut allow = Allow::NONE;
    allow.empty_as_null = true;
    allow
}

#[test]
fn entities_go_both_ways() {
    for name in entity::NAMES {
        let layout = entity::layout(name).unwrap();
        assert_eq!(parse(&print(&layout)).unwrap(), layout, "{name}");
    }
}

#[test]
fn any_layout_goes_both_ways() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for round in 0..500 {
        let columns: Vec<_> = (0..=dice.below(6)).map(|i| any_column(&mut dice, i, 4)).collect();
        let layout = of(columns);
        let text = print(&layout);
        assert_eq!(parse(&text).unwrap(), layout, "round {round}\n{text}");
    }
}

/// Repeatable numbers: xorshift.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end
    }

    fn text(&mut self) -> String {
        let letters = [
            'a', 'Z', '.', ' ', '"', '\\', '\n', '<', '>', ':', ',', 'é', '\u{0}', '🍵', '\u{2028}',
        ];
        (0..self.below(5)).map(|_| letters[self.below(letters.len())]).collect()
    }

    fn form(&mut self) -> UuidForm {
        UuidForm::ALL[self.below(2)]
    }

    fn allow(&mut self, instant: bool) -> Allow {
        let mut allow = Allow::NONE;
        allow.empty_as_null = self.below(2) == 0;
        allow.date_as_midnight = instant && self.below(2) == 0;
        allow.cut_digits = instant && self.below(2) == 0;
        allow
    }
}

/// A column of any type; `place` makes its name its own among its siblings.
fn any_column(dice: &mut Dice, place: usize, depth: usize) -> Column {
    let name = format!("{}{place}", dice.text());
    let mut column = match dice.below(if depth == 0 { 14 } else { 18 }) {
        0 => Column::int32(name),
        1 => Column::int64(name),
        2 => Column::uint64(name),
        3 => Column::float64(name),
        4 => Column::boolean(name),
        5 => Column::string(name),
        6 => {
            [Column::uuid(&name), Column::uuid(&name).stored_as(dice.form())][dice.below(2)].clone()
        }
        7 => Column::date(name).allow(dice.allow(false)),
        8 => Column::timestamp_us(name).allow(dice.allow(true)),
        9 => Column::timestamp_ns(name).allow(dice.allow(true)),
        10 => Column::duration(name),
        11 => Column::json(name),
        12 => Column::category(name),
        13 => {
            let precision = 1 + dice.below(38);
            Column::decimal(name, precision as u8, dice.below(precision + 1) as i8)
        }
        14 => Column::list(name, any_column(dice, 0, depth - 1)),
        15 => Column::map(name, any_column(dice, 0, depth - 1)),
        _ => {
            let fields: Vec<_> =
                (0..=dice.below(4)).map(|i| any_column(dice, i, depth - 1)).collect();
            Column::record(name, fields)
        }
    };
    if dice.below(3) == 0 {
        column = column.required();
    }
    for _ in 0..dice.below(3) {
        column = column.with_metadata(dice.text(), dice.text());
    }
    column
}

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Decimal128Type, Int32Type, TimestampMicrosecondType, TimestampNanosecondType,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, Field, Fields, Schema, TimeUnit};

use super::BadKind::{
    Depth, DuplicateKey, Format, Missing, NotAnObject, Null, Precision, Range, Surrogate, Syntax,
    Truncated, Type, Utf8,
};
use super::{BadKind, BadRow, Decoded, Leniency, Table, Uses, decode};

const STRICT: Leniency = Leniency {
    empty_as_null: false,
    date_as_midnight: false,
    cut_digits: false,
    round_digits: false,
    rescue_digits: false,
};
const ALL: Leniency =
    Leniency { empty_as_null: true, date_as_midnight: true, cut_digits: true, ..STRICT };

fn field(data_type: DataType) -> Field {
    Field::new("v", data_type, true)
}

fn marked(data_type: DataType, key: &str, value: &str) -> Field {
    let metadata = HashMap::from([(key.to_owned(), value.to_owned())]);
    field(data_type).with_metadata(metadata)
}

fn timestamp(unit: TimeUnit) -> Field {
    field(DataType::Timestamp(unit, Some("UTC".into())))
}

/// What the value `json` becomes in a column of its own.
fn read(field: &Field, allow: Leniency, json: &str) -> Result<ArrayRef, BadKind> {
    let schema = Schema::new(vec![field.clone()]);
    let line = format!("{{\"v\":{json}}}");
    let batch = decode(&schema, |path| if path == "v" { allow } else { STRICT }, line.as_bytes());
    batch.map(|batch| Arc::clone(batch.column(0))).map_err(|bad| {
        assert_eq!(bad.line, 1);
        bad.kind
    })
}

/// What single values become, as Arrow prints arrays for debugging.
fn check(field: &Field, allow: Leniency, cases: &[(&str, Result<&str, BadKind>)]) {
    for (json, wanted) in cases {
        let found = read(field, allow, json).map(|array| {
            let text = format!("{array:?}");
            let item = text.split_once("[\n").map_or("", |(_, rest)| rest).trim_end_matches("\n]");
            item.trim().trim_end_matches(',').to_owned()
        });
        assert_eq!(found, wanted.map(str::to_owned), "{json} as {}", field.data_type());
    }
}

#[test]
fn integers_are_whole_numbers_however_written() {
    let cases = [
        ("0", Ok("0")),
        ("-0", Ok("0")),
        ("1.0", Ok("1")),
        ("1e2", Ok("100")),
        ("1200e-2", Ok("12")),
        ("0.0e999999999999999999999", Ok("0")),
        ("2147483647", Ok("2147483647")),
        ("-2147483648", Ok("-2147483648")),
        ("2147483648", Err(Range)),
        ("1e40", Err(Range)),
        ("1e99999999999999999999", Err(Range)),
        ("1.9", Err(Precision)),
        ("1e-1", Err(Precision)),
        ("1e-99999999999999999999", Err(Precision)),
        ("\"1\"", Err(Type)),
        ("true", Err(Type)),
        ("[1]", Err(Type)),
        ("01", Err(Syntax)),
        ("+1", Err(Syntax)),
        ("1.", Err(Syntax)),
        ("null", Ok("null")),
    ];
    check(&field(DataType::Int32), STRICT, &cases);
    let bounds = [
        ("9223372036854775807", Ok("9223372036854775807")),
        ("-9223372036854775808", Ok("-9223372036854775808")),
        ("9223372036854775808", Err(Range)),
        ("9007199254740993", Ok("9007199254740993")),
    ];
    check(&field(DataType::Int64), STRICT, &bounds);
    let bounds = [
        ("18446744073709551615", Ok("18446744073709551615")),
        ("18446744073709551616", Err(Range)),
        ("-1", Err(Range)),
        ("-0.0", Ok("0")),
    ];
    check(&field(DataType::UInt64), STRICT, &bounds);
}

#[test]
fn decimals_are_exact() {
    let value = |json: &str, precision, scale| {
        read(&field(DataType::Decimal128(precision, scale)), STRICT, json)
            .map(|array| array.as_primitive::<Decimal128Type>().value(0))
    };
    assert_eq!(value("1.25", 38, 10), Ok(12_500_000_000));
    assert_eq!(value("-93.46", 18, 4), Ok(-934_600));
    assert_eq!(value("1.2500000", 18, 2), Ok(125));
    assert_eq!(value("1.255", 18, 2), Err(Precision));
    assert_eq!(value("1e2", 5, 2), Ok(10_000));
    assert_eq!(value("125e-2", 5, 2), Ok(125));
    assert_eq!(value("999.99", 5, 2), Ok(99_999));
    assert_eq!(value("1000", 5, 2), Err(Range));
    assert_eq!(value("1200", 5, -2), Ok(12));
    assert_eq!(value("1250", 5, -2), Err(Precision));
    let nines = "9".repeat(38);
    assert_eq!(value(&nines, 38, 0), Ok(10_i128.pow(38) - 1));
    assert_eq!(value(&format!("{nines}9"), 38, 0), Err(Range));
    // The one number of 128 bits that has no positive twin.
    assert_eq!(value(&i128::MIN.to_string(), 38, 0), Err(Range));
    assert_eq!(value("\"1\"", 5, 2), Err(Type));
}

#[test]
fn floats_are_nearest_and_finite() {
    let cases = [
        ("0.1", Ok("0.1")),
        ("-0.0", Ok("-0.0")),
        ("1e308", Ok("1e308")),
        ("1e-400", Ok("0.0")),
        ("1e309", Err(Range)),
        ("-1e999", Err(Range)),
        ("\"1\"", Err(Type)),
        ("NaN", Err(Syntax)),
    ];
    check(&field(DataType::Float64), STRICT, &cases);
}

#[test]
fn texts_and_their_escapes() {
    let cases = [
        (r#""a\n\u00e9\ud83c\udf89""#, Ok("\"a\\né🎉\"")),
        (r#""\u0000""#, Ok("\"\\0\"")),
        (r#""""#, Ok("\"\"")),
        (r#""\ud83c""#, Err(Surrogate)),
        (r#""\udf89\ud83c""#, Err(Surrogate)),
        (r#""\x""#, Err(Syntax)),
        (r#""\u12g4""#, Err(Syntax)),
        ("\"\t\"", Err(Syntax)),
        ("1", Err(Type)),
        ("{}", Err(Type)),
    ];
    check(&field(DataType::Utf8), STRICT, &cases);
    check(&field(DataType::Utf8), ALL, &[("\"\"", Ok("\"\""))]);
    let bools = [("true", Ok("true")), ("\"true\"", Err(Type)), ("1", Err(Type))];
    check(&field(DataType::Boolean), STRICT, &bools);
}

#[test]
fn dates_are_days() {
    let cases = [
        ("\"1970-01-02\"", Ok("1970-01-02")),
        ("\"2024-02-29\"", Ok("2024-02-29")),
        ("\"0000-01-01\"", Ok("0000-01-01")),
        ("\"9999-12-31\"", Ok("9999-12-31")),
        ("\"2023-02-29\"", Err(Format)),
        ("\"1900-02-29\"", Err(Format)),
        ("\"2023-1-02\"", Err(Format)),
        ("\"2023-01-02T00:00:00Z\"", Err(Format)),
        ("\"+023-01-02\"", Err(Format)),
        ("\"2023-01-02 \"", Err(Format)),
        ("\"\"", Err(Format)),
        ("1", Err(Type)),
    ];
    check(&field(DataType::Date32), STRICT, &cases);
    check(&field(DataType::Date32), ALL, &[("\"\"", Ok("null")), ("\" \"", Err(Format))]);
}

#[test]
fn instants_need_a_zone_and_digits_that_fit() {
    let value = |allow, text: &str| {
        read(&timestamp(TimeUnit::Microsecond), allow, &format!("\"{text}\"")).map(|array| {
            let array = array.as_primitive::<TimestampMicrosecondType>();
            array.is_valid(0).then(|| array.value(0))
        })
    };
    for (text, wanted) in [
        ("1970-01-01T00:00:00Z", Ok(Some(0))),
        ("1970-01-01t00:00:00z", Ok(Some(0))),
        ("1970-01-01T01:30:00+01:30", Ok(Some(0))),
        ("1969-12-31T23:59:59-00:00", Ok(Some(-1_000_000))),
        ("1969-12-31T23:59:59.999999Z", Ok(Some(-1))),
        ("1970-01-01T00:00:00.5Z", Ok(Some(500_000))),
        ("1970-01-01T00:00:00.1234560000000000Z", Ok(Some(123_456))),
        ("1970-01-01T00:00:00.1234567Z", Err(Precision)),
        ("1970-01-01T00:00:00.0000000001Z", Err(Precision)),
        ("1970-01-01T00:00:00", Err(Format)),
        ("1970-01-01T00:00:00.Z", Err(Format)),
        ("1970-01-01T00:00:00,5Z", Err(Format)),
        ("1970-01-01 00:00:00Z", Err(Format)),
        ("1970-01-01T00:00Z", Err(Format)),
        ("1970-01-01T24:00:00Z", Err(Format)),
        ("1970-01-01T23:59:60Z", Err(Format)),
        ("1970-01-01T00:00:00+24:00", Err(Format)),
        ("1970-01-01T00:00:00+0100", Err(Format)),
        ("1970-01-01T00:00:00+01", Err(Format)),
        ("1970-01-01T00:00:00ZZ", Err(Format)),
        ("1970-13-01T00:00:00Z", Err(Format)),
        ("1970-01-01", Err(Format)),
        ("", Err(Format)),
    ] {
        assert_eq!(value(STRICT, text), wanted, "{text}");
    }
    for (text, wanted) in [
        ("1970-01-02", Ok(Some(86_400_000_000))),
        ("", Ok(None)),
        ("1970-01-01T00:00:00.9999999Z", Ok(Some(999_999))),
        ("1969-12-31T23:59:59.9999999Z", Ok(Some(-1))),
        ("1970-02-30", Err(Format)),
    ] {
        assert_eq!(value(ALL, text), wanted, "{text}");
    }
    let nanos = |text: &str| {
        read(&timestamp(TimeUnit::Nanosecond), STRICT, &format!("\"{text}\""))
            .map(|array| array.as_primitive::<TimestampNanosecondType>().value(0))
    };
    assert_eq!(nanos("2262-04-11T23:47:16.854775807Z"), Ok(i64::MAX));
    assert_eq!(nanos("2262-04-11T23:47:16.854775808Z"), Err(Range));
    assert_eq!(nanos("1677-09-21T00:12:43.145224192Z"), Ok(i64::MIN));
    assert_eq!(nanos("1677-09-21T00:12:43.145224191Z"), Err(Range));
    assert_eq!(nanos("1970-01-01T00:00:00.0000000001Z"), Err(Precision));
}

#[test]
fn uuids_durations_and_json_text() {
    let id = "\"00112233-4455-6677-8899-AAbbccddeeff\"";
    let array = read(&field(DataType::FixedSizeBinary(16)), STRICT, id).expect("a UUID");
    let bytes: Vec<u8> = (0..16).map(|i| i * 0x11).collect();
    assert_eq!(array.as_fixed_size_binary().value(0), bytes);
    let cases = [
        ("\"00112233445566778899aabbccddeeff\"", Err(Format)),
        ("\"{0112233-4455-6677-8899-aabbccddeef}\"", Err(Format)),
        ("\"00112233-4455-6677-8899-aabbccddeefg\"", Err(Format)),
        ("\"+0112233-4455-6677-8899-aabbccddeeff\"", Err(Format)),
        ("\"\"", Err(Format)),
        ("5", Err(Type)),
    ];
    check(&field(DataType::FixedSizeBinary(16)), ALL, &cases);

    let duration = marked(DataType::Utf8, "rowmill:type", "duration");
    for text in
        ["P2DT23H", "P0M15DT0H0M0S", "P-3DT4H", "-P1D", "PT0.5S", "P1Y2M3W4DT5H6M7S", "+P1W"]
    {
        assert!(read(&duration, STRICT, &format!("\"{text}\"")).is_ok(), "{text}");
    }
    for text in
        ["", "P", "PT", "P1DT", "1D", "P1D1Y", "P1.5D", "PT1.S", "P1S", "PT1D", "P--1D", "P1D "]
    {
        assert_eq!(read(&duration, STRICT, &format!("\"{text}\"")).err(), Some(Format), "{text}");
    }

    let json = marked(DataType::Utf8, "ARROW:extension:name", "arrow.json");
    let kept = |text: &str| {
        let array = read(&json, STRICT, &format!(" {text} "))?;
        let array = array.as_string::<i32>();
        Ok(array.is_valid(0).then(|| array.value(0).to_owned()))
    };
    for text in ["{ \"a\" : [1, 2.0e9999, {} ]}", "\"\\u0041\"", "[]", "-0.0", "{\"a\":1,\"a\":2}"]
    {
        assert_eq!(kept(text), Ok(Some(text.to_owned())));
    }
    assert_eq!(kept("null"), Ok(None));
    assert_eq!(kept("{\"a\":\"\\ud800\"}"), Err(Surrogate));
}

fn nested() -> Schema {
    let amount = Fields::from(vec![
        Field::new("Value", DataType::Decimal128(38, 10), false),
        Field::new(
            "Tags",
            DataType::List(Arc::new(Field::new("element", DataType::Utf8, false))),
            true,
        ),
    ]);
    let pair = Fields::from(vec![
        Field::new("key", DataType::Utf8, false),
        Field::new("value", DataType::Int32, true),
    ]);
    let entries = Field::new("key_value", DataType::Struct(pair), false);
    let open = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let amounts = Field::new("element", DataType::Struct(amount), true);
    Schema::new(vec![
        Field::new("Id", DataType::Int32, false),
        Field::new("State", open, true),
        Field::new("Amounts", DataType::List(Arc::new(amounts)), true),
        Field::new("Extra", DataType::Map(Arc::new(entries), false), true),
    ])
}

#[test]
fn nested_columns_keep_their_shape() {
    let lines = concat!(
        r#"{"Id":1,"State":"A","Amounts":[{"Value":1.5,"Tags":["x","y"]},null,{"Value":2}],"#,
        r#""Extra":{"b":1,"a":null}}"#,
        "\r\n\r\n \t\r\n",
        r#"{"Extra":{},"Amounts":[],"Other":{"Id":[1]},"State":"B","Id":2}"#,
        "\n",
        r#"{"\u0049d":3,"State":"A","Amounts":null}"#,
    );
    let lines = format!("\u{feff}{lines}");
    let Decoded { batch, bad, lines, blank, .. } =
        Table::of(&nested(), |_| STRICT).decode(lines.as_bytes());
    assert_eq!((bad, lines, blank, batch.num_rows()), (vec![], 5, 2, 3));
    assert_eq!(batch.column(0).as_primitive::<Int32Type>().values(), &[1, 2, 3]);
    let states = batch.column(1).as_dictionary::<Int32Type>();
    assert_eq!(states.keys().values(), &[0, 1, 0]);
    let amounts = batch.column(2).as_list::<i32>();
    assert_eq!(
        (amounts.value_length(0), amounts.value_length(1), amounts.is_null(2)),
        (3, 0, true)
    );
    let first = amounts.value(0);
    assert_eq!(
        first.as_struct().column(0).as_primitive::<Decimal128Type>().value(2),
        20_000_000_000
    );
    assert!(first.is_null(1) && first.as_struct().column(1).is_null(2));
    let extra = batch.column(3).as_map();
    assert_eq!((extra.value_length(0), extra.value_length(1), extra.is_null(2)), (2, 0, true));
}

#[test]
fn bad_rows_name_line_kind_and_column() {
    let cases: [(&str, BadKind, Option<&str>); 24] = [
        (r#"{"Id":1"#, Syntax, None),
        (r#"{"Id":1}}"#, Syntax, None),
        (r#"{"Id":1} {"Id":2}"#, Syntax, None),
        (r#"{'Id':1}"#, Syntax, None),
        (r#"{"Id":1,}"#, Syntax, None),
        ("[]", NotAnObject, None),
        ("\"\\ud800\"", NotAnObject, None),
        ("1", NotAnObject, None),
        ("{}", Missing, Some("Id")),
        (r#"{"Id":null}"#, Null, Some("Id")),
        (r#"{"Id":1,"Id":1}"#, DuplicateKey, Some("Id")),
        (r#"{"Id":1,"State":null,"State":"A"}"#, DuplicateKey, Some("State")),
        (r#"{"Id":"1"}"#, Type, Some("Id")),
        (r#"{"Id":1,"x":"\ud800"}"#, Surrogate, None),
        (r#"{"Id":1,"\ud800":1}"#, Surrogate, None),
        (r#"{"Id":1,"Amounts":{}}"#, Type, Some("Amounts")),
        (r#"{"Id":1,"Amounts":[1]}"#, Type, Some("Amounts[]")),
        (r#"{"Id":1,"Amounts":[{}]}"#, Missing, Some("Amounts[].Value")),
        (r#"{"Id":1,"Amounts":[{"Value":1e-11}]}"#, Precision, Some("Amounts[].Value")),
        (r#"{"Id":1,"Amounts":[{"Value":1,"Tags":[null]}]}"#, Null, Some("Amounts[].Tags[]")),
        (r#"{"Id":1,"Extra":[]}"#, Type, Some("Extra")),
        (r#"{"Id":1,"Extra":{"a":1,"b":2,"\u0061":3}}"#, DuplicateKey, Some("Extra")),
        (r#"{"Id":1,"Extra":{"a":1.5}}"#, Precision, Some("Extra{}")),
        ("\u{feff}{\"Id\":1}", Syntax, None),
    ];
    let good = r#"{"Id":7,"x":[{"Id":1,"Id":2},1e999]}"#;
    let lines: String = cases.iter().map(|(line, ..)| format!("{good}\n{line}\n\n")).collect();
    let mut bytes = lines.into_bytes();
    bytes.extend(b"{\"Id\":8,\"x\":\"\xFF\"}\n{\"Id\":9");
    let found = Table::of(&nested(), |_| STRICT).decode(&bytes);
    let mut wanted: Vec<BadRow> = Vec::new();
    for (i, (_, kind, column)) in cases.iter().enumerate() {
        let line = 3 * i as u64 + 2;
        wanted.push(BadRow { line, kind: *kind, column: column.map(str::to_owned) });
    }
    wanted.push(BadRow { line: 73, kind: Utf8, column: None });
    wanted.push(BadRow { line: 74, kind: Truncated, column: None });
    assert_eq!(found.bad, wanted);
    assert_eq!((found.lines, found.blank, found.batch.num_rows()), (74, 24, 24));
    let first = decode(&nested(), |_| STRICT, &bytes);
    assert_eq!(first.err(), wanted.into_iter().next());
}

#[test]
fn depth_is_bounded_and_unknown_values_may_be_deep() {
    let nest = |levels: usize| {
        format!("{{\"Id\":1,\"x\":{}{}}}\n", "[".repeat(levels), "]".repeat(levels))
    };
    assert!(decode(&nested(), |_| STRICT, nest(255).as_bytes()).is_ok());
    for levels in [256, 100_000] {
        let bad = decode(&nested(), |_| STRICT, nest(levels).as_bytes()).map(|_| ());
        assert_eq!(bad, Err(BadRow { line: 1, kind: Depth, column: None }), "{levels}");
    }
}

#[test]
fn leniencies_are_counted_in_good_rows_only() {
    let required = |data_type| Field::new("v", data_type, false);
    let schema = Schema::new(vec![timestamp(TimeUnit::Microsecond)]);
    let lines = concat!(
        "{\"v\":\"\"}\n{\"v\":\"2020-01-01\"}\n{\"v\":\"2020-01-01T00:00:00.0000001Z\"}\n",
        "{\"v\":\"\",\"v\":\"\"}\n{\"v\":\"2020-01-01T00:00:00.0000000Z\"}\n",
    );
    let found = Table::of(&schema, |_| ALL).decode(lines.as_bytes());
    assert_eq!(
        found.uses,
        Uses { empty_as_null: 1, date_as_midnight: 1, cut_digits: 1, ..Uses::default() }
    );
    assert_eq!(found.bad.len(), 1);
    let none = read(&required(DataType::Date32), ALL, "\"\"").err();
    assert_eq!(none, Some(Null), "an empty text is no way round a required column");
}

#[test]
fn a_schema_without_columns_counts_rows() {
    let batch = decode(&Schema::empty(), |_| STRICT, b"{}\n{\"a\":1}\n").expect("two rows");
    assert_eq!((batch.num_rows(), batch.num_columns()), (2, 0));
}

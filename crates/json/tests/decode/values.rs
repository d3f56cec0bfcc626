//! One value in one column: what it becomes, or the code of the refusal.

use super::{everywhere, rows, whole};
use rowmill_json::{Allow, Column, Layout, Options};

/// Checks `json` as the value of key `v`, also with blanks around it and under a nested key.
#[track_caller]
fn check(column: fn(&'static str) -> Column, cases: &[(&str, Result<&str, &str>)]) {
    for (json, expected) in cases {
        for around in ["", " \t"] {
            let flat = Layout::new([column("v")]).unwrap();
            let line =
                format!("{around}{{{around}\"v\"{around}:{around}{json}{around}}}{around}\n");
            assert_eq!(
                &outcome(&flat, &line),
                &expected.map_err(str::to_owned).map(str::to_owned),
                "{line}"
            );
            let deep =
                Layout::new([Column::list("l", Column::record("r", [column("v")]))]).unwrap();
            let line = format!("{{\"l\":[{{\"v\":{json}{around}}}]}}");
            let expected = expected.map(|value| format!("[({value})]")).map_err(str::to_owned);
            assert_eq!(outcome(&deep, &line), expected, "{line}");
        }
    }
}

fn outcome(layout: &Layout, line: &str) -> Result<String, String> {
    let outcome = whole(layout, line.as_bytes());
    match outcome.end {
        Ok(_) => Ok(rows(&outcome.batches)[0][0].clone()),
        Err(error) => {
            assert!(error.place().is_some_and(|place| place.line == 1), "{error}");
            Err(error.code().to_owned())
        }
    }
}

#[test]
fn integers() {
    check(
        Column::int32,
        &[
            ("0", Ok("0")),
            ("-0", Ok("0")),
            ("2147483647", Ok("2147483647")),
            ("-2147483648", Ok("-2147483648")),
            ("2147483648", Err("range")),
            ("1.0", Ok("1")),
            ("1e2", Ok("100")),
            ("150E-1", Ok("15")),
            ("1.9", Err("precision")),
            ("1e-1", Err("precision")),
            ("1e400", Err("range")),
            ("\"42\"", Err("type")),
            ("true", Err("type")),
            ("{}", Err("type")),
            ("[]", Err("type")),
            ("null", Ok("null")),
            ("01", Err("syntax")),
            ("+1", Err("syntax")),
            ("1.", Err("syntax")),
            (".5", Err("syntax")),
            ("1e", Err("syntax")),
            ("NaN", Err("syntax")),
            ("nul", Err("syntax")),
            ("1 2", Err("syntax")),
            ("", Err("syntax")),
        ],
    );
    check(
        Column::int64,
        &[
            ("9223372036854775807", Ok("9223372036854775807")),
            ("9223372036854775808", Err("range")),
            ("-9223372036854775808", Ok("-9223372036854775808")),
            ("-9223372036854775809", Err("range")),
            ("9007199254740993", Ok("9007199254740993")),
        ],
    );
    check(
        Column::uint64,
        &[
            ("18446744073709551615", Ok("18446744073709551615")),
            ("18446744073709551616", Err("range")),
            ("-1", Err("range")),
            ("-0", Ok("0")),
        ],
    );
}

#[test]
fn decimals() {
    check(
        |name| Column::decimal(name, 38, 10),
        &[
            ("5", Ok("50000000000")),
            ("93.46", Ok("934600000000")),
            ("-3700", Ok("-37000000000000")),
            ("0.12345678901", Err("precision")),
            ("0.123456789010", Err("precision")),
            ("0.12345678900", Ok("1234567890")),
            ("1.5e-9", Ok("15")),
            ("1234567890123456789012345678.9", Ok("12345678901234567890123456789000000000")),
            ("12345678901234567890123456789", Err("range")),
            ("\"5\"", Err("type")),
        ],
    );
    check(
        |name| Column::decimal(name, 4, 2),
        &[
            ("99.99", Ok("9999")),
            ("-99.99", Ok("-9999")),
            ("100", Err("range")),
            ("1e1", Ok("1000")),
            ("1.239", Err("precision")),
        ],
    );
}

#[test]
fn floats_and_booleans() {
    check(
        Column::float64,
        &[
            ("0.1", Ok("0.1")),
            ("-0", Ok("-0.0")),
            ("1e308", Ok("1e308")),
            ("1e309", Err("range")),
            ("-1e309", Err("range")),
            ("5e-324", Ok("5e-324")),
            ("\"1\"", Err("type")),
        ],
    );
    check(
        Column::boolean,
        &[
            ("true", Ok("true")),
            ("false", Ok("false")),
            ("tru", Err("syntax")),
            ("True", Err("syntax")),
            ("1", Err("type")),
            ("\"true\"", Err("type")),
        ],
    );
}

#[test]
fn text() {
    let cases: &[(&str, Result<&str, &str>)] = &[
        ("\"\"", Ok("\"\"")),
        ("\"null\"", Ok("\"null\"")),
        (r#""\u0041\n\ud83d\ude00é""#, Ok("\"A\\n😀é\"")),
        (r#""\u0000""#, Ok("\"\\0\"")),
        (r#""\ud800""#, Err("surrogate")),
        (r#""\ude00\ud83d""#, Err("surrogate")),
        (r#""\x""#, Err("syntax")),
        ("\"a\tb\"", Err("syntax")),
        ("\"open", Err("syntax")),
        ("12", Err("type")),
    ];
    let truncated = |case: &&(&str, _)| case.0 != "\"open";
    let whole: Vec<_> = cases.iter().filter(truncated).copied().collect();
    check(Column::string, &whole);
    check(Column::category, &whole);
}

#[test]
fn identifiers_and_times() {
    check(
        Column::uuid,
        &[
            ("\"0F515589-99b4-423d-b83a-b237009f0509\"", Ok("0f51558999b4423db83ab237009f0509")),
            (
                r#""\u0030f515589-99b4-423d-b83a-b237009f0509""#,
                Ok("0f51558999b4423db83ab237009f0509"),
            ),
            ("\"0f51558999b4423db83ab237009f0509\"", Err("format")),
            ("\"{0f515589-99b4-423d-b83a-b237009f0509}\"", Err("format")),
            ("\"\"", Err("format")),
            ("0", Err("type")),
        ],
    );
    check(
        Column::date,
        &[
            ("\"1970-01-02\"", Ok("1")),
            ("\"2024-02-30\"", Err("format")),
            ("\"2024-02-29T00:00:00Z\"", Err("format")),
            ("\"\"", Err("format")),
        ],
    );
    check(
        Column::timestamp_us,
        &[
            ("\"1970-01-01T00:00:01Z\"", Ok("1000000")),
            ("\"1970-01-01T01:00:00.5+01:00\"", Ok("500000")),
            ("\"1969-12-31T23:59:59.999999Z\"", Ok("-1")),
            ("\"1970-01-01T00:00:00.1234560Z\"", Ok("123456")),
            ("\"1970-01-01T00:00:00.1234567Z\"", Err("precision")),
            ("\"1970-01-01\"", Err("format")),
            ("\"\"", Err("format")),
            ("0", Err("type")),
        ],
    );
    check(
        Column::timestamp_ns,
        &[
            ("\"1970-01-01T00:00:00.123456789Z\"", Ok("123456789")),
            ("\"1970-01-01T00:00:00.1234567891Z\"", Err("precision")),
            ("\"2262-04-11T23:47:16.854775807Z\"", Ok("9223372036854775807")),
            ("\"2262-04-11T23:47:16.854775808Z\"", Err("range")),
            ("\"1677-09-21T00:12:43.145224192Z\"", Ok("-9223372036854775808")),
            ("\"1677-09-21T00:12:43.145224191Z\"", Err("range")),
            ("\"1677-01-01T00:00:00Z\"", Err("range")),
        ],
    );
    check(
        Column::duration,
        &[("\"P-3DT4H\"", Ok("\"P-3DT4H\"")), ("\"3 days\"", Err("format")), ("3", Err("type"))],
    );
}

#[test]
fn leniencies() {
    fn lenient(name: &'static str) -> Column {
        Column::timestamp_us(name).allow(Allow::ALL)
    }
    check(
        lenient,
        &[
            ("\"\"", Ok("null")),
            ("\"1970-01-02\"", Ok("86400000000")),
            ("\"1970-01-01T00:00:00.1234567Z\"", Ok("123456")),
            ("\"1969-12-31T23:59:59.9999999Z\"", Ok("-1")),
            ("\" \"", Err("format")),
            ("\"1970-01-32\"", Err("format")),
        ],
    );
    let layout = Layout::new([lenient("a"), lenient("b"), lenient("c")]).unwrap();
    let line = r#"{"a":"","b":"1970-01-01","c":"1970-01-01T00:00:00.0000001Z"}"#;
    let counts = whole(&layout, line.as_bytes()).end.unwrap();
    assert_eq!((counts.empty_as_null, counts.date_as_midnight, counts.cut_digits), (1, 1, 1));
    let required = Layout::new([lenient("a").required()]).unwrap();
    assert_eq!(outcome(&required, r#"{"a":""}"#), Err("null".into()));
}

#[test]
fn json_text_is_kept_byte_for_byte() {
    check(
        Column::json,
        &[
            ("1.10", Ok("\"1.10\"")),
            ("1e400", Ok("\"1e400\"")),
            ("{\"a\" : [1, {} ,[]]}", Ok("\"{\\\"a\\\" : [1, {} ,[]]}\"")),
            ("\"x\\u0041\"", Ok("\"\\\"x\\\\u0041\\\"\"")),
            ("null", Ok("null")),
            ("[1,]", Err("syntax")),
            ("{\"a\":}", Err("syntax")),
            ("{\"a\" 1}", Err("syntax")),
            ("{1:1}", Err("syntax")),
            ("[\"\\ud800\"]", Err("surrogate")),
            ("[01]", Err("syntax")),
            ("{,}", Err("syntax")),
            ("[1}", Err("syntax")),
            ("[1 2]", Err("syntax")),
        ],
    );
}

#[test]
fn durations_in_parts() {
    let layout = Layout::new([Column::duration_parts("d")]).unwrap();
    let read = |text: &str| {
        let outcome = whole(&layout, format!("{{\"d\":\"{text}\"}}").as_bytes());
        match outcome.end {
            Ok(_) => rows(&outcome.batches)[0][0].clone(),
            Err(error) => error.code().to_owned(),
        }
    };
    assert_eq!(read("P1Y2M-3DT4H0.5S"), "(14,-3,14400500000000)");
    assert_eq!(read("P0M15DT0H0M0S"), "(0,15,0)");
    assert_eq!(read("PT0.0000000001S"), "precision");
    assert_eq!(read("P99999999999D"), "range");
    assert_eq!(read("3 days"), "format");
    let outcome = whole(&layout, b"{\"d\":null}\n{\"d\":\"P1D\"}\n{}\n");
    assert_eq!(rows(&outcome.batches), [["null"], ["(0,1,0)"], ["null"]]);
}

/// More words in a batch than are remembered at first, some longer than any that is.
#[test]
fn an_enumeration_of_many_words() {
    let word = |n: u64| format!("w{}{}", n * n % 1_700, "x".repeat((n % 37) as usize));
    let lines: String = (0..3_000).map(|n| format!("{{\"v\":\"{}\"}}\n", word(n))).collect();
    let layout = Layout::new([Column::category("v")]).unwrap();
    let mut options = Options::default();
    options.batch_rows = 1_000;
    let batches = everywhere(&layout, options, lines.as_bytes()).batches;
    let seen = rows(&batches);
    assert_eq!(seen.len(), 3_000);
    for (n, row) in seen.iter().enumerate() {
        assert_eq!(row[0], format!("\"{}\"", word(n as u64)));
    }
}

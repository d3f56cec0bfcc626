//! Numbers, texts, booleans and nulls.

use super::{check, of, show};

#[test]
fn whole_numbers() {
    check(&["0", "-5", "9223372036854775807"], "int64!", &[]);
    check(&["-9223372036854775808"], "int64!", &[]);
    check(&["0", "9223372036854775808"], "uint64!", &[]);
    check(&["18446744073709551615"], "uint64!", &[]);
    check(&["-1", "9223372036854775808"], "decimal(19,0)!", &[]);
    check(&["18446744073709551616"], "decimal(20,0)!", &[]);
    check(&["-9223372036854775809"], "decimal(19,0)!", &[]);
    check(&["99999999999999999999999999999999999999"], "decimal(38,0)!", &[]);
    // Too long for a decimal. The first is what its double is when that is written out; the others
    // would be changed.
    check(&["100000000000000000000000000000000000000"], "float64!", &["v: ManyDigits"]);
    check(&["100000000000000000000000000000000000001"], "json!", &["v: ManyDigits"]);
    check(&["1", "123456789012345678901234567890123456789"], "json!", &["v: ManyDigits"]);
    check(&["9007199254740993", "1e40"], "json!", &["v: ManyDigits"]);
}

#[test]
fn fractions_and_exponents() {
    check(&["93.46"], "decimal(4,2)!", &[]);
    check(&["93.46", "-1000", "0.125"], "decimal(7,3)!", &[]);
    check(&["1.500", "2.0"], "decimal(2,1)!", &[]);
    check(&["1.0", "2"], "decimal(1,0)!", &[]);
    check(&["0.0"], "decimal(1,0)!", &[]);
    check(&["0.5"], "decimal(1,1)!", &[]);
    check(&["1e3", "5"], "decimal(4,0)!", &[]);
    check(&["1e-3"], "decimal(3,3)!", &[]);
    check(&["12.5E-1"], "decimal(3,2)!", &[]);
    check(&["1e36", "0.1"], "decimal(38,1)!", &[]);
}

#[test]
fn floats_only_where_nothing_is_lost() {
    check(&["1e38", "0.1"], "float64!", &["v: ManyDigits"]);
    check(&["1e300", "5e-324", "0.1"], "float64!", &["v: ManyDigits"]);
    check(&["1e400"], "json!", &["v: ManyDigits"]);
    check(&["1e-400"], "json!", &["v: ManyDigits"]);
    check(&["1e300", "0.1000000000000000055"], "json!", &["v: ManyDigits"]);
    check(&["1e99999999999999999999"], "json!", &["v: ManyDigits"]);
    check(&["0e99999999999999999999"], "decimal(1,0)!", &[]);
}

#[test]
fn a_zero_keeps_its_sign() {
    check(&["-0", "1"], "float64!", &["v: MinusZero"]);
    check(&["-0.0", "1.5"], "float64!", &["v: MinusZero"]);
    check(&["-0", "9007199254740993"], "json!", &["v: MinusZero"]);
}

const ID: &str = "\"0f515589-99b4-423d-b83a-b237009f0509\"";

#[test]
fn identifiers() {
    check(&[ID], "uuid!", &[]);
    check(&[ID, "\"0F515589-99B4-423D-B83A-B237009F0509\""], "uuid!", &["v: UpperCase"]);
    check(&[ID, "\"\""], "string!", &[]);
    check(&[ID, "\"0f51558999b4423db83ab237009f0509\""], "string!", &[]);
    check(&["\"\\u0030f515589-99b4-423d-b83a-b237009f0509\""], "uuid!", &[]);
}

#[test]
fn days_and_instants() {
    let (day, second) = ("\"2024-02-29\"", "\"2024-02-29T12:00:00Z\"");
    let (micros, nanos) = ("\"2024-02-29T12:00:00.123456Z\"", "\"2024-02-29T12:00:00.1234567Z\"");
    let finer = "\"2024-02-29T12:00:00.1234567891Z\"";
    let (offset, far) = ("\"2024-02-29T12:00:00+05:30\"", "\"9999-12-31T23:59:59Z\"");
    check(&[day], "date!", &[]);
    check(&[day, "\"2023-02-29\""], "string!", &[]);
    check(&[second, micros], "timestamp_us!", &[]);
    check(&[second, far], "timestamp_us!", &[]);
    check(&[second, nanos], "timestamp_ns!", &[]);
    check(&[second, "\"2024-02-29T12:00:00.1234560000Z\""], "timestamp_us!", &[]);
    check(&[nanos, far], "string!", &["v: FineInstants"]);
    check(&[finer], "string!", &["v: FineInstants"]);
    check(&[second, offset], "timestamp_us!", &["v: Offsets"]);
    check(&["\"2024-02-29T12:00:00+00:00\""], "timestamp_us!", &[]);
    check(&["\"2024-02-29T12:00:00\""], "string!", &[]);
    check(&[day, second], "string!", &["v: DatesAndInstants"]);
    check(&[day, "\"\""], "string!", &["v: EmptyTimes"]);
    check(&[second, "\"\""], "string!", &["v: EmptyTimes"]);
    check(&[day, second, "\"\""], "string!", &["v: DatesAndInstants"]);
    check(&[second, "null"], "timestamp_us", &[]);
}

#[test]
fn durations() {
    check(&["\"P0M15DT0H0M0S\"", "\"-P1D\""], "duration!", &[]);
    check(&["\"PT5M\""], "duration!", &[]);
    // Might as well be names of something.
    check(&["\"P1D\"", "\"P2D\""], "string!", &[]);
    check(&["\"PT5M\"", "\"x\""], "string!", &[]);
}

#[test]
fn texts() {
    check(&["\"a\"", "\"b\""], "string!", &[]);
    check(&["\"\"", "\"\""], "string!", &[]);
    check(&["\"a\"", "\"b\"", "\"a\"", "\"a\"", "\"b\"", "\"b\"", "\"a\""], "string!", &[]);
    let eight = ["\"a\"", "\"b\"", "\"a\"", "\"a\"", "\"b\"", "\"b\"", "\"a\"", "\"\\u0061\""];
    check(&eight, "enum!", &["v: FewTexts"]);
    check(&["\"\""; 4], "enum!", &["v: FewTexts"]);
    let long = format!("\"{}\"", "x".repeat(64));
    check(&[long.as_str(); 4], "enum!", &["v: FewTexts"]);
    let longer = format!("\"{}\"", "x".repeat(65));
    check(&[longer.as_str(); 4], "string!", &[]);
    for (different, kind) in [(64, "enum!"), (65, "string!")] {
        let texts: Vec<String> =
            (0..different * 4).map(|n| format!("\"{}\"", n % different)).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        assert_eq!(of(&texts).0, kind);
    }
}

#[test]
fn booleans_nulls_and_mixtures() {
    check(&["true", "false"], "boolean!", &[]);
    check(&["true", "null"], "boolean", &[]);
    check(&["null"], "json", &["v: OnlyNull"]);
    check(&["1", "\"1\""], "json!", &["v: MixedKinds"]);
    check(&["1", "true", "null"], "json", &["v: MixedKinds"]);
    check(&["[]", "{}"], "json!", &["v: MixedKinds"]);
}

#[test]
fn absent_keys() {
    let inferred = super::inferred("{\"a\":1}\n{\"a\":2,\"b\":null}\n{\"a\":3,\"b\":true}\n");
    assert_eq!(show::layout(inferred.layout()), "a:int64!,b:boolean");
    let b = &inferred.seen()[1];
    assert_eq!((b.path.as_str(), b.absent, b.values.nulls, b.values.booleans), ("b", 1, 1, 1));
    assert_eq!(b.values.total(), 2);
}

/// Where all texts so far have one form, the next one is read in a short way: one that differs is
/// seen all the same.
#[test]
fn after_many_of_one_form() {
    let ids: Vec<String> =
        (0..100).map(|n| format!("\"0f515589-99b4-423d-b83a-b237009f{n:04}\"")).collect();
    let seconds: Vec<String> =
        (0..100).map(|n| format!("\"2024-02-29T12:{:02}:{:02}Z\"", n / 60, n % 60)).collect();
    let after = |many: &[String], last: &[&str]| {
        let values: Vec<&str> =
            many.iter().map(String::as_str).chain(last.iter().copied()).collect();
        let (kind, notes) = of(&values);
        (kind, notes.join(" "))
    };
    for (last, kind, notes) in [
        (&["\"0f515589-99b4-423d-b83a-b237009f9999\""][..], "uuid!", ""),
        (&["null"], "uuid", ""),
        (&["\"0F515589-99b4-423d-b83a-b237009f9999\""], "uuid!", "v: UpperCase"),
        (&["\"0f515589-99b4-423d-b83a-b237009f999\\u0039\""], "uuid!", ""),
        (&["\"0f515589-99b4-423d-b83a-b237009f999g\""], "string!", ""),
        (&["\"0f515589-99b4-423d-b83a-b237009f99999\""], "string!", ""),
        (&["\"\""], "string!", ""),
        (&["1"], "json!", "v: MixedKinds"),
    ] {
        assert_eq!(after(&ids, last), (kind.to_owned(), notes.to_owned()), "{last:?}");
    }
    for (last, kind, notes) in [
        (&["\"2024-02-29T12:00:00.123456Z\""][..], "timestamp_us!", ""),
        (&["\"2024-02-29T12:00:00.1234567Z\""], "timestamp_ns!", ""),
        (&["\"2300-01-01T00:00:00Z\""], "timestamp_us!", ""),
        (
            &["\"2300-01-01T00:00:00Z\"", "\"2024-02-29T12:00:00.1234567Z\""],
            "string!",
            "v: FineInstants",
        ),
        (
            &["\"2024-02-29T12:00:00.1234567Z\"", "\"1600-01-01T00:00:00Z\""],
            "string!",
            "v: FineInstants",
        ),
        (&["\"2024-02-29T12:00:00+02:00\""], "timestamp_us!", "v: Offsets"),
        (&["\"2024-02-30T12:00:00Z\""], "string!", ""),
        (&["\"2024-02-29\""], "string!", "v: DatesAndInstants"),
    ] {
        assert_eq!(after(&seconds, last), (kind.to_owned(), notes.to_owned()), "{last:?}");
    }
}

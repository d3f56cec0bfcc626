use super::super::Number;
use alloc::format;

fn number(text: &str) -> Number<'_> {
    let (number, end) = Number::scan(text.as_bytes()).unwrap();
    assert_eq!(end, text.len(), "{text}");
    number
}

#[test]
fn places() {
    for (text, expected) in [
        ("0", (0, 0)),
        ("-0.000e99", (0, 0)),
        ("7", (1, 0)),
        ("-100", (3, 0)),
        ("100.0", (3, 0)),
        ("0.5", (0, 1)),
        ("0.0500", (0, 2)),
        ("12.340", (2, 2)),
        ("1e5", (6, 0)),
        ("1.5e5", (6, 0)),
        ("150e-1", (2, 0)),
        ("155e-1", (2, 1)),
        ("1e-5", (0, 5)),
        ("12e-5", (0, 5)),
        ("10e-1", (1, 0)),
        ("1e40", (41, 0)),
        ("1e-40", (0, 40)),
    ] {
        assert_eq!(number(text).places(), expected, "{text}");
    }
    let (whole, _) = number("1e99999999999999999999").places();
    assert!(whole > 1 << 39);
}

/// A decimal of just these places holds the value, and one of fewer does not.
#[test]
fn places_are_what_a_decimal_needs() {
    for digits in ["1", "10", "123", "9990", "1000001", "5"] {
        for exponent in -8..8_i32 {
            for point in 0..digits.len() {
                let (whole, fraction) = digits.split_at(digits.len() - point);
                let whole = if whole.is_empty() { "0" } else { whole };
                let dot = if fraction.is_empty() { "" } else { "." };
                let text = format!("{whole}{dot}{fraction}e{exponent}");
                let number = number(&text);
                let (before, after) = number.places();
                let value = number.scaled(after as u8).unwrap();
                assert!(value < 10_i128.pow((before + after) as u32), "{text}");
                assert!(after == 0 || number.scaled(after as u8 - 1).is_err(), "{text}");
                let smaller = (before + after).saturating_sub(1) as u32;
                assert!(before == 0 || value >= 10_i128.pow(smaller), "{text}");
            }
        }
    }
}

#[test]
fn doubles() {
    for text in [
        "0",
        "-0",
        "1",
        "0.1",
        "123456789012345",
        "9007199254740992",
        "1e22",
        "1e23",
        "1.7976931348623157e308",
        "5e-324",
        "2.2250738585072014e-308",
        "52.52000659999999",
        "0.30000000000000004",
        "1.0000000000000000000000",
        "100000000000000000000000",
        "123456789012345e-300",
    ] {
        assert!(number(text).is_shortest_f64(), "{text}");
    }
    for text in [
        "9007199254740993",
        "0.1000000000000000055511151231257827",
        "1e309",
        "1e-400",
        "3e-324",
        "12345678901234567890",
        "1.00000000000000000001",
        "0.3000000000000000444",
    ] {
        assert!(!number(text).is_shortest_f64(), "{text}");
    }
}

//! Single values: the functions that read them, and columns of one kind.

mod arithmetic;
mod calendar;
mod levels;

use rowmill_json::{Layout, Options, Simd};
use rowmill_scan as scan;
use rowmill_testkit::reference::BadKind;
use std::sync::OnceLock;

use super::draw::hash;
use super::run::{Take, quarantine, run};
use super::{decode, grammar, layouts};

/// Every function of `rowmill-scan` on these bytes, each beside another that shares no code.
pub(crate) fn functions(bytes: &[u8]) {
    lines(bytes);
    number(bytes);
    levels::all(bytes);
    assert_eq!(scan::parse_uuid(bytes), uuid(bytes), "uuid");
    assert_eq!(scan::is_duration(bytes), calendar::is_duration(bytes), "duration");
    let parts = scan::parse_duration(bytes);
    let is_one = parts != Err(scan::DurationFault::NotADuration);
    assert_eq!(is_one, calendar::is_duration(bytes), "parts of a duration");
    assert_eq!(scan::parse_date(bytes), calendar::days(bytes), "date");
    let instant = scan::parse_instant(bytes).map(|it| (it.seconds, it.nanos, it.finer));
    assert_eq!(instant, calendar::instant(bytes), "instant");
}

fn lines(bytes: &[u8]) {
    let ends: Vec<usize> = (0..bytes.len()).filter(|&at| bytes[at] == b'\n').collect();
    assert_eq!(scan::count_lines(bytes), ends.len());
    assert_eq!(scan::last_line_end(bytes), ends.last().copied());
    for from in [0, 1, bytes.len() / 2, bytes.len(), bytes.len() + 1] {
        let next = ends.iter().copied().find(|&end| end >= from);
        assert_eq!(scan::line_end(bytes, from), next, "from {from}");
    }
}

fn number(bytes: &[u8]) {
    let whole = grammar::is_number(bytes);
    match scan::Number::scan(bytes) {
        Ok((number, length)) => {
            let text = &bytes[..length];
            assert!(grammar::is_number(text), "no number: {text:?}");
            assert_eq!(number.text(), text);
            assert_eq!(whole, length == bytes.len(), "{bytes:?}");
            let text = std::str::from_utf8(text).expect("a number is ASCII");
            values(number, text);
            levels::short_number(bytes, length, text);
        }
        Err(wrong) => {
            assert!(!whole, "refused: {bytes:?}");
            // It names the first byte with which no number begins.
            let begins = |head: &[u8]| {
                [&b""[..], b"0"].iter().any(|tail| grammar::is_number(&[head, tail].concat()))
            };
            assert!(wrong == 0 || begins(&bytes[..wrong]), "{wrong} of {bytes:?}");
            assert!(wrong == bytes.len() || !begins(&bytes[..=wrong]), "{wrong} of {bytes:?}");
        }
    }
}

/// The values of a number: by plain arithmetic, and by the standard library.
fn values(number: scan::Number<'_>, text: &str) {
    let float: f64 = text.parse().expect("a number is a float");
    let float = float.is_finite().then_some(float.to_bits());
    assert_eq!(number.to_f64().map(f64::to_bits), float, "{text} as a float");
    let exact = arithmetic::Exact::new(text);
    for scale in 0..=38 {
        match number.scaled(scale) {
            Ok(value) => assert_eq!(exact.scaled(scale), Some(value), "{text}, scale {scale}"),
            Err(scan::Misfit::Inexact) => assert!(!exact.is_whole(scale), "{text}, scale {scale}"),
            Err(scan::Misfit::Overflow) => {
                assert!(exact.is_beyond(scale), "{text}, scale {scale}");
            }
        }
    }
}

/// Eight, four, four, four and twelve hex digits with hyphens between.
fn uuid(text: &[u8]) -> Option<[u8; 16]> {
    let groups: Vec<&[u8]> = text.split(|&byte| byte == b'-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    if lengths != [8, 4, 4, 4, 12] {
        return None;
    }
    let digits: Option<Vec<u32>> =
        groups.concat().iter().map(|&digit| char::from(digit).to_digit(16)).collect();
    let digits = digits?;
    Some(std::array::from_fn(|at| (digits[2 * at] * 16 + digits[2 * at + 1]) as u8))
}

/// The bytes as the value of a column of each kind, near and far from the line's end and at
/// changing places within the blocks that a reader takes at once.
pub(crate) fn columns(value: &[u8]) {
    static LAYOUTS: OnceLock<Vec<Layout>> = OnceLock::new();
    let pad = "p".repeat((hash(value) % 70) as usize);
    let mut input = Vec::new();
    for (before, after) in [
        ("{\"v\":".to_owned(), "}".to_owned()),
        (format!("{{\"{pad}\":0,\"v\":"), format!(",\"z\":\"{}\"}}", "z".repeat(70))),
        (format!(" {{ \"{pad}\" : [] , \"\\u0076\" : "), " \r}\r".into()),
    ] {
        input.extend_from_slice(before.as_bytes());
        input.extend_from_slice(value);
        input.extend_from_slice(after.as_bytes());
        input.push(b'\n');
    }
    let mut options = quarantine(&Options::default());
    for layout in LAYOUTS.get_or_init(layouts::one_column) {
        let (wanted, base) = decode::against_oracle(layout, &options, &input);
        // One value in one column has one fault, so that one of an escape has nothing before it.
        if grammar::is_value(value) && !value.contains(&b'\n') {
            for (bad, told) in wanted.bad.iter().zip(&base.rejects) {
                let surrogate = bad.kind == BadKind::Surrogate;
                assert!(!surrogate || told.code() == "surrogate", "{bad}, told as {}", told.0);
            }
        }
        for simd in Simd::available() {
            options.simd = simd;
            let seen = run(layout, &options, [input.as_slice()], Take::AtOnce);
            base.same_as(&seen, &format!("{simd:?}, {:?}", layout.columns()[0].kind()));
        }
    }
}

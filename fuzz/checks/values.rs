//! Values as JSON text: such as a column reads, and such as it may not.

use arrow_schema::{DataType, TimeUnit};
use rowmill_json::{Column, Kind, Union};

use super::draw::Draw;
use super::rows::{Style, object};
use super::{numbers, strings, times};

/// Values that some column reads and others do not, and some that none does.
pub(crate) const ODD: [&str; 48] = [
    "null",
    "true",
    "false",
    "0",
    "-0",
    "1.0",
    "1.5",
    "1e2",
    "1E400",
    "-1e-400",
    "01",
    "1.",
    "-",
    "-12345678901234567890.123456789",
    "99999999999999999999999999999999999999",
    "nul",
    "True",
    "NaN",
    "",
    " ",
    "\"",
    "\"\"",
    "\"a\\u0041\\ud83d\\ude00\"",
    "\"\\ud800\"",
    "\"\\u12\"",
    "\"\\x\"",
    "\"\t\"",
    "\"\u{7f}\u{80}\u{7ff}\u{800}\u{ffff}\u{10000}\"",
    "\"null\"",
    "\"2024-02-29\"",
    "\"2023-02-29\"",
    "\"2024-02-29T12:00:00.1234567Z\"",
    "\"2024-02-29T12:00:00+01:30\"",
    "\"2024-02-29T12:00:00\"",
    "\"2024-02-29T12:00:60Z\"",
    "\"0F515589-99B4-423D-B83A-B237009F0509\"",
    "\"0f51558999b4423db83ab237009f0509\"",
    "\"P-3DT4H\"",
    "\"P\"",
    "[]",
    "{}",
    "[null,{}]",
    "[1,]",
    "[1 2]",
    "{\"Id\":1,\"Id\":2}",
    "{\"Id\":}",
    "[[[[[[[[]]]]]]]]",
    "{\"\":{\"\":[{\"\\u0000\":[]}]}}",
];

const UUIDS: [&str; 4] = [
    "0f515589-99b4-423d-b83a-b237009f0509",
    "00000000-0000-0000-0000-000000000000",
    "FFFFFFFF-ffff-FFFF-ffff-FfFfFfFfFfFf",
    "12345678-9ABC-def0-1234-56789abcdef0",
];

const DURATIONS: [&str; 8] = [
    "P2DT23H",
    "P-3DT4H",
    "PT0.5S",
    "-P1Y2M3W4DT5H6M7.890S",
    "P1W",
    "+P+1D",
    "P0M15DT0H0M0S",
    "PT123456789012345678901234567890H",
];

const PARTS: [&str; 10] = [
    "P2DT23H",
    "-P1Y2M3W4DT5H6M7.890S",
    "P-178956970Y-8M",
    "PT2562047H47M16.854775807S",
    "PT2562047H47M16.854775808S",
    "P1DT0.0000000001S",
    "PT-0.000000001S",
    "P306783378W2D",
    "P99999999999999999999D",
    "P1Y-12M",
];

/// A tagged union: the value of an arm under its tag, in either order, and sometimes neither.
fn union(union: &Union, style: &Style, draw: &mut Draw<'_>, out: &mut Vec<u8>) {
    let arm = draw.pick(&union.arms().iter().collect::<Vec<_>>());
    let known = !draw.chance(15);
    let tag = if known { arm.name() } else { draw.pick(&["Other", "", "null"]) };
    let mut members: Vec<u8> = vec![0, 1];
    if style.shuffled || draw.chance(30) {
        members.swap(0, 1);
    }
    if draw.chance(style.extra) {
        members.insert(draw.below(3), 2);
    }
    if draw.chance(style.twice) {
        members.push(draw.below(2) as u8);
    }
    members.retain(|_| !draw.chance(style.missing));
    style.bracket(b'{', draw, out);
    for (at, member) in members.iter().enumerate() {
        if at > 0 {
            style.mark(b',', draw, out);
        }
        let key = [union.tag().name(), union.value(), "zz"][usize::from(*member)];
        strings::quoted(key, style, draw, out);
        style.mark(b':', draw, out);
        match member {
            0 if draw.chance(style.misfits) => odd(draw, out),
            0 => strings::quoted(tag, style, draw, out),
            1 if known => value(arm, style, draw, out),
            _ => any(style, 2, draw, out),
        }
    }
    style.mark(b'}', draw, out);
}

/// A value that the column reads, null sometimes.
pub(crate) fn fitting(column: &Column, style: &Style, draw: &mut Draw<'_>, out: &mut Vec<u8>) {
    if column.is_nullable() && draw.chance(style.nulls) {
        out.extend_from_slice(b"null");
        return;
    }
    match column.kind() {
        Kind::Uuid => strings::quoted(draw.pick(&UUIDS), style, draw, out),
        Kind::Duration => strings::quoted(draw.pick(&DURATIONS), style, draw, out),
        Kind::DurationParts => {
            let text = draw.pick(&PARTS);
            strings::quoted(text, style, draw, out);
        }
        Kind::Unread => any(style, 2, draw, out),
        Kind::Union(union) => self::union(union, style, draw, out),
        Kind::Json if column.is_nullable() => any(style, 3, draw, out),
        Kind::Json => {
            // Not null, whatever is inside.
            style.bracket(b'[', draw, out);
            any(style, 2, draw, out);
            style.mark(b']', draw, out);
        }
        Kind::List(item) => {
            style.bracket(b'[', draw, out);
            for at in 0..draw.below(4) {
                if at > 0 {
                    style.mark(b',', draw, out);
                }
                value(item, style, draw, out);
            }
            style.mark(b']', draw, out);
        }
        Kind::Record(fields) => object(fields, style, draw, out),
        Kind::Map(inner) => {
            style.bracket(b'{', draw, out);
            // Beyond some number, keys may be compared in another way.
            let count = if draw.chance(3) { 30 + draw.below(40) } else { draw.below(4) };
            for at in 0..count {
                if at > 0 {
                    style.mark(b',', draw, out);
                }
                let key = format!("{}{at}", draw.pick(&["", "k", "\u{e9}", "a\"b", "Id", "key\\"]));
                strings::quoted(&key, style, draw, out);
                style.mark(b':', draw, out);
                value(inner, style, draw, out);
            }
            style.mark(b'}', draw, out);
        }
        Kind::Leaf(leaf) => match leaf {
            DataType::Int32 => numbers::whole(i32::MIN.into(), i32::MAX.into(), draw, out),
            DataType::Int64 => numbers::whole(i64::MIN.into(), i64::MAX.into(), draw, out),
            DataType::UInt64 => numbers::whole(0, u64::MAX.into(), draw, out),
            DataType::Float64 => numbers::float(draw, out),
            DataType::Boolean => out.extend_from_slice(draw.pick(&[&b"true"[..], b"false"])),
            DataType::Date32 => strings::quoted(&times::date(draw), style, draw, out),
            DataType::Timestamp(unit, _) => {
                let nanos = *unit == TimeUnit::Nanosecond;
                let mut allow = column.allowed();
                // What stands for null is no value of a required column.
                allow.empty_as_null &= column.is_nullable();
                let text = times::instant(nanos, allow, draw);
                strings::quoted(&text, style, draw, out);
            }
            DataType::Decimal128(precision, scale) => {
                let allow = column.allowed();
                let tolerant = allow.round_digits || allow.rescue_digits;
                let more = if tolerant { draw.pick(&[0, 0, 1, 1, 3, 40]) } else { 0 };
                numbers::decimal(*precision, scale.unsigned_abs() + more, draw, out);
            }
            DataType::Dictionary(..) => {
                let text =
                    format!("{}{}", draw.pick(&["State", "S", "\u{17d}", ""]), draw.byte() % 9);
                strings::quoted(&text, style, draw, out);
            }
            _ => strings::any(style, draw, out),
        },
        other => unreachable!("no value is known for {other:?}"),
    }
}

/// A value that the column reads, or one that it may not.
pub(crate) fn value(column: &Column, style: &Style, draw: &mut Draw<'_>, out: &mut Vec<u8>) {
    if draw.chance(style.misfits) {
        odd(draw, out);
    } else {
        fitting(column, style, draw, out);
    }
}

/// One of [`ODD`].
pub(crate) fn odd(draw: &mut Draw<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(draw.pick(&ODD).as_bytes());
}

/// Any JSON value, `depth` levels deep at most.
pub(crate) fn any(style: &Style, depth: usize, draw: &mut Draw<'_>, out: &mut Vec<u8>) {
    match draw.below(if depth == 0 { 5 } else { 7 }) {
        0 => out.extend_from_slice(draw.pick(&[&b"null"[..], b"true", b"false"])),
        1 => numbers::whole(i64::MIN.into(), i64::MAX.into(), draw, out),
        2 => numbers::float(draw, out),
        3 | 4 => strings::any(style, draw, out),
        5 => {
            style.bracket(b'[', draw, out);
            for at in 0..draw.below(4) {
                if at > 0 {
                    style.mark(b',', draw, out);
                }
                any(style, depth - 1, draw, out);
            }
            style.mark(b']', draw, out);
        }
        _ => {
            style.bracket(b'{', draw, out);
            for at in 0..draw.below(4) {
                if at > 0 {
                    style.mark(b',', draw, out);
                }
                strings::any(style, draw, out);
                style.mark(b':', draw, out);
                any(style, depth - 1, draw, out);
            }
            style.mark(b'}', draw, out);
        }
    }
}

use std::format;
use std::string::String;
use std::vec::Vec;

use super::{DurationFault, DurationParts, is_duration, parse_duration};

#[test]
fn forms() {
    for good in [
        "P2DT23H",
        "P3DT4H",
        "P0M15DT0H0M0S",
        "P-3DT4H",
        "P1Y",
        "P1W",
        "PT0.5S",
        "-P1D",
        "PT1M",
        "P1M",
    ] {
        assert!(is_duration(good.as_bytes()), "{good}");
        assert!(parse_duration(good.as_bytes()).is_ok(), "{good}");
    }
    for bad in [
        "",
        "P",
        "PT",
        "P1",
        "1D",
        "P1DT",
        "PT1D",
        "P1D1Y",
        "P1D2D",
        "P1.5D",
        "P.5D",
        "P1D ",
        "p1d",
        "P--1D",
        "PT1.S",
        "P1S",
        "PT1.5H",
        "PT1.5M",
        "P1.5M",
        "P1.0D",
        "PT1,5S",
        "PTT1S",
        "P1DT1H1H",
        "+-P1D",
        "P1D-",
        "PT.5S",
        "P\u{0661}D",
    ] {
        assert!(!is_duration(bad.as_bytes()), "{bad}");
        assert_eq!(parse_duration(bad.as_bytes()), Err(DurationFault::NotADuration), "{bad}");
    }
}

#[test]
fn parts() {
    const HOUR: i64 = 3_600_000_000_000;
    for (text, months, days, nanoseconds) in [
        ("P2DT23H", 0, 2, 23 * HOUR),
        ("P3DT4H", 0, 3, 4 * HOUR),
        ("P-3DT4H", 0, -3, 4 * HOUR),
        ("P-3DT-4H", 0, -3, -4 * HOUR),
        ("-P3DT4H", 0, -3, -4 * HOUR),
        ("-P-3DT4H", 0, 3, -4 * HOUR),
        ("+P+3DT+4H", 0, 3, 4 * HOUR),
        ("P0M15DT0H0M0S", 0, 15, 0),
        ("P1Y2M3W4DT5H6M7.008S", 14, 25, 5 * HOUR + 367_008_000_000),
        ("P1Y-13M", -1, 0, 0),
        ("P1W-7D", 0, 0, 0),
        // A month is no number of days, a day no number of hours.
        ("P1MT24H", 1, 0, 24 * HOUR),
        ("PT-0.5S", 0, 0, -500_000_000),
        ("-PT0.000000001S", 0, 0, -1),
        ("PT0.1230000000000000000000S", 0, 0, 123_000_000),
        ("PT1H-60M", 0, 0, 0),
        ("P-0D", 0, 0, 0),
        ("P0000000000000000000000000000000001D", 0, 1, 0),
    ] {
        let parts = DurationParts { months, days, nanoseconds };
        assert_eq!(parse_duration(text.as_bytes()), Ok(parts), "{text}");
    }
}

#[test]
fn ends_of_the_ranges() {
    let same = |text: &str, parts| assert_eq!(parse_duration(text.as_bytes()), parts, "{text}");
    let none = DurationParts::default();
    let beyond = Err(DurationFault::OutOfRange);
    same("P2147483647M", Ok(DurationParts { months: i32::MAX, ..none }));
    same("P-2147483648M", Ok(DurationParts { months: i32::MIN, ..none }));
    same("-P2147483648M", Ok(DurationParts { months: i32::MIN, ..none }));
    same("P178956970Y7M", Ok(DurationParts { months: i32::MAX, ..none }));
    same("P178956971Y-5M", Ok(DurationParts { months: i32::MAX, ..none }));
    same("P2147483648M", beyond);
    same("P178956970Y8M", beyond);
    same("P306783378W1D", Ok(DurationParts { days: i32::MAX, ..none }));
    same("P306783378W2D", beyond);
    same("-P2147483648D", Ok(DurationParts { days: i32::MIN, ..none }));
    same("-P-2147483648D", beyond);
    let longest = Ok(DurationParts { nanoseconds: i64::MAX, ..none });
    same("PT9223372036.854775807S", longest);
    same("PT2562047H47M16.854775807S", longest);
    same("PT9223372036.854775808S", beyond);
    same("-PT9223372036.854775808S", Ok(DurationParts { nanoseconds: i64::MIN, ..none }));
    same("PT-9223372036.854775809S", beyond);
    // Each number by itself, whatever another one would make of it.
    same("PT9223372036854775807H", beyond);
    same("P9223372036854775808D", beyond);
    same("P18446744073709551617D", beyond);
    same("P340282366920938463463374607431768211457D", beyond);
    same(&format!("P1{}D", "0".repeat(1000)), beyond);
    same("P9223372036854775807Y", beyond);
    // What is finer is said first, whatever else is wrong with it.
    same("P9999999999DT0.0000000001S", Err(DurationFault::Inexact));
    same("PT99999999999999999999.0000000001S", Err(DurationFault::Inexact));
    same("PT1.0000000001S", Err(DurationFault::Inexact));
    same("P99999999999D1D", Err(DurationFault::NotADuration));
    same("PT1.0000000001S1S", Err(DurationFault::NotADuration));
}

/// The same by other means: signs, numbers and letters are split off as text, and sums are taken of
/// fractions of a nanosecond, in 128 bits. For numbers of few digits only.
fn slowly(text: &str) -> Result<DurationParts, DurationFault> {
    let sign = |text: &str| if text.starts_with('-') { -1 } else { 1_i128 };
    fn bare(text: &str) -> &str {
        text.strip_prefix(['-', '+']).unwrap_or(text)
    }
    let whole = sign(text);
    let body = bare(text).strip_prefix('P').ok_or(DurationFault::NotADuration)?;
    let (date, time) = body.split_once('T').map_or((body, None), |(d, t)| (d, Some(t)));
    if time.map_or(date.is_empty(), str::is_empty) {
        return Err(DurationFault::NotADuration);
    }
    // Picoseconds of each part.
    const PICOS: i128 = 1_000_000_000_000;
    let mut sums = [0_i128; 3];
    let mut too_long = false;
    for (text, units) in [(date, "YMWD"), (time.unwrap_or(""), "HMS")] {
        let mut last = None;
        for piece in text.split_inclusive(|c: char| c.is_ascii_alphabetic()) {
            let (number, unit) = piece.split_at(piece.len() - 1);
            let place = units.find(unit).filter(|_| !unit.is_empty());
            let place = place.filter(|place| last.is_none_or(|last| last < *place));
            let place = place.ok_or(DurationFault::NotADuration)?;
            last = Some(place);
            let digits = bare(number);
            let (digits, fraction) = match digits.split_once('.') {
                Some((digits, fraction)) if unit == "S" && !fraction.is_empty() => {
                    (digits, fraction)
                }
                Some(_) => return Err(DurationFault::NotADuration),
                None => (digits, ""),
            };
            let numeric = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            if digits.is_empty() || !numeric(digits) || !numeric(fraction) {
                return Err(DurationFault::NotADuration);
            }
            let value: i128 = digits.parse().expect("few digits");
            too_long |= value > i128::from(i64::MAX);
            let value = value.min(1 << 70);
            let picos = format!("{fraction:0<12}").parse::<i128>().expect("few digits");
            let seconds = match (units, unit) {
                ("HMS", "H") => 3600,
                ("HMS", "M") => 60,
                ("YMWD", "Y") => 12,
                ("YMWD", "W") => 7,
                _ => 1,
            };
            let sum = match (units, unit) {
                ("HMS", _) => 2,
                (_, "Y" | "M") => 0,
                _ => 1,
            };
            sums[sum] += whole * sign(number) * (value * seconds * PICOS + picos);
        }
    }
    if sums[2] % 1000 != 0 {
        return Err(DurationFault::Inexact);
    }
    let parts = || {
        Some(DurationParts {
            months: (sums[0] / PICOS).try_into().ok()?,
            days: (sums[1] / PICOS).try_into().ok()?,
            nanoseconds: (sums[2] / 1000).try_into().ok()?,
        })
    };
    parts().filter(|_| !too_long).ok_or(DurationFault::OutOfRange)
}

/// Numbers that are the same in every run: a linear congruence, the upper bits of it.
struct Draw(u64);

impl Draw {
    fn below(&mut self, most: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len() as u64) as usize]
    }

    fn number(&mut self) -> String {
        const EDGES: [&str; 13] = [
            "0",
            "1",
            "2147483647",
            "2147483648",
            "178956970",
            "178956971",
            "306783378",
            "306783379",
            "2562047",
            "2562048",
            "9223372036",
            "9223372037",
            "9223372036854775808",
        ];
        match self.below(4) {
            0 => self.pick(&EDGES).into(),
            1 => format!("000{}", self.below(100)),
            _ => format!("{}", self.below(10_u64.pow(self.0 as u32 % 9))),
        }
    }

    fn duration(&mut self) -> String {
        const SIGNS: [&str; 5] = ["", "", "", "-", "+"];
        const FRACTIONS: [&str; 8] = [
            "",
            ".5",
            ".854775807",
            ".854775808",
            ".1230000000",
            ".0000000001",
            ".000000000010",
            ".000000001",
        ];
        let mut text = format!("{}P", self.pick(&SIGNS));
        for unit in ["Y", "M", "W", "D", "T", "H", "M", "S"] {
            if self.below(2) == 0 {
                continue;
            }
            if unit != "T" {
                text.push_str(self.pick(&SIGNS));
                text.push_str(&self.number());
            }
            if unit == "S" {
                text.push_str(self.pick(&FRACTIONS));
            }
            text.push_str(unit);
        }
        text
    }
}

#[test]
fn parts_are_those_of_a_slow_computation() {
    let mut draw = Draw(7);
    let mut seen = [0_u32; 4];
    for _ in 0..60_000 {
        let mut text = draw.duration().into_bytes();
        // Some with one byte that is another.
        if draw.below(3) == 0 {
            let at = draw.below(text.len() as u64) as usize;
            text[at] = b"0123.-+PTYMWDHS "[draw.below(16) as usize];
        }
        let text = String::from_utf8(text).expect("ASCII");
        let (found, expected) = (parse_duration(text.as_bytes()), slowly(&text));
        assert_eq!(found, expected, "{text}");
        let is_one = found != Err(DurationFault::NotADuration);
        assert_eq!(is_duration(text.as_bytes()), is_one, "{text}");
        seen[found.err().map_or(0, |fault| 1 + fault as usize)] += 1;
    }
    // Of each kind enough to mean something.
    assert!(seen.iter().all(|count| *count > 1000), "{seen:?}");
}

#[test]
fn any_bytes_are_taken_or_refused() {
    let mut draw = Draw(11);
    for length in 0..40_u64 {
        for _ in 0..500 {
            let text: Vec<u8> = (0..length).map(|_| draw.below(256) as u8).collect();
            let taken = parse_duration(&text) != Err(DurationFault::NotADuration);
            assert_eq!(is_duration(&text), taken, "{text:?}");
        }
    }
}

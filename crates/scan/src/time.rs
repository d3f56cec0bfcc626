//! Calendar dates and instants.

use crate::arch::Level;
use crate::digits::Eight;

/// An instant on the UTC time line, as read from text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instant {
    /// Seconds since 1970-01-01T00:00:00Z, rounded down.
    pub seconds: i64,
    /// Nanoseconds into that second, 0 to 999,999,999.
    pub nanos: u32,
    /// Whether the text had a non-zero digit below the nanosecond, which `nanos` cannot hold.
    pub finer: bool,
}

/// Reads `YYYY-MM-DDThh:mm:ss[.f…](Z|±hh:mm)`, the profile of RFC 3339 section 5.6.
///
/// `T` and `Z` may be lower case, as the RFC allows. The zone is not optional: a text without one
/// names no instant. The fraction has 1 or more digits. The calendar is checked (leap years
/// included), hours run to 23 and seconds to 59: leap seconds cannot be told from the second after
/// them on this time line and are refused.
///
/// ```
/// let instant = rowmill_scan::parse_instant(b"2023-11-29T14:49:29.982+01:00").unwrap();
/// assert_eq!((instant.seconds, instant.nanos), (1_701_265_769, 982_000_000));
/// assert!(rowmill_scan::parse_instant(b"2023-11-29T14:49:29").is_none());
/// ```
#[must_use]
pub fn parse_instant(text: &[u8]) -> Option<Instant> {
    let (head, mut rest) = text.split_at_checked(19)?;
    let days = parse_date(&head[..10])?;
    if head[10] | 0x20 != b't' || head[13] != b':' || head[16] != b':' {
        return None;
    }
    let (hour, minute, second) = (two(head, 11)?, two(head, 14)?, two(head, 17)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (mut nanos, mut finer) = (0, false);
    if let Some(fraction) = rest.strip_prefix(b".") {
        let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return None;
        }
        let mut unit = 100_000_000;
        for &digit in &fraction[..digits] {
            finer |= unit == 0 && digit != b'0';
            nanos += u32::from(digit - b'0') * unit;
            unit /= 10;
        }
        rest = &fraction[digits..];
    }
    let offset = match rest {
        [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
            let (hours, minutes) = (two(rest, 1)?, two(rest, 4)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let offset = i64::from(hours * 3600 + minutes * 60);
            if *sign == b'+' { offset } else { -offset }
        }
        _ => return None,
    };
    let of_day = i64::from(hour * 3600 + minute * 60 + second);
    let seconds = i64::from(days) * 86_400 + of_day - offset;
    Some(Instant { seconds, nanos, finer })
}

/// The instant in UTC whose opening quote is the first byte, in the form that serialisers write:
/// `"YYYY-MM-DDThh:mm:ssZ"`, or with a fraction of 1 to 8 digits. With it the length, quotes
/// included. `None` says nothing: [`parse_instant`] does.
#[inline(always)]
pub fn quoted_instant<L: Level>(level: L, block: &[u8; 64]) -> Option<(Instant, usize)> {
    let clock = level.clock(block)?;
    let days = days_of(clock.year, clock.month, clock.day)?;
    let seconds = i64::from(days) * 86_400 + i64::from(clock.second);
    if block[20] == b'Z' && block[21] == b'"' {
        return Some((Instant { seconds, nanos: 0, finer: false }, 22));
    }
    if block[20] != b'.' {
        return None;
    }
    let (fraction, _) = block[21..].split_first_chunk::<8>()?;
    let fraction = Eight::read(u64::from_le_bytes(*fraction));
    let end = 21 + fraction.count;
    if fraction.count == 0 || block[end] != b'Z' || block[end + 1] != b'"' {
        return None;
    }
    // As if zeros followed the digits, up to eight.
    let nanos = fraction.left() as u32 * 10;
    Some((Instant { seconds, nanos, finer: false }, end + 2))
}

/// The date whose opening quote is the first byte, `"YYYY-MM-DD"`, as days since 1970-01-01.
/// `None` says nothing: [`parse_date`] does.
#[inline(always)]
pub fn quoted_date<L: Level>(level: L, block: &[u8; 64]) -> Option<(i32, usize)> {
    if block[11] != b'"' {
        return None;
    }
    // A date is the beginning of an instant.
    let mut midnight = *b"\"0000-00-00T00:00:00Z\"                                          ";
    midnight[..11].copy_from_slice(&block[..11]);
    let clock = level.clock(&midnight)?;
    Some((days_of(clock.year, clock.month, clock.day)?, 12))
}

/// Reads `YYYY-MM-DD` into days since 1970-01-01; years 0000 to 9999, calendar checked.
///
/// ```
/// assert_eq!(rowmill_scan::parse_date(b"1970-01-02"), Some(1));
/// assert_eq!(rowmill_scan::parse_date(b"2023-02-29"), None);
/// ```
#[must_use]
pub fn parse_date(text: &[u8]) -> Option<i32> {
    if text.len() != 10 || text[4] != b'-' || text[7] != b'-' {
        return None;
    }
    let year = two(text, 0)? * 100 + two(text, 2)?;
    days_of(year, two(text, 5)?, two(text, 8)?)
}

/// Days since 1970-01-01 of a day of a year from 0 to 9999; `None` if there is no such day.
#[inline(always)]
fn days_of(year: u32, month: u32, day: u32) -> Option<i32> {
    // All of it without a branch until the end: dates in data follow no pattern.
    let leap = year.is_multiple_of(4) & (!year.is_multiple_of(25) | year.is_multiple_of(16));
    let longest = if month == 2 { 28 + u32::from(leap) } else { 30 + ((month ^ (month >> 3)) & 1) };
    let exists = (month.wrapping_sub(1) < 12) & (day.wrapping_sub(1) < longest);
    // Counting the year from March puts the leap day last, so the days before a month are a
    // straight line (Neri and Schneider, "Euclidean affine functions", 2023). Four hundred years
    // more keep all of it positive.
    let early = month <= 2;
    let year = year + 400 - u32::from(early);
    let month = if early { month + 12 } else { month };
    let century = year / 100;
    let of_year = 1461 * year / 4 - century + century / 4;
    let of_month = (979 * month).wrapping_sub(2919) / 32;
    // 719,468 days lie between 0000-03-01 and 1970-01-01, and 146,097 in 400 years.
    let days = (of_year + of_month + day) as i32 - (719_469 + 146_097);
    exists.then_some(days)
}

/// The two digits at `at`.
fn two(text: &[u8], at: usize) -> Option<u32> {
    let (tens, ones) = (text.get(at)?.wrapping_sub(b'0'), text.get(at + 1)?.wrapping_sub(b'0'));
    (tens <= 9 && ones <= 9).then(|| u32::from(tens) * 10 + u32::from(ones))
}

#[cfg(test)]
mod tests {
    use super::{Instant, parse_date, parse_instant, quoted_date, quoted_instant};
    use crate::arch::{Level, Portable};
    use alloc::format;

    #[test]
    fn dates_run_without_a_gap() {
        let mut expected = parse_date(b"0000-01-01").unwrap();
        assert_eq!(expected, -719_528);
        for year in 0..=9999 {
            for month in 1..=12 {
                for day in 1..=31 {
                    if let Some(days) =
                        parse_date(format!("{year:04}-{month:02}-{day:02}").as_bytes())
                    {
                        assert_eq!(days, expected, "{year}-{month}-{day}");
                        expected += 1;
                    } else {
                        assert!(day > 28, "{year}-{month}-{day}");
                    }
                }
            }
        }
        assert_eq!(parse_date(b"9999-12-31"), Some(expected - 1));
    }

    /// What is between the quotes, read the long way; `None` also for what the short way leaves.
    fn long_way(block: &[u8; 64]) -> Option<(Instant, usize)> {
        let inside = block.strip_prefix(b"\"")?;
        let end = inside.iter().position(|&byte| byte == b'"')?;
        let instant = parse_instant(&inside[..end])?;
        let short = inside[end - 1] == b'Z' && inside[10] == b'T' && end <= 29;
        short.then_some((instant, end + 2))
    }

    fn compare<L: Level>(level: L) {
        for good in ["2024-12-31T23:59:58", "2024-12-31T23:59:58.1", "1999-01-01T00:00:00.12345678"]
        {
            let mut text = [b'x'; 64];
            let line = format!("\"{good}Z\",");
            text[..line.len()].copy_from_slice(line.as_bytes());
            assert!(quoted_instant(level, &text).is_some());
            for at in 0..line.len() {
                for byte in 0..=255u8 {
                    let mut text = text;
                    text[at] = byte;
                    assert_eq!(quoted_instant(level, &text), long_way(&text), "{byte:#x} at {at}");
                }
            }
        }
        for day in ["2023-02-29", "2024-02-29", "1900-02-29", "0000-02-29", "9999-12-31"] {
            for day in [day, "2024-04-31", "2024-00-10", "2024-10-00", "2024-13-01", "2024-1-001"] {
                let mut text = [b'"'; 64];
                text[1..11].copy_from_slice(day.as_bytes());
                let long = parse_date(day.as_bytes()).map(|days| (days, 12));
                assert_eq!(quoted_date(level, &text), long, "{day}");
                text[11..22].copy_from_slice(b"T00:00:00Z\"");
                assert_eq!(quoted_date(level, &text), None);
                assert_eq!(quoted_instant(level, &text), long_way(&text), "{day}");
            }
        }
    }

    #[test]
    fn the_short_way_takes_nothing_else() {
        compare(Portable);
        #[cfg(target_arch = "x86_64")]
        {
            crate::Avx2::detect().into_iter().for_each(compare);
            crate::Avx512::detect().into_iter().for_each(compare);
        }
    }

    #[test]
    fn instants() {
        let at = |seconds, nanos, finer| Some(Instant { seconds, nanos, finer });
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", at(0, 0, false)),
            ("1969-12-31T23:59:59.5Z", at(-1, 500_000_000, false)),
            ("2000-02-29t12:00:00z", at(951_825_600, 0, false)),
            ("2024-01-01T00:00:00.1234567Z", at(1_704_067_200, 123_456_700, false)),
            ("2024-01-01T00:00:00.1234567890Z", at(1_704_067_200, 123_456_789, false)),
            ("2024-01-01T00:00:00.1234567891Z", at(1_704_067_200, 123_456_789, true)),
            ("2024-01-01T00:00:00-23:59", at(1_704_067_200 + 86_340, 0, false)),
            ("2024-01-01T05:30:00+05:30", at(1_704_067_200, 0, false)),
        ] {
            assert_eq!(parse_instant(text.as_bytes()), expected, "{text}");
        }
        for bad in [
            "",
            "2024-01-01",
            "2024-01-01T00:00:00",
            "2024-01-01 00:00:00Z",
            "2024-01-01T24:00:00Z",
            "2024-01-01T00:60:00Z",
            "2024-01-01T00:00:60Z",
            "2024-02-30T00:00:00Z",
            "2024-01-01T00:00:00.Z",
            "2024-01-01T00:00:00+0100",
            "2024-01-01T00:00:00+24:00",
            "2024-01-01T00:00:00+01:60",
            "2024-01-01T00:00:00Z ",
            " 2024-01-01T00:00:00Z",
            "2024-1-1T00:00:00Z",
            "2024-01-01T0:00:00Z",
            "+2024-01-01T00:00:00Z",
            "2024-01-01T00:00:00,5Z",
            "2024-13-01T00:00:00Z",
            "2024-00-01T00:00:00Z",
        ] {
            assert_eq!(parse_instant(bad.as_bytes()), None, "{bad}");
        }
    }
}

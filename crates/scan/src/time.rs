//! Calendar dates and instants.

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
#[inline]
#[must_use]
pub fn parse_instant(text: &[u8]) -> Option<Instant> {
    // Nearly always: no fraction, and the zone is `Z`.
    if let Some([head @ .., b'Z']) = text.first_chunk::<20>()
        && text.len() == 20
        && let Some(seconds) = whole_second(head)
    {
        return Some(Instant { seconds, nanos: 0, finer: false });
    }
    any_instant(text)
}

/// Reads `YYYY-MM-DDThh:mm:ss` in UTC, eight bytes at a time; `None` for anything else, lower case
/// included.
#[inline]
fn whole_second(text: &[u8; 19]) -> Option<i64> {
    let word = |at: usize| {
        let bytes = text.get(at..)?.first_chunk::<8>()?;
        Some(u64::from_le_bytes(*bytes))
    };
    let year_month = Pairs::read(word(0)?, *b"0000-00-", [9, 9, 9, 9, 0, 9, 9, 0])?;
    let day_minute = Pairs::read(word(8)?, *b"00T00:00", [9, 9, 0, 9, 9, 0, 9, 9])?;
    let second = Pairs::read(word(11)?, *b"00:00:00", [9, 9, 0, 9, 9, 0, 9, 9])?.at(6);
    let year = year_month.at(0) * 100 + year_month.at(2);
    let (hour, minute) = (day_minute.at(3), day_minute.at(6));
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let days = days_of(year, year_month.at(5), day_minute.at(0))?;
    Some(i64::from(days) * 86_400 + hour * 3600 + minute * 60 + second)
}

/// Eight characters of a fixed form, as the numbers that neighbouring digits make.
struct Pairs(u64);

impl Pairs {
    /// `form` has a zero for each digit; `most` is how far above its form each byte may be.
    #[inline]
    fn read(word: u64, form: [u8; 8], most: [u8; 8]) -> Option<Self> {
        let form = u64::from_le_bytes(form);
        // Digits become their values and the marks between them zero.
        let values = word ^ form;
        // Adding what a byte lacks to 0x7F sets its high bit if it is above its bound. A carry out
        // of a byte comes only from one whose own high bit is set, which is seen anyway.
        let lacks = u64::from_le_bytes(most.map(|most| 0x7F - most));
        if (values.wrapping_add(lacks) | values) & 0x8080_8080_8080_8080 != 0 {
            return None;
        }
        // Tens times ten stays below a byte, so nothing runs over.
        Some(Self(values * 10 + (values >> 8)))
    }

    /// The number whose tens stand at `at`.
    #[inline]
    fn at(&self, at: u32) -> i64 {
        (self.0 >> (8 * at) & 0xFF) as i64
    }
}

/// [`parse_instant`] without a guess.
fn any_instant(text: &[u8]) -> Option<Instant> {
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
            let offset = hours * 3600 + minutes * 60;
            if *sign == b'+' { offset } else { -offset }
        }
        _ => return None,
    };
    let seconds = i64::from(days) * 86_400 + hour * 3600 + minute * 60 + second - offset;
    Some(Instant { seconds, nanos, finer })
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
#[inline]
fn days_of(year: i64, month: i64, day: i64) -> Option<i32> {
    if !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
        return None;
    }
    // Counting the year from March puts the leap day last, so the days before a month are a
    // straight line; eras of 400 years have the same length.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    let day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + day_of_year;
    // 719,468 days lie between 0000-03-01 and 1970-01-01; the sum is within ±4 million.
    Some((era * 146_097 + day_of_era - 719_468) as i32)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The two digits at `at`.
fn two(text: &[u8], at: usize) -> Option<i64> {
    let (tens, ones) = (text.get(at)?.wrapping_sub(b'0'), text.get(at + 1)?.wrapping_sub(b'0'));
    (tens <= 9 && ones <= 9).then(|| i64::from(tens) * 10 + i64::from(ones))
}

#[cfg(test)]
mod tests {
    use super::{Instant, any_instant, parse_date, parse_instant};
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

    #[test]
    fn the_guess_takes_nothing_else() {
        let good = *b"2024-12-31T23:59:58Z";
        for at in 0..good.len() {
            for byte in 0..=255u8 {
                let mut text = good;
                text[at] = byte;
                assert_eq!(parse_instant(&text), any_instant(&text), "{byte:#x} at {at}");
            }
        }
        let days =
            ["2023-02-29", "2024-02-29", "1900-02-29", "0000-02-29", "9999-12-31", "2024-04-31"];
        for day in days.map(|day| format!("{day}T00:00:00Z")) {
            assert_eq!(parse_instant(day.as_bytes()), any_instant(day.as_bytes()), "{day}");
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
            assert_eq!(any_instant(text.as_bytes()), expected, "{text}");
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

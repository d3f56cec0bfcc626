//! Writes one row, member by member, straight into the output.

use super::ids::{IdText, Ids, hyphenated};
use super::random::Random;
use super::totals::Totals;

/// The text before a member's value: comma, name, colon.
macro_rules! key {
    ($name:literal) => {
        concat!(",\"", $name, "\":")
    };
}
/// The text before the first member's value of an object.
macro_rules! first {
    ($name:literal) => {
        concat!("{\"", $name, "\":")
    };
}
pub(super) use {first, key};

/// 2022-01-01T00:00:00Z, the first second in which anything was created.
const OPENING: i64 = 1_640_995_200;
/// Seconds after [`OPENING`] within which things were created: three and a half years.
const AGE: u32 = 110_376_000;

/// How instants and strings are written; the rest of the options works on finished rows.
#[derive(Clone, Copy, Default)]
pub(super) struct Dress {
    /// Instants, of 2^16, that carry a digit beyond microseconds.
    pub(super) long_fractions: u32,
    /// Unions, of 2^16, that have an arm nobody knows.
    pub(super) new_arms: u32,
    /// Write everything outside ASCII as `\uXXXX`.
    pub(super) escaped: bool,
}

/// A row under construction with the random stream that belongs to it.
pub(super) struct Row<'a> {
    pub(super) out: &'a mut Vec<u8>,
    pub(super) random: Random,
    pub(super) ids: &'a Ids,
    pub(super) sums: &'a mut Totals,
    pub(super) number: u64,
    pub(super) dress: Dress,
}

impl Row<'_> {
    pub(super) fn raw(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    pub(super) fn null(&mut self, key: &str) {
        self.raw(key);
        self.raw("null");
    }

    pub(super) fn flag(&mut self, key: &str, value: bool) {
        self.raw(key);
        self.raw(if value { "true" } else { "false" });
    }

    /// The row's own id: random, and counted.
    pub(super) fn row_id(&mut self, key: &str) -> IdText {
        let id = self.random.uuid();
        self.known_row_id(key, id)
    }

    pub(super) fn known_row_id(&mut self, key: &str, id: u128) -> IdText {
        self.sums.id_xor ^= id;
        let text = hyphenated(id);
        self.id(key, &text);
        text
    }

    pub(super) fn id(&mut self, key: &str, id: &IdText) {
        self.raw(key);
        self.out.push(b'"');
        self.out.extend_from_slice(id);
        self.out.push(b'"');
    }

    pub(super) fn some_id(
        &mut self,
        key: &str,
        percent: u32,
        id: impl FnOnce(&mut Self) -> IdText,
    ) {
        if self.random.chance(percent) {
            let id = id(self);
            self.id(key, &id);
        } else {
            self.null(key);
        }
    }

    /// An id that occurs in no other row.
    pub(super) fn fresh(&mut self) -> IdText {
        hyphenated(self.random.uuid())
    }

    pub(super) fn guest(&mut self) -> IdText {
        let number = self.random.below(super::ids::GUESTS);
        hyphenated(self.ids.guest(u64::from(number)))
    }

    /// Text that needs no escape: enum values, codes, numbers.
    pub(super) fn plain(&mut self, key: &str, text: &str) {
        self.raw(key);
        self.out.push(b'"');
        self.raw(text);
        self.out.push(b'"');
    }

    pub(super) fn some_plain(&mut self, key: &str, percent: u32, choices: &[&'static str]) {
        if self.random.chance(percent) {
            let text = self.random.pick_skewed(choices);
            self.plain(key, text);
        } else {
            self.null(key);
        }
    }

    /// Digits behind a prefix, as in `"C-00123"`.
    pub(super) fn code(&mut self, key: &str, prefix: &str, number: u64) {
        self.raw(key);
        self.out.push(b'"');
        self.raw(prefix);
        self.digits(number);
        self.out.push(b'"');
    }

    /// Any text. What JSON must escape is escaped; 4 % of the strings with anything outside
    /// ASCII have that as `\uXXXX`, as some serialisers write it.
    pub(super) fn string(&mut self, key: &str, text: &str) {
        self.raw(key);
        self.out.push(b'"');
        self.string_part(text);
        self.out.push(b'"');
    }

    /// A piece of a string between quotes the caller writes.
    pub(super) fn string_part(&mut self, text: &str) {
        let simple = |byte: u8| (0x20..0x80).contains(&byte) && byte != b'"' && byte != b'\\';
        if text.bytes().all(simple) {
            self.raw(text);
            return;
        }
        // Drawn either way, so that the option changes nothing else.
        let escaped = self.random.chance(4) || self.dress.escaped;
        for c in text.chars() {
            match c {
                '"' => self.raw("\\\""),
                '\\' => self.raw("\\\\"),
                '\n' => self.raw("\\n"),
                '\t' => self.raw("\\t"),
                c if (c as u32) < 0x20 || (escaped && !c.is_ascii()) => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        self.raw("\\u");
                        for shift in [12, 8, 4, 0] {
                            let digit = (*unit >> shift) as u8 & 15;
                            self.out.push(b"0123456789ABCDEF"[usize::from(digit)]);
                        }
                    }
                }
                c => self.raw(c.encode_utf8(&mut [0; 4])),
            }
        }
    }

    pub(super) fn digits(&mut self, number: u64) {
        let mut text = [0; 20];
        let mut at = text.len();
        let mut rest = number;
        loop {
            at -= 1;
            text[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.out.extend_from_slice(&text[at..]);
    }

    pub(super) fn integer(&mut self, key: &str, number: i64) {
        self.raw(key);
        if number < 0 {
            self.out.push(b'-');
        }
        self.digits(number.unsigned_abs());
    }

    /// A second at which something was created.
    pub(super) fn creation(&mut self) -> i64 {
        OPENING + i64::from(self.random.below(AGE))
    }

    /// Writes an instant and gives it in microseconds. Most have no fraction, about 8 % have
    /// milliseconds and 1 % seven digits, of which the last is a zero unless the options say
    /// otherwise.
    pub(super) fn instant(&mut self, key: &str, second: i64) -> i64 {
        let bits = self.random.next();
        let (fraction, digits) = match bits & 0x7f {
            0 => (((bits >> 8) % 1_000_000) as u32 * 10, 7),
            1..=10 => (((bits >> 8) % 1_000) as u32, 3),
            _ => (0, 0),
        };
        if ((bits >> 48) as u32) < self.dress.long_fractions {
            let ticks = ((bits >> 8) % 10_000_000) as u32;
            // Exactly the instants chosen here have a digit that microseconds cannot hold.
            let ticks = if ticks.is_multiple_of(10) { ticks + 7 } else { ticks };
            return self.timestamp(key, second, ticks, 7);
        }
        self.timestamp(key, second, fraction, digits)
    }

    pub(super) fn some_instant(&mut self, key: &str, percent: u32, second: i64) -> bool {
        let some = self.random.chance(percent);
        if some {
            self.instant(key, second);
        } else {
            self.null(key);
        }
        some
    }

    /// The column every window is about.
    pub(super) fn updated(&mut self, key: &str, second: i64) {
        let micros = self.instant(key, second);
        self.sums.updated(micros);
    }

    /// A whole second without any fraction, as ends of nights are.
    pub(super) fn whole_instant(&mut self, key: &str, second: i64) {
        self.timestamp(key, second, 0, 0);
    }

    fn timestamp(&mut self, key: &str, second: i64, fraction: u32, digits: usize) -> i64 {
        self.raw(key);
        let of_day = second.rem_euclid(86_400) as u32;
        let mut text = *b"\"0000-00-00T00:00:00.0000000Z\"";
        date_into(&mut text[1..11], second.div_euclid(86_400));
        pair(&mut text[12..14], of_day / 3_600);
        pair(&mut text[15..17], of_day / 60 % 60);
        pair(&mut text[18..20], of_day % 60);
        let mut rest = fraction;
        for at in (21..21 + digits).rev() {
            text[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        let end = if digits == 0 { 20 } else { 21 + digits };
        self.out.extend_from_slice(&text[..end]);
        self.raw("Z\"");
        let micros = match digits {
            7 => fraction / 10,
            3 => fraction * 1_000,
            _ => 0,
        };
        second * 1_000_000 + i64::from(micros)
    }

    /// A plain date, `days` after 1970-01-01.
    pub(super) fn date(&mut self, key: &str, days: i64) {
        let mut text = *b"\"0000-00-00\"";
        date_into(&mut text[1..11], days);
        self.raw(key);
        self.out.extend_from_slice(&text);
    }
}

fn pair(place: &mut [u8], value: u32) {
    place[0] = b'0' + (value / 10) as u8;
    place[1] = b'0' + (value % 10) as u8;
}

/// Writes `YYYY-MM-DD` into ten bytes that already hold the hyphens. Years 0 to 9999.
fn date_into(place: &mut [u8], days: i64) {
    let (year, month, day) = civil(days);
    pair(&mut place[0..2], year / 100);
    pair(&mut place[2..4], year % 100);
    pair(&mut place[5..7], month);
    pair(&mut place[8..10], day);
}

/// Days since 1970-01-01 as year, month and day of the Gregorian calendar, counted in years
/// that begin in March, so that the leap day is the last of its year.
fn civil(days: i64) -> (u32, u32, u32) {
    let from_march_0000 = days + 719_468;
    let era = from_march_0000.div_euclid(146_097);
    let of_era = from_march_0000.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year as u32, month as u32, day as u32)
}

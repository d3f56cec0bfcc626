//! Numbers: the grammar, and exact values out of the digits.
//!
//! A number stays text until a column asks for a value, so nothing passes through a float on the
//! way to an integer or a decimal.

mod places;

use crate::arch::{PADDING, Padded};
use crate::digits::{Eight, Short};

/// A number of the JSON grammar, split into its parts.
#[derive(Clone, Copy, Debug)]
pub struct Number<'a> {
    text: &'a [u8],
    negative: bool,
    integer: &'a [u8],
    fraction: &'a [u8],
    /// Clamped to ±`EXPONENT_LIMIT`; beyond it only zero has a value that any caller can hold.
    exponent: i64,
}

/// Why a number has no exact value of the wanted type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// A non-zero digit stands below the wanted scale.
    Inexact,
    /// The value is too large for 128 bits.
    Overflow,
}

/// Far more than the digits of any line, so a clamped exponent gives the same answer.
const EXPONENT_LIMIT: i64 = 1 << 40;

impl<'a> Number<'a> {
    /// Reads the number at the start of `bytes` (RFC 8259 section 6) and gives it with the index
    /// of the first byte after it. What may follow a number is the caller's business.
    ///
    /// # Errors
    /// The index of the first byte that breaks the grammar; `bytes.len()` if the input ends inside.
    #[inline]
    pub fn scan(bytes: &'a [u8]) -> Result<(Self, usize), usize> {
        let negative = bytes.first() == Some(&b'-');
        let start = usize::from(negative);
        let mut at = digits(bytes, start);
        let integer = &bytes[start..at];
        match integer {
            [] => return Err(at),
            [b'0', _, ..] => return Err(start + 1),
            _ => {}
        }
        let mut fraction: &[u8] = &[];
        if bytes.get(at) == Some(&b'.') {
            let from = at + 1;
            at = digits(bytes, from);
            fraction = &bytes[from..at];
            if fraction.is_empty() {
                return Err(at);
            }
        }
        let mut exponent = 0;
        if let Some(b'e' | b'E') = bytes.get(at) {
            at += 1;
            let sign = bytes.get(at);
            at += usize::from(matches!(sign, Some(b'+' | b'-')));
            let from = at;
            at = digits(bytes, from);
            if at == from {
                return Err(at);
            }
            for &digit in &bytes[from..at] {
                exponent = (exponent * 10 + i64::from(digit - b'0')).min(EXPONENT_LIMIT);
            }
            if sign == Some(&b'-') {
                exponent = -exponent;
            }
        }
        Ok((Self { text: &bytes[..at], negative, integer, fraction, exponent }, at))
    }

    /// The number as it was written.
    #[must_use]
    pub fn text(&self) -> &'a [u8] {
        self.text
    }

    /// The value times `10^scale`, exactly.
    ///
    /// `scaled(0)` is the value of any number that is whole, however written: `100`, `1e2` and
    /// `100.0` alike.
    ///
    /// # Errors
    /// [`Misfit::Inexact`] where a non-zero digit would be lost, or else [`Misfit::Overflow`] beyond
    /// `i128`.
    #[inline]
    pub fn scaled(&self, scale: u8) -> Result<i128, Misfit> {
        // value = digits × 10^shift, digits being integer and fraction written as one.
        let length = (self.integer.len() + self.fraction.len()) as i64;
        let shift = self.exponent - self.fraction.len() as i64 + i64::from(scale);
        let kept = (length + shift.min(0)).max(0) as usize;
        let mut digits = self.integer.iter().chain(self.fraction).map(|&digit| digit - b'0');
        let mut value: u128 = 0;
        for digit in digits.by_ref().take(kept) {
            value = value
                .checked_mul(10)
                .and_then(|value| value.checked_add(u128::from(digit)))
                .ok_or_else(|| self.beyond(kept))?;
        }
        if digits.any(|digit| digit != 0) {
            return Err(Misfit::Inexact);
        }
        if value != 0 {
            for _ in 0..shift.max(0) {
                value = value.checked_mul(10).ok_or(Misfit::Overflow)?;
            }
        }
        let value = i128::try_from(value).map_err(|_| Misfit::Overflow)?;
        Ok(if self.negative { -value } else { value })
    }

    /// What a number too large is called, of whose digits so many would be kept.
    #[cold]
    fn beyond(&self, kept: usize) -> Misfit {
        let lost = self.integer.iter().chain(self.fraction).skip(kept).any(|&digit| digit != b'0');
        if lost { Misfit::Inexact } else { Misfit::Overflow }
    }

    /// The whole number nearest to the value times `10^scale`, halves away from zero. `None` beyond
    /// `i128`.
    #[must_use]
    pub fn rounded(&self, scale: u8) -> Option<i128> {
        let length = (self.integer.len() + self.fraction.len()) as i64;
        let shift = self.exponent - self.fraction.len() as i64 + i64::from(scale);
        if shift >= 0 {
            return self.scaled(scale).ok();
        }
        // Below zero, a zero stands in the first place that is lost.
        let Ok(kept) = usize::try_from(length + shift) else { return Some(0) };
        let mut digits = self.integer.iter().chain(self.fraction).map(|&digit| digit - b'0');
        let mut value: u128 = 0;
        for digit in digits.by_ref().take(kept) {
            value = value.checked_mul(10)?.checked_add(u128::from(digit))?;
        }
        if digits.next().is_some_and(|lost| lost >= 5) {
            value = value.checked_add(1)?;
        }
        let value = i128::try_from(value).ok()?;
        Some(if self.negative { -value } else { value })
    }

    /// The nearest `f64`, ties to even; `-0` keeps its sign. `None` if that is infinite.
    #[inline]
    #[must_use]
    pub fn to_f64(&self) -> Option<f64> {
        // The grammar was checked, so this is ASCII and a number `parse` understands.
        let value: f64 = core::str::from_utf8(self.text).ok()?.parse().ok()?;
        value.is_finite().then_some(value)
    }
}

/// A number without exponent, of at most eight digits before the point and at most eight after it, or
/// of at most sixteen without a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Small {
    negative: bool,
    /// All digits as one number, below 10^16.
    digits: u64,
    /// How many digits stand before the point, and after it.
    whole: usize,
    places: usize,
}

impl Small {
    /// Reads the number at `at` and gives it with the index of the first byte after it. `None` says
    /// nothing about the number: [`Number::scan`] does.
    #[inline(always)]
    #[must_use]
    pub fn scan(text: Padded<'_>, at: usize) -> Option<(Self, usize)> {
        let block = text.block::<PADDING>(at);
        let word = |at: usize| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&block[at..at + 8]);
            u64::from_le_bytes(bytes)
        };
        let negative = block[0] == b'-';
        let start = usize::from(negative);
        let (number, end) = match Short::read(word(start)) {
            Some(short) => {
                if (short.whole == 0) | ((short.places == 0) & (short.len != short.whole)) {
                    return None;
                }
                let Short { digits, whole, places, len } = short;
                (Self { negative, digits, whole, places }, start + len)
            }
            None => {
                let whole = Eight::read(word(start));
                let point = start + whole.count;
                if whole.count == 0 {
                    return None;
                }
                let mut number =
                    Self { negative, digits: whole.right(), whole: whole.count, places: 0 };
                let mut end = point;
                let next = block[point];
                if next == b'.' {
                    let fraction = Eight::read(word(point + 1));
                    if fraction.count == 0 {
                        return None;
                    }
                    number.places = fraction.count;
                    number.digits = number.digits * TEN[fraction.count] + fraction.right();
                    end = point + 1 + fraction.count;
                } else if next.is_ascii_digit() {
                    // Up to 16 digits, if there is no point.
                    let more = Eight::read(word(point));
                    number.whole += more.count;
                    number.digits = number.digits * TEN[more.count] + more.right();
                    end = point + more.count;
                    if block[end] == b'.' {
                        return None;
                    }
                }
                (number, end)
            }
        };
        let leading_zero = (block[start] == b'0') & (number.whole != 1);
        // Another digit or an exponent.
        let goes_on = (block[end].wrapping_sub(b'0') < 10) | (block[end] | 0x20 == b'e');
        (!(leading_zero | goes_on)).then_some((number, at + end))
    }

    /// As [`Number::scaled`], or `None` where that takes more than one multiplication.
    #[inline(always)]
    #[must_use]
    pub fn scaled(&self, scale: u8) -> Option<i128> {
        let power = TEN.get(usize::from(scale).wrapping_sub(self.places))?;
        // Both are below 2^64.
        let value = (u128::from(self.digits) * u128::from(*power)) as i128;
        Some(if self.negative { -value } else { value })
    }

    /// As [`Number::to_f64`], or `None` where that takes more than one division.
    #[inline(always)]
    #[must_use]
    pub fn to_f64(&self) -> Option<f64> {
        // Digits up to 2^53 and powers of ten up to 10^22 are floats, and a quotient of two floats
        // is rounded once.
        if self.digits > 1 << 53 {
            return None;
        }
        let value = self.digits as f64 / TEN[self.places] as f64;
        Some(if self.negative { -value } else { value })
    }

    /// As [`Number::scaled`] for a whole number, or `None` if it was written with a point.
    #[inline(always)]
    #[must_use]
    pub fn whole(&self) -> Option<i64> {
        // Below 10^16.
        let value = self.digits as i64;
        (self.places == 0).then_some(if self.negative { -value } else { value })
    }
}

/// Index of the first byte at or after `from` that is no digit.
#[inline]
fn digits(bytes: &[u8], mut from: usize) -> usize {
    while bytes.get(from).is_some_and(u8::is_ascii_digit) {
        from += 1;
    }
    from
}

const TEN: [u64; 19] = {
    let mut table = [1; 19];
    let mut at = 1;
    while at < 19 {
        table[at] = table[at - 1] * 10;
        at += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::{Misfit, Number, Small};
    use crate::arch::{PADDING, Padded};
    use alloc::format;

    fn small(text: &str) -> Option<(Small, usize)> {
        let mut bytes = text.as_bytes().to_vec();
        bytes.resize(text.len() + PADDING, b'1');
        Small::scan(Padded::new(&bytes).unwrap(), 0)
    }

    fn scaled(text: &str, scale: u8) -> Result<i128, Misfit> {
        let (number, end) = Number::scan(text.as_bytes()).unwrap();
        assert_eq!(end, text.len(), "{text}");
        let value = number.scaled(scale);
        // The short way gives the same value or none.
        for after in [",", "}", "]", " ", "\n"] {
            if let Some((small, length)) = small(&format!("{text}{after}1")) {
                assert_eq!(length, text.len());
                if let Some(small) = small.scaled(scale) {
                    assert_eq!(Ok(small), value, "{text}");
                }
                if let Some(small) = small.whole() {
                    assert_eq!(number.scaled(0), Ok(small.into()), "{text}");
                }
            }
        }
        value
    }

    #[test]
    fn grammar() {
        for (text, end) in [
            ("0", 1),
            ("-0", 2),
            ("10", 2),
            ("0.5,", 3),
            ("1e5}", 3),
            ("1E+05 ", 5),
            ("-1.0e-1", 7),
        ] {
            assert_eq!(Number::scan(text.as_bytes()).unwrap().1, end, "{text}");
        }
        for (text, at) in [
            ("", 0),
            ("-", 1),
            ("+1", 0),
            (".5", 0),
            ("01", 1),
            ("-01", 2),
            ("1.", 2),
            ("1.e5", 2),
            ("1e", 2),
            ("1e+", 3),
            ("NaN", 0),
            ("-Infinity", 1),
        ] {
            assert_eq!(Number::scan(text.as_bytes()).unwrap_err(), at, "{text}");
        }
    }

    #[test]
    fn rounding() {
        let rounded = |text: &str, scale| Number::scan(text.as_bytes()).unwrap().0.rounded(scale);
        for (text, scale, value) in [
            ("1.005", 2, 101),
            ("1.0049999", 2, 100),
            ("-1.005", 2, -101),
            ("0.5", 0, 1),
            ("-0.5", 0, -1),
            ("0.49", 0, 0),
            ("0.05", 0, 0),
            ("5e-3", 2, 1),
            ("5e-4", 2, 0),
            ("9.99", 1, 100),
            ("12e1", 1, 1200),
            ("1e-999999999999", 3, 0),
            ("170141183460469231731687303715884105727.4", 0, i128::MAX),
        ] {
            assert_eq!(rounded(text, scale), Some(value), "{text}");
        }
        assert_eq!(rounded("170141183460469231731687303715884105727.5", 0), None);
        assert_eq!(rounded("1e39", 0), None);
    }

    #[test]
    fn short_numbers() {
        let small = |text: &str| small(text)?.0.scaled(4);
        assert_eq!(small("93.46,"), Some(934_600));
        assert_eq!(small("-0.0001}"), Some(-1));
        assert_eq!(small("0]"), Some(0));
        assert_eq!(small("-3700,"), Some(-37_000_000));
        assert_eq!(small("99999999,"), Some(999_999_990_000));
        assert_eq!(small("12345678.9012\n"), Some(123_456_789_012));
        assert_eq!(small("1 "), Some(10_000));
        assert_eq!(small("123456789,"), Some(1_234_567_890_000));
        assert_eq!(small("-9999999999999999]"), Some(-99_999_999_999_999_990_000));
        for none in [
            "",
            "-",
            "-,",
            ",",
            ".5,",
            "1.,",
            "01,",
            "-01,",
            "00,",
            "1e5,",
            "1E5,",
            "1.5e5,",
            "+1,",
            "1.23456,",
            "123456789.5,",
            "12345678901234567,",
            "1234567890123456.,",
            "0.123456789,",
            "--1,",
            "000000000000000000000000,",
        ] {
            assert_eq!(small(none), None, "{none}");
        }
    }

    #[test]
    fn exact_values() {
        assert_eq!(scaled("0", 0), Ok(0));
        assert_eq!(scaled("-0.0", 0), Ok(0));
        assert_eq!(scaled("1.0", 0), Ok(1));
        assert_eq!(scaled("1e2", 0), Ok(100));
        assert_eq!(scaled("100e-2", 0), Ok(1));
        assert_eq!(scaled("1.9", 0), Err(Misfit::Inexact));
        assert_eq!(scaled("93.46", 10), Ok(934_600_000_000));
        assert_eq!(scaled("-3700", 2), Ok(-370_000));
        assert_eq!(scaled("0.00000000001", 10), Err(Misfit::Inexact));
        assert_eq!(scaled("0.000000000010", 11), Ok(1));
        assert_eq!(scaled("9223372036854775808", 0), Ok(1 << 63));
        assert_eq!(scaled("170141183460469231731687303715884105727", 0), Ok(i128::MAX));
        assert_eq!(scaled("170141183460469231731687303715884105728", 0), Err(Misfit::Overflow));
        assert_eq!(scaled("1e39", 0), Err(Misfit::Overflow));
        let beyond = "9".repeat(50);
        assert_eq!(scaled(&format!("{beyond}.00"), 0), Err(Misfit::Overflow));
        assert_eq!(scaled(&format!("{beyond}.01"), 0), Err(Misfit::Inexact));
        assert_eq!(scaled("1e-99999999999999999999", 0), Err(Misfit::Inexact));
        assert_eq!(scaled("1e99999999999999999999", 0), Err(Misfit::Overflow));
        assert_eq!(scaled("0e99999999999999999999", 38), Ok(0));
        assert_eq!(scaled("0.000e-99999999999999999999", 0), Ok(0));
        assert_eq!(scaled("92345678901234567890123456789.0123456789", 10), Err(Misfit::Overflow));
        assert_eq!(
            scaled("1234567890123456789012345678.0123456789", 10),
            Ok(12345678901234567890123456780123456789)
        );
        assert_eq!(
            scaled("999999999999999999", 18),
            Ok(999_999_999_999_999_999_000_000_000_000_000_000)
        );
    }

    #[test]
    fn floats() {
        let float = |text: &str| {
            let value = Number::scan(text.as_bytes()).unwrap().0.to_f64();
            if let Some(small) = small(&format!("{text},")).and_then(|(small, _)| small.to_f64()) {
                assert_eq!(Some(small.to_bits()), value.map(f64::to_bits), "{text}");
            }
            value
        };
        for n in 0..if cfg!(miri) { 300 } else { 100_000_u64 } {
            let digits = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let (whole, fraction) =
                (digits % 99_999_989, (digits >> 32) % 10_u64.pow(n as u32 % 9));
            float(&format!("{whole}.{fraction}"));
            float(&format!("-0.{fraction:08}"));
        }
        assert_eq!(float("0.1"), Some(0.1));
        assert_eq!(float("-0").map(f64::to_bits), Some((-0.0f64).to_bits()));
        assert_eq!(float("1.7976931348623157e308"), Some(f64::MAX));
        assert_eq!(float("1e309"), None);
        assert_eq!(float("1e-400"), Some(0.0));
        assert_eq!(float("9007199254740993"), Some(9_007_199_254_740_992.0));
    }
}

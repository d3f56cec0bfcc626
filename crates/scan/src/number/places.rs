//! How much room a number needs, without its value.

use core::fmt::{self, Write};

use super::Number;

/// The digits of a number that are not zeros at either end, and where the point stands among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Significant {
    /// Index of the first one and after the last one in all digits as they are written.
    from: usize,
    to: usize,
    /// Digits before the point, counted from the first digit that is written; the exponent counts.
    point: i64,
}

/// Doubles hold any number of so many digits: written as short as possible, it is the same number.
const SAFE_DIGITS: usize = 15;

/// So far from the point they hold them for sure.
const SAFE_PLACES: i64 = 290;

impl Number<'_> {
    /// How many digits the exact value has before the point and after it, without zeros that say
    /// nothing: as many as a decimal needs that holds it. Zero has none.
    ///
    /// ```
    /// use rowmill_scan::Number;
    ///
    /// let places = |text: &str| Number::scan(text.as_bytes()).unwrap().0.places();
    /// assert_eq!(places("93.460"), (2, 2));
    /// assert_eq!(places("1e3"), (4, 0));
    /// assert_eq!(places("0.001"), (0, 3));
    /// ```
    #[must_use]
    pub fn places(&self) -> (u64, u64) {
        if self.exponent == 0 {
            // An integer begins with a zero only if it is one.
            let whole = if self.integer == b"0" { 0 } else { self.integer.len() };
            let zeros = self.fraction.iter().rev().take_while(|digit| **digit == b'0').count();
            return (whole as u64, (self.fraction.len() - zeros) as u64);
        }
        let Significant { from, to, point } = self.significant();
        if from == to {
            return (0, 0);
        }
        let whole = (point - from as i64).max(0);
        let fraction = (to as i64 - point).max(0);
        (whole as u64, fraction as u64)
    }

    /// Whether it is below zero, or a zero with a sign.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.negative
    }

    /// Whether it is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.integer.iter().chain(self.fraction).all(|&digit| digit == b'0')
    }

    /// Whether it is written as a whole number: without a fraction and without an exponent.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.text.len() == self.integer.len() + usize::from(self.negative)
    }

    /// Whether a double loses nothing of it: the nearest one, written with as few digits as tell it
    /// from its neighbours, is this very number.
    ///
    /// ```
    /// use rowmill_scan::Number;
    ///
    /// let exact = |text: &str| Number::scan(text.as_bytes()).unwrap().0.is_shortest_f64();
    /// assert!(exact("0.1") && exact("1.7976931348623157e308") && exact("-0"));
    /// assert!(!exact("9007199254740993") && !exact("0.10000000000000000001") && !exact("1e400"));
    /// ```
    #[must_use]
    pub fn is_shortest_f64(&self) -> bool {
        if self.exponent == 0 && self.integer.len() + self.fraction.len() <= SAFE_DIGITS {
            return true;
        }
        let here = self.significant();
        if here.from == here.to {
            return true;
        }
        let first = here.point - here.from as i64;
        if here.to - here.from <= SAFE_DIGITS && first.abs() < SAFE_PLACES {
            return true;
        }
        let Some(value) = self.to_f64() else { return false };
        let mut shortest = Shortest { bytes: [0; 32], len: 0 };
        if write!(shortest, "{value:e}").is_err() {
            return false;
        }
        let Ok((other, _)) = Number::scan(&shortest.bytes[..shortest.len]) else { return false };
        let there = other.significant();
        first == there.point - there.from as i64 && self.digits(here).eq(other.digits(there))
    }

    fn significant(&self) -> Significant {
        let all = self.integer.len() + self.fraction.len();
        let is_digit = |digit: &u8| *digit != b'0';
        let mut digits = self.integer.iter().chain(self.fraction);
        let from = digits.clone().position(is_digit).unwrap_or(all);
        let to = if from == all { all } else { all - digits_after(&mut digits, is_digit) };
        Significant { from, to, point: self.integer.len() as i64 + self.exponent }
    }

    fn digits(&self, of: Significant) -> impl Iterator<Item = &u8> {
        self.integer.iter().chain(self.fraction).skip(of.from).take(of.to - of.from)
    }
}

/// How many come after the last one for which `is` holds.
fn digits_after<'a>(
    digits: &mut impl DoubleEndedIterator<Item = &'a u8>,
    is: impl Fn(&u8) -> bool,
) -> usize {
    digits.rev().take_while(|digit| !is(digit)).count()
}

/// The text of a double: at most 17 digits, a point, two signs and an exponent of three digits.
struct Shortest {
    bytes: [u8; 32],
    len: usize,
}

impl Write for Shortest {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = self.bytes.get_mut(self.len..self.len + text.len()).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.len += text.len();
        Ok(())
    }
}

#[cfg(test)]
mod tests;

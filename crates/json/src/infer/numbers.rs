//! What a column must hold to lose nothing of any number that was seen.

use rowmill_scan::Number;

use super::note::Note;
use crate::layout::Column;

/// Digits that a decimal of 128 bits holds whatever they are.
const DECIMAL_DIGITS: u16 = 38;

/// Places after the point that a decimal has more than a sample of it, if the digits are enough for as
/// many more before it.
const MORE_PLACES: u16 = 6;

/// Digits that an `i64` holds whatever they are.
const INT64_DIGITS: u64 = 18;

/// The numbers seen so far, by what they ask of a type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Numbers {
    /// The most digits before the point and after it; 255 stands for all larger numbers.
    whole: u8,
    fraction: u8,
    /// Of the bits below, those that are true of one number at least.
    marks: u8,
}

/// Below zero.
const NEGATIVE: u8 = 1;
/// Whole, and no `i64`.
const NOT_INT64: u8 = 2;
/// Whole, and no `u64` even without its sign.
const NOT_UINT64: u8 = 4;
/// A zero with a sign, which integers and decimals do not have.
const MINUS_ZERO: u8 = 8;
/// Written with a fraction or an exponent.
const WRITTEN_AS_FRACTION: u8 = 16;
/// Not what the nearest double is when it is written out again.
const NOT_FLOAT64: u8 = 32;

impl Numbers {
    /// Takes in one number.
    pub(super) fn see(&mut self, number: &Number<'_>) {
        let (whole, fraction) = number.places();
        self.whole = self.whole.max(u8::try_from(whole).unwrap_or(u8::MAX));
        self.fraction = self.fraction.max(u8::try_from(fraction).unwrap_or(u8::MAX));
        if !number.is_plain() {
            self.marks |= WRITTEN_AS_FRACTION;
        }
        if number.is_negative() {
            self.marks |= if number.is_zero() { MINUS_ZERO } else { NEGATIVE };
        }
        if whole > INT64_DIGITS && fraction == 0 {
            let value = number.scaled(0).unwrap_or(i128::MAX);
            if i64::try_from(value).is_err() {
                self.marks |= NOT_INT64;
            }
            if value.unsigned_abs() > u128::from(u64::MAX) {
                self.marks |= NOT_UINT64;
            }
        }
        if !number.is_shortest_f64() {
            self.marks |= NOT_FLOAT64;
        }
    }

    /// Takes in all that the other has seen.
    pub(super) fn join(&mut self, other: Self) {
        self.whole = self.whole.max(other.whole);
        self.fraction = self.fraction.max(other.fraction);
        self.marks |= other.marks;
    }

    fn any(self, mark: u8) -> bool {
        self.marks & mark != 0
    }

    /// The narrowest column that holds them all, and what there is to say about it. If they are not the
    /// `whole` of the data, decimals have room for larger and finer ones.
    pub(super) fn column(self, name: &str, whole: bool) -> (Column, Option<Note>) {
        let digits = u16::from(self.whole) + u16::from(self.fraction);
        if !self.any(MINUS_ZERO) {
            if !self.any(WRITTEN_AS_FRACTION) && !self.any(NOT_INT64) {
                return (Column::int64(name), None);
            }
            if !self.any(WRITTEN_AS_FRACTION | NEGATIVE | NOT_UINT64) {
                return (Column::uint64(name), None);
            }
            if digits <= DECIMAL_DIGITS {
                // A scale of at most 38.
                let (precision, scale) = (digits.max(1) as u8, self.fraction as i8);
                if whole {
                    return (Column::decimal(name, precision, scale), None);
                }
                let spare = (DECIMAL_DIGITS - digits) / 2;
                let finer = if self.any(WRITTEN_AS_FRACTION) { spare.min(MORE_PLACES) } else { 0 };
                return (Column::decimal(name, DECIMAL_DIGITS as u8, scale + finer as i8), None);
            }
        }
        let why = if self.any(MINUS_ZERO) { Note::MinusZero } else { Note::ManyDigits };
        let column = if self.any(NOT_FLOAT64) { Column::json(name) } else { Column::float64(name) };
        (column, Some(why))
    }
}

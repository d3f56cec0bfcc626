//! Exact decimals.

use std::sync::Arc;

use arrow_array::types::Decimal128Type;
use arrow_array::{ArrayRef, PrimitiveArray};
use arrow_schema::DataType;
use rowmill_scan::{Misfit, Padded, Small};

use super::buffer::Fixed;
use super::{Fill, Usual};
use crate::cursor::Cursor;
use crate::error::ErrorKind;
use crate::fault::Outcome;
use crate::layout::Allow;
use crate::walk::Stamped;

/// A column of decimals, from digits to 128 bits with no float between.
pub(crate) struct DecimalColumn {
    values: Fixed<i128>,
    /// One more than the largest unscaled value.
    bound: i128,
    precision: u8,
    scale: u8,
    round: bool,
    rescue: bool,
}

impl DecimalColumn {
    /// `Layout` has checked `1 <= precision <= 38` and `0 <= scale <= precision`.
    pub(super) fn new(precision: u8, scale: i8, allow: Allow) -> Self {
        Self {
            values: Fixed::default(),
            bound: 10i128.saturating_pow(u32::from(precision)),
            precision,
            scale: scale.unsigned_abs(),
            round: allow.round_digits,
            rescue: allow.rescue_digits,
        }
    }

    /// Whether the value at the cursor, which is passed, has digits that are kept elsewhere.
    pub(crate) fn leaves<L: Stamped>(&self, cursor: &mut Cursor<'_, L>) -> Outcome<bool> {
        if !self.rescue || !matches!(cursor.peek(), b'-' | b'0'..=b'9') {
            cursor.skip_value()?;
            return Ok(false);
        }
        Ok(matches!(cursor.number()?.scaled(self.scale), Err(Misfit::Inexact)))
    }

    #[inline(always)]
    fn holds(&self, value: i128) -> bool {
        -self.bound < value && value < self.bound
    }
}

impl Usual for DecimalColumn {
    #[inline(always)]
    fn usual<L: Stamped>(
        &mut self,
        _: L,
        text: Padded<'_>,
        at: usize,
        row: usize,
    ) -> Option<usize> {
        let (number, end) = Small::scan(text, at)?;
        let value = number.scaled(self.scale)?;
        if !self.holds(value) {
            return None;
        }
        self.values.put(row, value);
        Some(end)
    }
}

impl Fill for DecimalColumn {
    fn reserve(&mut self, rows: usize) {
        self.values.reserve(rows);
    }

    fn read<L: Stamped>(&mut self, cursor: &mut Cursor<'_, L>, row: usize) -> Outcome<()> {
        let expected = || format!("decimal({},{})", self.precision, self.scale);
        if !matches!(cursor.peek(), b'-' | b'0'..=b'9') {
            return Err(cursor.mismatch(expected()));
        }
        let start = cursor.at;
        let number = cursor.number()?;
        match number.scaled(self.scale) {
            Ok(value) if self.holds(value) => {
                self.values.put(row, value);
                Ok(())
            }
            Ok(_) | Err(Misfit::Overflow) => {
                Err(cursor.value_fault(ErrorKind::Range, start, expected()))
            }
            Err(Misfit::Inexact) if self.rescue => {
                cursor.context.notes.bend(start, |uses| &mut uses.rescue_digits);
                cursor.context.notes.leave();
                Ok(())
            }
            Err(Misfit::Inexact) if self.round => match number.rounded(self.scale) {
                Some(value) if self.holds(value) => {
                    self.values.put(row, value);
                    cursor.context.notes.bend(start, |uses| &mut uses.round_digits);
                    Ok(())
                }
                _ => Err(cursor.value_fault(ErrorKind::Range, start, expected())),
            },
            Err(Misfit::Inexact) => {
                Err(cursor.value_fault(ErrorKind::Precision, start, expected()))
            }
        }
    }

    fn clear(&mut self, from: usize, to: usize) {
        self.values.clear(from, to);
    }

    fn finish(&mut self, rows: usize) -> ArrayRef {
        let (values, nulls) = self.values.take(rows);
        // A scale is at most 38.
        let data_type = DataType::Decimal128(self.precision, self.scale as i8);
        let array = PrimitiveArray::<Decimal128Type>::new(values, nulls);
        Arc::new(array.with_data_type(data_type))
    }
}

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
use crate::walk::Stamped;

/// A column of decimals, from digits to 128 bits with no float between.
pub(crate) struct DecimalColumn {
    values: Fixed<i128>,
    /// One more than the largest unscaled value.
    bound: i128,
    precision: u8,
    scale: u8,
}

impl DecimalColumn {
    /// `Layout` has checked `1 <= precision <= 38` and `0 <= scale <= precision`.
    pub(super) fn new(precision: u8, scale: i8) -> Self {
        let bound = 10i128.saturating_pow(u32::from(precision));
        Self { values: Fixed::default(), precision, scale: scale.unsigned_abs(), bound }
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
        match cursor.number()?.scaled(self.scale) {
            Ok(value) if self.holds(value) => {
                self.values.put(row, value);
                Ok(())
            }
            Ok(_) | Err(Misfit::Overflow) => {
                Err(cursor.value_fault(ErrorKind::Range, start, expected()))
            }
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

//! Exact decimals.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::types::Decimal128Type;
use arrow_schema::DataType;
use rowmill_scan::{Misfit, Small};

use super::Fill;
use super::primitive::Primitive;
use crate::cursor::Cursor;
use crate::error::ErrorKind;
use crate::fault::Outcome;

/// A column of decimals, from digits to 128 bits with no float between.
pub(super) struct DecimalColumn {
    values: Primitive<Decimal128Type>,
    precision: u8,
    scale: i8,
    /// One more than the largest unscaled value.
    bound: i128,
}

impl DecimalColumn {
    /// `Layout` has checked `1 <= precision <= 38` and `0 <= scale <= precision`.
    pub(super) fn new(precision: u8, scale: i8) -> Self {
        let bound = 10i128.saturating_pow(u32::from(precision));
        Self { values: Primitive::default(), precision, scale, bound }
    }
}

impl Fill for DecimalColumn {
    fn read(&mut self, cursor: &mut Cursor<'_>) -> Outcome<()> {
        let within = -self.bound + 1..self.bound;
        if let Some((number, length)) = Small::scan(cursor.rest())
            && let Some(value) = number.scaled(self.scale.unsigned_abs())
            && within.contains(&value)
        {
            cursor.at += length;
            self.values.push(value);
            return Ok(());
        }
        let expected = || format!("decimal({},{})", self.precision, self.scale);
        if !matches!(cursor.peek(), Some(b'-' | b'0'..=b'9')) {
            return Err(cursor.mismatch(expected()));
        }
        let start = cursor.at;
        match cursor.number()?.scaled(self.scale.unsigned_abs()) {
            Ok(value) if within.contains(&value) => {
                self.values.push(value);
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

    fn push_null(&mut self) {
        self.values.push_null();
    }

    fn truncate(&mut self, len: usize) {
        self.values.truncate(len);
    }

    fn finish(&mut self) -> ArrayRef {
        let data_type = DataType::Decimal128(self.precision, self.scale);
        Arc::new(self.values.take().with_data_type(data_type))
    }
}

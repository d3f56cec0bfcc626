//! Binary floating point.

use std::sync::Arc;

use arrow_array::types::Float64Type;
use arrow_array::{ArrayRef, PrimitiveArray};
use rowmill_scan::{Padded, Small};

use super::buffer::Fixed;
use super::{Fill, Usual};
use crate::cursor::Cursor;
use crate::error::ErrorKind;
use crate::fault::Outcome;
use crate::walk::Stamped;

/// A column of `f64`: the nearest one to the text; what would be infinite is refused.
#[derive(Default)]
pub(crate) struct FloatColumn {
    values: Fixed<f64>,
}

impl Usual for FloatColumn {
    #[inline(always)]
    fn usual<L: Stamped>(
        &mut self,
        _: L,
        text: Padded<'_>,
        at: usize,
        row: usize,
    ) -> Option<usize> {
        let (number, end) = Small::scan(text, at)?;
        self.values.put(row, number.to_f64()?);
        Some(end)
    }
}

impl Fill for FloatColumn {
    fn reserve(&mut self, rows: usize) {
        self.values.reserve(rows);
    }

    fn read<L: Stamped>(&mut self, cursor: &mut Cursor<'_, L>, row: usize) -> Outcome<()> {
        if !matches!(cursor.peek(), b'-' | b'0'..=b'9') {
            return Err(cursor.mismatch("float64"));
        }
        let start = cursor.at;
        match cursor.number()?.to_f64() {
            Some(value) => {
                self.values.put(row, value);
                Ok(())
            }
            None => Err(cursor.value_fault(ErrorKind::Range, start, "float64")),
        }
    }

    fn clear(&mut self, from: usize, to: usize) {
        self.values.clear(from, to);
    }

    fn finish(&mut self, rows: usize) -> ArrayRef {
        let (values, nulls) = self.values.take(rows);
        Arc::new(PrimitiveArray::<Float64Type>::new(values, nulls))
    }
}

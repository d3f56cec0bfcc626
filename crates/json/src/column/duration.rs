//! Durations in parts.

use std::sync::Arc;

use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{ArrayRef, PrimitiveArray, StructArray};
use rowmill_scan::{DurationFault, parse_duration};

use super::Fill;
use super::buffer::Fixed;
use crate::cursor::Cursor;
use crate::error::ErrorKind;
use crate::fault::Outcome;
use crate::layout::duration_parts;
use crate::walk::Stamped;

/// A column of months, days and nanoseconds. All three are there or none.
#[derive(Default)]
pub(crate) struct DurationPartsColumn {
    months: Fixed<i32>,
    days: Fixed<i32>,
    nanoseconds: Fixed<i64>,
}

impl Fill for DurationPartsColumn {
    fn reserve(&mut self, rows: usize) {
        self.months.reserve(rows);
        self.days.reserve(rows);
        self.nanoseconds.reserve(rows);
    }

    fn read<L: Stamped>(&mut self, cursor: &mut Cursor<'_, L>, row: usize) -> Outcome<()> {
        if cursor.peek() != b'"' {
            return Err(cursor.mismatch("duration"));
        }
        let start = cursor.at;
        let (kind, expected) = match parse_duration(cursor.string()?) {
            Ok(parts) => {
                self.months.put(row, parts.months);
                self.days.put(row, parts.days);
                self.nanoseconds.put(row, parts.nanoseconds);
                return Ok(());
            }
            Err(DurationFault::NotADuration) => (ErrorKind::Format, "duration such as P2DT23H"),
            Err(DurationFault::Inexact) => {
                (ErrorKind::Precision, "a duration of whole nanoseconds")
            }
            Err(DurationFault::OutOfRange) => {
                (ErrorKind::Range, "a duration whose months and days fit 32 bits, nanoseconds 64")
            }
        };
        Err(cursor.value_fault(kind, start, expected))
    }

    fn clear(&mut self, from: usize, to: usize) {
        self.months.clear(from, to);
        self.days.clear(from, to);
        self.nanoseconds.clear(from, to);
    }

    fn finish(&mut self, rows: usize) -> ArrayRef {
        let (months, nulls) = self.months.take(rows);
        let (days, _) = self.days.take(rows);
        let (nanoseconds, _) = self.nanoseconds.take(rows);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(PrimitiveArray::<Int32Type>::new(months, None)),
            Arc::new(PrimitiveArray::<Int32Type>::new(days, None)),
            Arc::new(PrimitiveArray::<Int64Type>::new(nanoseconds, None)),
        ];
        Arc::new(StructArray::new(duration_parts(), columns, nulls))
    }
}

//! Calendar days and instants.

use std::sync::Arc;

use arrow_array::types::{ArrowTimestampType, Date32Type};
use arrow_array::{ArrayRef, PrimitiveArray};
use arrow_schema::{DataType, TimeUnit};
use rowmill_scan::{Instant, Padded, parse_date, parse_instant, quoted_date, quoted_instant};

use super::buffer::Fixed;
use super::{Fill, Usual};
use crate::cursor::Cursor;
use crate::error::ErrorKind;
use crate::fault::Outcome;
use crate::layout::Allow;
use crate::walk::Stamped;

/// A column of days.
pub(crate) struct DateColumn {
    values: Fixed<i32>,
    allow: Allow,
    required: bool,
}

impl DateColumn {
    pub(super) fn new(allow: Allow, required: bool) -> Self {
        Self { values: Fixed::default(), allow, required }
    }
}

impl Usual for DateColumn {
    #[inline(always)]
    fn usual<L: Stamped>(
        &mut self,
        level: L,
        text: Padded<'_>,
        at: usize,
        row: usize,
    ) -> Option<usize> {
        let (days, length) = quoted_date(level, text.block(at))?;
        self.values.put(row, days);
        Some(at + length)
    }
}

impl Fill for DateColumn {
    fn reserve(&mut self, rows: usize) {
        self.values.reserve(rows);
    }

    fn read<L: Stamped>(&mut self, cursor: &mut Cursor<'_, L>, row: usize) -> Outcome<()> {
        if cursor.peek() != b'"' {
            return Err(cursor.mismatch("date"));
        }
        let start = cursor.at;
        let text = cursor.string()?;
        if let Some(days) = parse_date(text) {
            self.values.put(row, days);
            return Ok(());
        }
        if text.is_empty() && self.allow.empty_as_null {
            return empty(cursor, start, self.required);
        }
        Err(cursor.value_fault(ErrorKind::Format, start, "date of the form YYYY-MM-DD"))
    }

    fn clear(&mut self, from: usize, to: usize) {
        self.values.clear(from, to);
    }

    fn finish(&mut self, rows: usize) -> ArrayRef {
        let (values, nulls) = self.values.take(rows);
        Arc::new(PrimitiveArray::<Date32Type>::new(values, nulls))
    }
}

/// A column of instants in one unit, micro- or nanoseconds.
pub(crate) struct InstantColumn<T: ArrowTimestampType> {
    values: Fixed<i64>,
    allow: Allow,
    required: bool,
    data_type: Box<DataType>,
    unit: std::marker::PhantomData<T>,
}

impl<T: ArrowTimestampType> InstantColumn<T> {
    const PER_SECOND: i64 =
        if matches!(T::UNIT, TimeUnit::Nanosecond) { 1_000_000_000 } else { 1_000_000 };
    const NANOS_PER_UNIT: i64 = 1_000_000_000 / Self::PER_SECOND;

    pub(super) fn new(data_type: &DataType, allow: Allow, required: bool) -> Self {
        let (data_type, unit) = (Box::new(data_type.clone()), std::marker::PhantomData);
        Self { values: Fixed::default(), allow, required, data_type, unit }
    }

    fn add<L: Stamped>(
        &mut self,
        instant: Instant,
        cursor: &mut Cursor<'_, L>,
        start: usize,
        row: usize,
    ) -> Outcome<()> {
        let nanos = i64::from(instant.nanos);
        // Wider than the column: the first second that nanoseconds reach begins before their range.
        let seconds = i128::from(instant.seconds) * i128::from(Self::PER_SECOND);
        let Ok(value) = i64::try_from(seconds + i128::from(nanos / Self::NANOS_PER_UNIT)) else {
            return Err(cursor.value_fault(
                ErrorKind::Range,
                start,
                "an instant from 1677 to 2262",
            ));
        };
        if nanos % Self::NANOS_PER_UNIT != 0 || instant.finer {
            if !self.allow.cut_digits {
                let digits = Self::PER_SECOND.ilog10();
                let expected = format!("an instant of at most {digits} fraction digits");
                return Err(cursor.value_fault(ErrorKind::Precision, start, expected));
            }
            cursor.context.notes.bend(start, |uses| &mut uses.cut_digits);
        }
        self.values.put(row, value);
        Ok(())
    }
}

impl<T: ArrowTimestampType> Usual for InstantColumn<T> {
    #[inline(always)]
    fn usual<L: Stamped>(
        &mut self,
        level: L,
        text: Padded<'_>,
        at: usize,
        row: usize,
    ) -> Option<usize> {
        let (instant, length) = quoted_instant(level, text.block(at))?;
        let nanos = i64::from(instant.nanos);
        let seconds = instant.seconds.checked_mul(Self::PER_SECOND)?;
        let value = seconds.checked_add(nanos / Self::NANOS_PER_UNIT)?;
        if nanos % Self::NANOS_PER_UNIT != 0 {
            return None;
        }
        self.values.put(row, value);
        Some(at + length)
    }
}

impl<T: ArrowTimestampType> Fill for InstantColumn<T> {
    fn reserve(&mut self, rows: usize) {
        self.values.reserve(rows);
    }

    fn read<L: Stamped>(&mut self, cursor: &mut Cursor<'_, L>, row: usize) -> Outcome<()> {
        if cursor.peek() != b'"' {
            return Err(cursor.mismatch("timestamp"));
        }
        let start = cursor.at;
        let text = cursor.string()?;
        if let Some(instant) = parse_instant(text) {
            return self.add(instant, cursor, start, row);
        }
        if self.allow.empty_as_null && text.is_empty() {
            return empty(cursor, start, self.required);
        }
        if self.allow.date_as_midnight
            && let Some(days) = parse_date(text)
        {
            let midnight = Instant { seconds: i64::from(days) * 86_400, nanos: 0, finer: false };
            self.add(midnight, cursor, start, row)?;
            cursor.context.notes.bend(start, |uses| &mut uses.date_as_midnight);
            return Ok(());
        }
        Err(cursor.value_fault(
            ErrorKind::Format,
            start,
            "timestamp of the form YYYY-MM-DDThh:mm:ss with Z or ±hh:mm",
        ))
    }

    fn clear(&mut self, from: usize, to: usize) {
        self.values.clear(from, to);
    }

    fn finish(&mut self, rows: usize) -> ArrayRef {
        let (values, nulls) = self.values.take(rows);
        let array = PrimitiveArray::<T>::new(values, nulls);
        Arc::new(array.with_data_type((*self.data_type).clone()))
    }
}

/// Counts an empty text that stands for null, or refuses it in a required column.
fn empty<L: Stamped>(cursor: &mut Cursor<'_, L>, start: usize, required: bool) -> Outcome<()> {
    if required {
        return Err(cursor.value_fault(ErrorKind::Null, start, "a value"));
    }
    cursor.context.notes.bend(start, |uses| &mut uses.empty_as_null);
    Ok(())
}

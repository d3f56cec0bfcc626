//! Calendar days and instants.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::types::{
    ArrowTimestampType, Date32Type, TimestampMicrosecondType, TimestampNanosecondType,
};
use arrow_schema::DataType;
use rowmill_scan::{Instant, parse_date, parse_instant};

use super::Fill;
use super::primitive::Primitive;
use crate::cursor::Cursor;
use crate::error::ErrorKind;
use crate::fault::Outcome;
use crate::layout::Allow;

/// A column of days.
pub(super) struct DateColumn {
    values: Primitive<Date32Type>,
    allow: Allow,
    required: bool,
}

impl DateColumn {
    pub(super) fn new(allow: Allow, required: bool) -> Self {
        Self { values: Primitive::default(), allow, required }
    }
}

impl Fill for DateColumn {
    fn read(&mut self, cursor: &mut Cursor<'_>) -> Outcome<()> {
        if cursor.peek() != Some(b'"') {
            return Err(cursor.mismatch("date"));
        }
        let start = cursor.at;
        let text = cursor.text()?;
        if let Some(days) = parse_date(text) {
            self.values.push(days);
            return Ok(());
        }
        if text.is_empty() && self.allow.empty_as_null {
            empty(cursor, start, self.required)?;
            self.values.push_null();
            return Ok(());
        }
        Err(cursor.value_fault(ErrorKind::Format, start, "date of the form YYYY-MM-DD"))
    }

    fn push_null(&mut self) {
        self.values.push_null();
    }

    fn truncate(&mut self, len: usize) {
        self.values.truncate(len);
    }

    fn finish(&mut self) -> ArrayRef {
        self.values.finish()
    }
}

/// Length of `YYYY-MM-DDThh:mm:ssZ` between quotes.
const QUOTED: usize = 22;

/// A column of instants in one unit.
pub(super) struct InstantColumn<T: ArrowTimestampType> {
    values: Primitive<T>,
    data_type: DataType,
    per_second: i64,
    allow: Allow,
    required: bool,
}

impl InstantColumn<TimestampMicrosecondType> {
    pub(super) fn micros(data_type: &DataType, allow: Allow, required: bool) -> Self {
        Self::new(data_type, 1_000_000, allow, required)
    }
}

impl InstantColumn<TimestampNanosecondType> {
    pub(super) fn nanos(data_type: &DataType, allow: Allow, required: bool) -> Self {
        Self::new(data_type, 1_000_000_000, allow, required)
    }
}

impl<T: ArrowTimestampType> InstantColumn<T> {
    fn new(data_type: &DataType, per_second: i64, allow: Allow, required: bool) -> Self {
        let data_type = data_type.clone();
        Self { values: Primitive::default(), data_type, per_second, allow, required }
    }

    fn add(&mut self, instant: Instant, cursor: &mut Cursor<'_>, start: usize) -> Outcome<()> {
        let nanos_per_unit = 1_000_000_000 / self.per_second;
        let nanos = i64::from(instant.nanos);
        // Wider than the column: the first second that nanoseconds reach begins before their range.
        let seconds = i128::from(instant.seconds) * i128::from(self.per_second);
        let Ok(value) = i64::try_from(seconds + i128::from(nanos / nanos_per_unit)) else {
            return Err(cursor.value_fault(
                ErrorKind::Range,
                start,
                "an instant from 1677 to 2262",
            ));
        };
        if nanos % nanos_per_unit != 0 || instant.finer {
            if !self.allow.cut_digits {
                let digits = self.per_second.ilog10();
                let expected = format!("an instant of at most {digits} fraction digits");
                return Err(cursor.value_fault(ErrorKind::Precision, start, expected));
            }
            cursor.context.tally.cut_digits += 1;
        }
        self.values.push(value);
        Ok(())
    }
}

impl<T: ArrowTimestampType> Fill for InstantColumn<T> {
    fn read(&mut self, cursor: &mut Cursor<'_>) -> Outcome<()> {
        let start = cursor.at;
        // Nearly always: a quote, a whole second in UTC, a quote. None of its bytes ends a string.
        if let Some([b'"', text @ .., b'"']) = cursor.rest().first_chunk::<QUOTED>()
            && let Some(instant) = parse_instant(text)
        {
            cursor.at += QUOTED;
            return self.add(instant, cursor, start);
        }
        if cursor.peek() != Some(b'"') {
            return Err(cursor.mismatch("timestamp"));
        }
        let text = cursor.text()?;
        if let Some(instant) = parse_instant(text) {
            return self.add(instant, cursor, start);
        }
        if self.allow.empty_as_null && text.is_empty() {
            empty(cursor, start, self.required)?;
            self.values.push_null();
            return Ok(());
        }
        if self.allow.date_as_midnight
            && let Some(days) = parse_date(text)
        {
            let midnight = Instant { seconds: i64::from(days) * 86_400, nanos: 0, finer: false };
            self.add(midnight, cursor, start)?;
            cursor.context.tally.date_as_midnight += 1;
            return Ok(());
        }
        Err(cursor.value_fault(
            ErrorKind::Format,
            start,
            "timestamp of the form YYYY-MM-DDThh:mm:ss with Z or ±hh:mm",
        ))
    }

    fn push_null(&mut self) {
        self.values.push_null();
    }

    fn truncate(&mut self, len: usize) {
        self.values.truncate(len);
    }

    fn finish(&mut self) -> ArrayRef {
        Arc::new(self.values.take().with_data_type(self.data_type.clone()))
    }
}

/// Counts an empty text that stands for null, or refuses it in a required column.
fn empty(cursor: &mut Cursor<'_>, start: usize, required: bool) -> Outcome<()> {
    if required {
        return Err(cursor.value_fault(ErrorKind::Null, start, "a value"));
    }
    cursor.context.tally.empty_as_null += 1;
    Ok(())
}

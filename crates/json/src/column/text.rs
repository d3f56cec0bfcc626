//! Text, and durations, which are text of a certain form.

use std::sync::Arc;

use arrow_array::ArrayRef;
use rowmill_scan::Padded;

use super::strings::Strings;
use super::{Fill, Usual};
use crate::cursor::Cursor;
use crate::error::ErrorKind;
use crate::fault::Outcome;
use crate::walk::Stamped;

/// A column of text.
#[derive(Default)]
pub(crate) struct TextColumn {
    values: Strings,
}

impl Usual for TextColumn {
    #[inline(always)]
    fn usual<L: Stamped>(
        &mut self,
        level: L,
        text: Padded<'_>,
        at: usize,
        row: usize,
    ) -> Option<usize> {
        if text.byte(at) != b'"' {
            return None;
        }
        self.values.copy::<false, L>(level, text, at + 1, row)
    }
}

impl TextColumn {
    /// The same for a string with escapes.
    #[inline(always)]
    pub(crate) fn escaped<L: Stamped>(
        &mut self,
        level: L,
        text: Padded<'_>,
        at: usize,
        row: usize,
    ) -> Option<usize> {
        if text.byte(at) != b'"' {
            return None;
        }
        self.values.copy::<true, L>(level, text, at + 1, row)
    }
}

impl Fill for TextColumn {
    fn reserve(&mut self, rows: usize) {
        self.values.reserve(rows);
    }

    fn read<L: Stamped>(&mut self, cursor: &mut Cursor<'_, L>, row: usize) -> Outcome<()> {
        if cursor.peek() != b'"' {
            return Err(cursor.mismatch("string"));
        }
        self.values.put(row, cursor.string()?);
        Ok(())
    }

    fn clear(&mut self, from: usize, to: usize) {
        self.values.clear(from, to);
    }

    fn finish(&mut self, rows: usize) -> ArrayRef {
        Arc::new(self.values.take(rows))
    }
}

/// A column of ISO 8601 durations, checked and kept as they are written.
#[derive(Default)]
pub(crate) struct DurationColumn {
    values: Strings,
}

impl Fill for DurationColumn {
    fn reserve(&mut self, rows: usize) {
        self.values.reserve(rows);
    }

    fn read<L: Stamped>(&mut self, cursor: &mut Cursor<'_, L>, row: usize) -> Outcome<()> {
        if cursor.peek() != b'"' {
            return Err(cursor.mismatch("duration"));
        }
        let start = cursor.at;
        let text = cursor.string()?;
        if rowmill_scan::is_duration(text) {
            self.values.put(row, text);
            return Ok(());
        }
        Err(cursor.value_fault(ErrorKind::Format, start, "duration such as P2DT23H"))
    }

    fn clear(&mut self, from: usize, to: usize) {
        self.values.clear(from, to);
    }

    fn finish(&mut self, rows: usize) -> ArrayRef {
        Arc::new(self.values.take(rows))
    }
}

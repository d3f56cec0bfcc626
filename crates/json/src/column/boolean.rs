//! `true` and `false`.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray};
use rowmill_scan::Padded;

use super::buffer::Bits;
use super::{Fill, Usual};
use crate::cursor::Cursor;
use crate::fault::Outcome;
use crate::walk::Stamped;

/// A column of bits.
#[derive(Default)]
pub(crate) struct BooleanColumn {
    values: Bits,
    valid: Bits,
}

impl BooleanColumn {
    #[inline(always)]
    fn put(&mut self, row: usize, value: bool) {
        self.valid.set(row);
        if value {
            self.values.set(row);
        }
    }
}

impl Usual for BooleanColumn {
    #[inline(always)]
    fn usual<L: Stamped>(
        &mut self,
        _: L,
        text: Padded<'_>,
        at: usize,
        row: usize,
    ) -> Option<usize> {
        let word = text.word(at);
        let is_true = word as u32 == u32::from_le_bytes(*b"true");
        let is_false = word << 24 == u64::from_le_bytes(*b"\0\0\0false");
        if !(is_true | is_false) {
            return None;
        }
        self.put(row, is_true);
        Some(at + 5 - usize::from(is_true))
    }
}

impl Fill for BooleanColumn {
    fn reserve(&mut self, rows: usize) {
        self.values.reserve(rows);
        self.valid.reserve(rows);
    }

    fn read<L: Stamped>(&mut self, cursor: &mut Cursor<'_, L>, row: usize) -> Outcome<()> {
        let value = match cursor.peek() {
            b't' => true,
            b'f' => false,
            _ => return Err(cursor.mismatch("bool")),
        };
        cursor.literal(if value { "true" } else { "false" })?;
        self.put(row, value);
        Ok(())
    }

    fn clear(&mut self, from: usize, to: usize) {
        self.values.clear(from, to);
        self.valid.clear(from, to);
    }

    fn finish(&mut self, rows: usize) -> ArrayRef {
        Arc::new(BooleanArray::new(self.values.take(rows), self.valid.take_nulls(rows)))
    }
}

//! UUIDs.

use std::sync::Arc;

use arrow_array::{ArrayRef, FixedSizeBinaryArray};
use rowmill_scan::Padded;

use super::buffer::Fixed;
use super::{Fill, Usual};
use crate::cursor::Cursor;
use crate::error::ErrorKind;
use crate::fault::Outcome;
use crate::walk::Stamped;

/// Length of the text with its quotes.
const QUOTED: usize = 38;

/// A column of 16-byte values.
#[derive(Default)]
pub(crate) struct UuidColumn {
    /// The bytes as they lie in memory, whatever number that makes.
    values: Fixed<i128>,
}

impl Usual for UuidColumn {
    #[inline(always)]
    fn usual<L: Stamped>(
        &mut self,
        level: L,
        text: Padded<'_>,
        at: usize,
        row: usize,
    ) -> Option<usize> {
        let uuid = level.uuid(text.block(at))?;
        self.values.put(row, i128::from_ne_bytes(uuid));
        Some(at + QUOTED)
    }
}

impl Fill for UuidColumn {
    fn reserve(&mut self, rows: usize) {
        self.values.reserve(rows);
    }

    fn read<L: Stamped>(&mut self, cursor: &mut Cursor<'_, L>, row: usize) -> Outcome<()> {
        if cursor.peek() != b'"' {
            return Err(cursor.mismatch("uuid"));
        }
        let start = cursor.at;
        match rowmill_scan::parse_uuid(cursor.string()?) {
            Some(uuid) => {
                self.values.put(row, i128::from_ne_bytes(uuid));
                Ok(())
            }
            None => Err(cursor.value_fault(
                ErrorKind::Format,
                start,
                "uuid of the form 8-4-4-4-12 in hex digits",
            )),
        }
    }

    fn clear(&mut self, from: usize, to: usize) {
        self.values.clear(from, to);
    }

    fn finish(&mut self, rows: usize) -> ArrayRef {
        let (values, nulls) = self.values.take(rows);
        Arc::new(FixedSizeBinaryArray::new(16, values.into_inner(), nulls))
    }
}

//! The lines that rows come from.

use std::sync::Arc;

use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, PrimitiveArray};

use super::Fill;
use super::buffer::Fixed;
use crate::cursor::Cursor;
use crate::fault::Outcome;
use crate::walk::Stamped;

/// A column of line numbers, counted from the first line of the batch. It is no key's.
#[derive(Default)]
pub(crate) struct LineColumn {
    lines: Fixed<i64>,
}

impl LineColumn {
    #[inline(always)]
    pub(super) fn put(&mut self, row: usize, line: u64) {
        self.lines.put(row, line as i64);
    }
}

impl Fill for LineColumn {
    fn reserve(&mut self, rows: usize) {
        self.lines.reserve(rows);
    }

    fn read<L: Stamped>(&mut self, cursor: &mut Cursor<'_, L>, _: usize) -> Outcome<()> {
        cursor.skip_value()
    }

    fn clear(&mut self, from: usize, to: usize) {
        self.lines.clear(from, to);
    }

    fn finish(&mut self, rows: usize) -> ArrayRef {
        let (lines, nulls) = self.lines.take(rows);
        Arc::new(PrimitiveArray::<Int64Type>::new(lines, nulls))
    }
}

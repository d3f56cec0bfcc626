//! Values that become no column.

use std::sync::Arc;

use arrow_array::{ArrayRef, NullArray};

use super::Fill;
use crate::cursor::Cursor;
use crate::fault::Outcome;
use crate::walk::Stamped;

/// The value of a key that is known and not wanted, or of one that is not known: it is checked like
/// any other.
#[derive(Default)]
pub(crate) struct Skipped {
    /// The number in notes of a key that is not known.
    pub(super) stray: Option<u32>,
}

impl Skipped {
    /// Whether the key is one that is not known.
    pub(crate) fn is_stray(&self) -> bool {
        self.stray.is_some()
    }

    /// Passes the value at the cursor, null or not.
    #[inline(always)]
    pub(crate) fn pass<L: Stamped>(&self, cursor: &mut Cursor<'_, L>) -> Outcome<()> {
        cursor.skip_blanks();
        let start = cursor.at;
        cursor.skip_value()?;
        if self.is_stray() {
            cursor.context.notes.sight(self.stray, start, cursor.at);
        }
        Ok(())
    }
}

impl Fill for Skipped {
    fn reserve(&mut self, _: usize) {}

    fn read<L: Stamped>(&mut self, cursor: &mut Cursor<'_, L>, _: usize) -> Outcome<()> {
        self.pass(cursor)
    }

    fn clear(&mut self, _: usize, _: usize) {}

    fn finish(&mut self, rows: usize) -> ArrayRef {
        Arc::new(NullArray::new(rows))
    }
}

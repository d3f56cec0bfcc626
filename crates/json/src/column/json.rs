//! Values kept as the text they were written in.

use std::sync::Arc;

use arrow_array::ArrayRef;

use super::Fill;
use super::strings::Strings;
use crate::cursor::Cursor;
use crate::fault::Outcome;
use crate::walk::Stamped;

/// A column of JSON text: checked like everything else, kept byte for byte.
#[derive(Default)]
pub(crate) struct JsonColumn {
    values: Strings,
}

impl JsonColumn {
    /// `text`, which is made of JSON that was checked, is that of `row`.
    pub(crate) fn put(&mut self, row: usize, text: &[u8]) {
        self.values.put(row, text);
    }
}

impl Fill for JsonColumn {
    fn reserve(&mut self, rows: usize) {
        self.values.reserve(rows);
    }

    fn read<L: Stamped>(&mut self, cursor: &mut Cursor<'_, L>, row: usize) -> Outcome<()> {
        let start = cursor.at;
        cursor.skip_value()?;
        self.values.put(row, cursor.text.slice(start, cursor.at));
        Ok(())
    }

    fn clear(&mut self, from: usize, to: usize) {
        self.values.clear(from, to);
    }

    fn finish(&mut self, rows: usize) -> ArrayRef {
        Arc::new(self.values.take(rows))
    }
}

//! Values kept as the text they were written in.

use std::sync::Arc;

use arrow_array::ArrayRef;

use super::Fill;
use super::text::Strings;
use crate::cursor::Cursor;
use crate::fault::Outcome;

/// A column of JSON text: checked like everything else, kept byte for byte.
#[derive(Default)]
pub(super) struct JsonColumn {
    values: Strings,
}

impl Fill for JsonColumn {
    fn read(&mut self, cursor: &mut Cursor<'_>) -> Outcome<()> {
        let start = cursor.at;
        cursor.skip_value()?;
        self.values.push(&cursor.line[start..cursor.at]);
        Ok(())
    }

    fn push_null(&mut self) {
        self.values.push_null();
    }

    fn truncate(&mut self, len: usize) {
        self.values.truncate(len);
    }

    fn finish(&mut self) -> ArrayRef {
        Arc::new(self.values.take())
    }
}

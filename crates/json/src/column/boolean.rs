//! `true` and `false`.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray};
use arrow_buffer::{BooleanBufferBuilder, NullBufferBuilder};

use super::Fill;
use crate::cursor::Cursor;
use crate::fault::Outcome;

/// A column of bits.
pub(super) struct BooleanColumn {
    values: BooleanBufferBuilder,
    nulls: NullBufferBuilder,
}

impl Default for BooleanColumn {
    fn default() -> Self {
        Self { values: BooleanBufferBuilder::new(0), nulls: NullBufferBuilder::new(0) }
    }
}

impl Fill for BooleanColumn {
    fn read(&mut self, cursor: &mut Cursor<'_>) -> Outcome<()> {
        let value = match cursor.peek() {
            Some(b't') => true,
            Some(b'f') => false,
            _ => return Err(cursor.mismatch("bool")),
        };
        cursor.literal(if value { "true" } else { "false" })?;
        self.values.append(value);
        self.nulls.append_non_null();
        Ok(())
    }

    fn push_null(&mut self) {
        self.values.append(false);
        self.nulls.append_null();
    }

    fn truncate(&mut self, len: usize) {
        self.values.truncate(len);
        self.nulls.truncate(len);
    }

    fn finish(&mut self) -> ArrayRef {
        Arc::new(BooleanArray::new(self.values.finish(), self.nulls.finish()))
    }
}

//! UUIDs.

use std::sync::Arc;

use arrow_array::{ArrayRef, FixedSizeBinaryArray};
use arrow_buffer::NullBufferBuilder;

use super::Fill;
use crate::cursor::Cursor;
use crate::error::ErrorKind;
use crate::fault::Outcome;

const BYTES: usize = 16;

/// Length of the text between quotes.
const QUOTED: usize = 38;

/// A column of 16-byte values.
pub(super) struct UuidColumn {
    values: Vec<u8>,
    nulls: NullBufferBuilder,
}

impl Default for UuidColumn {
    fn default() -> Self {
        Self { values: Vec::new(), nulls: NullBufferBuilder::new(0) }
    }
}

impl Fill for UuidColumn {
    fn read(&mut self, cursor: &mut Cursor<'_>) -> Outcome<()> {
        // Nearly always: a quote, the text, a quote. No digit or hyphen ends a string.
        if let Some([b'"', text @ .., b'"']) = cursor.rest().first_chunk::<QUOTED>()
            && let Some(uuid) = rowmill_scan::parse_uuid(text)
        {
            cursor.at += QUOTED;
            self.values.extend_from_slice(&uuid);
            self.nulls.append_non_null();
            return Ok(());
        }
        if cursor.peek() != Some(b'"') {
            return Err(cursor.mismatch("uuid"));
        }
        let start = cursor.at;
        match rowmill_scan::parse_uuid(cursor.text()?) {
            Some(uuid) => {
                self.values.extend_from_slice(&uuid);
                self.nulls.append_non_null();
                Ok(())
            }
            None => Err(cursor.value_fault(
                ErrorKind::Format,
                start,
                "uuid of the form 8-4-4-4-12 in hex digits",
            )),
        }
    }

    fn push_null(&mut self) {
        self.values.extend_from_slice(&[0; BYTES]);
        self.nulls.append_null();
    }

    fn truncate(&mut self, len: usize) {
        self.values.truncate(len * BYTES);
        self.nulls.truncate(len);
    }

    fn finish(&mut self) -> ArrayRef {
        let next = Vec::with_capacity(self.values.len());
        let values = std::mem::replace(&mut self.values, next);
        Arc::new(FixedSizeBinaryArray::new(BYTES as i32, values.into(), self.nulls.finish()))
    }
}

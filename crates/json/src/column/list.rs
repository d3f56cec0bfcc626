//! Arrays.

use std::sync::Arc;

use arrow_array::{ArrayRef, ListArray};
use arrow_buffer::{NullBufferBuilder, OffsetBuffer, ScalarBuffer};
use arrow_schema::FieldRef;

use super::{Fill, Slot};
use crate::cursor::Cursor;
use crate::fault::Outcome;
use crate::layout::Column;

/// A column of lists over one column of all their elements.
pub(super) struct ListColumn {
    field: FieldRef,
    element: Slot,
    /// One more than there are lists; the first is 0.
    offsets: Vec<i32>,
    nulls: NullBufferBuilder,
}

impl ListColumn {
    pub(super) fn new(item: &Column) -> Self {
        let (field, element) = (item.field(), Slot::new(item));
        Self { field, element, offsets: vec![0], nulls: NullBufferBuilder::new(0) }
    }

    /// Elements take at least two bytes of input each, so their number fits where bytes do.
    fn close(&mut self) {
        self.offsets.push(self.element.len() as i32);
    }
}

impl Fill for ListColumn {
    fn read(&mut self, cursor: &mut Cursor<'_>) -> Outcome<()> {
        if cursor.peek() != Some(b'[') {
            return Err(cursor.mismatch("list"));
        }
        cursor.enter()?;
        if cursor.take(b']') {
            cursor.depth -= 1;
        } else {
            loop {
                self.element.read(cursor).map_err(|fault| fault.in_element())?;
                if !cursor.another(b']')? {
                    break;
                }
            }
        }
        self.close();
        self.nulls.append_non_null();
        Ok(())
    }

    fn push_null(&mut self) {
        self.close();
        self.nulls.append_null();
    }

    fn truncate(&mut self, len: usize) {
        self.offsets.truncate(len + 1);
        self.element.truncate(self.offsets[len] as usize);
        self.nulls.truncate(len);
    }

    fn finish(&mut self) -> ArrayRef {
        let offsets = std::mem::replace(&mut self.offsets, vec![0]);
        let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
        let elements = self.element.finish();
        Arc::new(ListArray::new(Arc::clone(&self.field), offsets, elements, self.nulls.finish()))
    }
}

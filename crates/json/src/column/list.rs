//! Arrays.

use std::sync::Arc;

use arrow_array::{ArrayRef, ListArray};
use arrow_schema::FieldRef;
use bytes::Bytes;

use super::buffer::Ends;
use super::plan::{Around, Plan, width};
use super::{Fill, Slot};
use crate::cursor::{Context, Cursor};
use crate::fault::Outcome;
use crate::layout::Column;
use crate::notes::Novel;
use crate::walk::Stamped;

/// Elements there is room for at first.
pub(super) const FIRST_ROOM: usize = 64;

/// A column of lists over one column of all their elements.
pub(crate) struct ListColumn {
    pub(crate) element: Slot,
    /// Elements of all lists so far, those of an unfinished one included.
    pub(crate) len: usize,
    /// Elements there is room for.
    pub(crate) room: usize,
    /// Arrays and objects around an element.
    pub(crate) depth: usize,
    /// Bytes that an element takes, whatever is in it.
    width: usize,
    field: FieldRef,
    ends: Ends,
}

impl ListColumn {
    pub(super) fn new(item: &Column, around: Around, plan: &mut Plan) -> Self {
        let around = Around { depth: around.depth + 1, ..around };
        let element = plan.within("[]", |plan| Slot::new(item, around, plan));
        Self {
            width: width(item),
            element,
            len: 0,
            room: 0,
            depth: around.depth,
            field: item.field(),
            ends: Ends::default(),
        }
    }

    /// Makes room for another element of the list at `at`.
    #[cold]
    pub(crate) fn grow(&mut self, context: &mut Context, at: usize) -> Outcome<()> {
        let room = (2 * self.room).max(FIRST_ROOM);
        context.take_memory((room - self.room) * self.width, at)?;
        self.room = room;
        self.element.reserve(self.room);
        Ok(())
    }

    /// The list of `row` ends with the last element.
    #[inline(always)]
    pub(crate) fn close(&mut self, row: usize) {
        self.ends.put(row, self.len);
    }
}

impl Fill for ListColumn {
    fn reserve(&mut self, rows: usize) {
        self.ends.reserve(rows);
    }

    fn read<L: Stamped>(&mut self, cursor: &mut Cursor<'_, L>, row: usize) -> Outcome<()> {
        if cursor.peek() != b'[' {
            return Err(cursor.mismatch("list"));
        }
        cursor.at = cursor.level.list(cursor.text, cursor.context, self, cursor.at, row)?;
        Ok(())
    }

    fn clear(&mut self, from: usize, to: usize) {
        self.ends.clear(from, to);
        let kept = self.ends.before(from);
        // One more than there are: the one whose reading failed.
        self.element.clear(kept, (self.len + 1).min(self.room));
        self.len = kept;
    }

    fn source(&mut self, piece: &Bytes, base: usize) {
        self.element.source(piece, base);
    }

    fn count_values(&self, _: usize, novel: &mut [Novel]) {
        self.element.count_values(self.len, novel);
    }

    fn finish(&mut self, rows: usize) -> ArrayRef {
        let (offsets, nulls) = self.ends.take(rows);
        self.element.reserve(self.len);
        let elements = self.element.finish(self.len);
        (self.len, self.room) = (0, 0);
        Arc::new(ListArray::new(Arc::clone(&self.field), offsets, elements, nulls))
    }
}

//! Objects whose keys are data.

use std::collections::HashSet;
use std::sync::Arc;

use ahash::RandomState;
use arrow_array::{ArrayRef, MapArray, StructArray};
use arrow_schema::{DataType, FieldRef};
use bytes::Bytes;

use super::buffer::Ends;
use super::list::FIRST_ROOM;
use super::plan::{Around, Plan, width};
use super::strings::Strings;
use super::{Fill, Slot};
use crate::cursor::{Context, Cursor};
use crate::error::ErrorKind;
use crate::fault::{Fault, Outcome};
use crate::layout::Column;
use crate::notes::Novel;
use crate::walk::Stamped;

/// So many keys of a map are compared one by one, which costs less than any index; beyond, it would
/// cost the square of their number.
const FEW: usize = 32;

/// A column of maps over one column of all their keys and one of all their values.
pub(crate) struct MapColumn {
    entries: FieldRef,
    keys: Strings,
    /// Keys of the present map, once they are more than a few.
    index: HashSet<Box<[u8]>, RandomState>,
    pub(crate) value: Slot,
    /// Entries of all maps so far, those of an unfinished one included.
    len: usize,
    /// Entries there is room for.
    room: usize,
    /// Arrays and objects around a value.
    depth: usize,
    /// Bytes that an entry takes, whatever is in it.
    width: usize,
    ends: Ends,
}

impl MapColumn {
    /// `column` is the map itself, `value` the description of its values.
    pub(super) fn new(column: &Column, value: &Column, around: Around, plan: &mut Plan) -> Self {
        let around = Around { depth: around.depth + 1, ..around };
        let entries = match column.field().data_type() {
            DataType::Map(entries, _) => Arc::clone(entries),
            // A column whose kind is a map has that type.
            _ => value.field(),
        };
        Self {
            entries,
            keys: Strings::default(),
            index: HashSet::default(),
            value: plan.within("{}", |plan| Slot::new(value, around, plan)),
            len: 0,
            room: 0,
            depth: around.depth,
            // An entry has a key, too.
            width: width(value) + 4,
            ends: Ends::default(),
        }
    }

    /// Whether the map whose entries begin at `first` has this key already.
    fn has(&mut self, first: usize, key: &[u8]) -> bool {
        let before = self.len - first;
        if before < FEW {
            return (first..self.len).any(|entry| self.keys.get(entry) == key);
        }
        if before == FEW {
            self.index.clear();
            self.index.extend((first..self.len).map(|entry| self.keys.get(entry).into()));
        }
        !self.index.insert(key.into())
    }

    fn grow(&mut self, context: &mut Context, at: usize) -> Outcome<()> {
        let room = (2 * self.room).max(FIRST_ROOM);
        context.take_memory((room - self.room) * self.width, at)?;
        self.room = room;
        self.keys.reserve(self.room);
        self.value.reserve(self.room);
        Ok(())
    }

    fn read_entries<L: Stamped>(&mut self, cursor: &mut Cursor<'_, L>) -> Outcome<()> {
        let first = self.len;
        loop {
            if cursor.peek() != b'"' {
                return Err(cursor.syntax("a key"));
            }
            if self.len == self.room {
                self.grow(cursor.context, cursor.at)?;
            }
            let start = cursor.at;
            let key = cursor.string()?;
            if self.has(first, key) {
                return Err(Fault::new(
                    ErrorKind::DuplicateKey,
                    start,
                    "each key once",
                    "it again",
                ));
            }
            self.keys.put(self.len, key);
            cursor.colon()?;
            cursor.depth = self.depth;
            self.value.read_or_null(cursor, self.len).map_err(|fault| fault.in_entry())?;
            cursor.depth = self.depth - 1;
            self.len += 1;
            if !cursor.another(b'}')? {
                return Ok(());
            }
        }
    }
}

impl Fill for MapColumn {
    fn reserve(&mut self, rows: usize) {
        self.ends.reserve(rows);
    }

    fn read<L: Stamped>(&mut self, cursor: &mut Cursor<'_, L>, row: usize) -> Outcome<()> {
        if cursor.peek() != b'{' {
            return Err(cursor.mismatch("map"));
        }
        cursor.check_depth(self.depth)?;
        cursor.at += 1;
        cursor.skip_blanks();
        if !cursor.take(b'}') {
            self.read_entries(cursor)?;
        }
        self.ends.put(row, self.len);
        Ok(())
    }

    fn clear(&mut self, from: usize, to: usize) {
        self.ends.clear(from, to);
        let kept = self.ends.before(from);
        // One more than there are: the one whose reading failed.
        let written = (self.len + 1).min(self.room);
        self.keys.clear(kept, written);
        self.value.clear(kept, written);
        self.len = kept;
    }

    fn source(&mut self, piece: &Bytes, base: usize) {
        self.value.source(piece, base);
    }

    fn count_values(&self, _: usize, novel: &mut [Novel]) {
        self.value.count_values(self.len, novel);
    }

    fn finish(&mut self, rows: usize) -> ArrayRef {
        let (offsets, nulls) = self.ends.take(rows);
        self.index = HashSet::default();
        self.keys.reserve(self.len);
        self.value.reserve(self.len);
        let columns: Vec<ArrayRef> =
            vec![Arc::new(self.keys.take(self.len)), self.value.finish(self.len)];
        (self.len, self.room) = (0, 0);
        let fields = match self.entries.data_type() {
            DataType::Struct(fields) => fields.clone(),
            _ => Default::default(),
        };
        let entries = StructArray::new(fields, columns, None);
        Arc::new(MapArray::new(Arc::clone(&self.entries), offsets, entries, nulls, false))
    }
}

//! Objects whose keys are data.

use std::collections::HashSet;
use std::sync::Arc;

use ahash::RandomState;
use arrow_array::{ArrayRef, MapArray, StructArray};
use arrow_buffer::{NullBufferBuilder, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, FieldRef};

use super::text::Strings;
use super::{Fill, Slot};
use crate::cursor::Cursor;
use crate::error::ErrorKind;
use crate::fault::{Fault, Outcome};
use crate::layout::Column;

/// So many keys of a map are compared one by one, which costs less than any index; beyond, it would
/// cost the square of their number.
const FEW: usize = 32;

/// A column of maps over one column of all their keys and one of all their values.
pub(super) struct MapColumn {
    entries: FieldRef,
    keys: Strings,
    /// Keys of the present map, once they are more than a few.
    index: HashSet<Box<[u8]>, RandomState>,
    value: Slot,
    /// One more than there are maps; the first is 0.
    offsets: Vec<i32>,
    nulls: NullBufferBuilder,
}

impl MapColumn {
    /// `column` is the map itself, `value` the description of its values.
    pub(super) fn new(column: &Column, value: &Column) -> Self {
        let entries = match column.field().data_type() {
            DataType::Map(entries, _) => Arc::clone(entries),
            // A column whose kind is a map has that type.
            _ => value.field(),
        };
        let (keys, index, value) = (Strings::default(), HashSet::default(), Slot::new(value));
        Self { entries, keys, index, value, offsets: vec![0], nulls: NullBufferBuilder::new(0) }
    }

    /// Whether the map whose keys begin at `first` has this key already.
    fn has(&mut self, first: usize, key: &[u8]) -> bool {
        let before = self.keys.len() - first;
        if before < FEW {
            return self.keys.iter_from(first).any(|before| before == key);
        }
        if before == FEW {
            self.index.clear();
            self.index.extend(self.keys.iter_from(first).map(Into::into));
        }
        !self.index.insert(key.into())
    }

    fn read_entries(&mut self, cursor: &mut Cursor<'_>) -> Outcome<()> {
        let first = self.keys.len();
        loop {
            if cursor.peek() != Some(b'"') {
                return Err(cursor.syntax("a key"));
            }
            let start = cursor.at;
            let key = cursor.text()?;
            if self.has(first, key) {
                return Err(Fault::new(
                    ErrorKind::DuplicateKey,
                    start,
                    "each key once",
                    "it again",
                ));
            }
            self.keys.push(key);
            cursor.colon()?;
            self.value.read(cursor).map_err(|fault| fault.in_entry())?;
            if !cursor.another(b'}')? {
                return Ok(());
            }
        }
    }
}

impl Fill for MapColumn {
    fn read(&mut self, cursor: &mut Cursor<'_>) -> Outcome<()> {
        if cursor.peek() != Some(b'{') {
            return Err(cursor.mismatch("map"));
        }
        cursor.enter()?;
        if cursor.take(b'}') {
            cursor.depth -= 1;
        } else {
            self.read_entries(cursor)?;
        }
        self.offsets.push(self.keys.len() as i32);
        self.nulls.append_non_null();
        Ok(())
    }

    fn push_null(&mut self) {
        self.offsets.push(self.keys.len() as i32);
        self.nulls.append_null();
    }

    fn truncate(&mut self, len: usize) {
        self.offsets.truncate(len + 1);
        let entries = self.offsets[len] as usize;
        self.keys.truncate(entries);
        self.value.truncate(entries);
        self.nulls.truncate(len);
    }

    fn finish(&mut self) -> ArrayRef {
        let offsets = std::mem::replace(&mut self.offsets, vec![0]);
        let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
        self.index = HashSet::default();
        let columns: Vec<ArrayRef> = vec![Arc::new(self.keys.take()), self.value.finish()];
        let fields = match self.entries.data_type() {
            DataType::Struct(fields) => fields.clone(),
            _ => Default::default(),
        };
        let entries = StructArray::new(fields, columns, None);
        let field = Arc::clone(&self.entries);
        Arc::new(MapArray::new(field, offsets, entries, self.nulls.finish(), false))
    }
}

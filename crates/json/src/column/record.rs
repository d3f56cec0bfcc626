//! Objects whose keys are columns.

use std::sync::Arc;

use arrow_array::{ArrayRef, StructArray};
use arrow_buffer::NullBufferBuilder;
use arrow_schema::Fields;

use super::pattern::Pattern;
use super::{Fill, Slot};
use crate::cursor::Cursor;
use crate::error::ErrorKind;
use crate::fault::{Fault, Outcome};
use crate::layout::Column;

/// A column of objects, and the row itself.
///
/// A field has been read in this object exactly if its column is longer than this one: that finds
/// both keys that stand twice and keys that are missing, with nothing to keep beside.
pub(crate) struct RecordColumn {
    fields: Fields,
    slots: Vec<Slot>,
    /// The key of each slot.
    patterns: Vec<Pattern>,
    /// Slots by name, sorted.
    by_name: Vec<(Box<[u8]>, usize)>,
    nulls: NullBufferBuilder,
}

/// What comes next in an object; the cursor is past the colon, or past the closing bracket.
enum Key {
    Slot(usize),
    Unknown,
    End,
}

/// How many keys are tried before one is read by itself.
const GUESSES: usize = 4;

impl RecordColumn {
    pub(crate) fn new(columns: &[Column]) -> Self {
        let fields = columns.iter().map(Column::field).collect();
        let slots: Vec<Slot> = columns.iter().map(Slot::new).collect();
        let patterns = slots.iter().map(|slot| Pattern::new(slot.name())).collect();
        let names = slots.iter().map(|slot| Box::<[u8]>::from(slot.name.as_bytes()));
        let mut by_name: Vec<_> = names.zip(0..).collect();
        by_name.sort();
        Self { fields, slots, patterns, by_name, nulls: NullBufferBuilder::new(0) }
    }

    /// Rows so far.
    pub(crate) fn len(&self) -> usize {
        self.nulls.len()
    }

    /// Reads the fields of the object whose bracket is at the cursor, to its end.
    ///
    /// Objects mostly come from one serialiser, which writes keys in one order and leaves some out:
    /// so the keys after the last one are tried, each in a single comparison with what a serialiser
    /// writes between two values, before a key is read by itself.
    fn read_fields(&mut self, cursor: &mut Cursor<'_>) -> Outcome<()> {
        cursor.check_depth(cursor.depth + 1)?;
        cursor.depth += 1;
        let row = self.len();
        let mut next = match self.patterns[0].matches_first(cursor.rest()) {
            Some(length) => {
                cursor.at += length;
                Key::Slot(0)
            }
            None => {
                cursor.at += 1;
                cursor.skip_blanks();
                if cursor.take(b'}') {
                    cursor.depth -= 1;
                    return Ok(());
                }
                self.any_key(cursor)?
            }
        };
        let mut guess = 0;
        loop {
            match next {
                Key::Slot(at) => {
                    // Blanks are passed only where there are some: most values follow the colon.
                    cursor.skip_blanks();
                    let slot = &mut self.slots[at];
                    if slot.len() > row {
                        let fault = Fault::new(
                            ErrorKind::DuplicateKey,
                            cursor.at,
                            "each key once",
                            "it again",
                        );
                        return Err(fault.in_field(slot.name()));
                    }
                    slot.read(cursor).map_err(|fault| fault.in_field(slot.name()))?;
                    guess = at + 1;
                }
                Key::Unknown => {
                    cursor.skip_blanks();
                    cursor.skip_value()?;
                }
                Key::End => return Ok(()),
            }
            next = self.next_key(cursor, guess)?;
        }
    }

    /// Passes what stands between two values, or the end of the object.
    #[inline]
    fn next_key(&self, cursor: &mut Cursor<'_>, guess: usize) -> Outcome<Key> {
        for (at, pattern) in self.patterns.iter().enumerate().skip(guess).take(GUESSES) {
            if let Some(length) = pattern.matches(cursor.rest()) {
                cursor.at += length;
                return Ok(Key::Slot(at));
            }
        }
        if cursor.another(b'}')? { self.any_key(cursor) } else { Ok(Key::End) }
    }

    /// Reads the key at the cursor, and its colon.
    fn any_key(&self, cursor: &mut Cursor<'_>) -> Outcome<Key> {
        if cursor.peek() != Some(b'"') {
            return Err(cursor.syntax("a key"));
        }
        let key = cursor.text()?;
        let found = self.by_name.binary_search_by(|(name, _)| (**name).cmp(key));
        cursor.colon()?;
        Ok(found.map_or(Key::Unknown, |at| Key::Slot(self.by_name[at].1)))
    }

    /// Nulls for the keys that were not there.
    fn fill_missing(&mut self, cursor: &Cursor<'_>) -> Outcome<()> {
        let row = self.len();
        for slot in &mut self.slots {
            if slot.len() == row {
                let end = cursor.at - 1;
                slot.null(cursor, end, ErrorKind::Missing)
                    .map_err(|fault| fault.in_field(slot.name()))?;
            }
        }
        Ok(())
    }

    /// The rows as the columns of a batch.
    pub(crate) fn finish_columns(&mut self) -> Vec<ArrayRef> {
        self.nulls.finish();
        self.slots.iter_mut().map(|slot| slot.finish()).collect()
    }
}

impl Fill for RecordColumn {
    fn read(&mut self, cursor: &mut Cursor<'_>) -> Outcome<()> {
        if cursor.peek() != Some(b'{') {
            return Err(cursor.mismatch("object"));
        }
        self.read_fields(cursor)?;
        self.fill_missing(cursor)?;
        self.nulls.append_non_null();
        Ok(())
    }

    fn push_null(&mut self) {
        for slot in &mut self.slots {
            slot.push_null();
        }
        self.nulls.append_null();
    }

    fn truncate(&mut self, len: usize) {
        for slot in &mut self.slots {
            slot.truncate(len);
        }
        self.nulls.truncate(len);
    }

    fn finish(&mut self) -> ArrayRef {
        let nulls = self.nulls.finish();
        let columns = self.slots.iter_mut().map(|slot| slot.finish()).collect();
        Arc::new(StructArray::new(self.fields.clone(), columns, nulls))
    }
}

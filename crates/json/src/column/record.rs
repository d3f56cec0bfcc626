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
    order: Order,
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

/// Which key came after which. Objects mostly come from one serialiser, which writes keys in one
/// order and may leave some out. What stands here is tried first and has no say in what is right.
struct Order {
    /// For the beginning (0) and each slot (its index and 1): the slot that is expected next.
    next: Vec<usize>,
    /// The slot that came instead when the expectation last failed. One surprise alone, a key that
    /// is missing for once, changes nothing; the same one twice does.
    instead: Vec<usize>,
}

impl Order {
    fn new(slots: usize) -> Self {
        Self { next: (0..=slots).collect(), instead: vec![slots; slots + 1] }
    }

    #[cold]
    fn learn(&mut self, place: usize, slot: usize) {
        if self.instead[place] == slot {
            self.next[place] = slot;
        }
        self.instead[place] = slot;
    }
}

impl RecordColumn {
    pub(crate) fn new(columns: &[Column]) -> Self {
        let fields = columns.iter().map(Column::field).collect();
        let slots: Vec<Slot> = columns.iter().map(Slot::new).collect();
        let patterns = slots.iter().map(|slot| Pattern::new(slot.name())).collect();
        let names = slots.iter().map(|slot| Box::<[u8]>::from(slot.name().as_bytes()));
        let mut by_name: Vec<_> = names.zip(0..).collect();
        by_name.sort();
        let order = Order::new(slots.len());
        Self { fields, slots, patterns, order, by_name, nulls: NullBufferBuilder::new(0) }
    }

    /// Rows so far.
    pub(crate) fn len(&self) -> usize {
        self.nulls.len()
    }

    /// Reads the fields of the object whose bracket is at the cursor, to its end, and says how many
    /// had a key.
    fn read_fields(&mut self, cursor: &mut Cursor<'_>) -> Outcome<usize> {
        cursor.check_depth(cursor.depth + 1)?;
        cursor.depth += 1;
        let row = self.len();
        let mut next = self.first_key(cursor)?;
        let (mut place, mut read) = (0, 0);
        loop {
            match next {
                Key::Slot(at) => {
                    let slot = &mut self.slots[at];
                    if slot.len() > row {
                        let kind = ErrorKind::DuplicateKey;
                        let fault = Fault::new(kind, cursor.at, "each key once", "it again");
                        return Err(fault.in_field(slot.name()));
                    }
                    slot.read(cursor).map_err(|fault| fault.in_field(slot.name()))?;
                    place = at + 1;
                    read += 1;
                }
                Key::Unknown => cursor.skip_value()?,
                Key::End => return Ok(read),
            }
            next = self.next_key(cursor, place)?;
        }
    }

    /// Passes the opening bracket and the first key.
    fn first_key(&mut self, cursor: &mut Cursor<'_>) -> Outcome<Key> {
        let guess = self.order.next[0];
        if let Some(pattern) = self.patterns.get(guess)
            && let Some(length) = pattern.matches_first(cursor.rest())
        {
            cursor.at += length;
            cursor.skip_blanks();
            return Ok(Key::Slot(guess));
        }
        cursor.at += 1;
        cursor.skip_blanks();
        if cursor.take(b'}') {
            cursor.depth -= 1;
            return Ok(Key::End);
        }
        self.any_key(cursor, 0)
    }

    /// Passes what stands between two values, or the end of the object. The keys expected after
    /// `place` are each compared in one go with what a serialiser writes.
    #[inline]
    fn next_key(&mut self, cursor: &mut Cursor<'_>, place: usize) -> Outcome<Key> {
        let mut guess = place;
        for _ in 0..GUESSES {
            guess = self.order.next[guess];
            let Some(pattern) = self.patterns.get(guess) else { break };
            if let Some(length) = pattern.matches(cursor.rest()) {
                cursor.at += length;
                cursor.skip_blanks();
                return Ok(Key::Slot(guess));
            }
            guess += 1;
        }
        if cursor.another(b'}')? { self.any_key(cursor, place) } else { Ok(Key::End) }
    }

    /// Reads the key at the cursor, and its colon.
    fn any_key(&mut self, cursor: &mut Cursor<'_>, place: usize) -> Outcome<Key> {
        if cursor.peek() != Some(b'"') {
            return Err(cursor.syntax("a key"));
        }
        let key = cursor.text()?;
        let found = self.by_name.binary_search_by(|(name, _)| (**name).cmp(key));
        cursor.colon()?;
        let Ok(at) = found else { return Ok(Key::Unknown) };
        let slot = self.by_name[at].1;
        self.order.learn(place, slot);
        Ok(Key::Slot(slot))
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
        if self.read_fields(cursor)? < self.slots.len() {
            self.fill_missing(cursor)?;
        }
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

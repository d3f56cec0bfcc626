//! Open enumerations: text as a dictionary.

use std::collections::HashMap;
use std::sync::Arc;

use ahash::RandomState;
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, DictionaryArray};

use super::Fill;
use super::primitive::Primitive;
use super::text::Strings;
use crate::cursor::Cursor;
use crate::fault::Outcome;

/// A column of keys into a dictionary that lists each text of the batch once, in the order of
/// their first appearance. A row that is taken back leaves no entry behind.
#[derive(Default)]
pub(super) struct CategoryColumn {
    keys: Primitive<Int32Type>,
    dictionary: Strings,
    index: HashMap<Box<[u8]>, i32, RandomState>,
    /// Length of `keys` when each entry of the dictionary was added.
    added_at: Vec<usize>,
    /// The key given out last: rows of one kind tend to come together.
    last: i32,
}

impl CategoryColumn {
    fn key(&mut self, text: &[u8]) -> i32 {
        if self.dictionary.get(self.last as usize) == Some(text) {
            return self.last;
        }
        if let Some(&key) = self.index.get(text) {
            self.last = key;
            return key;
        }
        let key = self.added_at.len() as i32;
        self.index.insert(text.into(), key);
        self.dictionary.push(text);
        self.added_at.push(self.keys.len());
        key
    }
}

impl Fill for CategoryColumn {
    fn read(&mut self, cursor: &mut Cursor<'_>) -> Outcome<()> {
        if cursor.peek() != Some(b'"') {
            return Err(cursor.mismatch("string"));
        }
        let key = self.key(cursor.text()?);
        self.keys.push(key);
        Ok(())
    }

    fn push_null(&mut self) {
        self.keys.push_null();
    }

    fn truncate(&mut self, len: usize) {
        self.keys.truncate(len);
        let kept = self.added_at.partition_point(|&at| at < len);
        for text in self.dictionary.iter_from(kept) {
            self.index.remove(text);
        }
        self.dictionary.truncate(kept);
        self.added_at.truncate(kept);
    }

    fn finish(&mut self) -> ArrayRef {
        self.index.clear();
        self.added_at.clear();
        let values = Arc::new(self.dictionary.take());
        Arc::new(DictionaryArray::<Int32Type>::new(self.keys.take(), values))
    }
}

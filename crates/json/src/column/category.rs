//! Open enumerations: text as a dictionary.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use ahash::RandomState;
use arrow_array::ArrayRef;
use rowmill_scan::Padded;

use super::buffer::{Fixed, dictionary_array};
use super::strings::Strings;
use super::{Fill, Usual};
use crate::cursor::Cursor;
use crate::fault::Outcome;
use crate::notes::Novel;
use crate::walk::Stamped;

/// A column of keys into a dictionary that lists each text of the batch once, in the order of
/// their first appearance. A row that is taken back leaves no entry behind.
pub(crate) struct CategoryColumn {
    keys: Fixed<i32>,
    recent: Box<[Recent]>,
    dictionary: Box<Dictionary>,
}

/// A short text that was seen in this batch and its key: a copy of what the dictionary says, found
/// without looking further.
#[derive(Clone, Default)]
struct Recent {
    /// The text, its closing quote and zeros.
    quoted: [u8; WIDTH],
    /// One more than the key; zero where there is nothing.
    key: i32,
}

const WIDTH: usize = 32;

/// Places for texts that are remembered, one for each text: so many at first, four times as many
/// where two would have the same, and in the end these.
const FIRST_PLACES: usize = 64;
const MOST_PLACES: usize = 1024;

#[derive(Default)]
struct Dictionary {
    texts: Strings,
    index: HashMap<Box<[u8]>, i32, RandomState>,
    /// The row that brought each text.
    added_at: Vec<usize>,
    /// The texts that are expected, if the layout names them, and the number of the column.
    known: Option<HashSet<Box<[u8]>, RandomState>>,
    place: u32,
}

impl Dictionary {
    fn key(&mut self, text: &[u8], row: usize) -> (i32, bool) {
        if let Some(&key) = self.index.get(text) {
            return (key, false);
        }
        let key = self.added_at.len();
        self.index.insert(text.into(), key as i32);
        self.texts.reserve((key + 1).next_power_of_two().max(16));
        self.texts.put(key, text);
        self.added_at.push(row);
        (key as i32, self.known.as_ref().is_some_and(|known| !known.contains(text)))
    }
}

impl CategoryColumn {
    /// Of a column whose number in notes is `place`; where `values` are known, others are noted.
    pub(super) fn new(values: &[String], place: u32) -> Self {
        let known = values.iter().map(|value| value.as_bytes().into()).collect();
        let known = (!values.is_empty()).then_some(known);
        Self {
            keys: Fixed::default(),
            recent: Box::default(),
            dictionary: Box::new(Dictionary { known, place, ..Dictionary::default() }),
        }
    }

    /// The place for the text of `length` bytes, below `WIDTH`, that `block` begins with; none where
    /// nothing is remembered yet.
    #[inline(always)]
    fn place(&self, block: &[u8; 64], length: usize) -> usize {
        let word = |at: usize| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&block[at..at + 8]);
            u64::from_le_bytes(bytes)
        };
        // The first eight bytes and the last eight; of a short text what it has, twice.
        let ones = if length < 8 { (1 << (8 * length)) - 1 } else { u64::MAX };
        let (first, last) = (word(0) & ones, word(length.saturating_sub(8)) & ones);
        let mixed = (first ^ last.rotate_left(23)).wrapping_add(length as u64);
        let mixed = (mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as usize;
        // There is a power of two of places.
        mixed & self.recent.len().wrapping_sub(1)
    }

    #[cold]
    fn remember(&mut self, block: &[u8; 64], text: &[u8], key: i32) {
        if self.recent.is_empty() {
            self.recent = vec![Recent::default(); FIRST_PLACES].into();
        }
        let (places, mut place) = (self.recent.len(), self.place(block, text.len()));
        let is_taken = ![0, key + 1].contains(&self.recent[place].key);
        if is_taken && places < MOST_PLACES {
            // What was remembered comes again, from the dictionary.
            self.recent = vec![Recent::default(); 4 * places].into();
            place = self.place(block, text.len());
        }
        let mut recent = Recent { quoted: [0; WIDTH], key: key + 1 };
        recent.quoted[..text.len()].copy_from_slice(text);
        recent.quoted[text.len()] = b'"';
        self.recent[place] = recent;
    }

    fn forget_recent(&mut self) {
        self.recent.fill(Recent::default());
    }
}

impl Usual for CategoryColumn {
    #[inline(always)]
    fn usual<L: Stamped>(
        &mut self,
        level: L,
        text: Padded<'_>,
        at: usize,
        row: usize,
    ) -> Option<usize> {
        if text.byte(at) != b'"' {
            return None;
        }
        let block = text.block::<64>(at + 1);
        let mut length = 0;
        let mut marks = level.marks(block);
        if L::WIDTH < WIDTH {
            while marks.special == 0 && length + 2 * L::WIDTH <= WIDTH && at + length < text.len() {
                length += L::WIDTH;
                marks = level.marks(text.block(at + 1 + length));
            }
        }
        length += marks.special.trailing_zeros() as usize;
        // The texts that are remembered are shorter than a block, plain, and end with their quote.
        if length >= WIDTH {
            return None;
        }
        let place = self.place(block, length);
        let recent = self.recent.get(place)?;
        let (halves, _) = block.as_chunks::<WIDTH>();
        let mask = u32::MAX >> (WIDTH - 1 - length);
        if level.differences(&halves[0], &recent.quoted) & mask != 0 || recent.key == 0 {
            return None;
        }
        self.keys.put(row, recent.key - 1);
        Some(at + length + 2)
    }
}

impl Fill for CategoryColumn {
    fn reserve(&mut self, rows: usize) {
        self.keys.reserve(rows);
    }

    fn read<L: Stamped>(&mut self, cursor: &mut Cursor<'_, L>, row: usize) -> Outcome<()> {
        if cursor.peek() != b'"' {
            return Err(cursor.mismatch("string"));
        }
        let start = cursor.at + 1;
        let input = cursor.text;
        let text = cursor.string()?;
        let (key, is_new) = self.dictionary.key(text, row);
        self.keys.put(row, key);
        // Only what stands in the input as it is, up to the closing quote, can be found there again.
        let end = start + text.len();
        let as_it_is = input.text().get(start..end) == Some(text) && !text.contains(&b'\\');
        if text.len() < WIDTH && as_it_is && input.byte(end) == b'"' {
            self.remember(input.block(start), text, key);
        }
        if is_new {
            let text = self.dictionary.texts.get(key as usize);
            cursor.context.notes.see_value(self.dictionary.place, start - 1, text);
        }
        Ok(())
    }

    fn clear(&mut self, from: usize, to: usize) {
        self.keys.clear(from, to);
        let dictionary = &mut *self.dictionary;
        let kept = dictionary.added_at.partition_point(|&at| at < from);
        let all = dictionary.added_at.len();
        if kept < all {
            for text in kept..all {
                dictionary.index.remove(dictionary.texts.get(text));
            }
            dictionary.texts.clear(kept, all);
            dictionary.added_at.truncate(kept);
            self.forget_recent();
        }
    }

    fn count_values(&self, rows: usize, novel: &mut [Novel]) {
        for value in novel.iter_mut().filter(|value| value.place == self.dictionary.place) {
            if let Some(&key) = self.dictionary.index.get(value.value.as_bytes()) {
                value.count += self.keys.count(rows, key) as u64;
            }
        }
    }

    fn finish(&mut self, rows: usize) -> ArrayRef {
        let dictionary = &mut *self.dictionary;
        let texts = dictionary.added_at.len();
        dictionary.texts.reserve(texts);
        let values = dictionary.texts.take(texts);
        dictionary.index.clear();
        dictionary.added_at.clear();
        self.forget_recent();
        let (keys, nulls) = self.keys.take(rows);
        Arc::new(dictionary_array(keys, nulls, values))
    }
}

//! Values by number, in the order of their first appearance: what a dictionary page holds.

use std::hash::Hash;

use ahash::RandomState;

/// A dictionary holds this many values at most, so that keys have 16 bits.
const ENTRIES: usize = 1 << 16;

/// And this many bytes.
const BYTES: usize = 1 << 20;

/// About what the table takes to find one of them.
pub(super) const TABLE: usize = 24;

/// So many values are looked at first.
const GLANCE: usize = 4096;

/// A dictionary of more than this part of them, in hundredths, is not worth it.
const UNLIKE: usize = 97;

/// Dictionaries of values of one kind.
pub(super) trait Dictionary {
    /// A value to look up.
    type Value<'a>: Copy + PartialEq;

    /// The number of `value`, which is new or not.
    fn key(&mut self, value: Self::Value<'_>) -> u32;

    /// How many values there are.
    fn len(&self) -> usize;

    /// What they take.
    fn bytes(&self) -> usize;

    /// Forgets all but the first `len`. None of the others may be looked up any more.
    fn truncate(&mut self, len: usize);

    /// Forgets all, and gives their memory back.
    fn release(&mut self);

    /// Is it larger than a dictionary may be?
    fn is_too_large(&self) -> bool {
        self.len() > ENTRIES || self.bytes() > BYTES
    }
}

/// Puts the numbers of `values` into `keys`, and says how many of the last quarter were new. It gives
/// up, and the dictionary is as before, if that becomes too large, or if these are the `first` values
/// and hardly any of them is there twice.
pub(super) fn look_up<'a, D: Dictionary>(
    dictionary: &mut D,
    values: impl ExactSizeIterator<Item = D::Value<'a>>,
    first: bool,
    keys: &mut Vec<u32>,
) -> Option<usize> {
    let before = dictionary.len();
    keys.clear();
    let quarter = values.len() - values.len() / 4;
    let mut early = before;
    let mut last: Option<(D::Value<'a>, u32)> = None;
    for value in values {
        if keys.len() == quarter {
            early = dictionary.len();
        }
        let key = match last {
            Some((same, key)) if same == value => key,
            _ => dictionary.key(value),
        };
        last = Some((value, key));
        keys.push(key);
        let unlike = first && keys.len() == GLANCE && dictionary.len() * 100 > GLANCE * UNLIKE;
        if unlike || dictionary.is_too_large() {
            dictionary.truncate(before);
            return None;
        }
    }
    Some(dictionary.len() - early)
}

/// Values of one size.
pub(super) struct Fixed<T> {
    table: Table,
    pub(super) values: Vec<T>,
    hasher: RandomState,
}

impl<T> Fixed<T> {
    pub(super) fn new() -> Self {
        Self { table: Table::default(), values: Vec::new(), hasher: RandomState::new() }
    }
}

impl<T: Copy + Eq + Hash> Dictionary for Fixed<T> {
    type Value<'a> = T;

    fn key(&mut self, value: T) -> u32 {
        let hash = self.hasher.hash_one(value);
        let found = self.table.find(hash, |key| self.values[key as usize] == value);
        found.unwrap_or_else(|| {
            self.values.push(value);
            self.table.insert(hash)
        })
    }

    fn len(&self) -> usize {
        self.values.len()
    }

    fn bytes(&self) -> usize {
        size_of_val(self.values.as_slice())
    }

    fn truncate(&mut self, len: usize) {
        self.values.truncate(len);
        self.table.forget(len);
    }

    fn release(&mut self) {
        (self.values, self.table) = (Vec::new(), Table::default());
    }
}

/// Texts.
pub(super) struct Words {
    table: Table,
    text: Vec<u8>,
    ends: Vec<usize>,
    hasher: RandomState,
}

impl Words {
    pub(super) fn new() -> Self {
        let (text, ends) = (Vec::new(), Vec::new());
        Self { table: Table::default(), text, ends, hasher: RandomState::new() }
    }

    /// The word of a number.
    pub(super) fn word(&self, key: u32) -> &[u8] {
        word(&self.text, &self.ends, key)
    }
}

fn word<'a>(text: &'a [u8], ends: &[usize], key: u32) -> &'a [u8] {
    let key = key as usize;
    let start = key.checked_sub(1).map_or(0, |before| ends[before]);
    &text[start..ends[key]]
}

impl Dictionary for Words {
    type Value<'a> = &'a [u8];

    fn key(&mut self, value: &[u8]) -> u32 {
        let hash = self.hasher.hash_one(value);
        let found = self.table.find(hash, |key| word(&self.text, &self.ends, key) == value);
        found.unwrap_or_else(|| {
            self.text.extend_from_slice(value);
            self.ends.push(self.text.len());
            self.table.insert(hash)
        })
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    fn bytes(&self) -> usize {
        self.text.len() + 4 * self.ends.len()
    }

    fn truncate(&mut self, len: usize) {
        self.ends.truncate(len);
        self.text.truncate(self.ends.last().copied().unwrap_or(0));
        self.table.forget(len);
    }

    fn release(&mut self) {
        (self.text, self.ends, self.table) = (Vec::new(), Vec::new(), Table::default());
    }
}

/// Numbers by hash, with open addressing. The hasher is seeded by chance, so nobody can make values
/// that collide; numbers are given in order, so chance does not show.
#[derive(Default)]
struct Table {
    /// The upper half of a hash above, the number plus one below; zero where there is none. Their
    /// count is a power of two or zero.
    places: Vec<u64>,
    len: usize,
}

impl Table {
    fn find(&self, hash: u64, equal: impl Fn(u32) -> bool) -> Option<u32> {
        let mask = self.places.len().checked_sub(1)?;
        let tag = hash >> 32;
        let mut at = tag as usize & mask;
        loop {
            let place = self.places[at];
            if place == 0 {
                return None;
            }
            let key = place as u32 - 1;
            if place >> 32 == tag && equal(key) {
                return Some(key);
            }
            at = (at + 1) & mask;
        }
    }

    /// The next number, for what has just not been found.
    fn insert(&mut self, hash: u64) -> u32 {
        if self.places.len() < 2 * (self.len + 1) {
            let room = (2 * self.places.len()).max(256);
            let places = std::mem::replace(&mut self.places, vec![0; room]);
            places.into_iter().filter(|place| *place != 0).for_each(|place| self.put(place));
        }
        let key = self.len as u32;
        self.len += 1;
        self.put(hash >> 32 << 32 | u64::from(key + 1));
        key
    }

    fn put(&mut self, place: u64) {
        let mask = self.places.len() - 1;
        let mut at = (place >> 32) as usize & mask;
        while self.places[at] != 0 {
            at = (at + 1) & mask;
        }
        self.places[at] = place;
    }

    /// It begins anew if nothing is left, and is of no use any more otherwise.
    fn forget(&mut self, left: usize) {
        if left == 0 {
            self.places.fill(0);
            self.len = 0;
        }
    }
}

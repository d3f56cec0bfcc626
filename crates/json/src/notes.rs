//! What is worth telling about good rows beyond their values: keys that nobody reads, values that
//! are new to an enumeration, cells made null, leniencies used.
//!
//! Everything is noted for the present row first and counts once the row is known to be good. Which
//! keys are told of depends on the batch alone, and so not on the thread that reads it.

use std::collections::HashMap;

use ahash::RandomState;
use rowmill_scan::Padded;

use crate::drift::{Drift, NewKey, NewValue, Nulled};
use crate::infer::Shape;
use crate::options::Counts;

/// New keys and values of a batch, and of an input, that are told apart.
pub(crate) const TOLD: usize = 1000;

/// Keys of unknown names that are remembered for good.
const REMEMBERED: usize = 4096;

/// Longer names are not told apart.
const LONGEST_NAME: usize = 256;

/// A key that no column reads, of one object of the layout.
#[derive(Debug)]
struct Stray {
    object: u32,
    name: Box<[u8]>,
    /// In the good rows of this batch.
    count: u64,
    first_line: u64,
    /// What its first value in this batch says.
    shape: Option<Shape>,
}

/// One sight of a stray key in the present row.
#[derive(Debug)]
struct Sight {
    stray: u32,
    /// Its value in the text.
    from: usize,
    to: usize,
}

/// A value that is new to an enumeration.
#[derive(Debug)]
pub(crate) struct Novel {
    /// The number of the column.
    pub(crate) place: u32,
    pub(crate) value: Box<str>,
    /// In the good rows of this batch.
    pub(crate) count: u64,
    first_line: u64,
}

/// Notes on the present row and the present batch.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// Whether there are any on the present row.
    pub(crate) any: bool,
    /// Values of the present row that are left for a column of the rest.
    pub(crate) left: u64,
    tally: Counts,
    sights: Vec<Sight>,
    unnamed: u64,
    nulled_now: Vec<u32>,
    novel_now: Vec<(u32, Box<str>)>,

    /// Stray keys; those that are remembered for good come first.
    strays: Vec<Stray>,
    index: HashMap<(u32, Box<[u8]>), u32, RandomState>,
    /// How many are remembered for good, and how many there were before the present row.
    remembered: usize,
    before: usize,
    /// Strays of this batch in the order of their first appearance.
    order: Vec<u32>,
    more_keys: u64,
    nulled: Vec<(u32, u64, u64)>,
    novel: Vec<Novel>,
    more_values: u64,
}

impl Notes {
    /// The number of the stray key `name` in `object`. `None` where there are too many to tell apart.
    #[cold]
    pub(crate) fn stray(&mut self, object: u32, name: &[u8]) -> Option<u32> {
        if name.len() > LONGEST_NAME {
            return None;
        }
        let key = (object, name.into());
        if let Some(&stray) = self.index.get(&key) {
            return Some(stray);
        }
        if self.remembered < REMEMBERED {
            self.remembered += 1;
        } else if self.strays.len() >= self.remembered + TOLD {
            return None;
        }
        let (stray, name) = (self.strays.len() as u32, key.1.clone());
        self.index.insert(key, stray);
        self.strays.push(Stray { object, name, count: 0, first_line: 0, shape: None });
        Some(stray)
    }

    /// Whether this stray is one that is remembered for good.
    pub(crate) fn is_remembered(&self, stray: u32) -> bool {
        (stray as usize) < self.remembered
    }

    /// A stray key stands in the present row, its value from `from` to `to`.
    #[inline(always)]
    pub(crate) fn sight(&mut self, stray: Option<u32>, from: usize, to: usize) {
        (self.any, self.left) = (true, self.left + 1);
        match stray {
            Some(stray) => self.sights.push(Sight { stray, from, to }),
            None => self.unnamed += 1,
        }
    }

    /// A leniency is used in the present row.
    pub(crate) fn bend(&mut self, use_of: impl FnOnce(&mut Counts) -> &mut u64) {
        *use_of(&mut self.tally) += 1;
        self.any = true;
    }

    /// The value at this place is left for a column of the rest.
    pub(crate) fn leave(&mut self) {
        (self.any, self.left) = (true, self.left + 1);
    }

    /// A cell at this place is made null.
    #[cold]
    pub(crate) fn make_null(&mut self, place: u32) {
        self.any = true;
        self.tally.nulled += 1;
        self.nulled_now.push(place);
    }

    /// An enumeration at this place has a value that is new to it.
    #[cold]
    pub(crate) fn see_value(&mut self, place: u32, value: &[u8]) {
        self.any = true;
        self.novel_now.push((place, String::from_utf8_lossy(value).into()));
    }

    /// The present row is a bad one: nothing of it counts.
    #[cold]
    pub(crate) fn drop_row(&mut self) {
        while self.strays.len() > self.before.max(self.remembered) {
            if let Some(stray) = self.strays.pop() {
                self.index.remove(&(stray.object, stray.name));
            }
        }
        self.start_row();
    }

    /// The present row, at `line` of the batch, is a good one.
    #[cold]
    #[inline(never)]
    pub(crate) fn keep_row(&mut self, text: Padded<'_>, line: u64, counts: &mut Counts) {
        *counts += std::mem::take(&mut self.tally);
        for Sight { stray, from, to } in self.sights.drain(..) {
            let known = &mut self.strays[stray as usize];
            if known.count == 0 {
                known.first_line = line;
                known.shape = Some(Shape::observe(text.slice(from, to)));
                self.order.push(stray);
            }
            known.count += 1;
        }
        self.more_keys += self.unnamed;
        for place in self.nulled_now.drain(..) {
            match self.nulled.iter_mut().find(|(known, ..)| *known == place) {
                Some((_, count, _)) => *count += 1,
                None => self.nulled.push((place, 1, line)),
            }
        }
        for (place, value) in self.novel_now.drain(..) {
            if self.novel.len() < TOLD {
                self.novel.push(Novel { place, value, count: 0, first_line: line });
            } else {
                self.more_values += 1;
            }
        }
        self.start_row();
    }

    fn start_row(&mut self) {
        self.before = self.strays.len();
        (self.any, self.left, self.unnamed) = (false, 0, 0);
        self.tally = Counts::default();
        self.sights.clear();
        self.nulled_now.clear();
        self.novel_now.clear();
    }

    /// The values of the batch that are new to an enumeration, to be counted.
    pub(crate) fn values(&mut self) -> &mut [Novel] {
        &mut self.novel
    }

    /// What is told of the batch; starts anew. `places` names columns and objects by their numbers.
    pub(crate) fn take(&mut self, places: &[String]) -> Drift {
        let mut drift = Drift::default();
        for stray in self.order.drain(..) {
            let stray = &mut self.strays[stray as usize];
            let count = std::mem::take(&mut stray.count);
            let shape = stray.shape.take();
            let Some(shape) = shape.filter(|_| drift.keys.len() < TOLD) else {
                self.more_keys += count;
                continue;
            };
            let name = String::from_utf8_lossy(&stray.name).into_owned();
            drift.keys.push(NewKey {
                object: places[stray.object as usize].clone(),
                name,
                count,
                first_line: stray.first_line,
                shape,
            });
        }
        while self.strays.len() > self.remembered {
            if let Some(stray) = self.strays.pop() {
                self.index.remove(&(stray.object, stray.name));
            }
        }
        self.before = self.strays.len();
        drift.values = self
            .novel
            .drain(..)
            .map(|Novel { place, value, count, first_line }| NewValue {
                column: places[place as usize].clone(),
                value: value.into(),
                count,
                first_line,
            })
            .collect();
        drift.nulled = self
            .nulled
            .drain(..)
            .map(|(place, count, first_line)| Nulled {
                column: places[place as usize].clone(),
                count,
                first_line,
            })
            .collect();
        drift.more_keys = std::mem::take(&mut self.more_keys);
        drift.more_values = std::mem::take(&mut self.more_values);
        drift
    }
}

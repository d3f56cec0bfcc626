//! What is worth telling about good rows beyond their values: keys that nobody reads, values that
//! are new to an enumeration, cells made null, leniencies used.
//!
//! Everything is noted for the present row first and counts once the row is known to be good. Which
//! keys are told of depends on the batch alone, and so not on the thread that reads it.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

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

/// Something about the value at a place of the present row.
#[derive(Debug)]
struct Noted {
    at: usize,
    what: What,
}

#[derive(Debug)]
enum What {
    /// It is that of a stray key, or of one that is not told apart. `new` if the key has its number
    /// from here.
    Stray { stray: Option<u32>, to: usize, new: bool },
    /// A leniency is used in it.
    Bent(fn(&mut Counts) -> &mut u64),
    /// It is made null, in the column of this number.
    Null(u32),
    /// It is new to the enumeration of this number.
    Novel(u32, Box<str>),
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
    /// Everything else about it, in the order of reading.
    noted: Vec<Noted>,
    /// Where the values of the present row begin that are made null.
    nulled_at: HashSet<usize, RandomState>,
    /// A stray that has got its number and was not seen yet.
    newest: Option<u32>,

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
        self.newest = Some(stray);
        Some(stray)
    }

    /// Whether this stray is one that is remembered for good.
    pub(crate) fn is_remembered(&self, stray: u32) -> bool {
        (stray as usize) < self.remembered
    }

    fn note(&mut self, at: usize, what: What) {
        self.any = true;
        self.noted.push(Noted { at, what });
    }

    /// A stray key stands in the present row, its value from `from` to `to`.
    #[inline(always)]
    pub(crate) fn sight(&mut self, stray: Option<u32>, from: usize, to: usize) {
        self.left += 1;
        let new = self.newest.take().is_some();
        self.note(from, What::Stray { stray, to, new });
    }

    /// A leniency is used in the value at `at`.
    pub(crate) fn bend(&mut self, at: usize, use_of: fn(&mut Counts) -> &mut u64) {
        self.note(at, What::Bent(use_of));
    }

    /// The value at this place is left for a column of the rest.
    pub(crate) fn leave(&mut self) {
        (self.any, self.left) = (true, self.left + 1);
    }

    /// The value there, of the column of this number, is made null. What was noted inside it is no
    /// longer true.
    #[cold]
    pub(crate) fn make_null(&mut self, place: u32, value: Range<usize>) {
        // All of it was noted last, since the value was read last.
        while let Some(last) = self.noted.pop_if(|last| value.contains(&last.at)) {
            // So a stray that was new there is the last one.
            if let What::Stray { stray: Some(stray), new: true, .. } = last.what
                && !self.is_remembered(stray)
            {
                self.forget_last_stray();
            }
        }
        self.nulled_at.insert(value.start);
        self.left += 1;
        self.note(value.start, What::Null(place));
    }

    /// Whether the value at `at` of the present row is made null.
    pub(crate) fn is_nulled(&self, at: usize) -> bool {
        self.nulled_at.contains(&at)
    }

    /// The value at `at` is new to the enumeration of this number.
    #[cold]
    pub(crate) fn see_value(&mut self, place: u32, at: usize, value: &[u8]) {
        self.note(at, What::Novel(place, String::from_utf8_lossy(value).into()));
    }

    fn forget_last_stray(&mut self) {
        if let Some(stray) = self.strays.pop() {
            self.index.remove(&(stray.object, stray.name));
        }
    }

    /// The present row is a bad one: nothing of it counts.
    #[cold]
    pub(crate) fn drop_row(&mut self) {
        while self.strays.len() > self.before.max(self.remembered) {
            self.forget_last_stray();
        }
        self.start_row();
    }

    /// The present row, at `line` of the batch, is a good one.
    #[cold]
    #[inline(never)]
    pub(crate) fn keep_row(&mut self, text: Padded<'_>, line: u64, counts: &mut Counts) {
        for Noted { at, what } in self.noted.drain(..) {
            match what {
                What::Stray { stray: Some(stray), to, .. } => {
                    let known = &mut self.strays[stray as usize];
                    if known.count == 0 {
                        known.first_line = line;
                        known.shape = Some(Shape::observe(text.slice(at, to)));
                        self.order.push(stray);
                    }
                    known.count += 1;
                }
                What::Stray { stray: None, .. } => self.more_keys += 1,
                What::Bent(use_of) => *use_of(counts) += 1,
                What::Null(place) => {
                    counts.nulled += 1;
                    match self.nulled.iter_mut().find(|(known, ..)| *known == place) {
                        Some((_, count, _)) => *count += 1,
                        None => self.nulled.push((place, 1, line)),
                    }
                }
                What::Novel(place, value) if self.novel.len() < TOLD => {
                    self.novel.push(Novel { place, value, count: 0, first_line: line });
                }
                What::Novel(..) => self.more_values += 1,
            }
        }
        self.start_row();
    }

    fn start_row(&mut self) {
        self.before = self.strays.len();
        (self.any, self.left, self.newest) = (false, 0, None);
        self.noted.clear();
        self.nulled_at.clear();
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
            self.forget_last_stray();
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

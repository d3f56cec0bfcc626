//! How an input differs from its layout without any row being bad.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::infer::Shape;
use crate::layout::Column;
use crate::notes::TOLD;

/// What good rows had that the layout does not know, and what they lack for it.
///
/// Of keys and values the first 1,000 are told apart in the order of their appearance, the others
/// only counted. It is the same for every chunking and every number of threads.
///
/// ```
/// use rowmill_json::{Column, Decoder, Layout};
///
/// let layout = Layout::new([Column::int64("n")])?;
/// let mut decoder = Decoder::new(&layout);
/// decoder.push(b"{\"n\":1}\n{\"n\":2,\"unit\":\"m\"}\n".as_slice().into());
/// decoder.finish();
/// while decoder.next_batch()?.is_some() {}
/// let new = &decoder.drift().keys[0];
/// assert_eq!((new.path().as_str(), new.first_line, new.count), ("unit", 2, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Drift {
    /// Keys that no column reads.
    pub keys: Vec<NewKey>,
    /// Values that are not among the [known ones](crate::Column::known_values) of their column.
    pub values: Vec<NewValue>,
    /// Columns with cells that were made null, see [`OnBadRow::Null`](crate::OnBadRow::Null).
    pub nulled: Vec<Nulled>,
    /// Sights of keys beyond those in `keys`, or with names longer than 256 bytes.
    pub more_keys: u64,
    /// New values beyond those in `values`.
    pub more_values: u64,
}

/// A key that no column reads.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NewKey {
    /// Path of the object it stands in, e.g. `Amount.TaxValues[]`; empty for the row itself.
    pub object: String,
    /// The key.
    pub name: String,
    /// Good rows have it so often.
    pub count: u64,
    /// The first line it stands in.
    pub first_line: u64,
    /// What its values were that were looked at: the first one in each batch.
    pub(crate) shape: Shape,
}

impl NewKey {
    /// Path of the key, e.g. `Amount.TaxValues[].Rate`.
    #[must_use]
    pub fn path(&self) -> String {
        match self.object.as_str() {
            "" => self.name.clone(),
            object => format!("{object}.{}", self.name),
        }
    }

    /// A column for this key, as the values lead to it that were looked at: the first one in each
    /// batch. Others may not fit it.
    #[must_use]
    pub fn column(&self) -> Column {
        self.shape.column(&self.name)
    }

    /// Adds what is known of the same key elsewhere, later in the data.
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.shape.merge(&other.shape);
    }
}

impl PartialEq for NewKey {
    fn eq(&self, other: &Self) -> bool {
        let place = |key: &Self| (key.path(), key.count, key.first_line);
        place(self) == place(other) && self.column() == other.column()
    }
}

/// A value that an enumeration did not have so far.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewValue {
    /// Path of the column.
    pub column: String,
    /// The value.
    pub value: String,
    /// Good rows have it so often.
    pub count: u64,
    /// The first line it stands in.
    pub first_line: u64,
}

impl NewValue {
    /// A value that was not counted.
    #[must_use]
    pub fn new(column: impl Into<String>, value: impl Into<String>) -> Self {
        Self { column: column.into(), value: value.into(), count: 0, first_line: 0 }
    }
}

/// A column with cells that were made null.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Nulled {
    /// Path of the column.
    pub column: String,
    /// How many.
    pub count: u64,
    /// The line of the first one.
    pub first_line: u64,
}

impl Drift {
    /// Whether there is nothing to tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The drift of an input, gathered from that of its batches.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    drift: Drift,
    keys: HashMap<(String, String), usize>,
    values: HashMap<(String, String), usize>,
}

impl Gathered {
    pub(crate) fn drift(&self) -> &Drift {
        &self.drift
    }

    /// Adds what the next batch has, which begins after `before` lines.
    pub(crate) fn add(&mut self, batch: Drift, before: u64) {
        let drift = &mut self.drift;
        drift.more_keys += batch.more_keys;
        drift.more_values += batch.more_values;
        for mut new in batch.keys {
            new.first_line += before;
            match self.keys.entry((new.object.clone(), new.name.clone())) {
                Entry::Occupied(place) => {
                    drift.keys[*place.get()].merge(&new);
                }
                Entry::Vacant(place) if drift.keys.len() < TOLD => {
                    place.insert(drift.keys.len());
                    drift.keys.push(new);
                }
                Entry::Vacant(_) => drift.more_keys += new.count,
            }
        }
        for mut new in batch.values {
            new.first_line += before;
            match self.values.entry((new.column.clone(), new.value.clone())) {
                Entry::Occupied(place) => drift.values[*place.get()].count += new.count,
                Entry::Vacant(place) if drift.values.len() < TOLD => {
                    place.insert(drift.values.len());
                    drift.values.push(new);
                }
                Entry::Vacant(_) => drift.more_values += new.count,
            }
        }
        for mut new in batch.nulled {
            new.first_line += before;
            match drift.nulled.iter_mut().find(|known| known.column == new.column) {
                Some(known) => known.count += new.count,
                None => drift.nulled.push(new),
            }
        }
    }
}

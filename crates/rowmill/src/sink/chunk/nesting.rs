//! How the arrays of a batch lead to the slots of Parquet columns: levels are found once for each
//! struct and list, and shared by what is in it.

use parquet::errors::Result;

use super::bitmap;
use super::{Chunk, unexpected};
use crate::arrow::array::Array;
use crate::arrow::array::cast::AsArray;
use crate::arrow::buffer::NullBuffer;

/// Which elements of an array rows lead to, and the slots that they are.
#[derive(Default)]
pub(in crate::sink) struct Reach {
    /// The elements are a range of the array,
    pub(super) start: usize,
    pub(super) len: usize,
    /// of those whose bit is set, if there are bits; rows lead to no others.
    pub(super) live: Option<Vec<u64>>,
    /// The slot of each element that rows lead to; they are one and the same if nothing is here.
    places: Option<Vec<u32>>,
    /// The levels of each slot. Nothing if no struct or list so far may be missing, or if there
    /// was no list.
    pub(super) defs: Vec<u8>,
    pub(super) reps: Vec<u8>,
}

impl Reach {
    /// Some rows of a batch.
    pub(in crate::sink) fn rows(start: usize, len: usize) -> Self {
        Self { start, len, ..Self::default() }
    }

    /// How many slots there are.
    pub(super) fn slots(&self) -> usize {
        if self.places.is_some() { self.defs.len() } else { self.len }
    }

    /// How many elements rows lead to.
    pub(super) fn values(&self) -> usize {
        self.live.as_deref().map_or(self.len, bitmap::count)
    }

    /// Which elements are live and not null.
    pub(super) fn narrow(&self, nulls: Option<&NullBuffer>) -> Option<Vec<u64>> {
        let Some(nulls) = nulls.filter(|nulls| nulls.null_count() > 0) else {
            return self.live.clone();
        };
        let mut words = bitmap::words(nulls, self.start, self.len);
        for (word, live) in words.iter_mut().zip(self.live.iter().flatten()) {
            *word &= live;
        }
        Some(words)
    }

    /// Adds one to the levels of the slots of `live` elements.
    pub(super) fn raise(&self, live: Option<&[u64]>, defs: &mut [u8]) {
        match (&self.places, live) {
            (None, None) => defs.iter_mut().for_each(|def| *def += 1),
            (None, Some(live)) => bitmap::add(live, defs),
            (Some(places), None) => places.iter().for_each(|place| defs[*place as usize] += 1),
            (Some(places), Some(live)) => {
                bitmap::each(live, |n| defs[places[n] as usize] += 1);
            }
        }
    }

    /// What is reached of the fields of a struct that may be missing.
    fn within_struct(&self, nulls: Option<&NullBuffer>) -> Self {
        let live = self.narrow(nulls);
        let mut defs = self.defs.clone();
        defs.resize(self.slots(), 0);
        self.raise(live.as_deref(), &mut defs);
        let (places, reps) = (self.places.clone(), self.reps.clone());
        Self { start: self.start, len: self.len, live, places, defs, reps }
    }

    /// What is reached of the items of lists that end at `ends`, in `level` lists.
    fn within_list(&self, list: ListOf<'_>, nullable: bool, level: u8) -> Result<Self> {
        let ends = &list.ends[self.start..=self.start + self.len];
        let nulls = list.nulls.filter(|_| nullable);
        let (start, len) = (ends[0] as usize, (ends[self.len] - ends[0]) as usize);
        let mut places = vec![0_u32; len];
        let room = self.slots() + len;
        u32::try_from(room).map_err(|_| unexpected("more items than a page has slots"))?;
        let (mut defs, mut reps) = (Vec::with_capacity(room), Vec::with_capacity(room));
        let mut live = vec![0; len.div_ceil(64)];
        let def_of = |slot: usize| self.defs.get(slot).copied().unwrap_or(0);
        let rep_of = |slot: usize| self.reps.get(slot).copied().unwrap_or(0);
        let (mut next, mut items) = (0, 0);
        let mut each = |n: usize| {
            let slot = self.places.as_ref().map_or(n, |places| places[n] as usize);
            // Slots that stand for no list of this column stay as they are.
            defs.extend((next..slot).map(def_of));
            reps.extend((next..slot).map(rep_of));
            next = slot + 1;
            let def = def_of(slot) + u8::from(nullable);
            let (first, end) = ((ends[n] as usize) - start, ends[n + 1] as usize - start);
            if nulls.is_some_and(|nulls| nulls.is_null(self.start + n)) {
                defs.push(def - 1);
                reps.push(rep_of(slot));
            } else if first == end {
                defs.push(def);
                reps.push(rep_of(slot));
            } else {
                for (n, place) in places[first..end].iter_mut().enumerate() {
                    *place = (defs.len() + n) as u32;
                    live[(first + n) / 64] |= 1 << ((first + n) % 64);
                }
                items += end - first;
                defs.resize(defs.len() + end - first, def + 1);
                reps.push(rep_of(slot));
                reps.resize(defs.len(), level);
            }
        };
        match &self.live {
            None => (0..self.len).for_each(&mut each),
            Some(live) => bitmap::each(live, &mut each),
        }
        let end = self.slots();
        defs.extend((next..end).map(def_of));
        reps.extend((next..end).map(rep_of));
        // Lists that are null or not reached may have items all the same.
        let live = (items < len).then_some(live);
        Ok(Self { start, len, live, places: Some(places), defs, reps })
    }
}

/// Where the lists of an array end, and which are null.
struct ListOf<'a> {
    ends: &'a [i32],
    nulls: Option<&'a NullBuffer>,
}

/// A field of the table, down to its columns.
pub(in crate::sink) enum Node {
    /// A column: the number of its chunk.
    Leaf {
        chunk: usize,
        nullable: bool,
    },
    Struct {
        nullable: bool,
        fields: Vec<Node>,
    },
    /// A list, or a map, whose items are required structs of key and value.
    List {
        nullable: bool,
        level: u8,
        item: Box<Node>,
    },
}

impl Node {
    /// Appends what is reached of `array` to the chunks of its columns.
    pub(in crate::sink) fn append(
        &self,
        array: &dyn Array,
        reach: &Reach,
        chunks: &mut [Chunk],
    ) -> Result<()> {
        match self {
            Self::Leaf { chunk, nullable } => chunks[*chunk].append(array, reach, *nullable),
            Self::Struct { nullable, fields } => {
                let array = array.as_struct_opt().ok_or_else(|| unexpected("not a struct"))?;
                let within = nullable.then(|| reach.within_struct(array.nulls()));
                let reach = within.as_ref().unwrap_or(reach);
                for (field, column) in fields.iter().zip(array.columns()) {
                    field.append(column, reach, chunks)?;
                }
                Ok(())
            }
            Self::List { nullable, level, item } => {
                let (ends, items): (_, &dyn Array) = match array.as_list_opt::<i32>() {
                    Some(list) => (list.value_offsets(), list.values()),
                    None => {
                        let map = array.as_map_opt().ok_or_else(|| unexpected("not a list"))?;
                        (map.value_offsets(), map.entries())
                    }
                };
                let list = ListOf { ends, nulls: array.nulls() };
                item.append(items, &reach.within_list(list, *nullable, *level)?, chunks)
            }
        }
    }
}

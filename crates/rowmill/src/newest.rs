//! Which row of each `Id` is the newest, among the rows of a run.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::arrow::array::cast::AsArray;
use crate::arrow::array::types::{TimestampMicrosecondType, TimestampNanosecondType};
use crate::arrow::array::{Array, FixedSizeBinaryArray};
use crate::arrow::{DataType, RecordBatch, Schema};
use crate::error::{Error, Result};

/// What tells rows apart, and what tells which of two is the newer one.
const ID: &str = "Id";
const UPDATED: &str = "UpdatedUtc";

/// Ids at most, where nothing else is said: their table takes 280 MB, and half as much again while
/// it grows.
const MOST: usize = 7 << 20;
/// What an Id takes of a cap on memory, growing included.
const BYTES_OF_ID: usize = 64;
/// Rows left out that take as much as an Id.
const ROWS_OF_ID: usize = 8;

/// The newest row of each `Id`, of the rows seen so far. Of rows that are equally new the last one
/// counts; one without `UpdatedUtc` is older than all others, and one without `Id` is alone.
pub(crate) struct Newest {
    id: usize,
    updated: usize,
    most: usize,
    known: HashMap<[u8; 16], Place, ahash::RandomState>,
    /// Of each part, the rows that a newer one was seen for.
    left_out: Vec<Vec<u32>>,
    /// How many these are.
    superseded: usize,
    /// The next row of the last part.
    row: u32,
}

/// A row, and how new it is.
#[derive(Clone, Copy)]
struct Place {
    updated: i64,
    part: u32,
    row: u32,
}

impl Newest {
    /// For rows of this schema.
    ///
    /// # Errors
    /// [`Usage`](crate::ErrorKind::Usage): it has no such columns.
    pub(crate) fn new(schema: &Schema, memory: Option<usize>) -> Result<Self> {
        let column = |name: &str, fits: fn(&DataType) -> bool| {
            let found = schema.index_of(name).ok();
            found.filter(|index| fits(schema.field(*index).data_type())).ok_or_else(|| {
                Error::usage(format!(
                    "the newest row of each {ID} is wanted, and the layout has no column {name} of \
                     the type for that: a uuid and an instant are needed"
                ))
            })
        };
        Ok(Self {
            id: column(ID, |found| *found == DataType::FixedSizeBinary(16))?,
            updated: column(UPDATED, |found| matches!(found, DataType::Timestamp(..)))?,
            most: memory.map_or(MOST, |bytes| bytes / 4 / BYTES_OF_ID),
            known: HashMap::default(),
            left_out: Vec::new(),
            superseded: 0,
            row: 0,
        })
    }

    /// How many parts were begun.
    pub(crate) fn parts(&self) -> usize {
        self.left_out.len()
    }

    /// What comes next is of another part.
    pub(crate) fn begin_part(&mut self) {
        self.left_out.push(Vec::new());
        self.row = 0;
    }

    /// The next rows of the part. `None` if they are too many to be remembered.
    pub(crate) fn see(&mut self, batch: &RecordBatch) -> Result<Option<()>> {
        let wrong = || Error::internal("a batch has other columns than its layout");
        let ids = batch.column(self.id).as_fixed_size_binary_opt().ok_or_else(wrong)?;
        let column = batch.column(self.updated);
        let instants = if let Some(micros) = column.as_primitive_opt::<TimestampMicrosecondType>() {
            micros.values()
        } else {
            let nanos = column.as_primitive_opt::<TimestampNanosecondType>();
            nanos.ok_or_else(wrong)?.values()
        };
        for (index, &instant) in instants.iter().enumerate() {
            let updated = if column.is_null(index) { i64::MIN } else { instant };
            if self.see_row(id(ids, index), updated).is_none() {
                return Ok(None);
            }
        }
        Ok(Some(()))
    }

    fn see_row(&mut self, id: Option<[u8; 16]>, updated: i64) -> Option<()> {
        let part = u32::try_from(self.left_out.len().checked_sub(1)?).ok()?;
        let place = Place { updated, part, row: self.row };
        self.row = self.row.checked_add(1)?;
        let Some(id) = id else { return Some(()) };
        let full = self.known.len() + self.superseded / ROWS_OF_ID >= self.most;
        match self.known.entry(id) {
            Entry::Vacant(free) if !full => {
                free.insert(place);
            }
            Entry::Occupied(mut known) if !full => {
                let newer = place.updated >= known.get().updated;
                let older = if newer { known.insert(place) } else { place };
                self.left_out.get_mut(older.part as usize)?.push(older.row);
                self.superseded += 1;
            }
            _ => return None,
        }
        Some(())
    }

    /// Of each part, the rows that are not the newest of their `Id`, in order.
    pub(crate) fn into_left_out(self) -> Vec<Vec<u32>> {
        let mut left_out = self.left_out;
        left_out.iter_mut().for_each(|rows| rows.sort_unstable());
        left_out
    }
}

fn id(ids: &FixedSizeBinaryArray, row: usize) -> Option<[u8; 16]> {
    if ids.is_null(row) { None } else { ids.value(row).try_into().ok() }
}

#[cfg(test)]
mod tests {
    use rowmill_json::{Column, Layout};

    use super::*;

    /// An `Id` and a time.
    type Row = (Option<[u8; 16]>, i64);

    fn newest(most: usize) -> Newest {
        let layout = Layout::new([Column::timestamp_us(UPDATED), Column::uuid(ID)]);
        let schema = layout.expect("a sound layout").schema().clone();
        Newest { most, ..Newest::new(&schema, None).expect("both columns") }
    }

    #[test]
    fn the_newest_stays_and_of_equals_the_last() {
        let mut newest = newest(100);
        let (a, b) = (Some([1; 16]), Some([2; 16]));
        let parts: [&[Row]; 3] = [
            &[(a, 5), (b, i64::MIN), (None, 1), (a, 4), (None, 1)],
            &[],
            &[(a, 5), (b, 0), (a, 3)],
        ];
        for part in parts {
            newest.begin_part();
            for &(id, updated) in part {
                newest.see_row(id, updated).expect("room");
            }
        }
        assert_eq!(newest.parts(), 3);
        assert_eq!(newest.into_left_out(), [vec![0, 1, 3], vec![], vec![2]]);
    }

    #[test]
    fn there_is_an_end_to_what_is_remembered() {
        let mut many = newest(2);
        many.begin_part();
        let seen: Vec<bool> = (0..3).map(|id| many.see_row(Some([id; 16]), 0).is_some()).collect();
        assert_eq!(seen, [true, true, false]);
        let mut equal = newest(3);
        equal.begin_part();
        let seen = (0..100).take_while(|_| equal.see_row(Some([0; 16]), 0).is_some()).count();
        assert_eq!(seen, 2 * ROWS_OF_ID + 1, "one Id, and as many rows as two others take");
    }

    #[test]
    fn other_columns_are_refused() {
        let layouts = [
            Layout::new([Column::uuid(ID)]),
            Layout::new([Column::timestamp_us(UPDATED)]),
            Layout::new([Column::string(ID), Column::timestamp_us(UPDATED)]),
            Layout::new([Column::uuid(ID), Column::string(UPDATED)]),
        ];
        for layout in layouts {
            let layout = layout.expect("a sound layout");
            let error = Newest::new(layout.schema(), None).err().expect("a column is missing");
            assert_eq!(error.kind(), crate::ErrorKind::Usage);
        }
    }
}

//! Which partition each row of a batch belongs to.

use std::collections::HashMap;

use ahash::RandomState;

use super::plan::Plan;
use super::value::Values;
use super::{DEEPEST, PartitionValue};
use crate::arrow::RecordBatch;
use crate::error::{Error, Result};

/// The rows of a batch, by the numbers of their partitions.
#[derive(Debug, PartialEq)]
pub(crate) enum Split {
    /// All of them belong to this one.
    One(u32),
    /// One for each row.
    Many(Vec<u32>),
}

/// Where rows of the same values go.
#[derive(Debug)]
pub(crate) struct Partition {
    /// The directory, from that of the table: one name for each level, with `/` between them.
    pub(crate) directory: String,
    pub(crate) values: Vec<PartitionValue>,
}

/// Gives partitions numbers, in the order in which their rows first appear.
pub(crate) struct Splitter {
    /// Of each level: the column, by number, and its values.
    levels: Vec<(usize, String, Values)>,
    /// Partitions by the numbers of their values.
    known: HashMap<[u32; DEEPEST], u32, RandomState>,
    partitions: Vec<Partition>,
    most: usize,
    /// Of the batch before, to be used again.
    numbers: Vec<Vec<u32>>,
}

impl Splitter {
    /// For so many partitions at most.
    pub(crate) fn new(plan: &Plan, most: usize) -> Self {
        let level = |level: &super::plan::Level| {
            (level.column, level.told.name.clone(), Values::new(level))
        };
        Self {
            levels: plan.levels.iter().map(level).collect(),
            known: HashMap::default(),
            partitions: Vec::new(),
            most,
            numbers: vec![Vec::new(); plan.levels.len()],
        }
    }

    /// The partition with this number.
    pub(crate) fn partition(&self, number: u32) -> Result<&Partition> {
        self.partitions.get(number as usize).ok_or_else(|| Error::internal("no such partition"))
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.partitions.len()
    }

    /// The partition of rows without any value.
    pub(crate) fn nulls(&mut self) -> Result<u32> {
        let mut key = [0; DEEPEST];
        for (place, (_, _, values)) in key.iter_mut().zip(&mut self.levels) {
            *place = values.null()?;
        }
        self.number(key)
    }

    /// The partitions of the rows of `batch`, which has all columns, and before which so many rows of
    /// the source came.
    ///
    /// # Errors
    /// [`Data`](crate::ErrorKind::Data): a value is no name for a directory.
    /// [`Usage`](crate::ErrorKind::Usage): there are more partitions than are allowed.
    pub(crate) fn split(&mut self, batch: &RecordBatch, before: u64) -> Result<Split> {
        let mut numbers = std::mem::take(&mut self.numbers);
        for ((column, _, values), numbers) in self.levels.iter_mut().zip(&mut numbers) {
            values.read(batch.column(*column).as_ref(), before, numbers)?;
        }
        let key_of = |row: usize| {
            let mut key = [0; DEEPEST];
            for (place, numbers) in key.iter_mut().zip(&numbers) {
                *place = numbers[row];
            }
            key
        };
        if batch.num_rows() == 0 {
            return Ok(Split::Many(Vec::new()));
        }
        let same = |numbers: &Vec<u32>| numbers.iter().all(|number| *number == numbers[0]);
        let split = if numbers.iter().all(same) {
            Split::One(self.number(key_of(0))?)
        } else {
            let mut partitions = Vec::with_capacity(batch.num_rows());
            let mut last = None;
            for row in 0..batch.num_rows() {
                let key = key_of(row);
                let partition = match last {
                    Some((before, partition)) if before == key => partition,
                    _ => self.number(key)?,
                };
                last = Some((key, partition));
                partitions.push(partition);
            }
            Split::Many(partitions)
        };
        self.numbers = numbers;
        Ok(split)
    }

    fn number(&mut self, key: [u32; DEEPEST]) -> Result<u32> {
        if let Some(number) = self.known.get(&key) {
            return Ok(*number);
        }
        let number = self.partitions.len();
        if number == self.most {
            return Err(Error::usage(format!(
                "partitions: there are more than {} of them, each a directory with files of its own; \
                 partition by something with fewer values, such as a month, or allow more with \
                 --max-partitions (in code `.max_partitions(n)`)",
                self.most
            )));
        }
        let (mut directory, mut told) = (String::new(), Vec::new());
        for ((_, name, values), number) in self.levels.iter().zip(key) {
            let value = values.value(number).ok_or_else(|| Error::internal("no such value"))?;
            if !directory.is_empty() {
                directory.push('/');
            }
            directory.push_str(&value.directory);
            told.push(PartitionValue { name: name.clone(), value: value.text.clone() });
        }
        self.partitions.push(Partition { directory, values: told });
        let number = u32::try_from(number).map_err(|_| Error::internal("too many partitions"))?;
        self.known.insert(key, number);
        Ok(number)
    }
}

#[cfg(test)]
mod tests;

//! Rows that wait in memory until there are enough of them to be sorted out by partition.

use std::sync::Arc;

use arrow_select::interleave::interleave;

use crate::arrow::array::cast::AsArray;
use crate::arrow::array::{Array, ArrayRef, FixedSizeBinaryArray, make_array};
use crate::arrow::buffer::{BooleanBuffer, NullBuffer};
use crate::arrow::{ArrowError, DataType, RecordBatch, Schema};
use crate::error::{Error, Result};
use crate::partition::Split;

/// Rows of a batch that is made of those of one partition, at most.
const ROWS: usize = 2_048;

/// Batches in their order, with the partitions of their rows.
#[derive(Default)]
pub(super) struct Block {
    batches: Vec<Member>,
    rows: usize,
    /// Bytes of their values, which depend on the rows alone.
    bytes: usize,
}

struct Member {
    batch: RecordBatch,
    split: Split,
    source: usize,
}

/// A row: its batch and its place in that.
type Row = (usize, usize);

/// Rows of one source that go to one partition, in their order.
pub(super) struct Run {
    pub(super) source: usize,
    rows: Vec<Row>,
}

impl Run {
    pub(super) fn rows(&self) -> usize {
        self.rows.len()
    }
}

impl Block {
    pub(super) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Adds rows of a source.
    pub(super) fn push(&mut self, batch: &RecordBatch, split: Split, source: usize) -> Result<()> {
        // Views would keep the whole input that they point into.
        let batch = if has_views(&batch.schema()) {
            without_views_of_others(batch)?
        } else {
            batch.clone()
        };
        self.rows += batch.num_rows();
        for column in batch.columns() {
            let bytes = column.to_data().get_slice_memory_size();
            self.bytes += bytes.map_err(|e| Error::internal(e.to_string()))?;
        }
        self.batches.push(Member { batch, split, source });
        Ok(())
    }

    /// The rows of each partition, by its number, and their share of the bytes. No run has many
    /// rows, so that no more than a few are gathered at a time.
    pub(super) fn sorted_out(&self, partitions: usize) -> Vec<(Vec<Run>, usize)> {
        let mut sorted: Vec<(Vec<Run>, usize)> = Vec::new();
        sorted.resize_with(partitions, Default::default);
        for (n, member) in self.batches.iter().enumerate() {
            for row in 0..member.batch.num_rows() {
                let partition = match &member.split {
                    Split::One(partition) => *partition,
                    Split::Many(partitions) => partitions[row],
                };
                let (runs, rows) = &mut sorted[partition as usize];
                *rows += 1;
                match runs.last_mut() {
                    Some(run) if run.goes_on(n, member.source) => run.rows.push((n, row)),
                    _ => runs.push(Run { source: member.source, rows: vec![(n, row)] }),
                }
            }
        }
        for (_, rows) in &mut sorted {
            // The share of the rows; in 128 bits, as the product is no number of bytes.
            let share = self.bytes as u128 * *rows as u128 / (self.rows.max(1) as u128);
            *rows = usize::try_from(share).unwrap_or(usize::MAX);
        }
        sorted
    }

    /// The rows of a run as a batch. Where they stand together in one it shares its memory.
    pub(super) fn gather(&self, run: &Run) -> Result<RecordBatch> {
        match run.rows.as_slice() {
            [(first, from), .., (last, to)] if first == last && to - from + 1 == run.rows.len() => {
                Ok(self.batches[*first].batch.slice(*from, run.rows.len()))
            }
            _ => self.gather_apart(run),
        }
    }

    /// The same, in memory of its own.
    pub(super) fn gather_apart(&self, run: &Run) -> Result<RecordBatch> {
        // Only those batches that have such rows: their dictionaries come along.
        let mut batches: Vec<&RecordBatch> = Vec::new();
        let mut places = Vec::with_capacity(run.rows.len());
        let mut last = None;
        for (batch, row) in &run.rows {
            if last != Some(batch) {
                batches.push(&self.batches[*batch].batch);
                last = Some(batch);
            }
            places.push((batches.len() - 1, *row));
        }
        let gathered = gathered(&batches, &places)
            .map_err(|e| Error::internal(format!("rows cannot be gathered: {e}")))?;
        match has_views(&gathered.schema()) {
            true => without_views_of_others(&gathered),
            false => Ok(gathered),
        }
    }
}

impl Run {
    /// Whether a row of this batch and source can follow: a batch that is long enough, or ends with one
    /// of the block, ends.
    fn goes_on(&self, batch: usize, source: usize) -> bool {
        let same = self.rows.last().is_some_and(|(last, _)| *last == batch);
        let most = if same { ROWS } else { ROWS / 2 };
        self.source == source && self.rows.len() < most
    }
}

/// The rows at `places`, each of which is a batch and a row of it, as a batch.
fn gathered(batches: &[&RecordBatch], places: &[Row]) -> Result<RecordBatch, ArrowError> {
    let [first, ..] = batches else {
        return Err(ArrowError::InvalidArgumentError("no batches".to_owned()));
    };
    let column = |n: usize| {
        let arrays: Vec<&dyn Array> =
            batches.iter().map(|batch| batch.column(n).as_ref()).collect();
        match first.column(n).data_type() {
            // Rows have many of them, and the general way moves them one by one through a closure.
            DataType::FixedSizeBinary(16) => Ok(uuids(&arrays, places)),
            _ => interleave(&arrays, places),
        }
    };
    let columns = (0..first.num_columns()).map(column).collect::<Result<Vec<_>, _>>()?;
    RecordBatch::try_new(first.schema(), columns)
}

fn uuids(arrays: &[&dyn Array], places: &[Row]) -> ArrayRef {
    let arrays: Vec<&FixedSizeBinaryArray> =
        arrays.iter().map(|array| array.as_fixed_size_binary()).collect();
    let mut bytes = Vec::with_capacity(places.len() * 16);
    places.iter().for_each(|(n, row)| bytes.extend_from_slice(arrays[*n].value(*row)));
    let nulls = arrays.iter().any(|array| array.null_count() > 0).then(|| {
        let valid = |n: usize| arrays[places[n].0].is_valid(places[n].1);
        NullBuffer::new(BooleanBuffer::collect_bool(places.len(), valid))
    });
    Arc::new(FixedSizeBinaryArray::new(16, bytes.into(), nulls))
}

fn has_views(schema: &Schema) -> bool {
    fn within(data_type: &DataType) -> bool {
        match data_type {
            DataType::Utf8View => true,
            DataType::Struct(fields) => fields.iter().any(|field| within(field.data_type())),
            DataType::List(item) | DataType::Map(item, _) => within(item.data_type()),
            _ => false,
        }
    }
    schema.fields().iter().any(|field| within(field.data_type()))
}

/// The same batch, whose views have their texts to themselves.
fn without_views_of_others(batch: &RecordBatch) -> Result<RecordBatch> {
    let columns: Result<Vec<_>> = batch.columns().iter().map(copied).collect();
    RecordBatch::try_new(batch.schema(), columns?).map_err(|e| Error::internal(e.to_string()))
}

fn copied(array: &ArrayRef) -> Result<ArrayRef> {
    match array.data_type() {
        DataType::Utf8View => Ok(Arc::new(array.as_string_view().gc())),
        DataType::Struct(_) | DataType::List(_) | DataType::Map(..) => {
            let data = array.to_data();
            let inside = data.child_data().iter().map(|data| {
                let inner = make_array(data.clone());
                copied(&inner).map(|inner| inner.to_data())
            });
            let inside = inside.collect::<Result<Vec<_>>>()?;
            let data = data.into_builder().child_data(inside).build();
            data.map(make_array).map_err(|e| Error::internal(e.to_string()))
        }
        _ => Ok(Arc::clone(array)),
    }
}

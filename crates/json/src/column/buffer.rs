//! Memory of a batch: values and bits that stand where their row says.
//!
//! Everything begins as zeros, and a value is written to the place of its row. So what is missing
//! costs nothing and reads as zero, a row that is taken back is zeroed again, and how long a column
//! is need not be kept.

use std::collections::VecDeque;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{Array, DictionaryArray, PrimitiveArray, StringArray, StringViewArray};
use arrow_buffer::{
    ArrowNativeType, BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer,
};

/// Batches whose memory is watched. Consumers hold a few at a time: the one they work on and those
/// that wait in a queue.
const WATCHED: usize = 8;

/// The values of a column, one for each row.
#[derive(Debug)]
pub(super) struct Values<T: ArrowNativeType> {
    values: Vec<T>,
    given: Box<Given>,
}

/// What was handed out and may be free by now. Away from the values: it is looked at once a batch.
#[derive(Debug, Default)]
struct Given {
    buffers: VecDeque<Buffer>,
}

impl<T: ArrowNativeType> Default for Values<T> {
    fn default() -> Self {
        Self { values: Vec::new(), given: Box::default() }
    }
}

impl<T: ArrowNativeType> Values<T> {
    /// Rows there is room for.
    pub(super) fn room(&self) -> usize {
        self.values.len()
    }

    /// Makes room for `rows` rows in all; new ones hold zeros.
    pub(super) fn reserve(&mut self, rows: usize) {
        if self.values.is_empty() {
            self.values = self.free_memory().unwrap_or_default();
            self.values.clear();
        }
        if self.values.len() < rows {
            self.values.resize(rows, T::default());
        }
    }

    /// The same, and new ones hold anything.
    pub(super) fn reserve_any(&mut self, rows: usize) {
        if self.values.is_empty() {
            self.values = self.free_memory().unwrap_or_default();
        }
        if self.values.len() < rows {
            self.values.resize(rows, T::default());
        }
    }

    /// Memory of an earlier batch that the consumer has dropped.
    fn free_memory(&mut self) -> Option<Vec<T>> {
        for _ in 0..self.given.buffers.len() {
            let buffer = self.given.buffers.pop_front()?;
            match buffer.into_vec() {
                Ok(values) => return Some(values),
                Err(buffer) => self.given.buffers.push_back(buffer),
            }
        }
        // Whoever keeps so many keeps them all; holding on to them would only delay their end.
        if self.given.buffers.len() >= WATCHED {
            self.given.buffers.pop_front();
        }
        None
    }

    #[inline(always)]
    pub(super) fn put(&mut self, row: usize, value: T) {
        self.values[row] = value;
    }

    #[inline(always)]
    pub(super) fn get(&self, row: usize) -> T {
        self.values[row]
    }

    /// Zeros in place of the rows from `from` to `to`.
    pub(super) fn clear(&mut self, from: usize, to: usize) {
        self.values[from..to].fill(T::default());
    }

    pub(super) fn as_slice(&self) -> &[T] {
        &self.values
    }

    pub(super) fn as_mut_slice(&mut self) -> &mut [T] {
        &mut self.values
    }

    /// The first `rows` values; starts anew without memory.
    pub(super) fn take(&mut self, rows: usize) -> ScalarBuffer<T> {
        let values = std::mem::take(&mut self.values);
        let owns_memory = values.capacity() > 0;
        let buffer = Buffer::from_vec(values);
        if owns_memory {
            self.given.buffers.push_back(buffer.clone());
        }
        ScalarBuffer::new(buffer, 0, rows)
    }
}

/// One bit for each row.
#[derive(Debug, Default)]
pub(super) struct Bits {
    bytes: Values<u8>,
}

impl Bits {
    /// Makes room for `rows` rows in all; new ones hold zeros.
    pub(super) fn reserve(&mut self, rows: usize) {
        self.bytes.reserve(rows.div_ceil(8));
    }

    #[inline(always)]
    pub(super) fn set(&mut self, row: usize) {
        self.bytes.values[row / 8] |= 1 << (row % 8);
    }

    fn get(&self, row: usize) -> bool {
        self.bytes.values[row / 8] & (1 << (row % 8)) != 0
    }

    pub(super) fn clear(&mut self, from: usize, to: usize) {
        for row in from..to {
            self.bytes.values[row / 8] &= !(1 << (row % 8));
        }
    }

    /// The first `rows` bits; starts anew without memory.
    pub(super) fn take(&mut self, rows: usize) -> BooleanBuffer {
        let bytes = self.bytes.take(rows.div_ceil(8));
        BooleanBuffer::new(bytes.into_inner(), 0, rows)
    }

    /// The same as validity, `None` where every row has a value.
    pub(super) fn take_nulls(&mut self, rows: usize) -> Option<NullBuffer> {
        let nulls = NullBuffer::new(self.take(rows));
        (nulls.null_count() > 0).then_some(nulls)
    }
}

/// Fixed-width values with their validity: what most columns are made of. A null is zero.
#[derive(Debug)]
pub(super) struct Fixed<T: ArrowNativeType> {
    values: Values<T>,
    valid: Bits,
}

impl<T: ArrowNativeType> Default for Fixed<T> {
    fn default() -> Self {
        Self { values: Values::default(), valid: Bits::default() }
    }
}

impl<T: ArrowNativeType> Fixed<T> {
    #[inline(always)]
    pub(super) fn put(&mut self, row: usize, value: T) {
        self.values.put(row, value);
        self.valid.set(row);
    }

    pub(super) fn reserve(&mut self, rows: usize) {
        self.values.reserve(rows);
        self.valid.reserve(rows);
    }

    pub(super) fn clear(&mut self, from: usize, to: usize) {
        self.values.clear(from, to);
        self.valid.clear(from, to);
    }

    /// How many of the first `rows` rows have this value.
    pub(super) fn count(&self, rows: usize, value: T) -> usize {
        let is = |&row: &usize| self.values.get(row) == value && self.valid.get(row);
        (0..rows).filter(is).count()
    }

    pub(super) fn take(&mut self, rows: usize) -> (ScalarBuffer<T>, Option<NullBuffer>) {
        (self.values.take(rows), self.valid.take_nulls(rows))
    }
}

/// Where the values of lists, maps and texts end in the column of all of them, one end for each
/// row. A row without a value keeps zero until the batch is done.
#[derive(Debug, Default)]
pub(super) struct Ends {
    /// The first is the beginning of the first row.
    offsets: Values<i32>,
    valid: Bits,
}

impl Ends {
    pub(super) fn reserve(&mut self, rows: usize) {
        self.offsets.reserve(rows + 1);
        self.valid.reserve(rows);
    }

    /// The value of `row` ends at `end`. Frames are below 2 GiB, and so is all that is in one.
    #[inline(always)]
    pub(super) fn put(&mut self, row: usize, end: usize) {
        self.offsets.put(row + 1, end as i32);
        self.valid.set(row);
    }

    /// Where the last value before `row` ends.
    pub(super) fn before(&self, row: usize) -> usize {
        let ends = self.offsets.values.get(..=row).unwrap_or_default();
        ends.iter().rev().copied().find(|&end| end != 0).map_or(0, |end| end as usize)
    }

    /// The place of the value of `row`, if every row up to it has one.
    pub(super) fn range(&self, row: usize) -> std::ops::Range<usize> {
        self.offsets.get(row) as usize..self.offsets.get(row + 1) as usize
    }

    /// There must be room for `to` rows, unless they are none.
    pub(super) fn clear(&mut self, from: usize, to: usize) {
        if from == to {
            return;
        }
        self.offsets.clear(from + 1, to + 1);
        self.valid.clear(from, to);
    }

    /// Offsets for the first `rows` rows, and which of them have a value.
    pub(super) fn take(&mut self, rows: usize) -> (OffsetBuffer<i32>, Option<NullBuffer>) {
        // A row without a value ends where the one before it does.
        let mut end = 0;
        let (eights, rest) = self.offsets.values[1..=rows].as_chunks_mut::<8>();
        for (eight, valid) in eights.iter_mut().zip(&self.valid.bytes.values) {
            match valid {
                0 => *eight = [end; 8],
                0xFF => end = eight[7],
                _ => {
                    for offset in eight {
                        end = end.max(*offset);
                        *offset = end;
                    }
                }
            }
        }
        for offset in rest {
            end = end.max(*offset);
            *offset = end;
        }
        let nulls = self.valid.take_nulls(rows);
        (offset_buffer(self.offsets.take(rows + 1)), nulls)
    }
}

/// Offsets that begin at zero and never go down, at least one of them.
///
/// # Panics
/// If they are something else: a defect of the caller.
fn offset_buffer(offsets: ScalarBuffer<i32>) -> OffsetBuffer<i32> {
    // All of them are looked at: without a way out of the loop, several at once.
    let pairs = offsets.iter().zip(offsets.iter().skip(1));
    let grow = pairs.fold(true, |grow, (before, after)| grow & (before <= after));
    assert!(offsets.first() == Some(&0) && grow, "ends of values that go down");
    // SAFETY: there is at least one, the first is zero and none is below the one before it.
    unsafe { OffsetBuffer::new_unchecked(offsets) }
}

/// The texts `values` by their keys; nulls have the key zero.
///
/// # Panics
/// If there is no text for a key: a defect of the caller.
pub(super) fn dictionary_array(
    keys: ScalarBuffer<i32>,
    nulls: Option<NullBuffer>,
    values: StringArray,
) -> DictionaryArray<Int32Type> {
    let texts = values.len() as i32;
    let known = keys.iter().fold(true, |known, &key| known & (key >= 0) & (key < texts));
    let keys = PrimitiveArray::new(keys, nulls);
    assert!(known || keys.null_count() == keys.len(), "a key without a text");
    // SAFETY: each key is that of one of the texts, or all are null.
    unsafe { DictionaryArray::new_unchecked(keys, Arc::new(values)) }
}

/// The texts of a column. All of `bytes` up to each of the offsets must be UTF-8.
pub(super) fn utf8_array(
    offsets: OffsetBuffer<i32>,
    bytes: Buffer,
    nulls: Option<NullBuffer>,
) -> StringArray {
    // SAFETY: offsets grow (those of an `OffsetBuffer` do) up to the number of bytes, since each is
    // where one of the texts ended when it was written; and each text is UTF-8. There are two ways
    // to write one: `Strings::put`, whose callers have it from a string that was checked as a whole
    // or from JSON that was checked, and `Strings::copy`, which passes ASCII and looks at the length
    // of every other character. Tests validate all arrays in full.
    unsafe { StringArray::new_unchecked(offsets, bytes, nulls) }
}

/// The texts of a column of views. Each view must be one as Arrow has it, of a text that is UTF-8
/// and lies in one of the buffers, or in the view.
pub(super) fn view_array(
    views: ScalarBuffer<u128>,
    buffers: Vec<Buffer>,
    nulls: Option<NullBuffer>,
) -> StringViewArray {
    // SAFETY: the views come from `ViewColumn` alone. It makes them of texts that were checked to be
    // UTF-8, from their place in the piece of input or in the buffer that it hands over with them;
    // those without a value are zero, which is the empty text. Tests validate all arrays in full.
    unsafe { StringViewArray::new_unchecked(views, buffers, nulls) }
}

#[cfg(test)]
mod tests {
    use super::{Bits, Ends, Fixed, Values};

    #[test]
    fn memory_comes_back_when_it_is_dropped() {
        let mut values = Values::<i64>::default();
        values.reserve(100);
        let first = values.take(100);
        let place = first.as_ptr();
        values.reserve(100);
        let second = values.take(50);
        assert_ne!(second.as_ptr(), place, "the first is still held");
        drop(first);
        values.reserve(80);
        values.put(79, 7);
        let third = values.take(80);
        assert_eq!(third.as_ptr(), place);
        assert_eq!((third[0], third[79]), (0, 7));
    }

    #[test]
    fn memory_with_anything_in_it_is_no_part_of_what_is_taken() {
        let mut values = Values::<u8>::default();
        values.reserve_any(100);
        values.as_mut_slice().fill(7);
        let first = values.take(10);
        assert_eq!((first.len(), first.inner().len()), (10, 10));
        let place = first.as_ptr();
        drop(first);
        values.reserve_any(20);
        assert_eq!(values.room(), 100);
        values.as_mut_slice()[..3].fill(1);
        let second = values.take(3);
        assert_eq!(second.as_ptr(), place);
        assert_eq!(second.to_vec(), [1, 1, 1]);
    }

    #[test]
    fn who_keeps_everything_is_not_watched_for_ever() {
        let mut values = Values::<i32>::default();
        let mut kept = Vec::new();
        for _ in 0..20 {
            values.reserve(10);
            kept.push(values.take(10));
            assert!(values.given.buffers.len() <= super::WATCHED + 1);
        }
    }

    #[test]
    fn what_is_missing_is_null_and_zero() {
        let mut fixed = Fixed::<i128>::default();
        fixed.reserve(20);
        fixed.put(3, -5);
        fixed.put(9, 8);
        fixed.clear(9, 10);
        let (values, nulls) = fixed.take(12);
        assert_eq!((values.len(), values[3], values[9]), (12, -5, 0));
        assert_eq!(nulls.unwrap().iter().filter(|&valid| valid).count(), 1);
    }

    #[test]
    fn ends_run_over_gaps() {
        let mut ends = Ends::default();
        ends.reserve(6);
        ends.put(1, 4);
        ends.put(2, 4);
        ends.put(4, 9);
        assert_eq!((ends.before(4), ends.before(5), ends.range(2)), (4, 9, 4..4));
        ends.clear(4, 5);
        ends.put(4, 6);
        let (offsets, nulls) = ends.take(6);
        assert_eq!(offsets.to_vec(), [0, 0, 4, 4, 4, 6, 6]);
        assert_eq!(nulls.unwrap().null_count(), 3);
    }

    #[test]
    fn bits() {
        let mut bits = Bits::default();
        bits.reserve(17);
        for row in [0, 7, 8, 16] {
            bits.set(row);
        }
        bits.clear(7, 9);
        assert_eq!(bits.take(17).set_indices().collect::<Vec<_>>(), [0, 16]);
    }
}

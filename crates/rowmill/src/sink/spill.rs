//! Rows that wait on the disk until they are written: batches as their buffers are, behind one another
//! in a file without a name, which goes with the run.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;

use arrow_data::{ArrayData, ArrayDataBuilder};
use twox_hash::XxHash3_128;

use super::disk;
use crate::arrow::array::{Array, make_array};
use crate::arrow::buffer::{BooleanBuffer, Buffer, MutableBuffer, NullBuffer};
use crate::arrow::{DataType, RecordBatch, SchemaRef};
use crate::error::{Error, Result};

/// Buffers begin at multiples of this, so that they can be used where they are read to.
const ALIGNMENT: usize = 64;

/// The hash of what follows it, and the number of words that describe the buffers.
const HEAD: usize = 16 + 8;

/// The file.
pub(crate) struct Spill {
    file: File,
    schema: SchemaRef,
    /// Where the next batch goes.
    end: u64,
    /// To be used again.
    bytes: Vec<u8>,
    /// The folder that errors name.
    folder: PathBuf,
}

/// Where a batch lies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    at: u64,
    bytes: u64,
}

impl Place {
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Spill {
    /// For batches of `schema`, in this folder.
    pub(super) fn new(folder: PathBuf, schema: SchemaRef) -> Result<Self> {
        let file = disk::unnamed(&folder).map_err(|e| Error::writing(&folder, e))?;
        Ok(Self { file, schema, end: 0, bytes: Vec::new(), folder })
    }

    /// Appends `batch`, whose arrays should share no memory with others: all of it is written.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<Place> {
        let mut words = Vec::new();
        let arrays: Vec<ArrayData> = batch.columns().iter().map(|array| array.to_data()).collect();
        arrays.iter().for_each(|array| describe(array, &mut words));
        let bytes = &mut self.bytes;
        bytes.clear();
        bytes.resize(16, 0);
        bytes.extend_from_slice(&(words.len() as u64).to_le_bytes());
        bytes.extend(words.into_iter().flat_map(u64::to_le_bytes));
        arrays.iter().for_each(|array| append(array, bytes));
        let hash = XxHash3_128::oneshot(&bytes[16..]);
        bytes[..16].copy_from_slice(&hash.to_le_bytes());
        let written = self.file.seek(SeekFrom::Start(self.end));
        let written = written.and_then(|_| disk::write_all(&self.file, bytes));
        written.map_err(|e| Error::writing(&self.folder, e))?;
        let place = Place { at: self.end, bytes: bytes.len() as u64 };
        self.end += place.bytes;
        Ok(place)
    }

    /// The batch at `place`.
    pub(crate) fn read(&mut self, place: Place) -> Result<RecordBatch> {
        let bytes = self.bytes_at(place);
        let bytes = bytes.map_err(|e| Error::writing(&self.folder, e))?;
        let whole = bytes.len() >= HEAD;
        let hash = bytes.get(16..).map(XxHash3_128::oneshot).unwrap_or_default();
        if !whole || bytes.get(..16) != Some(&hash.to_le_bytes()) {
            let message = "rows that waited on the disk did not come back as they were written";
            return Err(Error::output(&self.folder, message));
        }
        let count = usize::try_from(word(&bytes, 16)).unwrap_or(usize::MAX);
        let words = count.checked_mul(8).and_then(|length| bytes.get(HEAD..HEAD + length));
        let words: Vec<u64> = words.unwrap_or_default().chunks_exact(8).map(number).collect();
        let mut pieces = Pieces { at: aligned(HEAD + count * 8), bytes, words: words.into_iter() };
        let columns = self.schema.fields().iter().map(|field| pieces.array(field.data_type()));
        let columns = columns.map(|data| data.map(make_array)).collect::<Result<Vec<_>>>()?;
        RecordBatch::try_new(SchemaRef::clone(&self.schema), columns).map_err(|e| broken(&e))
    }

    fn bytes_at(&mut self, place: Place) -> io::Result<Buffer> {
        let length = usize::try_from(place.bytes).map_err(io::Error::other)?;
        let mut bytes = MutableBuffer::from_len_zeroed(length);
        self.file.seek(SeekFrom::Start(place.at))?;
        self.file.read_exact(bytes.as_slice_mut())?;
        Ok(bytes.into())
    }
}

/// How long an array is, where it begins, whether it has nulls, its buffers and those inside it.
fn describe(array: &ArrayData, words: &mut Vec<u64>) {
    let nulls = array.nulls().map_or(0, |nulls| 1 + nulls.offset());
    words.extend([array.len(), array.offset(), nulls, array.buffers().len()].map(|n| n as u64));
    words.extend(array.nulls().map(|nulls| nulls.buffer().len() as u64));
    words.extend(array.buffers().iter().map(|buffer| buffer.len() as u64));
    array.child_data().iter().for_each(|child| describe(child, words));
}

fn append(array: &ArrayData, bytes: &mut Vec<u8>) {
    let nulls = array.nulls().map(NullBuffer::buffer);
    for buffer in nulls.into_iter().chain(array.buffers()) {
        bytes.resize(aligned(bytes.len()), 0);
        bytes.extend_from_slice(buffer);
    }
    array.child_data().iter().for_each(|child| append(child, bytes));
}

fn aligned(length: usize) -> usize {
    length.next_multiple_of(ALIGNMENT)
}

fn word(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).map(number).unwrap_or_default()
}

fn number(bytes: &[u8]) -> u64 {
    bytes.try_into().map(u64::from_le_bytes).unwrap_or_default()
}

#[cold]
fn broken(cause: &dyn std::fmt::Display) -> Error {
    Error::internal(format!("rows that waited on the disk cannot be put together: {cause}"))
}

/// What is left of a batch that is put together again.
struct Pieces {
    bytes: Buffer,
    /// Where the next buffer begins, or the padding before it.
    at: usize,
    words: std::vec::IntoIter<u64>,
}

impl Pieces {
    fn next(&mut self) -> Result<usize> {
        let word = self.words.next().and_then(|word| usize::try_from(word).ok());
        word.ok_or_else(|| broken(&"a word is missing"))
    }

    fn buffer(&mut self, length: usize) -> Result<Buffer> {
        let at = aligned(self.at);
        let end = at.checked_add(length).filter(|end| *end <= self.bytes.len());
        self.at = end.ok_or_else(|| broken(&"a buffer is missing"))?;
        Ok(self.bytes.slice_with_length(at, length))
    }

    fn array(&mut self, data_type: &DataType) -> Result<ArrayData> {
        let (len, offset, nulls, count) = (self.next()?, self.next()?, self.next()?, self.next()?);
        let bits = if nulls > 0 { Some(self.next()?) } else { None };
        let lengths = (0..count).map(|_| self.next()).collect::<Result<Vec<_>>>()?;
        let nulls = match bits {
            Some(length) => Some(validity(self.buffer(length)?, nulls - 1, len)?),
            None => None,
        };
        let buffers = lengths.into_iter().map(|length| self.buffer(length));
        let buffers = buffers.collect::<Result<Vec<_>>>()?;
        let inside = inside(data_type).into_iter().map(|inner| self.array(inner));
        let inside = inside.collect::<Result<Vec<_>>>()?;
        let data = ArrayDataBuilder::new(data_type.clone()).len(len).offset(offset).nulls(nulls);
        data.buffers(buffers).child_data(inside).build().map_err(|e| broken(&e))
    }
}

fn validity(bits: Buffer, offset: usize, len: usize) -> Result<NullBuffer> {
    let needed = offset.checked_add(len).map(|bits| bits.div_ceil(8));
    match needed.is_some_and(|needed| needed <= bits.len()) {
        true => Ok(NullBuffer::new(BooleanBuffer::new(bits, offset, len))),
        false => Err(broken(&"bits are missing")),
    }
}

/// The types of the arrays inside one of this type.
fn inside(data_type: &DataType) -> Vec<&DataType> {
    match data_type {
        DataType::Struct(fields) => fields.iter().map(|field| field.data_type()).collect(),
        DataType::List(item) | DataType::Map(item, _) => vec![item.data_type()],
        DataType::Dictionary(_, words) => vec![words],
        // No layout has others.
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;

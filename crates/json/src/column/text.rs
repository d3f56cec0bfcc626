//! Text, and durations, which are text of a certain form.

use std::sync::Arc;

use arrow_array::{ArrayRef, StringArray};
use arrow_buffer::{NullBufferBuilder, OffsetBuffer, ScalarBuffer};

use super::Fill;
use crate::cursor::Cursor;
use crate::error::ErrorKind;
use crate::fault::Outcome;

/// Strings one after the other. All of them together are shorter than the frame they came from,
/// and frames stay below 2 GiB, so 32-bit offsets are enough.
pub(super) struct Strings {
    bytes: Vec<u8>,
    /// One more than there are strings; the first is 0.
    offsets: Vec<i32>,
    nulls: NullBufferBuilder,
}

impl Default for Strings {
    fn default() -> Self {
        Self { bytes: Vec::new(), offsets: vec![0], nulls: NullBufferBuilder::new(0) }
    }
}

impl Strings {
    /// `text` is UTF-8.
    pub(super) fn push(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.offsets.push(self.bytes.len() as i32);
        self.nulls.append_non_null();
    }

    pub(super) fn push_null(&mut self) {
        self.offsets.push(self.bytes.len() as i32);
        self.nulls.append_null();
    }

    pub(super) fn len(&self) -> usize {
        self.nulls.len()
    }

    pub(super) fn truncate(&mut self, len: usize) {
        self.offsets.truncate(len + 1);
        self.bytes.truncate(self.offsets[len] as usize);
        self.nulls.truncate(len);
    }

    /// The string at `index`.
    pub(super) fn get(&self, index: usize) -> Option<&[u8]> {
        let (&from, &to) = (self.offsets.get(index)?, self.offsets.get(index + 1)?);
        self.bytes.get(from as usize..to as usize)
    }

    /// The strings from index `from` on.
    pub(super) fn iter_from(&self, from: usize) -> impl Iterator<Item = &[u8]> {
        let pairs = self.offsets.get(from..).unwrap_or_default().windows(2);
        pairs.map(|pair| &self.bytes[pair[0] as usize..pair[1] as usize])
    }

    pub(super) fn take(&mut self) -> StringArray {
        let mut offsets = Vec::with_capacity(self.offsets.len());
        offsets.push(0);
        let offsets = std::mem::replace(&mut self.offsets, offsets);
        let bytes = Vec::with_capacity(self.bytes.len());
        let bytes = std::mem::replace(&mut self.bytes, bytes);
        let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
        StringArray::new(offsets, bytes.into(), self.nulls.finish())
    }
}

/// A column of text.
#[derive(Default)]
pub(super) struct TextColumn {
    values: Strings,
}

impl Fill for TextColumn {
    fn read(&mut self, cursor: &mut Cursor<'_>) -> Outcome<()> {
        if cursor.peek() != Some(b'"') {
            return Err(cursor.mismatch("string"));
        }
        self.values.push(cursor.text()?);
        Ok(())
    }

    fn push_null(&mut self) {
        self.values.push_null();
    }

    fn truncate(&mut self, len: usize) {
        self.values.truncate(len);
    }

    fn finish(&mut self) -> ArrayRef {
        Arc::new(self.values.take())
    }
}

/// A column of ISO 8601 durations, checked and kept as they are written.
#[derive(Default)]
pub(super) struct DurationColumn {
    values: Strings,
}

impl Fill for DurationColumn {
    fn read(&mut self, cursor: &mut Cursor<'_>) -> Outcome<()> {
        if cursor.peek() != Some(b'"') {
            return Err(cursor.mismatch("duration"));
        }
        let start = cursor.at;
        let text = cursor.text()?;
        if rowmill_scan::is_duration(text) {
            self.values.push(text);
            return Ok(());
        }
        Err(cursor.value_fault(ErrorKind::Format, start, "duration such as P2DT23H"))
    }

    fn push_null(&mut self) {
        self.values.push_null();
    }

    fn truncate(&mut self, len: usize) {
        self.values.truncate(len);
    }

    fn finish(&mut self) -> ArrayRef {
        Arc::new(self.values.take())
    }
}

//! Texts one after the other.

use arrow_array::StringArray;
use arrow_buffer::{Buffer, OffsetBuffer};
use rowmill_scan::{Level, Padded};

use super::buffer::{Ends, Values};

/// Room beyond the text, so that whole blocks can be written.
const BLOCK: usize = 64;

/// A text for each row, copied out of the input as compactly as Arrow has it. All of them together
/// are shorter than the frame they came from, so 32-bit offsets are enough.
#[derive(Debug, Default)]
pub(super) struct Strings {
    /// Longer than what is in use by at least a block, once anything is.
    bytes: Values<u8>,
    /// Bytes in use.
    len: usize,
    ends: Ends,
}

impl Strings {
    pub(super) fn reserve(&mut self, rows: usize) {
        self.ends.reserve(rows);
    }

    /// Adds `text`, which is UTF-8, as the value of `row`.
    pub(super) fn put(&mut self, row: usize, text: &[u8]) {
        self.make_room(text.len());
        let end = self.len + text.len();
        self.bytes.as_mut_slice()[self.len..end].copy_from_slice(text);
        self.len = end;
        self.ends.put(row, end);
    }

    #[inline(always)]
    fn make_room(&mut self, more: usize) {
        if self.bytes.room() < self.len + more + BLOCK {
            self.grow(more);
        }
    }

    #[cold]
    fn grow(&mut self, more: usize) {
        let wanted = (self.len + more + BLOCK).max(2 * self.bytes.room()).max(1024);
        self.bytes.reserve(wanted);
    }

    /// Copies the string whose first byte after the opening quote is at `from` while it looks for
    /// its end, if there is nothing but plain ASCII in it; gives the index after the closing quote.
    /// `None` says nothing about the string.
    #[inline(always)]
    pub(super) fn copy<L: Level>(
        &mut self,
        level: L,
        text: Padded<'_>,
        from: usize,
        row: usize,
    ) -> Option<usize> {
        let (mut at, mut end) = (from, self.len);
        loop {
            if self.bytes.room() < end + BLOCK {
                self.grow(end - self.len);
            }
            let block = text.block::<BLOCK>(at);
            let target = &mut self.bytes.as_mut_slice()[end..end + L::WIDTH];
            target.copy_from_slice(&block[..L::WIDTH]);
            let marks = level.marks(block);
            if marks.special == 0 {
                if marks.high != 0 {
                    return None;
                }
                at += L::WIDTH;
                end += L::WIDTH;
                // A text without an end is somebody else's to tell.
                if at > text.len() {
                    return None;
                }
                continue;
            }
            let length = marks.special.trailing_zeros();
            let before = (1_u64 << length) - 1;
            at += length as usize;
            end += length as usize;
            if marks.high & before != 0 || text.byte(at) != b'"' {
                return None;
            }
            self.len = end;
            self.ends.put(row, end);
            return Some(at + 1);
        }
    }

    /// The text of `row`, if every row up to it has one.
    pub(super) fn get(&self, row: usize) -> &[u8] {
        &self.bytes.as_slice()[self.ends.range(row)]
    }

    pub(super) fn clear(&mut self, from: usize, to: usize) {
        self.ends.clear(from, to);
        self.len = self.ends.before(from);
    }

    pub(super) fn take(&mut self, rows: usize) -> StringArray {
        let (offsets, nulls) = self.ends.take(rows);
        let bytes: Buffer = self.bytes.take(self.len).into_inner();
        self.len = 0;
        StringArray::new(OffsetBuffer::new(offsets), bytes, nulls)
    }
}

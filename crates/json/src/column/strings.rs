//! Texts one after the other.

use arrow_array::StringArray;
use rowmill_scan::{Level, Padded, plain_escape, unicode_escape, utf8_length};

use super::buffer::{Ends, Values, utf8_array};

/// Bytes that are written at once, whether the text has as many or not.
const BLOCK: usize = 64;

/// Room beyond the text: a block, another that begins behind an escape in it, and a character that
/// an escape stands for.
const ROOM: usize = 2 * BLOCK + 4;

/// A text for each row, copied out of the input as compactly as Arrow has it. All of them together
/// are shorter than the frame they came from, so 32-bit offsets are enough.
#[derive(Debug, Default)]
pub(super) struct Strings {
    /// Longer than what is in use by at least `ROOM`, once anything is.
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
        debug_assert!(std::str::from_utf8(text).is_ok(), "only text is kept");
        self.make_room(text.len());
        let end = self.len + text.len();
        self.bytes.as_mut_slice()[self.len..end].copy_from_slice(text);
        self.len = end;
        self.ends.put(row, end);
    }

    #[inline(always)]
    fn make_room(&mut self, more: usize) {
        if self.bytes.room() < self.len + more + ROOM {
            self.grow(more);
        }
    }

    #[cold]
    fn grow(&mut self, more: usize) {
        let wanted = (self.len + more + ROOM).max(2 * self.bytes.room()).max(1024);
        self.bytes.reserve_any(wanted);
    }

    /// Copies the string whose first byte after the opening quote is at `from` while it looks for
    /// its end; gives the index after the closing quote. `None` says nothing about the string.
    /// Without `ESCAPES` it is given for every string that has some.
    #[inline(always)]
    pub(super) fn copy<const ESCAPES: bool, L: Level>(
        &mut self,
        level: L,
        text: Padded<'_>,
        from: usize,
        row: usize,
    ) -> Option<usize> {
        // Up to `checked`, characters that are not ASCII have been looked at.
        let (mut at, mut end, mut checked) = (from, self.len, from);
        loop {
            // A text without an end is somebody else's to tell.
            if at > text.len() {
                return None;
            }
            if self.bytes.room() < end + ROOM {
                self.grow(end - self.len);
            }
            let block = text.block::<BLOCK>(at);
            let target = &mut self.bytes.as_mut_slice()[end..end + L::WIDTH];
            target.copy_from_slice(&block[..L::WIDTH]);
            let marks = level.marks(block);
            let before = marks.special.wrapping_sub(1) & !marks.special;
            let mut high = marks.high & before & ones_from(checked.saturating_sub(at));
            while high != 0 {
                let place = at + high.trailing_zeros() as usize;
                checked = place + utf8_length(u32::from_le_bytes(*text.block(place)))?;
                high &= ones_from(checked - at);
            }
            if ESCAPES && marks.high == 0 {
                let next = self.plain_escapes::<L>(text, at, end, marks.special);
                if next.0 > at {
                    (at, end) = next;
                    continue;
                }
            }
            if marks.special == 0 {
                at += L::WIDTH;
                end += L::WIDTH;
                continue;
            }
            let length = marks.special.trailing_zeros() as usize;
            at += length;
            end += length;
            match text.byte(at) {
                b'"' => {
                    self.len = end;
                    self.ends.put(row, end);
                    return Some(at + 1);
                }
                b'\\' if ESCAPES => {
                    let letter = text.byte(at + 1);
                    if let Some(plain) = plain_escape(letter) {
                        self.bytes.put(end, plain);
                        end += 1;
                        at += 2;
                    } else {
                        let (character, length) = unicode_escape(text.block(at))?;
                        let target = &mut self.bytes.as_mut_slice()[end..end + 4];
                        end += character.encode_utf8(target).len();
                        at += length;
                    }
                }
                _ => return None,
            }
        }
    }

    /// Undoes the escapes for one character in the block at `at`, which is ASCII and has been copied to
    /// `end`, without looking for marks again. Gives where to go on, which is where it began if
    /// something else is marked first.
    #[inline(always)]
    fn plain_escapes<L: Level>(
        &mut self,
        text: Padded<'_>,
        mut at: usize,
        mut end: usize,
        mut special: u64,
    ) -> (usize, usize) {
        // Bytes of the block from `at` on.
        let mut left = L::WIDTH;
        while special != 0 {
            // Marks behind the first one may be wrong; what is there decides.
            let length = special.trailing_zeros() as usize;
            if text.byte(at + length) != b'\\' {
                return (at, end);
            }
            let Some(plain) = plain_escape(text.byte(at + length + 1)) else { return (at, end) };
            self.bytes.put(end + length, plain);
            at += length + 2;
            end += length + 1;
            if left <= length + 2 {
                return (at, end);
            }
            left -= length + 2;
            special >>= length + 2;
            // What is behind the escape moves to where it begins.
            let rest = text.block::<BLOCK>(at);
            self.bytes.as_mut_slice()[end..end + L::WIDTH].copy_from_slice(&rest[..L::WIDTH]);
        }
        (at + left, end + left)
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
        let bytes = self.bytes.take(self.len).into_inner();
        self.len = 0;
        utf8_array(offsets, bytes, nulls)
    }
}

/// All bits from `place` on.
#[inline(always)]
fn ones_from(place: usize) -> u64 {
    if place < 64 { u64::MAX << place } else { 0 }
}

//! Text that stays where it is.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_buffer::Buffer;
use bytes::Bytes;
use rowmill_scan::{Level, Padded, utf8_length};

use super::buffer::{Fixed, view_array};
use super::{Fill, Usual};
use crate::cursor::Cursor;
use crate::fault::Outcome;
use crate::walk::Stamped;

/// Texts up to this length are kept in the view itself.
const INLINE: usize = 12;

/// A column of views into the input. What is kept of it is the chunk that a text came in, as a
/// whole; texts with escapes, which stand nowhere as they are, go to a buffer of the column's own.
#[derive(Default)]
pub(crate) struct ViewColumn {
    views: Fixed<u128>,
    buffers: Vec<Buffer>,
    /// The piece of input that is being read, and how far into it the text begins.
    piece: Bytes,
    base: usize,
    /// Index of that piece in `buffers`, once a view points there.
    piece_index: Option<usize>,
    /// Texts that had escapes, and the index of their buffer, once there are some.
    own: Vec<u8>,
    own_index: Option<usize>,
}

impl ViewColumn {
    /// The text from `from` to `to` of the input is that of `row`.
    #[inline(always)]
    fn put(&mut self, text: Padded<'_>, from: usize, to: usize, row: usize) {
        let length = to - from;
        if length <= INLINE {
            self.put_short(&text.block::<INLINE>(from)[..length], row);
            return;
        }
        let index = match self.piece_index {
            Some(index) => index,
            None => self.keep_piece(),
        };
        let prefix = u32::from_le_bytes(*text.block(from));
        self.views.put(row, view(length, prefix, index, self.base + from));
    }

    #[inline(always)]
    fn put_short(&mut self, text: &[u8], row: usize) {
        let mut view = [0; 16];
        view[..4].copy_from_slice(&(text.len() as u32).to_le_bytes());
        view[4..4 + text.len()].copy_from_slice(text);
        self.views.put(row, u128::from_le_bytes(view));
    }

    #[cold]
    fn keep_piece(&mut self) -> usize {
        self.buffers.push(Buffer::from(self.piece.clone()));
        *self.piece_index.insert(self.buffers.len() - 1)
    }

    /// `text`, which does not stand in the input like that, is that of `row`.
    fn put_own(&mut self, text: &[u8], row: usize) {
        let Some(prefix) = text.first_chunk().filter(|_| text.len() > INLINE) else {
            return self.put_short(text, row);
        };
        let index = *self.own_index.get_or_insert_with(|| {
            // Its place; the buffer itself comes at the end.
            self.buffers.push(Buffer::from_vec(Vec::<u8>::new()));
            self.buffers.len() - 1
        });
        let view = view(text.len(), u32::from_le_bytes(*prefix), index, self.own.len());
        self.own.extend_from_slice(text);
        self.views.put(row, view);
    }
}

/// A view of a long text: length, first bytes, buffer, offset. Frames are below 2 GiB, so all of
/// them fit.
#[inline(always)]
fn view(length: usize, prefix: u32, index: usize, offset: usize) -> u128 {
    length as u128 | u128::from(prefix) << 32 | (index as u128) << 64 | (offset as u128) << 96
}

/// The end of the string whose first byte after the opening quote is at `from`, if it has no
/// escapes and is UTF-8. `None` says nothing about it.
#[inline(always)]
fn plain_end<L: Level>(level: L, text: Padded<'_>, from: usize) -> Option<usize> {
    let (mut at, mut checked) = (from, from);
    while at < text.len() {
        let marks = level.marks(text.block(at));
        let before = marks.special.wrapping_sub(1) & !marks.special;
        let mut high = marks.high & before;
        while high != 0 {
            let place = at + high.trailing_zeros() as usize;
            if place >= checked {
                checked = place + utf8_length(u32::from_le_bytes(*text.block(place)))?;
            }
            high &= high - 1;
        }
        if marks.special != 0 {
            let end = at + marks.special.trailing_zeros() as usize;
            return (end < text.len() && text.byte(end) == b'"').then_some(end);
        }
        at += L::WIDTH;
    }
    None
}

impl Usual for ViewColumn {
    #[inline(always)]
    fn usual<L: Stamped>(
        &mut self,
        level: L,
        text: Padded<'_>,
        at: usize,
        row: usize,
    ) -> Option<usize> {
        if text.byte(at) != b'"' {
            return None;
        }
        let end = plain_end(level, text, at + 1)?;
        self.put(text, at + 1, end, row);
        Some(end + 1)
    }
}

impl Fill for ViewColumn {
    fn reserve(&mut self, rows: usize) {
        self.views.reserve(rows);
    }

    fn read<L: Stamped>(&mut self, cursor: &mut Cursor<'_, L>, row: usize) -> Outcome<()> {
        if cursor.peek() != b'"' {
            return Err(cursor.mismatch("string"));
        }
        self.put_own(cursor.string()?, row);
        Ok(())
    }

    fn clear(&mut self, from: usize, to: usize) {
        self.views.clear(from, to);
    }

    fn source(&mut self, piece: &Bytes, base: usize) {
        if self.piece.as_ptr() != piece.as_ptr() || self.piece.len() != piece.len() {
            (self.piece, self.piece_index) = (piece.clone(), None);
        }
        self.base = base;
    }

    fn finish(&mut self, rows: usize) -> ArrayRef {
        let (views, nulls) = self.views.take(rows);
        let mut buffers = std::mem::take(&mut self.buffers);
        if let Some(index) = self.own_index.take() {
            buffers[index] = Buffer::from_vec(std::mem::take(&mut self.own));
        }
        self.piece_index = None;
        Arc::new(view_array(views, buffers, nulls))
    }
}

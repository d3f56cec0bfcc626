//! Frames: runs of whole lines, cut from chunks without copying them.
//!
//! ```text
//!   chunks    |-----------|---------------|-------|--------
//!   lines     ----|--|--------|-----|---------|--------|---
//!   pieces    [-----]S[--------------]   S  [-]    ...         S: a split line, the only thing copied
//!   frames    [  frame 0             ][ frame 1 ...
//! ```
//!
//! A frame ends with the line that reaches a number of bytes, counted from the end of the frame
//! before. So the cuts depend on the data alone, not on where the chunks end nor on who decodes the
//! frames: that is what makes the batches the same for any chunking and any number of threads. All
//! that is looked at is the surroundings of the cuts, so the bytes are still to be fetched from
//! memory when they are decoded, and fetched once.

use std::collections::VecDeque;

use bytes::{Buf, Bytes, BytesMut};
use rowmill_scan::{last_line_end, line_end};

use crate::error::{Error, ErrorKind, Place};

/// A run of whole lines.
#[derive(Debug)]
pub(crate) struct Frame {
    /// Each holds whole lines and ends with a line end, the very last of the input perhaps not.
    pub(crate) pieces: Vec<Bytes>,
    /// Bytes of input before it.
    pub(crate) offset: u64,
    /// Whether it is all that is left of the frame, or more of it is to come.
    pub(crate) ends: bool,
}

/// Takes chunks, gives frames.
#[derive(Debug)]
pub(crate) struct Framer {
    frame_bytes: usize,
    max_line_bytes: usize,
    chunks: VecDeque<Bytes>,
    ended: bool,
    /// Start of a line whose end has not come yet.
    carry: BytesMut,
    /// The frame being put together without what was taken of it, and the bytes of all of it.
    frame: Frame,
    bytes: usize,
    /// Bytes that were taken of it.
    taken: usize,
    /// Set for good when a line passes the limit.
    too_long: bool,
}

impl Framer {
    pub(crate) fn new(frame_bytes: usize, max_line_bytes: usize) -> Self {
        Self {
            frame_bytes,
            max_line_bytes,
            chunks: VecDeque::new(),
            ended: false,
            carry: BytesMut::new(),
            frame: Frame { pieces: Vec::new(), offset: 0, ends: true },
            bytes: 0,
            taken: 0,
            too_long: false,
        }
    }

    pub(crate) fn push(&mut self, chunk: Bytes) {
        if !chunk.is_empty() {
            self.chunks.push_back(chunk);
        }
    }

    pub(crate) fn finish(&mut self) {
        self.ended = true;
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.ended
    }

    /// The next full frame, or what is left if the input has ended. After an error there is none.
    /// The error is about the line after the last frame and counts from there.
    pub(crate) fn next(&mut self) -> Result<Option<Frame>, Error> {
        while !self.too_long
            && let Some(mut chunk) = self.chunks.pop_front()
        {
            let cut = if self.carry.is_empty() {
                self.whole_lines(&chunk)
            } else {
                line_end(&chunk, 0).map_or(0, |at| at + 1)
            };
            if cut == 0 {
                self.carry.extend_from_slice(&chunk);
                self.too_long = self.carry.len() > self.max_line_bytes;
                continue;
            }
            if self.carry.is_empty() {
                let piece = chunk.split_to(cut);
                self.add(piece);
            } else {
                self.carry.extend_from_slice(&chunk[..cut]);
                chunk.advance(cut);
                let piece = self.carry.split().freeze();
                self.add(piece);
            }
            if !chunk.is_empty() {
                self.chunks.push_front(chunk);
            }
            if self.bytes >= self.frame_bytes {
                return Ok(Some(self.cut()));
            }
        }
        if self.too_long {
            // Lines before the one that is too long are whole and go first.
            return if self.bytes > 0 { Ok(Some(self.cut())) } else { Err(self.line_too_long()) };
        }
        if self.ended && !self.carry.is_empty() {
            let piece = self.carry.split().freeze();
            self.add(piece);
        }
        Ok((self.ended && self.bytes > 0).then(|| self.cut()))
    }

    /// What has come of the frame that the next bytes belong to, for those who do not wait for all of
    /// it: after [`next`](Self::next) has given none. The frame itself will lack it.
    pub(crate) fn part(&mut self) -> Option<Frame> {
        let pieces = std::mem::take(&mut self.frame.pieces);
        if pieces.is_empty() {
            return None;
        }
        let offset = self.frame.offset;
        let bytes: usize = pieces.iter().map(Bytes::len).sum();
        self.frame.offset += bytes as u64;
        self.taken += bytes;
        Some(Frame { pieces, offset, ends: false })
    }

    /// How many bytes of `chunk` are whole lines that this frame has room for.
    fn whole_lines(&self, chunk: &[u8]) -> usize {
        // At least one: a full frame has been cut.
        let room = self.frame_bytes - self.bytes;
        let end = line_end(chunk, room - 1).or_else(|| last_line_end(chunk));
        end.map_or(0, |end| end + 1)
    }

    fn add(&mut self, piece: Bytes) {
        self.bytes += piece.len();
        self.frame.pieces.push(piece);
    }

    fn cut(&mut self) -> Frame {
        let offset = self.frame.offset + (self.bytes - self.taken) as u64;
        (self.bytes, self.taken) = (0, 0);
        std::mem::replace(&mut self.frame, Frame { pieces: Vec::new(), offset, ends: true })
    }

    #[cold]
    fn line_too_long(&self) -> Error {
        line_too_long(self.max_line_bytes, 1, self.frame.offset)
    }
}

/// The same error whether the line was seen to be too long while it arrived or when it was whole.
#[cold]
pub(crate) fn line_too_long(most: usize, line: u64, offset: u64) -> Error {
    let place = Place { line, line_offset: offset, offset, column: None };
    let expected = format!("at most {most} bytes");
    Error::new(ErrorKind::LineLength, Some(place), expected, "more")
}

#[cfg(test)]
mod tests {
    use super::Framer;
    use bytes::Bytes;

    /// Frames as (offset, text).
    fn frames(text: &[u8], chunk: usize, bytes: usize) -> Vec<(u64, Vec<u8>)> {
        let mut framer = Framer::new(bytes, 1000);
        let mut frames = Vec::new();
        let mut take = |framer: &mut Framer| {
            while let Some(frame) = framer.next().unwrap() {
                for piece in &frame.pieces {
                    assert!(!piece.is_empty());
                }
                frames.push((frame.offset, frame.pieces.concat()));
            }
        };
        for chunk in text.chunks(chunk) {
            framer.push(Bytes::copy_from_slice(chunk));
            take(&mut framer);
        }
        framer.finish();
        take(&mut framer);
        frames
    }

    #[test]
    fn cuts_depend_on_the_data_alone() {
        let mut text = Vec::new();
        for line in 0..60 {
            text.extend(std::iter::repeat_n(b'x', line * 7 % 23));
            text.push(b'\n');
        }
        text.extend_from_slice(b"last");
        for bytes in [1, 7, 50, 64, 1000, 10_000] {
            let whole = frames(&text, text.len(), bytes);
            let all: Vec<u8> = whole.iter().flat_map(|(_, text)| text.clone()).collect();
            assert_eq!(all, text);
            let mut offset = 0;
            for (at, text) in &whole {
                assert_eq!(*at, offset);
                offset += text.len() as u64;
            }
            for chunk in 1..text.len() {
                assert_eq!(frames(&text, chunk, bytes), whole, "chunks of {chunk}");
            }
        }
    }

    #[test]
    fn a_chunk_is_not_copied() {
        let chunk = Bytes::from_static(b"{}\n{}\n{");
        let mut framer = Framer::new(5, 1000);
        framer.push(chunk.clone());
        let frame = framer.next().unwrap().unwrap();
        assert_eq!(frame.pieces[0].as_ptr(), chunk.as_ptr());
    }

    #[test]
    fn long_lines() {
        let mut framer = Framer::new(1000, 4);
        framer.push(Bytes::from_static(b"abcd\nabc"));
        framer.push(Bytes::from_static(b"de"));
        framer.push(Bytes::from_static(b"\nabc\n"));
        assert_eq!(framer.next().unwrap().unwrap().pieces.concat(), b"abcd\n");
        let error = framer.next().unwrap_err();
        assert_eq!(error.place().map(|place| (place.line, place.offset)), Some((1, 5)));
    }
}

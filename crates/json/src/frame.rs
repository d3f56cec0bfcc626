//! Frames: runs of whole lines, cut from chunks without copying them.
//!
//! ```text
//!   chunks    |-----------|---------------|-------|--------
//!   lines     ----|--|--------|-----|---------|--------|---
//!   pieces    [-----]S[--------------]   S  [-]    ...         S: a split line, the only thing copied
//!   frames    [  frame 0             ][ frame 1 ...
//! ```
//!
//! A frame ends after a number of lines or in the line that reaches a number of bytes, both counted
//! from the end of the frame before. So the cuts depend on the data alone, not on where the chunks
//! end nor on who decodes the frames: that is what makes the batches the same for any chunking and
//! any number of threads.

use std::collections::VecDeque;

use bytes::{Buf, Bytes, BytesMut};
use rowmill_scan::{count_lines, last_line_end, line_end};

use crate::error::{Error, ErrorKind, Place};

/// A run of whole lines.
#[derive(Debug)]
pub(crate) struct Frame {
    /// Each holds whole lines and ends with a line end, the very last of the input perhaps not.
    pub(crate) pieces: Vec<Bytes>,
    /// Bytes of input before this frame.
    pub(crate) offset: u64,
    /// Number of its first line.
    pub(crate) first_line: u64,
    /// How many lines it has.
    pub(crate) lines: usize,
}

/// Takes chunks, gives frames.
#[derive(Debug)]
pub(crate) struct Framer {
    batch_rows: usize,
    frame_bytes: usize,
    max_line_bytes: usize,
    chunks: VecDeque<Bytes>,
    ended: bool,
    /// Start of a line whose end has not come yet.
    carry: BytesMut,
    /// The frame being put together, and what it holds.
    frame: Frame,
    bytes: usize,
    lines: usize,
    /// Set for good when a line passes the limit.
    too_long: bool,
}

impl Framer {
    pub(crate) fn new(batch_rows: usize, frame_bytes: usize, max_line_bytes: usize) -> Self {
        Self {
            batch_rows,
            frame_bytes,
            max_line_bytes,
            chunks: VecDeque::new(),
            ended: false,
            carry: BytesMut::new(),
            frame: Frame { pieces: Vec::new(), offset: 0, first_line: 1, lines: 0 },
            bytes: 0,
            lines: 0,
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
    pub(crate) fn next(&mut self) -> Result<Option<Frame>, Error> {
        while !self.too_long
            && let Some(mut chunk) = self.chunks.pop_front()
        {
            let (cut, lines) = if self.carry.is_empty() {
                self.whole_lines(&chunk)
            } else {
                (line_end(&chunk, 0).map_or(0, |at| at + 1), 1)
            };
            if cut == 0 {
                self.carry.extend_from_slice(&chunk);
                self.too_long = self.carry.len() > self.max_line_bytes;
                continue;
            }
            if self.carry.is_empty() {
                let piece = chunk.split_to(cut);
                self.add(piece, lines);
            } else {
                self.carry.extend_from_slice(&chunk[..cut]);
                chunk.advance(cut);
                let piece = self.carry.split().freeze();
                self.add(piece, lines);
            }
            if !chunk.is_empty() {
                self.chunks.push_front(chunk);
            }
            if self.bytes >= self.frame_bytes || self.lines >= self.batch_rows {
                return Ok(Some(self.cut()));
            }
        }
        if self.too_long {
            // Lines before the one that is too long are whole and go first.
            return if self.bytes > 0 { Ok(Some(self.cut())) } else { Err(self.line_too_long()) };
        }
        if self.ended && !self.carry.is_empty() {
            let piece = self.carry.split().freeze();
            self.add(piece, 1);
        }
        Ok((self.ended && self.bytes > 0).then(|| self.cut()))
    }

    /// How many bytes of `chunk` are whole lines that this frame has room for, and how many lines.
    fn whole_lines(&self, chunk: &[u8]) -> (usize, usize) {
        // Both rooms are at least one: a full frame has been cut.
        let room = self.frame_bytes - self.bytes;
        let by_bytes = line_end(chunk, room - 1).or_else(|| last_line_end(chunk));
        let Some(end) = by_bytes else { return (0, 0) };
        let chunk = &chunk[..=end];
        let room = self.batch_rows - self.lines;
        let lines = count_lines(chunk);
        if lines <= room {
            return (chunk.len(), lines);
        }
        let mut end = 0;
        for _ in 0..room {
            end = line_end(chunk, end).map_or(chunk.len(), |at| at + 1);
        }
        (end, room)
    }

    fn add(&mut self, piece: Bytes, lines: usize) {
        self.bytes += piece.len();
        self.lines += lines;
        self.frame.pieces.push(piece);
    }

    fn cut(&mut self) -> Frame {
        let next = Frame {
            pieces: Vec::new(),
            offset: self.frame.offset + self.bytes as u64,
            first_line: self.frame.first_line + self.lines as u64,
            lines: 0,
        };
        self.frame.lines = self.lines;
        (self.bytes, self.lines) = (0, 0);
        std::mem::replace(&mut self.frame, next)
    }

    #[cold]
    fn line_too_long(&self) -> Error {
        line_too_long(self.max_line_bytes, self.frame.first_line, self.frame.offset)
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

    /// Frames as (offset, first line, text).
    fn frames(text: &[u8], chunk: usize, rows: usize, bytes: usize) -> Vec<(u64, u64, Vec<u8>)> {
        let mut framer = Framer::new(rows, bytes, 1000);
        let mut frames = Vec::new();
        let mut take = |framer: &mut Framer| {
            while let Some(frame) = framer.next().unwrap() {
                for piece in &frame.pieces {
                    assert!(!piece.is_empty());
                }
                frames.push((frame.offset, frame.first_line, frame.pieces.concat()));
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
        for (rows, bytes) in [(1, 1000), (7, 1000), (1000, 1), (1000, 50), (5, 64), (1000, 10_000)]
        {
            let whole = frames(&text, text.len(), rows, bytes);
            assert_eq!(
                whole.iter().flat_map(|(_, _, text)| text.clone()).collect::<Vec<_>>(),
                text
            );
            let (mut offset, mut line) = (0, 1);
            for (at, first, text) in &whole {
                assert_eq!((*at, *first), (offset, line));
                offset += text.len() as u64;
                line += text.iter().filter(|&&byte| byte == b'\n').count() as u64;
            }
            for chunk in 1..text.len() {
                assert_eq!(frames(&text, chunk, rows, bytes), whole, "chunks of {chunk}");
            }
        }
    }

    #[test]
    fn a_chunk_is_not_copied() {
        let chunk = Bytes::from_static(b"{}\n{}\n{");
        let mut framer = Framer::new(2, 1000, 1000);
        framer.push(chunk.clone());
        let frame = framer.next().unwrap().unwrap();
        assert_eq!(frame.pieces[0].as_ptr(), chunk.as_ptr());
    }

    #[test]
    fn long_lines() {
        let mut framer = Framer::new(100, 1000, 4);
        framer.push(Bytes::from_static(b"abcd\nabc"));
        framer.push(Bytes::from_static(b"de"));
        framer.push(Bytes::from_static(b"\nabc\n"));
        assert_eq!(framer.next().unwrap().unwrap().pieces.concat(), b"abcd\n");
        let error = framer.next().unwrap_err();
        assert_eq!(error.place().map(|place| (place.line, place.offset)), Some((2, 5)));
    }
}

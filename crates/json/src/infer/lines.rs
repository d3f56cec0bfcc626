//! Frames into lines, each counted and looked at.

use rowmill_scan::{PADDING, Padded, Portable, line_end};

use super::observer::{Observer, at_line_end};
use super::shape::Shape;
use crate::cursor::{Context, Cursor};
use crate::error::{Error, ErrorKind};
use crate::fault::Fault;
use crate::frame::{Frame, line_too_long};
use crate::options::{Counts, Options};
use crate::rows::{BYTE_ORDER_MARK, last_line_start};
use crate::walk::{Chosen, Stamped};

/// What the lines of a frame were. Lines are counted from the first one of the frame.
#[derive(Debug, Default)]
pub(super) struct Looked {
    /// Bad lines are counted as quarantined.
    pub(super) counts: Counts,
    /// Why the first bad line is bad.
    pub(super) first_bad: Option<Error>,
    /// A line above the limit; nothing after it was looked at.
    pub(super) error: Option<Error>,
}

/// Looks at frames one after the other, and remembers what all of them held.
pub(super) struct LineReader {
    context: Context,
    observer: Observer,
    level: Chosen,
    max_line_bytes: usize,
    /// Rows that may still be looked at.
    rows_left: u64,
    /// The last lines of a piece, with bytes after them that may be read.
    tail: Vec<u8>,
}

/// Lines that lie in one text.
struct Lines<'a> {
    text: Padded<'a>,
    /// Bytes of this input, and of all inputs, before the text.
    offset: u64,
    position: u64,
    /// Whether the last line has an end of its own.
    terminated: bool,
}

impl LineReader {
    pub(super) fn new(options: &Options, rows: u64) -> Self {
        Self {
            context: Context::new(options),
            observer: Observer::new(Shape::of_rows()),
            level: Chosen::new(options.simd),
            max_line_bytes: options.max_line_bytes,
            rows_left: rows,
            tail: Vec::new(),
        }
    }

    pub(super) fn into_shape(self) -> Shape {
        let mut shape = self.observer.shape;
        // As those that are merged: what is weighed at the end must not depend on the threads.
        shape.tighten();
        shape
    }

    /// Whether as many rows were looked at as were asked for.
    pub(super) fn is_full(&self) -> bool {
        self.rows_left == 0
    }

    /// Looks at the lines of `frame`; `base` bytes of other inputs come before its own.
    pub(super) fn look(&mut self, frame: &Frame, base: u64) -> Looked {
        let mut looked = Looked::default();
        let mut offset = frame.offset;
        for piece in &frame.pieces {
            // As when they are decoded: lines with enough bytes after them are read where they are.
            let cut = last_line_start(piece);
            if let Some(text) = piece.get(..cut + PADDING).and_then(Padded::new) {
                let lines = Lines { text, offset, position: base + offset, terminated: true };
                self.lines(&lines, &mut looked);
            }
            let offset_of_tail = offset + cut as u64;
            self.last_lines(&piece[cut..], offset_of_tail, base, &mut looked);
            offset += piece.len() as u64;
        }
        looked
    }

    fn last_lines(&mut self, lines: &[u8], offset: u64, base: u64, looked: &mut Looked) {
        let mut tail = std::mem::take(&mut self.tail);
        tail.clear();
        tail.extend_from_slice(lines);
        let terminated = tail.last() == Some(&b'\n');
        if !terminated {
            tail.push(b'\n');
        }
        tail.extend_from_slice(&[0; PADDING]);
        if let Some(text) = Padded::new(&tail) {
            self.lines(&Lines { text, offset, position: base + offset, terminated }, looked);
        }
        self.tail = tail;
    }

    fn lines(&mut self, lines: &Lines<'_>, looked: &mut Looked) {
        let text = lines.text;
        let mut start = 0;
        while start < text.len() && self.rows_left > 0 && looked.error.is_none() {
            let marked =
                start == 0 && lines.offset == 0 && text.text().starts_with(BYTE_ORDER_MARK);
            let at = if marked { BYTE_ORDER_MARK.len() } else { start };
            let read = self.line(text, at, lines.position);
            let end = match &read {
                Ok((end, _)) => *end,
                Err(_) => line_end(text.text(), at).unwrap_or(text.len()),
            };
            let counts = &mut looked.counts;
            let number = counts.lines + 1;
            let place = lines.offset + start as u64;
            if end - start > self.max_line_bytes {
                looked.error = Some(line_too_long(self.max_line_bytes, number, place));
                return;
            }
            counts.lines += 1;
            match read {
                Ok((_, true)) => {
                    counts.rows += 1;
                    self.rows_left -= 1;
                }
                Ok((_, false)) => counts.blank += 1,
                Err(fault) => {
                    counts.quarantined += 1;
                    self.context.start_over();
                    if looked.first_bad.is_none() {
                        looked.first_bad = Some(lines.place(*fault, start, end, number));
                    }
                }
            }
            // A line end that the input lacks is no byte of it.
            let is_own = lines.terminated || end + 1 < text.len();
            counts.bytes += (end - start) as u64 + u64::from(is_own);
            start = end + 1;
        }
    }

    /// Reads the line at `at`. Gives the index of its end, and whether it was a row and not blank.
    fn line(
        &mut self,
        text: Padded<'_>,
        at: usize,
        position: u64,
    ) -> Result<(usize, bool), Box<Fault>> {
        match self.level {
            Chosen::Portable => self.line_by(Portable, text, at, position),
            #[cfg(target_arch = "x86_64")]
            Chosen::Avx2(level) => self.line_by(level, text, at, position),
            #[cfg(target_arch = "x86_64")]
            Chosen::Avx512(level) => self.line_by(level, text, at, position),
            #[cfg(target_arch = "aarch64")]
            Chosen::Neon(level) => self.line_by(level, text, at, position),
        }
    }

    fn line_by<L: Stamped>(
        &mut self,
        level: L,
        text: Padded<'_>,
        at: usize,
        position: u64,
    ) -> Result<(usize, bool), Box<Fault>> {
        let context = &mut self.context;
        let mut cursor = Cursor { level, text, at, depth: 0, context };
        cursor.skip_blanks();
        match cursor.peek() {
            b'\n' => Ok((cursor.at, false)),
            b'{' => {
                self.observer.line(&mut cursor, position)?;
                Ok((cursor.at, true))
            }
            _ => {
                let fault = cursor.mismatch("object");
                if fault.kind != ErrorKind::Type {
                    return Err(fault);
                }
                // As when it is decoded: the line is JSON only if nothing follows.
                at_line_end(&mut cursor)?;
                Err(Fault::new(ErrorKind::NotAnObject, fault.at, fault.expected, fault.found))
            }
        }
    }
}

impl Lines<'_> {
    /// The error of the line that goes from `start` to `end`.
    fn place(&self, mut fault: Fault, start: usize, end: usize, number: u64) -> Error {
        let is_last = end + 1 == self.text.len();
        if is_last && !self.terminated && fault.kind == ErrorKind::Syntax && fault.at == end {
            fault.kind = ErrorKind::Truncated;
        }
        fault.at -= start;
        fault.placed(number, self.offset + start as u64, self.text.slice(start, end))
    }
}

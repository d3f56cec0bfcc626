//! Frames into batches.

use arrow_array::RecordBatch;
use arrow_schema::{DataType, SchemaRef};
use rowmill_scan::{PADDING, Padded, line_end};

use crate::column::{Fill, Plan, RecordColumn};
use crate::cursor::Context;
use crate::drift::Drift;
use crate::error::{Error, ErrorKind, Reject};
use crate::fault::Fault;
use crate::frame::{Frame, line_too_long};
use crate::layout::{Column, Kind, Layout};
use crate::options::{Counts, Options};
use crate::walk::{Chosen, Rows, Stop};

/// What the next lines of a frame became: as many as a batch holds, or as are left.
#[derive(Debug, Default)]
pub(crate) struct Decoded {
    /// The good rows before the error, if there are any.
    pub(crate) batch: Option<RecordBatch>,
    pub(crate) rejects: Vec<Reject>,
    pub(crate) counts: Counts,
    pub(crate) drift: Drift,
    /// Whether a line so far had a key of the layout.
    pub(crate) met: bool,
    pub(crate) error: Option<Error>,
    /// Nothing of the frame is left to decode.
    pub(crate) last: bool,
}

/// A frame and how far it has been decoded.
#[derive(Debug)]
pub(crate) struct Work {
    frame: Frame,
    /// The piece to go on with, and the bytes of it that are done.
    piece: usize,
    at: usize,
    /// Bytes of the frame that are done.
    done: u64,
}

impl From<Frame> for Work {
    fn from(frame: Frame) -> Self {
        Self { frame, piece: 0, at: 0, done: 0 }
    }
}

impl Work {
    /// Whether all that has come of the frame has been decoded.
    pub(crate) fn is_done(&self) -> bool {
        self.piece == self.frame.pieces.len()
    }
}

/// Decodes frames one by one. What is remembered from one frame to the next is memory to use again
/// and what to expect, neither of which changes an answer. So frames may go to several of these in
/// any order. Lines are counted from the first one of each batch: how many came before is not known
/// here.
pub(crate) struct RowDecoder {
    schema: SchemaRef,
    root: RecordColumn,
    /// Paths of columns and objects, by their numbers in notes.
    places: Vec<String>,
    context: Context,
    level: Chosen,
    batch_rows: usize,
    max_line_bytes: usize,
    quarantine: bool,
    /// Bytes that the lists and maps of a row may take which has a batch of its own.
    memory: usize,
    /// Set when a row needs more of them than are left: it goes to the next batch.
    is_full: bool,
    /// Whether rows keep the numbers of their lines.
    numbered: bool,
    /// Whether a column must know which piece is being read.
    has_views: bool,
    /// Rows there is room for.
    room: usize,
    /// The last lines of a piece, with bytes after them that may be read.
    tail: Vec<u8>,
    /// The batch that waits for more of its frame.
    begun: Option<Decoded>,
}

pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Bytes that the lists and maps of a batch of many rows may take: many batches are on their way at a
/// time.
const LISTS: usize = 8 << 20;

/// Rows there is room for at first.
const FIRST_ROOM: usize = 64;

/// Lines being read, and where they stand in the input.
struct Lines<'a> {
    text: Padded<'a>,
    /// Bytes of the input before the text.
    offset: u64,
    /// Lines of the batch before it, and one.
    line: u64,
    /// Whether the last line has an end of its own.
    terminated: bool,
}

impl RowDecoder {
    pub(crate) fn new(layout: &Layout, options: &Options) -> Self {
        let (root, places) = Plan::make(layout);
        Self {
            schema: layout.schema().clone(),
            root,
            places,
            context: Context::new(options),
            level: Chosen::new(options.simd),
            batch_rows: options.batch_rows,
            max_line_bytes: options.max_line_bytes,
            quarantine: options.on_bad_row.limit().is_some(),
            memory: options.max_batch_bytes,
            is_full: false,
            numbered: layout.columns().iter().any(|column| *column.kind() == Kind::LineNumber),
            has_views: layout.columns().iter().any(has_views),
            room: FIRST_ROOM.min(options.batch_rows),
            tail: Vec::new(),
            begun: None,
        }
    }

    /// The next batch, or `None` if more of the frame is needed for it: then `work` is done, and the
    /// next one must be what follows.
    pub(crate) fn decode(&mut self, work: &mut Work) -> Option<Decoded> {
        let mut decoded = self.begun.take().unwrap_or_else(|| self.begin());
        decoded.error = self.batch(work, &mut decoded).err();
        decoded.last = decoded.error.is_some() || work.is_done() && work.frame.ends;
        if work.is_done() && !decoded.last && !self.is_full(&decoded.counts) {
            self.begun = Some(decoded);
            return None;
        }
        Some(self.end(decoded))
    }

    fn begin(&mut self) -> Decoded {
        // As much room as the batch before needed, and some more.
        self.root.reserve(self.room);
        (self.context.memory, self.is_full) = (self.memory.min(LISTS), false);
        Decoded::default()
    }

    /// Makes the batch.
    fn end(&mut self, mut decoded: Decoded) -> Decoded {
        let rows = decoded.counts.rows as usize;
        self.room = (rows + rows / 8 + 8).min(self.batch_rows);
        self.root.count_values(rows, self.context.notes.values());
        decoded.drift = self.context.notes.take(&self.places);
        decoded.met = self.root.has_met_a_key();
        let columns = self.root.finish_columns(rows);
        if rows > 0 {
            // The columns were made from the same layout as the schema and are of one length.
            match RecordBatch::try_new(self.schema.clone(), columns) {
                Ok(batch) => decoded.batch = Some(batch),
                Err(error) => {
                    decoded.error =
                        Some(Error::new(ErrorKind::Worker, None, "a batch", error.to_string()));
                    decoded.last = true;
                }
            }
        }
        decoded
    }

    fn batch(&mut self, work: &mut Work, decoded: &mut Decoded) -> Result<(), Error> {
        while let Some(piece) = work.frame.pieces.get(work.piece)
            && !self.is_full(&decoded.counts)
        {
            // Lines with enough bytes after them are read where they are; the few that remain, and
            // a last one without an end, from a copy.
            let cut = last_line_start(piece);
            let offset = work.frame.offset + work.done;
            if self.has_views {
                self.root.source(piece, work.at);
            }
            let read = if work.at < cut {
                match piece.get(work.at..cut + PADDING).and_then(Padded::new) {
                    Some(text) => self.lines(offset, text, true, decoded),
                    None => Ok(cut - work.at),
                }
            } else {
                self.last_lines(offset, &piece[work.at..], decoded)
            };
            let read = read?;
            work.at += read;
            work.done += read as u64;
            if work.at == piece.len() {
                (work.piece, work.at) = (work.piece + 1, 0);
            }
        }
        Ok(())
    }

    fn is_full(&self, counts: &Counts) -> bool {
        counts.lines >= self.batch_rows as u64 || self.is_full
    }

    /// Reads lines with nothing after them.
    fn last_lines(
        &mut self,
        offset: u64,
        lines: &[u8],
        decoded: &mut Decoded,
    ) -> Result<usize, Error> {
        let mut tail = std::mem::take(&mut self.tail);
        tail.clear();
        tail.extend_from_slice(lines);
        let terminated = tail.last() == Some(&b'\n');
        if !terminated {
            tail.push(b'\n');
        }
        tail.extend_from_slice(&[0; PADDING]);
        let read = match Padded::new(&tail) {
            Some(text) => self.lines(offset, text, terminated, decoded),
            None => Ok(lines.len()),
        };
        self.tail = tail;
        read
    }

    /// Reads the next lines until the batch is full or the text ends, and gives the bytes read.
    fn lines(
        &mut self,
        offset: u64,
        text: Padded<'_>,
        terminated: bool,
        decoded: &mut Decoded,
    ) -> Result<usize, Error> {
        let Counts { lines: line, rows: row, .. } = decoded.counts;
        let lines = Lines { text, offset, line: line + 1, terminated };
        let left = self.batch_rows as u64 - line;
        let (row, longest) = (row as usize, self.max_line_bytes);
        let (before, numbered) = (line, self.numbered);
        let mut rows = Rows { row, longest, left, before, numbered, ..Rows::default() };
        if offset == 0 && text.text().starts_with(BYTE_ORDER_MARK) {
            (rows.at, rows.mark) = (3, 3);
        }
        let result = self.all_lines(&lines, &mut rows, decoded);
        decoded.counts += rows.counts;
        decoded.counts.rows = rows.row as u64;
        let read = rows.at - usize::from(!terminated && rows.at == text.len());
        decoded.counts.bytes += read as u64;
        result.map(|()| read)
    }

    fn all_lines(
        &mut self,
        lines: &Lines<'_>,
        rows: &mut Rows,
        decoded: &mut Decoded,
    ) -> Result<(), Error> {
        loop {
            rows.room = self.room;
            let stop = self.level.rows(lines.text, &mut self.context, &mut self.root, rows);
            if matches!(stop, Stop::End) {
                return Ok(());
            }
            if matches!(stop, Stop::Room) {
                self.room = (2 * self.room).min(self.batch_rows);
                self.root.reserve(self.room);
                continue;
            }
            // What the line has left behind.
            self.root.clear(rows.row, rows.row + 1);
            self.context.start_over();
            if let Stop::Fault(fault) = &stop
                && fault.kind == ErrorKind::Memory
            {
                if lines.line - 1 + rows.counts.lines > 0 {
                    // It may have room enough where there are no lines before it, good or bad.
                    self.is_full = true;
                    return Ok(());
                }
                if !self.is_full && self.memory > LISTS {
                    // Or where there are none behind it either.
                    (self.context.memory, self.is_full, rows.left) = (self.memory, true, 1);
                    continue;
                }
            }
            let start = rows.at - rows.mark;
            let number = lines.line + rows.counts.lines;
            let end = line_end(lines.text.text(), start).unwrap_or(lines.text.len());
            let Stop::Fault(fault) = stop else {
                return Err(line_too_long(
                    self.max_line_bytes,
                    number,
                    lines.offset + start as u64,
                ));
            };
            if end - start > self.max_line_bytes {
                return Err(line_too_long(
                    self.max_line_bytes,
                    number,
                    lines.offset + start as u64,
                ));
            }
            let error = lines.place(*fault, start, end, number);
            if !self.quarantine {
                return Err(error);
            }
            decoded.rejects.push(Reject::new(error));
            rows.counts.quarantined += 1;
            rows.counts.lines += 1;
            rows.left -= 1;
            (rows.at, rows.mark) = (end + 1, 0);
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

fn has_views(column: &Column) -> bool {
    match column.kind() {
        Kind::Leaf(leaf) => *leaf == DataType::Utf8View,
        Kind::List(inner) | Kind::Map(inner) => has_views(inner),
        Kind::Record(fields) => fields.iter().any(has_views),
        Kind::Union(union) => union.arms().iter().any(has_views),
        _ => false,
    }
}

/// Where the lines begin that have fewer bytes after them than a block may need.
pub(crate) fn last_line_start(piece: &[u8]) -> usize {
    let with_padding = piece.len().saturating_sub(PADDING);
    rowmill_scan::last_line_end(&piece[..with_padding]).map_or(0, |end| end + 1)
}

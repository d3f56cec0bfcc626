//! One frame into one batch.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use rowmill_scan::{PADDING, Padded, line_end};

use crate::column::{Fill, RecordColumn};
use crate::cursor::Context;
use crate::error::{Error, ErrorKind, Reject};
use crate::fault::Fault;
use crate::frame::{Frame, line_too_long};
use crate::layout::Layout;
use crate::options::{Counts, OnBadRow, Options};
use crate::walk::{Chosen, Rows, Stop};

/// What a frame became.
#[derive(Debug, Default)]
pub(crate) struct Decoded {
    /// The good rows before the error, if there are any.
    pub(crate) batch: Option<RecordBatch>,
    pub(crate) rejects: Vec<Reject>,
    pub(crate) counts: Counts,
    pub(crate) error: Option<Error>,
}

/// Decodes frames one by one. What is remembered from one frame to the next is memory to use again
/// and what to expect, neither of which changes an answer. So frames may go to several of these in
/// any order.
pub(crate) struct RowDecoder {
    schema: SchemaRef,
    root: RecordColumn,
    context: Context,
    level: Chosen,
    max_line_bytes: usize,
    quarantine: bool,
    /// The last lines of a piece, with bytes after them that may be read.
    tail: Vec<u8>,
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Lines being read, and where they stand in the input.
struct Lines<'a> {
    text: Padded<'a>,
    /// Bytes and lines of the input before the text.
    offset: u64,
    line: u64,
    /// Whether the last line has an end of its own.
    terminated: bool,
}

impl RowDecoder {
    pub(crate) fn new(layout: &Layout, options: &Options) -> Self {
        Self {
            schema: layout.schema().clone(),
            root: RecordColumn::new(layout.columns(), 0),
            context: Context::new(options.max_depth),
            level: Chosen::new(options.simd),
            max_line_bytes: options.max_line_bytes,
            quarantine: matches!(options.on_bad_row, OnBadRow::Quarantine { .. }),
            tail: Vec::new(),
        }
    }

    pub(crate) fn decode(&mut self, frame: &Frame) -> Decoded {
        let mut decoded = Decoded::default();
        // As many rows as lines: none is added in mid-frame.
        self.root.reserve(frame.lines);
        decoded.error = self.pieces(frame, &mut decoded).err();
        let rows = decoded.counts.rows as usize;
        let columns = self.root.finish_columns(rows);
        if rows > 0 {
            // The columns were made from the same layout as the schema and are of one length.
            match RecordBatch::try_new(self.schema.clone(), columns) {
                Ok(batch) => decoded.batch = Some(batch),
                Err(error) => {
                    decoded.error =
                        Some(Error::new(ErrorKind::Worker, None, "a batch", error.to_string()));
                }
            }
        }
        decoded
    }

    fn pieces(&mut self, frame: &Frame, decoded: &mut Decoded) -> Result<(), Error> {
        for piece in &frame.pieces {
            // Lines with enough bytes after them are read where they are; the few that remain, and
            // a last one without an end, from a copy.
            let cut = last_line_start(piece);
            if let Some(text) = piece.get(..cut + PADDING).and_then(Padded::new) {
                self.lines(frame, text, true, decoded)?;
            }
            let mut tail = std::mem::take(&mut self.tail);
            tail.clear();
            tail.extend_from_slice(&piece[cut..]);
            let terminated = tail.last() == Some(&b'\n');
            if !terminated {
                tail.push(b'\n');
            }
            tail.extend_from_slice(&[0; PADDING]);
            let result = match Padded::new(&tail) {
                Some(text) => self.lines(frame, text, terminated, decoded),
                None => Ok(()),
            };
            self.tail = tail;
            result?;
        }
        Ok(())
    }

    /// Reads the next lines of the frame, of which the counts tell how far it has been read.
    fn lines(
        &mut self,
        frame: &Frame,
        text: Padded<'_>,
        terminated: bool,
        decoded: &mut Decoded,
    ) -> Result<(), Error> {
        let offset = frame.offset + decoded.counts.bytes;
        let line = frame.first_line + decoded.counts.lines;
        let lines = Lines { text, offset, line, terminated };
        let row = decoded.counts.rows as usize;
        let mut rows = Rows { row, longest: self.max_line_bytes, ..Rows::default() };
        if line == 1 && text.text().starts_with(BYTE_ORDER_MARK) {
            (rows.at, rows.mark) = (3, 3);
        }
        let result = self.all_lines(&lines, &mut rows, decoded);
        decoded.counts += rows.counts;
        decoded.counts.rows = rows.row as u64;
        let unterminated = u64::from(!terminated && rows.at == text.len());
        decoded.counts.bytes += rows.at as u64 - unterminated;
        result
    }

    fn all_lines(
        &mut self,
        lines: &Lines<'_>,
        rows: &mut Rows,
        decoded: &mut Decoded,
    ) -> Result<(), Error> {
        loop {
            let stop = self.level.rows(lines.text, &mut self.context, &mut self.root, rows);
            if matches!(stop, Stop::End) {
                return Ok(());
            }
            // What the line has left behind.
            self.root.clear(rows.row, rows.row + 1);
            self.context.start_over();
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

/// Where the lines begin that have fewer bytes after them than a block may need.
fn last_line_start(piece: &[u8]) -> usize {
    let with_padding = piece.len().saturating_sub(PADDING);
    rowmill_scan::last_line_end(&piece[..with_padding]).map_or(0, |end| end + 1)
}

//! One frame into one batch.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use rowmill_scan::line_end;

use crate::column::{Fill, RecordColumn};
use crate::cursor::{Context, Cursor, is_blank_line};
use crate::error::{Error, ErrorKind, Reject};
use crate::fault::{Fault, Outcome};
use crate::frame::{Frame, line_too_long};
use crate::layout::Layout;
use crate::options::{Counts, OnBadRow, Options};

/// What a frame became.
#[derive(Debug, Default)]
pub(crate) struct Decoded {
    /// The good rows before the error, if there are any.
    pub(crate) batch: Option<RecordBatch>,
    pub(crate) rejects: Vec<Reject>,
    pub(crate) counts: Counts,
    pub(crate) error: Option<Error>,
}

/// Decodes frames one by one. Nothing is remembered from one frame to the next but memory to use
/// again, so frames may go to several of these in any order.
pub(crate) struct RowDecoder {
    schema: SchemaRef,
    row: RecordColumn,
    context: Context,
    max_line_bytes: usize,
    quarantine: bool,
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

impl RowDecoder {
    pub(crate) fn new(layout: &Layout, options: &Options) -> Self {
        Self {
            schema: layout.schema().clone(),
            row: RecordColumn::new(layout.columns()),
            context: Context::new(options.max_depth),
            max_line_bytes: options.max_line_bytes,
            quarantine: matches!(options.on_bad_row, OnBadRow::Quarantine { .. }),
        }
    }

    pub(crate) fn decode(&mut self, frame: &Frame) -> Decoded {
        let mut decoded = Decoded::default();
        decoded.error = self.lines(frame, &mut decoded).err();
        decoded.counts.rows = self.row.len() as u64;
        if self.row.len() > 0 {
            // The columns were made from the same layout as the schema and are of one length.
            match RecordBatch::try_new(self.schema.clone(), self.row.finish_columns()) {
                Ok(batch) => decoded.batch = Some(batch),
                Err(error) => {
                    decoded.error =
                        Some(Error::new(ErrorKind::Worker, None, "a batch", error.to_string()));
                }
            }
        }
        decoded
    }

    fn lines(&mut self, frame: &Frame, decoded: &mut Decoded) -> Result<(), Error> {
        let (mut number, mut offset) = (frame.first_line, frame.offset);
        for piece in &frame.pieces {
            let mut start = 0;
            while start < piece.len() {
                let end = line_end(piece, start);
                let line = &piece[start..end.unwrap_or(piece.len())];
                let next = end.map_or(piece.len(), |end| end + 1);
                self.line(line, end.is_some(), number, offset, decoded)?;
                decoded.counts.lines += 1;
                decoded.counts.bytes += (next - start) as u64;
                number += 1;
                offset += (next - start) as u64;
                start = next;
            }
        }
        Ok(())
    }

    fn line(
        &mut self,
        line: &[u8],
        terminated: bool,
        number: u64,
        offset: u64,
        decoded: &mut Decoded,
    ) -> Result<(), Error> {
        if line.len() > self.max_line_bytes {
            return Err(line_too_long(self.max_line_bytes, number, offset));
        }
        let mark = if number == 1 && line.starts_with(BYTE_ORDER_MARK) { 3 } else { 0 };
        let row = self.row.len();
        // Only good rows count: what a bad one used of leniencies is dropped with it.
        self.context.tally = Counts::default();
        let mut cursor = Cursor::new(line, &mut self.context);
        cursor.at = mark;
        match read_row(&mut cursor, &mut self.row) {
            Ok(()) => {
                decoded.counts += self.context.tally;
                Ok(())
            }
            Err(_) if is_blank_line(&line[mark..]) => {
                decoded.counts.blank += 1;
                Ok(())
            }
            Err(mut fault) => {
                self.row.truncate(row);
                if !terminated && fault.kind == ErrorKind::Syntax && fault.at == line.len() {
                    fault.kind = ErrorKind::Truncated;
                }
                let error = fault.placed(number, offset, line);
                if !self.quarantine {
                    return Err(error);
                }
                decoded.counts.quarantined += 1;
                decoded.rejects.push(Reject::new(error));
                Ok(())
            }
        }
    }
}

/// Reads the one object that the line must be.
fn read_row(cursor: &mut Cursor<'_>, row: &mut RecordColumn) -> Outcome<()> {
    cursor.skip_blanks();
    if cursor.peek() != Some(b'{') {
        let fault = cursor.mismatch("object");
        let kind = if fault.kind == ErrorKind::Type { ErrorKind::NotAnObject } else { fault.kind };
        return Err(Fault::new(kind, fault.at, fault.expected, fault.found));
    }
    row.read(cursor)?;
    cursor.skip_blanks();
    if cursor.at < cursor.line.len() {
        return Err(cursor.syntax("the end of the line"));
    }
    Ok(())
}

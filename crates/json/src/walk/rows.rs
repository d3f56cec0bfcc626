//! Lines into rows.

use rowmill_scan::Padded;

use super::Stamped;
use crate::column::RecordColumn;
use crate::cursor::{Context, Cursor};
use crate::error::ErrorKind;
use crate::fault::{Fault, Outcome};
use crate::options::Counts;

/// How far a text of lines has been read.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// Where the next line begins, after a byte order mark if there is one.
    pub(crate) at: usize,
    /// Length of that mark.
    pub(crate) mark: usize,
    /// The row it will be.
    pub(crate) row: usize,
    /// Rows there is room for.
    pub(crate) room: usize,
    /// Lines that may still be read.
    pub(crate) left: u64,
    /// Bytes of the longest line.
    pub(crate) longest: usize,
    /// Lines of the batch before the text.
    pub(crate) before: u64,
    /// Whether rows keep the numbers of their lines.
    pub(crate) numbered: bool,
    /// Lines and blank lines so far, and the leniencies that the rows have used.
    pub(crate) counts: Counts,
}

/// Why reading has stopped. But for the end, the line at [`Rows::at`] is not read.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The text ends, or as many lines have been read as may be.
    End,
    /// There is no room for another row.
    Room,
    /// It is no row. The columns hold remains of it.
    Fault(Box<Fault>),
    /// It is longer than allowed. The columns may hold it.
    TooLong,
}

/// Reads lines until the text ends or a line is no row.
#[inline(always)]
pub(super) fn rows<L: Stamped>(
    level: L,
    text: Padded<'_>,
    context: &mut Context,
    root: &mut RecordColumn,
    rows: &mut Rows,
) -> Stop {
    while rows.at < text.len() && rows.left > 0 {
        if rows.row == rows.room {
            return Stop::Room;
        }
        let at = rows.at;
        let read = line(level, text, context, root, at, rows.row);
        let (next, is_row) = match read {
            Ok(read) => read,
            Err(fault) => return Stop::Fault(fault),
        };
        if next - 1 - at + rows.mark > rows.longest {
            return Stop::TooLong;
        }
        rows.at = next;
        rows.mark = 0;
        rows.left -= 1;
        rows.counts.lines += 1;
        if is_row {
            if rows.numbered {
                root.number(rows.row, rows.before + rows.counts.lines);
            }
            rows.row += 1;
            if context.notes.any {
                let line = rows.before + rows.counts.lines;
                context.notes.keep_row(text, line, &mut rows.counts);
            }
        } else {
            rows.counts.blank += 1;
        }
    }
    Stop::End
}

/// Reads the line at `at`; gives the index after its end, and whether it was a row and not blank.
#[inline(always)]
fn line<L: Stamped>(
    level: L,
    text: Padded<'_>,
    context: &mut Context,
    root: &mut RecordColumn,
    at: usize,
    row: usize,
) -> Outcome<(usize, bool)> {
    if text.byte(at) == b'{' {
        let end = level.object(text, context, root, at, row)?;
        if text.byte(end) == b'\n' {
            return Ok((end + 1, true));
        }
        return Ok((line_end(level, text, context, end)?, true));
    }
    if text.byte(at) == b'\n' {
        return Ok((at + 1, false));
    }
    unusual_line(level, text, context, root, at, row)
}

/// Passes blanks and the line end.
#[inline(never)]
fn line_end<L: Stamped>(
    level: L,
    text: Padded<'_>,
    context: &mut Context,
    at: usize,
) -> Outcome<usize> {
    let mut cursor = Cursor { level, text, at, depth: 0, context };
    cursor.skip_blanks();
    if !cursor.take(b'\n') {
        return Err(cursor.syntax("the end of the line"));
    }
    Ok(cursor.at)
}

/// Reads a line that begins with something else than a bracket.
#[cold]
#[inline(never)]
fn unusual_line<L: Stamped>(
    level: L,
    text: Padded<'_>,
    context: &mut Context,
    root: &mut RecordColumn,
    at: usize,
    row: usize,
) -> Outcome<(usize, bool)> {
    let mut cursor = Cursor { level, text, at, depth: 0, context };
    cursor.skip_blanks();
    match cursor.peek() {
        b'\n' => Ok((cursor.at + 1, false)),
        b'{' => {
            let end = level.object(text, cursor.context, root, cursor.at, row)?;
            Ok((line_end(level, text, context, end)?, true))
        }
        _ => {
            let fault = cursor.mismatch("object");
            if fault.kind != ErrorKind::Type {
                return Err(fault);
            }
            // It is no row, but the line is JSON only if nothing follows.
            line_end(level, text, cursor.context, cursor.at)?;
            Err(Fault::new(ErrorKind::NotAnObject, fault.at, fault.expected, fault.found))
        }
    }
}

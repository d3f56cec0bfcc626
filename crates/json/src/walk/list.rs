//! One array into the column of its elements.

use rowmill_scan::Padded;

use super::Stamped;
use super::value::value;
use crate::column::ListColumn;
use crate::cursor::{Context, Cursor, check_depth};
use crate::fault::Outcome;

/// Reads the array whose bracket is at `at` as that of `row` and gives the index after it.
#[inline(always)]
pub(super) fn list<L: Stamped>(
    level: L,
    text: Padded<'_>,
    context: &mut Context,
    list: &mut ListColumn,
    at: usize,
    row: usize,
) -> Outcome<usize> {
    let depth = list.depth;
    check_depth(context, depth, at)?;
    let mut at = at + 1;
    if text.byte(at) <= b' ' {
        let mut cursor = Cursor { level, text, at, depth, context };
        cursor.skip_blanks();
        at = cursor.at;
    }
    if text.byte(at) == b']' {
        list.close(row);
        return Ok(at + 1);
    }
    loop {
        if list.len == list.room {
            list.grow(context, at)?;
        }
        at = match value(level, text, context, &mut list.element, at, list.len, depth) {
            Ok(after) => after,
            Err(fault) => match list.element.null(level, text, context, at, list.len, depth, fault)
            {
                Ok(after) => after,
                Err(fault) => return Err(fault.in_element()),
            },
        };
        list.len += 1;
        let byte = text.byte(at);
        if byte == b',' && text.byte(at + 1) > b' ' {
            at += 1;
        } else if byte == b']' {
            list.close(row);
            return Ok(at + 1);
        } else {
            let mut cursor = Cursor { level, text, at, depth, context };
            let another = cursor.another(b']')?;
            at = cursor.at;
            if !another {
                list.close(row);
                return Ok(at);
            }
        }
    }
}

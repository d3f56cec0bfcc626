//! One object into the columns of its fields.

use rowmill_scan::Padded;

use super::Stamped;
use super::rest::keep_rest;
use super::value::value;
use crate::column::RecordColumn;
use crate::cursor::{Context, Cursor, check_depth, is_blank};
use crate::error::ErrorKind;
use crate::fault::{Fault, Outcome};

/// Reads the object whose bracket is at `at` as that of `row` and gives the index after it.
#[inline(always)]
pub(super) fn object<L: Stamped>(
    level: L,
    text: Padded<'_>,
    context: &mut Context,
    object: &mut RecordColumn,
    at: usize,
    row: usize,
) -> Outcome<usize> {
    check_depth(context, object.depth, at)?;
    object.begin = at;
    object.visits += 1;
    let (visit, depth, end) = (object.visits, object.depth, object.end());
    let (mut at, mut field) = match object.opening.after(level, text, at) {
        Some(after) => (after, object.first),
        None => (level.first_key(text, context, object, at)?, object.found),
    };
    let mut seen = 0;
    while field != end {
        let mut this = &mut object.fields[field];
        // As long as things come as expected, nothing but the field changes.
        loop {
            if this.seen == visit && !this.slot.is_stray() {
                return Err(object.in_field(twice(text, at), field));
            }
            this.seen = visit;
            seen += 1;
            this.begin = at;
            at = match value(level, text, context, &mut this.slot, at, row, depth) {
                Ok(after) => after,
                Err(fault) => match this.null(level, text, context, row, depth, fault) {
                    Ok(after) => after,
                    Err(fault) => return Err(object.in_field(fault, field)),
                },
            };
            let expected = this.next as usize;
            this = &mut object.fields[expected];
            (at, field) = match this.glue.after(level, text, at) {
                Some(after) => (after, expected),
                None => {
                    // The expected key may just be missing.
                    let second = this.next as usize;
                    this = &mut object.fields[second];
                    match this.glue.after(level, text, at) {
                        Some(after) if expected != end => (after, second),
                        _ => break,
                    }
                }
            };
            if field == end {
                break;
            }
        }
        if field != end {
            at = level.next_key(text, context, object, at, field)?;
            field = object.found;
        }
    }
    if object.ends && seen != object.whole {
        finish(level, text, context, object, at, row)?;
    }
    object.close(row);
    Ok(at)
}

/// Looks for fields that must not be missing, and keeps what no field has read.
#[inline(never)]
fn finish<L: Stamped>(
    level: L,
    text: Padded<'_>,
    context: &mut Context,
    object: &mut RecordColumn,
    at: usize,
    row: usize,
) -> Outcome<()> {
    if let Some(fault) = object.missing(at - 1) {
        return Err(fault);
    }
    if let Some(rest) = object.rest
        && context.notes.left != 0
    {
        let cursor = Cursor { level, text, at: object.begin, depth: object.depth, context };
        keep_rest(cursor, object, rest, row)?;
    }
    Ok(())
}

/// The fault lies in the value, which may have blanks before it or not: what of them was learnt to
/// belong to the key changes nothing.
#[cold]
fn twice(text: Padded<'_>, mut at: usize) -> Box<Fault> {
    while is_blank(text.byte(at)) {
        at += 1;
    }
    Fault::new(ErrorKind::DuplicateKey, at, "each key once", "it again")
}

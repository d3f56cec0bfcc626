//! One value into its column.

use rowmill_scan::Padded;

use super::Stamped;
use crate::column::{Node, Slot, Usual};
use crate::cursor::{Context, Cursor};
use crate::fault::Outcome;

/// Reads the value at `at` as that of `row` and gives the index after it; `depth` objects and arrays
/// stand around it.
#[inline(always)]
pub(super) fn value<L: Stamped>(
    level: L,
    text: Padded<'_>,
    context: &mut Context,
    slot: &mut Slot,
    at: usize,
    row: usize,
    depth: usize,
) -> Outcome<usize> {
    if text.block::<4>(at) == b"null" && !slot.required {
        return Ok(at + 4);
    }
    // One jump for every kind: objects and arrays are not asked for first.
    let end = match &mut slot.node {
        Node::Record(column) => {
            if text.byte(at) == b'{' {
                return level.object(text, context, column, at, row);
            }
            None
        }
        Node::List(column) => {
            if text.byte(at) == b'[' {
                return level.list(text, context, column, at, row);
            }
            None
        }
        Node::Uuid(column) => column.usual(level, text, at, row),
        Node::Category(column) => column.usual(level, text, at, row),
        Node::Text(column) => column.usual(level, text, at, row),
        Node::View(column) => column.usual(level, text, at, row),
        Node::Micros(column) => column.usual(level, text, at, row),
        Node::Nanos(column) => column.usual(level, text, at, row),
        Node::Decimal(column) => column.usual(level, text, at, row),
        Node::Boolean(column) => column.usual(level, text, at, row),
        Node::Int32(column) => column.usual(level, text, at, row),
        Node::Int64(column) => column.usual(level, text, at, row),
        Node::UInt64(column) => column.usual(level, text, at, row),
        Node::Float(column) => column.usual(level, text, at, row),
        Node::Date(column) => column.usual(level, text, at, row),
        _ => None,
    };
    match end {
        Some(end) => Ok(end),
        None => level.unusual(text, context, slot, at, row, depth),
    }
}

/// Reads a value of the form that serialisers write.
#[inline(always)]
fn usual<L: Stamped>(
    level: L,
    text: Padded<'_>,
    leaf: &mut Node,
    at: usize,
    row: usize,
) -> Option<usize> {
    match leaf {
        Node::Uuid(column) => column.usual(level, text, at, row),
        Node::Category(column) => column.usual(level, text, at, row),
        Node::Text(column) => column.usual(level, text, at, row),
        Node::View(column) => column.usual(level, text, at, row),
        Node::Micros(column) => column.usual(level, text, at, row),
        Node::Nanos(column) => column.usual(level, text, at, row),
        Node::Decimal(column) => column.usual(level, text, at, row),
        Node::Boolean(column) => column.usual(level, text, at, row),
        Node::Int32(column) => column.usual(level, text, at, row),
        Node::Int64(column) => column.usual(level, text, at, row),
        Node::UInt64(column) => column.usual(level, text, at, row),
        Node::Float(column) => column.usual(level, text, at, row),
        Node::Date(column) => column.usual(level, text, at, row),
        _ => None,
    }
}

/// The same for any value, with blanks before it or not.
#[inline(always)]
pub(super) fn unusual<L: Stamped>(
    level: L,
    text: Padded<'_>,
    context: &mut Context,
    slot: &mut Slot,
    at: usize,
    row: usize,
    depth: usize,
) -> Outcome<usize> {
    let mut cursor = Cursor { level, text, at, depth, context };
    cursor.skip_blanks();
    // The blanks may have been all that was unusual.
    if cursor.at > at
        && let Some(end) = usual(level, text, &mut slot.node, cursor.at, row)
    {
        return Ok(end);
    }
    if let Node::Text(column) = &mut slot.node
        && let Some(end) = column.escaped(level, text, cursor.at, row)
    {
        return Ok(end);
    }
    slot.read(&mut cursor, row)?;
    Ok(cursor.at)
}

/// Passes the value at the cursor.
#[inline(always)]
pub(super) fn skip<L: Stamped>(_: L, cursor: &mut Cursor<'_, L>) -> Outcome<()> {
    cursor.skip()
}

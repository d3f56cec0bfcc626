//! What the columns of an object have left of it, as the text of an object again.

use super::Stamped;
use crate::column::{Node, RecordColumn, Slot, UnionColumn};
use crate::cursor::Cursor;
use crate::fault::Outcome;

/// Keeps what is left of the object at the cursor, which has been read as that of `row`, in its field
/// `rest`. The object is walked a second time: few rows have anything left.
#[cold]
#[inline(never)]
pub(super) fn keep_rest<L: Stamped>(
    mut cursor: Cursor<'_, L>,
    object: &mut RecordColumn,
    rest: usize,
    row: usize,
) -> Outcome<()> {
    let mut left = Vec::new();
    if of_object(&mut cursor, object, &mut left)?
        && let Node::Json(column) = &mut object.fields[rest].slot.node
    {
        column.put(row, &left);
    }
    Ok(())
}

/// Writes what is left of the object at the cursor; `false`, and nothing, if that is nothing.
fn of_object<L: Stamped>(
    cursor: &mut Cursor<'_, L>,
    object: &RecordColumn,
    to: &mut Vec<u8>,
) -> Outcome<bool> {
    of_members(cursor, to, |cursor, name, escaped, start, to| {
        let field = if escaped {
            object.find_spelt(&name_of(cursor, start, name)?)
        } else {
            object.find(cursor.level, cursor.text, start, name.len())
        };
        match field {
            Some(field) => of_value(cursor, &object.fields[field].slot, to),
            None => all(cursor, to),
        }
    })
}

/// The same for a union: its tag, and its value whatever the tag, are in columns.
fn of_union<L: Stamped>(
    cursor: &mut Cursor<'_, L>,
    union: &UnionColumn,
    to: &mut Vec<u8>,
) -> Outcome<bool> {
    let start = cursor.at;
    let mut tag = Vec::new();
    of_members(cursor, &mut Vec::new(), |cursor, name, _, from, _| {
        if name_of(cursor, from, name)? == union.tag.name.as_bytes() && cursor.peek() == b'"' {
            tag.extend_from_slice(cursor.string()?);
        } else {
            cursor.skip_value()?;
        }
        Ok(false)
    })?;
    let arm = union.arms.iter().find(|arm| arm.name.as_bytes() == tag);
    cursor.at = start;
    of_members(cursor, to, |cursor, name, _, start, to| {
        let name = name_of(cursor, start, name)?;
        if name == union.value.as_bytes()
            && let Some(arm) = arm
        {
            return of_value(cursor, &arm.slot, to);
        }
        if name == union.tag.name.as_bytes() {
            return of_value(cursor, &union.tag.slot, to);
        }
        if name == union.value.as_bytes() {
            cursor.skip_value()?;
            return Ok(false);
        }
        all(cursor, to)
    })
}

/// Writes what `left_of` leaves of each member of the object at the cursor. It is given the inside of
/// the key, whether that has escapes, and where it begins, and passes the value.
fn of_members<L: Stamped>(
    cursor: &mut Cursor<'_, L>,
    to: &mut Vec<u8>,
    mut left_of: impl FnMut(&mut Cursor<'_, L>, &[u8], bool, usize, &mut Vec<u8>) -> Outcome<bool>,
) -> Outcome<bool> {
    let begin = to.len();
    to.push(b'{');
    cursor.at += 1;
    cursor.skip_blanks();
    let mut any = false;
    if !cursor.take(b'}') {
        loop {
            let start = cursor.at + 1;
            let (inside, span) = cursor.span()?;
            cursor.colon()?;
            let before = to.len();
            if any {
                to.push(b',');
            }
            to.push(b'"');
            to.extend_from_slice(inside);
            to.extend_from_slice(b"\":");
            if left_of(cursor, inside, span.escaped, start, to)? {
                any = true;
            } else {
                to.truncate(before);
            }
            if !cursor.another(b'}')? {
                break;
            }
        }
    }
    to.push(b'}');
    if !any {
        to.truncate(begin);
    }
    Ok(any)
}

/// Writes what the column has left of the value at the cursor, which is passed.
fn of_value<L: Stamped>(
    cursor: &mut Cursor<'_, L>,
    slot: &Slot,
    to: &mut Vec<u8>,
) -> Outcome<bool> {
    // A value that was made null has not been read.
    if cursor.context.notes.is_nulled(cursor.at) {
        return all(cursor, to);
    }
    match (&slot.node, cursor.peek()) {
        (Node::Skipped(skipped), _) if skipped.is_stray() => all(cursor, to),
        // What an object keeps for itself is nobody else's.
        (Node::Record(record), b'{') if record.rest.is_none() => of_object(cursor, record, to),
        (Node::Union(union), b'{') => of_union(cursor, union, to),
        (Node::Map(map), b'{') => {
            of_members(cursor, to, |cursor, _, _, _, to| of_value(cursor, &map.value, to))
        }
        (Node::List(list), b'[') => of_list(cursor, &list.element, to),
        (Node::Decimal(decimal), _) => {
            let start = cursor.at;
            let leaves = decimal.leaves(cursor)?;
            if leaves {
                to.extend_from_slice(cursor.text.slice(start, cursor.at));
            }
            Ok(leaves)
        }
        _ => {
            cursor.skip_value()?;
            Ok(false)
        }
    }
}

/// Elements with nothing left are `{}`, up to the last one that has something.
fn of_list<L: Stamped>(
    cursor: &mut Cursor<'_, L>,
    element: &Slot,
    to: &mut Vec<u8>,
) -> Outcome<bool> {
    let begin = to.len();
    let mut end = begin;
    to.push(b'[');
    cursor.at += 1;
    cursor.skip_blanks();
    if !cursor.take(b']') {
        loop {
            if of_value(cursor, element, to)? {
                end = to.len();
            } else {
                to.extend_from_slice(b"{}");
            }
            if !cursor.another(b']')? {
                break;
            }
            to.push(b',');
        }
    }
    to.truncate(end);
    if end > begin {
        to.push(b']');
    }
    Ok(end > begin)
}

/// Writes the whole value at the cursor.
fn all<L: Stamped>(cursor: &mut Cursor<'_, L>, to: &mut Vec<u8>) -> Outcome<bool> {
    let start = cursor.at;
    cursor.skip_value()?;
    to.extend_from_slice(cursor.text.slice(start, cursor.at));
    Ok(true)
}

/// What the inside of a key, which begins at `start`, stands for.
fn name_of<L: Stamped>(
    cursor: &mut Cursor<'_, L>,
    start: usize,
    inside: &[u8],
) -> Outcome<Vec<u8>> {
    Ok(if inside.contains(&b'\\') {
        cursor.unescaped(start, inside)?.to_vec()
    } else {
        inside.to_vec()
    })
}

//! Keys that were not the expected ones.

use rowmill_scan::Padded;

use super::Stamped;
use crate::column::{RecordColumn, Stray};
use crate::cursor::{Context, Cursor};
use crate::fault::Outcome;

/// How many fields may be missing before the next one is looked up by name.
const SKIPPED: usize = 3;

/// Passes the bracket at `at` and the first key, or the closing bracket. Gives the index after it
/// and leaves the field in `object.found`.
#[inline(always)]
pub(super) fn first_key<L: Stamped>(
    level: L,
    text: Padded<'_>,
    context: &mut Context,
    object: &mut RecordColumn,
    at: usize,
) -> Outcome<usize> {
    // What came first when the expected one did not, the last time, may come in turns with it.
    let instead = object.first_instead;
    if let Some(after) = object.fields[instead].glue.after_opened(level, text, at) {
        object.learn_opening(instead, text.slice(at, after));
        object.found = instead;
        return Ok(after);
    }
    let depth = object.depth;
    let mut cursor = Cursor { level, text, at: at + 1, depth, context };
    cursor.skip_blanks();
    if cursor.take(b'}') {
        object.found = object.end();
        return Ok(cursor.at);
    }
    match any_key(&mut cursor, object)? {
        Named::Field(field) => {
            object.learn_opening(field, text.slice(at, cursor.at));
            object.found = field;
            return Ok(cursor.at);
        }
        Named::Stray(stray) => pass_stray(&mut cursor, stray)?,
    }
    let at = cursor.at;
    // Nothing of the layout has come yet: the first field is still the expected one.
    let first = object.first;
    if let Some(after) = object.fields[first].glue.after_any(level, text, at) {
        object.found = first;
        return Ok(after);
    }
    let place = object.end();
    search(Cursor { level, text, at, depth, context }, object, place)
}

/// Passes what stands between the value of the field `place`, which ends at `at`, and the next
/// value, or the end of the object. Gives the index after it and leaves the field in
/// `object.found`. The field expected after `place` has been tried, unless its glue is a long one.
#[inline(always)]
pub(super) fn next_key<L: Stamped>(
    level: L,
    text: Padded<'_>,
    context: &mut Context,
    object: &mut RecordColumn,
    at: usize,
    place: usize,
) -> Outcome<usize> {
    let expected = object.fields[place].next as usize;
    if object.fields[expected].glue.is_long()
        && let Some(after) = object.fields[expected].glue.after_any(level, text, at)
    {
        object.found = expected;
        return Ok(after);
    }
    if object.has_an_order() {
        let mut field = object.fields[place].next as usize;
        for _ in 0..SKIPPED {
            if field == object.end() {
                break;
            }
            field = object.fields[field].next as usize;
            if let Some(after) = object.fields[field].glue.after_any(level, text, at) {
                object.trust_order();
                object.learn(place, field, true);
                object.found = field;
                return Ok(after);
            }
        }
        object.doubt_order();
        // What came here when the expected one did not, the last time, may come in turns with it.
        let instead = object.instead(place);
        if let Some(after) = object.fields[instead].glue.after_any(level, text, at) {
            object.learn(place, instead, false);
            object.found = instead;
            return Ok(after);
        }
    }
    let depth = object.depth;
    search(Cursor { level, text, at, depth, context }, object, place)
}

/// Reads keys from the cursor on, after a value, until one is that of a field.
#[inline(always)]
fn search<L: Stamped>(
    mut cursor: Cursor<'_, L>,
    object: &mut RecordColumn,
    place: usize,
) -> Outcome<usize> {
    loop {
        let start = cursor.at;
        // Nearly always there is no blank between comma and key.
        let found = if cursor.text.block(start) == b",\"" {
            cursor.at += 1;
            any_key(&mut cursor, object)?
        } else if cursor.another(b'}')? {
            any_key(&mut cursor, object)?
        } else {
            Named::Field(object.end())
        };
        match found {
            Named::Field(field) => {
                if object.has_an_order() {
                    object.learn(place, field, false);
                    object.learn_glue(field, cursor.level, cursor.text, start, cursor.at);
                }
                object.found = field;
                return Ok(cursor.at);
            }
            Named::Stray(stray) => pass_stray(&mut cursor, stray)?,
        }
        // A key that is not expected anywhere stood between; after it things go on as expected.
        let expected = object.fields[place].next as usize;
        let glue = &object.fields[expected].glue;
        if let Some(after) = glue.after_any(cursor.level, cursor.text, cursor.at) {
            object.found = expected;
            return Ok(after);
        }
    }
}

/// What a key names.
enum Named {
    Field(usize),
    /// Nothing in the layout, and nothing that has been learnt either: its number in notes.
    Stray(Option<u32>),
}

/// Reads the key at the cursor and its colon.
#[inline(always)]
fn any_key<L: Stamped>(cursor: &mut Cursor<'_, L>, object: &mut RecordColumn) -> Outcome<Named> {
    if cursor.peek() != b'"' {
        return Err(cursor.syntax("a key"));
    }
    let start = cursor.at + 1;
    let (inside, span) = cursor.span()?;
    let field = if span.escaped {
        object.find_spelt(cursor.unescaped(start, inside)?)
    } else {
        object.find(cursor.level, cursor.text, start, inside.len())
    };
    let named = match field {
        Some(field) => Named::Field(field),
        None => stray(cursor, object, start, inside, span.escaped)?,
    };
    if cursor.peek() == b':' && cursor.text.byte(cursor.at + 1) > b' ' {
        cursor.at += 1;
    } else {
        cursor.colon()?;
    }
    Ok(named)
}

/// What becomes of the key `inside`, which begins at `start` and is none of the layout's.
#[inline(never)]
fn stray<L: Stamped>(
    cursor: &mut Cursor<'_, L>,
    object: &mut RecordColumn,
    start: usize,
    inside: &[u8],
    escaped: bool,
) -> Outcome<Named> {
    let name = if escaped { cursor.unescaped(start, inside)?.to_vec() } else { inside.to_vec() };
    Ok(match object.stray(&name, start - 1, &mut cursor.context.notes)? {
        Stray::Learnt(field) => Named::Field(field),
        Stray::Passing(stray) => Named::Stray(stray),
    })
}

/// Passes the value at the cursor, whose key is in notes only.
#[inline(never)]
fn pass_stray<L: Stamped>(cursor: &mut Cursor<'_, L>, stray: Option<u32>) -> Outcome<()> {
    let start = cursor.at;
    cursor.skip_value()?;
    cursor.context.notes.sight(stray, start, cursor.at);
    Ok(())
}

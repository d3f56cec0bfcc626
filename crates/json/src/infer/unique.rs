//! Passing over a value whose keys must be unique too: what is not looked into any deeper is held to
//! the same rule as what is.

use std::collections::HashSet;

use ahash::RandomState;

use crate::cursor::Cursor;
use crate::error::ErrorKind;
use crate::fault::{Fault, Outcome};
use crate::walk::Stamped;

/// The keys of one object.
pub(super) type Keys = HashSet<Box<[u8]>, RandomState>;

/// Passes the value at the cursor. Brackets are kept in a list, so depth never costs the thread's
/// stack.
pub(super) fn pass_unique<L: Stamped>(cursor: &mut Cursor<'_, L>) -> Outcome<()> {
    // The keys of each open object; `None` for an array.
    let mut open: Vec<Option<Keys>> = Vec::new();
    loop {
        match cursor.peek() {
            bracket @ (b'{' | b'[') => {
                cursor.check_depth(cursor.depth + open.len() + 1)?;
                cursor.at += 1;
                cursor.skip_blanks();
                // The closing bracket stands two above the opening one in ASCII.
                if !cursor.take(bracket + 2) {
                    open.push((bracket == b'{').then(Keys::default));
                    if let Some(Some(keys)) = open.last_mut() {
                        pass_key(cursor, keys)?;
                    }
                    continue;
                }
            }
            _ => cursor.skip_value()?,
        }
        loop {
            match open.last_mut() {
                None => return Ok(()),
                Some(None) if cursor.another(b']')? => break,
                Some(Some(keys)) if cursor.another(b'}')? => {
                    pass_key(cursor, keys)?;
                    break;
                }
                Some(_) => {}
            }
            open.pop();
        }
    }
}

fn pass_key<L: Stamped>(cursor: &mut Cursor<'_, L>, keys: &mut Keys) -> Outcome<()> {
    if cursor.peek() != b'"' {
        return Err(cursor.syntax("a key"));
    }
    let start = cursor.at;
    let key: Box<[u8]> = cursor.string()?.into();
    if !keys.insert(key) {
        return Err(twice(start));
    }
    cursor.colon()
}

/// The key at `at` was there before.
#[cold]
pub(super) fn twice(at: usize) -> Box<Fault> {
    Fault::new(ErrorKind::DuplicateKey, at, "each key once", "it again")
}

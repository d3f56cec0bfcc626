//! Unions whose tag and value stand side by side.

use std::sync::Arc;

use arrow_array::{ArrayRef, StructArray};
use arrow_schema::{DataType, Fields};
use bytes::Bytes;

use super::buffer::Bits;
use super::plan::{Around, Plan};
use super::{Fill, JsonColumn, Slot};
use crate::cursor::Cursor;
use crate::error::ErrorKind;
use crate::fault::{Fault, Outcome};
use crate::layout::{Column, Union};
use crate::notes::Novel;
use crate::walk::Stamped;

/// A column of tags, one for each arm, and the text of values whose tag is no arm's.
pub(crate) struct UnionColumn {
    pub(crate) tag: Key,
    pub(crate) value: Box<str>,
    pub(crate) arms: Box<[Key]>,
    other: JsonColumn,
    /// Objects and arrays around the value.
    pub(crate) depth: usize,
    place: u32,
    strict: bool,
    valid: Bits,
    types: Fields,
}

/// A column and the key or tag that leads to it.
pub(crate) struct Key {
    pub(crate) name: Box<str>,
    pub(crate) slot: Slot,
}

/// A value that came before its tag.
struct Early {
    start: usize,
}

impl UnionColumn {
    pub(super) fn new(column: &Column, union: &Union, around: Around, plan: &mut Plan) -> Self {
        let place = plan.number();
        let around = Around { depth: around.depth + 1, ..around };
        let mut key = |column: &Column| Key {
            name: column.name().into(),
            slot: plan.in_field(column.name(), |plan| Slot::new(column, around, plan)),
        };
        let (tag, arms) = (key(union.tag()), union.arms().iter().map(&mut key).collect());
        Self {
            tag,
            value: union.value().into(),
            arms,
            other: JsonColumn::default(),
            depth: around.depth,
            place,
            strict: plan.strict && !around.rest,
            valid: Bits::default(),
            types: match column.field().data_type() {
                DataType::Struct(fields) => fields.clone(),
                // A union becomes a struct.
                _ => Fields::empty(),
            },
        }
    }

    /// The arm of the tag at the cursor, which is passed.
    fn read_tag<L: Stamped>(
        &mut self,
        cursor: &mut Cursor<'_, L>,
        row: usize,
    ) -> Outcome<Option<usize>> {
        let start = cursor.at;
        let mut arm = None;
        if cursor.peek() == b'"' {
            let tag = cursor.string()?;
            arm = self.arms.iter().position(|arm| arm.name.as_bytes() == tag);
            cursor.at = start;
        }
        let read = self.tag.slot.read_or_null(cursor, row);
        read.map_err(|fault| fault.in_field(&self.tag.name))?;
        Ok(arm)
    }

    /// Reads the value at the cursor as that of the arm.
    fn read_value<L: Stamped>(
        &mut self,
        arm: Option<usize>,
        cursor: &mut Cursor<'_, L>,
        row: usize,
    ) -> Outcome<()> {
        let Some(arm) = arm else {
            return match cursor.peek() {
                b'n' => cursor.literal("null"),
                _ => self.other.read(cursor, row),
            };
        };
        let arm = &mut self.arms[arm];
        arm.slot.read_or_null(cursor, row).map_err(|fault| fault.in_field(&arm.name))
    }

    fn stray<L: Stamped>(
        &mut self,
        name: &[u8],
        at: usize,
        cursor: &mut Cursor<'_, L>,
    ) -> Outcome<()> {
        if self.strict {
            let fault = Fault::new(ErrorKind::UnknownKey, at, "a key of the layout", "another");
            return Err(fault.in_field(&String::from_utf8_lossy(name)));
        }
        let stray = cursor.context.notes.stray(self.place, name);
        let start = cursor.at;
        cursor.skip_value()?;
        cursor.context.notes.sight(stray, start, cursor.at);
        Ok(())
    }

    fn read_members<L: Stamped>(&mut self, cursor: &mut Cursor<'_, L>, row: usize) -> Outcome<()> {
        // The arm once the tag is known, and what has come of the value.
        let (mut arm, mut tagged) = (None, false);
        let (mut early, mut valued) = (None, false);
        loop {
            if cursor.peek() != b'"' {
                return Err(cursor.syntax("a key"));
            }
            let start = cursor.at;
            let name = cursor.string()?;
            let is_tag = name == self.tag.name.as_bytes();
            let is_value = name == self.value.as_bytes();
            let stray = (!is_tag && !is_value).then(|| name.to_vec());
            cursor.colon()?;
            if (is_tag && tagged) || (is_value && valued) {
                let name = if is_tag { &self.tag.name } else { &self.value };
                let fault =
                    Fault::new(ErrorKind::DuplicateKey, cursor.at, "each key once", "it again");
                return Err(fault.in_field(name));
            }
            if is_tag {
                arm = self.read_tag(cursor, row)?;
                tagged = true;
            } else if is_value {
                valued = true;
                if tagged {
                    self.read_value(arm, cursor, row)?;
                } else {
                    early = Some(Early { start: cursor.at });
                    cursor.skip_value()?;
                }
            } else if let Some(name) = stray {
                self.stray(&name, start, cursor)?;
            }
            if !cursor.another(b'}')? {
                break;
            }
        }
        if let Some(Early { start }) = early {
            let end = std::mem::replace(&mut cursor.at, start);
            self.read_value(arm, cursor, row)?;
            cursor.at = end;
        }
        Ok(())
    }
}

impl Fill for UnionColumn {
    fn reserve(&mut self, rows: usize) {
        self.tag.slot.reserve(rows);
        self.arms.iter_mut().for_each(|arm| arm.slot.reserve(rows));
        self.other.reserve(rows);
        self.valid.reserve(rows);
    }

    fn read<L: Stamped>(&mut self, cursor: &mut Cursor<'_, L>, row: usize) -> Outcome<()> {
        if cursor.peek() != b'{' {
            return Err(cursor.mismatch("object"));
        }
        cursor.check_depth(self.depth)?;
        let depth = std::mem::replace(&mut cursor.depth, self.depth);
        cursor.at += 1;
        cursor.skip_blanks();
        if !cursor.take(b'}') {
            self.read_members(cursor, row)?;
        }
        cursor.depth = depth;
        self.valid.set(row);
        Ok(())
    }

    fn clear(&mut self, from: usize, to: usize) {
        self.tag.slot.clear(from, to);
        self.arms.iter_mut().for_each(|arm| arm.slot.clear(from, to));
        self.other.clear(from, to);
        self.valid.clear(from, to);
    }

    fn source(&mut self, piece: &Bytes, base: usize) {
        self.arms.iter_mut().for_each(|arm| arm.slot.source(piece, base));
    }

    fn count_values(&self, rows: usize, novel: &mut [Novel]) {
        self.tag.slot.count_values(rows, novel);
        self.arms.iter().for_each(|arm| arm.slot.count_values(rows, novel));
    }

    fn finish(&mut self, rows: usize) -> ArrayRef {
        let nulls = self.valid.take_nulls(rows);
        let mut columns = vec![self.tag.slot.finish(rows)];
        columns.extend(self.arms.iter_mut().map(|arm| arm.slot.finish(rows)));
        columns.push(self.other.finish(rows));
        Arc::new(StructArray::new(self.types.clone(), columns, nulls))
    }
}

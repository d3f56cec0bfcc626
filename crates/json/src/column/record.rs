//! Objects whose keys are columns.

use std::sync::Arc;

use arrow_array::{ArrayRef, StructArray};
use arrow_schema::Fields;
use bytes::Bytes;
use rowmill_scan::Padded;

use super::buffer::Bits;
use super::names::Names;
use super::{Fill, Glue, Slot};
use crate::cursor::Cursor;
use crate::error::ErrorKind;
use crate::fault::{Fault, Outcome};
use crate::layout::Column;
use crate::walk::Stamped;

/// A column of objects, and the row itself.
pub(crate) struct RecordColumn {
    /// One more than there are columns: the last stands for the end of the object.
    pub(crate) fields: Box<[Field]>,
    /// The first key, with the bracket before it.
    pub(crate) opening: Glue,
    /// Which field that key names.
    pub(crate) first: usize,
    /// The field that was found last when it was not the expected one.
    pub(crate) found: usize,
    /// The field that came first when another was expected.
    first_instead: usize,
    /// Objects begun so far.
    pub(crate) visits: u64,
    /// The fields that must have a value.
    required: Box<[usize]>,
    /// Objects and arrays around a value of these fields.
    pub(crate) depth: usize,
    /// How many surprises there were since one was explained.
    doubt: u32,
    valid: Bits,
    names: Names,
    types: Fields,
}

/// A field of an object: how its key is written, what comes after it, and its column.
#[repr(C, align(64))]
pub(crate) struct Field {
    /// What stands between the value before and that of this field.
    pub(crate) glue: Glue,
    /// The object this field was last seen in, by its number.
    pub(crate) seen: u64,
    /// The field that is expected after this one.
    pub(crate) next: u32,
    /// The last field that came instead, how often in a row, and in which object.
    instead: u32,
    times: u32,
    surprised_in: u64,
    pub(crate) slot: Slot,
    name: Box<str>,
}

/// After so many surprises that skipping fields did not explain, an object has no order of keys. It
/// is looked for again now and then.
const DOUBTFUL: u32 = 16;
const NOW_AND_THEN: u64 = 64;

/// A surprise that comes so often in a row is expected from then on. One alone, a key that is
/// missing for once, changes nothing.
const CONVINCING: u32 = 2;

/// The same where the expected key may just be missing: believing too early would make it a
/// surprise when it comes back.
const CONVINCING_IF_SKIPPED: u32 = 12;

impl RecordColumn {
    /// `depth` objects and arrays stand around the object.
    pub(crate) fn new(columns: &[Column], depth: usize) -> Self {
        let types = columns.iter().map(Column::field).collect();
        let required = columns.iter().zip(0..).filter(|(column, _)| !column.is_nullable());
        let required = required.map(|(_, field)| field).collect();
        let field = |(column, next): (&Column, u32)| Field {
            glue: Glue::plain(',', column.name()),
            seen: 0,
            next,
            instead: 0,
            times: 0,
            surprised_in: 0,
            slot: Slot::new(column, depth + 1),
            name: column.name().into(),
        };
        let end = Column::boolean("the end").required();
        let mut fields: Vec<Field> = columns.iter().zip(1..).map(field).collect();
        fields.push(Field { glue: Glue::exactly(b"}"), ..field((&end, 0)) });
        Self {
            fields: fields.into(),
            opening: columns.first().map_or_else(Glue::never, |c| Glue::plain('{', c.name())),
            first: 0,
            found: 0,
            first_instead: 0,
            visits: 0,
            required,
            depth: depth + 1,
            doubt: 0,
            valid: Bits::default(),
            names: Names::new(columns.iter().map(Column::name)),
            types,
        }
    }

    /// Index of the field that stands for the end of the object.
    #[inline(always)]
    pub(crate) fn end(&self) -> usize {
        self.fields.len() - 1
    }

    /// The object is that of `row`.
    #[inline(always)]
    pub(crate) fn close(&mut self, row: usize) {
        self.valid.set(row);
    }

    /// The field whose name are the `len` bytes at `at`.
    #[inline(always)]
    pub(crate) fn find<L: Stamped>(
        &self,
        level: L,
        text: Padded<'_>,
        at: usize,
        len: usize,
    ) -> Option<usize> {
        self.names.find(level, text, at, len)
    }

    /// The field of this name, which stands in the input in another spelling.
    #[cold]
    pub(crate) fn find_spelt(&self, name: &[u8]) -> Option<usize> {
        self.fields[..self.end()].iter().position(|field| field.name.as_bytes() == name)
    }

    /// Whether it makes sense to expect anything. If not, keys are found faster by name.
    #[inline(always)]
    pub(crate) fn has_an_order(&self) -> bool {
        self.doubt < DOUBTFUL || self.visits.is_multiple_of(NOW_AND_THEN)
    }

    /// A key came after some that are missing.
    #[inline(always)]
    pub(crate) fn trust_order(&mut self) {
        self.doubt = 0;
    }

    /// A key came that was not expected at all.
    #[inline(always)]
    pub(crate) fn doubt_order(&mut self) {
        self.doubt = (self.doubt + 1).min(DOUBTFUL);
    }

    /// After the field `place` came the field `found`, which was not expected. `skipped` says that
    /// it is one of those that were expected later.
    pub(crate) fn learn(&mut self, place: usize, found: usize, skipped: bool) {
        let field = &mut self.fields[place];
        let again = field.instead == found as u32 && field.surprised_in + 1 == self.visits;
        field.times = if again { field.times + 1 } else { 1 };
        (field.instead, field.surprised_in) = (found as u32, self.visits);
        if field.times >= if skipped { CONVINCING_IF_SKIPPED } else { CONVINCING } {
            field.next = found as u32;
        }
    }

    /// The object began with `bytes`, of which the key is that of `field`.
    pub(crate) fn learn_opening(&mut self, field: usize, bytes: &[u8]) {
        if self.first == field || self.first_instead == field {
            (self.first, self.opening) = (field, Glue::exactly(bytes));
        }
        self.first_instead = field;
    }

    /// What stands from `from` to `to` is between the value of `field` and the one before.
    #[inline(always)]
    pub(crate) fn learn_glue<L: Stamped>(
        &mut self,
        field: usize,
        level: L,
        text: Padded<'_>,
        from: usize,
        to: usize,
    ) {
        let glue = &mut self.fields[field].glue;
        if glue.after_any(level, text, from) != Some(to) {
            *glue = Glue::exactly(text.slice(from, to));
        }
    }

    /// The fault lies in the field of this index.
    #[cold]
    pub(crate) fn in_field(&self, fault: Box<Fault>, field: usize) -> Box<Fault> {
        fault.in_field(&self.fields[field].name)
    }

    /// The fault of an object that lacks a required field; its closing bracket is at `at`.
    pub(crate) fn missing(&self, at: usize) -> Option<Box<Fault>> {
        let missing = |&&field: &&usize| self.fields[field].seen != self.visits;
        let field = *self.required.iter().find(missing)?;
        let fault = Fault::new(ErrorKind::Missing, at, "a value", "nothing");
        Some(self.in_field(fault, field))
    }

    /// The first `rows` rows as the columns of a batch.
    pub(crate) fn finish_columns(&mut self, rows: usize) -> Vec<ArrayRef> {
        // Every row of a batch is there.
        self.valid.take(rows);
        self.columns(rows)
    }

    fn columns(&mut self, rows: usize) -> Vec<ArrayRef> {
        let end = self.end();
        self.fields[..end].iter_mut().map(|field| field.slot.finish(rows)).collect()
    }
}

impl Fill for RecordColumn {
    fn reserve(&mut self, rows: usize) {
        let end = self.end();
        self.fields[..end].iter_mut().for_each(|field| field.slot.reserve(rows));
        self.valid.reserve(rows);
    }

    fn read<L: Stamped>(&mut self, cursor: &mut Cursor<'_, L>, row: usize) -> Outcome<()> {
        if cursor.peek() != b'{' {
            return Err(cursor.mismatch("object"));
        }
        cursor.at = cursor.level.object(cursor.text, cursor.context, self, cursor.at, row)?;
        Ok(())
    }

    fn clear(&mut self, from: usize, to: usize) {
        let end = self.end();
        self.fields[..end].iter_mut().for_each(|field| field.slot.clear(from, to));
        self.valid.clear(from, to);
    }

    fn source(&mut self, piece: &Bytes, base: usize) {
        let end = self.end();
        self.fields[..end].iter_mut().for_each(|field| field.slot.source(piece, base));
    }

    fn finish(&mut self, rows: usize) -> ArrayRef {
        let nulls = self.valid.take_nulls(rows);
        let columns = self.columns(rows);
        Arc::new(StructArray::new(self.types.clone(), columns, nulls))
    }
}

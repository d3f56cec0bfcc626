//! Objects whose keys are columns.

use std::sync::Arc;

use arrow_array::{ArrayRef, StructArray};
use arrow_schema::Fields;
use bytes::Bytes;
use rowmill_scan::Padded;

use super::buffer::Bits;
use super::names::Names;
use super::plan::{Around, Plan};
use super::{Fill, Glue, Node, Slot};
use crate::cursor::{Context, Cursor};
use crate::error::ErrorKind;
use crate::fault::{Fault, Outcome};
use crate::layout::{Column, Kind};
use crate::notes::{Notes, Novel};
use crate::walk::Stamped;

/// A column of objects, and the row itself.
pub(crate) struct RecordColumn {
    /// Those that the layout names, one that stands for the end of the object, and then the keys
    /// that were met without being in the layout.
    pub(crate) fields: Vec<Field>,
    /// Index of the one that stands for the end.
    end: usize,
    /// How many of the fields have a key.
    all: usize,
    /// Whether there may be something to be done at the end of an object: a field must not be missing,
    /// or one keeps what is left.
    pub(crate) ends: bool,
    /// How many fields an object has if it is nothing all the same.
    pub(crate) whole: usize,
    /// Where the present object begins.
    pub(crate) begin: usize,
    /// The field that keeps what no other reads.
    pub(crate) rest: Option<usize>,
    /// The first key, with the bracket before it.
    pub(crate) opening: Glue,
    /// Which field that key names.
    pub(crate) first: usize,
    /// The field that was found last when it was not the expected one.
    pub(crate) found: usize,
    /// The field that came first when another was expected.
    pub(crate) first_instead: usize,
    /// The object in which it did.
    first_surprised_in: u64,
    /// Objects begun so far.
    pub(crate) visits: u64,
    /// The fields that must have a value.
    required: Box<[usize]>,
    /// Objects and arrays around a value of these fields.
    pub(crate) depth: usize,
    /// How many surprises there were since one was explained, or since an object had none, and the
    /// object of the last one.
    doubt: u32,
    doubted_in: u64,
    /// The number of this object in notes.
    place: u32,
    /// Whether an unknown key is an error.
    strict: bool,
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
    /// Which column of the object it becomes.
    output: u32,
    surprised_in: u64,
    pub(crate) slot: Slot,
    name: Box<str>,
    /// Where its value begins, or blanks before it.
    pub(crate) begin: usize,
}

/// The fields of an object found in one: their columns are those of the object around.
const SPREAD: u32 = u32::MAX;

/// No column at all.
const NOTHING: u32 = u32::MAX - 1;

/// So many keys of an object that are not in the layout are learnt like those that are.
const STRAYS: usize = 64;

/// After so many surprises that skipping fields did not explain, an object has no order of keys. It
/// is looked for again now and then, for as many objects as it takes to be convinced of one: the first
/// objects among them, since an order that is not the layout's surprises at every key.
const DOUBTFUL: u32 = 16;
const NOW_AND_THEN: u64 = 64;
const A_FEW: u64 = CONVINCING as u64 + 1;

/// A surprise that comes so often in a row is expected from then on. One alone, a key that is
/// missing for once, changes nothing.
const CONVINCING: u32 = 2;

/// The same where the expected key may just be missing: believing too early would make it a
/// surprise when it comes back.
const CONVINCING_IF_SKIPPED: u32 = 12;

/// A column as it is found by the keys that are left of its path.
struct Found<'a> {
    column: &'a Column,
    output: u32,
    keys: &'a [String],
}

impl RecordColumn {
    /// An object with these columns.
    pub(crate) fn new(columns: &[Column], around: Around, plan: &mut Plan) -> Self {
        let mut outputs = 0..;
        let found = columns.iter().map(|column| {
            let read = *column.kind() != Kind::Unread;
            let output = if read { outputs.next() } else { None };
            Found { column, output: output.unwrap_or(NOTHING), keys: column.keys() }
        });
        let types = columns.iter().filter_map(Column::field_if_read).collect();
        Self::of(found.collect(), types, around, plan)
    }

    fn of(columns: Vec<Found<'_>>, types: Fields, around: Around, plan: &mut Plan) -> Self {
        let place = plan.number();
        let keeps = |found: &Found<'_>| *found.column.kind() == Kind::RawJson;
        let rest = around.rest || columns.iter().any(keeps);
        let around = Around { depth: around.depth + 1, rest };
        let (mut fields, mut virtual_fields) = (Vec::new(), Vec::new());
        // Columns that read no key come last: nothing is ever expected there.
        let (unnamed, named): (Vec<_>, Vec<_>) = columns
            .into_iter()
            .partition(|found| matches!(found.column.kind(), Kind::RawJson | Kind::LineNumber));
        for found in named {
            let Some((key, below)) = found.keys.split_first() else { continue };
            if below.is_empty() {
                let slot = plan.in_field(key, |plan| Slot::new(found.column, around, plan));
                fields.push(Field::new(key, found.output, slot));
                continue;
            }
            // Several columns may lie in one object: its first one stands for all.
            let found = Found { keys: below, ..found };
            match fields.iter().position(|field: &Field| *field.name == **key) {
                Some(at) => {
                    let group = virtual_fields.iter_mut().find(|(field, _)| *field == at);
                    if let Some((_, group)) = group {
                        Vec::push(group, found);
                    }
                }
                None => {
                    virtual_fields.push((fields.len(), vec![found]));
                    // Its slot is made when all that is in it is known.
                    fields.push(Field::new(key, SPREAD, Slot::unread()));
                }
            }
        }
        for (at, group) in virtual_fields {
            let key = fields[at].name.clone();
            fields[at].slot = plan.in_field(&key, |plan| {
                let required = group.iter().any(|found| !found.column.is_nullable());
                let record = Self::of(group, Fields::empty(), around, plan);
                Slot::of(Node::Record(Box::new(record)), required, plan)
            });
        }
        let all = fields.len();
        let mut rest = None;
        for found in unnamed {
            if *found.column.kind() == Kind::RawJson {
                rest = Some(fields.len());
            }
            let slot =
                plan.in_field(found.column.name(), |plan| Slot::new(found.column, around, plan));
            let name = found.column.name();
            fields.push(Field { glue: Glue::never(), ..Field::new(name, found.output, slot) });
        }
        let end = fields.len();
        fields.push(Field { glue: Glue::exactly(b"}"), ..Field::new("", NOTHING, Slot::unread()) });
        for (field, next) in fields[..all].iter_mut().zip(1..) {
            field.next = next;
        }
        if let Some(last) = fields[..all].last_mut() {
            last.next = end as u32;
        }
        let required = |&field: &usize| {
            let slot = &fields[field].slot;
            slot.required && !matches!(slot.node, Node::Skipped(_))
        };
        let required: Box<[usize]> = (0..all).filter(required).collect();
        Self {
            end,
            all,
            ends: !required.is_empty() || rest.is_some(),
            whole: if rest.is_none() { all } else { usize::MAX },
            begin: 0,
            rest,
            opening: match fields[..all].first() {
                Some(first) => Glue::plain('{', &first.name),
                None => Glue::never(),
            },
            first: 0,
            found: 0,
            first_instead: 0,
            first_surprised_in: 0,
            visits: 0,
            required,
            depth: around.depth,
            doubt: 0,
            doubted_in: 0,
            place,
            strict: plan.strict && !around.rest,
            valid: Bits::default(),
            names: Names::new(fields[..all].iter().map(|field| &*field.name)),
            types,
            fields,
        }
    }

    /// Index of the field that stands for the end of the object.
    #[inline(always)]
    pub(crate) fn end(&self) -> usize {
        self.end
    }

    /// Whether a key of these fields has come so far, or there is none to come.
    pub(crate) fn has_met_a_key(&self) -> bool {
        self.all == 0 || self.fields[..self.all].iter().any(|field| field.seen > 0)
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
        let field = self.names.find(level, text, at, len)?;
        // Those that the layout does not name stand after the end.
        Some(if field < self.all { field } else { field - self.all + self.end + 1 })
    }

    /// The field of this name, which stands in the input in another spelling.
    #[cold]
    pub(crate) fn find_spelt(&self, name: &[u8]) -> Option<usize> {
        let is = |&field: &usize| self.fields[field].name.as_bytes() == name;
        (0..self.all).chain(self.end + 1..self.fields.len()).find(is)
    }

    /// A key that is none of the layout's, its name unescaped: the field it has become, or its number
    /// in notes.
    ///
    /// # Errors
    /// Where unknown keys are errors; `at` is the place of the key.
    #[cold]
    pub(crate) fn stray(&mut self, name: &[u8], at: usize, notes: &mut Notes) -> Outcome<Stray> {
        if self.strict {
            let fault = Fault::new(ErrorKind::UnknownKey, at, "a key of the layout", "another");
            return Err(fault.in_field(&String::from_utf8_lossy(name)));
        }
        let stray = notes.stray(self.place, name);
        let (Some(number), Ok(name)) = (stray, std::str::from_utf8(name)) else {
            return Ok(Stray::Passing(stray));
        };
        if !notes.is_remembered(number) || self.fields.len() > self.end + STRAYS {
            return Ok(Stray::Passing(stray));
        }
        self.fields.push(Field::new(name, NOTHING, Slot::stray(number)));
        // From now on, as many fields may have been met and one of the layout's be missing.
        self.whole = usize::MAX;
        let known = self.fields[..self.all].iter().chain(&self.fields[self.end + 1..]);
        self.names = Names::new(known.map(|field| &*field.name));
        Ok(Stray::Learnt(self.fields.len() - 1))
    }

    /// Whether it makes sense to expect anything. If not, keys are found faster by name.
    #[inline(always)]
    pub(crate) fn has_an_order(&self) -> bool {
        self.doubt < DOUBTFUL || self.visits % NOW_AND_THEN < A_FEW
    }

    /// A key came after some that are missing.
    #[inline(always)]
    pub(crate) fn trust_order(&mut self) {
        self.doubt = 0;
    }

    /// A key came that was not expected at all.
    #[inline(always)]
    pub(crate) fn doubt_order(&mut self) {
        if self.doubted_in + 1 < self.visits {
            self.doubt = 0;
        }
        self.doubted_in = self.visits;
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

    /// The field that came after the field `place` when another was expected there.
    #[inline(always)]
    pub(crate) fn instead(&self, place: usize) -> usize {
        self.fields[place].instead as usize
    }

    /// The object began with `bytes`, of which the key is that of `field`.
    pub(crate) fn learn_opening(&mut self, field: usize, bytes: &[u8]) {
        let again = self.first_instead == field && self.first_surprised_in + 1 == self.visits;
        if self.first == field || again {
            (self.first, self.opening) = (field, Glue::exactly(bytes));
        }
        (self.first_instead, self.first_surprised_in) = (field, self.visits);
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
        // A key that the layout does not name is data, as those of maps are.
        if field > self.end {
            return fault;
        }
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
        let mut columns = Vec::with_capacity(self.types.len());
        self.spread(rows, &mut columns);
        columns.sort_unstable_by_key(|(output, _)| *output);
        columns.into_iter().map(|(_, column)| column).collect()
    }

    fn spread(&mut self, rows: usize, columns: &mut Vec<(u32, ArrayRef)>) {
        for field in &mut self.fields[..self.end] {
            match (field.output, &mut field.slot.node) {
                (NOTHING, _) => {}
                (SPREAD, Node::Record(record)) => {
                    record.valid.take(rows);
                    record.spread(rows, columns);
                }
                (output, _) => columns.push((output, field.slot.finish(rows))),
            }
        }
    }

    /// Sets the number of the line that `row` comes from.
    pub(crate) fn number(&mut self, row: usize, line: u64) {
        for field in &mut self.fields[self.all..self.end] {
            if let Node::Line(column) = &mut field.slot.node {
                column.put(row, line);
            }
        }
    }
}

impl Field {
    /// As [`Slot::null`], for the value that was begun last.
    #[cold]
    #[inline(never)]
    pub(crate) fn null<L: Stamped>(
        &mut self,
        level: L,
        text: Padded<'_>,
        context: &mut Context,
        row: usize,
        depth: usize,
        fault: Box<Fault>,
    ) -> Outcome<usize> {
        self.slot.null(level, text, context, self.begin, row, depth, fault)
    }

    fn new(name: &str, output: u32, slot: Slot) -> Self {
        Self {
            glue: Glue::plain(',', name),
            seen: 0,
            next: 0,
            instead: 0,
            times: 0,
            output,
            surprised_in: 0,
            slot,
            name: name.into(),
            begin: 0,
        }
    }
}

/// What became of a key that is none of the layout's.
pub(crate) enum Stray {
    /// A field, which is expected from now on.
    Learnt(usize),
    /// A number in notes, or none where there are too many.
    Passing(Option<u32>),
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

    fn count_values(&self, rows: usize, novel: &mut [Novel]) {
        self.fields[..self.end].iter().for_each(|field| field.slot.count_values(rows, novel));
    }

    fn finish(&mut self, rows: usize) -> ArrayRef {
        let nulls = self.valid.take_nulls(rows);
        let columns = self.columns(rows);
        Arc::new(StructArray::new(self.types.clone(), columns, nulls))
    }
}

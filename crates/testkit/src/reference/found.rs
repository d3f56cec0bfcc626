//! What the reference decoder finds in an input.

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use arrow_array::RecordBatch;

/// Why a row is bad. A row whose grammar is at fault is named after that alone, whatever else is wrong
/// with it; of other faults the first one counts, where objects are read member by member, a value
/// that came before its tag after the object around it, and absence is noticed at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BadKind {
    /// The line is not JSON.
    Syntax,
    /// The input ends inside the line.
    Truncated,
    /// The line is not UTF-8.
    Utf8,
    /// An escape is half of a surrogate pair.
    Surrogate,
    /// The line is JSON but no object.
    NotAnObject,
    /// A value is of another JSON type than the column reads.
    Type,
    /// A text is not of the form its column reads.
    Format,
    /// A value is beyond the range of its column.
    Range,
    /// A value has digits its column cannot hold.
    Precision,
    /// Null where the field is not nullable.
    Null,
    /// No value where the field is not nullable.
    Missing,
    /// A key stands twice in one object.
    DuplicateKey,
    /// A key that no column reads, where those are errors.
    UnknownKey,
    /// Objects and arrays are nested too deep.
    Depth,
}

impl BadKind {
    /// Whether the fault is that a cell does not fit its column.
    pub(super) fn is_of_a_cell(self) -> bool {
        use BadKind::{Format, Missing, Null, Precision, Range, Type};
        [Type, Format, Range, Precision, Null, Missing].contains(&self)
    }
}

/// A bad row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub kind: BadKind,
    /// The column as a path, e.g. `Amount.TaxValues[].Value` or `LegalIdentifiers{}`; `None` if
    /// the fault belongs to no column.
    pub column: Option<String>,
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let column = self.column.as_deref().unwrap_or("no column");
        write!(f, "line {}: {:?} in {column}", self.line, self.kind)
    }
}

impl std::error::Error for BadRow {}

/// How often good rows made use of each [`Leniency`](super::Leniency).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// Uses of [`Leniency::empty_as_null`](super::Leniency::empty_as_null).
    pub empty_as_null: u64,
    /// Uses of [`Leniency::date_as_midnight`](super::Leniency::date_as_midnight).
    pub date_as_midnight: u64,
    /// Uses of [`Leniency::cut_digits`](super::Leniency::cut_digits).
    pub cut_digits: u64,
    /// Uses of [`Leniency::round_digits`](super::Leniency::round_digits).
    pub round_digits: u64,
    /// Uses of [`Leniency::rescue_digits`](super::Leniency::rescue_digits).
    pub rescue_digits: u64,
}

/// Everything that was found in an input.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Decoded {
    /// The good rows, in order.
    pub batch: RecordBatch,
    /// The bad ones, in order.
    pub bad: Vec<BadRow>,
    /// Physical lines, the last one also when its line end is missing.
    pub lines: u64,
    /// Lines of nothing but white space.
    pub blank: u64,
    /// Leniencies used in good rows.
    pub uses: Uses,
    /// What good rows had beyond the columns.
    pub drift: Drift,
}

/// What good rows had beyond the columns, each in the order of its first appearance.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Drift {
    /// Keys that no column reads: path of the object, and name.
    pub keys: Vec<(NewKey, Sights)>,
    /// Values that are none of the known ones: path of the column, and text.
    pub values: Vec<((String, String), Sights)>,
    /// Cells made null: path of the column.
    pub nulled: Vec<(String, Sights)>,
}

/// A key that no column reads.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NewKey {
    /// Path of the object around it.
    pub object: String,
    /// The key.
    pub name: String,
}

/// How often something was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sights {
    /// All in all.
    pub count: u64,
    /// The line of the first one.
    pub first_line: u64,
    /// What kinds of values were seen, where that matters.
    pub kinds: BTreeSet<&'static str>,
}

/// What is noted while a row is read.
#[derive(Clone, Default)]
pub(super) struct Notes {
    pub(super) uses: Uses,
    pub(super) keys: Vec<(NewKey, &'static str)>,
    pub(super) values: Vec<(String, String)>,
    pub(super) nulled: Vec<String>,
}

/// The notes of all good rows.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) uses: Uses,
    pub(super) drift: Drift,
    places: HashMap<NewKey, usize>,
}

impl Gathered {
    /// Adds the notes of the good row in this line.
    pub(super) fn add(&mut self, notes: Notes, line: u64) {
        let (all, more) = (&mut self.uses, notes.uses);
        all.empty_as_null += more.empty_as_null;
        all.date_as_midnight += more.date_as_midnight;
        all.cut_digits += more.cut_digits;
        all.round_digits += more.round_digits;
        all.rescue_digits += more.rescue_digits;
        let drift = &mut self.drift;
        for (key, kind) in notes.keys {
            let place = *self.places.entry(key.clone()).or_insert(drift.keys.len());
            if place == drift.keys.len() {
                drift.keys.push((key, Sights::none(line)));
            }
            drift.keys[place].1.add(Some(kind));
        }
        for value in notes.values {
            see(&mut drift.values, value, line);
        }
        for column in notes.nulled {
            see(&mut drift.nulled, column, line);
        }
    }
}

impl Sights {
    fn none(first_line: u64) -> Self {
        Self { count: 0, first_line, kinds: BTreeSet::new() }
    }

    fn add(&mut self, kind: Option<&'static str>) {
        self.count += 1;
        self.kinds.extend(kind);
    }
}

fn see<T: PartialEq>(all: &mut Vec<(T, Sights)>, what: T, line: u64) {
    match all.iter_mut().find(|(known, _)| *known == what) {
        Some((_, sights)) => sights.add(None),
        None => {
            let mut sights = Sights::none(line);
            sights.add(None);
            all.push((what, sights));
        }
    }
}

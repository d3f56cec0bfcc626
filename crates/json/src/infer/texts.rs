//! What a column of texts may be read as.

use ahash::RandomState;
use rowmill_scan::{
    Level, Padded, is_duration, parse_date, parse_instant, parse_uuid, quoted_instant,
};

use super::note::Note;
use crate::layout::Column;

/// Texts of an `enum`: at most so many different ones, of at most so many bytes, each there so often
/// on average.
const FEW: usize = 64;
const SHORT: usize = 64;
const OFTEN: u64 = 4;

/// The texts seen so far, by the forms that all of them have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Texts {
    /// Of the forms below, those that every text but the empty one has.
    forms: u8,
    /// Of the marks below, those that are true of one text at least.
    marks: u8,
    distinct: Distinct,
}

/// Bytes of a UUID and of a date.
const UUID_LENGTH: usize = 36;
const DATE_LENGTH: usize = 10;

/// Seconds whose every nanosecond a column in nanoseconds holds.
const NANO_SECONDS: std::ops::Range<i64> = -9_223_372_036..9_223_372_036;

const UUID: u8 = 1;
const DATE: u8 = 2;
const INSTANT: u8 = 4;
/// An instant that a column in microseconds holds, and one in nanoseconds.
const MICROS: u8 = 8;
const NANOS: u8 = 16;
const DATE_OR_INSTANT: u8 = 32;
const DURATION: u8 = 64;
const ALL: u8 = 127;

const EMPTY: u8 = 1;
const NOT_EMPTY: u8 = 2;
/// An instant that is not written in UTC.
const OFFSET: u8 = 4;
/// A UUID with digits in upper case.
const UPPER_CASE: u8 = 8;
/// A duration that could hardly be anything else: with a time of day, or of two parts.
const SURE_DURATION: u8 = 16;

impl Default for Texts {
    fn default() -> Self {
        Self { forms: ALL, marks: 0, distinct: Distinct::default() }
    }
}

impl Texts {
    /// Takes in one text.
    pub(super) fn see(&mut self, text: &[u8]) {
        self.distinct.see(text);
        if text.is_empty() {
            self.marks |= EMPTY;
            return;
        }
        self.marks |= NOT_EMPTY;
        if self.forms != 0 {
            self.forms &= self.forms_of(text);
            self.drop_marks();
        }
    }

    /// Forgets marks about a form that not all texts have: only some of them were asked.
    fn drop_marks(&mut self) {
        for (form, mark) in [(UUID, UPPER_CASE), (INSTANT, OFFSET), (DURATION, SURE_DURATION)] {
            if !self.all(form) {
                self.marks &= !mark;
            }
        }
    }

    /// The forms that `text` has, of those that are still asked about.
    fn forms_of(&mut self, text: &[u8]) -> u8 {
        match text {
            _ if self.all(UUID) && parse_uuid(text).is_some() => {
                if has_upper_case(text) {
                    self.marks |= UPPER_CASE;
                }
                UUID
            }
            [b'0'..=b'9', ..] if self.forms & DATE_OR_INSTANT != 0 => self.time(text),
            [b'P' | b'+' | b'-', ..] if self.forms & DURATION != 0 && is_duration(text) => {
                let letters = text.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
                if letters > 2 || text.contains(&b'T') {
                    self.marks |= SURE_DURATION;
                }
                DURATION
            }
            _ => 0,
        }
    }

    fn time(&mut self, text: &[u8]) -> u8 {
        if text.len() == DATE_LENGTH {
            return if parse_date(text).is_some() { DATE | DATE_OR_INSTANT } else { 0 };
        }
        let Some(instant) = parse_instant(text) else { return 0 };
        let in_utc = text.ends_with(b"Z")
            || text.ends_with(b"z")
            || text.ends_with(b"+00:00")
            || text.ends_with(b"-00:00");
        if !in_utc {
            self.marks |= OFFSET;
        }
        let mut forms = INSTANT | DATE_OR_INSTANT;
        if !instant.finer {
            if instant.nanos.is_multiple_of(1000) {
                forms |= MICROS;
            }
            let nanos = i128::from(instant.seconds) * 1_000_000_000 + i128::from(instant.nanos);
            if i64::try_from(nanos).is_ok() {
                forms |= NANOS;
            }
        }
        forms
    }

    /// The end of the string at `at`, if it is one that `see` would learn nothing from: of a form that
    /// serialisers write, where texts are of that form and too many to be told apart. `None` says
    /// nothing about it.
    #[inline(always)]
    pub(super) fn usual<L: Level>(&self, level: L, text: Padded<'_>, at: usize) -> Option<usize> {
        if self.distinct.0.is_some() {
            return None;
        }
        if self.forms == UUID {
            let block = text.block::<64>(at);
            level.uuid(block)?;
            let upper = !self.any(UPPER_CASE) && has_upper_case(&block[1..1 + UUID_LENGTH]);
            return (!upper).then_some(at + 2 + UUID_LENGTH);
        }
        if self.all(MICROS) {
            let (instant, length) = quoted_instant(level, text.block(at))?;
            let in_nanos = NANO_SECONDS.contains(&instant.seconds) || !self.all(NANOS);
            return (instant.nanos.is_multiple_of(1000) && in_nanos).then_some(at + length);
        }
        None
    }

    /// Takes in all that the other has seen.
    pub(super) fn join(&mut self, other: &Self) {
        self.forms &= other.forms;
        self.marks |= other.marks;
        self.drop_marks();
        self.distinct.join(&other.distinct);
    }

    fn all(&self, form: u8) -> bool {
        self.forms & form != 0
    }

    fn any(&self, mark: u8) -> bool {
        self.marks & mark != 0
    }

    /// The narrowest column that loses nothing of these texts, of which there are `count`, and what
    /// there is to say about it.
    pub(super) fn column(&self, name: &str, count: u64) -> (Column, Option<Note>) {
        if !self.any(NOT_EMPTY) {
            return self.plain(name, count);
        }
        let note = |mark, note| self.any(mark).then_some(note);
        let time = if self.all(MICROS) {
            Some(Column::timestamp_us(name))
        } else if self.all(NANOS) {
            Some(Column::timestamp_ns(name))
        } else if self.all(DATE) {
            Some(Column::date(name))
        } else {
            None
        };
        match time {
            Some(_) if self.any(EMPTY) => (Column::string(name), Some(Note::EmptyTimes)),
            Some(column) => (column, note(OFFSET, Note::Offsets)),
            None if self.all(INSTANT) => (Column::string(name), Some(Note::FineInstants)),
            None if self.all(DATE_OR_INSTANT) => {
                (Column::string(name), Some(Note::DatesAndInstants))
            }
            None if self.any(EMPTY) => self.plain(name, count),
            None if self.all(UUID) => (Column::uuid(name), note(UPPER_CASE, Note::UpperCase)),
            None if self.all(DURATION) && self.any(SURE_DURATION) => (Column::duration(name), None),
            None => self.plain(name, count),
        }
    }

    fn plain(&self, name: &str, count: u64) -> (Column, Option<Note>) {
        match self.distinct.count() {
            Some(different) if count >= OFTEN * different => {
                (Column::category(name), Some(Note::FewTexts))
            }
            _ => (Column::string(name), None),
        }
    }
}

/// All of it is looked at, which takes fewer instructions than to stop early.
#[inline(always)]
fn has_upper_case(text: &[u8]) -> bool {
    text.iter().fold(false, |any, byte| any | byte.is_ascii_uppercase())
}

/// Different short texts, as long as they are few; a text that is not short counts as many, and so
/// does a UUID.
///
/// Kept as hashes: what the texts are is nobody's business. Two that share a hash would count as
/// one, which decides between two types that both hold any text.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Distinct(Option<Vec<u64>>);

impl Default for Distinct {
    fn default() -> Self {
        Self(Some(Vec::new()))
    }
}

/// The same in every thread, or hashes could not be compared.
const HASHER: RandomState = RandomState::with_seeds(1, 2, 3, 4);

impl Distinct {
    fn see(&mut self, text: &[u8]) {
        if self.0.is_none() {
            return;
        }
        if text.len() > SHORT || text.len() == UUID_LENGTH && parse_uuid(text).is_some() {
            self.0 = None;
            return;
        }
        self.add(HASHER.hash_one(text));
    }

    fn add(&mut self, hash: u64) {
        let Some(hashes) = &mut self.0 else { return };
        let Err(place) = hashes.binary_search(&hash) else { return };
        if hashes.len() == FEW {
            self.0 = None;
        } else {
            hashes.insert(place, hash);
        }
    }

    fn join(&mut self, other: &Self) {
        match &other.0 {
            Some(hashes) => hashes.iter().for_each(|hash| self.add(*hash)),
            None => self.0 = None,
        }
    }

    /// How many there are; `None` for many.
    fn count(&self) -> Option<u64> {
        self.0.as_ref().map(|hashes| hashes.len() as u64)
    }
}

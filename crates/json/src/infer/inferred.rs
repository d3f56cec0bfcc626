//! What came out of an inference.

use super::note::Note;
use super::tally::Tally;
use crate::layout::Layout;
use crate::options::Counts;

/// A layout, and what it was inferred from.
#[derive(Clone, Debug, PartialEq)]
pub struct Inferred {
    pub(super) layout: Layout,
    pub(super) seen: Vec<Seen>,
    pub(super) counts: Counts,
    pub(super) whole: bool,
}

impl Inferred {
    /// The layout.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Rows that were looked at.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.counts.rows
    }

    /// Lines that were skipped because they are no rows. A decoder will say why.
    #[must_use]
    pub fn bad_rows(&self) -> u64 {
        self.counts.quarantined
    }

    /// Lines of nothing but white space.
    #[must_use]
    pub fn blank_lines(&self) -> u64 {
        self.counts.blank
    }

    /// Bytes that were looked at.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.counts.bytes
    }

    /// Whether that was all of the input. If not, nothing is required, and later rows may not fit.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// What was seen in each place, in the order of the layout: a column, then what is inside of it.
    #[must_use]
    pub fn seen(&self) -> &[Seen] {
        &self.seen
    }

    /// All notes, with the place that each is about.
    pub fn notes(&self) -> impl Iterator<Item = (&Seen, Note)> {
        self.seen.iter().flat_map(|seen| seen.notes.iter().map(move |note| (seen, *note)))
    }
}

/// What was seen in one place.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Seen {
    /// Path of the column, e.g. `Amount.TaxValues[].Value`; keys of maps are data and show as `{}`.
    pub path: String,
    /// Values of each kind, nulls too.
    pub values: Tally,
    /// Objects that lack the key.
    pub absent: u64,
    /// What the data did not show, and what is a judgement.
    pub notes: Vec<Note>,
}

//! What is known of one partition.

use crate::sink::Place;

/// Rows of a partition that wait on the disk, and what its parts are called.
#[derive(Default)]
pub(super) struct Lane {
    /// In their order.
    pub(super) pieces: Vec<Piece>,
    pub(super) rows: u64,
    /// About so many in memory.
    pub(super) bytes: u64,
    /// Parts that have begun in a source, the last one that one has begun in, and in all.
    begun: (usize, usize),
    parts: usize,
}

/// Rows of one source.
pub(super) struct Piece {
    pub(super) place: Place,
    pub(super) source: usize,
}

impl Lane {
    /// The rows that wait. None do from then on.
    pub(super) fn take(&mut self) -> Vec<Piece> {
        (self.rows, self.bytes) = (0, 0);
        std::mem::take(&mut self.pieces)
    }

    /// A part begins in `source`: how many have before, in it and in all.
    pub(super) fn begin(&mut self, source: usize) -> (usize, usize) {
        if self.begun.0 != source {
            self.begun = (source, 0);
        }
        let before = (self.begun.1, self.parts);
        self.begun.1 += 1;
        self.parts += 1;
        before
    }
}

//! What is known of one partition.

use crate::sink::{Place, ROW_GROUP_ROWS};

/// Rows of so many bytes make a row group, however few they are.
const ENOUGH: u64 = 256 << 20;

/// Rows of a partition that wait on the disk, and what its parts are called.
#[derive(Default)]
pub(super) struct Lane {
    /// In their order.
    pieces: Vec<Piece>,
    /// Rows and bytes of all of them.
    waits: Size,
    /// Parts that have begun in a source, the last one that one has begun in, and in all.
    begun: (usize, usize),
    parts: usize,
}

/// Rows of one source.
pub(super) struct Piece {
    pub(super) place: Place,
    pub(super) source: usize,
    pub(super) rows: usize,
}

#[derive(Clone, Copy, Default)]
struct Size {
    rows: usize,
    bytes: u64,
}

impl Size {
    fn add(&mut self, piece: &Piece) {
        self.rows += piece.rows;
        self.bytes += piece.place.bytes();
    }

    fn is_a_row_group_at_most(&self) -> bool {
        self.rows <= ROW_GROUP_ROWS && self.bytes <= ENOUGH
    }
}

impl Lane {
    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// These rows wait too.
    pub(super) fn push(&mut self, piece: Piece) {
        self.waits.add(&piece);
        self.pieces.push(piece);
    }

    /// The rows that wait. None do from then on.
    pub(super) fn take(&mut self) -> Vec<Piece> {
        self.waits = Size::default();
        std::mem::take(&mut self.pieces)
    }

    /// The first ones that make a row group, if more wait: what is left over waits for the next one.
    pub(super) fn row_group(&mut self) -> Option<Vec<Piece>> {
        if self.waits.is_a_row_group_at_most() {
            return None;
        }
        let mut size = Size::default();
        let fits = |piece: &&Piece| {
            size.add(piece);
            size.is_a_row_group_at_most()
        };
        // One that is larger by itself goes all the same.
        let count = self.pieces.iter().take_while(fits).count().max(1);
        let rest = self.pieces.split_off(count);
        let group = self.take();
        rest.into_iter().for_each(|piece| self.push(piece));
        Some(group)
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

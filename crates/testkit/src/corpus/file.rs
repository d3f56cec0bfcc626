//! A run of rows as a file of known size, any piece of which can be made alone.

use std::num::NonZero;
use std::ops::Range;
use std::sync::Arc;
use std::thread;

use bytes::Bytes;

use super::{BLOCK_ROWS, Corpus, Totals};

/// Some rows of a corpus as a file. It remembers where its blocks begin, not what is in them.
/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct CorpusFile {
    corpus: Corpus,
    rows: Range<u64>,
    /// Offset of each block's first byte, and the size of the file as the last entry.
    offsets: Arc<[u64]>,
    totals: Arc<Totals>,
}

impl CorpusFile {
    /// The counting pass: makes every row once and keeps the sizes.
    pub(super) fn count(corpus: &Corpus, rows: Range<u64>) -> CorpusFile {
        let blocks = (rows.end - rows.start).div_ceil(BLOCK_ROWS);
        let cores = thread::available_parallelism().map_or(1, NonZero::get) as u64;
        let threads = cores.min(blocks.div_ceil(8)).max(1);
        let bounds = |i: u64| blocks * i / threads;
        let parts: Vec<Vec<Totals>> = thread::scope(|scope| {
            let workers: Vec<_> = (1..threads)
                .map(|i| {
                    scope.spawn({
                        let rows = rows.clone();
                        move || count_blocks(corpus, &rows, bounds(i)..bounds(i + 1))
                    })
                })
                .collect();
            let first = count_blocks(corpus, &rows, 0..bounds(1));
            // A panic in a worker is a defect of the generator: it goes on here.
            let rest = workers.into_iter().map(|worker| match worker.join() {
                Ok(part) => part,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            [first].into_iter().chain(rest).collect()
        });
        let mut totals = Totals::default();
        let mut offsets = vec![0];
        for block in parts.iter().flatten() {
            totals += block;
            offsets.push(totals.bytes);
        }
        CorpusFile { corpus: corpus.clone(), rows, offsets: offsets.into(), totals: totals.into() }
    }

    /// The exact size in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.totals.bytes
    }

    /// What the rows of this file add up to.
    #[must_use]
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// The whole file in pieces of whole lines.
    #[must_use]
    pub fn pieces(&self) -> Pieces {
        self.range(0..self.size())
    }

    /// The bytes of a range in pieces, one per block that the range touches; only those blocks
    /// are made, each when its piece is asked for. What lies beyond the end is left out.
    #[must_use]
    pub fn range(&self, range: Range<u64>) -> Pieces {
        let end = range.end.min(self.size());
        Pieces { file: self.clone(), range: range.start.min(end)..end }
    }

    fn block_rows(&self, block: u64) -> Range<u64> {
        block_rows(&self.rows, block)
    }
}

fn block_rows(rows: &Range<u64>, block: u64) -> Range<u64> {
    let start = rows.start + block * BLOCK_ROWS;
    start..(start + BLOCK_ROWS).min(rows.end)
}

fn count_blocks(corpus: &Corpus, rows: &Range<u64>, blocks: Range<u64>) -> Vec<Totals> {
    let mut out = Vec::new();
    blocks
        .map(|block| {
            out.clear();
            corpus.write_rows(block_rows(rows, block), &mut out)
        })
        .collect()
}

/// The pieces of a range, made one by one; see [`CorpusFile::range`].
#[derive(Debug)]
pub struct Pieces {
    file: CorpusFile,
    /// What is still to come.
    range: Range<u64>,
}

impl Iterator for Pieces {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        if self.range.is_empty() {
            return None;
        }
        // A range that is not empty starts before the end, so a block holds its first byte;
        // blocks are never empty, so no two share an offset.
        let offsets = &self.file.offsets;
        let block = offsets.partition_point(|&offset| offset <= self.range.start) - 1;
        let (start, end) = (offsets[block], offsets[block + 1]);
        let mut lines = Vec::with_capacity((end - start) as usize);
        self.file.corpus.write_rows(self.file.block_rows(block as u64), &mut lines);
        let from = (self.range.start - start) as usize;
        let to = (self.range.end.min(end) - start) as usize;
        self.range.start = end.min(self.range.end);
        Some(Bytes::from(lines).slice(from..to))
    }
}

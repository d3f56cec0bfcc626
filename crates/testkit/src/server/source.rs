//! Where a file's bytes come from.

use std::ops::Range;

use bytes::Bytes;

use crate::corpus::CorpusFile;

/// Bytes of a file that is held in memory are sent in pieces of this size.
const PIECE: usize = 64 * 1024;

#[derive(Clone)]
pub(super) enum Source {
    Corpus(CorpusFile),
    Raw(Bytes),
}

impl Source {
    pub(super) fn size(&self) -> u64 {
        match self {
            Source::Corpus(file) => file.size(),
            Source::Raw(bytes) => bytes.len() as u64,
        }
    }

    /// The bytes of a range that lies within the file, piece by piece.
    pub(super) fn pieces(&self, range: Range<u64>) -> Box<dyn Iterator<Item = Bytes> + Send> {
        match self {
            Source::Corpus(file) => Box::new(file.range(range)),
            Source::Raw(bytes) => {
                let end = (range.end as usize).min(bytes.len());
                let rest = bytes.slice((range.start as usize).min(end)..end);
                Box::new(
                    (0..rest.len())
                        .step_by(PIECE)
                        .map(move |start| rest.slice(start..(start + PIECE).min(rest.len()))),
                )
            }
        }
    }
}

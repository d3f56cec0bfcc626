//! How far a run has come.

use std::sync::Arc;

/// How far a run has come, as its progress callback is told when rows of a source have begun to come,
/// then each time that another mebibyte of it was read, and at its end. With threads, what was read is
/// ahead of the rows. The callback is called on a thread of the run and holds it up while it works.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Progress {
    /// Which source this is about, counted from 0.
    pub file: usize,
    /// How many sources there are.
    pub files: usize,
    /// Name of the source.
    pub source: Arc<str>,
    /// Bytes of the source read so far, as they are stored or sent (compressed ones count
    /// compressed).
    pub read: u64,
    /// Bytes of the whole source, as far as it is known.
    pub size: Option<u64>,
    /// Rows written so far of this source.
    pub rows: u64,
    /// Rows set aside so far of this source.
    pub quarantined: u64,
    /// Whether the source has been read to its end and all its rows are written.
    pub finished: bool,
}

/// Bytes of a source that are read between two calls.
const STEP: u64 = 1 << 20;

/// When there is something to tell of a source.
#[derive(Default)]
pub(crate) struct Pace {
    /// How far it was when it was told last.
    told: Option<u64>,
}

impl Pace {
    /// Whether it is to be told that so many bytes were read; then it counts as told.
    pub(crate) fn is_due(&mut self, read: u64) -> bool {
        let due = self.told.is_none_or(|told| read - told >= STEP);
        if due {
            self.told = Some(read);
        }
        due
    }
}

/// A callback for [`Progress`].
pub(crate) type OnProgress = Arc<dyn Fn(Progress) + Send + Sync>;

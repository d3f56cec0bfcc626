//! How far a run has come.

use std::sync::Arc;

/// How far a run has come, as its progress callback is told after every chunk of input (about a
/// mebibyte) and at the end of every source. The callback is called on a thread of the run and
/// holds it up while it works.
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

/// A callback for [`Progress`].
pub(crate) type OnProgress = Arc<dyn Fn(Progress) + Send + Sync>;

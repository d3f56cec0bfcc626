//! Sources to record batches.

#[cfg(feature = "async")]
mod batches;
mod reader;

use rowmill_json::{Decoder, Layout, Options};

use crate::cancel::Cancel;
use crate::error::Result;
use crate::source::Source;

#[cfg(feature = "async")]
pub use batches::{Batches, decode};
pub use reader::{BatchReader, read};

/// Decodes JSON Lines, compressed or not, into record batches: by [`read`](Self::read) for who blocks
/// and, with the feature `async`, by `stream` for who awaits. Both give the same batches.
///
/// ```
/// use rowmill::{Column, Decode, Layout, Limit, OnBadRow, Options, Source};
///
/// let layout = Layout::new([Column::int64("n")])?;
/// let mut options = Options::default();
/// options.threads = 2;
/// options.on_bad_row = OnBadRow::Quarantine { at_most: Limit::Percent(50.0) };
/// let source = Source::reader("rooms", &b"{\"n\":1}\n{\"n\":\"x\"}\n"[..]);
/// let mut reader = Decode::new(&layout).options(options).read(source)?;
/// let batch = reader.next_batch()?.expect("a row");
/// assert_eq!(batch.num_rows(), 1);
/// assert!(reader.next_batch()?.is_none());
/// assert_eq!(reader.take_rejects()[0].raw(), b"{\"n\":\"x\"}");
/// assert_eq!(reader.report().expect("ended well").quarantined, 1);
/// # Ok::<(), rowmill::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is read before `read` or `stream`"]
pub struct Decode {
    layout: Layout,
    options: Options,
    max_expansion: Option<u64>,
    cancel: Cancel,
}

impl Decode {
    /// A decoding of rows of this layout.
    pub fn new(layout: impl Into<Layout>) -> Self {
        let (layout, options) = (layout.into(), Options::default());
        Self { layout, options, max_expansion: None, cancel: Cancel::new() }
    }

    /// Threads, sizes of batches, limits, and what a bad row does. With more than one thread, reading
    /// and decompression have one of their own, too.
    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// How many bytes may come out of one of a compressed source: as
    /// [`Convert::max_expansion`](crate::Convert::max_expansion).
    pub fn max_expansion(mut self, times: u64) -> Self {
        self.max_expansion = Some(times);
        self
    }

    /// Lets `token` end the batches with an error, as [`Cancelled`](crate::ErrorKind::Cancelled).
    pub fn cancel(mut self, token: Cancel) -> Self {
        self.cancel = token;
        self
    }

    /// Opens `source` for a reader of batches, which decodes where it is called. It blocks, and neither
    /// needs nor starts a runtime.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input): the source is missing or cannot be read.
    /// [`Data`](crate::ErrorKind::Data): its compressed bytes are damaged at their very beginning.
    /// [`Cancelled`](crate::ErrorKind::Cancelled).
    pub fn read(&self, source: impl Into<Source>) -> Result<BatchReader> {
        self.cancel.check()?;
        let source = source.into();
        let name = source.name();
        let opened = source.open(self.options.threads, self.max_expansion, &self.cancel)?;
        let decoder = Decoder::with(&self.layout, self.options.clone());
        Ok(BatchReader::new(name, opened, decoder, self.cancel.clone()))
    }
}

//! A source on its way to its end.

use std::fmt;

use bytes::Bytes;

use super::{Opened, Source};
use crate::cancel::Cancel;
use crate::error::{Error, Result};

impl Source {
    /// Opens it and gives its bytes in order, decompressed, in chunks of about a mebibyte: what
    /// [`Convert`](crate::Convert) reads. With `threads` above 1, reading and decompression have a
    /// thread of their own. `cancel` ends a read that blocks, if there is such a thread.
    ///
    /// ```
    /// use rowmill::{Cancel, Source};
    ///
    /// let source = Source::reader("rooms", &b"{}\n{}\n"[..]);
    /// let mut bytes = 0;
    /// for chunk in source.read(1, &Cancel::new())? {
    ///     bytes += chunk?.len();
    /// }
    /// assert_eq!(bytes, 6);
    /// # Ok::<(), rowmill::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input): it is missing or cannot be read.
    /// [`Data`](crate::ErrorKind::Data): its compressed bytes are damaged.
    pub fn read(self, threads: usize, cancel: &Cancel) -> Result<Reading> {
        let name = self.name();
        self.open(threads, None, cancel).map(|opened| Reading { name, opened })
    }
}

/// The bytes of a [`Source`], made by [`Source::read`]. It ends after an error.
pub struct Reading {
    name: String,
    opened: Opened,
}

impl Iterator for Reading {
    type Item = Result<Bytes>;

    fn next(&mut self) -> Option<Self::Item> {
        let chunk = self.opened.chunks.next()?;
        Some(chunk.map_err(|cause| Error::reading(&self.name, cause)))
    }
}

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reading").field(&self.name).finish()
    }
}

//! Bytes in pieces, and the two ways between them and readers.

use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::{Buf, Bytes};

/// Bytes of one chunk: large enough that handing it on costs nothing, small enough to hold a few.
pub(super) const CHUNK: usize = 1 << 20;

/// The bytes of a source in order. It ends after an error.
pub(crate) type Chunks = Box<dyn Iterator<Item = io::Result<Bytes>> + Send>;

/// Chunks out of a reader; they are counted as they are read.
pub(super) struct ReadChunks<R> {
    reader: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> ReadChunks<R> {
    pub(super) fn new(reader: R, read: Arc<AtomicU64>) -> Self {
        Self { reader, read }
    }
}

impl<R: Read> Iterator for ReadChunks<R> {
    type Item = io::Result<Bytes>;

    fn next(&mut self) -> Option<Self::Item> {
        // `read_to_end` fills spare capacity without clearing it first, and `Bytes` takes the
        // vector as it is.
        let mut chunk = Vec::with_capacity(CHUNK);
        match self.reader.by_ref().take(CHUNK as u64).read_to_end(&mut chunk) {
            Ok(0) => None,
            Ok(n) => {
                self.read.fetch_add(n as u64, Ordering::Relaxed);
                Some(Ok(chunk.into()))
            }
            Err(error) => Some(Err(error)),
        }
    }
}

/// A reader out of chunks, for the decompressors.
pub(super) struct ChunkReader {
    chunks: Chunks,
    current: Bytes,
}

/// An error of the chunks below a decompressor, marked so that it can be told from one of the
/// decompressor itself.
#[derive(Debug)]
pub(super) struct FromBelow(pub(super) io::Error);

impl std::fmt::Display for FromBelow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for FromBelow {}

impl ChunkReader {
    pub(super) fn new(chunks: Chunks) -> Self {
        Self { chunks, current: Bytes::new() }
    }
}

impl BufRead for ChunkReader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.current.is_empty() {
            match self.chunks.next() {
                Some(Ok(chunk)) => self.current = chunk,
                Some(Err(error)) => return Err(io::Error::other(FromBelow(error))),
                None => break,
            }
        }
        Ok(&self.current)
    }

    fn consume(&mut self, amount: usize) {
        self.current.advance(amount.min(self.current.len()));
    }
}

impl Read for ChunkReader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(into)?;
        self.consume(n);
        Ok(n)
    }
}

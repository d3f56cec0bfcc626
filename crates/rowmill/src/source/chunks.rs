//! Bytes in pieces, and the two ways between them and readers.

use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::{Buf, Bytes, BytesMut};

use super::Received;
use super::buffers::Buffers;
use super::fingerprint::Fingerprint;

/// The bytes of a source in order. It ends after an error.
pub(crate) type Chunks = Box<dyn Iterator<Item = io::Result<Bytes>> + Send>;

/// Chunks out of a reader; they are counted as they are read, and known by their fingerprint after the
/// last one.
pub(super) struct ReadChunks<R> {
    reader: R,
    received: Received,
    fingerprint: Fingerprint,
    buffers: Buffers,
}

impl<R: Read> ReadChunks<R> {
    pub(super) fn new(reader: R, received: Received) -> Self {
        let (fingerprint, buffers) = (Fingerprint::new(), Buffers::default());
        Self { reader, received, fingerprint, buffers }
    }

    /// Reads until `room` is full or nothing is left.
    fn fill(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < room.len() {
            match self.reader.read(&mut room[filled..]) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }
}

impl<R: Read> Iterator for ReadChunks<R> {
    type Item = io::Result<Bytes>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut room = self.buffers.take();
        match self.fill(&mut room) {
            Ok(0) => {
                self.received.fingerprint.get_or_init(|| self.fingerprint.finish());
                None
            }
            Ok(n) => {
                self.fingerprint.add(&room[..n]);
                self.received.bytes.fetch_add(n as u64, Ordering::Relaxed);
                Some(Ok(self.buffers.hand_out(room, n)))
            }
            Err(error) => Some(Err(error)),
        }
    }
}

/// Chunks that come from no reader; they are counted as they are taken, and known by their fingerprint
/// after the last one.
#[cfg(feature = "async")]
pub(super) struct SeenChunks {
    chunks: Chunks,
    received: Received,
    fingerprint: Fingerprint,
}

#[cfg(feature = "async")]
impl SeenChunks {
    pub(super) fn new(chunks: Chunks, received: Received) -> Self {
        Self { chunks, received, fingerprint: Fingerprint::new() }
    }
}

#[cfg(feature = "async")]
impl Iterator for SeenChunks {
    type Item = io::Result<Bytes>;

    fn next(&mut self) -> Option<Self::Item> {
        let chunk = self.chunks.next();
        match &chunk {
            Some(Ok(chunk)) => {
                self.fingerprint.add(chunk);
                self.received.bytes.fetch_add(chunk.len() as u64, Ordering::Relaxed);
            }
            Some(Err(_)) => {}
            None => {
                self.received.fingerprint.get_or_init(|| self.fingerprint.finish());
            }
        }
        chunk
    }
}

/// Bytes that a decompressor is given at once.
pub(super) const BLOCK: usize = 64 << 10;

/// A reader out of chunks, for the decompressors.
///
/// It hands out blocks of one size, whatever the chunks are. So what a decompressor makes of them,
/// and where it notices that something is wrong, depends on the bytes alone.
pub(super) struct ChunkReader {
    chunks: Chunks,
    /// What is left of the chunk in hand.
    chunk: Bytes,
    /// What is left of the block in hand.
    block: Bytes,
    /// Ends the chunks, once the bytes before it have been read.
    failed: Option<io::Error>,
    /// Bytes read. Shared, since the decompressor owns the reader.
    position: Arc<AtomicU64>,
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
    /// Bytes are counted in `position` as they are read.
    pub(super) fn new(chunks: Chunks, position: Arc<AtomicU64>) -> Self {
        Self { chunks, chunk: Bytes::new(), block: Bytes::new(), failed: None, position }
    }

    /// The next block: shorter than others only before the end or an error, empty only there.
    fn next_block(&mut self) -> Bytes {
        self.next_chunk();
        if self.chunk.len() >= BLOCK {
            return self.chunk.split_to(BLOCK);
        }
        let mut block = BytesMut::with_capacity(BLOCK);
        while block.len() < BLOCK && !self.chunk.is_empty() {
            let taken = self.chunk.split_to(self.chunk.len().min(BLOCK - block.len()));
            block.extend_from_slice(&taken);
            self.next_chunk();
        }
        block.freeze()
    }

    /// Takes the next chunk in hand if nothing is left of this one.
    fn next_chunk(&mut self) {
        while self.chunk.is_empty() && self.failed.is_none() {
            match self.chunks.next() {
                Some(Ok(chunk)) => self.chunk = chunk,
                Some(Err(error)) => self.failed = Some(error),
                None => break,
            }
        }
    }
}

impl BufRead for ChunkReader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.block.is_empty() {
            self.block = self.next_block();
        }
        if self.block.is_empty()
            && let Some(error) = self.failed.take()
        {
            return Err(io::Error::other(FromBelow(error)));
        }
        Ok(&self.block)
    }

    fn consume(&mut self, amount: usize) {
        let amount = amount.min(self.block.len());
        self.block.advance(amount);
        self.position.fetch_add(amount as u64, Ordering::Relaxed);
    }
}

impl Read for ChunkReader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(into)?;
        self.consume(n);
        Ok(n)
    }
}

//! gzip and Zstandard, told from the first bytes. One module for files, pipes and the network.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;

use async_compression::futures::bufread::{GzipDecoder, ZstdDecoder};
use bytes::{Bytes, BytesMut};
use futures::FutureExt;
use futures::io::{AllowStdIo, AsyncRead, AsyncReadExt};

use super::chunks::{CHUNK, ChunkReader, Chunks, FromBelow};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Plain,
    Gzip,
    Zstd,
}

impl Format {
    /// What begins with these bytes (the first four of the input, fewer if it has no more).
    ///
    /// gzip: RFC 1952, 2.3.1. Zstandard: RFC 8878, 3.1.1 and, for skippable frames, 3.1.2. No line
    /// of JSON begins like either.
    fn of(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => Self::Zstd,
            _ => Self::Plain,
        }
    }
}

/// The same bytes, decompressed if they are compressed. Plain chunks pass as they are.
///
/// # Errors
/// What reading the first bytes ends with.
pub(crate) fn decompress(mut chunks: Chunks) -> io::Result<Chunks> {
    let mut head = Vec::with_capacity(4);
    let mut taken = VecDeque::new();
    while head.len() < 4 {
        let Some(chunk) = chunks.next().transpose()? else { break };
        head.extend(chunk.iter().take(4 - head.len()));
        taken.push_back(chunk);
    }
    let all: Chunks = Box::new(taken.into_iter().map(Ok).chain(chunks));
    Ok(match Format::of(&head) {
        Format::Plain => all,
        Format::Gzip => {
            let mut decoder = GzipDecoder::new(AllowStdIo::new(ChunkReader::new(all)));
            decoder.multiple_members(true);
            Box::new(Unpacked::new("gzip", Box::pin(decoder)))
        }
        Format::Zstd => {
            let mut decoder = ZstdDecoder::new(AllowStdIo::new(ChunkReader::new(all)));
            decoder.multiple_members(true);
            Box::new(Unpacked::new("zstd", Box::pin(decoder)))
        }
    })
}

/// Chunks of decompressed bytes.
struct Unpacked {
    format: &'static str,
    /// `None` once it has ended.
    decoder: Option<Pin<Box<dyn AsyncRead + Send>>>,
}

impl Unpacked {
    fn new(format: &'static str, decoder: Pin<Box<dyn AsyncRead + Send>>) -> Self {
        Self { format, decoder: Some(decoder) }
    }

    fn error(&self, error: io::Error) -> io::Error {
        match error.downcast::<FromBelow>() {
            Ok(FromBelow(error)) => error,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => io::Error::new(
                io::ErrorKind::InvalidData,
                format!("truncated {} data", self.format),
            ),
            Err(error) => io::Error::new(
                io::ErrorKind::InvalidData,
                format!("damaged {} data: {error}", self.format),
            ),
        }
    }
}

impl Iterator for Unpacked {
    type Item = io::Result<Bytes>;

    fn next(&mut self) -> Option<Self::Item> {
        let decoder = self.decoder.as_mut()?;
        let mut chunk = BytesMut::zeroed(CHUNK);
        let mut filled = 0;
        while let Some(room) = chunk.get_mut(filled..).filter(|room| !room.is_empty()) {
            // The reader below blocks instead of pending, so the first poll always has an answer.
            let answer = decoder.read(room).now_or_never();
            match answer.unwrap_or_else(|| Err(io::Error::other("a blocking reader was pending"))) {
                Ok(0) => {
                    self.decoder = None;
                    break;
                }
                Ok(n) => filled += n,
                Err(error) => {
                    self.decoder = None;
                    return Some(Err(self.error(error)));
                }
            }
        }
        chunk.truncate(filled);
        (filled > 0).then(|| Ok(chunk.freeze()))
    }
}

#[cfg(test)]
mod tests;

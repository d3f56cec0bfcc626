//! gzip and Zstandard, told from the first bytes. One module for files, pipes and the network.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use flate2::bufread::MultiGzDecoder;

use super::buffers::{Buffers, CHUNK};
use super::chunks::{ChunkReader, Chunks, FromBelow};
use crate::error::code::Expansion;

/// What a frame of Zstandard may ask for to look back at, as a power of two: 128 MiB, which is what
/// `zstd --long` writes and every decoder accepts by itself. The header of a frame may ask for more
/// than any machine has.
const WINDOW_LOG: u32 = 27;

/// Bytes that may come out whatever went in: no trouble to anybody, and before them a ratio says
/// little.
const ALWAYS: u64 = 64 << 20;

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

    fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// Bytes that may come out for each that went in, where nothing else is said. Rows that are all
    /// equal stay below (gzip up to 700, zstd up to 12,000), runs of one byte are above (1,030 and
    /// 32,000).
    fn max_expansion(self) -> u64 {
        match self {
            Self::Plain => 1,
            Self::Gzip => 1_000,
            Self::Zstd => 20_000,
        }
    }
}

/// So many chunks are unpacked before the first of them is handed out. Checksums come late, and damage
/// is to be told as what it is, not as the bad rows that it makes.
const AHEAD: usize = 16;

/// The same bytes, decompressed if they are compressed. Plain chunks pass as they are.
/// `max_expansion`: bytes that may come out for each that went in, if not the usual number.
///
/// # Errors
/// What reading the first bytes ends with.
pub(crate) fn decompress(mut chunks: Chunks, max_expansion: Option<u64>) -> io::Result<Chunks> {
    let mut head = Vec::with_capacity(4);
    let mut taken = VecDeque::new();
    while head.len() < 4 {
        let Some(chunk) = chunks.next().transpose()? else { break };
        head.extend(chunk.iter().take(4 - head.len()));
        taken.push_back(chunk);
    }
    let all: Chunks = Box::new(taken.into_iter().map(Ok).chain(chunks));
    let format = Format::of(&head);
    if format == Format::Plain {
        return Ok(all);
    }
    let read = Arc::new(AtomicU64::new(0));
    let input = ChunkReader::new(all, Arc::clone(&read));
    let decoder: Box<dyn Read + Send> = if format == Format::Gzip {
        Box::new(MultiGzDecoder::new(input))
    } else {
        let mut decoder = zstd::Decoder::with_buffer(input)?;
        decoder.window_log_max(WINDOW_LOG)?;
        Box::new(decoder)
    };
    let max_expansion = max_expansion.unwrap_or(format.max_expansion());
    let (decoder, ahead, buffers) = (Some(decoder), VecDeque::new(), Buffers::default());
    Ok(Box::new(Unpacked { format, max_expansion, decoder, read, given: 0, ahead, buffers }))
}

/// Chunks of decompressed bytes.
struct Unpacked {
    format: Format,
    max_expansion: u64,
    /// `None` once it has ended.
    decoder: Option<Box<dyn Read + Send>>,
    /// Compressed bytes that the decoder has used.
    read: Arc<AtomicU64>,
    /// Bytes that have come out.
    given: u64,
    /// What comes before them.
    ahead: VecDeque<Bytes>,
    buffers: Buffers,
}

impl Unpacked {
    /// As much as fits into a chunk; less, or nothing, only at the end.
    fn unpack(&mut self) -> io::Result<Bytes> {
        let mut chunk = self.buffers.take();
        let mut filled = 0;
        while let (Some(decoder), false) = (&mut self.decoder, filled == CHUNK) {
            match decoder.read(&mut chunk[filled..]).map_err(|e| self.error(e))? {
                0 => self.decoder = None,
                n => filled += n,
            }
        }
        self.given += filled as u64;
        self.check_expansion()?;
        Ok(self.buffers.hand_out(chunk, filled))
    }

    fn check_expansion(&self) -> io::Result<()> {
        let read = self.read.load(Ordering::Relaxed);
        if self.given <= ALWAYS.max(read.saturating_mul(self.max_expansion)) {
            return Ok(());
        }
        let message = format!(
            "{} data that expands too much: {} bytes from the first {read}, where at most {} for \
             each are allowed",
            self.format.name(),
            self.given,
            self.max_expansion
        );
        Err(io::Error::new(io::ErrorKind::InvalidData, Expansion(message)))
    }

    /// Damage is noticed in the block after the bytes that were used.
    fn error(&self, error: io::Error) -> io::Error {
        let (format, read) = (self.format.name(), self.read.load(Ordering::Relaxed));
        let message = match error.downcast::<FromBelow>() {
            Ok(FromBelow(error)) => return error,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                format!("truncated {format} data: it ends after byte {read}")
            }
            Err(error) => format!("damaged {format} data, noticed after byte {read}: {error}"),
        };
        io::Error::new(io::ErrorKind::InvalidData, message)
    }
}

impl Iterator for Unpacked {
    type Item = io::Result<Bytes>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.decoder.is_some() && self.ahead.len() <= AHEAD {
            match self.unpack() {
                Ok(chunk) if chunk.is_empty() => {}
                Ok(chunk) => self.ahead.push_back(chunk),
                Err(error) => {
                    self.decoder = None;
                    self.ahead.clear();
                    return Some(Err(error));
                }
            }
        }
        self.ahead.pop_front().map(Ok)
    }
}

#[cfg(test)]
mod tests;

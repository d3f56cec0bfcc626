//! An object that is read in places, as Parquet files are.

use std::io::{self, Read};
use std::ops::Range;

use bytes::{Buf, Bytes, buf::Reader};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::reader::{ChunkReader, Length};

use super::place::{Place, Seen};
use crate::error::Result;

/// One version of an object.
pub(crate) struct File {
    place: Place,
    name: String,
    seen: Seen,
}

impl File {
    /// The object of this name; `None` if there is none.
    pub(crate) fn open(place: &Place, name: &str) -> Result<Option<Self>> {
        let seen = place.look(name)?;
        Ok(seen.map(|seen| Self { place: place.clone(), name: name.to_owned(), seen }))
    }

    fn range(&self, range: Range<u64>) -> ParquetResult<Bytes> {
        let found = self.place.range(&self.name, &self.seen, range);
        let found = found.map_err(|error| ParquetError::External(Box::new(error)))?;
        found.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound).into())
    }
}

impl Length for File {
    fn len(&self) -> u64 {
        self.seen.bytes
    }
}

impl ChunkReader for File {
    type T = Reader<Bytes>;

    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        Ok(self.range(start..self.len())?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        self.range(start..start.saturating_add(length as u64).min(self.len()))
    }
}

/// Bytes that are asked for at a time.
const PIECE: usize = 1 << 20;

/// Reads an object from its first byte to its last, in any thread.
pub(crate) struct FromStart {
    file: File,
    offset: u64,
    piece: Bytes,
}

impl From<File> for FromStart {
    fn from(file: File) -> Self {
        Self { file, offset: 0, piece: Bytes::new() }
    }
}

impl Read for FromStart {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.piece.is_empty() && self.offset < self.file.len() {
            let (start, end) = (self.offset, self.offset.saturating_add(PIECE as u64));
            let range = start..end.min(self.file.len());
            let File { place, name, seen } = &self.file;
            let piece = place.range(name, seen, range).map_err(io::Error::other)?;
            self.piece = piece.ok_or(io::ErrorKind::NotFound)?;
            self.offset += self.piece.len() as u64;
        }
        let bytes = self.piece.len().min(into.len());
        self.piece.copy_to_slice(&mut into[..bytes]);
        Ok(bytes)
    }
}

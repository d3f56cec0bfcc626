//! An object that is read in places, as Parquet files are.

use std::io;
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

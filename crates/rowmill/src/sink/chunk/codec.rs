//! Compression of pages, with one context for all of them.

use std::io;

use parquet::errors::{ParquetError, Result};
use zstd::bulk::Compressor;

use crate::settings::Compression;

/// Compresses pages.
pub(in crate::sink) enum Codec {
    None,
    Snappy(Box<snap::raw::Encoder>),
    Zstd(Compressor<'static>),
}

impl Codec {
    pub(in crate::sink) fn new(codec: Compression) -> Result<Self> {
        Ok(match codec {
            Compression::None => Self::None,
            Compression::Snappy => Self::Snappy(Box::new(snap::raw::Encoder::new())),
            Compression::Zstd(level) => Self::Zstd(Compressor::new(level).map_err(failed)?),
        })
    }

    pub(super) fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// Puts the compressed `page` into `out`, whose contents are lost.
    pub(super) fn compress(&mut self, page: &[u8], out: &mut Vec<u8>) -> Result<()> {
        out.clear();
        match self {
            Self::None => out.extend_from_slice(page),
            Self::Snappy(encoder) => {
                out.resize(snap::raw::max_compress_len(page.len()), 0);
                let length = encoder.compress(page, out).map_err(|e| failed(e.into()))?;
                out.truncate(length);
            }
            Self::Zstd(compressor) => {
                out.reserve(zstd::zstd_safe::compress_bound(page.len()));
                compressor.compress_to_buffer(page, out).map_err(failed)?;
            }
        }
        Ok(())
    }
}

fn failed(error: io::Error) -> ParquetError {
    ParquetError::General(format!("compression failed: {error}"))
}

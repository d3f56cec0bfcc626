//! What the encodings of a chunk would cost, tried with its first values.

use parquet::basic::Encoding;
use parquet::errors::Result;

use super::codec::Codec;
use super::encoding::write;
use super::hybrid;
use super::leaf::Kind;
use super::values::Values;

/// So many numbers are tried: the time for it should not show.
const NUMBERS: usize = 512;

/// So many texts,
const TEXTS: usize = 512;

/// of so many bytes, but for the last of them.
const TEXT_BYTES: usize = 8 << 10;

/// Tries encodings, with the codec of the file and buffers for it.
pub(super) struct Trial<'a> {
    pub(super) codec: &'a mut Codec,
    pub(super) page: &'a mut Vec<u8>,
    pub(super) compressed: &'a mut Vec<u8>,
}

impl Trial<'_> {
    /// The encoding of `ways` that takes the fewest bytes, and how many for each value. Another than
    /// the first one must take clearly fewer, since it costs more time: with numbers it is the codec
    /// that has to make them less, with texts that has its work anyway.
    pub(super) fn best(
        &mut self,
        kind: Kind,
        values: &Values,
        ways: &[Encoding],
    ) -> Result<(Encoding, f64)> {
        let some = values.first(NUMBERS, TEXTS, TEXT_BYTES);
        let mut best = (Encoding::PLAIN, usize::MAX);
        for &way in ways {
            let bytes = self.bytes(kind, &some, way)?;
            let clearly = match values {
                Values::Texts(_) => best.1 / 32 * 31,
                _ => best.1 / 8 * 7,
            };
            if bytes < clearly {
                best = (way, bytes);
            }
        }
        Ok((best.0, best.1 as f64 / some.len() as f64))
    }

    /// How many bytes each of `keys` takes, of which none is wider.
    pub(super) fn keys(&mut self, keys: &[u32], width: u32) -> Result<f64> {
        let some = &keys[..keys.len().min(TEXTS)];
        self.page.clear();
        hybrid::encode(some, width, self.page);
        Ok(self.compressed()? as f64 / some.len() as f64)
    }

    fn bytes(&mut self, kind: Kind, values: &Values, way: Encoding) -> Result<usize> {
        self.page.clear();
        write(kind, values, way, self.page);
        self.compressed()
    }

    /// Bytes of the page, compressed if that makes it less.
    fn compressed(&mut self) -> Result<usize> {
        self.codec.compress(self.page, self.compressed)?;
        Ok(self.compressed.len().min(self.page.len()))
    }
}

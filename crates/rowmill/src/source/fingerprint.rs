//! What tells a source from another one of its name and size, without the time it takes to hash all of
//! it: the XXH3-128 of its first MiB and, from there on, of 1 KiB of each 64 KiB.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use twox_hash::XxHash3_128;

/// So many bytes are hashed from the start on.
const BEGINNING: u64 = 1 << 20;

/// After them so many
const PIECE: u64 = 1 << 10;

/// of so many.
const STRIDE: u64 = 64 << 10;

/// A source on its way.
pub(crate) struct Fingerprint {
    hasher: XxHash3_128,
    at: u64,
}

impl Fingerprint {
    pub(super) fn new() -> Self {
        Self { hasher: XxHash3_128::new(), at: 0 }
    }

    /// That of the file at `path`.
    pub(crate) fn of(path: &Path) -> io::Result<String> {
        let mut file = File::open(path)?;
        let mut all = Self::new();
        let mut bytes = Vec::new();
        loop {
            let (length, hashed) = all.ahead();
            if !hashed {
                all.at += length;
                file.seek(SeekFrom::Start(all.at))?;
                continue;
            }
            bytes.clear();
            file.by_ref().take(length).read_to_end(&mut bytes)?;
            all.add(&bytes);
            if (bytes.len() as u64) < length {
                return Ok(all.finish());
            }
        }
    }

    /// Takes the next bytes.
    pub(super) fn add(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (length, hashed) = self.ahead();
            let (now, behind) = bytes.split_at(bytes.len().min(length as usize));
            if hashed {
                self.hasher.write(now);
            }
            self.at += now.len() as u64;
            bytes = behind;
        }
    }

    /// How many bytes are coming that are all hashed or all not.
    fn ahead(&self) -> (u64, bool) {
        let within = self.at % STRIDE;
        match self.at {
            at if at < BEGINNING => (BEGINNING - at, true),
            _ if within < PIECE => (PIECE - within, true),
            _ => (STRIDE - within, false),
        }
    }

    pub(super) fn finish(&self) -> String {
        format!("{:032x}", self.hasher.finish_128())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_same_of_a_file_and_of_chunks_and_another_for_other_bytes() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        let (beginning, stride) = (BEGINNING as usize, STRIDE as usize);
        for size in [0, 1, 4096, beginning, beginning + 10, beginning + 3 * stride + 100] {
            let mut bytes: Vec<u8> = (0..size).map(|n| (n / 7) as u8).collect();
            let chunked = |bytes: &[u8], length: usize| {
                let mut all = Fingerprint::new();
                bytes.chunks(length).for_each(|chunk| all.add(chunk));
                all.finish()
            };
            std::fs::write(&path, &bytes).expect("written");
            let whole = Fingerprint::of(&path).expect("read");
            for length in [1 << 30, 1000, 256 << 10, 65_537] {
                assert_eq!(chunked(&bytes, length), whole, "{size} in chunks of {length}");
            }
            for at in [0, size / 2, beginning - 1, beginning + stride, beginning + 3 * stride + 99]
            {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1;
                    assert_ne!(chunked(&bytes, 1000), whole, "byte {at} of {size}");
                    bytes[at] ^= 1;
                }
            }
        }
    }
}

//! Bytes on their way into a file: counted, and hashed in passing.

use std::fs::File;
use std::io::{self, Write};

use twox_hash::XxHash3_128;

use super::disk;
#[cfg(feature = "cloud")]
use crate::cloud::Upload;

/// What a checksum of bytes begins with: XXH3 in its form of 128 bits, with the seed 0.
const ALGORITHM: &str = "xxh3-128:";

/// Writes to a file or an upload, and knows what it has written.
pub(crate) struct Written {
    goal: Goal,
    hash: XxHash3_128,
    bytes: u64,
}

/// Where bytes go.
enum Goal {
    File(File),
    #[cfg(feature = "cloud")]
    Upload(Box<Upload>),
}

impl Written {
    pub(super) fn new(file: File) -> Self {
        Self { goal: Goal::File(file), hash: XxHash3_128::new(), bytes: 0 }
    }

    #[cfg(feature = "cloud")]
    pub(super) fn upload(upload: Upload) -> Self {
        Self { goal: Goal::Upload(Box::new(upload)), hash: XxHash3_128::new(), bytes: 0 }
    }

    /// The upload that it writes to, if it is one.
    #[cfg(feature = "cloud")]
    pub(super) fn into_upload(self) -> Option<Upload> {
        match self.goal {
            Goal::File(_) => None,
            Goal::Upload(upload) => Some(*upload),
        }
    }

    /// How many bytes.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Waits until they are on the disk. A store has what it has confirmed.
    pub(super) fn sync(&self) -> io::Result<()> {
        match &self.goal {
            Goal::File(file) => disk::sync(file),
            #[cfg(feature = "cloud")]
            Goal::Upload(_) => Ok(()),
        }
    }

    /// Of all of them: `xxh3-128:` and 32 hexadecimal digits.
    pub(super) fn checksum(&self) -> String {
        format!("{ALGORITHM}{:032x}", self.hash())
    }

    /// The same as a number.
    pub(crate) fn hash(&self) -> u128 {
        self.hash.finish_128()
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match &mut self.goal {
            Goal::File(file) => disk::write(file, bytes)?,
            #[cfg(feature = "cloud")]
            Goal::Upload(upload) => upload.write(bytes)?,
        };
        self.hash.write(bytes.get(..written).unwrap_or_default());
        self.bytes += written as u64;
        Ok(written)
    }

    /// Waits for what is on its way.
    fn flush(&mut self) -> io::Result<()> {
        match &mut self.goal {
            Goal::File(_) => Ok(()),
            #[cfg(feature = "cloud")]
            Goal::Upload(upload) => upload.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_hashed_however_it_is_cut() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        let bytes: Vec<u8> = (0..10_000_u32).flat_map(u32::to_le_bytes).collect();
        let expected = format!("xxh3-128:{:032x}", XxHash3_128::oneshot(&bytes));
        for size in [1, 7, 4_096, 40_000] {
            let mut written = Written::new(File::create(&path).expect("a file"));
            for piece in bytes.chunks(size) {
                written.write_all(piece).expect("writes");
            }
            assert_eq!((written.bytes(), written.checksum()), (40_000, expected.clone()));
        }
        assert_eq!(std::fs::read(&path).expect("reads"), bytes);
    }
}

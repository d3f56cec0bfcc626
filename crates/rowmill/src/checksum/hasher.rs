//! The hash of one stream of bytes, and a place where small pieces of it gather.

use std::fmt;

use twox_hash::xxhash3_128::{DEFAULT_SECRET_LENGTH, RawHasher, SecretBuffer};

/// One stream of bytes. How it is cut into writes does not matter.
#[derive(Clone)]
pub(super) struct Hasher(RawHasher<&'static [u8; DEFAULT_SECRET_LENGTH]>);

impl Hasher {
    pub(super) fn new() -> Self {
        // All share the one constant secret; a copy for each of a few hundred would fill a cache.
        Self(RawHasher::new(SecretBuffer::default()))
    }

    pub(super) fn write(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
    }

    pub(super) fn finish(&self) -> u128 {
        self.0.finish_128()
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hasher")
    }
}

/// Bytes that fit the first cache, and are many enough for the hasher to be quick.
const ROOM: usize = 4096;

/// Where values gather that do not lie side by side. Whoever puts something in writes it out with
/// [`flush`](Self::flush) before another stream is served.
#[derive(Clone)]
pub(super) struct Scratch {
    room: Box<[u8; ROOM]>,
    used: usize,
}

impl Scratch {
    pub(super) fn new() -> Self {
        Self { room: Box::new([0; ROOM]), used: 0 }
    }

    /// Adds bytes to the stream of `hasher`.
    #[inline]
    pub(super) fn push(&mut self, bytes: &[u8], hasher: &mut Hasher) {
        let end = self.used + bytes.len();
        if let Some(room) = self.room.get_mut(self.used..end) {
            room.copy_from_slice(bytes);
            self.used = end;
        } else {
            self.spill(bytes, hasher);
        }
    }

    #[cold]
    fn spill(&mut self, bytes: &[u8], hasher: &mut Hasher) {
        self.flush(hasher);
        match self.room.get_mut(..bytes.len()) {
            Some(room) => {
                room.copy_from_slice(bytes);
                self.used = bytes.len();
            }
            None => hasher.write(bytes),
        }
    }

    /// Nothing stays behind.
    pub(super) fn flush(&mut self, hasher: &mut Hasher) {
        hasher.write(self.room.get(..self.used).unwrap_or_default());
        self.used = 0;
    }
}

//! The hash of a stream of bits, such as which rows are null.

use arrow_buffer::BooleanBuffer;

use super::hasher::Hasher;

/// Bytes that are gathered before they are hashed.
const BLOCK: usize = 128;

/// Bits as they come, in any number: a batch may end within a byte.
#[derive(Clone, Debug)]
pub(super) struct Bits {
    hasher: Hasher,
    block: [u8; BLOCK],
    /// Of `block`; a multiple of eight below its length.
    used: usize,
    /// The last bits, the first of them lowest, and how many: below 64.
    word: u64,
    bits: u32,
}

impl Bits {
    pub(super) fn new() -> Self {
        Self { hasher: Hasher::new(), block: [0; BLOCK], used: 0, word: 0, bits: 0 }
    }

    /// Adds the bits of `values`, those that `mask` clears as zeros.
    pub(super) fn push(&mut self, values: &BooleanBuffer, mask: Option<&BooleanBuffer>) {
        let chunks = values.bit_chunks();
        let (rest, left) = (chunks.remainder_bits(), chunks.remainder_len());
        match mask.map(BooleanBuffer::bit_chunks) {
            None => {
                chunks.iter().for_each(|word| self.add(word, 64));
                self.add(rest, left as u32);
            }
            Some(mask) => {
                chunks.iter().zip(mask.iter()).for_each(|(word, mask)| self.add(word & mask, 64));
                self.add(rest & mask.remainder_bits(), left as u32);
            }
        }
    }

    /// Adds as many ones.
    pub(super) fn push_ones(&mut self, mut many: usize) {
        while many >= 64 {
            self.add(u64::MAX, 64);
            many -= 64;
        }
        self.add((1 << many) - 1, many as u32);
    }

    /// Adds the lowest `many` bits of `word`, at most all; the others are zero.
    #[inline]
    fn add(&mut self, word: u64, many: u32) {
        self.word |= word << self.bits;
        let bits = self.bits + many;
        if bits < 64 {
            self.bits = bits;
            return;
        }
        if let Some(room) = self.block.get_mut(self.used..).and_then(<[u8]>::first_chunk_mut) {
            *room = self.word.to_le_bytes();
        }
        self.used += 8;
        if self.used == BLOCK {
            self.hasher.write(&self.block);
            self.used = 0;
        }
        // A shift by all 64 would be none.
        self.word = word.checked_shr(64 - self.bits).unwrap_or(0);
        self.bits = bits - 64;
    }

    /// The hash of all bits so far. How many they are, the number of rows says.
    pub(super) fn finish(&self) -> u128 {
        let mut hasher = self.hasher.clone();
        hasher.write(self.block.get(..self.used).unwrap_or_default());
        hasher.write(&self.word.to_le_bytes());
        hasher.finish()
    }
}

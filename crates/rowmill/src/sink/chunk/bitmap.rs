//! Bits in words of 64, the lowest first: which of some values are there.

use crate::arrow::buffer::NullBuffer;

/// The bits of `nulls` for `length` elements from `start` on; what lies behind them is zero.
pub(super) fn words(nulls: &NullBuffer, start: usize, length: usize) -> Vec<u64> {
    let bits = nulls.inner().slice(start, length);
    let mut words: Vec<u64> = bits.bit_chunks().iter_padded().collect();
    words.truncate(length.div_ceil(64));
    trim(&mut words, length);
    words
}

/// Bits that are all set.
pub(super) fn full(length: usize) -> Vec<u64> {
    let mut words = vec![u64::MAX; length.div_ceil(64)];
    trim(&mut words, length);
    words
}

fn trim(words: &mut [u64], length: usize) {
    if let (Some(last), 1..) = (words.last_mut(), length % 64) {
        *last &= (1 << (length % 64)) - 1;
    }
}

/// How many bits are set.
pub(super) fn count(words: &[u64]) -> usize {
    words.iter().map(|word| word.count_ones() as usize).sum()
}

/// Adds one to each number whose bit is set.
pub(super) fn add(words: &[u64], numbers: &mut [u8]) {
    for (numbers, word) in numbers.chunks_mut(64).zip(words) {
        for (n, number) in numbers.iter_mut().enumerate() {
            *number += (word >> n) as u8 & 1;
        }
    }
}

/// Calls `action` with the number of each bit that is set, in order.
pub(super) fn each(words: &[u64], mut action: impl FnMut(usize)) {
    for (n, &word) in words.iter().enumerate() {
        let mut word = word;
        while word != 0 {
            action(n * 64 + word.trailing_zeros() as usize);
            word &= word - 1;
        }
    }
}

/// Bits that grow.
#[derive(Default)]
pub(super) struct Bits {
    pub(super) words: Vec<u64>,
    pub(super) len: usize,
}

impl Bits {
    /// Appends the first `length` bits of `words`; those behind them are zero.
    pub(super) fn extend(&mut self, words: &[u64], length: usize) {
        let held = self.len % 64;
        self.len += length;
        if held == 0 {
            self.words.extend_from_slice(words);
        } else {
            for &word in words {
                if let Some(last) = self.words.last_mut() {
                    *last |= word << held;
                }
                self.words.push(word >> (64 - held));
            }
        }
        self.words.truncate(self.len.div_ceil(64));
    }

    pub(super) fn clear(&mut self) {
        self.words.clear();
        self.len = 0;
    }
}

//! Choices, out of the bytes of a fuzzer or out of a seed.

/// A source of choices. One of bytes gives zeros when they are used up, so that inputs that grow
/// by a byte change by a choice; zero is the plainest choice everywhere.
pub(crate) enum Draw<'a> {
    Bytes(&'a [u8]),
    Seed(u64),
}

impl Draw<'_> {
    /// Any number of choices that are the same on every machine.
    pub(crate) fn seeded(seed: u64) -> Self {
        // The generator never leaves zero.
        Self::Seed(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// Whether choices are left.
    pub(crate) fn is_used_up(&self) -> bool {
        matches!(self, Self::Bytes([]))
    }

    pub(crate) fn byte(&mut self) -> u8 {
        match self {
            Self::Bytes(bytes) => match bytes.split_first() {
                Some((&byte, rest)) => {
                    *bytes = rest;
                    byte
                }
                None => 0,
            },
            Self::Seed(state) => {
                *state ^= *state << 13;
                *state ^= *state >> 7;
                *state ^= *state << 17;
                (*state >> 32) as u8
            }
        }
    }

    /// One of `0..end`, and 0 for an empty range. Takes one byte where one is enough.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let mut value = usize::from(self.byte());
        if end > 256 {
            value |= usize::from(self.byte()) << 8;
        }
        if end > 65_536 {
            value |= usize::from(self.byte()) << 16;
        }
        value % end.max(1)
    }

    /// True in about `percent` of 100 draws; when used up, for all of 100 only.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        let byte = usize::from(self.byte());
        percent >= 100 || byte * 100 > 255 * (100 - percent)
    }

    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

/// A number that any change of the bytes changes (FNV-1a): for choices about an input that must
/// not be part of it.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3);
    let hash = bytes.iter().fold(0xCBF2_9CE4_8422_2325, step);
    // The low bits of FNV know too little of the first bytes.
    hash ^ hash >> 29
}

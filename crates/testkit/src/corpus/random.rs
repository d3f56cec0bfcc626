//! A small generator of random numbers that can be started at any row.

/// SplitMix64: one addition and one mixing step a number. Its start is mixed too, so
/// neighbouring rows have unrelated streams.
#[derive(Clone, Copy)]
pub(crate) struct Random(u64);

/// The finishing step of SplitMix64: every input bit reaches every output bit.
pub(crate) fn mix(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

impl Random {
    /// The stream that belongs to `number` of the population `tag` under `seed`.
    pub(crate) fn at(seed: u64, tag: u64, number: u64) -> Random {
        Random(mix(mix(mix(seed).wrapping_add(tag)).wrapping_add(number)))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// An even choice of `0..n`; 0 for an `n` of 0.
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        (((self.next() >> 32) * u64::from(n)) >> 32) as u32
    }

    /// A choice of `0..n` that prefers small values: 0 comes up in one of sqrt(n) draws.
    pub(crate) fn skewed(&mut self, n: usize) -> usize {
        let half = self.next() >> 32;
        let square = (half * half) >> 32;
        ((square * n as u64) >> 32) as usize
    }

    /// True in `percent` of 100 draws.
    pub(crate) fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// One of `choices`, evenly. `choices` must not be empty.
    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u32) as usize]
    }

    /// One of `choices`, the first ones far more often. `choices` must not be empty.
    pub(crate) fn pick_skewed<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.skewed(choices.len())]
    }

    /// A random (version 4) UUID.
    pub(crate) fn uuid(&mut self) -> u128 {
        let bits = (u128::from(self.next()) << 64) | u128::from(self.next());
        bits & !(0xf000_u128 << 64) & !(0xc_u128 << 60) | (0x4000_u128 << 64) | (0x8_u128 << 60)
    }
}

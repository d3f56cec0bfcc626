//! How many values of each kind there were.

use std::ops::AddAssign;

/// How many values of each kind were seen in one place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tally {
    /// `null`.
    pub nulls: u64,
    /// `true` and `false`.
    pub booleans: u64,
    /// Numbers.
    pub numbers: u64,
    /// Strings.
    pub strings: u64,
    /// Arrays.
    pub lists: u64,
    /// Objects.
    pub objects: u64,
}

impl Tally {
    /// All of them, null or not.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.nulls + self.kinds().iter().sum::<u64>()
    }

    /// All but nulls, each kind by itself.
    fn kinds(&self) -> [u64; 5] {
        [self.booleans, self.numbers, self.strings, self.lists, self.objects]
    }

    /// How many kinds there are, null not counted.
    #[must_use]
    pub fn different(&self) -> usize {
        self.kinds().iter().filter(|count| **count > 0).count()
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.nulls += other.nulls;
        self.booleans += other.booleans;
        self.numbers += other.numbers;
        self.strings += other.strings;
        self.lists += other.lists;
        self.objects += other.objects;
    }
}

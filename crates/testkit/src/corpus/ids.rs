//! The ids that rows share: a property has few services and rates, and many guests.

use super::random::Random;

/// A UUID in its hyphenated lower-case form.
pub(crate) type IdText = [u8; 36];

/// Guests that reservations and order items point to. Customer row `i` carries the id of guest
/// `i`, so a corpus of customers joins with the others.
pub(crate) const GUESTS: u32 = 200_000;

const GUEST: u64 = 0x6775_6573;

const HEX: [[u8; 2]; 256] = {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut table = [[0; 2]; 256];
    let mut i = 0;
    while i < 256 {
        table[i] = [DIGITS[i >> 4], DIGITS[i & 15]];
        i += 1;
    }
    table
};

/// Where each of the 16 bytes stands in the hyphenated form.
const PLACES: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

/// Writes a UUID as 8-4-4-4-12 lower-case hex digits.
pub(crate) fn hyphenated(id: u128) -> IdText {
    let mut text = [b'-'; 36];
    for (byte, place) in id.to_be_bytes().into_iter().zip(PLACES) {
        let [high, low] = HEX[usize::from(byte)];
        text[place] = high;
        text[place + 1] = low;
    }
    text
}

/// The pools of shared ids, a pure function of the seed.
pub(crate) struct Ids {
    seed: u64,
    pub(crate) enterprises: Vec<IdText>,
    pub(crate) chains: Vec<IdText>,
    pub(crate) services: Vec<IdText>,
    pub(crate) profiles: Vec<IdText>,
    pub(crate) rates: Vec<IdText>,
    pub(crate) categories: Vec<IdText>,
    pub(crate) resources: Vec<IdText>,
    pub(crate) age_categories: Vec<IdText>,
    pub(crate) segments: Vec<IdText>,
    pub(crate) companies: Vec<IdText>,
    pub(crate) blocks: Vec<IdText>,
    pub(crate) products: Vec<IdText>,
    pub(crate) accounts: Vec<IdText>,
}

impl Ids {
    pub(crate) fn new(seed: u64) -> Ids {
        let pool = |tag: u64, size: u64| -> Vec<IdText> {
            (0..size).map(|i| hyphenated(Random::at(seed, tag, i).uuid())).collect()
        };
        Ids {
            seed,
            enterprises: pool(1, 3),
            chains: pool(2, 2),
            services: pool(3, 9),
            profiles: pool(4, 40),
            rates: pool(5, 60),
            categories: pool(6, 24),
            resources: pool(7, 400),
            age_categories: pool(8, 4),
            segments: pool(9, 12),
            companies: pool(10, 500),
            blocks: pool(11, 150),
            products: pool(12, 80),
            accounts: pool(13, 30),
        }
    }

    /// The id of guest `number`.
    pub(crate) fn guest(&self, number: u64) -> u128 {
        Random::at(self.seed, GUEST, number).uuid()
    }
}

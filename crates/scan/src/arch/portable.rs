//! What every machine has: words of 64 bits.

use super::{Clock, Level, Marks, sealed};

/// No instruction set in particular. The oracle of all others.
#[derive(Clone, Copy, Debug)]
pub struct Portable;

impl sealed::Sealed for Portable {}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Where the hyphens of `"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"` stand.
const HYPHENS: [usize; 4] = [9, 14, 19, 24];

impl Level for Portable {
    const WIDTH: usize = 8;

    #[inline(always)]
    fn marks(self, block: &[u8; 64]) -> Marks {
        let word = word(block, 0);
        // A borrow runs into the next byte only from one that is marked itself, so the lowest mark
        // is always right.
        let zero = |word: u64| word.wrapping_sub(ONES) & !word;
        let quote = zero(word ^ (ONES * u64::from(b'"')));
        let backslash = zero(word ^ (ONES * u64::from(b'\\')));
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        Marks { special: bits(quote | backslash | control), high: bits(word) }
    }

    #[inline(always)]
    fn differences(self, a: &[u8; 32], b: &[u8; 32]) -> u32 {
        let mut all = 0;
        for at in 0..4 {
            let pair = (a.as_chunks().0[at], b.as_chunks().0[at]);
            let differs = u64::from_le_bytes(pair.0) ^ u64::from_le_bytes(pair.1);
            // The high bit of each byte that is not zero.
            let differs = ((differs & !HIGHS) + !HIGHS) | differs;
            all |= (bits(differs) as u32) << (8 * at);
        }
        all
    }

    #[inline(always)]
    fn uuid(self, block: &[u8; 64]) -> Option<[u8; 16]> {
        if block[0] != b'"' || block[37] != b'"' || HYPHENS.iter().any(|&at| block[at] != b'-') {
            return None;
        }
        let half = |at: usize| {
            u64::from_le_bytes([block[at], block[at + 1], block[at + 2], block[at + 3], 0, 0, 0, 0])
        };
        // The digits without the hyphens, eight to a word.
        let digits =
            [word(block, 1), half(10) | half(15) << 32, half(20) | half(25) << 32, word(block, 29)];
        let mut bytes = [0; 16];
        for (four, digits) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(digits) {
            *four = hex(digits)?;
        }
        Some(bytes)
    }

    #[inline(always)]
    fn clock(self, block: &[u8; 64]) -> Option<Clock> {
        if block[0] != b'"' {
            return None;
        }
        let year_month = Pairs::read(word(block, 1), *b"0000-00-", [9, 9, 9, 9, 0, 9, 9, 0])?;
        let day_minute = Pairs::read(word(block, 9), *b"00T00:00", [9, 9, 0, 9, 9, 0, 9, 9])?;
        let second = Pairs::read(word(block, 12), *b"00:00:00", [9, 9, 0, 9, 9, 0, 9, 9])?.at(6);
        let year = year_month.at(0) * 100 + year_month.at(2);
        let (month, day) = (year_month.at(5), day_minute.at(0));
        let (hour, minute) = (day_minute.at(3), day_minute.at(6));
        if month > 12 || day > 31 || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        Some(Clock { year, month, day, second: hour * 3600 + minute * 60 + second })
    }
}

#[inline(always)]
fn word(block: &[u8; 64], at: usize) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&block[at..at + 8]);
    u64::from_le_bytes(bytes)
}

/// The high bit of each byte.
#[inline(always)]
fn bits(word: u64) -> u64 {
    // Each factor's bit moves one byte's bit to its place in the highest byte, none to the same.
    ((word & HIGHS) >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// Eight hex digits to four bytes, or `None` if one of them is no digit.
#[inline(always)]
fn hex(digits: u64) -> Option<[u8; 4]> {
    // In no byte below 0x80 does any of the sums carry into the next.
    let above = |word: u64, bound: u8| (word + ONES * u64::from(0x7F - bound)) & HIGHS;
    let below = |word: u64, bound: u8| !above(word, bound - 1) & HIGHS;
    let low = (digits | (ONES * 0x20)) & !HIGHS;
    let letter = !(below(low, b'a') | above(low, b'f')) & HIGHS;
    let plain = digits & !HIGHS;
    let decimal = !(below(plain, b'0') | above(plain, b'9')) & HIGHS;
    if (letter | decimal) & !digits & HIGHS != HIGHS {
        return None;
    }
    // The low half of a letter is 9 below its value.
    let nibbles = (digits & (ONES * 0x0F)) + (letter >> 7) * 9;
    let pairs = nibbles << 4 | nibbles >> 8;
    Some([0, 16, 32, 48].map(|shift| (pairs >> shift) as u8))
}

/// Eight characters of a fixed form, as the numbers that neighbouring digits make.
struct Pairs(u64);

impl Pairs {
    /// `form` has a zero for each digit; `most` is how far above its form each byte may be.
    #[inline(always)]
    fn read(word: u64, form: [u8; 8], most: [u8; 8]) -> Option<Self> {
        // Digits become their values and the marks between them zero.
        let values = word ^ u64::from_le_bytes(form);
        // Adding what a byte lacks to 0x7F sets its high bit if it is above its bound. A carry out
        // of a byte comes only from one whose own high bit is set, which is seen anyway.
        let lacks = u64::from_le_bytes(most.map(|most| 0x7F - most));
        if (values.wrapping_add(lacks) | values) & HIGHS != 0 {
            return None;
        }
        // Tens times ten stays below a byte, so nothing runs over.
        Some(Self(values * 10 + (values >> 8)))
    }

    /// The number whose tens stand at `at`.
    #[inline(always)]
    fn at(&self, at: u32) -> u32 {
        (self.0 >> (8 * at) & 0xFF) as u32
    }
}

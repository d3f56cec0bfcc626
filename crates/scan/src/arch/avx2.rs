//! AVX2: 32 bytes at a time.

use core::arch::x86_64::*;

use super::{Clock, Level, Marks, sealed};

/// AVX2, BMI1, BMI2, LZCNT and POPCNT.
#[derive(Clone, Copy, Debug)]
pub struct Avx2(());

impl Avx2 {
    /// `None` if this machine lacks one of them.
    #[must_use]
    pub fn detect() -> Option<Self> {
        #[cfg(feature = "std")]
        if std::arch::is_x86_feature_detected!("avx2")
            && std::arch::is_x86_feature_detected!("bmi1")
            && std::arch::is_x86_feature_detected!("bmi2")
            && std::arch::is_x86_feature_detected!("lzcnt")
            && std::arch::is_x86_feature_detected!("popcnt")
        {
            return Some(Self(()));
        }
        None
    }
}

impl sealed::Sealed for Avx2 {}

impl Level for Avx2 {
    const WIDTH: usize = 32;

    #[inline(always)]
    fn marks(self, block: &[u8; 64]) -> Marks {
        // SAFETY: an `Avx2` exists only where the feature was detected.
        unsafe { marks(block) }
    }

    #[inline(always)]
    fn differences(self, a: &[u8; 32], b: &[u8; 32]) -> u32 {
        // SAFETY: as above.
        unsafe { differences(a, b) }
    }

    #[inline(always)]
    fn uuid(self, block: &[u8; 64]) -> Option<[u8; 16]> {
        // SAFETY: as above.
        unsafe { uuid(block) }
    }

    #[inline(always)]
    fn clock(self, block: &[u8; 64]) -> Option<Clock> {
        // SAFETY: as above.
        unsafe { clock(block) }
    }
}

#[target_feature(enable = "avx2")]
#[inline]
fn load32(bytes: &[u8; 32]) -> __m256i {
    // SAFETY: the array has 32 readable bytes, and the load needs no alignment.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

/// The 16 bytes from `at` on.
#[target_feature(enable = "avx2")]
#[inline]
fn load16(block: &[u8; 64], at: usize) -> __m128i {
    assert!(at <= 48);
    // SAFETY: at most 48 + 16 of the 64 bytes, and the load needs no alignment.
    unsafe { _mm_loadu_si128(block.as_ptr().add(at).cast()) }
}

/// The high bit of each byte.
#[target_feature(enable = "avx2")]
#[inline]
fn bits(bytes: __m256i) -> u32 {
    _mm256_movemask_epi8(bytes) as u32
}

/// Ones in each byte that is at most the one beside it.
#[target_feature(enable = "avx2")]
#[inline]
fn at_most(bytes: __m256i, bounds: __m256i) -> __m256i {
    _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, bounds), bytes)
}

#[target_feature(enable = "avx2")]
#[inline]
fn all(byte: u8) -> __m256i {
    _mm256_set1_epi8(byte as i8)
}

#[target_feature(enable = "avx2")]
#[inline]
fn marks(block: &[u8; 64]) -> Marks {
    let (halves, _) = block.as_chunks();
    let block = load32(&halves[0]);
    let quote = _mm256_cmpeq_epi8(block, all(b'"'));
    let backslash = _mm256_cmpeq_epi8(block, all(b'\\'));
    let control = at_most(block, all(0x1F));
    let special = _mm256_or_si256(_mm256_or_si256(quote, backslash), control);
    Marks { special: bits(special).into(), high: bits(block).into() }
}

#[target_feature(enable = "avx2")]
#[inline]
pub(super) fn differences(a: &[u8; 32], b: &[u8; 32]) -> u32 {
    !bits(_mm256_cmpeq_epi8(load32(a), load32(b)))
}

/// Two rows of 16 bytes side by side.
#[target_feature(enable = "avx2")]
#[inline]
fn beside(low: [i8; 16], high: [i8; 16]) -> __m256i {
    let half = |bytes: [i8; 16]| i128::from_le_bytes(bytes.map(|byte| byte as u8));
    let word = |half: i128, at: u32| (half >> (64 * at)) as i64;
    let (low, high) = (half(low), half(high));
    _mm256_set_epi64x(word(high, 1), word(high, 0), word(low, 1), word(low, 0))
}

#[target_feature(enable = "avx2")]
#[inline]
pub(super) fn uuid(block: &[u8; 64]) -> Option<[u8; 16]> {
    // Places 9 and 14 of the block in the first half, 19 and 24 in the second.
    const HYPHENS: u32 = 1 << 8 | 1 << 13 | 1 << 20 | 1 << 25;
    // What stands from places 1, 15 and 21 on holds all of it; -1 leaves a place empty.
    let (a, b, c) = (load16(block, 1), load16(block, 15), load16(block, 21));
    let ab = _mm256_set_m128i(b, a);
    let hyphens = bits(_mm256_cmpeq_epi8(ab, all(b'-')));
    let first = _mm256_shuffle_epi8(
        ab,
        beside(
            [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, -1, -1, -1, -1],
            [5, 6, 7, 8, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1],
        ),
    );
    let second = _mm256_shuffle_epi8(
        _mm256_set_m128i(c, b),
        beside(
            [-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 1, 2, 3],
            [-1, -1, -1, -1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        ),
    );
    let digits = _mm256_or_si256(first, second);
    // Wrapping differences: everything outside a range lands above its length.
    let decimal = at_most(_mm256_sub_epi8(digits, all(b'0')), all(9));
    let lower = _mm256_or_si256(digits, all(0x20));
    let letter = at_most(_mm256_sub_epi8(lower, all(b'a')), all(5));
    let legal = (bits(_mm256_or_si256(decimal, letter)) == u32::MAX)
        & (hyphens & HYPHENS == HYPHENS)
        & (block[0] == b'"')
        & (block[37] == b'"');
    if !legal {
        return None;
    }
    // The low half of a letter is 9 below its value.
    let nibbles =
        _mm256_add_epi8(_mm256_and_si256(digits, all(0x0F)), _mm256_and_si256(letter, all(9)));
    // Sixteen times the first of a pair and once the second.
    let pairs = _mm256_maddubs_epi16(nibbles, _mm256_set1_epi16(0x0110));
    let bytes = _mm256_permute4x64_epi64::<0b10_00>(_mm256_packus_epi16(pairs, pairs));
    let bytes = _mm256_castsi256_si128(bytes);
    let word = |word: i64| (word as u64).to_le_bytes();
    let (low, high) = (word(_mm_cvtsi128_si64(bytes)), word(_mm_extract_epi64::<1>(bytes)));
    let mut uuid = [0; 16];
    uuid[..8].copy_from_slice(&low);
    uuid[8..].copy_from_slice(&high);
    Some(uuid)
}

#[target_feature(enable = "avx2")]
#[inline]
pub(super) fn clock(block: &[u8; 64]) -> Option<Clock> {
    // `YYYY-MM-DDThh:mm` beside `-MM-DDThh:mm:ss?`.
    let text = _mm256_set_m128i(load16(block, 5), load16(block, 1));
    let bytes = |text: &[u8; 16]| text.map(|byte| byte as i8);
    // Digits become their values and the marks between them zero.
    let form = beside(bytes(b"0000-00-00T00:00"), bytes(b"-00-00T00:00:00\0"));
    let values = _mm256_xor_si256(text, form);
    let most = beside(
        [9, 9, 9, 9, 0, 9, 9, 0, 9, 9, 0, 9, 9, 0, 9, 9],
        [0, 9, 9, 0, 9, 9, 0, 9, 9, 0, 9, 9, 0, 9, 9, -1],
    );
    let formed = bits(at_most(values, most)) == u32::MAX && block[0] == b'"';
    // Year in two pairs; hour, minute, second, month, day, each in one.
    let digits = _mm256_shuffle_epi8(
        values,
        beside(
            [0, 1, 2, 3, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1],
            [7, 8, 10, 11, 13, 14, -1, -1, 1, 2, -1, -1, 4, 5, -1, -1],
        ),
    );
    let pairs = _mm256_maddubs_epi16(digits, _mm256_set1_epi16(0x010A));
    let bounds = _mm256_set_epi16(0, 31, 0, 12, 0, 59, 59, 23, 0, 0, 0, 0, 0, 0, 99, 99);
    let bounded = bits(_mm256_cmpgt_epi16(pairs, bounds)) == 0;
    if !(formed & bounded) {
        return None;
    }
    let weights = _mm256_set_epi16(0, 1, 0, 1, 0, 1, 60, 3600, 0, 0, 0, 0, 0, 0, 1, 100);
    let parts = _mm256_madd_epi16(pairs, weights);
    let year = _mm256_cvtsi256_si32(parts) as u32;
    let parts = _mm256_extracti128_si256::<1>(parts);
    let time = _mm_cvtsi128_si64(parts) as u64;
    let date = _mm_extract_epi64::<1>(parts) as u64;
    Some(Clock {
        year,
        month: date as u32,
        day: (date >> 32) as u32,
        second: time as u32 + (time >> 32) as u32,
    })
}

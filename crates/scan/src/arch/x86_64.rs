//! SSE2, which every x86-64 processor has.

use core::arch::x86_64::{
    __m128i, _mm_cmpeq_epi8, _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128, _mm_set_epi64x,
    _mm_set1_epi8,
};

use super::{BLOCK, Marks};

/// See [`super::marks`].
#[inline]
pub(super) fn marks(block: &[u8; BLOCK]) -> Marks {
    // SAFETY: `sse2` needs no more than the feature, and x86-64 is defined with it.
    unsafe { sse2(u128::from_le_bytes(*block)) }
}

#[target_feature(enable = "sse2")]
#[inline]
fn sse2(block: u128) -> Marks {
    let block = _mm_set_epi64x((block >> 64) as i64, block as i64);
    let quote = _mm_cmpeq_epi8(block, _mm_set1_epi8(b'"' as i8));
    let backslash = _mm_cmpeq_epi8(block, _mm_set1_epi8(b'\\' as i8));
    let control = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1F)), block);
    let special = _mm_or_si128(_mm_or_si128(quote, backslash), control);
    Marks { special: bits(special), high: bits(block) }
}

/// The high bit of each byte.
#[target_feature(enable = "sse2")]
#[inline]
fn bits(bytes: __m128i) -> u32 {
    _mm_movemask_epi8(bytes) as u32
}

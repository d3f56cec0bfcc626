//! SSE2, which every x86-64 processor has.

use core::arch::x86_64::{
    __m128i, _mm_add_epi8, _mm_and_si128, _mm_cmpeq_epi8, _mm_cvtsi128_si64, _mm_min_epu8,
    _mm_movemask_epi8, _mm_or_si128, _mm_packus_epi16, _mm_set_epi64x, _mm_set1_epi8,
    _mm_set1_epi16, _mm_slli_epi16, _mm_srli_epi16, _mm_sub_epi8, _mm_unpackhi_epi64,
};

use super::{BLOCK, Marks};

/// See [`super::marks`].
#[inline]
pub(super) fn marks(block: &[u8; BLOCK]) -> Marks {
    // SAFETY: `string_marks` needs no more than the feature, and x86-64 is defined with it.
    unsafe { string_marks(u128::from_le_bytes(*block)) }
}

/// See [`super::hex`].
#[inline]
pub(super) fn hex(digits: [u64; 4]) -> Option<[u8; 16]> {
    // SAFETY: `hex_bytes` needs no more than the feature, and x86-64 is defined with it.
    unsafe { hex_bytes(digits) }
}

#[target_feature(enable = "sse2")]
#[inline]
fn hex_bytes([a, b, c, d]: [u64; 4]) -> Option<[u8; 16]> {
    let (first, first_legal) = pairs(_mm_set_epi64x(b as i64, a as i64));
    let (second, second_legal) = pairs(_mm_set_epi64x(d as i64, c as i64));
    if bits(_mm_and_si128(first_legal, second_legal)) != 0xFFFF {
        return None;
    }
    let bytes = _mm_packus_epi16(first, second);
    let low = _mm_cvtsi128_si64(bytes) as u64;
    let high = _mm_cvtsi128_si64(_mm_unpackhi_epi64(bytes, bytes)) as u64;
    Some((u128::from(high) << 64 | u128::from(low)).to_le_bytes())
}

/// Sixteen hex digits to eight bytes, each in the low half of two; and which digits are some.
#[target_feature(enable = "sse2")]
#[inline]
fn pairs(digits: __m128i) -> (__m128i, __m128i) {
    let all = |byte: u8| _mm_set1_epi8(byte as i8);
    // Wrapping differences: everything outside a range lands above its length.
    let decimal = _mm_sub_epi8(digits, all(b'0'));
    let is_decimal = _mm_cmpeq_epi8(_mm_min_epu8(decimal, all(9)), decimal);
    let letter = _mm_sub_epi8(_mm_or_si128(digits, all(0x20)), all(b'a'));
    let is_letter = _mm_cmpeq_epi8(_mm_min_epu8(letter, all(5)), letter);
    let nibbles = _mm_or_si128(
        _mm_and_si128(decimal, is_decimal),
        _mm_and_si128(_mm_add_epi8(letter, all(10)), is_letter),
    );
    // The first digit of a pair is the low byte of two, and the high half of the value.
    let pairs = _mm_or_si128(_mm_slli_epi16(nibbles, 4), _mm_srli_epi16(nibbles, 8));
    (_mm_and_si128(pairs, _mm_set1_epi16(0x00FF)), _mm_or_si128(is_decimal, is_letter))
}

#[target_feature(enable = "sse2")]
#[inline]
fn string_marks(block: u128) -> Marks {
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

//! AVX-512: 64 bytes at a time, and masks in registers of their own.

use core::arch::x86_64::*;

use super::{Avx2, Clock, Level, Marks, avx2, sealed};

/// AVX-512 F, BW, VL and VBMI2, and what [`Avx2`] stands for.
#[derive(Clone, Copy, Debug)]
pub struct Avx512(());

impl Avx512 {
    /// `None` if this machine lacks one of them.
    #[must_use]
    pub fn detect() -> Option<Self> {
        Avx2::detect()?;
        #[cfg(feature = "std")]
        if std::arch::is_x86_feature_detected!("avx512f")
            && std::arch::is_x86_feature_detected!("avx512bw")
            && std::arch::is_x86_feature_detected!("avx512vl")
            && std::arch::is_x86_feature_detected!("avx512vbmi2")
        {
            return Some(Self(()));
        }
        None
    }
}

impl sealed::Sealed for Avx512 {}

impl Level for Avx512 {
    const WIDTH: usize = 64;

    #[inline(always)]
    fn marks(self, block: &[u8; 64]) -> Marks {
        // SAFETY: an `Avx512` exists only where the features were detected.
        unsafe { marks(block) }
    }

    #[inline(always)]
    fn differences(self, a: &[u8; 32], b: &[u8; 32]) -> u32 {
        // SAFETY: as above, and they are more than AVX2. Its way is shorter here: a mask would have
        // to come back from a mask register.
        unsafe { avx2::differences(a, b) }
    }

    #[inline(always)]
    fn uuid(self, block: &[u8; 64]) -> Option<[u8; 16]> {
        // SAFETY: as above, and they are more than AVX2.
        unsafe { avx2::uuid(block) }
    }

    #[inline(always)]
    fn clock(self, block: &[u8; 64]) -> Option<Clock> {
        // SAFETY: as above, and they are more than AVX2.
        unsafe { avx2::clock(block) }
    }
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn marks(block: &[u8; 64]) -> Marks {
    // SAFETY: the array has 64 readable bytes, and the load needs no alignment.
    let block = unsafe { _mm512_loadu_si512(block.as_ptr().cast()) };
    let all = |byte: u8| _mm512_set1_epi8(byte as i8);
    let quote = _mm512_cmpeq_epi8_mask(block, all(b'"'));
    let backslash = _mm512_cmpeq_epi8_mask(block, all(b'\\'));
    let control = _mm512_cmplt_epu8_mask(block, all(0x20));
    Marks { special: quote | backslash | control, high: _mm512_movepi8_mask(block) }
}

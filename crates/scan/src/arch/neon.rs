//! NEON: 16 bytes at a time. Written against the portable twin and checked by it, never measured.

use core::arch::aarch64::*;

use super::{Clock, Level, Marks, Portable, sealed};

/// NEON, which every AArch64 machine of the targets that Rust supports has.
#[derive(Clone, Copy, Debug)]
pub struct Neon(());

impl Neon {
    /// `None` if this machine lacks it.
    #[must_use]
    pub fn detect() -> Option<Self> {
        #[cfg(feature = "std")]
        if std::arch::is_aarch64_feature_detected!("neon") {
            return Some(Self(()));
        }
        None
    }
}

impl sealed::Sealed for Neon {}

impl Level for Neon {
    const WIDTH: usize = 16;

    #[inline(always)]
    fn marks(self, block: &[u8; 64]) -> Marks {
        // SAFETY: a `Neon` exists only where the feature was detected.
        unsafe { marks(block) }
    }

    #[inline(always)]
    fn differences(self, a: &[u8; 32], b: &[u8; 32]) -> u32 {
        // SAFETY: as above.
        unsafe { differences(a, b) }
    }

    #[inline(always)]
    fn uuid(self, block: &[u8; 64]) -> Option<[u8; 16]> {
        Portable.uuid(block)
    }

    #[inline(always)]
    fn clock(self, block: &[u8; 64]) -> Option<Clock> {
        Portable.clock(block)
    }
}

#[target_feature(enable = "neon")]
#[inline]
fn load(bytes: &[u8; 16]) -> uint8x16_t {
    // SAFETY: the array has 16 readable bytes, and the load needs no alignment.
    unsafe { vld1q_u8(bytes.as_ptr()) }
}

/// One bit for each byte of ones.
#[target_feature(enable = "neon")]
#[inline]
fn bits(ones: uint8x16_t) -> u32 {
    let place = load(&[1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128]);
    let bits = vandq_u8(ones, place);
    u32::from(vaddv_u8(vget_low_u8(bits))) | u32::from(vaddv_u8(vget_high_u8(bits))) << 8
}

#[target_feature(enable = "neon")]
#[inline]
fn marks(block: &[u8; 64]) -> Marks {
    let (quarters, _) = block.as_chunks();
    let block = load(&quarters[0]);
    let quote = vceqq_u8(block, vdupq_n_u8(b'"'));
    let backslash = vceqq_u8(block, vdupq_n_u8(b'\\'));
    let control = vcltq_u8(block, vdupq_n_u8(0x20));
    let special = vorrq_u8(vorrq_u8(quote, backslash), control);
    let high = vcgeq_u8(block, vdupq_n_u8(0x80));
    Marks { special: bits(special).into(), high: bits(high).into() }
}

#[target_feature(enable = "neon")]
#[inline]
fn differences(a: &[u8; 32], b: &[u8; 32]) -> u32 {
    let ((a, _), (b, _)) = (a.as_chunks(), b.as_chunks());
    let equal = |at: usize| bits(vceqq_u8(load(&a[at]), load(&b[at])));
    !(equal(0) | equal(1) << 16)
}

//! What instruction sets do with a block of bytes at once. The only place in this crate where code
//! may be unsafe.
//!
//! A [`Level`] is a value that stands for an instruction set this machine has been found to have:
//! whoever holds one may use it. Each kernel of a level is checked against that of [`Portable`],
//! which is plain safe code.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
mod padded;
mod portable;
#[cfg(test)]
mod tests;

#[cfg(target_arch = "x86_64")]
pub use avx2::Avx2;
#[cfg(target_arch = "x86_64")]
pub use avx512::Avx512;
#[cfg(target_arch = "aarch64")]
pub use neon::Neon;
pub use padded::{PADDING, Padded};
pub use portable::Portable;

/// One bit for each byte of a block, the first byte's lowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marks {
    /// Quotes, backslashes and control characters.
    pub special: u64,
    /// Bytes that are not ASCII.
    pub high: u64,
}

/// The parts of `"YYYY-MM-DDThh:mm:ss`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// 0 to 9999.
    pub year: u32,
    /// 0 to 12.
    pub month: u32,
    /// 0 to 31.
    pub day: u32,
    /// Since midnight.
    pub second: u32,
}

/// An instruction set of this machine.
///
/// The kernels are inlined into their callers, so a caller must itself be compiled for the
/// instruction set to gain anything.
pub trait Level: Copy + Send + Sync + sealed::Sealed + 'static {
    /// Bytes that [`marks`](Level::marks) looks at.
    const WIDTH: usize;

    /// What a string's end is found by, for the first [`WIDTH`](Level::WIDTH) bytes. Marks after
    /// the lowest special one may be wrong.
    fn marks(self, block: &[u8; 64]) -> Marks;

    /// One bit for each byte in which the two differ, the first byte's lowest.
    fn differences(self, a: &[u8; 32], b: &[u8; 32]) -> u32;

    /// The UUID whose opening quote is the first byte, `None` if it has not the hyphenated form or
    /// no closing quote.
    fn uuid(self, block: &[u8; 64]) -> Option<[u8; 16]>;

    /// What stands after the quote that is the first byte, `None` if it has not the form
    /// `YYYY-MM-DDThh:mm:ss` or its parts are above their bounds. Whether the day exists is not
    /// checked.
    fn clock(self, block: &[u8; 64]) -> Option<Clock>;
}

mod sealed {
    pub trait Sealed {}
}

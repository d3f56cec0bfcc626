//! Text that may be read in whole blocks.

use core::fmt;
use core::marker::PhantomData;

/// Bytes that may be read after the text.
pub const PADDING: usize = 64;

/// Text with [`PADDING`] more bytes after it, so that a block of that size can be loaded from every
/// place in it, its end too. What the padding holds does not matter.
///
/// ```
/// use rowmill_scan::{PADDING, Padded};
///
/// let mut bytes = b"{}\n".to_vec();
/// bytes.resize(bytes.len() + PADDING, 0);
/// let text = Padded::new(&bytes).unwrap();
/// assert_eq!((text.len(), text.byte(1)), (3, b'}'));
/// assert_eq!(text.block::<3>(0), b"{}\n");
/// ```
#[derive(Clone, Copy)]
pub struct Padded<'a> {
    /// From here on, `len + PADDING` bytes are readable for `'a`.
    start: *const u8,
    len: usize,
    bytes: PhantomData<&'a [u8]>,
}

impl<'a> Padded<'a> {
    /// All of `bytes` but the padding; `None` if there are fewer than that.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        let len = bytes.len().checked_sub(PADDING)?;
        Some(Self { start: bytes.as_ptr(), len, bytes: PhantomData })
    }

    /// Length of the text, without the padding.
    #[inline(always)]
    #[must_use]
    pub fn len(self) -> usize {
        self.len
    }

    /// Whether there is nothing but padding.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len == 0
    }

    /// The text itself.
    #[inline(always)]
    #[must_use]
    pub fn text(self) -> &'a [u8] {
        // SAFETY: `start` points to more than `len` bytes that are borrowed for `'a`.
        unsafe { core::slice::from_raw_parts(self.start, self.len) }
    }

    /// The `N` bytes from `at` on, at most [`PADDING`].
    ///
    /// # Panics
    /// If `at` is beyond the end of the text: a defect of the caller, whatever the text is.
    #[inline(always)]
    #[must_use]
    pub fn block<const N: usize>(self, at: usize) -> &'a [u8; N] {
        const { assert!(N <= PADDING) };
        assert!(at <= self.len, "a place outside of the text");
        // SAFETY: `at <= len` and `N <= PADDING`, so the block ends within the `len + PADDING`
        // bytes that are readable from `start` on for `'a`. An array of bytes has no alignment.
        unsafe { &*self.start.add(at).cast::<[u8; N]>() }
    }

    /// The byte at `at`.
    ///
    /// # Panics
    /// As [`block`](Padded::block).
    #[inline(always)]
    #[must_use]
    pub fn byte(self, at: usize) -> u8 {
        self.block::<1>(at)[0]
    }

    /// The eight bytes from `at` on as one word, the first one lowest.
    ///
    /// # Panics
    /// As [`block`](Padded::block).
    #[inline(always)]
    #[must_use]
    pub fn word(self, at: usize) -> u64 {
        u64::from_le_bytes(*self.block(at))
    }

    /// The text from `from` to `to`; the end may be that of the text.
    ///
    /// # Panics
    /// If the range is not within the text.
    #[inline(always)]
    #[must_use]
    pub fn slice(self, from: usize, to: usize) -> &'a [u8] {
        &self.text()[from..to]
    }
}

impl fmt::Debug for Padded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Rows hold people's data, so the text stays out.
        f.debug_struct("Padded").field("len", &self.len).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{PADDING, Padded};
    use alloc::vec;

    #[test]
    fn blocks_to_the_very_end() {
        assert!(Padded::new(&[0; PADDING - 1]).is_none());
        let mut bytes = vec![1; 10 + PADDING];
        bytes[10..].fill(2);
        let text = Padded::new(&bytes).unwrap();
        assert_eq!((text.len(), text.text()), (10, &[1; 10][..]));
        assert_eq!(text.block::<64>(10), &[2; 64]);
        assert_eq!(text.slice(4, 10).len(), 6);
        assert_eq!((text.byte(9), text.byte(10)), (1, 2));
    }

    #[test]
    #[should_panic(expected = "outside")]
    fn no_further() {
        let _ = Padded::new(&[0; 10 + PADDING]).unwrap().byte(11);
    }
}

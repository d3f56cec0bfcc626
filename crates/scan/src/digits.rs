//! Eight digits in one word.

/// Eight bytes of text, and how many digits they begin with.
#[derive(Clone, Copy)]
pub(crate) struct Eight {
    /// The bytes, digits turned into their values.
    values: u64,
    /// Digits before the first other byte.
    pub(crate) count: usize,
}

impl Eight {
    /// The first byte of the text is the lowest of the word.
    #[inline(always)]
    pub(crate) fn read(word: u64) -> Self {
        let values = word ^ 0x3030_3030_3030_3030;
        // The high bit of each byte above 9. A carry goes only into bytes after such a one.
        let others = (values.wrapping_add(0x7676_7676_7676_7676) | values) & 0x8080_8080_8080_8080;
        Self { values, count: others.trailing_zeros() as usize / 8 }
    }

    /// The number that the leading digits make; any number if there are none.
    #[inline(always)]
    pub(crate) fn right(self) -> u64 {
        number(self.values.wrapping_shl(64 - 8 * self.count as u32))
    }

    /// The number that the leading digits make with zeros after them, eight in all; any number if
    /// there are none.
    #[inline(always)]
    pub(crate) fn left(self) -> u64 {
        number(self.values & u64::MAX.wrapping_shr(64 - 8 * self.count as u32))
    }
}

/// A number with a point or without, whose end is within eight bytes.
#[derive(Clone, Copy)]
pub(crate) struct Short {
    /// All its digits as one number, below 10^7.
    pub(crate) digits: u64,
    /// Digits before the point, and after it.
    pub(crate) whole: usize,
    pub(crate) places: usize,
    /// Bytes it takes.
    pub(crate) len: usize,
}

impl Short {
    /// The first byte of the text is the lowest of the word. `None` if it may go on after the word.
    #[inline(always)]
    pub(crate) fn read(word: u64) -> Option<Self> {
        let values = word ^ 0x3030_3030_3030_3030;
        let others = (values.wrapping_add(0x7676_7676_7676_7676) | values) & 0x8080_8080_8080_8080;
        if others == 0 {
            return None;
        }
        // The high bit of the first byte that is no digit, and of the one after the point.
        let first = others & others.wrapping_neg();
        let whole = first.trailing_zeros() / 8;
        let is_point = word >> (8 * whole) & 0xFF == u64::from(b'.');
        if !is_point {
            let digits = number((values & (first - 1)).wrapping_shl(64 - 8 * whole));
            let whole = whole as usize;
            return Some(Self { digits, whole, places: 0, len: whole });
        }
        let others = others & (others - 1);
        if others == 0 {
            return None;
        }
        let end = others.trailing_zeros() / 8;
        let before = (1 << (8 * whole)) - 1;
        // The digits after the point come one place nearer to those before it.
        let joined = values & before | (values >> 8) & !before;
        let count = end - 1;
        let digits = number(joined.wrapping_shl(64 - 8 * count));
        let (whole, len) = (whole as usize, end as usize);
        Some(Self { digits, whole, places: len - whole - 1, len })
    }
}

/// Eight values below ten as one number, the lowest byte its first digit.
#[inline(always)]
fn number(values: u64) -> u64 {
    // Neighbours to pairs, then all four pairs with their weights into the upper half.
    let pairs = values.wrapping_mul(10).wrapping_add(values >> 8);
    let first = (pairs & 0x0000_00FF_0000_00FF).wrapping_mul(1_000_000 << 32 | 100);
    let second = (pairs >> 16 & 0x0000_00FF_0000_00FF).wrapping_mul(10_000 << 32 | 1);
    first.wrapping_add(second) >> 32
}

#[cfg(test)]
mod tests {
    use super::{Eight, Short};
    use alloc::format;

    #[test]
    fn points() {
        for text in
            ["1.5,xxxx", "0.25}.12", "123.456]", ".5,12345", "1.,23456", "1234567,", "12 .34 5"]
        {
            let number = text.split([',', '}', ']', ' ']).next().unwrap();
            let (whole, places) = number.split_once('.').unwrap_or((number, ""));
            let short =
                Short::read(u64::from_le_bytes(text.as_bytes().try_into().unwrap())).unwrap();
            assert_eq!((short.whole, short.places), (whole.len(), places.len()), "{text}");
            assert_eq!(short.len, number.len());
            assert_eq!(short.digits, format!("{whole}{places}").parse().unwrap());
        }
        for text in ["12345678", "1234567.", "123.4567", "1.000000"] {
            assert!(Short::read(u64::from_le_bytes(text.as_bytes().try_into().unwrap())).is_none());
        }
    }

    #[test]
    fn every_length_and_what_follows() {
        for digits in ["", "0", "9", "10", "123", "0045", "98765", "000001", "7654321", "99999999"]
        {
            for after in [0, b'.', b',', b'/', b':', b'e', 0x7F, 0x80, 0xB0, 0xFF] {
                let mut bytes = [after; 8];
                bytes[..digits.len()].copy_from_slice(digits.as_bytes());
                let eight = Eight::read(u64::from_le_bytes(bytes));
                assert_eq!(eight.count, digits.len());
                if !digits.is_empty() {
                    assert_eq!(eight.right(), digits.parse().unwrap(), "{digits}");
                    assert_eq!(eight.left(), format!("{digits:0<8}").parse().unwrap(), "{digits}");
                }
            }
        }
    }
}

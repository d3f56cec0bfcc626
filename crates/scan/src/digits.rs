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
    use super::Eight;
    use alloc::format;

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

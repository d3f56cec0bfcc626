//! What instruction sets do with a block of bytes at once. The only place in this crate where code
//! may be unsafe; each kernel has a plain twin that is its oracle.

#[cfg(target_arch = "x86_64")]
mod x86_64;

/// Bytes looked at together.
pub(crate) const BLOCK: usize = 16;

/// One bit for each byte of a block, the first byte's lowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Marks {
    /// Quotes, backslashes and control characters.
    pub(crate) special: u32,
    /// Bytes that are not ASCII.
    pub(crate) high: u32,
}

/// What a string's end is found by.
#[inline]
pub(crate) fn marks(block: &[u8; BLOCK]) -> Marks {
    #[cfg(target_arch = "x86_64")]
    {
        x86_64::marks(block)
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        plain_marks(block)
    }
}

/// What [`marks`] must give.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn plain_marks(block: &[u8; BLOCK]) -> Marks {
    let bits = |is: fn(u8) -> bool| {
        (0..).zip(block).fold(0, |bits, (at, &byte)| bits | u32::from(is(byte)) << at)
    };
    Marks {
        special: bits(|byte| byte < 0x20 || byte == b'"' || byte == b'\\'),
        high: bits(|byte| !byte.is_ascii()),
    }
}

/// Thirty-two hex digits to sixteen bytes, or `None` if one of them is no digit.
#[inline]
pub(crate) fn hex(digits: [u64; 4]) -> Option<[u8; 16]> {
    #[cfg(target_arch = "x86_64")]
    {
        x86_64::hex(digits)
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        plain_hex(digits)
    }
}

/// What [`hex`] must give.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn plain_hex(digits: [u64; 4]) -> Option<[u8; 16]> {
    let mut digits = digits.iter().flat_map(|word| word.to_le_bytes());
    let mut nibble = || digits.next().and_then(|digit| char::from(digit).to_digit(16));
    let mut bytes = [0; 16];
    for byte in &mut bytes {
        // Two digits of four bits each.
        *byte = (nibble()? << 4 | nibble()?) as u8;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, hex, marks, plain_hex, plain_marks};

    #[test]
    fn every_byte_among_hex_digits() {
        let good = *b"0123456789abcdefABCDEF9876543210";
        for at in 0..good.len() {
            for byte in 0..=255u8 {
                let mut text = good;
                text[at] = byte;
                let (words, _) = text.as_chunks::<8>();
                let words = [0, 1, 2, 3].map(|word: usize| u64::from_le_bytes(words[word]));
                assert_eq!(hex(words), plain_hex(words), "{byte:#x} at {at}");
                assert_eq!(hex(words).is_some(), byte.is_ascii_hexdigit());
            }
        }
    }

    #[test]
    fn every_byte_in_every_place() {
        for byte in 0..=255u8 {
            for at in 0..BLOCK {
                let mut block = [b'x'; BLOCK];
                block[BLOCK - 1 - at] = b'"';
                block[at] = byte;
                assert_eq!(marks(&block), plain_marks(&block), "{byte:#x} at {at}");
            }
        }
    }
}

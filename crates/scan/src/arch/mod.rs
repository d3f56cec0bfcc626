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

#[cfg(test)]
mod tests {
    use super::{BLOCK, marks, plain_marks};

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

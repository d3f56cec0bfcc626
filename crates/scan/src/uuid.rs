//! UUID text to 16 bytes.

use crate::arch::hex;

/// Where the hyphens stand in `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];

/// Reads the hyphenated form of RFC 9562, 8-4-4-4-12 hex digits of either case.
///
/// Nothing else is taken: no braces, no `urn:uuid:`, no missing hyphens. Version and variant are
/// not looked at, since identifiers in the wild do not keep to them.
///
/// ```
/// let id = rowmill_scan::parse_uuid(b"00112233-4455-6677-8899-AAbbccddeeff").unwrap();
/// assert_eq!(id[..4], [0x00, 0x11, 0x22, 0x33]);
/// assert_eq!(rowmill_scan::parse_uuid(b"00112233445566778899aabbccddeeff"), None);
/// ```
#[inline]
#[must_use]
pub fn parse_uuid(text: &[u8]) -> Option<[u8; 16]> {
    let text: &[u8; 36] = text.try_into().ok()?;
    if HYPHENS.iter().any(|&at| text[at] != b'-') {
        return None;
    }
    // The digits without the hyphens, eight to a word.
    let digits = [
        word(text, 0),
        half(text, 9) | half(text, 14) << 32,
        half(text, 19) | half(text, 24) << 32,
        word(text, 28),
    ];
    hex(digits)
}

#[inline]
fn word(text: &[u8; 36], at: usize) -> u64 {
    u64::from(half_word(text, at)) | u64::from(half_word(text, at + 4)) << 32
}

#[inline]
fn half(text: &[u8; 36], at: usize) -> u64 {
    u64::from(half_word(text, at))
}

#[inline]
fn half_word(text: &[u8; 36], at: usize) -> u32 {
    u32::from_le_bytes([text[at], text[at + 1], text[at + 2], text[at + 3]])
}

#[cfg(test)]
mod tests {
    use super::parse_uuid;
    use alloc::format;

    #[test]
    fn every_byte_value_in_every_place() {
        let good = *b"0f515589-99b4-423d-b83a-b237009f0509";
        assert_eq!(
            parse_uuid(&good).map(u128::from_be_bytes),
            Some(0x0f515589_99b4_423d_b83a_b237009f0509)
        );
        for at in 0..good.len() {
            for byte in 0..=255u8 {
                let mut text = good;
                text[at] = byte;
                let hyphen = super::HYPHENS.contains(&at);
                let legal = if hyphen { byte == b'-' } else { byte.is_ascii_hexdigit() };
                assert_eq!(parse_uuid(&text).is_some(), legal, "byte {byte:#x} at {at}");
            }
        }
    }

    #[test]
    fn other_lengths() {
        let good = "0f515589-99b4-423d-b83a-b237009f0509";
        for end in 0..good.len() {
            assert_eq!(parse_uuid(&good.as_bytes()[..end]), None);
        }
        assert_eq!(parse_uuid(format!("{good}0").as_bytes()), None);
    }
}

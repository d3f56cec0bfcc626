//! UUID text to 16 bytes.

use crate::arch::{Level, Portable};

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
#[must_use]
pub fn parse_uuid(text: &[u8]) -> Option<[u8; 16]> {
    let text: &[u8; 36] = text.try_into().ok()?;
    let mut block = [b'"'; 64];
    block[1..37].copy_from_slice(text);
    Portable.uuid(&block)
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
                let hyphen = [8, 13, 18, 23].contains(&at);
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

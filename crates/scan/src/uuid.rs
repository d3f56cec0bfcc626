//! UUID text to 16 bytes.

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
    let mut legal = HIGH;
    let mut bytes = [0; 16];
    for (four, digits) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(digits) {
        let (value, mark) = decode(digits);
        legal &= mark;
        *four = value.to_le_bytes();
    }
    (legal == HIGH).then_some(bytes)
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

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Eight hex digits, the first in the lowest byte, to four bytes likewise; beside them the high bit
/// of each byte that is a digit.
#[inline]
fn decode(digits: u64) -> (u32, u64) {
    // With the high bits off, the sums below stay inside their bytes: each sets the high bit of the
    // bytes from some character on.
    let low = digits & !HIGH;
    let from = |word: u64, first: u8| word + ONES * u64::from(0x80 - first);
    let decimal = from(low, b'0') & !from(low, b'9' + 1);
    let small = low | (ONES * 0x20);
    let letter = from(small, b'a') & !from(small, b'f' + 1) & HIGH;
    let legal = (decimal | letter) & !digits & HIGH;
    // The low four bits of `1` are 1, those of `a` and `A` too: nine more make ten.
    let nibbles = (low & (ONES * 0x0F)) + (letter >> 7) * 9;
    let pairs = (nibbles << 4 | nibbles >> 8) & 0x00FF_00FF_00FF_00FF;
    let pairs = (pairs | pairs >> 8) & 0x0000_FFFF_0000_FFFF;
    ((pairs | pairs >> 16) as u32, legal)
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

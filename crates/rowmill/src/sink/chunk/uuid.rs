//! UUIDs as text: 36 characters, letters small, so texts have the order of the bytes.

/// The characters of a UUID.
pub(super) const LENGTH: usize = 36;

/// The text of `uuid`.
pub(super) fn text(uuid: [u8; 16]) -> [u8; LENGTH] {
    // Arithmetic instead of a table, so that all digits are made at once.
    let mut digits = [0; 32];
    for (pair, byte) in digits.as_chunks_mut::<2>().0.iter_mut().zip(uuid) {
        *pair = [digit(byte >> 4), digit(byte & 15)];
    }
    let mut text = [b'-'; LENGTH];
    text[..8].copy_from_slice(&digits[..8]);
    text[9..13].copy_from_slice(&digits[8..12]);
    text[14..18].copy_from_slice(&digits[12..16]);
    text[19..23].copy_from_slice(&digits[16..20]);
    text[24..].copy_from_slice(&digits[20..]);
    text
}

fn digit(number: u8) -> u8 {
    // One for the digits above nine, as it wraps there.
    let letter = 9_u8.wrapping_sub(number) >> 7;
    b'0' + number + letter * (b'a' - b'0' - 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_digit_has_its_place() {
        let uuid = 0x0123_4567_89ab_cdef_fedc_ba98_7654_3210_u128.to_be_bytes();
        assert_eq!(&text(uuid), b"01234567-89ab-cdef-fedc-ba9876543210");
        assert_eq!(&text([0; 16]), b"00000000-0000-0000-0000-000000000000");
        assert_eq!(&text([0xff; 16]), b"ffffffff-ffff-ffff-ffff-ffffffffffff");
    }
}

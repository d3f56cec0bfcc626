//! Strings: where they end, and what their escapes mean.

use alloc::vec::Vec;

use crate::arch::{Level, Marks, Padded};

/// The inside of a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Index of the closing quote.
    pub end: usize,
    /// Whether a backslash was seen: the text must be unescaped (or at least checked).
    pub escaped: bool,
    /// Whether every byte is ASCII: otherwise UTF-8 must be checked.
    pub ascii: bool,
}

/// Finds the end of the string whose first byte after the opening quote is at `from`.
///
/// Refuses raw control characters. Looks past escapes without reading them: that is
/// [`unescape`]'s and [`check_escapes`]' part.
///
/// # Errors
/// The index of the raw control character, or `text.len()` if there is no closing quote.
#[inline(always)]
pub fn scan_string<L: Level>(level: L, text: Padded<'_>, from: usize) -> Result<Span, usize> {
    let mut span = Span { end: from, escaped: false, ascii: true };
    loop {
        // A block at a time while nothing in it needs a look.
        let Marks { special, high } = loop {
            if span.end >= text.len() {
                return Err(text.len());
            }
            let marks = level.marks(text.block(span.end));
            if marks.special != 0 {
                break marks;
            }
            span.ascii &= marks.high == 0;
            span.end += L::WIDTH;
        };
        // Bytes after the special one are not of this string, or not yet.
        span.ascii &= high & (lowest_bit(special) - 1) == 0;
        span.end += special.trailing_zeros() as usize;
        if span.end >= text.len() {
            return Err(text.len());
        }
        match text.byte(span.end) {
            b'"' => return Ok(span),
            b'\\' => {
                span.escaped = true;
                // The escaped byte is passed over so that `\"` does not end the string; a control
                // character or the line's end there is still seen.
                match text.byte(span.end + 1) {
                    0..=0x1F => return Err(span.end + 1),
                    byte => span.ascii &= byte.is_ascii(),
                }
                span.end += 2;
            }
            _ => return Err(span.end),
        }
    }
}

#[inline(always)]
fn lowest_bit(marks: u64) -> u64 {
    marks & marks.wrapping_neg()
}

/// What is wrong with an escape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EscapeFault {
    /// Not one of the escapes of RFC 8259 section 7. The index is that of the backslash.
    Unknown(usize),
    /// One half of a surrogate pair without the other. The index is that of the backslash.
    LoneSurrogate(usize),
}

/// Appends the text that `inside` (the bytes between the quotes) stands for.
///
/// What is appended is UTF-8 if `inside` is: escapes only ever add whole scalar values.
///
/// # Errors
/// The first wrong escape; what was appended until then stays in `out`.
pub fn unescape(inside: &[u8], out: &mut Vec<u8>) -> Result<(), EscapeFault> {
    each_piece(inside, |piece| out.extend_from_slice(piece))
}

/// [`unescape`] for text nobody keeps: the same verdict, nothing written.
///
/// # Errors
/// The first wrong escape.
pub fn check_escapes(inside: &[u8]) -> Result<(), EscapeFault> {
    each_piece(inside, |_| {})
}

fn each_piece(inside: &[u8], mut emit: impl FnMut(&[u8])) -> Result<(), EscapeFault> {
    let mut at = 0;
    while let Some(next) = memchr::memchr(b'\\', &inside[at..]) {
        let slash = at + next;
        emit(&inside[at..slash]);
        let plain: &[u8] = match inside.get(slash + 1) {
            Some(b'"') => b"\"",
            Some(b'\\') => b"\\",
            Some(b'/') => b"/",
            Some(b'b') => b"\x08",
            Some(b'f') => b"\x0C",
            Some(b'n') => b"\n",
            Some(b'r') => b"\r",
            Some(b't') => b"\t",
            Some(b'u') => {
                let (scalar, length) = scalar(inside, slash)?;
                emit(scalar.encode_utf8(&mut [0; 4]).as_bytes());
                at = slash + length;
                continue;
            }
            _ => return Err(EscapeFault::Unknown(slash)),
        };
        emit(plain);
        at = slash + 2;
    }
    emit(&inside[at..]);
    Ok(())
}

/// The character that `\uXXXX`, or a pair of two such for one character, stands for, and how many
/// bytes that takes. The backslash is the first byte.
#[must_use]
pub fn unicode_escape(bytes: &[u8; 12]) -> Option<(char, usize)> {
    scalar(bytes, 0).ok()
}

/// What the letter after a backslash stands for, for those that stand for one ASCII character.
#[inline(always)]
#[must_use]
pub fn plain_escape(letter: u8) -> Option<u8> {
    let plain = PLAIN[usize::from(letter)];
    (plain != 0).then_some(plain)
}

const PLAIN: [u8; 256] = {
    let mut plain = [0; 256];
    plain[b'"' as usize] = b'"';
    plain[b'\\' as usize] = b'\\';
    plain[b'/' as usize] = b'/';
    plain[b'b' as usize] = 0x08;
    plain[b'f' as usize] = 0x0C;
    plain[b'n' as usize] = b'\n';
    plain[b'r' as usize] = b'\r';
    plain[b't' as usize] = b'\t';
    plain
};

/// Length of the UTF-8 sequence that four bytes begin with, the first byte lowest; `None` if it is
/// not one (Unicode 16, table 3-7).
#[inline(always)]
#[must_use]
pub fn utf8_length(word: u32) -> Option<usize> {
    let byte = |at: u32| word >> (8 * at) & 0xFF;
    let bits = |at: u32| word >> (8 * at) & 0x3F;
    match byte(0) {
        0..=0x7F => Some(1),
        0xC2..=0xDF if word & 0xC000 == 0x8000 => Some(2),
        first @ 0xE0..=0xEF if word & 0x00C0_C000 == 0x0080_8000 => {
            let scalar = (first & 0x0F) << 12 | bits(1) << 6 | bits(2);
            (scalar >= 0x800 && scalar >> 11 != 0x1B).then_some(3)
        }
        first @ 0xF0..=0xF4 if word & 0xC0C0_C000 == 0x8080_8000 => {
            let scalar = (first & 0x07) << 18 | bits(1) << 12 | bits(2) << 6 | bits(3);
            (0x1_0000..=0x10_FFFF).contains(&scalar).then_some(4)
        }
        _ => None,
    }
}

/// The scalar value that the `\u` escape (or pair of them) at `slash` names, and its length.
fn scalar(inside: &[u8], slash: usize) -> Result<(char, usize), EscapeFault> {
    let first = hex4(inside, slash).ok_or(EscapeFault::Unknown(slash))?;
    if let Some(scalar) = char::from_u32(first) {
        return Ok((scalar, 6));
    }
    // `first` is a surrogate: only a high one followed by an escaped low one makes a scalar.
    let pair = match hex4(inside, slash + 6) {
        Some(second @ 0xDC00..=0xDFFF) if first < 0xDC00 => {
            char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        }
        _ => None,
    };
    pair.map(|scalar| (scalar, 12)).ok_or(EscapeFault::LoneSurrogate(slash))
}

/// The value of the escape `\uXXXX` at `slash`.
fn hex4(inside: &[u8], slash: usize) -> Option<u32> {
    let digits = inside.get(slash..slash + 6)?.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0, |value, &digit| Some(value << 4 | (digit as char).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::{EscapeFault, Span, check_escapes, unescape};
    use crate::arch::{PADDING, Padded, Portable};
    use alloc::{format, string::String, vec::Vec};

    /// Every level gives what the plain loop does, whatever follows the text.
    #[track_caller]
    fn compare(text: &[u8], from: usize) {
        for after in [b'x', b'"', 0, 0xFF] {
            let mut bytes = text.to_vec();
            bytes.resize(text.len() + PADDING, after);
            let padded = Padded::new(&bytes).unwrap();
            let wanted = slow(text, from);
            let check = |got| assert_eq!(got, wanted, "{text:?} from {from}");
            check(super::scan_string(Portable, padded, from));
            #[cfg(target_arch = "x86_64")]
            {
                let scan = |level: crate::Avx2| super::scan_string(level, padded, from);
                crate::Avx2::detect().into_iter().map(scan).for_each(check);
                let scan = |level: crate::Avx512| super::scan_string(level, padded, from);
                crate::Avx512::detect().into_iter().map(scan).for_each(check);
            }
        }
    }

    /// Byte by byte, as the grammar says it.
    fn slow(bytes: &[u8], from: usize) -> Result<Span, usize> {
        let (mut end, mut escaped, mut ascii) = (from, false, true);
        while end < bytes.len() {
            match bytes[end] {
                b'"' => return Ok(Span { end, escaped, ascii }),
                0..=0x1F => return Err(end),
                b'\\' => {
                    escaped = true;
                    end += 1;
                    match bytes.get(end) {
                        None => break,
                        Some(0..=0x1F) => return Err(end),
                        Some(byte) => ascii &= byte.is_ascii(),
                    }
                }
                byte => ascii &= byte.is_ascii(),
            }
            end += 1;
        }
        Err(bytes.len())
    }

    #[test]
    fn any_byte_at_any_offset() {
        for length in (0..40).chain(60..70) {
            for at in 0..length {
                for byte in (0..=0x30).chain(0x58..=0x60).chain([0x7F, 0x80, 0xC0, 0xFF]) {
                    let mut bytes = alloc::vec![b'x'; length];
                    bytes[at] = byte;
                    bytes.extend_from_slice(b"\",\xC3");
                    for from in [0, length / 2] {
                        compare(&bytes, from);
                    }
                }
            }
        }
    }

    #[test]
    fn two_special_bytes_near_each_other() {
        let specials = [
            b'"', b'\\', 0x00, 0x1F, 0x20, 0x21, 0x22, 0x23, 0x5B, 0x5D, 0x7F, 0x80, 0xA2, 0xDC,
            0xFF,
        ];
        for gap in 1..10 {
            for first in specials {
                for second in specials {
                    let mut bytes = alloc::vec![b'x'; 24];
                    bytes[6] = first;
                    bytes[6 + gap] = second;
                    bytes.push(b'"');
                    compare(&bytes, 0);
                }
            }
        }
    }

    #[test]
    fn every_beginning_of_a_sequence() {
        let after = [0x00, 0x22, 0x5C, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF];
        for first in 0..=255u8 {
            for second in 0..=255u8 {
                for third in after {
                    for fourth in after {
                        let bytes = [first, second, third, fourth];
                        let wanted = (1..=4).find(|&n| core::str::from_utf8(&bytes[..n]).is_ok());
                        let got = super::utf8_length(u32::from_le_bytes(bytes));
                        assert_eq!(got, wanted, "{bytes:x?}");
                    }
                }
            }
        }
    }

    #[test]
    fn escapes() {
        let text = |inside: &str| {
            let mut out = Vec::new();
            let verdict = unescape(inside.as_bytes(), &mut out);
            assert_eq!(verdict, check_escapes(inside.as_bytes()));
            verdict.map(|()| String::from_utf8(out).unwrap())
        };
        assert_eq!(text(r#"a\"b\\\/\b\f\n\r\t"#).unwrap(), "a\"b\\/\u{8}\u{c}\n\r\t");
        assert_eq!(text(r"\u0041\u00e9\u20AC").unwrap(), "A\u{e9}\u{20ac}");
        assert_eq!(text(r"x\ud83d\ude00y").unwrap(), "x\u{1F600}y");
        assert_eq!(text(r"\u0000").unwrap(), "\0");
        assert_eq!(text("").unwrap(), "");
        for lone in [
            r"\ud800",
            r"\udc00",
            r"\ud800\ud800",
            r"\ud800x",
            r"\ud800\n",
            r"\udc00\ud800",
            r"\ud83d\u0041",
        ] {
            assert_eq!(text(lone), Err(EscapeFault::LoneSurrogate(0)), "{lone}");
        }
        for unknown in [r"\x", r"\u12", r"\u12g4", r"\U0041", r"\'", r"\u+123", r"\ "] {
            assert_eq!(text(&format!("ab{unknown}")), Err(EscapeFault::Unknown(2)), "{unknown}");
        }
    }
}

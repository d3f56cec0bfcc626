//! Least and largest values: what readers skip pages and row groups by.

use std::cmp::Ordering;

/// Texts in statistics are cut to this many bytes.
const LONGEST: usize = 64;

/// The least and the largest of some values.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Bounds {
    Bool(bool, bool),
    Int32(i32, i32),
    Int64(i64, i64),
    UInt64(u64, u64),
    /// Never NaN; a zero is negative below and positive above, since either may be meant.
    Float64(f64, f64),
    Decimal(i128, i128),
    Uuid([u8; 16], [u8; 16]),
    Text(Vec<u8>, Vec<u8>),
}

/// The least and the largest of `values`.
pub(super) fn of<T: Copy + PartialOrd>(mut values: impl Iterator<Item = T>) -> Option<(T, T)> {
    let first = values.next()?;
    let widen = |(least, largest), value| {
        (if value < least { value } else { least }, if value > largest { value } else { largest })
    };
    Some(values.fold((first, first), widen))
}

/// Those of floats by the rules of Parquet.
pub(super) fn of_floats(values: impl Iterator<Item = f64>) -> Option<Bounds> {
    let (least, largest) = of(values.filter(|value| !value.is_nan()))?;
    let least = if least == 0.0 { -0.0 } else { least };
    let largest = if largest == 0.0 { 0.0 } else { largest };
    Some(Bounds::Float64(least, largest))
}

/// Those of texts.
pub(super) fn of_texts<'a>(values: impl Iterator<Item = &'a [u8]>) -> Option<Bounds> {
    // Most texts are told apart by their first eight bytes, in a register.
    let mut values = values.map(|text| (head(text), text));
    let first = values.next()?;
    let (least, largest) = values
        .fold((first, first), |(least, largest), value| (least.min(value), largest.max(value)));
    // What is not short has an upper bound that is as long as it is.
    let short = upper(largest.1).len() <= LONGEST;
    let largest = if short { enough(largest.1) } else { largest.1 };
    Some(Bounds::Text(enough(least.1).to_vec(), largest.to_vec()))
}

/// So much of `text` that its short bounds are those of this, and that it is seen to be longer: the
/// bounds of all pages are held until the chunk ends.
fn enough(text: &[u8]) -> &[u8] {
    let mut end = text.len().min(LONGEST + 8);
    while end < text.len() && text[end] & 0xC0 == 0x80 && end > LONGEST + 1 {
        end -= 1;
    }
    &text[..end]
}

fn head(text: &[u8]) -> u64 {
    let mut head = [0; 8];
    match text.first_chunk() {
        Some(first) => head = *first,
        None => head[..text.len()].copy_from_slice(text),
    }
    u64::from_be_bytes(head)
}

impl Bounds {
    /// The bounds of these and of `others`, which are of the same kind.
    pub(super) fn join(&mut self, others: &Self) {
        use Bounds::*;
        fn widen<T: Clone + PartialOrd>(least: &mut T, largest: &mut T, others: (&T, &T)) {
            if others.0 < least {
                *least = others.0.clone();
            }
            if others.1 > largest {
                *largest = others.1.clone();
            }
        }
        match (self, others) {
            (Bool(least, largest), Bool(a, b)) => widen(least, largest, (a, b)),
            (Int32(least, largest), Int32(a, b)) => widen(least, largest, (a, b)),
            (Int64(least, largest), Int64(a, b)) => widen(least, largest, (a, b)),
            (UInt64(least, largest), UInt64(a, b)) => widen(least, largest, (a, b)),
            (Float64(least, largest), Float64(a, b)) => widen(least, largest, (a, b)),
            (Decimal(least, largest), Decimal(a, b)) => widen(least, largest, (a, b)),
            (Uuid(least, largest), Uuid(a, b)) => widen(least, largest, (a, b)),
            (Text(least, largest), Text(a, b)) => widen(least, largest, (a, b)),
            _ => debug_assert!(false, "a chunk has values of one kind"),
        }
    }

    /// How the least ones, and the largest ones, of these and of `others` compare.
    pub(super) fn compare(&self, others: &Self) -> Option<[Ordering; 2]> {
        use Bounds::*;
        fn of<T: PartialOrd>(these: (&T, &T), others: (&T, &T)) -> Option<[Ordering; 2]> {
            Some([these.0.partial_cmp(others.0)?, these.1.partial_cmp(others.1)?])
        }
        match (self, others) {
            (Bool(a, b), Bool(c, d)) => of((a, b), (c, d)),
            (Int32(a, b), Int32(c, d)) => of((a, b), (c, d)),
            (Int64(a, b), Int64(c, d)) => of((a, b), (c, d)),
            (UInt64(a, b), UInt64(c, d)) => of((a, b), (c, d)),
            (Float64(a, b), Float64(c, d)) => of((a, b), (c, d)),
            (Decimal(a, b), Decimal(c, d)) => of((a, b), (c, d)),
            (Uuid(a, b), Uuid(c, d)) => of((a, b), (c, d)),
            // Cut to their beginnings they keep their order.
            (Text(a, b), Text(c, d)) => of((a, b), (c, d)),
            _ => None,
        }
    }

    /// Both as Parquet writes them, decimals in so many bytes.
    pub(super) fn encoded(&self, width: usize) -> (Vec<u8>, Vec<u8>) {
        let decimal = |value: &i128| value.to_be_bytes()[16 - width..].to_vec();
        match self {
            Self::Bool(a, b) => (vec![u8::from(*a)], vec![u8::from(*b)]),
            Self::Int32(a, b) => (a.to_le_bytes().to_vec(), b.to_le_bytes().to_vec()),
            Self::Int64(a, b) => (a.to_le_bytes().to_vec(), b.to_le_bytes().to_vec()),
            Self::UInt64(a, b) => (a.to_le_bytes().to_vec(), b.to_le_bytes().to_vec()),
            Self::Float64(a, b) => (a.to_le_bytes().to_vec(), b.to_le_bytes().to_vec()),
            Self::Decimal(a, b) => (decimal(a), decimal(b)),
            Self::Uuid(a, b) => (a.to_vec(), b.to_vec()),
            Self::Text(a, b) => (lower(a).to_vec(), upper(b)),
        }
    }
}

/// A short text that is not above `text`: its beginning, in whole characters.
pub(super) fn lower(text: &[u8]) -> &[u8] {
    let mut end = text.len().min(LONGEST);
    while end < text.len() && text[end] & 0xC0 == 0x80 {
        end -= 1;
    }
    &text[..end]
}

/// A short text that is not below `text`: where that is long, its beginning with the last character
/// that has a successor of the same length replaced by that. If there is none, all of it.
pub(super) fn upper(text: &[u8]) -> Vec<u8> {
    let start = lower(text);
    if start.len() == text.len() {
        return text.to_vec();
    }
    let Ok(start) = std::str::from_utf8(start) else { return text.to_vec() };
    for (at, character) in start.char_indices().rev() {
        // Between these two there are no characters.
        let next =
            if character == '\u{d7ff}' { '\u{e000}'.into() } else { u32::from(character) + 1 };
        if let Some(next) = char::from_u32(next)
            && next.len_utf8() == character.len_utf8()
        {
            let mut upper = start[..at].to_owned();
            upper.push(next);
            return upper.into_bytes();
        }
    }
    text.to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_enclose_long_ones() {
        let shorts = ["", "a", "ü", &"z".repeat(64)];
        for text in shorts.map(str::as_bytes) {
            assert_eq!((lower(text), upper(text).as_slice()), (text, text));
        }
        let last = ["\u{7ff}", "\u{ffff}", "\u{10ffff}"];
        for start in ["a", "é", "\u{d7ff}", "x\u{7f}", "x\u{10ffff}"].into_iter().chain(last) {
            for pad in 0..4 {
                let text = format!("{}{}", "-".repeat(pad), start.repeat(70));
                let (low, high) = (lower(text.as_bytes()), upper(text.as_bytes()));
                assert!(low <= text.as_bytes() && text.as_bytes() <= high.as_slice(), "{text}");
                assert!(std::str::from_utf8(low).is_ok() && std::str::from_utf8(&high).is_ok());
                // Nothing but last characters of their length.
                let whole = pad == 0 && last.contains(&start);
                assert!(low.len() <= LONGEST && (high.len() <= LONGEST || whole), "{text}");
            }
        }
    }

    #[test]
    fn of_long_texts_no_more_is_held_than_bounds_are_made_of() {
        for start in ["a", "é", "\u{d7ff}", "x\u{10ffff}", "\u{10ffff}"] {
            for (pad, length) in (0..4).flat_map(|pad| (30..80).map(move |length| (pad, length))) {
                let text = format!("{}{}", "-".repeat(pad), start.repeat(length));
                let text = text.as_bytes();
                let Some(Bounds::Text(least, largest)) = of_texts(std::iter::once(text)) else {
                    panic!("a text has bounds")
                };
                assert!(least.len() <= LONGEST + 8 && std::str::from_utf8(&least).is_ok());
                assert_eq!((lower(&least), upper(&largest)), (lower(text), upper(text)));
                let cut = |short: usize, whole: usize| (short < whole) == (short < text.len());
                assert!(cut(lower(text).len(), least.len()));
                assert_eq!(upper(&largest) == largest, upper(text) == text);
            }
        }
    }

    #[test]
    fn floats_have_bounds_without_nan_and_with_both_zeros() {
        let bits = |bounds| match bounds {
            Some(Bounds::Float64(a, b)) => Some((f64::to_bits(a), f64::to_bits(b))),
            _ => None,
        };
        let of = |values: &[f64]| bits(of_floats(values.iter().copied()));
        assert_eq!(of(&[f64::NAN]), None);
        assert_eq!(of(&[]), None);
        let zeros = Some(((-0.0_f64).to_bits(), 0.0_f64.to_bits()));
        assert_eq!(of(&[0.0]), zeros);
        assert_eq!(of(&[f64::NAN, -0.0]), zeros);
        let ends = Some((f64::NEG_INFINITY.to_bits(), 2.0_f64.to_bits()));
        assert_eq!(of(&[2.0, f64::NAN, f64::NEG_INFINITY]), ends);
    }
}

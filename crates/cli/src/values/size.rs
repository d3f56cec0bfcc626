//! Sizes of memory, files and lines: `64MiB`, `1GiB`, `500MB`, or bytes.

use std::num::NonZeroUsize;

const EXPECTED: &str = "expected a size such as 64MiB or 1GiB, or a number of bytes";

/// The longest line that is ever read, as in the decoder.
const LONGEST_LINE: usize = 1 << 30;

/// What a unit stands for, by its name.
const UNITS: [(&str, usize); 7] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("B", 1),
];

/// Reads a whole number with a unit, or one of bytes.
pub(crate) fn size(text: &str) -> Result<usize, String> {
    let found = UNITS.iter().find_map(|(name, unit)| Some((text.strip_suffix(name)?, *unit)));
    let (number, unit) = found.unwrap_or((text, 1));
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    let number = number.parse::<usize>().ok().filter(|_| digits);
    number.and_then(|number| number.checked_mul(unit)).ok_or_else(|| EXPECTED.to_owned())
}

/// The same for what cannot be nothing.
pub(crate) fn some_size(text: &str) -> Result<NonZeroUsize, String> {
    NonZeroUsize::new(size(text)?).ok_or_else(|| "nothing can be held in no bytes".to_owned())
}

/// The same for a line.
pub(crate) fn line_size(text: &str) -> Result<usize, String> {
    let bytes = size(text)?;
    let fits = (1..=LONGEST_LINE).contains(&bytes);
    if fits { Ok(bytes) } else { Err("a line has from 1 byte to 1GiB".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_units_are_read() {
        assert_eq!(size("64MiB"), Ok(64 << 20));
        assert_eq!(size("1GiB"), Ok(1 << 30));
        assert_eq!(size("500MB"), Ok(500_000_000));
        assert_eq!(size("0KB"), Ok(0));
        assert_eq!(size("700B"), Ok(700));
        assert_eq!(size("1048576"), Ok(1 << 20));
    }

    #[test]
    fn sizes_that_make_no_sense_are_refused() {
        assert_eq!(some_size("8MiB").map(NonZeroUsize::get), Ok(8 << 20));
        assert!(some_size("0").is_err() && some_size("0MiB").is_err());
        assert_eq!((line_size("1"), line_size("1GiB")), (Ok(1), Ok(1 << 30)));
        assert!(line_size("0").is_err() && line_size("1025MiB").is_err());
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "MiB",
            "B",
            "1MIB",
            "+1MiB",
            "-1MiB",
            "1.5GiB",
            "1 GiB",
            "1gib",
            "1G",
            "99999999999999GiB",
            "99999999999999999999",
            "-1",
            "1e6",
        ] {
            assert_eq!(size(text), Err(EXPECTED.to_owned()), "{text}");
        }
    }
}

//! Sizes of memory and files: `64MiB`, `1GiB`, `500MB`.

const EXPECTED: &str = "expected a size such as 64MiB or 1GiB";

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

/// Reads a whole number with a unit.
pub(crate) fn size(text: &str) -> Result<usize, String> {
    let found = UNITS.iter().find_map(|(name, unit)| Some((text.strip_suffix(name)?, unit)));
    let bytes = found.and_then(|(number, unit)| {
        let digits = number.bytes().all(|byte| byte.is_ascii_digit());
        number.parse::<usize>().ok().filter(|_| digits)?.checked_mul(*unit)
    });
    bytes.ok_or_else(|| EXPECTED.to_owned())
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
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "64",
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
        ] {
            assert_eq!(size(text), Err(EXPECTED.to_owned()), "{text}");
        }
    }
}

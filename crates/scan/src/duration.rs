//! ISO 8601 durations.

/// Whether `text` is an ISO 8601 duration, `P[nY][nM][nW][nD][T[nH][nM][nS]]`.
///
/// Wider than the standard in one way: the whole and each component may carry a sign, since
/// the Mews API sends texts such as `P-3DT4H`. Components stand in this order, at least one must
/// be there, and only seconds may have a fraction (`.` and 1 or more digits).
///
/// ```
/// use rowmill_scan::is_duration;
///
/// assert!(is_duration(b"P0M15DT0H0M0S"));
/// assert!(is_duration(b"P-3DT4H"));
/// assert!(!is_duration(b"P"));
/// assert!(!is_duration(b"3 days"));
/// ```
#[must_use]
pub fn is_duration(text: &[u8]) -> bool {
    let rest = without_sign(text);
    let Some(rest) = rest.strip_prefix(b"P") else { return false };
    match rest.iter().position(|&byte| byte == b'T') {
        None => components(rest, b"YMWD") == Some(true),
        Some(at) => {
            components(&rest[..at], b"YMWD").is_some()
                && components(&rest[at + 1..], b"HMS") == Some(true)
        }
    }
}

/// `None`: not of the form; otherwise whether any component was there.
fn components(mut text: &[u8], units: &[u8]) -> Option<bool> {
    let any = !text.is_empty();
    let mut units = units.iter();
    while !text.is_empty() {
        text = digits(without_sign(text))?;
        let fraction = text.strip_prefix(b".");
        if let Some(after) = fraction {
            text = digits(after)?;
        }
        let (&unit, rest) = text.split_first()?;
        // Taking units from the iterator keeps their order and lets none stand twice.
        units.find(|&&known| known == unit)?;
        if fraction.is_some() && unit != b'S' {
            return None;
        }
        text = rest;
    }
    Some(any)
}

fn without_sign(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text)
}

/// What follows one or more digits.
fn digits(text: &[u8]) -> Option<&[u8]> {
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (count > 0).then(|| &text[count..])
}

#[cfg(test)]
mod tests {
    use super::is_duration;

    #[test]
    fn forms() {
        for good in [
            "P2DT23H",
            "P3DT4H",
            "P0M15DT0H0M0S",
            "P-3DT4H",
            "P1Y",
            "P1W",
            "PT0.5S",
            "-P1D",
            "PT1M",
            "P1M",
        ] {
            assert!(is_duration(good.as_bytes()), "{good}");
        }
        for bad in [
            "", "P", "PT", "P1", "1D", "P1DT", "PT1D", "P1D1Y", "P1D2D", "P1.5D", "P.5D", "P1D ",
            "p1d", "P--1D", "PT1.S", "P1S",
        ] {
            assert!(!is_duration(bad.as_bytes()), "{bad}");
        }
    }
}

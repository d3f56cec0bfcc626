//! How many bad rows are borne: a count (`100`) or a share of all rows (`0.5%`).

use rowmill::Limit;

const EXPECTED: &str = "expected a count of rows, such as 100, or a share from 0% to 100%";

/// Reads `N` or `P%`.
pub(crate) fn limit(text: &str) -> Result<Limit, String> {
    if let Some(share) = text.strip_suffix('%') {
        // `f64` would also take signs, exponents, `inf` and `nan`.
        let plain = share.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        return match share.parse::<f64>() {
            Ok(percent) if plain && percent <= 100.0 => Ok(Limit::Percent(percent)),
            _ => Err(EXPECTED.to_owned()),
        };
    }
    if text.starts_with('+') {
        return Err(EXPECTED.to_owned());
    }
    text.parse().map(Limit::Rows).map_err(|_| EXPECTED.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_shares_are_read() {
        assert_eq!(limit("0"), Ok(Limit::Rows(0)));
        assert_eq!(limit("100"), Ok(Limit::Rows(100)));
        assert_eq!(limit("0%"), Ok(Limit::Percent(0.0)));
        assert_eq!(limit("0.5%"), Ok(Limit::Percent(0.5)));
        assert_eq!(limit("100%"), Ok(Limit::Percent(100.0)));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in
            ["", "%", "-1", "+1", "1.5", "101%", "-1%", "nan%", "inf%", "1e1%", "1 %", ".%", "ten"]
        {
            assert_eq!(limit(text), Err(EXPECTED.to_owned()), "{text}");
        }
    }
}

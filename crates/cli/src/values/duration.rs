//! Durations: `200ms`, `30s`, `5m`, `1h`.

use std::time::Duration;

const EXPECTED: &str = "expected a whole number and a unit (ms, s, m, h), such as 200ms or 5m";

/// Reads one whole number with its unit; the unit is never guessed.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let millis_in_unit = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(EXPECTED.to_owned()),
    };
    if number.is_empty() {
        return Err(EXPECTED.to_owned());
    }
    number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(millis_in_unit))
        .map(Duration::from_millis)
        .ok_or_else(|| "this is longer than can be waited".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_unit_is_read() {
        assert_eq!(duration("200ms"), Ok(Duration::from_millis(200)));
        assert_eq!(duration("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(duration("5m"), Ok(Duration::from_secs(300)));
        assert_eq!(duration("1h"), Ok(Duration::from_secs(3600)));
        assert_eq!(duration("0s"), Ok(Duration::ZERO));
    }

    #[test]
    fn a_missing_or_unknown_unit_is_refused() {
        for text in ["", "5", "m", "5 m", "5min", "1.5h", "-5m", "5M", "5m30s", "+5m", "٥m"] {
            assert_eq!(duration(text), Err(EXPECTED.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(duration("18446744073709551615h").is_err());
        assert!(duration("99999999999999999999ms").is_err());
    }
}

//! Exact numbers, by moving the decimal point through a string of digits.

use super::BadKind;

/// The value of a JSON number times ten to the power of `scale`.
pub(super) fn scaled(text: &str, scale: i64) -> Result<i128, BadKind> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, power(exponent)),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0');
    let leading = digits.len() - significant.len();
    let significant = significant.trim_end_matches('0');
    if significant.is_empty() {
        return Ok(0);
    }
    // How many digits the wanted whole number has: those before the point, moved.
    let places = whole.len() as i64 - leading as i64 + exponent + scale;
    if (significant.len() as i64) > places {
        return Err(BadKind::Precision);
    }
    if places > 39 {
        return Err(BadKind::Range);
    }
    let zeros = "0".repeat(places as usize - significant.len());
    format!("{sign}{significant}{zeros}").parse().map_err(|_| BadKind::Range)
}

/// An exponent, or one beyond anything a line could make up for with its digits.
fn power(text: &str) -> i64 {
    const BEYOND: i64 = 1 << 60;
    match text.parse::<i64>() {
        Ok(power) => power.clamp(-BEYOND, BEYOND),
        Err(_) if text.starts_with('-') => -BEYOND,
        Err(_) => BEYOND,
    }
}

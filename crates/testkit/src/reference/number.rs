//! Exact numbers, by moving the decimal point through a string of digits.

use super::BadKind;

/// The value of a JSON number times ten to the power of `scale`.
pub(super) fn scaled(text: &str, scale: i64) -> Result<i128, BadKind> {
    let (sign, significant, places) = moved(text, scale);
    if significant.is_empty() {
        return Ok(0);
    }
    if (significant.len() as i64) > places {
        return Err(BadKind::Precision);
    }
    whole(sign, &significant, places)
}

/// The whole number nearest to that, halves away from zero.
pub(super) fn rounded(text: &str, scale: i64) -> Result<i128, BadKind> {
    let (sign, significant, places) = moved(text, scale);
    // Less than a tenth.
    let Ok(places) = usize::try_from(places) else { return Ok(0) };
    let kept = &significant[..places.min(significant.len())];
    let value = whole(sign, kept, places as i64)?;
    let up = significant.as_bytes().get(places).is_some_and(|digit| *digit >= b'5');
    let one = if sign == "-" { -1 } else { 1 };
    if up { value.checked_add(one).ok_or(BadKind::Range) } else { Ok(value) }
}

/// The number of `places` digits that begins with these.
fn whole(sign: &str, digits: &str, places: i64) -> Result<i128, BadKind> {
    if places > 39 {
        return Err(BadKind::Range);
    }
    let zeros = "0".repeat(places as usize - digits.len());
    format!("{sign}0{digits}{zeros}").parse().map_err(|_| BadKind::Range)
}

/// The sign and the significant digits of a JSON number, and how many digits stand before the point
/// when that is moved by `scale`.
fn moved(text: &str, scale: i64) -> (&str, String, i64) {
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
    // How many digits the wanted whole number has: those before the point, moved.
    let places = whole.len() as i64 - leading as i64 + exponent + scale;
    (sign, significant.to_owned(), places)
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

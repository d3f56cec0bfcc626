//! Days, instants and durations: their forms byte by byte, their values by `chrono`.

use chrono::{DateTime, NaiveDate};

/// Whether `text` has the form: `9` stands for any digit, other bytes for themselves.
fn has_form(text: &[u8], form: &[u8]) -> bool {
    let same = |(byte, form): (&u8, &u8)| match form {
        b'9' => byte.is_ascii_digit(),
        form => byte == form,
    };
    text.len() == form.len() && text.iter().zip(form).all(same)
}

/// Days since 1970-01-01 of `YYYY-MM-DD`.
pub(crate) fn days(text: &[u8]) -> Option<i32> {
    if !has_form(text, b"9999-99-99") {
        return None;
    }
    let date: NaiveDate = std::str::from_utf8(text).ok()?.parse().ok()?;
    let days = date.signed_duration_since(NaiveDate::default()).num_days();
    i32::try_from(days).ok()
}

/// Seconds, nanoseconds, and whether there is more below them.
pub(crate) fn instant(text: &[u8]) -> Option<(i64, u32, bool)> {
    let upper = text.to_ascii_uppercase();
    let (head, rest) = upper.split_at_checked(19)?;
    if !has_form(head, b"9999-99-99T99:99:99") || &head[17..] > b"59".as_slice() {
        return None;
    }
    let digits = match rest.strip_prefix(b".") {
        Some(after) => after.iter().take_while(|byte| byte.is_ascii_digit()).count(),
        None => 0,
    };
    let zone = if rest.starts_with(b".") { &rest[1 + digits..] } else { rest };
    let zoned = zone == b"Z" || has_form(zone, b"+99:99") || has_form(zone, b"-99:99");
    if !zoned || rest.starts_with(b".") && digits == 0 {
        return None;
    }
    // The text is ASCII from here on. A fraction of nine digits is what `chrono` holds.
    let fraction = if digits > 0 { &rest[1..=digits] } else { b"" };
    let (kept, cut) = fraction.split_at(digits.min(9));
    let point: &[u8] = if digits > 0 { b"." } else { b"" };
    let short = [head, point, kept, zone].concat();
    let time = DateTime::parse_from_rfc3339(std::str::from_utf8(&short).ok()?).ok()?;
    let finer = cut.iter().any(|&digit| digit != b'0');
    Some((time.timestamp(), time.timestamp_subsec_nanos(), finer))
}

/// Whether `text` is an ISO 8601 duration with the signs that are allowed.
pub(crate) fn is_duration(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let Some(rest) = unsigned.strip_prefix('P') else { return false };
    // Components are taken off one by one; what is left must be nothing.
    let (mut rest, mut any) = (rest, false);
    for unit in ["Y", "M", "W", "D"] {
        (rest, any) = without(rest, unit, any);
    }
    if let Some(time) = rest.strip_prefix('T') {
        (rest, any) = (time, false);
        for unit in ["H", "M", "S"] {
            (rest, any) = without(rest, unit, any);
        }
    }
    any && rest.is_empty()
}

/// What follows a number and `unit`, if that is how `text` begins.
fn without<'a>(text: &'a str, unit: &str, any: bool) -> (&'a str, bool) {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let after = unsigned.trim_start_matches(|c: char| c.is_ascii_digit());
    let mut rest = after;
    if unit == "S"
        && let Some(fraction) = after.strip_prefix('.')
    {
        rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
        if rest.len() == fraction.len() {
            return (text, any);
        }
    }
    match rest.strip_prefix(unit) {
        Some(rest) if after.len() < unsigned.len() => (rest, true),
        _ => (text, any),
    }
}

//! Durations: their form, and what they come to.

use super::BadKind;
use super::time::all_digits;

/// Whether `text` is an ISO 8601 duration, signs allowed before the whole and each component.
pub(super) fn is_duration(text: &str) -> bool {
    let Some(rest) = unsigned(text).strip_prefix('P') else { return false };
    let (date, time) = match rest.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (rest, None),
    };
    // A `T` needs something after it, and so does a `P`.
    let some = time.map_or(!date.is_empty(), |time| !time.is_empty());
    some && in_order(date, "YMWD") && time.is_none_or(|time| in_order(time, "HMS"))
}

/// Whether `text` is numbers, each followed by one of `units`, which stand in that order.
fn in_order(text: &str, units: &str) -> bool {
    let Some(end) = text.find(|c: char| c.is_ascii_alphabetic()) else { return text.is_empty() };
    let (number, rest) = text.split_at(end);
    let Some(place) = units.find(&rest[..1]) else { return false };
    let (whole, fraction) = match unsigned(number).split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned(number), None),
    };
    let digits = |text: &str| !text.is_empty() && all_digits(text);
    digits(whole)
        && fraction.is_none_or(|fraction| rest.starts_with('S') && digits(fraction))
        && in_order(&rest[1..], &units[place + 1..])
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['+', '-']).unwrap_or(text)
}

/// Months, days and nanoseconds of a duration.
pub(super) fn parts(text: &str) -> Result<[i128; 3], BadKind> {
    if !is_duration(text) {
        return Err(BadKind::Format);
    }
    let body = unsigned(text).trim_start_matches('P');
    let (date, time) = body.split_once('T').unwrap_or((body, ""));
    let seconds = 1_000_000_000;
    let lengths = [
        (date, 'Y', 0, 12),
        (date, 'M', 0, 1),
        (date, 'W', 1, 7),
        (date, 'D', 1, 1),
        (time, 'H', 2, 3_600 * seconds),
        (time, 'M', 2, 60 * seconds),
        (time, 'S', 2, seconds),
    ];
    let (mut parts, mut fault) = ([0_i128; 3], None);
    for (half, letter, part, length) in lengths {
        let Some(end) = half.find(letter) else { continue };
        // From the letter before it on.
        let start = half[..end].rfind(|c: char| c.is_ascii_alphabetic()).map_or(0, |at| at + 1);
        let number = &half[start..end];
        let (whole, fraction) = unsigned(number).split_once('.').unwrap_or((unsigned(number), ""));
        let (fraction, finer) = fraction.split_at(fraction.len().min(9));
        if finer.contains(|digit| digit != '0') {
            // That digits are lost is said first, whatever else there is.
            return Err(BadKind::Precision);
        }
        let Some(whole) = whole.parse::<i64>().ok() else {
            fault = Some(BadKind::Range);
            continue;
        };
        let nanoseconds: i128 = format!("{fraction:0<9}").parse().map_err(|_| BadKind::Format)?;
        let size = i128::from(whole) * length + nanoseconds;
        let back = text.starts_with('-') != number.starts_with('-');
        parts[part] += if back { -size } else { size };
    }
    let [months, days, nanoseconds] = parts;
    let fit = i32::try_from(months).is_ok()
        && i32::try_from(days).is_ok()
        && i64::try_from(nanoseconds).is_ok();
    match fault {
        None if fit => Ok(parts),
        _ => Err(BadKind::Range),
    }
}

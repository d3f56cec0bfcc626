//! Dates and instants.

use chrono::NaiveDate;

/// Days since 1970-01-01 of exactly `YYYY-MM-DD`.
pub(super) fn days(text: &str) -> Option<i32> {
    let [year, month, day] = parts(text, "-", [4, 2, 2])?;
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    let days = date.signed_duration_since(NaiveDate::default()).num_days();
    i32::try_from(days).ok()
}

/// An instant in units of ten to the power of minus `digits` seconds since
/// 1970-01-01T00:00:00Z, and whether digits below that were cut off.
pub(super) fn instant(text: &str, digits: usize) -> Option<(i128, bool)> {
    let (date, rest) = text.split_once(['T', 't'])?;
    let days = i128::from(days(date)?);
    let (time, offset) = zone(rest)?;
    let (clock, fraction) = match time.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (time, ""),
    };
    let [hours, minutes, seconds] = parts(clock, ":", [2, 2, 2])?;
    if hours > 23 || minutes > 59 || seconds > 59 || !all_digits(fraction) {
        return None;
    }
    let of_day = i128::from(hours * 3_600 + minutes * 60 + seconds);
    let second = days * 86_400 + of_day - offset;
    let (kept, cut) = fraction.split_at(fraction.len().min(digits));
    let units: i128 = format!("{kept:0<digits$}").parse().ok()?;
    Some((second * 10_i128.pow(digits as u32) + units, cut.contains(|digit| digit != '0')))
}

/// A time of day without its zone, and the zone in seconds east of Greenwich.
fn zone(text: &str) -> Option<(&str, i128)> {
    if let Some(time) = text.strip_suffix(['Z', 'z']) {
        return Some((time, 0));
    }
    let at = text.rfind(['+', '-'])?;
    let (time, zone) = text.split_at(at);
    let [hours, minutes] = parts(&zone[1..], ":", [2, 2])?;
    let seconds = i128::from(hours * 3_600 + minutes * 60);
    let within = hours <= 23 && minutes <= 59;
    within.then_some((time, if zone.starts_with('-') { -seconds } else { seconds }))
}

/// Numbers of fixed lengths with something between them.
fn parts<const N: usize>(text: &str, between: &str, lengths: [usize; N]) -> Option<[u32; N]> {
    let parts: Vec<&str> = text.split(between).collect();
    let parts: [&str; N] = parts.try_into().ok()?;
    let fit = parts.iter().zip(lengths).all(|(part, length)| part.len() == length);
    let mut numbers = [0; N];
    for (number, part) in numbers.iter_mut().zip(parts) {
        *number = Some(part).filter(|part| fit && all_digits(part))?.parse().ok()?;
    }
    Some(numbers)
}

pub(super) fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

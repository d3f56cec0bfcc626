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
    each_component(text, |_| {}).is_some()
}

/// What a duration says, without a rounding: in months, days and nanoseconds, none of which has a
/// fixed length in another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct DurationParts {
    /// Months, a year being 12 of them.
    pub months: i32,
    /// Days, a week being 7 of them.
    pub days: i32,
    /// Nanoseconds of the hours, minutes and seconds.
    pub nanoseconds: i64,
}

/// Why a text has no [`DurationParts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DurationFault {
    /// It is none: [`is_duration`] says no.
    NotADuration,
    /// It is finer than a nanosecond.
    Inexact,
    /// A part is beyond its type, or the number of a component beyond 64 bits.
    OutOfRange,
}

/// Reads an ISO 8601 duration. It takes exactly what [`is_duration`] takes, as far as the parts can
/// hold it.
///
/// A sign before the whole turns the sign of every component. More than nine fraction digits are
/// fine where the others are zeros.
///
/// ```
/// use rowmill_scan::{DurationFault, DurationParts, parse_duration};
///
/// let parts = parse_duration(b"P1Y2M-3DT4H0.5S").unwrap();
/// assert_eq!(parts, DurationParts { months: 14, days: -3, nanoseconds: 14_400_500_000_000 });
/// assert_eq!(parse_duration(b"PT0.0000000001S"), Err(DurationFault::Inexact));
/// assert_eq!(parse_duration(b"P9999999999D"), Err(DurationFault::OutOfRange));
/// assert_eq!(parse_duration(b"3 days"), Err(DurationFault::NotADuration));
/// ```
///
/// # Errors
/// [`NotADuration`](DurationFault::NotADuration), or else [`Inexact`](DurationFault::Inexact), or
/// else [`OutOfRange`](DurationFault::OutOfRange).
pub fn parse_duration(text: &[u8]) -> Result<DurationParts, DurationFault> {
    let (mut exact, mut fits) = (true, true);
    // Each number is below 2^63 and stands with a factor below 2^42, so that no sum of these can
    // overflow; the parts are what may be too small for them.
    let (mut months, mut days, mut nanoseconds) = (0_i128, 0_i128, 0_i128);
    let negative = text.first() == Some(&b'-');
    let form = each_component(text, |component| {
        let (part, factor) = match component.unit {
            Unit::Year => (&mut months, 12),
            Unit::Month => (&mut months, 1),
            Unit::Week => (&mut days, 7),
            Unit::Day => (&mut days, 1),
            Unit::Hour => (&mut nanoseconds, 3600 * NANOS_PER_SECOND),
            Unit::Minute => (&mut nanoseconds, 60 * NANOS_PER_SECOND),
            Unit::Second => (&mut nanoseconds, NANOS_PER_SECOND),
        };
        let (Some(number), fraction) = (number(component.digits), nanos(component.fraction)) else {
            fits = false;
            exact &= nanos(component.fraction).is_some();
            return;
        };
        exact &= fraction.is_some();
        let length = i128::from(number) * factor + i128::from(fraction.unwrap_or_default());
        *part += if component.negative != negative { -length } else { length };
    });
    let parts = || {
        Some(DurationParts {
            months: i32::try_from(months).ok()?,
            days: i32::try_from(days).ok()?,
            nanoseconds: i64::try_from(nanoseconds).ok()?,
        })
    };
    match (form, exact, fits) {
        (None, ..) => Err(DurationFault::NotADuration),
        (_, false, _) => Err(DurationFault::Inexact),
        (_, _, false) => Err(DurationFault::OutOfRange),
        _ => parts().ok_or(DurationFault::OutOfRange),
    }
}

const NANOS_PER_SECOND: i128 = 1_000_000_000;

/// A number and its unit.
struct Component<'a> {
    negative: bool,
    digits: &'a [u8],
    /// Of seconds alone; empty if there is none.
    fraction: &'a [u8],
    unit: Unit,
}

#[derive(Clone, Copy)]
enum Unit {
    Year,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
}

/// The units before and after the `T`, in the order in which they may stand.
const DATE: [(u8, Unit); 4] =
    [(b'Y', Unit::Year), (b'M', Unit::Month), (b'W', Unit::Week), (b'D', Unit::Day)];
const TIME: [(u8, Unit); 3] = [(b'H', Unit::Hour), (b'M', Unit::Minute), (b'S', Unit::Second)];

/// Hands out the components of a duration up to where it turns out to be none; `None` then.
fn each_component<'a>(text: &'a [u8], mut take: impl FnMut(Component<'a>)) -> Option<()> {
    let rest = without_sign(text).strip_prefix(b"P")?;
    let (date, time) = match rest.iter().position(|&byte| byte == b'T') {
        None => (rest, None),
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
    };
    // A `T` needs something after it, and so does a `P`.
    if time.unwrap_or(date).is_empty() {
        return None;
    }
    components(date, &DATE, &mut take)?;
    components(time.unwrap_or_default(), &TIME, &mut take)
}

fn components<'a>(
    mut text: &'a [u8],
    units: &[(u8, Unit)],
    take: &mut impl FnMut(Component<'a>),
) -> Option<()> {
    let mut units = units.iter();
    while !text.is_empty() {
        let negative = text.first() == Some(&b'-');
        let (digits, mut rest) = digits(without_sign(text))?;
        let mut fraction: &[u8] = &[];
        if let Some(after) = rest.strip_prefix(b".") {
            (fraction, rest) = self::digits(after)?;
        }
        let (&letter, rest) = rest.split_first()?;
        // Taking units from the iterator keeps their order and lets none stand twice.
        let &(_, unit) = units.find(|&&(known, _)| known == letter)?;
        if !fraction.is_empty() && !matches!(unit, Unit::Second) {
            return None;
        }
        take(Component { negative, digits, fraction, unit });
        text = rest;
    }
    Some(())
}

fn without_sign(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text)
}

/// One or more digits, and what follows them.
fn digits(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (count > 0).then(|| text.split_at(count))
}

/// The number that digits are, if it is one of 64 bits.
fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0_i64, |number, digit| {
        number.checked_mul(10)?.checked_add(i64::from(digit - b'0'))
    })
}

/// The digits after the point of seconds as nanoseconds, if they are whole ones.
fn nanos(fraction: &[u8]) -> Option<i64> {
    let (kept, cut) = fraction.split_at(fraction.len().min(9));
    if cut.iter().any(|&digit| digit != b'0') {
        return None;
    }
    let missing = 9 - kept.len() as u32;
    Some(number(kept)? * 10_i64.pow(missing))
}

#[cfg(test)]
mod tests;

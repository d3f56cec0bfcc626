//! Days and instants as text.

use rowmill_json::Allow;

use super::draw::Draw;

/// A day of the calendar.
pub(crate) fn date(draw: &mut Draw<'_>) -> String {
    const DAYS: [&str; 8] = [
        "1970-01-01",
        "2024-02-29",
        "0000-01-01",
        "9999-12-31",
        "2000-02-29",
        "1900-02-28",
        "1969-12-31",
        "0400-02-29",
    ];
    match draw.below(2) {
        0 => draw.pick(&DAYS).into(),
        _ => {
            let (year, month) = (1900 + draw.below(200), 1 + draw.below(12));
            format!("{year:04}-{month:02}-{:02}", 1 + draw.below(28))
        }
    }
}

/// An instant that a column of this unit and leniency reads.
pub(crate) fn instant(nanos: bool, allow: Allow, draw: &mut Draw<'_>) -> String {
    if allow.date_as_midnight && draw.chance(10) {
        return format!("20{:02}-03-0{}", draw.below(100), 1 + draw.below(9));
    }
    if allow.empty_as_null && draw.chance(5) {
        return String::new();
    }
    // Nanoseconds reach from 1677 to 2262.
    let day = if nanos { format!("20{:02}-12-31", draw.below(100)) } else { date(draw) };
    let most = if nanos { 9 } else { 6 };
    let digits = draw.below(if allow.cut_digits { 13 } else { most + 1 });
    let mut fraction: String = (0..digits).map(|_| char::from(b'0' + draw.byte() % 10)).collect();
    if draw.chance(20) {
        fraction.truncate(most);
        fraction.push_str("0000");
    }
    let point = if fraction.is_empty() { "" } else { "." };
    let t = draw.pick(&["T", "T", "T", "t"]);
    let zone = draw.pick(&["Z", "Z", "Z", "z", "+00:00", "-00:00", "+01:30", "-23:59", "+14:00"]);
    let (hour, minute, second) = (draw.below(24), draw.below(60), draw.below(60));
    format!("{day}{t}{hour:02}:{minute:02}:{second:02}{point}{fraction}{zone}")
}

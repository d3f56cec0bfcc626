//! Days since 1970 as dates of the calendar, proleptic Gregorian.

use super::DatePart;

/// Days of 400 years, after which the calendar repeats.
const CYCLE: i64 = 146_097;

/// Days from the first of March of the year 0 to the first day of 1970.
const EPOCH: i64 = 719_468;

/// A day as text, as much of it as `part` says.
pub(super) fn text(day: i64, part: DatePart) -> String {
    let (year, month, day) = date(day);
    let sign = if year < 0 { "-" } else { "" };
    let year = year.abs();
    match part {
        DatePart::Year => format!("{sign}{year:04}"),
        DatePart::Month => format!("{sign}{year:04}-{month:02}"),
        DatePart::Day => format!("{sign}{year:04}-{month:02}-{day:02}"),
    }
}

/// Year, month and day. Years are counted from March here, so that the day that is not always there
/// is the last one.
fn date(day: i64) -> (i64, i64, i64) {
    let since = day + EPOCH;
    let (cycles, rest) = (since.div_euclid(CYCLE), since.rem_euclid(CYCLE));
    // The last day of a cycle belongs to its last year, and that of four years likewise.
    let century = (rest / 36_524).min(3);
    let rest = rest - century * 36_524;
    let fours = rest / 1_461;
    let rest = rest - fours * 1_461;
    let single = (rest / 365).min(3);
    let rest = rest - single * 365;
    let year = cycles * 400 + century * 100 + fours * 4 + single;
    // From March on months have 31 and 30 days in turns of five, which have 153.
    let month = (5 * rest + 2) / 153;
    let day = rest - (153 * month + 2) / 5 + 1;
    if month < 10 { (year, month + 3, day) } else { (year + 1, month - 9, day) }
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, NaiveDate, TimeDelta};

    use super::*;

    #[test]
    fn every_day_is_that_of_the_calendar() {
        let first = NaiveDate::from_ymd_opt(1970, 1, 1).expect("a day");
        // From the year -400 to 10000.
        for day in -865_625_i64..=2_932_897 {
            let there = first + TimeDelta::days(day);
            let expected = (there.year().into(), there.month().into(), there.day().into());
            assert_eq!(date(day), expected, "{day}");
        }
    }

    #[test]
    fn parts_are_as_long_as_they_are() {
        let parts = |day| DatePart::ALL.map(|part| text(day, part));
        assert_eq!(parts(0), ["1970", "1970-01", "1970-01-01"]);
        assert_eq!(parts(-719_162), ["0001", "0001-01", "0001-01-01"]);
        assert_eq!(parts(-719_529), ["-0001", "-0001-12", "-0001-12-31"]);
    }
}

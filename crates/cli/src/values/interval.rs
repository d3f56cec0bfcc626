//! Half-open intervals of time, `FROM..TO`, each end a date or an RFC 3339 instant; UTC.

use rowmill::mews::chrono::{DateTime, NaiveDate, NaiveTime, Utc};

const EXPECTED: &str = "expected FROM..TO, each a date such as 2026-01-31 (midnight UTC) \
                        or an RFC 3339 instant such as 2026-01-31T06:00:00Z";

/// From the first instant up to, but not including, the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Interval {
    pub(crate) from: DateTime<Utc>,
    pub(crate) until: DateTime<Utc>,
}

/// Reads `FROM..TO`; an interval that holds no instant is refused.
pub(crate) fn interval(text: &str) -> Result<Interval, String> {
    let (from, until) = text.split_once("..").ok_or(EXPECTED)?;
    let (from, until) = (end(from).ok_or(EXPECTED)?, end(until).ok_or(EXPECTED)?);
    if from >= until {
        return Err("the interval is empty: its end must be later than its start".to_owned());
    }
    Ok(Interval { from, until })
}

/// Reads one end of an interval.
pub(crate) fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    const EXPECTED: &str = "expected a date such as 2026-01-31 (midnight UTC) or an RFC 3339 \
                            instant such as 2026-01-31T06:00:00Z";
    end(text).ok_or_else(|| EXPECTED.to_owned())
}

fn end(text: &str) -> Option<DateTime<Utc>> {
    // Ten characters exactly: chrono would also take `2026-1-5`.
    if text.len() == "2026-01-31".len() {
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        return Some(date.and_time(NaiveTime::MIN).and_utc());
    }
    DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(text: &str) -> (String, String) {
        let interval = interval(text).expect(text);
        (interval.from.to_rfc3339(), interval.until.to_rfc3339())
    }

    #[test]
    fn dates_are_midnight_utc() {
        let (from, until) = ends("2026-01-31..2026-02-01");
        assert_eq!(from, "2026-01-31T00:00:00+00:00");
        assert_eq!(until, "2026-02-01T00:00:00+00:00");
    }

    #[test]
    fn instants_are_turned_into_utc() {
        let (from, until) = ends("2026-01-31T06:00:00.5Z..2026-01-31T09:30:00+02:00");
        assert_eq!(from, "2026-01-31T06:00:00.500+00:00");
        assert_eq!(until, "2026-01-31T07:30:00+00:00");
    }

    #[test]
    fn a_date_and_an_instant_may_be_mixed() {
        assert_eq!(ends("2026-01-31..2026-01-31T00:00:01Z").1, "2026-01-31T00:00:01+00:00");
    }

    #[test]
    fn an_empty_or_reversed_interval_is_refused() {
        for text in ["2026-01-31..2026-01-31", "2026-02-01..2026-01-31"] {
            assert!(interval(text).unwrap_err().contains("empty"), "{text}");
        }
    }

    #[test]
    fn one_end_alone_is_read_in_the_same_way() {
        assert_eq!(instant("2026-01-31").map(|at| at.timestamp()), Ok(1_769_817_600));
        assert!(
            instant("2026-01-31T02:00:00+02:00").is_ok_and(|at| Ok(at) == instant("2026-01-31"))
        );
        for text in ["", "today", "2026-1-31", "2026-01-31..2026-02-01"] {
            assert!(instant(text).is_err_and(|told| told.starts_with("expected")), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "..",
            "2026-01-31",
            "2026-01-31..",
            "..2026-01-31",
            "2026-01-31...2026-02-01",
            "2026-01-31-2026-02-01",
            "2026-1-5..2026-02-01",
            "2026-02-30..2026-03-01",
            "2026-01-31T06:00:00..2026-02-01",
            "2026-01-31 .. 2026-02-01",
        ] {
            assert_eq!(interval(text), Err(EXPECTED.to_owned()), "{text}");
        }
    }
}

//! Whether an export is the one that was asked for, as far as the server says what it is of.

use rowmill_mews::chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use rowmill_mews::{Filters, ReadyExport, Scope};

use super::journal::Work;
use super::window::{Filter, Subject, sorted};
use crate::error::{Error, ErrorKind, Result};
use crate::ingest::name_of_export;

/// Servers may tell instants with fewer digits than they were told.
const SAME: TimeDelta = TimeDelta::seconds(1);

/// Refuses an export that is of something else. What was not asked for, or the server does not say, is not
/// compared.
pub(super) fn check(work: &Work, ready: &ReadyExport) -> Result<()> {
    let id = ready.id();
    let refused = |message: String| Err(Error::new(ErrorKind::Refused, message));
    if name_of_export(id).is_none() {
        let message = "an export has an id that is none: letters, digits, `-` and `_` only";
        return refused(message.to_owned());
    }
    let (found, asked) = (ready.entity().as_str(), &work.subject.entity);
    if found != asked {
        return refused(format!("export {id} is one of {found}, not of {asked}"));
    }
    let difference = scope(&work.subject, ready.scope());
    match difference.or_else(|| filters(&work.filter, ready.filters())) {
        Some(what) => refused(format!(
            "export {id} of {asked} was made for other {what} than were asked for, and is not taken \
             in; the next run asks again"
        )),
        None => Ok(()),
    }
}

/// What differs. Without a scope in the request, the server's is whatever the token sees.
fn scope(asked: &Subject, said: &Scope) -> Option<&'static str> {
    let differs =
        |asked: &[String], said: &[String]| !asked.is_empty() && !said.is_empty() && asked != said;
    if differs(&asked.enterprise_ids, &sorted(&said.enterprise_ids)) {
        return Some("enterprises");
    }
    differs(&asked.chain_ids, &sorted(&said.chain_ids)).then_some("chains")
}

fn filters(asked: &Filter, said: &Filters) -> Option<&'static str> {
    let updated = said.updated.unwrap_or_default();
    let window = asked.updated.map(|window| (window.from, window.until)).unzip();
    let other = |asked: Option<DateTime<Utc>>, said: Option<DateTime<Utc>>| {
        asked.zip(said).is_some_and(|(asked, said)| (said - asked).abs() >= SAME)
    };
    if other(window.0, updated.start_utc) || other(window.1, updated.end_utc) {
        return Some("times of update");
    }
    let posting = said.ledger_entry.and_then(|filters| filters.posting).unwrap_or_default();
    let days = asked.posting.map(|days| (days.from, days.until)).unzip();
    // The API includes the last day.
    let last = days.1.and_then(|until| until.checked_sub_days(Days::new(1)));
    let other = |asked: Option<NaiveDate>, said: Option<NaiveDate>| {
        asked.zip(said).is_some_and(|(asked, said)| asked != said)
    };
    (other(days.0, posting.start) || other(last, posting.end)).then_some("days of posting")
}

#[cfg(test)]
mod tests {
    use rowmill_mews::{LedgerEntryFilters, Posting, Updated};

    use super::*;
    use crate::sync::window;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    fn ids(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    #[test]
    fn scopes_are_compared_where_both_are_told() {
        let said = |enterprises: &[&str], chains: &[&str]| {
            let mut said = Scope::default();
            (said.enterprise_ids, said.chain_ids) = (ids(enterprises), ids(chains));
            said
        };
        let one = Subject::new("Bill", &ids(&["A", "b"]), &[]);
        let chain = Subject::new("Bill", &[], &ids(&["c"]));
        for (asked, said, differs) in [
            (&one, said(&["B", "a"], &[]), None),
            (&one, said(&[], &["c"]), None),
            (&one, said(&["a"], &[]), Some("enterprises")),
            (&one, said(&["a", "b", "d"], &[]), Some("enterprises")),
            (&chain, said(&["x"], &["C"]), None),
            (&chain, said(&[], &["d"]), Some("chains")),
            (&Subject::new("Bill", &[], &[]), said(&["x"], &["y"]), None),
        ] {
            assert_eq!(scope(asked, &said), differs, "{asked:?} {said:?}");
        }
    }

    #[test]
    fn filters_are_compared_where_they_are_told() {
        let (from, until) = (at("2026-01-01T00:00:00.5Z"), at("2026-02-01T00:00:00Z"));
        let window = Filter { updated: Some(window::Window { from, until }), posting: None };
        let said = |start: Option<&str>, end: Option<&str>| {
            let mut updated = Updated::default();
            (updated.start_utc, updated.end_utc) = (start.map(at), end.map(at));
            let mut said = Filters::default();
            said.updated = Some(updated);
            said
        };
        let (start, end) = (Some("2026-01-01T00:00:00Z"), Some("2026-02-01T00:00:00Z"));
        let other = Some("2026-02-02T00:00:00Z");
        for (asked, said, same) in [
            (&window, said(start, end), true),
            (&window, said(None, end), true),
            (&window, Filters::default(), true),
            (&window, said(start, other), false),
            (&window, said(end, None), false),
            (&Filter::default(), said(None, None), true),
            (&Filter::default(), said(None, end), true),
        ] {
            assert_eq!(filters(asked, &said), (!same).then_some("times of update"), "{said:?}");
        }
    }

    #[test]
    fn days_of_posting_end_with_the_last_of_them() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
        let days = window::Days { from: day("2026-01-01"), until: day("2026-02-01") };
        let asked = Filter { updated: None, posting: Some(days) };
        let said = |start: &str, end: &str| {
            let mut posting = Posting::default();
            (posting.start, posting.end) = (Some(day(start)), Some(day(end)));
            let mut ledger = LedgerEntryFilters::default();
            ledger.posting = Some(posting);
            let mut said = Filters::default();
            said.ledger_entry = Some(ledger);
            said
        };
        assert_eq!(filters(&asked, &said("2026-01-01", "2026-01-31")), None);
        assert_eq!(filters(&asked, &Filters::default()), None);
        for (start, end) in [("2026-01-01", "2026-02-01"), ("2026-01-02", "2026-01-31")] {
            assert_eq!(filters(&asked, &said(start, end)), Some("days of posting"));
        }
    }
}

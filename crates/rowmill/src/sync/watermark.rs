//! How far the rows of an entity and scope are complete, and when that moves.

use rowmill_mews::Scope;
use rowmill_mews::chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::journal::Work;
use super::window::{Subject, edge, sorted};

/// What is committed of one entity and scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Watermark {
    #[serde(flatten)]
    pub(super) subject: Subject,
    /// Since when; without it, from the beginning.
    #[serde(default)]
    pub(super) from: Option<DateTime<Utc>>,
    /// Every update before this instant is in the output.
    pub(super) until: DateTime<Utc>,
    /// The enterprises that the server named as those of the exports, if it named any.
    #[serde(default)]
    pub(super) seen_enterprise_ids: Vec<String>,
    /// The chains that it named.
    #[serde(default)]
    pub(super) seen_chain_ids: Vec<String>,
}

impl Watermark {
    /// The watermark after the commit of `work`, whose export was one of `scope`; `None` where it
    /// stays as it is. Where there is none yet, it may begin at `since`. One that lies behind `now`
    /// cannot be true, and all data begin it anew.
    ///
    /// What must stay true: nothing before [`until`](Self::until), and from
    /// [`from`](Self::from) on, is missing in the output.
    pub(super) fn after(
        current: Option<&Self>,
        work: &Work,
        scope: Option<&Scope>,
        since: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Option<Self> {
        if work.filter.posting.is_some() {
            return None;
        }
        let known = |mark: &&Self| scope.is_none_or(|scope| mark.knows(scope));
        let (from, until) = match (work.filter.updated, current) {
            // All data as of when it was asked for; of other enterprises, nothing newer is there.
            (None, current) => {
                let until = edge(work.asked_there.unwrap_or(work.asked));
                let true_one = current.filter(known).filter(|mark| mark.until <= now);
                (None, true_one.map_or(until, |mark| mark.until.max(until)))
            }
            (Some(window), Some(mark)) => {
                // A gap, or nothing new, or rows of enterprises that lack their earlier ones.
                if window.from > mark.until || window.until <= mark.until || !known(&mark) {
                    return None;
                }
                (mark.from, window.until)
            }
            (Some(window), None) => {
                let begins = |since: &DateTime<Utc>| window.from <= *since && *since < window.until;
                since.filter(begins)?;
                (Some(window.from), window.until)
            }
        };
        let mut mark = Self {
            subject: work.subject.clone(),
            from,
            until,
            seen_enterprise_ids: Vec::new(),
            seen_chain_ids: Vec::new(),
        };
        mark.see(scope, current);
        Some(mark)
    }

    /// Keeps what the server has named last.
    fn see(&mut self, scope: Option<&Scope>, before: Option<&Self>) {
        let names =
            |scope: &&Scope| !(scope.enterprise_ids.is_empty() && scope.chain_ids.is_empty());
        if let Some(scope) = scope.filter(names) {
            self.seen_enterprise_ids = sorted(&scope.enterprise_ids);
            self.seen_chain_ids = sorted(&scope.chain_ids);
        } else if let Some(before) = before {
            self.seen_enterprise_ids.clone_from(&before.seen_enterprise_ids);
            self.seen_chain_ids.clone_from(&before.seen_chain_ids);
        }
    }

    /// Whether `scope` has no enterprise or chain that the watermark was made without. Where the
    /// server names none, that cannot be told.
    pub(super) fn knows(&self, scope: &Scope) -> bool {
        let within = |seen: &[String], now: &[String]| {
            seen.is_empty() || sorted(now).iter().all(|id| seen.contains(id))
        };
        within(&self.seen_enterprise_ids, &scope.enterprise_ids)
            && within(&self.seen_chain_ids, &scope.chain_ids)
    }
}

#[cfg(test)]
mod tests {
    use rowmill_mews::chrono::TimeDelta;

    use super::*;
    use crate::sync::window::{Days, Filter, Window};

    /// Noon of a day of January.
    fn noon(day: i64) -> DateTime<Utc> {
        let first: DateTime<Utc> = "2025-12-31T12:00:00Z".parse().expect("an instant");
        first + TimeDelta::days(day)
    }

    fn mark(until: i64, seen: &[&str]) -> Watermark {
        Watermark {
            subject: Subject::new("Bill", &[], &[]),
            from: None,
            until: noon(until),
            seen_enterprise_ids: seen.iter().map(|id| (*id).to_owned()).collect(),
            seen_chain_ids: Vec::new(),
        }
    }

    fn work(updated: Option<(i64, i64)>) -> Work {
        let updated = updated.map(|(from, until)| Window { from: noon(from), until: noon(until) });
        let filter = Filter { updated, posting: None };
        let asked = noon(20) + TimeDelta::minutes(6);
        let subject = Subject::new("Bill", &[], &[]);
        Work { subject, filter, asked, asked_there: None, export: Some("x".into()) }
    }

    fn scope(ids: &[&str]) -> Scope {
        let mut scope = Scope::default();
        scope.enterprise_ids = ids.iter().map(|id| (*id).to_owned()).collect();
        scope
    }

    #[test]
    fn windows_move_it_where_they_leave_no_gap() {
        let current = mark(10, &[]);
        for (window, until) in [
            ((10, 12), Some(12)),
            ((5, 12), Some(12)),
            ((11, 12), None),
            ((5, 10), None),
            ((5, 8), None),
        ] {
            let after = Watermark::after(Some(&current), &work(Some(window)), None, None, noon(40));
            assert_eq!(after.map(|mark| mark.until), until.map(noon), "{window:?}");
        }
    }

    #[test]
    fn a_first_window_begins_one_only_on_request() {
        let first = work(Some((5, 8)));
        assert_eq!(Watermark::after(None, &first, None, None, noon(40)), None);
        assert_eq!(Watermark::after(None, &first, None, Some(noon(4)), noon(40)), None, "a gap");
        assert_eq!(
            Watermark::after(None, &first, None, Some(noon(8)), noon(40)),
            None,
            "another interval"
        );
        let mark = Watermark::after(None, &first, None, Some(noon(5)), noon(40)).expect("begins");
        assert_eq!((mark.from, mark.until), (Some(noon(5)), noon(8)));
        let next = Watermark::after(Some(&mark), &work(Some((8, 9))), None, None, noon(40))
            .expect("moves");
        assert_eq!((next.from, next.until), (Some(noon(5)), noon(9)));
    }

    #[test]
    fn all_data_reaches_to_before_it_was_asked_for() {
        let whole = work(None);
        let after = |current: Option<&Watermark>, ids: &[&str]| {
            Watermark::after(current, &whole, Some(&scope(ids)), None, noon(40))
                .expect("moves")
                .until
        };
        assert_eq!(after(None, &[]), noon(20));
        assert_eq!(after(Some(&mark(10, &["a"])), &["a"]), noon(20));
        // Later windows are there as well, but not those of another enterprise.
        assert_eq!(after(Some(&mark(30, &["a", "b"])), &["A"]), noon(30));
        assert_eq!(after(Some(&mark(30, &["a"])), &["a", "b"]), noon(20));
    }

    #[test]
    fn one_in_the_future_is_begun_anew() {
        let current = mark(50, &[]);
        let after = |work| Watermark::after(Some(&current), &work, None, None, noon(40));
        assert_eq!(after(work(None)).expect("begins").until, noon(20));
        assert_eq!(after(work(Some((10, 12)))), None);
    }

    #[test]
    fn the_clock_of_the_server_counts_if_it_is_behind() {
        let mut whole = work(None);
        whole.asked_there = Some(whole.asked - TimeDelta::days(1));
        let mark = Watermark::after(None, &whole, None, None, noon(40)).expect("begins");
        assert_eq!(mark.until, noon(19));
    }

    #[test]
    fn rows_of_new_enterprises_move_nothing() {
        let current = mark(10, &["a", "b"]);
        let next = |ids: &[&str]| {
            Watermark::after(
                Some(&current),
                &work(Some((10, 12))),
                Some(&scope(ids)),
                None,
                noon(40),
            )
        };
        assert_eq!(next(&["a", "b", "c"]), None);
        // One that is gone is forgotten: should it come back, its rows of meanwhile are missing.
        assert_eq!(next(&["b"]).expect("moves").seen_enterprise_ids, ["b"]);
        assert_eq!(next(&[]).expect("moves").seen_enterprise_ids, ["a", "b"]);
    }

    #[test]
    fn days_of_posting_say_nothing_of_updates() {
        let mut days = work(None);
        let (from, until) = (noon(1).date_naive(), noon(2).date_naive());
        days.filter.posting = Some(Days { from, until });
        assert_eq!(Watermark::after(None, &days, None, None, noon(40)), None);
    }
}

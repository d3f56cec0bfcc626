//! What an export is asked for: whose data, and which part of it.

use std::ops::Range;

use rowmill_mews::chrono::{DateTime, NaiveDate, SubsecRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// The longest interval that the API takes, as a duration: not six months.
const LONGEST: TimeDelta = TimeDelta::days(180);
/// How far back everything must lie by this machine's clock that is thought complete: the
/// 5 minutes that the API asks for, and one for clocks that differ.
const MARGIN: TimeDelta = TimeDelta::minutes(6);
/// What of that is for the clocks.
pub(super) const MARGIN_OF_CLOCKS: TimeDelta = TimeDelta::minutes(1);

/// Whose data: an entity type and a scope. Without ids, the scope is all that the token can see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Subject {
    pub(super) entity: String,
    #[serde(default)]
    pub(super) enterprise_ids: Vec<String>,
    #[serde(default)]
    pub(super) chain_ids: Vec<String>,
}

impl Subject {
    /// The order and the case of ids make no difference.
    pub(super) fn new(entity: &str, enterprises: &[String], chains: &[String]) -> Self {
        Self {
            entity: entity.to_owned(),
            enterprise_ids: sorted(enterprises),
            chain_ids: sorted(chains),
        }
    }

    pub(super) fn is_scoped(&self) -> bool {
        !(self.enterprise_ids.is_empty() && self.chain_ids.is_empty())
    }
}

/// Ids so that equal sets are equal lists.
pub(super) fn sorted(ids: &[String]) -> Vec<String> {
    let mut ids: Vec<String> = ids.iter().map(|id| id.to_ascii_lowercase()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Which part of the data; none of the two means all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Filter {
    #[serde(default)]
    pub(super) updated: Option<Window>,
    #[serde(default)]
    pub(super) posting: Option<Days>,
}

/// Times of update, the end excluded. Both ends are sent to the API as they are here. Should it
/// take the end for included, then a row of that very instant is in two windows, and never in none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Window {
    pub(super) from: DateTime<Utc>,
    pub(super) until: DateTime<Utc>,
}

impl Window {
    pub(super) fn range(self) -> Range<DateTime<Utc>> {
        self.from..self.until
    }
}

/// Days of posting, the end excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Days {
    pub(super) from: NaiveDate,
    pub(super) until: NaiveDate,
}

/// Up to where data can be complete at `now`, in whole seconds, as the API writes its instants.
pub(super) fn edge(now: DateTime<Utc>) -> DateTime<Utc> {
    now.checked_sub_signed(MARGIN).unwrap_or(DateTime::<Utc>::MIN_UTC).trunc_subsecs(0)
}

/// The interval from its start to its end in windows that the API takes, each beginning where the
/// one before ends.
pub(super) fn windows(from: DateTime<Utc>, until: DateTime<Utc>) -> Vec<Window> {
    let mut windows = Vec::new();
    let mut from = from;
    while from < until {
        let end = from.checked_add_signed(LONGEST).map_or(until, |end| end.min(until));
        windows.push(Window { from, until: end });
        from = end;
    }
    windows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    #[test]
    fn windows_leave_no_gap_and_are_never_too_long() {
        let (from, until) = (at("2015-03-01T00:00:00Z"), at("2026-11-25T20:15:07Z"));
        let windows = windows(from, until);
        assert_eq!(windows.len(), 24);
        assert_eq!((windows[0].from, windows[23].until), (from, until));
        assert!(windows.windows(2).all(|two| two[0].until == two[1].from));
        assert!(windows.iter().all(|w| w.from < w.until && w.until - w.from <= LONGEST));
        assert!(windows[..23].iter().all(|w| w.until - w.from == LONGEST), "a duration");
    }

    #[test]
    fn the_ends_of_windows() {
        let start = at("2026-01-01T00:00:00Z");
        assert_eq!(windows(start, start), []);
        assert_eq!(windows(start, start - TimeDelta::days(1)), []);
        for (length, count) in [(1, 1), (180, 1), (360, 2), (361, 3)] {
            assert_eq!(windows(start, start + TimeDelta::days(length)).len(), count, "{length}");
        }
        let second = TimeDelta::seconds(1);
        assert_eq!(windows(start, start + LONGEST + second).len(), 2);
    }

    #[test]
    fn the_edge_lies_back_and_is_whole() {
        assert_eq!(edge(at("2026-01-01T00:06:00.999Z")), at("2026-01-01T00:00:00Z"));
    }

    #[test]
    fn a_scope_is_a_set() {
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        let one = Subject::new("Bill", &ids(&["B", "a", "b"]), &[]);
        assert_eq!(one, Subject::new("Bill", &ids(&["a", "b"]), &[]));
        assert_ne!(one, Subject::new("Bill", &[], &ids(&["a", "b"])));
        assert!(one.is_scoped() && !Subject::new("Bill", &[], &[]).is_scoped());
    }
}

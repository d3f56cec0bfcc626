//! The documented rules of a request, checked before anything is sent.

use std::ops::Range;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::entity::Entity;
use crate::error::{Error, ErrorKind};
use crate::model::{Filters, LedgerEntryFilters, Posting, Scope, Updated};

/// Both lists of a scope hold at most this many identifiers.
const MOST_IDS: usize = 1000;
/// The longest interval, as a duration: not six months.
const LONGEST_INTERVAL: TimeDelta = TimeDelta::days(180);
/// The end of an interval must lie this far back by the clock of the server …
const END_LIES_BACK: TimeDelta = TimeDelta::minutes(5);
/// … which may differ from this one by as much as this.
const CLOCK_MARGIN: TimeDelta = TimeDelta::minutes(1);

fn wrong(text: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidRequest, text)
}

/// A selector that was given must select something: an empty list would mean "everything".
pub(crate) fn ids(what: &str, ids: Option<Vec<String>>) -> Result<Vec<String>, Error> {
    let Some(ids) = ids else { return Ok(Vec::new()) };
    if ids.is_empty() {
        return Err(wrong(format!("no {what} id was given, which would select all of them")));
    }
    if ids.len() > MOST_IDS {
        return Err(wrong(format!(
            "{} {what} ids were given, at most 1000 are allowed",
            ids.len()
        )));
    }
    if ids.iter().any(|id| id.trim().is_empty()) {
        return Err(wrong(format!("an id of {what} is blank")));
    }
    Ok(ids)
}

/// A type that is spelt like a documented one but for its case is that one misspelt.
pub(crate) fn spelling(entity: &Entity) -> Result<(), Error> {
    let Entity::Other(name) = entity else { return Ok(()) };
    let meant = Entity::KNOWN.iter().find(|known| known.as_str().eq_ignore_ascii_case(name));
    let wrong = |known| wrong(format!("the type is spelt {known}, and not {name}"));
    meant.map_or(Ok(()), |known| Err(wrong(known)))
}

pub(crate) fn updated(
    interval: Option<Range<DateTime<Utc>>>,
    now: DateTime<Utc>,
) -> Result<Option<Updated>, Error> {
    let Some(Range { start, end }) = interval else { return Ok(None) };
    if start >= end {
        return Err(wrong(format!("the interval begins at {start:?} and ends at {end:?}")));
    }
    if end - start > LONGEST_INTERVAL {
        let days = (end - start).num_days();
        return Err(wrong(format!("the interval is {days} days long, at most 180 are allowed")));
    }
    if end > now - (END_LIES_BACK + CLOCK_MARGIN) {
        return Err(wrong(format!(
            "the interval ends at {end:?}, which must be at least 5 minutes ago (and one more for \
             clocks that differ)"
        )));
    }
    Ok(Some(Updated { start_utc: Some(start), end_utc: Some(end) }))
}

/// Half-open here, like every interval of this crate; the API wants the last day itself.
pub(crate) fn posting(
    entity: &Entity,
    days: Option<Range<NaiveDate>>,
) -> Result<Option<LedgerEntryFilters>, Error> {
    let Some(Range { start, end }) = days else { return Ok(None) };
    if *entity != Entity::LedgerEntry {
        return Err(wrong(format!("only LedgerEntry has posting dates, {entity} has none")));
    }
    match end.pred_opt() {
        Some(last) if start <= last => {
            let posting = Posting { start: Some(start), end: Some(last) };
            Ok(Some(LedgerEntryFilters { posting: Some(posting) }))
        }
        _ => Err(wrong(format!("the posting dates begin at {start} and end before {end}"))),
    }
}

/// What is probably a mistake. Not more than that: which selector counts for which type is inferred,
/// not documented.
pub(crate) fn doubts(entity: &Entity, scope: &Scope, filters: &Filters) -> Vec<&'static str> {
    let mut doubts = Vec::new();
    match entity.selected_by_chain() {
        Some(true) if !scope.enterprise_ids.is_empty() => {
            doubts.push("this type seems to be selected by chain, not by enterprise");
        }
        Some(false) if !scope.chain_ids.is_empty() => {
            doubts.push("this type seems to be selected by enterprise, not by chain");
        }
        _ => {}
    }
    if *entity == Entity::LedgerEntry && filters.ledger_entry.is_none() {
        doubts.push("newer servers refuse a LedgerEntry export without posting dates");
    }
    doubts
}

#[cfg(test)]
mod tests;

//! What is told of an input beyond its rows, beside what the oracle has seen.

use std::collections::BTreeMap;

use rowmill_json::{Counts, Drift};
use rowmill_testkit::reference;

/// So many keys, and so many values, are told apart.
const TOLD: usize = 1_000;

/// Longer names are counted only.
const LONGEST_NAME: usize = 256;

/// How often, and in which line first.
type Seen = (u64, u64);

/// Requires that the same is told, as far as it is told apart.
pub(crate) fn is_told(wanted: &reference::Drift, told: &Drift, counts: &Counts) {
    keys(wanted, told);
    values(wanted, told);
    nulled(wanted, told, counts);
}

fn keys(wanted: &reference::Drift, told: &Drift) {
    let mut all = BTreeMap::new();
    let (mut sights, mut long) = (0, 0);
    for (key, seen) in &wanted.keys {
        sights += seen.count;
        if key.name.len() > LONGEST_NAME {
            long += seen.count;
        } else {
            all.insert((key.object.as_str(), key.name.as_str()), seen);
        }
    }
    let mut named = 0;
    for key in &told.keys {
        let name = (key.object.as_str(), key.name.as_str());
        let seen = all.get(&name).unwrap_or_else(|| panic!("{name:?} is no unknown key"));
        assert_eq!(key.first_line, seen.first_line, "{name:?}");
        // Of one that is told late, some sights may have been counted only.
        assert!(key.count == seen.count || all.len() > TOLD && key.count < seen.count, "{name:?}");
        named += key.count;
    }
    assert_eq!(named + told.more_keys, sights, "sights of unknown keys");
    assert_eq!(told.keys.len(), all.len().min(TOLD), "unknown keys");
    assert!(all.len() > TOLD || told.more_keys == long, "more unknown keys");
}

fn values(wanted: &reference::Drift, told: &Drift) {
    let seen = |told: (&str, &str), seen: Seen| (format!("{} {}", told.0, told.1), seen);
    let all: BTreeMap<String, Seen> = wanted
        .values
        .iter()
        .map(|((column, value), it)| seen((column, value), (it.count, it.first_line)))
        .collect();
    let found: BTreeMap<String, Seen> = told
        .values
        .iter()
        .map(|it| seen((&it.column, &it.value), (it.count, it.first_line)))
        .collect();
    assert_eq!(found.len(), told.values.len(), "a new value twice");
    assert_eq!(found.len(), all.len().min(TOLD), "new values");
    if all.len() <= TOLD {
        assert_eq!((found, told.more_values), (all, 0), "new values");
    }
}

fn nulled(wanted: &reference::Drift, told: &Drift, counts: &Counts) {
    let all: BTreeMap<&str, Seen> =
        wanted.nulled.iter().map(|(at, it)| (at.as_str(), (it.count, it.first_line))).collect();
    let found: BTreeMap<&str, Seen> =
        told.nulled.iter().map(|it| (it.column.as_str(), (it.count, it.first_line))).collect();
    assert_eq!(found.len(), told.nulled.len(), "a column twice");
    assert_eq!(found, all, "cells made null");
    assert_eq!(counts.nulled, all.values().map(|(count, _)| count).sum::<u64>(), "nulled");
}

//! Cases as data: an input, a layout, and what must come out. They lie in `cases/`; `README.md` says in
//! which form, where they come from and who else reads them.
//!
//! Each goes down every path: policies, threads, instruction sets, cut at every byte. The slow decoder of
//! `rowmill-testkit` is held to the same cases.

mod case;
#[path = "../../fuzz/checks/mod.rs"]
mod checks;
mod paths;
mod show;
mod slow;

use std::collections::HashSet;

use case::{Case, read_all};

/// Cases there are at least, no two with the same bytes and the same layout.
const FEWEST: usize = 600;

#[test]
fn cases_are_many_and_distinct() {
    let cases = read_all();
    let pairs: HashSet<_> = cases.iter().map(|case| (&case.input, &case.layout_text)).collect();
    assert!(pairs.len() >= FEWEST, "{} pairs of input and layout", pairs.len());
    let names: HashSet<_> = cases.iter().map(|case| (&case.topic, &case.name)).collect();
    assert_eq!(names.len(), cases.len(), "a case is found by its topic and name");
}

/// Every case by itself, so that all that fail are told.
#[track_caller]
fn each(check: impl Fn(&Case)) {
    let cases = read_all();
    let failed = cases.iter().filter(|case| {
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check(case)));
        outcome.inspect_err(|_| eprintln!("see above: {case}")).is_err()
    });
    assert_eq!(failed.count(), 0, "cases that failed");
}

#[test]
fn whole_with_every_instruction_set() {
    each(paths::whole);
}

#[test]
fn cut_at_every_byte() {
    each(paths::cut);
}

#[test]
fn with_four_threads() {
    each(paths::threads);
}

#[test]
fn after_itself() {
    each(paths::twice);
}

#[test]
fn by_the_slow_decoder() {
    each(slow::agrees);
}

//! Steps that fail because a test wants them to, in the thread of the test.

use std::cell::Cell;
use std::io;

/// Which steps fail, counted from 1.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Plan {
    /// This one.
    Once(u64),
    /// This one and all that follow: as if the process had been killed before it.
    From(u64),
}

thread_local! {
    static TAKEN: Cell<u64> = const { Cell::new(0) };
    static PLAN: Cell<Option<Plan>> = const { Cell::new(None) };
}

/// Does `work` by this plan, and says whether a step has failed.
pub(crate) fn during<T>(plan: Plan, work: impl FnOnce() -> T) -> (T, bool) {
    TAKEN.set(0);
    PLAN.set(Some(plan));
    let outcome = work();
    PLAN.set(None);
    let (Plan::Once(first) | Plan::From(first)) = plan;
    (outcome, TAKEN.get() >= first)
}

/// Takes one step, or fails.
pub(crate) fn step() -> io::Result<()> {
    let taken = TAKEN.get() + 1;
    TAKEN.set(taken);
    let fails = match PLAN.get() {
        Some(Plan::Once(nth)) => taken == nth,
        Some(Plan::From(nth)) => taken >= nth,
        None => false,
    };
    if fails { Err(io::Error::other("the disk fails in a test")) } else { Ok(()) }
}

//! What must hold of the decoder for generated inputs of many classes, by the rules that the fuzz
//! targets check too: the slow decoder agrees, and every instruction set, cut and number of threads
//! gives the same. The inputs are the same on every machine.
//!
//! `ROWMILL_ROUNDS=100 cargo test --release --test properties` makes many more of them.

#[path = "../../fuzz/checks/mod.rs"]
mod checks;

mod any;
mod categories;
mod inferred;
mod keys;
mod numbers;
mod offsets;
mod selected;
mod shapes;
mod strings;
mod styles;
mod times;
mod unknown;

use checks::decode;
use rowmill_json::{Layout, Options};

/// Seeds of the rounds: one round unless more are asked for.
fn rounds() -> impl Iterator<Item = u64> {
    let rounds = std::env::var("ROWMILL_ROUNDS").ok().and_then(|text| text.parse().ok());
    1..=rounds.unwrap_or(1)
}

/// Compares on every path in batches of a few rows, so that their ends are met as well. Gives the
/// number of good and of bad rows.
#[track_caller]
fn compare(layout: &Layout, input: &[u8]) -> (usize, usize) {
    let mut options = Options::default();
    options.batch_rows = 300;
    decode::compare(layout, &options, input)
}

/// As [`compare`], and requires that every row is good.
#[track_caller]
fn all_good(layout: &Layout, input: &[u8], rows: usize) {
    assert_eq!(compare(layout, input), (rows, 0));
}

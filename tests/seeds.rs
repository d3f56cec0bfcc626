//! The seeds of the fuzz targets, held to the same rules without a fuzzer: see `fuzz/README.md`.

#[path = "../fuzz/checks/mod.rs"]
mod checks;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use checks::targets;

fn replay(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let mut seeds: Vec<_> = fs::read_dir(&folder)
        .expect("the seeds are committed")
        .map(|entry| entry.expect("a file").path())
        .collect();
    seeds.sort();
    assert!(seeds.len() > 10, "{} has few seeds", folder.display());
    for seed in seeds {
        let data = fs::read(&seed).expect("reads");
        let outcome = catch_unwind(AssertUnwindSafe(|| check(&data)));
        assert!(outcome.is_ok(), "see above: {}", seed.display());
    }
}

#[test]
fn any_bytes() {
    replay("any_bytes", targets::any_bytes);
}

#[test]
fn mutated_rows() {
    replay("mutated_rows", targets::mutated_rows);
}

#[test]
fn random_layout() {
    replay("random_layout", targets::random_layout);
}

#[test]
fn scalars() {
    replay("scalars", targets::scalars);
}

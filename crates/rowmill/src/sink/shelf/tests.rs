//! Files show whole or not at all, on a disk and in a store.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use super::*;
use crate::cancel::Cancel;
use crate::error::ErrorKind;
use crate::sink::faults::{Plan, during};

/// More steps than there are.
const STEPS: u64 = 60;

/// Small enough for a file to be sent in several pieces.
const PIECE: usize = 3_000;

fn shelf(folder: &Path) -> Shelf {
    let means = Means { cancel: Cancel::new(), piece: PIECE };
    Shelf::new(folder.to_owned(), means).expect("can be written to")
}

/// Folders that nobody else has.
fn folders() -> (tempfile::TempDir, [PathBuf; 2]) {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("memory:///shelf-{}/raw", NUMBER.fetch_add(1, Ordering::Relaxed));
    let both = [folder.path().to_owned(), url.into()];
    (folder, both)
}

fn text(shelf: &Shelf, name: &str) -> Option<Vec<u8>> {
    match &shelf.store {
        Some((place, _)) => place.read(name).expect("reads").map(|(bytes, _)| bytes.to_vec()),
        None => fs::read(shelf.path(name)).ok(),
    }
}

fn put(shelf: &Shelf, bytes: &[u8]) -> Result<u128> {
    let mut draft = shelf.begin("a.jsonl")?;
    let written = bytes.chunks(700).try_for_each(|chunk| draft.write_all(chunk));
    written.map_err(|e| Error::writing(&shelf.path("a.jsonl"), e))?;
    let finished = draft.finish()?;
    let hash = finished.hash;
    finished.place()?;
    Ok(hash)
}

#[test]
fn a_file_shows_when_it_is_placed() {
    let (_folder, places) = folders();
    let bytes: Vec<u8> = (0..5_000_u32).flat_map(u32::to_le_bytes).collect();
    for place in places {
        let shelf = shelf(&place);
        for _ in 0..2 {
            let mut draft = shelf.begin("b.jsonl").expect("begins");
            draft.write_all(&bytes).expect("written");
            assert_eq!(text(&shelf, "b.jsonl"), None, "{place:?}");
            drop(draft);
            assert_eq!(text(&shelf, "b.jsonl"), None, "{place:?}");
        }
        let hash = put(&shelf, &bytes).expect("placed");
        assert_eq!(hash, twox_hash::XxHash3_128::oneshot(&bytes));
        assert!(text(&shelf, "a.jsonl").as_ref() == Some(&bytes), "{place:?}");
        assert_eq!(shelf.size("a.jsonl"), Some(20_000));
        shelf.check_free("a.jsonl", true).expect("may be replaced");
        let error = shelf.check_free("a.jsonl", false).expect_err("is there");
        assert_eq!(error.kind(), ErrorKind::Output);
        put(&shelf, b"shorter").expect("replaced");
        assert_eq!(text(&shelf, "a.jsonl").as_deref(), Some(&b"shorter"[..]));
        let claimed = shelf.claim("sums").expect("free");
        shelf.write(claimed, "some.sums", "one\n").expect("written");
        assert_eq!(text(&shelf, "some.sums").as_deref(), Some(&b"one\n"[..]));
        for name in ["a.jsonl", "some.sums", "none"] {
            shelf.remove(name).expect("removed");
            assert_eq!(text(&shelf, name), None);
        }
    }
}

#[test]
fn whatever_step_fails_no_half_of_a_file_shows() {
    let bytes: Vec<u8> = (0..4_000_u32).flat_map(u32::to_be_bytes).collect();
    for plan in [Plan::Once as fn(u64) -> Plan, Plan::From] {
        for place in 0..2 {
            let mut ended = false;
            for step in 1..STEPS {
                let (_folder, places) = folders();
                let shelf = shelf(&places[place]);
                put(&shelf, b"before").expect("placed");
                let (outcome, failed) = during(plan(step), || put(&shelf, &bytes));
                let shown = text(&shelf, "a.jsonl").expect("never gone");
                assert!(shown == bytes || shown == b"before", "step {step}");
                if !failed {
                    outcome.expect("nothing failed");
                    assert!(shown == bytes);
                    ended = true;
                    break;
                }
                put(&shelf, &bytes).expect("the next one");
                assert!(text(&shelf, "a.jsonl").as_ref() == Some(&bytes), "step {step}");
            }
            assert!(ended, "every step was tried");
        }
    }
}

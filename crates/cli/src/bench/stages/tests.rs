use std::fs;

use rowmill::Column;

use super::*;

/// Lines that are no multiple of anything, three chunks of them and no line end at the end.
fn text() -> String {
    let mut text: String = (0..120_000_u64).map(|n| format!("{{\"n\":{}}}\n", n * n)).collect();
    text.push_str("{\"n\":7}");
    text
}

fn task(folder: &Path) -> Task {
    let input = folder.join("n.jsonl");
    fs::write(&input, text()).expect("written");
    Task {
        inputs: vec![input],
        layout: Layout::new([Column::int64("n")]).expect("a sound layout"),
        threads: 1,
        buffer: u64::MAX,
        cancel: Cancel::new(),
    }
}

#[test]
fn every_stage_sees_every_byte_and_row() {
    let folder = tempfile::tempdir().expect("a folder");
    let task = task(folder.path());
    for name in
        [StageName::Read, StageName::Frame, StageName::Decode, StageName::Encode, StageName::Whole]
    {
        let stage = task.run(name).expect("good rows");
        assert_eq!((stage.bytes, stage.rows), (text().len() as u64, 120_001), "{name:?}");
        assert!(!stage.streamed);
    }
}

#[test]
fn a_small_buffer_is_filled_again_and_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut task = task(folder.path());
    let whole = task.decode().expect("good rows");
    for threads in [1, 3] {
        (task.buffer, task.threads) = (300_001, threads);
        let streamed = task.decode().expect("good rows");
        assert!(streamed.streamed);
        assert_eq!(streamed.rows, whole.rows);
        assert_eq!(streamed.checksum, whole.checksum);
    }
}

#[test]
fn a_cancelled_stage_ends_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let task = task(folder.path());
    task.cancel.cancel();
    for name in
        [StageName::Read, StageName::Frame, StageName::Decode, StageName::Encode, StageName::Whole]
    {
        assert!(task.run(name).is_err(), "{name:?}");
    }
}

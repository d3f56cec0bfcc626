//! The decoder through its public face: values, lines, cuts, and an independent reader beside it.

mod cuts;
mod drift;
mod limits;
mod lines;
mod memory;
mod nested;
mod nulls;
mod paths;
mod rest;
mod show;
mod unions;
mod values;
mod views;

use arrow_array::RecordBatch;
use rowmill_json::{Counts, Decoder, Drift, Error, Layout, Limit, OnBadRow, Options, Reject, Simd};

/// What came out of a whole input.
struct Outcome {
    batches: Vec<RecordBatch>,
    rejects: Vec<Reject>,
    drift: Drift,
    end: Result<Counts, Error>,
}

/// Pushes `input` in chunks of at most `chunk` bytes and takes everything, once with each instruction
/// set of this machine: all must see the same.
#[track_caller]
fn run(layout: &Layout, mut options: Options, input: &[u8], chunk: usize) -> Outcome {
    let mut outcomes = Simd::available().into_iter().map(|simd| {
        options.simd = simd;
        run_one(layout, options.clone(), input, chunk)
    });
    let first = outcomes.next().expect("at least the portable one");
    for outcome in outcomes {
        assert_eq!(outcome.batches, first.batches);
        assert_eq!(format!("{:?}", outcome.rejects), format!("{:?}", first.rejects));
        assert_eq!(outcome.drift, first.drift);
        assert_eq!(format!("{:?}", outcome.end), format!("{:?}", first.end));
    }
    first
}

/// The same in chunks of every size and with more than one thread: all must see the same.
#[track_caller]
fn everywhere(layout: &Layout, mut options: Options, input: &[u8]) -> Outcome {
    let seen = |outcome: &Outcome| {
        let rejects: Vec<_> =
            outcome.rejects.iter().map(|r| (r.error().to_string(), r.raw().to_vec())).collect();
        format!("{:?}\n{rejects:?}\n{:?}\n{:?}", outcome.batches, outcome.drift, outcome.end)
    };
    let whole = run(layout, options.clone(), input, usize::MAX);
    for chunk in (1..=input.len().min(300)).step_by(if cfg!(miri) { 31 } else { 1 }) {
        let cut = run(layout, options.clone(), input, chunk);
        assert_eq!(seen(&cut), seen(&whole), "chunks of {chunk}");
    }
    for threads in [2, 4] {
        options.threads = threads;
        assert_eq!(seen(&run(layout, options.clone(), input, 7)), seen(&whole));
    }
    whole
}

fn run_one(layout: &Layout, options: Options, input: &[u8], chunk: usize) -> Outcome {
    let mut decoder = Decoder::with(layout, options);
    let mut outcome = Outcome {
        batches: vec![],
        rejects: vec![],
        drift: Drift::default(),
        end: Ok(Counts::default()),
    };
    let mut take = |decoder: &mut Decoder| loop {
        let batch = decoder.next_batch();
        outcome.rejects.extend(decoder.take_rejects());
        match batch {
            Ok(Some(batch)) => {
                assert!(batch.num_rows() > 0);
                batch.columns().iter().for_each(|array| array.to_data().validate_full().unwrap());
                outcome.batches.push(batch);
            }
            Ok(None) => return true,
            Err(error) => {
                outcome.end = Err(error);
                return false;
            }
        }
    };
    let pushed = input.chunks(chunk.max(1)).all(|chunk| {
        decoder.push(chunk.to_vec().into());
        take(&mut decoder)
    });
    decoder.finish();
    if pushed && take(&mut decoder) {
        let counts = decoder.report().expect("ended well");
        assert_eq!(counts.lines, counts.rows + counts.quarantined + counts.blank);
        assert_eq!(counts.bytes, input.len() as u64);
        outcome.end = Ok(counts);
        outcome.drift = decoder.drift().clone();
    } else {
        outcome.drift = decoder.drift().clone();
        assert!(decoder.report().is_none());
        assert!(decoder.next_batch().unwrap().is_none(), "stays ended");
    }
    outcome
}

fn whole(layout: &Layout, input: &[u8]) -> Outcome {
    run(layout, Options::default(), input, usize::MAX)
}

fn quarantine() -> Options {
    let mut options = Options::default();
    options.on_bad_row = OnBadRow::Quarantine { at_most: Limit::None };
    options
}

/// Rows of all batches, each as the text of its columns.
fn rows(batches: &[RecordBatch]) -> Vec<Vec<String>> {
    batches
        .iter()
        .flat_map(|batch| {
            (0..batch.num_rows())
                .map(|row| batch.columns().iter().map(|column| show::value(column, row)).collect())
        })
        .collect()
}

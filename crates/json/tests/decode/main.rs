//! The decoder through its public face: values, lines, cuts, and an independent reader beside it.

mod cuts;
mod lines;
mod memory;
mod nested;
mod show;
mod values;
mod views;

use arrow_array::RecordBatch;
use rowmill_json::{Counts, Decoder, Error, Layout, Limit, OnBadRow, Options, Reject, Simd};

/// What came out of a whole input.
struct Outcome {
    batches: Vec<RecordBatch>,
    rejects: Vec<Reject>,
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
        assert_eq!(format!("{:?}", outcome.end), format!("{:?}", first.end));
    }
    first
}

fn run_one(layout: &Layout, options: Options, input: &[u8], chunk: usize) -> Outcome {
    let mut decoder = Decoder::with(layout, options);
    let mut outcome = Outcome { batches: vec![], rejects: vec![], end: Ok(Counts::default()) };
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
    } else {
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

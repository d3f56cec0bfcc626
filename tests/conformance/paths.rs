//! The decoder, down every path.

use rowmill::{Decoder, Layout, Limit, OnBadRow, Options, Simd};
use serde_json::Value;

use crate::case::{Bad, Case, Outcome, Policy};
use crate::show;

/// Cuts of one input at most: long ones are cut at every few bytes.
const CUTS: usize = 120;

/// Everything that came out.
struct Seen {
    rows: Vec<Value>,
    bad: Vec<Bad>,
    /// What ended the run early.
    error: Option<Bad>,
}

fn options(on_bad_row: OnBadRow, threads: usize) -> Options {
    let mut options = Options::default();
    (options.on_bad_row, options.threads) = (on_bad_row, threads);
    options
}

const QUARANTINE: OnBadRow = OnBadRow::Quarantine { at_most: Limit::None };
const POLICIES: [OnBadRow; 3] =
    [QUARANTINE, OnBadRow::Fail, OnBadRow::Null { at_most: Limit::None }];

pub(crate) fn whole(case: &Case) {
    for simd in Simd::available() {
        for policy in POLICIES {
            let mut options = options(policy, 1);
            options.simd = simd;
            check(case, &options, &[&case.input]);
        }
    }
}

pub(crate) fn cut(case: &Case) {
    let every = case.input.len() / CUTS + 1;
    for policy in POLICIES {
        let options = options(policy, 1);
        for at in (1..case.input.len()).step_by(every) {
            let (left, right) = case.input.split_at(at);
            check(case, &options, &[left, right]);
        }
        check(case, &options, &case.input.chunks(every).collect::<Vec<_>>());
    }
}

pub(crate) fn threads(case: &Case) {
    for policy in POLICIES {
        let mut options = options(policy, 4);
        check(case, &options, &[&case.input]);
        // Every line is a frame, and goes to whoever is free.
        options.frame_bytes = 1;
        let every = case.input.len() / CUTS + 1;
        check(case, &options, &case.input.chunks(every).collect::<Vec<_>>());
    }
}

/// After itself, where its last line has an end and nothing hangs on being first: what was learnt from
/// the rows before, and what a bad one leaves behind, changes nothing.
pub(crate) fn twice(case: &Case) {
    if !case.input.ends_with(b"\n") || case.input.starts_with(b"\xEF\xBB\xBF") {
        return;
    }
    let (input, (lines, bytes)) = (case.input.repeat(2), (lines(&case.input), case.input.len()));
    let outcomes = case.under(Policy::Quarantine);
    let again = outcomes.iter().cloned().map(|outcome| match outcome {
        Outcome::Bad(bad) => {
            Outcome::Bad(Bad { line: bad.line + lines, offset: bad.offset + bytes as u64, ..bad })
        }
        row => row,
    });
    let wanted: Vec<Outcome> = outcomes.iter().cloned().chain(again).collect();
    compare(&case.layout, &wanted, &options(QUARANTINE, 1), &[&input]);
}

fn check(case: &Case, options: &Options, chunks: &[&[u8]]) {
    let outcomes = match options.on_bad_row {
        OnBadRow::Fail => {
            // The rows before the first bad one, and that.
            let outcomes = case.under(Policy::Quarantine);
            let first = outcomes.iter().position(|outcome| matches!(outcome, Outcome::Bad(_)));
            &outcomes[..first.map_or(outcomes.len(), |first| first + 1)]
        }
        OnBadRow::Null { .. } => case.under(Policy::Null),
        _ => case.under(Policy::Quarantine),
    };
    compare(&case.layout, outcomes, options, chunks);
}

fn compare(layout: &Layout, wanted: &[Outcome], options: &Options, chunks: &[&[u8]]) {
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    for outcome in wanted {
        match outcome {
            Outcome::Row(row) => rows.push(show::wanted(row, layout.schema().fields())),
            Outcome::Bad(one) => bad.push(one.clone()),
        }
    }
    let seen = run(layout, options, chunks);
    let path = || format!("{options:?}, {} chunks", chunks.len());
    assert_eq!(seen.rows, rows, "{}", path());
    if matches!(options.on_bad_row, OnBadRow::Fail) {
        assert_eq!(seen.error, bad.first().cloned(), "{}", path());
    } else {
        assert_eq!((seen.error, seen.bad), (None, bad), "{}", path());
    }
}

fn lines(input: &[u8]) -> u64 {
    input.split_inclusive(|&byte| byte == b'\n').count() as u64
}

fn run(layout: &Layout, options: &Options, chunks: &[&[u8]]) -> Seen {
    let mut decoder = Decoder::with(layout, options.clone());
    let mut seen = Seen { rows: Vec::new(), bad: Vec::new(), error: None };
    let mut chunks = chunks.iter();
    loop {
        let chunk = chunks.next();
        match chunk {
            Some(chunk) => decoder.push(chunk.to_vec().into()),
            None => decoder.finish(),
        }
        take(&mut decoder, &mut seen);
        if chunk.is_none() || seen.error.is_some() {
            break;
        }
    }
    let counts = decoder.report();
    assert_eq!(counts.is_none(), seen.error.is_some(), "a run that failed has no report");
    if let Some(counts) = counts {
        assert_eq!(counts.lines, counts.rows + counts.quarantined + counts.blank);
        assert_eq!(
            (counts.rows, counts.quarantined),
            (seen.rows.len() as u64, seen.bad.len() as u64)
        );
    }
    seen
}

fn take(decoder: &mut Decoder, seen: &mut Seen) {
    loop {
        let batch = decoder.next_batch();
        let rejects = decoder.take_rejects();
        seen.bad.extend(rejects.iter().map(|reject| bad(reject.error())));
        match batch {
            Ok(Some(batch)) => seen.rows.extend(show::rows(&batch)),
            Ok(None) => return,
            Err(error) => {
                seen.error = Some(bad(&error));
                return;
            }
        }
    }
}

fn bad(error: &rowmill::json::Error) -> Bad {
    let place = error.place().expect("every fault of data has a place");
    Bad {
        line: place.line,
        offset: place.offset,
        code: error.code().to_owned(),
        column: place.column.clone(),
    }
}

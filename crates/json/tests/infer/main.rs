//! Inference through its public face: the rules for every kind of value, and what must not matter.

mod cuts;
mod leaves;
mod lines;
mod nested;
mod show;

use rowmill_json::infer::{Inference, Inferred};
use rowmill_json::{Decoder, Error, Options};

fn infer(input: &[u8]) -> Result<Inferred, Error> {
    let mut inference = Inference::new();
    inference.push(input.to_vec().into());
    inference.finish()
}

/// Infers from the whole input, and requires that every row that was looked at can be read.
#[track_caller]
fn inferred(input: &str) -> Inferred {
    let inferred = infer(input.as_bytes()).expect("a layout");
    let mut decoder = Decoder::with(inferred.layout(), quarantine());
    decoder.push(input.as_bytes().to_vec().into());
    decoder.finish();
    while decoder.next_batch().expect("batches").is_some() {}
    let report = decoder.report().expect("ended");
    assert_eq!(
        (report.rows, report.quarantined),
        (inferred.rows(), inferred.bad_rows()),
        "{input}"
    );
    assert_eq!((report.blank, report.bytes), (inferred.blank_lines(), inferred.bytes()));
    inferred
}

fn quarantine() -> Options {
    let mut options = Options::default();
    options.on_bad_row = rowmill_json::OnBadRow::Quarantine { at_most: rowmill_json::Limit::None };
    options
}

/// Rows with each of these values under the key `v`.
fn rows(values: &[&str]) -> String {
    values.iter().map(|value| format!("{{\"v\":{value}}}\n")).collect()
}

/// The type that these values lead to, and the notes about it.
#[track_caller]
fn of(values: &[&str]) -> (String, Vec<String>) {
    let inferred = inferred(&rows(values));
    let notes = inferred.notes().map(|(seen, note)| format!("{}: {note:?}", seen.path));
    (show::kind(&inferred.layout().columns()[0]), notes.collect())
}

#[track_caller]
fn check(values: &[&str], expected: &str, notes: &[&str]) {
    let (kind, found) = of(values);
    assert_eq!(kind, expected, "{values:?}");
    assert_eq!(found, notes, "{values:?}");
    // The order of rows changes nothing.
    let reversed: Vec<&str> = values.iter().rev().copied().collect();
    assert_eq!(of(&reversed).0, expected, "{reversed:?}");
}

//! An input of a decoder, held to everything that is promised.

use rowmill_json::{Counts, Layout, Options};
use rowmill_testkit::reference::Uses;

use super::run::{Seen, Take, quarantine, run};
use super::{alone, draw, drift, fail, messages, oracle, paths};

/// Inputs up to this many bytes are cut at every byte.
const SHORT: usize = 32;

/// Holds `input` to all rules: what the oracle finds in it is found on every path, by fresh
/// decoders and by trained ones, under every policy, and told without showing a value.
pub(crate) fn check(layout: &Layout, options: &Options, input: &[u8]) {
    let (wanted, base) = against_oracle(layout, options, input);
    let hash = draw::hash(input);
    paths::same_on_every_path(layout, options, input, &base, hash);
    if input.len() <= SHORT {
        paths::same_cut_at_every_byte(layout, options, input, &base);
    }
    if wanted.too_long.is_none() {
        alone::same_line_by_line(layout, options, input, &wanted.rows, &base);
        alone::same_after_others(layout, options, input, &wanted.rows, &base);
    }
    fail::stops_at_the_first(layout, options, input, &wanted.rows, &base);
    messages::show_no_value(layout, input, &base);
}

/// The cheaper half of [`check`], for inputs that come in thousands: the oracle, and every path.
pub(crate) fn compare(layout: &Layout, options: &Options, input: &[u8]) -> (usize, usize) {
    let (wanted, base) = against_oracle(layout, options, input);
    paths::same_on_every_path(layout, options, input, &base, draw::hash(input));
    (wanted.rows.num_rows(), wanted.bad.len())
}

/// Decodes whole, in one thread, and compares with the oracle: verdicts, values, counts, places.
pub(crate) fn against_oracle(
    layout: &Layout,
    options: &Options,
    input: &[u8],
) -> (oracle::Wanted, Seen) {
    let wanted = oracle::read(layout, options, input);
    let seen = run(layout, &quarantine(options), [input], Take::AtOnce);

    let bad = |line: u64| wanted.bad.iter().find(|bad| bad.line == line);
    for told in &seen.rejects {
        assert!(bad(told.line()).is_some(), "a good row was set aside: {}", told.0);
    }
    let lines: Vec<u64> = seen.rejects.iter().map(super::run::Told::line).collect();
    let theirs: Vec<u64> = wanted.bad.iter().map(|bad| bad.line).collect();
    assert_eq!(lines, theirs, "a bad row was taken; the oracle says {:?}", wanted.bad);
    for (told, bad) in seen.rejects.iter().zip(&wanted.bad) {
        if let Some(code) = oracle::code(bad.kind) {
            let column = told.place().and_then(|place| place.column.as_deref());
            assert_eq!((told.code(), column), (code, bad.column.as_deref()), "{}", told.0);
        }
    }
    let rows = seen.rows_are(&wanted.rows, "values");
    assert_eq!(rows, wanted.rows.num_rows(), "rows");
    places(layout, input, &seen);

    match (&seen.end, wanted.too_long) {
        (Ok(counts), None) => {
            assert_eq!((counts.lines, counts.blank), (wanted.lines, wanted.blank), "lines");
            assert_eq!(uses(counts), wanted.uses, "leniencies");
            drift::is_told(&wanted.drift, &seen.drift, counts);
        }
        (Err(told), Some((line, offset))) => {
            let place = told.place().expect("a place");
            assert_eq!(told.code(), "line_length", "{}", told.0);
            assert_eq!((place.line, place.line_offset, place.offset), (line, offset, offset));
        }
        (end, too_long) => panic!("ended with {end:?}, line too long: {too_long:?}"),
    }
    (wanted, seen)
}

fn uses(counts: &Counts) -> Uses {
    Uses {
        empty_as_null: counts.empty_as_null,
        date_as_midnight: counts.date_as_midnight,
        cut_digits: counts.cut_digits,
        round_digits: counts.round_digits,
        rescue_digits: counts.rescue_digits,
    }
}

/// Requires that each reject names its line, a byte in it and a column there is.
fn places(layout: &Layout, input: &[u8], seen: &Seen) {
    if seen.rejects.is_empty() {
        return;
    }
    let (known, mut before) = (oracle::paths(layout), 0);
    let mut rejects = seen.rejects.iter().peekable();
    for (line, number) in oracle::lines(input).zip(1..) {
        if let Some(told) = rejects.next_if(|told| told.line() == number) {
            let (place, bare) = (told.place().expect("a place"), oracle::bare(line));
            assert_eq!(told.raw(), Some(bare), "the raw line");
            assert_eq!(place.line_offset, before, "bytes before the line");
            let within = before..=before + bare.len() as u64;
            assert!(within.contains(&place.offset), "{} not in {within:?}", told.0);
            let column = place.column.as_ref();
            // An unknown key is named, and what it is named is for the oracle to say.
            let unknown = told.code() == "unknown_key";
            assert!(column.is_none_or(|path| unknown || known.contains(path)), "{}", told.0);
            let last = !line.ends_with(b"\n");
            assert!(told.code() != "truncated" || last, "a line with an end is not truncated");
        }
        before += line.len() as u64;
    }
}

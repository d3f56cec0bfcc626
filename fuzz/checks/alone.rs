//! What a decoder has seen before decides its speed and never its answer.

use arrow_array::RecordBatch;
use rowmill_json::{Layout, Options, Simd};

use super::draw::Draw;
use super::rows::{Style, row};
use super::run::{Seen, Take, Told, quarantine, run, same_columns_elsewhere};
use super::{draw, oracle};

/// So many lines are decoded alone; of a longer input, about so many.
const MOST: usize = 12;

/// Each line by a decoder that has seen nothing: the same verdict, told in the same words at the
/// same byte of the line, and the same values.
pub(crate) fn same_line_by_line(
    layout: &Layout,
    options: &Options,
    input: &[u8],
    rows: &RecordBatch,
    base: &Seen,
) {
    let mut options = quarantine(options);
    let hash = draw::hash(input);
    // Whichever: that they agree is checked elsewhere.
    options.simd = Draw::seeded(hash).pick(&Simd::available());
    let every = (oracle::lines(input).count() / MOST + 1) as u64;
    let (mut row, mut before) = (0, 0);
    let mut rejects = base.rejects.iter().peekable();
    for (line, number) in oracle::lines(input).zip(1..) {
        let wanted = rejects.next_if(|told| told.line() == number);
        if number % every != hash % every {
            let good = wanted.is_none() && !oracle::is_blank(line, number);
            row += usize::from(good);
            before += line.len() as u64;
            continue;
        }
        // An empty line before keeps what is special about the first line to the first line.
        let first: &[u8] = if number == 1 { b"" } else { b"\n" };
        let seen = run(layout, &options, [first, line], Take::AtOnce);
        match (seen.rejects.as_slice(), wanted) {
            ([alone], Some(wanted)) => {
                assert_eq!(at(alone, first.len() as u64), at(wanted, before), "line {number}");
                assert_eq!(alone.raw(), wanted.raw(), "line {number} alone");
                assert_eq!(reason(alone), reason(wanted), "line {number} alone");
            }
            ([], None) => {
                if let [batch] = seen.batches.as_slice() {
                    let same = rows.slice(row, 1);
                    same_columns_elsewhere(batch, &same, &format!("line {number} alone"));
                    row += 1;
                }
            }
            (alone, _) => panic!("line {number} alone: {alone:?}, among others: {wanted:?}"),
        }
        before += line.len() as u64;
    }
}

/// Byte of the line, and column.
fn at(told: &Told, before: u64) -> (u64, Option<&str>) {
    let place = told.place().expect("a place");
    (place.offset - before, place.column.as_deref())
}

/// The message without its place, which depends on the lines before.
fn reason(told: &Told) -> (&str, &str, &str) {
    (told.code(), told.0.expected(), told.0.found())
}

/// After good rows of some other order of keys, and after the input itself: the same again.
pub(crate) fn same_after_others(
    layout: &Layout,
    options: &Options,
    input: &[u8],
    rows: &RecordBatch,
    base: &Seen,
) {
    // A mark before the first line means something there alone.
    if input.starts_with(b"\xEF\xBB\xBF") || rows.num_rows() == 0 {
        return;
    }
    let (mut options, hash) = (quarantine(options), draw::hash(input));
    options.simd = Draw::seeded(hash).pick(&Simd::available());
    // One batch, so that rows can be found by their number; and the other rows may be long.
    (options.batch_rows, options.frame_bytes) = (1 << 20, 1 << 28);
    options.max_line_bytes = 1 << 28;

    let mut others = Vec::new();
    let mut draw = Draw::seeded(hash ^ 1);
    let mut style = Style::tidy();
    style.shuffled = draw.chance(50);
    style.spaced = draw.chance(25);
    let order = draw.byte().into();
    for number in 0..4 {
        // The same order four times is learnt; the values differ.
        style.order = order;
        row(layout.columns(), &style, &mut Draw::seeded(hash ^ number), &mut others);
        others.push(b'\n');
    }
    let mut itself = input.to_vec();
    if !itself.ends_with(b"\n") {
        itself.push(b'\n');
    }
    for (before, what) in [(others, "after other rows"), (itself, "after itself")] {
        let seen = run(layout, &options, [before.as_slice(), input], Take::AtOnce);
        let [batch] = seen.batches.as_slice() else { panic!("{what}: no batch") };
        assert!(batch.num_rows() >= rows.num_rows(), "{what}: rows are lost");
        let from = batch.num_rows() - rows.num_rows();
        same_columns_elsewhere(&batch.slice(from, rows.num_rows()), rows, what);

        let lines = oracle::lines(&before).count() as u64;
        let again = seen.rejects.iter().filter(|told| told.line() > lines);
        let told: Vec<_> =
            again.map(|told| (at(told, before.len() as u64), reason(told))).collect();
        let wanted: Vec<_> = base.rejects.iter().map(|told| (at(told, 0), reason(told))).collect();
        assert_eq!(told, wanted, "{what}: rejects");
    }
}

//! The policies that end a run: the same rows before, the same error.

use arrow_array::RecordBatch;
use rowmill_json::{Layout, Limit, OnBadRow, Options, Simd};

use super::oracle;
use super::run::{Seen, Take, at_most, run};

/// Without a quarantine, a run gives the rows before the first bad one and ends with the error that
/// the quarantine told of it; with one too small, it ends with the row that is one too many.
pub(crate) fn stops_at_the_first(
    layout: &Layout,
    options: &Options,
    input: &[u8],
    rows: &RecordBatch,
    base: &Seen,
) {
    let (mut options, policy) = (options.clone(), options.on_bad_row);
    // Where cells are made null, other rows are bad without that.
    let same_rows = !matches!(policy, OnBadRow::Null { .. });
    let levels = if same_rows { Simd::available() } else { vec![] };
    for simd in levels {
        options.simd = simd;
        options.on_bad_row = OnBadRow::Fail;
        let seen = run(layout, &options, [input], Take::AtOnce);
        assert!(seen.rejects.is_empty(), "nothing is set aside without a quarantine");
        let count = seen.rows_are(rows, "rows before the error");
        match base.rejects.first() {
            None => {
                assert_eq!(seen.end, base.end, "no bad row");
                assert_eq!(count, rows.num_rows());
            }
            Some(first) => {
                assert_eq!(seen.end.as_ref(), Err(first), "the first bad row");
                assert_eq!(count, rows_before(input, first.line()), "rows before the bad one");
            }
        }
    }
    if let Some((last, others)) = base.rejects.split_last() {
        options.on_bad_row = at_most(policy, Limit::Rows(others.len() as u64));
        let seen = run(layout, &options, [input], Take::AtOnce);
        let told = seen.end.expect_err("one too many");
        assert_eq!((told.code(), told.place()), ("too_many_rejects", last.place()));
        options.on_bad_row = at_most(policy, Limit::Rows(others.len() as u64 + 1));
        base.same_as(&run(layout, &options, [input], Take::AtOnce), "exactly as many as allowed");
    }
}

/// Lines before the first bad one are blank or good.
fn rows_before(input: &[u8], line: u64) -> usize {
    let before = oracle::lines(input).zip(1..line);
    before.filter(|(line, number)| !oracle::is_blank(line, *number)).count()
}

//! The slow decoder of `rowmill-testkit`, which shares no code with the fast one.

use rowmill_testkit::reference::BadKind;

use crate::case::{Case, Outcome, Policy};
use crate::checks::oracle;
use crate::show;

pub(crate) fn agrees(case: &Case) {
    agrees_under(case, Policy::Quarantine);
    agrees_under(case, Policy::Null);
}

fn agrees_under(case: &Case, policy: Policy) {
    let found = oracle::table(&case.layout, policy == Policy::Null).decode(&case.input);
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    for outcome in case.under(policy) {
        match outcome {
            Outcome::Row(row) => rows.push(show::wanted(row, case.layout.schema().fields())),
            Outcome::Bad(one) => bad.push(one),
        }
    }
    assert_eq!(show::rows(&found.batch), rows);
    assert_eq!(found.lines - found.blank, (rows.len() + bad.len()) as u64);
    assert_eq!(found.bad.len(), bad.len(), "{:?}", found.bad);
    for (found, wanted) in found.bad.iter().zip(bad) {
        assert_eq!(found.line, wanted.line);
        // It names no column for what is wrong with the line as a whole.
        if found.column.is_some() {
            assert_eq!(found.column, wanted.column, "{found}");
        }
        let same = match wanted.code.as_str() {
            // It sees bytes that are no UTF-8 first, outside of strings too.
            "syntax" => matches!(found.kind, BadKind::Syntax | BadKind::Utf8),
            // And the whole grammar before the depth.
            "depth" => {
                matches!(found.kind, BadKind::Depth | BadKind::Syntax | BadKind::NotAnObject)
            }
            // A number that the input ends in is a wrong one to it.
            "truncated" => matches!(found.kind, BadKind::Truncated | BadKind::Syntax),
            wanted => code(found.kind) == wanted,
        };
        assert!(same, "{found}, not {}", wanted.code);
    }
}

fn code(kind: BadKind) -> &'static str {
    match kind {
        BadKind::Syntax => "syntax",
        BadKind::Truncated => "truncated",
        BadKind::Utf8 => "utf8",
        BadKind::Surrogate => "surrogate",
        BadKind::NotAnObject => "not_an_object",
        BadKind::Depth => "depth",
        other => oracle::code(other).unwrap_or_else(|| panic!("{other:?} is new")),
    }
}

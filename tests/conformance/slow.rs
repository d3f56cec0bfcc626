//! The slow decoder of `rowmill-testkit`, which shares no code with the fast one.

use std::collections::HashMap;

use rowmill::{Allow, Column, Kind};
use rowmill_testkit::reference::{BadKind, Leniency, decode_rows};

use crate::case::{Case, Outcome, Policy};
use crate::show;

/// Topics of what it has no idea of: the reader in Python is the only other one.
const BEYOND: [&str; 4] = ["unknown-keys", "paths", "extras", "unions"];

pub(crate) fn agrees(case: &Case) {
    if BEYOND.contains(&case.topic.as_str()) {
        return;
    }
    let mut rules = HashMap::new();
    for column in case.layout.columns() {
        leniency(column, column.name().to_owned(), &mut rules);
    }
    let rule = |path: &str| rules.get(path).copied().unwrap_or_default();
    let found = decode_rows(case.layout.schema(), rule, &case.input);
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    for outcome in case.under(Policy::Quarantine) {
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

fn leniency(column: &Column, path: String, rules: &mut HashMap<String, Leniency>) {
    match column.kind() {
        Kind::List(item) => leniency(item, format!("{path}[]"), rules),
        Kind::Map(value) => leniency(value, format!("{path}{{}}"), rules),
        Kind::Record(fields) => {
            for field in fields {
                leniency(field, format!("{path}.{}", field.name()), rules);
            }
        }
        _ => {
            let Allow { empty_as_null, date_as_midnight, cut_digits, .. } = column.allowed();
            rules.insert(path, Leniency { empty_as_null, date_as_midnight, cut_digits });
        }
    }
}

fn code(kind: BadKind) -> &'static str {
    match kind {
        BadKind::Syntax => "syntax",
        BadKind::Truncated => "truncated",
        BadKind::Utf8 => "utf8",
        BadKind::Surrogate => "surrogate",
        BadKind::NotAnObject => "not_an_object",
        BadKind::Type => "type",
        BadKind::Format => "format",
        BadKind::Range => "range",
        BadKind::Precision => "precision",
        BadKind::Null => "null",
        BadKind::Missing => "missing",
        BadKind::DuplicateKey => "duplicate_key",
        BadKind::Depth => "depth",
        other => panic!("{other:?} is new"),
    }
}

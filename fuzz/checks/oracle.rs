//! What a decoder must find in an input, by readers that share no code with it.

use std::collections::HashSet;

use arrow_array::RecordBatch;
use rowmill_json::{Allow, Column, Kind, Layout, OnBadRow, Options, Unknown};
use rowmill_testkit::reference::{self, BadKind, BadRow, Drift, Leniency, Shape, Table, Uses};

use super::grammar;

/// What is in an input.
pub(crate) struct Wanted {
    pub(crate) rows: RecordBatch,
    pub(crate) bad: Vec<BadRow>,
    pub(crate) lines: u64,
    pub(crate) blank: u64,
    pub(crate) uses: Uses,
    pub(crate) drift: Drift,
    /// Number of the line that is too long, and the bytes before it. Nothing after is looked at.
    pub(crate) too_long: Option<(u64, u64)>,
}

/// The lines of an input with their ends.
pub(crate) fn lines(input: &[u8]) -> impl Iterator<Item = &[u8]> {
    input.split_inclusive(|&byte| byte == b'\n')
}

/// A line without its end.
pub(crate) fn bare(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\n").unwrap_or(line)
}

/// Whether a line holds nothing but white space, a mark before the first one aside.
pub(crate) fn is_blank(line: &[u8], number: u64) -> bool {
    let mark = if number == 1 { b"\xEF\xBB\xBF".as_slice() } else { b"" };
    let text = line.strip_prefix(mark).unwrap_or(line);
    text.iter().all(|byte| b" \t\r\n".contains(byte))
}

/// Reads the whole input.
pub(crate) fn read(layout: &Layout, options: &Options, input: &[u8]) -> Wanted {
    // The reference decoder has one depth and no limit of length. So it is shown what it can judge:
    // a line nested too deep as one that is no JSON at all, and no line that is too long.
    let (mut shown, mut before, mut too_long) = (Vec::with_capacity(input.len()), 0, None);
    for (line, number) in lines(input).zip(1..) {
        if bare(line).len() > options.max_line_bytes {
            too_long = Some((number, before));
            break;
        }
        if options.max_depth < 256 && grammar::depth(line) > options.max_depth {
            shown.extend_from_slice(b"!\n");
        } else {
            shown.extend_from_slice(line);
        }
        before += line.len() as u64;
    }
    let null_cells = matches!(options.on_bad_row, OnBadRow::Null { .. });
    let reference::Decoded { batch, bad, lines, blank, uses, drift, .. } =
        table(layout, null_cells).decode(&shown);
    Wanted { rows: batch, bad, lines, blank, uses, drift, too_long }
}

/// A layout in the words of the reference decoder.
pub(crate) fn table(layout: &Layout, null_cells: bool) -> Table {
    let unknown = match layout.unknown() {
        Unknown::Ignore => reference::Unknown::Ignore,
        Unknown::Error => reference::Unknown::Error,
        Unknown::Rescue => reference::Unknown::Rescue,
        other => panic!("what does the reference decoder call {other:?}?"),
    };
    Table { columns: layout.columns().iter().map(column).collect(), unknown, null_cells }
}

fn column(it: &Column) -> reference::Column {
    let inner = |it: &Column| Box::new(column(it));
    let Allow { empty_as_null, date_as_midnight, cut_digits, round_digits, rescue_digits, .. } =
        it.allowed();
    reference::Column {
        field: it.field(),
        keys: it.keys().to_vec(),
        leniency: Leniency {
            empty_as_null,
            date_as_midnight,
            cut_digits,
            round_digits,
            rescue_digits,
        },
        known: it.values().to_vec(),
        shape: match it.kind() {
            Kind::List(item) => Shape::List(inner(item)),
            Kind::Map(value) => Shape::Map(inner(value)),
            Kind::Record(fields) => Shape::Record(fields.iter().map(column).collect()),
            Kind::Union(union) => Shape::Union {
                tag: inner(union.tag()),
                value: union.value().to_owned(),
                arms: union.arms().iter().map(column).collect(),
            },
            Kind::RawJson => Shape::Rest,
            Kind::LineNumber => Shape::Line,
            Kind::Unread => Shape::Unread,
            _ => Shape::Leaf,
        },
    }
}

/// What the decoder must call a fault. `None` for one of grammar: that may stand behind another one,
/// which the decoder meets first.
pub(crate) fn code(kind: BadKind) -> Option<&'static str> {
    match kind {
        BadKind::Type => Some("type"),
        BadKind::Format => Some("format"),
        BadKind::Range => Some("range"),
        BadKind::Precision => Some("precision"),
        BadKind::Null => Some("null"),
        BadKind::Missing => Some("missing"),
        BadKind::DuplicateKey => Some("duplicate_key"),
        BadKind::UnknownKey => Some("unknown_key"),
        _ => None,
    }
}

/// Every path that an error may name, unknown keys aside.
pub(crate) fn paths(layout: &Layout) -> HashSet<String> {
    let mut found = HashSet::new();
    fields(layout.columns(), "", &mut found);
    found
}

fn fields(columns: &[Column], parent: &str, found: &mut HashSet<String>) {
    for column in columns {
        let mut path = parent.to_owned();
        for key in column.keys() {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(key);
            found.insert(path.clone());
        }
        inside(column, path, found);
    }
}

fn inside(column: &Column, path: String, found: &mut HashSet<String>) {
    found.insert(path.clone());
    match column.kind() {
        Kind::List(item) => inside(item, format!("{path}[]"), found),
        Kind::Map(value) => inside(value, format!("{path}{{}}"), found),
        Kind::Record(columns) => fields(columns, &path, found),
        Kind::Union(union) => {
            found.insert(format!("{path}.{}", union.value()));
            fields(std::slice::from_ref(union.tag()), &path, found);
            fields(union.arms(), &path, found);
        }
        _ => {}
    }
}

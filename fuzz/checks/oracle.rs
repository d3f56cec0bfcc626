//! What a decoder must find in an input, by readers that share no code with it.

use std::collections::{HashMap, HashSet};

use arrow_array::RecordBatch;
use rowmill_json::{Allow, Column, Kind, Layout, Options};
use rowmill_testkit::reference::{self, BadRow, Leniency, Uses};

use super::grammar;

/// What is in an input.
pub(crate) struct Wanted {
    pub(crate) rows: RecordBatch,
    pub(crate) bad: Vec<BadRow>,
    pub(crate) lines: u64,
    pub(crate) blank: u64,
    pub(crate) uses: Uses,
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
    let rules = leniencies(layout);
    let rule = |path: &str| rules.get(path).copied().unwrap_or_default();
    let reference::Decoded { batch, bad, lines, blank, uses, .. } =
        reference::decode_rows(layout.schema(), rule, &shown);
    Wanted { rows: batch, bad, lines, blank, uses, too_long }
}

/// Every path that an error may name.
pub(crate) fn paths(layout: &Layout) -> HashSet<String> {
    let mut found = HashSet::new();
    each_path(layout.columns(), "", &mut |path, _| {
        found.insert(path.to_owned());
    });
    found
}

fn leniencies(layout: &Layout) -> HashMap<String, Leniency> {
    let mut found = HashMap::new();
    each_path(layout.columns(), "", &mut |path, column| {
        let Allow { empty_as_null, date_as_midnight, cut_digits, .. } = column.allowed();
        let leniency = Leniency { empty_as_null, date_as_midnight, cut_digits };
        found.insert(path.to_owned(), leniency);
    });
    found
}

fn each_path(columns: &[Column], parent: &str, visit: &mut impl FnMut(&str, &Column)) {
    for column in columns {
        let dot = if parent.is_empty() { "" } else { "." };
        each_path_of(column, &format!("{parent}{dot}{}", column.name()), visit);
    }
}

fn each_path_of(column: &Column, path: &str, visit: &mut impl FnMut(&str, &Column)) {
    visit(path, column);
    match column.kind() {
        Kind::List(item) => each_path_of(item, &format!("{path}[]"), visit),
        Kind::Map(value) => each_path_of(value, &format!("{path}{{}}"), visit),
        Kind::Record(fields) => each_path(fields, path, visit),
        _ => {}
    }
}

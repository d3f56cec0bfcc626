//! The slow, obvious decoder: JSON Lines to Arrow by way of `serde_json`.
//!
//! It decodes one line after the other into plain values, then builds columns out of them. Every
//! line is looked at several times over, nothing is speculated on, numbers go through strings
//! and instants through a calendar library. It is meant to be compared with, not to be used.
//!
//! # Rules
//! * A line that holds nothing but white space is blank and skipped; any other must be one JSON
//!   object (RFC 8259), UTF-8 throughout, without half surrogate pairs anywhere, and with at
//!   most 256 objects and arrays inside one another, the row counted. A byte order mark before
//!   the first line is skipped. Line ends are LF or CRLF; the last one may be missing.
//! * Keys that the schema does not know are skipped. A known key that stands twice in its object
//!   is a bad row, so is a key of a map that does.
//! * Null, and absence of the key, is a bad row where the field is not nullable.
//! * Integers: any JSON number whose exact value is whole and in range. Decimals: any JSON
//!   number that the scale holds exactly and the precision allows. Floats: the nearest `f64`,
//!   unless that is infinite. No strings for numbers.
//! * Instants: `YYYY-MM-DDThh:mm:ss`, a fraction of any length or none, `Z` or `±hh:mm`; letters
//!   of either case. No leap second, no hour 24. Digits below the unit must be zeros unless
//!   [`Leniency::cut_digits`].
//! * Dates: `YYYY-MM-DD`. UUIDs: 8-4-4-4-12 hex digits of either case. Durations: ISO 8601, the
//!   whole and each component signed or not, fractions of seconds only.
//! * JSON columns keep the text of the value byte for byte.
//!
//! # Types
//! `Int32`, `Int64`, `UInt64`, `Float64`, `Boolean`, `Utf8`, `Utf8View`, `Date32`, `Decimal128`,
//! `Timestamp` in micro- or nanoseconds with a zone (values are UTC), `Dictionary(Int32, Utf8)`,
//! `FixedSizeBinary(16)` as UUID, `List`, `Struct`, `Map` with string keys; `Utf8` with the
//! extension type `arrow.json` as the text of any value, with the metadata `rowmill:type` =
//! `duration` as an ISO 8601 duration.

mod array;
mod cell;
mod number;
#[cfg(test)]
mod tests;
mod time;

use std::fmt;

use arrow_array::RecordBatch;
use arrow_schema::Schema;
use serde_json::value::RawValue;

use array::batch;
use cell::{Cell, Reader};

/// How deep objects and arrays may stand inside one another.
const MOST_DEPTH: usize = 256;

/// What a column tolerates beyond the strict rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leniency {
    /// `""` in a date or instant is null.
    pub empty_as_null: bool,
    /// A plain date in an instant is midnight UTC of that day.
    pub date_as_midnight: bool,
    /// Digits of an instant below the unit are cut off.
    pub cut_digits: bool,
}

/// Why a row is bad. A row with more than one fault is named after one of them; a decoder that
/// reads in another order may name another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BadKind {
    /// The line is not JSON.
    Syntax,
    /// The input ends inside the line.
    Truncated,
    /// The line is not UTF-8.
    Utf8,
    /// An escape is half of a surrogate pair.
    Surrogate,
    /// The line is JSON but no object.
    NotAnObject,
    /// A value is of another JSON type than the column reads.
    Type,
    /// A text is not of the form its column reads.
    Format,
    /// A value is beyond the range of its column.
    Range,
    /// A value has digits its column cannot hold.
    Precision,
    /// Null where the field is not nullable.
    Null,
    /// No value where the field is not nullable.
    Missing,
    /// A key stands twice in one object.
    DuplicateKey,
    /// Objects and arrays are nested too deep.
    Depth,
}

/// A bad row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub kind: BadKind,
    /// The column as a path, e.g. `Amount.TaxValues[].Value` or `LegalIdentifiers{}`; `None` if
    /// the fault belongs to no column.
    pub column: Option<String>,
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let column = self.column.as_deref().unwrap_or("no column");
        write!(f, "line {}: {:?} in {column}", self.line, self.kind)
    }
}

impl std::error::Error for BadRow {}

/// How often good rows made use of each [`Leniency`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// Uses of [`Leniency::empty_as_null`].
    pub empty_as_null: u64,
    /// Uses of [`Leniency::date_as_midnight`].
    pub date_as_midnight: u64,
    /// Uses of [`Leniency::cut_digits`].
    pub cut_digits: u64,
}

/// Everything that was found in an input.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Decoded {
    /// The good rows, in order.
    pub batch: RecordBatch,
    /// The bad ones, in order.
    pub bad: Vec<BadRow>,
    /// Physical lines, the last one also when its line end is missing.
    pub lines: u64,
    /// Lines of nothing but white space.
    pub blank: u64,
    /// Leniencies used in good rows.
    pub uses: Uses,
}

/// Decodes all rows into one batch, or names the first bad one. `rules` gives the leniencies of
/// the column at a path as in [`BadRow::column`].
///
/// # Errors
/// The first bad row.
///
/// # Panics
/// If the schema has a type other than those listed [above](self).
pub fn decode(
    schema: &Schema,
    rules: impl Fn(&str) -> Leniency,
    bytes: &[u8],
) -> Result<RecordBatch, BadRow> {
    let Decoded { batch, bad, .. } = decode_rows(schema, rules, bytes);
    match bad.into_iter().next() {
        Some(first) => Err(first),
        None => Ok(batch),
    }
}

/// Decodes all good rows into one batch and says which rows are bad. `rules` as in [`decode`].
///
/// # Panics
/// If the schema has a type other than those listed [above](self).
pub fn decode_rows(schema: &Schema, rules: impl Fn(&str) -> Leniency, bytes: &[u8]) -> Decoded {
    let (mut rows, mut bad, mut lines, mut blank) = (Vec::new(), Vec::new(), 0, 0);
    let mut uses = Uses::default();
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        lines += 1;
        let (text, ended) = match line.strip_suffix(b"\n") {
            Some(text) => (text, true),
            None => (line, false),
        };
        let text = match text.strip_prefix(b"\xEF\xBB\xBF") {
            Some(text) if lines == 1 => text,
            _ => text,
        };
        if text.iter().all(|byte| b" \t\r".contains(byte)) {
            blank += 1;
            continue;
        }
        let mut reader = Reader::new(&rules, uses);
        match row(schema, &mut reader, text, ended) {
            Ok(cells) => {
                rows.push(cells);
                uses = reader.uses();
            }
            Err((kind, column)) => bad.push(BadRow { line: lines, kind, column }),
        }
    }
    Decoded { batch: batch(schema, rows), bad, lines, blank, uses }
}

/// A fault and the path of the column it is in.
type Fault = (BadKind, Option<String>);

fn row(
    schema: &Schema,
    reader: &mut Reader<'_>,
    line: &[u8],
    ended: bool,
) -> Result<Vec<Cell>, Fault> {
    let text = std::str::from_utf8(line).map_err(|_| (BadKind::Utf8, None))?;
    let raw: &RawValue = serde_json::from_str(text).map_err(|error| {
        let truncated = error.is_eof() && !ended;
        (if truncated { BadKind::Truncated } else { BadKind::Syntax }, None)
    })?;
    if !raw.get().starts_with('{') {
        return Err((BadKind::NotAnObject, None));
    }
    cell::check(raw, 0).map_err(|kind| (kind, None))?;
    reader.record(schema.fields(), raw, "")
}

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
//! * A key that no column reads is skipped, makes its row a bad one, or is kept with its value, both as
//!   they are written, by the nearest [`Shape::Rest`] around it, see [`Unknown`]. A known key that
//!   stands twice in its object is a bad row, so is a key of a map that does.
//! * Null, and absence of the key, is a bad row where the field is not nullable. A column may lie
//!   deeper than the object it is a column of, see [`Column::keys`]: what is null or absent on the way
//!   is so for the column, and what is no object there does not fit.
//! * With [`Table::null_cells`], a cell that does not fit is null, or, where it must not be, the
//!   innermost value around it that may: what is wrong with a type, a text, a range, digits, a null or
//!   an absence. Nothing else in such a cell counts or is kept.
//! * A [`Shape::Rest`] has the shape of the object around it: objects within objects, values of maps
//!   under their keys, lists with `{}` for elements of which nothing is left, up to the last one of
//!   which something is. What is left of the value of a union stands under the key of the value.
//! * Integers: any JSON number whose exact value is whole and in range. Decimals: any JSON
//!   number that the scale holds exactly and the precision allows, or, by [`Leniency`], one that is
//!   rounded, or left to a [`Shape::Rest`] with its place null. Floats: the nearest `f64`,
//!   unless that is infinite. No strings for numbers.
//! * Instants: `YYYY-MM-DDThh:mm:ss`, a fraction of any length or none, `Z` or `±hh:mm`; letters
//!   of either case. No leap second, no hour 24. Digits below the unit must be zeros unless
//!   [`Leniency::cut_digits`].
//! * Dates: `YYYY-MM-DD`. UUIDs: 8-4-4-4-12 hex digits of either case. Durations: ISO 8601, the
//!   whole and each component signed or not, fractions of seconds only. As parts: whole nanoseconds,
//!   each number below 2 to the power of 63, sums that fit.
//! * JSON columns keep the text of the value byte for byte.
//!
//! # Types
//! `Int32`, `Int64`, `UInt64`, `Float64`, `Boolean`, `Utf8`, `Utf8View`, `Date32`, `Decimal128`,
//! `Timestamp` in micro- or nanoseconds with a zone (values are UTC), `Dictionary(Int32, Utf8)`,
//! `FixedSizeBinary(16)` as UUID, `List`, `Struct`, `Map` with string keys; `Utf8` with the
//! extension type `arrow.json` as the text of any value, with the metadata `rowmill:type` =
//! `duration` as an ISO 8601 duration; `Struct` with `rowmill:type` = `duration_parts` as the
//! months, days and nanoseconds of one.

mod array;
mod cell;
mod duration;
mod found;
mod json;
mod number;
mod object;
mod path;
mod table;
#[cfg(test)]
mod tests;
mod time;

use arrow_array::RecordBatch;
use arrow_schema::Schema;
use serde_json::value::RawValue;

use array::batch;
use cell::{Cell, Reader};
use found::{Gathered, Notes};

pub use found::{BadKind, BadRow, Decoded, Drift, NewKey, Sights, Uses};
pub use table::{Column, Leniency, Shape, Table, Unknown};

/// How deep objects and arrays may stand inside one another.
const MOST_DEPTH: usize = 256;

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
    let Decoded { batch, bad, .. } = Table::of(schema, rules).decode(bytes);
    match bad.into_iter().next() {
        Some(first) => Err(first),
        None => Ok(batch),
    }
}

impl Table {
    /// Decodes all good rows into one batch and says which rows are bad.
    ///
    /// # Panics
    /// If a column has a type other than those listed [above](self).
    #[must_use]
    pub fn decode(&self, bytes: &[u8]) -> Decoded {
        let (mut rows, mut bad, mut lines, mut blank) = (Vec::new(), Vec::new(), 0, 0);
        let mut gathered = Gathered::default();
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
            let mut reader = Reader { table: self, line: lines, notes: Notes::default() };
            match row(&mut reader, text, ended) {
                Ok(cells) => {
                    rows.push(cells);
                    gathered.add(reader.notes, lines);
                }
                Err((kind, column)) => bad.push(BadRow { line: lines, kind, column }),
            }
        }
        let Gathered { uses, drift, .. } = gathered;
        Decoded { batch: batch(&self.schema(), rows), bad, lines, blank, uses, drift }
    }
}

/// A fault and the path of the column it is in.
type Fault = (BadKind, Option<String>);

fn row(reader: &mut Reader<'_>, line: &[u8], ended: bool) -> Result<Vec<Cell>, Fault> {
    let text = std::str::from_utf8(line).map_err(|_| (BadKind::Utf8, None))?;
    let raw: &RawValue = serde_json::from_str(text).map_err(|error| {
        let truncated = error.is_eof() && !ended;
        (if truncated { BadKind::Truncated } else { BadKind::Syntax }, None)
    })?;
    if !raw.get().starts_with('{') {
        return Err((BadKind::NotAnObject, None));
    }
    json::check(raw, 0).map_err(|kind| (kind, None))?;
    let (cells, _) = reader.record(&reader.table.columns, raw, "", false)?;
    Ok(cells)
}

//! A layout for what an earlier one did not know.

use super::{Column, Kind, Layout, LayoutError};
use crate::drift::{Drift, NewKey};

impl Layout {
    /// This layout with a column for every new key in `drift`, where it was found, and with the new
    /// values of enumerations among the known ones: a layout for the next run, to be looked over.
    ///
    /// Columns come after those that are there, and are as narrow as the values were that
    /// [were looked at](NewKey::column). A key that has no place is left out: one of an object that is
    /// only a tag and a value, or one whose name other columns have already.
    ///
    /// ```
    /// use rowmill_json::{Column, Decoder, Layout};
    ///
    /// let layout = Layout::new([Column::int64("n")])?;
    /// let mut decoder = Decoder::new(&layout);
    /// decoder.push(b"{\"n\":2,\"at\":\"2026-01-01\"}\n".as_slice().into());
    /// decoder.finish();
    /// while decoder.next_batch()?.is_some() {}
    /// let wider = layout.widened(decoder.drift())?;
    /// assert_eq!(wider, Layout::new([Column::int64("n"), Column::date("at")])?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The columns are nested too deep.
    pub fn widened(&self, drift: &Drift) -> Result<Self, LayoutError> {
        let mut columns = self.columns().to_vec();
        for key in &drift.keys {
            add_key(&mut columns, &key.object, key);
        }
        for new in &drift.values {
            add_value(&mut columns, &new.column, &new.value);
        }
        Self::with(columns, self.unknown())
    }
}

/// What is left of `path` behind the keys of a column, which has to be a step into it.
fn behind<'p>(column: &Column, path: &'p str) -> Option<&'p str> {
    let rest = path.strip_prefix(column.keys().join(".").as_str())?;
    (rest.is_empty() || rest.starts_with(['.', '[', '{'])).then_some(rest)
}

/// Adds a column for `key` to the columns of an object, or of the one at `path` below it.
fn add_key(columns: &mut Vec<Column>, path: &str, key: &NewKey) {
    if path.is_empty() {
        return push(columns, key.column());
    }
    for column in columns.iter_mut() {
        if let Some(rest) = behind(column, path)
            && column.kind != Kind::Unread
        {
            return add_inside(column, rest, key);
        }
    }
    // An object that is there only for what was taken out of it.
    let below = format!("{path}.");
    let inside = |column: &&Column| column.keys().join(".").starts_with(&below);
    if let Some(column) = columns.iter().find(inside) {
        let steps = 1 + path.matches('.').count();
        let keys = column.keys()[..steps.min(column.keys().len() - 1)].iter();
        let keys: Vec<String> = keys.cloned().chain([key.name.clone()]).collect();
        push(columns, key.column().path(keys));
    }
}

fn add_inside(column: &mut Column, rest: &str, key: &NewKey) {
    match &mut column.kind {
        Kind::Record(fields) => add_key(fields, rest.strip_prefix('.').unwrap_or(rest), key),
        Kind::List(item) => {
            if let Some(rest) = rest.strip_prefix("[]") {
                add_inside(item, rest, key);
            }
        }
        Kind::Map(value) => {
            if let Some(rest) = rest.strip_prefix("{}") {
                add_inside(value, rest, key);
            }
        }
        Kind::Union(union) => {
            let rest = rest.strip_prefix('.').unwrap_or(rest);
            for arm in &mut union.arms {
                if let Some(rest) = behind(arm, rest) {
                    return add_inside(arm, rest, key);
                }
            }
        }
        _ => {}
    }
}

/// Adds a column before those that read no key.
fn push(columns: &mut Vec<Column>, column: Column) {
    let same = |other: &Column| other.name == column.name || other.keys() == column.keys();
    if column.name.is_empty() || columns.iter().any(same) {
        return;
    }
    let reads = |other: &Column| !matches!(other.kind, Kind::RawJson | Kind::LineNumber);
    let end = columns.iter().rposition(reads).map_or(0, |last| last + 1);
    columns.insert(end, column);
}

/// Adds `value` to the enumeration at `path`.
fn add_value(columns: &mut [Column], path: &str, value: &str) {
    for column in columns {
        if let Some(rest) = behind(column, path) {
            return add_value_inside(column, rest, value);
        }
    }
}

fn add_value_inside(column: &mut Column, rest: &str, value: &str) {
    if rest.is_empty() {
        if !column.values.is_empty() && column.values.iter().all(|known| known != value) {
            column.values.push(value.to_owned());
        }
        return;
    }
    let field = rest.strip_prefix('.').unwrap_or(rest);
    match &mut column.kind {
        Kind::Record(fields) => add_value(fields, field, value),
        Kind::Union(union) => add_value(&mut union.arms, field, value),
        Kind::List(inner) | Kind::Map(inner) => {
            if let Some(rest) = rest.strip_prefix("[]").or_else(|| rest.strip_prefix("{}")) {
                add_value_inside(inner, rest, value);
            }
        }
        _ => {}
    }
}

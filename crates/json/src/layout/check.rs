//! What makes a layout one that can be read and written.

use std::collections::HashSet;

use arrow_schema::DataType;

use super::arrow::TYPE_KEYS;
use super::{Allow, Column, Kind, LayoutError};

/// Deeper layouts are a mistake, and the walk over one recurses this far at most.
const DEEPEST: usize = 64;

pub(super) fn columns<'a>(
    columns: &'a [Column],
    path: &mut Vec<&'a str>,
) -> Result<(), LayoutError> {
    if columns.is_empty() {
        let reason = if path.is_empty() { "there are no columns" } else { "has no fields" };
        return Err(LayoutError::new(path, reason));
    }
    let mut names = HashSet::new();
    for column in columns {
        path.push(&column.name);
        if column.name.is_empty() {
            return Err(LayoutError::new(path, "has an empty name"));
        }
        if !names.insert(column.name.as_str()) {
            return Err(LayoutError::new(path, "is there twice"));
        }
        one(column, path)?;
        path.pop();
    }
    Ok(())
}

fn one<'a>(column: &'a Column, path: &mut Vec<&'a str>) -> Result<(), LayoutError> {
    if path.len() > DEEPEST {
        return Err(LayoutError::new(path, format!("is nested deeper than {DEEPEST}")));
    }
    if let Some(key) = TYPE_KEYS.iter().find(|key| column.metadata.contains_key(**key)) {
        return Err(LayoutError::new(path, format!("metadata {key} is kept for the type")));
    }
    let (date, instant) = match &column.kind {
        Kind::Leaf(DataType::Date32) => (true, false),
        Kind::Leaf(DataType::Timestamp(..)) => (false, true),
        _ => (false, false),
    };
    let Allow { empty_as_null, date_as_midnight, cut_digits } = column.allow;
    if empty_as_null && !(date || instant) {
        return Err(LayoutError::new(path, "empty_as_null fits dates and timestamps only"));
    }
    if (date_as_midnight || cut_digits) && !instant {
        return Err(LayoutError::new(path, "date_as_midnight and cut_digits fit timestamps only"));
    }
    match &column.kind {
        Kind::Leaf(DataType::Decimal128(precision, scale))
            if !(1..=38).contains(precision)
                || !(0..=38).contains(scale)
                || scale.unsigned_abs() > *precision =>
        {
            let reason = format!(
                "decimal({precision},{scale}) needs a precision of 1 to 38 and a scale of 0 to the precision"
            );
            Err(LayoutError::new(path, reason))
        }
        Kind::Leaf(_) | Kind::Uuid | Kind::Json | Kind::Duration => Ok(()),
        Kind::Record(fields) => columns(fields, path),
        Kind::List(inner) | Kind::Map(inner) => {
            path.push(&inner.name);
            one(inner, path)?;
            path.pop();
            Ok(())
        }
    }
}

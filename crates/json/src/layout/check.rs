//! What makes a layout one that can be read and written.

use std::collections::HashSet;

use arrow_schema::DataType;

use super::arrow::TYPE_KEYS;
use super::{Allow, Column, Kind, LayoutError, Union};

/// Deeper layouts are a mistake, and the walk over one recurses this far at most.
const DEEPEST: usize = 64;

/// Where a column stands.
#[derive(Clone, Copy)]
struct Around {
    /// Objects and arrays around its value.
    depth: usize,
    /// Whether an object around it keeps what nothing reads.
    rest: bool,
    /// Whether it is the item of a list, the value of a map or the arm of a union, and so has no
    /// key of its own.
    inner: bool,
}

pub(super) fn layout(all: &[Column]) -> Result<(), LayoutError> {
    columns(all, &mut Vec::new(), Around { depth: 0, rest: false, inner: false })
}

/// The columns of one object.
fn columns<'a>(
    columns: &'a [Column],
    path: &mut Vec<&'a str>,
    around: Around,
) -> Result<(), LayoutError> {
    if !columns.iter().any(|column| column.kind != Kind::Unread) {
        let reason = if path.is_empty() { "there are no columns" } else { "has no fields" };
        return Err(LayoutError::new(path, reason));
    }
    let rests = columns.iter().filter(|column| column.kind == Kind::RawJson).count();
    if rests > 1 {
        return Err(LayoutError::new(path, "has more than one raw_json"));
    }
    let around = Around { depth: around.depth, rest: around.rest || rests > 0, inner: false };
    let mut names = HashSet::new();
    for column in columns {
        path.push(&column.name);
        if column.name.is_empty() {
            return Err(LayoutError::new(path, "has an empty name"));
        }
        // The name of one that is not read stands nowhere.
        if column.kind != Kind::Unread && !names.insert(column.name.as_str()) {
            return Err(LayoutError::new(path, "is there twice"));
        }
        one(column, path, around)?;
        path.pop();
    }
    if let Some((column, other)) = reading_the_same(columns) {
        path.push(&column.name);
        return Err(LayoutError::new(path, format!("reads the same value as {}", other.name)));
    }
    Ok(())
}

/// A column and one before it whose values lie in one another, the first such if there are many.
fn reading_the_same(columns: &[Column]) -> Option<(&Column, &Column)> {
    let mut readers: Vec<(usize, &Column)> =
        columns.iter().enumerate().filter(|(_, column)| reads(column)).collect();
    // In their order, paths that lie in one another are neighbours, and there may be many columns.
    readers.sort_by_key(|(_, column)| column.keys());
    let same = readers.windows(2).filter_map(|pair| match pair {
        [one, other] if other.1.keys().starts_with(one.1.keys()) => Some((*one, *other)),
        _ => None,
    });
    let turned = same.map(|(one, other)| if one.0 > other.0 { (one, other) } else { (other, one) });
    turned.min_by_key(|(later, _)| later.0).map(|(later, earlier)| (later.1, earlier.1))
}

/// Whether the column has a key at all.
fn reads(column: &Column) -> bool {
    !matches!(column.kind, Kind::RawJson | Kind::LineNumber)
}

fn one<'a>(column: &'a Column, path: &mut Vec<&'a str>, around: Around) -> Result<(), LayoutError> {
    let refuse = |path: &[&str], reason: &str| Err(LayoutError::new(path, reason));
    let depth = around.depth + column.keys().len();
    if depth > DEEPEST {
        return refuse(path, &format!("is nested deeper than {DEEPEST}"));
    }
    if let Some(key) = TYPE_KEYS.iter().find(|key| column.metadata.contains_key(**key)) {
        return refuse(path, &format!("metadata {key} is kept for the type"));
    }
    if column.keys().is_empty() {
        return refuse(path, "has an empty path");
    }
    if column.path.is_some() && (around.inner || !reads(column)) {
        return refuse(path, "has no key, so it can have no path");
    }
    if around.inner && matches!(column.kind, Kind::RawJson | Kind::LineNumber | Kind::Unread) {
        return refuse(path, "is of a type that stands among the columns of an object only");
    }
    if column.kind == Kind::LineNumber && depth > 1 {
        return refuse(path, "is a line number, which stands among the columns of the row only");
    }
    if matches!(column.kind, Kind::RawJson | Kind::Unread) && !column.nullable {
        return refuse(path, "is of a type that cannot be required");
    }
    leniencies(column, path, around)?;
    let inside = Around { depth, inner: true, ..around };
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
        Kind::Record(fields) => columns(fields, path, inside),
        Kind::List(inner) | Kind::Map(inner) => {
            path.push(&inner.name);
            one(inner, path, inside)?;
            path.pop();
            Ok(())
        }
        Kind::Union(union) => arms(union, path, inside),
        _ => Ok(()),
    }
}

fn arms<'a>(union: &'a Union, path: &mut Vec<&'a str>, around: Around) -> Result<(), LayoutError> {
    if union.arms.is_empty() {
        return Err(LayoutError::new(path, "has no arms"));
    }
    let mut names = HashSet::new();
    let outer = [union.tag.name.as_str(), union.value.as_str()];
    for name in outer.into_iter().chain(union.arms.iter().map(Column::name)) {
        path.push(name);
        if name.is_empty() {
            return Err(LayoutError::new(path, "has an empty name"));
        }
        if !names.insert(name) {
            return Err(LayoutError::new(path, "is there twice"));
        }
        path.pop();
    }
    for arm in &union.arms {
        path.push(&arm.name);
        if !arm.nullable {
            return Err(LayoutError::new(path, "is an arm, which cannot be required"));
        }
        one(arm, path, around)?;
        path.pop();
    }
    Ok(())
}

fn leniencies(column: &Column, path: &[&str], around: Around) -> Result<(), LayoutError> {
    let refuse = |reason: &str| Err(LayoutError::new(path, reason));
    let Allow { empty_as_null, date_as_midnight, cut_digits, round_digits, rescue_digits } =
        column.allow;
    let is = |fits: fn(&DataType) -> bool| matches!(&column.kind, Kind::Leaf(leaf) if fits(leaf));
    let instant = is(|leaf| matches!(leaf, DataType::Timestamp(..)));
    if empty_as_null && !(instant || is(|leaf| *leaf == DataType::Date32)) {
        return refuse("empty_as_null fits dates and timestamps only");
    }
    if (date_as_midnight || cut_digits) && !instant {
        return refuse("date_as_midnight and cut_digits fit timestamps only");
    }
    if (round_digits || rescue_digits) && !is(|leaf| matches!(leaf, DataType::Decimal128(..))) {
        return refuse("round_digits and rescue_digits fit decimals only");
    }
    if round_digits && rescue_digits {
        return refuse("round_digits and rescue_digits exclude each other");
    }
    if rescue_digits && !column.nullable {
        return refuse("rescue_digits makes a value null, so the column cannot be required");
    }
    if rescue_digits && !around.rest {
        return refuse(
            "rescue_digits needs a raw_json column around it, such as unknown keys rescued",
        );
    }
    if column.stored.is_some() && column.kind != Kind::Uuid {
        return refuse("how UUIDs are stored fits UUIDs only");
    }
    if !column.values.is_empty() && !is(|leaf| matches!(leaf, DataType::Dictionary(..))) {
        return refuse("known values fit enumerations only");
    }
    Ok(())
}

//! Part of a layout.

use super::{Column, Kind, Layout, LayoutError};

/// A column of the selection: the parts of its path that are wanted, all of it if there are none.
struct Wanted<'a> {
    column: &'a Column,
    /// What it is to be called, where that is not its own name.
    alias: Option<&'a str>,
    parts: Vec<&'a str>,
}

impl Layout {
    /// The columns at these paths, in their order. What is left out is known all the same: its keys
    /// are checked and [not read](Column::unread).
    ///
    /// A path is a column's name, and after a point the name of a field in it; lists and maps are
    /// passed through: `Items.Name` is the `Name` of every item. `alias=path` takes the value out of
    /// the structs around it, into a column of its own.
    ///
    /// ```
    /// use rowmill_json::{Column, Layout};
    ///
    /// let layout = Layout::new([
    ///     Column::uuid("Id"),
    ///     Column::string("Notes"),
    ///     Column::record("Amount", [Column::category("Currency"), Column::decimal("Gross", 38, 10)]),
    /// ])?;
    /// let some = layout.select(["gross=Amount.Gross", "Id"])?;
    /// assert_eq!(some.schema().fields().len(), 2);
    /// assert_eq!(some.schema().field(0).name(), "gross");
    /// assert_eq!(layout.select(["Amount.Gross"])?.schema().field(0).name(), "Amount");
    /// assert!(layout.select(["Amount.Net"]).is_err());
    /// # Ok::<(), rowmill_json::LayoutError>(())
    /// ```
    ///
    /// # Errors
    /// A path that names nothing, or is selected twice; an alias for a value in a list, a map or a union.
    pub fn select<'a>(
        &self,
        paths: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, LayoutError> {
        let paths: Vec<&str> = paths.into_iter().collect();
        let columns = select(self.columns(), &paths, &mut Vec::new())?;
        Self::with(columns, self.unknown())
    }
}

/// The columns at these paths below an object with `columns`; those that are in none are not read.
fn select<'a>(
    columns: &'a [Column],
    paths: &[&'a str],
    around: &mut Vec<&'a str>,
) -> Result<Vec<Column>, LayoutError> {
    let mut wanted: Vec<Wanted<'a>> = Vec::new();
    for path in paths {
        let (alias, path) = match path.split_once('=') {
            Some((alias, rest)) if find(columns, path).is_none() => (Some(alias), rest),
            _ => (None, *path),
        };
        let Some((column, rest)) = find(columns, path) else {
            around.push(path);
            return Err(LayoutError::new(around, "is not in the layout"));
        };
        let same = |wanted: &&mut Wanted<'_>| {
            std::ptr::eq(wanted.column, column) && wanted.alias.is_none() && alias.is_none()
        };
        match (wanted.iter_mut().find(same), rest) {
            (Some(wanted), Some(rest)) if !wanted.parts.is_empty() => wanted.parts.push(rest),
            (Some(_), _) => {
                around.push(path);
                return Err(LayoutError::new(around, "is selected twice"));
            }
            (None, rest) => {
                wanted.push(Wanted { column, alias, parts: rest.into_iter().collect() });
            }
        }
    }
    let mut selected = Vec::new();
    let mut used: Vec<(&Column, Vec<Vec<String>>)> = Vec::new();
    for Wanted { column, alias, parts } in wanted {
        around.push(column.name());
        let (part, inside) = match alias {
            Some(alias) => {
                let (part, inside) = lift(column, parts.first().copied(), around)?;
                (part.renamed(alias, column, &inside), inside)
            }
            None if parts.is_empty() => (column.clone(), Vec::new()),
            None => (narrowed(column, &parts, around)?, Vec::new()),
        };
        around.pop();
        selected.push(part);
        match used.iter_mut().find(|(other, _)| std::ptr::eq(*other, column)) {
            Some((_, lifted)) => lifted.push(inside),
            None => used.push((column, vec![inside])),
        }
    }
    for column in columns {
        match used.iter().find(|(other, _)| std::ptr::eq(*other, column)) {
            None if column.kind == Kind::RawJson || column.kind == Kind::LineNumber => {}
            None => selected.push(column.left_out()),
            Some((_, lifted)) if lifted.iter().all(|keys| !keys.is_empty()) => {
                leave_out(column, column.keys(), lifted, &mut selected);
            }
            Some(_) => {}
        }
    }
    Ok(selected)
}

/// The column that `path` begins with, and what is left of it. Names may have points in them: the
/// longest that fits is meant.
fn find<'a, 'p>(columns: &'a [Column], path: &'p str) -> Option<(&'a Column, Option<&'p str>)> {
    let rest = |column: &Column| match path.strip_prefix(column.name.as_str())? {
        "" => Some(None),
        rest => rest.strip_prefix('.').filter(|rest| !rest.is_empty()).map(Some),
    };
    columns
        .iter()
        .filter(|column| column.kind != Kind::Unread)
        .filter_map(|column| Some((column, rest(column)?)))
        .max_by_key(|(column, _)| column.name.len())
}

/// The same column with only these parts of it.
fn narrowed<'a>(
    column: &'a Column,
    parts: &[&'a str],
    around: &mut Vec<&'a str>,
) -> Result<Column, LayoutError> {
    let kind = match &column.kind {
        Kind::Record(fields) => Kind::Record(select(fields, parts, around)?),
        Kind::List(item) => Kind::List(Box::new(narrowed(item, parts, around)?)),
        Kind::Map(value) => Kind::Map(Box::new(narrowed(value, parts, around)?)),
        _ => {
            around.extend(parts.first());
            return Err(LayoutError::new(around, "is not in the layout"));
        }
    };
    Ok(Column { kind, ..column.clone() })
}

/// The field at `path` below a struct, and the keys that lead to it from there.
fn lift<'a>(
    column: &'a Column,
    path: Option<&'a str>,
    around: &mut Vec<&'a str>,
) -> Result<(Column, Vec<String>), LayoutError> {
    let Some(path) = path else { return Ok((column.clone(), Vec::new())) };
    let Kind::Record(fields) = &column.kind else {
        around.push(path);
        return Err(LayoutError::new(around, "is in no struct, so it cannot be taken out of one"));
    };
    let Some((field, rest)) = find(fields, path) else {
        around.push(path);
        return Err(LayoutError::new(around, "is not in the layout"));
    };
    let (mut found, keys) = lift(field, rest, around)?;
    // Where the struct is missing, so is the value.
    found.nullable |= column.nullable;
    Ok((found, field.keys().iter().cloned().chain(keys).collect()))
}

/// Adds what is not read of `column`, of which the values at the keys `lifted` are.
fn leave_out(column: &Column, keys: &[String], lifted: &[Vec<String>], to: &mut Vec<Column>) {
    let Kind::Record(fields) = &column.kind else { return };
    for field in fields {
        let below: Vec<Vec<String>> = lifted
            .iter()
            .filter_map(|lifted| lifted.strip_prefix(field.keys()))
            .map(<[String]>::to_vec)
            .collect();
        let path: Vec<String> = keys.iter().chain(field.keys()).cloned().collect();
        if below.is_empty() {
            if !matches!(field.kind, Kind::RawJson) {
                to.push(Column::unread(field.name()).path(path));
            }
        } else if below.iter().all(|keys| !keys.is_empty()) {
            leave_out(field, &path, &below, to);
        }
    }
}

impl Column {
    /// Known, and not read.
    fn left_out(&self) -> Self {
        Self::unread(self.name()).path(self.keys().iter().cloned())
    }

    /// This column under another name, found by the keys of `outer` and the keys `inside` it.
    fn renamed(&self, alias: &str, outer: &Column, inside: &[String]) -> Self {
        let keys: Vec<String> = outer.keys().iter().chain(inside).cloned().collect();
        Self { name: alias.to_owned(), ..self.clone() }.path(keys)
    }
}

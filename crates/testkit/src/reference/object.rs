//! Objects, arrays and what nothing in them reads.

use std::collections::HashSet;

use serde_json::value::RawValue;

use super::cell::{Cell, Reader};
use super::found::NewKey;
use super::json::{self, Member};
use super::table::{Column, Shape, Unknown};
use super::{BadKind, Fault, path};

#[cfg(test)]
mod tests;

/// What nothing reads of a value, as JSON; `None` if that is nothing.
type Left = Option<String>;

/// A column that is found by these keys, and its place among the cells.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    column: &'a Column,
    keys: &'a [String],
    place: usize,
}

/// Members of which something is left, as an object: keys and values as they are written.
fn object_of(left: Vec<(&str, Left)>) -> Left {
    let members: Vec<String> =
        left.into_iter().filter_map(|(key, text)| Some(format!("{key}:{}", text?))).collect();
    (!members.is_empty()).then(|| format!("{{{}}}", members.join(",")))
}

/// Elements of which something is left, as an array: the others are `{}`, but for the last ones.
fn array_of(left: Vec<Left>) -> Left {
    let end = left.iter().rposition(Option::is_some)?;
    let elements = left.into_iter().take(end + 1).map(|text| text.unwrap_or_else(|| "{}".into()));
    Some(format!("[{}]", elements.collect::<Vec<_>>().join(",")))
}

impl Reader<'_> {
    /// The columns of an object, in their order. `kept` says whether an object around it keeps what
    /// nothing reads.
    pub(super) fn record(
        &mut self,
        columns: &[Column],
        raw: &RawValue,
        path: &str,
        kept: bool,
    ) -> Result<(Vec<Cell>, Left), Fault> {
        let keeps = columns.iter().any(|column| matches!(column.shape, Shape::Rest));
        let named = columns.iter().enumerate().filter(|(_, column)| column.has_key());
        let wanted: Vec<_> =
            named.map(|(place, column)| Wanted { column, keys: &column.keys, place }).collect();
        let mut cells = vec![Cell::Null; columns.len()];
        let mut left = self.object(&wanted, raw, path, kept || keeps, &mut cells)?;
        for (cell, column) in cells.iter_mut().zip(columns) {
            match column.shape {
                Shape::Rest => *cell = left.take().map_or(Cell::Null, Cell::Text),
                Shape::Line => *cell = Cell::Whole(self.line.into()),
                _ => {}
            }
        }
        let all = cells.into_iter().zip(columns);
        let read = all.filter(|(_, column)| !matches!(column.shape, Shape::Unread));
        Ok((read.map(|(cell, _)| cell).collect(), left))
    }

    /// Reads what is wanted of an object into its places and says what is left.
    fn object(
        &mut self,
        wanted: &[Wanted<'_>],
        raw: &RawValue,
        path: &str,
        kept: bool,
        cells: &mut [Cell],
    ) -> Result<Left, Fault> {
        let (mut seen, mut left) = (HashSet::new(), Vec::new());
        for member in json::members(raw).map_err(|kind| (kind, None))? {
            let behind: Vec<Wanted<'_>> =
                wanted.iter().filter(|wanted| wanted.keys[0] == member.key).copied().collect();
            if behind.is_empty() {
                left.push((member.spelling, self.unknown(&member, path, kept)?));
                continue;
            }
            let path = path::field(path, &member.key);
            if !seen.insert(member.key) {
                return Err((BadKind::DuplicateKey, Some(path)));
            }
            let rest = match behind.as_slice() {
                [Wanted { column, keys: [_], place }] => {
                    let (cell, rest) = self.value(column, member.value, &path, kept)?;
                    cells[*place] = cell;
                    rest
                }
                _ => self.group(&behind, member.value, &path, kept, cells)?,
            };
            left.push((member.spelling, rest));
        }
        for first in wanted {
            let key = &first.keys[0];
            let required = |it: &Wanted<'_>| it.keys[0] == *key && it.column.is_required();
            if !seen.contains(key) && wanted.iter().any(required) {
                return Err((BadKind::Missing, Some(path::field(path, key))));
            }
        }
        Ok(object_of(left))
    }

    /// Reads columns that lie in an object which is none itself.
    fn group(
        &mut self,
        behind: &[Wanted<'_>],
        raw: &RawValue,
        path: &str,
        kept: bool,
        cells: &mut [Cell],
    ) -> Result<Left, Fault> {
        let inside: Vec<_> =
            behind.iter().map(|it| Wanted { keys: &it.keys[1..], ..*it }).collect();
        let required = behind.iter().any(|it| it.column.is_required());
        let before = self.notes.clone();
        let read = match json::kind(raw) {
            "object" => self.object(&inside, raw, path, kept, cells),
            "null" if required => Err((BadKind::Null, Some(path.to_owned()))),
            "null" => Ok(None),
            _ => Err((BadKind::Type, Some(path.to_owned()))),
        };
        match read {
            Err((kind, _)) if self.makes_null(kind, required) => {
                self.notes = before;
                self.notes.nulled.push(path.to_owned());
                behind.iter().for_each(|it| cells[it.place] = Cell::Null);
                Ok(Some(raw.get().to_owned()))
            }
            read => read,
        }
    }

    /// What becomes of a member of the object at `path` that nothing reads.
    fn unknown(&mut self, member: &Member<'_>, path: &str, kept: bool) -> Result<Left, Fault> {
        if self.table.unknown == Unknown::Error && !kept {
            let column = Some(path::field(path, &member.key)).filter(|path| !path.is_empty());
            return Err((BadKind::UnknownKey, column));
        }
        let key = NewKey { object: path.to_owned(), name: member.key.clone() };
        self.notes.keys.push((key, json::kind(member.value)));
        Ok(Some(member.value.get().to_owned()))
    }

    fn makes_null(&self, kind: BadKind, required: bool) -> bool {
        self.table.null_cells && !required && kind.is_of_a_cell()
    }

    /// The cell of a value, and what is left of the value.
    fn value(
        &mut self,
        column: &Column,
        raw: &RawValue,
        path: &str,
        kept: bool,
    ) -> Result<(Cell, Left), Fault> {
        if matches!(column.shape, Shape::Unread) {
            return Ok((Cell::Null, None));
        }
        let before = self.notes.clone();
        match self.fitting(column, raw, path, kept) {
            Err((kind, _)) if self.makes_null(kind, column.is_required()) => {
                // Of what lies in such a cell nothing counts, and all of it is left.
                self.notes = before;
                self.notes.nulled.push(path.to_owned());
                Ok((Cell::Null, Some(raw.get().to_owned())))
            }
            read => read,
        }
    }

    fn fitting(
        &mut self,
        column: &Column,
        raw: &RawValue,
        path: &str,
        kept: bool,
    ) -> Result<(Cell, Left), Fault> {
        let at = |kind| (kind, Some(path.to_owned()));
        let kind = json::kind(raw);
        if kind == "null" {
            return if column.is_required() {
                Err(at(BadKind::Null))
            } else {
                Ok((Cell::Null, None))
            };
        }
        let wanted = match &column.shape {
            Shape::Record(_) | Shape::Map(_) | Shape::Union { .. } => Some("object"),
            Shape::List(_) => Some("array"),
            _ => None,
        };
        if wanted.is_some_and(|wanted| wanted != kind) {
            return Err(at(BadKind::Type));
        }
        match &column.shape {
            Shape::Record(columns) => {
                let (cells, left) = self.record(columns, raw, path, kept)?;
                Ok((Cell::Record(cells), left))
            }
            Shape::List(item) => {
                let items: Vec<&RawValue> = json::parsed(raw).map_err(at)?;
                let path = path::element(path);
                let (mut cells, mut left) = (Vec::new(), Vec::new());
                for raw in items {
                    let (cell, rest) = self.value(item, raw, &path, kept)?;
                    cells.push(cell);
                    left.push(rest);
                }
                Ok((Cell::List(cells), array_of(left)))
            }
            Shape::Map(value) => {
                let (mut pairs, mut left) = (Vec::new(), Vec::new());
                let mut seen = HashSet::new();
                for member in json::members(raw).map_err(at)? {
                    if !seen.insert(member.key.clone()) {
                        return Err(at(BadKind::DuplicateKey));
                    }
                    let (cell, rest) = self.value(value, member.value, &path::entry(path), kept)?;
                    pairs.push((member.key, cell));
                    left.push((member.spelling, rest));
                }
                Ok((Cell::Map(pairs), object_of(left)))
            }
            Shape::Union { tag, value, arms } => self.union(tag, value, arms, raw, path, kept),
            Shape::Leaf => self.leaf(column, raw, path).map_err(at),
            Shape::Rest | Shape::Line | Shape::Unread => panic!("{path} has no value to read"),
        }
    }

    fn union(
        &mut self,
        tag: &Column,
        value: &str,
        arms: &[Column],
        raw: &RawValue,
        path: &str,
        kept: bool,
    ) -> Result<(Cell, Left), Fault> {
        // The tag, one for each arm, and the text of others.
        let mut cells = vec![Cell::Null; arms.len() + 2];
        let mut left = Vec::new();
        let (mut tagged, mut arm, mut valued, mut early) = (false, None, false, None);
        for member in json::members(raw).map_err(|kind| (kind, None))? {
            let is_tag = member.key == *tag.field.name();
            let here = path::field(path, &member.key);
            if (is_tag && tagged) || (member.key == value && valued) {
                return Err((BadKind::DuplicateKey, Some(here)));
            }
            let mut rest = None;
            if is_tag {
                let (cell, left) = self.value(tag, member.value, &here, kept)?;
                rest = left;
                if let Cell::Text(text) = &cell {
                    arm = arms.iter().position(|arm| arm.field.name() == text);
                }
                (tagged, cells[0]) = (true, cell);
            } else if member.key != value {
                rest = self.unknown(&member, path, kept)?;
            } else if tagged {
                valued = true;
                rest = self.arm(arms, arm, member.value, path, kept, &mut cells)?;
            } else {
                (valued, early) = (true, Some((left.len(), member.value)));
            }
            left.push((member.spelling, rest));
        }
        if let Some((place, raw)) = early {
            left[place].1 = self.arm(arms, arm, raw, path, kept, &mut cells)?;
        }
        Ok((Cell::Record(cells), object_of(left)))
    }

    /// The value of a union whose tag names this arm.
    fn arm(
        &mut self,
        arms: &[Column],
        arm: Option<usize>,
        raw: &RawValue,
        path: &str,
        kept: bool,
        cells: &mut [Cell],
    ) -> Result<Left, Fault> {
        let Some(arm) = arm else {
            if json::kind(raw) != "null" {
                cells[arms.len() + 1] = Cell::Text(raw.get().to_owned());
            }
            return Ok(None);
        };
        let path = path::field(path, arms[arm].field.name());
        let (cell, left) = self.value(&arms[arm], raw, &path, kept)?;
        cells[arm + 1] = cell;
        Ok(left)
    }
}

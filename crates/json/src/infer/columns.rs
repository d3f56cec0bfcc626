//! From what was seen to a layout.

use super::inferred::{Inferred, Seen};
use super::note::Note;
use super::shape::{MOST_COLUMNS, NONE, Node, Shape};
use crate::error::{Error, ErrorKind};
use crate::layout::{Column, Layout};
use crate::options::Counts;

/// Objects are a map if they have so many different keys, of which one object has on average less
/// than one in so many.
const MAP_KEYS: usize = 32;
const MAP_SHARE: u64 = 8;

/// The layout of rows.
pub(super) fn inferred(shape: &Shape, counts: Counts, whole: bool) -> Result<Inferred, Error> {
    let no = |expected: String, found: &'static str| {
        Err(Error::new(ErrorKind::NoLayout, None, expected, found))
    };
    if shape.is_map(0) {
        return no(format!("at most {MOST_COLUMNS} different keys in all rows"), "more");
    }
    let mut writer = Writer::new(shape, whole);
    let columns = writer.fields(0, 0);
    if columns.is_empty() {
        return no("one key at least that is not empty".into(), "none in any row");
    }
    let layout = match Layout::new(columns) {
        Ok(layout) => layout,
        // Names and depths were kept within its rules.
        Err(error) => {
            return Err(Error::new(ErrorKind::Worker, None, "a layout", error.to_string()));
        }
    };
    Ok(Inferred { layout, seen: writer.seen, counts, whole })
}

/// Writes columns and what was seen of them.
pub(super) struct Writer<'a> {
    shape: &'a Shape,
    whole: bool,
    path: String,
    seen: Vec<Seen>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(shape: &'a Shape, whole: bool) -> Self {
        Self { shape, whole, path: String::new(), seen: Vec::new() }
    }

    /// The columns of the objects at `node`.
    pub(super) fn fields(&mut self, node: u32, depth: usize) -> Vec<Column> {
        let here = self.shape.node(node);
        let Some(fields) = &here.fields else { return Vec::new() };
        let mut columns = Vec::new();
        for field in fields.in_order() {
            let values = self.shape.node(field.node).tally;
            let absent = here.tally.objects.saturating_sub(values.total());
            if field.name.is_empty() {
                // In a row only: other objects with such a key are no struct.
                let notes = vec![Note::UnreadKey];
                self.seen.push(Seen { path: self.path.clone(), values, absent, notes });
                continue;
            }
            let dot = if self.path.is_empty() { "" } else { "." };
            columns.push(self.place(&format!("{dot}{}", field.name), |writer| {
                writer.column(&field.name, field.node, absent, depth + 1)
            }));
        }
        columns
    }

    /// What `make` gives with another step at the end of the path.
    fn place<T>(&mut self, step: &str, make: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        self.path.push_str(step);
        let made = make(self);
        self.path.truncate(length);
        made
    }

    /// The column of the values at `node`, which `absent` objects lack.
    pub(super) fn column(&mut self, name: &str, node: u32, absent: u64, depth: usize) -> Column {
        let here = self.shape.node(node);
        let at = self.seen.len();
        let path = self.path.clone();
        self.seen.push(Seen { path, values: here.tally, absent, notes: Vec::new() });
        let (column, note) = self.of_kind(name, node, here, depth);
        if let Some(seen) = self.seen.get_mut(at) {
            seen.notes.extend(note);
        }
        let total = here.tally.total();
        if self.whole && absent == 0 && here.tally.nulls == 0 && total > 0 {
            return column.required();
        }
        column
    }

    fn of_kind(
        &mut self,
        name: &str,
        node: u32,
        here: &Node,
        depth: usize,
    ) -> (Column, Option<Note>) {
        let tally = here.tally;
        if tally.different() > 1 {
            return (Column::json(name), Some(Note::MixedKinds));
        }
        if tally.booleans > 0 {
            return (Column::boolean(name), None);
        }
        if tally.numbers > 0 {
            return here.numbers.column(name, self.whole);
        }
        if let Some(texts) = &here.texts {
            return texts.column(name, tally.strings);
        }
        if tally.lists == 0 && tally.objects == 0 {
            return (Column::json(name), Some(Note::OnlyNull));
        }
        if depth >= self.shape.depth {
            return (Column::json(name), Some(Note::TooDeep));
        }
        if tally.lists > 0 { self.list(name, here, depth) } else { self.object(name, node, depth) }
    }

    fn list(&mut self, name: &str, here: &Node, depth: usize) -> (Column, Option<Note>) {
        if here.element == NONE {
            return (Column::list(name, Column::json("element")), Some(Note::OnlyEmptyLists));
        }
        let element =
            self.place("[]", |writer| writer.column("element", here.element, 0, depth + 1));
        (Column::list(name, element), None)
    }

    fn object(&mut self, name: &str, node: u32, depth: usize) -> (Column, Option<Note>) {
        let here = self.shape.node(node);
        if self.shape.is_map(node) {
            let value = self.place("{}", |writer| writer.column("value", here.entry, 0, depth + 1));
            return (Column::map(name, value), Some(Note::ManyKeys));
        }
        let keys = here.fields().count();
        if keys == 0 {
            return (Column::json(name), Some(Note::OnlyEmptyObjects));
        }
        let members: u64 =
            here.fields().map(|field| self.shape.node(field.node).tally.total()).sum();
        if keys >= MAP_KEYS && members.saturating_mul(MAP_SHARE) < keys as u64 * here.tally.objects
        {
            let values = self.shape.values_of(node, depth);
            if values.node(0).tally.different() <= 1 {
                return (self.sparse_map(name, &values), Some(Note::SparseKeys));
            }
        }
        if here.fields().any(|field| field.name.is_empty()) {
            return (Column::json(name), Some(Note::EmptyKey));
        }
        (Column::record(name, self.fields(node, depth)), None)
    }

    /// A map of values that were seen as fields.
    fn sparse_map(&mut self, name: &str, values: &Shape) -> Column {
        let (whole, path) = (self.whole, format!("{}{{}}", self.path));
        let mut writer = Writer { shape: values, whole, path, seen: Vec::new() };
        let value = writer.column("value", 0, 0, 0);
        self.seen.append(&mut writer.seen);
        Column::map(name, value)
    }
}

//! The keys of the objects in one place.

use std::collections::HashMap;

use ahash::RandomState;

/// The keys seen so far, and what comes next in the objects of a serialiser that keeps to an order.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    pub(super) list: Vec<Field>,
    index: HashMap<Box<str>, u32, RandomState>,
    /// The field that came first in the last object.
    pub(super) first: u32,
    /// Objects begun so far.
    pub(super) visits: u64,
}

#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) name: Box<str>,
    /// Whether the name stands in the text as it is, without an escape.
    plain: bool,
    /// Where its values are.
    pub(super) node: u32,
    /// Bytes of input before the key when it was first seen: what orders the columns.
    pub(super) first: u64,
    /// The field that came after this one in the last object that had it.
    pub(super) next: u32,
    /// The object it was last seen in, by its number.
    pub(super) seen: u64,
}

impl Fields {
    pub(super) fn find(&self, name: &str) -> Option<u32> {
        self.index.get(name).copied()
    }

    /// Adds a field that is not there yet and gives its place.
    pub(super) fn add(&mut self, name: &str, node: u32, first: u64) -> u32 {
        let place = self.list.len() as u32;
        let plain = name.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\');
        let name: Box<str> = name.into();
        self.index.insert(name.clone(), place);
        self.list.push(Field { name, plain, node, first, next: place + 1, seen: 0 });
        place
    }

    /// Takes the field at the end away again.
    pub(super) fn remove_last(&mut self) {
        if let Some(field) = self.list.pop() {
            self.index.remove(&field.name);
        }
    }

    /// The field at `place` came after `previous`, or first.
    pub(super) fn learn(&mut self, previous: Option<u32>, place: u32) {
        match previous.and_then(|previous| self.list.get_mut(previous as usize)) {
            Some(field) => field.next = place,
            None => self.first = place,
        }
    }

    /// The end of the key at `at` in `text`, if it is that of the field at `place`.
    #[inline]
    pub(super) fn expected(&self, place: u32, text: &[u8], at: usize) -> Option<usize> {
        let field = self.list.get(place as usize)?;
        let (start, end) = (at + 1, at + 1 + field.name.len());
        let same = field.plain
            && text.get(at) == Some(&b'"')
            && text.get(end) == Some(&b'"')
            && text.get(start..end) == Some(field.name.as_bytes());
        same.then_some(end + 1)
    }

    /// The fields in the order of their first appearance.
    pub(super) fn in_order(&self) -> Vec<&Field> {
        let mut fields: Vec<&Field> = self.list.iter().collect();
        fields.sort_by_key(|field| field.first);
        fields
    }
}

//! The keys of the objects in one place.

use std::collections::HashMap;

use ahash::RandomState;
use rowmill_scan::Padded;

use crate::walk::Stamped;

/// Bytes of a key that are compared at once.
const WIDTH: usize = 32;

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
    /// The key as it is written with its colon, where that is the name as it is; nothing, and a mask
    /// that no text passes, where it has escapes.
    key: Box<[u8]>,
    /// The beginning of it, and the bits of the bytes that it has there.
    head: [u8; WIDTH],
    mask: u32,
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
        let key: Box<[u8]> =
            if plain { format!("\"{name}\":").into_bytes().into() } else { Box::default() };
        let mut head = [0; WIDTH];
        let length = key.len().min(WIDTH);
        head[..length].copy_from_slice(&key[..length]);
        // A key begins with a quote, so what differs from zero there is one.
        let mask = if length == WIDTH { u32::MAX } else { (1 << length.max(1)) - 1 };
        self.list.push(Field { name, key, head, mask, node, first, next: place + 1, seen: 0 });
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

    /// Where the value of the field at `place` begins, if its key is at `at` and the colon follows.
    #[inline(always)]
    pub(super) fn expected<L: Stamped>(
        &self,
        place: u32,
        level: L,
        text: Padded<'_>,
        at: usize,
    ) -> Option<usize> {
        let field = self.list.get(place as usize)?;
        let end = at + field.key.len();
        // A key that is longer than a block, or than the text that is left, is compared slowly.
        let same = level.differences(text.block(at), &field.head) & field.mask == 0
            && (field.key.len() <= WIDTH || text.text().get(at..end) == Some(&field.key));
        same.then_some(end)
    }

    /// The fields in the order of their first appearance.
    pub(super) fn in_order(&self) -> Vec<&Field> {
        let mut fields: Vec<&Field> = self.list.iter().collect();
        fields.sort_by_key(|field| field.first);
        fields
    }
}

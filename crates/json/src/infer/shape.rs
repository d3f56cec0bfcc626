//! The lattice: everything that was seen of the values in one place, and how two of them join.
//!
//! A [`Shape`] is a tree of nodes, one for each place that values can stand in: the value itself, its
//! fields, its elements. What a node knows only ever grows: counts are added, widths are the larger
//! of two, forms that all texts have are those that both have, sets are united. So merging is
//! associative and commutative, and what comes out does not depend on who has seen which line.
//!
//! The same must be true of what bounds the memory:
//!
//! * An object with more than a number of different keys becomes a map: all values go to one node, the
//!   *entry*, which is the union of what the fields were.
//! * A tree with too many nodes loses its lowest levels: below [`depth`](Shape::depth) nothing is
//!   kept. A map counts as if it had all the fields that a struct may have and one more, so becoming
//!   a map never makes a tree lighter. Therefore a part is never heavier than the whole, and the
//!   depth that remains is the one that the whole leads to, in whatever order it is put together.

use super::fields::Fields;
use super::numbers::Numbers;
use super::tally::Tally;
use super::texts::Texts;

/// Different keys of a row, and of an object in it.
pub(super) const MOST_COLUMNS: usize = 4096;
pub(super) const MOST_FIELDS: usize = 256;

/// How deep columns may be nested.
const DEEPEST: usize = 32;

/// Nodes of a tree, a map's counted as above.
pub(super) const MOST_NODES: u64 = 1 << 16;

/// Where there is no node: the root is nobody's child.
pub(super) const NONE: u32 = 0;

/// Nodes there may be, used or not, before those that are not used are dropped for the first time.
const FIRST_ROOM: usize = 4096;

/// What was seen of any number of values.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    /// The first one is the value itself. Some of the others may not be in use any more.
    pub(super) nodes: Vec<Node>,
    /// The values are rows, so that many keys are columns.
    rows: bool,
    /// Nodes are kept down to this depth, the value itself having none.
    pub(super) depth: usize,
    /// When to drop unused nodes.
    pub(super) room: usize,
}

/// What was seen in one place.
#[derive(Clone, Debug, Default)]
pub(super) struct Node {
    pub(super) tally: Tally,
    pub(super) numbers: Numbers,
    pub(super) texts: Option<Box<Texts>>,
    /// The elements of lists.
    pub(super) element: u32,
    /// The values of objects that have too many keys. What was seen there makes the node a map.
    pub(super) entry: u32,
    /// The keys of objects; none of a map, once the row that made it one is over.
    pub(super) fields: Option<Box<Fields>>,
}

impl Node {
    pub(super) fn fields(&self) -> impl Iterator<Item = &super::fields::Field> {
        self.fields.iter().flat_map(|fields| &fields.list)
    }
}

impl Shape {
    /// Of rows, none yet.
    pub(crate) fn of_rows() -> Self {
        Self::empty(true, DEEPEST)
    }

    /// Of any values, none yet.
    pub(super) fn of_values() -> Self {
        Self::empty(false, DEEPEST)
    }

    fn empty(rows: bool, depth: usize) -> Self {
        Self { nodes: vec![Node::default()], rows, depth, room: FIRST_ROOM }
    }

    pub(super) fn node(&self, node: u32) -> &Node {
        &self.nodes[node as usize]
    }

    pub(super) fn node_mut(&mut self, node: u32) -> &mut Node {
        &mut self.nodes[node as usize]
    }

    /// Different keys that the objects of a node may have.
    pub(super) fn most_fields(&self, node: u32) -> usize {
        if self.rows && node == 0 { MOST_COLUMNS } else { MOST_FIELDS }
    }

    /// Whether the objects of a node are one map.
    pub(super) fn is_map(&self, node: u32) -> bool {
        let entry = self.node(node).entry;
        entry != NONE && self.node(entry).tally.total() > 0
    }

    fn add_node(&mut self) -> u32 {
        self.nodes.push(Node::default());
        (self.nodes.len() - 1) as u32
    }

    /// The node of elements, made if it is missing.
    pub(super) fn element(&mut self, node: u32) -> u32 {
        if self.node(node).element == NONE {
            let element = self.add_node();
            self.node_mut(node).element = element;
        }
        self.node(node).element
    }

    /// The node of a map's values, made if it is missing.
    pub(super) fn entry(&mut self, node: u32) -> u32 {
        if self.node(node).entry == NONE {
            let entry = self.add_node();
            self.node_mut(node).entry = entry;
        }
        self.node(node).entry
    }

    /// Adds a field that is not there yet; `None` if there is no room for another one.
    pub(super) fn add_field(&mut self, node: u32, name: &str, first: u64) -> Option<u32> {
        let count = self.node(node).fields.as_ref().map_or(0, |fields| fields.list.len());
        if count >= self.most_fields(node) || self.is_map(node) {
            return None;
        }
        let child = self.add_node();
        Some(self.node_mut(node).fields.get_or_insert_default().add(name, child, first))
    }

    /// Takes in all that `other` has seen.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.depth = self.depth.min(other.depth);
        self.join(0, other, 0, 0);
        self.tighten();
    }

    /// Joins the node `from` of `other` into the node `into`, which lies at `depth`.
    fn join(&mut self, into: u32, other: &Self, from: u32, depth: usize) {
        let there = other.node(from);
        let here = self.node_mut(into);
        here.tally += there.tally;
        here.numbers.join(there.numbers);
        if let Some(texts) = &there.texts {
            here.texts.get_or_insert_default().join(texts);
        }
        if depth >= self.depth {
            return;
        }
        if there.element != NONE {
            let element = self.element(into);
            self.join(element, other, there.element, depth + 1);
        }
        if other.is_map(from) {
            let entry = self.entry(into);
            self.join(entry, other, there.entry, depth + 1);
        }
        for field in there.fields() {
            let fields = self.node_mut(into).fields.get_or_insert_default();
            let child = match fields.find(&field.name) {
                Some(place) => {
                    let known = &mut fields.list[place as usize];
                    known.first = known.first.min(field.first);
                    known.node
                }
                None => match self.add_field(into, &field.name, field.first) {
                    Some(place) => self.field(into, place),
                    None => self.entry(into),
                },
            };
            self.join(child, other, field.node, depth + 1);
        }
        self.make_map(into, depth);
    }

    /// The node of the field at `place`.
    pub(super) fn field(&self, node: u32, place: u32) -> u32 {
        let fields = self.node(node).fields.as_ref();
        fields.and_then(|fields| fields.list.get(place as usize)).map_or(NONE, |field| field.node)
    }

    /// If `node`, which lies at `depth`, has become a map, what its fields have seen goes to its entry.
    pub(super) fn make_map(&mut self, node: u32, depth: usize) {
        if !self.is_map(node) {
            return;
        }
        let entry = self.node(node).entry;
        for field in self.node_mut(node).fields.take().into_iter().flat_map(|fields| fields.list) {
            let values = self.below(field.node, self.depth);
            self.join(entry, &values, 0, depth + 1);
        }
    }

    /// What was seen at `node` and below it, by itself.
    pub(super) fn below(&self, node: u32, depth: usize) -> Self {
        let mut shape = Self::empty(self.rows && node == 0, depth);
        shape.join(0, self, node, 0);
        shape
    }

    /// What was seen in all fields of `node`, which lies at `depth`, together.
    pub(super) fn values_of(&self, node: u32, depth: usize) -> Self {
        let mut values = Self::empty(false, self.depth.saturating_sub(depth + 1));
        for field in self.node(node).fields() {
            values.join(0, self, field.node, 0);
        }
        values
    }

    /// Drops levels until the tree is not too heavy, and the nodes that are not in use.
    pub(super) fn tighten(&mut self) {
        self.limit_depth();
        *self = self.below(0, self.depth);
        self.room = FIRST_ROOM.max(2 * self.nodes.len());
    }

    /// Drops levels until the tree is not too heavy. Their nodes remain for now, and are not used.
    pub(super) fn limit_depth(&mut self) {
        let mut levels = vec![0; self.depth + 1];
        self.weigh(0, 1, &mut levels);
        let mut sum: u64 = 0;
        for (depth, weight) in levels.into_iter().enumerate() {
            sum = sum.saturating_add(weight);
            if sum > MOST_NODES && depth > 1 {
                self.depth = depth - 1;
                return;
            }
        }
    }

    fn weigh(&self, node: u32, times: u64, levels: &mut [u64]) {
        let Some((level, below)) = levels.split_first_mut() else { return };
        *level = level.saturating_add(times);
        let node = self.node(node);
        if node.element != NONE {
            self.weigh(node.element, times, below);
        }
        if node.entry != NONE {
            // In the middle of a row there may be fields too: they will be part of the entry.
            return self.weigh(node.entry, times.saturating_mul(MOST_FIELDS as u64 + 1), below);
        }
        for field in node.fields() {
            self.weigh(field.node, times, below);
        }
    }
}

impl PartialEq for Shape {
    /// Whether the same was seen. Keys are in the same order if they are in that of the input.
    fn eq(&self, other: &Self) -> bool {
        self.depth == other.depth && self.same(0, other, 0, 0)
    }
}

impl Shape {
    fn same(&self, mine: u32, other: &Self, theirs: u32, depth: usize) -> bool {
        let (here, there) = (self.node(mine), other.node(theirs));
        let leaves =
            here.tally == there.tally && here.numbers == there.numbers && here.texts == there.texts;
        if !leaves || depth >= self.depth {
            return leaves;
        }
        let child = |mine: u32, theirs: u32| match (mine, theirs) {
            (NONE, NONE) => true,
            (NONE, _) | (_, NONE) => false,
            _ => self.same(mine, other, theirs, depth + 1),
        };
        let (mine, theirs) = (fields(here), fields(there));
        child(here.element, there.element)
            && child(here.entry, there.entry)
            && mine.len() == theirs.len()
            && mine.iter().zip(&theirs).all(|(mine, theirs)| {
                mine.name == theirs.name
                    && mine.first == theirs.first
                    && self.same(mine.node, other, theirs.node, depth + 1)
            })
    }
}

fn fields(node: &Node) -> Vec<&super::fields::Field> {
    node.fields.as_ref().map(|fields| fields.in_order()).unwrap_or_default()
}

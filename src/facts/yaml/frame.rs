//! Lists and mappings while they are read.

use crate::facts::tree::{Map, Node};
use crate::source::Span;

/// A list or mapping that is still being read.
pub(super) struct Frame {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) items: Items,
}

pub(super) enum Items {
    List(Vec<Node>),
    Map(Map, Slot),
}

/// What a mapping waits for.
pub(super) enum Slot {
    /// A key.
    Key,
    /// The value of this key.
    Value(Box<str>, Span),
    /// The value of a key that was refused.
    Refused(Span),
}

impl Frame {
    /// The value at a position, if it is complete.
    pub(super) fn child(&self, position: usize) -> Option<&Node> {
        match &self.items {
            Items::List(items) => items.get(position),
            Items::Map(map, _) => map.get_index(position).map(|(_, entry)| &entry.value),
        }
    }

    pub(super) fn len(&self) -> usize {
        match &self.items {
            Items::List(items) => items.len(),
            Items::Map(map, _) => map.len(),
        }
    }
}

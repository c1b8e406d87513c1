//! Anchors of one YAML text, and copies of what they stand for.

use std::collections::HashMap;

use super::frame::{Frame, Items, Slot};
use super::{Next, Reader};
use crate::facts::errors;
use crate::facts::tree::{Entry, Node, Tree};
use crate::source::Span;

/// What `&name` was put on.
pub(super) enum Target {
    /// A value: the way to it, as positions from the root of the document.
    Way(Box<[u32]>),
    /// A key, as the value it would be.
    Key(Node),
    /// Something that was refused; a fault was told.
    Lost,
}

/// One `&name`.
pub(super) struct Anchor {
    pub(super) span: Span,
    pub(super) target: Target,
}

/// The anchors of the document being read, and what aliases have copied so far.
#[derive(Default)]
pub(super) struct Anchors {
    pub(super) known: HashMap<usize, Anchor>,
    pub(super) total: usize,
    pub(super) nodes: usize,
    pub(super) bytes: usize,
}

/// How much a value holds.
#[derive(Clone, Copy, Default)]
pub(super) struct Size {
    pub(super) nodes: usize,
    pub(super) bytes: usize,
    pub(super) height: usize,
}

/// The value at the end of a way; none while it is still being read.
pub(super) fn find<'f>(way: &[u32], open: &'f [Frame]) -> Option<&'f Node> {
    for (level, frame) in open.iter().enumerate() {
        let position = *way.get(level)? as usize;
        if let Some(node) = frame.child(position) {
            let rest = &way[level + 1..];
            return rest
                .iter()
                .try_fold(node, |node, position| child(node, *position as usize));
        }
    }
    None
}

fn child(node: &Node, position: usize) -> Option<&Node> {
    match &node.value {
        Tree::List(items) => items.get(position),
        Tree::Map(map) => map.get_index(position).map(|(_, entry)| &entry.value),
        _ => None,
    }
}

/// Measures a value; stops counting soon after `enough` values.
pub(super) fn size(node: &Node, enough: usize) -> Size {
    let mut sum = Size {
        nodes: 1,
        ..Size::default()
    };
    let add = |sum: &mut Size, node: &Node| {
        if sum.nodes <= enough {
            let inner = size(node, enough - sum.nodes.min(enough));
            sum.nodes = sum.nodes.saturating_add(inner.nodes);
            sum.bytes = sum.bytes.saturating_add(inner.bytes);
            sum.height = sum.height.max(inner.height);
        }
    };
    match &node.value {
        Tree::Null | Tree::Bool(_) => return sum,
        Tree::Int(text) | Tree::Float(text) | Tree::Text(text) | Tree::Date(text) => {
            sum.bytes = text.len();
            return sum;
        }
        Tree::List(items) => items.iter().for_each(|item| add(&mut sum, item)),
        Tree::Map(map) => {
            for (key, entry) in map {
                sum.bytes = sum.bytes.saturating_add(key.len());
                add(&mut sum, &entry.value);
            }
        }
    }
    sum.height += 1;
    sum
}

/// The same value, come through an alias.
pub(super) fn copy(node: &Node, via: Span) -> Node {
    let value = match &node.value {
        Tree::List(items) => Tree::List(items.iter().map(|item| copy(item, via)).collect()),
        Tree::Map(map) => {
            let entry = |entry: &Entry| Entry {
                key: entry.key,
                value: copy(&entry.value, via),
            };
            Tree::Map(map.iter().map(|(key, e)| (key.clone(), entry(e))).collect())
        }
        scalar => scalar.clone(),
    };
    Node {
        span: node.span,
        via: Some(via),
        value,
    }
}

impl Reader<'_, '_> {
    /// Remembers a key, or the way to the value that is about to be read.
    pub(super) fn anchored(&mut self, anchor: usize, span: Span, key: Option<&Node>) {
        if anchor == 0 {
            return;
        }
        self.anchors.total += 1;
        if self.anchors.total > self.limits.alias_nodes {
            if self.anchors.total == self.limits.alias_nodes + 1 {
                let fault = errors::too_many_anchors(span, self.limits.alias_nodes);
                self.faults.push(fault);
            }
            return;
        }
        let lost = |frame: &Frame| matches!(frame.items, Items::Map(_, Slot::Refused(_)));
        let target = match key {
            Some(key) => Target::Key(key.clone()),
            None if self.open.iter().any(lost) => Target::Lost,
            None => {
                let position = |frame: &Frame| u32::try_from(frame.len()).unwrap_or(u32::MAX);
                Target::Way(self.open.iter().map(position).collect())
            }
        };
        self.anchors.known.insert(anchor, Anchor { span, target });
    }

    /// Puts a copy of the anchored value where `*name` stands, as far as the limits allow.
    pub(super) fn alias(&mut self, id: usize, via: Span) -> Next {
        let Some(anchor) = self.anchors.known.get(&id) else {
            self.stand_in(via);
            return Next::Event;
        };
        let found = match &anchor.target {
            Target::Lost => {
                self.stand_in(via);
                return Next::Event;
            }
            Target::Key(node) => Some(node),
            Target::Way(way) => find(way, &self.open),
        };
        let Some(node) = found else {
            let fault = errors::recursive_alias(via, anchor.span, self.text.slice(via));
            self.faults.push(fault);
            self.stand_in(via);
            return Next::Event;
        };
        let left = self.limits.alias_nodes.saturating_sub(self.anchors.nodes);
        let size = size(node, left);
        let bytes = self.anchors.bytes.saturating_add(size.bytes);
        if size.nodes > left || bytes > self.limits.bytes {
            let fault = errors::alias_explodes(via, anchor.span, self.limits, size.nodes > left);
            self.faults.push(fault);
            return Next::Document;
        }
        if self.open.len() + size.height > self.limits.depth {
            let fault = errors::alias_too_deep(via, anchor.span, self.limits.depth);
            self.faults.push(fault);
            return Next::Document;
        }
        let copy = copy(node, via);
        self.anchors.nodes += size.nodes;
        self.anchors.bytes = bytes;
        if self.waits_for_key() {
            self.key(&copy, None, false, via);
            return Next::Event;
        }
        let stop = self.count(size.nodes, via);
        self.put(copy, via);
        stop.unwrap_or(Next::Event)
    }
}

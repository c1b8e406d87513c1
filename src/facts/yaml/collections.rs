//! Lists and mappings.

use std::mem;

use granit_parser::{Span as Place, Tag};

use super::frame::{Frame, Items, Slot};
use super::{Next, Reader};
use crate::facts::errors;
use crate::facts::tree::{Entry, Node, Tree};
use crate::source::Span;

impl Reader<'_, '_> {
    pub(super) fn begin(
        &mut self,
        items: Items,
        kind: &str,
        anchor: usize,
        tag: Option<&Tag>,
        place: Place,
    ) -> Next {
        let span = self.span(place);
        if self.waits_for_key() {
            self.faults.push(errors::complex_key(span));
            self.refused = 1;
            return Next::Event;
        }
        if self.open.len() >= self.limits.depth {
            let fault = errors::too_deep(span, self.limits.depth);
            self.faults.push(fault);
            return Next::Document;
        }
        if let Some(tag) = tag.filter(|tag| tag.core_suffix() != Some(kind)) {
            let at = self.tag_span(place, span);
            self.faults.push(match tag.core_suffix() {
                Some(core) => errors::tag_on_collection(at, core),
                None => errors::foreign_tag(at, &tag.original()),
            });
        }
        self.anchored(anchor, span, None);
        if let Some(stop) = self.count(1, span) {
            return stop;
        }
        let mut start = span.start as usize;
        if kind == "seq" && span.start == span.end {
            start = self.dash(start);
        }
        self.open.push(Frame {
            start,
            end: span.end as usize,
            items,
        });
        Next::Event
    }

    pub(super) fn finish(&mut self, end: Span) {
        let Some(frame) = self.open.pop() else { return };
        let end = frame.end.max(match end.start < end.end {
            true => end.end as usize,
            false => frame.end,
        });
        let span = self.text.span(frame.start, end);
        let value = match frame.items {
            Items::List(items) => Tree::List(items),
            Items::Map(map, _) => Tree::Map(map),
        };
        self.put(Node::new(span, value), span);
    }

    /// Counts a new value and puts it where it belongs.
    pub(super) fn attach(&mut self, node: Node, at: Span) -> Next {
        let stop = self.count(1, at);
        self.put(node, at);
        stop.unwrap_or(Next::Event)
    }

    pub(super) fn put(&mut self, node: Node, at: Span) {
        let Some(frame) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        frame.end = frame.end.max(at.end as usize);
        match &mut frame.items {
            Items::List(items) => items.push(node),
            Items::Map(map, slot) => {
                if let Slot::Value(name, key) = mem::replace(slot, Slot::Key) {
                    map.insert(name, Entry { key, value: node });
                }
            }
        }
    }

    /// Something for a key or value that cannot be known; a fault was told.
    pub(super) fn stand_in(&mut self, at: Span) {
        match self.open.last_mut().map(|frame| &mut frame.items) {
            Some(Items::Map(_, slot @ Slot::Key)) => *slot = Slot::Refused(at),
            _ => self.put(Node::new(at, Tree::Null), at),
        }
    }

    pub(super) fn count(&mut self, more: usize, at: Span) -> Option<Next> {
        self.nodes = self.nodes.saturating_add(more);
        if self.nodes <= self.limits.nodes {
            return None;
        }
        let at = self.text.head(at.start as usize, at.end as usize);
        let fault = errors::too_many_values(at, self.limits.nodes);
        self.faults.push(fault);
        Some(Next::Stop)
    }
}

//! Scalars and keys.

use granit_parser::{Event, Span as Place, Tag};

use super::frame::{Items, Slot};
use super::{Next, Reader, core};
use crate::facts::errors;
use crate::facts::tree::{Node, Tree};
use crate::source::Span;

impl Reader<'_, '_> {
    pub(super) fn scalar(
        &mut self,
        value: &str,
        plain: bool,
        anchor: usize,
        tag: Option<&Tag>,
        place: Place,
    ) -> Next {
        let mut span = self.span(place);
        if span.start == span.end {
            span = self.nearby(place);
        }
        if value.len() > self.limits.scalar {
            let head = self.text.head(span.start as usize, span.end as usize);
            self.faults.push(errors::scalar_too_long(
                head,
                value.len(),
                self.limits.scalar,
            ));
            self.stand_in(span);
            return Next::Event;
        }
        let tree = match tag {
            None if plain => core::plain(value),
            None => Tree::Text(value.into()),
            Some(tag) => match tag.core_suffix() {
                Some(core) => core::tagged(core, value).unwrap_or_else(|| {
                    let at = self.tag_span(place, span);
                    self.faults
                        .push(errors::tag_does_not_fit(at, span, core, value));
                    Tree::Null
                }),
                None => {
                    let at = self.tag_span(place, span);
                    self.faults.push(errors::foreign_tag(at, &tag.original()));
                    Tree::Null
                }
            },
        };
        let node = Node::new(span, tree);
        if self.waits_for_key() {
            self.anchored(anchor, span, Some(&node));
            let merge = plain && tag.is_none() && value == "<<";
            self.key(&node, Some(value), merge, span);
            return Next::Event;
        }
        self.anchored(anchor, span, None);
        self.attach(node, span)
    }

    /// Takes a key; what it was written like is known unless it came through an alias.
    pub(super) fn key(&mut self, node: &Node, written: Option<&str>, merge: bool, at: Span) {
        let name: Result<Box<str>, _> = match &node.value {
            _ if merge => Err(errors::merge_key(at)),
            Tree::Null => Err(errors::null_key(at)),
            Tree::List(_) | Tree::Map(_) => Err(errors::complex_key(at)),
            Tree::Int(text) | Tree::Float(text) | Tree::Text(text) | Tree::Date(text) => {
                Ok(text.clone())
            }
            Tree::Bool(_) => Ok(written.unwrap_or(self.text.slice(node.span)).into()),
        };
        let Some(frame) = self.open.last_mut() else {
            return;
        };
        frame.start = frame.start.min(at.start as usize);
        frame.end = frame.end.max(at.end as usize);
        let Items::Map(map, slot) = &mut frame.items else {
            return;
        };
        let fault = match name {
            Ok(name) => match map.get(&name) {
                Some(first) => errors::duplicate_key(at, first.key, &name),
                None => {
                    *slot = Slot::Value(name, at);
                    return;
                }
            },
            Err(fault) => fault,
        };
        *slot = Slot::Refused(at);
        self.faults.push(fault);
    }

    pub(super) fn waits_for_key(&self) -> bool {
        let last = self.open.last().map(|frame| &frame.items);
        matches!(last, Some(Items::Map(_, Slot::Key)))
    }

    /// Goes over what is inside a list or mapping that stands as a key.
    pub(super) fn refused_key(&mut self, event: &Event<'_>, span: Span) -> Next {
        match event {
            Event::SequenceStart(..) | Event::MappingStart(..) => self.refused += 1,
            Event::SequenceEnd | Event::MappingEnd => self.refused -= 1,
            _ => {}
        }
        if self.refused == 0
            && let Some(frame) = self.open.last_mut()
            && let Items::Map(_, slot) = &mut frame.items
        {
            *slot = Slot::Refused(span);
        }
        Next::Event
    }
}

//! YAML 1.2 → tree, from the parser's events, without recursion.

use std::mem;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span as Place, Tag, options};

use super::alias::{self, Anchor, Anchors, Target};
use super::tree::{Entry, Map, Node, Tree};
use super::{Faults, Limits, Text, errors, scalar, wording};
use crate::source::Span;

/// Reads all documents; after a fault of syntax, goes on with the next document.
pub(super) fn parse<'t>(text: Text<'t>, limits: &Limits, faults: &mut Faults<'t>) -> Vec<Node> {
    let settings = options! {
        emit_comments: false,
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
        flow_nesting_limit: limits.depth + 1,
        block_nesting_limit: limits.depth + 1,
    };
    let mut parser = Parser::new_from_str_with_options(text.all, settings);
    let mut reader = Reader::new(text, limits, faults);
    let mut failed_at = None;
    while let Some(event) = parser.next_event() {
        let next = match event {
            Ok((event, place)) => reader.event(event, place),
            Err(fault) => {
                let at = fault.marker().index();
                let again = failed_at.replace(at) == Some(at);
                reader.syntax(&fault);
                if again { Next::Stop } else { Next::Document }
            }
        };
        let more = match next {
            Next::Event => true,
            Next::Document => {
                reader.abandon();
                parser.proceed_next_document().unwrap_or(false)
            }
            Next::Stop => false,
        };
        if !more || reader.faults.is_full() {
            break;
        }
    }
    reader.documents
}

/// What to read after an event.
enum Next {
    Event,
    Document,
    Stop,
}

/// A list or mapping that is still being read.
pub(super) struct Frame {
    start: usize,
    end: usize,
    items: Items,
}

enum Items {
    List(Vec<Node>),
    Map(Map, Slot),
}

/// What a mapping waits for.
enum Slot {
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

    fn len(&self) -> usize {
        match &self.items {
            Items::List(items) => items.len(),
            Items::Map(map, _) => map.len(),
        }
    }
}

struct Reader<'t, 'f> {
    text: Text<'t>,
    limits: &'f Limits,
    faults: &'f mut Faults<'t>,
    documents: Vec<Node>,
    root: Option<Node>,
    open: Vec<Frame>,
    /// How deep inside a refused key we are.
    refused: usize,
    anchors: Anchors,
    nodes: usize,
    /// The `---` of this document, and where the document before it ended.
    header: Span,
    ended: usize,
}

impl<'t, 'f> Reader<'t, 'f> {
    fn new(text: Text<'t>, limits: &'f Limits, faults: &'f mut Faults<'t>) -> Self {
        Reader {
            text,
            limits,
            faults,
            documents: Vec::new(),
            root: None,
            open: Vec::new(),
            refused: 0,
            anchors: Anchors::default(),
            nodes: 0,
            header: text.span(0, 0),
            ended: 0,
        }
    }

    fn event(&mut self, event: Event<'_>, place: Place) -> Next {
        let span = self.span(place);
        if self.refused > 0 {
            return self.refused_key(&event, span);
        }
        match event {
            Event::DocumentStart(_, version) => {
                self.header = span;
                if let Some(version) = version.filter(|v| (v.major, v.minor) != (1, 2)) {
                    let before = self.text.all.get(self.ended..span.start as usize);
                    let at = before.and_then(|words| words.rfind("%YAML"));
                    let at = at.map_or(span.start as usize, |at| self.ended + at);
                    let line = self.text.head(at, span.start as usize);
                    let said = format!("{}.{}", version.major, version.minor);
                    self.faults.push(errors::yaml_version(line, &said));
                }
            }
            Event::DocumentEnd => {
                self.documents.extend(self.root.take());
                self.abandon();
                self.ended = span.end as usize;
            }
            Event::Anchor(id, _) => {
                if let Some(anchor) = self.anchors.known.get_mut(&id) {
                    anchor.span = span;
                }
            }
            Event::Scalar(value, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain;
                return self.scalar(&value, plain, anchor, tag.as_deref(), place);
            }
            Event::SequenceStart(_, anchor, tag) => {
                let items = Items::List(Vec::new());
                return self.begin(items, "seq", anchor, tag.as_deref(), place);
            }
            Event::MappingStart(_, anchor, tag) => {
                let items = Items::Map(Map::new(), Slot::Key);
                return self.begin(items, "map", anchor, tag.as_deref(), place);
            }
            Event::SequenceEnd | Event::MappingEnd => self.finish(span),
            Event::Alias(id) => return self.alias(id, span),
            Event::UnresolvedAlias(name) => {
                self.faults.push(errors::unknown_anchor(span, &name));
                self.stand_in(span);
            }
            _ => {}
        }
        Next::Event
    }

    // ── scalars and keys

    fn scalar(
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
            None if plain => scalar::plain(value),
            None => Tree::Text(value.into()),
            Some(tag) => match tag.core_suffix() {
                Some(core) => scalar::tagged(core, value).unwrap_or_else(|| {
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
    fn key(&mut self, node: &Node, written: Option<&str>, merge: bool, at: Span) {
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

    fn waits_for_key(&self) -> bool {
        let last = self.open.last().map(|frame| &frame.items);
        matches!(last, Some(Items::Map(_, Slot::Key)))
    }

    /// Goes over what is inside a list or mapping that stands as a key.
    fn refused_key(&mut self, event: &Event<'_>, span: Span) -> Next {
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

    // ── lists and mappings

    fn begin(
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

    fn finish(&mut self, end: Span) {
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
    fn attach(&mut self, node: Node, at: Span) -> Next {
        let stop = self.count(1, at);
        self.put(node, at);
        stop.unwrap_or(Next::Event)
    }

    fn put(&mut self, node: Node, at: Span) {
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
    fn stand_in(&mut self, at: Span) {
        match self.open.last_mut().map(|frame| &mut frame.items) {
            Some(Items::Map(_, slot @ Slot::Key)) => *slot = Slot::Refused(at),
            _ => self.put(Node::new(at, Tree::Null), at),
        }
    }

    fn count(&mut self, more: usize, at: Span) -> Option<Next> {
        self.nodes = self.nodes.saturating_add(more);
        if self.nodes <= self.limits.nodes {
            return None;
        }
        let at = self.text.head(at.start as usize, at.end as usize);
        let fault = errors::too_many_values(at, self.limits.nodes);
        self.faults.push(fault);
        Some(Next::Stop)
    }

    // ── anchors and aliases

    /// Remembers a key, or the way to the value that is about to be read.
    fn anchored(&mut self, anchor: usize, span: Span, key: Option<&Node>) {
        if anchor == 0 {
            return;
        }
        self.anchors.total += 1;
        if self.anchors.total > self.limits.alias_nodes {
            if self.anchors.total == self.limits.alias_nodes + 1 {
                let at = span;
                self.faults
                    .push(errors::too_many_anchors(at, self.limits.alias_nodes));
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

    fn alias(&mut self, id: usize, via: Span) -> Next {
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
            Target::Way(way) => alias::find(way, &self.open),
        };
        let Some(node) = found else {
            let fault = errors::recursive_alias(via, anchor.span, self.text.slice(via));
            self.faults.push(fault);
            self.stand_in(via);
            return Next::Event;
        };
        let left = self.limits.alias_nodes.saturating_sub(self.anchors.nodes);
        let size = alias::size(node, left);
        let bytes = self.anchors.bytes.saturating_add(size.bytes);
        if size.nodes > left || bytes > self.limits.bytes {
            let fault = errors::alias_explodes(via, anchor.span, self.limits, size.nodes > left);
            self.faults.push(fault);
            return Next::Document;
        }
        if self.open.len() + size.height > self.limits.depth {
            self.faults.push(errors::too_deep(via, self.limits.depth));
            return Next::Document;
        }
        let copy = alias::copy(node, via);
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

    // ── documents

    fn syntax(&mut self, fault: &ScanError) {
        let at = fault.marker().byte_offset().unwrap_or(self.text.all.len());
        let fault = wording::yaml(self.text, fault.kind(), at, self.limits);
        self.faults.push(fault);
    }

    /// Forgets what is left of a document.
    fn abandon(&mut self) {
        self.root = None;
        self.open.clear();
        self.refused = 0;
        self.anchors.known.clear();
    }

    // ── places

    fn span(&self, place: Place) -> Span {
        let range = place.byte_range().unwrap_or(0..0);
        let written = self.text.all.get(range.clone()).unwrap_or("");
        // Block scalars reach over the line breaks after them; those are not worth pointing at.
        let end = range.start + written.trim_end().len();
        self.text.span(range.start, end)
    }

    /// A place for a value that nobody wrote: its tag, its key, its `---` or its dash.
    fn nearby(&self, place: Place) -> Span {
        let empty = self.span(place);
        let tag = self.tag_span(place, empty);
        if tag != empty {
            return tag;
        }
        match self.open.last().map(|frame| &frame.items) {
            Some(Items::Map(_, Slot::Value(_, key) | Slot::Refused(key))) => *key,
            Some(Items::Map(_, Slot::Key)) => empty,
            Some(Items::List(_)) => self.text.before(empty.start as usize),
            None if self.header.start < self.header.end => self.header,
            None => self.text.before(empty.start as usize),
        }
    }

    fn tag_span(&self, place: Place, otherwise: Span) -> Span {
        place.tag_span().map_or(otherwise, |tag| self.span(tag))
    }

    /// The dash of the first entry, where the parser points behind it.
    fn dash(&self, start: usize) -> usize {
        let (before, after) = self.text.all.split_at(start);
        let is_dash =
            after.starts_with('-') && !after[1..].starts_with(|c: char| !c.is_whitespace());
        let blanks = before.trim_end_matches([' ', '\t']);
        match !is_dash && blanks.ends_with('-') {
            true => blanks.len() - 1,
            false => start,
        }
    }
}

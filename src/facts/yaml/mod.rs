//! YAML 1.2 → tree, from the parser's events, without recursion.

mod anchors;
mod collections;
mod core;
mod frame;
mod places;
mod scalars;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span as Place, options};

use self::anchors::Anchors;
use self::frame::{Frame, Items, Slot};
use super::tree::{Map, Node};
use super::{Faults, Limits, Text, errors, wording};
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
}

//! Places of what was written, and of what was not.

use granit_parser::Span as Place;

use super::Reader;
use super::frame::{Items, Slot};
use crate::source::Span;

impl Reader<'_, '_> {
    pub(super) fn span(&self, place: Place) -> Span {
        let range = place.byte_range().unwrap_or(0..0);
        let written = self.text.all.get(range.clone()).unwrap_or("");
        // Block scalars reach over the line breaks after them; those are not worth pointing at.
        let end = range.start + written.trim_end().len();
        self.text.span(range.start, end)
    }

    /// A place for a value that nobody wrote: its tag, its key, its `---` or its dash.
    pub(super) fn nearby(&self, place: Place) -> Span {
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

    pub(super) fn tag_span(&self, place: Place, otherwise: Span) -> Span {
        place.tag_span().map_or(otherwise, |tag| self.span(tag))
    }

    /// The dash of the first entry, where the parser points behind it.
    pub(super) fn dash(&self, start: usize) -> usize {
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

//! Which lines of which files are drawn, and which of them together.
//!
//! Comes in: labels. Goes out: for each file its lots, each a run of neighbouring lines with the
//! labels in them. Labels whose surroundings touch share a lot, unless their line is too long to
//! show both.

use std::ops::Range;

use super::Label;
use super::window::Frame;
use crate::source::{SourceId, Sources, Span};

/// A label over more lines than this shows its first line only.
const LINES: usize = 4;

/// Lines shown before and after each label.
pub(super) const AROUND: usize = 1;

/// A label with its lines, counted from 0.
pub(super) struct Place<'a> {
    pub label: &'a Label,
    pub span: Span,
    pub lines: Range<usize>,
}

/// Labels that are drawn in one region.
pub(super) struct Lot<'a> {
    pub lines: Range<usize>,
    pub places: Vec<Place<'a>>,
}

/// The place a span stands for: within its text, on character borders, without blanks at its end,
/// and at the last visible character if it points past it. Nothing for a span that is nowhere.
pub(super) fn settled(span: Span, sources: &Sources) -> Option<Span> {
    if !span.is_somewhere() || span.source.0 as usize >= sources.len() {
        return None;
    }
    let text = sources.text(span.source);
    let mut start = span.range().start.min(text.len());
    if start == text.len() {
        let end = text.trim_end().len();
        return Some(Span::new(span.source, end, end));
    }
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = span.range().end.clamp(start, text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    let covered = &text[start..end];
    if covered.contains('\n') || !covered.trim_end().is_empty() {
        end = start + covered.trim_end().len();
    }
    Some(Span::new(span.source, start, end))
}

/// One line of a text, without its break and a byte order mark, and its first byte; `at` counts
/// from 0.
pub(super) fn line(sources: &Sources, id: SourceId, at: usize) -> (&str, usize) {
    let (text, starts) = (sources.text(id), sources.line_starts(id));
    let start = starts.get(at).map_or(text.len(), |s| *s as usize);
    let end = starts.get(at + 1).map_or(text.len(), |s| *s as usize);
    let line = text.get(start..end).unwrap_or("");
    let line = line.strip_suffix('\n').unwrap_or(line);
    let line = line.strip_suffix('\r').unwrap_or(line);
    match line.strip_prefix('\u{feff}') {
        Some(rest) if at == 0 => (rest, line.len() - rest.len()),
        _ => (line, start),
    }
}

impl<'a> Place<'a> {
    /// Finds a label's lines; one that is too much to draw keeps its first line only.
    pub fn of(label: &'a Label, sources: &Sources, frame: Frame) -> Option<Place<'a>> {
        let mut span = settled(label.span, sources)?;
        let starts = sources.line_starts(span.source);
        let line_at = |byte: u32| starts.partition_point(|start| *start <= byte).max(1) - 1;
        let first = line_at(span.start);
        let mut lines = first..line_at(span.end.max(span.start + 1) - 1).max(first) + 1;
        let long = |at: usize| frame.cuts(line(sources, span.source, at).0);
        if lines.len() > LINES || lines.len() > 1 && lines.clone().any(long) {
            let (text, start) = line(sources, span.source, first);
            lines = first..first + 1;
            span = Span::new(span.source, span.range().start, start + text.len());
        }
        Some(Place { label, span, lines })
    }

    /// The label's bytes counted from the start of its line; for labels of one line.
    fn within(&self, start: usize) -> Range<usize> {
        let bytes = self.span.range();
        bytes.start.saturating_sub(start)..bytes.end.saturating_sub(start)
    }
}

impl<'a> Lot<'a> {
    /// The bytes of `at` that labels of that one line cover, counted from the line's `start`.
    pub fn marks(&self, at: usize, start: usize) -> Vec<Range<usize>> {
        let here = self
            .places
            .iter()
            .filter(|place| place.lines == (at..at + 1));
        here.map(|place| place.within(start)).collect()
    }

    /// Takes a label in if its lines touch the lot's and the line has room; gives it back if not.
    fn take(&mut self, place: Place<'a>, sources: &Sources, frame: Frame) -> Option<Place<'a>> {
        if place.lines.start > self.lines.end + 2 * AROUND {
            return Some(place);
        }
        let (text, start) = line(sources, place.span.source, place.lines.start);
        if frame.cuts(text) {
            let mut marks = self.marks(place.lines.start, start);
            marks.push(place.within(start));
            if marks.len() > 1 && !frame.fits(text, &marks) {
                return Some(place);
            }
        }
        self.lines.end = self.lines.end.max(place.lines.end);
        self.places.push(place);
        None
    }
}

/// The labels of one file in the regions they are drawn in, from top to bottom.
pub(super) fn lots<'a>(
    mut places: Vec<Place<'a>>,
    sources: &Sources,
    frame: Frame,
) -> Vec<Lot<'a>> {
    places.sort_by_key(|place| (place.lines.start, place.span.start, place.span.end));
    let mut lots: Vec<Lot> = Vec::new();
    for place in places {
        let left = match lots.last_mut() {
            Some(lot) => lot.take(place, sources, frame),
            None => Some(place),
        };
        if let Some(place) = left {
            lots.push(Lot {
                lines: place.lines.clone(),
                places: vec![place],
            });
        }
    }
    lots
}

/// The files that labels point into: that of the primary label first, then as the labels come.
pub(super) fn files(labels: &[Label]) -> Vec<SourceId> {
    let first = labels.iter().filter(|label| label.primary);
    let mut files: Vec<SourceId> = Vec::new();
    for label in first.take(1).chain(labels) {
        if !files.contains(&label.span.source) {
            files.push(label.span.source);
        }
    }
    files
}

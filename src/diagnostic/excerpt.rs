//! The excerpt: the few lines of several files that one message is about, ready for miette.
//!
//! Comes in: labels and [`Sources`]. Goes out: one buffer of regions, each a run of neighbouring
//! lines of one file, and the labels' places in that buffer. It closes what miette leaves open:
//!
//! - regions know their file, line and column, so one message can show many files, and reading a
//!   region never walks a file;
//! - every character is visible and every line bounded (`window.rs`), so no text can steer the
//!   terminal or be too wide to draw;
//! - every label covers something that is drawn: empty ones are widened, those past the end of the
//!   text pulled back (`layout.rs`), those that lie on one another laid side by side.

use std::ops::Range;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::layout::{AROUND, Lot, Place, files, line, lots};
use super::window::{Frame, Shown};
use super::{Label, visible};
use crate::source::{SourceId, Sources};

/// The lines of one message.
#[derive(Debug, Default)]
pub(super) struct Excerpt {
    buffer: String,
    regions: Vec<Region>,
    /// The labels, by their place in the buffer.
    pub marks: Vec<Mark>,
}

/// Neighbouring lines of one file.
#[derive(Debug)]
struct Region {
    bytes: Range<usize>,
    name: String,
    first_line: usize,
    lines: usize,
}

/// A label in the buffer.
#[derive(Debug)]
pub(super) struct Mark {
    /// Bytes of the buffer; never empty.
    pub bytes: Range<usize>,
    /// What is here.
    pub text: String,
    /// Whether the message is about this place.
    pub primary: bool,
    line: usize,
    column: usize,
}

impl Excerpt {
    /// Copies the lines that the labels touch; labels that are nowhere are left out.
    pub fn of(labels: &[Label], sources: &Sources, frame: Frame) -> Excerpt {
        let mut excerpt = Excerpt::default();
        for file in files(labels) {
            let here = labels.iter().filter(|label| label.span.source == file);
            let places = here.filter_map(|label| Place::of(label, sources, frame));
            for lot in lots(places.collect(), sources, frame) {
                excerpt.draw(file, &lot, sources, frame);
            }
        }
        excerpt
    }

    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.regions.is_empty()
    }

    /// Appends a region with its labels.
    fn draw(&mut self, file: SourceId, lot: &Lot, sources: &Sources, frame: Frame) {
        let starts = sources.line_starts(file);
        let empty = |start: &u32| *start as usize == sources.text(file).len();
        let unwritten = starts.len() > 1 && starts.last().is_some_and(empty);
        let count = starts.len() - usize::from(unwritten);
        let first = lot.lines.start.saturating_sub(AROUND);
        let last = (lot.lines.end + AROUND).min(count).max(lot.lines.end);
        let from = self.buffer.len();
        let mut drawn: Vec<(usize, Shown)> = Vec::new();
        for at in first..last {
            let (text, start) = line(sources, file, at);
            let shown = frame.show(text, &lot.marks(at, start));
            drawn.push((self.buffer.len(), shown));
            let (_, shown) = &drawn[at - first];
            self.buffer.push_str(&shown.text);
            self.buffer.push('\n');
        }
        let mut marks: Vec<(Range<usize>, Mark)> = Vec::new();
        for place in &lot.places {
            let mark = self.mark(place, first, &drawn, sources, frame);
            marks.push((place.lines.clone(), mark));
        }
        self.marks.extend(side_by_side(marks, &self.buffer));
        self.regions.push(Region {
            bytes: from..self.buffer.len(),
            name: visible::clean(sources.name(file), 1000, frame.unicode),
            first_line: first,
            lines: last - first,
        });
    }

    /// A label's place among the drawn lines, its text wrapped to the room right of it.
    fn mark(
        &self,
        place: &Place,
        first: usize,
        drawn: &[(usize, Shown)],
        sources: &Sources,
        frame: Frame,
    ) -> Mark {
        let file = place.span.source;
        let bytes = place.span.range();
        let part = |at: usize| {
            let (_, start) = line(sources, file, at);
            let (base, shown) = &drawn[at - first];
            let from = bytes.start.max(start) - start;
            let found = shown.find(from..bytes.end.saturating_sub(start));
            (*base, base + found.start..base + found.end)
        };
        let (base, head) = part(place.lines.start);
        let (_, tail) = part(place.lines.end - 1);
        let middle = (head.start + head.end) / 2;
        let column = match place.lines.len() {
            1 => self
                .buffer
                .get(base..middle)
                .map_or(0, |t| visible::columns(t, true)),
            _ => 0,
        };
        let room = frame.columns.saturating_sub(column + 4).max(32);
        let text = visible::clean(&place.label.text, 1000, frame.unicode);
        let (line, column) = sources.line_col(file, place.span.start);
        Mark {
            bytes: head.start..tail.end,
            text: visible::wrapped(&text, room),
            primary: place.label.primary,
            line: line - 1,
            column: column - 1,
        }
    }
}

/// Lays labels of one line side by side, for what lies on one another cannot be drawn: the outer
/// label gives way to the inner one, and labels of the same words share one drawing.
fn side_by_side(mut marks: Vec<(Range<usize>, Mark)>, buffer: &str) -> Vec<Mark> {
    let key = |(lines, mark): &(Range<usize>, Mark)| {
        (
            lines.start,
            lines.len() > 1,
            mark.bytes.start,
            mark.bytes.end,
        )
    };
    marks.sort_by_key(key);
    let mut at = 0;
    while at + 1 < marks.len() {
        let (one, two) = (&marks[at], &marks[at + 1]);
        let (left, right) = (one.1.bytes.clone(), two.1.bytes.clone());
        if one.0 != two.0 || one.0.len() > 1 || left.end <= right.start {
            at += 1;
        } else if left == right {
            let (_, same) = marks.remove(at + 1);
            marks[at].1.join(&same);
        } else if left.start == right.start {
            marks[at + 1].1.bytes = without_blanks(left.end..right.end, buffer);
            marks[at + 1..].sort_by_key(key);
        } else {
            marks[at].1.bytes = without_blanks(left.start..right.start, buffer);
            at += 1;
        }
    }
    let mut marks: Vec<Mark> = marks.into_iter().map(|(_, mark)| mark).collect();
    marks.sort_by_key(|mark| mark.bytes.start);
    marks
}

/// A stretch of the buffer without the blanks around it, unless it is all blank.
fn without_blanks(bytes: Range<usize>, buffer: &str) -> Range<usize> {
    let text = buffer.get(bytes.clone()).unwrap_or("");
    let start = bytes.start + (text.len() - text.trim_start().len());
    match text.trim() {
        "" => bytes,
        text => start..start + text.len(),
    }
}

impl Mark {
    /// Says what another label of the same words says too.
    fn join(&mut self, other: &Mark) {
        self.primary |= other.primary;
        if self.text.is_empty() {
            self.text.clone_from(&other.text);
        } else if !self.text.contains(&other.text) {
            self.text.push('\n');
            self.text.push_str(&other.text);
        }
    }
}

impl SourceCode for Excerpt {
    /// The region a span lies in. A span over two regions is refused: that keeps them apart.
    ///
    /// Asked without lines around it, the answer carries the line and column of the label that
    /// starts there, which miette puts into the header.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let at = self
            .regions
            .partition_point(|region| region.bytes.end <= span.offset());
        let region = self.regions.get(at).ok_or(MietteError::OutOfBounds)?;
        if span.offset() + span.len() > region.bytes.end {
            return Err(MietteError::OutOfBounds);
        }
        let mark = self
            .marks
            .binary_search_by_key(&span.offset(), |mark| mark.bytes.start);
        let (line, column) = match mark {
            Ok(at) if before == 0 && after == 0 => (self.marks[at].line, self.marks[at].column),
            _ => (region.first_line, 0),
        };
        let bytes = region.bytes.clone();
        Ok(Box::new(MietteSpanContents::new_named(
            region.name.clone(),
            self.buffer[bytes.clone()].as_bytes(),
            SourceSpan::from(bytes),
            line,
            column,
            region.lines,
        )))
    }
}

//! Floor 0: every text that was read, and places in them.
//!
//! Comes in: names and texts. Goes out: [`SourceId`]s, lines and columns.
//! A [`Span`] alone tells its text and its bytes; it never borrows the text.

mod span;

pub use span::{SourceId, Span, Spanned};

use std::borrow::Cow;
use std::cell::OnceCell;

/// One text with its name, and where its lines start (found when first asked for).
#[derive(Debug, Clone)]
struct Source {
    name: Cow<'static, str>,
    text: Cow<'static, str>,
    lines: OnceCell<Vec<u32>>,
}

/// All texts of one run, numbered in the order they were added.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    all: Vec<Source>,
}

impl Sources {
    /// No texts yet.
    pub fn new() -> Sources {
        Sources::default()
    }

    /// Adds a text under the name shown to people (a path, or `<input>`).
    pub fn add(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        text: impl Into<Cow<'static, str>>,
    ) -> SourceId {
        let id = SourceId(u32::try_from(self.all.len()).expect("fewer than four billion texts"));
        self.all.push(Source {
            name: name.into(),
            text: text.into(),
            lines: OnceCell::new(),
        });
        id
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether no text was added.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The name of a text, empty for an unknown id.
    pub fn name(&self, id: SourceId) -> &str {
        self.get(id).map_or("", |s| &s.name)
    }

    /// The whole text, empty for an unknown id.
    pub fn text(&self, id: SourceId) -> &str {
        self.get(id).map_or("", |s| &s.text)
    }

    /// The words a span covers; empty if it reaches past its text.
    pub fn slice(&self, span: Span) -> &str {
        self.text(span.source).get(span.range()).unwrap_or("")
    }

    /// Byte offsets at which the lines of a text start; the first is 0.
    pub fn line_starts(&self, id: SourceId) -> &[u32] {
        let Some(source) = self.get(id) else {
            return &[0];
        };
        source.lines.get_or_init(|| {
            let ends = source.text.match_indices('\n').map(|(at, _)| at);
            let starts = ends.map(|end| u32::try_from(end + 1).unwrap_or(u32::MAX));
            std::iter::once(0).chain(starts).collect()
        })
    }

    /// Line and column of a byte, both counted from 1; columns count characters.
    pub fn line_col(&self, id: SourceId, byte: u32) -> (usize, usize) {
        let starts = self.line_starts(id);
        let line = starts.partition_point(|start| *start <= byte).max(1) - 1;
        let text = self.text(id);
        let mut end = (byte as usize).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let column = text
            .get(starts[line] as usize..end)
            .map_or(0, |head| head.chars().count());
        (line + 1, column + 1)
    }

    fn get(&self, id: SourceId) -> Option<&Source> {
        self.all.get(id.0 as usize)
    }
}

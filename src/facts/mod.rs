//! Floor 2: facts texts become one tree, whatever they are written in.
//!
//! Comes in: a YAML, JSON, JSON Lines or TOML text. Goes out: one [`Node`] per document, every key
//! and value with its place. Goes wrong: syntax, keys given twice, YAML features we refuse, and
//! texts beyond the [`Limits`]; all faults of a text are told at once.

pub mod edit;
mod errors;
mod json;
mod toml;
mod tree;
mod wording;
mod yaml;

pub use tree::{Entry, Map, Node, Tree};

use crate::diagnostic::{Diagnostic, in_text_order};
use crate::source::{SourceId, Span};

/// What a facts text is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// YAML 1.2, one or several documents.
    Yaml,
    /// JSON, one document.
    Json,
    /// TOML 1.1, one document.
    Toml,
    /// One JSON document per line; empty lines are skipped.
    JsonLines,
}

impl Format {
    /// The format of a file by the ending of its name, in any case: `yaml`, `yml`, `json`, `toml`,
    /// `jsonl`, `ndjson`. None for anything else.
    pub fn of_name(name: &str) -> Option<Format> {
        let (stem, ending) = name.rsplit_once('.')?;
        if stem.is_empty() || ending.contains(['/', '\\']) {
            return None;
        }
        match ending.to_ascii_lowercase().as_str() {
            "yaml" | "yml" => Some(Format::Yaml),
            "json" => Some(Format::Json),
            "toml" => Some(Format::Toml),
            "jsonl" | "ndjson" => Some(Format::JsonLines),
            _ => None,
        }
    }
}

/// How much one text may ask for. Whatever is beyond is an error, never a hang.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the text.
    pub bytes: usize,
    /// Lists and mappings inside each other; never more than 256, whatever is asked for (80 for
    /// brackets in TOML).
    pub depth: usize,
    /// Values of all documents together, keys not counted.
    pub nodes: usize,
    /// Bytes of one key or scalar.
    pub scalar: usize,
    /// Anchors, and values that YAML aliases copy, of all documents together. What they copy may
    /// besides hold no more text than [`Limits::bytes`].
    pub alias_nodes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            bytes: 64 << 20,
            depth: 64,
            nodes: 5_000_000,
            scalar: 1 << 20,
            alias_nodes: 100_000,
        }
    }
}

/// The depth that no setting exceeds: trees are walked and dropped by recursion.
const DEEPEST: usize = 256;

/// So many faults of one text are told; then reading stops.
const FAULTS: usize = 1_000;

/// Reads one text: all its documents in order (YAML `---`, JSON Lines rows; none if there is
/// nothing), or all its faults in the order of the text. A byte order mark at the start is
/// skipped. Whatever the text, this returns soon and without a panic.
pub fn parse(
    source: SourceId,
    text: &str,
    format: Format,
    limits: &Limits,
) -> Result<Vec<Node>, Vec<Diagnostic>> {
    let text = Text { source, all: text };
    let limits = &Limits {
        bytes: limits.bytes.min(u32::MAX as usize),
        depth: limits.depth.clamp(1, DEEPEST),
        ..limits.clone()
    };
    if text.all.len() > limits.bytes {
        return Err(vec![errors::text_too_long(text, limits.bytes)]);
    }
    let mut faults = Faults {
        text,
        list: Vec::new(),
    };
    let documents = match format {
        Format::Yaml => yaml::parse(text, limits, &mut faults),
        Format::Json => json::parse(text, limits, &mut faults),
        Format::JsonLines => json::parse_lines(text, limits, &mut faults),
        Format::Toml => toml::parse(text, limits, &mut faults),
    };
    faults.none().map(|()| documents)
}

/// A text and its number: makes places.
#[derive(Clone, Copy)]
struct Text<'t> {
    source: SourceId,
    all: &'t str,
}

impl<'t> Text<'t> {
    /// The text without a byte order mark, and how many bytes that mark takes.
    fn without_mark(self) -> (&'t str, usize) {
        match self.all.strip_prefix('\u{feff}') {
            Some(rest) => (rest, '\u{feff}'.len_utf8()),
            None => (self.all, 0),
        }
    }

    fn span(self, start: usize, end: usize) -> Span {
        Span::new(self.source, start, end)
    }

    fn slice(self, span: Span) -> &'t str {
        self.all.get(span.range()).unwrap_or("")
    }

    /// Something to point at near a byte: the word or sign that stands there, or the last visible
    /// one before it at the end of a line.
    fn near(self, at: usize) -> Span {
        let at = self.boundary(at);
        let here = self.all[at..].chars().next();
        match here {
            Some(c) if c != '\n' && c != '\r' => {
                let word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
                let len: usize = match word(c) {
                    true => self.all[at..]
                        .chars()
                        .take_while(|c| word(*c))
                        .take(40)
                        .map(char::len_utf8)
                        .sum(),
                    false => c.len_utf8(),
                };
                self.span(at, at + len)
            }
            _ => self.before(at),
        }
    }

    /// The visible run of signs that ends last before a byte, on this or an earlier line.
    fn before(self, at: usize) -> Span {
        const REACH: usize = 4_096;
        let at = self.boundary(at);
        let floor = self.boundary(at.saturating_sub(REACH));
        let end = floor + self.all[floor..at].trim_end().len();
        let run = self.all[floor..end].chars().rev();
        let len: usize = run
            .take_while(|c| !c.is_whitespace())
            .take(40)
            .map(char::len_utf8)
            .sum();
        match len {
            0 => self.after(at),
            _ => self.span(end - len, end),
        }
    }

    /// The first visible sign after a byte; nothing if there is none for long.
    fn after(self, at: usize) -> Span {
        let mut signs = self.all[at..].char_indices().take(4_096);
        match signs.find(|(_, c)| !c.is_whitespace()) {
            Some((skip, c)) => self.span(at + skip, at + skip + c.len_utf8()),
            None => self.span(at, at),
        }
    }

    /// The beginning of something that may be very long: its first line, at most 40 signs of it.
    fn head(self, start: usize, end: usize) -> Span {
        let (start, end) = (self.boundary(start), self.boundary(end));
        let words = self.all.get(start..end).unwrap_or("");
        let line = words.chars().take_while(|c| *c != '\n' && *c != '\r');
        let len: usize = line.take(40).map(char::len_utf8).sum();
        self.span(start, start + len)
    }

    fn boundary(self, at: usize) -> usize {
        let mut at = at.min(self.all.len());
        while !self.all.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

/// The faults found so far, at most [`FAULTS`].
struct Faults<'t> {
    text: Text<'t>,
    list: Vec<Diagnostic>,
}

impl Faults<'_> {
    /// Adds a fault; gives labels without extent something to point at.
    fn push(&mut self, mut fault: Diagnostic) {
        for label in &mut fault.labels {
            if label.span.start == label.span.end {
                label.span = self.text.near(label.span.start as usize);
            }
        }
        if !self.is_full() {
            self.list.push(fault);
        }
    }

    fn is_full(&self) -> bool {
        self.list.len() >= FAULTS
    }

    fn none(mut self) -> Result<(), Vec<Diagnostic>> {
        if self.list.is_empty() {
            return Ok(());
        }
        let full = self.is_full();
        in_text_order(&mut self.list);
        if let (true, Some(last)) = (full, self.list.last()) {
            let rest = errors::too_many_faults(last.place(), FAULTS);
            self.list.push(rest);
        }
        Err(self.list)
    }
}

//! Drawing a message: for a terminal, for a screen reader, or as rows for other programs.
//!
//! Comes in: a [`Diagnostic`], its [`Sources`] and how it should look. Goes out: text that ends
//! with a line break. The environment decides nothing here, and nothing here can fail.

use std::fmt;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, ThemeCharacters, ThemeStyles};
use schemars::JsonSchema;
use serde::Serialize;

use super::excerpt::Excerpt;
use super::layout::settled;
use super::window::Frame;
use super::{Diagnostic, Label, Severity, visible};
use crate::source::Sources;

/// No sentence is longer than this many characters.
const SENTENCE: usize = 4000;

/// No quoted words are longer than this many characters.
const QUOTE: usize = 80;

/// How a message is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Columns of the terminal; 40 is the least that is used.
    pub width: usize,
    /// Whether to colour.
    pub color: bool,
    /// Whether to draw with signs beyond ASCII.
    pub unicode: bool,
    /// Whether to tell the message in plain lines without any drawing.
    pub plain: bool,
}

/// A label as other programs read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Placed {
    /// The name of the file.
    pub file: String,
    /// Its line, counted from 1.
    pub line: usize,
    /// Its column in characters, counted from 1.
    pub column: usize,
    /// The line of its end.
    pub end_line: usize,
    /// The column just after its last character; the same as `column` if it is empty.
    pub end_column: usize,
    /// What is here; may be empty.
    pub text: String,
    /// Whether this is the place the message is about.
    pub primary: bool,
}

/// A message as text: drawn around the lines it is about, or told plainly; ends with a line break.
///
/// Lines of several files are shown in one report, the file of the primary label first. Nothing in
/// the files or in the message can steer the terminal or make the drawing fail.
pub fn render(diagnostic: &Diagnostic, sources: &Sources, look: &Look) -> String {
    if look.plain {
        return plain(diagnostic, sources, look.unicode);
    }
    let drawing = Drawing::of(diagnostic, sources, look);
    let mut drawn = String::new();
    match drawing.handler(look).render_report(&mut drawn, &drawing) {
        Ok(()) => without_trailing_blanks(&drawn),
        Err(_) => plain(diagnostic, sources, look.unicode),
    }
}

/// Where a label is, in lines and columns; nothing for a label that is nowhere.
pub fn placed(label: &Label, sources: &Sources) -> Option<Placed> {
    let span = settled(label.span, sources)?;
    let (line, column) = sources.line_col(span.source, span.start);
    let (end_line, end_column) = sources.line_col(span.source, span.end);
    Some(Placed {
        file: sources.name(span.source).to_owned(),
        line,
        column,
        end_line,
        end_column,
        text: label.text.clone(),
        primary: label.primary,
    })
}

/// `error[breached]`: the first words of every message.
fn heading(diagnostic: &Diagnostic) -> String {
    format!("{}[{}]", diagnostic.severity, diagnostic.code)
}

/// The message told in lines, without any drawing: for screen readers and for `grep`.
///
/// ```text
/// error[breached]: the deployment has more users than the license allows
///   facts.yaml:3:10: users stated here: "812_000_000"
///   help: ask the licensor for a license of your own
/// ```
fn plain(diagnostic: &Diagnostic, sources: &Sources, unicode: bool) -> String {
    let clean = |text: &str| visible::clean(text, SENTENCE, unicode);
    let mut told = format!("{}: {}\n", heading(diagnostic), clean(&diagnostic.message));
    let mut labels: Vec<&Label> = diagnostic.labels.iter().collect();
    labels.sort_by_key(|label| !label.primary);
    for label in labels {
        let (Some(place), Some(span)) = (placed(label, sources), settled(label.span, sources))
        else {
            continue;
        };
        let Placed { line, column, .. } = place;
        told.push_str(&format!("  {}:{line}:{column}", clean(&place.file)));
        if !label.text.is_empty() {
            told.push_str(&format!(": {}", clean(&label.text)));
        }
        let words = visible::one_line(sources.slice(span), QUOTE, unicode);
        if !words.is_empty() {
            let quote = if words.contains('"') { '\'' } else { '"' };
            told.push_str(&format!(": {quote}{words}{quote}"));
        }
        told.push('\n');
    }
    if let Some(help) = &diagnostic.help {
        let lines: Vec<String> = help.lines().map(clean).collect();
        told.push_str(&format!("  help: {}\n", lines.join("\n        ")));
    }
    told
}

/// Every line without the blanks at its end.
fn without_trailing_blanks(text: &str) -> String {
    text.lines()
        .flat_map(|line| [line.trim_end(), "\n"])
        .collect()
}

/// A message in miette's terms, everything cleaned and wrapped.
#[derive(Debug)]
struct Drawing {
    heading: String,
    severity: Severity,
    message: String,
    help: Option<String>,
    excerpt: Excerpt,
}

impl Drawing {
    /// Prepares a message for a look.
    fn of(diagnostic: &Diagnostic, sources: &Sources, look: &Look) -> Drawing {
        let width = look.width.max(40);
        let frame = Frame {
            columns: (width - 8).min(120),
            unicode: look.unicode,
        };
        let clean = |text: &str| visible::clean(text, SENTENCE, look.unicode);
        let help = diagnostic.help.as_ref().map(|help| {
            let lines: Vec<String> = help.lines().map(clean).collect();
            visible::wrapped(&lines.join("\n"), width - 10)
        });
        Drawing {
            heading: heading(diagnostic),
            severity: diagnostic.severity,
            message: visible::wrapped(&clean(&diagnostic.message), width - 6),
            help,
            excerpt: Excerpt::of(&diagnostic.labels, sources, frame),
        }
    }

    /// miette's handler with every choice made: no links, no environment, no wrapping of its own.
    fn handler(&self, look: &Look) -> GraphicalReportHandler {
        let characters = match look.unicode {
            true => ThemeCharacters::unicode(),
            false => ThemeCharacters::ascii(),
        };
        let styles = match look.color {
            true => self.styles(),
            false => ThemeStyles::none(),
        };
        GraphicalReportHandler::new_themed(GraphicalTheme { characters, styles })
            .with_width(look.width)
            .with_wrap_lines(false)
            .with_urls(false)
            .without_cause_chain()
            .without_syntax_highlighting()
    }

    /// One style per label, in the order miette draws them: primary labels in the colour of the
    /// severity, the others in the colour of names.
    fn styles(&self) -> ThemeStyles {
        let ansi = ThemeStyles::ansi();
        let primary = match self.severity {
            Severity::Advice => ansi.advice,
            Severity::Warning => ansi.warning,
            Severity::Error => ansi.error,
        };
        let marks = self.excerpt.marks.iter();
        let highlights = marks.map(|mark| match mark.primary {
            true => primary.bold(),
            false => ansi.help.bold(),
        });
        ThemeStyles {
            highlights: highlights.collect(),
            ..ansi
        }
    }
}

impl fmt::Display for Drawing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Drawing {}

impl miette::Diagnostic for Drawing {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.heading))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Advice => miette::Severity::Advice,
            Severity::Warning => miette::Severity::Warning,
            Severity::Error => miette::Severity::Error,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.help.as_ref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        Some(&self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        if self.excerpt.is_empty() {
            return None;
        }
        Some(Box::new(self.excerpt.marks.iter().map(|mark| {
            let text = (!mark.text.is_empty()).then(|| mark.text.clone());
            let span = mark.bytes.clone();
            match mark.primary {
                true => LabeledSpan::new_primary_with_span(text, span),
                false => LabeledSpan::new_with_span(text, span),
            }
        })))
    }
}

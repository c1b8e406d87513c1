//! A message as plain data: its code, its places, what to do next.

use super::Code;
use crate::source::Span;

/// How grave a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Good to know; changes nothing.
    Advice,
    /// Deserves a look; does not stop the work.
    Warning,
    /// Stops the work, or is a finding against the deployment.
    Error,
}

impl Severity {
    /// The severity as written in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Advice => "advice",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A few words at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is here; may be empty (the place is underlined only).
    pub text: String,
    /// Whether this is the place the message is about; its file is drawn first.
    pub primary: bool,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of message; has a page under `clausula explain`.
    pub code: Code,
    /// How grave.
    pub severity: Severity,
    /// One sentence.
    pub message: String,
    /// The places it speaks of, in any files.
    pub labels: Vec<Label>,
    /// What to do next.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error without places yet.
    pub fn error(code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity: Severity::Error,
            message: message.into(),
            labels: Vec::new(),
            help: None,
        }
    }

    /// A warning without places yet.
    pub fn warning(code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity: Severity::Warning,
            ..Diagnostic::error(code, message)
        }
    }

    /// Adds the place the message is about.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.labels.push(Label {
            span,
            text: text.into(),
            primary: true,
        });
        self
    }

    /// Adds a further place.
    #[must_use]
    pub fn and(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.labels.push(Label {
            span,
            text: text.into(),
            primary: false,
        });
        self
    }

    /// Says what to do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// Says what to do next, if there is something to say.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Diagnostic {
        self.help = help.or(self.help);
        self
    }

    /// What messages are ordered by: their place in the texts first.
    pub fn order(&self) -> (Span, Code, &str) {
        (self.place(), self.code, &self.message)
    }

    /// The place of the first primary label, for ordering.
    pub fn place(&self) -> Span {
        let primary = self.labels.iter().find(|label| label.primary);
        primary
            .or(self.labels.first())
            .map_or(Span::NOWHERE, |label| label.span)
    }
}

/// Puts messages in the order of the text and drops exact repeats.
pub fn in_text_order(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| a.order().cmp(&b.order()));
    diagnostics.dedup();
}

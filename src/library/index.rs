//! What is known of every shipped license without decoding it.

use super::PARTS;
use crate::check::Known;
use crate::diagnostic::nearest;
use crate::eval::{LicenseNames, NamePattern};
use crate::ir::Program;
use crate::source::Span;
use std::cmp::Ordering;

/// A shipped license, as the index lists it.
#[derive(Debug)]
pub struct License {
    /// Its id.
    pub id: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Who licenses.
    pub licensor: &'static str,
    /// Other names it goes by.
    pub aliases: &'static [&'static str],
    /// Glob patterns of models the licensor released under it.
    pub models: &'static [&'static str],
    /// Its questions.
    pub questions: &'static [Question],
    /// Names of its judgments.
    pub judgments: &'static [&'static str],
    /// Where it is declared.
    pub span: Span,
    /// The compiled layer.
    pub(super) bytes: &'static [u8],
}

impl License {
    /// Whether the licensor released a model of this name under it.
    pub fn lists(&self, model: &str) -> bool {
        self.models
            .iter()
            .any(|pattern| NamePattern::new(*pattern).lists(model))
    }
}

/// A question of a shipped license.
#[derive(Debug)]
pub struct Question {
    /// Its name.
    pub name: &'static str,
    /// Names of its readings.
    pub readings: &'static [&'static str],
}

/// All shipped licenses, in the order of their ids.
pub fn licenses() -> &'static [License] {
    PARTS.licenses
}

/// What an organization's texts may refer to.
pub fn known() -> Vec<Known> {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let questions = |license: &License| {
        let all = license.questions.iter();
        all.map(|question| (question.name.to_owned(), owned(question.readings)))
            .collect()
    };
    licenses()
        .iter()
        .map(|license| Known {
            id: license.id.to_owned(),
            license: true,
            questions: questions(license),
            judgments: owned(license.judgments),
            span: license.span,
        })
        .collect()
}

/// Names of the shipped licenses: ids and aliases, in small or capital letters.
#[derive(Clone, Copy, Debug)]
pub struct Index;

/// Names of the shipped licenses.
pub fn names() -> &'static Index {
    &Index
}

impl Index {
    /// The number of the license called `name` in [`licenses`].
    pub fn position(&self, name: &str) -> Option<usize> {
        let found = PARTS
            .names
            .binary_search_by(|(known, _)| in_small_letters(known, name));
        found.ok().map(|at| usize::from(PARTS.names[at].1))
    }
}

/// How two names compare if both were written in small letters.
fn in_small_letters(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.bytes(), b.bytes());
    a.map(|b| b.to_ascii_lowercase())
        .cmp(b.map(|b| b.to_ascii_lowercase()))
}

impl LicenseNames for Index {
    fn canonical(&self, name: &str) -> Option<&str> {
        self.position(name).map(|at| PARTS.licenses[at].id)
    }

    fn suggestion(&self, name: &str) -> Option<String> {
        let all = PARTS.names.iter().map(|(known, _)| *known);
        nearest::nearest(name, all).map(str::to_owned)
    }
}

/// Names of the shipped licenses and of those an organization's texts declare.
#[derive(Clone, Debug)]
pub struct Names<'p> {
    /// Each name with the id it stands for.
    own: Vec<(&'p str, &'p str)>,
}

/// Names of the shipped licenses and of those that `program` has besides.
pub fn names_with(program: &Program) -> Names<'_> {
    let mut own = Vec::new();
    for layer in &program.layers {
        let Some(terms) = layer.terms() else { continue };
        own.push((layer.id.as_str(), layer.id.as_str()));
        let aliases = terms.aliases.iter();
        own.extend(aliases.map(|alias| (alias.as_str(), layer.id.as_str())));
    }
    Names { own }
}

impl LicenseNames for Names<'_> {
    fn canonical(&self, name: &str) -> Option<&str> {
        Index
            .position(name)
            .map(|at| PARTS.licenses[at].id)
            .or_else(|| {
                let mut own = self.own.iter();
                own.find(|(known, _)| known.eq_ignore_ascii_case(name))
                    .map(|(_, id)| *id)
            })
    }

    fn suggestion(&self, name: &str) -> Option<String> {
        let shipped = PARTS.names.iter().map(|(known, _)| *known);
        let own = self.own.iter().map(|(known, _)| *known);
        nearest::nearest(name, shipped.chain(own)).map(str::to_owned)
    }
}

//! What two layers say differently, clause by clause, each with facts that show it.

use super::compare;
use super::witness::Shown;
use crate::ir::{Layer, Program, Says};
use crate::scene::Options;
use schemars::JsonSchema;
use serde::Serialize;

/// What became of a clause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Change {
    /// It means the same
    Same,
    /// It means the same but for names, dates and the models covered
    Names {
        /// Each `old → new`.
        but_for: Vec<String>,
    },
    /// Its recorded words differ; they are not evaluated
    Words,
    /// It means something else
    Changed {
        /// How, in words.
        how: Vec<String>,
    },
    /// It is in the older layer only
    Gone,
    /// It is in the newer layer only
    New,
}

/// A clause of one layer or of both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Pair {
    /// Its name in the newer layer, or in the only one.
    pub name: String,
    /// Its name in the older layer, if it is another.
    pub was: Option<String>,
    /// Its title.
    pub title: String,
    /// The section it encodes.
    pub section: Option<String>,
    /// What it says: `grant`, `forbid`, `require`, `exception`, `end`, `term`.
    pub kind: String,
    /// What became of it.
    pub change: Change,
    /// Facts that show it, one for each direction in which it comes to something else; each was
    /// evaluated under both layers. Empty where nothing changed, where facts were not asked for, and
    /// where none were found.
    pub shown: Vec<Shown>,
    /// Whether it may mean the same after all: a condition lies outside of what is followed exactly,
    /// and no facts were found that show a difference.
    pub doubtful: bool,
}

/// Acts that are permitted under one layer and not under the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Acts {
    /// Whether they became permitted; otherwise they no longer are.
    pub gained: bool,
    /// The acts.
    pub acts: Vec<String>,
    /// Duties of the layer that permits, due in the facts shown.
    pub duties: Vec<String>,
    /// Facts that show it for the first of them.
    pub shown: Option<Shown>,
}

/// What two layers say differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Difference {
    /// Id of the older layer.
    pub old: String,
    /// Id of the newer layer.
    pub new: String,
    /// Every clause, in the order of the newer layer, those of the older only last.
    pub clauses: Vec<Pair>,
    /// Acts that became permitted, or no longer are.
    pub acts: Vec<Acts>,
    /// Other differences: relations that bind, the licensor, how hard a rule is enforced, what was
    /// adopted and waived.
    pub terms: Vec<String>,
    /// Whether both mean the same, but for names, dates and the models covered.
    pub same: bool,
    /// Whether a limit was reached, so that differences may have been missed.
    pub gave_up: bool,
}

/// One of the two that are compared.
#[derive(Clone, Copy)]
pub struct Version<'v> {
    /// The layer.
    pub layer: &'v Layer,
    /// The program it was compiled in.
    pub program: &'v Program,
}

/// What is to be shown by facts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Show {
    /// What changed; what is in one layer only where that is little
    #[default]
    Changed,
    /// Every difference
    All,
    /// The clause, or the act, of this name
    Clause(String),
}

/// How many clauses of one layer only are shown by facts unless all are asked for.
const FEW: usize = 12;

impl Show {
    /// Whether a clause is to be shown; `alone` are the clauses of one layer only, if it is one.
    pub(super) fn wants(&self, name: &str, was: Option<&str>, alone: Option<usize>) -> bool {
        match self {
            Show::All => true,
            Show::Changed => alone.is_none_or(|count| count <= FEW),
            Show::Clause(wanted) => wanted == name || was == Some(wanted),
        }
    }
}

/// How a clause's kind is written.
pub(super) fn kind(says: &Says) -> &'static str {
    match says {
        Says::Grant(_) => "grant",
        Says::Forbid(_) => "forbid",
        Says::Require(_) => "require",
        Says::Exception(_) => "exception",
        Says::End(_) => "end",
        Says::Term(_) => "term",
    }
}

/// Compares two layers whose programs have one vocabulary.
pub fn diff(old: Version, new: Version, options: Options, show: &Show) -> Difference {
    compare::compare(old, new, options, show)
}

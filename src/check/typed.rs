//! What a checked document says: every name resolved, every kind known, definitions put in place.

use crate::source::Span;
use crate::syntax::ast;
use crate::value::{Duration, Kind, Schema, Value};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use ast::{Decision, Each, Level, Quantity, Tier};

/// Where a path starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Root {
    /// The facts of the deployment
    Deployment,
    /// `model`: the deployed model being judged
    Model,
    /// `origin`: the model that carries the license
    Origin,
    /// `lineage`: the path between them
    Lineage,
    /// `license`: the license being judged
    License,
    /// The element of the n-th enclosing quantifier, counted from the outermost
    Element(u8),
}

/// One step into a record or a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Step {
    /// A field, by its place in the record
    Field(u16),
    /// That month or year (months as [`Month`](crate::value::Month) counts them, years as such)
    Entry(i32),
    /// The calendar month or year before the day of the evaluation
    Last,
}

/// Which fact.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Path {
    /// Where it starts.
    pub root: Root,
    /// Its steps.
    pub steps: Vec<Step>,
    /// The record it starts in, or the kind of the element.
    pub base: Kind,
}

impl Path {
    /// The kind of the fact at the end of the path, and whether it may be `none`.
    pub fn kind(&self, schema: &Schema) -> (Kind, bool) {
        let mut kind = self.base.clone();
        let mut or_none = false;
        for step in &self.steps {
            (kind, or_none) = match (step, kind) {
                (Step::Field(n), Kind::Record(id)) => {
                    let field = &schema.record(id).fields[*n as usize];
                    (field.kind.clone(), field.or_none)
                }
                (_, Kind::Series(_, inner)) => (*inner, false),
                (_, kind) => (kind, false),
            };
        }
        (kind, or_none)
    }

    /// The path as people write it, below `start`.
    pub fn said(&self, start: &str, schema: &Schema) -> String {
        let mut said = start.to_owned();
        let mut kind = self.base.clone();
        for step in &self.steps {
            match (step, &kind) {
                (Step::Field(n), Kind::Record(id)) => {
                    let field = &schema.record(*id).fields[*n as usize];
                    if !said.is_empty() {
                        said.push('.');
                    }
                    said.push_str(&field.name);
                    kind = field.kind.clone();
                }
                (step, Kind::Series(period, inner)) => {
                    said.push_str(&match (step, period) {
                        (Step::Entry(n), crate::value::Period::Month) => {
                            format!(" in {}", crate::value::Month(*n))
                        }
                        (Step::Entry(n), _) => format!(" in {n}"),
                        (Step::Last, crate::value::Period::Month) => " in last month".to_owned(),
                        _ => " in last year".to_owned(),
                    });
                    kind = inner.as_ref().clone();
                }
                _ => {}
            }
        }
        said
    }
}

/// One side of a comparison. `P` says which fact: a path, or where an evaluation keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Operand<P = Path> {
    /// A fact, a date moved by a duration where there is one
    Fact(P, Option<Duration>),
    /// How many elements a list has
    CountOf(P),
    /// A value written in the policy
    Const(Value),
    /// The day of the evaluation, moved
    Today(Duration),
}

impl<P> Operand<P> {
    /// The same about facts said otherwise.
    pub fn about<Q>(&self, find: &mut impl FnMut(&P) -> Q) -> Operand<Q> {
        match self {
            Operand::Fact(path, by) => Operand::Fact(find(path), *by),
            Operand::CountOf(path) => Operand::CountOf(find(path)),
            Operand::Const(value) => Operand::Const(value.clone()),
            Operand::Today(by) => Operand::Today(*by),
        }
    }
}

/// An order or equality.
pub use ast::Operator;

/// A plain question about one fact, or about two. Never negated: negation is a node of its own.
/// `P` says which fact, as in [`Operand`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Atom<P = Path> {
    /// `product.passes-on.dangers-disclosed`
    Holds(P),
    /// `until is none`
    IsNone(P),
    /// `users > 700M`; the operator is never `is not`
    Compare(Operand<P>, Operator, Operand<P>),
    /// `run in (a, b)`
    In(P, Vec<Value>),
    /// `principal-place-of-business in EU`
    Within(P, Value),
    /// `engaged includes LAW`
    Includes(P, Operand<P>),
    /// `model.id begins with "Llama"`
    Begins(P, Box<str>),
    /// `model.id matches "acme/*"`
    Matches(P, Box<str>),
}

impl<P> Atom<P> {
    /// The same question about facts said otherwise.
    pub fn about<Q>(&self, find: &mut impl FnMut(&P) -> Q) -> Atom<Q> {
        match self {
            Atom::Holds(path) => Atom::Holds(find(path)),
            Atom::IsNone(path) => Atom::IsNone(find(path)),
            Atom::Compare(left, operator, right) => {
                Atom::Compare(left.about(find), *operator, right.about(find))
            }
            Atom::In(path, values) => Atom::In(find(path), values.clone()),
            Atom::Within(path, outer) => Atom::Within(find(path), outer.clone()),
            Atom::Includes(path, wanted) => Atom::Includes(find(path), wanted.about(find)),
            Atom::Begins(path, prefix) => Atom::Begins(find(path), prefix.clone()),
            Atom::Matches(path, pattern) => Atom::Matches(find(path), pattern.clone()),
        }
    }
}

/// A condition and the words that say it.
#[derive(Clone, Debug)]
pub struct Cond {
    /// What it is.
    pub node: CondNode,
    /// Where it is said.
    pub span: Span,
}

/// What a condition is.
#[derive(Clone, Debug)]
pub enum CondNode {
    /// Always so, or never
    Const(bool),
    /// All of them
    All(Vec<Cond>),
    /// At least one
    Any(Vec<Cond>),
    /// The opposite
    Not(Box<Cond>),
    /// A definition, act or clause-local name used here: the inner words are elsewhere
    Named(Box<Cond>),
    /// About the elements of a list
    Quantified(Quantity, Path, Box<Cond>),
    /// A reading of a question of this layer, both by number
    Reading(u16, u16),
    /// A judgment of this layer, by number
    Judgment(u16),
    /// About facts
    Atom(Atom),
}

/// What a clause says.
#[derive(Clone, Debug)]
pub enum Says {
    /// Acts by number
    Grant(Vec<u16>),
    /// Acts by number; empty for any act
    Forbid(Vec<u16>),
    /// What must hold
    Require(Cond),
    /// The clauses of this layer it defeats, by number
    Exception(Vec<u16>),
    /// The grant clauses it ends, by number; empty for all
    End(Vec<u16>),
    /// Words that are recorded only
    Term(String),
}

/// A checked clause.
#[derive(Clone, Debug)]
pub struct Clause {
    /// Its id within the layer.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Number of its source in the layer.
    pub source: Option<u16>,
    /// The section it encodes.
    pub section: Option<String>,
    /// What it is judged for.
    pub each: Each,
    /// What it says.
    pub says: Says,
    /// When it applies: `when`, not `unless`, `only if`, all together.
    pub conditions: Vec<Cond>,
    /// First and last day it is in force.
    pub effective: (Option<Date>, Option<Date>),
    /// What to do when it decides against somebody.
    pub fix: Option<String>,
    /// Why it is encoded as it is.
    pub note: Option<String>,
    /// Its name.
    pub head: Span,
    /// The words that say what kind of clause it is.
    pub words: Span,
}

/// A source of a layer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SourceText {
    /// How clauses refer to it.
    pub name: String,
    /// Whose words it has.
    pub tier: Tier,
    /// Where it is published.
    pub url: String,
    /// Hash of the text that was encoded.
    pub sha256: Option<String>,
}

/// A reading of a question.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reading {
    /// Its name.
    pub name: String,
    /// What it says.
    pub text: String,
    /// Its support.
    pub because: Option<String>,
    /// Where it is declared.
    pub span: Span,
}

/// A question of a layer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Question {
    /// Its name.
    pub name: String,
    /// What is asked.
    pub text: String,
    /// Its readings.
    pub readings: Vec<Reading>,
    /// The reading taken while nobody adopts another.
    pub default: Option<u16>,
    /// Where it is declared.
    pub span: Span,
}

/// A judgment of a layer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Judgment {
    /// Its name.
    pub name: String,
    /// What is asked.
    pub text: String,
    /// The role that decides.
    pub decided_by: String,
    /// Where it is declared.
    pub span: Span,
}

/// What is particular to a license.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Terms {
    /// Who licenses.
    pub licensor: String,
    /// When this version was released.
    pub released: Option<Date>,
    /// Other names it goes by.
    pub aliases: Vec<String>,
    /// Glob patterns of models the licensor released under it.
    pub models: Vec<String>,
    /// Relations through which it binds descendants, as numbers of the enum `relation`.
    pub binds: Vec<u16>,
    /// Relations through which it follows outputs.
    pub follows: Vec<u16>,
}

/// What is particular to a policy.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct House {
    /// Whether an act no clause grants is refused.
    pub closed: bool,
    /// Who answers for it.
    pub owner: Option<String>,
}

/// A license or a policy.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum LayerKind {
    /// A license
    License(Terms),
    /// An organization's policy
    Policy(House),
}

/// How hard a rule is enforced, and where.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Enforce {
    /// The clause, by number.
    pub clause: u16,
    /// How hard.
    pub level: Level,
    /// Environments, as numbers of the enum of the fact `environment`; empty for all.
    pub environments: Vec<u16>,
}

/// What an organization decided: who, when, why, and until when.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Decided {
    /// The license or policy it is about.
    pub layer: String,
    /// The question, judgment or clause of it.
    pub about: String,
    /// What was decided.
    pub what: What,
    /// Deployment it is limited to.
    pub scope: Option<String>,
    /// Who.
    pub by: String,
    /// When.
    pub on: Date,
    /// Last day it counts.
    pub until: Option<Date>,
    /// Why.
    pub because: Option<String>,
    /// Where it is written.
    pub span: Span,
}

impl Decided {
    /// Whether it counts for a deployment of this name.
    pub fn reaches(&self, name: Option<&str>) -> bool {
        self.scope.is_none() || self.scope.as_deref() == name
    }
}

/// What was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// A reading is adopted
    Reading(String),
    /// A judgment is determined
    Determination(bool),
    /// A rule is waived
    Waiver,
}

/// A checked license or policy.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// License or policy.
    pub kind: LayerKind,
    /// Its sources.
    pub sources: Vec<SourceText>,
    /// First and last day it is in force.
    pub effective: (Option<Date>, Option<Date>),
    /// Its questions.
    pub questions: Vec<Question>,
    /// Its judgments.
    pub judgments: Vec<Judgment>,
    /// Its clauses.
    pub clauses: Vec<Clause>,
    /// Its enforcement levels.
    pub enforce: Vec<Enforce>,
    /// The conditions of the acts, as they are seen from this layer.
    pub acts: Vec<Cond>,
    /// Where it is declared.
    pub span: Span,
}

/// An act of the vocabulary.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Act {
    /// Its name.
    pub name: String,
    /// What it means.
    pub doc: Option<String>,
    /// Where it is declared.
    pub span: Span,
}

impl Act {
    /// Whether licenses are asked about it that reach a model by outputs; about all others, those that
    /// reach it as a descendant are asked.
    pub fn is_of_outputs(&self) -> bool {
        self.name == "train-with-outputs"
    }
}

/// Documents that make sense. Only [`check`](super::check) makes one.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct Checked {
    /// What facts can be.
    pub schema: Schema,
    /// The acts, by number.
    pub acts: Vec<Act>,
    /// Licenses and policies, licenses first, each in the order of their ids.
    pub layers: Vec<Layer>,
    /// Adoptions, determinations and waivers.
    pub decided: Vec<Decided>,
    /// Defaults for facts declared by policies.
    pub defaults: Vec<(Path, crate::value::FactDefault)>,
}

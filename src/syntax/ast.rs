//! The tree of a policy file: what was written, in the order it was written. Nothing is resolved
//! yet; every word keeps its place. Each node's doc is its concrete syntax.

use crate::source::{SourceId, Span, Spanned};
use crate::value::Duration;
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::cmp::Ordering;

/// A word and its place.
pub type Word = Spanned<String>;

/// One file.
#[derive(Clone, Debug)]
pub struct Document {
    /// The text it was read from.
    pub source: SourceId,
    /// Its items, in order.
    pub items: Vec<Item>,
}

/// A top-level item.
#[derive(Clone, Debug)]
pub enum Item {
    /// `language 1`
    Language(Spanned<u32>),
    /// `import "terms.clause"`
    Import(Word),
    /// `unit users`
    Unit(Word),
    /// `territory EU "European Union" { AT, BE }`
    Territory(Territory),
    /// `record step "…" { model: model-name }`
    Record(Record),
    /// `enum relation { copy "…" }`
    Enum(Enum),
    /// `fact organization: organization "…"`
    Fact(Field),
    /// `act use "…" when model.run is not none`
    Act(Act),
    /// `define outsiders = product.audience is not own-staff`
    Define(Define),
    /// `license llama-4 "…" { … }`
    License(Layer),
    /// `policy acme "…" open { … }`
    Policy(Layer),
}

/// `EU "European Union" { AT, GB until 2020-01-31 }`
#[derive(Clone, Debug)]
pub struct Territory {
    /// Its name.
    pub name: Word,
    /// Its title.
    pub doc: Option<String>,
    /// Countries or territories that belong to it.
    pub parts: Vec<TerritoryPart>,
}

/// `GB from 1973-01-01 until 2020-01-31`
#[derive(Clone, Debug)]
pub struct TerritoryPart {
    /// The country or territory.
    pub name: Word,
    /// First day it belongs.
    pub from: Option<Date>,
    /// Last day it belongs.
    pub until: Option<Date>,
}

/// `record step "One step" { … }`
#[derive(Clone, Debug)]
pub struct Record {
    /// Its name.
    pub name: Word,
    /// What it describes.
    pub doc: Option<String>,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// `name: kind default value "what it says"`; also a `fact`
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: Word,
    /// What it can be.
    pub kind: Kind,
    /// What it is taken to be when nobody states it.
    pub default: Option<Spanned<Value>>,
    /// What it says.
    pub doc: Option<String>,
}

/// `list of text or none`
#[derive(Clone, Debug)]
pub struct Kind {
    /// The kind before `by` and `or`.
    pub base: KindBase,
    /// `by month`, `by year`
    pub series: Option<Period>,
    /// `or none`
    pub or_none: bool,
    /// The whole kind.
    pub span: Span,
}

/// What a series is keyed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// `by month`
    Month,
    /// `by year`
    Year,
}

/// The kind before `by` and `or`.
#[derive(Clone, Debug)]
pub enum KindBase {
    /// `list of text`
    List(Box<Kind>),
    /// `one of a, b`
    OneOf(Vec<Word>),
    /// `count of users`
    Count(Word),
    /// `text`, or the name of a record or enum
    Named(Word),
}

/// `enum relation { copy "…" }`
#[derive(Clone, Debug)]
pub struct Enum {
    /// Its name.
    pub name: Word,
    /// What it lists.
    pub doc: Option<String>,
    /// Its members, each with what it means.
    pub choices: Vec<(Word, Option<String>)>,
}

/// `act use "…" when …`
#[derive(Clone, Debug)]
pub struct Act {
    /// Its name.
    pub name: Word,
    /// What it means.
    pub doc: Option<String>,
    /// When it is performed.
    pub when: Expr,
}

/// `define shown(phrase: text) = …`
#[derive(Clone, Debug)]
pub struct Define {
    /// Its name.
    pub name: Word,
    /// What it takes.
    pub parameters: Vec<(Word, Kind)>,
    /// What it stands for.
    pub body: Expr,
}

/// `license llama-4 "…" { … }` or `policy acme "…" open { … }`
#[derive(Clone, Debug)]
pub struct Layer {
    /// Its id.
    pub name: Word,
    /// Its title.
    pub title: String,
    /// For policies: whether an act no clause grants is refused.
    pub closed: bool,
    /// Its members, in order.
    pub members: Vec<Member>,
    /// From the keyword to the closing brace.
    pub span: Span,
}

/// A statement in the body of a license or policy.
#[derive(Clone, Debug)]
pub enum Member {
    /// `licensor "Meta"`
    Licensor(Word),
    /// `released 2025-04-05`
    Released(Spanned<Date>),
    /// `also-known-as "llama4"`
    Aliases(Vec<Word>),
    /// `source agreement primary "https://…" sha256 "…"`
    Source(SourceText),
    /// `models "meta-llama/Llama-4-*"`
    Models(Vec<Word>),
    /// `binds descendants through copy, merge`
    Binds(Vec<Word>),
    /// `follows outputs through distill`
    Follows(Vec<Word>),
    /// `effective from 2025-04-05`
    Effective(Effective),
    /// `owner "Model governance board"`
    Owner(Word),
    /// `enforce sign-off advisory in staging`
    Enforce(Enforce),
    /// `default organization.role is licensee`
    Default(Path, Spanned<Value>),
    /// `adopt llama-4/counted as group …`
    Adopt(Adopt),
    /// `determine llama-4/prominent as true …`
    Determine(Determine),
    /// `waive acme/sign-off …`
    Waive(Waive),
    /// `question counted "…" { … }`
    Question(Question),
    /// `judgment prominent "…" decided by "…"`
    Judgment(Judgment),
    /// `define contained = …`
    Define(Define),
    /// `clause display of agreement §1.b "…" { … }`
    Clause(Clause),
    /// `note "…"`
    Note(Word),
}

/// `source agreement primary "https://…" sha256 "…"`
#[derive(Clone, Debug)]
pub struct SourceText {
    /// How clauses refer to it.
    pub name: Word,
    /// Where its words come from.
    pub tier: Tier,
    /// Where it is published.
    pub url: Word,
    /// Hash of the text that was encoded.
    pub sha256: Option<Word>,
}

/// Whose words a source has.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum Tier {
    /// `primary`: the binding text
    Primary,
    /// `licensor`: the licensor's guidance
    Licensor,
    /// `press`: somebody else's report
    Press,
}

/// `effective from 2025-04-05 until 2026-01-01`
#[derive(Clone, Copy, Debug)]
pub struct Effective {
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub until: Option<Date>,
    /// The statement.
    pub span: Span,
}

/// `enforce sign-off, owner advisory in staging`
#[derive(Clone, Debug)]
pub struct Enforce {
    /// The clauses.
    pub clauses: Vec<Word>,
    /// How hard they are enforced.
    pub level: Level,
    /// The environments; empty for all.
    pub environments: Vec<Word>,
}

/// How hard an organization's rule is enforced.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum Level {
    /// `advisory`: reported, never decisive
    Advisory,
    /// `mandatory`: decisive, may be waived
    Mandatory,
    /// `hard`: decisive, cannot be waived
    Hard,
}

/// `by "Counsel" on 2026-01-01 until 2027-01-01 because "…"`
#[derive(Clone, Debug)]
pub struct Decision {
    /// Who decided.
    pub by: String,
    /// When.
    pub on: Date,
    /// Last day it counts.
    pub until: Option<Date>,
    /// Why.
    pub because: Option<String>,
}

/// `adopt llama-4/counted as group …`
#[derive(Clone, Debug)]
pub struct Adopt {
    /// The license and its question.
    pub question: Reference,
    /// The reading.
    pub reading: Word,
    /// Who, when, why.
    pub decision: Decision,
    /// The statement.
    pub span: Span,
}

/// `determine llama-4/prominent as true for "support" …`
#[derive(Clone, Debug)]
pub struct Determine {
    /// The license or policy and its judgment.
    pub judgment: Reference,
    /// What was decided.
    pub value: bool,
    /// The deployment it is about; all without.
    pub scope: Option<Word>,
    /// Who, when, why.
    pub decision: Decision,
    /// The statement.
    pub span: Span,
}

/// `waive acme/sign-off for "support" …`
#[derive(Clone, Debug)]
pub struct Waive {
    /// The policy and its clause.
    pub clause: Reference,
    /// The deployment it is about; all without.
    pub scope: Option<Word>,
    /// Who, when, why.
    pub decision: Decision,
    /// The statement.
    pub span: Span,
}

/// `llama-4/counted`
#[derive(Clone, Debug)]
pub struct Reference {
    /// The license or policy.
    pub layer: Word,
    /// What in it.
    pub name: Word,
}

impl Reference {
    /// The whole reference.
    pub fn span(&self) -> Span {
        self.layer.span.to(self.name.span)
    }
}

/// `question counted "…" { reading group "…" default }`
#[derive(Clone, Debug)]
pub struct Question {
    /// Its name.
    pub name: Word,
    /// What is asked.
    pub text: String,
    /// The readings the text admits.
    pub readings: Vec<Reading>,
}

/// `reading group "…" default because "…"`
#[derive(Clone, Debug)]
pub struct Reading {
    /// Its name.
    pub name: Word,
    /// What it says.
    pub text: String,
    /// Whether it is taken while nobody adopts another.
    pub default: bool,
    /// Its support.
    pub because: Option<String>,
}

/// `judgment prominent "…" decided by "product counsel"`
#[derive(Clone, Debug)]
pub struct Judgment {
    /// Its name.
    pub name: Word,
    /// What is asked.
    pub text: String,
    /// The role that decides.
    pub decided_by: String,
}

/// `clause display of agreement §1.b "…" { … }`
#[derive(Clone, Debug)]
pub struct Clause {
    /// Its id.
    pub name: Word,
    /// What it encodes.
    pub citation: Option<Citation>,
    /// For policies: what it is judged for.
    pub each: Each,
    /// Its title.
    pub title: String,
    /// What it says, in order.
    pub parts: Vec<Part>,
    /// From the keyword to the closing brace.
    pub span: Span,
}

/// `of agreement §1.b.i(B)`
#[derive(Clone, Debug)]
pub struct Citation {
    /// The name of a source.
    pub source: Word,
    /// The section.
    pub section: Word,
}

/// What a policy's clause is judged for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Each {
    /// Once, for the deployment.
    Deployment,
    /// `for each model`: for every deployed model
    Model,
    /// `for each license`: for every deployed model and every license that binds it
    License,
}

/// A part of a clause.
#[derive(Clone, Debug)]
pub enum Part {
    /// `grant use, modify`
    Grant(Vec<Word>, Span),
    /// `forbid distribute`
    Forbid(Vec<Word>, Span),
    /// `require shown("…")`
    Require(Expr, Span),
    /// `exception to rights`
    Exception(Vec<Word>, Span),
    /// `end`
    End(Vec<Word>, Span),
    /// `term "No warranty"`
    Term(String, Span),
    /// `when …`
    When(Expr),
    /// `unless …`
    Unless(Expr),
    /// `only if …`
    OnlyIf(Expr),
    /// `effective from …`
    Effective(Effective),
    /// `fix "…"`
    Fix(Word),
    /// `note "…"`
    Note(Word),
    /// `where users = …`
    Where(Define),
}

/// A condition or a term.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub node: ExprNode,
    /// Where it stands.
    pub span: Span,
}

/// What an expression is.
#[derive(Clone, Debug)]
pub enum ExprNode {
    /// `a and b and c`
    All(Vec<Expr>),
    /// `a or b or c`
    Any(Vec<Expr>),
    /// `not a`
    Not(Box<Expr>),
    /// `any a in agreements satisfies …`
    Quantified(Box<Quantified>),
    /// `calling reads yes`
    Reads(Word, Word),
    /// `users > 700M`
    Compare(Box<Expr>, Operator, Box<Expr>),
    /// `until is none`, `until is not none`
    IsNone(Box<Expr>, bool),
    /// `place in EU`, `run not in (a, b)`
    In(Box<Expr>, bool, Vec<Expr>),
    /// `engaged includes LAW`, `… includes any of (…)`, `… includes all of (…)`
    Includes(Box<Expr>, Includes, Vec<Expr>),
    /// `model.id begins with "Llama"`
    Begins(Box<Expr>, Box<Expr>),
    /// `model.id matches "acme/*"`
    Matches(Box<Expr>, Word),
    /// `a under q.r | b under q.s`
    Readings(Vec<(Expr, Word, Word)>),
    /// `today - 1 year`
    Shift(Box<Expr>, Duration),
    /// `count of agreements`
    CountOf(Path),
    /// `shown("…")`
    Call(Word, Vec<Expr>),
    /// `organization.kind`
    Path(Path),
    /// `users in 2025-03`
    At(Path, Spanned<At>),
    /// `today`
    Today,
    /// `700M`
    Literal(Value),
}

/// Which entry of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// `in 2025-03`: that month, whatever the day of the evaluation
    Month(i16, i8),
    /// `in 2025`
    Year(i16),
    /// `in last month`: the calendar month before the day of the evaluation
    LastMonth,
    /// `in last year`
    LastYear,
}

/// `at least 2 s in sign-offs satisfy …`
#[derive(Clone, Debug)]
pub struct Quantified {
    /// How many.
    pub quantity: Quantity,
    /// The name of the element.
    pub variable: Word,
    /// The list.
    pub list: Path,
    /// What is said of the element.
    pub body: Expr,
}

/// How many elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, Hash)]
pub enum Quantity {
    /// `any`
    Any,
    /// `all`
    All,
    /// `no`
    No,
    /// `at least 2`
    AtLeast(u32),
    /// `at most 2`
    AtMost(u32),
    /// `exactly 2`
    Exactly(u32),
}

/// Which of the values a list must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Includes {
    /// `includes x`
    One,
    /// `includes any of (…)`
    Any,
    /// `includes all of (…)`
    All,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Operator {
    /// `is`
    Is,
    /// `is not`
    IsNot,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
}

impl Operator {
    /// Whether it holds of two values that stand in this order.
    pub fn holds(self, order: Ordering) -> bool {
        match self {
            Operator::Is => order == Ordering::Equal,
            Operator::IsNot => order != Ordering::Equal,
            Operator::Less => order == Ordering::Less,
            Operator::LessEqual => order != Ordering::Greater,
            Operator::Greater => order == Ordering::Greater,
            Operator::GreaterEqual => order != Ordering::Less,
        }
    }
}

/// `organization.group.revenue`
#[derive(Clone, Debug)]
pub struct Path {
    /// Its words, at least one.
    pub words: Vec<Word>,
    /// All of them.
    pub span: Span,
}

impl Path {
    /// The path as written.
    pub fn dotted(&self) -> String {
        let words: Vec<&str> = self.words.iter().map(|word| word.as_str()).collect();
        words.join(".")
    }
}

/// A value as written.
#[derive(Clone, Debug)]
pub enum Value {
    /// `true`
    Bool(bool),
    /// `700M`, `0.5`, and the unit in `700M users`
    Number(Decimal, Option<Word>),
    /// `12.5%`
    Percent(Decimal),
    /// `USD 20M`
    Money(Decimal, String),
    /// `2025-04-05`
    Date(Date),
    /// `2025-03`
    Month(i16, i8),
    /// `30 days`
    Duration(Duration),
    /// `"Built with Llama"`
    Text(String),
    /// `licensee`: a member of an enum, a country; only where a value is asked for
    Word(String),
    /// `none`
    None,
    /// `[a, b]`
    List(Vec<Spanned<Value>>),
}

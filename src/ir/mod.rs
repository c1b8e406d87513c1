//! Floor 4: what will be evaluated.
//!
//! A [`Program`] is flat: per layer one array of nodes, one of atoms (each a plain question about one
//! fact, listed once), and the places of the words in a side table. It needs no text any more and can
//! be kept as bytes. Comes in: [`Checked`](crate::check::typed::Checked). Nothing can go wrong.

mod dump;
mod lower;

pub use crate::check::typed::{
    Act, Atom, Decided, Each, Enforce, House, Judgment, LayerKind, Level, Operand, Operator, Path,
    Quantity, Question, Root, SourceText, Step, Terms, Tier, What,
};
pub use dump::{Names, dump, said_atom, said_of_elements, said_operator, said_path};
pub use lower::lower;

use crate::source::Span;
use crate::value::{FactDefault, Schema};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A node of a layer, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NodeId(pub u32);

/// The children of a node: a stretch of [`Layer::children`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Children {
    /// The first.
    pub start: u32,
    /// How many.
    pub len: u32,
}

/// One step of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Node {
    /// Always so, or never
    Const(bool),
    /// An atom of the layer
    Atom(u32),
    /// The opposite
    Not(NodeId),
    /// All of them
    All(Children),
    /// At least one
    Any(Children),
    /// A definition or act used here; the inner words are elsewhere
    Named(NodeId),
    /// About the elements of the list at the path with this number
    Quantified(Quantity, u32, NodeId),
    /// A reading of a question
    Reading(u16, u16),
    /// A judgment
    Judgment(u16),
    /// In force from the first day to the last
    Dated(Option<Date>, Option<Date>),
    /// Only where reported claims are asked for
    Reported,
    /// Whether a clause of this layer applies, its exceptions counted
    Effect(u16),
}

/// What a clause says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Says {
    /// Acts that are licensed, by number
    Grant(Vec<u16>),
    /// Acts that are prohibited, by number; empty for any
    Forbid(Vec<u16>),
    /// What must hold
    Require(NodeId),
    /// The clauses it defeats, by number
    Exception(Vec<u16>),
    /// The grants it ends, by number; empty for all
    End(Vec<u16>),
    /// Words that are recorded only
    Term(String),
}

/// A clause.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Clause {
    /// Its id within the layer.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Number of its source.
    pub source: Option<u16>,
    /// The section it encodes.
    pub section: Option<String>,
    /// What it is judged for.
    pub each: Each,
    /// What it says.
    pub says: Says,
    /// Its own condition, exceptions not counted.
    pub condition: NodeId,
    /// Whether it applies: its condition, its dates, and no exception.
    pub effect: NodeId,
    /// The clauses that are exceptions to it.
    pub exceptions: Vec<u16>,
    /// First and last day it is in force.
    pub effective: (Option<Date>, Option<Date>),
    /// What to do when it decides against somebody.
    pub fix: Option<String>,
    /// Why it is encoded as it is.
    pub note: Option<String>,
    /// Its name.
    pub head: Span,
    /// The words that say what it says.
    pub words: Span,
}

/// A license or policy, ready to be evaluated.
#[derive(Clone, Debug, Serialize, Deserialize)]
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
    /// When each act is performed, by act.
    pub acts: Vec<NodeId>,
    /// All nodes, each once for the words that say it; children come before their parents,
    /// [`Node::Effect`] aside.
    pub nodes: Vec<Node>,
    /// Where each node is said.
    pub spans: Vec<Span>,
    /// Children of [`Node::All`] and [`Node::Any`].
    pub children: Vec<NodeId>,
    /// All atoms, each once.
    pub atoms: Vec<Atom>,
    /// The lists that are quantified over.
    pub lists: Vec<Path>,
    /// Where it is declared.
    pub span: Span,
}

impl Layer {
    /// A node.
    pub fn node(&self, id: NodeId) -> Node {
        self.nodes[id.0 as usize]
    }

    /// The children of an `All` or `Any`.
    pub fn children(&self, children: Children) -> &[NodeId] {
        &self.children[children.start as usize..(children.start + children.len) as usize]
    }

    /// Where a node is said.
    pub fn span(&self, id: NodeId) -> Span {
        self.spans[id.0 as usize]
    }

    /// What is particular to a license, if it is one.
    pub fn terms(&self) -> Option<&Terms> {
        match &self.kind {
            LayerKind::License(terms) => Some(terms),
            LayerKind::Policy(_) => None,
        }
    }

    /// The tier of a clause's source; rules of a house without a source are primary.
    pub fn tier(&self, clause: &Clause) -> Tier {
        let source = clause.source.and_then(|at| self.sources.get(at as usize));
        source.map_or(Tier::Primary, |source| source.tier)
    }

    /// The clauses that grant an act, by number.
    pub fn grants(&self, act: u16) -> impl Iterator<Item = u16> {
        self.saying(move |says| matches!(says, Says::Grant(acts) if acts.contains(&act)))
    }

    /// The clauses that end a grant, by number.
    pub fn ends(&self, grant: u16) -> impl Iterator<Item = u16> {
        self.saying(move |says| matches!(says, Says::End(grants) if grants.is_empty() || grants.contains(&grant)))
    }

    fn saying(&self, what: impl Fn(&Says) -> bool) -> impl Iterator<Item = u16> {
        let numbered = (0..).zip(&self.clauses);
        numbered
            .filter(move |(_, clause)| what(&clause.says))
            .map(|(at, _)| at)
    }

    /// The id of a clause as people see it: `llama-4/display`.
    pub fn clause_id(&self, clause: &Clause) -> String {
        format!("{}/{}", self.id, clause.name)
    }
}

/// Everything that will be evaluated.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Program {
    /// What facts can be.
    pub schema: Schema,
    /// The acts.
    pub acts: Vec<Act>,
    /// Licenses, then policies, each in the order of their ids.
    pub layers: Vec<Layer>,
    /// What organizations decided.
    pub decided: Vec<Decided>,
    /// Defaults for facts declared by policies.
    pub defaults: Vec<(Path, FactDefault)>,
}

impl Program {
    /// Whether facts and acts of another program are the same ones here, by name and by number.
    pub fn extends(&self, other: &Program) -> bool {
        let acts = other.acts.iter().zip(&self.acts);
        other.acts.len() <= self.acts.len()
            && acts.into_iter().all(|(a, b)| a.name == b.name)
            && self.schema.extends(&other.schema)
    }

    /// The layer called `id`.
    pub fn layer(&self, id: &str) -> Option<&Layer> {
        self.layers.iter().find(|layer| layer.id == id)
    }
}

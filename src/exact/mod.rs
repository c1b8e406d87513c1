//! Floor 7: the answer over all worlds.
//!
//! Comes in: a stage, its scenes, and the checks that decide. A *world* fixes every fact that is not
//! known, every open reading, every judgment that was not determined. Goes out: whether the deployment
//! can be permitted, whether it can be not permitted, and the smallest set of answers that settles it.
//! Nothing can go wrong; where a limit is reached, the answer is «either», and says so.

mod answers;
mod ask;
mod cells;
mod change;
mod encode;
mod formula;
mod place;
mod sat;
mod under;
mod why;
mod worlds;

pub use cells::Sample;
pub use change::{Change, Reach, Remedy, Sought, would_permit};
pub use formula::Lit;
pub use place::{Base, Place, Stop, Stride, said as said_place};
pub use under::{Choice, under};
pub use why::{Why, why};
pub use worlds::{Said, Unit, Worlds};

use crate::eval::Fact;
use crate::scene::{Check, Scene, Stage};
use crate::source::Span;
use crate::value::Kind;
use encode::Encoder;

/// How much one answer may take. All of it is counted, nothing is timed: the same question gives up
/// at the same place everywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Variables of the formula.
    pub variables: usize,
    /// Clauses of the formula.
    pub clauses: usize,
    /// Elements that unknown lists are taken to have, all together.
    pub elements: usize,
    /// Conflicts of the solver.
    pub conflicts: u64,
    /// Questions to the solver.
    pub questions: u64,
    /// Questions to the solver, each counted as often as the formula has clauses, for one answer.
    pub work: u64,
    /// Worlds tried in search of the smallest set to ask for; `0` to ask for nothing.
    pub worlds: usize,
    /// Whether to find what the verdict depends on beside what is asked for.
    pub depends: bool,
}

/// A limit that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// [`Limits::variables`]
    Variables(usize),
    /// [`Limits::clauses`]
    Clauses(usize),
    /// [`Limits::elements`]
    Elements(usize),
    /// [`Limits::conflicts`]
    Conflicts(u64),
    /// [`Limits::questions`]
    Questions(u64),
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Limit::Variables(n) => write!(f, "{n} open questions"),
            Limit::Clauses(n) => write!(f, "{n} conditions between open questions"),
            Limit::Elements(n) => write!(f, "{n} elements of lists nobody stated"),
            Limit::Conflicts(n) => write!(f, "{n} steps of search"),
            Limit::Questions(n) => write!(f, "{n} questions to the solver"),
        }
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            variables: 100_000,
            clauses: 500_000,
            elements: 256,
            conflicts: 20_000,
            questions: 20_000,
            work: 20_000_000,
            worlds: 12,
            depends: true,
        }
    }
}

/// What the worlds say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settlement {
    /// In some world no check fails.
    pub can_permit: bool,
    /// In some world a check fails.
    pub can_forbid: bool,
    /// `false`: some condition lies outside of what is decided exactly, so that one of the two worlds
    /// may turn out to be impossible. What is said to be settled is settled all the same.
    pub exact: bool,
    /// A limit was reached: nothing is settled.
    pub gave_up: Option<Limit>,
    /// The checks that fail in every world, by their place in the list handed in.
    pub always_failing: Vec<usize>,
    /// The checks that fail in no world.
    pub never_failing: Vec<usize>,
    /// The smallest set found whose answers can bring about the `goal`, whatever else is so; what
    /// settles most comes first. Empty where the verdict is settled.
    pub asks: Vec<Ask>,
    /// What the asks can settle: that the deployment is permitted; or, where that takes something that
    /// is not to be asked for, that it is not permitted; or nothing.
    pub goal: Leads,
    /// Which answers bring about the goal: one of these, every condition of it met. None says more than
    /// it takes, and none can be left out.
    pub ways: Vec<Vec<Condition>>,
    /// The verdict where none of the ways is taken: the opposite of the goal, if that is proven.
    pub otherwise: Leads,
    /// Every question, judgment and role on which the verdict depends; not filled unless it was looked
    /// for, nor is what follows.
    pub depends: Vec<Ask>,
    /// Every fact on which the verdict depends and that no facts file can state.
    pub unsaid: Vec<Unknown>,
}

/// Something that is not known, and where its answers lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// What.
    pub unknown: Unknown,
    /// Its answers; together they are all that can be.
    pub outcomes: Vec<Outcome>,
}

/// What the answer to one of the asks has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Which of the asks.
    pub ask: usize,
    /// Among which values it has to lie: `<= 700 000 000`, `not in EU`.
    pub when: String,
    /// Which of its outcomes meet this, by number.
    pub outcomes: Vec<usize>,
}

/// What is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// A fact
    Fact {
        /// As people say it: `organization.group.monthly-active-users in 2025-03`.
        name: String,
        /// The way to it in a facts file.
        path: Vec<Stop>,
        /// What it can be.
        kind: Kind,
        /// Its key in the facts, or the key of what should hold it.
        key: Span,
        /// Where the policy first asks for it.
        words: Span,
    },
    /// An open question
    Reading {
        /// The layer, by number.
        layer: usize,
        /// The question, by number.
        question: u16,
    },
    /// A judgment that was not determined
    Judgment {
        /// The layer, by number.
        layer: usize,
        /// The judgment, by number.
        judgment: u16,
    },
    /// Whether a model that is not listed is deployed
    Role {
        /// The model, by its number in the lineage.
        member: usize,
    },
}

impl Unknown {
    /// Its name in reports and in `--answer`.
    pub fn name(&self, stage: &Stage) -> String {
        let layer = |at: usize| &stage.program.layers[at];
        match self {
            Unknown::Fact { name, .. } => name.clone(),
            Unknown::Reading {
                layer: at,
                question,
            } => {
                let question = &layer(*at).questions[*question as usize];
                format!("{}/{}", layer(*at).id, question.name)
            }
            Unknown::Judgment {
                layer: at,
                judgment,
            } => {
                let judgment = &layer(*at).judgments[*judgment as usize];
                format!("{}/{}", layer(*at).id, judgment.name)
            }
            Unknown::Role { member } => {
                format!("models[{}].role", stage.lineage.members[*member].name)
            }
        }
    }
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Which values: `> 700 000 000`, `self-hosted`, the name of a reading.
    pub when: String,
    /// One of them.
    pub answer: Answer,
    /// The verdict, given this answer and nothing else.
    pub leads: Leads,
    /// Whether it is one of the answers that, all of them together, bring about the goal.
    pub permits: bool,
    /// Whether some of the [ways](Settlement::ways) can be taken with it.
    pub joins: bool,
    /// Where it does not join and settles nothing: the fewest things found that, beside what is asked,
    /// have to be known to bring about the goal; empty where that takes too long to find.
    pub needs: Vec<Unknown>,
}

/// An answer as data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A value of a fact
    Fact(Sample),
    /// A reading, by number
    Reading(u16),
    /// A judgment, or a role
    Is(bool),
}

/// A verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Leads {
    /// In every world no check fails
    Permitted,
    /// In every world a check fails
    NotPermitted,
    /// There are worlds of both sorts
    #[default]
    Undetermined,
}

impl Leads {
    /// Of worlds in which no check fails, and others in which one does, whether there are any.
    pub fn of(can_permit: bool, can_forbid: bool) -> Leads {
        match (can_permit, can_forbid) {
            (false, _) => Leads::NotPermitted,
            (true, false) => Leads::Permitted,
            (true, true) => Leads::Undetermined,
        }
    }
}

/// What all worlds say about some checks, each of a scene by its number. What is `passed`, by name, is
/// not asked for.
pub fn settle(
    stage: &Stage,
    checks: &[(usize, Check)],
    scenes: &[Scene],
    passed: &[String],
    limits: &Limits,
) -> Settlement {
    let blank = Fact::unknown(Span::NOWHERE);
    let mut encoder = Encoder::new(stage, scenes, &blank, limits);
    let fails = encoder.fail(checks);
    let known = |wanted: Lit| {
        let numbered = fails.iter().enumerate();
        numbered
            .filter(|(_, lit)| **lit == wanted)
            .map(|(at, _)| at)
            .collect()
    };
    let mut settlement = Settlement {
        can_permit: true,
        can_forbid: true,
        exact: true,
        always_failing: known(Lit::TRUE),
        never_failing: known(Lit::FALSE),
        ..Settlement::default()
    };
    let forbidden = encoder.formula.or(fails.clone());
    if forbidden.is_known() {
        settlement.can_permit = forbidden == Lit::FALSE;
        settlement.can_forbid = forbidden == Lit::TRUE;
        if forbidden == Lit::FALSE {
            return settlement;
        }
    }
    encoder.finish();
    let found = match encoder.too_large {
        Some(limit) => Err(limit),
        None => {
            let mut search = ask::Search::new(stage, encoder, forbidden, passed, limits);
            let found = search.fill(&fails, &mut settlement);
            found.ok_or_else(|| search.spent())
        }
    };
    if let Err(limit) = found
        && !forbidden.is_known()
    {
        settlement = Settlement {
            can_permit: true,
            can_forbid: true,
            gave_up: Some(limit),
            exact: false,
            always_failing: settlement.always_failing,
            never_failing: settlement.never_failing,
            ..Settlement::default()
        };
    }
    settlement
}

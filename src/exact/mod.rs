//! Floor 7: the answer over all worlds.
//!
//! Comes in: a stage, its scenes, and the checks that decide. A *world* fixes every fact that is not
//! known, every open reading, every judgment that was not determined. Goes out: whether the deployment
//! can be permitted, whether it can be not permitted, and the smallest set of answers that settles it.
//! Nothing can go wrong; where a limit is reached, the answer is «either», and says so.

mod ask;
mod cells;
mod change;
mod encode;
mod formula;
mod place;
mod sat;
mod why;
mod worlds;

pub use cells::Sample;
pub use change::{Change, Reach, Remedy, Sought, would_permit};
pub use formula::Lit;
pub use place::{Base, Place, Stop, Stride, said as said_place};
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
    /// Worlds tried in search of the smallest set to ask for; `0` to ask for nothing.
    pub worlds: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            variables: 100_000,
            clauses: 500_000,
            elements: 256,
            conflicts: 50_000,
            questions: 20_000,
            worlds: 12,
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
    pub gave_up: bool,
    /// The checks that fail in every world, by their place in the list handed in.
    pub always_failing: Vec<usize>,
    /// The checks that fail in no world.
    pub never_failing: Vec<usize>,
    /// The smallest set found whose answers can make the deployment permitted, whatever else is so;
    /// what settles most comes first. Empty where the verdict is settled.
    pub asks: Vec<Ask>,
    /// Every question, judgment and role on which the verdict depends.
    pub depends: Vec<Ask>,
}

/// Something that is not known, and where its answers lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// What.
    pub unknown: Unknown,
    /// Its answers; together they are all that can be.
    pub outcomes: Vec<Outcome>,
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

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Which values: `> 700 000 000`, `self-hosted`, the name of a reading.
    pub when: String,
    /// One of them.
    pub answer: Answer,
    /// The verdict, given this answer and nothing else.
    pub leads: Leads,
    /// Whether it is one of the answers that, all of them together, make the deployment permitted.
    pub permits: bool,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leads {
    /// In every world no check fails
    Permitted,
    /// In every world a check fails
    NotPermitted,
    /// There are worlds of both sorts
    Undetermined,
}

/// What all worlds say about some checks, each of a scene by its number.
pub fn settle(
    stage: &Stage,
    checks: &[(usize, Check)],
    scenes: &[Scene],
    limits: &Limits,
) -> Settlement {
    let blank = Fact::unknown(Span::NOWHERE);
    let mut encoder = Encoder::new(stage, scenes, &blank, limits);
    let fails: Vec<Lit> = checks
        .iter()
        .map(|(scene, check)| encoder.fails(*scene, *check))
        .collect();
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
    let found = if encoder.too_large {
        None
    } else {
        ask::Search::new(stage, encoder, forbidden, limits).fill(&fails, &mut settlement)
    };
    if found.is_none() && !forbidden.is_known() {
        settlement = Settlement {
            can_permit: true,
            can_forbid: true,
            gave_up: true,
            exact: false,
            asks: Vec::new(),
            depends: Vec::new(),
            ..settlement
        };
    }
    settlement
}

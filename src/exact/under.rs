//! Where other readings and determinations lead.

use super::encode::Encoder;
use super::formula::Lit;
use super::sat::{Batsat, Sat};
use super::{Leads, Limits};
use crate::eval::Fact;
use crate::scene::{Check, Scene, Stage};
use crate::source::Span;

/// How a question is read, or what was determined about a judgment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// A question is read in one way
    Reading {
        /// The layer, by number.
        layer: usize,
        /// The question, by number.
        question: u16,
        /// The reading, by number.
        reading: u16,
    },
    /// A judgment was determined
    Judgment {
        /// The layer, by number.
        layer: usize,
        /// The judgment, by number.
        judgment: u16,
        /// How.
        yes: bool,
    },
}

/// Where it leads to choose otherwise, each time one thing, the rest as it is `taken`, on a stage that
/// leaves open what the choices settle; `others` are choices, each with the number of the one it stands in
/// for. The checks are the ones that decide, each of a scene by its number. `None` where no check asks
/// about it, so that it makes no difference; *undetermined* where a limit was reached.
pub fn under(
    stage: &Stage,
    checks: &[(usize, Check)],
    scenes: &[Scene],
    taken: &[Choice],
    others: &[(usize, Choice)],
    limits: &Limits,
) -> Vec<Option<Leads>> {
    let blank = Fact::unknown(Span::NOWHERE);
    let mut encoder = Encoder::new(stage, scenes, &blank, limits);
    let fails = encoder.fail(checks);
    let forbidden = encoder.formula.or(fails);
    let said = |choice: &Choice| said(&encoder, *choice);
    let taken: Vec<Option<Lit>> = taken.iter().map(said).collect();
    let others: Vec<Option<(usize, Lit)>> = others
        .iter()
        .map(|(at, choice)| Some((*at, said(choice)?)))
        .collect();
    if others.iter().all(Option::is_none) {
        return vec![None; others.len()];
    }
    encoder.finish();
    if encoder.too_large.is_some() {
        return vec![Some(Leads::Undetermined); others.len()];
    }
    let mut solver = Batsat::new(&encoder.formula, limits);
    let mut can = |assumed: &[Lit], wanted: Lit| {
        let all: Vec<Lit> = assumed.iter().copied().chain([wanted]).collect();
        solver.solve(&all).unwrap_or(true)
    };
    let each = others.into_iter().map(|other| {
        let (instead, lit) = other?;
        let rest = (0..).zip(&taken).filter(|(at, _)| *at != instead);
        let lits = rest.filter_map(|(_, lit)| *lit).chain([lit]);
        let lits: Vec<Lit> = lits.collect();
        Some(Leads::of(can(&lits, !forbidden), can(&lits, forbidden)))
    });
    each.collect()
}

/// A choice in the formula, if it is asked about.
fn said(encoder: &Encoder, choice: Choice) -> Option<Lit> {
    match choice {
        Choice::Reading {
            layer,
            question,
            reading,
        } => {
            let readings = encoder.readings.get(&(layer, question))?;
            readings.get(reading as usize).copied()
        }
        Choice::Judgment {
            layer,
            judgment,
            yes,
        } => {
            let lit = encoder.judgments.get(&(layer, judgment))?;
            Some(if yes { *lit } else { !*lit })
        }
    }
}

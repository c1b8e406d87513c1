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

/// Where each set of choices leads, all of it together, on a stage that leaves open what they settle.
/// The checks are the ones that decide, each of a scene by its number. *Undetermined* where a limit was
/// reached.
pub fn under(
    stage: &Stage,
    checks: &[(usize, Check)],
    scenes: &[Scene],
    choices: &[Vec<Choice>],
    limits: &Limits,
) -> Vec<Leads> {
    let blank = Fact::unknown(Span::NOWHERE);
    let mut encoder = Encoder::new(stage, scenes, &blank, limits);
    let fails = encoder.fail(checks);
    let forbidden = encoder.formula.or(fails);
    encoder.finish();
    if encoder.too_large.is_some() {
        return vec![Leads::Undetermined; choices.len()];
    }
    let mut solver = Batsat::new(&encoder.formula, limits);
    let mut can = |assumed: &[Lit], wanted: Lit| {
        let all: Vec<Lit> = assumed.iter().copied().chain([wanted]).collect();
        solver.solve(&all).unwrap_or(true)
    };
    let each = choices.iter().map(|choices| {
        // What no check asks about makes no difference.
        let lits = choices.iter().filter_map(|choice| match *choice {
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
        });
        let lits: Vec<Lit> = lits.collect();
        Leads::of(can(&lits, !forbidden), can(&lits, forbidden))
    });
    each.collect()
}

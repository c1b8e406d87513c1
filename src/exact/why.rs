//! Why a verdict is the same in all worlds, where no single condition says so.

use super::Limits;
use super::encode::Encoder;
use super::formula::Lit;
use super::sat::{Batsat, Sat};
use crate::eval::Fact;
use crate::ir::NodeId;
use crate::scene::{Check, Scene, Stage};
use crate::source::Span;
use indexmap::IndexMap;

/// What it takes for a check to fail in every world. None of it can be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Why {
    /// The checks of which one or another fails in each world, by their place in the list handed in.
    pub checks: Vec<usize>,
    /// The conditions whose answers are known and matter, each of a scene by its number.
    pub known: Vec<(usize, NodeId)>,
}

/// Why in every world one of some checks fails; `None` where that is not so, or a limit was reached.
pub fn why(
    stage: &Stage,
    checks: &[(usize, Check)],
    scenes: &[Scene],
    limits: &Limits,
) -> Option<Why> {
    let blank = Fact::unknown(Span::NOWHERE);
    let mut encoder = Encoder::new(stage, scenes, &blank, limits);
    encoder.known = Some(IndexMap::new());
    let fails = encoder.fail(checks);
    encoder.finish();
    if encoder.too_large.is_some() {
        return None;
    }
    let known = encoder.known.take().unwrap_or_default();
    // What is tried to be left out last is kept where there is a choice: few checks, then few facts.
    let mut assumed: Vec<Lit> = fails.iter().map(|lit| !*lit).collect();
    assumed.extend(known.values().rev());
    let mut solver = Batsat::new(&encoder.formula, limits);
    if solver.solve(&assumed)? {
        return None;
    }
    let core = solver.core(&assumed);
    assumed.retain(|lit| core.contains(lit));
    let mut at = 0;
    while at < assumed.len() {
        let mut fewer = assumed.clone();
        fewer.remove(at);
        if solver.solve(&fewer)? {
            at += 1;
        } else {
            assumed = fewer;
        }
    }
    let failing = fails.iter().enumerate();
    let known = known.iter().filter(|(_, lit)| assumed.contains(lit));
    Some(Why {
        checks: failing
            .filter(|(_, lit)| assumed.contains(&!**lit))
            .map(|(at, _)| at)
            .collect(),
        known: known.map(|(node, _)| *node).collect(),
    })
}

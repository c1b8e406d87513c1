//! The least of a world that shows something, for a few words.

use crate::exact::{Lit, Said, Unit, Worlds};

/// A world that was found, the least of it that shows something.
pub(super) struct Least {
    units: Vec<Unit>,
}

impl Least {
    /// What it fixes.
    pub fn units(&self) -> &[Unit] {
        &self.units
    }
}

/// The least that makes all of `goals` so, starting from a world in which as much as possible of
/// `prefer` holds too, and of `wish`, which is then shown as well.
pub(super) fn least(
    worlds: &mut Worlds,
    goals: &[Lit],
    wish: &[Lit],
    prefer: &[Lit],
) -> Option<Least> {
    if worlds.solve(goals) != Some(true) {
        return None;
    }
    let mut assumed = goals.to_vec();
    assumed.extend(prefer);
    if worlds.solve(&assumed) != Some(true) {
        assumed.truncate(goals.len());
        for lit in prefer {
            assumed.push(*lit);
            if worlds.solve(&assumed) != Some(true) {
                assumed.pop();
            }
        }
    }
    let mut goals = goals.to_vec();
    for lit in wish {
        assumed.push(*lit);
        if worlds.solve(&assumed) == Some(true) {
            goals.push(*lit);
        } else {
            assumed.pop();
        }
    }
    if worlds.solve(&assumed) != Some(true) {
        return None;
    }
    // Lists are left as empty as they can be.
    for unit in worlds.units() {
        if matches!(
            unit.says,
            Said::Member { yes: true, .. } | Said::Element { yes: true, .. }
        ) {
            assumed.push(!unit.lit);
            if worlds.solve(&assumed) != Some(true) {
                assumed.pop();
            }
        }
    }
    if worlds.solve(&assumed) != Some(true) {
        return None;
    }
    goals.retain(|goal| !goal.is_known());
    let units = worlds.units();
    let mut sorted: Vec<&Unit> = units.iter().collect();
    // What reads worst is dropped first.
    sorted.sort_by_key(|unit| match &unit.says {
        Said::Other => 0,
        Said::Decided(_) => 1,
        Said::Member { yes: false, .. } | Said::Element { yes: false, .. } => 2,
        _ => 3,
    });
    let mut kept: Vec<Lit> = Vec::new();
    let mut others = 0;
    for unit in sorted {
        if !kept.contains(&unit.lit) {
            kept.push(unit.lit);
            others += usize::from(matches!(unit.says, Said::Other));
        }
    }
    let mut core: Vec<Lit> = Vec::new();
    if !enough(worlds, &goals, &kept, &mut core) {
        // The world says less than it should: keep all of it.
        return Some(Least { units });
    }
    if enough(worlds, &goals, &kept[others..], &mut core) {
        kept.drain(..others);
        kept.retain(|lit| core.contains(lit));
    }
    let mut at = 0;
    while at < kept.len() {
        let mut rest = kept.clone();
        rest.remove(at);
        if enough(worlds, &goals, &rest, &mut core) {
            kept = rest;
        } else {
            at += 1;
        }
    }
    // One literal may say several things: a question that two layers share.
    let units = units.into_iter();
    let units = units.filter(|unit| kept.contains(&unit.lit)).collect();
    Some(Least { units })
}

/// Whether some parts of a world make all goals so; `core` gets those that were needed.
fn enough(worlds: &mut Worlds, goals: &[Lit], parts: &[Lit], core: &mut Vec<Lit>) -> bool {
    core.clear();
    goals.iter().all(|goal| {
        let mut all = parts.to_vec();
        all.push(!*goal);
        let enough = worlds.solve(&all) == Some(false);
        if enough {
            core.extend(worlds.core(&all));
        }
        enough
    })
}

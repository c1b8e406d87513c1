//! Questions to the solver: what can be, and what to ask people for.

use super::cells::Sample;
use super::encode::{Encoder, Instance};
use super::formula::{Formula, Lit};
use super::place::{Base, Place, Stop, Stride, said};
use super::sat::{Batsat, Sat};
use super::{Answer, Ask, Leads, Limits, Outcome, Settlement, Unknown};
use crate::scene::Stage;
use crate::source::Span;
use crate::value::Kind;
use indexmap::IndexMap;

/// Something people can answer.
struct Group {
    /// What it is.
    unknown: Unknown,
    /// How much it takes to answer it.
    weight: usize,
    /// Everything its answer fixes.
    lits: Vec<Lit>,
    /// What is so in the plainest answer: a list is empty.
    plain: Vec<Lit>,
    /// The answers, and what each says.
    answers: Vec<(String, Answer, Vec<Lit>)>,
}

/// What several facts decide together.
struct Mixed {
    groups: Vec<usize>,
    lits: Vec<Lit>,
}

/// Something whose answer is part of a world.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Group(usize),
    Mixed(usize),
}

/// A formula that is being asked about.
pub struct Search<'s> {
    limits: &'s Limits,
    forbidden: Lit,
    formula: Formula,
    inexact: bool,
    groups: Vec<Group>,
    mixed: Vec<Mixed>,
    solver: Batsat,
}

impl<'s> Search<'s> {
    /// Loads what was encoded.
    pub fn new(
        stage: &'s Stage<'s>,
        mut encoder: Encoder<'s>,
        forbidden: Lit,
        limits: &'s Limits,
    ) -> Search<'s> {
        let (groups, mixed) = groups(stage, &mut encoder);
        let solver = Batsat::new(&encoder.formula, limits);
        Search {
            limits,
            forbidden,
            inexact: encoder.inexact,
            formula: encoder.formula,
            groups,
            mixed,
            solver,
        }
    }

    /// Finds everything there is to say; `None` if the budget was spent before the verdict was found.
    pub fn fill(&mut self, fails: &[Lit], settlement: &mut Settlement) -> Option<()> {
        settlement.can_permit = self.solver.solve(&[!self.forbidden])?;
        settlement.can_forbid = self.solver.solve(&[self.forbidden])?;
        settlement.exact = !(self.inexact && settlement.can_permit && settlement.can_forbid);
        for (at, lit) in fails.iter().enumerate() {
            if lit.is_known() {
                continue;
            }
            // A budget spent here leaves checks in neither list; the verdict is found.
            if self.solver.solve(&[!*lit]) == Some(false) {
                settlement.always_failing.push(at);
            } else if self.solver.solve(&[*lit]) == Some(false) {
                settlement.never_failing.push(at);
            }
        }
        settlement.always_failing.sort_unstable();
        settlement.never_failing.sort_unstable();
        if settlement.can_permit && settlement.can_forbid && self.limits.worlds > 0 {
            let (chosen, world) = self.smallest();
            settlement.asks = self.asks(&chosen, &world);
            settlement.depends = self.depends();
        }
        Some(())
    }

    // ── the smallest set ────────────────────────────────────────────────────

    fn lits(&self, part: Part) -> &[Lit] {
        match part {
            Part::Group(at) => &self.groups[at].lits,
            Part::Mixed(at) => &self.mixed[at].lits,
        }
    }

    fn weight(&self, part: Part) -> usize {
        match part {
            Part::Group(at) => self.groups[at].weight,
            Part::Mixed(at) => self.mixed[at]
                .groups
                .iter()
                .map(|at| self.groups[*at].weight)
                .sum(),
        }
    }

    /// The lightest set found whose answers, as some world has them, make the deployment permitted.
    fn smallest(&mut self) -> (Vec<usize>, Vec<Lit>) {
        let mut best: Option<(usize, Vec<Part>, Vec<Lit>)> = None;
        // While this holds, worlds that were tried before are left out.
        let other = {
            let formula = &mut self.formula;
            formula.fresh()
        };
        let mut avoided: Vec<Lit> = Vec::new();
        for _ in 0..self.limits.worlds {
            let Some(world) = self.plainest(&[!self.forbidden, other], &avoided) else {
                break;
            };
            let Some(parts) = self.least(&world) else {
                break;
            };
            let weight = parts.iter().map(|part| self.weight(*part)).sum();
            let mut clause: Vec<Lit> = vec![!other];
            for part in &parts {
                clause.extend(
                    world
                        .iter()
                        .filter(|(of, _)| of == part)
                        .flat_map(|(_, lits)| lits.iter().map(|lit| !*lit)),
                );
            }
            self.solver.add(&clause);
            if best.as_ref().is_none_or(|(least, ..)| weight < *least) {
                // The next world is to do without the decisions that this one takes.
                let decided = |part: &Part| self.weight(*part) > FACT;
                let decided = world
                    .iter()
                    .filter(|(part, _)| parts.contains(part) && decided(part));
                let taken = decided.flat_map(|(_, lits)| lits);
                avoided = taken.map(|lit| !*lit).collect();
                let world = world.into_iter().flat_map(|(_, lits)| lits);
                best = Some((weight, parts, world.collect()));
            }
        }
        let (parts, world) = best.map_or_else(
            || {
                (
                    (0..self.groups.len()).map(Part::Group).collect(),
                    Vec::new(),
                )
            },
            |(_, parts, world)| (parts, world),
        );
        let mut chosen: Vec<usize> = Vec::new();
        for part in parts {
            match part {
                Part::Group(at) => chosen.push(at),
                Part::Mixed(at) => chosen.extend(&self.mixed[at].groups),
            }
        }
        chosen.sort_unstable();
        chosen.dedup();
        (chosen, world)
    }

    /// A world in which some things are so, and the lists as empty as that allows.
    fn plainest(&mut self, so: &[Lit], avoided: &[Lit]) -> Option<Vec<(Part, Vec<Lit>)>> {
        let plain = self.groups.iter().flat_map(|group| &group.plain);
        let mut plain: Vec<Lit> = avoided.iter().chain(plain).copied().collect();
        loop {
            let mut assumed = so.to_vec();
            assumed.extend(&plain);
            if self.solver.solve(&assumed)? {
                return Some(self.world());
            }
            let core = self.solver.core(&plain);
            if core.is_empty() {
                return None;
            }
            plain.retain(|lit| !core.contains(lit));
        }
    }

    /// The last solution, part by part.
    fn world(&self) -> Vec<(Part, Vec<Lit>)> {
        let groups = (0..self.groups.len()).map(Part::Group);
        let parts = groups.chain((0..self.mixed.len()).map(Part::Mixed));
        let fixed = |lit: &Lit| if self.solver.value(*lit) { *lit } else { !*lit };
        parts
            .map(|part| (part, self.lits(part).iter().map(fixed).collect()))
            .collect()
    }

    /// The fewest parts of a permitting world that make every world with them permitted.
    fn least(&mut self, world: &[(Part, Vec<Lit>)]) -> Option<Vec<Part>> {
        let all: Vec<Part> = world.iter().map(|(part, _)| *part).collect();
        let mut kept = self.forcing(world, &all)??;
        kept.sort_by_key(|part| std::cmp::Reverse(self.weight(*part)));
        let mut at = 0;
        while at < kept.len() {
            let mut fewer = kept.clone();
            fewer.remove(at);
            match self.forcing(world, &fewer)? {
                Some(core) => kept.retain(|part| core.contains(part)),
                None => at += 1,
            }
        }
        Some(kept)
    }

    /// Whether parts of a world leave only permitted ones; if so, those of them that it takes.
    #[expect(
        clippy::option_option,
        reason = "the outer one says whether there was an answer"
    )]
    fn forcing(&mut self, world: &[(Part, Vec<Lit>)], parts: &[Part]) -> Option<Option<Vec<Part>>> {
        let chosen = world.iter().filter(|(part, _)| parts.contains(part));
        let mut assumed = vec![self.forbidden];
        assumed.extend(chosen.flat_map(|(_, lits)| lits));
        if self.solver.solve(&assumed)? {
            return Some(None);
        }
        let core = self.solver.core(&assumed);
        let taken = |part: &&Part| {
            let lits = world.iter().find(|(of, _)| of == *part);
            lits.is_some_and(|(_, lits)| lits.iter().any(|lit| core.contains(lit)))
        };
        Some(Some(parts.iter().filter(taken).copied().collect()))
    }

    // ── where answers lead ──────────────────────────────────────────────────

    fn asks(&mut self, chosen: &[usize], world: &[Lit]) -> Vec<Ask> {
        let mut asks: Vec<(usize, usize, Ask)> = Vec::new();
        for at in chosen.iter().copied() {
            let ask = self.ask(at, world);
            let open = |outcome: &&Outcome| outcome.leads == Leads::Undetermined;
            let undecided = ask.outcomes.iter().filter(open).count();
            let share = undecided * 1000 / ask.outcomes.len().max(1);
            asks.push((share, self.groups[at].weight, ask));
        }
        asks.sort_by_key(|(share, weight, _)| (*share, *weight));
        asks.into_iter().map(|(_, _, ask)| ask).collect()
    }

    fn ask(&mut self, at: usize, world: &[Lit]) -> Ask {
        let mut outcomes = Vec::new();
        for (when, answer, says) in self.groups[at].answers.clone() {
            let mut with = |lit: Lit| {
                let mut assumed = vec![lit];
                assumed.extend(&says);
                self.solver.solve(&assumed)
            };
            let leads = match (with(!self.forbidden), with(self.forbidden)) {
                (Some(false), Some(false)) => continue,
                (Some(false), Some(true)) => Leads::NotPermitted,
                (Some(true), Some(false)) => Leads::Permitted,
                _ => Leads::Undetermined,
            };
            outcomes.push(Outcome {
                when,
                answer,
                leads,
                permits: !says.is_empty() && says.iter().all(|lit| world.contains(lit)),
            });
        }
        Ask {
            unknown: self.groups[at].unknown.clone(),
            outcomes,
        }
    }

    /// Everything but facts on which the verdict depends: two worlds that differ in nothing else
    /// have different verdicts.
    fn depends(&mut self) -> Vec<Ask> {
        let is_fact = |group: &Group| matches!(group.unknown, Unknown::Fact { .. });
        if self.groups.iter().all(is_fact) {
            return Vec::new();
        }
        let count = self.formula.variables;
        let mut twice = Formula::new();
        twice.variables = 2 * count;
        twice.clauses.extend(self.formula.clauses.iter().cloned());
        for clause in &self.formula.clauses {
            let copy = clause.iter().map(|lit| lit.copied(count)).collect();
            twice.clauses.push(copy);
        }
        let groups = (0..self.groups.len()).map(Part::Group);
        let parts: Vec<Part> = groups
            .chain((0..self.mixed.len()).map(Part::Mixed))
            .collect();
        let mut same: Vec<Lit> = Vec::new();
        for part in &parts {
            let selector = twice.fresh();
            for lit in self.lits(*part) {
                twice.clause(&[!selector, !*lit, lit.copied(count)]);
                twice.clause(&[!selector, *lit, !lit.copied(count)]);
            }
            same.push(selector);
        }
        let mut solver = Batsat::new(&twice, self.limits);
        let mut depends = Vec::new();
        for at in 0..self.groups.len() {
            if is_fact(&self.groups[at]) {
                continue;
            }
            let mut assumed = vec![self.forbidden, !self.forbidden.copied(count)];
            let others = same.iter().enumerate().filter(|(other, _)| *other != at);
            assumed.extend(others.map(|(_, lit)| *lit));
            if solver.solve(&assumed) != Some(false) {
                depends.push(self.ask(at, &[]));
            }
        }
        depends
    }
}

// ── what people can answer ──────────────────────────────────────────────────

/// What it takes to answer: a fact is looked up, a question and a judgment are decided.
const FACT: usize = 4;
const READING: usize = 5;
const JUDGMENT: usize = 6;

fn groups(stage: &Stage, encoder: &mut Encoder) -> (Vec<Group>, Vec<Mixed>) {
    let mut places: IndexMap<Place, Vec<usize>> = IndexMap::new();
    for (at, instance) in encoder.instances.values().enumerate() {
        places.entry(instance.place.stated()).or_default().push(at);
    }
    let mut groups: Vec<Group> = Vec::new();
    let mut number: Vec<usize> = vec![0; encoder.instances.len()];
    for (place, members) in &places {
        for at in members {
            number[*at] = groups.len();
        }
        groups.push(fact(stage, encoder, place, members));
    }
    let program = stage.program;
    for ((layer, question), lits) in &encoder.readings {
        let readings = &program.layers[*layer].questions[*question as usize].readings;
        let answers = (0..).zip(readings).zip(lits);
        let answers = answers
            .map(|((n, reading), lit)| (reading.name.clone(), Answer::Reading(n), vec![*lit]));
        groups.push(Group {
            unknown: Unknown::Reading {
                layer: *layer,
                question: *question,
            },
            weight: READING,
            lits: lits.clone(),
            plain: Vec::new(),
            answers: answers.collect(),
        });
    }
    let yes_no = |lit: Lit, yes: &str, no: &str| {
        let yes = (yes.to_owned(), Answer::Is(true), vec![lit]);
        vec![yes, (no.to_owned(), Answer::Is(false), vec![!lit])]
    };
    for ((layer, judgment), lit) in &encoder.judgments {
        groups.push(Group {
            unknown: Unknown::Judgment {
                layer: *layer,
                judgment: *judgment,
            },
            weight: JUDGMENT,
            lits: vec![*lit],
            plain: Vec::new(),
            answers: yes_no(*lit, "true", "false"),
        });
    }
    for (member, lit) in &encoder.roles {
        groups.push(Group {
            unknown: Unknown::Role { member: *member },
            weight: FACT,
            lits: vec![*lit],
            plain: Vec::new(),
            answers: yes_no(*lit, "deployed", "parent"),
        });
    }
    let mut mixed = Vec::new();
    for opaque in encoder.opaque.values() {
        let mut about: Vec<usize> = opaque.about.iter().map(|at| number[*at]).collect();
        about.sort_unstable();
        about.dedup();
        match about.as_slice() {
            [one] => groups[*one].lits.extend(&opaque.lits),
            _ => mixed.push(Mixed {
                groups: about,
                lits: opaque.lits.clone(),
            }),
        }
    }
    (groups, mixed)
}

/// A fact people can state.
fn fact(stage: &Stage, encoder: &mut Encoder, place: &Place, members: &[usize]) -> Group {
    let mut lits = Vec::new();
    let mut plain: Vec<Lit> = Vec::new();
    for at in members {
        let instance = &encoder.instances[*at];
        plain.extend(instance.members.iter().map(|(_, lit)| !*lit));
        plain.extend(instance.witnesses.iter().map(|lit| !*lit));
        lits.extend(instance.cells.iter().map(|(_, lit)| *lit));
        lits.extend(instance.questions.values());
        lits.extend(instance.members.iter().map(|(_, lit)| *lit));
        lits.extend(&instance.witnesses);
    }
    lits.retain(|lit| !lit.is_known());
    let first = &encoder.instances[members[0]];
    let (mut key, words) = (first.key, first.words);
    let own = members
        .iter()
        .map(|at| &encoder.instances[*at])
        .find(|instance| instance.place == *place);
    if let Some(own) = own {
        key = own.key;
    }
    let mut kind = own.map_or(Kind::Text, |own| own.kind.clone());
    let (mut name, mut path) = said(stage, place);
    let mut answers = match own {
        Some(own) if !matches!(own.kind, Kind::List(_)) => cells(own),
        _ => Vec::new(),
    };
    let lists: Vec<usize> = members.to_vec();
    if answers.is_empty() {
        answers = list(stage, encoder, place, &lists, &kind);
    }
    if let Some((taken_by, way, at, choices)) = step(stage, place) {
        (name, path, key) = (taken_by, way, at);
        kind = choices;
        let wanted = |includes: bool| {
            let one = encoder.instances.get(place)?.members.iter();
            let lits: Vec<Lit> = one.map(|(_, lit)| *lit).collect();
            Some(if includes {
                if lits.len() == 1 { lits } else { Vec::new() }
            } else {
                lits.into_iter().map(|lit| !lit).collect()
            })
        };
        let choice = |name: &str| match &kind {
            Kind::Choice(id) => stage.program.schema.choice(*id).position(name),
            _ => None,
        };
        answers = [("us", true), ("upstream", false)]
            .into_iter()
            .filter_map(|(word, ours)| {
                let value = crate::value::Value::Choice(choice(word)?);
                let sample = Answer::Fact(Sample::Value(value));
                Some((word.to_owned(), sample, wanted(ours)?))
            })
            .collect();
    }
    Group {
        unknown: Unknown::Fact {
            name,
            path,
            kind,
            key,
            words,
        },
        weight: FACT,
        lits,
        plain,
        answers,
    }
}

fn cells(instance: &Instance) -> Vec<(String, Answer, Vec<Lit>)> {
    let cells = instance.cells.iter();
    let cells = cells.map(|(cell, lit)| {
        let answer = Answer::Fact(cell.sample.clone());
        (cell.when.clone(), answer, vec![*lit])
    });
    cells.collect()
}

/// The answers of an unknown list: what it may include, how many it may have, that it is empty.
fn list(
    stage: &Stage,
    encoder: &mut Encoder,
    place: &Place,
    members: &[usize],
    kind: &Kind,
) -> Vec<(String, Answer, Vec<Lit>)> {
    let inner = match kind {
        Kind::List(inner) => inner.as_ref().clone(),
        _ => Kind::Text,
    };
    let mut answers = Vec::new();
    let mut empty: Vec<Lit> = Vec::new();
    let mut not_empty: Vec<Lit> = Vec::new();
    for at in members {
        let instance = &encoder.instances[*at];
        if instance.place == *place {
            for (cell, lit) in &instance.cells {
                if cell.sample == Sample::None {
                    let answer = Answer::Fact(Sample::None);
                    answers.push((cell.when.clone(), answer, vec![*lit]));
                } else {
                    empty.push(*lit);
                }
            }
            for (value, lit) in &instance.members {
                let said = value.said(&inner, &stage.program.schema);
                let answer = Answer::Fact(Sample::With(value.clone()));
                answers.push((format!("includes {said}"), answer, vec![*lit]));
                empty.push(!*lit);
            }
            empty.extend(instance.witnesses.iter().map(|lit| !*lit));
            not_empty.extend(&instance.witnesses);
        } else if instance.place.strides.last() == Some(&Stride::Count)
            && instance.place.strides.len() == place.strides.len() + 1
        {
            for (cell, lit) in &instance.cells {
                let none = crate::value::Value::Count(0);
                if cell.sample == Sample::Value(none) {
                    empty.push(*lit);
                }
                let when = format!("has {} entries", cell.when);
                let answer = Answer::Fact(Sample::Described);
                answers.push((when, answer, vec![*lit]));
            }
        }
    }
    let some = answers
        .iter()
        .any(|(when, ..)| when.starts_with("includes"));
    let when = if some {
        "includes none of these"
    } else {
        "empty"
    };
    answers.push((when.to_owned(), Answer::Fact(Sample::Empty), empty));
    if !not_empty.is_empty() {
        let lit = encoder.formula.or(not_empty);
        let answer = Answer::Fact(Sample::Described);
        answers.push(("not empty".to_owned(), answer, vec![lit]));
    }
    answers
}

/// The step of which nobody said who took it, for a computed list of steps.
fn step(stage: &Stage, place: &Place) -> Option<(String, Vec<Stop>, Span, Kind)> {
    let Base::Lineage {
        subject,
        origin,
        layer,
        by_outputs,
    } = place.base
    else {
        return None;
    };
    let (_, bonds, _) = stage.reach.iter().find(|(at, ..)| *at == subject)?;
    let bond = bonds
        .iter()
        .find(|bond| (bond.origin, bond.layer, bond.by_outputs) == (origin, layer, by_outputs))?;
    let schema = &stage.program.schema;
    let kind = schema.record_named("step")?;
    let kind = schema.record(kind).fields.get("taken-by")?.kind.clone();
    for (child, member) in stage.lineage.members.iter().enumerate() {
        for (at, edge) in member.parents.iter().flatten().enumerate() {
            let passed = bond.path.iter().any(|(_, _, span)| *span == edge.span);
            if !passed || edge.ours.is_some() {
                continue;
            }
            let index = member.index?;
            let id = &stage.lineage.members[child].name;
            let path = vec![
                Stop::Key("models".to_owned()),
                Stop::Index(index),
                Stop::Key("from".to_owned()),
                Stop::Index(at),
                Stop::Key("taken-by".to_owned()),
            ];
            return Some((
                format!("models[{id}].from[{at}].taken-by"),
                path,
                edge.span,
                kind,
            ));
        }
    }
    None
}

//! Questions to the solver: what can be, and what to ask people for.

use super::cells::{Among, Sample, among};
use super::encode::{Encoder, Instance};
use super::formula::{Formula, Lit};
use super::place::{Base, Place, Stop, Stride, said};
use super::sat::{Batsat, Sat};
use super::{Answer, Ask, Condition, Leads, Limit, Limits, Outcome, Settlement, Unknown};
use crate::diagnostic::words;
use crate::scene::Stage;
use crate::source::Span;
use crate::value::Kind;
use indexmap::IndexMap;

/// Something people can answer.
pub(super) struct Group {
    /// What it is.
    pub unknown: Unknown,
    /// How much it takes to answer it.
    weight: usize,
    /// Everything its answer fixes.
    pub lits: Vec<Lit>,
    /// What is so in the plainest answer: a list is empty.
    plain: Vec<Lit>,
    /// For a list of records: the entries it may have, and how many facts are asked of each.
    entries: (Vec<Lit>, usize),
    /// The answers, and what each says.
    pub answers: Vec<(String, Answer, Vec<Lit>)>,
    /// What the answer says, one independent thing after the other.
    aspects: Vec<Aspect>,
}

/// Something that takes exactly one of some values.
#[derive(Clone)]
struct Aspect {
    form: Form,
    values: Vec<(Among, Lit)>,
}

impl Aspect {
    fn new(values: impl IntoIterator<Item = (String, Lit)>) -> Aspect {
        let values = values.into_iter();
        Aspect {
            form: Form::Plain,
            values: values
                .map(|(when, lit)| (Among::plain(when), lit))
                .collect(),
        }
    }
}

/// How the values of an aspect are said.
#[derive(Clone)]
enum Form {
    /// As they are
    Plain,
    /// As a number of entries
    Count,
    /// Whether a list includes this entry, the first value being yes
    Entry(String),
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

/// A set of groups, and a world in which their answers bring about the goal.
struct Found {
    chosen: Vec<usize>,
    world: Vec<Lit>,
}

/// Whether answers leave only worlds of one sort.
enum Forcing {
    /// They do, and it takes these.
    Yes(Vec<Part>),
    /// They do not; the solver holds a world of the other sort.
    No,
}

/// Some values of each aspect of what is asked, all of which bring about the goal.
struct Region {
    /// For each aspect, for each of its values, whether it is one of them.
    kept: Vec<Vec<bool>>,
    /// While this holds, worlds in the region are left out.
    outside: Lit,
}

/// Most ways that are told.
const WAYS: usize = 4;
/// Worlds tried in search of what else an answer needs.
const NEEDS: usize = 3;
/// Most entries that are named as missing from a list.
const ENTRIES: usize = 4;
/// Most combinations of answers looked at in search of them.
const TRIES: usize = 32;
/// Most worlds learned from, to show that nothing helps without what was passed over.
const COPIES: usize = 32;

/// A formula that is being asked about.
pub struct Search<'s> {
    stage: &'s Stage<'s>,
    limits: &'s Limits,
    forbidden: Lit,
    formula: Formula,
    /// How many variables the formula had when it was loaded.
    loaded: u32,
    inexact: bool,
    groups: Vec<Group>,
    mixed: Vec<Mixed>,
    /// Those that are not to be asked for, by number.
    passed: Vec<usize>,
    solver: Batsat,
}

impl<'s> Search<'s> {
    /// Loads what was encoded.
    pub fn new(
        stage: &'s Stage<'s>,
        mut encoder: Encoder<'s>,
        forbidden: Lit,
        passed: &[String],
        limits: &'s Limits,
    ) -> Search<'s> {
        let (groups, mixed) = groups(stage, &mut encoder);
        let solver = Batsat::new(&encoder.formula, limits);
        let is_passed = |group: &Group| {
            let name = group.unknown.name(stage);
            // Whoever cannot tell a fact cannot tell what it holds.
            let holds = |passed: &String| {
                let rest = name.strip_prefix(passed.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[', ' ']))
            };
            passed.iter().any(holds)
        };
        let passed = (0..groups.len()).filter(|at| is_passed(&groups[*at]));
        Search {
            stage,
            limits,
            forbidden,
            inexact: encoder.inexact,
            loaded: encoder.formula.variables,
            formula: encoder.formula,
            passed: passed.collect(),
            groups,
            mixed,
            solver,
        }
    }

    /// The limit that was reached.
    pub fn spent(&self) -> Limit {
        self.solver.spent()
    }

    /// Finds everything there is to say; `None` if the budget was spent before the verdict was found.
    pub fn fill(&mut self, fails: &[Lit], settlement: &mut Settlement) -> Option<()> {
        let mut seen = Seen::new(fails);
        settlement.can_permit = self.solver.solve(&[!self.forbidden])?;
        if settlement.can_permit {
            seen.look(&self.solver);
        }
        settlement.can_forbid = self.solver.solve(&[self.forbidden])?;
        if settlement.can_forbid {
            seen.look(&self.solver);
        }
        settlement.exact = !(self.inexact && settlement.can_permit && settlement.can_forbid);
        for at in 0..fails.len() {
            if fails[at].is_known() {
                continue;
            }
            // A budget spent here leaves checks in neither list; the verdict is found.
            if !seen.holds[at] {
                match self.solver.solve(&[!fails[at]]) {
                    Some(true) => seen.look(&self.solver),
                    Some(false) => settlement.always_failing.push(at),
                    None => {}
                }
            }
            if !seen.fails[at] {
                match self.solver.solve(&[fails[at]]) {
                    Some(true) => seen.look(&self.solver),
                    Some(false) => settlement.never_failing.push(at),
                    None => {}
                }
            }
        }
        settlement.always_failing.sort_unstable();
        settlement.never_failing.sort_unstable();
        if settlement.can_permit && settlement.can_forbid && self.limits.worlds > 0 {
            self.tell(settlement);
        }
        Some(())
    }

    /// What to ask for, and where it leads.
    fn tell(&mut self, settlement: &mut Settlement) {
        let permit = !self.forbidden;
        let mut found = self.smallest(permit, &[], self.limits.worlds);
        let mut goal = permit;
        if let Ok(None) = found {
            // Nothing makes it permitted without what was passed over; something may rule it out.
            found = self.smallest(self.forbidden, &[], self.limits.worlds);
            goal = self.forbidden;
        }
        match found {
            Err(limit) => settlement.gave_up = Some(limit),
            Ok(None) => {}
            Ok(Some(found)) => {
                let (reached, missed) = match goal == permit {
                    true => (Leads::Permitted, Leads::NotPermitted),
                    false => (Leads::NotPermitted, Leads::Permitted),
                };
                settlement.goal = reached;
                let mut asks = self.asks(&found);
                let chosen: Vec<usize> = asks.iter().map(|(at, _)| *at).collect();
                let (ways, complete) = self.ways(goal, &chosen, &found.world, &mut asks);
                settlement.ways = ways;
                settlement.otherwise = if complete {
                    missed
                } else {
                    Leads::Undetermined
                };
                settlement.asks = asks.into_iter().map(|(_, ask)| ask).collect();
            }
        }
        settlement.depends = self.depends();
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

    /// What it takes to answer as in a world: every entry of a list has facts of its own.
    fn effort(&self, part: Part, lits: &[Lit]) -> usize {
        let Part::Group(at) = part else {
            return self.weight(part);
        };
        let (entries, facts) = &self.groups[at].entries;
        let there = entries.iter().filter(|entry| lits.contains(entry)).count();
        self.weight(part) + there * facts * FACT
    }

    fn parts(&self) -> impl Iterator<Item = Part> + use<> {
        let groups = (0..self.groups.len()).map(Part::Group);
        groups.chain((0..self.mixed.len()).map(Part::Mixed))
    }

    fn is_passed(&self, part: Part) -> bool {
        match part {
            Part::Group(at) => self.passed.contains(&at),
            Part::Mixed(at) => {
                let mut about = self.mixed[at].groups.iter();
                about.any(|at| self.passed.contains(at))
            }
        }
    }

    /// The lightest set found whose answers, as some world with what is `given` has them, bring about
    /// the goal; `None` if every such set takes something that was passed over.
    fn smallest(
        &mut self,
        goal: Lit,
        given: &[Lit],
        worlds: usize,
    ) -> Result<Option<Found>, Limit> {
        let mut best: Option<(usize, Vec<Part>, Vec<Lit>)> = None;
        // While this holds, worlds that were tried before are left out.
        let other = self.formula.fresh();
        let usable: Vec<Part> = self.parts().filter(|part| !self.is_passed(*part)).collect();
        let mut avoided: Vec<Lit> = Vec::new();
        let (mut tried, mut copies) = (0, 0);
        while tried < worlds {
            let mut so = vec![goal, other];
            so.extend(given);
            let world = match self.plainest(&so, &avoided) {
                Some(Some(world)) => world,
                Some(None) => break,
                None if best.is_some() => break,
                None => return Err(self.spent()),
            };
            let parts = match self.least(goal, given, &world, &usable) {
                Some(Forcing::Yes(parts)) => parts,
                Some(Forcing::No) if copies < COPIES => {
                    copies += 1;
                    self.learn(goal, other);
                    continue;
                }
                _ if best.is_some() => break,
                Some(Forcing::No) => return Err(Limit::Questions(COPIES as u64)),
                None => return Err(self.spent()),
            };
            tried += 1;
            let taken = world.iter().filter(|(part, _)| parts.contains(part));
            let weight = taken.map(|(part, lits)| self.effort(*part, lits)).sum();
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
        let Some((_, parts, world)) = best else {
            return Ok(None);
        };
        let mut chosen: Vec<usize> = Vec::new();
        for part in parts {
            match part {
                Part::Group(at) => chosen.push(at),
                Part::Mixed(at) => chosen.extend(&self.mixed[at].groups),
            }
        }
        chosen.sort_unstable();
        chosen.dedup();
        Ok(Some(Found { chosen, world }))
    }

    /// Learns from the last solution, in which the goal is missed: the answers looked for have to bring
    /// it about even where what was passed over is as in that world.
    fn learn(&mut self, goal: Lit, other: Lit) {
        let mut own: Vec<bool> = vec![false; self.loaded as usize + 1];
        let mut fixed: Vec<Lit> = Vec::new();
        for part in self.parts() {
            for lit in self.lits(part) {
                own[lit.var() as usize] = true;
                if self.is_passed(part) {
                    fixed.push(if self.solver.value(*lit) { *lit } else { !*lit });
                }
            }
        }
        for lit in &fixed {
            own[lit.var() as usize] = false;
        }
        let first = self.formula.variables;
        let copied = |lit: Lit| {
            if own[lit.var() as usize] {
                lit
            } else {
                lit.copied(first)
            }
        };
        let mut clauses: Vec<Vec<Lit>> = fixed.iter().map(|lit| vec![copied(*lit)]).collect();
        clauses.push(vec![copied(goal)]);
        let each = self.formula.clauses.iter();
        clauses.extend(each.map(|clause| clause.iter().map(|lit| copied(*lit)).collect()));
        for mut clause in clauses {
            clause.push(!other);
            self.solver.add(&clause);
        }
        self.formula.variables += self.loaded;
    }

    /// A world in which some things are so, and the lists as empty as that allows. The outer `None`:
    /// the budget was spent.
    #[expect(
        clippy::option_option,
        reason = "the outer one says whether there was an answer"
    )]
    fn plainest(&mut self, so: &[Lit], avoided: &[Lit]) -> Option<Option<Vec<(Part, Vec<Lit>)>>> {
        let plain = self.groups.iter().flat_map(|group| &group.plain);
        let mut plain: Vec<Lit> = avoided.iter().chain(plain).copied().collect();
        loop {
            let mut assumed = so.to_vec();
            assumed.extend(&plain);
            if self.solver.solve(&assumed)? {
                return Some(Some(self.world()));
            }
            let core = self.solver.core(&plain);
            if core.is_empty() {
                return Some(None);
            }
            plain.retain(|lit| !core.contains(lit));
        }
    }

    /// The last solution, part by part.
    fn world(&self) -> Vec<(Part, Vec<Lit>)> {
        let fixed = |lit: &Lit| if self.solver.value(*lit) { *lit } else { !*lit };
        self.parts()
            .map(|part| (part, self.lits(part).iter().map(fixed).collect()))
            .collect()
    }

    /// The fewest of some parts of a world that make every world with them, and with what is given,
    /// meet the goal.
    fn least(
        &mut self,
        goal: Lit,
        given: &[Lit],
        world: &[(Part, Vec<Lit>)],
        usable: &[Part],
    ) -> Option<Forcing> {
        let mut kept = match self.forcing(goal, given, world, usable)? {
            Forcing::Yes(kept) => kept,
            Forcing::No => return Some(Forcing::No),
        };
        kept.sort_by_key(|part| std::cmp::Reverse(self.weight(*part)));
        let mut at = 0;
        while at < kept.len() {
            let mut fewer = kept.clone();
            fewer.remove(at);
            match self.forcing(goal, given, world, &fewer)? {
                Forcing::Yes(core) => kept.retain(|part| core.contains(part)),
                Forcing::No => at += 1,
            }
        }
        Some(Forcing::Yes(kept))
    }

    /// Whether parts of a world leave only worlds that meet the goal; if so, those that it takes.
    fn forcing(
        &mut self,
        goal: Lit,
        given: &[Lit],
        world: &[(Part, Vec<Lit>)],
        parts: &[Part],
    ) -> Option<Forcing> {
        let chosen = world.iter().filter(|(part, _)| parts.contains(part));
        let mut assumed = vec![!goal];
        assumed.extend(given);
        assumed.extend(chosen.flat_map(|(_, lits)| lits));
        if self.solver.solve(&assumed)? {
            return Some(Forcing::No);
        }
        let core = self.solver.core(&assumed);
        let taken = |part: &&Part| {
            let lits = world.iter().find(|(of, _)| of == *part);
            lits.is_some_and(|(_, lits)| lits.iter().any(|lit| core.contains(lit)))
        };
        Some(Forcing::Yes(parts.iter().filter(taken).copied().collect()))
    }

    // ── where answers lead ──────────────────────────────────────────────────

    /// The asks, the one that most often settles it first; each with its group.
    fn asks(&mut self, found: &Found) -> Vec<(usize, Ask)> {
        let mut asks: Vec<(usize, usize, usize, Ask)> = Vec::new();
        for at in found.chosen.iter().copied() {
            let ask = self.ask(at, &found.world);
            let open = |outcome: &&Outcome| outcome.leads == Leads::Undetermined;
            let undecided = ask.outcomes.iter().filter(open).count();
            let share = undecided * 1000 / ask.outcomes.len().max(1);
            asks.push((share, self.groups[at].weight, at, ask));
        }
        asks.sort_by_key(|(share, weight, ..)| (*share, *weight));
        asks.into_iter().map(|(_, _, at, ask)| (at, ask)).collect()
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
                joins: false,
                needs: Vec::new(),
            });
        }
        Ask {
            unknown: self.groups[at].unknown.clone(),
            outcomes,
        }
    }

    /// The regions of answers to what is asked that bring about the goal, in words, and whether there
    /// are no others. Says of each outcome whether it joins, and what it needs where it does not.
    fn ways(
        &mut self,
        goal: Lit,
        chosen: &[usize],
        world: &[Lit],
        asks: &mut [(usize, Ask)],
    ) -> (Vec<Vec<Condition>>, bool) {
        let aspects = chosen.iter().enumerate().flat_map(|(ask, at)| {
            let aspects = self.groups[*at].aspects.iter().cloned();
            aspects.map(move |aspect| (ask, aspect))
        });
        let aspects: Vec<(usize, Aspect)> = aspects.collect();
        // What cannot be is neither asked for nor told.
        let mut possible = |lit: Lit| self.solver.solve(&[lit]) != Some(false);
        let aspects: Vec<(usize, Aspect)> = aspects
            .into_iter()
            .map(|(ask, mut aspect)| {
                aspect.values.retain(|(_, lit)| possible(*lit));
                (ask, aspect)
            })
            .collect();
        let first: Vec<Lit> = chosen
            .iter()
            .flat_map(|at| &self.groups[*at].lits)
            .copied()
            .collect();
        let first: Vec<Lit> = world
            .iter()
            .filter(|lit| first.contains(lit) || first.contains(&!**lit))
            .copied()
            .collect();
        let (mut regions, complete) = self.regions(goal, &aspects, first);
        self.irredundant(&aspects, &mut regions);
        for (at, ask) in asks.iter_mut() {
            let mut before: Option<Found> = None;
            for outcome in &mut ask.outcomes {
                let known = self.groups[*at].answers.iter();
                let mut says = known.filter(|(when, ..)| *when == outcome.when);
                let says = says.next().map_or_else(Vec::new, |(.., says)| says.clone());
                outcome.joins = regions.iter().any(|region| {
                    let mut assumed = inside(&aspects, region);
                    assumed.extend(&says);
                    self.solver.solve(&assumed) == Some(true)
                });
                if outcome.joins || outcome.leads != Leads::Undetermined {
                    continue;
                }
                // Many entries of a list need the same.
                if !before
                    .as_ref()
                    .is_some_and(|found| self.suits(goal, &says, found, *at))
                {
                    before = self.smallest(goal, &says, NEEDS).unwrap_or_default();
                }
                let found = before.iter().flat_map(|found| &found.chosen);
                let others = found.filter(|at| !chosen.contains(at));
                outcome.needs = others.map(|at| self.groups[*at].unknown.clone()).collect();
            }
        }
        let mut ways: Vec<Vec<Condition>> = regions
            .iter()
            .map(|region| self.way(chosen, &aspects, region))
            .collect();
        ways.sort_by_key(Vec::len);
        (ways, complete)
    }

    /// Whether answers that were found for another outcome of the same thing do for this one.
    fn suits(&mut self, goal: Lit, says: &[Lit], found: &Found, except: usize) -> bool {
        let others = found.chosen.iter().filter(|at| **at != except);
        let mut own: Vec<Lit> = others
            .flat_map(|at| &self.groups[*at].lits)
            .copied()
            .collect();
        own.sort_unstable();
        let is_own = |lit: &&Lit| {
            own.binary_search(lit)
                .or(own.binary_search(&!**lit))
                .is_ok()
        };
        let mut assumed: Vec<Lit> = found.world.iter().filter(is_own).copied().collect();
        assumed.extend(says);
        assumed.push(goal);
        if self.solver.solve(&assumed) != Some(true) {
            return false;
        }
        assumed.pop();
        assumed.push(!goal);
        self.solver.solve(&assumed) == Some(false)
    }

    /// A region in words.
    fn way(
        &self,
        chosen: &[usize],
        aspects: &[(usize, Aspect)],
        region: &Region,
    ) -> Vec<Condition> {
        let schema = &self.stage.program.schema;
        let mut way: Vec<Condition> = Vec::new();
        for (ask, at) in chosen.iter().enumerate() {
            let group = &self.groups[*at];
            let kind = match &group.unknown {
                Unknown::Fact { kind, .. } => kind,
                _ => &Kind::Text,
            };
            let mut said: Vec<String> = Vec::new();
            let (mut with, mut without): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
            let mut outcomes = Vec::new();
            let own = aspects.iter().zip(&region.kept);
            for ((_, aspect), kept) in own.filter(|((of, _), _)| *of == ask) {
                if kept.iter().all(|kept| *kept) {
                    continue;
                }
                match &aspect.form {
                    Form::Entry(name) if kept.first() == Some(&true) => with.push(name),
                    Form::Entry(name) => without.push(name),
                    form => {
                        let values = aspect.values.iter().zip(kept);
                        let values: Vec<(&Among, bool)> =
                            values.map(|((among, _), kept)| (among, *kept)).collect();
                        let words = among(&values, kind, schema);
                        said.push(match form {
                            Form::Count => format!("has {words} entries"),
                            _ => words,
                        });
                    }
                }
                if group.aspects.len() == 1 {
                    let each = kept.iter().enumerate();
                    outcomes = each.filter(|(_, kept)| **kept).map(|(at, _)| at).collect();
                }
            }
            if !with.is_empty() {
                said.push(format!("includes {}", words::listed_bare(&with, "and")));
            }
            if !without.is_empty() {
                let more = without.len().saturating_sub(ENTRIES);
                let more = format!("{more} more");
                if without.len() > ENTRIES + 1 {
                    without.truncate(ENTRIES);
                    without.push(&more);
                }
                said.push(format!(
                    "includes none of {}",
                    words::listed_bare(&without, "and")
                ));
            }
            if !said.is_empty() {
                way.push(Condition {
                    ask,
                    when: said.join(" and "),
                    outcomes,
                });
            }
        }
        way
    }

    /// Regions that bring about the goal, each as large as can be; and whether they are all.
    fn regions(
        &mut self,
        goal: Lit,
        aspects: &[(usize, Aspect)],
        first: Vec<Lit>,
    ) -> (Vec<Region>, bool) {
        let mut regions: Vec<Region> = Vec::new();
        let mut others: Vec<Lit> = Vec::new();
        let mut complete = true;
        let mut hint = first;
        for _ in 0..TRIES {
            let mut assumed = vec![goal];
            assumed.extend(&others);
            assumed.append(&mut hint);
            match self.solver.solve(&assumed) {
                Some(true) => {}
                Some(false) => return (regions, complete),
                None => break,
            }
            let mut kept: Vec<Vec<bool>> = Vec::new();
            for (_, aspect) in aspects {
                let values = aspect.values.iter();
                kept.push(values.map(|(_, lit)| self.solver.value(*lit)).collect());
            }
            let outside = self.formula.fresh();
            let mut region = Region { kept, outside };
            if self.brings_about(goal, aspects, &region) {
                self.grow(goal, aspects, &mut region);
                self.leave_out(aspects, &region);
                others.push(outside);
                regions.push(region);
                if regions.len() == WAYS {
                    let mut assumed = vec![goal];
                    assumed.extend(&others);
                    complete &= self.solver.solve(&assumed) == Some(false);
                    return (regions, complete);
                }
            } else {
                // Permitted or not, whatever is answered: it takes more than what is asked.
                complete = false;
                self.leave_out(aspects, &region);
                others.push(outside);
            }
        }
        (regions, false)
    }

    fn brings_about(&mut self, goal: Lit, aspects: &[(usize, Aspect)], region: &Region) -> bool {
        let mut assumed = inside(aspects, region);
        assumed.push(!goal);
        self.solver.solve(&assumed) == Some(false)
    }

    /// Takes in every value that can be taken in.
    fn grow(&mut self, goal: Lit, aspects: &[(usize, Aspect)], region: &mut Region) {
        for at in 0..aspects.len() {
            for value in 0..region.kept[at].len() {
                if !region.kept[at][value] {
                    region.kept[at][value] = true;
                    region.kept[at][value] = self.brings_about(goal, aspects, region);
                }
            }
        }
    }

    fn leave_out(&mut self, aspects: &[(usize, Aspect)], region: &Region) {
        let mut clause: Vec<Lit> = inside(aspects, region)
            .into_iter()
            .map(|lit| !lit)
            .collect();
        clause.push(!region.outside);
        self.solver.add(&clause);
    }

    /// Leaves out the regions that lie within the others.
    fn irredundant(&mut self, aspects: &[(usize, Aspect)], regions: &mut Vec<Region>) {
        let mut at = 0;
        while at < regions.len() {
            let mut assumed = inside(aspects, &regions[at]);
            let others = regions.iter().enumerate().filter(|(other, _)| *other != at);
            assumed.extend(others.map(|(_, region)| region.outside));
            if self.solver.solve(&assumed) == Some(false) {
                regions.remove(at);
            } else {
                at += 1;
            }
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
        let parts: Vec<Part> = self.parts().collect();
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

/// Which checks were seen to fail, and which to hold, in some world.
struct Seen<'f> {
    lits: &'f [Lit],
    fails: Vec<bool>,
    holds: Vec<bool>,
}

impl<'f> Seen<'f> {
    fn new(lits: &'f [Lit]) -> Seen<'f> {
        Seen {
            lits,
            fails: vec![false; lits.len()],
            holds: vec![false; lits.len()],
        }
    }

    /// Looks at the last solution: what it shows need not be asked.
    fn look(&mut self, solver: &Batsat) {
        for (at, lit) in self.lits.iter().enumerate() {
            let fails = lit.is_known() || solver.value(*lit);
            self.fails[at] |= fails;
            self.holds[at] |= !fails;
        }
    }
}

/// What holds in a region, and in no world outside of it: none of the values left out.
fn inside(aspects: &[(usize, Aspect)], region: &Region) -> Vec<Lit> {
    let each = aspects.iter().zip(&region.kept);
    let left = each.flat_map(|((_, aspect), kept)| {
        let values = aspect.values.iter().zip(kept);
        values
            .filter(|(_, kept)| !**kept)
            .map(|((_, lit), _)| !*lit)
    });
    left.collect()
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
            entries: (Vec::new(), 0),
            answers: answers.collect(),
            aspects: vec![Aspect::new(
                readings
                    .iter()
                    .zip(lits)
                    .map(|(reading, lit)| (reading.name.clone(), *lit)),
            )],
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
            entries: (Vec::new(), 0),
            answers: yes_no(*lit, "true", "false"),
            aspects: vec![either(*lit, "true", "false")],
        });
    }
    for (member, lit) in &encoder.roles {
        groups.push(Group {
            unknown: Unknown::Role { member: *member },
            weight: FACT,
            lits: vec![*lit],
            plain: Vec::new(),
            entries: (Vec::new(), 0),
            answers: yes_no(*lit, "deployed", "parent"),
            aspects: vec![either(*lit, "deployed", "parent")],
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

fn either(lit: Lit, yes: &str, no: &str) -> Aspect {
    Aspect::new([(yes.to_owned(), lit), (no.to_owned(), !lit)])
}

/// A fact people can state.
pub(super) fn fact(
    stage: &Stage,
    encoder: &mut Encoder,
    place: &Place,
    members: &[usize],
) -> Group {
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
    let entries = own_entries(encoder, place, members);
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
    let (mut answers, mut aspects) = match own {
        Some(own) if !matches!(own.kind, Kind::List(_)) => (cells(own), vec![cut(own)]),
        _ => (Vec::new(), Vec::new()),
    };
    if answers.is_empty() {
        (answers, aspects) = list(stage, encoder, place, members, &kind);
    }
    if let Some((taken_by, way, at, choices)) = step(stage, place) {
        (name, path, key) = (taken_by, way, at);
        kind = choices;
        let members = encoder.instances.get(place).map(|own| &own.members);
        let upstream = members.into_iter().flatten().map(|(_, lit)| !*lit);
        let upstream = upstream.collect();
        let upstream = encoder.formula.and(upstream);
        aspects = vec![either(!upstream, "us", "upstream")];
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
        entries,
        answers,
        aspects,
    }
}

/// The entries a list may have, and how many facts are asked of each.
fn own_entries(encoder: &Encoder, place: &Place, members: &[usize]) -> (Vec<Lit>, usize) {
    let first = |instance: &Instance| {
        let inner = instance.place.strides.get(place.strides.len());
        inner == Some(&Stride::Witness(0))
    };
    let facts = members.iter().map(|at| &encoder.instances[*at]);
    let facts = facts.filter(|instance| first(instance)).count();
    let entries = encoder
        .instances
        .get(place)
        .map(|own| own.witnesses.clone());
    (entries.unwrap_or_default(), facts)
}

/// The cells of a fact as values.
fn cut(instance: &Instance) -> Aspect {
    let values = instance.cells.iter();
    Aspect {
        form: Form::Plain,
        values: values
            .map(|(cell, lit)| (cell.among.clone(), *lit))
            .collect(),
    }
}

fn cells(instance: &Instance) -> Vec<(String, Answer, Vec<Lit>)> {
    let cells = instance.cells.iter();
    let cells = cells.map(|(cell, lit)| {
        let answer = Answer::Fact(cell.sample.clone());
        (cell.among.when().to_owned(), answer, vec![*lit])
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
) -> (Vec<(String, Answer, Vec<Lit>)>, Vec<Aspect>) {
    let inner = match kind {
        Kind::List(inner) => inner.as_ref().clone(),
        _ => Kind::Text,
    };
    let mut answers = Vec::new();
    let mut aspects: Vec<Aspect> = Vec::new();
    let mut empty: Vec<Lit> = Vec::new();
    let mut not_empty: Vec<Lit> = Vec::new();
    for at in members {
        let instance = &encoder.instances[*at];
        if instance.place == *place {
            if instance.cells.len() > 1 {
                aspects.push(cut(instance));
            }
            for (cell, lit) in &instance.cells {
                if cell.sample == Sample::None {
                    let answer = Answer::Fact(Sample::None);
                    answers.push((cell.among.when().to_owned(), answer, vec![*lit]));
                } else {
                    empty.push(*lit);
                }
            }
            for (value, lit) in &instance.members {
                let said = value.said(&inner, &stage.program.schema);
                let answer = Answer::Fact(Sample::With(value.clone()));
                let with = format!("includes {said}");
                aspects.push(Aspect {
                    form: Form::Entry(said),
                    ..either(*lit, "yes", "no")
                });
                answers.push((with, answer, vec![*lit]));
                empty.push(!*lit);
            }
            empty.extend(instance.witnesses.iter().map(|lit| !*lit));
            not_empty.extend(&instance.witnesses);
        } else if instance.place.strides.last() == Some(&Stride::Count)
            && instance.place.strides.len() == place.strides.len() + 1
        {
            aspects.push(Aspect {
                form: Form::Count,
                ..cut(instance)
            });
            for (cell, lit) in &instance.cells {
                let none = crate::value::Value::Count(0);
                if cell.sample == Sample::Value(none) {
                    empty.push(*lit);
                }
                let when = format!("has {} entries", cell.among.when());
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
        aspects.push(either(lit, "not empty", "empty"));
        let answer = Answer::Fact(Sample::Described);
        answers.push(("not empty".to_owned(), answer, vec![lit]));
    }
    (answers, aspects)
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

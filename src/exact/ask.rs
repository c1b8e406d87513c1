//! Questions to the solver: what can be, and what to ask people for.

use super::answers::{Aspect, FACT, Form, Group, Mixed, groups};
use super::cells::{Among, among};
use super::encode::Encoder;
use super::formula::{Formula, Lit};
use super::sat::{Batsat, Sat};
use super::{Ask, Condition, Leads, Limit, Limits, Outcome, Settlement, Unknown};
use crate::diagnostic::words;
use crate::scene::Stage;
use crate::value::Kind;

/// Something whose answer is part of a world.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Group(usize),
    Mixed(usize),
}

/// What each part is in a world.
type World = Vec<(Part, Vec<Lit>)>;

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
/// What one search for something smaller, or for what else answers need, may take: questions to the
/// solver times clauses of the formula.
const WORK: u64 = 2_000_000;
/// Questions that may be asked of any formula, however large.
const FEWEST: u64 = 100;
/// Most entries that are named as missing from a list.
const ENTRIES: usize = 4;
/// Most combinations of answers looked at in search of them.
const TRIES: usize = 32;
/// Most worlds learned from, to show that nothing helps without what was passed over.
const COPIES: usize = 32;

/// A formula that is being asked about.
pub struct Search<'s> {
    stage: &'s Stage<'s>,
    limits: Limits,
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
        limits: &Limits,
    ) -> Search<'s> {
        let (groups, mixed) = groups(stage, &mut encoder);
        let most = limits.work / (encoder.formula.clauses.len() as u64).max(1);
        let limits = Limits {
            questions: limits.questions.min(most.max(FEWEST)),
            ..limits.clone()
        };
        let solver = Batsat::new(&encoder.formula, &limits);
        let is_passed = |group: &Group| {
            let name = group.unknown.name(stage);
            // Whoever cannot tell a fact cannot tell what it holds.
            let holds = |passed: &String| {
                let rest = name.strip_prefix(passed.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[', ' ']))
            };
            !group.statable || passed.iter().any(holds)
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
        for (at, lit) in fails.iter().enumerate() {
            if lit.is_known() {
                continue;
            }
            // A budget spent here leaves checks in neither list; the verdict is found.
            if !seen.holds[at] {
                match self.solver.solve(&[!*lit]) {
                    Some(true) => seen.look(&self.solver),
                    Some(false) => settlement.always_failing.push(at),
                    None => {}
                }
            }
            if !seen.fails[at] {
                match self.solver.solve(&[*lit]) {
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
        self.depends(settlement);
        if self.solver.is_spent() {
            settlement.gave_up = Some(self.spent());
        }
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
        let until = self.solver.asked() + self.questions();
        while tried < worlds {
            if best.is_some() && self.solver.asked() > until {
                break;
            }
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
            self.solver.add(clause);
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

    /// How many questions to a formula of this size are [`WORK`].
    fn questions(&self) -> u64 {
        WORK / (self.formula.clauses.len() as u64).max(1)
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
        for lit in fixed.into_iter().chain([goal]) {
            self.solver.add([copied(lit), !other]);
        }
        for clause in self.formula.clauses.iter() {
            let clause = clause.iter().map(|lit| copied(*lit));
            self.solver.add(clause.chain([!other]));
        }
        self.formula.variables += self.loaded;
    }

    /// A world in which some things are so, and the lists as empty as that allows. The outer `None`:
    /// the budget was spent.
    #[expect(
        clippy::option_option,
        reason = "the outer one says whether there was an answer"
    )]
    fn plainest(&mut self, so: &[Lit], avoided: &[Lit]) -> Option<Option<World>> {
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
    fn world(&self) -> World {
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
            let share = match ask.outcomes.len() {
                0 => 1000,
                all => undecided * 1000 / all,
            };
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
        let until = self.solver.asked() + self.questions();
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
                if self.solver.asked() > until {
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
            // What is said of entries has an `and` of its own.
            let of_entries = said.iter().any(|said| said.contains(" where "));
            let joint = if of_entries { "; " } else { " and " };
            if !said.is_empty() {
                way.push(Condition {
                    ask,
                    when: said.join(joint),
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
        self.solver.add(clause);
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

    /// Everything but facts on which the verdict depends, and facts that nobody can state: two worlds
    /// that differ in nothing else have different verdicts.
    fn depends(&mut self, settlement: &mut Settlement) {
        let plain = |group: &Group| group.statable && matches!(group.unknown, Unknown::Fact { .. });
        if !self.limits.depends || self.groups.iter().all(plain) {
            return;
        }
        let count = self.formula.variables;
        let mut twice = Formula::new();
        twice.variables = 2 * count;
        twice.clauses = self.formula.clauses.clone();
        for clause in self.formula.clauses.iter() {
            twice
                .clauses
                .add(clause.iter().map(|lit| lit.copied(count)));
        }
        let mut same: Vec<(Part, Lit)> = Vec::new();
        for part in self.parts() {
            let selector = twice.fresh();
            for lit in self.lits(part) {
                twice.clause(&[!selector, !*lit, lit.copied(count)]);
                twice.clause(&[!selector, *lit, !lit.copied(count)]);
            }
            same.push((part, selector));
        }
        let mut solver = Batsat::new(&twice, &self.limits);
        for at in 0..self.groups.len() {
            if plain(&self.groups[at]) {
                continue;
            }
            let mut assumed = vec![self.forbidden, !self.forbidden.copied(count)];
            let others = same.iter().filter(|(part, _)| match part {
                Part::Group(other) => *other != at,
                Part::Mixed(mixed) => !self.mixed[*mixed].groups.contains(&at),
            });
            assumed.extend(others.map(|(_, selector)| *selector));
            if solver.solve(&assumed) == Some(false) {
                continue;
            }
            if self.groups[at].statable {
                settlement.depends.push(self.ask(at, &[]));
            } else {
                settlement.unsaid.push(self.groups[at].unknown.clone());
            }
        }
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

//! All worlds of some scenes at once, for questions that are not about one deployment: can this be,
//! do these two differ, and in which world.

use super::Limits;
use super::cells::Sample;
use super::encode::Encoder;
use super::formula::Lit;
use super::place::{Base, Place, Stride, find};
use super::sat::{Batsat, Sat, World};
use super::under::Choice;
use crate::eval::Fact;
use crate::ir::{Atom, NodeId, Path, Root, Says, Step};
use crate::scene::{Check, Scene, Stage};
use crate::value::{Kind, Value, starts_name};
use std::collections::VecDeque;

/// One thing a world fixes.
#[derive(Clone, Debug)]
pub struct Unit {
    /// True in that world.
    pub lit: Lit,
    /// What it says.
    pub says: Said,
}

/// What is so in a world.
#[derive(Clone, Debug)]
pub enum Said {
    /// A fact lies among some values
    Cell {
        /// Which fact.
        place: Place,
        /// What it can be.
        kind: Kind,
        /// One of the values.
        sample: Sample,
    },
    /// A list includes a value, or does not
    Member {
        /// The list.
        place: Place,
        /// What it can hold.
        kind: Kind,
        /// The value.
        value: Value,
        /// Whether it does.
        yes: bool,
    },
    /// A list has such an element, or does not
    Element {
        /// The list.
        place: Place,
        /// Which of those it may have.
        nth: usize,
        /// Whether it does.
        yes: bool,
    },
    /// A question is read in one way, or a judgment was determined
    Decided(Choice),
    /// Something between several facts that is not followed any further
    Other,
}

/// How many worlds are kept.
const KEPT: usize = 64;

/// Everything that can be about some scenes.
pub struct Worlds<'s> {
    stage: &'s Stage<'s>,
    scenes: &'s [Scene<'s>],
    limits: &'s Limits,
    encoder: Encoder<'s>,
    solver: Option<Batsat>,
    /// How many clauses the solver has.
    given: usize,
    /// The worlds found last, by variable.
    found: VecDeque<World>,
    finished: bool,
}

impl<'s> Worlds<'s> {
    /// Nothing asked yet; `blank` stands for elements nobody knows.
    pub fn new(
        stage: &'s Stage<'s>,
        scenes: &'s [Scene<'s>],
        blank: &'s Fact,
        limits: &'s Limits,
    ) -> Worlds<'s> {
        let mut encoder = Encoder::new(stage, scenes, blank, limits);
        encoder.free = true;
        Worlds {
            stage,
            scenes,
            limits,
            encoder,
            solver: None,
            given: 0,
            found: VecDeque::new(),
            finished: false,
        }
    }

    // ── before the first question ───────────────────────────────────────────

    /// Whether a clause applies, its exceptions counted.
    pub fn effect(&mut self, scene: usize, clause: u16) -> Lit {
        self.encoder.effect(scene, clause)
    }

    /// Whether a condition holds.
    pub fn holds(&mut self, scene: usize, node: NodeId) -> Lit {
        self.encoder.plain(scene, node)
    }

    /// Whether an act is performed.
    pub fn act(&mut self, scene: usize, act: u16) -> Lit {
        let node = self.scenes[scene].context.layer.acts.get(act as usize);
        node.copied()
            .map_or(Lit::FALSE, |node| self.encoder.plain(scene, node))
    }

    /// Whether some grant of an act is in force.
    pub fn licensed(&mut self, scene: usize, act: u16) -> Lit {
        self.encoder.licensed(scene, act)
    }

    /// Whether a check fails.
    pub fn fails(&mut self, scene: usize, check: Check) -> Lit {
        self.encoder.fails(scene, check)
    }

    /// What a clause comes to: a grant or exception applies, a prohibition is breached, a duty is
    /// open.
    pub fn outcome(&mut self, scene: usize, clause: u16) -> Lit {
        match self.scenes[scene].context.layer.clauses[clause as usize].says {
            Says::Forbid(_) => self.fails(scene, Check::Forbid(clause)),
            Says::Require(_) => self.fails(scene, Check::Duty(clause)),
            _ => self.effect(scene, clause),
        }
    }

    /// Whether a relation is among those of a list of the computed record `lineage`.
    pub fn relation(&mut self, scene: usize, list: &str, relation: u16) -> Option<Lit> {
        let schema = &self.stage.program.schema;
        let record = schema.record_named("lineage")?;
        let at = schema.record(record).fields.get_index_of(list)?;
        let path = Path {
            root: Root::Lineage,
            steps: vec![Step::Field(u16::try_from(at).ok()?)],
            base: Kind::Record(record),
        };
        let view = self.encoder.view(scene);
        let spot = find(self.stage, &self.scenes[scene], &view, &path)?;
        let about = self.encoder.instance(&spot, crate::source::Span::NOWHERE);
        Some(self.encoder.member(scene, about, &Value::Choice(relation)))
    }

    /// What a list of a model may include, as far as anything asked about it.
    pub fn listed(&self, member: usize, list: &str) -> Vec<Lit> {
        let schema = &self.stage.program.schema;
        let record = schema.record_named("model").map(|id| schema.record(id));
        let at = record.and_then(|record| record.fields.get_index_of(list));
        let Some(at) = at.and_then(|at| u16::try_from(at).ok()) else {
            return Vec::new();
        };
        let place = Place {
            base: Base::Member(member),
            strides: vec![Stride::Field(at)],
        };
        let known = self.encoder.instances.get(&place);
        let members = known.into_iter().flat_map(|known| &known.members);
        members.map(|(_, lit)| *lit).collect()
    }

    /// The readings of a question that is open.
    pub fn readings(&mut self, layer: usize, question: u16) -> Vec<Lit> {
        let formula = &mut self.encoder.formula;
        let count = self.stage.program.layers[layer].questions[question as usize]
            .readings
            .len();
        let all = self.encoder.readings.entry((layer, question));
        let lits = all.or_insert_with(|| {
            let lits: Vec<Lit> = (0..count).map(|_| formula.fresh()).collect();
            if !lits.is_empty() {
                formula.one_of(&lits);
            }
            lits
        });
        lits.clone()
    }

    /// Takes a question of one layer, or a judgment, for that of another.
    pub fn share(&mut self, from: usize, to: usize) {
        let layers = &self.stage.program.layers;
        for (at, question) in (0_u16..).zip(&layers[to].questions) {
            let names = |readings: &[crate::check::typed::Reading]| -> Vec<String> {
                readings.iter().map(|one| one.name.clone()).collect()
            };
            let same = |other: &&crate::ir::Question| {
                other.name == question.name && names(&other.readings) == names(&question.readings)
            };
            let found = (0_u16..).zip(&layers[from].questions);
            if let Some((other, _)) = found.into_iter().find(|(_, other)| same(other)) {
                let lits = self.readings(from, other);
                self.encoder.readings.insert((to, at), lits);
            }
        }
        for (at, judgment) in (0_u16..).zip(&layers[to].judgments) {
            let mut found = (0_u16..).zip(&layers[from].judgments);
            if let Some((other, _)) = found.find(|(_, other)| other.name == judgment.name) {
                let formula = &mut self.encoder.formula;
                let known = self.encoder.judgments.entry((from, other));
                let lit = *known.or_insert_with(|| formula.fresh());
                self.encoder.judgments.insert((to, at), lit);
            }
        }
    }

    /// All of them hold.
    pub fn and(&mut self, lits: Vec<Lit>) -> Lit {
        self.encoder.formula.and(lits)
    }

    /// At least one of them holds.
    pub fn or(&mut self, lits: Vec<Lit>) -> Lit {
        self.encoder.formula.or(lits)
    }

    /// One of them holds and the other does not.
    pub fn differ(&mut self, a: Lit, b: Lit) -> Lit {
        if a == b {
            return Lit::FALSE;
        }
        let first = self.and(vec![a, !b]);
        let second = self.and(vec![!a, b]);
        self.or(vec![first, second])
    }

    /// In every world at least one of them holds.
    pub fn always(&mut self, lits: &[Lit]) {
        self.encoder.formula.clause(lits);
    }

    /// What is not applicable holds nothing; no name begins in two ways.
    fn nothing_in_none(&mut self) {
        let instances = &self.encoder.instances;
        let mut clauses = Vec::new();
        for outer in instances.values() {
            let mut questions = outer.questions.iter();
            let none = questions.find(|(question, _)| matches!(question, Atom::IsNone(_)));
            let Some((_, none)) = none else { continue };
            for inner in instances.values() {
                let deeper = inner.place.strides.len() > outer.place.strides.len();
                if deeper
                    && inner.place.base == outer.place.base
                    && inner.place.strides.starts_with(&outer.place.strides)
                {
                    clauses.extend(inner.members.iter().map(|(_, lit)| [!*none, !*lit]));
                }
            }
        }
        for instance in instances.values() {
            let begins = |(question, lit): (&Atom, &Lit)| match question {
                Atom::Begins(_, text) if !text.contains('/') => Some((text.clone(), *lit)),
                _ => None,
            };
            let all: Vec<(Box<str>, Lit)> = instance.questions.iter().filter_map(begins).collect();
            for (text, lit) in &all {
                for (other, theirs) in all.iter().filter(|(other, _)| other != text) {
                    if starts_name(text, other) {
                        clauses.push([!*lit, *theirs]);
                    } else if !starts_name(other, text) {
                        clauses.push([!*lit, !*theirs]);
                    }
                }
            }
        }
        for clause in clauses {
            self.encoder.formula.clause(&clause);
        }
    }

    fn finish(&mut self) {
        if !self.finished && self.encoder.too_large.is_none() {
            self.nothing_in_none();
            self.encoder.finish();
        }
        self.finished = true;
    }

    // ── questions ───────────────────────────────────────────────────────────

    /// What makes a world bare, to be preferred: lists without elements nobody described, judgments
    /// that were answered by no. Nothing new can be asked about after this.
    pub fn bare(&mut self) -> Vec<Lit> {
        self.finish();
        let instances = self.encoder.instances.values();
        let witnesses = instances.flat_map(|instance| &instance.witnesses);
        let judgments = self.encoder.judgments.values();
        let bare = witnesses.chain(judgments).map(|lit| !*lit);
        bare.filter(|lit| !lit.is_known()).collect()
    }

    /// For each fact that is asked about, what makes it the first of some values it can be; a date that
    /// may be `none` is none. Nothing new can be asked about after this.
    pub fn plain(&mut self, values: &dyn Fn(&Kind) -> Vec<Value>) -> Vec<Lit> {
        self.finish();
        let instances = self.encoder.instances.values();
        let cells = instances.filter_map(|instance| {
            if instance.kind == Kind::Date {
                let mut cells = instance.cells.iter();
                let none = cells.find(|(cell, _)| cell.sample == Sample::None);
                return none.map(|(_, lit)| *lit);
            }
            let mut values = values(&instance.kind).into_iter();
            values.find_map(|value| self.encoder.cell(instance, value))
        });
        cells.filter(|lit| !lit.is_known()).collect()
    }

    /// Whether there is a world in which all of them hold; `None` where a limit was reached.
    pub fn solve(&mut self, lits: &[Lit]) -> Option<bool> {
        if lits.contains(&Lit::FALSE) {
            return Some(false);
        }
        self.finish();
        if self.encoder.too_large.is_some() {
            return None;
        }
        let (formula, limits) = (&self.encoder.formula, self.limits);
        let solver = match &mut self.solver {
            Some(solver) => {
                // Words for what was asked about before may come later.
                let new = formula.clauses.after(self.given);
                new.for_each(|clause| solver.add(clause.iter().copied()));
                solver
            }
            none => none.insert(Batsat::new(formula, limits)),
        };
        self.given = formula.clauses.len();
        let answer = solver.solve(lits);
        if answer == Some(true) {
            self.found.truncate(KEPT - 1);
            self.found.push_front(solver.world());
        }
        answer
    }

    /// The same answer, for which no world needs to be found where one is known.
    pub fn can(&mut self, lits: &[Lit]) -> Option<bool> {
        let mut found = self.found.iter();
        match found.any(|world| lits.iter().all(|lit| world.has(*lit))) {
            true => Some(true),
            false => self.solve(lits),
        }
    }

    /// Whether something holds in the world found last.
    pub fn value(&self, lit: Lit) -> bool {
        match lit {
            Lit::TRUE => true,
            Lit::FALSE => false,
            lit => self.solver.as_ref().is_some_and(|solver| solver.value(lit)),
        }
    }

    /// Those of the literals that cannot hold together, after a `false`.
    pub fn core(&self, lits: &[Lit]) -> Vec<Lit> {
        // The solver was not asked.
        if lits.contains(&Lit::FALSE) {
            return vec![Lit::FALSE];
        }
        let solver = self.solver.as_ref();
        solver.map_or_else(Vec::new, |solver| solver.core(lits))
    }

    /// Whether some combination of answers may be impossible.
    pub fn inexact(&self) -> bool {
        self.encoder.inexact
    }

    /// Everything the world found last fixes.
    pub fn units(&self) -> Vec<Unit> {
        let mut units = Vec::new();
        let mut add = |lit: Lit, says: Said| {
            if !lit.is_known() {
                units.push(Unit { lit, says });
            }
        };
        for instance in self.encoder.instances.values() {
            for (cell, lit) in &instance.cells {
                if self.value(*lit) {
                    let says = Said::Cell {
                        place: instance.place.clone(),
                        kind: instance.kind.clone(),
                        sample: cell.sample.clone(),
                    };
                    add(*lit, says);
                }
            }
            // Some values leave an answer open.
            for (question, lit) in &instance.questions {
                let yes = self.value(*lit);
                let says = match question {
                    Atom::Begins(_, text) if yes => Said::Cell {
                        place: instance.place.clone(),
                        kind: instance.kind.clone(),
                        sample: Sample::Value(Value::Text(text.clone())),
                    },
                    _ => Said::Other,
                };
                add(if yes { *lit } else { !*lit }, says);
            }
            for (value, lit) in &instance.members {
                let yes = self.value(*lit);
                let says = Said::Member {
                    place: instance.place.clone(),
                    kind: instance.kind.clone(),
                    value: value.clone(),
                    yes,
                };
                add(if yes { *lit } else { !*lit }, says);
            }
            for (nth, lit) in instance.witnesses.iter().enumerate() {
                let yes = self.value(*lit);
                let place = instance.place.clone();
                add(
                    if yes { *lit } else { !*lit },
                    Said::Element { place, nth, yes },
                );
            }
        }
        for ((layer, question), lits) in &self.encoder.readings {
            for (reading, lit) in (0..).zip(lits) {
                if self.value(*lit) {
                    let choice = Choice::Reading {
                        layer: *layer,
                        question: *question,
                        reading,
                    };
                    add(*lit, Said::Decided(choice));
                }
            }
        }
        for ((layer, judgment), lit) in &self.encoder.judgments {
            let yes = self.value(*lit);
            let choice = Choice::Judgment {
                layer: *layer,
                judgment: *judgment,
                yes,
            };
            add(if yes { *lit } else { !*lit }, Said::Decided(choice));
        }
        for opaque in self.encoder.opaque.values() {
            for lit in &opaque.lits {
                let lit = if self.value(*lit) { *lit } else { !*lit };
                add(lit, Said::Other);
            }
        }
        units
    }
}

//! What to change so that a deployment is permitted.
//!
//! Facts that people can change are taken to be unknown; the fewest of them are let differ from what
//! they are. What is open stays open: changes are wanted that permit however it turns out. Each draft is
//! tried against all worlds, and a world that refutes it has to be stood by the next one.

use super::cells::{Cell, Sample};
use super::encode::Encoder;
use super::formula::Lit;
use super::place::{Base, Place, Stride, said};
use super::sat::{Batsat, Sat, Solution};
use super::{Leads, Limits};
use crate::eval::{Fact, Member, State};
use crate::scene::{Check, Scene, Stage};
use crate::source::Span;
use crate::value::{Kind, Schema, Value, same_words};
use indexmap::IndexMap;
use std::cell::Cell as StdCell;
use std::rc::Rc;

/// Changes that, all together, may make a deployment permitted.
#[derive(Clone, Debug)]
pub struct Remedy {
    /// The changes; none of them can be left out.
    pub changes: Vec<Change>,
    /// The verdict after them: undetermined where it still depends on what is not known.
    pub leads: Leads,
}

/// One fact to change.
#[derive(Clone, Debug)]
pub struct Change {
    /// Which fact.
    pub place: Place,
    /// Its name in a facts file.
    pub name: String,
    /// What it can be.
    pub kind: Kind,
    /// What it is to be: `is own-staff`. For a list, see also `added`.
    pub says: String,
    /// The fact as it is.
    pub before: Fact,
    /// The fact as it is to be; of the values that will do, one.
    pub after: Fact,
    /// For a list: what comes into it, each with what is said of it.
    pub added: Vec<(String, Fact)>,
}

/// What may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// What is shown, passed on and recorded, names, agreements
    Near,
    /// Also who gets what is offered and how, and how models are run and shared
    Far,
}

/// What a search for changes came to.
#[derive(Clone, Debug)]
pub enum Sought {
    /// Changes to choose from, the least first
    Found(Vec<Remedy>),
    /// In no world does any change permit the deployment
    Nothing,
    /// A limit was reached
    GaveUp,
}

/// A fact that people can change, and how much that takes.
struct Free<'f> {
    place: Place,
    fact: &'f Fact,
    effort: u32,
}

/// From here on a change is one of the deployment itself.
const FAR: u32 = 8;

/// How much it takes to change a fact; `None` for what is as it is. These can be changed: what is
/// shown and passed on, what comes with the weights, the name of a model; an agreement can be made, a
/// review held, and a record kept that an organization asks for, its figures and dates aside; with more
/// effort, a prohibited use can be dropped, and it can be changed how a model is run and who gets its
/// weights, who a product is for and how and where it is offered. Past figures,
/// parents and licenses of models, who the organization is, suits and terminations stay as they are.
fn effort(names: &[&str], fact: &Fact, kind: &Kind) -> Option<u32> {
    const SHIPPED: [&str; 11] = [
        "deployment",
        "environment",
        "organization",
        "product",
        "models",
        "uses",
        "acceptable-use-review",
        "agreements",
        "ip-suits",
        "terminations",
        "determinations",
    ];
    Some(match names {
        // What does not apply is not for us to change: a model came with no notices, say.
        ["product", "notices" | "passes-on", _] | ["models", _, "package", _]
            if !matches!(fact.state, State::None) =>
        {
            2
        }
        ["models", _, "id"] => 3,
        ["acceptable-use-review"] if !matches!(fact.state, State::Record(_)) => 3,
        ["acceptable-use-review", "by" | "on"] => 3,
        [own] | [own, _]
            if !SHIPPED.contains(own)
                && matches!(
                    kind,
                    Kind::List(_) | Kind::Bool | Kind::Text | Kind::Choice(_)
                ) =>
        {
            4
        }
        ["agreements"] => 7,
        ["acceptable-use-review", "engaged"]
        | ["product", "audience" | "offered-as" | "offered-in"] => FAR,
        ["models", _, "run" | "weights"] => FAR + 1,
        _ => return None,
    })
}

/// Takes out of the facts those that can be changed.
struct Relaxing<'f, 'r> {
    schema: &'f Schema,
    /// The models of which we choose the name, by their place in `models`.
    named: Vec<usize>,
    reach: Reach,
    free: &'r mut Vec<Free<'f>>,
}

impl<'f> Relaxing<'f, '_> {
    fn relaxed(
        &mut self,
        fact: &'f Fact,
        kind: &Kind,
        names: &mut Vec<&'f str>,
        strides: &mut Vec<Stride>,
    ) -> Fact {
        let named =
            |stride: &Stride| matches!(stride, Stride::Element(at) if self.named.contains(at));
        let is_name = names.first() == Some(&"models") && names.last() == Some(&"id");
        if let Some(effort) = effort(names, fact, kind)
            && !fact.is_unknown()
            && (effort < FAR || self.reach == Reach::Far)
            && (!is_name || strides.iter().any(named))
        {
            let place = Place {
                base: Base::Deployment,
                strides: strides.clone(),
            };
            self.free.push(Free {
                place,
                fact,
                effort,
            });
            return Fact {
                state: State::Unknown,
                ..fact.clone()
            };
        }
        let state = match (&fact.state, kind) {
            (State::Record(fields), Kind::Record(id)) => {
                let record = self.schema.record(*id).fields.values();
                let each = (0..).zip(record.zip(fields));
                let each = each.map(|(at, (field, own))| {
                    names.push(&field.name);
                    strides.push(Stride::Field(at));
                    let own = self.relaxed(own, &field.kind, names, strides);
                    strides.pop();
                    names.pop();
                    own
                });
                State::Record(each.collect())
            }
            (State::List(list), Kind::List(inner)) if names.as_slice() == ["models"] => {
                let each = list.iter().enumerate().map(|(at, own)| {
                    names.push("");
                    strides.push(Stride::Element(at));
                    let own = self.relaxed(own, inner, names, strides);
                    strides.pop();
                    names.pop();
                    own
                });
                State::List(each.collect())
            }
            _ => return fact.clone(),
        };
        Fact {
            state,
            ..fact.clone()
        }
    }
}

/// The least to change so that a deployment is permitted. The checks are the ones that decide, each of
/// one of the `scenes` of the stage by its number. Readings and judgments are not to matter where that can be had;
/// where a fact that is not known does, what permits whatever it is comes second.
pub fn would_permit<'a>(
    stage: &Stage<'a>,
    scenes: &[Scene<'a>],
    checks: &[(usize, Check)],
    reach: Reach,
    limits: &Limits,
) -> Sought {
    let schema = &stage.program.schema;
    let mut free = Vec::new();
    let kind = Kind::Record(Schema::ROOT);
    let mut relaxing = Relaxing {
        schema,
        named: stage
            .lineage
            .members
            .iter()
            .filter(|m| ours(m))
            .filter_map(|m| m.index)
            .collect(),
        reach,
        free: &mut free,
    };
    let facts = relaxing.relaxed(stage.deployment, &kind, &mut Vec::new(), &mut Vec::new());
    let mut lineage = stage.lineage.clone();
    let models = schema.root().fields.get_index_of("models");
    let listed = models.and_then(|at| facts.record()?.get(at)?.list());
    for member in &mut lineage.members {
        if let Some(fact) = member.index.and_then(|at| listed?.get(at)) {
            member.fact = std::borrow::Cow::Borrowed(fact);
        }
    }
    let loose = Stage {
        ready: stage.ready,
        program: stage.program,
        deployment: &facts,
        lineage,
        reach: stage.reach.clone(),
        taken: stage.taken.clone(),
        stated: stage.stated.clone(),
        expired: Vec::new(),
    };
    let now = loose.scenes();
    let blank = Fact::unknown(Span::NOWHERE);
    let mut encoder = Encoder::new(&loose, &now, &blank, limits);
    let fails = encoder.fail(checks);
    let forbidden = encoder.formula.or(fails);
    if forbidden == Lit::TRUE {
        return Sought::Nothing;
    }
    encoder.finish();
    if encoder.too_large.is_some() {
        return Sought::GaveUp;
    }
    // The hardest to change are kept first.
    free.reverse();
    free.sort_by_key(|free| std::cmp::Reverse(free.effort));
    let mut hunt = Hunt::new(&loose, encoder, forbidden, limits, &free, scenes);
    hunt.run()
        .map_or(Sought::GaveUp, |remedies| match remedies {
            remedies if remedies.is_empty() => Sought::Nothing,
            remedies => Sought::Found(remedies),
        })
}

/// Whether a model's name is for us to choose: it is deployed, and nobody released it under that name.
fn ours(member: &Member) -> bool {
    member.originals.is_empty() && member.deployed != Some(false)
}

/// Most worlds one set of changes is asked to stand.
const WORLDS: usize = 24;
/// Most open things of which one after the other is taken not to turn out well.
const OPEN: usize = 6;

/// Changes in terms of the formula.
#[derive(Clone)]
struct Draft {
    /// The facts that change, by number.
    changed: Vec<usize>,
    /// The facts that do not.
    kept: Vec<usize>,
    /// Everything the changed facts fix.
    fixed: Vec<Lit>,
    /// A world with the changes.
    world: Solution,
}

impl Draft {
    fn has(&self, lit: Lit) -> bool {
        self.world.has(lit)
    }
}

struct Hunt<'h, 's> {
    stage: &'s Stage<'s>,
    encoder: Encoder<'s>,
    forbidden: Lit,
    limits: &'h Limits,
    free: &'h [Free<'h>],
    /// What each fact that can be changed fixes.
    own: Vec<Vec<Lit>>,
    /// What is so where such a fact stays as it is.
    same: Vec<Vec<Lit>>,
    /// The same as one literal each.
    kept: Vec<Lit>,
    /// What each open thing fixes; the facts that people can look up come first.
    open: Vec<Vec<Lit>>,
    /// How many facts there are among them.
    stated: usize,
    /// How many questions are left, to all solvers together.
    questions: Rc<StdCell<u64>>,
}

impl<'h, 's> Hunt<'h, 's> {
    fn new(
        stage: &'s Stage<'s>,
        mut encoder: Encoder<'s>,
        forbidden: Lit,
        limits: &'h Limits,
        free: &'h [Free<'h>],
        before: &[Scene<'s>],
    ) -> Hunt<'h, 's> {
        let mut own: Vec<Vec<Lit>> = vec![Vec::new(); free.len()];
        let mut open: IndexMap<Place, Vec<Lit>> = IndexMap::new();
        let mut never: Vec<Lit> = Vec::new();
        for instance in encoder.instances.values() {
            let mut lits: Vec<Lit> = instance.cells.iter().map(|(_, lit)| *lit).collect();
            lits.extend(instance.questions.values());
            lits.extend(instance.members.iter().map(|(_, lit)| *lit));
            lits.extend(&instance.witnesses);
            lits.retain(|lit| !lit.is_known());
            let stated = instance.place.stated();
            match free.iter().position(|free| free.place == stated) {
                Some(at) => {
                    own[at].extend(lits);
                    // What applies is nothing people change, and not to run or offer a thing at all
                    // is no way to be permitted to.
                    let none = |(cell, _): &&(Cell, Lit)| cell.among.when() == "none";
                    if instance.place == stated && !is_none(stage, &free[at]) {
                        never.extend(instance.cells.iter().filter(none).map(|(_, lit)| !*lit));
                    }
                }
                None => open.entry(stated).or_default().extend(lits),
            }
        }
        for lit in never {
            encoder.formula.clause(&[lit]);
        }
        let mut open: Vec<Vec<Lit>> = open.into_values().collect();
        open.extend(encoder.roles.values().map(|lit| vec![*lit]));
        open.retain(|lits| !lits.is_empty());
        let stated = open.len();
        open.extend(encoder.readings.values().cloned());
        open.extend(encoder.judgments.values().map(|lit| vec![*lit]));
        open.extend(encoder.opaque.values().map(|opaque| opaque.lits.clone()));
        open.retain(|lits| !lits.is_empty());
        let same: Vec<Vec<Lit>> = free
            .iter()
            .map(|free| encoder.unchanged(&free.place, free.fact, before))
            .collect();
        let kept = same
            .iter()
            .map(|lits| encoder.formula.and(lits.clone()))
            .collect();
        Hunt {
            stage,
            encoder,
            forbidden,
            limits,
            free,
            own,
            same,
            kept,
            open,
            stated,
            questions: Rc::new(StdCell::new(limits.questions)),
        }
    }

    fn solver(&self) -> Batsat {
        let preferred: Vec<Lit> = self.same.iter().flatten().copied().collect();
        Batsat::sharing(
            &self.encoder.formula,
            self.limits,
            Rc::clone(&self.questions),
            &preferred,
        )
    }

    /// The remedies; `None` if the budget was spent before there was one.
    fn run(&mut self) -> Option<Vec<Remedy>> {
        let mut solver = self.solver();
        let solver = &mut solver;
        let Some(least) = self.draft(solver, Vec::new(), |lit| vec![lit])? else {
            return Some(Vec::new());
        };
        let stated: Vec<usize> = (0..self.stated).collect();
        if let Some(draft) = self.firm(solver, &least, &stated) {
            if self
                .needed(solver, &draft)
                .is_some_and(|needed| needed.is_empty())
            {
                return Some(vec![self.told(&draft, Leads::Permitted)]);
            }
            // What is not known can be looked up; or so much is changed that it does not matter.
            let firm = self.firm(solver, &least, &[]);
            let firm = firm.map(|draft| self.told(&draft, Leads::Permitted));
            let first = self.told(&draft, Leads::Undetermined);
            return Some(std::iter::once(first).chain(firm).collect());
        }
        let all: Vec<usize> = (0..self.open.len()).collect();
        let mut best = self.firm(solver, &least, &all)?;
        let mut granted = self.needed(solver, &best)?;
        let mut at = 0;
        while at < granted.len() && granted.len() <= OPEN {
            let mut fewer = granted.clone();
            fewer.remove(at);
            // That facts alone turn out well was not enough.
            let facts = fewer.iter().all(|at| *at < self.stated);
            let draft = (!facts).then(|| self.firm(solver, &least, &fewer));
            match draft.flatten() {
                Some(draft) => {
                    let needed = self.needed(solver, &draft).unwrap_or_default();
                    granted = fewer;
                    granted.retain(|open| needed.contains(open));
                    best = draft;
                }
                None => at += 1,
            }
        }
        if let Some(draft) = self.firm(solver, &least, &granted) {
            best = draft;
        }
        Some(vec![self.told(&best, Leads::Undetermined)])
    }

    /// The least to change so that, with the open things granted turning out well, the deployment is
    /// permitted however all others turn out; `None` where nothing of that sort was found. `least` is
    /// the least that permits it in some world.
    fn firm(&self, solver: &mut Batsat, least: &Draft, granted: &[usize]) -> Option<Draft> {
        let count = self.encoder.formula.variables;
        let mut shared = vec![false; count as usize + 1];
        let chosen = granted.iter().flat_map(|at| &self.open[*at]);
        for lit in self.own.iter().flatten().chain(chosen) {
            shared[lit.var() as usize] = true;
        }
        let others = (0..self.open.len()).filter(|at| !granted.contains(at));
        let others: Vec<Lit> = others.flat_map(|at| self.open[at].clone()).collect();
        // Each world that refuted a draft is a copy of everything that is not chosen; the first one is the
        // formula itself.
        let copied = |lit: Lit, world: u32| {
            if lit.is_known() || shared[lit.var() as usize] {
                lit
            } else {
                lit.copied(world * count)
            }
        };
        let mut first: Vec<Lit> = Vec::new();
        let mut several: Option<Batsat> = None;
        let mut draft = least.clone();
        for world in 0..u32::try_from(WORLDS).unwrap_or(0) {
            let mut assumed = vec![self.forbidden];
            assumed.extend(&draft.fixed);
            assumed.extend(draft.kept.iter().map(|at| self.kept[*at]));
            let chosen = granted.iter().flat_map(|at| &self.open[*at]);
            assumed.extend(chosen.map(|lit| if draft.has(*lit) { *lit } else { !*lit }));
            if !solver.solve(&assumed)? {
                return Some(draft);
            }
            let refuted = others.iter();
            let refuted: Vec<Lit> = refuted
                .map(|lit| if solver.value(*lit) { *lit } else { !*lit })
                .collect();
            let alone = refuted.iter().copied().chain([!self.forbidden]);
            if !solver.solve(&alone.collect::<Vec<Lit>>())? {
                return None;
            }
            if world == 0 {
                draft = self.draft(solver, refuted.clone(), |lit| vec![lit])??;
                first = refuted;
                continue;
            }
            let worlds = several.get_or_insert_with(|| self.solver());
            for clause in self.encoder.formula.clauses.iter() {
                worlds.add(clause.iter().map(|lit| copied(*lit, world)));
            }
            for lit in refuted {
                worlds.add([copied(lit, world)]);
            }
            draft = self.draft(worlds, first.clone(), |lit| {
                (0..=world).map(|world| copied(lit, world)).collect()
            })??;
        }
        None
    }

    /// The least to change in the worlds of a solver in which what is `given` holds; `everywhere` says a
    /// literal in each of them. `Some(None)` if nothing permits the deployment in all of them, `None` once
    /// the budget is spent.
    #[expect(
        clippy::option_option,
        reason = "the outer one says whether there was an answer"
    )]
    fn draft(
        &self,
        solver: &mut Batsat,
        mut given: Vec<Lit>,
        everywhere: impl Fn(Lit) -> Vec<Lit>,
    ) -> Option<Option<Draft>> {
        given.extend(everywhere(!self.forbidden));
        let Some(mut world) = Solution::of(solver, given)? else {
            return Some(None);
        };
        let (mut changed, mut kept) = (Vec::new(), Vec::new());
        for (at, lit) in self.kept.iter().enumerate() {
            match world.hold(solver, &everywhere(*lit))? {
                true => kept.push(at),
                false => changed.push(at),
            }
        }
        // What changes stays as much as it is as it can; of what will do, the first the policy names.
        for lit in changed.iter().flat_map(|at| self.same[*at].iter().rev()) {
            world.hold(solver, &everywhere(*lit))?;
        }
        let own = changed.iter().flat_map(|at| &self.own[*at]);
        let fixed = own.map(|lit| if world.has(*lit) { *lit } else { !*lit });
        Some(Some(Draft {
            fixed: fixed.collect(),
            changed,
            kept,
            world,
        }))
    }

    /// The open things that have to turn out as they do in the world of a draft.
    fn needed(&self, solver: &mut Batsat, draft: &Draft) -> Option<Vec<usize>> {
        let mut needed: Vec<usize> = (0..self.open.len()).rev().collect();
        let mut at = 0;
        while at <= needed.len() {
            // First all of them, then without one after the other.
            let mut fewer = needed.clone();
            if let Some(without) = at.checked_sub(1) {
                fewer.remove(without);
            }
            let mut assumed = vec![self.forbidden];
            assumed.extend(&draft.fixed);
            assumed.extend(draft.kept.iter().map(|at| self.kept[*at]));
            let lits = fewer.iter().flat_map(|at| &self.open[*at]);
            assumed.extend(lits.map(|lit| if draft.has(*lit) { *lit } else { !*lit }));
            if solver.solve(&assumed)? {
                at += 1;
                continue;
            }
            let core = solver.core(&assumed);
            let used = |at: &usize| {
                let mut lits = self.open[*at].iter();
                lits.any(|lit| core.contains(lit) || core.contains(&!*lit))
            };
            let dropped_first = at == 0;
            needed.retain(|at| fewer.contains(at) && used(at));
            at = if dropped_first {
                1
            } else {
                at.min(needed.len() + 1)
            };
        }
        Some(needed)
    }

    // ── in the words of the facts ───────────────────────────────────────────

    fn told(&self, draft: &Draft, leads: Leads) -> Remedy {
        let mut changes: Vec<Change> = Vec::new();
        for at in draft.changed.iter().rev() {
            let free = &self.free[*at];
            let kind = said_kind(self.stage, &free.place);
            let mut after = Fact {
                state: self.built(draft, &free.place, &kind),
                ..free.fact.clone()
            };
            let added = self.settle(draft, free, &kind, &mut after);
            changes.push(Change {
                place: free.place.clone(),
                name: said(self.stage, &free.place).0,
                says: self.says(draft, free, &kind, &after),
                before: free.fact.clone(),
                after,
                kind,
                added,
            });
        }
        Remedy { changes, leads }
    }

    /// A value that a fact has in the world of a draft.
    fn built(&self, draft: &Draft, place: &Place, kind: &Kind) -> State {
        let schema = &self.stage.program.schema;
        let instance = self.encoder.instances.get(place);
        match self.cell(draft, place).map(|cell| &cell.sample) {
            Some(Sample::Value(value)) => return State::Value(value.clone()),
            Some(Sample::None) => return State::None,
            _ => {}
        }
        let fact = |state| Fact::computed(state, Span::NOWHERE);
        match kind {
            Kind::List(inner) => {
                let mut list: Vec<Fact> = Vec::new();
                if let Some(instance) = instance {
                    let members = instance.members.iter().filter(|(_, lit)| draft.has(*lit));
                    list.extend(members.map(|(value, _)| fact(State::Value(value.clone()))));
                    for (nth, _) in present(draft, &instance.witnesses) {
                        let place = place.then(Stride::Witness(nth));
                        list.push(fact(self.built(draft, &place, inner)));
                    }
                }
                let count = self.cell(draft, &place.then(Stride::Count));
                if let Some(Sample::Value(Value::Count(n))) = count.map(|cell| &cell.sample) {
                    let n = usize::try_from(*n).unwrap_or(0).min(self.limits.elements);
                    list.resize(n.max(list.len()), fact(State::Unknown));
                }
                State::List(list)
            }
            Kind::Record(id) => {
                let fields = (0..).zip(schema.record(*id).fields.values());
                let fields = fields.map(|(at, field)| {
                    let place = place.then(Stride::Field(at));
                    let asked = |known: &Place| known.strides.starts_with(&place.strides);
                    match self.encoder.instances.keys().any(asked) {
                        true => fact(self.built(draft, &place, &field.kind)),
                        false => Fact::unknown(Span::NOWHERE),
                    }
                });
                State::Record(fields.collect())
            }
            _ => State::Unknown,
        }
    }

    fn cell(&self, draft: &Draft, place: &Place) -> Option<&Cell> {
        let cells = &self.encoder.instances.get(place)?.cells;
        cells
            .iter()
            .find(|(_, lit)| draft.has(*lit))
            .map(|(cell, _)| cell)
    }

    /// Keeps of the fact as it was what need not change: the elements of a list that may stay, the old
    /// name at the end of a new one. Gives what is new in a list, each with what is said of it.
    fn settle(
        &self,
        draft: &Draft,
        free: &Free,
        kind: &Kind,
        after: &mut Fact,
    ) -> Vec<(String, Fact)> {
        let mut added = Vec::new();
        match (&free.fact.state, &mut after.state, kind) {
            (State::List(old), State::List(new), Kind::List(inner)) => {
                let instance = self.encoder.instances.get(&free.place);
                let members = instance.map_or(&[][..], |instance| instance.members.as_slice());
                let same = |value: &Value, fact: &Fact| match (fact.value(), value) {
                    (Some(Value::Text(a)), Value::Text(b)) => same_words(a, b),
                    (Some(a), b) => a == b,
                    _ => false,
                };
                let gone = |fact: &&Fact| {
                    let mut said = members.iter().filter(|(value, _)| same(value, fact));
                    said.any(|(_, lit)| !draft.has(*lit))
                };
                let list: Vec<Fact> = old.iter().filter(|fact| !gone(fact)).cloned().collect();
                let schema = &self.stage.program.schema;
                let witnesses = instance.map_or(&[][..], |instance| &instance.witnesses);
                let mut entries = present(draft, witnesses).map(|(nth, _)| {
                    let place = free.place.then(Stride::Witness(nth));
                    self.described(draft, &place, inner)
                });
                for fact in new.drain(..) {
                    let had = |value: &Value| list.iter().any(|old| same(value, old));
                    let member = members.iter().any(|(value, _)| same(value, &fact));
                    let said = match fact.value().filter(|_| member) {
                        Some(value) if had(value) => continue,
                        Some(value) => format!("includes {}", value.said(inner, schema)),
                        None => match entries.next().flatten() {
                            Some(entry) => {
                                format!("has an entry {}", entry.trim_start_matches("is "))
                            }
                            None => "has one more entry".to_owned(),
                        },
                    };
                    added.push((said, fact));
                }
                *new = list;
                new.extend(added.iter().map(|(_, fact)| fact.clone()));
            }
            (State::Value(Value::Text(old)), State::Value(Value::Text(new)), Kind::ModelName) => {
                let (space, bare) = old
                    .rsplit_once('/')
                    .map_or(("", &**old), |(space, bare)| (space, bare));
                let slash = if space.is_empty() { "" } else { "/" };
                let own = new.rsplit('/').next().unwrap_or(new);
                let named = Value::Text(format!("{space}{slash}{own}-{bare}").into());
                let cell = self.cell(draft, &free.place);
                let answers = self.encoder.answers(&free.place, &named);
                if cell.is_some_and(|cell| answers.as_ref() == Some(&cell.truths)) {
                    after.state = State::Value(named);
                }
            }
            _ => {}
        }
        added
    }

    fn says(&self, draft: &Draft, free: &Free, kind: &Kind, after: &Fact) -> String {
        let said = match (kind, &after.state) {
            (Kind::List(_), State::List(list)) if list.is_empty() => Some("is empty".to_owned()),
            (Kind::List(_), _) => {
                let count = self.cell(draft, &free.place.then(Stride::Count));
                count.map(|cell| format!("has {} entries", cell.among.when()))
            }
            (Kind::Record(_), State::Record(_)) => {
                let said = self.described(draft, &free.place, kind);
                Some(said.unwrap_or_else(|| "is not none".to_owned()))
            }
            _ => self.described(draft, &free.place, kind),
        };
        said.unwrap_or_else(|| "is another".to_owned())
    }

    /// What a fact is in the world of a draft: `is us`, `<= 2026-11-22`, `{ license: llama-3.1 }`.
    fn described(&self, draft: &Draft, place: &Place, kind: &Kind) -> Option<String> {
        let schema = &self.stage.program.schema;
        match kind {
            Kind::Record(id) => {
                let fields = (0..).zip(schema.record(*id).fields.values());
                let parts = fields.filter_map(|(at, field)| {
                    let said =
                        self.described(draft, &place.then(Stride::Field(at)), &field.kind)?;
                    let said = said.strip_prefix("is ").unwrap_or(&said);
                    Some(format!("{}: {said}", field.name))
                });
                let parts: Vec<String> = parts.collect();
                let none =
                    matches!(self.cell(draft, place), Some(cell) if cell.sample == Sample::None);
                match (parts.is_empty(), none) {
                    (_, true) => Some("is none".to_owned()),
                    (true, _) => None,
                    _ => Some(format!("is {{ {} }}", parts.join(", "))),
                }
            }
            Kind::List(inner) => {
                let instance = self.encoder.instances.get(place)?;
                let members = instance.members.iter().filter(|(_, lit)| draft.has(*lit));
                let parts: Vec<String> = members
                    .map(|(value, _)| format!("includes {}", value.said(inner, schema)))
                    .collect();
                match (parts.is_empty(), instance.members.is_empty()) {
                    (false, _) => Some(parts.join(" and ")),
                    (true, false) => {
                        let all = instance
                            .members
                            .iter()
                            .map(|(value, _)| value.said(inner, schema));
                        let all: Vec<String> = all.collect();
                        let few = all.len() <= 3;
                        Some(if few {
                            format!("does not include {}", all.join(" or "))
                        } else {
                            "is empty".to_owned()
                        })
                    }
                    _ => None,
                }
            }
            _ => {
                let when = self.cell(draft, place)?.among.when();
                let verb = ["<", ">", "begins", "matches", "in ", "not "];
                Some(
                    if verb.iter().any(|verb| when.starts_with(verb)) && !when.starts_with("not ") {
                        when.to_owned()
                    } else {
                        format!("is {when}")
                    },
                )
            }
        }
    }
}

/// Whether a fact is `none`.
fn is_none(stage: &Stage, free: &Free) -> bool {
    let kind = said_kind(stage, &free.place);
    match &free.fact.state {
        State::None => true,
        State::Value(value) => value.said(&kind, &stage.program.schema) == "none",
        _ => false,
    }
}

/// The elements that a list has in the world of a draft.
fn present<'w>(draft: &Draft, witnesses: &'w [Lit]) -> impl Iterator<Item = (usize, &'w Lit)> {
    let numbered: Vec<(usize, &Lit)> = witnesses.iter().enumerate().collect();
    let here: Vec<bool> = witnesses.iter().map(|lit| draft.has(*lit)).collect();
    numbered.into_iter().filter(move |(nth, _)| here[*nth])
}

/// What the fact at a place of the deployment can be.
fn said_kind(stage: &Stage, place: &Place) -> Kind {
    let mut kind = Kind::Record(Schema::ROOT);
    for stride in &place.strides {
        kind = match (stride, kind) {
            (Stride::Field(at), Kind::Record(id)) => {
                let field = stage
                    .program
                    .schema
                    .record(id)
                    .fields
                    .get_index(*at as usize);
                field.map_or(Kind::Text, |(_, field)| field.kind.clone())
            }
            (_, Kind::List(inner) | Kind::Series(_, inner)) => *inner,
            (_, kind) => kind,
        };
    }
    kind
}

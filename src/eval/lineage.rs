//! Which license binds which model, through which path.
//!
//! Every model of a deployment that is deployed is a *subject*. A license declared for a model
//! reaches each subject that descends from it: as a descendant, if the license binds descendants
//! through every relation of the path, or by outputs, if one step of the path is a relation through
//! which the license follows outputs and the others are binding ones.

use super::errors;
use super::fact::{Fact, State};
use super::truth::NamePattern;
use crate::diagnostic::Diagnostic;
use crate::ir::{Program, Terms};
use crate::source::Span;
use crate::value::{Kind, RecordId, Schema, Value};
use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};

/// What is known of models before any deployment is: the fields of the vocabulary that lineage is read
/// from, by number, and the models each license lists.
#[derive(Clone, Debug)]
pub struct Models<'p> {
    /// What a license lists, and its id.
    listed: Vec<(NamePattern<'p>, &'p str)>,
    id: usize,
    also_known_as: usize,
    role: usize,
    deployed: u16,
    license: usize,
    from: usize,
    step_model: usize,
    step_by: usize,
    step_taken_by: usize,
    us: u16,
    /// How many fields the record `lineage` has.
    lineage: usize,
    through: usize,
    ours: usize,
    /// How many fields the record `model` has.
    model: usize,
    models: usize,
}

impl<'p> Models<'p> {
    /// What a program says of models; `None` if its vocabulary knows none.
    pub fn of(program: &'p Program) -> Option<Models<'p>> {
        let schema: &Schema = &program.schema;
        let (model, step, lineage) = (
            schema.record_named("model")?,
            schema.record_named("step")?,
            schema.record_named("lineage")?,
        );
        let field = |record: RecordId, name: &str| schema.record(record).fields.get_index_of(name);
        let member = |record: RecordId, field: &str, name: &str| match &schema
            .record(record)
            .fields
            .get(field)?
            .kind
        {
            Kind::Choice(id) => schema.choice(*id).position(name),
            _ => None,
        };
        let listed = program.layers.iter().flat_map(|layer| {
            let terms = layer.terms().into_iter();
            terms.flat_map(|terms| {
                let patterns = terms.models.iter();
                patterns.map(|pattern| (NamePattern::new(pattern.as_str()), layer.id.as_str()))
            })
        });
        Some(Models {
            listed: listed.collect(),
            id: field(model, "id")?,
            also_known_as: field(model, "also-known-as")?,
            role: field(model, "role")?,
            deployed: member(model, "role", "deployed")?,
            license: field(model, "license")?,
            from: field(model, "from")?,
            step_model: field(step, "model")?,
            step_by: field(step, "by")?,
            step_taken_by: field(step, "taken-by")?,
            us: member(step, "taken-by", "us")?,
            lineage: schema.record(lineage).fields.len(),
            through: field(lineage, "through")?,
            ours: field(lineage, "ours")?,
            model: schema.record(model).fields.len(),
            models: schema.root().fields.get_index_of("models")?,
        })
    }

    /// The licenses that list a model among those their licensor released.
    fn originals(&self, name: &str) -> impl Iterator<Item = &'p str> {
        let lists = self
            .listed
            .iter()
            .filter(|(pattern, _)| pattern.lists(name));
        lists.map(|(_, license)| *license)
    }
}

/// One step up: from a model to a parent.
#[derive(Clone, Debug)]
pub struct Edge {
    /// The parent.
    pub parent: usize,
    /// The relation; `None` if it is not stated.
    pub relation: Option<u16>,
    /// Whether we took the step; `None` if it is not stated.
    pub ours: Option<bool>,
    /// Whether a default says so.
    pub assumed_ours: bool,
    /// Where the step is stated.
    pub span: Span,
}

/// A model of the deployment, or a parent nobody listed.
#[derive(Clone, Debug)]
pub struct Member<'a> {
    /// Its facts; for a parent nobody listed, a record of unknown facts with its name.
    pub fact: Cow<'a, Fact>,
    /// Its name.
    pub name: &'a str,
    /// Its place in `models`; `None` for a parent nobody listed.
    pub index: Option<usize>,
    /// Its parents; `None` if they are unknown.
    pub parents: Option<Vec<Edge>>,
    /// Its licenses, by id; `None` if they are unknown.
    pub licenses: Option<Vec<&'a str>>,
    /// The licenses its licensor released it under, where a license lists it.
    pub originals: Vec<&'a str>,
    /// Whether it is deployed; `None` if that is not stated.
    pub deployed: Option<bool>,
    /// Where it is stated, or named as a parent.
    pub place: Span,
}

/// What a search from a subject up to an origin found.
#[derive(Default)]
struct Found {
    /// The shortest path.
    path: Vec<(usize, u16, Span)>,
    /// The relations of all paths.
    through: Vec<u16>,
    /// Those of the steps we took.
    ours: Vec<u16>,
    /// Whether we may have taken more of them.
    maybe_ours: bool,
}

/// Every walk up from a subject that one license follows, over states: a model, reached as the origin
/// of a descendant or by outputs.
struct Walks {
    /// Each step: from, to, the relation, whether we took it.
    steps: Vec<(usize, usize, u16, Option<bool>)>,
    /// How each state was reached first.
    before: Vec<Before>,
}

#[derive(Clone, Copy, PartialEq)]
enum Before {
    Unseen,
    Start,
    Step(usize, u16, Span),
}

impl Walks {
    fn state(member: usize, outputs: bool) -> usize {
        member * 2 + usize::from(outputs)
    }

    /// What lies between the subject and an origin, if some walk leads there.
    fn to(&self, origin: usize, by_outputs: bool) -> Option<Found> {
        let goal = Walks::state(origin, by_outputs);
        if self.before[goal] == Before::Unseen {
            return None;
        }
        // Only steps that lie on some walk to the origin count. Most steps come before those they
        // lead to, so that one round from the end finds nearly all.
        let mut leads = vec![false; self.before.len()];
        leads[goal] = true;
        let mut changed = true;
        while changed {
            changed = false;
            for (from, to, ..) in self.steps.iter().rev() {
                if leads[*to] && !leads[*from] {
                    leads[*from] = true;
                    changed = true;
                }
            }
        }
        let mut found = Found::default();
        for (_, to, relation, own) in &self.steps {
            if !leads[*to] {
                continue;
            }
            found.through.push(*relation);
            match own {
                Some(true) => found.ours.push(*relation),
                Some(false) => {}
                None => found.maybe_ours = true,
            }
        }
        let mut at = goal;
        while let Before::Step(from, relation, span) = self.before[at] {
            found.path.push((at / 2, relation, span));
            at = from;
        }
        found.path.reverse();
        Some(found)
    }
}

/// All models of a deployment and how they came from each other.
#[derive(Clone, Debug)]
pub struct Lineage<'a> {
    /// The models, listed ones first.
    pub members: Vec<Member<'a>>,
    /// Whether the list of models itself is unknown.
    pub unknown: bool,
    /// Where the list is stated.
    pub place: Span,
    fields: Option<&'a Models<'a>>,
}

/// A license that reaches a subject.
#[derive(Clone, Debug)]
pub struct Bond {
    /// The deployed model.
    pub subject: usize,
    /// The model that carries the license.
    pub origin: usize,
    /// The license, by its place in the program.
    pub layer: usize,
    /// Whether it reaches the subject by outputs rather than as a descendant.
    pub by_outputs: bool,
    /// The computed facts of the record `lineage`.
    pub lineage: Fact,
    /// The shortest path, from the subject's parent up to the origin, each with the relation to it.
    pub path: Vec<(usize, u16, Span)>,
}

/// Something about a subject's origins that is not known.
#[derive(Clone, Debug)]
pub enum Gap {
    /// The parents of this model are not stated
    Parents(usize),
    /// The license of this model is not stated
    License(usize),
    /// This model carries a license no text in force describes
    Unrecognized(usize, String),
    /// How this model came from that parent is not stated
    Relation(usize, usize, Span),
}

impl<'a> Lineage<'a> {
    /// Reads the models of a deployment; `fields` are those of the program's vocabulary.
    ///
    /// # Errors
    /// Two models with one name, and circles.
    pub fn read(
        deployment: &'a Fact,
        fields: Option<&'a Models<'a>>,
    ) -> Result<Lineage<'a>, Vec<Diagnostic>> {
        let mut lineage = Lineage {
            members: Vec::new(),
            unknown: true,
            place: deployment.key,
            fields,
        };
        let Some(fields) = fields else {
            return Ok(lineage);
        };
        let Some(models) = deployment
            .record()
            .and_then(|facts| facts.get(fields.models))
        else {
            return Ok(lineage);
        };
        lineage.unknown = models.is_unknown();
        lineage.place = models.place();
        let mut faults = Vec::new();
        let mut names: BTreeMap<&'a str, (usize, Span)> = BTreeMap::new();
        let models = models.list().unwrap_or(&[]);
        lineage.members.reserve(models.len());
        for (index, model) in models.iter().enumerate() {
            let Some(facts) = model.record() else {
                // An element of the list that is itself unknown: some model, nothing known of it.
                lineage.members.push(stranger("", fields, model.place()));
                continue;
            };
            let name = facts[fields.id].text().unwrap_or("");
            let also = facts[fields.also_known_as].list().unwrap_or(&[]);
            let also = also
                .iter()
                .filter_map(|fact| Some((fact.text()?, fact.place())));
            // Nobody asks for a model alone, made from no other, by its names.
            let steps = facts[fields.from].list().unwrap_or(&[]);
            let alone = models.len() == 1 && steps.is_empty();
            // A model is what any of its names says it is.
            let mut released = Vec::new();
            for (name, place) in std::iter::once((name, facts[fields.id].place())).chain(also) {
                released.extend(fields.originals(name));
                if alone {
                    continue;
                }
                match names.get(name) {
                    Some((other, first)) if *other != index => {
                        faults.push(errors::same_model(name, place, *first));
                    }
                    _ => {
                        names.insert(name, (index, place));
                    }
                }
            }
            released.sort_unstable();
            released.dedup();
            let licenses = match &facts[fields.license].state {
                State::List(list) => list.iter().map(Fact::text).collect::<Option<Vec<&str>>>(),
                _ => None,
            };
            lineage.members.push(Member {
                fact: Cow::Borrowed(model),
                name,
                index: Some(index),
                parents: None,
                licenses: licenses.filter(|licenses| !licenses.is_empty()),
                originals: released,
                deployed: None,
                place: facts[fields.id].place(),
            });
        }
        let listed = lineage.members.len();
        for index in 0..listed {
            lineage.read_parents(index, fields, &mut names);
        }
        lineage.roles(fields);
        if lineage.steps().next().is_some() {
            lineage.circles(&mut faults);
        }
        if faults.is_empty() {
            Ok(lineage)
        } else {
            Err(faults)
        }
    }

    fn read_parents(
        &mut self,
        index: usize,
        fields: &'a Models<'a>,
        names: &mut BTreeMap<&'a str, (usize, Span)>,
    ) {
        // Only what the deployment states has steps; nobody listed the others.
        let Cow::Borrowed(fact) = self.members[index].fact else {
            return;
        };
        let Some(facts) = fact.record() else {
            return;
        };
        let Some(steps) = facts[fields.from].list() else {
            // A model its licensor released has no parents that bind anybody else.
            if !self.members[index].originals.is_empty() {
                self.members[index].parents = Some(Vec::new());
            }
            return;
        };
        let mut edges = Vec::new();
        for step in steps {
            let facts = step.record();
            let parent = facts.and_then(|facts| facts[fields.step_model].text());
            let parent = match parent {
                Some(name) => match names.get(name) {
                    Some((at, _)) => *at,
                    None => {
                        let at = self.members.len();
                        let place =
                            facts.map_or(step.place(), |facts| facts[fields.step_model].place());
                        self.members.push(stranger(name, fields, place));
                        names.insert(name, (at, place));
                        at
                    }
                },
                None => {
                    self.members.push(stranger("", fields, step.place()));
                    self.members.len() - 1
                }
            };
            let choice = |at: usize| match facts.map(|facts| &facts[at].state) {
                Some(State::Value(Value::Choice(n))) => Some(*n),
                _ => None,
            };
            edges.push(Edge {
                parent,
                relation: choice(fields.step_by),
                ours: choice(fields.step_taken_by).map(|who| who == fields.us),
                assumed_ours: facts.is_some_and(|facts| facts[fields.step_taken_by].assumed),
                span: step.place(),
            });
        }
        self.members[index].parents = Some(edges);
    }

    /// A model that nobody descends from is deployed; of others, `role` tells.
    fn roles(&mut self, fields: &Models) {
        let mut is_parent = Vec::new();
        for edge in self.steps() {
            is_parent.resize(self.members.len(), false);
            is_parent[edge.parent] = true;
        }
        for (at, member) in self.members.iter_mut().enumerate() {
            let is_parent = is_parent.get(at).copied().unwrap_or(false);
            if member.index.is_none() && !member.name.is_empty() {
                continue;
            }
            let role = member.fact.record().map(|facts| &facts[fields.role].state);
            member.deployed = match role {
                _ if !is_parent => Some(true),
                Some(State::Value(Value::Choice(role))) => Some(*role == fields.deployed),
                _ => None,
            };
        }
    }

    fn circles(&self, faults: &mut Vec<Diagnostic>) {
        // 0 unseen, 1 on the path, 2 done; an own stack, so that no chain is too long for us.
        let mut state = vec![0_u8; self.members.len()];
        for start in 0..self.members.len() {
            if state[start] != 0 {
                continue;
            }
            let mut path: Vec<(usize, usize)> = vec![(start, 0)];
            state[start] = 1;
            while let Some((at, next)) = path.last_mut() {
                let edges = self.members[*at].parents.as_deref().unwrap_or(&[]);
                let Some(edge) = edges.get(*next) else {
                    state[*at] = 2;
                    path.pop();
                    continue;
                };
                *next += 1;
                match state[edge.parent] {
                    0 => {
                        state[edge.parent] = 1;
                        path.push((edge.parent, 0));
                    }
                    1 => {
                        let from = path
                            .iter()
                            .position(|(at, _)| *at == edge.parent)
                            .unwrap_or(0);
                        let mut names: Vec<String> = path[from..]
                            .iter()
                            .map(|(at, _)| self.members[*at].name.to_owned())
                            .collect();
                        names.push(self.members[edge.parent].name.to_owned());
                        faults.push(errors::lineage_cycle(&names, edge.span));
                    }
                    _ => {}
                }
            }
        }
    }

    /// Every step of every model.
    fn steps(&self) -> impl Iterator<Item = &Edge> {
        let members = self.members.iter();
        members.flat_map(|member| member.parents.iter().flatten())
    }

    /// The models that are, or may be, deployed.
    pub fn subjects(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.members.len()).filter(|at| self.members[*at].deployed != Some(false))
    }

    /// Every license of the program that reaches a subject, and what about its origins is unknown.
    pub fn reach(&self, subject: usize, program: &Program) -> (Vec<Bond>, Vec<Gap>) {
        let mut bonds = Vec::new();
        let mut gaps = Vec::new();
        let mut walks: Vec<(usize, Walks)> = Vec::new();
        for at in self.ancestors(subject) {
            let member = &self.members[at];
            // Of a parent nobody listed, one gap says it all.
            if member.parents.is_none() && member.index.is_some() {
                gaps.push(Gap::Parents(at));
            }
            for edge in member.parents.iter().flatten() {
                if edge.relation.is_none() {
                    gaps.push(Gap::Relation(at, edge.parent, edge.span));
                }
            }
            let declared = member.licenses.as_deref().unwrap_or(&[]);
            if declared.is_empty() && member.originals.is_empty() {
                gaps.push(Gap::License(at));
            }
            for id in declared {
                if !program
                    .layers
                    .iter()
                    .any(|layer| layer.terms().is_some() && layer.id == *id)
                {
                    gaps.push(Gap::Unrecognized(at, (*id).to_owned()));
                }
            }
            for (number, layer) in program.layers.iter().enumerate() {
                let Some(terms) = layer.terms() else {
                    continue;
                };
                let id = layer.id.as_str();
                if !(declared.contains(&id) || member.originals.contains(&id)) {
                    continue;
                }
                // Nothing descends from itself: no step counts, and outputs have nowhere to go.
                if at == subject {
                    bonds.extend(self.bond(subject, at, number, false, Found::default()));
                    continue;
                }
                let known = walks.iter().position(|(known, _)| *known == number);
                let known = known.unwrap_or_else(|| {
                    walks.push((number, self.walks(subject, terms)));
                    walks.len() - 1
                });
                for by_outputs in [false, true] {
                    if let Some(found) = walks[known].1.to(at, by_outputs) {
                        bonds.extend(self.bond(subject, at, number, by_outputs, found));
                    }
                }
            }
        }
        bonds.sort_by(|a, b| {
            (a.layer, a.by_outputs, self.members[a.origin].name).cmp(&(
                b.layer,
                b.by_outputs,
                self.members[b.origin].name,
            ))
        });
        (bonds, gaps)
    }

    /// A subject and everything it came from, each once.
    fn ancestors(&self, subject: usize) -> impl Iterator<Item = usize> {
        let (mut found, mut seen) = (Vec::new(), Vec::new());
        let (mut at, mut next) = (subject, 0);
        loop {
            for edge in self.members[at].parents.iter().flatten() {
                seen.resize(self.members.len(), false);
                if edge.parent != subject && !std::mem::replace(&mut seen[edge.parent], true) {
                    found.push(edge.parent);
                }
            }
            match found.get(next) {
                Some(parent) => at = *parent,
                None => break,
            }
            next += 1;
        }
        std::iter::once(subject).chain(found)
    }

    /// Every walk up from a subject that a license follows. A step whose relation is not stated leads
    /// nowhere here; the gap it leaves is reported instead.
    fn walks(&self, subject: usize, terms: &Terms) -> Walks {
        let mut walks = Walks {
            steps: Vec::new(),
            before: vec![Before::Unseen; self.members.len() * 2],
        };
        let start = Walks::state(subject, false);
        walks.before[start] = Before::Start;
        let mut queue = VecDeque::from([start]);
        while let Some(from) = queue.pop_front() {
            for edge in self.members[from / 2].parents.iter().flatten() {
                let Some(relation) = edge.relation else {
                    continue;
                };
                // A step keeps the state, or passes from «descends» to «by outputs». A student of a
                // student is followed too: whoever taught both has used the outputs.
                let outputs = from % 2 == 1;
                let outputs = match terms.binds.contains(&relation) {
                    true => outputs,
                    false if terms.follows.contains(&relation) => true,
                    false => continue,
                };
                let to = Walks::state(edge.parent, outputs);
                walks.steps.push((from, to, relation, edge.ours));
                if walks.before[to] == Before::Unseen {
                    walks.before[to] = Before::Step(from, relation, edge.span);
                    queue.push_back(to);
                }
            }
        }
        walks
    }

    /// The bond that follows from what was found.
    fn bond(
        &self,
        subject: usize,
        origin: usize,
        layer: usize,
        by_outputs: bool,
        found: Found,
    ) -> Option<Bond> {
        let Found {
            path,
            through,
            ours,
            maybe_ours,
        } = found;
        let place = path
            .first()
            .map_or(self.members[subject].place, |(_, _, span)| *span);
        let list = |mut relations: Vec<u16>, unknown: bool| {
            relations.sort_unstable();
            relations.dedup();
            let value = |n| Fact::computed(State::Value(Value::Choice(n)), place);
            let mut list: Vec<Fact> = relations.into_iter().map(value).collect();
            if unknown {
                list.push(Fact {
                    span: Span::NOWHERE,
                    ..Fact::unknown(place)
                });
            }
            Fact::computed(State::List(list), place)
        };
        let fields = self.fields?;
        let mut facts = vec![Fact::unknown(place); fields.lineage];
        facts[fields.through] = list(through, false);
        facts[fields.ours] = list(ours, maybe_ours);
        let lineage = Fact::computed(State::Record(facts), place);
        Some(Bond {
            subject,
            origin,
            layer,
            by_outputs,
            lineage,
            path,
        })
    }
}

/// A parent nobody listed: its name is known, and what a license says of it.
fn stranger<'a>(name: &'a str, fields: &Models<'a>, place: Span) -> Member<'a> {
    let mut facts = vec![Fact::unknown(place); fields.model];
    facts[fields.id] = Fact::computed(State::Value(Value::Text(name.into())), place);
    let originals: Vec<&str> = fields.originals(name).collect();
    Member {
        fact: Cow::Owned(Fact {
            state: State::Record(facts),
            span: place,
            key: place,
            assumed: false,
        }),
        name,
        index: None,
        parents: (!originals.is_empty()).then(Vec::new),
        licenses: None,
        originals,
        deployed: Some(false),
        place,
    }
}

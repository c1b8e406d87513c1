//! Conditions of one layer made flat, to be evaluated for many deployments: every different condition
//! and every fact once, in an order in which each finds what it needs.
//!
//! What depends on the deployment alone is evaluated once for it, the rest once for each model. All that
//! is left of the logic is *both are so* and *the opposite*: a long run of equal small steps, which a
//! processor foresees, where a walk over a tree makes it guess. The answers are those of
//! [`Context`](super::Context), which also tells why.

use super::fact::{Fact, State};
use super::frame::{self, Frame};
use super::truth::{self, NamePattern, Truth};
use crate::ir::{Atom, Layer, Node, NodeId, Operand, Operator, Path, Quantity, Root, Step};
use crate::value::{self, NamePrefix, Schema, Value, bare_name};
use jiff::civil::Date;
use std::collections::HashMap;

/// Where the truth of a condition is kept; its opposite is kept beside it, at the number with the last
/// bit turned.
type Number = u32;

/// Where a fact is kept: the slots of the roots, then one for every step.
type Slot = u32;

/// A condition: where its truth is kept, and how often it is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spot {
    level: u32,
    at: Number,
}

impl Spot {
    /// The opposite.
    #[must_use]
    pub fn opposite(self) -> Spot {
        Spot {
            at: self.at ^ 1,
            ..self
        }
    }
}

/// Evaluated once for a deployment.
const DEPLOYMENT: u32 = 0;
/// Evaluated once for each model. Beyond: once for each element of a quantifier, the inner ones higher.
const MODEL: u32 = 1;

/// The levels of the first slots: the deployment, then the model, its origin, the lineage between
/// them and the license.
const ROOTS: [u32; 5] = [DEPLOYMENT, MODEL, MODEL, MODEL, MODEL];

/// How many places the constants take: never and always so, and not known twice. The judgments of the
/// layer follow.
const CONSTANTS: usize = 4;

fn constant(truth: Truth) -> Spot {
    let at = match truth {
        Truth::No => 0,
        Truth::Yes => 1,
        Truth::Unknown => 2,
    };
    Spot {
        level: DEPLOYMENT,
        at,
    }
}

fn judgment(number: usize) -> Number {
    self::number(CONSTANTS + number * 2)
}

/// What is evaluated together: first all walks, then all questions, then the logic, in an order in which
/// each finds what it needs.
#[derive(Debug, Default)]
struct Part {
    walks: Vec<Walk>,
    asks: Asks,
    both: Vec<Both>,
    /// Quantifiers, each with the logic that comes after it.
    each: Vec<(Each, Vec<Both>)>,
}

impl Part {
    /// Where the logic goes on.
    fn last(&mut self) -> &mut Vec<Both> {
        match self.each.last_mut() {
            Some((_, after)) => after,
            None => &mut self.both,
        }
    }
}

/// Questions of one kind, by the fact they ask about.
type PerFact<T> = Vec<(Slot, Vec<(T, Number)>)>;

/// Plain questions, those of one kind together: what is alike is answered in a row, and a fact that
/// many ask about is looked at once.
#[derive(Debug, Default)]
struct Asks {
    /// Whether a fact is a member of an enum.
    choices: Vec<(Slot, u16, Number)>,
    /// Whether a list includes one of these members of an enum, in their order.
    some: PerFact<Vec<u16>>,
    /// Whether a list includes one of these texts.
    texts: PerFact<Value>,
    /// With which of these the name of a model begins.
    begins: PerFact<NamePrefix>,
    /// Whether a text matches a pattern.
    matches: Vec<(Slot, NamePattern<'static>, Number)>,
    /// Whether a place lies in another: in which places it is then, in their order.
    within: Vec<(Slot, Vec<value::Place>, Number)>,
    /// All others.
    others: Vec<(Atom<Slot>, Number)>,
}

impl Asks {
    fn add(&mut self, atom: Atom<Slot>, to: Number, constants: &Constants) {
        match atom {
            Atom::Compare(
                Operand::Fact(slot, None),
                Operator::Is,
                Operand::Const(Value::Choice(choice)),
            ) => self.choices.push((slot, choice, to)),
            Atom::Includes(list, Operand::Const(Value::Choice(choice))) => {
                grouped(&mut self.some, list).push((vec![choice], to));
            }
            Atom::Includes(list, Operand::Const(text @ Value::Text(_))) => {
                grouped(&mut self.texts, list).push((text, to));
            }
            Atom::Begins(name, prefix) => {
                grouped(&mut self.begins, name).push((NamePrefix::new(&prefix), to));
            }
            Atom::Matches(text, pattern) => {
                self.matches
                    .push((text, NamePattern::new(pattern.into_string()), to));
            }
            Atom::Within(slot, Value::Place(outer)) => {
                let (schema, today) = (constants.schema, constants.today);
                let mut inside: Vec<value::Place> = schema
                    .places()
                    .filter(|inner| schema.place_within(*inner, outer, today))
                    .collect();
                inside.sort_unstable();
                self.within.push((slot, inside, to));
            }
            other => self.others.push((other, to)),
        }
    }
}

impl Asks {
    fn keep(&mut self, needed: &mut Needed) {
        self.choices.retain(|(.., to)| needed.has(*to));
        self.within.retain(|(.., to)| needed.has(*to));
        self.matches.retain(|(.., to)| needed.has(*to));
        self.others.retain(|(_, to)| needed.has(*to));
        keep_groups(&mut self.some, needed);
        keep_groups(&mut self.texts, needed);
        keep_groups(&mut self.begins, needed);
        let slots = (self.choices.iter().map(|(slot, ..)| slot))
            .chain(self.within.iter().map(|(slot, ..)| slot))
            .chain(self.matches.iter().map(|(slot, ..)| slot))
            .chain(self.some.iter().map(|(slot, _)| slot))
            .chain(self.texts.iter().map(|(slot, _)| slot))
            .chain(self.begins.iter().map(|(slot, _)| slot));
        slots.for_each(|slot| needed.slots[*slot as usize] = true);
        for (atom, _) in &self.others {
            let _ = atom.about(&mut |slot: &Slot| needed.slots[*slot as usize] = true);
        }
    }
}

fn grouped<T>(groups: &mut Vec<(Slot, Vec<T>)>, slot: Slot) -> &mut Vec<T> {
    let known = groups.iter().position(|(known, _)| *known == slot);
    let at = known.unwrap_or_else(|| {
        groups.push((slot, Vec::new()));
        groups.len() - 1
    });
    &mut groups[at].1
}

fn keep_groups<T>(groups: &mut PerFact<T>, needed: &Needed) {
    for (_, asked) in groups.iter_mut() {
        asked.retain(|(_, to)| needed.has(*to));
    }
    groups.retain(|(_, asked)| !asked.is_empty());
}

/// From one fact to another.
#[derive(Debug)]
struct Walk {
    from: Slot,
    step: Step,
    to: Slot,
}

/// Whether two conditions are both so.
#[derive(Debug)]
struct Both {
    one: Number,
    other: Number,
    to: Number,
}

/// For each element of a list.
#[derive(Debug)]
struct Each {
    quantity: Quantity,
    list: Slot,
    element: Slot,
    body: Part,
    /// Where the body leaves its answer.
    answer: Number,
    to: Number,
}

/// Conditions ready to be evaluated.
#[derive(Debug)]
pub struct Flat {
    of_deployment: Part,
    of_model: Part,
    truths: usize,
    slots: usize,
    answers: Vec<Number>,
}

/// What is known from the same level on.
#[derive(Default)]
struct Block {
    part: Part,
    nodes: HashMap<NodeId, Spot>,
    atoms: HashMap<u32, Spot>,
    both: HashMap<(Spot, Spot), Spot>,
    steps: HashMap<(Slot, Step), Slot>,
}

/// What is the same whenever the conditions are evaluated.
pub struct Constants<'l> {
    /// What facts can be.
    pub schema: &'l Schema,
    /// The day of the evaluation.
    pub today: Date,
    /// Whether claims of the press count.
    pub reported: bool,
    /// The license, where it is always the same one.
    pub license: Option<&'l Fact>,
    /// The reading taken of each question; `None` while it is open.
    pub readings: &'l [Option<u16>],
}

/// Makes conditions of one layer flat.
pub struct FlatBuilder<'l> {
    layer: &'l Layer,
    constants: Constants<'l>,
    blocks: Vec<Block>,
    /// Of conditions outside of quantifiers: the two that are both so.
    parts: HashMap<Spot, (Spot, Spot)>,
    /// Of questions whether a list includes a member of an enum: the list and the member.
    members: HashMap<Spot, (Slot, u16)>,
    /// The level of each slot.
    levels: Vec<u32>,
    /// The slots of the elements of the quantifiers around, outermost first.
    elements: Vec<Slot>,
    /// The next free place.
    free: Number,
}

fn number(n: usize) -> u32 {
    u32::try_from(n).expect("a policy text is too small for four billion conditions")
}

impl<'l> FlatBuilder<'l> {
    /// For a layer.
    pub fn new(layer: &'l Layer, constants: Constants<'l>) -> FlatBuilder<'l> {
        FlatBuilder {
            layer,
            constants,
            blocks: vec![Block::default(), Block::default()],
            parts: HashMap::new(),
            members: HashMap::new(),
            levels: ROOTS.to_vec(),
            elements: Vec::new(),
            free: judgment(layer.judgments.len()),
        }
    }

    /// What is never so.
    pub fn never(&self) -> Spot {
        constant(Truth::No)
    }

    /// Whether an act is performed, as [`Context::act`](super::Context::act).
    pub fn act(&mut self, act: u16) -> Spot {
        match self.layer.acts.get(act as usize) {
            Some(node) => self.node(*node),
            None => self.never(),
        }
    }

    /// Whether a clause applies, as [`Context::effect`](super::Context::effect).
    pub fn effect(&mut self, clause: u16) -> Spot {
        self.node(self.layer.clauses[clause as usize].effect)
    }

    /// Whether an act is licensed, as [`Context::licensed`](super::Context::licensed).
    pub fn licensed(&mut self, act: u16) -> Spot {
        let mut grants = Vec::new();
        for grant in self.layer.grants(act) {
            let lasts = self.ended(grant).opposite();
            let applies = self.effect(grant);
            grants.push(self.all(vec![applies, lasts]));
        }
        self.any(grants)
    }

    fn ended(&mut self, grant: u16) -> Spot {
        let ends = self.layer.ends(grant);
        let ends = ends.map(|end| self.effect(end)).collect();
        self.any(ends)
    }

    /// Whether all are so.
    pub fn all(&mut self, mut of: Vec<Spot>) -> Spot {
        let (no, yes) = (constant(Truth::No), constant(Truth::Yes));
        self.none_of(&mut of);
        // What is known early is put together early.
        of.sort_unstable();
        of.dedup();
        of.retain(|spot| *spot != yes);
        if of.contains(&no) {
            return no;
        }
        let mut of = of.into_iter();
        let first = of.next().unwrap_or(yes);
        of.fold(first, |one, other| self.both(one, other))
    }

    /// That a list includes neither this nor that is one question.
    fn none_of(&mut self, of: &mut Vec<Spot>) {
        let mut lists: Vec<(Slot, Vec<u16>)> = Vec::new();
        for spot in of.iter() {
            if let Some((list, choice)) = self.members.get(&spot.opposite()) {
                grouped(&mut lists, *list).push(*choice);
            }
        }
        lists.retain(|(_, choices)| choices.len() > 1);
        for (list, mut choices) in lists {
            of.retain(|spot| {
                let member = self.members.get(&spot.opposite());
                member.is_none_or(|(known, _)| *known != list)
            });
            choices.sort_unstable();
            choices.dedup();
            let level = self.levels[list as usize];
            let free = self.free;
            let asked = &mut self.blocks[level as usize].part.asks.some;
            let asked = grouped(asked, list);
            let known = asked.iter().find(|(some, _)| *some == choices);
            let at = known.map_or(free, |(_, to)| *to);
            if at == free {
                asked.push((choices, at));
                self.free += 2;
            }
            of.push(Spot { level, at }.opposite());
        }
    }

    /// Whether all of one of the rows are so. What several rows ask is asked once.
    pub fn any_row(&mut self, mut rows: Vec<Vec<Spot>>) -> Spot {
        let mut often: HashMap<Spot, usize> = HashMap::new();
        for spot in rows.iter().flatten() {
            *often.entry(*spot).or_default() += 1;
        }
        let shared = often.into_iter().filter(|(_, count)| *count > 1);
        let shared = shared.max_by_key(|(spot, count)| (*count, std::cmp::Reverse(*spot)));
        let Some((shared, _)) = shared else {
            let each = rows.into_iter().map(|row| self.all(row)).collect();
            return self.any(each);
        };
        let (mut with, without): (Vec<_>, Vec<_>) =
            rows.drain(..).partition(|row| row.contains(&shared));
        for row in &mut with {
            row.retain(|spot| *spot != shared);
        }
        let with = self.any_row(with);
        let with = self.all(vec![shared, with]);
        let without = self.any_row(without);
        self.any(vec![with, without])
    }

    /// What has to be so, all of it, for a condition to be so.
    pub fn row(&self, spot: Spot) -> Vec<Spot> {
        let (mut row, mut open) = (Vec::new(), vec![spot]);
        while let Some(spot) = open.pop() {
            match self.parts.get(&spot) {
                Some((one, other)) => open.extend([*one, *other]),
                None => row.push(spot),
            }
        }
        row.sort_unstable();
        row.dedup();
        row
    }

    /// Whether one is so.
    pub fn any(&mut self, of: Vec<Spot>) -> Spot {
        let opposites = of.into_iter().map(Spot::opposite).collect();
        self.all(opposites).opposite()
    }

    fn both(&mut self, one: Spot, other: Spot) -> Spot {
        let level = one.level.max(other.level);
        let known = self.blocks[level as usize].both.get(&(one, other));
        if let Some(known) = known {
            return *known;
        }
        let spot = self.place(level);
        let block = &mut self.blocks[level as usize];
        block.both.insert((one, other), spot);
        block.part.last().push(Both {
            one: one.at,
            other: other.at,
            to: spot.at,
        });
        if level <= MODEL {
            self.parts.insert(spot, (one, other));
        }
        spot
    }

    fn place(&mut self, level: u32) -> Spot {
        let at = self.free;
        self.free += 2;
        Spot { level, at }
    }

    /// A node of the layer.
    pub fn node(&mut self, id: NodeId) -> Spot {
        if let Some(known) = self.blocks.iter().find_map(|block| block.nodes.get(&id)) {
            return *known;
        }
        let layer = self.layer;
        let spot = match layer.node(id) {
            Node::Const(yes) => constant(Truth::of(yes)),
            Node::Dated(from, until) => {
                let today = self.constants.today;
                let started = from.is_none_or(|from| from <= today);
                constant(Truth::of(
                    started && until.is_none_or(|until| today <= until),
                ))
            }
            Node::Reported => constant(Truth::of(self.constants.reported)),
            Node::Not(inner) => self.node(inner).opposite(),
            Node::All(children) => {
                let each = layer.children(children).iter();
                let each = each.map(|child| self.node(*child)).collect();
                self.all(each)
            }
            Node::Any(children) => {
                let each = layer.children(children).iter();
                let each = each.map(|child| self.node(*child)).collect();
                self.any(each)
            }
            Node::Named(inner) => self.node(inner),
            Node::Effect(clause) => self.effect(clause),
            Node::Quantified(quantity, list, body) => {
                self.quantified(quantity, &layer.lists[list as usize], body)
            }
            Node::Reading(question, reading) => {
                let readings = self.constants.readings;
                let taken = readings.get(question as usize).copied().flatten();
                constant(taken.map_or(Truth::Unknown, |taken| Truth::of(taken == reading)))
            }
            Node::Judgment(at) => Spot {
                level: DEPLOYMENT,
                at: judgment(at as usize),
            },
            Node::Atom(at) => self.atom(at),
        };
        self.blocks[spot.level as usize].nodes.insert(id, spot);
        spot
    }

    fn quantified(&mut self, quantity: Quantity, list: &Path, body: NodeId) -> Spot {
        let list = self.slot(list);
        let level = number(self.blocks.len()) - 1;
        let element = number(self.levels.len());
        self.levels.push(level + 1);
        self.elements.push(element);
        self.blocks.push(Block::default());
        let answer = self.node(body).at;
        self.elements.pop();
        let body = self.blocks.pop().unwrap_or_default().part;
        let spot = self.place(level);
        let each = Each {
            quantity,
            list,
            element,
            body,
            answer,
            to: spot.at,
        };
        let part = &mut self.blocks[level as usize].part;
        part.each.push((each, Vec::new()));
        spot
    }

    fn atom(&mut self, at: u32) -> Spot {
        if let Some(known) = self.blocks.iter().find_map(|block| block.atoms.get(&at)) {
            return *known;
        }
        let mut level = DEPLOYMENT;
        let atom = self.settled(&self.layer.atoms[at as usize]);
        let atom = atom.about(&mut |path| {
            let slot = self.slot(path);
            level = level.max(self.levels[slot as usize]);
            slot
        });
        let spot = self.place(level);
        if let Atom::Includes(list, Operand::Const(Value::Choice(choice))) = &atom {
            self.members.insert(spot, (*list, *choice));
        }
        let block = &mut self.blocks[level as usize];
        block.atoms.insert(at, spot);
        block.part.asks.add(atom, spot.at, &self.constants);
        spot
    }

    /// What is always the same is known: today, and what is asked about the license itself.
    fn settled(&self, atom: &Atom) -> Atom {
        let settle = |operand: &Operand| match operand {
            Operand::Fact(path, None) if path.root == Root::License => {
                let fact = path
                    .steps
                    .iter()
                    .try_fold(self.constants.license?, |fact, step| {
                        frame::step(fact, *step)
                    });
                fact.and_then(Fact::value).cloned().map(Operand::Const)
            }
            Operand::Today(by) => {
                let date = by.after(self.constants.today)?;
                Some(Operand::Const(Value::Date(date)))
            }
            _ => None,
        };
        let mut atom = atom.clone();
        if let Atom::Compare(_, _, operand) | Atom::Includes(_, operand) = &mut atom
            && let Some(value) = settle(operand)
        {
            *operand = value;
        }
        atom
    }

    fn slot(&mut self, path: &Path) -> Slot {
        let mut slot = match path.root {
            Root::Deployment => 0,
            Root::Model => 1,
            Root::Origin => 2,
            Root::Lineage => 3,
            Root::License => 4,
            Root::Element(n) => self.elements[n as usize],
        };
        for step in &path.steps {
            let step = match step {
                Step::Last => Step::Entry(frame::last(
                    path,
                    self.constants.schema,
                    self.constants.today,
                )),
                other => *other,
            };
            let level = self.levels[slot as usize];
            let next = number(self.levels.len());
            let block = &mut self.blocks[level as usize];
            slot = *block.steps.entry((slot, step)).or_insert_with(|| {
                let (from, to) = (slot, next);
                block.part.walks.push(Walk { from, step, to });
                next
            });
            if slot == next {
                self.levels.push(level);
            }
        }
        slot
    }

    /// The conditions whose truths are asked for, ready to be evaluated.
    pub fn build(self, answers: Vec<Spot>) -> Flat {
        let mut blocks = self.blocks.into_iter().map(|block| block.part);
        let mut flat = Flat {
            of_deployment: blocks.next().unwrap_or_default(),
            of_model: blocks.next().unwrap_or_default(),
            truths: self.free as usize,
            slots: self.levels.len(),
            answers: answers.into_iter().map(|spot| spot.at).collect(),
        };
        let mut needed = Needed {
            truths: vec![false; flat.truths / 2],
            slots: vec![false; flat.slots],
        };
        flat.answers.iter().for_each(|at| needed.truth(*at));
        needed.keep(&mut flat.of_model);
        needed.keep(&mut flat.of_deployment);
        flat
    }
}

/// What the answers take; everything else is left out.
struct Needed {
    truths: Vec<bool>,
    slots: Vec<bool>,
}

impl Needed {
    fn truth(&mut self, at: Number) {
        self.truths[at as usize / 2] = true;
    }

    fn has(&self, at: Number) -> bool {
        self.truths[at as usize / 2]
    }

    fn keep(&mut self, part: &mut Part) {
        // What needs something comes after it.
        let mut needed = Vec::new();
        while let Some((mut each, mut after)) = part.each.pop() {
            self.keep_both(&mut after);
            if self.has(each.to) {
                self.truth(each.answer);
                self.slots[each.list as usize] = true;
                self.keep(&mut each.body);
                needed.push((each, after));
            } else {
                part.last().append(&mut after);
            }
        }
        self.keep_both(&mut part.both);
        part.each = needed.into_iter().rev().collect();
        part.asks.keep(self);
        for walk in part.walks.iter().rev() {
            if self.slots[walk.to as usize] {
                self.slots[walk.from as usize] = true;
            }
        }
        part.walks.retain(|walk| self.slots[walk.to as usize]);
    }

    fn keep_both(&mut self, each: &mut Vec<Both>) {
        for both in each.iter().rev() {
            if self.has(both.to) {
                self.truth(both.one);
                self.truth(both.other);
            }
        }
        each.retain(|both| self.has(both.to));
    }
}

/// The facts and truths found so far.
pub struct Run<'a> {
    schema: &'a Schema,
    today: Date,
    slots: Vec<Option<&'a Fact>>,
    /// Each truth and its opposite.
    truths: Vec<[u8; 2]>,
}

/// Truths as numbers that *both are so* is the least of, and the opposite the rest to two of.
fn weight(truth: Truth) -> u8 {
    match truth {
        Truth::No => 0,
        Truth::Unknown => 1,
        Truth::Yes => 2,
    }
}

fn truth_of(weight: u8) -> Truth {
    match weight {
        0 => Truth::No,
        1 => Truth::Unknown,
        _ => Truth::Yes,
    }
}

impl Flat {
    /// Evaluates what depends on the deployment alone; `judgments` are what was determined.
    pub fn start<'a>(&self, frame: &Frame<'a>, judgments: &[Truth]) -> Run<'a> {
        // Memory that the allocator has to clear first would take longer.
        let nothing = std::iter::repeat_n(None, self.slots - 1);
        let slots = std::iter::once(Some(frame.deployment)).chain(nothing);
        let mut run = Run {
            schema: frame.schema,
            today: frame.today,
            slots: slots.collect(),
            truths: vec![[weight(Truth::Unknown); 2]; self.truths / 2],
        };
        run.keep(0, Truth::No);
        for (number, truth) in judgments.iter().enumerate() {
            run.keep(judgment(number), *truth);
        }
        run.follow(&self.of_deployment);
        run
    }

    /// Evaluates the rest for one model; the truths of the answers, in their order.
    pub fn judge<'a>(&self, run: &mut Run<'a>, frame: &Frame<'a>) -> impl Iterator<Item = Truth> {
        let roots = [frame.model, frame.origin, frame.lineage, frame.license];
        run.slots[1..ROOTS.len()].copy_from_slice(&roots);
        run.follow(&self.of_model);
        self.answers.iter().map(|at| run.truth(*at))
    }
}

impl<'a> Run<'a> {
    fn keep(&mut self, at: Number, truth: Truth) {
        self.put(at, weight(truth));
    }

    fn put(&mut self, at: Number, weight: u8) {
        self.truths[at as usize / 2] = [weight, 2 - weight];
    }

    fn truth(&self, at: Number) -> Truth {
        truth_of(self.truths.as_flattened()[at as usize])
    }

    fn state(&self, slot: Slot) -> Option<&'a State> {
        self.slots[slot as usize].map(|fact| &fact.state)
    }

    fn follow(&mut self, part: &Part) {
        for walk in &part.walks {
            let fact = self.slots[walk.from as usize];
            self.slots[walk.to as usize] = fact.and_then(|fact| frame::step(fact, walk.step));
        }
        self.ask(&part.asks);
        self.put_together(&part.both);
        for (each, after) in &part.each {
            let list = self.slots[each.list as usize].and_then(Fact::list);
            let truth = list.map_or(Truth::Unknown, |list| {
                let elements = list.iter().map(|element| {
                    self.slots[each.element as usize] = Some(element);
                    self.follow(&each.body);
                    self.truth(each.answer)
                });
                truth::quantity(each.quantity, elements)
            });
            self.keep(each.to, truth);
            self.put_together(after);
        }
    }

    fn put_together(&mut self, each: &[Both]) {
        let truths = self.truths.as_mut_slice();
        for both in each {
            let [one, other] = [both.one, both.other].map(|at| truths.as_flattened()[at as usize]);
            let least = one.min(other);
            truths[both.to as usize / 2] = [least, 2 - least];
        }
    }

    /// Answers plain questions, each as [`truth::ask`] does.
    fn ask(&mut self, asks: &Asks) {
        let is =
            |value: &Value, choice: &u16| matches!(value, Value::Choice(known) if known == choice);
        for (slot, choice, to) in &asks.choices {
            let truth = truth::of_value(self.state(*slot), |value| is(value, choice));
            self.keep(*to, truth);
        }
        for (slot, each) in &asks.some {
            let list = truth::list(self.state(*slot));
            for (wanted, to) in each {
                let is_wanted = |value: &Value| wanted.iter().any(|choice| is(value, choice));
                let is_so = |element: &Fact| truth::of_value(Some(&element.state), is_wanted);
                self.keep(*to, truth::of_some(list, is_so));
            }
        }
        for (slot, each) in &asks.texts {
            let list = truth::list(self.state(*slot));
            for (text, to) in each {
                let is_so = |element: &Fact| truth::included(element, text);
                self.keep(*to, truth::of_some(list, is_so));
            }
        }
        for (slot, prefixes) in &asks.begins {
            let name = truth::text(self.slots[*slot as usize]).map(bare_name);
            for (prefix, to) in prefixes {
                let begins =
                    name.map_or_else(|no_text| no_text, |name| Truth::of(prefix.begins(name)));
                self.keep(*to, begins);
            }
        }
        for (slot, pattern, to) in &asks.matches {
            let is_so = |text: &str| pattern.matches(text);
            self.keep(*to, truth::of_text(self.slots[*slot as usize], is_so));
        }
        for (slot, inside, to) in &asks.within {
            let truth = truth::of_value(
                self.state(*slot),
                |value| matches!(value, Value::Place(place) if inside.binary_search(place).is_ok()),
            );
            self.keep(*to, truth);
        }
        for (atom, to) in &asks.others {
            let find = |slot: &Slot| self.slots[*slot as usize];
            self.keep(*to, truth::ask(atom, &find, self.schema, self.today));
        }
    }
}

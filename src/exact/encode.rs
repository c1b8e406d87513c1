//! Conditions → formulas over the cells of unknown facts.
//!
//! Every condition is walked as the three-valued evaluator walks it; what that knows is not encoded.

use super::cells::{Cell, Knife, Known, itself};
use super::formula::{Formula, Lit};
use super::place::{Base, Place, Spot, Stride, View, find};
use super::{Limit, Limits};
use crate::eval::{Fact, State, Truth, atom_truth};
use crate::ir::{Atom, Node, NodeId, Operand, Operator, Path, Quantity, Says, said_of_elements};
use crate::scene::{Check, Scene, Stage};
use crate::source::Span;
use crate::value::{Duration, Kind, Value, same_words};
use indexmap::IndexMap;

/// A fact that is not known, and what is asked of it.
pub struct Instance {
    /// Which fact.
    pub place: Place,
    /// What it can be.
    pub kind: Kind,
    /// Its key in the facts, or that of what should hold it.
    pub key: Span,
    /// Where the policy first asks for it.
    pub words: Span,
    /// Whether facts can state it.
    pub statable: bool,
    /// The questions about it as a whole, each with its answer.
    pub questions: IndexMap<Atom, Lit>,
    /// Its cells, each with what chooses it.
    pub cells: Vec<(Cell, Lit)>,
    /// For a list: what it may include.
    pub members: Vec<(Value, Lit)>,
    /// For a list: the elements it may have.
    pub witnesses: Vec<Lit>,
    or_none: bool,
    known: Known,
    pub(super) bodies: IndexMap<Lit, Body>,
}

/// What is asked of the elements of an unknown list.
pub(super) struct Body {
    scene: usize,
    node: NodeId,
    negated: bool,
    /// What it sees around, by number.
    view: usize,
    /// How many elements are asked about, each with the answer.
    pub(super) counts: Vec<(u32, Lit)>,
    /// The body for each witness.
    made: Vec<Lit>,
}

/// Something about two facts, or about none that can be cut.
pub struct Opaque {
    /// The facts, by number.
    pub about: Vec<usize>,
    /// What is so.
    pub lits: Vec<Lit>,
}

/// Who is compared.
#[derive(Clone, PartialEq)]
enum Side {
    Known(Value),
    Open(usize, Option<Duration>),
    Lost,
}

/// Everything that is not known, in one formula.
pub struct Encoder<'s> {
    stage: &'s Stage<'s>,
    scenes: &'s [Scene<'s>],
    blank: &'s Fact,
    limits: &'s Limits,
    /// The clauses.
    pub formula: Formula,
    /// The facts.
    pub instances: IndexMap<Place, Instance>,
    /// The open readings of each question of a layer.
    pub readings: IndexMap<(usize, u16), Vec<Lit>>,
    /// The judgments that were not determined.
    pub judgments: IndexMap<(usize, u16), Lit>,
    /// Whether a model without a name is deployed.
    pub roles: IndexMap<usize, Lit>,
    /// What lies outside of cells.
    pub opaque: IndexMap<String, Opaque>,
    /// Whether some combination of answers may be impossible.
    pub inexact: bool,
    /// The limit that was reached.
    pub too_large: Option<Limit>,
    /// What is known, each condition with what says that it is as it is; `None` where what is known is
    /// taken for granted.
    pub known: Option<IndexMap<(usize, NodeId), Lit>>,
    /// Whether the path between the models is as free as any other fact.
    pub free: bool,
    views: Vec<View<'s>>,
    /// For each scene, once something is asked in it: what each node was encoded as.
    nodes: Vec<Vec<Option<Lit>>>,
    witnesses: usize,
}

impl<'s> Encoder<'s> {
    /// Nothing encoded yet; `blank` stands for elements nobody knows.
    pub fn new(
        stage: &'s Stage<'s>,
        scenes: &'s [Scene<'s>],
        blank: &'s Fact,
        limits: &'s Limits,
    ) -> Encoder<'s> {
        Encoder {
            stage,
            scenes,
            blank,
            limits,
            formula: Formula::new(),
            instances: IndexMap::new(),
            readings: IndexMap::new(),
            judgments: IndexMap::new(),
            roles: IndexMap::new(),
            opaque: IndexMap::new(),
            inexact: false,
            too_large: None,
            known: None,
            free: false,
            views: Vec::new(),
            nodes: vec![Vec::new(); scenes.len()],
            witnesses: 0,
        }
    }

    // ── checks ──────────────────────────────────────────────────────────────

    /// Whether each of some checks fails, each of a scene by its number.
    pub fn fail(&mut self, checks: &[(usize, Check)]) -> Vec<Lit> {
        let each = checks.iter();
        each.map(|(scene, check)| self.fails(*scene, *check))
            .collect()
    }

    /// Whether a check of a scene fails.
    pub fn fails(&mut self, at: usize, check: Check) -> Lit {
        let scene = &self.scenes[at];
        let known = match scene.fails(check) {
            _ if self.known.is_some() => None,
            Truth::No => return Lit::FALSE,
            Truth::Yes => Some(Lit::TRUE),
            Truth::Unknown => None,
        };
        let layer = scene.context.layer;
        let fails = known.unwrap_or_else(|| match check {
            Check::Act(act) => {
                let performed = layer.acts.get(act as usize).copied();
                let performed = performed.map_or(Lit::FALSE, |node| self.plain(at, node));
                let licensed = self.licensed(at, act);
                self.formula.and(vec![performed, !licensed])
            }
            Check::Forbid(clause) => {
                let applies = self.effect(at, clause);
                let acts = match &layer.clauses[clause as usize].says {
                    Says::Forbid(acts) if !acts.is_empty() => acts.as_slice(),
                    _ => return applies,
                };
                let acts = acts.iter().filter_map(|act| layer.acts.get(*act as usize));
                let performed = acts.map(|node| self.plain(at, *node)).collect();
                let performed = self.formula.or(performed);
                self.formula.and(vec![applies, performed])
            }
            Check::Duty(clause) => {
                let due = self.effect(at, clause);
                let Says::Require(holds) = layer.clauses[clause as usize].says else {
                    return Lit::FALSE;
                };
                let holds = self.plain(at, holds);
                self.formula.and(vec![due, !holds])
            }
        });
        let deployed = self.deployed(at);
        self.formula.and(vec![deployed, fails])
    }

    pub(super) fn licensed(&mut self, at: usize, act: u16) -> Lit {
        let layer = self.scenes[at].context.layer;
        let mut some = Vec::new();
        for grant in layer.grants(act) {
            let mut parts = vec![self.effect(at, grant)];
            parts.extend(layer.ends(grant).map(|end| !self.effect(at, end)));
            some.push(self.formula.and(parts));
        }
        self.formula.or(some)
    }

    /// Whether the model of a scene is deployed.
    fn deployed(&mut self, at: usize) -> Lit {
        let scene = &self.scenes[at];
        let (false, Some(subject)) = (scene.certain, scene.subject) else {
            return Lit::TRUE;
        };
        let schema = &self.stage.program.schema;
        let member = &self.stage.lineage.members[subject];
        let role = schema.record_named("model").and_then(|model| {
            let (at, _, field) = schema.record(model).fields.get_full("role")?;
            let Kind::Choice(id) = field.kind else {
                return None;
            };
            let deployed = schema.choice(id).position("deployed")?;
            let path = Path {
                root: crate::ir::Root::Model,
                steps: vec![crate::ir::Step::Field(u16::try_from(at).ok()?)],
                base: Kind::Record(model),
            };
            member.fact.record()?;
            Some((path, Value::Choice(deployed)))
        });
        let listed = role.filter(|_| member.index.is_some());
        if let Some((path, deployed)) = listed {
            let view = self.view(at);
            if let Some(spot) = find(self.stage, scene, &view, &path) {
                let about = self.instance(&spot, member.place);
                return self.is(about, &deployed);
            }
        }
        let formula = &mut self.formula;
        *self.roles.entry(subject).or_insert_with(|| formula.fresh())
    }

    // ── conditions ──────────────────────────────────────────────────────────

    pub(super) fn view(&self, at: usize) -> View<'s> {
        View {
            frame: self.scenes[at].context.frame.clone(),
            places: Vec::new(),
        }
    }

    pub(super) fn plain(&mut self, at: usize, node: NodeId) -> Lit {
        if let Some(known) = self.settled(at, node) {
            return known;
        }
        let view = self.view(at);
        self.node(at, node, &view)
    }

    /// A condition that was encoded before, or that does not depend on what is not known.
    fn settled(&self, at: usize, id: NodeId) -> Option<Lit> {
        match self.scenes[at].context.holds(id) {
            Truth::Yes if self.known.is_none() => Some(Lit::TRUE),
            Truth::No if self.known.is_none() => Some(Lit::FALSE),
            _ => self.nodes[at].get(id.0 as usize).copied().flatten(),
        }
    }

    pub(super) fn effect(&mut self, at: usize, clause: u16) -> Lit {
        let layer = self.scenes[at].context.layer;
        self.plain(at, layer.clauses[clause as usize].effect)
    }

    fn node(&mut self, at: usize, id: NodeId, view: &View<'s>) -> Lit {
        let outermost = view.places.is_empty();
        if outermost && let Some(known) = self.settled(at, id) {
            return known;
        }
        let lit = match self.as_known(at, id, outermost) {
            Some(lit) => lit,
            None => self.said(at, id, view),
        };
        if outermost {
            let nodes = &mut self.nodes[at];
            nodes.resize(self.scenes[at].context.layer.nodes.len(), None);
            nodes[id.0 as usize] = Some(lit);
        }
        lit
    }

    /// A condition whose answer is known, as something that could be otherwise.
    fn as_known(&mut self, at: usize, id: NodeId, outermost: bool) -> Option<Lit> {
        let known = self.known.as_mut().filter(|_| outermost)?;
        let context = &self.scenes[at].context;
        let is_leaf = matches!(
            context.layer.node(id),
            Node::Atom(_) | Node::Quantified(..) | Node::Reading(..) | Node::Judgment(_)
        );
        let truth = context.holds(id);
        if !is_leaf || truth == Truth::Unknown {
            return None;
        }
        let says = self.formula.fresh();
        known.insert((at, id), says);
        // A question is read in one way; what other readings lead to never comes up.
        Some(if truth == Truth::Yes { says } else { !says })
    }

    fn said(&mut self, at: usize, id: NodeId, view: &View<'s>) -> Lit {
        let context = &self.scenes[at].context;
        let layer = context.layer;
        match layer.node(id) {
            Node::Const(yes) => Lit::of(yes),
            Node::Atom(atom) => {
                let words = layer.span(id);
                self.atom(at, &layer.atoms[atom as usize], view, words)
            }
            Node::Not(inner) => !self.node(at, inner, view),
            Node::Named(inner) => self.node(at, inner, view),
            Node::All(children) => {
                let mut all = Vec::new();
                for child in layer.children(children) {
                    match self.node(at, *child, view) {
                        Lit::FALSE => return Lit::FALSE,
                        lit => all.push(lit),
                    }
                }
                self.formula.and(all)
            }
            Node::Any(children) => {
                let mut any = Vec::new();
                for child in layer.children(children) {
                    match self.node(at, *child, view) {
                        Lit::TRUE => return Lit::TRUE,
                        lit => any.push(lit),
                    }
                }
                self.formula.or(any)
            }
            Node::Quantified(quantity, list, body) => {
                let words = layer.span(id);
                self.quantified(at, quantity, &layer.lists[list as usize], body, view, words)
            }
            Node::Reading(question, reading) => {
                match context.readings.get(question as usize).copied().flatten() {
                    Some(taken) => Lit::of(taken == reading),
                    None => self.reading(self.scenes[at].layer, question, reading),
                }
            }
            Node::Judgment(judgment) => match context.judgments.get(judgment as usize) {
                Some(Truth::Yes) => Lit::TRUE,
                Some(Truth::No) => Lit::FALSE,
                _ => {
                    let formula = &mut self.formula;
                    let key = (self.scenes[at].layer, judgment);
                    *self.judgments.entry(key).or_insert_with(|| formula.fresh())
                }
            },
            Node::Dated(..) | Node::Reported => {
                Lit::of(context.truth(id, &view.frame) == Truth::Yes)
            }
            Node::Effect(clause) => self.effect(at, clause),
        }
    }

    fn reading(&mut self, layer: usize, question: u16, reading: u16) -> Lit {
        if let Some(known) = self.readings.get(&(layer, question)) {
            return known.get(reading as usize).copied().unwrap_or(Lit::FALSE);
        }
        let count = self.stage.program.layers[layer].questions[question as usize]
            .readings
            .len();
        let lits: Vec<Lit> = (0..count).map(|_| self.formula.fresh()).collect();
        if !lits.is_empty() {
            self.formula.one_of(&lits);
        }
        let lit = lits.get(reading as usize).copied().unwrap_or(Lit::FALSE);
        self.readings.insert((layer, question), lits);
        lit
    }

    // ── facts ───────────────────────────────────────────────────────────────

    /// The number of a fact that is not known.
    pub(super) fn instance(&mut self, spot: &Spot, words: Span) -> usize {
        if let Some(at) = self.instances.get_index_of(&spot.place) {
            return at;
        }
        let known = match spot.state() {
            State::None => Known::None,
            State::Range(range) => Known::Range(range.clone()),
            _ => Known::Nothing,
        };
        let instance = Instance {
            place: spot.place.clone(),
            kind: spot.kind.clone(),
            or_none: spot.or_none,
            known,
            key: spot.key,
            words,
            statable: spot.statable,
            questions: IndexMap::new(),
            cells: Vec::new(),
            members: Vec::new(),
            bodies: IndexMap::new(),
            witnesses: Vec::new(),
        };
        self.instances.insert_full(spot.place.clone(), instance).0
    }

    /// The answer to a question about a fact; its path is replaced by the fact itself.
    fn ask(&mut self, about: usize, question: Atom) -> Lit {
        let instance = &mut self.instances[about];
        let formula = &mut self.formula;
        *instance
            .questions
            .entry(question)
            .or_insert_with(|| formula.fresh())
    }

    fn is(&mut self, about: usize, value: &Value) -> Lit {
        let path = itself(&self.instances[about].kind);
        let question = Atom::Compare(
            Operand::Fact(path, None),
            Operator::Is,
            Operand::Const(value.clone()),
        );
        self.ask(about, question)
    }

    /// Something that is kept as it is: free, and the same wherever it is said again.
    fn kept(&mut self, name: String, about: Vec<usize>, count: usize) -> Vec<Lit> {
        self.inexact = true;
        if let Some(known) = self.opaque.get(&name) {
            return known.lits.clone();
        }
        let lits: Vec<Lit> = (0..count).map(|_| self.formula.fresh()).collect();
        let opaque = Opaque {
            about,
            lits: lits.clone(),
        };
        self.opaque.insert(name, opaque);
        lits
    }

    fn lost(&mut self, at: usize, atom: &Atom, view: &View<'s>, words: Span) -> Lit {
        let spot = crate::eval::atom_path(atom)
            .and_then(|path| find(self.stage, &self.scenes[at], view, path));
        let about = spot.map(|spot| self.instance(&spot, words));
        let name = format!("{at} {atom:?} {:?}", view.places);
        self.kept(name, about.into_iter().collect(), 1)[0]
    }

    fn atom(&mut self, at: usize, atom: &Atom, view: &View<'s>, words: Span) -> Lit {
        match atom_truth(atom, &view.frame) {
            Truth::Yes => return Lit::TRUE,
            Truth::No => return Lit::FALSE,
            Truth::Unknown => {}
        }
        let scene = &self.scenes[at];
        let path = match atom {
            Atom::Holds(path)
            | Atom::IsNone(path)
            | Atom::In(path, _)
            | Atom::Within(path, _)
            | Atom::Begins(path, _)
            | Atom::Matches(path, _) => path,
            Atom::Includes(list, operand) => {
                return self.includes(at, atom, list, operand, view, words);
            }
            Atom::Compare(left, operator, right) => {
                let left = self.side(at, left, view, words);
                let right = self.side(at, right, view, words);
                return match (left, right) {
                    (Side::Open(about, shift), Side::Known(value)) => {
                        self.compare(about, shift, *operator, value)
                    }
                    (Side::Known(value), Side::Open(about, shift)) => {
                        self.compare(about, shift, mirrored(*operator), value)
                    }
                    (Side::Open(a, by), Side::Open(b, other)) => {
                        self.pair((a, by), *operator, (b, other))
                    }
                    _ => self.lost(at, atom, view, words),
                };
            }
        };
        let Some(spot) = find(self.stage, scene, view, path) else {
            return self.lost(at, atom, view, words);
        };
        let about = self.instance(&spot, words);
        let here = itself(&spot.kind);
        let question = match atom {
            Atom::Holds(_) => Atom::Holds(here),
            Atom::IsNone(_) => Atom::IsNone(here),
            Atom::In(_, values) => Atom::In(here, values.clone()),
            Atom::Within(_, place) => Atom::Within(here, place.clone()),
            Atom::Begins(_, text) => Atom::Begins(here, text.clone()),
            Atom::Matches(_, text) => Atom::Matches(here, text.clone()),
            Atom::Includes(..) | Atom::Compare(..) => return Lit::FALSE,
        };
        self.ask(about, question)
    }

    fn side(&mut self, at: usize, operand: &Operand, view: &View<'s>, words: Span) -> Side {
        let today = self.stage.ready.options.today;
        let moved = |by: Duration, date| {
            by.after(date)
                .map_or(Side::Lost, |date| Side::Known(Value::Date(date)))
        };
        let (path, shift) = match operand {
            Operand::Const(value) => return Side::Known(value.clone()),
            Operand::Today(by) => return moved(*by, today),
            Operand::Fact(path, shift) => (path, *shift),
            Operand::CountOf(path) => (path, None),
        };
        let Some(spot) = find(self.stage, &self.scenes[at], view, path) else {
            return Side::Lost;
        };
        if matches!(operand, Operand::CountOf(_)) {
            if let Some(list) = spot.fact.and_then(Fact::list) {
                return Side::Known(Value::Count(i64::try_from(list.len()).unwrap_or(i64::MAX)));
            }
            let count = Spot {
                place: spot.place.then(Stride::Count),
                fact: None,
                kind: Kind::Count(u16::MAX),
                or_none: false,
                key: spot.key,
                statable: spot.statable,
            };
            return Side::Open(self.instance(&count, words), None);
        }
        match (spot.state(), shift) {
            (State::Value(value), None) => Side::Known(value.clone()),
            (State::Value(Value::Date(date)), Some(by)) => moved(by, *date),
            (State::Value(_), Some(_)) => Side::Lost,
            _ => Side::Open(self.instance(&spot, words), shift),
        }
    }

    fn compare(
        &mut self,
        about: usize,
        shift: Option<Duration>,
        operator: Operator,
        value: Value,
    ) -> Lit {
        let path = itself(&self.instances[about].kind);
        let fact = Operand::Fact(path, shift);
        self.ask(about, Atom::Compare(fact, operator, Operand::Const(value)))
    }

    /// Two facts that are both not known.
    fn pair(
        &mut self,
        a: (usize, Option<Duration>),
        operator: Operator,
        b: (usize, Option<Duration>),
    ) -> Lit {
        let (first, second) = (&self.instances[a.0], &self.instances[b.0]);
        let maybe_none = [first, second]
            .iter()
            .any(|i| i.or_none || matches!(i.known, Known::None));
        let few: Option<Vec<Value>> = match (&first.kind, &second.kind) {
            (Kind::Bool, Kind::Bool) => Some(vec![Value::Bool(true), Value::Bool(false)]),
            (Kind::Choice(id), Kind::Choice(other)) if id == other => {
                let count = self.stage.program.schema.choice(*id).choices.len();
                let all = (0..count).filter_map(|n| u16::try_from(n).ok());
                Some(all.map(Value::Choice).collect())
            }
            _ => None,
        };
        if let (Some(values), false) = (few, maybe_none) {
            let both = values.iter().map(|value| {
                let each = vec![self.is(a.0, value), self.is(b.0, value)];
                self.formula.and(each)
            });
            let both = both.collect();
            let same = self.formula.or(both);
            return if operator == Operator::IsNot {
                !same
            } else {
                same
            };
        }
        let same = a == b && !maybe_none;
        let ordered = !maybe_none
            && !matches!(first.kind, Kind::Money | Kind::Duration)
            && a.1.is_none()
            && b.1.is_none();
        // Both ways of writing it are one.
        let (low, high, operator) = if a.0 <= b.0 {
            (a, b, operator)
        } else {
            (b, a, mirrored(operator))
        };
        let [less, equal, greater] = if same {
            [Lit::FALSE, Lit::TRUE, Lit::FALSE]
        } else {
            let name = format!("pair {low:?} {high:?}");
            let new = !self.opaque.contains_key(&name);
            let lits = self.kept(name, vec![low.0, high.0], 3);
            if new && ordered {
                self.formula.one_of(&lits);
            }
            [lits[0], lits[1], lits[2]]
        };
        match operator {
            Operator::Is => equal,
            Operator::IsNot => !equal,
            Operator::Less => less,
            Operator::Greater => greater,
            Operator::LessEqual if ordered => !greater,
            Operator::GreaterEqual if ordered => !less,
            Operator::LessEqual => self.formula.or(vec![less, equal]),
            Operator::GreaterEqual => self.formula.or(vec![greater, equal]),
        }
    }

    // ── lists ───────────────────────────────────────────────────────────────

    fn includes(
        &mut self,
        at: usize,
        atom: &Atom,
        list: &Path,
        operand: &Operand,
        view: &View<'s>,
        words: Span,
    ) -> Lit {
        let Some(spot) = find(self.stage, &self.scenes[at], view, list) else {
            return self.lost(at, atom, view, words);
        };
        let wanted = self.side(at, operand, view, words);
        let Kind::List(inner) = spot.kind.clone() else {
            return self.lost(at, atom, view, words);
        };
        let elements = spot.fact.and_then(Fact::list);
        let (Some(elements), false) = (elements, computed(&spot.place)) else {
            let about = self.instance(&spot, words);
            return match wanted {
                Side::Known(value) => self.member(at, about, &value),
                Side::Open(other, _) => {
                    let name = format!("in {about} {other}");
                    self.kept(name, vec![about, other], 1)[0]
                }
                Side::Lost => self.lost(at, atom, view, words),
            };
        };
        let mut any = Vec::new();
        for (nth, element) in elements.iter().enumerate() {
            let one = |value: &Value| {
                let list = itself(&Kind::List(inner.clone()));
                Atom::Includes(list, Operand::Const(value.clone()))
            };
            let open = Spot {
                place: spot.place.then(Stride::Element(nth)),
                fact: Some(element),
                kind: inner.as_ref().clone(),
                or_none: false,
                key: element.key,
                statable: true,
            };
            let lit = match (&element.state, &wanted) {
                (State::None, _) => Lit::FALSE,
                (State::Value(Value::Text(a)), Side::Known(Value::Text(b))) => {
                    Lit::of(same_words(a, b))
                }
                (State::Value(a), Side::Known(b)) => Lit::of(a == b),
                (State::Value(value), Side::Open(about, None)) => self.ask(*about, one(value)),
                (State::Value(value), Side::Open(about, by)) => {
                    self.compare(*about, *by, Operator::Is, value.clone())
                }
                (_, Side::Known(value)) => {
                    let about = self.instance(&open, words);
                    self.ask(about, one(value))
                }
                (_, Side::Open(other, shift)) => {
                    let about = self.instance(&open, words);
                    self.pair((about, None), Operator::Is, (*other, *shift))
                }
                (_, Side::Lost) => return self.lost(at, atom, view, words),
            };
            any.push(lit);
        }
        self.formula.or(any)
    }

    /// Whether an unknown list includes a value.
    pub(super) fn member(&mut self, at: usize, about: usize, value: &Value) -> Lit {
        let instance = &mut self.instances[about];
        if let (Base::Lineage { .. }, Some(bond)) = (instance.place.base, self.scenes[at].bond)
            && !self.free
        {
            // Only steps of the path can be ours.
            self.inexact = true;
            let through = bond.lineage.record().into_iter().flatten();
            let known = through
                .filter_map(Fact::list)
                .flatten()
                .filter_map(Fact::value);
            if !known.into_iter().any(|step| step == value) {
                return Lit::FALSE;
            }
        }
        let same = |known: &Value| match (known, value) {
            (Value::Text(a), Value::Text(b)) => same_words(a, b),
            (a, b) => a == b,
        };
        if let Some((_, lit)) = instance.members.iter().find(|(known, _)| same(known)) {
            return *lit;
        }
        let lit = self.formula.fresh();
        instance.members.push((value.clone(), lit));
        lit
    }

    fn quantified(
        &mut self,
        at: usize,
        quantity: Quantity,
        list: &Path,
        body: NodeId,
        view: &View<'s>,
        words: Span,
    ) -> Lit {
        let Some(spot) = find(self.stage, &self.scenes[at], view, list) else {
            return Lit::FALSE;
        };
        let elements = spot.fact.and_then(Fact::list);
        let open = |fact: &Fact| fact.is_unknown();
        let computed = computed(&spot.place) && elements.is_some_and(|all| all.iter().any(open));
        if let (Some(elements), false) = (elements, computed) {
            let mut each = Vec::new();
            for (nth, element) in elements.iter().enumerate() {
                let mut view = view.clone();
                view.frame.elements.push(element);
                view.places.push(spot.place.then(Stride::Element(nth)));
                each.push(self.node(at, body, &view));
            }
            let count = u32::try_from(each.len()).unwrap_or(u32::MAX);
            return match counted(quantity) {
                Counted::AtLeast(n) => self.at_least(&each, n),
                Counted::Fewer(n) => !self.at_least(&each, n),
                Counted::Exactly(n) if n > count => Lit::FALSE,
                Counted::Exactly(n) => {
                    let (some, more) = (
                        self.at_least(&each, n),
                        self.at_least(&each, n.saturating_add(1)),
                    );
                    self.formula.and(vec![some, !more])
                }
                Counted::None => {
                    each.iter_mut().for_each(|lit| *lit = !*lit);
                    !self.at_least(&each, 1)
                }
            };
        }
        let about = self.instance(&spot, words);
        match counted(quantity) {
            Counted::AtLeast(n) => self.some(at, about, body, view, false, n),
            Counted::Fewer(n) => !self.some(at, about, body, view, false, n),
            Counted::None => !self.some(at, about, body, view, true, 1),
            Counted::Exactly(n) => {
                let some = self.some(at, about, body, view, false, n);
                let more = self.some(at, about, body, view, false, n.saturating_add(1));
                self.formula.and(vec![some, !more])
            }
        }
    }

    fn at_least(&mut self, lits: &[Lit], n: u32) -> Lit {
        let n = n as usize;
        if n > lits.len() {
            return Lit::FALSE;
        }
        self.formula.at_least(lits, n)
    }

    /// Whether at least `n` elements of an unknown list satisfy a body.
    fn some(
        &mut self,
        at: usize,
        about: usize,
        node: NodeId,
        view: &View<'s>,
        negated: bool,
        n: u32,
    ) -> Lit {
        if n == 0 {
            return Lit::TRUE;
        }
        if n as usize > self.limits.elements {
            self.too_large = Some(Limit::Elements(self.limits.elements));
            return self.formula.fresh();
        }
        self.witness(about, 1);
        let made = self.made((at, node, negated), about, 0, view);
        if made == Lit::FALSE {
            return Lit::FALSE;
        }
        let views = &mut self.views;
        let instance = &mut self.instances[about];
        let body = instance.bodies.entry(made).or_insert_with(|| {
            views.push(view.clone());
            Body {
                scene: at,
                node,
                negated,
                view: views.len() - 1,
                counts: Vec::new(),
                made: vec![made],
            }
        });
        if let Some((_, lit)) = body.counts.iter().find(|(known, _)| *known == n) {
            return *lit;
        }
        let lit = self.formula.fresh();
        body.counts.push((n, lit));
        lit
    }

    fn witness(&mut self, about: usize, wanted: usize) {
        while self.instances[about].witnesses.len() < wanted {
            if self.witnesses >= self.limits.elements {
                self.too_large = Some(Limit::Elements(self.limits.elements));
                if !self.instances[about].witnesses.is_empty() {
                    return;
                }
            }
            self.witnesses += 1;
            let present = self.formula.fresh();
            self.instances[about].witnesses.push(present);
        }
    }

    /// A body said of the n-th element an unknown list may have.
    fn made(
        &mut self,
        (at, node, negated): (usize, NodeId, bool),
        about: usize,
        nth: usize,
        view: &View<'s>,
    ) -> Lit {
        let mut view = view.clone();
        view.frame.elements.push(self.blank);
        let place = self.instances[about].place.then(Stride::Witness(nth));
        view.places.push(place);
        let lit = self.node(at, node, &view);
        if negated { !lit } else { lit }
    }

    /// What is asked of the elements of an unknown list: at least how many are asked about, the
    /// condition in words, whether the elements are to miss it, and the answer.
    pub(super) fn asked_of_elements(&self, list: &Instance) -> Vec<(u32, String, bool, Lit)> {
        let records = match &list.kind {
            Kind::List(inner) => matches!(inner.as_ref(), Kind::Record(_)),
            _ => false,
        };
        let schema = &self.stage.program.schema;
        let each = list.bodies.values().flat_map(|body| {
            let layer = self.scenes[body.scene].context.layer;
            let words = said_of_elements(layer, body.node, records, schema);
            let counts = body.counts.iter();
            counts.map(move |(n, lit)| (*n, words.clone(), body.negated, *lit))
        });
        each.filter(|(.., lit)| !lit.is_known()).collect()
    }

    // ── what holds between the variables ────────────────────────────────────

    /// Says what can be together. To be called once, after all checks were encoded.
    pub fn finish(&mut self) {
        self.bodies();
        if self.too_large.is_some() {
            return;
        }
        for at in 0..self.instances.len() {
            self.list(at);
        }
        for at in 0..self.instances.len() {
            self.cells(at);
        }
        let limits = self.limits;
        if self.formula.variables as usize > limits.variables {
            self.too_large = Some(Limit::Variables(limits.variables));
        } else if self.formula.clauses.len() > limits.clauses {
            self.too_large = Some(Limit::Clauses(limits.clauses));
        }
    }

    /// Every element an unknown list needs, and every body said of each.
    fn bodies(&mut self) {
        // An unknown list behaves like some list with one element for each answer it is to give.
        let mut changed = true;
        while changed && self.too_large.is_none() {
            changed = false;
            let mut about = 0;
            while about < self.instances.len() && self.too_large.is_none() {
                let bodies = self.instances[about].bodies.values();
                let most = |body: &Body| body.counts.iter().map(|(n, _)| *n as usize).max();
                let wanted = bodies.filter_map(most).sum();
                self.witness(about, wanted);
                let mut body = 0;
                while body < self.instances[about].bodies.len() && self.too_large.is_none() {
                    changed |= self.complete(about, body);
                    body += 1;
                }
                about += 1;
            }
        }
        if self.too_large.is_some() {
            return;
        }
        for about in 0..self.instances.len() {
            for body in 0..self.instances[about].bodies.len() {
                let body = &self.instances[about].bodies[body];
                let (made, counts) = (body.made.clone(), body.counts.clone());
                let present = self.instances[about].witnesses.clone();
                let each: Vec<Lit> = made
                    .iter()
                    .zip(&present)
                    .map(|(body, present)| self.formula.and(vec![*body, *present]))
                    .collect();
                for (n, lit) in counts {
                    let some = self.at_least(&each, n);
                    self.formula.same(lit, some);
                }
            }
        }
    }

    /// Says one body of the elements that came since it was last said; whether there were any.
    fn complete(&mut self, about: usize, body: usize) -> bool {
        let Some((_, known)) = self.instances[about].bodies.get_index(body) else {
            return false;
        };
        let (scene, node, negated, view) = (known.scene, known.node, known.negated, known.view);
        let from = known.made.len();
        let until = self.instances[about].witnesses.len();
        let view = self.views[view].clone();
        for nth in from..until {
            let lit = self.made((scene, node, negated), about, nth, &view);
            self.instances[about].bodies[body].made.push(lit);
        }
        from < until
    }

    /// What holds between a list, its members and how many it has.
    fn list(&mut self, at: usize) {
        let instance = &self.instances[at];
        if !matches!(instance.kind, Kind::List(_)) {
            return;
        }
        let none = instance.questions.iter();
        let none = none
            .filter(|(question, _)| matches!(question, Atom::IsNone(_)))
            .map(|(_, lit)| *lit)
            .next();
        let members: Vec<Lit> = instance.members.iter().map(|(_, lit)| *lit).collect();
        let witnesses = instance.witnesses.clone();
        let count = instance.place.then(Stride::Count);
        let count = self.instances.get_index_of(&count);
        let aspects = [!members.is_empty(), !witnesses.is_empty(), count.is_some()];
        let known_none = matches!(instance.known, Known::None);
        self.inexact |= aspects.iter().filter(|aspect| **aspect).count() > 1;
        if let Some(count) = count {
            let empty = self.is(count, &Value::Count(0));
            for lit in members.iter().chain(&witnesses) {
                self.formula.clause(&[!empty, !*lit]);
            }
        }
        for lit in members {
            if known_none {
                self.formula.clause(&[!lit]);
            }
            if let Some(none) = none {
                self.formula.clause(&[!none, !lit]);
            }
        }
    }

    /// What is so where a fact that was taken to be unknown is what it was `before`.
    pub fn unchanged(&self, place: &Place, before: &Fact, scenes: &[Scene]) -> Vec<Lit> {
        let mut same: Vec<Lit> = Vec::new();
        let mut says = |truth: Truth, lit: Lit| match truth {
            Truth::Yes => same.push(lit),
            Truth::No => same.push(!lit),
            Truth::Unknown => {}
        };
        for instance in self.instances.values() {
            if !place.states(&instance.place) {
                continue;
            }
            let state = if instance.place == *place {
                before.state.clone()
            } else if instance.place == place.then(Stride::Count) {
                let count = before.list().map_or(0, <[Fact]>::len);
                State::Value(Value::Count(i64::try_from(count).unwrap_or(i64::MAX)))
            } else {
                continue;
            };
            let knife = self.knife(instance, &instance.known);
            for (truth, lit) in knife
                .answers(state)
                .into_iter()
                .zip(instance.questions.values())
            {
                says(truth, *lit);
            }
            let elements = before.list().unwrap_or(&[]);
            for (value, lit) in &instance.members {
                let has = |element: &Fact| match (element.value(), value) {
                    (Some(Value::Text(a)), Value::Text(b)) => Truth::of(same_words(a, b)),
                    (Some(a), b) => Truth::of(a == b),
                    _ => Truth::Unknown,
                };
                says(elements.iter().map(has).fold(Truth::No, Truth::or), *lit);
            }
            for body in instance.bodies.values() {
                let scene = &scenes[body.scene].context;
                let nested = !self.views[body.view].places.is_empty();
                let each: Vec<Truth> = elements
                    .iter()
                    .map(|element| {
                        let mut frame = scene.frame.clone();
                        frame.elements.push(element);
                        let truth = match nested {
                            true => Truth::Unknown,
                            false => scene.truth(body.node, &frame),
                        };
                        if body.negated { !truth } else { truth }
                    })
                    .collect();
                for (n, lit) in &body.counts {
                    let can = |wanted: &[Truth]| each.iter().filter(|t| wanted.contains(t)).count();
                    let (low, high) = (can(&[Truth::Yes]), can(&[Truth::Yes, Truth::Unknown]));
                    let n = *n as usize;
                    let truth = if low >= n {
                        Truth::Yes
                    } else if high < n {
                        Truth::No
                    } else {
                        Truth::Unknown
                    };
                    says(truth, *lit);
                }
            }
        }
        same
    }

    /// What a value answers to each question about a fact that is not known.
    pub fn answers(&self, place: &Place, value: &Value) -> Option<Vec<Truth>> {
        let instance = self.instances.get(place)?;
        let knife = self.knife(instance, &instance.known);
        Some(knife.answers(State::Value(value.clone())))
    }

    fn knife<'k>(&'k self, instance: &'k Instance, known: &'k Known) -> Knife<'k> {
        Knife {
            schema: &self.stage.program.schema,
            today: self.stage.ready.options.today,
            kind: &instance.kind,
            or_none: instance.or_none,
            known,
            questions: instance.questions.keys().collect(),
        }
    }

    /// What chooses the cell in which a value lies.
    pub(super) fn cell(&self, instance: &Instance, value: Value) -> Option<Lit> {
        if instance.cells.is_empty() {
            return None;
        }
        let knife = self.knife(instance, &instance.known);
        let truths = knife.answers(State::Value(value));
        let mut cells = instance.cells.iter();
        let found = cells.find(|(cell, _)| cell.truths == truths);
        found.map(|(_, lit)| *lit)
    }

    fn cells(&mut self, at: usize) {
        let instance = &self.instances[at];
        if instance.questions.is_empty() {
            return;
        }
        let range = crate::eval::Range {
            low: Some((Value::Count(0), true)),
            high: None,
        };
        let count = Known::Range(range);
        let is_count = instance.place.strides.last() == Some(&Stride::Count);
        let knife = self.knife(instance, if is_count { &count } else { &instance.known });
        let cells = knife.cells();
        self.inexact |= !cells.exact;
        let answers: Vec<Lit> = instance.questions.values().copied().collect();
        let lits: Vec<Lit> = match cells.all.len() {
            1 => vec![Lit::TRUE],
            2 => {
                let first = self.formula.fresh();
                vec![first, !first]
            }
            n => {
                let lits: Vec<Lit> = (0..n).map(|_| self.formula.fresh()).collect();
                self.formula.one_of(&lits);
                lits
            }
        };
        for (cell, chosen) in cells.all.iter().zip(&lits) {
            for (truth, answer) in cell.truths.iter().zip(&answers) {
                match truth {
                    Truth::Yes => self.formula.clause(&[!*chosen, *answer]),
                    Truth::No => self.formula.clause(&[!*chosen, !*answer]),
                    Truth::Unknown => {}
                }
            }
        }
        self.instances[at].cells = cells.all.into_iter().zip(lits).collect();
    }
}

/// Facts that are computed have lists of which some elements may or may not be there.
fn computed(place: &Place) -> bool {
    matches!(place.base, Base::Lineage { .. })
}

/// The same comparison from the other side.
fn mirrored(operator: Operator) -> Operator {
    match operator {
        Operator::Less => Operator::Greater,
        Operator::LessEqual => Operator::GreaterEqual,
        Operator::Greater => Operator::Less,
        Operator::GreaterEqual => Operator::LessEqual,
        same => same,
    }
}

/// A quantity as a number of elements.
enum Counted {
    /// This many or more
    AtLeast(u32),
    /// Fewer than this
    Fewer(u32),
    /// As many as this
    Exactly(u32),
    /// None that does not
    None,
}

fn counted(quantity: Quantity) -> Counted {
    match quantity {
        Quantity::Any => Counted::AtLeast(1),
        Quantity::No => Counted::Fewer(1),
        Quantity::All => Counted::None,
        Quantity::AtLeast(n) => Counted::AtLeast(n),
        Quantity::AtMost(n) => Counted::Fewer(n.saturating_add(1)),
        Quantity::Exactly(n) => Counted::Exactly(n),
    }
}

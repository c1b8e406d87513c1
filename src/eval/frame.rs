//! What a clause sees while it is evaluated, and the evaluation of its conditions.

use super::fact::{Fact, State};
use super::truth::{self, Truth};
use crate::ir::{Layer, Node, NodeId, Path, Quantity, Root, Step};
use crate::source::Span;
use crate::value::{Month, Period, Schema};
use jiff::civil::Date;
use std::cell::Cell;

/// The facts in sight.
#[derive(Clone)]
pub struct Frame<'a> {
    /// What facts can be.
    pub schema: &'a Schema,
    /// The facts of the deployment.
    pub deployment: &'a Fact,
    /// The deployed model being judged.
    pub model: Option<&'a Fact>,
    /// The model that carries the license.
    pub origin: Option<&'a Fact>,
    /// The path between them.
    pub lineage: Option<&'a Fact>,
    /// The license.
    pub license: Option<&'a Fact>,
    /// Elements of the quantifiers around, outermost first.
    pub elements: Vec<&'a Fact>,
    /// The day of the evaluation.
    pub today: Date,
}

impl<'a> Frame<'a> {
    /// The fact at a path; `None` where what should hold it is unknown or not applicable.
    pub fn fact(&self, path: &Path) -> Option<&'a Fact> {
        self.walk(path).ok()
    }

    /// The fact at a path, or what should hold it.
    pub fn walk(&self, path: &Path) -> Result<&'a Fact, Option<&'a Fact>> {
        let start = match path.root {
            Root::Deployment => Some(self.deployment),
            Root::Model => self.model,
            Root::Origin => self.origin,
            Root::Lineage => self.lineage,
            Root::License => self.license,
            Root::Element(n) => self.elements.get(n as usize).copied(),
        };
        let mut fact = start.ok_or(None)?;
        for step in &path.steps {
            let step = match step {
                Step::Last => Step::Entry(last(path, self.schema, self.today)),
                other => *other,
            };
            fact = self::step(fact, step).ok_or(Some(fact))?;
        }
        Ok(fact)
    }
}

/// The fact one step on; `None` where the one before is unknown or not applicable. `last` is to be
/// made an entry before.
pub fn step(fact: &Fact, step: Step) -> Option<&Fact> {
    match (step, &fact.state) {
        (Step::Field(n), State::Record(fields)) => fields.get(n as usize),
        (Step::Entry(at), State::Series(entries)) => {
            let at = entries.binary_search_by_key(&at, |(at, _)| *at).ok()?;
            Some(&entries[at].1)
        }
        _ => None,
    }
}

/// The month, or the year, before the day of the evaluation.
pub fn last(path: &Path, schema: &Schema, today: Date) -> i32 {
    let mut series = path.clone();
    series.steps.retain(|step| matches!(step, Step::Field(_)));
    match series.kind(schema).0 {
        crate::value::Kind::Series(Period::Year, _) => i32::from(today.year()) - 1,
        _ => Month::of(today).0 - 1,
    }
}

/// A layer being evaluated in a frame.
pub struct Context<'a> {
    /// The layer.
    pub layer: &'a Layer,
    /// What it sees.
    pub frame: Frame<'a>,
    /// The reading taken of each question; `None` while it is open.
    pub readings: &'a [Option<u16>],
    /// What was determined about each judgment.
    pub judgments: &'a [Truth],
    /// Whether reported claims are asked for.
    pub reported: bool,
    /// What each node was found to be. Only what is asked in the frame of this context is kept, never
    /// what an element of a quantifier decides.
    truths: Vec<Cell<Option<Truth>>>,
}

/// Why something is so: one place in the policy, and the fact that made it so.
#[derive(Clone, Debug)]
pub struct Reason<'a> {
    /// The atom, reading, judgment or date that decided.
    pub node: NodeId,
    /// Its words.
    pub words: Span,
    /// The words of the clause that lead to it (itself, or the name of a definition).
    pub site: Span,
    /// The fact, if it is about one.
    pub fact: Option<&'a Fact>,
    /// Elements of the quantifiers around it.
    pub elements: Vec<&'a Fact>,
    /// What it was found to be.
    pub truth: Truth,
    /// What the words at `site` were found to be: they may say the opposite of what the fact says.
    pub site_truth: Truth,
}

impl<'a> Context<'a> {
    /// A fresh evaluation.
    pub fn new(
        layer: &'a Layer,
        frame: Frame<'a>,
        readings: &'a [Option<u16>],
        judgments: &'a [Truth],
        reported: bool,
    ) -> Context<'a> {
        Context {
            layer,
            frame,
            readings,
            judgments,
            reported,
            truths: vec![Cell::new(None); layer.nodes.len()],
        }
    }

    /// Whether a clause applies, its exceptions counted.
    pub fn effect(&self, clause: u16) -> Truth {
        self.holds(self.layer.clauses[clause as usize].effect)
    }

    /// Whether an act is performed.
    pub fn act(&self, act: u16) -> Truth {
        self.layer
            .acts
            .get(act as usize)
            .map_or(Truth::No, |node| self.holds(*node))
    }

    /// Whether an act is licensed: some grant of it is in force and was not ended.
    pub fn licensed(&self, act: u16) -> Truth {
        let mut licensed = Truth::No;
        for grant in self.layer.grants(act) {
            licensed = licensed.or(self.in_force(grant));
            if licensed == Truth::Yes {
                break;
            }
        }
        licensed
    }

    /// Whether a grant is in force: it applies, and nothing ended it.
    pub fn in_force(&self, grant: u16) -> Truth {
        self.effect(grant).and(!self.ended(grant))
    }

    /// Whether a grant was ended.
    pub fn ended(&self, grant: u16) -> Truth {
        let ends = self.layer.ends(grant);
        ends.map(|end| self.effect(end)).fold(Truth::No, Truth::or)
    }

    /// The truth of a node in the frame of this context.
    pub fn holds(&self, id: NodeId) -> Truth {
        let cell = &self.truths[id.0 as usize];
        cell.get().unwrap_or_else(|| {
            let truth = self.found(id, &self.frame);
            cell.set(Some(truth));
            truth
        })
    }

    /// The truth of a node.
    pub fn truth(&self, id: NodeId, frame: &Frame<'a>) -> Truth {
        if std::ptr::eq(frame, &self.frame) {
            self.holds(id)
        } else {
            self.found(id, frame)
        }
    }

    fn found(&self, id: NodeId, frame: &Frame<'a>) -> Truth {
        match self.layer.node(id) {
            Node::Const(yes) => Truth::of(yes),
            Node::Atom(at) => truth::atom(&self.layer.atoms[at as usize], frame),
            Node::Not(inner) => !self.truth(inner, frame),
            Node::All(children) => {
                let mut all = Truth::Yes;
                for child in self.layer.children(children) {
                    all = all.and(self.truth(*child, frame));
                    if all == Truth::No {
                        break;
                    }
                }
                all
            }
            Node::Any(children) => {
                let mut any = Truth::No;
                for child in self.layer.children(children) {
                    any = any.or(self.truth(*child, frame));
                    if any == Truth::Yes {
                        break;
                    }
                }
                any
            }
            Node::Named(inner) => self.truth(inner, frame),
            Node::Quantified(quantity, list, body) => {
                let list = &self.layer.lists[list as usize];
                let Some(elements) = frame.fact(list).and_then(Fact::list) else {
                    return Truth::Unknown;
                };
                let mut inner = frame.clone();
                truth::quantity(
                    quantity,
                    elements.iter().map(|element| {
                        inner.elements.push(element);
                        let truth = self.truth(body, &inner);
                        inner.elements.pop();
                        truth
                    }),
                )
            }
            Node::Reading(question, reading) => {
                match self.readings.get(question as usize).copied().flatten() {
                    Some(taken) => Truth::of(taken == reading),
                    None => Truth::Unknown,
                }
            }
            Node::Judgment(at) => self
                .judgments
                .get(at as usize)
                .copied()
                .unwrap_or(Truth::Unknown),
            Node::Dated(from, until) => {
                let started = from.is_none_or(|from| from <= frame.today);
                Truth::of(started && until.is_none_or(|until| frame.today <= until))
            }
            Node::Reported => Truth::of(self.reported),
            Node::Effect(clause) => self.effect(clause),
        }
    }

    /// Why a node is what it is: the fewest leaves that make it so. For an unknown node, every leaf
    /// that is unknown where it matters.
    pub fn reasons(&self, id: NodeId) -> Vec<Reason<'a>> {
        let mut reasons = self.because(id, &self.frame, None);
        let mut seen: Vec<(Span, Option<*const Fact>)> = Vec::new();
        reasons.retain(|reason| {
            let key = (reason.words, reason.fact.map(std::ptr::from_ref));
            let new = !seen.contains(&key);
            seen.push(key);
            new
        });
        reasons
    }

    /// The reasons that lie in some leaves below a node, whether the node is known or not.
    pub fn reasons_among(&self, id: NodeId, leaves: &[NodeId]) -> Vec<Reason<'a>> {
        let mut found = Vec::new();
        let mut seen = vec![false; self.layer.nodes.len()];
        self.among(id, leaves, None, &mut seen, &mut found);
        found
    }

    fn among(
        &self,
        id: NodeId,
        leaves: &[NodeId],
        site: Option<(Span, Truth)>,
        seen: &mut [bool],
        found: &mut Vec<Reason<'a>>,
    ) {
        if std::mem::replace(&mut seen[id.0 as usize], true) {
            return;
        }
        match self.layer.node(id) {
            _ if leaves.contains(&id) => found.extend(self.because(id, &self.frame, site)),
            Node::Not(inner) => self.among(inner, leaves, site, seen, found),
            Node::Named(inner) => {
                // A name of which nobody knows whether it holds is no reason; what is in it may be.
                let truth = self.holds(id);
                let own = (truth != Truth::Unknown).then(|| (self.layer.span(id), truth));
                self.among(inner, leaves, site.or(own), seen, found);
            }
            Node::Effect(clause) => {
                self.among(
                    self.layer.clauses[clause as usize].effect,
                    leaves,
                    None,
                    seen,
                    found,
                );
            }
            Node::All(children) | Node::Any(children) => {
                for child in self.layer.children(children) {
                    self.among(*child, leaves, site, seen, found);
                }
            }
            _ => {}
        }
    }

    fn because(
        &self,
        id: NodeId,
        frame: &Frame<'a>,
        site: Option<(Span, Truth)>,
    ) -> Vec<Reason<'a>> {
        let words = self.layer.span(id);
        let truth = self.truth(id, frame);
        let leaf = |fact: Option<&'a Fact>| {
            vec![Reason {
                node: id,
                words,
                site: site.map_or(words, |(site, _)| site),
                site_truth: site.map_or(truth, |(_, truth)| truth),
                fact,
                elements: frame.elements.clone(),
                truth,
            }]
        };
        match self.layer.node(id) {
            Node::Const(_) | Node::Reported => Vec::new(),
            Node::Dated(..) | Node::Reading(..) | Node::Judgment(_) => leaf(None),
            Node::Atom(at) => {
                let atom = &self.layer.atoms[at as usize];
                leaf(atom_fact(atom, frame))
            }
            // `a is not b` has a name of its own; of `unless a` and `not a` it is `a` that is told.
            Node::Not(inner) => self.because(inner, frame, site),
            Node::Named(inner) => self.because(inner, frame, Some(site.unwrap_or((words, truth)))),
            Node::Effect(clause) => {
                self.because(self.layer.clauses[clause as usize].effect, frame, None)
            }
            Node::All(children) | Node::Any(children) => {
                let all = matches!(self.layer.node(id), Node::All(_));
                let decides = if all { Truth::No } else { Truth::Yes };
                let each = self.layer.children(children).iter();
                if truth == decides {
                    // One child is enough: the one that takes the fewest leaves to say.
                    let deciding = each.filter(|child| self.truth(**child, frame) == truth);
                    let said = deciding.map(|child| self.because(*child, frame, site));
                    return said.min_by_key(Vec::len).unwrap_or_default();
                }
                let same = each.filter(|child| self.truth(**child, frame) == truth);
                same.flat_map(|child| self.because(*child, frame, site))
                    .collect()
            }
            Node::Quantified(quantity, list, body) => {
                let path = &self.layer.lists[list as usize];
                let fact = match frame.walk(path) {
                    Ok(fact) => Some(fact),
                    Err(holder) => holder,
                };
                let Some(elements) = frame.fact(path).and_then(Fact::list) else {
                    return leaf(fact);
                };
                let witness = match (quantity, truth) {
                    (Quantity::Any | Quantity::AtLeast(_), Truth::Yes)
                    | (Quantity::No | Quantity::AtMost(_), Truth::No) => Truth::Yes,
                    (Quantity::All, Truth::No) => Truth::No,
                    (_, Truth::Unknown) => Truth::Unknown,
                    // Every element counts: the list itself is the reason.
                    _ => return leaf(fact),
                };
                let mut inner = frame.clone();
                let mut found = Vec::new();
                for element in elements {
                    inner.elements.push(element);
                    if self.truth(body, &inner) == witness {
                        found.extend(self.because(body, &inner, site.or(Some((words, truth)))));
                        if truth != Truth::Unknown
                            && matches!(quantity, Quantity::Any | Quantity::No | Quantity::All)
                        {
                            return found;
                        }
                    }
                    inner.elements.pop();
                }
                if found.is_empty() { leaf(fact) } else { found }
            }
        }
    }
}

/// The fact an atom asks about, or what should hold it.
pub fn atom_fact<'a>(atom: &crate::ir::Atom, frame: &Frame<'a>) -> Option<&'a Fact> {
    match frame.walk(atom_path(atom)?) {
        Ok(fact) => Some(fact),
        Err(holder) => holder,
    }
}

/// The path of the fact an atom asks about; of two, the one that is not about the license itself.
pub fn atom_path(atom: &crate::ir::Atom) -> Option<&Path> {
    use crate::ir::{Atom, Operand};
    match atom {
        Atom::Holds(path)
        | Atom::IsNone(path)
        | Atom::In(path, _)
        | Atom::Within(path, _)
        | Atom::Includes(path, _)
        | Atom::Begins(path, _)
        | Atom::Matches(path, _) => Some(path),
        Atom::Compare(left, _, right) => match (left, right) {
            (Operand::Fact(path, _) | Operand::CountOf(path), Operand::Fact(other, _))
                if path.root == Root::License =>
            {
                Some(other)
            }
            (Operand::Fact(path, _) | Operand::CountOf(path), _) => Some(path),
            (_, Operand::Fact(path, _) | Operand::CountOf(path)) => Some(path),
            _ => None,
        },
    }
}

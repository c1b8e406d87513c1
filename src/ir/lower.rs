//! Checked documents → program: conditions become flat nodes, atoms are listed once, exceptions
//! become part of what they defeat.

use super::{Children, Clause, Layer, Node, NodeId, Program, Says};
use crate::check::typed::{self, Atom, Checked, Cond, CondNode, Tier};
use crate::source::Span;
use std::collections::HashMap;

/// Lowers everything that was checked.
pub fn lower(checked: Checked) -> Program {
    let layers = checked.layers.into_iter().map(layer).collect();
    Program {
        schema: checked.schema,
        acts: checked.acts,
        layers,
        decided: checked.decided,
        defaults: checked.defaults,
    }
}

#[derive(Default)]
struct Builder {
    nodes: Vec<Node>,
    spans: Vec<Span>,
    children: Vec<NodeId>,
    node_numbers: HashMap<(Node, Span), NodeId>,
    families: HashMap<Vec<NodeId>, Children>,
    atoms: Vec<Atom>,
    atom_numbers: HashMap<Atom, u32>,
    lists: Vec<typed::Path>,
}

fn number(n: usize) -> u32 {
    u32::try_from(n).expect("a policy text is too small for four billion nodes")
}

impl Builder {
    /// A definition used in many clauses is lowered at each of them and kept once.
    fn push(&mut self, node: Node, span: Span) -> NodeId {
        let next = NodeId(number(self.nodes.len()));
        let id = *self.node_numbers.entry((node, span)).or_insert(next);
        if id == next {
            self.nodes.push(node);
            self.spans.push(span);
        }
        id
    }

    fn family(&mut self, all: bool, ids: Vec<NodeId>, span: Span) -> NodeId {
        match ids.as_slice() {
            [] => self.push(Node::Const(all), span),
            [only] => *only,
            _ => {
                let next = Children {
                    start: number(self.children.len()),
                    len: number(ids.len()),
                };
                let children = *self.families.entry(ids.clone()).or_insert(next);
                if children == next {
                    self.children.extend(ids);
                }
                let node = if all {
                    Node::All(children)
                } else {
                    Node::Any(children)
                };
                self.push(node, span)
            }
        }
    }

    fn cond(&mut self, cond: Cond) -> NodeId {
        let span = cond.span;
        let node = match cond.node {
            CondNode::Const(yes) => Node::Const(yes),
            CondNode::All(parts) => {
                let ids = parts.into_iter().map(|part| self.cond(part)).collect();
                return self.family(true, ids, span);
            }
            CondNode::Any(parts) => {
                let ids = parts.into_iter().map(|part| self.cond(part)).collect();
                return self.family(false, ids, span);
            }
            CondNode::Not(inner) => Node::Not(self.cond(*inner)),
            CondNode::Named(inner) => Node::Named(self.cond(*inner)),
            CondNode::Quantified(quantity, list, body) => {
                let body = self.cond(*body);
                let known = self.lists.iter().position(|known| *known == list);
                let at = known.unwrap_or_else(|| {
                    self.lists.push(list);
                    self.lists.len() - 1
                });
                Node::Quantified(quantity, number(at), body)
            }
            CondNode::Reading(question, reading) => Node::Reading(question, reading),
            CondNode::Judgment(judgment) => Node::Judgment(judgment),
            CondNode::Atom(atom) => {
                let next = number(self.atoms.len());
                let at = *self.atom_numbers.entry(atom.clone()).or_insert(next);
                if at == next {
                    self.atoms.push(atom);
                }
                Node::Atom(at)
            }
        };
        self.push(node, span)
    }
}

fn layer(checked: typed::Layer) -> Layer {
    let mut builder = Builder::default();
    let acts = checked
        .acts
        .into_iter()
        .map(|act| builder.cond(act))
        .collect();
    let exceptions: Vec<Vec<u16>> = (0..checked.clauses.len())
        .map(|at| {
            let defeats = |clause: &typed::Clause| {
                matches!(&clause.says, typed::Says::Exception(targets) if targets.iter().any(|t| *t as usize == at))
            };
            let numbered = (0..).zip(&checked.clauses);
            numbered.filter(|(_, clause)| defeats(clause)).map(|(n, _)| n).collect()
        })
        .collect();
    let mut clauses = Vec::new();
    for (clause, exceptions) in checked.clauses.into_iter().zip(exceptions) {
        let words = clause.words;
        let ids: Vec<NodeId> = clause
            .conditions
            .into_iter()
            .map(|cond| builder.cond(cond))
            .collect();
        let condition = builder.family(true, ids, words);
        let mut parts = vec![condition];
        // A license that is not in force yet, or no more, grants nothing and asks for nothing.
        let (from, until) = checked.effective;
        if (from, until) != (None, None) {
            parts.push(builder.push(Node::Dated(from, until), words));
        }
        if clause.effective != (None, None) {
            parts.push(builder.push(Node::Dated(clause.effective.0, clause.effective.1), words));
        }
        let source = clause
            .source
            .and_then(|at| checked.sources.get(at as usize));
        if source.is_some_and(|source| source.tier == Tier::Press) {
            parts.push(builder.push(Node::Reported, words));
        }
        for exception in &exceptions {
            let effect = builder.push(Node::Effect(*exception), words);
            parts.push(builder.push(Node::Not(effect), words));
        }
        let effect = builder.family(true, parts, words);
        let says = match clause.says {
            typed::Says::Grant(acts) => Says::Grant(acts),
            typed::Says::Forbid(acts) => Says::Forbid(acts),
            typed::Says::Require(cond) => Says::Require(builder.cond(cond)),
            typed::Says::Exception(targets) => Says::Exception(targets),
            typed::Says::End(grants) => Says::End(grants),
            typed::Says::Term(text) => Says::Term(text),
        };
        clauses.push(Clause {
            name: clause.name,
            title: clause.title,
            source: clause.source,
            section: clause.section,
            each: clause.each,
            says,
            condition,
            effect,
            exceptions,
            effective: clause.effective,
            fix: clause.fix,
            note: clause.note,
            head: clause.head,
            words,
        });
    }
    Layer {
        id: checked.id,
        title: checked.title,
        kind: checked.kind,
        sources: checked.sources,
        effective: checked.effective,
        questions: checked.questions,
        judgments: checked.judgments,
        clauses,
        enforce: checked.enforce,
        acts,
        nodes: builder.nodes,
        spans: builder.spans,
        children: builder.children,
        atoms: builder.atoms,
        lists: builder.lists,
        span: checked.span,
    }
}

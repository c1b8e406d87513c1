//! Which licenses the facts bring in.

use super::index::{licenses, names};
use crate::facts::{Node, Tree};
use std::collections::BTreeSet;

/// Which shipped licenses will be decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needed {
    licenses: BTreeSet<usize>,
}

impl Needed {
    /// None of them.
    pub fn none() -> Needed {
        Needed::default()
    }

    /// All of them.
    pub fn all() -> Needed {
        Needed {
            licenses: (0..licenses().len()).collect(),
        }
    }

    /// Adds the license of this id or alias, if it is a shipped one.
    pub fn add(&mut self, name: &str) {
        self.licenses.extend(names().position(name));
    }

    /// Adds the licenses that list a model of this name.
    pub fn add_model(&mut self, name: &str) {
        let lists = licenses().iter().enumerate();
        let lists = lists.filter(|(_, license)| license.lists(name));
        self.licenses.extend(lists.map(|(at, _)| at));
    }

    /// Numbers in [`licenses`], ascending.
    pub(super) fn numbers(&self) -> impl Iterator<Item = usize> + '_ {
        self.licenses.iter().copied()
    }

    /// Whether a license is among them.
    pub fn contains(&self, id: &str) -> bool {
        names()
            .position(id)
            .is_some_and(|at| self.licenses.contains(&at))
    }

    /// Their ids, in order.
    pub fn ids(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.numbers().map(|at| licenses()[at].id)
    }
}

/// The licenses that some facts bring in: those declared for models, those that list a model, and
/// those of determinations. Facts that do not fit the vocabulary bring in nothing.
pub fn needed<'n>(documents: impl IntoIterator<Item = &'n Node>) -> Needed {
    let mut needed = Needed::none();
    for document in documents {
        for model in each(get(document, "models")) {
            for name in each(get(model, "license")).iter().filter_map(text) {
                needed.add(name);
                // The license may be an expression: `Apache-2.0 AND MIT`.
                for word in name.split([' ', '(', ')']) {
                    needed.add(word);
                }
            }
            for name in ["id", "also-known-as"] {
                for name in each(get(model, name)).iter().filter_map(text) {
                    needed.add_model(name);
                }
            }
            for step in each(get(model, "from")) {
                if let Some(name) = get(step, "model").and_then(text) {
                    needed.add_model(name);
                }
            }
        }
        for determination in each(get(document, "determinations")) {
            let judgment = get(determination, "judgment").and_then(text);
            if let Some((layer, _)) = judgment.and_then(|name| name.rsplit_once('/')) {
                needed.add(layer);
            }
        }
    }
    needed
}

fn get<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    match &node.value {
        Tree::Map(map) => map.get(key).map(|entry| &entry.value),
        _ => None,
    }
}

/// The elements of a list; one value may stand for a list of one.
fn each(node: Option<&Node>) -> &[Node] {
    match node.map(|node| (&node.value, node)) {
        Some((Tree::List(nodes), _)) => nodes,
        Some((_, node)) => std::slice::from_ref(node),
        None => &[],
    }
}

fn text(node: &Node) -> Option<&str> {
    match &node.value {
        Tree::Text(text) | Tree::Int(text) | Tree::Float(text) => Some(text),
        _ => None,
    }
}

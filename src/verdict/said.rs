//! Facts and their values in the words of the facts file.

use crate::eval::{Fact, Frame, Range, Reason, State, atom_path};
use crate::ir::{Layer, Names, Node, Path, Root, said_atom};
use crate::scene::{Scene, Stage};
use crate::value::{Kind, Schema};

/// A value as a person writes it; `None` if nothing is known.
pub fn value(fact: &Fact, kind: &Kind, schema: &Schema) -> Option<String> {
    Some(match (&fact.state, kind) {
        (State::Unknown, _) => return None,
        (State::None, _) => "none".to_owned(),
        (State::Value(value), kind) => value.said(kind, schema),
        (State::Range(bounds), kind) => range(bounds, kind, schema),
        (State::List(list), Kind::List(inner)) => {
            if list.is_empty() {
                return Some("empty".to_owned());
            }
            if matches!(inner.as_ref(), Kind::Record(_)) {
                return Some(crate::diagnostic::words::count(
                    list.len(),
                    "entry",
                    "entries",
                ));
            }
            let each = list
                .iter()
                .map(|fact| value(fact, inner, schema).unwrap_or_else(|| "unknown".to_owned()));
            each.collect::<Vec<_>>().join(", ")
        }
        (State::List(_) | State::Record(_) | State::Series(_), _) => "stated".to_owned(),
    })
}

fn range(range: &Range, kind: &Kind, schema: &Schema) -> String {
    let said = |value: &crate::value::Value| value.said(kind, schema);
    match (&range.low, &range.high) {
        (Some((low, true)), Some((high, true))) => format!("{} to {}", said(low), said(high)),
        (Some((low, a)), Some((high, b))) => {
            let (left, right) = (if *a { "≥" } else { ">" }, if *b { "≤" } else { "<" });
            format!("{left} {}, {right} {}", said(low), said(high))
        }
        (Some((low, closed)), None) => format!("{} {}", if *closed { "≥" } else { ">" }, said(low)),
        (None, Some((high, closed))) => {
            format!("{} {}", if *closed { "≤" } else { "<" }, said(high))
        }
        (None, None) => "unbounded".to_owned(),
    }
}

/// The name of a fact as in the facts file: `models[acme/X].weights`. `None` for computed facts.
pub fn fact_name(path: &Path, scene: &Scene, stage: &Stage) -> Option<String> {
    let member = |at: usize| format!("models[{}]", stage.lineage.members[at].name);
    let start = match path.root {
        Root::Deployment => String::new(),
        Root::Model => member(scene.subject?),
        Root::Origin => member(scene.bond?.origin),
        Root::Lineage | Root::License => return None,
        Root::Element(_) => "element".to_owned(),
    };
    Some(path.said(&start, &stage.program.schema))
}

/// What a reason asked, the fact it asked about, and the fact's value.
pub fn reason(
    reason: &Reason,
    scene: &Scene,
    stage: &Stage,
) -> (String, Option<String>, Option<String>) {
    let layer: &Layer = scene.context.layer;
    let schema = &stage.program.schema;
    match layer.node(reason.node) {
        Node::Atom(at) => {
            let atom = &layer.atoms[at as usize];
            let path = atom_path(atom);
            let name = path.and_then(|path| fact_name(path, scene, stage));
            let said = path.and_then(|path| found(path, reason, &scene.context.frame, schema));
            let names = Names {
                element: Some("element"),
                license: None,
            };
            (said_atom(atom, schema, names), name, said)
        }
        Node::Quantified(_, list, _) => {
            let path = &layer.lists[list as usize];
            let name = fact_name(path, scene, stage);
            let said = found(path, reason, &scene.context.frame, schema);
            (
                format!("what `{}` holds", path.said("", schema)),
                name,
                said,
            )
        }
        Node::Reading(question, reading) => {
            let question = &layer.questions[question as usize];
            let reading = &question.readings[reading as usize];
            (
                format!("{} reads {}", question.name, reading.name),
                None,
                None,
            )
        }
        Node::Judgment(judgment) => (layer.judgments[judgment as usize].name.clone(), None, None),
        _ => ("in force".to_owned(), None, None),
    }
}

fn found(path: &Path, reason: &Reason, frame: &Frame, schema: &Schema) -> Option<String> {
    let mut frame = frame.clone();
    // The elements a reason stands in outlive it, but not the frame's own lifetime: look them up again.
    frame.elements.clear();
    match path.root {
        Root::Element(_) => value(reason.fact?, &path.kind(schema).0, schema),
        _ => frame
            .fact(path)
            .and_then(|fact| value(fact, &path.kind(schema).0, schema)),
    }
}

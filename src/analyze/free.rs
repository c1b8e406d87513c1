//! A deployment of which nothing is known: one model, made from another that carries the license.

use crate::eval::{Bond, Context, Fact, Frame, Member, State};
use crate::exact::{Lit, Worlds};
use crate::ir::{Program, Terms};
use crate::scene::{Ready, Scene, Stage};
use crate::source::Span;
use crate::value::{Schema, Value};

/// The deployed model, by its number in the lineage.
pub const SUBJECT: usize = 0;
/// The model that carries the license.
pub const ORIGIN: usize = 1;

/// A stage on which nothing is known; questions that were adopted keep their readings, defaults are
/// left open.
pub fn stage<'a>(ready: &'a Ready<'a>, nothing: &'a Fact, origins: usize) -> Option<Stage<'a>> {
    let mut stage = Stage::set(ready, nothing).ok()?;
    stage.lineage.members = (0..=origins)
        .map(|at| Member {
            fact: std::borrow::Cow::Owned(Fact::unknown(Span::NOWHERE)),
            name: match at {
                SUBJECT => "the model",
                _ => "its origin",
            },
            index: None,
            parents: None,
            licenses: None,
            originals: Vec::new(),
            deployed: Some(true),
            place: Span::NOWHERE,
        })
        .collect();
    for taken in &mut stage.taken {
        for (reading, by) in taken.readings.to_mut().iter_mut().zip(&*taken.readings_by) {
            if by.as_ref().is_some_and(|by| by.by.is_empty()) {
                *reading = None;
            }
        }
    }
    Some(stage)
}

/// The path between the two models, nothing of it known, with the license of a layer.
pub fn bond(layer: usize, origin: usize) -> Bond {
    Bond {
        subject: SUBJECT,
        origin,
        layer,
        by_outputs: false,
        lineage: Fact::unknown(Span::NOWHERE),
        path: Vec::new(),
    }
}

/// One scene for each layer and its bond; all see the same facts, and the card of the bond's license.
pub fn scenes<'a>(
    stage: &'a Stage<'a>,
    bonds: impl IntoIterator<Item = &'a Bond>,
) -> Vec<Scene<'a>> {
    let layers = stage.program.layers.iter().enumerate().zip(bonds);
    let scenes = layers.map(|((number, layer), bond)| {
        let taken = &stage.taken[number];
        let frame = Frame {
            schema: &stage.program.schema,
            deployment: stage.deployment,
            model: Some(stage.lineage.members[SUBJECT].fact.as_ref()),
            origin: Some(stage.lineage.members[bond.origin].fact.as_ref()),
            lineage: Some(&bond.lineage),
            license: stage.ready.card(bond.layer),
            elements: Vec::new(),
            today: stage.ready.options.today,
        };
        Scene {
            context: Context::new(
                layer,
                frame,
                &taken.readings,
                &taken.judgments,
                stage.ready.options.reported,
            ),
            layer: number,
            each: crate::ir::Each::License,
            subject: Some(SUBJECT),
            bond: Some(bond),
            certain: true,
        }
    });
    scenes.collect()
}

/// What is so of every path a license follows; goes out: whether it follows outputs.
pub fn path(worlds: &mut Worlds, scene: usize, program: &Program, terms: &[&Terms]) -> Lit {
    let mut outputs: Vec<Lit> = Vec::new();
    for at in relations(program) {
        let (Some(through), Some(ours)) = (
            worlds.relation(scene, "through", at),
            worlds.relation(scene, "ours", at),
        ) else {
            return Lit::FALSE;
        };
        worlds.always(&[!ours, through]);
        if terms.iter().any(|terms| terms.binds.contains(&at)) {
            continue;
        }
        if terms.iter().any(|terms| terms.follows.contains(&at)) {
            // A license follows outputs once.
            for other in &outputs {
                worlds.always(&[!through, !*other]);
            }
            outputs.push(through);
        } else if !terms.is_empty() {
            worlds.always(&[!through]);
        }
    }
    worlds.or(outputs)
}

/// How a license reaches the model.
#[derive(Clone, Copy)]
pub struct Reach {
    /// Whether it does at all.
    pub at_all: Lit,
    /// Whether it follows outputs; otherwise the model descends from the one that carries it.
    pub by_outputs: Lit,
}

/// How the license with these terms reaches the model, along the path.
pub fn reach(worlds: &mut Worlds, scene: usize, program: &Program, terms: &Terms) -> Reach {
    let (mut outputs, mut not): (Vec<Lit>, Vec<Lit>) = (Vec::new(), Vec::new());
    for at in relations(program) {
        let Some(through) = worlds.relation(scene, "through", at) else {
            continue;
        };
        if terms.binds.contains(&at) {
            continue;
        }
        if terms.follows.contains(&at) {
            // It follows outputs once.
            not.extend(
                outputs
                    .iter()
                    .map(|other| worlds.and(vec![through, *other])),
            );
            outputs.push(through);
        } else {
            not.push(through);
        }
    }
    Reach {
        at_all: !worlds.or(not),
        by_outputs: worlds.or(outputs),
    }
}

/// Whether the path has a step, and whether it has more than one.
pub fn steps(worlds: &mut Worlds, scene: usize, program: &Program) -> (Lit, Lit) {
    let (mut one, mut more) = (Lit::FALSE, Lit::FALSE);
    for at in relations(program) {
        if let Some(through) = worlds.relation(scene, "through", at) {
            let second = worlds.and(vec![one, through]);
            more = worlds.or(vec![more, second]);
            one = worlds.or(vec![one, through]);
        }
    }
    (one, more)
}

/// The relations of the vocabulary between a model and its parent, by number.
fn relations(program: &Program) -> impl Iterator<Item = u16> {
    let mut enums = program.schema.enums.iter();
    let relation = enums.find(|known| known.name == "relation");
    let choices = relation.into_iter().flat_map(|known| &known.choices);
    (0_u16..).zip(choices).map(|(at, _)| at)
}

/// Steps between models that a reader knows, best last.
const STEPS: &[&str] = &["fine-tune", "copy", "synthetic-data"];

/// That the path has no step, but for a merge if it is one of `several`; what should go last where it
/// has to have one comes last.
pub fn no_steps(worlds: &mut Worlds, scene: usize, several: bool, schema: &Schema) -> Vec<Lit> {
    let relation = schema.enums.iter().find(|known| known.name == "relation");
    let names = relation.into_iter().flat_map(|known| &known.choices);
    let mut steps: Vec<(Option<usize>, u16)> = (0_u16..)
        .zip(names)
        .filter(|(_, known)| !(several && known.name == "merge"))
        .map(|(at, known)| (STEPS.iter().position(|name| *name == known.name), at))
        .collect();
    steps.sort_unstable();
    let through = steps
        .into_iter()
        .filter_map(|(_, at)| worlds.relation(scene, "through", at));
    through.map(|lit| !lit).collect()
}

/// A fact with every text replaced for which there is another.
pub fn renamed(fact: &Fact, other: &dyn Fn(&str) -> Option<String>) -> Fact {
    let each = |facts: &[Fact]| facts.iter().map(|fact| renamed(fact, other)).collect();
    let state = match &fact.state {
        State::Value(Value::Text(text)) => match other(text) {
            Some(other) => State::Value(Value::Text(other.into())),
            None => return fact.clone(),
        },
        State::List(list) => State::List(each(list)),
        State::Record(fields) => State::Record(each(fields)),
        State::Series(entries) => State::Series(
            entries
                .iter()
                .map(|(at, fact)| (*at, renamed(fact, other)))
                .collect(),
        ),
        same => same.clone(),
    };
    Fact {
        state,
        ..fact.clone()
    }
}

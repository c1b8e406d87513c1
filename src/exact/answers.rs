//! What people can answer: facts, questions, judgments; their answers in words, and what each fixes.

use super::cells::{Among, Sample};
use super::encode::{Encoder, Instance};
use super::formula::Lit;
use super::place::{Base, Place, Stop, Stride, said};
use super::{Answer, Unknown};
use crate::scene::Stage;
use crate::source::Span;
use crate::value::Kind;
use indexmap::IndexMap;

/// An answer in words and as data, and everything it fixes.
pub type Says = (String, Answer, Vec<Lit>);

/// Something people can answer.
pub struct Group {
    /// What it is.
    pub unknown: Unknown,
    /// Whether it is something people can answer.
    pub statable: bool,
    /// How much it takes to answer it.
    pub weight: usize,
    /// Everything its answer fixes.
    pub lits: Vec<Lit>,
    /// What is so in the plainest answer: a list is empty.
    pub plain: Vec<Lit>,
    /// For a list of records: the entries it may have, and how many facts are asked of each.
    pub entries: (Vec<Lit>, usize),
    /// The answers, and what each says.
    pub answers: Vec<Says>,
    /// What the answer says, one independent thing after the other.
    pub aspects: Vec<Aspect>,
}

/// Something that takes exactly one of some values.
#[derive(Clone)]
pub struct Aspect {
    /// How its values are said.
    pub form: Form,
    /// The values, each with what chooses it.
    pub values: Vec<(Among, Lit)>,
}

impl Aspect {
    fn new(values: impl IntoIterator<Item = (String, Lit)>) -> Aspect {
        let values = values.into_iter();
        Aspect {
            form: Form::Plain,
            values: values
                .map(|(when, lit)| (Among::plain(when), lit))
                .collect(),
        }
    }
}

/// How the values of an aspect are said.
#[derive(Clone)]
pub enum Form {
    /// As they are
    Plain,
    /// As a number of entries
    Count,
    /// Whether a list includes this entry, the first value being yes
    Entry(String),
}

/// What several facts decide together.
pub struct Mixed {
    /// The facts, as groups by number.
    pub groups: Vec<usize>,
    /// What is so.
    pub lits: Vec<Lit>,
}

/// What it takes to answer: a fact is looked up, a question and a judgment are decided.
pub const FACT: usize = 4;
const READING: usize = 5;
const JUDGMENT: usize = 6;

/// Everything about which the encoded checks are open; to be called once, when all were encoded.
pub fn groups(stage: &Stage, encoder: &mut Encoder) -> (Vec<Group>, Vec<Mixed>) {
    let mut places: IndexMap<Place, Vec<usize>> = IndexMap::new();
    for (at, instance) in encoder.instances.values().enumerate() {
        places.entry(instance.place.stated()).or_default().push(at);
    }
    let mut groups: Vec<Group> = Vec::new();
    let mut number: Vec<usize> = vec![0; encoder.instances.len()];
    for (place, members) in &places {
        for at in members {
            number[*at] = groups.len();
        }
        groups.push(fact(stage, encoder, place, members));
    }
    let program = stage.program;
    for ((layer, question), lits) in &encoder.readings {
        let readings = &program.layers[*layer].questions[*question as usize].readings;
        let answers = (0..).zip(readings).zip(lits);
        let answers = answers
            .map(|((n, reading), lit)| (reading.name.clone(), Answer::Reading(n), vec![*lit]));
        groups.push(Group {
            unknown: Unknown::Reading {
                layer: *layer,
                question: *question,
            },
            statable: true,
            weight: READING,
            lits: lits.clone(),
            plain: Vec::new(),
            entries: (Vec::new(), 0),
            answers: answers.collect(),
            aspects: vec![Aspect::new(
                readings
                    .iter()
                    .zip(lits)
                    .map(|(reading, lit)| (reading.name.clone(), *lit)),
            )],
        });
    }
    let yes_no = |lit: Lit, yes: &str, no: &str| {
        let yes = (yes.to_owned(), Answer::Is(true), vec![lit]);
        vec![yes, (no.to_owned(), Answer::Is(false), vec![!lit])]
    };
    for ((layer, judgment), lit) in &encoder.judgments {
        groups.push(Group {
            unknown: Unknown::Judgment {
                layer: *layer,
                judgment: *judgment,
            },
            statable: true,
            weight: JUDGMENT,
            lits: vec![*lit],
            plain: Vec::new(),
            entries: (Vec::new(), 0),
            answers: yes_no(*lit, "true", "false"),
            aspects: vec![either(*lit, "true", "false")],
        });
    }
    for (member, lit) in &encoder.roles {
        groups.push(Group {
            unknown: Unknown::Role { member: *member },
            statable: true,
            weight: FACT,
            lits: vec![*lit],
            plain: Vec::new(),
            entries: (Vec::new(), 0),
            answers: yes_no(*lit, "deployed", "parent"),
            aspects: vec![either(*lit, "deployed", "parent")],
        });
    }
    let mut mixed = Vec::new();
    for opaque in encoder.opaque.values() {
        let mut about: Vec<usize> = opaque.about.iter().map(|at| number[*at]).collect();
        about.sort_unstable();
        about.dedup();
        match about.as_slice() {
            [one] => groups[*one].lits.extend(&opaque.lits),
            _ => mixed.push(Mixed {
                groups: about,
                lits: opaque.lits.clone(),
            }),
        }
    }
    (groups, mixed)
}

fn either(lit: Lit, yes: &str, no: &str) -> Aspect {
    Aspect::new([(yes.to_owned(), lit), (no.to_owned(), !lit)])
}

/// A fact people can state.
fn fact(stage: &Stage, encoder: &mut Encoder, place: &Place, members: &[usize]) -> Group {
    let mut lits = Vec::new();
    let mut plain: Vec<Lit> = Vec::new();
    for at in members {
        let instance = &encoder.instances[*at];
        plain.extend(instance.members.iter().map(|(_, lit)| !*lit));
        plain.extend(instance.witnesses.iter().map(|lit| !*lit));
        lits.extend(instance.cells.iter().map(|(_, lit)| *lit));
        lits.extend(instance.questions.values());
        lits.extend(instance.members.iter().map(|(_, lit)| *lit));
        lits.extend(&instance.witnesses);
    }
    lits.retain(|lit| !lit.is_known());
    let entries = own_entries(encoder, place, members);
    let first = &encoder.instances[members[0]];
    let (mut key, words) = (first.key, first.words);
    let own = members
        .iter()
        .map(|at| &encoder.instances[*at])
        .find(|instance| instance.place == *place);
    if let Some(own) = own {
        key = own.key;
    }
    let mut kind = own.map_or(Kind::Text, |own| own.kind.clone());
    let (mut name, mut path) = said(stage, place);
    let (mut answers, mut aspects) = match own {
        Some(own) if !matches!(own.kind, Kind::List(_)) && !own.cells.is_empty() => {
            (cells(own), vec![cut(own)])
        }
        _ => (Vec::new(), Vec::new()),
    };
    // A fact that is only compared with another unknown one has no answers of its own.
    let single = own.is_some_and(|own| !matches!(own.kind, Kind::List(_)));
    if answers.is_empty() && !single {
        (answers, aspects) = list(stage, encoder, place, members, &kind);
    }
    if let Some((taken_by, way, at, choices)) = step(stage, place) {
        (name, path, key) = (taken_by, way, at);
        kind = choices;
        let members = encoder.instances.get(place).map(|own| &own.members);
        let upstream = members.into_iter().flatten().map(|(_, lit)| !*lit);
        let upstream = upstream.collect();
        let upstream = encoder.formula.and(upstream);
        aspects = vec![either(!upstream, "us", "upstream")];
        let wanted = |includes: bool| {
            let one = encoder.instances.get(place)?.members.iter();
            let lits: Vec<Lit> = one.map(|(_, lit)| *lit).collect();
            Some(if includes {
                if lits.len() == 1 { lits } else { Vec::new() }
            } else {
                lits.into_iter().map(|lit| !lit).collect()
            })
        };
        let choice = |name: &str| match &kind {
            Kind::Choice(id) => stage.program.schema.choice(*id).position(name),
            _ => None,
        };
        answers = [("us", true), ("upstream", false)]
            .into_iter()
            .filter_map(|(word, ours)| {
                let value = crate::value::Value::Choice(choice(word)?);
                let sample = Answer::Fact(Sample::Value(value));
                Some((word.to_owned(), sample, wanted(ours)?))
            })
            .collect();
    }
    Group {
        unknown: Unknown::Fact {
            name,
            path,
            kind,
            key,
            words,
        },
        statable: members.iter().all(|at| encoder.instances[*at].statable),
        weight: FACT,
        lits,
        plain,
        entries,
        answers,
        aspects,
    }
}

/// The entries a list may have, and how many facts are asked of each.
fn own_entries(encoder: &Encoder, place: &Place, members: &[usize]) -> (Vec<Lit>, usize) {
    let first = |instance: &Instance| {
        let inner = instance.place.strides.get(place.strides.len());
        inner == Some(&Stride::Witness(0))
    };
    let facts = members.iter().map(|at| &encoder.instances[*at]);
    let facts = facts.filter(|instance| first(instance)).count();
    let entries = encoder
        .instances
        .get(place)
        .map(|own| own.witnesses.clone());
    (entries.unwrap_or_default(), facts)
}

/// The cells of a fact as values.
fn cut(instance: &Instance) -> Aspect {
    let values = instance.cells.iter();
    Aspect {
        form: Form::Plain,
        values: values
            .map(|(cell, lit)| (cell.among.clone(), *lit))
            .collect(),
    }
}

fn cells(instance: &Instance) -> Vec<Says> {
    let cells = instance.cells.iter();
    let cells = cells.map(|(cell, lit)| {
        let answer = Answer::Fact(cell.sample.clone());
        (cell.among.when().to_owned(), answer, vec![*lit])
    });
    cells.collect()
}

/// The answers of an unknown list: what it may include, how many it may have, that it is empty.
fn list(
    stage: &Stage,
    encoder: &mut Encoder,
    place: &Place,
    members: &[usize],
    kind: &Kind,
) -> (Vec<Says>, Vec<Aspect>) {
    let inner = match kind {
        Kind::List(inner) => inner.as_ref().clone(),
        _ => Kind::Text,
    };
    let mut answers = Vec::new();
    let mut aspects: Vec<Aspect> = Vec::new();
    let mut empty: Vec<Lit> = Vec::new();
    let mut not_empty: Vec<Lit> = Vec::new();
    let mut others: Vec<Lit> = Vec::new();
    for at in members {
        let instance = &encoder.instances[*at];
        if instance.place == *place {
            if instance.cells.len() > 1 {
                aspects.push(cut(instance));
            }
            for (cell, lit) in &instance.cells {
                if cell.sample == Sample::None {
                    let answer = Answer::Fact(Sample::None);
                    answers.push((cell.among.when().to_owned(), answer, vec![*lit]));
                } else {
                    empty.push(*lit);
                }
            }
            for (value, lit) in &instance.members {
                let said = value.said(&inner, &stage.program.schema);
                let answer = Answer::Fact(Sample::With(value.clone()));
                let with = format!("includes {said}");
                aspects.push(Aspect {
                    form: Form::Entry(said),
                    ..either(*lit, "yes", "no")
                });
                answers.push((with, answer, vec![*lit]));
                empty.push(!*lit);
            }
            empty.extend(instance.witnesses.iter().map(|lit| !*lit));
            not_empty.extend(&instance.witnesses);
            for (n, words, missed, lit) in encoder.asked_of_elements(instance) {
                let (yes, no) = elements(n, &words, missed);
                answers.push((yes.clone(), Answer::Fact(Sample::Described), vec![lit]));
                aspects.push(either(lit, &yes, &no));
                others.push(!lit);
            }
        } else if instance.place.strides.last() == Some(&Stride::Count)
            && instance.place.strides.len() == place.strides.len() + 1
        {
            aspects.push(Aspect {
                form: Form::Count,
                ..cut(instance)
            });
            for (cell, lit) in &instance.cells {
                let none = crate::value::Value::Count(0);
                if cell.sample == Sample::Value(none) {
                    empty.push(*lit);
                }
                let when = format!("has {} entries", cell.among.when());
                let answer = Answer::Fact(Sample::Described);
                answers.push((when, answer, vec![*lit]));
            }
        }
    }
    let some = answers
        .iter()
        .any(|(when, ..)| when.starts_with("includes"));
    let when = if some {
        "includes none of these"
    } else {
        "empty"
    };
    answers.push((when.to_owned(), Answer::Fact(Sample::Empty), empty));
    if !not_empty.is_empty() {
        let lit = encoder.formula.or(not_empty);
        aspects.push(either(lit, "not empty", "empty"));
        let when = match others.len() {
            1 => "not empty, and not so",
            _ => "not empty, and none of that",
        };
        others.push(lit);
        answers.push((when.to_owned(), Answer::Fact(Sample::Described), others));
    }
    (answers, aspects)
}

/// That at least so many elements of a list are as the words say, or are to miss it; and that they are
/// not.
fn elements(n: u32, words: &str, missed: bool) -> (String, String) {
    match (n, missed) {
        (1, false) => (
            format!("has an entry where {words}"),
            format!("has no entry where {words}"),
        ),
        (1, true) => (
            format!("not in every entry {words}"),
            format!("in every entry {words}"),
        ),
        (n, false) => (
            format!("has {n} or more entries where {words}"),
            format!("has fewer than {n} entries where {words}"),
        ),
        (n, true) => (
            format!("has {n} or more entries where not ({words})"),
            format!("has fewer than {n} entries where not ({words})"),
        ),
    }
}

/// The step of which nobody said who took it, for a computed list of steps.
fn step(stage: &Stage, place: &Place) -> Option<(String, Vec<Stop>, Span, Kind)> {
    let Base::Lineage {
        subject,
        origin,
        layer,
        by_outputs,
    } = place.base
    else {
        return None;
    };
    let (_, bonds, _) = stage.reach.iter().find(|(at, ..)| *at == subject)?;
    let bond = bonds
        .iter()
        .find(|bond| (bond.origin, bond.layer, bond.by_outputs) == (origin, layer, by_outputs))?;
    let schema = &stage.program.schema;
    let kind = schema.record_named("step")?;
    let kind = schema.record(kind).fields.get("taken-by")?.kind.clone();
    for (child, member) in stage.lineage.members.iter().enumerate() {
        for (at, edge) in member.parents.iter().flatten().enumerate() {
            let passed = bond.path.iter().any(|(_, _, span)| *span == edge.span);
            if !passed || edge.ours.is_some() {
                continue;
            }
            let index = member.index?;
            let id = &stage.lineage.members[child].name;
            let path = vec![
                Stop::Key("models".to_owned()),
                Stop::Index(index),
                Stop::Key("from".to_owned()),
                Stop::Index(at),
                Stop::Key("taken-by".to_owned()),
            ];
            return Some((
                format!("models[{id}].from[{at}].taken-by"),
                path,
                edge.span,
                kind,
            ));
        }
    }
    None
}

//! A world as a facts file: only what matters, and evaluated again before it is shown.

use super::free::{ORIGIN, SUBJECT};
use crate::eval::{self, Truth};
use crate::exact::{Base, Lit, Place, Said, Sample, Stride, Unit, Worlds};
use crate::facts::{self, Format};
use crate::ir::{Layer, Program, Says};
use crate::library;
use crate::scene::{Check, Ready, Scene, Stage};
use crate::source::SourceId;
use crate::value::{Kind, Month, Schema, Value};
use indexmap::IndexMap;

/// A world that shows something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// The facts, as a facts file.
    pub facts: String,
    /// The readings that matter, each `question: reading`.
    pub readings: Vec<String>,
    /// The judgments that matter, each `judgment: true`.
    pub judgments: Vec<String>,
    /// Whether the facts, evaluated again, show it.
    pub verified: bool,
}

/// A world that was found, the least of it that shows something.
pub(super) struct Least {
    units: Vec<Unit>,
}

impl Least {
    /// What it fixes.
    pub fn units(&self) -> &[Unit] {
        &self.units
    }
}

/// The least that makes all of `goals` so, starting from a world in which as much as possible of
/// `prefer` holds too, and of `wish`, which is then shown as well.
pub(super) fn least(
    worlds: &mut Worlds,
    goals: &[Lit],
    wish: &[Lit],
    prefer: &[Lit],
) -> Option<Least> {
    if worlds.solve(goals) != Some(true) {
        return None;
    }
    let mut assumed = goals.to_vec();
    assumed.extend(prefer);
    if worlds.solve(&assumed) != Some(true) {
        assumed.truncate(goals.len());
        for lit in prefer {
            assumed.push(*lit);
            if worlds.solve(&assumed) != Some(true) {
                assumed.pop();
            }
        }
    }
    let mut goals = goals.to_vec();
    for lit in wish {
        assumed.push(*lit);
        if worlds.solve(&assumed) == Some(true) {
            goals.push(*lit);
        } else {
            assumed.pop();
        }
    }
    if worlds.solve(&assumed) != Some(true) {
        return None;
    }
    // Lists are left as empty as they can be.
    for unit in worlds.units() {
        if matches!(
            unit.says,
            Said::Member { yes: true, .. } | Said::Element { yes: true, .. }
        ) {
            assumed.push(!unit.lit);
            if worlds.solve(&assumed) != Some(true) {
                assumed.pop();
            }
        }
    }
    if worlds.solve(&assumed) != Some(true) {
        return None;
    }
    goals.retain(|goal| !goal.is_known());
    let units = worlds.units();
    let mut sorted: Vec<&Unit> = units.iter().collect();
    // What reads worst is dropped first.
    sorted.sort_by_key(|unit| match &unit.says {
        Said::Other => 0,
        Said::Reading { .. } | Said::Judgment { .. } => 1,
        Said::Member { yes: false, .. } | Said::Element { yes: false, .. } => 2,
        _ => 3,
    });
    let mut kept: Vec<Lit> = Vec::new();
    let mut others = 0;
    for unit in sorted {
        if !kept.contains(&unit.lit) {
            kept.push(unit.lit);
            others += usize::from(matches!(unit.says, Said::Other));
        }
    }
    let mut core: Vec<Lit> = Vec::new();
    if !enough(worlds, &goals, &kept, &mut core) {
        // The world says less than it should: keep all of it.
        return Some(Least { units });
    }
    if enough(worlds, &goals, &kept[others..], &mut core) {
        kept.drain(..others);
        kept.retain(|lit| core.contains(lit));
    }
    let mut at = 0;
    while at < kept.len() {
        let mut rest = kept.clone();
        rest.remove(at);
        if enough(worlds, &goals, &rest, &mut core) {
            kept = rest;
        } else {
            at += 1;
        }
    }
    // One literal may say several things: a question that two layers share.
    let units = units.into_iter();
    let units = units.filter(|unit| kept.contains(&unit.lit)).collect();
    Some(Least { units })
}

/// Whether some parts of a world make all goals so; `core` gets those that were needed.
fn enough(worlds: &mut Worlds, goals: &[Lit], parts: &[Lit], core: &mut Vec<Lit>) -> bool {
    core.clear();
    goals.iter().all(|goal| {
        let mut all = parts.to_vec();
        all.push(!*goal);
        let enough = worlds.solve(&all) == Some(false);
        if enough {
            core.extend(worlds.core(&all));
        }
        enough
    })
}

/// Part of a facts file.
enum Tree {
    Map(IndexMap<String, Tree>),
    List(IndexMap<String, Tree>),
    Leaf(String),
}

impl Tree {
    fn map(&mut self) -> &mut IndexMap<String, Tree> {
        if !matches!(self, Tree::Map(_)) {
            *self = Tree::Map(IndexMap::new());
        }
        match self {
            Tree::Map(map) | Tree::List(map) => map,
            Tree::Leaf(_) => unreachable!("it was just made a map"),
        }
    }

    fn list(&mut self) -> &mut IndexMap<String, Tree> {
        if !matches!(self, Tree::List(_)) {
            *self = Tree::List(IndexMap::new());
        }
        match self {
            Tree::Map(map) | Tree::List(map) => map,
            Tree::Leaf(_) => unreachable!("it was just made a list"),
        }
    }

    fn key(&mut self, key: &str) -> &mut Tree {
        let empty = || Tree::Map(IndexMap::new());
        self.map().entry(key.to_owned()).or_insert_with(empty)
    }

    fn text(&self) -> Option<&str> {
        match self {
            Tree::Leaf(text) => Some(text),
            _ => None,
        }
    }

    fn write(&self, indent: usize, out: &mut String) {
        let pad = "  ".repeat(indent);
        match self {
            Tree::Leaf(text) => out.push_str(&format!(" {text}\n")),
            Tree::Map(map) if map.is_empty() => out.push_str(" {}\n"),
            Tree::Map(map) => {
                out.push('\n');
                for (key, value) in map {
                    out.push_str(&format!("{pad}{key}:"));
                    value.write(indent + 1, out);
                }
            }
            Tree::List(list) if list.values().all(|one| one.text().is_some()) => {
                let all: Vec<&str> = list.values().filter_map(Tree::text).collect();
                out.push_str(&format!(" [{}]\n", all.join(", ")));
            }
            Tree::List(list) => {
                out.push('\n');
                for value in list.values() {
                    let mut one = String::new();
                    value.write(indent + 1, &mut one);
                    out.push_str(&format!("{pad}- {}", one.trim_start()));
                }
            }
        }
    }
}

fn written(value: &Value, kind: &Kind, schema: &Schema, own: &[&str], id: &str) -> String {
    match value {
        Value::Text(text) if *kind == Kind::LicenseName && own.contains(&&**text) => id.to_owned(),
        Value::Text(text) => serde_json::to_string(text).unwrap_or_default(),
        value => value.said(kind, schema),
    }
}

/// A facts file with the license called `id`; `own` are the names it stands for.
fn yaml(least: &Least, stage: &Stage, own: &[&str], id: &str, licensed: bool) -> String {
    let schema = &stage.program.schema;
    let mut root = Tree::Map(IndexMap::new());
    let mut subject = Tree::Map(IndexMap::new());
    let mut origin = Tree::Map(IndexMap::new());
    subject
        .map()
        .insert("id".to_owned(), Tree::Leaf("acme/assistant".to_owned()));
    origin
        .map()
        .insert("id".to_owned(), Tree::Leaf("example/original".to_owned()));
    let (mut through, mut ours, mut not) = (Vec::new(), Vec::new(), Vec::new());
    let mut made = false;
    for unit in &least.units {
        let (place, leaf) = match &unit.says {
            Said::Cell {
                place,
                kind,
                sample,
            } => {
                let leaf = match sample {
                    Sample::Value(value) => Some(written(value, kind, schema, own, id)),
                    Sample::None => Some("none".to_owned()),
                    _ => None,
                };
                (place, leaf.map(Ok))
            }
            Said::Member {
                place,
                kind,
                value,
                yes,
            } => {
                let inner = match kind {
                    Kind::List(inner) => inner,
                    other => other,
                };
                let value = written(value, inner, schema, own, id);
                if let Base::Lineage { .. } = place.base {
                    let ours_list = name_of(place, schema) == Some("ours");
                    match (yes, ours_list) {
                        (true, true) => ours.push(value),
                        (true, false) => through.push(value),
                        (false, ours_list) => not.push((value, ours_list)),
                    }
                    continue;
                }
                (place, Some(Err(yes.then_some(value))))
            }
            Said::Element { place, nth, yes } => {
                if *yes {
                    (&place.then(Stride::Witness(*nth)), None)
                } else {
                    (place, Some(Err(None)))
                }
            }
            _ => continue,
        };
        let base = match place.base {
            Base::Member(SUBJECT) => {
                let name = name_of(place, schema);
                made |= matches!(name, Some("from" | "license"));
                &mut subject
            }
            Base::Member(ORIGIN) => {
                made = true;
                &mut origin
            }
            Base::Deployment => &mut root,
            _ => continue,
        };
        let at = go(base, place, stage);
        match leaf {
            Some(Ok(leaf)) => *at = Tree::Leaf(leaf),
            Some(Err(member)) => {
                let list = at.list();
                if let Some(member) = member {
                    list.insert(member.clone(), Tree::Leaf(member));
                }
            }
            None => {
                if matches!(at, Tree::Leaf(_)) {
                    *at = Tree::Map(IndexMap::new());
                }
            }
        }
    }
    for one in &ours {
        if !through.contains(one) {
            through.push(one.clone());
        }
    }
    let license = || {
        let mut list = Tree::List(IndexMap::new());
        list.list()
            .insert("0".to_owned(), Tree::Leaf(id.to_owned()));
        list
    };
    let nothing = || Tree::List(IndexMap::new());
    let mut models = vec![subject];
    if !licensed {
        // A policy needs no license to apply.
    } else if !made && through.is_empty() {
        models[0].map().insert("license".to_owned(), license());
        models[0].map().insert("from".to_owned(), nothing());
    } else {
        if through.is_empty() {
            let harmless = ["copy", "convert", "quantize", "adapter"];
            let harmless = harmless
                .iter()
                .find(|name| !not.iter().any(|(known, _)| known == *name));
            through.push((*harmless.unwrap_or(&"copy")).to_owned());
        }
        let last = through.len() - 1;
        for (nth, relation) in through.iter().enumerate() {
            let parent = if nth == last {
                origin.key("id").text().unwrap_or("").to_owned()
            } else {
                format!("example/step-{}", nth + 1)
            };
            let mut step = Tree::Map(IndexMap::new());
            step.map()
                .insert("model".to_owned(), Tree::Leaf(parent.clone()));
            step.map()
                .insert("by".to_owned(), Tree::Leaf(relation.clone()));
            let upstream = not.iter().any(|(known, ours)| *ours && known == relation);
            if ours.contains(relation) || upstream {
                let who = if upstream { "upstream" } else { "us" };
                step.map()
                    .insert("taken-by".to_owned(), Tree::Leaf(who.to_owned()));
            }
            let from = models[nth].key("from").list();
            from.shift_insert(0, "path".to_owned(), step);
            if nth < last {
                let mut next = Tree::Map(IndexMap::new());
                next.map().insert("id".to_owned(), Tree::Leaf(parent));
                models.push(next);
            }
        }
        origin.map().insert("license".to_owned(), license());
        if !origin.map().contains_key("from") {
            origin.map().insert("from".to_owned(), nothing());
        }
        models.push(origin);
    }
    let list = root.key("models").list();
    for (nth, model) in models.into_iter().enumerate() {
        list.insert(format!("#{nth}"), model);
    }
    let mut out = String::new();
    root.write(0, &mut out);
    out.trim_start().to_owned()
}

/// The name of the field a place starts with.
fn name_of<'a>(place: &Place, schema: &'a Schema) -> Option<&'a str> {
    let record = match place.base {
        Base::Lineage { .. } => schema.record_named("lineage")?,
        Base::Member(_) => schema.record_named("model")?,
        _ => return None,
    };
    let Stride::Field(at) = place.strides.first()? else {
        return None;
    };
    Some(&schema.record(record).fields[*at as usize].name)
}

fn go<'t>(base: &'t mut Tree, place: &Place, stage: &Stage) -> &'t mut Tree {
    let schema = &stage.program.schema;
    let mut kind = match place.base {
        Base::Member(_) => schema.record_named("model").map(Kind::Record),
        _ => None,
    }
    .unwrap_or(Kind::Record(Schema::ROOT));
    let mut at = base;
    for stride in &place.strides {
        (at, kind) = match (stride, kind) {
            (Stride::Field(n), Kind::Record(id)) => {
                let field = &schema.record(id).fields[*n as usize];
                (at.key(&field.name), field.kind.clone())
            }
            (Stride::Entry(..) | Stride::Latest(_), Kind::Series(period, inner)) => {
                let today = stage.options.today;
                let key = match (stride, period) {
                    (Stride::Entry(_, n), crate::value::Period::Month) => Month(*n).to_string(),
                    (Stride::Entry(_, n), _) => n.to_string(),
                    (_, crate::value::Period::Month) => Month(Month::of(today).0 - 1).to_string(),
                    _ => (today.year() - 1).to_string(),
                };
                (at.key(&key), *inner)
            }
            (Stride::Witness(n) | Stride::Element(n), Kind::List(inner)) => {
                let list = at.list();
                let empty = || Tree::Map(IndexMap::new());
                (list.entry(format!("@{n}")).or_insert_with(empty), *inner)
            }
            (_, kind) => (at, kind),
        };
    }
    at
}

/// What a clause comes to in a scene, as [`Worlds::outcome`] has it.
pub(super) fn outcome(scene: &Scene, clause: u16) -> Truth {
    match scene.context.layer.clauses[clause as usize].says {
        Says::Forbid(_) => scene.fails(Check::Forbid(clause)),
        Says::Require(_) => scene.fails(Check::Duty(clause)),
        _ => scene.context.effect(clause),
    }
}

/// A layer to evaluate a world under.
pub(super) struct Under<'p> {
    /// Its number on the stage the world was found on.
    pub number: usize,
    /// A program that has this layer only, and the schema.
    pub program: &'p Program,
    /// The names that stand for the license on that stage.
    pub own: &'p [&'p str],
}

impl Under<'_> {
    fn layer(&self) -> &Layer {
        &self.program.layers[0]
    }

    /// The facts of a world under this layer.
    pub fn facts(&self, least: &Least, stage: &Stage) -> String {
        let licensed = self.layer().terms().is_some();
        yaml(least, stage, self.own, &self.layer().id, licensed)
    }

    /// Evaluates a world as facts under this layer; `None` where they are no facts.
    pub fn evaluate<R>(
        &self,
        least: &Least,
        stage: &Stage,
        see: impl FnOnce(&[Scene]) -> R,
    ) -> Option<R> {
        let text = self.facts(least, stage);
        let place = SourceId(u32::MAX - 1);
        let nodes = facts::parse(place, &text, Format::Yaml, &facts::Limits::default()).ok()?;
        let names = library::names_with(self.program);
        let fact = eval::bind(nodes.first()?, &self.program.schema, &names).ok()?;
        let fact = eval::with_defaults(fact, self.program);
        let ready = Ready::new(self.program, stage.options);
        let mut real = Stage::set(&ready, &fact).ok()?;
        for unit in &least.units {
            let taken = &mut real.taken[0];
            match unit.says {
                Said::Reading {
                    layer,
                    question,
                    reading,
                } if layer == self.number => {
                    taken.readings.to_mut()[question as usize] = Some(reading);
                }
                Said::Judgment {
                    layer,
                    judgment,
                    yes,
                } if layer == self.number => {
                    taken.judgments.to_mut()[judgment as usize] = Truth::of(yes);
                }
                _ => {}
            }
        }
        Some(see(&real.scenes()))
    }

    /// What a clause comes to in a world, evaluated as facts.
    pub fn outcome(&self, least: &Least, stage: &Stage, clause: u16) -> Truth {
        self.truth(least, stage, |scene| {
            (scene.each == scene.context.layer.clauses[clause as usize].each)
                .then(|| outcome(scene, clause))
        })
    }

    /// Whether something is so in one of the scenes that can tell.
    pub fn truth(
        &self,
        least: &Least,
        stage: &Stage,
        tell: impl Fn(&Scene) -> Option<Truth>,
    ) -> Truth {
        let seen = self.evaluate(least, stage, |scenes| {
            scenes.iter().filter_map(tell).reduce(Truth::or)
        });
        seen.flatten().unwrap_or(Truth::Unknown)
    }

    /// The world for people.
    pub fn witness(&self, least: &Least, stage: &Stage, verified: bool) -> Witness {
        let layers = &stage.program.layers;
        let (mut readings, mut judgments) = (Vec::new(), Vec::new());
        for unit in &least.units {
            match unit.says {
                Said::Reading {
                    layer,
                    question,
                    reading,
                } => {
                    let question = &layers[layer].questions[question as usize];
                    let known = &question.readings[reading as usize];
                    let said = format!("{}: {}", question.name, known.name);
                    if question.default != Some(reading) && !readings.contains(&said) {
                        readings.push(said);
                    }
                }
                Said::Judgment {
                    layer,
                    judgment,
                    yes,
                } => {
                    let judgment = &layers[layer].judgments[judgment as usize];
                    let said = format!("{}: {yes}", judgment.name);
                    if !judgments.contains(&said) {
                        judgments.push(said);
                    }
                }
                _ => {}
            }
        }
        Witness {
            facts: self.facts(least, stage),
            readings,
            judgments,
            verified,
        }
    }
}

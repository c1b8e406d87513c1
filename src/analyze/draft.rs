//! A facts file in the making: what a world fixes, as a person would write it.
//!
//! Comes in: the units of a world. Goes out: YAML that fits the vocabulary. A draft is shortened and
//! given plain values by trying: what it is meant to show must still be so.

use super::free::{ORIGIN, SUBJECT};
use crate::eval::{Fact, LicenseNames, State, missing};
use crate::exact::{Base, Choice, Place, Said, Sample, Stride, Unit};
use crate::scene::Stage;
use crate::source::{SourceId, Span};
use crate::value::{Kind, Month, Period, RecordId, Schema, Value, parse_month, starts_name};
use indexmap::IndexMap;
use jiff::civil::Date;

/// Values a reader knows, best first; a fact that can be one of them is.
const PLAIN: &[&str] = &[
    "public",
    "none",
    "hosted-service",
    "download",
    "self-hosted",
    "private",
    "published",
    "company",
    "language-model",
    "image",
    "US",
    "DE",
    "us",
];

/// Counts a reader takes in at a glance.
const COUNTS: &[i64] = &[4_000_000, 800_000_000, 2_000_000_000];

/// What stands for the name of the license that is compared, and is written as its id.
pub(super) const LICENSE: &str = "\u{0}";

/// Layers, each with its number where worlds are found, and its id.
pub(super) type Numbered<'l> = [(usize, &'l str)];

/// Part of a facts file.
#[derive(Clone, Debug)]
pub(super) enum Tree {
    /// Keys and what they hold
    Map(IndexMap<String, Tree>),
    /// Elements, each with a name that tells it apart
    List(IndexMap<String, Tree>),
    /// One value; `None` for `none`
    Leaf(Option<Value>),
}

impl Tree {
    fn text(text: &str) -> Tree {
        Tree::Leaf(Some(Value::Text(text.into())))
    }

    fn entries(&self) -> Option<&IndexMap<String, Tree>> {
        match self {
            Tree::Map(entries) | Tree::List(entries) => Some(entries),
            Tree::Leaf(_) => None,
        }
    }

    /// What a map or list holds; anything else is made an empty map first.
    fn entries_mut(&mut self) -> &mut IndexMap<String, Tree> {
        if let Tree::Leaf(_) = self {
            *self = Tree::Map(IndexMap::new());
        }
        match self {
            Tree::Map(entries) | Tree::List(entries) => entries,
            Tree::Leaf(_) => unreachable!("it was just made a map"),
        }
    }

    fn list(&mut self) -> &mut IndexMap<String, Tree> {
        if !matches!(self, Tree::List(_)) {
            *self = Tree::List(IndexMap::new());
        }
        self.entries_mut()
    }

    fn key(&mut self, key: &str) -> &mut Tree {
        let empty = || Tree::Map(IndexMap::new());
        let entries = self.entries_mut().entry(key.to_owned());
        entries.or_insert_with(empty)
    }

    fn at(&mut self, way: &[usize]) -> &mut Tree {
        match way {
            [] => self,
            [first, rest @ ..] => {
                let held = matches!(self.entries(), Some(entries) if *first < entries.len());
                if !held {
                    return self;
                }
                self.entries_mut()[*first].at(rest)
            }
        }
    }
}

/// How a question is read, or a judgment determined, in the layers that know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decision {
    /// The name of the question or judgment.
    pub about: String,
    /// The name of the reading, or `true` or `false`.
    pub answer: String,
    /// Each layer that knows it, by number, with its own numbers of the two.
    pub layers: Vec<(usize, u16, u16)>,
}

/// A facts file in the making.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// The facts, but for determinations.
    pub root: Tree,
    /// How questions are read, where it matters.
    pub readings: Vec<Decision>,
    /// How judgments are determined, where it matters.
    pub judgments: Vec<Decision>,
}

/// Where licenses come from in a draft.
pub(super) struct Origin<'o> {
    /// The names of the licenses that are compared.
    pub own: &'o [String],
    /// The licenses that reach the model, each from an origin of its own.
    pub licensed: &'o [String],
    /// The license of a model of ours that was taught by outputs.
    pub beside: Option<&'o str>,
    /// Whether a license that reaches the model in no step comes from another model all the same.
    pub step: bool,
}

/// A place in a draft: the way to it, the keys on the way, and what can stand there.
#[derive(Clone)]
struct Spot {
    way: Vec<usize>,
    keys: Vec<String>,
    kind: Kind,
    or_none: bool,
}

impl Draft {
    /// What some units say.
    /// `None` where the same was said of it without a step.
    pub fn of(units: &[Unit], stage: &Stage, licenses: &Origin) -> Option<Draft> {
        let origins = licenses.licensed.len().max(1);
        let mut making = Making {
            stage,
            licenses,
            root: Tree::Map(IndexMap::new()),
            subject: Tree::Map(IndexMap::new()),
            origins: vec![Tree::Map(IndexMap::new()); origins],
            paths: vec![Path::default(); origins],
        };
        let (mut readings, mut judgments) = (Vec::new(), Vec::new());
        for unit in units {
            let layers = &stage.program.layers;
            match &unit.says {
                Said::Decided(Choice::Reading {
                    layer,
                    question,
                    reading,
                }) => {
                    let known = &layers[*layer].questions[*question as usize];
                    let answer = known.readings[*reading as usize].name.clone();
                    let own = (*layer, *question, *reading);
                    decide(&mut readings, known.name.clone(), answer, own);
                }
                Said::Decided(Choice::Judgment {
                    layer,
                    judgment,
                    yes,
                }) => {
                    let about = layers[*layer].judgments[*judgment as usize].name.clone();
                    let own = (*layer, *judgment, u16::from(*yes));
                    decide(&mut judgments, about, yes.to_string(), own);
                }
                _ => making.unit(unit),
            }
        }
        if licenses.step && !making.paths.iter().any(Path::is_direct) {
            return None;
        }
        let mut draft = Draft {
            root: making.finish(),
            readings,
            judgments,
        };
        order(
            &mut draft.root,
            &Kind::Record(Schema::ROOT),
            &stage.program.schema,
        );
        Some(draft)
    }

    /// Every place, those that hold others before what they hold.
    fn spots(&self, schema: &Schema) -> Vec<Spot> {
        let mut spots = Vec::new();
        let root = Spot {
            way: Vec::new(),
            keys: Vec::new(),
            kind: Kind::Record(Schema::ROOT),
            or_none: false,
        };
        below(&self.root, &root, schema, &mut spots);
        spots
    }

    /// Drops everything without which `shows` is still so.
    pub fn shorten(&mut self, schema: &Schema, shows: &mut dyn FnMut(&Draft) -> bool) {
        type Decisions = fn(&mut Draft) -> &mut Vec<Decision>;
        let all: [Decisions; 2] = [|draft| &mut draft.readings, |draft| &mut draft.judgments];
        for decisions in all {
            let mut at = 0;
            while at < decisions(self).len() {
                let mut next = self.clone();
                decisions(&mut next).remove(at);
                if shows(&next) {
                    *self = next;
                } else {
                    at += 1;
                }
            }
        }
        // What is asked for last is the least likely to be missed.
        let whole = |spot: &Spot| spot.way.len() == 1 && spot.keys[0] != "models";
        let mut first = self.spots(schema);
        first.retain(whole);
        for spot in first.into_iter().rev() {
            if let Some(next) = self.without(&spot).filter(&mut *shows) {
                *self = next;
            }
        }
        let (mut at, mut spots) = (0, self.spots(schema));
        while let Some(spot) = spots.get(at) {
            let shorter = match whole(spot) {
                // It was tried.
                true => None,
                false => self.without(spot).filter(&mut *shows),
            };
            match shorter.or_else(|| self.emptied(spot).filter(&mut *shows)) {
                Some(next) => {
                    *self = next;
                    spots = self.spots(schema);
                }
                None => at += 1,
            }
        }
    }

    /// Without one place, unless a reader would miss it.
    fn without(&self, spot: &Spot) -> Option<Draft> {
        let (last, holder) = spot.way.split_last()?;
        let key = spot.keys.last()?;
        let in_models = spot.keys.first().is_some_and(|first| first == "models");
        let within = spot.keys.iter().rev().nth(1).map(String::as_str);
        let needed = in_models
            && (matches!(key.as_str(), "id" | "from" | "model" | "by")
                || matches!(within, Some("from" | "license")));
        if needed {
            return None;
        }
        let mut next = self.clone();
        next.root.at(holder).entries_mut().shift_remove_index(*last);
        Some(next)
    }

    /// With nothing in one list.
    fn emptied(&self, spot: &Spot) -> Option<Draft> {
        if spot.keys == ["models"]
            || spot
                .keys
                .iter()
                .any(|key| key == "from" || key == "license")
        {
            return None;
        }
        let mut next = self.clone();
        match next.root.at(&spot.way) {
            Tree::List(list) if !list.is_empty() => list.clear(),
            _ => return None,
        }
        Some(next)
    }

    /// Gives models plain names where `shows` is still so with them.
    pub fn rename(&mut self, schema: &Schema, shows: &mut dyn FnMut(&Draft) -> bool) {
        let names = self.spots(schema).into_iter();
        for spot in names.filter(|spot| spot.kind == Kind::ModelName) {
            self.plain(&spot, &plain_names(self, &spot), shows);
        }
    }

    fn plain(&mut self, spot: &Spot, better: &[Value], shows: &mut dyn FnMut(&Draft) -> bool) {
        let Tree::Leaf(Some(value)) = self.root.at(&spot.way).clone() else {
            return;
        };
        for better in better {
            if *better == value {
                return;
            }
            let mut next = self.clone();
            next.root.rename(spot, &value, better);
            if shows(&next) {
                *self = next;
                return;
            }
        }
    }

    /// Takes plain values where `shows` is still so with them.
    pub fn polish(&mut self, schema: &Schema, today: Date, shows: &mut dyn FnMut(&Draft) -> bool) {
        for spot in self.spots(schema) {
            let Tree::Leaf(Some(value)) = self.root.at(&spot.way).clone() else {
                continue;
            };
            if spot.or_none && spot.kind == Kind::Date {
                let mut next = self.clone();
                *next.root.at(&spot.way) = Tree::Leaf(None);
                if shows(&next) {
                    *self = next;
                    continue;
                }
            }
            let several = self.is_one_of_several_steps(&spot);
            let better = plainer(&value, &spot.kind, several, schema, today);
            self.plain(&spot, &better, shows);
        }
    }

    /// Whether a place belongs to one of several steps to a model.
    fn is_one_of_several_steps(&mut self, spot: &Spot) -> bool {
        let Some(at) = spot.keys.iter().rposition(|key| key == "from") else {
            return false;
        };
        let steps = self.root.at(&spot.way[..=at]);
        steps.entries().is_some_and(|steps| steps.len() > 1)
    }

    /// The judgments that some layers know, each with its name and how it was determined.
    fn determined(&self, layers: &Numbered) -> Vec<(String, &str)> {
        let each = self.judgments.iter().flat_map(|judgment| {
            let known = |at: &usize| judgment.layers.iter().any(|(layer, ..)| layer == at);
            let ids = layers.iter().filter(move |(at, _)| known(at));
            ids.map(|(_, id)| (format!("{id}/{}", judgment.about), &*judgment.answer))
        });
        each.collect()
    }

    /// The facts as YAML for some layers, the first of them the license that is compared; `signed` is
    /// the day on which judgments are determined.
    pub fn yaml(&self, schema: &Schema, layers: &Numbered, signed: Date) -> String {
        let mut writer = Writer {
            schema,
            id: layers.first().map_or("", |(_, id)| id),
            out: String::new(),
        };
        writer.root(&self.root);
        let judgments = self.determined(layers);
        if !judgments.is_empty() {
            writer.out.push_str("determinations:\n");
        }
        for (judgment, answer) in judgments {
            writer.out.push_str(&format!(
                "  - {{ judgment: {judgment}, value: {answer}, by: Counsel, on: {signed}, until: none }}\n",
            ));
        }
        writer.out
    }
}

impl Draft {
    /// What [`Draft::yaml`] says, but for the places; `None` where that is no facts. A license that has
    /// none of the `names` is taken to be meant so.
    pub fn fact(
        &self,
        schema: &Schema,
        names: &dyn LicenseNames,
        layers: &Numbered,
        signed: Date,
    ) -> Option<Fact> {
        let id = layers.first().map_or("", |(_, id)| id);
        let reader = Reader { schema, names, id };
        let mut root = reader.fact(&self.root, &Kind::Record(Schema::ROOT))?;
        let judgments = self.determined(layers);
        if let (false, State::Record(fields)) = (judgments.is_empty(), &mut root.state) {
            let mut all = Tree::List(IndexMap::new());
            for (nth, (judgment, answer)) in judgments.into_iter().enumerate() {
                let mut own = Tree::Map(IndexMap::new());
                *own.key("judgment") = Tree::text(&judgment);
                *own.key("value") = Tree::Leaf(Some(Value::Bool(answer == "true")));
                *own.key("by") = Tree::text("Counsel");
                *own.key("on") = Tree::Leaf(Some(Value::Date(signed)));
                *own.key("until") = Tree::Leaf(None);
                all.list().insert(nth.to_string(), own);
            }
            let (at, _, field) = schema.root().fields.get_full("determinations")?;
            fields[at] = reader.fact(&all, &field.kind)?;
        }
        Some(root)
    }
}

/// A place in a file that nobody wrote.
const SOMEWHERE: Span = Span {
    source: SourceId(u32::MAX - 1),
    start: 0,
    end: 0,
};

/// Reads a draft as facts.
struct Reader<'r> {
    schema: &'r Schema,
    names: &'r dyn LicenseNames,
    id: &'r str,
}

impl Reader<'_> {
    fn fact(&self, tree: &Tree, kind: &Kind) -> Option<Fact> {
        let state = match (tree, kind) {
            (Tree::Map(map), Kind::Record(id)) => State::Record(self.record(map, *id)?),
            (Tree::Map(map), Kind::Series(period, inner)) => {
                let entries = map.iter().map(|(key, tree)| {
                    let at = match period {
                        Period::Month => {
                            let (year, month) = parse_month(key)?;
                            Month::new(year, month).0
                        }
                        Period::Year => key.parse().ok()?,
                    };
                    Some((at, self.fact(tree, inner)?))
                });
                let mut entries: Vec<(i32, Fact)> = entries.collect::<Option<_>>()?;
                entries.sort_by_key(|(at, _)| *at);
                State::Series(entries)
            }
            (Tree::List(list), Kind::List(inner)) => {
                let list = list.values().map(|tree| self.fact(tree, inner));
                State::List(list.collect::<Option<_>>()?)
            }
            (Tree::Leaf(_), Kind::List(inner)) => State::List(vec![self.fact(tree, inner)?]),
            (Tree::Leaf(Some(value)), _) => self.value(value, kind),
            (Tree::Leaf(None), Kind::Choice(id)) => {
                let none = self.schema.choice(*id).position("none")?;
                State::Value(Value::Choice(none))
            }
            _ => return None,
        };
        Some(Fact {
            state,
            span: SOMEWHERE,
            key: SOMEWHERE,
            assumed: false,
        })
    }

    fn record(&self, map: &IndexMap<String, Tree>, id: RecordId) -> Option<Vec<Fact>> {
        let record = self.schema.record(id);
        let fields = record.fields.values();
        let mut fields: Vec<Fact> = fields.map(|field| missing(field, SOMEWHERE)).collect();
        for (key, tree) in map {
            let (at, _, field) = record.fields.get_full(key)?;
            fields[at] = match tree {
                Tree::Leaf(None) if field.or_none => Fact {
                    state: State::None,
                    span: SOMEWHERE,
                    ..Fact::unknown(SOMEWHERE)
                },
                tree => self.fact(tree, &field.kind)?,
            };
        }
        let id = fields.first().map(|id| &id.state);
        let nameless = record.name == "model" && !matches!(id, Some(State::Value(_)));
        (!nameless).then_some(fields)
    }

    fn value(&self, value: &Value, kind: &Kind) -> State {
        let Value::Text(text) = value else {
            return State::Value(value.clone());
        };
        let text = match &**text {
            LICENSE => self.id,
            text => text,
        };
        let text = match kind {
            Kind::LicenseName => self.names.canonical(text).unwrap_or(text),
            _ => text,
        };
        match text {
            "unknown" => State::Unknown,
            text => State::Value(Value::Text(text.into())),
        }
    }
}

fn decide(all: &mut Vec<Decision>, about: String, answer: String, own: (usize, u16, u16)) {
    let same = |known: &&mut Decision| known.about == about && known.answer == answer;
    match all.iter_mut().find(same) {
        Some(known) => known.layers.push(own),
        None => all.push(Decision {
            about,
            answer,
            layers: vec![own],
        }),
    }
}

/// What stands under a key or at an element of something of a kind.
fn inner(kind: &Kind, key: &str, schema: &Schema) -> Kind {
    match kind {
        Kind::Record(id) => match schema.record(*id).fields.get(key) {
            Some(field) => field.kind.clone(),
            None => Kind::Text,
        },
        Kind::List(inner) | Kind::Series(_, inner) => inner.as_ref().clone(),
        other => other.clone(),
    }
}

fn below(tree: &Tree, spot: &Spot, schema: &Schema, spots: &mut Vec<Spot>) {
    for (nth, (key, tree)) in tree.entries().into_iter().flatten().enumerate() {
        let one = |all: &[usize]| all.iter().copied().chain([nth]).collect();
        let inside = Spot {
            way: one(&spot.way),
            keys: spot.keys.iter().chain([key]).cloned().collect(),
            kind: inner(&spot.kind, key, schema),
            or_none: match spot.kind {
                Kind::Record(id) => {
                    (schema.record(id).fields.get(key)).is_some_and(|field| field.or_none)
                }
                _ => false,
            },
        };
        spots.push(inside.clone());
        below(tree, &inside, schema, spots);
    }
}

/// Keys in the order of the vocabulary.
fn order(tree: &mut Tree, kind: &Kind, schema: &Schema) {
    match (&mut *tree, kind) {
        (Tree::Map(map), Kind::Record(id)) => {
            let fields = &schema.record(*id).fields;
            map.sort_by_cached_key(|key, _| fields.get_index_of(key));
        }
        (Tree::Map(map), Kind::Series(..)) => map.sort_keys(),
        _ => {}
    }
    if let Tree::Map(map) | Tree::List(map) = tree {
        for (key, tree) in map {
            order(tree, &inner(kind, key, schema), schema);
        }
    }
}

/// Values that read better than one, best first; `several` for a relation that is not the only one.
fn plainer(value: &Value, kind: &Kind, several: bool, schema: &Schema, today: Date) -> Vec<Value> {
    match (kind, value) {
        (Kind::Date, Value::Date(date)) if *date == today => {
            let before = today.first_of_month().yesterday();
            let before = before.map(Date::first_of_month);
            before.into_iter().map(Value::Date).collect()
        }
        (Kind::Choice(id), Value::Choice(now)) if schema.choice(*id).name == "relation" => {
            let relation = schema.choice(*id);
            let now = relation.choices.get(*now as usize);
            let plain: &[&str] = match now.map(|now| now.name.as_str()) {
                Some("distill" | "judge" | "synthetic-data") => &["synthetic-data"],
                _ if several => &["merge"],
                _ => &["copy", "fine-tune"],
            };
            let plain = plain.iter().filter_map(|name| relation.position(name));
            plain.map(Value::Choice).collect()
        }
        (Kind::LicenseName, Value::Text(text)) if &**text != LICENSE => {
            vec![Value::Text("apache-2.0".into()), Value::Text("mit".into())]
        }
        (kind, _) => known_values(kind, schema),
    }
}

/// Values of a kind that a reader knows, best first.
pub(super) fn known_values(kind: &Kind, schema: &Schema) -> Vec<Value> {
    match kind {
        Kind::Choice(id) => {
            let choice = schema.choice(*id);
            let plain = PLAIN.iter().filter_map(|name| choice.position(name));
            plain.map(Value::Choice).collect()
        }
        Kind::Country | Kind::Territory => {
            let plain = PLAIN.iter().filter_map(|name| schema.place(name));
            plain.map(Value::Place).collect()
        }
        Kind::Count(_) => COUNTS.iter().copied().map(Value::Count).collect(),
        _ => Vec::new(),
    }
}

/// Names for a model that look like names, simplest first; they begin as the one it has, or with some
/// of its words.
fn plain_names(draft: &Draft, spot: &Spot) -> Vec<Value> {
    let Tree::Leaf(Some(Value::Text(text))) = draft.root.clone().at(&spot.way).clone() else {
        return Vec::new();
    };
    if text.contains('/') {
        return Vec::new();
    }
    let mut names = vec!["acme/Assistant-8B".to_owned()];
    let begins = |at: &usize| text[*at..].starts_with(|sign: char| sign.is_ascii_uppercase());
    let words = text.char_indices().map(|(at, _)| at).filter(begins);
    let mut words: Vec<usize> = words.collect();
    words.reverse();
    let ends = |at: usize| {
        let between = text[at..].match_indices([' ', '-']);
        let ends = between.map(move |(end, _)| at + end);
        ends.chain([text.len()])
    };
    for at in words {
        names.extend(ends(at).map(|end| {
            let words = text[at..end].trim().replace(' ', "-");
            format!("acme/{words}-Assistant-8B")
        }));
    }
    names
        .into_iter()
        .map(|name| Value::Text(name.into()))
        .collect()
}

impl Tree {
    /// Replaces a value; the name of a model wherever it is the name of that model.
    fn rename(&mut self, spot: &Spot, value: &Value, better: &Value) {
        if spot.kind != Kind::ModelName {
            *self.at(&spot.way) = Tree::Leaf(Some(better.clone()));
            return;
        }
        let models = self.key("models");
        for model in models.entries_mut().values_mut() {
            models_named(model, value, better);
        }
    }
}

fn models_named(tree: &mut Tree, value: &Value, better: &Value) {
    match tree {
        Tree::Leaf(Some(known)) if known == value => *known = better.clone(),
        Tree::Leaf(_) => {}
        Tree::Map(entries) | Tree::List(entries) => {
            for (key, tree) in entries {
                if matches!(tree, Tree::Map(_) | Tree::List(_)) || key == "id" || key == "model" {
                    models_named(tree, value, better);
                }
            }
        }
    }
}

/// The steps between a model that carries a license and the deployed one.
#[derive(Clone, Default)]
struct Path {
    through: Vec<Value>,
    ours: Vec<Value>,
    not: Vec<(Value, bool)>,
}

/// A facts file while units are added.
struct Making<'a> {
    stage: &'a Stage<'a>,
    licenses: &'a Origin<'a>,
    root: Tree,
    subject: Tree,
    /// The models that carry the licenses, and the path from each.
    origins: Vec<Tree>,
    paths: Vec<Path>,
}

impl Making<'_> {
    fn value(&self, value: &Value, kind: &Kind) -> Value {
        match value {
            Value::Text(text)
                if *kind == Kind::LicenseName
                    && self.licenses.own.iter().any(|own| **own == **text) =>
            {
                Value::Text(LICENSE.into())
            }
            value => value.clone(),
        }
    }

    fn unit(&mut self, unit: &Unit) {
        match &unit.says {
            Said::Cell {
                place,
                kind,
                sample,
            } => {
                let leaf = match sample {
                    Sample::Value(value) => Some(self.value(value, kind)),
                    Sample::None => None,
                    _ => {
                        self.go(place);
                        return;
                    }
                };
                if let Some(at) = self.go(place) {
                    // A name that begins with one word may have to begin with a longer one.
                    let longer = match (&*at, &leaf) {
                        (Tree::Leaf(Some(Value::Text(known))), Some(Value::Text(name))) => {
                            *kind == Kind::ModelName && starts_name(known, name)
                        }
                        _ => false,
                    };
                    if !longer {
                        *at = Tree::Leaf(leaf);
                    }
                }
            }
            Said::Member {
                place,
                kind,
                value,
                yes,
            } => self.member(place, kind, value, *yes),
            Said::Element { place, nth, yes } => {
                if *yes {
                    self.go(&place.then(Stride::Witness(*nth)));
                } else if let Some(at) = self.go(place) {
                    at.list();
                }
            }
            _ => {}
        }
    }

    fn member(&mut self, place: &Place, kind: &Kind, value: &Value, yes: bool) {
        let inner = match kind {
            Kind::List(inner) => inner,
            other => other,
        };
        if let Base::Lineage { origin, .. } = place.base {
            let ours = self.field(place) == Some("ours");
            let Some(path) = self.paths.get_mut(origin - ORIGIN) else {
                return;
            };
            match (yes, ours) {
                (true, true) => path.ours.push(value.clone()),
                (true, false) => path.through.push(value.clone()),
                (false, ours) => path.not.push((value.clone(), ours)),
            }
            return;
        }
        let value = self.value(value, inner);
        if let Some(at) = self.go(place) {
            let list = at.list();
            if yes {
                list.insert(format!("{value:?}"), Tree::Leaf(Some(value)));
            }
        }
    }

    /// The name of the field a place starts with.
    fn field(&self, place: &Place) -> Option<&str> {
        let schema = &self.stage.program.schema;
        let record = match place.base {
            Base::Lineage { .. } => schema.record_named("lineage")?,
            _ => return None,
        };
        let Stride::Field(at) = place.strides.first()? else {
            return None;
        };
        Some(&schema.record(record).fields[*at as usize].name)
    }

    fn go(&mut self, place: &Place) -> Option<&mut Tree> {
        let schema = &self.stage.program.schema;
        let model = schema.record_named("model").map(Kind::Record);
        let (mut at, mut kind) = match place.base {
            Base::Member(SUBJECT) => (&mut self.subject, model?),
            Base::Member(at) => (self.origins.get_mut(at - ORIGIN)?, model?),
            Base::Deployment => (&mut self.root, Kind::Record(Schema::ROOT)),
            _ => return None,
        };
        for stride in &place.strides {
            (at, kind) = match (stride, kind) {
                (Stride::Field(n), Kind::Record(id)) => {
                    let field = &schema.record(id).fields[*n as usize];
                    (at.key(&field.name), field.kind.clone())
                }
                (Stride::Entry(_, n), Kind::Series(period, inner)) => {
                    let key = match period {
                        Period::Month => Month(*n).to_string(),
                        Period::Year => n.to_string(),
                    };
                    (at.key(&key), *inner)
                }
                (Stride::Witness(n) | Stride::Element(n), Kind::List(inner)) => {
                    let empty = || Tree::Map(IndexMap::new());
                    let element = at.list().entry(format!("@{n}"));
                    (element.or_insert_with(empty), *inner)
                }
                // How many there are is seen from what they are.
                _ => return None,
            };
        }
        Some(at)
    }

    /// The whole file.
    fn finish(mut self) -> Tree {
        let schema = &self.stage.program.schema;
        let mut models = vec![self.subject];
        let mut parents: Vec<Tree> = Vec::new();
        let (mut licenses, mut steps) = (Vec::new(), Vec::new());
        let mut taught = false;
        let several = self.licenses.licensed.len() > 1;
        let named = |tree: &mut Tree, name: &str| {
            if !matches!(tree.key("id"), Tree::Leaf(_)) {
                *tree.key("id") = Tree::text(name);
            }
        };
        let ways = self.origins.into_iter().zip(self.paths).enumerate();
        for (nth, (mut origin, mut path)) in ways {
            let license = self.licenses.licensed.get(nth);
            if path.is_direct() && !self.licenses.step {
                // The model that carries the license is the deployed one.
                for (key, tree) in std::mem::take(origin.entries_mut()) {
                    let empty = |tree: &Tree| tree.entries().is_some_and(IndexMap::is_empty);
                    let known = models[0].entries_mut().entry(key);
                    let known = known.or_insert_with(|| tree.clone());
                    if empty(known) {
                        *known = tree;
                    }
                }
                licenses.extend(license);
                continue;
            }
            let Some(license) = license else { continue };
            path.go_through(several, schema);
            taught |= (path.through.iter()).any(|by| by_outputs(self.stage, license, by));
            named(&mut origin, ORIGINS[nth.min(ORIGINS.len() - 1)]);
            let between = parents.len();
            steps.push(path.write(&mut parents, origin.key("id").clone(), schema));
            for parent in &mut parents[between..] {
                *parent.key("role") = member(schema, "model", "role", "parent");
            }
            *origin.key("license") = names([license.as_str()]);
            *origin.key("from") = Tree::List(IndexMap::new());
            *origin.key("role") = member(schema, "model", "role", "parent");
            parents.push(origin);
        }
        let subject = &mut models[0];
        named(subject, "acme/Assistant-8B");
        match self.licenses.beside.filter(|_| taught) {
            Some(beside) if licenses.is_empty() => *subject.key("license") = names([beside]),
            _ if licenses.is_empty() => {
                // A model of which no license is declared has those of its parents.
                let undeclared =
                    matches!(subject.key("license").entries(), Some(all) if all.is_empty());
                if undeclared {
                    subject.entries_mut().shift_remove("license");
                }
            }
            _ => *subject.key("license") = names(licenses.into_iter().map(String::as_str)),
        }
        let from = subject.key("from").list();
        // What else was said of the parents contradicts the path at least as often as not.
        from.clear();
        from.extend(
            (0..)
                .zip(steps)
                .map(|(nth, step)| (format!("path{nth}"), step)),
        );
        models.append(&mut parents);
        if self.licenses.licensed.is_empty() {
            // Nothing is asked of models.
            models.clear();
        }
        let list = self.root.key("models").list();
        for (nth, model) in models.into_iter().enumerate() {
            list.insert(format!("#{nth}"), model);
        }
        self.root
    }
}

/// What the models that carry licenses are called.
const ORIGINS: &[&str] = &["example/Base-8B", "example/Other-8B"];

/// A list of names.
fn names<'n>(names: impl IntoIterator<Item = &'n str>) -> Tree {
    let names = (0..).zip(names);
    Tree::List(
        names
            .map(|(nth, name): (usize, _)| (nth.to_string(), Tree::text(name)))
            .collect(),
    )
}

/// A member of the enum that a field of a record can be.
fn member(schema: &Schema, record: &str, field: &str, name: &str) -> Tree {
    let record = schema.record_named(record).map(|id| schema.record(id));
    let field = record.and_then(|record| record.fields.get(field));
    let value = field.and_then(|field| match field.kind {
        Kind::Choice(id) => schema.choice(id).position(name).map(Value::Choice),
        _ => None,
    });
    Tree::Leaf(value)
}

/// Whether a relation passes on outputs, not weights, in the eyes of a license.
fn by_outputs(stage: &Stage, license: &str, relation: &Value) -> bool {
    let Value::Choice(at) = relation else {
        return false;
    };
    let layers = stage.program.layers.iter();
    let mut layers = layers.filter(|layer| license == LICENSE || layer.id == license);
    !layers.any(|layer| layer.terms().is_some_and(|terms| terms.binds.contains(at)))
}

impl Path {
    /// Whether there is no step.
    fn is_direct(&self) -> bool {
        self.through.is_empty() && self.ours.is_empty()
    }

    /// Sees to it that there is a step: one that nothing was said about. Of several models, one is
    /// merged.
    fn go_through(&mut self, several: bool, schema: &Schema) {
        for one in &self.ours {
            if !self.through.contains(one) {
                self.through.push(one.clone());
            }
        }
        if !self.through.is_empty() {
            return;
        }
        let relation = schema.enums.iter().find(|known| known.name == "relation");
        let harmless: &[&str] = match several {
            true => &["merge", "copy", "convert", "quantize", "adapter"],
            false => &["copy", "convert", "quantize", "adapter"],
        };
        let numbers = harmless
            .iter()
            .filter_map(|name| relation?.position(name))
            .map(Value::Choice);
        let mut free =
            numbers.filter(|at| !self.not.iter().any(|(known, ours)| !ours && known == at));
        self.through.push(free.next().unwrap_or(Value::Choice(0)));
    }

    /// The step from the deployed model; adds the models between it and the last one.
    fn write(&self, models: &mut Vec<Tree>, origin: Tree, schema: &Schema) -> Tree {
        let (before, last) = (models.len(), self.through.len() - 1);
        let parent = |nth: usize| match nth {
            nth if nth == last => origin.clone(),
            nth => Tree::text(&format!("example/Step-{}", before + nth + 1)),
        };
        let step = |nth: usize| {
            let relation = &self.through[nth];
            let mut step = Tree::Map(IndexMap::new());
            *step.key("model") = parent(nth);
            *step.key("by") = Tree::Leaf(Some(relation.clone()));
            let upstream = |(known, ours): &(Value, bool)| *ours && known == relation;
            if self.not.iter().any(upstream) {
                *step.key("taken-by") = member(schema, "step", "taken-by", "upstream");
            }
            step
        };
        for nth in 1..=last {
            let mut model = Tree::Map(IndexMap::new());
            *model.key("id") = parent(nth - 1);
            let from = model.key("from").list();
            from.insert("path".to_owned(), step(nth));
            models.push(model);
        }
        step(0)
    }
}

/// Writes a draft, in one line what fits in one.
struct Writer<'w> {
    schema: &'w Schema,
    id: &'w str,
    out: String,
}

/// How long a mapping in one line may be.
const LINE: usize = 76;

impl Writer<'_> {
    fn root(&mut self, root: &Tree) {
        self.entries(root, &Kind::Record(Schema::ROOT), 0);
    }

    fn entries(&mut self, tree: &Tree, kind: &Kind, indent: usize) {
        let pad = "  ".repeat(indent);
        for (key, tree) in tree.entries().into_iter().flatten() {
            let kind = inner(kind, key, self.schema);
            let line = self.line(tree, &kind);
            if pad.len() + key.len() + line.len() + 2 <= LINE {
                self.out.push_str(&format!("{pad}{key}: {line}\n"));
                continue;
            }
            match tree {
                Tree::Leaf(_) => self.out.push_str(&format!("{pad}{key}: {line}\n")),
                Tree::Map(_) => {
                    self.out.push_str(&format!("{pad}{key}:\n"));
                    self.entries(tree, &kind, indent + 1);
                }
                Tree::List(list) => {
                    self.out.push_str(&format!("{pad}{key}:\n"));
                    for (name, element) in list {
                        let kind = inner(&kind, name, self.schema);
                        self.element(element, &kind, indent + 1);
                    }
                }
            }
        }
    }

    fn element(&mut self, element: &Tree, kind: &Kind, indent: usize) {
        let pad = "  ".repeat(indent);
        let line = self.line(element, kind);
        if pad.len() + line.len() + 2 <= LINE || !matches!(element, Tree::Map(_)) {
            self.out.push_str(&format!("{pad}- {line}\n"));
            return;
        }
        let from = self.out.len();
        self.entries(element, kind, indent + 1);
        // The first key stands behind the dash.
        let dash = from + pad.len();
        self.out.replace_range(dash..dash + 2, "- ");
    }

    /// All of it in one line.
    fn line(&self, tree: &Tree, kind: &Kind) -> String {
        let each = |entries: &IndexMap<String, Tree>, named: bool| -> Vec<String> {
            let entries = entries.iter().map(|(key, tree)| {
                let line = self.line(tree, &inner(kind, key, self.schema));
                if named {
                    format!("{key}: {line}")
                } else {
                    line
                }
            });
            entries.collect()
        };
        match tree {
            Tree::Leaf(value) => self.leaf(value.as_ref(), kind),
            Tree::Map(map) if map.is_empty() => "{}".to_owned(),
            Tree::Map(map) => format!("{{ {} }}", each(map, true).join(", ")),
            Tree::List(list) => format!("[{}]", each(list, false).join(", ")),
        }
    }

    fn leaf(&self, value: Option<&Value>, kind: &Kind) -> String {
        match value {
            None => "none".to_owned(),
            Some(Value::Text(text)) if &**text == LICENSE => self.id.to_owned(),
            Some(Value::Text(text)) => quoted(text),
            Some(Value::Count(n)) if *n != 0 && n % 1_000_000 == 0 => {
                format!("{}M", n / 1_000_000)
            }
            Some(value @ Value::Count(_)) => value.to_string().replace(' ', "_"),
            Some(value @ Value::Money(..)) => {
                let said = value.to_string();
                let (currency, amount) = said.split_once(' ').unwrap_or((&said, ""));
                format!("{currency} {}", amount.replace(' ', "_"))
            }
            Some(value) => value.said(kind, self.schema),
        }
    }
}

/// A text as YAML: plain where it can be nothing else.
fn quoted(text: &str) -> String {
    let plain = |sign: char| sign.is_ascii_alphanumeric() || "/_.-".contains(sign);
    let reserved = [
        "none", "unknown", "true", "false", "null", "yes", "no", "on", "off",
    ];
    let is_plain = text.starts_with(|sign: char| sign.is_ascii_alphabetic())
        && text.chars().all(plain)
        && !reserved.contains(&text.to_ascii_lowercase().as_str());
    if is_plain {
        text.to_owned()
    } else {
        serde_json::to_string(text).unwrap_or_default()
    }
}

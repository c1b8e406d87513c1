//! Two vocabularies laid together, so that clauses over different facts can be compared.
//!
//! Comes in: two programs. Goes out: a program without layers that has the facts and acts of both, in
//! the numbers of the newer; layers of either in these numbers; and what changed. A fact is the same in
//! both if its name and its kind are, whatever its choices. Otherwise it is another fact: where the newer
//! calls one of another kind the same, that of the older is kept apart under a name no text can write.

use super::draft::Tree;
use crate::ir::{Act, Atom, Layer, LayerKind, Node, NodeId, Operand, Path, Program, Says, Step};
use crate::source::Span;
use crate::value::{
    DefaultValue, Enum, EnumId, FactDefault, Field, Kind, Part, Place, Record, RecordId, Schema,
    Territory, Value,
};
use indexmap::IndexMap;

/// What the name of something ends with that only the older has, where the newer has another of the
/// name.
const APART: char = '\u{0}';

/// Something that facts can be, or that can be done with a model, and that is not the same in both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// What it is called: `audited`, `support.channel`, `enum channel`, `act publish`.
    pub name: String,
    /// How the older declares it.
    pub before: Option<Declared>,
    /// How the newer declares it.
    pub after: Option<Declared>,
    /// Whether the two are compared as two that have nothing to do with each other.
    pub apart: bool,
    /// Whether more than additions: facts that were stated before may not fit, or mean something else.
    pub breaks: bool,
}

/// How something is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Its kind, its choices or its parts, as they are written; of an act, what it means.
    pub says: String,
    /// Where.
    pub span: Span,
}

/// Two vocabularies as one.
pub(super) struct Joint {
    /// The facts and acts of both, without layers.
    pub base: Program,
    /// Whether both are the same anyway.
    pub same: bool,
    /// What changed.
    pub changed: Vec<Changed>,
    /// The older vocabulary, and what its numbers are in the joint one.
    old: Schema,
    units: Vec<u16>,
    enums: Vec<Option<EnumId>>,
    records: Vec<RecordId>,
    fields: Vec<Vec<Option<u16>>>,
    territories: Vec<u16>,
    acts: Vec<u16>,
}

/// What changed between two vocabularies, facts first.
pub fn changed(old: &Program, new: &Program) -> Vec<Changed> {
    Joint::of(old, new).changed
}

fn number(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

fn apart(name: &str) -> String {
    format!("{name}{APART}")
}

impl Joint {
    /// Lays the vocabularies of two programs together.
    pub fn of(old: &Program, new: &Program) -> Joint {
        let base = Program {
            schema: new.schema.clone(),
            acts: new.acts.clone(),
            layers: Vec::new(),
            decided: new.decided.clone(),
            defaults: new.defaults.clone(),
        };
        let schema = &old.schema;
        let mut joint = Joint {
            base,
            same: new.extends(old) && old.extends(new),
            changed: Vec::new(),
            units: Vec::new(),
            enums: vec![None; schema.enums.len()],
            records: Vec::new(),
            fields: (schema.records.iter())
                .map(|record| vec![None; record.fields.len()])
                .collect(),
            territories: Vec::new(),
            acts: Vec::new(),
            old: schema.clone(),
        };
        joint.units();
        joint.territories(&new.schema);
        joint.enums(&new.schema);
        joint.records(&new.schema);
        joint.acts(old, new);
        joint
            .changed
            .sort_by_key(|changed| changed.name.contains(' '));
        joint
    }

    fn units(&mut self) {
        for unit in &self.old.units {
            let units = &mut self.base.schema.units;
            let known = units.iter().position(|known| known == unit);
            let at = known.unwrap_or_else(|| {
                units.push(unit.clone());
                units.len() - 1
            });
            self.units.push(number(at));
        }
    }

    fn territories(&mut self, new: &Schema) {
        let mut next = new.territories.len();
        let mut added = Vec::new();
        for territory in &self.old.territories {
            let mut known = new.territories.iter();
            let named = known.position(|known| known.name == territory.name);
            let same =
                named.filter(|at| same_parts(territory, &new.territories[*at], &self.old, new));
            let at = same.unwrap_or_else(|| {
                added.push((territory.clone(), named.is_some()));
                next += 1;
                next - 1
            });
            self.territories.push(number(at));
        }
        let said = |territory: &Territory, schema: &Schema| Declared {
            says: parts_said(territory, schema),
            span: territory.span,
        };
        for (mut territory, taken) in added {
            self.changed.push(Changed {
                name: format!("territory {}", territory.name),
                before: Some(said(&territory, &self.old)),
                after: (new.territories.iter())
                    .find(|known| taken && known.name == territory.name)
                    .map(|known| said(known, new)),
                apart: taken,
                breaks: true,
            });
            if taken {
                territory.name = apart(&territory.name);
            }
            for part in &mut territory.parts {
                part.place = self.place(part.place);
            }
            self.base.schema.territories.push(territory);
        }
        for territory in &new.territories {
            let mut known = self.old.territories.iter();
            if known.all(|known| known.name != territory.name) {
                self.changed.push(Changed {
                    name: format!("territory {}", territory.name),
                    before: None,
                    after: Some(said(territory, new)),
                    apart: false,
                    breaks: false,
                });
            }
        }
    }

    /// Enums that have a name; the others are known by the facts that can be one of them.
    fn enums(&mut self, new: &Schema) {
        let said = |known: &Enum| Declared {
            says: choices_said(known),
            span: known.span,
        };
        let named = |schema: &Schema| -> Vec<Enum> {
            let named = schema.enums.iter().filter(|known| !known.name.is_empty());
            named.cloned().collect()
        };
        for at in 0..self.old.enums.len() {
            let before = self.old.enums[at].clone();
            if before.name.is_empty() {
                continue;
            }
            let known = new.enums.iter().position(|known| known.name == before.name);
            if let Some(known) = known {
                self.choose(EnumId(number(at)), EnumId(number(known)));
            }
            let after = known.map(|known| said(&new.enums[known]));
            let before_said = said(&before);
            if after.as_ref().map(|after| &after.says) != Some(&before_said.says) {
                self.changed.push(Changed {
                    name: format!("enum {}", before.name),
                    breaks: known.is_none_or(|known| loses(&before, &new.enums[known])),
                    before: Some(before_said),
                    after,
                    apart: false,
                });
            }
        }
        for after in named(new) {
            if self.old.enums.iter().all(|known| known.name != after.name) {
                self.changed.push(Changed {
                    name: format!("enum {}", after.name),
                    before: None,
                    after: Some(said(&after)),
                    apart: false,
                    breaks: false,
                });
            }
        }
    }

    fn records(&mut self, new: &Schema) {
        for at in 0..self.old.records.len() {
            let record = &self.old.records[at];
            let known = self.base.schema.record_named(&record.name);
            let id = known.unwrap_or_else(|| {
                let records = &mut self.base.schema.records;
                records.push(Record {
                    fields: IndexMap::new(),
                    ..record.clone()
                });
                RecordId(number(records.len() - 1))
            });
            self.records.push(id);
        }
        // Facts that both have settle which choices are which; only then come the others.
        for together in [true, false] {
            for record in 0..self.old.records.len() {
                for field in 0..self.old.records[record].fields.len() {
                    if self.fields[record][field].is_none() {
                        self.field(record, field, together);
                    }
                }
            }
        }
        for record in &new.records {
            let before = self.old.record_named(&record.name);
            let before = before.map(|id| self.old.record(id));
            for field in record.fields.values() {
                if before.is_none_or(|before| !before.fields.contains_key(&field.name)) {
                    self.changed.push(Changed {
                        name: full_name(record, field),
                        before: None,
                        after: Some(declared(field, new)),
                        apart: false,
                        breaks: false,
                    });
                }
            }
        }
    }

    /// Finds a fact of the older among those of the newer, or else, unless only what is `together` in
    /// both is looked for, adds it.
    fn field(&mut self, record: usize, at: usize, together: bool) {
        let known = &self.old.records[record];
        let field = known.fields[at].clone();
        let name = full_name(known, &field);
        let before = declared(&field, &self.old);
        let target = self.records[record].0 as usize;
        let fields = &self.base.schema.records[target].fields;
        let other = fields
            .get_full(&field.name)
            .map(|(nth, _, other)| (nth, other.clone()));
        if together {
            let Some((nth, other)) = other else { return };
            // What the newer declares; its choices are still its own.
            let after = declared(&other, &self.base.schema);
            let loses = self.loses(&field, &other);
            if !self.same_kind(&field.kind, &other.kind) {
                return;
            }
            self.fields[record][at] = Some(number(nth));
            if field.or_none {
                self.base.schema.records[target].fields[nth].or_none = true;
            }
            if before.says != after.says {
                self.changed.push(Changed {
                    name,
                    before: Some(before),
                    after: Some(after),
                    apart: false,
                    breaks: loses,
                });
            }
            return;
        }
        let kind = self.kind(&field.kind);
        let own = match other {
            Some(_) => apart(&field.name),
            None => field.name.clone(),
        };
        self.changed.push(Changed {
            name,
            before: Some(before),
            apart: other.is_some(),
            after: other.map(|(_, other)| declared(&other, &self.base.schema)),
            breaks: true,
        });
        let fields = &mut self.base.schema.records[target].fields;
        let field = Field {
            name: own.clone(),
            kind,
            ..field
        };
        let (nth, _) = fields.insert_full(own, field);
        self.fields[record][at] = Some(number(nth));
    }

    /// Whether facts that fit a declaration may not fit another of the same kind, or come to something
    /// else where nobody states them.
    fn loses(&self, before: &Field, after: &Field) -> bool {
        let choices = match (innermost(&before.kind), innermost(&after.kind)) {
            (Kind::Choice(a), Kind::Choice(b)) => {
                loses(self.old.choice(*a), self.base.schema.choice(*b))
            }
            _ => false,
        };
        let default = |field: &Field, schema: &Schema| {
            let default = field.default.as_ref();
            default.map(|default| default_said(&default.value, &field.kind, schema))
        };
        choices
            || (before.or_none && !after.or_none)
            || default(before, &self.old) != default(after, &self.base.schema)
    }

    fn acts(&mut self, old: &Program, new: &Program) {
        let said = |act: &Act| Declared {
            says: act.doc.clone().unwrap_or_default(),
            span: act.span,
        };
        for act in &old.acts {
            let known = new.acts.iter().position(|known| known.name == act.name);
            let at = known.unwrap_or_else(|| {
                self.changed.push(Changed {
                    name: format!("act {}", act.name),
                    before: Some(said(act)),
                    after: None,
                    apart: false,
                    breaks: true,
                });
                self.base.acts.push(act.clone());
                self.base.acts.len() - 1
            });
            self.acts.push(number(at));
        }
        for act in &new.acts {
            if old.acts.iter().all(|known| known.name != act.name) {
                self.changed.push(Changed {
                    name: format!("act {}", act.name),
                    before: None,
                    after: Some(said(act)),
                    apart: false,
                    // Every license is asked about it.
                    breaks: true,
                });
            }
        }
    }

    /// Takes an enum of the older for one of the newer, which gets the choices it lacks.
    fn choose(&mut self, old: EnumId, new: EnumId) {
        self.enums[old.0 as usize] = Some(new);
        let joint = &mut self.base.schema.enums[new.0 as usize];
        for choice in &self.old.enums[old.0 as usize].choices {
            if joint.position(&choice.name).is_none() {
                joint.choices.push(choice.clone());
            }
        }
    }

    /// Whether a kind of the older is one of the newer; if so, their choices are taken for each other.
    fn same_kind(&mut self, old: &Kind, new: &Kind) -> bool {
        match (old, new) {
            (Kind::Count(a), Kind::Count(b)) => self.units[*a as usize] == *b,
            (Kind::Record(a), Kind::Record(b)) => self.records[a.0 as usize] == *b,
            (Kind::List(a), Kind::List(b)) => self.same_kind(a, b),
            (Kind::Series(p, a), Kind::Series(q, b)) => p == q && self.same_kind(a, b),
            (Kind::Choice(a), Kind::Choice(b)) => {
                let (known, other) = (self.old.choice(*a), self.base.schema.choice(*b));
                // One of the older stands for one of the newer throughout.
                let taken = self.enums[a.0 as usize];
                let fits = known.name == other.name && taken.is_none_or(|taken| taken == *b);
                if fits {
                    self.choose(*a, *b);
                }
                fits
            }
            (a, b) => a == b,
        }
    }

    /// A kind of the older in joint numbers.
    fn kind(&mut self, kind: &Kind) -> Kind {
        if let Kind::Choice(id) = innermost(kind)
            && self.enums[id.0 as usize].is_none()
        {
            let enums = &mut self.base.schema.enums;
            enums.push(self.old.choice(*id).clone());
            self.enums[id.0 as usize] = Some(EnumId(number(enums.len() - 1)));
        }
        self.known_kind(kind)
    }

    fn known_kind(&self, kind: &Kind) -> Kind {
        match kind {
            Kind::Count(unit) => Kind::Count(self.units[*unit as usize]),
            Kind::Record(id) => Kind::Record(self.records[id.0 as usize]),
            Kind::List(inner) => Kind::List(Box::new(self.known_kind(inner))),
            Kind::Series(period, inner) => Kind::Series(*period, Box::new(self.known_kind(inner))),
            Kind::Choice(id) => Kind::Choice(self.enums[id.0 as usize].unwrap_or(*id)),
            same => same.clone(),
        }
    }

    fn place(&self, place: Place) -> Place {
        match place {
            Place::Territory(at) => Place::Territory(self.territories[at as usize]),
            country => country,
        }
    }

    /// A choice of the older, by number.
    fn choice(&self, id: EnumId, choice: u16) -> u16 {
        let name = &self.old.choice(id).choices[choice as usize].name;
        let joint = self.enums[id.0 as usize].map(|id| self.base.schema.choice(id));
        joint
            .and_then(|joint| joint.position(name))
            .unwrap_or(choice)
    }

    /// A value of the older that something of a kind is compared with.
    fn value(&self, value: &Value, kind: &Kind) -> Value {
        match (value, innermost(kind)) {
            (Value::Choice(at), Kind::Choice(id)) => Value::Choice(self.choice(*id, *at)),
            (Value::Place(place), _) => Value::Place(self.place(*place)),
            (same, _) => same.clone(),
        }
    }

    fn path(&self, path: &Path) -> Path {
        let mut kind = path.base.clone();
        let steps = path.steps.iter().map(|step| match (step, &kind) {
            (Step::Field(at), Kind::Record(id)) => {
                let id = id.0 as usize;
                kind = self.old.records[id].fields[*at as usize].kind.clone();
                Step::Field(self.fields[id][*at as usize].unwrap_or(*at))
            }
            (step, Kind::Series(_, inner)) => {
                kind = inner.as_ref().clone();
                *step
            }
            (step, _) => *step,
        });
        Path {
            root: path.root,
            steps: steps.collect(),
            base: self.known_kind(&path.base),
        }
    }

    fn operand(&self, operand: &Operand, kind: &Kind) -> Operand {
        match operand {
            Operand::Const(value) => Operand::Const(self.value(value, kind)),
            other => other.about(&mut |path| self.path(path)),
        }
    }

    fn atom(&self, atom: &Atom) -> Atom {
        let kind = |path: &Path| path.kind(&self.old).0;
        let of = |operand: &Operand| match operand {
            Operand::Fact(path, _) => kind(path),
            _ => Kind::Text,
        };
        match atom {
            Atom::Compare(a, operator, b) => {
                Atom::Compare(self.operand(a, &of(b)), *operator, self.operand(b, &of(a)))
            }
            Atom::In(path, values) => {
                let values = values.iter().map(|value| self.value(value, &kind(path)));
                Atom::In(self.path(path), values.collect())
            }
            Atom::Within(path, place) => {
                Atom::Within(self.path(path), self.value(place, &kind(path)))
            }
            Atom::Includes(path, wanted) => {
                Atom::Includes(self.path(path), self.operand(wanted, &kind(path)))
            }
            other => other.about(&mut |path| self.path(path)),
        }
    }

    /// A layer of the older in joint numbers.
    pub fn older(&self, layer: &Layer) -> Layer {
        let mut out = layer.clone();
        if self.same {
            return out;
        }
        out.atoms = layer.atoms.iter().map(|atom| self.atom(atom)).collect();
        out.lists = layer.lists.iter().map(|path| self.path(path)).collect();
        let acts = |acts: &mut Vec<u16>| {
            for act in acts {
                *act = self.acts[*act as usize];
            }
        };
        for clause in &mut out.clauses {
            match &mut clause.says {
                Says::Grant(all) | Says::Forbid(all) => acts(all),
                _ => {}
            }
        }
        let relation = self.old.enums.iter();
        let relation = relation
            .into_iter()
            .position(|known| known.name == "relation");
        if let (LayerKind::License(terms), Some(at)) = (&mut out.kind, relation) {
            for one in terms.binds.iter_mut().chain(&mut terms.follows) {
                *one = self.choice(EnumId(number(at)), *one);
            }
        }
        let environment = self.old.root().fields.get("environment");
        if let Some(Kind::Choice(id)) = environment.map(|field| &field.kind) {
            for rule in &mut out.enforce {
                for one in &mut rule.environments {
                    *one = self.choice(*id, *one);
                }
            }
        }
        let never = never(&mut out);
        out.acts = vec![never; self.base.acts.len()];
        for (at, act) in self.acts.iter().zip(&layer.acts) {
            out.acts[*at as usize] = *act;
        }
        out
    }

    /// Choices that one of the two does not have: the enum, the number and the name of each, and whether it
    /// is the older that has it.
    pub fn one_sided(&self, new: &Schema) -> Vec<(EnumId, u16, String, bool)> {
        let mut found = Vec::new();
        for (at, joint) in self.base.schema.enums.iter().enumerate() {
            let id = EnumId(number(at));
            let before = self.enums.iter().position(|known| *known == Some(id));
            let (Some(before), Some(after)) = (before, new.enums.get(at)) else {
                continue;
            };
            let before = &self.old.enums[before];
            for (nth, choice) in (0..).zip(&joint.choices) {
                let known = [before, after].map(|known| known.position(&choice.name).is_some());
                if known != [true, true] {
                    found.push((id, nth, choice.name.clone(), known[0]));
                }
            }
        }
        found
    }

    /// A layer of the newer in joint numbers.
    pub fn newer(&self, layer: &Layer) -> Layer {
        let mut out = layer.clone();
        if out.acts.len() < self.base.acts.len() {
            let never = never(&mut out);
            out.acts.resize(self.base.acts.len(), never);
        }
        out
    }
}

/// A condition of a layer that never holds: an act it does not know is not performed.
fn never(layer: &mut Layer) -> NodeId {
    layer.nodes.push(Node::Const(false));
    layer.spans.push(layer.span);
    NodeId(u32::try_from(layer.nodes.len() - 1).unwrap_or(u32::MAX))
}

/// What a list or series holds.
fn innermost(kind: &Kind) -> &Kind {
    match kind {
        Kind::List(inner) | Kind::Series(_, inner) => innermost(inner),
        kind => kind,
    }
}

/// Whether an enum has choices another has not.
fn loses(before: &Enum, after: &Enum) -> bool {
    let mut choices = before.choices.iter();
    choices.any(|choice| after.position(&choice.name).is_none())
}

/// Whether two territories of one name are made of the same parts.
fn same_parts(a: &Territory, b: &Territory, old: &Schema, new: &Schema) -> bool {
    let same = |(a, b): (&Part, &Part)| {
        (a.from, a.until) == (b.from, b.until)
            && match (a.place, b.place) {
                (Place::Territory(a), Place::Territory(b)) => {
                    let (a, b) = (&old.territories[a as usize], &new.territories[b as usize]);
                    a.name == b.name && same_parts(a, b, old, new)
                }
                (a, b) => a == b,
            }
    };
    a.parts.len() == b.parts.len() && a.parts.iter().zip(&b.parts).all(same)
}

/// What a fact is called in a facts file; of a fact that belongs to a record, with its name before it.
fn full_name(record: &Record, field: &Field) -> String {
    match record.name.as_str() {
        "deployment" => field.name.clone(),
        name => format!("{name}.{}", field.name),
    }
}

fn declared(field: &Field, schema: &Schema) -> Declared {
    let mut says = schema.kind_written(&field.kind);
    if field.or_none {
        says.push_str(" or none");
    }
    if let Some(FactDefault { value, .. }) = &field.default {
        says.push_str(&format!(
            " default {}",
            default_said(value, &field.kind, schema)
        ));
    }
    Declared {
        says,
        span: field.span,
    }
}

/// A default as it is written.
pub(super) fn default_said(value: &DefaultValue, kind: &Kind, schema: &Schema) -> String {
    let said = |value: &Value| value.said(innermost(kind), schema);
    match value {
        DefaultValue::Value(value) => said(value),
        DefaultValue::None => "none".to_owned(),
        DefaultValue::List(values) => {
            let values: Vec<String> = values.iter().map(said).collect();
            format!("[{}]", values.join(", "))
        }
    }
}

fn choices_said(known: &Enum) -> String {
    let names: Vec<&str> = known.choices.iter().map(|one| one.name.as_str()).collect();
    names.join(", ")
}

fn parts_said(territory: &Territory, schema: &Schema) -> String {
    let parts = territory.parts.iter().map(|part| {
        let mut said = schema.place_name(part.place).to_owned();
        if let Some(from) = part.from {
            said.push_str(&format!(" from {from}"));
        }
        if let Some(until) = part.until {
            said.push_str(&format!(" until {until}"));
        }
        said
    });
    parts.collect::<Vec<_>>().join(", ")
}

/// One of the two vocabularies, for facts that were found in the joint one.
pub(super) struct Side<'v> {
    /// The joint vocabulary.
    pub joint: &'v Schema,
    /// Its own.
    pub own: &'v Schema,
    /// Whether it is that of the older.
    pub older: bool,
}

impl Side<'_> {
    /// What this side can say of facts in joint words.
    pub fn facts(&self, root: &Tree) -> Tree {
        let kind = Kind::Record(Schema::ROOT);
        let facts = self.tree(root, &kind, &kind);
        facts.unwrap_or_else(|| Tree::Map(IndexMap::new()))
    }

    /// The name of something here, if it is known here.
    fn name<'n>(&self, name: &'n str, taken: bool) -> Option<&'n str> {
        match (name.strip_suffix(APART), self.older) {
            (Some(bare), true) => Some(bare),
            (Some(_), false) => None,
            // The older has another of this name.
            (None, true) => (!taken).then_some(name),
            (None, false) => Some(name),
        }
    }

    fn tree(&self, tree: &Tree, joint: &Kind, own: &Kind) -> Option<Tree> {
        match (tree, joint, own) {
            (Tree::Map(map), Kind::Record(joint), Kind::Record(own)) => {
                let (joint, own) = (self.joint.record(*joint), self.own.record(*own));
                let each = map.iter().filter_map(|(key, tree)| {
                    let name = self.name(key, joint.fields.contains_key(&apart(key)))?;
                    let (inside, field) = (joint.fields.get(key)?, own.fields.get(name)?);
                    if matches!(tree, Tree::Leaf(None)) && !field.or_none {
                        return None;
                    }
                    let tree = self.tree(tree, &inside.kind, &field.kind)?;
                    Some((name.to_owned(), tree))
                });
                Some(Tree::Map(each.collect()))
            }
            (Tree::Map(map), joint, own) => Some(Tree::Map(self.inside(map, joint, own))),
            (Tree::List(list), joint, own) => Some(Tree::List(self.inside(list, joint, own))),
            (Tree::Leaf(Some(value)), joint, own) => {
                Some(Tree::Leaf(Some(self.value(value, joint, own)?)))
            }
            (Tree::Leaf(None), ..) => Some(Tree::Leaf(None)),
        }
    }

    /// What a series or a list holds.
    fn inside(
        &self,
        held: &IndexMap<String, Tree>,
        joint: &Kind,
        own: &Kind,
    ) -> IndexMap<String, Tree> {
        let inner = |kind: &Kind| match kind {
            Kind::List(inner) | Kind::Series(_, inner) => inner.as_ref().clone(),
            kind => kind.clone(),
        };
        let (joint, own) = (inner(joint), inner(own));
        let each = held
            .iter()
            .filter_map(|(key, tree)| Some((key.clone(), self.tree(tree, &joint, &own)?)));
        each.collect()
    }

    fn value(&self, value: &Value, joint: &Kind, own: &Kind) -> Option<Value> {
        match (value, joint, own) {
            (Value::Choice(at), Kind::Choice(joint), Kind::Choice(own)) => {
                let choice = self.joint.choice(*joint).choices.get(*at as usize)?;
                let at = self.own.choice(*own).position(&choice.name)?;
                Some(Value::Choice(at))
            }
            (Value::Place(Place::Territory(at)), ..) => {
                let territories = &self.joint.territories;
                let name = &territories[*at as usize].name;
                let taken = territories.iter().any(|known| known.name == apart(name));
                let place = self.own.place(self.name(name, taken)?)?;
                Some(Value::Place(place))
            }
            (same, ..) => Some(same.clone()),
        }
    }
}

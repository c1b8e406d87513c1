//! What is declared: the schema of facts, acts, definitions, layers.

use super::Known;
use super::errors;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast;
use crate::value::{
    Choice, DefaultValue, Enum, EnumId, FactDefault, Field, Kind, Part, Period, Record, RecordId,
    Schema, Territory,
};
use indexmap::IndexMap;

/// Everything the documents declare, by name.
pub struct Names<'a> {
    /// What facts can be.
    pub schema: Schema,
    /// Acts, in the order of the vocabulary.
    pub acts: IndexMap<&'a str, &'a ast::Act>,
    /// Definitions every document sees.
    pub defines: IndexMap<&'a str, &'a ast::Define>,
    /// Licenses and policies of the documents, with whether each is a license.
    pub layers: IndexMap<&'a str, (&'a ast::Layer, bool)>,
    /// Licenses compiled before.
    pub known: &'a [Known],
}

/// Kinds every document knows.
const BUILT_IN: &[(&str, Kind)] = &[
    ("yes-no", Kind::Bool),
    ("decimal", Kind::Decimal),
    ("percent", Kind::Percent),
    ("money", Kind::Money),
    ("date", Kind::Date),
    ("month", Kind::Month),
    ("duration", Kind::Duration),
    ("text", Kind::Text),
    ("model-name", Kind::ModelName),
    ("license-name", Kind::LicenseName),
    ("country", Kind::Country),
    ("territory", Kind::Territory),
];

/// Collects the declarations of all documents.
pub fn collect<'a>(
    documents: &'a [ast::Document],
    known: &'a [Known],
    faults: &mut Vec<Diagnostic>,
) -> Names<'a> {
    let mut names = Names {
        schema: Schema::default(),
        acts: IndexMap::new(),
        defines: IndexMap::new(),
        layers: IndexMap::new(),
        known,
    };
    names.schema.records.push(Record {
        name: "deployment".to_owned(),
        doc: None,
        fields: IndexMap::new(),
        span: Span::NOWHERE,
    });
    let items = || documents.iter().flat_map(|document| &document.items);
    let mut records: IndexMap<&str, &ast::Record> = IndexMap::new();
    for item in items() {
        match item {
            ast::Item::Unit(unit) => {
                // The same unit may be named by several organizations' files.
                if !names.schema.units.contains(&unit.node) {
                    names.schema.units.push(unit.node.clone());
                }
            }
            ast::Item::Enum(decl) => names.declare_enum(decl, faults),
            ast::Item::Record(decl) => {
                for field in &decl.fields {
                    names.declare_choices(&field.kind);
                }
                if let Some(first) = records.insert(&decl.name.node, decl) {
                    faults.push(errors::declared_twice(
                        "record",
                        &decl.name,
                        decl.name.span,
                        first.name.span,
                    ));
                }
                if let Some(id) = names.enum_named(&decl.name) {
                    let first = names.schema.choice(id).span;
                    faults.push(errors::declared_twice(
                        "record",
                        &decl.name,
                        decl.name.span,
                        first,
                    ));
                }
            }
            ast::Item::Act(act) => {
                if let Some(first) = names.acts.insert(&act.name.node, act) {
                    faults.push(errors::declared_twice(
                        "act",
                        &act.name,
                        act.name.span,
                        first.name.span,
                    ));
                }
            }
            ast::Item::Define(define) => {
                if let Some(first) = names.defines.insert(&define.name.node, define) {
                    faults.push(errors::declared_twice(
                        "definition",
                        &define.name,
                        define.name.span,
                        first.name.span,
                    ));
                }
            }
            ast::Item::License(layer) => names.declare_layer(layer, true, faults),
            ast::Item::Policy(layer) => names.declare_layer(layer, false, faults),
            ast::Item::Fact(field) => names.declare_choices(&field.kind),
            ast::Item::Territory(_) | ast::Item::Language(_) | ast::Item::Import(_) => {}
        }
    }
    territories(&mut names, items(), faults);
    for (name, decl) in &records {
        names.schema.records.push(Record {
            name: (*name).to_owned(),
            doc: decl.doc.clone(),
            fields: IndexMap::new(),
            span: decl.name.span,
        });
    }
    for decl in records.values() {
        let id = names
            .schema
            .record_named(&decl.name)
            .expect("every record was declared above");
        for field in &decl.fields {
            names.declare_field(id, field, faults);
        }
    }
    for item in items() {
        if let ast::Item::Fact(field) = item {
            names.declare_field(Schema::ROOT, field, faults);
        }
    }
    shadows(&names, faults);
    circles(&names, &records, faults);
    names
}

fn territories<'a>(
    names: &mut Names,
    items: impl Iterator<Item = &'a ast::Item>,
    faults: &mut Vec<Diagnostic>,
) {
    let declared: Vec<&ast::Territory> = items
        .filter_map(|item| match item {
            ast::Item::Territory(territory) => Some(territory),
            _ => None,
        })
        .collect();
    for decl in &declared {
        if let Some(first) = names
            .schema
            .territories
            .iter()
            .find(|t| t.name == decl.name.node)
        {
            faults.push(errors::declared_twice(
                "territory",
                &decl.name,
                decl.name.span,
                first.span,
            ));
            continue;
        }
        names.schema.territories.push(Territory {
            name: decl.name.node.clone(),
            parts: Vec::new(),
            span: decl.name.span,
        });
    }
    for decl in &declared {
        let mut parts = Vec::new();
        for part in &decl.parts {
            match names.schema.place(&part.name) {
                Some(place) => parts.push(Part {
                    place,
                    from: part.from,
                    until: part.until,
                }),
                None => {
                    let known = names.schema.territories.iter().map(|t| t.name.as_str());
                    faults.push(errors::unknown(
                        "country or territory",
                        &part.name,
                        part.name.span,
                        known,
                    ));
                }
            }
        }
        if let Some(territory) = names
            .schema
            .territories
            .iter_mut()
            .find(|t| t.span == decl.name.span)
        {
            territory.parts = parts;
        }
    }
    // A territory inside itself would make membership endless.
    let count = names.schema.territories.len();
    for start in 0..count {
        let mut seen = vec![false; count];
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            for part in &names.schema.territories[at].parts {
                if let crate::value::Place::Territory(next) = part.place {
                    let next = next as usize;
                    if next == start {
                        let territory = &names.schema.territories[start];
                        faults.push(errors::circular(
                            "territory",
                            &territory.name,
                            territory.span,
                        ));
                        names.schema.territories[start].parts.clear();
                        open.clear();
                        break;
                    }
                    if !std::mem::replace(&mut seen[next], true) {
                        open.push(next);
                    }
                }
            }
        }
    }
}

/// Facts, acts, definitions and judgments share one space of names: a name means one thing.
fn shadows(names: &Names, faults: &mut Vec<Diagnostic>) {
    let facts = &names.schema.root().fields;
    let fact = |name: &str| facts.get(name).map(|field| field.span);
    let built_in = |name: &str| {
        matches!(name, "model" | "origin" | "lineage" | "license").then_some(Span::NOWHERE)
    };
    let act = |name: &str| names.acts.get(name).map(|act| act.name.span);
    let define = |name: &str| names.defines.get(name).map(|define| define.name.span);
    for act in names.acts.values() {
        let name = &act.name;
        if let Some(first) = fact(name).or_else(|| built_in(name)) {
            faults.push(errors::declared_twice("name", name, name.span, first));
        }
    }
    for define in names.defines.values() {
        let name = &define.name;
        if let Some(first) = fact(name).or_else(|| built_in(name)).or_else(|| act(name)) {
            faults.push(errors::declared_twice("name", name, name.span, first));
        }
    }
    for (layer, _) in names.layers.values() {
        for member in &layer.members {
            let name = match member {
                ast::Member::Judgment(judgment) => &judgment.name,
                ast::Member::Define(define) => &define.name,
                _ => continue,
            };
            let taken = fact(name).or_else(|| built_in(name)).or_else(|| act(name));
            if let Some(first) = taken.or_else(|| define(name)) {
                faults.push(errors::declared_twice("name", name, name.span, first));
            }
        }
    }
}

/// Records that contain themselves.
fn circles(names: &Names, records: &IndexMap<&str, &ast::Record>, faults: &mut Vec<Diagnostic>) {
    fn inner(kind: &Kind) -> Option<RecordId> {
        match kind {
            Kind::Record(id) => Some(*id),
            Kind::List(kind) | Kind::Series(_, kind) => inner(kind),
            _ => None,
        }
    }
    for (name, decl) in records {
        let Some(start) = names.schema.record_named(name) else {
            continue;
        };
        let mut seen = vec![start];
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            for field in names.schema.record(at).fields.values() {
                let Some(next) = inner(&field.kind) else {
                    continue;
                };
                if next == start {
                    faults.push(errors::circular("record", name, decl.name.span));
                    open.clear();
                    break;
                }
                if !seen.contains(&next) {
                    seen.push(next);
                    open.push(next);
                }
            }
        }
    }
}

impl<'a> Names<'a> {
    fn declare_enum(&mut self, decl: &ast::Enum, faults: &mut Vec<Diagnostic>) {
        if let Some(id) = self.enum_named(&decl.name) {
            let first = self.schema.choice(id).span;
            faults.push(errors::declared_twice(
                "enum",
                &decl.name,
                decl.name.span,
                first,
            ));
            return;
        }
        let mut choices: Vec<Choice> = Vec::new();
        for (word, doc) in &decl.choices {
            if !word.starts_with(|c: char| c.is_ascii_alphabetic()) {
                faults.push(errors::misplaced(
                    &format!("the member `{}` does not start with a letter", word.node),
                    word.span,
                    "start it with a letter, so that conditions can name it",
                ));
            }
            if choices.iter().any(|choice| choice.name == word.node) {
                let first = decl
                    .choices
                    .iter()
                    .find(|(other, _)| other.node == word.node);
                let first = first.map_or(Span::NOWHERE, |(word, _)| word.span);
                faults.push(errors::declared_twice("member", word, word.span, first));
            } else {
                choices.push(Choice {
                    name: word.node.clone(),
                    doc: doc.clone(),
                });
            }
        }
        self.add_enum(Enum {
            name: decl.name.node.clone(),
            choices,
            span: decl.name.span,
        });
    }

    fn add_enum(&mut self, new: Enum) -> EnumId {
        let id = EnumId(u16::try_from(self.schema.enums.len()).unwrap_or(u16::MAX));
        self.schema.enums.push(new);
        id
    }

    fn declare_layer(
        &mut self,
        layer: &'a ast::Layer,
        license: bool,
        faults: &mut Vec<Diagnostic>,
    ) {
        if let Some((first, _)) = self.layers.insert(&layer.name.node, (layer, license)) {
            faults.push(errors::declared_twice(
                "id",
                &layer.name,
                layer.name.span,
                first.name.span,
            ));
        }
        if let Some(known) = self.known.iter().find(|known| known.id == layer.name.node) {
            faults.push(errors::declared_twice(
                "id",
                &layer.name,
                layer.name.span,
                known.span,
            ));
        }
    }

    fn declare_field(&mut self, record: RecordId, decl: &ast::Field, faults: &mut Vec<Diagnostic>) {
        let Some(kind) = self.kind(&decl.kind, faults) else {
            return;
        };
        let default = decl.default.as_ref().and_then(|value| {
            let value_kind = kind.clone();
            self.default_value(value, &value_kind, decl.kind.or_none, faults)
        });
        let field = Field {
            name: decl.name.node.clone(),
            kind,
            or_none: decl.kind.or_none,
            default,
            doc: decl.doc.clone(),
            span: decl.name.span,
        };
        if let Some(first) = self.schema.record(record).fields.get(&decl.name.node) {
            faults.push(errors::declared_twice(
                "fact",
                &decl.name,
                decl.name.span,
                first.span,
            ));
            return;
        }
        let fields = &mut self.schema.records[record.0 as usize].fields;
        fields.insert(decl.name.node.clone(), field);
    }

    /// Numbers the members of a `one of`. The same members are the same kind, wherever they are listed.
    fn one_of(&mut self, words: &[ast::Word], span: Span) -> EnumId {
        let same = |e: &Enum| {
            e.name.is_empty()
                && e.choices
                    .iter()
                    .map(|c| &c.name)
                    .eq(words.iter().map(|w| &w.node))
        };
        if let Some(at) = self.schema.enums.iter().position(same) {
            return EnumId(u16::try_from(at).unwrap_or(u16::MAX));
        }
        let choices = words.iter().map(|word| Choice {
            name: word.node.clone(),
            doc: None,
        });
        let choices = choices.collect();
        self.add_enum(Enum {
            name: String::new(),
            choices,
            span,
        })
    }

    /// Numbers every `one of` where it stands in the text, before any field is declared: so a text
    /// that is read later never moves a number of one that was read earlier.
    fn declare_choices(&mut self, kind: &ast::Kind) {
        match &kind.base {
            ast::KindBase::OneOf(words) => {
                self.one_of(words, kind.span);
            }
            ast::KindBase::List(inner) => self.declare_choices(inner),
            ast::KindBase::Count(_) | ast::KindBase::Named(_) => {}
        }
    }

    /// The kind a declaration names.
    pub fn kind(&mut self, kind: &ast::Kind, faults: &mut Vec<Diagnostic>) -> Option<Kind> {
        let base = match &kind.base {
            ast::KindBase::List(inner) => Kind::List(Box::new(self.kind(inner, faults)?)),
            ast::KindBase::OneOf(words) => Kind::Choice(self.one_of(words, kind.span)),
            ast::KindBase::Count(unit) => {
                match self.schema.units.iter().position(|u| *u == unit.node) {
                    Some(at) => Kind::Count(u16::try_from(at).ok()?),
                    None => {
                        faults.push(errors::unknown(
                            "unit",
                            unit,
                            unit.span,
                            self.schema.units.iter().map(String::as_str),
                        ));
                        return None;
                    }
                }
            }
            ast::KindBase::Named(name) => match self.kind_named(name) {
                Some(kind) => kind,
                None => {
                    let declared = self.schema.records.iter().map(|r| r.name.as_str());
                    let enums = self.schema.enums.iter().map(|e| e.name.as_str());
                    let built_in = BUILT_IN.iter().map(|(name, _)| *name);
                    let known = built_in
                        .chain(declared.skip(1))
                        .chain(enums.filter(|n| !n.is_empty()));
                    faults.push(errors::unknown("kind", name, name.span, known));
                    return None;
                }
            },
        };
        Some(match kind.series {
            None => base,
            Some(ast::Period::Month) => Kind::Series(Period::Month, Box::new(base)),
            Some(ast::Period::Year) => Kind::Series(Period::Year, Box::new(base)),
        })
    }

    /// The built-in kind, record or enum called `name`.
    pub fn kind_named(&self, name: &str) -> Option<Kind> {
        if let Some((_, kind)) = BUILT_IN.iter().find(|(built_in, _)| *built_in == name) {
            return Some(kind.clone());
        }
        if let Some(id) = self
            .schema
            .record_named(name)
            .filter(|id| *id != Schema::ROOT)
        {
            return Some(Kind::Record(id));
        }
        self.enum_named(name).map(Kind::Choice)
    }

    /// The number of the enum called `name`.
    pub fn enum_named(&self, name: &str) -> Option<EnumId> {
        let at = self
            .schema
            .enums
            .iter()
            .position(|e| e.name == name && !name.is_empty())?;
        u16::try_from(at).ok().map(EnumId)
    }

    /// A default as declared, fitted to its kind.
    pub fn default_value(
        &self,
        value: &crate::source::Spanned<ast::Value>,
        kind: &Kind,
        or_none: bool,
        faults: &mut Vec<Diagnostic>,
    ) -> Option<FactDefault> {
        let fitted = match (&value.node, kind) {
            (ast::Value::None, _) if or_none => DefaultValue::None,
            (ast::Value::List(parts), Kind::List(inner)) => {
                let parts = parts
                    .iter()
                    .map(|part| self.value(&part.node, part.span, inner, faults));
                DefaultValue::List(parts.collect::<Option<_>>()?)
            }
            (other, kind) => DefaultValue::Value(self.value(other, value.span, kind, faults)?),
        };
        Some(FactDefault {
            value: fitted,
            span: value.span,
        })
    }

    /// Whether a license is declared or known under this id.
    pub fn is_license(&self, id: &str) -> bool {
        self.layers.get(id).is_some_and(|(_, license)| *license)
            || self
                .known
                .iter()
                .any(|known| known.license && known.id == id)
    }

    /// Every license id.
    pub fn license_ids(&self) -> impl Iterator<Item = &str> {
        let declared = self
            .layers
            .iter()
            .filter(|(_, (_, license))| *license)
            .map(|(id, _)| *id);
        declared.chain(
            self.known
                .iter()
                .filter(|k| k.license)
                .map(|k| k.id.as_str()),
        )
    }
}

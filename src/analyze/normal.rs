//! What two versions of one license call differently: names, the measured month, dates, models.

use crate::eval::NamePattern;
use crate::ir::{Atom, Layer, Node, NodeId, Operand, Path, Says, Step};
use crate::value::{Kind, Month, Period, Schema, Value};
use indexmap::IndexMap;
use jiff::civil::Date;

/// How the newer text's own words are said in the older.
#[derive(Debug, Default)]
pub struct Normal {
    /// Names of the newer version, each with that of the older.
    names: Vec<(String, String)>,
    /// Entries of series: path without the entry, newer entry, older entry.
    entries: Vec<(Path, i32, i32)>,
    /// The days of release: newer, older.
    released: Option<(Date, Date)>,
}

/// The words of a title that name the version: all but those it ends with in both.
fn versions(old: &str, new: &str) -> (String, String) {
    let (a, b): (Vec<&str>, Vec<&str>) = (
        old.split_whitespace().collect(),
        new.split_whitespace().collect(),
    );
    let same = a.iter().rev().zip(b.iter().rev());
    let same = same.take_while(|(a, b)| a == b).count();
    let words = |all: &[&str]| all[..all.len() - same].join(" ");
    (words(&a), words(&b))
}

impl Normal {
    /// What `new` calls differently than `old`.
    pub fn of(old: &Layer, new: &Layer) -> Normal {
        let mut names = Vec::new();
        let (before, after) = versions(&old.title, &new.title);
        if before != after && !before.is_empty() && !after.is_empty() {
            names.push((after, before));
        }
        if old.id != new.id {
            names.push((new.id.clone(), old.id.clone()));
        }
        let mut entries = Vec::new();
        let (before, after) = (measured(old), measured(new));
        for (path, months) in &after {
            if let ([new], Some([old])) = (months.as_slice(), before.get(path).map(Vec::as_slice))
                && new != old
            {
                entries.push((path.clone(), *new, *old));
            }
        }
        let dates = |layer: &Layer| layer.terms().and_then(|terms| terms.released);
        let released = dates(new).zip(dates(old)).filter(|(a, b)| a != b);
        Normal {
            names,
            entries,
            released,
        }
    }

    /// A text with the newer names replaced.
    pub fn text(&self, text: &str) -> String {
        // All at once, so that no replacement is replaced again.
        let (mut out, mut rest) = (String::new(), text);
        while !rest.is_empty() {
            match self
                .names
                .iter()
                .find(|(new, _)| rest.starts_with(new.as_str()))
            {
                Some((new, old)) => {
                    out.push_str(old);
                    rest = &rest[new.len()..];
                }
                None => {
                    let next = rest.chars().next().map_or(1, char::len_utf8);
                    out.push_str(&rest[..next]);
                    rest = &rest[next..];
                }
            }
        }
        out
    }

    fn path(&self, path: &Path) -> Path {
        let mut mapped = path.clone();
        if let Some(at) = entry(path) {
            let bare = bare(path);
            let found = self
                .entries
                .iter()
                .find(|(known, new, _)| *known == bare && path.steps[at] == Step::Entry(*new));
            if let Some((_, _, old)) = found {
                mapped.steps[at] = Step::Entry(*old);
            }
        }
        mapped
    }

    fn value(&self, value: &Value) -> Value {
        match value {
            Value::Text(text) => Value::Text(self.text(text).into()),
            Value::Date(date) => match self.released {
                Some((new, old)) if new == *date => Value::Date(old),
                _ => value.clone(),
            },
            same => same.clone(),
        }
    }

    fn operand(&self, operand: &Operand) -> Operand {
        match operand {
            Operand::Const(value) => Operand::Const(self.value(value)),
            Operand::Fact(path, by) => Operand::Fact(self.path(path), *by),
            Operand::CountOf(path) => Operand::CountOf(self.path(path)),
            same => same.clone(),
        }
    }

    /// An atom of the newer text in the words of the older.
    fn atom(&self, atom: &Atom) -> Atom {
        let values = |values: &[Value]| values.iter().map(|value| self.value(value)).collect();
        match atom {
            Atom::Holds(path) => Atom::Holds(self.path(path)),
            Atom::IsNone(path) => Atom::IsNone(self.path(path)),
            Atom::Compare(a, operator, b) => {
                Atom::Compare(self.operand(a), *operator, self.operand(b))
            }
            Atom::In(path, all) => Atom::In(self.path(path), values(all)),
            Atom::Within(path, place) => Atom::Within(self.path(path), place.clone()),
            Atom::Includes(path, one) => Atom::Includes(self.path(path), self.operand(one)),
            Atom::Begins(path, text) => Atom::Begins(self.path(path), self.text(text).into()),
            Atom::Matches(path, text) => Atom::Matches(self.path(path), self.text(text).into()),
        }
    }

    /// A layer in the words of the older, and without conditions on the names of the models that
    /// `layer` itself covers.
    pub fn layer(&self, layer: &Layer, schema: &Schema) -> Layer {
        let mut out = layer.clone();
        let own: Vec<bool> = layer
            .atoms
            .iter()
            .map(|atom| names_own_model(atom, layer, schema))
            .collect();
        out.atoms = layer.atoms.iter().map(|atom| self.atom(atom)).collect();
        out.lists = layer.lists.iter().map(|path| self.path(path)).collect();
        for node in &mut out.nodes {
            if let Node::Atom(at) = node
                && own[*at as usize]
            {
                *node = Node::Const(false);
            }
        }
        out
    }

    /// What two clauses call differently, as `old → new`.
    pub fn changes(&self, old: (&Layer, u16), new: (&Layer, u16), schema: &Schema) -> Vec<String> {
        let mut changes = Vec::new();
        let mut add = |before: String, after: String| {
            let said = format!("{before} → {after}");
            if before != after && !changes.contains(&said) {
                changes.push(said);
            }
        };
        let atoms = atoms_of(new.0, new.1);
        for atom in atoms.iter().map(|at| &new.0.atoms[*at as usize]) {
            for path in paths(atom) {
                if let Some(at) = entry(path) {
                    let mapped = self.path(path);
                    let shown = |path: &Path| match path.steps[at] {
                        Step::Entry(n) if is_monthly(path, schema) => Month(n).to_string(),
                        Step::Entry(n) => n.to_string(),
                        _ => String::new(),
                    };
                    add(shown(&mapped), shown(path));
                }
            }
            for value in constants(atom) {
                match &value {
                    // Of a text, the names in it.
                    Value::Text(text) => {
                        let names = self.names.iter();
                        for (new, old) in names.filter(|(new, _)| text.contains(new.as_str())) {
                            add(old.clone(), new.clone());
                        }
                    }
                    value => add(self.value(value).to_string(), value.to_string()),
                }
            }
        }
        let models = |layer: &Layer, clause: u16| -> Vec<String> {
            let atoms = atoms_of(layer, clause).into_iter();
            let atoms = atoms.map(|at| &layer.atoms[at as usize]);
            atoms
                .filter(|atom| names_own_model(atom, layer, schema))
                .flat_map(constants)
                .filter_map(|value| match value {
                    Value::Text(text) => Some(text.to_string()),
                    _ => None,
                })
                .collect()
        };
        let (before, after) = (models(old.0, old.1), models(new.0, new.1));
        if before != after {
            let shown = |names: &[String]| match names {
                [] => "no model".to_owned(),
                names => names.join(", "),
            };
            let said = format!("names {} → {}", shown(&before), shown(&after));
            changes.push(said);
        }
        changes
    }
}

fn is_monthly(path: &Path, schema: &Schema) -> bool {
    matches!(bare(path).kind(schema).0, Kind::Series(Period::Month, _))
}

fn entry(path: &Path) -> Option<usize> {
    path.steps
        .iter()
        .position(|step| matches!(step, Step::Entry(_)))
}

/// A path up to the series it takes an entry of.
fn bare(path: &Path) -> Path {
    let mut bare = path.clone();
    bare.steps.truncate(entry(path).unwrap_or(path.steps.len()));
    bare
}

/// The entries each series is asked for.
fn measured(layer: &Layer) -> IndexMap<Path, Vec<i32>> {
    let mut found: IndexMap<Path, Vec<i32>> = IndexMap::new();
    for path in layer.atoms.iter().flat_map(paths) {
        if let Some(at) = entry(path)
            && let Step::Entry(month) = path.steps[at]
        {
            let months = found.entry(bare(path)).or_default();
            if !months.contains(&month) {
                months.push(month);
            }
        }
    }
    found
}

fn paths(atom: &Atom) -> Vec<&Path> {
    fn of(operand: &Operand) -> Option<&Path> {
        match operand {
            Operand::Fact(path, _) | Operand::CountOf(path) => Some(path),
            _ => None,
        }
    }
    match atom {
        Atom::Holds(path)
        | Atom::IsNone(path)
        | Atom::In(path, _)
        | Atom::Within(path, _)
        | Atom::Begins(path, _)
        | Atom::Matches(path, _) => vec![path],
        Atom::Includes(path, operand) => std::iter::once(path).chain(of(operand)).collect(),
        Atom::Compare(a, _, b) => of(a).into_iter().chain(of(b)).collect(),
    }
}

fn constants(atom: &Atom) -> Vec<Value> {
    let of = |operand: &Operand| match operand {
        Operand::Const(value) => vec![value.clone()],
        _ => Vec::new(),
    };
    match atom {
        Atom::In(_, values) => values.clone(),
        Atom::Begins(_, text) | Atom::Matches(_, text) => vec![Value::Text(text.clone())],
        Atom::Includes(_, operand) => of(operand),
        Atom::Compare(a, _, b) => [of(a), of(b)].concat(),
        _ => Vec::new(),
    }
}

/// Whether an atom asks for the name of a model the layer lists as its own.
fn names_own_model(atom: &Atom, layer: &Layer, schema: &Schema) -> bool {
    let Some(terms) = layer.terms() else {
        return false;
    };
    let [path] = paths(atom)[..] else {
        return false;
    };
    if path.kind(schema).0 != Kind::ModelName {
        return false;
    }
    let covered = |text: &str| {
        terms.models.iter().any(|pattern| {
            let base = pattern.rsplit('/').next().unwrap_or(pattern);
            let plain = base.find(['*', '?', '[', '{']).unwrap_or(base.len());
            let plain = &base[..plain];
            NamePattern::new(pattern).matches(text)
                || (!plain.is_empty() && text.starts_with(plain))
                || plain.strip_suffix('-') == Some(text)
        })
    };
    let texts = constants(atom);
    !texts.is_empty()
        && texts
            .iter()
            .all(|value| matches!(value, Value::Text(text) if covered(text)))
}

/// The atoms of a clause's own condition, and of what it requires.
fn atoms_of(layer: &Layer, clause: u16) -> Vec<u32> {
    let known = &layer.clauses[clause as usize];
    let mut open = vec![known.condition];
    if let Says::Require(holds) = known.says {
        open.push(holds);
    }
    let mut atoms = Vec::new();
    let mut seen = vec![false; layer.nodes.len()];
    nodes(layer, open, &mut seen, &mut |node| {
        if let Node::Atom(at) = node
            && !atoms.contains(&at)
        {
            atoms.push(at);
        }
    });
    atoms.sort_unstable();
    atoms
}

/// Visits every node below some nodes, each once.
pub fn nodes(layer: &Layer, mut open: Vec<NodeId>, seen: &mut [bool], see: &mut dyn FnMut(Node)) {
    while let Some(id) = open.pop() {
        if std::mem::replace(&mut seen[id.0 as usize], true) {
            continue;
        }
        let node = layer.node(id);
        see(node);
        match node {
            Node::Not(inner) | Node::Named(inner) | Node::Quantified(_, _, inner) => {
                open.push(inner);
            }
            Node::All(children) | Node::Any(children) => open.extend(layer.children(children)),
            Node::Effect(clause) => open.push(layer.clauses[clause as usize].effect),
            _ => {}
        }
    }
}

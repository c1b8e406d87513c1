//! A program for people and snapshots: one line per atom and per clause.

use super::{
    Act, Atom, Children, Each, Layer, LayerKind, Level, Node, NodeId, Operand, Operator, Path,
    Program, Quantity, Root, Says,
};
use crate::value::{Duration, Kind, Schema, Value};
use std::fmt::Write;

/// The program as text. Atoms are numbered `a0`, `a1`, …; clauses show their conditions over them.
pub fn dump(program: &Program) -> String {
    let mut out = String::new();
    for layer in &program.layers {
        dump_layer(layer, program, &mut out);
    }
    out
}

fn dump_layer(layer: &Layer, program: &Program, out: &mut String) {
    let dumper = Dumper {
        layer,
        schema: &program.schema,
        acts: &program.acts,
        spelled: None,
    };
    let what = match &layer.kind {
        LayerKind::License(_) => "license",
        LayerKind::Policy(house) if house.closed => "closed policy",
        LayerKind::Policy(_) => "policy",
    };
    let mut line = |text: String| {
        let _ = writeln!(out, "{text}");
    };
    line(format!("{what} {}", layer.id));
    for (at, atom) in layer.atoms.iter().enumerate() {
        line(format!(
            "  a{at} = {}",
            said_atom(atom, &program.schema, Names::default())
        ));
    }
    for (act, node) in program.acts.iter().zip(&layer.acts) {
        line(format!("  act {} when {}", act.name, dumper.node(*node, 0)));
    }
    for clause in &layer.clauses {
        let each = match clause.each {
            Each::License => "",
            Each::Model => " for each model",
            Each::Deployment => " once",
        };
        let mut said = format!("  {}{each}: {}", clause.name, dumper.says(&clause.says));
        if !matches!(layer.node(clause.condition), Node::Const(true)) {
            said.push_str(" when ");
            said.push_str(&dumper.node(clause.condition, 0));
        }
        for exception in &clause.exceptions {
            said.push_str(" unless ");
            said.push_str(&layer.clauses[*exception as usize].name);
        }
        line(said);
    }
    for rule in &layer.enforce {
        let level = match rule.level {
            Level::Advisory => "advisory",
            Level::Mandatory => "mandatory",
            Level::Hard => "hard",
        };
        line(format!(
            "  enforce {} {level}",
            layer.clauses[rule.clause as usize].name
        ));
    }
}

/// A condition on the elements of a list as written, in words of their own: those of records are left
/// out, for their fields speak for themselves, others are `it`.
pub fn said_of_elements(layer: &Layer, body: NodeId, records: bool, schema: &Schema) -> String {
    let names = Names {
        element: Some(if records { "" } else { "it" }),
        license: layer.terms().map(|_| layer.id.as_str()),
    };
    let dumper = Dumper {
        layer,
        schema,
        acts: &[],
        spelled: Some(names),
    };
    let mut body = body;
    while let Node::Named(inner) = layer.node(body) {
        body = inner;
    }
    match layer.node(body) {
        Node::All(children) => dumper.joined(children, " and ", 0),
        Node::Any(children) => dumper.joined(children, " or ", 0),
        _ => dumper.node(body, 0),
    }
}

/// What paths are called that do not start at the deployment.
#[derive(Clone, Copy, Default)]
pub struct Names<'n> {
    /// Elements of lists; `e0`, `e1`, … unless said.
    pub element: Option<&'n str>,
    /// The license that is asked about, if it is known.
    pub license: Option<&'n str>,
}

struct Dumper<'a> {
    layer: &'a Layer,
    schema: &'a Schema,
    acts: &'a [Act],
    /// The names in atoms, where they are spelled out rather than numbered.
    spelled: Option<Names<'a>>,
}

impl Dumper<'_> {
    fn acts(&self, acts: &[u16]) -> String {
        let names = acts
            .iter()
            .map(|act| self.acts[*act as usize].name.as_str());
        names.collect::<Vec<_>>().join(", ")
    }

    fn clauses(&self, clauses: &[u16]) -> String {
        let names = clauses
            .iter()
            .map(|at| self.layer.clauses[*at as usize].name.as_str());
        names.collect::<Vec<_>>().join(", ")
    }

    fn says(&self, says: &Says) -> String {
        match says {
            Says::Grant(acts) => format!("grant {}", self.acts(acts)),
            Says::Forbid(acts) if acts.is_empty() => "forbid".to_owned(),
            Says::Forbid(acts) => format!("forbid {}", self.acts(acts)),
            Says::Require(node) => format!("require {}", self.node(*node, 0)),
            Says::Exception(targets) => format!("exception to {}", self.clauses(targets)),
            Says::End(grants) if grants.is_empty() => "end".to_owned(),
            Says::End(grants) => format!("end {}", self.clauses(grants)),
            Says::Term(_) => "term".to_owned(),
        }
    }

    fn joined(&self, children: Children, word: &str, depth: usize) -> String {
        let each = self.layer.children(children).iter();
        let parts: Vec<String> = each.map(|id| self.node(*id, depth)).collect();
        parts.join(word)
    }

    fn node(&self, id: NodeId, depth: usize) -> String {
        match self.layer.node(id) {
            Node::Const(yes) => yes.to_string(),
            Node::Atom(at) => match self.spelled {
                None => format!("a{at}"),
                Some(names) => said_atom(&self.layer.atoms[at as usize], self.schema, names),
            },
            Node::Not(inner) => format!("not {}", self.node(inner, depth)),
            Node::All(children) => format!("({})", self.joined(children, " and ", depth)),
            Node::Any(children) => format!("({})", self.joined(children, " or ", depth)),
            Node::Named(inner) => self.node(inner, depth),
            Node::Quantified(quantity, list, body) => {
                let list = said_path(
                    &self.layer.lists[list as usize],
                    self.schema,
                    self.spelled.unwrap_or_default(),
                );
                let body = self.node(body, depth + 1);
                format!(
                    "{} e{depth} in {list} satisfies ({body})",
                    said_quantity(quantity)
                )
            }
            Node::Reading(question, reading) => {
                let question = &self.layer.questions[question as usize];
                format!(
                    "{} reads {}",
                    question.name, question.readings[reading as usize].name
                )
            }
            Node::Judgment(judgment) => self.layer.judgments[judgment as usize].name.clone(),
            Node::Dated(from, until) => {
                let day = |date: Option<jiff::civil::Date>| {
                    date.map_or_else(|| "…".to_owned(), |d| d.to_string())
                };
                format!("{}..{}", day(from), day(until))
            }
            Node::Reported => "reported".to_owned(),
            Node::Effect(clause) => self.layer.clauses[clause as usize].name.clone(),
        }
    }
}

/// How many, as written.
fn said_quantity(quantity: Quantity) -> String {
    match quantity {
        Quantity::Any => "any".to_owned(),
        Quantity::All => "all".to_owned(),
        Quantity::No => "no".to_owned(),
        Quantity::AtLeast(n) => format!("at least {n}"),
        Quantity::AtMost(n) => format!("at most {n}"),
        Quantity::Exactly(n) => format!("exactly {n}"),
    }
}

/// A path as written.
pub fn said_path(path: &Path, schema: &Schema, names: Names) -> String {
    if let (Root::License, Some(id), Kind::LicenseName) =
        (path.root, names.license, path.kind(schema).0)
    {
        return id.to_owned();
    }
    let start = match path.root {
        Root::Deployment => String::new(),
        Root::Model => "model".to_owned(),
        Root::Origin => "origin".to_owned(),
        Root::Lineage => "lineage".to_owned(),
        Root::License => "license".to_owned(),
        Root::Element(n) => match names.element {
            Some(element) => element.to_owned(),
            None => format!("e{n}"),
        },
    };
    path.said(&start, schema)
}

/// An atom as written.
pub fn said_atom(atom: &Atom, schema: &Schema, names: Names) -> String {
    let path = |path: &Path| said_path(path, schema, names);
    match atom {
        Atom::Holds(fact) => path(fact),
        Atom::IsNone(fact) => format!("{} is none", path(fact)),
        Atom::Compare(left, operator, right) => {
            let kind = operand_kind(left, schema).or_else(|| operand_kind(right, schema));
            let side = |operand| said_operand(operand, kind.as_ref(), schema, names);
            format!(
                "{} {} {}",
                side(left),
                said_operator(*operator),
                side(right)
            )
        }
        Atom::In(fact, values) => {
            let kind = fact.kind(schema).0;
            let values: Vec<String> = values
                .iter()
                .map(|value| value.said(&kind, schema))
                .collect();
            format!("{} in ({})", path(fact), values.join(", "))
        }
        Atom::Within(fact, place) => {
            format!("{} in {}", path(fact), place.said(&Kind::Territory, schema))
        }
        Atom::Includes(list, operand) => {
            let kind = match list.kind(schema).0 {
                Kind::List(inner) => Some(*inner),
                _ => None,
            };
            let operand = said_operand(operand, kind.as_ref(), schema, names);
            format!("{} includes {operand}", path(list))
        }
        Atom::Begins(fact, prefix) => format!("{} begins with \"{prefix}\"", path(fact)),
        Atom::Matches(fact, pattern) => format!("{} matches \"{pattern}\"", path(fact)),
    }
}

fn operand_kind(operand: &Operand, schema: &Schema) -> Option<Kind> {
    match operand {
        Operand::Fact(path, _) => Some(path.kind(schema).0),
        Operand::CountOf(_) => Some(Kind::Count(u16::MAX)),
        Operand::Const(_) => None,
        Operand::Today(_) => Some(Kind::Date),
    }
}

fn said_operand(operand: &Operand, kind: Option<&Kind>, schema: &Schema, names: Names) -> String {
    let moved = |start: String, by: &Duration| match (by.months, by.days) {
        (0, 0) => start,
        (m, d) if m < 0 || d < 0 => format!("{start} - {}", Value::Duration(by.back())),
        _ => format!("{start} + {}", Value::Duration(*by)),
    };
    match operand {
        Operand::Fact(path, None) => said_path(path, schema, names),
        Operand::Fact(path, Some(by)) => moved(said_path(path, schema, names), by),
        Operand::CountOf(path) => format!("count of {}", said_path(path, schema, names)),
        Operand::Const(value) => value.said(kind.unwrap_or(&Kind::Text), schema),
        Operand::Today(by) => moved("today".to_owned(), by),
    }
}

/// An operator as written.
pub fn said_operator(operator: Operator) -> &'static str {
    match operator {
        Operator::Is => "is",
        Operator::IsNot => "is not",
        Operator::Less => "<",
        Operator::LessEqual => "<=",
        Operator::Greater => ">",
        Operator::GreaterEqual => ">=",
    }
}

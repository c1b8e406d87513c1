//! A program for people and snapshots: one line per atom and per clause.

use super::{
    Atom, Each, Layer, LayerKind, Level, Node, NodeId, Operand, Operator, Path, Program, Quantity,
    Root, Says,
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
    let dumper = Dumper { layer, program };
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
            said_atom(atom, &program.schema, "")
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

struct Dumper<'a> {
    layer: &'a Layer,
    program: &'a Program,
}

impl Dumper<'_> {
    fn acts(&self, acts: &[u16]) -> String {
        let names = acts
            .iter()
            .map(|act| self.program.acts[*act as usize].name.as_str());
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

    fn node(&self, id: NodeId, depth: usize) -> String {
        let many = |children, word: &str| {
            let parts = self
                .layer
                .children(children)
                .iter()
                .map(|id| self.node(*id, depth));
            format!("({})", parts.collect::<Vec<_>>().join(word))
        };
        match self.layer.node(id) {
            Node::Const(yes) => yes.to_string(),
            Node::Atom(at) => format!("a{at}"),
            Node::Not(inner) => format!("not {}", self.node(inner, depth)),
            Node::All(children) => many(children, " and "),
            Node::Any(children) => many(children, " or "),
            Node::Named(inner) => self.node(inner, depth),
            Node::Quantified(quantity, list, body) => {
                let list = said_path(&self.layer.lists[list as usize], &self.program.schema, "");
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

/// A path as written; elements of lists are `e0`, `e1`, …, or what `element` says.
pub fn said_path(path: &Path, schema: &Schema, element: &str) -> String {
    let start = match path.root {
        Root::Deployment => String::new(),
        Root::Model => "model".to_owned(),
        Root::Origin => "origin".to_owned(),
        Root::Lineage => "lineage".to_owned(),
        Root::License => "license".to_owned(),
        Root::Element(n) if element.is_empty() => format!("e{n}"),
        Root::Element(_) => element.to_owned(),
    };
    path.said(&start, schema)
}

/// An atom as written.
pub fn said_atom(atom: &Atom, schema: &Schema, element: &str) -> String {
    let path = |path: &Path| said_path(path, schema, element);
    match atom {
        Atom::Holds(fact) => path(fact),
        Atom::IsNone(fact) => format!("{} is none", path(fact)),
        Atom::Compare(left, operator, right) => {
            let kind = operand_kind(left, schema).or_else(|| operand_kind(right, schema));
            let side = |operand| said_operand(operand, kind.as_ref(), schema, element);
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
            let operand = said_operand(operand, kind.as_ref(), schema, element);
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

fn said_operand(operand: &Operand, kind: Option<&Kind>, schema: &Schema, element: &str) -> String {
    let moved = |start: String, by: &Duration| match (by.months, by.days) {
        (0, 0) => start,
        (m, d) if m < 0 || d < 0 => format!("{start} - {}", Value::Duration(by.back())),
        _ => format!("{start} + {}", Value::Duration(*by)),
    };
    match operand {
        Operand::Fact(path, None) => said_path(path, schema, element),
        Operand::Fact(path, Some(by)) => moved(said_path(path, schema, element), by),
        Operand::CountOf(path) => format!("count of {}", said_path(path, schema, element)),
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

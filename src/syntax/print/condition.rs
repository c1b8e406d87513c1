//! Conditions: on one line while they fit, then broken at their outermost joints.

use super::super::ast::{Expr, ExprNode, Includes, Quantified};
use super::value::{at, duration, operator, quantity, quoted, sign, value};
use super::{WIDTH, fill, may_start_line, pad};

/// The whole condition on one line.
pub(super) fn flat(expr: &Expr) -> String {
    Layout { width: usize::MAX }.expr(expr, 0, 0)
}

/// The condition from `column` on; further lines are indented by `indent`.
pub(super) fn wrapped(expr: &Expr, column: usize, indent: usize) -> String {
    Layout { width: WIDTH }.expr(expr, column, indent)
}

#[derive(Clone, Copy)]
struct Layout {
    width: usize,
}

impl Layout {
    fn expr(self, expr: &Expr, column: usize, indent: usize) -> String {
        if self.width < usize::MAX {
            let line = flat(expr);
            if column.saturating_add(line.chars().count()) <= self.width {
                return line;
            }
        }
        match &expr.node {
            ExprNode::All(parts) => self.chain(parts, "and", column, indent),
            ExprNode::Any(parts) => self.chain(parts, "or", column, indent),
            ExprNode::Not(inner) => {
                let brackets = matches!(
                    inner.node,
                    ExprNode::All(_) | ExprNode::Any(_) | ExprNode::Not(_)
                );
                format!("not {}", self.part(inner, brackets, column + 4, indent))
            }
            ExprNode::Quantified(quantified) => self.quantified(quantified, column, indent),
            ExprNode::Reads(question, reading) => {
                format!("{} reads {}", question.node, reading.node)
            }
            ExprNode::IsNone(left, yes) => {
                self.expr(left, column, indent) + if *yes { " is none" } else { " is not none" }
            }
            ExprNode::Compare(left, how, right) => {
                self.pair(left, operator(*how), right, column, indent)
            }
            ExprNode::Begins(left, right) => self.pair(left, "begins with", right, column, indent),
            ExprNode::Matches(left, pattern) => {
                format!(
                    "{} matches {}",
                    self.expr(left, column, indent),
                    quoted(pattern)
                )
            }
            ExprNode::In(left, yes, terms) => self.within(left, *yes, terms, column, indent),
            ExprNode::Includes(left, which, terms) => {
                self.includes(left, *which, terms, column, indent)
            }
            ExprNode::Readings(alternatives) => self.readings(alternatives, indent),
            ExprNode::Shift(left, by) => {
                format!(
                    "{} {} {}",
                    self.expr(left, column, indent),
                    sign(*by),
                    duration(*by)
                )
            }
            ExprNode::CountOf(path) => format!("count of {}", path.dotted()),
            ExprNode::Call(name, terms) => {
                name.node.clone() + &self.set(terms, column + name.chars().count(), indent)
            }
            ExprNode::Path(path) => path.dotted(),
            ExprNode::At(path, when) => format!("{} in {}", path.dotted(), at(when.node)),
            ExprNode::Today => "today".to_owned(),
            ExprNode::Literal(literal) => value(literal),
        }
    }

    /// `a and b and c`; each joint starts a line.
    fn chain(self, parts: &[Expr], joint: &str, column: usize, indent: usize) -> String {
        let mut said = String::new();
        for (n, part) in parts.iter().enumerate() {
            let last = n + 1 == parts.len();
            let brackets = match &part.node {
                ExprNode::All(_) | ExprNode::Any(_) => true,
                _ => !last && is_open(part),
            };
            let (column, deeper) = if n == 0 {
                (column, indent)
            } else {
                said += &self.break_line(indent);
                said += joint;
                said.push(' ');
                (indent + joint.len() + 1, indent + 2)
            };
            said += &self.part(part, brackets, column, deeper);
        }
        said
    }

    fn part(self, expr: &Expr, brackets: bool, column: usize, indent: usize) -> String {
        if brackets {
            format!(
                "({})",
                self.expr(expr, column.saturating_add(1), indent + 2)
            )
        } else {
            self.expr(expr, column, indent)
        }
    }

    fn quantified(self, quantified: &Quantified, column: usize, indent: usize) -> String {
        let head = format!(
            "{} {} in {} satisfies",
            quantity(quantified.quantity),
            quantified.variable.node,
            quantified.list.dotted()
        );
        if may_start_line(&flat_start(&quantified.body)) {
            head + &self.break_line(indent) + &self.expr(&quantified.body, indent, indent + 2)
        } else {
            let column = column.saturating_add(head.chars().count() + 1);
            format!("{head} {}", self.expr(&quantified.body, column, indent))
        }
    }

    fn pair(self, left: &Expr, joint: &str, right: &Expr, column: usize, indent: usize) -> String {
        let left = self.expr(left, column, indent) + " " + joint + " ";
        let column = end_of(&left, column);
        left + &self.expr(right, column, indent)
    }

    /// `place in EU`, `run not in (a, b)`
    fn within(
        self,
        left: &Expr,
        yes: bool,
        terms: &[Expr],
        column: usize,
        indent: usize,
    ) -> String {
        let joint = if yes { " in " } else { " not in " };
        // `users in 2025` asks for the entry of a series; `users in (2025)` compares.
        let path = matches!(left.node, ExprNode::Path(_));
        let left = self.expr(left, column, indent) + joint;
        let column = end_of(&left, column);
        match terms {
            [only] if !(path && yes && is_period(&flat(only))) => {
                left + &self.expr(only, column, indent)
            }
            many => left + &self.set(many, column, indent),
        }
    }

    fn includes(
        self,
        left: &Expr,
        which: Includes,
        terms: &[Expr],
        column: usize,
        indent: usize,
    ) -> String {
        let joint = match which {
            Includes::One => " includes ",
            Includes::Any => " includes any of ",
            Includes::All => " includes all of ",
        };
        let left = self.expr(left, column, indent) + joint;
        let column = end_of(&left, column);
        match (which, terms) {
            (Includes::One, [only]) => left + &self.expr(only, column, indent),
            (_, many) => left + &self.set(many, column, indent),
        }
    }

    /// `a under q.r | b under q.s`
    fn readings(
        self,
        all: &[(Expr, crate::syntax::ast::Word, crate::syntax::ast::Word)],
        indent: usize,
    ) -> String {
        let all: Vec<String> = all
            .iter()
            .map(|(expr, question, reading)| {
                format!("{} under {}.{}", flat(expr), question.node, reading.node)
            })
            .collect();
        all.join(&(self.break_line(indent) + "| "))
    }

    fn set(self, terms: &[Expr], column: usize, indent: usize) -> String {
        let terms: Vec<String> = terms.iter().map(flat).collect();
        if self.width == usize::MAX {
            return format!("({})", terms.join(", "));
        }
        format!("({})", fill(&terms, column + 1, indent, |_| true))
    }

    fn break_line(self, indent: usize) -> String {
        if self.width == usize::MAX {
            " ".to_owned()
        } else {
            format!("\n{}", pad(indent))
        }
    }
}

/// Whether a condition would swallow an `and` that follows it.
fn is_open(expr: &Expr) -> bool {
    match &expr.node {
        ExprNode::Quantified(_) => true,
        ExprNode::Not(inner) => is_open(inner),
        _ => false,
    }
}

/// Whether the parser would read this text after `in` as the entry of a series.
fn is_period(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| {
        bytes
            .get(range)
            .is_some_and(|b| b.iter().all(u8::is_ascii_digit))
    };
    let after = |at: usize| bytes.get(at).copied().unwrap_or(b' ');
    let ends = |at: usize| !(after(at).is_ascii_alphanumeric() || matches!(after(at), b'-' | b'_'));
    let year = digits(0..4)
        && ends(4)
        && after(4) != b'%'
        && !(after(4) == b'.' && after(5).is_ascii_digit());
    year || digits(0..4) && after(4) == b'-' && digits(5..7) && ends(7)
}

/// The first words of a condition, enough to know how it begins.
fn flat_start(expr: &Expr) -> String {
    match &expr.node {
        ExprNode::All(parts) | ExprNode::Any(parts) => {
            parts.first().map_or_else(String::new, flat_start)
        }
        ExprNode::Compare(left, ..) | ExprNode::IsNone(left, _) | ExprNode::In(left, ..) => {
            flat_start(left)
        }
        ExprNode::Includes(left, ..) | ExprNode::Begins(left, _) | ExprNode::Matches(left, _) => {
            flat_start(left)
        }
        ExprNode::Shift(left, _) => flat_start(left),
        ExprNode::Readings(all) => all
            .first()
            .map_or_else(String::new, |(first, ..)| flat_start(first)),
        ExprNode::Not(_) => "not".to_owned(),
        ExprNode::Quantified(quantified) => quantity(quantified.quantity),
        _ => flat(expr),
    }
}

/// The column after a text that started at `column`.
fn end_of(text: &str, column: usize) -> usize {
    match text.rfind('\n') {
        Some(at) => text[at + 1..].chars().count(),
        None => column.saturating_add(text.chars().count()),
    }
}

//! The kind of every expression: names become facts, words become values, definitions are put in
//! place of their names.

use super::errors;
use super::names::Names;
use super::typed::{Atom, Cond, CondNode, Operand, Operator, Path, Root, Step};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{self, ExprNode};
use crate::value::{Currency, Duration, Kind, Month, Period, Schema, Value};
use rust_decimal::prelude::ToPrimitive;

/// How deep definitions may stand in definitions.
const MAX_DEFINES: usize = 64;

/// What an expression turned out to be.
enum Elaborated {
    Cond(Cond),
    Term(Term),
}

/// A value: a fact or a constant, or a choice between them that readings make.
#[derive(Clone)]
struct Term {
    /// Each with the reading it counts under.
    alternatives: Vec<(Option<(u16, u16)>, Operand)>,
    /// What it is.
    kind: Kind,
    span: Span,
}

impl Term {
    fn one(operand: Operand, kind: Kind, span: Span) -> Term {
        Term {
            alternatives: vec![(None, operand)],
            kind,
            span,
        }
    }

    fn path(&self) -> Option<&Path> {
        match self.alternatives.as_slice() {
            [(None, Operand::Fact(path, None))] => Some(path),
            _ => None,
        }
    }
}

/// A name that a definition's parameter or a quantifier introduces.
#[derive(Clone)]
struct Local {
    name: String,
    term: Term,
}

/// What can be seen from an expression, and the faults found in it.
pub struct Scope<'a, 'n> {
    names: &'n Names<'a>,
    layer: Option<&'a ast::Layer>,
    /// Whether `model`, and whether `origin`, `lineage` and `license`, are in sight.
    pub sees: ast::Each,
    wheres: Vec<&'a ast::Define>,
    locals: Vec<Local>,
    elements: u8,
    expanding: Vec<Span>,
    /// Faults found so far.
    pub faults: Vec<Diagnostic>,
}

impl<'a, 'n> Scope<'a, 'n> {
    /// A scope of a layer (or of none) whose clauses are judged for `sees`.
    pub fn new(
        names: &'n Names<'a>,
        layer: Option<&'a ast::Layer>,
        sees: ast::Each,
        wheres: Vec<&'a ast::Define>,
    ) -> Self {
        Scope {
            names,
            layer,
            sees,
            wheres,
            locals: Vec::new(),
            elements: 0,
            expanding: Vec::new(),
            faults: Vec::new(),
        }
    }

    fn schema(&self) -> &'n Schema {
        &self.names.schema
    }

    /// The condition an expression says; `None` with faults told.
    pub fn condition(&mut self, expr: &'a ast::Expr) -> Option<Cond> {
        match self.elaborate(expr)? {
            Elaborated::Cond(cond) => Some(cond),
            Elaborated::Term(term) => self.holds(term),
        }
    }

    /// Whether a definition makes sense by itself.
    pub fn definition(&mut self, define: &'a ast::Define) -> bool {
        self.elaborate(&define.body).is_some()
    }

    /// A fact path outside any clause: the subject of a `default`.
    pub fn fact(&mut self, path: &ast::Path) -> Option<(Path, Kind, bool)> {
        let term = self.path_term(path)?;
        let found = term.path()?.clone();
        let (kind, or_none) = found.kind(self.schema());
        Some((found, kind, or_none))
    }

    /// A yes-no value used as a condition.
    fn holds(&mut self, term: Term) -> Option<Cond> {
        if term.kind != Kind::Bool {
            let said = self.schema().kind_said(&term.kind);
            self.faults.push(errors::not_a_condition(term.span, &said));
            return None;
        }
        let span = term.span;
        Some(under_readings(&term, span, |operand| match operand {
            Operand::Fact(path, _) => CondNode::Atom(Atom::Holds(path.clone())),
            Operand::Const(Value::Bool(yes)) => CondNode::Const(*yes),
            _ => CondNode::Const(false),
        }))
    }

    fn elaborate(&mut self, expr: &'a ast::Expr) -> Option<Elaborated> {
        let span = expr.span;
        let cond = |node| Some(Elaborated::Cond(Cond { node, span }));
        match &expr.node {
            ExprNode::All(parts) => cond(CondNode::All(self.each_condition(parts)?)),
            ExprNode::Any(parts) => cond(CondNode::Any(self.each_condition(parts)?)),
            ExprNode::Not(inner) => cond(CondNode::Not(Box::new(self.condition(inner)?))),
            ExprNode::Quantified(quantified) => {
                self.quantified(quantified, span).map(Elaborated::Cond)
            }
            ExprNode::Reads(question, reading) => {
                let (question, reading) = self.reading(question, reading)?;
                cond(CondNode::Reading(question, reading))
            }
            ExprNode::Compare(left, operator, right) => self
                .compare(left, *operator, right, span)
                .map(Elaborated::Cond),
            ExprNode::IsNone(inner, positive) => {
                let term = self.term(inner)?;
                let path = self.plain_path(&term, "`is none`")?;
                let (kind, or_none) = path.kind(self.schema());
                // `none` may also be a member of an enum.
                if let Kind::Choice(id) = kind
                    && let Some(none) = self.schema().choice(id).position("none")
                {
                    let none = Operand::Const(Value::Choice(none));
                    let atom = Atom::Compare(Operand::Fact(path, None), Operator::Is, none);
                    return cond(negate_if(!positive, CondNode::Atom(atom), span));
                }
                if !or_none {
                    self.faults.push(errors::no_such_operation(
                        span,
                        "`is none`",
                        "a fact that is never `none`",
                        "declare the fact with `or none`, or leave the test out",
                    ));
                    return None;
                }
                let atom = CondNode::Atom(Atom::IsNone(path));
                cond(negate_if(!positive, atom, span))
            }
            ExprNode::In(left, positive, set) => {
                let inner = self.within(left, set, span)?;
                Some(Elaborated::Cond(flip(!positive, inner)))
            }
            ExprNode::Includes(list, which, values) => self
                .includes(list, *which, values, span)
                .map(Elaborated::Cond),
            ExprNode::Begins(left, right) => {
                let term = self.term(left)?;
                let path = self.text_path(&term, "`begins with`")?;
                let right = self.operand_of(right, &Kind::Text)?;
                let Operand::Const(Value::Text(prefix)) = right else {
                    self.faults
                        .push(errors::wrong_value(span, "a text", "a fact"));
                    return None;
                };
                cond(CondNode::Atom(Atom::Begins(path, prefix)))
            }
            ExprNode::Matches(left, pattern) => {
                let term = self.term(left)?;
                let path = self.text_path(&term, "`matches`")?;
                if let Err(error) = globset::Glob::new(pattern) {
                    let why = error.kind().to_string();
                    self.faults.push(errors::wrong_value(
                        pattern.span,
                        "a pattern such as \"acme/*\"",
                        &why,
                    ));
                    return None;
                }
                cond(CondNode::Atom(Atom::Matches(path, pattern.as_str().into())))
            }
            ExprNode::Call(name, arguments) => self.call(name, arguments, span),
            ExprNode::Path(path) => self.path_or_name(path),
            ExprNode::Readings(_)
            | ExprNode::Shift(..)
            | ExprNode::CountOf(_)
            | ExprNode::At(..)
            | ExprNode::Today
            | ExprNode::Literal(_) => self.term(expr).map(Elaborated::Term),
        }
    }

    fn each_condition(&mut self, parts: &'a [ast::Expr]) -> Option<Vec<Cond>> {
        // Every part is looked at, so that all faults are told at once.
        let parts: Vec<Option<Cond>> = parts.iter().map(|part| self.condition(part)).collect();
        parts.into_iter().collect()
    }

    fn quantified(&mut self, quantified: &'a ast::Quantified, span: Span) -> Option<Cond> {
        let list = self.path_term(&quantified.list)?;
        let kind = list.kind.clone();
        let Kind::List(inner) = &kind else {
            self.refuse(
                quantified.list.span,
                "`satisfies`",
                &kind,
                "it needs a list",
            );
            return None;
        };
        let path = self.plain_path(&list, "`satisfies`")?;
        let element = Path {
            root: Root::Element(self.elements),
            steps: Vec::new(),
            base: inner.as_ref().clone(),
        };
        let term = Term::one(
            Operand::Fact(element, None),
            inner.as_ref().clone(),
            quantified.variable.span,
        );
        self.locals.push(Local {
            name: quantified.variable.node.clone(),
            term,
        });
        self.elements += 1;
        let body = self.condition(&quantified.body);
        self.elements -= 1;
        self.locals.pop();
        Some(Cond {
            node: CondNode::Quantified(quantified.quantity, path, Box::new(body?)),
            span,
        })
    }

    fn reading(&mut self, question: &ast::Word, reading: &ast::Word) -> Option<(u16, u16)> {
        let questions: Vec<&ast::Question> = questions(self.layer).collect();
        let Some(at) = questions.iter().position(|q| q.name.node == question.node) else {
            let known = questions.iter().map(|q| q.name.as_str());
            self.faults
                .push(errors::unknown("question", question, question.span, known));
            return None;
        };
        let readings = &questions[at].readings;
        let Some(nth) = readings.iter().position(|r| r.name.node == reading.node) else {
            let known = readings.iter().map(|r| r.name.as_str());
            self.faults
                .push(errors::unknown("reading", reading, reading.span, known));
            return None;
        };
        Some((u16::try_from(at).ok()?, u16::try_from(nth).ok()?))
    }

    // ── comparisons ─────────────────────────────────────────────────────────

    fn compare(
        &mut self,
        left: &'a ast::Expr,
        operator: Operator,
        right: &'a ast::Expr,
        span: Span,
    ) -> Option<Cond> {
        // A value written on the left takes its kind from the right: `700M < users`.
        let (left, right) = if matches!(left.node, ExprNode::Literal(_)) {
            let right = self.term(right)?;
            (self.term_expecting(left, &right.kind)?, right)
        } else {
            let left = self.term(left)?;
            let right = self.term_expecting(right, &left.kind)?;
            (left, right)
        };
        let series = matches!(left.kind, Kind::Series(..));
        if left.kind != right.kind && !series {
            let (a, b) = (
                self.schema().kind_said(&left.kind),
                self.schema().kind_said(&right.kind),
            );
            self.faults
                .push(errors::kinds_differ((left.span, &a), (right.span, &b)));
            return None;
        }
        let equality = matches!(operator, Operator::Is | Operator::IsNot);
        let fits = match left.kind {
            Kind::List(_) | Kind::Record(_) | Kind::Series(..) => false,
            Kind::Count(_)
            | Kind::Decimal
            | Kind::Percent
            | Kind::Money
            | Kind::Date
            | Kind::Month
            | Kind::Duration => true,
            _ => equality,
        };
        if !fits {
            let said = self.schema().kind_said(&left.kind);
            let help = match left.kind {
                Kind::List(_) => {
                    "ask what it `includes`, or what its elements satisfy: `any x in … satisfies …`"
                }
                Kind::Series(..) => "say which entry: `… in 2025-03`, `… in last month`",
                Kind::Record(_) => "compare one of its facts",
                _ => "it has no order; use `is` or `in`",
            };
            self.faults.push(errors::no_such_operation(
                left.span,
                "this comparison",
                &said,
                help,
            ));
            return None;
        }
        let positive = if operator == Operator::IsNot {
            Operator::Is
        } else {
            operator
        };
        let node = under_readings(&left, span, |a| {
            under_readings(&right, span, |b| {
                CondNode::Atom(Atom::Compare(a.clone(), positive, b.clone()))
            })
            .node
        });
        Some(flip(operator == Operator::IsNot, node))
    }

    fn within(&mut self, left: &'a ast::Expr, set: &'a [ast::Expr], span: Span) -> Option<Cond> {
        let left = self.term(left)?;
        // `x in LIST`, where the list is a fact
        if let [only] = set
            && let ExprNode::Path(path) = &only.node
            && (self.is_fact_name(path) || self.is_lone_fact(path, &left.kind))
        {
            let list = self.term(only)?;
            if list.kind != Kind::List(Box::new(left.kind.clone())) {
                let (a, b) = (
                    self.schema().kind_said(&left.kind),
                    self.schema().kind_said(&list.kind),
                );
                self.faults
                    .push(errors::kinds_differ((left.span, &a), (list.span, &b)));
                return None;
            }
            let list = self.plain_path(&list, "`in`")?;
            return Some(under_readings(&left, span, |a| {
                CondNode::Atom(Atom::Includes(list.clone(), a.clone()))
            }));
        }
        let mut values = Vec::new();
        for expr in set {
            let operand = self.operand_of(expr, &left.kind)?;
            let Operand::Const(value) = operand else {
                self.faults.push(errors::wrong_value(
                    expr.span,
                    "a value written here",
                    "a fact",
                ));
                return None;
            };
            values.push(value);
        }
        let places = matches!(left.kind, Kind::Country | Kind::Territory);
        let mut bad = None;
        let cond = under_readings(&left, span, |operand| {
            let Operand::Fact(path, None) = operand else {
                bad = Some(());
                return CondNode::Const(false);
            };
            if !places {
                return CondNode::Atom(Atom::In(path.clone(), values.clone()));
            }
            let mut each: Vec<Cond> = values
                .iter()
                .map(|value| Cond {
                    node: CondNode::Atom(Atom::Within(path.clone(), value.clone())),
                    span,
                })
                .collect();
            match each.len() {
                1 => each.remove(0).node,
                _ => CondNode::Any(each),
            }
        });
        if bad.is_some() {
            self.faults
                .push(errors::wrong_value(left.span, "a fact", "a value"));
            return None;
        }
        Some(cond)
    }

    fn includes(
        &mut self,
        list: &'a ast::Expr,
        which: ast::Includes,
        values: &'a [ast::Expr],
        span: Span,
    ) -> Option<Cond> {
        let list = self.term(list)?;
        let kind = list.kind.clone();
        let Kind::List(inner) = &kind else {
            let said = self.schema().kind_said(&kind);
            self.faults.push(errors::no_such_operation(
                list.span,
                "`includes`",
                &said,
                "it needs a list; use `is` or `in`",
            ));
            return None;
        };
        if matches!(inner.as_ref(), Kind::Record(_) | Kind::List(_)) {
            self.refuse(
                list.span,
                "`includes`",
                &kind,
                "write `any x in … satisfies …`",
            );
            return None;
        }
        let path = self.plain_path(&list, "`includes`")?;
        let mut each = Vec::new();
        for value in values {
            let operand = self.operand_of(value, inner)?;
            each.push(Cond {
                node: CondNode::Atom(Atom::Includes(path.clone(), operand)),
                span,
            });
        }
        let node = match (which, each.len()) {
            (_, 1) => each.remove(0).node,
            (ast::Includes::All, _) => CondNode::All(each),
            _ => CondNode::Any(each),
        };
        Some(Cond { node, span })
    }

    /// Tells that an operation does not work on values of a kind.
    fn refuse(&mut self, at: Span, operation: &str, kind: &Kind, help: &str) {
        let said = self.schema().kind_said(kind);
        self.faults
            .push(errors::no_such_operation(at, operation, &said, help));
    }

    /// The definition a name stands for: the clause's own first, then the layer's, then the shared ones.
    fn define_named(&self, name: &str) -> Option<&'a ast::Define> {
        let own = self.wheres.iter().find(|define| define.name.node == name);
        own.copied()
            .or_else(|| layer_define(self.layer, name))
            .or_else(|| self.names.defines.get(name).copied())
    }

    fn plain_path(&mut self, term: &Term, operation: &str) -> Option<Path> {
        if let Some(path) = term.path() {
            return Some(path.clone());
        }
        self.refuse(
            term.span,
            operation,
            &term.kind,
            "it needs a fact, by its path",
        );
        None
    }

    fn text_path(&mut self, term: &Term, operation: &str) -> Option<Path> {
        if !matches!(term.kind, Kind::Text | Kind::ModelName | Kind::LicenseName) {
            self.refuse(term.span, operation, &term.kind, "it needs text");
            return None;
        }
        self.plain_path(term, operation)
    }

    // ── terms ───────────────────────────────────────────────────────────────

    fn term(&mut self, expr: &'a ast::Expr) -> Option<Term> {
        let span = expr.span;
        Some(match &expr.node {
            ExprNode::Today => Term::one(
                Operand::Today(Duration { months: 0, days: 0 }),
                Kind::Date,
                span,
            ),
            ExprNode::Literal(value) => {
                let (value, kind) = self.literal(value, span)?;
                Term::one(Operand::Const(value), kind, span)
            }
            ExprNode::Shift(inner, by) => self.shifted(inner, *by, span)?,
            ExprNode::CountOf(path) => {
                let list = self.path_term(path)?;
                if !matches!(list.kind, Kind::List(_)) {
                    self.refuse(path.span, "`count of`", &list.kind, "it needs a list");
                    return None;
                }
                let path = self.plain_path(&list, "`count of`")?;
                Term::one(Operand::CountOf(path), Kind::Count(u16::MAX), span)
            }
            ExprNode::At(path, at) => self.entry(path, at, span)?,
            ExprNode::Readings(alternatives) => self.readings(alternatives, span)?,
            _ => match self.elaborate(expr)? {
                Elaborated::Term(mut term) => {
                    term.span = span;
                    term
                }
                Elaborated::Cond(_) => {
                    self.faults.push(errors::not_a_value(span));
                    return None;
                }
            },
        })
    }

    fn shifted(&mut self, inner: &'a ast::Expr, by: Duration, span: Span) -> Option<Term> {
        let mut term = self.term(inner)?;
        if term.kind != Kind::Date {
            self.refuse(
                inner.span,
                "adding a duration",
                &term.kind,
                "it needs a date",
            );
            return None;
        }
        let sum = |a: Duration| Duration {
            months: a.months.saturating_add(by.months),
            days: a.days.saturating_add(by.days),
        };
        for (_, operand) in &mut term.alternatives {
            match operand {
                Operand::Today(duration) => *duration = sum(*duration),
                Operand::Fact(_, shift) => {
                    *shift = Some(sum(shift.unwrap_or(Duration { months: 0, days: 0 })))
                }
                Operand::Const(Value::Date(date)) => match by.after(*date) {
                    Some(moved) => *date = moved,
                    None => {
                        self.faults.push(errors::wrong_value(
                            span,
                            "a day of the calendar",
                            "beyond its end",
                        ));
                        return None;
                    }
                },
                _ => {}
            }
        }
        term.span = span;
        Some(term)
    }

    fn entry(
        &mut self,
        path: &'a ast::Path,
        at: &crate::source::Spanned<ast::At>,
        span: Span,
    ) -> Option<Term> {
        let mut term = self.path_term(path)?;
        let kind = term.kind.clone();
        let Kind::Series(period, inner) = &kind else {
            self.refuse(
                path.span,
                "picking a month or year",
                &kind,
                "it needs a series",
            );
            return None;
        };
        let step = match (at.node, period) {
            (ast::At::Month(year, month), Period::Month) => Step::Entry(Month::new(year, month).0),
            (ast::At::Year(year), Period::Year) => Step::Entry(i32::from(year)),
            (ast::At::LastMonth, Period::Month) | (ast::At::LastYear, Period::Year) => Step::Last,
            (_, Period::Month) => {
                self.faults.push(errors::wrong_value(
                    at.span,
                    "a month",
                    "a year; the series is kept by month",
                ));
                return None;
            }
            (_, Period::Year) => {
                self.faults.push(errors::wrong_value(
                    at.span,
                    "a year",
                    "a month; the series is kept by year",
                ));
                return None;
            }
        };
        for (_, operand) in &mut term.alternatives {
            if let Operand::Fact(path, _) = operand {
                path.steps.push(step);
            }
        }
        term.kind = inner.as_ref().clone();
        term.span = span;
        Some(term)
    }

    fn readings(
        &mut self,
        alternatives: &'a [(ast::Expr, ast::Word, ast::Word)],
        span: Span,
    ) -> Option<Term> {
        let mut all: Option<Term> = None;
        let mut covered: Vec<(u16, u16)> = Vec::new();
        for (expr, question, reading) in alternatives {
            let term = self.term(expr)?;
            let at = self.reading(question, reading)?;
            if let Some((other, _)) = covered.first().filter(|(other, _)| *other != at.0) {
                let name = questions(self.layer)
                    .nth(*other as usize)
                    .map_or("", |q| q.name.as_str());
                let help = format!("all alternatives must be readings of `{name}`");
                self.faults.push(errors::misplaced(
                    "these alternatives mix two questions",
                    question.span,
                    &help,
                ));
                return None;
            }
            covered.push(at);
            for (under, operand) in term.alternatives {
                if under.is_some() {
                    self.faults.push(errors::misplaced(
                        "a reading inside a reading",
                        expr.span,
                        "define it apart",
                    ));
                    return None;
                }
                match &mut all {
                    None => {
                        all = Some(Term {
                            alternatives: vec![(Some(at), operand)],
                            kind: term.kind.clone(),
                            span,
                        })
                    }
                    Some(first) if first.kind == term.kind => {
                        first.alternatives.push((Some(at), operand))
                    }
                    Some(first) => {
                        let (a, b) = (
                            self.schema().kind_said(&first.kind),
                            self.schema().kind_said(&term.kind),
                        );
                        self.faults
                            .push(errors::kinds_differ((first.span, &a), (expr.span, &b)));
                        return None;
                    }
                }
            }
        }
        if let Some((question, _)) = covered.first() {
            let question = questions(self.layer).nth(*question as usize)?;
            let missing = question
                .readings
                .iter()
                .enumerate()
                .find(|(n, _)| !covered.iter().any(|(_, r)| *r as usize == *n));
            if let Some((_, reading)) = missing {
                self.faults.push(errors::incomplete(
                    &format!("nothing is said for the reading `{}`", reading.name.node),
                    span,
                    "these alternatives leave it out",
                    &format!(
                        "add `| … under {}.{}`",
                        question.name.node, reading.name.node
                    ),
                ));
                return None;
            }
        }
        all
    }

    /// A term where a value of `kind` is wanted: words may be members of an enum, places, licenses.
    fn term_expecting(&mut self, expr: &'a ast::Expr, kind: &Kind) -> Option<Term> {
        let wordy = matches!(
            kind,
            Kind::Choice(_) | Kind::Country | Kind::Territory | Kind::LicenseName
        );
        if let ExprNode::Path(path) = &expr.node
            && wordy
            && !self.is_fact_name(path)
            && !self.is_lone_fact(path, kind)
        {
            let value = self.word(&path.dotted(), path.span, kind)?;
            return Some(Term::one(Operand::Const(value), kind.clone(), expr.span));
        }
        if let ExprNode::Literal(literal) = &expr.node {
            let mut own = Vec::new();
            let value = self.names.value(literal, expr.span, kind, &mut own);
            if let Some(value) = value {
                return Some(Term::one(Operand::Const(value), kind.clone(), expr.span));
            }
            // Of a kind of its own: let the comparison say so. A bad value of the right kind is told here.
            if let Some((_, other)) = self.literal(literal, expr.span)
                && other != *kind
            {
                return Some(Term::one(
                    Operand::Const(Value::Bool(false)),
                    other,
                    expr.span,
                ));
            }
            self.faults.extend(own);
            return None;
        }
        self.term(expr)
    }

    fn operand_of(&mut self, expr: &'a ast::Expr, kind: &Kind) -> Option<Operand> {
        let term = self.term_expecting(expr, kind)?;
        let same_text = matches!(
            (&term.kind, kind),
            (Kind::Text, Kind::ModelName) | (Kind::ModelName, Kind::Text)
        );
        // A territory may stand where countries are tested for being in it.
        let same_place = matches!(
            (&term.kind, kind),
            (Kind::Territory, Kind::Country) | (Kind::Country, Kind::Territory)
        );
        if term.kind != *kind && !same_text && !same_place {
            let (wanted, got) = (
                self.schema().kind_said(kind),
                self.schema().kind_said(&term.kind),
            );
            self.faults
                .push(errors::wrong_value(term.span, &wanted, &got));
            return None;
        }
        match term.alternatives.as_slice() {
            [(None, operand)] => Some(operand.clone()),
            _ => {
                self.faults.push(errors::misplaced(
                    "a reading decides this value",
                    term.span,
                    "compare it with `is`",
                ));
                None
            }
        }
    }

    /// A literal by its own looks, without knowing what is wanted.
    fn literal(&mut self, value: &ast::Value, span: Span) -> Option<(Value, Kind)> {
        let kind = match value {
            ast::Value::Bool(_) => Kind::Bool,
            ast::Value::Number(_, Some(unit)) => {
                match self.schema().units.iter().position(|u| *u == unit.node) {
                    Some(at) => Kind::Count(u16::try_from(at).ok()?),
                    None => {
                        let known = self.names.schema.units.iter().map(String::as_str);
                        self.faults
                            .push(errors::unknown("unit", unit, unit.span, known));
                        return None;
                    }
                }
            }
            ast::Value::Number(n, None) if n.fract().is_zero() => Kind::Count(u16::MAX),
            ast::Value::Number(..) => Kind::Decimal,
            ast::Value::Percent(_) => Kind::Percent,
            ast::Value::Money(..) => Kind::Money,
            ast::Value::Date(_) => Kind::Date,
            ast::Value::Month(..) => Kind::Month,
            ast::Value::Duration(_) => Kind::Duration,
            ast::Value::Text(_) | ast::Value::Word(_) => Kind::Text,
            ast::Value::None | ast::Value::List(_) => {
                self.faults.push(errors::misplaced(
                    "this value cannot be compared",
                    span,
                    "ask `is none` or `includes`",
                ));
                return None;
            }
        };
        let mut own = Vec::new();
        let fitted = self.names.value(value, span, &kind, &mut own);
        self.faults.extend(own);
        fitted.map(|value| (value, kind))
    }

    fn word(&mut self, text: &str, span: Span, kind: &Kind) -> Option<Value> {
        let word = ast::Value::Word(text.to_owned());
        let mut own = Vec::new();
        let value = self.names.value(&word, span, kind, &mut own);
        self.faults.extend(own);
        value
    }

    // ── names ───────────────────────────────────────────────────────────────

    /// Whether the first word of a path names something in sight (rather than a member of an enum).
    fn is_fact_name(&self, path: &ast::Path) -> bool {
        let name = path.words[0].as_str();
        self.locals.iter().any(|local| local.name == name)
            || self.wheres.iter().any(|define| define.name.node == name)
            || layer_define(self.layer, name).is_some()
            || (self.names.defines.contains_key(name)
                && (path.words.len() > 1 || self.names.defines[name].parameters.is_empty()))
            || matches!(name, "model" | "origin" | "lineage" | "license") && path.words.len() > 1
            || (self.schema().root().fields.contains_key(name) && path.words.len() > 1)
    }

    /// A fact by a single word, where that word is not itself a value of `kind`.
    fn is_lone_fact(&self, path: &ast::Path, kind: &Kind) -> bool {
        let [word] = path.words.as_slice() else {
            return false;
        };
        let value = ast::Value::Word(word.node.clone());
        self.schema().root().fields.contains_key(word.as_str())
            && self
                .names
                .value(&value, path.span, kind, &mut Vec::new())
                .is_none()
    }

    fn path_or_name(&mut self, path: &'a ast::Path) -> Option<Elaborated> {
        let first = &path.words[0];
        let name = first.as_str();
        if let Some(local) = self.locals.iter().rev().find(|local| local.name == name) {
            let term = local.term.clone();
            return self.continued(term, path).map(Elaborated::Term);
        }
        let define = self.define_named(name);
        if let Some(define) = define {
            if !define.parameters.is_empty() {
                self.faults.push(errors::wrong_count(
                    name,
                    define.parameters.len(),
                    0,
                    first.span,
                ));
                return None;
            }
            return match self.expand(define, Vec::new(), path.span)? {
                Elaborated::Term(term) => self.continued(term, path).map(Elaborated::Term),
                Elaborated::Cond(cond) if path.words.len() == 1 => Some(Elaborated::Cond(cond)),
                Elaborated::Cond(_) => {
                    self.faults.push(errors::not_a_value(path.span));
                    None
                }
            };
        }
        if path.words.len() == 1 {
            if let Some(at) = judgments(self.layer).position(|j| j.name.node == name) {
                let node = CondNode::Judgment(u16::try_from(at).ok()?);
                return Some(Elaborated::Cond(Cond {
                    node,
                    span: path.span,
                }));
            }
            if let Some(act) = self.names.acts.get(name).copied() {
                let before = self.faults.len();
                let inner = self.expanded(
                    name,
                    act.name.span,
                    |scope| scope.outside(|scope| scope.condition(&act.when)),
                    path.span,
                );
                if inner.is_none() && self.sees != ast::Each::License {
                    // What the act is about cannot be seen from here: say so where it is used.
                    self.faults.truncate(before);
                    self.faults.push(errors::not_here(
                        name,
                        first.span,
                        "judge the clause `for each license`",
                    ));
                }
                let inner = inner?;
                return Some(Elaborated::Cond(Cond {
                    node: CondNode::Named(Box::new(inner)),
                    span: path.span,
                }));
            }
        }
        self.fact_term(path).map(Elaborated::Term)
    }

    /// A path that must be a fact (or stand for one).
    fn path_term(&mut self, path: &ast::Path) -> Option<Term> {
        let first = &path.words[0];
        let name = first.as_str();
        if let Some(local) = self.locals.iter().rev().find(|local| local.name == name) {
            let term = local.term.clone();
            return self.continued(term, path);
        }
        let define = self.define_named(name);
        if let Some(define) = define {
            return match self.expand(define, Vec::new(), path.span)? {
                Elaborated::Term(term) => self.continued(term, path),
                Elaborated::Cond(_) => {
                    self.faults.push(errors::not_a_value(path.span));
                    None
                }
            };
        }
        self.fact_term(path)
    }

    /// A path from a root: `organization.kind`, `model.id`.
    fn fact_term(&mut self, path: &ast::Path) -> Option<Term> {
        let first = &path.words[0];
        let name = first.as_str();
        let root = match name {
            "model" => Some((Root::Model, "model", self.sees != ast::Each::Deployment)),
            "origin" => Some((Root::Origin, "model", self.sees == ast::Each::License)),
            "lineage" => Some((Root::Lineage, "lineage", self.sees == ast::Each::License)),
            "license" => Some((
                Root::License,
                "license-card",
                self.sees == ast::Each::License,
            )),
            _ => None,
        };
        if let Some((root, record, visible)) = root {
            if !visible {
                let help = match name {
                    "model" => "judge the clause `for each model` or `for each license`",
                    _ => "judge the clause `for each license`",
                };
                self.faults.push(errors::not_here(name, first.span, help));
                return None;
            }
            let Some(id) = self.schema().record_named(record) else {
                let help = format!("the vocabulary must declare `record {record}`");
                self.faults.push(errors::not_here(name, first.span, &help));
                return None;
            };
            let start = Path {
                root,
                steps: Vec::new(),
                base: Kind::Record(id),
            };
            return self.continued(
                Term::one(Operand::Fact(start, None), Kind::Record(id), first.span),
                path,
            );
        }
        let schema = self.schema();
        let Some((at, _, field)) = schema.root().fields.get_full(name) else {
            let known = self.in_sight();
            self.faults.push(errors::unknown(
                "fact, definition or act",
                name,
                first.span,
                known.iter().map(String::as_str),
            ));
            return None;
        };
        let start = Path {
            root: Root::Deployment,
            steps: vec![Step::Field(u16::try_from(at).ok()?)],
            base: Kind::Record(Schema::ROOT),
        };
        let term = Term::one(Operand::Fact(start, None), field.kind.clone(), first.span);
        self.continued(term, path)
    }

    fn in_sight(&self) -> Vec<String> {
        let schema = self.schema();
        let mut known: Vec<String> = self.locals.iter().map(|local| local.name.clone()).collect();
        known.extend(schema.root().fields.keys().cloned());
        known.extend(self.names.defines.keys().map(|name| (*name).to_owned()));
        known.extend(self.names.acts.keys().map(|name| (*name).to_owned()));
        known.extend(judgments(self.layer).map(|judgment| judgment.name.node.clone()));
        known.extend(self.wheres.iter().map(|define| define.name.node.clone()));
        known.extend(["model", "origin", "lineage", "license"].map(str::to_owned));
        if let Some(layer) = self.layer {
            known.extend(layer.members.iter().filter_map(|member| match member {
                ast::Member::Define(define) => Some(define.name.node.clone()),
                _ => None,
            }));
        }
        known
    }

    /// `term` followed by the rest of the words of `path`, each a field.
    fn continued(&mut self, mut term: Term, path: &ast::Path) -> Option<Term> {
        for word in &path.words[1..] {
            let kind = term.kind.clone();
            let Kind::Record(id) = kind else {
                self.refuse(
                    word.span,
                    &format!("`.{}`", word.node),
                    &kind,
                    "only records have facts of their own",
                );
                return None;
            };
            let record = self.schema().record(id);
            let Some((at, _, field)) = record.fields.get_full(word.as_str()) else {
                let known = record.fields.keys().map(String::as_str);
                self.faults.push(errors::unknown_field(
                    &record.name,
                    word,
                    word.span,
                    record.span,
                    known,
                ));
                return None;
            };
            for (_, operand) in &mut term.alternatives {
                if let Operand::Fact(path, _) = operand {
                    path.steps.push(Step::Field(u16::try_from(at).ok()?));
                }
            }
            term.kind = field.kind.clone();
        }
        term.span = path.span;
        Some(term)
    }

    fn call(
        &mut self,
        name: &'a ast::Word,
        arguments: &'a [ast::Expr],
        span: Span,
    ) -> Option<Elaborated> {
        let define = layer_define(self.layer, name)
            .or_else(|| self.names.defines.get(name.as_str()).copied());
        let Some(define) = define else {
            let layered = self
                .layer
                .into_iter()
                .flat_map(|layer| &layer.members)
                .filter_map(|member| match member {
                    ast::Member::Define(define) => Some(define.name.as_str()),
                    _ => None,
                });
            let known: Vec<&str> = layered.chain(self.names.defines.keys().copied()).collect();
            self.faults.push(errors::unknown(
                "definition",
                name,
                name.span,
                known.into_iter(),
            ));
            return None;
        };
        if define.parameters.len() != arguments.len() {
            self.faults.push(errors::wrong_count(
                name,
                define.parameters.len(),
                arguments.len(),
                span,
            ));
            return None;
        }
        let mut locals = Vec::new();
        for ((parameter, kind), argument) in define.parameters.iter().zip(arguments) {
            // The kinds of parameters were declared sound when the definition was checked.
            let kind = super::kind_of(self.names, kind)?;
            let operand = self.operand_of(argument, &kind)?;
            locals.push(Local {
                name: parameter.node.clone(),
                term: Term::one(operand, kind, argument.span),
            });
        }
        self.expand(define, locals, span)
    }

    /// A definition in place of its name. Its body sees its own parameters, not the names around the
    /// place where it is used.
    fn expand(
        &mut self,
        define: &'a ast::Define,
        locals: Vec<Local>,
        site: Span,
    ) -> Option<Elaborated> {
        let in_clause = self.wheres.iter().any(|own| std::ptr::eq(*own, define));
        let body = self.expanded(
            &define.name,
            define.name.span,
            |scope| {
                let elements = scope.elements;
                let outer = std::mem::replace(&mut scope.locals, locals);
                let result = if in_clause {
                    scope.elaborate(&define.body)
                } else {
                    scope.outside(|scope| scope.elaborate(&define.body))
                };
                scope.locals = outer;
                scope.elements = elements;
                result
            },
            site,
        )?;
        Some(match body {
            Elaborated::Cond(inner) => Elaborated::Cond(Cond {
                node: CondNode::Named(Box::new(inner)),
                span: site,
            }),
            Elaborated::Term(mut term) => {
                term.span = site;
                Elaborated::Term(term)
            }
        })
    }

    /// Without the names local to a clause.
    fn outside<T>(&mut self, inner: impl FnOnce(&mut Self) -> T) -> T {
        let wheres = std::mem::take(&mut self.wheres);
        let result = inner(self);
        self.wheres = wheres;
        result
    }

    fn expanded<T>(
        &mut self,
        name: &str,
        declared: Span,
        inner: impl FnOnce(&mut Self) -> Option<T>,
        site: Span,
    ) -> Option<T> {
        if self.expanding.contains(&declared) || self.expanding.len() > MAX_DEFINES {
            self.faults
                .push(errors::circular("definition", name, site).and(declared, "declared here"));
            return None;
        }
        self.expanding.push(declared);
        let result = inner(self);
        self.expanding.pop();
        result
    }
}

impl Names<'_> {
    /// A value as written, fitted to the kind that is wanted.
    pub fn value(
        &self,
        value: &ast::Value,
        span: Span,
        kind: &Kind,
        faults: &mut Vec<Diagnostic>,
    ) -> Option<Value> {
        let schema = &self.schema;
        Some(match (value, kind) {
            (ast::Value::Bool(yes), Kind::Bool) => Value::Bool(*yes),
            (ast::Value::Number(n, unit), Kind::Count(wanted)) => {
                if let Some(unit) = unit
                    && schema.units.get(*wanted as usize) != Some(&unit.node)
                {
                    faults.push(errors::wrong_value(
                        span,
                        &schema.kind_said(kind),
                        &format!("a count of {}", unit.node),
                    ));
                    return None;
                }
                match n.fract().is_zero().then(|| n.to_i64()).flatten() {
                    Some(n) => Value::Count(n),
                    None => {
                        faults.push(errors::not_a_count(span));
                        return None;
                    }
                }
            }
            (ast::Value::Number(n, None), Kind::Decimal) => Value::Decimal(*n),
            (ast::Value::Percent(n), Kind::Percent) => Value::Percent(*n),
            (ast::Value::Money(n, code), Kind::Money) => match Currency::of_code(code) {
                Some(currency) => Value::Money(*n, currency),
                None => {
                    faults.push(errors::unknown_currency(span, code));
                    return None;
                }
            },
            (ast::Value::Date(date), Kind::Date) => Value::Date(*date),
            (ast::Value::Month(year, month), Kind::Month) => {
                Value::Month(Month::new(*year, *month))
            }
            (ast::Value::Duration(duration), Kind::Duration) => Value::Duration(*duration),
            (ast::Value::Text(text), Kind::Text | Kind::ModelName) => {
                Value::Text(text.as_str().into())
            }
            (ast::Value::Text(name) | ast::Value::Word(name), Kind::LicenseName) => {
                if !self.is_license(name) {
                    let known: Vec<&str> = self.license_ids().collect();
                    faults.push(errors::unknown("license", name, span, known.into_iter()));
                    return None;
                }
                Value::Text(name.as_str().into())
            }
            (ast::Value::Word(name), Kind::Choice(id)) => match schema.choice(*id).position(name) {
                Some(at) => Value::Choice(at),
                None => {
                    let known = schema
                        .choice(*id)
                        .choices
                        .iter()
                        .map(|choice| choice.name.as_str());
                    faults.push(errors::not_a_choice(
                        span,
                        name,
                        &schema.kind_said(kind),
                        known,
                    ));
                    return None;
                }
            },
            (ast::Value::Word(name), Kind::Country | Kind::Territory) => match schema.place(name) {
                Some(place) => Value::Place(place),
                None => {
                    let known = schema.territories.iter().map(|t| t.name.as_str());
                    faults.push(errors::unknown_place(span, name, known));
                    return None;
                }
            },
            (ast::Value::None, _) => {
                faults.push(errors::wrong_value(span, &schema.kind_said(kind), "`none`"));
                return None;
            }
            (other, kind) => {
                faults.push(errors::wrong_value(
                    span,
                    &schema.kind_said(kind),
                    looks(other),
                ));
                return None;
            }
        })
    }
}

/// What a written value looks like.
fn looks(value: &ast::Value) -> &'static str {
    match value {
        ast::Value::Bool(_) => "`true` or `false`",
        ast::Value::Number(..) => "a number",
        ast::Value::Percent(_) => "a percentage",
        ast::Value::Money(..) => "an amount of money",
        ast::Value::Date(_) => "a date",
        ast::Value::Month(..) => "a month",
        ast::Value::Duration(_) => "a duration",
        ast::Value::Text(_) => "text",
        ast::Value::Word(_) => "a name",
        ast::Value::None => "`none`",
        ast::Value::List(_) => "a list",
    }
}

/// The questions of a layer, in order.
pub fn questions(layer: Option<&ast::Layer>) -> impl Iterator<Item = &ast::Question> {
    layer
        .into_iter()
        .flat_map(|layer| &layer.members)
        .filter_map(|member| match member {
            ast::Member::Question(question) => Some(question),
            _ => None,
        })
}

/// The judgments of a layer, in order.
pub fn judgments(layer: Option<&ast::Layer>) -> impl Iterator<Item = &ast::Judgment> {
    layer
        .into_iter()
        .flat_map(|layer| &layer.members)
        .filter_map(|member| match member {
            ast::Member::Judgment(judgment) => Some(judgment),
            _ => None,
        })
}

fn layer_define<'a>(layer: Option<&'a ast::Layer>, name: &str) -> Option<&'a ast::Define> {
    layer
        .into_iter()
        .flat_map(|layer| &layer.members)
        .find_map(|member| match member {
            ast::Member::Define(define) if define.name.node == name => Some(define),
            _ => None,
        })
}

fn negate_if(negative: bool, node: CondNode, span: Span) -> CondNode {
    if negative {
        negated(Cond { node, span }).node
    } else {
        node
    }
}

fn flip(negative: bool, cond: Cond) -> Cond {
    if negative { negated(cond) } else { cond }
}

/// The opposite under the same words: `a is not b`. It has a name of its own, so that whoever tells
/// of it says what the words say.
fn negated(cond: Cond) -> Cond {
    let span = cond.span;
    let not = Cond {
        node: CondNode::Not(Box::new(cond)),
        span,
    };
    Cond {
        node: CondNode::Named(Box::new(not)),
        span,
    }
}

/// A test of a term: of its one value, or of each alternative under its reading.
fn under_readings(term: &Term, span: Span, mut test: impl FnMut(&Operand) -> CondNode) -> Cond {
    let mut each: Vec<Cond> = Vec::new();
    for (under, operand) in &term.alternatives {
        let tested = Cond {
            node: test(operand),
            span,
        };
        match under {
            None => return tested,
            Some((question, reading)) => {
                let read = Cond {
                    node: CondNode::Reading(*question, *reading),
                    span,
                };
                each.push(Cond {
                    node: CondNode::All(vec![read, tested]),
                    span,
                });
            }
        }
    }
    Cond {
        node: CondNode::Any(each),
        span,
    }
}

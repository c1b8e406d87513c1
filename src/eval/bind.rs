//! Facts against their declarations: a tree of texts becomes typed facts, or every fault is told,
//! each pointing at the facts and at the declaration.

use super::errors;
use super::fact::{Fact, Range, State};
use crate::diagnostic::{self, Diagnostic};
use crate::facts::{Entry, Node, Tree};
use crate::ir::{Path, Program, Step};
use crate::source::Span;
use crate::value::{
    Currency, DefaultValue, FactDefault, Field, Kind, MANY, Month, Period, RecordId, Schema, Value,
    parse_date, parse_decimal, parse_duration, parse_month, parse_number,
};
use rust_decimal::prelude::ToPrimitive;

/// What license names mean: every id and alias that is known, to the id.
pub trait LicenseNames {
    /// The id of the license called `name`.
    fn canonical(&self, name: &str) -> Option<&str>;
    /// A known name close to `name`, for «did you mean».
    fn suggestion(&self, name: &str) -> Option<String>;
}

/// Binds the facts of one deployment.
///
/// # Errors
/// Every fault, in the order of the text.
pub fn bind(
    node: &Node,
    schema: &Schema,
    licenses: &dyn LicenseNames,
) -> Result<Fact, Vec<Diagnostic>> {
    let mut binder = Binder {
        schema,
        licenses,
        faults: Vec::new(),
    };
    let fact = binder.record(node, Span::NOWHERE, Schema::ROOT);
    if binder.faults.is_empty() {
        return Ok(fact);
    }
    let mut faults = binder.faults;
    diagnostic::in_text_order(&mut faults);
    Err(faults)
}

/// Puts the defaults that policies declare in place of facts nobody stated. A fact stated as `unknown`
/// stays unknown: whoever wrote it knew of the question.
pub fn with_defaults(mut fact: Fact, program: &Program) -> Fact {
    for (path, default) in &program.defaults {
        let (kind, _) = path.kind(&program.schema);
        if !matches!(kind, Kind::Record(_)) {
            put_default(&mut fact, path, 0, default, program);
        }
    }
    fact
}

fn put_default(at: &mut Fact, path: &Path, depth: usize, default: &FactDefault, program: &Program) {
    let unstated = at.is_unknown() && !at.span.is_somewhere();
    let Some(Step::Field(next)) = path.steps.get(depth) else {
        if unstated {
            *at = assumed(default, at.key);
        }
        return;
    };
    if unstated && let Kind::Record(id) = kind_above(path, depth, program) {
        // Nobody stated the record either: make room in it.
        let fields = program
            .schema
            .record(id)
            .fields
            .values()
            .map(|field| missing(field, at.key));
        at.state = State::Record(fields.collect());
    }
    if let State::Record(fields) = &mut at.state
        && let Some(field) = fields.get_mut(*next as usize)
    {
        put_default(field, path, depth + 1, default, program);
    }
}

/// The record a step of a path goes into.
fn kind_above(path: &Path, depth: usize, program: &Program) -> Kind {
    let above = Path {
        root: path.root,
        steps: path.steps[..depth].to_vec(),
        base: path.base.clone(),
    };
    above.kind(&program.schema).0
}

struct Binder<'a> {
    schema: &'a Schema,
    licenses: &'a dyn LicenseNames,
    faults: Vec<Diagnostic>,
}

impl Binder<'_> {
    fn record(&mut self, node: &Node, key: Span, id: RecordId) -> Fact {
        let record = self.schema.record(id);
        let span = node.via.unwrap_or(node.span);
        let key = if key.is_somewhere() {
            key
        } else {
            first_key(node).unwrap_or(span)
        };
        let Tree::Map(map) = &node.value else {
            let first = record.fields.keys().next();
            let write =
                first.map(|first| format!("write its facts in a mapping: `{{ {first}: … }}`"));
            self.faults.push(errors::wrong_value(
                span,
                &looks(node),
                &self.schema.kind_said(&Kind::Record(id)),
                record.span,
                write.as_deref(),
            ));
            return Fact::unknown(key);
        };
        let mut fields: Vec<Fact> = record
            .fields
            .values()
            .map(|field| missing(field, key))
            .collect();
        for (name, entry) in map {
            match record.fields.get_full(name.as_ref()) {
                Some((at, _, field)) => fields[at] = self.field(&entry.value, entry.key, field),
                None => self.faults.push(self.unknown_key(name, entry, id)),
            }
        }
        if record.name == "model"
            && fields
                .first()
                .is_some_and(|id| !matches!(id.state, State::Value(_)))
        {
            self.faults.push(errors::model_without_id(key));
        }
        Fact {
            state: State::Record(fields),
            span,
            key,
            assumed: false,
        }
    }

    fn unknown_key(&self, name: &str, entry: &Entry, id: RecordId) -> Diagnostic {
        let record = self.schema.record(id);
        // The name may be right and its place wrong: say where it belongs.
        let elsewhere = self
            .schema
            .records
            .iter()
            .find(|other| other.fields.contains_key(name) && other.name != record.name);
        let elsewhere = elsewhere.map(|other| other.name.as_str());
        errors::unknown_fact(
            name,
            entry.key,
            &record.name,
            record.fields.keys().map(String::as_str),
            elsewhere,
        )
    }

    fn field(&mut self, node: &Node, key: Span, field: &Field) -> Fact {
        let span = node.via.unwrap_or(node.span);
        let own = |state| Fact {
            state,
            span,
            key,
            assumed: false,
        };
        match &node.value {
            Tree::Null => return own(State::Unknown),
            Tree::Text(text) if text.as_ref() == "unknown" => return own(State::Unknown),
            Tree::Text(text) if text.as_ref() == "none" && field.or_none => {
                return own(State::None);
            }
            _ => {}
        }
        self.fact(node, key, &field.kind, field.span)
    }

    fn fact(&mut self, node: &Node, key: Span, kind: &Kind, declared: Span) -> Fact {
        let span = node.via.unwrap_or(node.span);
        let own = |state| Fact {
            state,
            span,
            key,
            assumed: false,
        };
        match kind {
            Kind::Record(id) => self.record(node, key, *id),
            Kind::List(inner) => {
                let nodes = match &node.value {
                    Tree::List(nodes) => nodes.as_slice(),
                    // One value may stand for a list of one; a mapping may not, it is too easily a slip.
                    Tree::Map(_) => &[],
                    _ => std::slice::from_ref(node),
                };
                if matches!(node.value, Tree::Map(_)) {
                    self.faults.push(errors::wrong_value(
                        span,
                        &looks(node),
                        &self.schema.kind_said(kind),
                        declared,
                        Some("write a list: begin each entry with `- `, or put it between `[` and `]`"),
                    ));
                }
                let mut list = Vec::new();
                for node in nodes {
                    match self.expression(node, inner) {
                        Some(licenses) => list.extend(licenses),
                        None => list.push(self.element(node, inner, declared)),
                    }
                }
                own(State::List(list))
            }
            Kind::Series(period, inner) => {
                let state = self.series(node, *period, inner, declared);
                own(state)
            }
            single => {
                let state = self.single(node, single, declared);
                own(state.unwrap_or(State::Unknown))
            }
        }
    }

    /// An SPDX expression such as `Apache-2.0 AND MIT` where licenses are listed: every one of them
    /// binds. An `OR` is a choice somebody has to have made.
    fn expression(&mut self, node: &Node, kind: &Kind) -> Option<Vec<Fact>> {
        let Tree::Text(text) = &node.value else {
            return None;
        };
        if *kind != Kind::LicenseName
            || !text.contains(' ')
            || self.licenses.canonical(text).is_some()
        {
            return None;
        }
        let expression = spdx::Expression::parse_mode(text, spdx::ParseMode::LAX).ok()?;
        let span = node.via.unwrap_or(node.span);
        let mut licenses = Vec::new();
        for part in expression.iter() {
            match part {
                spdx::expression::ExprNode::Op(spdx::expression::Operator::And) => {}
                spdx::expression::ExprNode::Op(spdx::expression::Operator::Or) => {
                    self.faults.push(errors::choice_of_licenses(text, span));
                    return Some(Vec::new());
                }
                spdx::expression::ExprNode::Req(required) => {
                    let value = self.license(&required.req.to_string(), span);
                    licenses.push(Fact {
                        state: State::Value(value),
                        span,
                        key: span,
                        assumed: false,
                    });
                }
            }
        }
        Some(licenses)
    }

    fn element(&mut self, node: &Node, kind: &Kind, declared: Span) -> Fact {
        let span = node.via.unwrap_or(node.span);
        if matches!(&node.value, Tree::Null)
            || matches!(&node.value, Tree::Text(text) if text.as_ref() == "unknown")
        {
            return Fact {
                state: State::Unknown,
                span,
                key: span,
                assumed: false,
            };
        }
        let key = first_key(node).unwrap_or(span);
        self.fact(node, key, kind, declared)
    }

    fn series(&mut self, node: &Node, period: Period, inner: &Kind, declared: Span) -> State {
        let Tree::Map(map) = &node.value else {
            let kind = self
                .schema
                .kind_said(&Kind::Series(period, Box::new(inner.clone())));
            let (by, entry) = match period {
                Period::Month => ("month", "2025-03"),
                Period::Year => ("year", "2025"),
            };
            let write = format!("key the entries by {by}: `{{ {entry}: … }}`");
            self.faults.push(errors::wrong_value(
                node.span,
                &looks(node),
                &kind,
                declared,
                Some(&write),
            ));
            return State::Unknown;
        };
        let mut entries: Vec<(i32, Fact)> = Vec::new();
        for (name, entry) in map {
            let at = match period {
                Period::Month => parse_month(name).map(|(year, month)| Month::new(year, month).0),
                Period::Year => (name.len() == 4).then(|| name.parse().ok()).flatten(),
            };
            let Some(at) = at else {
                self.faults
                    .push(errors::wrong_period(entry.key, name, period, declared));
                continue;
            };
            let value = &entry.value;
            let unknown = matches!(&value.value, Tree::Null)
                || matches!(&value.value, Tree::Text(text) if text.as_ref() == "unknown");
            let fact = if unknown {
                Fact {
                    state: State::Unknown,
                    span: value.span,
                    key: entry.key,
                    assumed: false,
                }
            } else {
                self.fact(value, entry.key, inner, declared)
            };
            entries.push((at, fact));
        }
        entries.sort_by_key(|(at, _)| *at);
        State::Series(entries)
    }

    /// A single value or bounds of one.
    fn single(&mut self, node: &Node, kind: &Kind, declared: Span) -> Option<State> {
        let span = node.via.unwrap_or(node.span);
        let wrong = |why: Option<&str>| {
            errors::wrong_value(
                span,
                &looks(node),
                &self.schema.kind_said(kind),
                declared,
                why,
            )
        };
        let text = match (&node.value, kind) {
            (Tree::Bool(yes), Kind::Bool) => return Some(State::Value(Value::Bool(*yes))),
            (Tree::Int(text), Kind::Text | Kind::ModelName) if !text.is_empty() => text.as_ref(),
            (Tree::Float(text), Kind::Text) => text.as_ref(),
            (Tree::Int(text) | Tree::Float(text), Kind::Count(_) | Kind::Decimal) => text.as_ref(),
            (Tree::Text(text), _) => text.as_ref(),
            (Tree::Date(text), Kind::Date) => text.as_ref(),
            _ => {
                let fault = wrong(None);
                self.faults.push(fault);
                return None;
            }
        };
        match kind {
            Kind::Text | Kind::ModelName => {
                return Some(State::Value(Value::Text(text.into())));
            }
            Kind::LicenseName => return Some(State::Value(self.license(text, span))),
            _ => {}
        }
        match bounds(text) {
            Some(Bounds::Range(low, high)) if ordered(kind) => {
                let (Some(low), Some(high)) = (
                    scalar(self.schema, low, kind),
                    scalar(self.schema, high, kind),
                ) else {
                    let fault = wrong(Some("both ends of a range are values of the same kind"));
                    self.faults.push(fault);
                    return None;
                };
                self.range(span, Some((low, true)), Some((high, true)))
            }
            Some(Bounds::Beyond(operator, constant)) if ordered(kind) => {
                let Some(constant) = scalar(self.schema, constant, kind) else {
                    let fault = wrong(Some("a bound is a value of the same kind"));
                    self.faults.push(fault);
                    return None;
                };
                match operator {
                    "<" => self.range(span, None, Some((constant, false))),
                    "<=" => self.range(span, None, Some((constant, true))),
                    ">" => self.range(span, Some((constant, false)), None),
                    _ => self.range(span, Some((constant, true)), None),
                }
            }
            _ => match scalar(self.schema, text, kind) {
                Some(value) => Some(State::Value(value)),
                None => {
                    let fault = self.bad_scalar(text, span, &looks(node), kind, declared);
                    self.faults.push(fault);
                    None
                }
            },
        }
    }

    fn range(
        &mut self,
        span: Span,
        low: Option<(Value, bool)>,
        high: Option<(Value, bool)>,
    ) -> Option<State> {
        let range = Range { low, high };
        if range.is_empty() {
            self.faults.push(errors::empty_range(span));
            return None;
        }
        Some(State::Range(range))
    }

    fn bad_scalar(
        &self,
        text: &str,
        span: Span,
        looks: &str,
        kind: &Kind,
        declared: Span,
    ) -> Diagnostic {
        let wanted = self.schema.kind_said(kind);
        match kind {
            Kind::Bool => {
                let why = match text.to_ascii_lowercase().as_str() {
                    "yes" | "y" | "on" => Some("write `true`; `yes` and `on` are text here"),
                    "no" | "n" | "off" => Some("write `false`; `no` and `off` are text here"),
                    _ => None,
                };
                errors::wrong_value(span, looks, &wanted, declared, why)
            }
            Kind::Choice(id) => {
                let choice = self.schema.choice(*id);
                let known = choice.choices.iter().map(|choice| choice.name.as_str());
                let many = choice.choices.len() > MANY && choice.span.is_somewhere();
                let declared = if many { choice.span } else { declared };
                errors::not_a_choice(span, text, &wanted, known, many, declared)
            }
            Kind::Country | Kind::Territory => {
                let why = if *kind == Kind::Country && self.schema.place(text).is_some() {
                    "that is a territory; name one country"
                } else {
                    "write the two capital letters of ISO 3166, such as `DE`"
                };
                errors::wrong_value(span, looks, &wanted, declared, Some(why))
            }
            Kind::Money => {
                let why = match text.split_once(char::is_whitespace) {
                    Some((code, _)) if Currency::of_code(code).is_none() => {
                        "the first word must be a currency: `EUR 40M`"
                    }
                    Some(_) => "the amount must be a number: `EUR 40M`",
                    None => "say the currency: `EUR 40M`",
                };
                errors::wrong_value(span, looks, &wanted, declared, Some(why))
            }
            Kind::Count(_) => {
                let money = text
                    .split_once(' ')
                    .is_some_and(|(code, _)| Currency::of_code(code).is_some());
                let why = if money {
                    "an amount of money is not a count"
                } else {
                    "write a whole number such as `1_200_000` or `700M`, or bounds such as `600M..800M` or `> 700M`"
                };
                errors::wrong_value(span, looks, &wanted, declared, Some(why))
            }
            Kind::Date if parse_month(text).is_some() => errors::wrong_value(
                span,
                "a month",
                &wanted,
                declared,
                Some("say the day too: `2026-09-01`"),
            ),
            Kind::Date => errors::wrong_value(
                span,
                looks,
                &wanted,
                declared,
                Some("write a day of the calendar: `2026-09-01`"),
            ),
            Kind::Month if parse_date(text).is_some() => errors::wrong_value(
                span,
                "a date",
                &wanted,
                declared,
                Some("leave the day out: `2026-09`"),
            ),
            Kind::Month => {
                errors::wrong_value(span, looks, &wanted, declared, Some("write `2026-09`"))
            }
            Kind::Percent => {
                errors::wrong_value(span, looks, &wanted, declared, Some("write `12.5%`"))
            }
            Kind::Duration => errors::wrong_value(
                span,
                looks,
                &wanted,
                declared,
                Some("write `30 days`, `6 months` or `1 year`"),
            ),
            _ => errors::wrong_value(span, looks, &wanted, declared, None),
        }
    }

    /// A license name, as its id; a name nobody knows stays as it is, unless it looks misspelled.
    fn license(&mut self, text: &str, span: Span) -> Value {
        if let Some(id) = self.licenses.canonical(text) {
            return Value::Text(id.into());
        }
        if let Some(near) = self.licenses.suggestion(text) {
            self.faults
                .push(errors::misspelled_license(text, &near, span));
        }
        Value::Text(text.into())
    }
}

/// One value of a kind, as it is written in every format.
pub(super) fn scalar(schema: &Schema, text: &str, kind: &Kind) -> Option<Value> {
    let text = text.trim();
    Some(match kind {
        Kind::Count(_) => {
            let number = parse_number(text)?;
            Value::Count(
                number
                    .fract()
                    .is_zero()
                    .then(|| number.to_i64())
                    .flatten()?,
            )
        }
        Kind::Decimal => Value::Decimal(parse_number(text)?),
        Kind::Percent => Value::Percent(parse_decimal(text.strip_suffix('%')?.trim_end())?),
        Kind::Money => {
            let (code, amount) = text.split_once(char::is_whitespace)?;
            Value::Money(parse_number(amount.trim())?, Currency::of_code(code)?)
        }
        Kind::Date => Value::Date(parse_date(text)?),
        Kind::Month => {
            let (year, month) = parse_month(text)?;
            Value::Month(Month::new(year, month))
        }
        Kind::Duration => Value::Duration(parse_duration(text)?),
        Kind::Choice(id) => Value::Choice(schema.choice(*id).position(text)?),
        Kind::Country => match schema.place(text)? {
            place @ crate::value::Place::Country(_) => Value::Place(place),
            crate::value::Place::Territory(_) => return None,
        },
        Kind::Territory => Value::Place(schema.place(text)?),
        _ => return None,
    })
}

/// A field nobody stated.
pub fn missing(field: &Field, key: Span) -> Fact {
    match &field.default {
        Some(default) => assumed(default, key),
        None => Fact::unknown(key),
    }
}

/// A default standing in for a fact; the place is that of the default.
pub fn assumed(default: &FactDefault, key: Span) -> Fact {
    let single = |value: &Value| Fact {
        state: State::Value(value.clone()),
        span: default.span,
        key,
        assumed: true,
    };
    let state = match &default.value {
        DefaultValue::None => State::None,
        DefaultValue::Value(value) => State::Value(value.clone()),
        DefaultValue::List(values) => State::List(values.iter().map(single).collect()),
    };
    Fact {
        state,
        span: default.span,
        key,
        assumed: true,
    }
}

fn first_key(node: &Node) -> Option<Span> {
    match &node.value {
        Tree::Map(map) => map.values().next().map(|entry| entry.key),
        _ => None,
    }
}

/// Whether bounds may stand for a value.
pub(super) fn ordered(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Count(_) | Kind::Decimal | Kind::Percent | Kind::Money | Kind::Date | Kind::Month
    )
}

/// Bounds as they are written.
pub(super) enum Bounds<'a> {
    /// From one value to another, both included
    Range(&'a str, &'a str),
    /// An operator and a value
    Beyond(&'a str, &'a str),
}

/// `600M..800M`, `> 700M`, `>= …`, `< …`, `<= …`.
pub(super) fn bounds(text: &str) -> Option<Bounds<'_>> {
    for operator in ["<=", ">=", "<", ">"] {
        if let Some(rest) = text.strip_prefix(operator) {
            return Some(Bounds::Beyond(operator, rest));
        }
    }
    let (low, high) = text.split_once("..")?;
    Some(Bounds::Range(low, high))
}

/// Bytes of a value that a label repeats.
const SHORT: usize = 24;

/// What a node looks like to a person.
fn looks(node: &Node) -> String {
    match &node.value {
        Tree::Null => "nothing".to_owned(),
        Tree::Bool(yes) => format!("`{yes}`"),
        Tree::Int(text) | Tree::Float(text) if text.len() <= SHORT => {
            format!("the number `{text}`")
        }
        Tree::Int(_) | Tree::Float(_) => "a number".to_owned(),
        Tree::Text(text) if text.is_empty() => "an empty text".to_owned(),
        Tree::Text(text) if text.len() <= SHORT && !text.contains(char::is_control) => {
            format!("the text `{text}`")
        }
        Tree::Text(_) => "text".to_owned(),
        Tree::Date(_) => "a date or time".to_owned(),
        Tree::List(_) => "a list".to_owned(),
        Tree::Map(_) => "a mapping".to_owned(),
    }
}

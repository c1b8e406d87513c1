//! What a fact can be, cut where the answers to what the program asks of it change.
//!
//! Comes in: the kind of a fact, what is known of it, and the questions asked. Goes out: finitely many
//! [`Cell`]s; within one, every question has the same answer, so that one sample stands for all.

use crate::eval::{Fact, Frame, Range, State, Truth, atom_truth};
use crate::ir::{Atom, Operand, Operator, Path, Root};
use crate::source::Span;
use crate::value::{Currency, Duration, Kind, Month, Place, Schema, Value};
use indexmap::IndexMap;
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::cmp::Ordering;

/// What is known of a fact that is not known.
#[derive(Clone, Debug)]
pub enum Known {
    /// Nothing
    Nothing,
    /// That it is not applicable
    None,
    /// Bounds
    Range(Range),
}

/// A value that a fact can have, to be written into a facts file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sample {
    /// This value
    Value(Value),
    /// `none`
    None,
    /// `[]`
    Empty,
    /// A list with this member
    With(Value),
    /// Something that has to be described in full: a record, a list with an entry
    Described,
}

/// Values between which no question tells a difference.
#[derive(Clone, Debug)]
pub struct Cell {
    /// The answer to each question; unknown where it may be either.
    pub truths: Vec<Truth>,
    /// Which values.
    pub among: Among,
    /// One of them.
    pub sample: Sample,
}

/// Which values: `> 700 000 000`.
#[derive(Clone, Debug)]
pub struct Among {
    when: String,
    /// For values that can be put in order: where they begin and end.
    ends: Option<(Line, Option<Cut>, Option<Cut>)>,
}

impl Among {
    /// Values that have words and no order.
    pub fn plain(when: String) -> Among {
        Among { when, ends: None }
    }

    /// In words.
    pub fn when(&self) -> &str {
        &self.when
    }
}

/// Some of all values, in as few words as it takes: neighbours are said together, and all but one that
/// has no order as not that one.
pub fn among(values: &[(&Among, bool)], kind: &Kind, schema: &Schema) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut rest = values;
    while let Some(((first, kept), further)) = rest.split_first() {
        rest = further;
        if !kept {
            continue;
        }
        let mut last = *first;
        while let (Some((line, ..)), Some(((next, true), further))) =
            (&last.ends, rest.split_first())
            && next.ends.as_ref().is_some_and(|(other, ..)| other == line)
        {
            (last, rest) = (next, further);
        }
        said.push(match (&first.ends, &last.ends) {
            (Some((line, low, _)), Some((.., high))) if !std::ptr::eq(*first, last) => {
                between(kind, schema, *line, low.as_ref(), high.as_ref())
            }
            _ => first.when.clone(),
        });
    }
    let mut left = values.iter().filter(|(_, kept)| !kept);
    match (left.next(), left.next(), said.len()) {
        (Some((only, _)), None, 2..) if only.ends.is_none() => format!("not {}", only.when),
        _ => said.join(" or "),
    }
}

/// All cells of a fact.
pub struct Cells {
    /// The cells: every value lies in one of them.
    pub all: Vec<Cell>,
    /// Whether each combination of answers in them can be.
    pub exact: bool,
}

/// The path of the fact itself, as questions kept with a fact say it.
pub fn itself(kind: &Kind) -> Path {
    Path {
        root: Root::Element(0),
        steps: Vec::new(),
        base: kind.clone(),
    }
}

/// What cuts a fact.
pub struct Knife<'a> {
    /// The schema.
    pub schema: &'a Schema,
    /// The day of the evaluation.
    pub today: Date,
    /// What the fact can be.
    pub kind: &'a Kind,
    /// Whether `none` is among it.
    pub or_none: bool,
    /// What is known of it.
    pub known: &'a Known,
    /// What is asked of it, about [`itself`].
    pub questions: Vec<&'a Atom>,
}

impl Knife<'_> {
    /// The cells.
    pub fn cells(&self) -> Cells {
        let mut cells = Cells {
            all: Vec::new(),
            exact: true,
        };
        if !matches!(self.known, Known::None) {
            match self.kind {
                Kind::Bool => self.finite(&mut cells, [true, false].map(Value::Bool)),
                Kind::Choice(id) => {
                    let count = self.schema.choice(*id).choices.len();
                    let all = (0..count).filter_map(|at| u16::try_from(at).ok());
                    self.finite(&mut cells, all.map(Value::Choice));
                }
                Kind::Country => self.finite(&mut cells, Place::countries().map(Value::Place)),
                Kind::Territory => {
                    let all = (0..self.schema.territories.len()).filter_map(|at| {
                        let at = u16::try_from(at).ok()?;
                        Some(Place::Territory(at))
                    });
                    let all = Place::countries().chain(all);
                    self.finite(&mut cells, all.map(Value::Place));
                }
                Kind::Text | Kind::ModelName | Kind::LicenseName => self.texts(&mut cells),
                Kind::List(_) | Kind::Record(_) | Kind::Series(..) => cells.all.push(Cell {
                    truths: self.answers(State::Record(Vec::new())),
                    among: Among::plain("not none".to_owned()),
                    sample: Sample::Described,
                }),
                _ => self.lines(&mut cells),
            }
        }
        if matches!(self.known, Known::None)
            || (self.or_none && matches!(self.known, Known::Nothing))
        {
            cells.all.push(Cell {
                truths: self.answers(State::None),
                among: Among::plain("none".to_owned()),
                sample: Sample::None,
            });
        }
        cells
    }

    /// The answers to all questions, where the fact is this.
    pub fn answers(&self, state: State) -> Vec<Truth> {
        let fact = Fact::computed(state, Span::NOWHERE);
        let list = Fact::computed(State::List(vec![fact.clone()]), Span::NOWHERE);
        let each = self.questions.iter().map(|question| {
            let about = match question {
                Atom::Includes(..) => &list,
                _ => &fact,
            };
            let frame = Frame {
                schema: self.schema,
                deployment: about,
                model: None,
                origin: None,
                lineage: None,
                license: None,
                elements: vec![about],
                today: self.today,
            };
            atom_truth(question, &frame)
        });
        each.collect()
    }

    fn of(&self, value: &Value) -> Vec<Truth> {
        self.answers(State::Value(value.clone()))
    }

    // ── one of finitely many ────────────────────────────────────────────────

    fn finite(&self, cells: &mut Cells, values: impl IntoIterator<Item = Value>) {
        let mut groups: IndexMap<Vec<Truth>, Vec<Value>> = IndexMap::new();
        for value in values {
            groups.entry(self.of(&value)).or_default().push(value);
        }
        for (truths, values) in groups {
            let names: Vec<String> = values
                .iter()
                .map(|v| v.said(self.kind, self.schema))
                .collect();
            let when = match names.split_last() {
                Some((last, [])) => last.clone(),
                Some((last, rest)) if names.len() <= 6 => format!("{} or {last}", rest.join(", ")),
                _ => self.described(&truths),
            };
            cells.all.push(Cell {
                truths,
                among: Among::plain(when),
                sample: Sample::Value(values[0].clone()),
            });
        }
    }

    /// Values by the answers they give.
    fn described(&self, truths: &[Truth]) -> String {
        let said = |atom: &Atom| match atom {
            Atom::Within(_, value) => Some(format!("in {}", value.said(self.kind, self.schema))),
            Atom::Compare(_, Operator::Is, Operand::Const(value)) => {
                Some(value.said(self.kind, self.schema))
            }
            Atom::Begins(_, prefix) => Some(format!("begins with \"{prefix}\"")),
            Atom::Matches(_, pattern) => Some(format!("matches \"{pattern}\"")),
            _ => None,
        };
        let asked = self.questions.iter().zip(truths);
        let (mut yes, mut no) = (Vec::new(), Vec::new());
        for (atom, truth) in asked {
            match (truth, said(atom)) {
                (Truth::Yes, Some(said)) => yes.push(said),
                (Truth::No, Some(said)) => no.push(format!("not {said}")),
                _ => {}
            }
        }
        if yes.is_empty() && no.len() != 1 {
            return "anything else".to_owned();
        }
        no.retain(|said| said.starts_with("not in "));
        yes.extend(no);
        if yes.is_empty() {
            return "anything else".to_owned();
        }
        yes.join(" and ")
    }

    // ── texts ───────────────────────────────────────────────────────────────

    fn texts(&self, cells: &mut Cells) {
        let mut named: Vec<Value> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        for (at, question) in self.questions.iter().enumerate() {
            match question {
                Atom::Compare(_, _, Operand::Const(value)) => named.push(value.clone()),
                Atom::In(_, values) => named.extend(values.iter().cloned()),
                Atom::Includes(_, Operand::Const(value)) => {
                    named.push(value.clone());
                    open.push(at);
                }
                Atom::Begins(..) | Atom::Matches(..) => open.push(at),
                _ => {}
            }
        }
        let mut cell = |truths, value: Value, when| {
            cells.all.push(Cell {
                truths,
                among: Among::plain(when),
                sample: Sample::Value(value),
            });
        };
        let mut seen: Vec<&Value> = Vec::new();
        for value in &named {
            if !seen.contains(&value) {
                seen.push(value);
                let when = value.said(self.kind, self.schema);
                cell(self.of(value), value.clone(), when);
            }
        }
        // Every other text: what it begins with or matches is tried out on samples.
        let mut others: IndexMap<Vec<Truth>, Value> = IndexMap::new();
        for text in self.samples() {
            let value = Value::Text(text.into());
            if !named.contains(&value) {
                others.entry(self.of(&value)).or_insert(value);
            }
        }
        // Of several beginnings a text has, the longest decides; and it has the words of one text only.
        let all = |test: fn(&Atom) -> bool| open.iter().all(|at| test(self.questions[*at]));
        let told = all(|atom| matches!(atom, Atom::Begins(..)))
            || all(|atom| matches!(atom, Atom::Includes(..)));
        if told || others.len() == 1 << open.len().min(8) {
            for (truths, value) in others {
                let when = self.described(&truths);
                cell(truths, value, when);
            }
            return;
        }
        let Some((truths, value)) = others.into_iter().next() else {
            return;
        };
        let free = |(at, truth)| {
            if open.contains(&at) {
                Truth::Unknown
            } else {
                truth
            }
        };
        let truths = truths.into_iter().enumerate().map(free).collect();
        cell(truths, value, "anything else".to_owned());
        cells.exact = false;
    }

    fn samples(&self) -> Vec<String> {
        let mut samples = vec!["something else".to_owned(), "another text".to_owned()];
        // However many texts the program names, one sample is none of them.
        samples.push("x".repeat(1 + self.questions.iter().map(longest).max().unwrap_or(0)));
        let mut ends: Vec<String> = vec!["0".to_owned()];
        for question in &self.questions {
            match question {
                Atom::Begins(_, prefix) => {
                    ends.push(format!("{prefix}-0"));
                    samples.extend([prefix.to_string(), format!("{prefix}-0")]);
                }
                Atom::Includes(_, Operand::Const(Value::Text(text))) => {
                    samples.push(format!(" {text}"))
                }
                _ => {}
            }
        }
        for question in &self.questions {
            if let Atom::Matches(_, pattern) = question {
                samples.extend(ends.iter().map(|end| pattern.replace(['*', '?'], end)));
            }
        }
        samples
    }

    // ── lines: numbers, money, dates, months ────────────────────────────────

    fn lines(&self, cells: &mut Cells) {
        let mut lines: IndexMap<Line, Vec<Cut>> = IndexMap::new();
        for question in &self.questions {
            match self.cuts(question) {
                Some(cuts) => {
                    for cut in cuts {
                        lines.entry(Line::of(&cut.value)).or_default().push(cut);
                    }
                }
                None => cells.exact = false,
            }
        }
        if let Known::Range(range) = self.known {
            // A value within bounds lies on the line of the bounds.
            let ends: Vec<Cut> = [&range.low, &range.high]
                .into_iter()
                .zip([true, false])
                .filter_map(|(end, low)| {
                    let (value, closed) = end.as_ref()?;
                    Some(Cut::new(value.clone(), *closed != low))
                })
                .collect();
            if let Some(line) = ends.first().map(|cut| Line::of(&cut.value)) {
                lines.retain(|other, _| *other == line);
                lines.entry(line).or_default().extend(ends);
            }
        }
        if lines.is_empty() {
            lines.insert(self.default_line(), Vec::new());
        }
        for (line, mut cuts) in lines {
            cuts.sort_by(Cut::order);
            cuts.dedup_by(|a, b| a.order(b) == Ordering::Equal);
            self.line(cells, line, &cuts);
        }
        if matches!(self.kind, Kind::Duration) {
            // Months and days together are of neither line.
            cells.exact = false;
            let mixed = Value::Duration(Duration { months: 1, days: 1 });
            let truths = self.questions.iter().map(|_| Truth::Unknown).collect();
            cells.all.push(Cell {
                truths,
                among: Among::plain("months and days".to_owned()),
                sample: Sample::Value(mixed),
            });
        }
    }

    fn default_line(&self) -> Line {
        match self.kind {
            Kind::Money => Line::Money(Currency(*b"USD")),
            Kind::Percent => Line::Percent,
            Kind::Decimal => Line::Decimal,
            Kind::Date => Line::Date,
            Kind::Month => Line::Month,
            Kind::Duration => Line::Days,
            _ => Line::Count,
        }
    }

    fn line(&self, cells: &mut Cells, line: Line, cuts: &[Cut]) {
        let mut found: Vec<Stretch> = Vec::new();
        for at in 0..=cuts.len() {
            let low = at.checked_sub(1).map(|at| &cuts[at]);
            let high = cuts.get(at);
            let Some(value) = line.between(low, high, self.today) else {
                continue;
            };
            if let Known::Range(range) = self.known
                && !range.against(&value).1
            {
                continue;
            }
            let truths = self.of(&value);
            match found.last_mut() {
                Some(before) if before.truths == truths => before.high = high,
                _ => found.push(Stretch {
                    truths,
                    value,
                    low,
                    high,
                }),
            }
        }
        for stretch in found {
            cells.all.push(Cell {
                among: Among {
                    when: between(self.kind, self.schema, line, stretch.low, stretch.high),
                    ends: Some((line, stretch.low.cloned(), stretch.high.cloned())),
                },
                truths: stretch.truths,
                sample: Sample::Value(stretch.value),
            });
        }
    }

    /// Where the answer to a question changes; `None` where that cannot be said.
    fn cuts(&self, question: &Atom) -> Option<Vec<Cut>> {
        let around = |value: &Value| [false, true].map(|after| Cut::new(value.clone(), after));
        Some(match question {
            Atom::Compare(Operand::Fact(_, shift), operator, Operand::Const(value)) => {
                let [before, after] = match (shift, value) {
                    (None, _) => around(value),
                    (Some(by), Value::Date(date)) => {
                        let first = |date: Date| Some(Value::Date(reaching(*by, date)?));
                        let (at, beyond) = (first(*date)?, first(date.tomorrow().ok()?)?);
                        [Cut::new(at, false), Cut::new(beyond, false)]
                    }
                    _ => return None,
                };
                match operator {
                    Operator::Less | Operator::GreaterEqual => vec![before],
                    Operator::LessEqual | Operator::Greater => vec![after],
                    Operator::Is | Operator::IsNot => vec![before, after],
                }
            }
            Atom::In(_, values) => values.iter().flat_map(around).collect(),
            Atom::Includes(_, Operand::Const(value)) => around(value).into(),
            Atom::IsNone(_) => Vec::new(),
            _ => return None,
        })
    }
}

/// The values between two cuts.
fn between(
    kind: &Kind,
    schema: &Schema,
    line: Line,
    low: Option<&Cut>,
    high: Option<&Cut>,
) -> String {
    let said = |value: &Value| value.said(kind, schema);
    if let (Some(low), Some(high)) = (low, high)
        && let Some(only) = line.only(low, high)
    {
        return said(&only);
    }
    let low = low.map(|cut| {
        format!(
            "{} {}",
            if cut.after { ">" } else { ">=" },
            said(&cut.value)
        )
    });
    let high = high.map(|cut| {
        format!(
            "{} {}",
            if cut.after { "<=" } else { "<" },
            said(&cut.value)
        )
    });
    match (low, high) {
        (Some(low), Some(high)) => format!("{low} and {high}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => match line {
            Line::Money(currency) => format!("in {}", currency.code()),
            _ => "any value".to_owned(),
        },
    }
}

/// Neighbouring values with the same answers.
struct Stretch<'c> {
    truths: Vec<Truth>,
    value: Value,
    low: Option<&'c Cut>,
    high: Option<&'c Cut>,
}

/// The length of the longest text a question names.
fn longest(question: &&Atom) -> usize {
    let of = |value: &Value| match value {
        Value::Text(text) => text.len(),
        _ => 0,
    };
    match question {
        Atom::Compare(_, _, Operand::Const(value)) | Atom::Includes(_, Operand::Const(value)) => {
            of(value)
        }
        Atom::In(_, values) => values.iter().map(of).max().unwrap_or(0),
        Atom::Begins(_, text) | Atom::Matches(_, text) => text.len(),
        _ => 0,
    }
}

/// The first day that, moved by `by`, is `date` or later.
fn reaching(by: Duration, date: Date) -> Option<Date> {
    let mut day = by.back().after(date)?;
    while by.after(day)? >= date {
        day = day.yesterday().ok()?;
    }
    while by.after(day)? < date {
        day = day.tomorrow().ok()?;
    }
    Some(day)
}

/// Values that can be put in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Line {
    Count,
    Month,
    Date,
    Decimal,
    Percent,
    Money(Currency),
    Days,
    Months,
}

/// A place between two neighbours: just before or just after a value.
#[derive(Clone, Debug)]
struct Cut {
    value: Value,
    after: bool,
}

impl Cut {
    fn new(value: Value, after: bool) -> Cut {
        Cut { value, after }
    }

    /// The first value after the cut, where values have neighbours.
    fn first(&self) -> Option<Value> {
        if self.after {
            next(&self.value)
        } else {
            Some(self.value.clone())
        }
    }

    fn order(&self, other: &Cut) -> Ordering {
        let end = |cut: &Cut| Line::of(&cut.value).is_discrete() && cut.first().is_none();
        match (end(self), end(other)) {
            (false, false) => {}
            (a, b) => return a.cmp(&b),
        }
        if let (true, Some(a), Some(b)) = (
            Line::of(&self.value).is_discrete(),
            self.first(),
            other.first(),
        ) {
            return a.order(&b).unwrap_or(Ordering::Equal);
        }
        let order = self.value.order(&other.value).unwrap_or(Ordering::Equal);
        order.then(self.after.cmp(&other.after))
    }
}

/// The next value, of those that have one.
fn next(value: &Value) -> Option<Value> {
    Some(match value {
        Value::Count(n) => Value::Count(n.checked_add(1)?),
        Value::Month(Month(n)) => Value::Month(Month(n.checked_add(1)?)),
        Value::Date(date) => Value::Date(date.tomorrow().ok()?),
        Value::Duration(Duration { months: 0, days }) => Value::Duration(Duration {
            months: 0,
            days: days.checked_add(1)?,
        }),
        Value::Duration(Duration { months, days: 0 }) => Value::Duration(Duration {
            months: months.checked_add(1)?,
            days: 0,
        }),
        _ => return None,
    })
}

fn previous(value: &Value) -> Option<Value> {
    Some(match value {
        Value::Count(n) => Value::Count(n.checked_sub(1)?),
        Value::Month(Month(n)) => Value::Month(Month(n.checked_sub(1)?)),
        Value::Date(date) => Value::Date(date.yesterday().ok()?),
        Value::Duration(Duration { months: 0, days }) => Value::Duration(Duration {
            months: 0,
            days: days.checked_sub(1)?,
        }),
        Value::Duration(Duration { months, days: 0 }) => Value::Duration(Duration {
            months: months.checked_sub(1)?,
            days: 0,
        }),
        _ => return None,
    })
}

impl Line {
    fn of(value: &Value) -> Line {
        match value {
            Value::Month(_) => Line::Month,
            Value::Date(_) => Line::Date,
            Value::Decimal(_) => Line::Decimal,
            Value::Percent(_) => Line::Percent,
            Value::Money(_, currency) => Line::Money(*currency),
            Value::Duration(Duration { months: 0, .. }) => Line::Days,
            Value::Duration(_) => Line::Months,
            _ => Line::Count,
        }
    }

    fn is_discrete(self) -> bool {
        !matches!(self, Line::Decimal | Line::Percent | Line::Money(_))
    }

    fn default(self, today: Date) -> Value {
        match self {
            Line::Count => Value::Count(0),
            Line::Month => Value::Month(Month::of(today)),
            Line::Date => Value::Date(today),
            Line::Days => Value::Duration(Duration { months: 0, days: 1 }),
            Line::Months => Value::Duration(Duration { months: 1, days: 0 }),
            dense => dense.dense(Decimal::ZERO),
        }
    }

    fn dense(self, n: Decimal) -> Value {
        match self {
            Line::Money(currency) => Value::Money(n, currency),
            Line::Percent => Value::Percent(n),
            _ => Value::Decimal(n),
        }
    }

    /// A value between two cuts, if there is one.
    fn between(self, low: Option<&Cut>, high: Option<&Cut>, today: Date) -> Option<Value> {
        let (Some(a), b) = (low.or(high), high) else {
            return Some(self.default(today));
        };
        if self.is_discrete() {
            return match low {
                Some(low) => low.first(),
                None => match a.first() {
                    Some(first) => previous(&first),
                    None => Some(a.value.clone()),
                },
            };
        }
        let n = |cut: &Cut| match cut.value {
            Value::Decimal(n) | Value::Percent(n) | Value::Money(n, _) => n,
            _ => Decimal::ZERO,
        };
        let value = match (low, b) {
            (Some(low), Some(high)) if n(low) == n(high) => n(low),
            (Some(low), Some(high)) => {
                let middle = n(low) + (n(high) - n(low)) / Decimal::TWO;
                if middle <= n(low) || middle >= n(high) {
                    return None;
                }
                middle
            }
            (Some(low), None) => n(low).checked_add(Decimal::ONE)?,
            (None, Some(high)) => n(high).checked_sub(Decimal::ONE)?,
            (None, None) => Decimal::ZERO,
        };
        Some(self.dense(value))
    }

    /// The one value between two cuts, if it is one.
    fn only(self, low: &Cut, high: &Cut) -> Option<Value> {
        if self.is_discrete() {
            let (first, end) = (low.first()?, high.first()?);
            return (next(&first)? == end).then_some(first);
        }
        (low.value == high.value).then(|| low.value.clone())
    }
}

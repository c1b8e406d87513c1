//! The days on which the verdict flips while the facts stay as they are.

use super::{Report, Verdict, judge, quick};
use crate::diagnostic::Diagnostic;
use crate::eval::{Fact, State, atom_path};
use crate::ir::{Atom, Layer, Node, Operand, Program, Step, What};
use crate::scene::{Options, Ready, Stage};
use crate::value::{Duration, Kind, Month, Schema, Value};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// Most days that are looked at.
const MOST: usize = 1000;

/// A day on which the verdict becomes another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The first day of the new verdict.
    pub on: Date,
    /// The verdict before.
    pub from: Verdict,
    /// The verdict from this day on.
    pub to: Verdict,
    /// What begins or ends on that day, and what is found then.
    pub because: Vec<String>,
}

/// What lies ahead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// The last day looked at.
    pub until: Date,
    /// The changes, in their order.
    pub changes: Vec<Change>,
    /// Whether every day was looked at that can matter; otherwise `until` is the last one that was.
    pub complete: bool,
}

/// What can matter, by day.
struct Days {
    after: Date,
    until: Date,
    all: BTreeMap<Date, BTreeSet<String>>,
}

impl Days {
    fn add(&mut self, day: Option<Date>, why: impl Into<String>) {
        if let Some(day) = day.filter(|day| *day > self.after && *day <= self.until) {
            self.all.entry(day).or_default().insert(why.into());
        }
    }

    fn span(&mut self, days: (Option<Date>, Option<Date>), what: &str) {
        self.add(days.0, format!("{what} takes effect"));
        if let Some(last) = days.1 {
            self.add(last.tomorrow().ok(), format!("{what} ended on {last}"));
        }
    }
}

/// Looks ahead from the day of a report to `until`.
///
/// # Errors
/// What keeps the deployment from being judged on some later day.
pub fn forecast(
    program: &Program,
    deployment: &Fact,
    options: Options,
    report: &Report,
    until: Date,
) -> Result<Forecast, Vec<Diagnostic>> {
    let mut days = Days {
        after: options.today,
        until,
        all: BTreeMap::new(),
    };
    for layer in program
        .layers
        .iter()
        .filter(|layer| layer.terms().is_none() || report.applied.contains(&layer.id))
    {
        layer_days(layer, &mut days);
    }
    let scoped = |scope: &Option<String>| {
        scope
            .as_ref()
            .is_none_or(|scope| *scope == report.deployment)
    };
    for decided in program
        .decided
        .iter()
        .filter(|decided| scoped(&decided.scope))
    {
        let what = match decided.what {
            What::Reading(_) => "adoption",
            What::Determination(_) => "determination",
            What::Waiver => "waiver",
        };
        let what = format!(
            "the {what} of `{}/{}` by {}",
            decided.layer, decided.about, decided.by
        );
        days.span((Some(decided.on), decided.until), &what);
    }
    for territory in &program.schema.territories {
        for part in &territory.parts {
            let place = program.schema.place_name(part.place);
            if let Some(from) = part.from {
                days.add(Some(from), format!("`{place}` joins `{}`", territory.name));
            }
            if let Some(last) = part.until {
                days.add(
                    last.tomorrow().ok(),
                    format!("`{place}` left `{}`", territory.name),
                );
            }
        }
    }
    let moves = moves(program);
    let root = Kind::Record(Schema::ROOT);
    fact_days(deployment, &root, "", program, &moves, &mut days);
    let complete = days.all.len() <= MOST;
    let mut forecast = Forecast {
        until,
        changes: Vec::new(),
        complete,
    };
    let mut before = (report.verdict, found(report));
    for (day, why) in days.all.into_iter().take(MOST) {
        if !complete {
            forecast.until = day;
        }
        let then = Options {
            today: day,
            ..options
        };
        let ready = Ready::new(program, then);
        let stage = Stage::set(&ready, deployment)?;
        let fast = quick(&stage);
        let settled = matches!(fast, Verdict::Permitted | Verdict::NotPermitted);
        if settled && fast == before.0 {
            continue;
        }
        let then = judge(&stage, &report.deployment)?;
        if then.verdict == before.0 {
            continue;
        }
        let findings = found(&then);
        let mut because: Vec<String> = why.into_iter().collect();
        because.extend(
            findings
                .difference(&before.1)
                .map(|id| format!("`{id}` is found then")),
        );
        because.extend(
            before
                .1
                .difference(&findings)
                .map(|id| format!("`{id}` is found no more")),
        );
        let asked = |report: &Report| -> BTreeSet<String> {
            report
                .missing
                .iter()
                .map(|missing| missing.name.clone())
                .collect()
        };
        because.extend(
            asked(&then)
                .difference(&asked(report))
                .map(|name| format!("it depends on `{name}` then")),
        );
        forecast.changes.push(Change {
            on: day,
            from: before.0,
            to: then.verdict,
            because,
        });
        before = (then.verdict, findings);
    }
    Ok(forecast)
}

/// The findings that decide.
fn found(report: &Report) -> BTreeSet<String> {
    let deciding = report
        .findings
        .iter()
        .filter(|finding| finding.waived.is_none() && finding.level != crate::ir::Level::Advisory);
    deciding.map(|finding| finding.id.clone()).collect()
}

fn layer_days(layer: &Layer, days: &mut Days) {
    days.span(layer.effective, &format!("`{}`", layer.id));
    for clause in &layer.clauses {
        days.span(clause.effective, &format!("`{}`", layer.clause_id(clause)));
    }
    for node in &layer.nodes {
        if let Node::Dated(from, until) = node {
            days.span((*from, *until), &format!("a condition of `{}`", layer.id));
        }
    }
    for atom in &layer.atoms {
        if let Atom::Compare(left, _, right) = atom {
            // A date written in the policy, compared with today.
            for (one, other) in [(left, right), (right, left)] {
                if let (Operand::Const(Value::Date(date)), Operand::Today(by)) = (one, other) {
                    around(
                        *date,
                        *by,
                        &format!("{date} in a condition of `{}`", layer.id),
                        days,
                    );
                }
            }
        }
        months(atom, layer, days);
    }
}

/// The days around the one on which `today` moved by `by` reaches `date`. Month ends are clamped, so that
/// a few days may do it.
fn around(date: Date, by: Duration, why: &str, days: &mut Days) {
    let Some(day) = by.back().after(date) else {
        return;
    };
    let clamped = if by.months == 0 { 0 } else { 3 };
    for shift in -clamped..=clamped + 1 {
        let moved = Duration {
            months: 0,
            days: shift,
        }
        .after(day);
        days.add(moved, why);
    }
}

/// `in last month` and `in last year` move with the calendar.
fn months(atom: &Atom, layer: &Layer, days: &mut Days) {
    let mut paths = Vec::new();
    paths.extend(atom_path(atom));
    if let Atom::Compare(left, _, right) = atom {
        for side in [left, right] {
            if let Operand::Fact(path, _) | Operand::CountOf(path) = side {
                paths.push(path);
            }
        }
    }
    if !paths.iter().any(|path| path.steps.contains(&Step::Last)) {
        return;
    }
    let next = Month::of(days.after).0 + 1;
    for month in (next..).take(MOST + 1) {
        let (year, nth) = (month.div_euclid(12), month.rem_euclid(12) + 1);
        let first = i16::try_from(year).ok().zip(i8::try_from(nth).ok());
        let Some(first) = first.and_then(|(year, nth)| Date::new(year, nth, 1).ok()) else {
            return;
        };
        if first > days.until {
            return;
        }
        let last = Month(month - 1);
        days.add(
            Some(first),
            format!(
                "the last month `{}` asks about is {last} from then on",
                layer.id
            ),
        );
    }
}

/// Every duration by which conditions move a date or today, both ways; none at all among them.
fn moves(program: &Program) -> BTreeSet<Duration> {
    let mut moves = BTreeSet::from([Duration { months: 0, days: 0 }]);
    for layer in &program.layers {
        for atom in &layer.atoms {
            let Atom::Compare(left, _, right) = atom else {
                continue;
            };
            let by = |side: &Operand| match side {
                Operand::Fact(_, by) => *by,
                Operand::Today(by) => Some(by.back()),
                _ => None,
            };
            let (left, right) = (by(left), by(right));
            moves.extend([left, right].into_iter().flatten());
            if let (Some(left), Some(right)) = (left, right) {
                moves.insert(Duration {
                    months: left.months + right.months,
                    days: left.days + right.days,
                });
            }
        }
    }
    moves
}

fn fact_days(
    fact: &Fact,
    kind: &Kind,
    name: &str,
    program: &Program,
    moves: &BTreeSet<Duration>,
    days: &mut Days,
) {
    let mut dated = |value: &Value| {
        if let Value::Date(date) = value {
            for by in moves {
                around(*date, by.back(), &format!("`{name}` is {date}"), days);
            }
        }
    };
    match (&fact.state, kind) {
        (State::Value(value), _) => dated(value),
        (State::Range(range), _) => {
            for (value, _) in [&range.low, &range.high].into_iter().flatten() {
                dated(value);
            }
        }
        (State::List(list), Kind::List(inner)) => {
            for (at, fact) in list.iter().enumerate() {
                fact_days(fact, inner, &format!("{name}[{at}]"), program, moves, days);
            }
        }
        (State::Series(entries), Kind::Series(_, inner)) => {
            for (_, fact) in entries {
                fact_days(fact, inner, name, program, moves, days);
            }
        }
        (State::Record(facts), Kind::Record(id)) => {
            for (fact, field) in facts.iter().zip(program.schema.record(*id).fields.values()) {
                let dot = if name.is_empty() { "" } else { "." };
                let name = format!("{name}{dot}{}", field.name);
                fact_days(fact, &field.kind, &name, program, moves, days);
            }
        }
        _ => {}
    }
}

//! Which clause is which, and what two layers say differently besides their clauses.

use super::diff::{Version, kind};
use super::normal::Normal;
use super::vocabulary::default_said;
use crate::ir::{Decided, Layer, LayerKind, Level, Program, What};
use indexmap::IndexMap;
use jiff::civil::Date;

/// Which clause of the newer layer is which of the older.
pub(super) fn pairs(old: &Layer, new: &Layer, normal: &Normal) -> Vec<(Option<u16>, Option<u16>)> {
    let count = |layer: &Layer| u16::try_from(layer.clauses.len()).unwrap_or(u16::MAX);
    let mut free: Vec<u16> = (0..count(old)).collect();
    let mut found: Vec<Option<u16>> = vec![None; new.clauses.len()];
    let alike: [&dyn Fn(u16, u16) -> bool; 3] = [
        &|a, b| old.clauses[a as usize].name == new.clauses[b as usize].name,
        &|a, b| {
            let (a, b) = (&old.clauses[a as usize], &new.clauses[b as usize]);
            kind(&a.says) == kind(&b.says) && a.title == normal.text(&b.title)
        },
        &|a, b| {
            let (a, b) = (&old.clauses[a as usize], &new.clauses[b as usize]);
            kind(&a.says) == kind(&b.says)
                && a.section.is_some()
                && a.section == b.section
                && a.source.is_some() == b.source.is_some()
        },
    ];
    for alike in alike {
        for at in 0..count(new) {
            if found[at as usize].is_none()
                && let Some(n) = free.iter().position(|other| alike(*other, at))
            {
                found[at as usize] = Some(free.remove(n));
            }
        }
    }
    let both = (0..count(new)).map(|at| (found[at as usize], Some(at)));
    both.chain(free.into_iter().map(|at| (Some(at), None)))
        .collect()
}

/// Other differences between two layers: what is said about a license as a whole, how hard rules are
/// enforced, what was adopted, determined and waived.
pub(super) fn terms(old: Version, new: Version) -> Vec<String> {
    let mut found = Vec::new();
    match (&old.layer.kind, &new.layer.kind) {
        (LayerKind::License(a), LayerKind::License(b)) => {
            let schema = &new.program.schema;
            let relation = schema.enums.iter().find(|known| known.name == "relation");
            let names = |numbers: &[u16]| {
                let names: Vec<&str> = numbers
                    .iter()
                    .filter_map(|at| Some(relation?.choices.get(*at as usize)?.name.as_str()))
                    .collect();
                match names.as_slice() {
                    [] => "nothing".to_owned(),
                    names => names.join(", "),
                }
            };
            changed(
                &mut found,
                "binds descendants through",
                names(&a.binds),
                names(&b.binds),
            );
            changed(
                &mut found,
                "follows outputs through",
                names(&a.follows),
                names(&b.follows),
            );
            changed(
                &mut found,
                "licensor",
                a.licensor.clone(),
                b.licensor.clone(),
            );
        }
        (LayerKind::Policy(a), LayerKind::Policy(b)) => {
            let closed = |closed: bool| if closed { "closed" } else { "open" }.to_owned();
            changed(
                &mut found,
                "the policy is",
                closed(a.closed),
                closed(b.closed),
            );
            levels(old, new, &mut found);
        }
        _ => found.push("one is a license, the other a policy".to_owned()),
    }
    changed(
        &mut found,
        "in force",
        days(old.layer.effective),
        days(new.layer.effective),
    );
    defaults(old.program, new.program, &mut found);
    decisions(old.program, new.program, &mut found);
    found
}

/// What facts are taken to be that nobody states.
fn defaults(old: &Program, new: &Program, found: &mut Vec<String>) {
    let all = |program: &Program| -> IndexMap<String, String> {
        let defaults = program.defaults.iter().map(|(path, default)| {
            let schema = &program.schema;
            let said = default_said(&default.value, &path.kind(schema).0, schema);
            (path.said("", schema), said)
        });
        defaults.collect()
    };
    let (before, after) = (all(old), all(new));
    let names = after
        .keys()
        .chain(before.keys().filter(|name| !after.contains_key(*name)));
    for name in names {
        let said = |all: &IndexMap<String, String>| {
            all.get(name)
                .cloned()
                .unwrap_or_else(|| "unknown".to_owned())
        };
        let what = format!("unless stated, {name} is");
        changed(found, &what, said(&before), said(&after));
    }
}

fn changed(found: &mut Vec<String>, what: &str, before: String, after: String) {
    if before != after {
        found.push(format!("{what} {before} → {after}"));
    }
}

fn days((from, until): (Option<Date>, Option<Date>)) -> String {
    match (from, until) {
        (None, None) => "always".to_owned(),
        (Some(from), None) => format!("from {from}"),
        (None, Some(until)) => format!("until {until}"),
        (Some(from), Some(until)) => format!("from {from} until {until}"),
    }
}

/// How hard the clauses of both policies are enforced.
fn levels(old: Version, new: Version, found: &mut Vec<String>) {
    let said = |version: Version, name: &str| {
        let layer = version.layer;
        let mut levels: Vec<String> = layer
            .enforce
            .iter()
            .filter(|rule| layer.clauses[rule.clause as usize].name == name)
            .map(|rule| {
                let level = match rule.level {
                    Level::Advisory => "advisory",
                    Level::Mandatory => "mandatory",
                    Level::Hard => "hard",
                };
                let schema = &version.program.schema;
                let field = schema.root().fields.get("environment");
                let names: Vec<&str> = rule
                    .environments
                    .iter()
                    .filter_map(|at| match &field?.kind {
                        crate::value::Kind::Choice(id) => {
                            let choice = schema.choice(*id).choices.get(*at as usize)?;
                            Some(choice.name.as_str())
                        }
                        _ => None,
                    })
                    .collect();
                match names.as_slice() {
                    [] => level.to_owned(),
                    names => format!("{level} in {}", names.join(", ")),
                }
            })
            .collect();
        levels.sort();
        match levels.as_slice() {
            [] => "mandatory".to_owned(),
            levels => levels.join(" and "),
        }
    };
    for clause in &new.layer.clauses {
        if old
            .layer
            .clauses
            .iter()
            .any(|known| known.name == clause.name)
        {
            let what = format!("{} is enforced as", clause.name);
            let (before, after) = (said(old, &clause.name), said(new, &clause.name));
            changed(found, &what, before, after);
        }
    }
}

/// What the texts beside the layers adopted, determined and waived.
fn decisions(old: &Program, new: &Program, found: &mut Vec<String>) {
    let said = |decided: &Decided| {
        let about = format!("{}/{}", decided.layer, decided.about);
        let until = decided
            .until
            .map_or_else(String::new, |until| format!(" until {until}"));
        match &decided.what {
            What::Reading(reading) => format!("{about} is adopted as {reading}{until}"),
            What::Determination(value) => format!("{about} is determined as {value}{until}"),
            What::Waiver => format!("{about} is waived{until}"),
        }
    };
    let all = |program: &Program| -> Vec<String> { program.decided.iter().map(said).collect() };
    let (before, after) = (all(old), all(new));
    let new = after.iter().filter(|said| !before.contains(said));
    found.extend(new.map(|said| format!("new: {said}")));
    let gone = before.iter().filter(|said| !after.contains(said));
    found.extend(gone.map(|said| format!("gone: {said}")));
}

//! What stands beside the findings: what is missing, what was assumed, what deserves a look.

use super::{Assumption, Judged, Lead, Missing, MissingKind, Report, Settling, led, said, tell};
use crate::diagnostic::{Code, Diagnostic};
use crate::eval::{self, Reason, Truth};
use crate::exact::{Answer, Ask, Condition, Leads, Outcome, Sample, Settlement, Stop, Unknown};
use crate::ir::{Atom, Node, NodeId, Operand, Path, Program, Says};
use crate::scene::{Check, Scene, Settled, Stage};
use crate::source::Span;
use crate::value::{Currency, Value};

/// The name of a relation by its number.
pub fn relation_name(program: &Program, at: u16) -> String {
    let relation = program.schema.enums.iter().find(|e| e.name == "relation");
    let choice = relation.and_then(|relation| relation.choices.get(at as usize));
    choice.map_or_else(|| "step".to_owned(), |choice| choice.name.clone())
}

/// Every node a check rests on, the ones that decided it first.
fn nodes(scene: &Scene, check: Check) -> Vec<NodeId> {
    let layer = scene.context.layer;
    let effect = |at: u16| layer.clauses[at as usize].effect;
    match check {
        Check::Act(act) => {
            let mut nodes = vec![layer.acts[act as usize]];
            if scene.context.act(act) != Truth::No {
                nodes.extend(layer.grants(act).map(effect));
                nodes.extend(
                    layer
                        .clauses
                        .iter()
                        .filter(|clause| matches!(clause.says, Says::End(_)))
                        .map(|clause| clause.effect),
                );
            }
            nodes
        }
        Check::Forbid(at) => {
            let clause = &layer.clauses[at as usize];
            let mut nodes = vec![clause.effect];
            if let Says::Forbid(acts) = &clause.says
                && scene.context.effect(at) != Truth::No
            {
                nodes.extend(acts.iter().map(|act| layer.acts[*act as usize]));
            }
            nodes
        }
        Check::Duty(at) => {
            let clause = &layer.clauses[at as usize];
            let mut nodes = vec![clause.effect];
            if let Says::Require(holds) = clause.says
                && scene.context.effect(at) != Truth::No
            {
                nodes.push(holds);
            }
            nodes
        }
    }
}

/// The way to a fact of a model: by its place in `models`, or by its id where it is not listed.
pub(super) fn model_way(index: Option<usize>, name: &str, field: &str) -> Vec<Stop> {
    vec![
        Stop::Key("models".to_owned()),
        index.map_or_else(|| Stop::Model(name.to_owned()), Stop::Index),
        Stop::Key(field.to_owned()),
    ]
}

/// What would settle the answer, from the exact procedure; and the clauses that wait for each.
pub fn missing(
    stage: &Stage,
    scenes: &[Scene],
    judged: &[Judged],
    settlement: &Settlement,
    report: &mut Report,
) {
    // A license nobody knows may ask for anything: until the origins are known, nothing permits.
    let origins: Vec<String> = report
        .missing
        .iter()
        .map(|missing| missing.name.clone())
        .collect();
    let names: Vec<String> = settlement
        .asks
        .iter()
        .map(|ask| ask.unknown.name(stage))
        .collect();
    let asks = settlement.asks.iter();
    report
        .missing
        .extend(asks.map(|ask| asked(stage, ask, &origins)));
    let other = |ask: &&Ask| !names.contains(&ask.unknown.name(stage));
    let depends = settlement.depends.iter().filter(other);
    report.depends = depends.map(|ask| asked(stage, ask, &origins)).collect();
    if !settlement.ways.is_empty() && (origins.is_empty() || settlement.goal != Leads::Permitted) {
        let condition =
            |condition: &Condition| (names[condition.ask].clone(), condition.when.clone());
        let ways = settlement.ways.iter();
        report.settling = Some(Settling {
            goal: led(settlement.goal, !origins.is_empty()),
            ways: ways
                .map(|way| way.iter().map(condition).collect())
                .collect(),
            otherwise: led(settlement.otherwise, !origins.is_empty()),
        });
    }
    let unsaid = settlement.unsaid.iter();
    report.remarks.extend(unsaid.filter_map(tell::unsaid));
    waiting(stage, scenes, judged, report);
}

fn asked(stage: &Stage, ask: &Ask, origins: &[String]) -> Missing {
    let lead = |outcome: &Outcome| {
        let needs = outcome.needs.iter().map(|unknown| unknown.name(stage));
        let blocked = outcome.joins || outcome.leads == Leads::Permitted;
        Lead {
            answer: outcome.when.clone(),
            verdict: led(outcome.leads, !origins.is_empty()),
            joins: outcome.joins && origins.is_empty(),
            needs: if blocked {
                origins.to_vec()
            } else {
                needs.collect()
            },
        }
    };
    let missing = Missing {
        name: ask.unknown.name(stage),
        what: MissingKind::Fact,
        asks: String::new(),
        place: Span::NOWHERE,
        words: Span::NOWHERE,
        leads: ask.outcomes.iter().map(lead).collect(),
        clauses: Vec::new(),
        way: Vec::new(),
    };
    let layer = |at: usize| &stage.program.layers[at];
    match &ask.unknown {
        Unknown::Fact {
            kind,
            key,
            words,
            path,
            ..
        } => Missing {
            asks: {
                let none = Answer::Fact(Sample::None);
                let or_none = ask.outcomes.iter().any(|outcome| outcome.answer == none);
                let or_none = if or_none { ", or `none`" } else { "" };
                format!("{}{or_none}", stage.program.schema.kind_said(kind))
            },
            place: *key,
            words: *words,
            way: path.clone(),
            ..missing
        },
        Unknown::Reading {
            layer: at,
            question,
        } => {
            let question = &layer(*at).questions[*question as usize];
            Missing {
                what: MissingKind::Reading,
                asks: question.text.clone(),
                place: question.span,
                words: question.span,
                ..missing
            }
        }
        Unknown::Judgment {
            layer: at,
            judgment,
        } => {
            let judgment = &layer(*at).judgments[*judgment as usize];
            Missing {
                what: MissingKind::Judgment,
                asks: format!("{} ({} decides)", judgment.text, judgment.decided_by),
                place: judgment.span,
                words: judgment.span,
                ..missing
            }
        }
        Unknown::Role { member } => {
            let member = &stage.lineage.members[*member];
            Missing {
                asks: "`deployed` or `parent`: is this model deployed itself, or listed because others are made from it?".to_owned(),
                place: member.place,
                way: model_way(member.index, member.name, "role"),
                ..missing
            }
        }
    }
}

/// For each missing thing, the clauses whose unknown leaves name it.
fn waiting(stage: &Stage, scenes: &[Scene], judged: &[Judged], report: &mut Report) {
    for judged in judged.iter().filter(|judged| judged.is_open()) {
        let scene = &scenes[judged.scene];
        let layer = scene.context.layer;
        let id = match judged.check {
            Check::Forbid(clause) | Check::Duty(clause) => {
                layer.clause_id(&layer.clauses[clause as usize])
            }
            Check::Act(act) => format!("{} ({})", layer.id, stage.program.acts[act as usize].name),
        };
        for node in nodes(scene, judged.check) {
            if scene.context.holds(node) != Truth::Unknown {
                continue;
            }
            for reason in scene.context.reasons(node) {
                let name = open_name(&reason, scene, stage);
                let told = report.missing.iter_mut().chain(&mut report.depends);
                for missing in told.filter(|missing| missing.name == name) {
                    if !missing.clauses.contains(&id) {
                        missing.clauses.push(id.clone());
                    }
                }
            }
        }
    }
}

/// The name of what a reason asks about.
fn open_name(reason: &Reason, scene: &Scene, stage: &Stage) -> String {
    let layer = scene.context.layer;
    let (asked, fact, _) = said::reason(reason, scene, stage);
    match layer.node(reason.node) {
        Node::Reading(question, _) => {
            format!("{}/{}", layer.id, layer.questions[question as usize].name)
        }
        Node::Judgment(_) => format!("{}/{asked}", layer.id),
        _ => fact.unwrap_or(asked),
    }
}

/// What is open about a check.
pub fn open(stage: &Stage, scene: &Scene, check: Check) -> Vec<String> {
    let unknown = |node: &NodeId| scene.context.holds(*node) == Truth::Unknown;
    let nodes = nodes(scene, check).into_iter().filter(unknown);
    let mut names: Vec<String> = nodes
        .flat_map(|node| scene.context.reasons(node))
        .map(|reason| open_name(&reason, scene, stage))
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Defaults of facts and readings taken for granted that decided something.
pub fn assumptions(stage: &Stage, scenes: &[Scene], judged: &[Judged], report: &mut Report) {
    let mut found: Vec<Assumption> = Vec::new();
    let mut add = |new: Assumption| {
        if !found.iter().any(|known| known.name == new.name) {
            found.push(new);
        }
    };
    for judged in judged {
        let scene = &scenes[judged.scene];
        let layer = scene.context.layer;
        for node in nodes(scene, judged.check) {
            for reason in scene.context.reasons(node) {
                if let Some(fact) = reason.fact.filter(|fact| fact.assumed) {
                    let (asked, name, value) = said::reason(&reason, scene, stage);
                    add(Assumption {
                        name: name.unwrap_or(asked),
                        value: value.unwrap_or_else(|| "its default".to_owned()),
                        because: "a default stands in for it".to_owned(),
                        span: fact.span,
                        otherwise: Vec::new(),
                    });
                }
                if reason.truth != Truth::Unknown
                    && let Node::Judgment(judgment) = layer.node(reason.node)
                    && let Some(by) = stage.determined_by(scene.layer, usize::from(judgment))
                {
                    add(Assumption::taken(
                        format!("{}/{}", layer.id, layer.judgments[judgment as usize].name),
                        (reason.truth == Truth::Yes).to_string(),
                        "determined",
                        &by,
                    ));
                }
                if let Node::Reading(question, _) = layer.node(reason.node) {
                    let taken = &stage.taken[scene.layer];
                    let question_said = &layer.questions[question as usize];
                    let (Some(reading), Some(by)) = (
                        taken.readings[question as usize],
                        &taken.readings_by[question as usize],
                    ) else {
                        continue;
                    };
                    add(Assumption::taken(
                        format!("{}/{}", layer.id, question_said.name),
                        question_said.readings[reading as usize].name.clone(),
                        "adopted",
                        by,
                    ));
                }
            }
        }
    }
    for (subject, bonds, _) in &stage.reach {
        for bond in bonds {
            let origin = &stage.lineage.members[bond.origin];
            let id = &stage.program.layers[bond.layer].id;
            if origin.licenses.is_none() && origin.originals.contains(&id.as_str()) {
                add(Assumption {
                    name: format!("models[{}].license", origin.name),
                    value: id.clone(),
                    because: "its licensor released it under this license".to_owned(),
                    span: stage.program.layers[bond.layer].span,
                    otherwise: Vec::new(),
                });
            }
        }
        for bond in bonds {
            let mut child = *subject;
            for (parent, _, span) in &bond.path {
                let edges = stage.lineage.members[child].parents.iter().flatten();
                let edge = edges
                    .filter(|edge| edge.span == *span)
                    .find(|edge| edge.assumed_ours);
                if let Some(edge) = edge {
                    let (child, parent) = (
                        &stage.lineage.members[child].name,
                        &stage.lineage.members[*parent].name,
                    );
                    add(Assumption {
                        name: format!("models[{child}].from[{parent}].taken-by"),
                        value: "us".to_owned(),
                        because: "a default stands in for it".to_owned(),
                        span: edge.span,
                        otherwise: Vec::new(),
                    });
                }
                child = *parent;
            }
        }
    }
    sort(&mut found);
    report.assumptions = found;
}

/// The order in which assumptions are told.
pub fn sort(assumptions: &mut [Assumption]) {
    assumptions.sort_by(|a, b| a.name.cmp(&b.name));
}

impl Assumption {
    /// A reading or a determination that was taken.
    pub(super) fn taken(name: String, value: String, verb: &str, by: &Settled) -> Assumption {
        let because = match by.on {
            None => "the reading taken while nobody adopts another".to_owned(),
            Some(on) => format!("{verb} by {} on {on}{}", by.by, until(by.until)),
        };
        Assumption {
            name,
            value,
            because,
            span: by.span,
            otherwise: Vec::new(),
        }
    }
}

fn until(date: Option<jiff::civil::Date>) -> String {
    date.map_or_else(String::new, |date| format!(", until {date}"))
}

/// Decisions that count no more, and declared licenses that their licensor contradicts.
pub fn remarks(stage: &Stage) -> Vec<Diagnostic> {
    let mut remarks = Vec::new();
    for (about, until, span) in &stage.expired {
        let message = format!("the decision about `{about}` ended on {until} and does not count");
        remarks.push(
            Diagnostic::warning(Code::Expired, message)
                .at(*span, format!("ended {until}"))
                .help("decide again, or remove it"),
        );
    }
    for member in &stage.lineage.members {
        let Some(declared) = &member.licenses else {
            continue;
        };
        for original in member
            .originals
            .iter()
            .filter(|original| !declared.contains(original))
        {
            let layer = stage.program.layer(original);
            let message = format!(
                "`{}` was released under `{original}`, not under `{}`",
                member.name,
                declared.join("`, `")
            );
            let mut remark = Diagnostic::warning(Code::LicenseContradicted, message).at(
                member.place,
                format!("declared as `{}`", declared.join("`, `")),
            );
            if let Some(layer) = layer {
                remark = remark.and(layer.span, "this license lists the model");
            }
            remarks.push(remark.help(format!("both licenses were applied; declare `{original}`, or rename the model if it is another one")));
        }
    }
    remarks
}

/// The fact that a condition compares with an amount, and the currency of that amount.
fn compared_money(atom: &Atom) -> Option<(&Path, Currency)> {
    match atom {
        Atom::Compare(Operand::Fact(path, None), _, Operand::Const(Value::Money(_, wanted))) => {
            Some((path, *wanted))
        }
        _ => None,
    }
}

/// Whether any condition of the program compares amounts of money.
pub fn compares_money(program: &Program) -> bool {
    let mut atoms = program.layers.iter().flat_map(|layer| &layer.atoms);
    atoms.any(|atom| compared_money(atom).is_some())
}

/// Amounts a clause would compare in two currencies: nobody may guess the rate.
///
/// # Errors
/// Each of them, in the order of the text.
pub fn one_currency(scenes: &[Scene]) -> Result<(), Vec<Diagnostic>> {
    let mut faults = Vec::new();
    for scene in scenes {
        let layer = scene.context.layer;
        for (id, node) in (0..).map(NodeId).zip(&layer.nodes) {
            let Node::Atom(at) = node else { continue };
            let Some((path, wanted)) = compared_money(&layer.atoms[*at as usize]) else {
                continue;
            };
            let Some(fact) = scene.context.frame.fact(path) else {
                continue;
            };
            if let Some(Value::Money(_, stated)) = fact.value()
                && *stated != wanted
            {
                faults.push(eval::currencies(
                    fact.place(),
                    stated.code(),
                    layer.span(id),
                    wanted.code(),
                ));
            }
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    crate::diagnostic::in_text_order(&mut faults);
    Err(faults)
}

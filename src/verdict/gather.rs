//! What stands beside the findings: what is missing, what was assumed, what deserves a look.

use super::{Assumption, Judged, Lead, Missing, MissingKind, Report, Verdict, said};
use crate::diagnostic::{Code, Diagnostic};
use crate::eval::{self, Truth};
use crate::exact::{Leads, Settlement, Stop, Unknown};
use crate::ir::{Atom, Node, NodeId, Operand, Program, Says};
use crate::scene::{Check, Scene, Stage};
use crate::source::Span;
use crate::value::Value;

/// The name of a relation by its number.
pub fn relation_name(program: &Program, at: u16) -> String {
    let relation = program.schema.enums.iter().find(|e| e.name == "relation");
    let choice = relation.and_then(|relation| relation.choices.get(at as usize));
    choice.map_or_else(|| "step".to_owned(), |choice| choice.name.clone())
}

/// Every node a check rests on, the ones that decided it first.
fn nodes(scene: &Scene, check: Check) -> Vec<NodeId> {
    let layer = scene.context.layer;
    let grants = |act: u16| {
        let clauses = layer.clauses.iter();
        let naming = clauses
            .filter(move |clause| matches!(&clause.says, Says::Grant(acts) if acts.contains(&act)));
        naming.map(|clause| clause.effect)
    };
    match check {
        Check::Act(act) => {
            let mut nodes = vec![layer.acts[act as usize]];
            if scene.context.act(act) != Truth::No {
                nodes.extend(grants(act));
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
    for ask in &settlement.asks {
        let leads = ask.outcomes.iter().map(|outcome| Lead {
            answer: outcome.when.clone(),
            verdict: match outcome.leads {
                Leads::Permitted => Verdict::Permitted,
                Leads::NotPermitted => Verdict::NotPermitted,
                Leads::Undetermined => Verdict::Undetermined,
            },
        });
        let leads: Vec<Lead> = leads.collect();
        let layer = |at: usize| &stage.program.layers[at];
        let missing = match &ask.unknown {
            Unknown::Fact {
                name,
                kind,
                key,
                words,
                path,
            } => Missing {
                name: name.clone(),
                what: MissingKind::Fact,
                asks: stage.program.schema.kind_said(kind),
                place: *key,
                words: *words,
                leads,
                clauses: Vec::new(),
                way: path.clone(),
            },
            Unknown::Reading {
                layer: at,
                question,
            } => {
                let question = &layer(*at).questions[*question as usize];
                Missing {
                    name: format!("{}/{}", layer(*at).id, question.name),
                    what: MissingKind::Reading,
                    asks: question.text.clone(),
                    place: question.span,
                    words: question.span,
                    leads,
                    clauses: Vec::new(),
                    way: Vec::new(),
                }
            }
            Unknown::Judgment {
                layer: at,
                judgment,
            } => {
                let judgment = &layer(*at).judgments[*judgment as usize];
                Missing {
                    name: format!("{}/{}", layer(*at).id, judgment.name),
                    what: MissingKind::Judgment,
                    asks: format!("{} ({} decides)", judgment.text, judgment.decided_by),
                    place: judgment.span,
                    words: judgment.span,
                    leads,
                    clauses: Vec::new(),
                    way: Vec::new(),
                }
            }
            Unknown::Role { member } => {
                let member = &stage.lineage.members[*member];
                Missing {
                    name: format!("models[{}].role", member.name),
                    what: MissingKind::Fact,
                    asks: "`deployed` or `parent`: is this model deployed itself, or listed because others are made from it?".to_owned(),
                    place: member.place,
                    words: Span::NOWHERE,
                    leads,
                    clauses: Vec::new(),
                    way: model_way(member.index, &member.name, "role"),
                }
            }
        };
        report.missing.push(missing);
    }
    waiting(stage, scenes, judged, report);
}

/// For each missing thing, the clauses whose unknown leaves name it.
fn waiting(stage: &Stage, scenes: &[Scene], judged: &[Judged], report: &mut Report) {
    for judged in judged
        .iter()
        .filter(|judged| judged.decisive && judged.fails == Truth::Unknown)
    {
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
                let (asked, fact, _) = said::reason(&reason, scene, stage);
                let name = match layer.node(reason.node) {
                    Node::Reading(question, _) => {
                        format!("{}/{}", layer.id, layer.questions[question as usize].name)
                    }
                    Node::Judgment(_) => format!("{}/{asked}", layer.id),
                    _ => fact.unwrap_or(asked),
                };
                for missing in report
                    .missing
                    .iter_mut()
                    .filter(|missing| missing.name == name)
                {
                    if !missing.clauses.contains(&id) {
                        missing.clauses.push(id.clone());
                    }
                }
            }
        }
    }
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
                    });
                }
                if reason.truth != Truth::Unknown
                    && let Node::Judgment(judgment) = layer.node(reason.node)
                    && let Some(by) = &stage.taken[scene.layer].judgments_by[judgment as usize]
                    && let Some(on) = by.on
                {
                    add(Assumption {
                        name: format!("{}/{}", layer.id, layer.judgments[judgment as usize].name),
                        value: (reason.truth == Truth::Yes).to_string(),
                        because: format!("determined by {} on {on}{}", by.by, until(by.until)),
                        span: by.span,
                    });
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
                    let because = match by.on {
                        None => "the reading taken while nobody adopts another".to_owned(),
                        Some(on) => format!("adopted by {} on {on}{}", by.by, until(by.until)),
                    };
                    add(Assumption {
                        name: format!("{}/{}", layer.id, question_said.name),
                        value: question_said.readings[reading as usize].name.clone(),
                        because,
                        span: by.span,
                    });
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
                    });
                }
                child = *parent;
            }
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    report.assumptions = found;
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

/// Amounts a clause would compare in two currencies: nobody may guess the rate.
pub fn currencies(scenes: &[Scene]) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    for scene in scenes {
        let layer = scene.context.layer;
        for (id, node) in (0..).map(NodeId).zip(&layer.nodes) {
            let Node::Atom(at) = node else { continue };
            let Atom::Compare(
                Operand::Fact(path, None),
                _,
                Operand::Const(Value::Money(_, wanted)),
            ) = &layer.atoms[*at as usize]
            else {
                continue;
            };
            let Some(fact) = scene.context.frame.fact(path) else {
                continue;
            };
            if let Some(Value::Money(_, stated)) = fact.value()
                && stated != wanted
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
    faults
}

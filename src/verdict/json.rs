//! Reports for other programs. The shapes are published as a JSON Schema (`clausula schema output`) and
//! versioned by [`VERSION`]: fields are added, never renamed or removed within one version.

use super::{Because, MissingKind, Report};
use crate::diagnostic::report::{Placed, placed};
use crate::diagnostic::{Diagnostic, Label};
use crate::ir::Level;
use crate::source::{Sources, Span};
use schemars::JsonSchema;
use serde::Serialize;

/// The version of the output.
pub const VERSION: u32 = 1;

/// The whole output of `clausula check --format json`.
#[derive(Serialize, JsonSchema)]
pub struct Output {
    /// The version of these shapes.
    pub version: u32,
    /// The verdict over all deployments: the strictest.
    pub verdict: String,
    /// The exit status: 0 permitted, 1 not permitted, 2 could not judge, 3 undetermined, 4 nothing applied.
    pub status: u8,
    /// One report per deployment that could be judged, in the order of the files.
    pub deployments: Vec<Deployment>,
    /// What kept deployments or policies from being judged.
    pub faults: Vec<Message>,
}

/// One deployment.
#[derive(Serialize, JsonSchema)]
pub struct Deployment {
    /// Its name, or its place in the file.
    pub deployment: String,
    /// Where it is stated.
    pub place: Option<Placed>,
    /// The day of the evaluation, as `2026-11-22`.
    pub as_of: String,
    /// `permitted`, `not permitted`, `undetermined` or `nothing applied`.
    pub verdict: String,
    /// Whether the verdict is exact; otherwise it is a sound superset, and never a permit.
    pub exact: bool,
    /// The licenses and policies that were applied.
    pub applied: Vec<String>,
    /// Findings, gravest first.
    pub findings: Vec<Finding>,
    /// What would permit it. `null` where it is not refused, and for deployments after the first
    /// hundred of a run that are.
    pub would_permit: Option<WouldPermit>,
    /// Duties that are due and met.
    pub duties: Vec<Duty>,
    /// What can settle the verdict.
    pub missing: Vec<Missing>,
    /// Where the answers to what is missing lead, together; where facts are missing.
    pub settling: Option<Settling>,
    /// Questions and judgments on which the verdict depends and that are not among what is missing.
    pub depends: Vec<Missing>,
    /// What was taken for granted.
    pub assumptions: Vec<Assumption>,
    /// What deserves a look.
    pub remarks: Vec<Message>,
    /// With `--until`: the days on which the verdict becomes another one while the facts stay as they are.
    pub changes: Vec<Change>,
    /// With `--until`: the last day that was looked at.
    pub changes_until: Option<String>,
}

/// A day on which the verdict becomes another one.
#[derive(Serialize, JsonSchema)]
pub struct Change {
    /// The first day of the new verdict, as `2026-11-22`.
    pub on: String,
    /// The verdict before.
    pub from: String,
    /// The verdict from this day on.
    pub to: String,
    /// What begins or ends on that day, and what is found then.
    pub because: Vec<String>,
}

/// One clause's result.
#[derive(Serialize, JsonSchema)]
pub struct Finding {
    /// Stable id: `llama-4/display`.
    pub id: String,
    /// `not-licensed`, `withheld`, `ended`, `breached`, `open`.
    pub outcome: String,
    /// The code of the message, explained by `clausula explain CODE`.
    pub code: String,
    /// `hard`, `mandatory` or `advisory`; only the first two decide.
    pub level: String,
    /// Who waived it.
    pub waived_by: Option<String>,
    /// Whether a claim of the press decides it.
    pub reported: bool,
    /// The title of the clause.
    pub title: String,
    /// The title of the license or policy.
    pub layer: String,
    /// The section it encodes.
    pub section: Option<String>,
    /// The model it is about.
    pub model: Option<String>,
    /// How the license reaches the model, step by step up.
    pub path: Vec<String>,
    /// The acts it is about.
    pub acts: Vec<String>,
    /// Why: both sides of each reason.
    pub because: Vec<Reason>,
    /// What is open about the clause and makes no difference: it comes to this whatever that is.
    pub whatever: Vec<String>,
    /// Other findings, by id, where it is this one or another of them, depending on what is open.
    pub or: Vec<String>,
    /// What to do next.
    pub fix: Option<String>,
    /// The message as a sentence.
    pub message: String,
}

/// Words of a clause and the fact that met them.
#[derive(Serialize, JsonSchema)]
pub struct Reason {
    /// What was asked.
    pub asked: String,
    /// Whether it holds.
    pub holds: bool,
    /// The words in the policy.
    pub clause: Option<Placed>,
    /// The fact's name.
    pub fact: Option<String>,
    /// What it is.
    pub value: Option<String>,
    /// Where it is stated, or what should hold it.
    pub place: Option<Placed>,
}

/// What would permit a deployment that is not permitted.
#[derive(Serialize, JsonSchema)]
pub struct WouldPermit {
    /// `changes`; `nothing` where no change of what people can change permits it; `not settled` where a
    /// limit was reached.
    pub found: String,
    /// Changes to choose from: the cheapest, and a firm one if that one leaves something open.
    pub ways: Vec<Way>,
}

/// Changes that permit a deployment, all together. They were applied and judged again, and none of
/// them can be left out.
#[derive(Serialize, JsonSchema)]
pub struct Way {
    /// The changes.
    pub changes: Vec<ToChange>,
    /// The verdict after them: `permitted`, or `undetermined` while something is open.
    pub verdict: String,
    /// What is open after them.
    pub open: Vec<Missing>,
    /// Where the answers to what is open lead, together.
    pub settling: Option<Settling>,
}

/// One change.
#[derive(Serialize, JsonSchema)]
pub struct ToChange {
    /// The fact, or the model.
    pub fact: String,
    /// What is to be so: `includes "Built with Llama"`.
    pub to: String,
    /// What is so now.
    pub now: Option<String>,
    /// Where that is stated.
    pub place: Option<Placed>,
}

/// A duty that is due and met.
#[derive(Serialize, JsonSchema)]
pub struct Duty {
    /// The clause.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The section it encodes.
    pub section: Option<String>,
    /// Whether a claim of the press asks for it.
    pub reported: bool,
    /// The model it is about.
    pub model: Option<String>,
}

/// Something to find out.
#[derive(Serialize, JsonSchema)]
pub struct Missing {
    /// A fact as in the facts file, or the id of a question or judgment.
    pub name: String,
    /// `fact`, `reading`, `judgment` or `origin`.
    pub kind: String,
    /// What is asked.
    pub asks: String,
    /// Where it belongs, or where it is posed.
    pub place: Option<Placed>,
    /// What each answer would lead to.
    pub leads: Vec<Lead>,
    /// The clauses that wait for it.
    pub clauses: Vec<String>,
}

/// What an answer would lead to.
#[derive(Serialize, JsonSchema)]
pub struct Lead {
    /// The answer.
    pub answer: String,
    /// The verdict then, whatever the other answers are.
    pub verdict: String,
    /// Whether one of the ways of `settling` can be taken with it.
    pub joins: bool,
    /// Where it does not join and settles nothing: what else has to be known.
    pub needs: Vec<String>,
}

/// What the answers to everything that is missing come to, taken together.
#[derive(Serialize, JsonSchema)]
pub struct Settling {
    /// What they can bring about: `permitted`; or `not permitted`, where nothing else is left to ask.
    pub verdict: String,
    /// How: one of these, all of its conditions.
    pub ways: Vec<Vec<Condition>>,
    /// The verdict in all other cases; `undetermined` where more has to be known.
    pub otherwise: String,
}

/// What an answer has to be.
#[derive(Serialize, JsonSchema)]
pub struct Condition {
    /// What is missing, by its name.
    pub name: String,
    /// Among which values it has to be: `<= 700 000 000`, `not in EU`.
    pub is: String,
}

/// Something taken for granted.
#[derive(Serialize, JsonSchema)]
pub struct Assumption {
    /// A fact or a question.
    pub name: String,
    /// What was assumed.
    pub value: String,
    /// Why.
    pub because: String,
    /// Where that is declared.
    pub place: Option<Placed>,
    /// For a reading, a determination, or claims that count: what else could be taken under which the
    /// verdict is another one. Empty where it makes no difference.
    pub otherwise: Vec<Otherwise>,
}

/// Another reading or determination, and the verdict under it.
#[derive(Serialize, JsonSchema)]
pub struct Otherwise {
    /// The other one.
    pub value: String,
    /// The verdict under it, everything else as it is.
    pub verdict: String,
}

/// The whole output of `clausula ask --format json`.
#[derive(Serialize, JsonSchema)]
pub struct Questions {
    /// The version of these shapes.
    pub version: u32,
    /// The exit status: 0 permitted, 1 not permitted, 2 could not judge, 3 undetermined, 4 nothing applied.
    pub status: u8,
    /// What is to be asked about each deployment.
    pub deployments: Vec<Asked>,
}

/// What is to be asked about one deployment.
#[derive(Serialize, JsonSchema)]
pub struct Asked {
    /// Its name, or its place in the file.
    pub deployment: String,
    /// The day of the evaluation, as `2026-11-22`.
    pub as_of: String,
    /// `permitted`, `not permitted`, `undetermined` or `nothing applied`.
    pub verdict: String,
    /// What can settle the verdict, the most decisive question first.
    pub questions: Vec<Question>,
    /// Where the answers lead, together.
    pub settling: Option<Settling>,
}

/// Something to ask a person.
#[derive(Serialize, JsonSchema)]
pub struct Question {
    /// The name for `--answer NAME=VALUE`.
    pub name: String,
    /// `fact`, `reading`, `judgment` or `origin`.
    pub kind: String,
    /// What is asked.
    pub asks: String,
    /// Its answers, and what each would lead to.
    pub options: Vec<Lead>,
    /// Where it belongs, or where it is posed.
    pub place: Option<Placed>,
    /// The words that ask for it.
    pub words: Option<Placed>,
    /// The clauses that wait for it.
    pub clauses: Vec<String>,
    /// For a reading: the line of a policy that adopts it.
    pub adopt: Option<String>,
}

/// What is missing, as questions; `adopt` gives the line of a policy where facts cannot answer.
pub fn questions(
    report: &Report,
    sources: &Sources,
    adopt: &dyn Fn(&super::Missing) -> Option<String>,
) -> Vec<Question> {
    let question = |missing: &super::Missing| Question {
        name: missing.name.clone(),
        kind: kind(missing.what).to_owned(),
        asks: missing.asks.clone(),
        options: leads(missing),
        place: place(missing.place, sources),
        words: place(missing.words, sources),
        clauses: missing.clauses.clone(),
        adopt: adopt(missing),
    };
    report.missing.iter().map(question).collect()
}

fn kind(what: MissingKind) -> &'static str {
    match what {
        MissingKind::Fact => "fact",
        MissingKind::Reading => "reading",
        MissingKind::Judgment => "judgment",
        MissingKind::Origin => "origin",
    }
}

fn leads(missing: &super::Missing) -> Vec<Lead> {
    let lead = |lead: &super::Lead| Lead {
        answer: lead.answer.clone(),
        verdict: lead.verdict.as_str().to_owned(),
        joins: lead.joins,
        needs: lead.needs.clone(),
    };
    missing.leads.iter().map(lead).collect()
}

/// Where the answers to what is missing lead, together.
pub fn settling(found: &super::Settling) -> Settling {
    let condition = |(name, is): &(String, String)| Condition {
        name: name.clone(),
        is: is.clone(),
    };
    let ways = found.ways.iter();
    Settling {
        verdict: found.goal.as_str().to_owned(),
        ways: ways
            .map(|way| way.iter().map(condition).collect())
            .collect(),
        otherwise: found.otherwise.as_str().to_owned(),
    }
}

/// A message with its places.
#[derive(Serialize, JsonSchema)]
pub struct Message {
    /// Its code, explained by `clausula explain CODE`.
    pub code: String,
    /// `error`, `warning` or `advice`.
    pub severity: String,
    /// One sentence.
    pub message: String,
    /// The places it speaks of.
    pub labels: Vec<Placed>,
    /// What to do next.
    pub help: Option<String>,
}

/// A message for other programs.
pub fn message(diagnostic: &Diagnostic, sources: &Sources) -> Message {
    Message {
        code: diagnostic.code.to_string(),
        severity: diagnostic.severity.to_string(),
        message: diagnostic.message.clone(),
        labels: diagnostic
            .labels
            .iter()
            .filter_map(|label| placed(label, sources))
            .collect(),
        help: diagnostic.help.clone(),
    }
}

fn place(span: Span, sources: &Sources) -> Option<Placed> {
    placed(
        &Label {
            span,
            text: String::new(),
            primary: true,
        },
        sources,
    )
}

/// How hard, as written.
fn level(level: Level) -> &'static str {
    match level {
        Level::Advisory => "advisory",
        Level::Mandatory => "mandatory",
        Level::Hard => "hard",
    }
}

fn missing(all: &[super::Missing], sources: &Sources) -> Vec<Missing> {
    let each = all.iter().map(|missing| Missing {
        name: missing.name.clone(),
        kind: kind(missing.what).to_owned(),
        asks: missing.asks.clone(),
        place: place(missing.place, sources),
        leads: leads(missing),
        clauses: missing.clauses.clone(),
    });
    each.collect()
}

fn would_permit(found: &super::WouldPermit, sources: &Sources) -> WouldPermit {
    let (word, ways) = match found {
        super::WouldPermit::If(ways) => ("changes", ways.as_slice()),
        super::WouldPermit::Nothing => ("nothing", &[][..]),
        super::WouldPermit::NotSettled => ("not settled", &[][..]),
    };
    let change = |change: &super::remedy::Change| ToChange {
        fact: change.fact.clone(),
        to: change.says.clone(),
        now: change.now.clone(),
        place: place(change.place, sources),
    };
    let way = |remedy: &super::Remedy| Way {
        changes: remedy.changes.iter().map(change).collect(),
        verdict: remedy.verdict.as_str().to_owned(),
        open: missing(&remedy.open, sources),
        settling: remedy.settling.as_ref().map(settling),
    };
    WouldPermit {
        found: word.to_owned(),
        ways: ways.iter().map(way).collect(),
    }
}

/// A report for other programs.
pub fn deployment(report: &Report, sources: &Sources) -> Deployment {
    let reason = |because: &Because| Reason {
        asked: because.asked.clone(),
        holds: because.holds,
        clause: place(because.words, sources),
        fact: because.fact.clone(),
        value: because.value.clone(),
        place: place(because.place, sources),
    };
    let findings = report.findings.iter().map(|finding| Finding {
        id: finding.id.clone(),
        outcome: finding.outcome.as_str().to_owned(),
        code: finding.code.to_string(),
        level: level(finding.level).to_owned(),
        waived_by: finding.waived.as_ref().map(|waived| waived.by.clone()),
        reported: finding.reported,
        title: finding.title.clone(),
        layer: finding.layer.clone(),
        section: finding.section.clone(),
        model: finding.model.clone(),
        path: finding.path.clone(),
        acts: finding.acts.clone(),
        because: finding.because.iter().map(reason).collect(),
        whatever: finding.whatever.clone(),
        or: finding.or.clone(),
        fix: finding.fix.clone(),
        message: finding.diagnostic.message.clone(),
    });
    Deployment {
        deployment: report.deployment.clone(),
        place: place(report.place, sources),
        as_of: report.as_of.to_string(),
        verdict: report.verdict.as_str().to_owned(),
        exact: report.exact,
        applied: report.applied.clone(),
        findings: findings.collect(),
        would_permit: report
            .would_permit
            .as_ref()
            .map(|found| would_permit(found, sources)),
        duties: report
            .duties
            .iter()
            .map(|duty| Duty {
                id: duty.id.clone(),
                title: duty.title.clone(),
                section: duty.section.clone(),
                reported: duty.reported,
                model: duty.model.clone(),
            })
            .collect(),
        missing: missing(&report.missing, sources),
        settling: report.settling.as_ref().map(settling),
        depends: missing(&report.depends, sources),
        assumptions: report
            .assumptions
            .iter()
            .map(|assumption| Assumption {
                name: assumption.name.clone(),
                value: assumption.value.clone(),
                because: assumption.because.clone(),
                place: place(assumption.span, sources),
                otherwise: assumption
                    .otherwise
                    .iter()
                    .map(|(value, verdict)| Otherwise {
                        value: value.clone(),
                        verdict: verdict.as_str().to_owned(),
                    })
                    .collect(),
            })
            .collect(),
        remarks: report
            .remarks
            .iter()
            .map(|remark| message(remark, sources))
            .collect(),
        changes: report
            .forecast
            .iter()
            .flat_map(|forecast| &forecast.changes)
            .map(|change| Change {
                on: change.on.to_string(),
                from: change.from.as_str().to_owned(),
                to: change.to.as_str().to_owned(),
                because: change.because.clone(),
            })
            .collect(),
        changes_until: report
            .forecast
            .as_ref()
            .map(|forecast| forecast.until.to_string()),
    }
}

/// The published JSON Schema of [`Output`], as text.
pub fn schema() -> String {
    let schema = schemars::schema_for!(Output);
    serde_json::to_string_pretty(&schema).unwrap_or_default()
}

/// The published JSON Schema of [`Questions`], as text.
pub fn questions_schema() -> String {
    let schema = schemars::schema_for!(Questions);
    serde_json::to_string_pretty(&schema).unwrap_or_default()
}

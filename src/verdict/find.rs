//! The judgment of one deployment: every check, then the answer, then what there is to say.

use super::gather;
use super::{
    Because, Duty, Finding, Judged, Missing, Outcome, Report, Settling, Verdict, checks, has_gaps,
    quick_in, said, settle, settled, tell,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::eval::{Fact, Gap, Reason, State, Truth};
use crate::exact;
use crate::ir::{Level, Node, NodeId, Says};
use crate::scene::{Check, Scene, Stage};
use crate::source::Span;

/// Judges a deployment; `fallback` names it if it has no name of its own.
///
/// # Errors
/// Amounts that are compared in two currencies.
pub fn judge(stage: &Stage, fallback: &str) -> Result<Report, Vec<Diagnostic>> {
    judge_without(stage, fallback, &[])
}

/// Judges a deployment; what is `passed`, by name, is not asked for.
///
/// # Errors
/// Amounts that are compared in two currencies.
pub fn judge_without(
    stage: &Stage,
    fallback: &str,
    passed: &[String],
) -> Result<Report, Vec<Diagnostic>> {
    let scenes = stage.scenes();
    gather::one_currency(&scenes)?;
    let judged = checks(stage, &scenes);
    let mut report = blank(stage, fallback);
    report.remarks = gather::remarks(stage);
    report.applied = applied(stage, &scenes);
    let finder = Finder {
        stage,
        scenes: &scenes,
        passed,
        limits: exact::Limits::default(),
    };
    finder.findings(&judged, &mut report);
    finder.gaps(&mut report);
    report.verdict = finder.verdict(&judged, &mut report);
    finder.duties(&judged, &mut report);
    gather::assumptions(stage, &scenes, &judged, &mut report);
    report
        .findings
        .sort_by_key(|finding| (rank(finding), finding.id.clone(), finding.model.clone()));
    Ok(report)
}

/// The verdict, what is missing for it, and where the answers lead: that part of what [`judge`] finds.
///
/// # Errors
/// Amounts that are compared in two currencies.
pub(super) fn missing(
    stage: &Stage,
) -> Result<(Verdict, Vec<Missing>, Option<Settling>), Vec<Diagnostic>> {
    let scenes = stage.scenes();
    gather::one_currency(&scenes)?;
    let mut report = blank(stage, "");
    let finder = Finder {
        stage,
        scenes: &scenes,
        passed: &[],
        limits: exact::Limits {
            depends: false,
            ..exact::Limits::default()
        },
    };
    finder.gaps(&mut report);
    let verdict = finder.verdict(&checks(stage, &scenes), &mut report);
    Ok((verdict, report.missing, report.settling))
}

/// A report that says nothing yet.
fn blank(stage: &Stage, fallback: &str) -> Report {
    Report {
        deployment: stage.name().unwrap_or(fallback).to_owned(),
        place: stage
            .root("deployment")
            .map_or(stage.deployment.key, |fact| fact.place()),
        as_of: stage.ready.options.today,
        verdict: Verdict::NothingApplied,
        exact: true,
        findings: Vec::new(),
        duties: Vec::new(),
        missing: Vec::new(),
        settling: None,
        depends: Vec::new(),
        assumptions: Vec::new(),
        remarks: Vec::new(),
        applied: Vec::new(),
        forecast: None,
        would_permit: None,
    }
}

/// Gravest first: what decides, hard before mandatory; then advisory; then waived.
fn rank(finding: &Finding) -> (bool, bool, std::cmp::Reverse<Level>, u8) {
    let kind = match finding.outcome {
        Outcome::Ended | Outcome::Withheld => 0,
        Outcome::NotLicensed => 1,
        Outcome::Breached => 2,
        Outcome::Open => 3,
        Outcome::OriginUnknown => 4,
    };
    (
        finding.waived.is_some(),
        finding.level == Level::Advisory,
        std::cmp::Reverse(finding.level),
        kind,
    )
}

fn applied(stage: &Stage, scenes: &[Scene]) -> Vec<String> {
    let mut ids: Vec<String> = scenes
        .iter()
        .map(|scene| stage.program.layers[scene.layer].id.clone())
        .collect();
    ids.sort();
    ids.dedup();
    ids
}

/// Why a check fails in every world.
struct Open<'o> {
    /// The conditions that are known and that matter, each of a scene by its number.
    known: &'o [(usize, NodeId)],
    /// The other findings, where it is one or another of them.
    or: Vec<String>,
}

struct Finder<'s, 'a> {
    stage: &'s Stage<'a>,
    scenes: &'s [Scene<'a>],
    passed: &'s [String],
    /// How much the exact answer may take.
    limits: exact::Limits,
}

impl Finder<'_, '_> {
    fn verdict(&self, judged: &[Judged], report: &mut Report) -> Verdict {
        let open: Vec<&Judged> = judged.iter().filter(|judged| judged.is_open()).collect();
        let quick = quick_in(self.stage, self.scenes, judged);
        if quick != Verdict::Undetermined || open.is_empty() {
            return quick;
        }
        let settlement = settle(self.stage, self.scenes, judged, self.passed, &self.limits);
        report.exact = settlement.exact && settlement.gave_up.is_none();
        if let Some(limit) = settlement.gave_up {
            report.remarks.push(tell::gave_up(limit, self.stage));
        }
        let verdict = settled(&settlement, has_gaps(self.stage));
        let mut alone = false;
        for at in &settlement.always_failing {
            if let Some(judged) = open.get(*at) {
                alone = true;
                self.in_every_world(&[judged], report);
            }
        }
        if verdict == Verdict::Undetermined {
            gather::missing(self.stage, self.scenes, judged, &settlement, report);
        } else if verdict == Verdict::NotPermitted && !alone {
            // No single clause fails in every world, but some clause fails in each.
            self.in_every_world(&open, report);
        }
        verdict
    }

    /// Findings about checks of which, in every world, one or another fails.
    fn in_every_world(&self, open: &[&Judged], report: &mut Report) {
        let asked: Vec<(usize, Check)> = open
            .iter()
            .map(|judged| (judged.scene, judged.check))
            .collect();
        let why = exact::why(self.stage, &asked, self.scenes, &self.limits);
        let why = why.unwrap_or_else(|| exact::Why {
            checks: (0..open.len()).collect(),
            known: Vec::new(),
        });
        let failing = why.checks.iter().filter_map(|at| open.get(*at));
        let mut ids: Vec<String> = Vec::new();
        for judged in failing.clone() {
            let (id, _, _) = self.named(judged);
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        for judged in failing {
            let or = ids.iter().filter(|id| **id != self.named(judged).0);
            let open = Open {
                known: &why.known,
                or: or.cloned().collect(),
            };
            self.finding(judged, Some(&open), report);
        }
    }

    fn findings(&self, judged: &[Judged], report: &mut Report) {
        for judged in judged.iter().filter(|judged| judged.fails == Truth::Yes) {
            if !self.moot(judged) {
                self.finding(judged, None, report);
            }
        }
    }

    /// A license that grants nothing asks for nothing: its duties are moot, and not worth a word
    /// beside what withholds the grant.
    fn moot(&self, judged: &Judged) -> bool {
        let scene = &self.scenes[judged.scene];
        let mut acts = scene.checks(self.stage.program).into_iter();
        scene.context.layer.terms().is_some()
            && matches!(judged.check, Check::Duty(_))
            && acts.any(|check| matches!(check, Check::Act(_)) && scene.fails(check) == Truth::Yes)
    }

    /// The id of the finding that a failing check makes, the clause it is about, and what that came to.
    fn named(&self, judged: &Judged) -> (String, Option<u16>, Outcome) {
        let scene = &self.scenes[judged.scene];
        let layer = scene.context.layer;
        let (clause, outcome) = match judged.check {
            Check::Forbid(clause) => (Some(clause), Outcome::Breached),
            Check::Duty(clause) => (Some(clause), Outcome::Open),
            Check::Act(act) => self.blocker(scene, act),
        };
        let id = match (clause, judged.check) {
            (Some(clause), _) => layer.clause_id(&layer.clauses[clause as usize]),
            (None, Check::Act(act)) => {
                let act = &self.stage.program.acts[act as usize].name;
                format!("{}/no-grant-{act}", layer.id)
            }
            (None, _) => layer.id.clone(),
        };
        (id, clause, outcome)
    }

    /// Adds what a failing check has to say; acts stopped by one clause become one finding. `open` says
    /// why it fails in every world, where that is not known from what is stated alone.
    fn finding(&self, judged: &Judged, open: Option<&Open>, report: &mut Report) {
        let scene = &self.scenes[judged.scene];
        let layer = scene.context.layer;
        let (id, clause, outcome) = self.named(judged);
        let act = match judged.check {
            Check::Act(act) => Some(self.stage.program.acts[act as usize].name.clone()),
            _ => None,
        };
        let model = scene
            .subject
            .map(|at| self.stage.lineage.members[at].name.to_owned());
        if let Some(known) = report
            .findings
            .iter_mut()
            .find(|known| known.id == id && known.model == model)
        {
            if let Some(act) = act.filter(|act| !known.acts.contains(act)) {
                known.acts.push(act);
            }
            return;
        }
        let because = match open {
            Some(open) => self.told(scene, self.known(judged, clause, open)),
            None => self.because(scene, judged.check, clause),
        };
        let said = clause.map(|at| &layer.clauses[at as usize]);
        let code = match outcome {
            Outcome::NotLicensed => Code::NotLicensed,
            Outcome::Withheld => Code::Withheld,
            Outcome::Ended => Code::Ended,
            Outcome::Breached => Code::Breached,
            Outcome::Open | Outcome::OriginUnknown => Code::DutyOpen,
        };
        let fix = said.and_then(|clause| clause.fix.clone());
        let fix = fix.or_else(|| {
            (outcome == Outcome::NotLicensed)
                .then(|| "ask the licensor for a license that covers the act".to_owned())
        });
        let mut finding = Finding {
            id,
            code,
            outcome,
            level: clause.map_or(Level::Hard, |clause| self.stage.level(scene.layer, clause)),
            waived: clause.and_then(|clause| self.stage.waiver(scene.layer, clause)),
            reported: clause.is_some_and(|clause| scene.is_reported(clause)),
            title: said.map_or_else(|| layer.title.clone(), |clause| clause.title.clone()),
            section: said.and_then(|clause| clause.section.clone()),
            layer: layer.title.clone(),
            model,
            path: self.path(scene),
            acts: act.into_iter().collect(),
            because,
            whatever: open.map_or_else(Vec::new, |_| gather::open(self.stage, scene, judged.check)),
            or: open.map_or_else(Vec::new, |open| open.or.clone()),
            fix,
            diagnostic: Diagnostic::error(code, ""),
        };
        let words = said.map_or(layer.span, |clause| clause.words);
        let mut told = tell::finding(&finding, words, self.step(scene), self.stage.program);
        if open.is_some()
            && let Some(grant) = said.filter(|clause| matches!(clause.says, Says::Grant(_)))
        {
            // In each world one of several clauses defeats the grant.
            let may = |at: &&u16| scene.context.effect(**at) != Truth::No;
            for at in grant.exceptions.iter().filter(may) {
                told = told.and(layer.clauses[*at as usize].words, "this may defeat it");
            }
        }
        finding.diagnostic = told;
        report.findings.push(finding);
    }

    /// What keeps an act from being licensed, and how.
    fn blocker(&self, scene: &Scene, act: u16) -> (Option<u16>, Outcome) {
        let context = &scene.context;
        let layer = context.layer;
        let mut first = None;
        for at in layer.grants(act) {
            first = first.or(Some(at));
            let applies = |clause: &u16| context.effect(*clause) == Truth::Yes;
            if let Some(end) = layer.ends(at).find(applies) {
                return (Some(end), Outcome::Ended);
            }
            let grant = &layer.clauses[at as usize];
            if let Some(exception) = grant.exceptions.iter().copied().find(applies) {
                return (Some(exception), Outcome::Withheld);
            }
        }
        if let Some(grant) = first
            && let Some(only) = self.only_defeat(scene, grant)
        {
            return only;
        }
        match first {
            Some(grant) => (Some(grant), Outcome::Withheld),
            None => (None, Outcome::NotLicensed),
        }
    }

    /// What may defeat a grant that applies otherwise, if that is one clause only: where the grant is in
    /// force in no world, that one applies in all of them.
    fn only_defeat(&self, scene: &Scene, grant: u16) -> Option<(Option<u16>, Outcome)> {
        let context = &scene.context;
        let said = &context.layer.clauses[grant as usize];
        let may = |clause: &u16| context.effect(*clause) != Truth::No;
        let defeats = said.exceptions.iter().copied().filter(may);
        let defeats = defeats.map(|clause| (Some(clause), Outcome::Withheld));
        let ends = context.layer.ends(grant).filter(may);
        let ends = ends.map(|clause| (Some(clause), Outcome::Ended));
        let mut all = defeats.chain(ends);
        let first = all
            .next()
            .filter(|_| context.holds(said.condition) == Truth::Yes);
        first.filter(|_| all.next().is_none())
    }

    /// Why a clause applies, or does not: its own condition. Exceptions that never came up are no
    /// reason; one that would defeat the clause and is itself defeated is.
    fn applies<'c>(&self, scene: &Scene<'c>, clause: u16, reasons: &mut Vec<Reason<'c>>) {
        let context = &scene.context;
        let said = &context.layer.clauses[clause as usize];
        reasons.extend(context.reasons(said.condition));
        for exception in &said.exceptions {
            let exception = &context.layer.clauses[*exception as usize];
            if context.holds(exception.condition) == Truth::Yes {
                reasons.extend(context.reasons(exception.effect));
            }
        }
    }

    fn because(&self, scene: &Scene, check: Check, clause: Option<u16>) -> Vec<Because> {
        let context = &scene.context;
        let mut reasons: Vec<Reason> = Vec::new();
        match (check, clause) {
            (Check::Act(act), None) => {
                reasons.extend(context.reasons(context.layer.acts[act as usize]))
            }
            (Check::Act(_), Some(clause)) => self.applies(scene, clause, &mut reasons),
            (Check::Forbid(clause), _) => {
                self.applies(scene, clause, &mut reasons);
                if let Says::Forbid(acts) = &context.layer.clauses[clause as usize].says
                    && let Some(act) = acts.iter().find(|act| context.act(**act) != Truth::No)
                {
                    reasons.extend(context.reasons(context.layer.acts[*act as usize]));
                }
            }
            (Check::Duty(clause), _) => {
                if let Says::Require(holds) = context.layer.clauses[clause as usize].says {
                    reasons.extend(context.reasons(holds));
                }
                self.applies(scene, clause, &mut reasons);
            }
        }
        self.told(scene, reasons)
    }

    /// The reasons that are known and that matter, as far as they lie in the clause that a finding is
    /// about. That an act is performed is told of prohibitions and of acts nobody grants.
    fn known(&self, judged: &Judged, clause: Option<u16>, open: &Open) -> Vec<Reason<'_>> {
        let context = &self.scenes[judged.scene].context;
        let layer = context.layer;
        let effect = |at: u16| layer.clauses[at as usize].effect;
        let act = |at: &u16| layer.acts[*at as usize];
        let mut roots: Vec<NodeId> = Vec::new();
        match (judged.check, clause) {
            (Check::Act(at), None) => roots.push(act(&at)),
            (Check::Act(_), Some(clause)) => roots.push(effect(clause)),
            (Check::Duty(at), _) => {
                if let Says::Require(holds) = layer.clauses[at as usize].says {
                    roots.push(holds);
                }
                roots.push(effect(at));
            }
            (Check::Forbid(at), _) => {
                roots.push(effect(at));
                if let Says::Forbid(acts) = &layer.clauses[at as usize].says {
                    roots.extend(acts.iter().map(act));
                }
            }
        }
        let own = open
            .known
            .iter()
            .filter(|(scene, _)| *scene == judged.scene);
        let leaves: Vec<NodeId> = own.map(|(_, node)| *node).collect();
        let each = roots.into_iter();
        each.flat_map(|root| context.reasons_among(root, &leaves))
            .collect()
    }

    /// Both sides of each reason.
    fn told(&self, scene: &Scene, reasons: Vec<Reason>) -> Vec<Because> {
        let mut because: Vec<Because> = Vec::new();
        for reason in &reasons {
            let (asked, fact, value) = said::reason(reason, scene, self.stage);
            let place = reason.fact.map_or(Span::NOWHERE, place);
            let new = Because {
                asked,
                holds: reason.truth == Truth::Yes,
                reading: matches!(scene.context.layer.node(reason.node), Node::Reading(..)),
                words: reason.words,
                site: reason.site,
                site_holds: reason.site_truth == Truth::Yes,
                fact,
                value,
                place,
            };
            if !because
                .iter()
                .any(|known| known.asked == new.asked && known.place == new.place)
            {
                because.push(new);
            }
        }
        because
    }

    /// How the license reaches the model, step by step up.
    fn path(&self, scene: &Scene) -> Vec<String> {
        let Some(bond) = scene.bond else {
            return Vec::new();
        };
        let relation = |at: u16| gather::relation_name(self.stage.program, at);
        let steps = bond.path.iter();
        steps
            .map(|(parent, by, _)| {
                format!(
                    "{} of {}",
                    relation(*by),
                    self.stage.lineage.members[*parent].name
                )
            })
            .collect()
    }

    /// The step of the facts file that lets the license reach the model.
    fn step(&self, scene: &Scene) -> Option<Span> {
        scene
            .bond
            .and_then(|bond| bond.path.first())
            .map(|(_, _, span)| *span)
    }

    fn duties(&self, judged: &[Judged], report: &mut Report) {
        for judged in judged.iter().filter(|judged| judged.fails == Truth::No) {
            let Check::Duty(clause) = judged.check else {
                continue;
            };
            let scene = &self.scenes[judged.scene];
            if self.moot(judged) || !scene.certain || scene.context.effect(clause) != Truth::Yes {
                continue;
            }
            let said = &scene.context.layer.clauses[clause as usize];
            let duty = Duty {
                id: scene.context.layer.clause_id(said),
                title: said.title.clone(),
                section: said.section.clone(),
                reported: scene.is_reported(clause),
                model: scene
                    .subject
                    .map(|at| self.stage.lineage.members[at].name.to_owned()),
            };
            if !report
                .duties
                .iter()
                .any(|known| known.id == duty.id && known.model == duty.model)
            {
                report.duties.push(duty);
            }
        }
    }

    /// What is not known about origins: reported as missing, each with a diagnostic of its own.
    fn gaps(&self, report: &mut Report) {
        let mut seen: Vec<String> = Vec::new();
        for (subject, _, gaps) in &self.stage.reach {
            for gap in gaps {
                let (missing, diagnostic) = tell::gap(gap, *subject, self.stage);
                if seen.contains(&missing.name) {
                    continue;
                }
                seen.push(missing.name.clone());
                report.missing.push(missing);
                report.remarks.push(diagnostic);
            }
        }
        if self.stage.lineage.unknown {
            report.missing.push(tell::no_models(self.stage));
        }
        let unrecognized = |gap: &Gap| matches!(gap, Gap::Unrecognized(..));
        if self.scenes.is_empty()
            && !self
                .stage
                .reach
                .iter()
                .any(|(_, _, gaps)| gaps.iter().any(unrecognized))
        {
            report.remarks.push(tell::nothing_applied(self.stage));
        }
    }
}

/// Where a fact is pointed at: its value, or its key where the value is many lines.
fn place(fact: &Fact) -> Span {
    let long = match &fact.state {
        State::Record(_) | State::Series(_) => true,
        State::List(list) => list.iter().any(|element| element.record().is_some()),
        _ => false,
    };
    if long { fact.key } else { fact.place() }
}

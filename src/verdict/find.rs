//! The judgment of one deployment: every check, then the answer, then what there is to say.

use super::gather;
use super::{
    Because, Duty, Finding, Judged, MissingKind, Outcome, Report, Verdict, checks, said, settle,
    tell,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::eval::{Fact, Gap, Reason, State, Truth};
use crate::ir::{Level, Node, Says};
use crate::scene::{Check, Scene, Stage};
use crate::source::Span;

/// Judges a deployment; `fallback` names it if it has no name of its own.
///
/// # Errors
/// Amounts that are compared in two currencies.
pub fn judge(stage: &Stage, fallback: &str) -> Result<Report, Vec<Diagnostic>> {
    let scenes = stage.scenes();
    let mut faults = gather::currencies(&scenes);
    if !faults.is_empty() {
        crate::diagnostic::in_text_order(&mut faults);
        return Err(faults);
    }
    let judged = checks(stage, &scenes);
    let mut report = Report {
        deployment: stage.name().unwrap_or(fallback).to_owned(),
        place: stage
            .root("deployment")
            .map_or(stage.deployment.key, |fact| fact.place()),
        as_of: stage.options.today,
        verdict: Verdict::NothingApplied,
        exact: true,
        findings: Vec::new(),
        duties: Vec::new(),
        missing: Vec::new(),
        assumptions: Vec::new(),
        remarks: gather::remarks(stage),
        applied: applied(stage, &scenes),
        forecast: None,
    };
    let finder = Finder {
        stage,
        scenes: &scenes,
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

struct Finder<'s, 'a> {
    stage: &'s Stage<'a>,
    scenes: &'s [Scene<'a>],
}

impl Finder<'_, '_> {
    fn verdict(&self, judged: &[Judged], report: &mut Report) -> Verdict {
        if self.scenes.is_empty() {
            return Verdict::NothingApplied;
        }
        let decisive = || judged.iter().filter(|judged| judged.decisive);
        if decisive().any(|judged| judged.fails == Truth::Yes) {
            return Verdict::NotPermitted;
        }
        let origin_unknown = self.stage.lineage.unknown
            || report
                .missing
                .iter()
                .any(|missing| missing.what == MissingKind::Origin);
        if decisive().all(|judged| judged.fails == Truth::No) {
            return if origin_unknown {
                Verdict::Undetermined
            } else {
                Verdict::Permitted
            };
        }
        let settlement = settle(
            self.stage,
            self.scenes,
            judged,
            &crate::exact::Limits::default(),
        );
        report.exact = settlement.exact && !settlement.gave_up;
        let verdict = match (settlement.can_permit, settlement.can_forbid) {
            (false, _) => Verdict::NotPermitted,
            (true, false) if !origin_unknown => Verdict::Permitted,
            _ => Verdict::Undetermined,
        };
        let open: Vec<&Judged> = decisive()
            .filter(|judged| judged.fails == Truth::Unknown)
            .collect();
        for at in &settlement.always_failing {
            if let Some(judged) = open.get(*at) {
                self.finding(judged, report);
            }
        }
        if verdict == Verdict::Undetermined {
            gather::missing(self.stage, self.scenes, judged, &settlement, report);
        } else if verdict == Verdict::NotPermitted && settlement.always_failing.is_empty() {
            // No single clause fails in every world, but some clause fails in each.
            for judged in open {
                self.finding(judged, report);
            }
        }
        verdict
    }

    fn findings(&self, judged: &[Judged], report: &mut Report) {
        for judged in judged.iter().filter(|judged| judged.fails == Truth::Yes) {
            if !self.moot(judged) {
                self.finding(judged, report);
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

    /// Adds what a failing check has to say; acts stopped by one clause become one finding.
    fn finding(&self, judged: &Judged, report: &mut Report) {
        let scene = &self.scenes[judged.scene];
        let layer = scene.context.layer;
        let (clause, outcome, act) = match judged.check {
            Check::Forbid(clause) => (Some(clause), Outcome::Breached, None),
            Check::Duty(clause) => (Some(clause), Outcome::Open, None),
            Check::Act(act) => {
                let (clause, outcome) = self.blocker(scene, act);
                (clause, outcome, Some(act))
            }
        };
        let act_name = act.map(|act| self.stage.program.acts[act as usize].name.clone());
        let id = match (clause, &act_name) {
            (Some(clause), _) => layer.clause_id(&layer.clauses[clause as usize]),
            (None, Some(act)) => format!("{}/no-grant-{act}", layer.id),
            (None, None) => layer.id.clone(),
        };
        let model = scene
            .subject
            .map(|at| self.stage.lineage.members[at].name.to_owned());
        if let Some(known) = report
            .findings
            .iter_mut()
            .find(|known| known.id == id && known.model == model)
        {
            if let Some(act) = act_name.filter(|act| !known.acts.contains(act)) {
                known.acts.push(act);
            }
            return;
        }
        let because = self.because(scene, judged.check, clause);
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
            acts: act_name.into_iter().collect(),
            because,
            fix,
            diagnostic: Diagnostic::error(code, ""),
        };
        let words = said.map_or(layer.span, |clause| clause.words);
        finding.diagnostic = tell::finding(&finding, words, self.step(scene), self.stage.program);
        report.findings.push(finding);
    }

    /// What keeps an act from being licensed, and how.
    fn blocker(&self, scene: &Scene, act: u16) -> (Option<u16>, Outcome) {
        let context = &scene.context;
        let layer = context.layer;
        let grants = (0..)
            .zip(&layer.clauses)
            .filter(|(_, clause)| matches!(&clause.says, Says::Grant(acts) if acts.contains(&act)));
        let mut first = None;
        for (at, grant) in grants {
            first = first.or(Some(at));
            let ends = (0..).zip(&layer.clauses).find(|(end, clause)| {
                matches!(&clause.says, Says::End(grants) if grants.is_empty() || grants.contains(&at)) && context.effect(*end) == Truth::Yes
            });
            if let Some((end, _)) = ends {
                return (Some(end), Outcome::Ended);
            }
            let defeats = grant
                .exceptions
                .iter()
                .find(|exception| context.effect(**exception) == Truth::Yes);
            if let Some(exception) = defeats {
                return (Some(*exception), Outcome::Withheld);
            }
        }
        match first {
            Some(grant) => (Some(grant), Outcome::Withheld),
            None => (None, Outcome::NotLicensed),
        }
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

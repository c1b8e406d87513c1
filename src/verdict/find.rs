//! The judgment of one deployment: every check, then the answer, then what there is to say.

use super::gather;
use super::{
    Because, Duty, Finding, Judged, MissingKind, Outcome, Report, Verdict, checks, said, settle,
    tell,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::eval::{Gap, Reason, Truth};
use crate::ir::{Level, NodeId, Says};
use crate::scene::{Check, Scene, Stage};
use crate::source::Span;

/// Judges a deployment; `fallback` names it if it has no name of its own.
pub fn judge(stage: &Stage, fallback: &str) -> Report {
    let scenes = stage.scenes();
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
    report
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
        let settlement = settle(self.stage, self.scenes, judged);
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
            self.finding(judged, report);
        }
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
            .map(|at| self.stage.lineage.members[at].name.clone());
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

    fn because(&self, scene: &Scene, check: Check, clause: Option<u16>) -> Vec<Because> {
        let context = &scene.context;
        let mut reasons: Vec<Reason> = Vec::new();
        let mut add = |node: NodeId| reasons.extend(context.reasons(node));
        match (check, clause) {
            (Check::Act(act), None) => add(context.layer.acts[act as usize]),
            (Check::Act(_), Some(clause)) => add(context.layer.clauses[clause as usize].effect),
            (Check::Forbid(clause), _) => {
                let said = &context.layer.clauses[clause as usize];
                add(said.effect);
                if let Says::Forbid(acts) = &said.says
                    && let Some(act) = acts.iter().find(|act| context.act(**act) != Truth::No)
                {
                    add(context.layer.acts[*act as usize]);
                }
            }
            (Check::Duty(clause), _) => {
                let said = &context.layer.clauses[clause as usize];
                if let Says::Require(holds) = said.says {
                    add(holds);
                }
                add(said.effect);
            }
        }
        let mut because: Vec<Because> = Vec::new();
        for reason in &reasons {
            let (asked, fact, value) = said::reason(reason, scene, self.stage);
            let place = reason.fact.map_or(Span::NOWHERE, |fact| fact.place());
            let new = Because {
                asked,
                holds: reason.truth == Truth::Yes,
                words: reason.words,
                site: reason.site,
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
            if !scene.certain || scene.context.effect(clause) != Truth::Yes {
                continue;
            }
            let said = &scene.context.layer.clauses[clause as usize];
            let duty = Duty {
                id: scene.context.layer.clause_id(said),
                title: said.title.clone(),
                section: said.section.clone(),
                model: scene
                    .subject
                    .map(|at| self.stage.lineage.members[at].name.clone()),
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

//! Floor 8: outcome → answer.
//!
//! Comes in: a [`Stage`]. Goes out: the [`Verdict`] over all completions of what is unknown, and a
//! [`Report`]: findings with both sides of every conclusion, duties that stand, what is missing,
//! what was assumed. Every judgment is made on one path; waivers and levels are laid over it afterwards.

mod find;
mod forecast;
mod gather;
pub mod json;
mod otherwise;
mod remedy;
mod said;
pub mod tell;

pub use find::{judge, judge_without};
pub use forecast::{Change, Forecast, forecast};
pub use otherwise::otherwise;
pub use remedy::{Remedy, WouldPermit, would_permit};

use crate::diagnostic::{Code, Diagnostic};
use crate::eval::Truth;
use crate::exact::{self, Leads, Settlement};
use crate::ir::{Layer, Level};
use crate::scene::{Check, Scene, Stage};
use crate::source::Span;
use jiff::civil::Date;
use std::ops::ControlFlow;

/// The answer about one deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Permitted in every world
    Permitted,
    /// No license and no rule was applied
    NothingApplied,
    /// Permitted in some worlds and not in others
    Undetermined,
    /// Not permitted in any world
    NotPermitted,
}

impl Verdict {
    /// As people say it.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Permitted => "permitted",
            Verdict::NothingApplied => "nothing applied",
            Verdict::Undetermined => "undetermined",
            Verdict::NotPermitted => "not permitted",
        }
    }
}

/// What a clause came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// An act is performed that no grant covers
    NotLicensed,
    /// A grant is withheld from this licensee
    Withheld,
    /// The grants have ended
    Ended,
    /// A prohibition is breached
    Breached,
    /// A duty is due and open
    Open,
    /// Something about the origins is not known
    OriginUnknown,
}

impl Outcome {
    /// As written in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::NotLicensed => "not-licensed",
            Outcome::Withheld => "withheld",
            Outcome::Ended => "ended",
            Outcome::Breached => "breached",
            Outcome::Open => "open",
            Outcome::OriginUnknown => "origin-unknown",
        }
    }
}

/// One side of a conclusion: the words of a clause, and the fact that meets them.
#[derive(Clone, Debug)]
pub struct Because {
    /// What was asked, as written: `users > 700 000 000`.
    pub asked: String,
    /// Whether it holds.
    pub holds: bool,
    /// Whether it is a reading of a question rather than a fact or a judgment.
    pub reading: bool,
    /// The words in the policy.
    pub words: Span,
    /// The words of the clause that lead there.
    pub site: Span,
    /// Whether those words hold.
    pub site_holds: bool,
    /// The fact's name, as in the facts file.
    pub fact: Option<String>,
    /// What it is.
    pub value: Option<String>,
    /// Where it is stated.
    pub place: Span,
}

/// One clause's result.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Stable id: `llama-4/display`.
    pub id: String,
    /// The kind of message.
    pub code: Code,
    /// What the clause came to.
    pub outcome: Outcome,
    /// How hard it is enforced.
    pub level: Level,
    /// Who waived it, and where, if somebody did.
    pub waived: Option<crate::scene::Settled>,
    /// Whether claims decide it, not a binding text.
    pub reported: bool,
    /// The title of the clause.
    pub title: String,
    /// The section it encodes.
    pub section: Option<String>,
    /// The title of the license or policy.
    pub layer: String,
    /// The model it is about.
    pub model: Option<String>,
    /// How the license reaches the model: each step up, `fine-tune of meta-llama/Llama-3.1-8B`.
    pub path: Vec<String>,
    /// The acts it is about.
    pub acts: Vec<String>,
    /// Why.
    pub because: Vec<Because>,
    /// What is open about the clause and makes no difference: it comes to this whatever that is.
    pub whatever: Vec<String>,
    /// Other findings, by id, where in every world it is this one or another of them.
    pub or: Vec<String>,
    /// What to do next.
    pub fix: Option<String>,
    /// The same for a terminal.
    pub diagnostic: Diagnostic,
}

/// A duty that is due and met.
#[derive(Clone, Debug)]
pub struct Duty {
    /// The clause.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The section it encodes.
    pub section: Option<String>,
    /// Whether a claim asks for it, not a binding text.
    pub reported: bool,
    /// The model it is about.
    pub model: Option<String>,
}

/// Something to find out, and what each answer would lead to.
#[derive(Clone, Debug)]
pub struct Missing {
    /// What: a fact as in the facts file, a question, a judgment.
    pub name: String,
    /// What kind of thing it is.
    pub what: MissingKind,
    /// What is asked, in words.
    pub asks: String,
    /// Where it belongs in the facts, or where it is posed.
    pub place: Span,
    /// The words that ask for it.
    pub words: Span,
    /// What each answer would lead to.
    pub leads: Vec<Lead>,
    /// The clauses that wait for it.
    pub clauses: Vec<String>,
    /// The way to it in a facts file; empty where facts cannot state it.
    pub way: Vec<exact::Stop>,
}

/// What kind of thing is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingKind {
    /// A fact nobody stated, or stated within bounds only
    Fact,
    /// A reading nobody adopted
    Reading,
    /// A judgment nobody determined
    Judgment,
    /// Something about a model's origin
    Origin,
}

/// What an answer would lead to.
#[derive(Clone, Debug)]
pub struct Lead {
    /// The answer: `≤ 700 000 000`.
    pub answer: String,
    /// The verdict then, whatever the other answers are.
    pub verdict: Verdict,
    /// Whether some of the [ways](Settling::ways) can be taken with it.
    pub joins: bool,
    /// Where it does not join and settles nothing: what has to be known beside what is asked.
    pub needs: Vec<String>,
}

/// What the answers to everything that is asked come to, taken together.
#[derive(Clone, Debug)]
pub struct Settling {
    /// What they can bring about: *permitted*; or *not permitted*, where nothing else is left to ask.
    pub goal: Verdict,
    /// How: one of these, all of it. Each names something missing, and among which values it has to be.
    pub ways: Vec<Vec<(String, String)>>,
    /// The verdict in all other cases.
    pub otherwise: Verdict,
}

/// Something that was taken for granted and decided.
#[derive(Clone, Debug)]
pub struct Assumption {
    /// What: a fact, a question.
    pub name: String,
    /// What was assumed.
    pub value: String,
    /// Why, or by whom.
    pub because: String,
    /// Where that is declared.
    pub span: Span,
    /// For a reading or a determination: the others under which the verdict is another one, with it.
    /// Filled by [`otherwise`].
    pub otherwise: Vec<(String, Verdict)>,
}

/// Everything there is to say about one deployment.
#[derive(Clone, Debug)]
pub struct Report {
    /// Its name, or its number in the file.
    pub deployment: String,
    /// Where it is stated.
    pub place: Span,
    /// The day of the evaluation.
    pub as_of: Date,
    /// The answer.
    pub verdict: Verdict,
    /// Whether conditions outside the exact fragment widened the answer.
    pub exact: bool,
    /// Findings against it, gravest first; advisory and waived ones last.
    pub findings: Vec<Finding>,
    /// Duties that are due and met.
    pub duties: Vec<Duty>,
    /// What is missing: the fewest things that would settle the answer, and what is not known about the
    /// origins of models.
    pub missing: Vec<Missing>,
    /// Where the answers to what is missing lead, together.
    pub settling: Option<Settling>,
    /// Questions and judgments on which the answer depends and that are not among what is missing.
    pub depends: Vec<Missing>,
    /// What was assumed.
    pub assumptions: Vec<Assumption>,
    /// What deserves a look.
    pub remarks: Vec<Diagnostic>,
    /// The licenses and policies that were applied, by id.
    pub applied: Vec<String>,
    /// What changes later, if that was asked for.
    pub forecast: Option<Forecast>,
    /// What would permit it, if it is not permitted and that was asked for.
    pub would_permit: Option<WouldPermit>,
}

/// A check with what it came to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judged {
    /// The scene, by number.
    pub scene: usize,
    /// What was asked.
    pub check: Check,
    /// Whether it fails.
    pub fails: Truth,
    /// Whether it decides: not advisory, not waived.
    pub decisive: bool,
}

impl Judged {
    /// Whether it decides, and the facts do not tell whether it fails.
    pub(crate) fn is_open(&self) -> bool {
        self.decisive && self.fails == Truth::Unknown
    }
}

/// Whether a check decides: it is neither advisory nor waived.
fn decides(stage: &Stage, layer: usize, check: Check) -> bool {
    match check {
        Check::Act(_) => true,
        Check::Forbid(clause) | Check::Duty(clause) => {
            stage.level(layer, clause) != Level::Advisory && stage.waiver(layer, clause).is_none()
        }
    }
}

/// The checks that decide, each of a scene by its number.
pub(crate) fn decisive(stage: &Stage, scenes: &[Scene]) -> Vec<(usize, Check)> {
    let each = scenes.iter().enumerate().flat_map(|(at, scene)| {
        let checks = scene.checks(stage.program).into_iter();
        let checks = checks.filter(|check| decides(stage, scene.layer, *check));
        checks.map(move |check| (at, check))
    });
    each.collect()
}

/// All checks of all scenes.
pub(crate) fn checks(stage: &Stage, scenes: &[Scene]) -> Vec<Judged> {
    let mut judged = Vec::new();
    for (number, scene) in scenes.iter().enumerate() {
        for check in scene.checks(stage.program) {
            judged.push(Judged {
                scene: number,
                check,
                fails: scene.counts(check),
                decisive: decides(stage, scene.layer, check),
            });
        }
    }
    judged
}

/// The answer of the fast path: three-valued, so *undetermined* may still be settled by the exact one.
/// Nothing is explained.
pub fn quick(stage: &Stage) -> Verdict {
    let mut worst = Truth::No;
    // Every check of a license decides.
    let apart = |layer: &Layer| layer.terms().is_none();
    let applied = stage.fails(apart, |layer, check, fails| {
        if fails > worst && check.is_none_or(|check| decides(stage, layer, check)) {
            worst = fails;
        }
        // Nothing else can permit it again.
        match worst {
            Truth::Yes => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    });
    if applied {
        known(stage, worst)
    } else {
        Verdict::NothingApplied
    }
}

/// The same answer from the checks of scenes that are looked at anyway.
pub(crate) fn quick_in(stage: &Stage, scenes: &[Scene], judged: &[Judged]) -> Verdict {
    if scenes.is_empty() {
        return Verdict::NothingApplied;
    }
    let decisive = judged.iter().filter(|judged| judged.decisive);
    let worst = decisive.map(|judged| judged.fails).max();
    known(stage, worst.unwrap_or(Truth::No))
}

/// What is known where some check fails that surely, and none more surely.
fn known(stage: &Stage, worst: Truth) -> Verdict {
    match worst {
        Truth::Yes => Verdict::NotPermitted,
        Truth::Unknown => Verdict::Undetermined,
        Truth::No if has_gaps(stage) => Verdict::Undetermined,
        Truth::No => Verdict::Permitted,
    }
}

/// The answer over all completions, and nothing beside it.
pub fn verdict(stage: &Stage) -> Verdict {
    let fast = quick(stage);
    if fast != Verdict::Undetermined {
        return fast;
    }
    let scenes = stage.scenes();
    let limits = exact::Limits {
        worlds: 0,
        ..exact::Limits::default()
    };
    let settlement = settle(stage, &scenes, &checks(stage, &scenes), &[], &limits);
    settled(&settlement, has_gaps(stage))
}

/// The verdict that [`judge`] comes to, without anything it says beside it.
///
/// # Errors
/// Amounts that are compared in two currencies.
pub fn verdict_alone(stage: &Stage) -> Result<Verdict, Vec<Diagnostic>> {
    if gather::compares_money(stage.program) {
        gather::one_currency(&stage.scenes())?;
    }
    Ok(verdict(stage))
}

/// Whether something about the origins of the models is not known.
fn has_gaps(stage: &Stage) -> bool {
    stage.lineage.unknown || stage.reach.iter().any(|(_, _, gaps)| !gaps.is_empty())
}

/// The verdict of all worlds.
fn settled(settlement: &Settlement, gaps: bool) -> Verdict {
    led(
        Leads::of(settlement.can_permit, settlement.can_forbid),
        gaps,
    )
}

/// The verdict that worlds lead to; nothing permits while something about the origins is not known.
fn led(leads: Leads, gaps: bool) -> Verdict {
    match leads {
        Leads::NotPermitted => Verdict::NotPermitted,
        Leads::Permitted if !gaps => Verdict::Permitted,
        Leads::Permitted | Leads::Undetermined => Verdict::Undetermined,
    }
}

/// The decisive checks that the fast path left open, each of a scene by its number.
fn left_open(judged: &[Judged]) -> Vec<(usize, Check)> {
    let open = judged.iter().filter(|judged| judged.is_open());
    open.map(|judged| (judged.scene, judged.check)).collect()
}

/// What all worlds say about the decisive checks that the fast path left open. What is `passed`, by
/// name, is not asked for.
pub(crate) fn settle<'a>(
    stage: &Stage<'a>,
    scenes: &[Scene<'a>],
    judged: &[Judged],
    passed: &[String],
    limits: &exact::Limits,
) -> Settlement {
    exact::settle(stage, &left_open(judged), scenes, passed, limits)
}

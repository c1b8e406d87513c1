//! Floor 6: what is judged about one deployment: each license with each model it binds, each rule of
//! each policy, and the checks they make.
//!
//! Comes in: a program and bound facts. Goes out: a [`Stage`] that holds everything about the deployment
//! and its [`Scene`]s, each a layer seen by one model, with the [`Check`]s it makes. Faults: models that
//! cannot be told apart, circles, determinations of unknown judgments.

mod ready;

use ready::{Asked, Way};
pub use ready::{Expired, Ready};

use crate::diagnostic::Diagnostic;
use crate::eval::{self, Bond, Context, Fact, Frame, Gap, Lineage, Run, Truth};
use crate::ir::{Each, Layer, LayerKind, Level, Program, Says, Tier, What};
use crate::source::Span;
use crate::value::Value;
use jiff::civil::Date;
use std::borrow::Cow;
use std::ops::ControlFlow;

/// How a deployment is judged.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The day of the evaluation.
    pub today: Date,
    /// Whether claims of the press count.
    pub reported: bool,
}

/// A decision that settles a question, a judgment or a rule.
#[derive(Clone, Debug)]
pub struct Settled {
    /// Who decided; empty for a default of the license's encoding.
    pub by: String,
    /// When.
    pub on: Option<Date>,
    /// Last day it counts.
    pub until: Option<Date>,
    /// Where it is written.
    pub span: Span,
}

/// What was taken for the questions and judgments of one layer; borrowed where it is the same for
/// every deployment.
#[derive(Clone, Debug, Default)]
pub struct Taken<'a> {
    /// The reading of each question; `None` while it is open.
    pub readings: Cow<'a, [Option<u16>]>,
    /// Who took each reading.
    pub readings_by: Cow<'a, [Option<Settled>]>,
    /// What was determined about each judgment.
    pub judgments: Cow<'a, [Truth]>,
    /// Who determined each judgment, outside of the facts.
    pub judgments_by: Cow<'a, [Option<Settled>]>,
}

impl Taken<'_> {
    fn borrowed(&self) -> Taken<'_> {
        Taken {
            readings: Cow::Borrowed(&self.readings),
            readings_by: Cow::Borrowed(&self.readings_by),
            judgments: Cow::Borrowed(&self.judgments),
            judgments_by: Cow::Borrowed(&self.judgments_by),
        }
    }
}

/// Everything about one deployment that the scenes borrow from.
pub struct Stage<'a> {
    /// What is the same for every deployment.
    pub ready: &'a Ready<'a>,
    /// What is evaluated.
    pub program: &'a Program,
    /// The facts.
    pub deployment: &'a Fact,
    /// The models.
    pub lineage: Lineage<'a>,
    /// For each subject: the licenses that reach it, and what is unknown about its origins.
    pub reach: Vec<(usize, Vec<Bond>, Vec<Gap>)>,
    /// For each layer: what was taken.
    pub taken: Vec<Taken<'a>>,
    /// The determinations of the facts that count: the layer, the judgment, the fact.
    pub stated: Vec<(usize, usize, &'a Fact)>,
    /// Decisions that count no more.
    pub expired: Vec<Expired>,
}

/// One layer judged for one thing.
pub struct Scene<'a> {
    /// The evaluation.
    pub context: Context<'a>,
    /// The layer, by number.
    pub layer: usize,
    /// What its clauses are judged for.
    pub each: Each,
    /// The model, if there is one.
    pub subject: Option<usize>,
    /// How the license reaches the model, if there is one.
    pub bond: Option<&'a Bond>,
    /// Whether the model is known to be deployed.
    pub certain: bool,
}

/// A layer and what its clauses are judged for.
struct Part<'a> {
    layer: usize,
    each: Each,
    subject: Option<usize>,
    bond: Option<&'a Bond>,
}

/// What one scene asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// This act must be licensed if it is performed
    Act(u16),
    /// This clause must not be breached
    Forbid(u16),
    /// This clause's duty must not be due and open
    Duty(u16),
}

impl<'a> Stage<'a> {
    /// Reads the models of a deployment and what was decided about it.
    ///
    /// # Errors
    /// Two models with one name, circles in the lineage, determinations of unknown judgments.
    pub fn set(ready: &'a Ready<'a>, deployment: &'a Fact) -> Result<Stage<'a>, Vec<Diagnostic>> {
        let program = ready.program;
        let lineage = Lineage::read(deployment, ready.models.as_ref())?;
        let reach = lineage.subjects().map(|subject| {
            let (bonds, gaps) = lineage.reach(subject, program);
            (subject, bonds, gaps)
        });
        let reach = reach.collect();
        let mut stage = Stage {
            ready,
            program,
            deployment,
            reach,
            lineage,
            taken: Vec::new(),
            stated: Vec::new(),
            expired: Vec::new(),
        };
        (stage.taken, stage.expired) = ready.taken(|| stage.name());
        stage.determinations()?;
        Ok(stage)
    }

    /// A fact of the deployment by its name.
    pub fn root(&self, name: &str) -> Option<&'a Fact> {
        let at = self.program.schema.root().fields.get_index_of(name)?;
        self.deployment.record()?.get(at)
    }

    /// The name of the deployment, if it has one.
    pub fn name(&self) -> Option<&'a str> {
        self.root("deployment").and_then(Fact::text)
    }

    /// Determinations stated in the facts.
    fn determinations(&mut self) -> Result<(), Vec<Diagnostic>> {
        let Some(fields) = &self.ready.determinations else {
            return Ok(());
        };
        let Some(list) = self
            .deployment
            .record()
            .and_then(|facts| facts.get(fields.list)?.list())
        else {
            return Ok(());
        };
        let mut perhaps: Vec<(usize, usize, Truth)> = Vec::new();
        let mut faults = Vec::new();
        for fact in list {
            let Some(facts) = fact.record() else { continue };
            let name = &facts[fields.judgment];
            let Some(text) = name.text() else { continue };
            let (layer, judgment) = text.rsplit_once('/').unwrap_or(("", text));
            let found = self
                .program
                .layers
                .iter()
                .position(|known| known.id == layer);
            let at = found.and_then(|at| {
                Some((
                    at,
                    self.program.layers[at]
                        .judgments
                        .iter()
                        .position(|j| j.name == judgment)?,
                ))
            });
            let Some((layer, judgment)) = at else {
                let ids = self.program.layers.iter().flat_map(|layer| {
                    layer
                        .judgments
                        .iter()
                        .map(|j| format!("{}/{}", layer.id, j.name))
                });
                let ids: Vec<String> = ids.collect();
                faults.push(eval::unknown_judgment(
                    text,
                    name.place(),
                    ids.iter().map(String::as_str),
                ));
                continue;
            };
            let (on, until) = (facts[fields.on].date(), facts[fields.until].date());
            // A determination nobody signed or dated decides nothing.
            let signed = facts[fields.by].text().is_some();
            if !signed || on.is_none_or(|on| on > self.ready.options.today) {
                continue;
            }
            if let Some(until) = until.filter(|until| *until < self.ready.options.today) {
                self.expired.push((text.to_owned(), until, fact.place()));
                continue;
            }
            // Whether it still counts is not known unless somebody says so: `until: none` if it does
            // not end.
            let Some(Value::Bool(value)) = facts[fields.value].value() else {
                continue;
            };
            if facts[fields.until].is_unknown() {
                perhaps.push((layer, judgment, Truth::of(*value)));
                continue;
            }
            let mut stated = self.stated.iter();
            let taken = &mut self.taken[layer];
            let before = taken.judgments_by[judgment].is_some()
                || stated.any(|(at, other, _)| (*at, *other) == (layer, judgment));
            taken.judgments.to_mut()[judgment] =
                agreed(taken.judgments[judgment], Truth::of(*value), before);
            self.stated.push((layer, judgment, fact));
        }
        // What may still count can only cast doubt on what does.
        for (layer, judgment, value) in perhaps {
            let truth = &mut self.taken[layer].judgments.to_mut()[judgment];
            if *truth != value {
                *truth = Truth::Unknown;
            }
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(faults)
        }
    }

    /// Who determined a judgment; the facts have the last word.
    pub fn determined_by(&self, layer: usize, judgment: usize) -> Option<Settled> {
        let mut stated = self.stated.iter().rev();
        let stated = stated.find(|(at, other, _)| (*at, *other) == (layer, judgment));
        let Some((.., fact)) = stated else {
            return self.taken[layer].judgments_by[judgment].clone();
        };
        let (fields, facts) = (self.ready.determinations.as_ref()?, fact.record()?);
        Some(Settled {
            by: facts[fields.by].text()?.to_owned(),
            on: facts[fields.on].date(),
            until: facts[fields.until].date(),
            span: fact.place(),
        })
    }

    /// All scenes: licenses by subject, then policies.
    pub fn scenes(&'a self) -> Vec<Scene<'a>> {
        let mut scenes = Vec::new();
        self.cast(|part| scenes.push(self.scene(part)));
        scenes
    }

    /// Shows every check of every scene and whether it fails, its model perhaps not deployed counted,
    /// without a word why, until `see` breaks off. Of the layers that are not to be taken `apart`, it
    /// shows at once whether any check of a scene fails. Goes out: whether there was any scene.
    pub fn fails(
        &'a self,
        apart: impl Fn(&Layer) -> bool,
        mut see: impl FnMut(usize, Option<Check>, Truth) -> ControlFlow<()>,
    ) -> bool {
        let mut applied = false;
        let mut flow = ControlFlow::Continue(());
        let mut runs: Vec<(&Asked, Run)> = Vec::new();
        self.cast(|part| {
            applied = true;
            if flow.is_break() {
                return;
            }
            let way = Way {
                each: part.each,
                by_outputs: part.bond.is_some_and(|bond| bond.by_outputs),
                apart: apart(&self.program.layers[part.layer]),
            };
            let layer = part.layer;
            let certain = self.certain(&part);
            let mut see =
                |check: Option<Check>, fails: Truth| see(layer, check, counted(fails, certain));
            let known = runs
                .iter()
                .position(|(asked, _)| asked.layer == layer && asked.way == way);
            let at = known.or_else(|| {
                let taken = &self.taken[layer];
                let asked = self.ready.asked(layer, way, &taken.readings)?;
                let run = asked.flat.start(&self.frame(&part), &taken.judgments);
                runs.push((asked, run));
                Some(runs.len() - 1)
            });
            if let Some(at) = at {
                let (asked, run) = &mut runs[at];
                let frame = self.frame(&part);
                let truths = asked.flat.judge(run, &frame);
                let mut each = asked.checks.iter().zip(truths);
                flow = each.try_for_each(|(check, fails)| see(*check, fails));
                return;
            }
            let scene = self.scene(part);
            let checks = scene.checks(self.program).into_iter();
            let mut each = checks.map(|check| (check, scene.fails(check)));
            flow = if way.apart {
                each.try_for_each(|(check, fails)| see(Some(check), fails))
            } else {
                let some = each.try_fold(Truth::No, |some, (_, fails)| match some.or(fails) {
                    Truth::Yes => Err(Truth::Yes),
                    some => Ok(some),
                });
                see(None, some.unwrap_or_else(|yes| yes))
            };
        });
        applied
    }

    /// Every layer with what it is judged for: licenses by subject, then policies.
    fn cast(&'a self, mut see: impl FnMut(Part<'a>)) {
        for (subject, bonds, _) in &self.reach {
            for bond in bonds {
                see(Part {
                    layer: bond.layer,
                    each: Each::License,
                    subject: Some(*subject),
                    bond: Some(bond),
                });
            }
        }
        for (number, layer) in self.program.layers.iter().enumerate() {
            if layer.terms().is_some() || !self.in_force(layer) {
                continue;
            }
            let has = |each: Each| layer.clauses.iter().any(|clause| clause.each == each);
            let part = |each: Each, subject: Option<usize>, bond: Option<&'a Bond>| Part {
                layer: number,
                each,
                subject,
                bond,
            };
            let closed = matches!(&layer.kind, LayerKind::Policy(house) if house.closed);
            if has(Each::Deployment) {
                see(part(Each::Deployment, None, None));
            }
            for (subject, bonds, _) in &self.reach {
                if has(Each::Model) {
                    see(part(Each::Model, Some(*subject), None));
                }
                if has(Each::License) || closed {
                    for bond in bonds {
                        see(part(Each::License, Some(*subject), Some(bond)));
                    }
                }
            }
        }
    }

    fn in_force(&self, layer: &Layer) -> bool {
        let (from, until) = layer.effective;
        let today = self.ready.options.today;
        from.is_none_or(|from| from <= today) && until.is_none_or(|until| today <= until)
    }

    fn frame(&'a self, part: &Part<'a>) -> Frame<'a> {
        let fact = |member: usize| self.lineage.members[member].fact.as_ref();
        Frame {
            schema: &self.program.schema,
            deployment: self.deployment,
            model: part.subject.map(fact),
            origin: part.bond.map(|bond| fact(bond.origin)),
            lineage: part.bond.map(|bond| &bond.lineage),
            license: part.bond.and_then(|bond| self.ready.card(bond.layer)),
            elements: Vec::new(),
            today: self.ready.options.today,
        }
    }

    /// Whether the model of a part is known to be deployed.
    fn certain(&self, part: &Part) -> bool {
        let deployed = |at: usize| self.lineage.members[at].deployed;
        part.subject.is_none_or(|at| deployed(at) == Some(true))
    }

    fn scene(&'a self, part: Part<'a>) -> Scene<'a> {
        let taken = &self.taken[part.layer];
        let context = Context::new(
            &self.program.layers[part.layer],
            self.frame(&part),
            &taken.readings,
            &taken.judgments,
            self.ready.options.reported,
        );
        Scene {
            context,
            certain: self.certain(&part),
            layer: part.layer,
            each: part.each,
            subject: part.subject,
            bond: part.bond,
        }
    }

    /// How hard a clause of a policy is enforced in this deployment's environment; licenses are hard.
    /// `None`: not enforced in this environment. An environment nobody stated counts as the strictest.
    pub fn level(&self, layer: usize, clause: u16) -> Level {
        let layer = &self.program.layers[layer];
        if layer.terms().is_some() {
            return Level::Hard;
        }
        let environment = match self.root("environment").and_then(Fact::value) {
            Some(Value::Choice(at)) => Some(*at),
            _ => None,
        };
        let rules = layer.enforce.iter().filter(|rule| rule.clause == clause);
        let rules = rules.filter(|rule| {
            rule.environments.is_empty()
                || environment.is_none_or(|at| rule.environments.contains(&at))
        });
        rules
            .map(|rule| rule.level)
            .max()
            .unwrap_or(Level::Mandatory)
    }

    /// The waiver that reaches a clause today, if there is one. Licenses and hard rules have none.
    pub fn waiver(&self, layer: usize, clause: u16) -> Option<Settled> {
        let level = self.level(layer, clause);
        let layer = &self.program.layers[layer];
        if layer.terms().is_some() || level == Level::Hard {
            return None;
        }
        let name = &layer.clauses[clause as usize].name;
        let today = self.ready.options.today;
        let waivers = self.program.decided.iter().filter(|decided| {
            decided.what == What::Waiver
                && decided.layer == layer.id
                && decided.about == *name
                && decided.on <= today
                && decided.until.is_none_or(|until| today <= until)
                && decided.reaches(self.name())
        });
        waivers
            .map(|decided| Settled {
                by: decided.by.clone(),
                on: Some(decided.on),
                until: decided.until,
                span: decided.span,
            })
            .next()
    }
}

/// Whether a check that fails counts, where its model is certainly deployed or only perhaps.
fn counted(fails: Truth, certain: bool) -> Truth {
    if certain {
        fails
    } else {
        fails.and(Truth::Unknown)
    }
}

/// Two determinations of one judgment: where they contradict each other, nothing is determined.
fn agreed(before: Truth, now: Truth, had: bool) -> Truth {
    if had && before != now {
        Truth::Unknown
    } else {
        now
    }
}

impl Scene<'_> {
    /// What this scene asks, in the order of the clauses, acts first.
    pub fn checks(&self, program: &Program) -> Vec<Check> {
        let by_outputs = self.bond.is_some_and(|bond| bond.by_outputs);
        ready::checks(program, self.context.layer, self.each, by_outputs)
    }

    /// Whether a check fails: an act performed is not licensed, a prohibition is breached, a duty is due
    /// and open.
    pub fn fails(&self, check: Check) -> Truth {
        match check {
            Check::Act(act) => {
                let performed = self.context.act(act);
                if performed == Truth::No {
                    Truth::No
                } else {
                    performed.and(!self.context.licensed(act))
                }
            }
            Check::Forbid(clause) => {
                let applies = self.context.effect(clause);
                if applies == Truth::No {
                    Truth::No
                } else {
                    applies.and(self.any_act(clause))
                }
            }
            Check::Duty(clause) => {
                let due = self.context.effect(clause);
                match self.context.layer.clauses[clause as usize].says {
                    Says::Require(holds) if due != Truth::No => due.and(!self.context.holds(holds)),
                    _ => Truth::No,
                }
            }
        }
    }

    /// Whether a check fails and counts: its model, too, has to be deployed.
    pub fn counts(&self, check: Check) -> Truth {
        counted(self.fails(check), self.certain)
    }

    /// Whether an act a prohibition names is performed.
    fn any_act(&self, clause: u16) -> Truth {
        match &self.context.layer.clauses[clause as usize].says {
            Says::Forbid(acts) if !acts.is_empty() => acts
                .iter()
                .map(|act| self.context.act(*act))
                .fold(Truth::No, Truth::or),
            _ => Truth::Yes,
        }
    }

    /// Whether claims decide this clause, not a binding text.
    pub fn is_reported(&self, clause: u16) -> bool {
        let layer = self.context.layer;
        layer.tier(&layer.clauses[clause as usize]) == Tier::Press
    }
}

//! Floor 6: what is judged about one deployment: each license with each model it binds, each rule of
//! each policy, and the checks they make.
//!
//! Comes in: a program and bound facts. Goes out: a [`Stage`] that holds everything about the deployment
//! and its [`Scene`]s, each a layer seen by one model, with the [`Check`]s it makes. Faults: models that
//! cannot be told apart, circles, determinations of unknown judgments.

use crate::diagnostic::Diagnostic;
use crate::eval::{self, Bond, Context, Fact, Frame, Gap, Lineage, State, Truth};
use crate::ir::{Each, Layer, LayerKind, Level, Program, Says, Tier, What};
use crate::source::Span;
use crate::value::{Kind, RecordId, Value};
use jiff::civil::Date;

/// The act a license that reaches a model by outputs is asked about; all other acts are asked of
/// licenses that reach it as a descendant.
const TRAIN_WITH_OUTPUTS: &str = "train-with-outputs";

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

/// What was taken for the questions and judgments of one layer.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    /// The reading of each question; `None` while it is open.
    pub readings: Vec<Option<u16>>,
    /// Who took each reading.
    pub readings_by: Vec<Option<Settled>>,
    /// What was determined about each judgment.
    pub judgments: Vec<Truth>,
    /// Who determined each judgment.
    pub judgments_by: Vec<Option<Settled>>,
}

/// Everything about one deployment that the scenes borrow from.
pub struct Stage<'a> {
    /// What is evaluated.
    pub program: &'a Program,
    /// The facts.
    pub deployment: &'a Fact,
    /// How.
    pub options: Options,
    /// The models.
    pub lineage: Lineage<'a>,
    /// For each subject: the licenses that reach it, and what is unknown about its origins.
    pub reach: Vec<(usize, Vec<Bond>, Vec<Gap>)>,
    /// For each layer: what was taken.
    pub taken: Vec<Taken>,
    /// For each layer: its facts as the record `license-card`.
    pub cards: Vec<Option<Fact>>,
    /// Decisions that count no more.
    pub expired: Vec<(String, Date, Span)>,
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
    pub fn set(
        program: &'a Program,
        deployment: &'a Fact,
        options: Options,
    ) -> Result<Stage<'a>, Vec<Diagnostic>> {
        let lineage = Lineage::read(deployment, program)?;
        let subjects: Vec<usize> = lineage.subjects().collect();
        let reach = subjects.into_iter().map(|subject| {
            let (bonds, gaps) = lineage.reach(subject, program);
            (subject, bonds, gaps)
        });
        let reach = reach.collect();
        let mut stage = Stage {
            program,
            deployment,
            options,
            reach,
            lineage,
            taken: Vec::new(),
            cards: program
                .layers
                .iter()
                .map(|layer| card(layer, program))
                .collect(),
            expired: Vec::new(),
        };
        stage.decide()?;
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

    fn counts(&self, scope: Option<&str>) -> bool {
        scope.is_none() || scope == self.name()
    }

    fn decide(&mut self) -> Result<(), Vec<Diagnostic>> {
        let today = self.options.today;
        for layer in &self.program.layers {
            let mut taken = Taken {
                readings: layer
                    .questions
                    .iter()
                    .map(|question| question.default)
                    .collect(),
                readings_by: layer
                    .questions
                    .iter()
                    .map(|question| {
                        let at = question.default?;
                        let span = question.readings.get(at as usize)?.span;
                        Some(Settled {
                            by: String::new(),
                            on: None,
                            until: None,
                            span,
                        })
                    })
                    .collect(),
                judgments: vec![Truth::Unknown; layer.judgments.len()],
                judgments_by: vec![None; layer.judgments.len()],
            };
            for decided in self
                .program
                .decided
                .iter()
                .filter(|decided| decided.layer == layer.id)
            {
                if decided.on > today || !self.counts(decided.scope.as_deref()) {
                    continue;
                }
                let settled = Settled {
                    by: decided.by.clone(),
                    on: Some(decided.on),
                    until: decided.until,
                    span: decided.span,
                };
                if let Some(until) = decided.until.filter(|until| *until < today) {
                    self.expired.push((
                        format!("{}/{}", decided.layer, decided.about),
                        until,
                        decided.span,
                    ));
                    continue;
                }
                match &decided.what {
                    What::Reading(reading) => {
                        let at = layer
                            .questions
                            .iter()
                            .position(|question| question.name == decided.about);
                        let Some(at) = at else { continue };
                        let nth = layer.questions[at]
                            .readings
                            .iter()
                            .position(|known| known.name == *reading);
                        let nth = nth.and_then(|nth| u16::try_from(nth).ok());
                        // Two organizations' files that adopt different readings leave the question open.
                        let clash = taken.readings_by[at]
                            .as_ref()
                            .is_some_and(|by| !by.by.is_empty())
                            && taken.readings[at] != nth;
                        taken.readings[at] = if clash { None } else { nth };
                        taken.readings_by[at] = Some(settled);
                    }
                    What::Determination(value) => {
                        if let Some(at) = layer
                            .judgments
                            .iter()
                            .position(|judgment| judgment.name == decided.about)
                        {
                            let (truth, by) =
                                (&mut taken.judgments[at], &mut taken.judgments_by[at]);
                            *truth = agreed(*truth, Truth::of(*value), by.is_some());
                            *by = Some(settled);
                        }
                    }
                    What::Waiver => {}
                }
            }
            self.taken.push(taken);
        }
        self.determinations()
    }

    /// Determinations stated in the facts.
    fn determinations(&mut self) -> Result<(), Vec<Diagnostic>> {
        let Some(list) = self.root("determinations").and_then(Fact::list) else {
            return Ok(());
        };
        let Some(record) = self.program.schema.record_named("determination") else {
            return Ok(());
        };
        let fields = &self.program.schema.record(record).fields;
        let field =
            |facts: &'a [Fact], name: &str| fields.get_index_of(name).and_then(|at| facts.get(at));
        let mut perhaps: Vec<(usize, usize, Truth)> = Vec::new();
        let mut faults = Vec::new();
        for fact in list {
            let Some(facts) = fact.record() else { continue };
            let Some(name) = field(facts, "judgment") else {
                continue;
            };
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
            let date = |name: &str| match field(facts, name).and_then(Fact::value) {
                Some(Value::Date(date)) => Some(*date),
                _ => None,
            };
            let on = date("on");
            // A determination nobody signed or dated decides nothing.
            if on.is_none_or(|on| on > self.options.today)
                || field(facts, "by").and_then(Fact::text).is_none()
            {
                continue;
            }
            if let Some(until) = date("until").filter(|until| *until < self.options.today) {
                self.expired.push((text.to_owned(), until, fact.place()));
                continue;
            }
            // Whether it still counts is not known unless somebody says so: `until: none` if it does
            // not end.
            let Some(Value::Bool(value)) = field(facts, "value").and_then(Fact::value) else {
                continue;
            };
            if field(facts, "until").is_none_or(Fact::is_unknown) {
                perhaps.push((layer, judgment, Truth::of(*value)));
                continue;
            }
            let by = field(facts, "by")
                .and_then(Fact::text)
                .unwrap_or("")
                .to_owned();
            let taken = &mut self.taken[layer];
            let before = taken.judgments_by[judgment].is_some();
            taken.judgments[judgment] =
                agreed(taken.judgments[judgment], Truth::of(*value), before);
            taken.judgments_by[judgment] = Some(Settled {
                by,
                on,
                until: date("until"),
                span: fact.place(),
            });
        }
        // What may still count can only cast doubt on what does.
        for (layer, judgment, value) in perhaps {
            let truth = &mut self.taken[layer].judgments[judgment];
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

    /// All scenes: licenses by subject, then policies.
    pub fn scenes(&'a self) -> Vec<Scene<'a>> {
        let mut scenes = Vec::new();
        for (subject, bonds, _) in &self.reach {
            for bond in bonds {
                scenes.push(self.scene(bond.layer, Each::License, Some(*subject), Some(bond)));
            }
        }
        for (number, layer) in self.program.layers.iter().enumerate() {
            if layer.terms().is_some() || !self.in_force(layer) {
                continue;
            }
            let has = |each: Each| layer.clauses.iter().any(|clause| clause.each == each);
            let closed = matches!(&layer.kind, LayerKind::Policy(house) if house.closed);
            if has(Each::Deployment) {
                scenes.push(self.scene(number, Each::Deployment, None, None));
            }
            for (subject, bonds, _) in &self.reach {
                if has(Each::Model) {
                    scenes.push(self.scene(number, Each::Model, Some(*subject), None));
                }
                if has(Each::License) || closed {
                    scenes.extend(
                        bonds.iter().map(|bond| {
                            self.scene(number, Each::License, Some(*subject), Some(bond))
                        }),
                    );
                }
            }
        }
        scenes
    }

    fn in_force(&self, layer: &Layer) -> bool {
        let (from, until) = layer.effective;
        let today = self.options.today;
        from.is_none_or(|from| from <= today) && until.is_none_or(|until| today <= until)
    }

    fn scene(
        &'a self,
        layer: usize,
        each: Each,
        subject: Option<usize>,
        bond: Option<&'a Bond>,
    ) -> Scene<'a> {
        let member = subject.map(|at| &self.lineage.members[at]);
        let frame = Frame {
            schema: &self.program.schema,
            deployment: self.deployment,
            model: member.map(|member| member.fact.as_ref()),
            origin: bond.map(|bond| self.lineage.members[bond.origin].fact.as_ref()),
            lineage: bond.map(|bond| &bond.lineage),
            license: bond.and_then(|bond| self.cards[bond.layer].as_ref()),
            elements: Vec::new(),
            today: self.options.today,
        };
        let taken = &self.taken[layer];
        let context = Context::new(
            &self.program.layers[layer],
            frame,
            &taken.readings,
            &taken.judgments,
            self.options.reported,
        );
        let certain = member.is_none_or(|member| member.deployed == Some(true));
        Scene {
            context,
            layer,
            each,
            subject,
            bond,
            certain,
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
        let today = self.options.today;
        let waivers = self.program.decided.iter().filter(|decided| {
            decided.what == What::Waiver
                && decided.layer == layer.id
                && decided.about == *name
                && decided.on <= today
                && decided.until.is_none_or(|until| today <= until)
                && self.counts(decided.scope.as_deref())
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

/// Two determinations of one judgment: where they contradict each other, nothing is determined.
fn agreed(before: Truth, now: Truth, had: bool) -> Truth {
    if had && before != now {
        Truth::Unknown
    } else {
        now
    }
}

/// A license's facts as clauses see them.
fn card(layer: &Layer, program: &Program) -> Option<Fact> {
    let terms = layer.terms()?;
    let id: RecordId = program.schema.record_named("license-card")?;
    let text = |text: &str| State::Value(Value::Text(text.into()));
    let fields = program.schema.record(id).fields.values().map(|field| {
        let state = match (field.name.as_str(), &field.kind) {
            ("id", Kind::LicenseName) => text(&layer.id),
            ("name", Kind::Text) => text(&layer.title),
            ("licensor", Kind::Text) => text(&terms.licensor),
            ("released", Kind::Date) => terms
                .released
                .map_or(State::Unknown, |date| State::Value(Value::Date(date))),
            _ => State::Unknown,
        };
        Fact::computed(state, layer.span)
    });
    Some(Fact::computed(State::Record(fields.collect()), layer.span))
}

impl Scene<'_> {
    /// What this scene asks, in the order of the clauses, acts first.
    pub fn checks(&self, program: &Program) -> Vec<Check> {
        let layer = self.context.layer;
        let mut checks = Vec::new();
        let grants = match &layer.kind {
            LayerKind::License(_) => true,
            LayerKind::Policy(house) => house.closed && self.each == Each::License,
        };
        if grants {
            let by_outputs = self.bond.is_some_and(|bond| bond.by_outputs);
            for (at, act) in (0..).zip(&program.acts) {
                if (act.name == TRAIN_WITH_OUTPUTS) == by_outputs {
                    checks.push(Check::Act(at));
                }
            }
        }
        for (at, clause) in (0..).zip(&layer.clauses) {
            if clause.each != self.each {
                continue;
            }
            match clause.says {
                Says::Forbid(_) => checks.push(Check::Forbid(at)),
                Says::Require(_) => checks.push(Check::Duty(at)),
                _ => {}
            }
        }
        checks
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

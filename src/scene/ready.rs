//! What is the same for every deployment judged on one day, found once.

use super::{Check, Settled, Taken};
use crate::eval::{Constants, Fact, Flat, FlatBuilder, Models, Spot, State, Truth};
use crate::ir::{Each, Layer, LayerKind, Program, Says, What};
use crate::scene::Options;
use crate::source::Span;
use crate::value::{Kind, RecordId, Schema, Value};
use jiff::civil::Date;
use std::borrow::Cow;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// A decision that counts no more: what it was about, its last day, where it is written.
pub type Expired = (String, Date, Span);

/// A program made ready to judge deployments on one day.
pub struct Ready<'p> {
    /// What is evaluated.
    pub program: &'p Program,
    /// How.
    pub options: Options,
    pub(super) models: Option<Models<'p>>,
    pub(super) determinations: Option<Determinations>,
    /// For each layer: its facts as the record `license-card`.
    cards: Vec<Option<Fact>>,
    /// What was taken for deployments that no decision names.
    taken: (Vec<Taken<'p>>, Vec<Expired>),
    /// For each layer, and each way its clauses are judged: the checks, flat.
    flats: Vec<[Often; WAYS]>,
    /// From which use on it pays to make a layer flat.
    pays: u32,
}

/// The checks of a layer judged in one way, and when each of them fails.
pub(super) struct Asked {
    pub(super) layer: usize,
    pub(super) way: Way,
    pub(super) flat: Flat,
    /// What each answer is about; `None` for all checks together.
    pub(super) checks: Vec<Option<Check>>,
}

/// A way in which the clauses of a layer are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Way {
    /// What they are judged for.
    pub(super) each: Each,
    /// Whether the license reaches the model by outputs.
    pub(super) by_outputs: bool,
    /// Whether every check is answered, or only whether one of them fails.
    pub(super) apart: bool,
}

/// The checks of a layer judged in one way, flat once they were asked for often enough.
#[derive(Default)]
struct Often {
    uses: AtomicU32,
    asked: OnceLock<Asked>,
}

/// Making a layer flat takes about as long as walking over its trees so many times.
const PAYS: u32 = 64;

/// How many ways there are.
const WAYS: usize = 12;

impl Way {
    fn number(self) -> usize {
        let each = match self.each {
            Each::License => 0,
            Each::Model => 1,
            Each::Deployment => 2,
        };
        each * 4 + usize::from(self.by_outputs) * 2 + usize::from(self.apart)
    }
}

/// Where the vocabulary keeps what was determined about judgments, by number of the field.
pub(super) struct Determinations {
    pub(super) list: usize,
    pub(super) judgment: usize,
    pub(super) value: usize,
    pub(super) by: usize,
    pub(super) on: usize,
    pub(super) until: usize,
}

impl Determinations {
    fn of(schema: &Schema) -> Option<Determinations> {
        let record = &schema.record(schema.record_named("determination")?).fields;
        Some(Determinations {
            list: schema.root().fields.get_index_of("determinations")?,
            judgment: record.get_index_of("judgment")?,
            value: record.get_index_of("value")?,
            by: record.get_index_of("by")?,
            on: record.get_index_of("on")?,
            until: record.get_index_of("until")?,
        })
    }
}

impl<'p> Ready<'p> {
    /// Finds what deployments have in common.
    pub fn new(program: &'p Program, options: Options) -> Ready<'p> {
        Ready {
            program,
            options,
            models: Models::of(program),
            determinations: Determinations::of(&program.schema),
            cards: program
                .layers
                .iter()
                .map(|layer| card(layer, program))
                .collect(),
            taken: take(program, options.today, None),
            flats: program.layers.iter().map(|_| Default::default()).collect(),
            pays: PAYS,
        }
    }

    /// The same, with every layer made flat at its first use.
    #[must_use]
    pub fn at_once(mut self) -> Ready<'p> {
        self.pays = 0;
        self
    }

    /// The facts of a license as clauses see them, the record `license-card`.
    pub fn card(&self, layer: usize) -> Option<&Fact> {
        self.cards[layer].as_ref()
    }

    /// What was taken for a deployment of this name, and what counts no more.
    pub(super) fn taken<'n>(
        &self,
        name: impl FnOnce() -> Option<&'n str>,
    ) -> (Vec<Taken<'_>>, Vec<Expired>) {
        let mut decided = self.program.decided.iter();
        if decided.any(|decided| decided.scope.is_some()) {
            return take(self.program, self.options.today, name());
        }
        let taken = self.taken.0.iter().map(Taken::borrowed);
        (taken.collect(), self.taken.1.clone())
    }

    /// The checks of a layer judged in one way, if it has paid to make them flat; only for the readings
    /// most deployments take.
    pub(super) fn asked(&self, layer: usize, way: Way, readings: &[Option<u16>]) -> Option<&Asked> {
        let often = &self.flats[layer][way.number()];
        if readings != &*self.taken.0[layer].readings
            || often.uses.fetch_add(1, Ordering::Relaxed) < self.pays
        {
            return None;
        }
        Some(often.asked.get_or_init(|| self.flatten(layer, way)))
    }

    fn flatten(&self, layer: usize, way: Way) -> Asked {
        let own = &self.program.layers[layer];
        let checks = checks(self.program, own, way.each, way.by_outputs);
        let mut builder = FlatBuilder::new(
            own,
            Constants {
                schema: &self.program.schema,
                today: self.options.today,
                reported: self.options.reported,
                license: own.terms().and_then(|_| self.card(layer)),
                readings: &self.taken.0[layer].readings,
            },
        );
        let fails: Vec<Spot> = checks
            .iter()
            .map(|check| fails(&mut builder, own, *check))
            .collect();
        let (checks, fails) = if way.apart {
            (checks.into_iter().map(Some).collect(), fails)
        } else {
            let rows = fails.iter().map(|spot| builder.row(*spot)).collect();
            (vec![None], vec![builder.any_row(rows)])
        };
        Asked {
            layer,
            way,
            flat: builder.build(fails),
            checks,
        }
    }
}

/// When a check fails: as [`Scene::fails`](super::Scene::fails) says of one scene.
fn fails(builder: &mut FlatBuilder, layer: &Layer, check: Check) -> Spot {
    match check {
        Check::Act(act) => {
            let performed = builder.act(act);
            let licensed = builder.licensed(act);
            builder.all(vec![performed, licensed.opposite()])
        }
        Check::Forbid(clause) => {
            let applies = builder.effect(clause);
            match &layer.clauses[clause as usize].says {
                Says::Forbid(acts) if !acts.is_empty() => {
                    let acts = acts.iter().map(|act| builder.act(*act)).collect();
                    let performed = builder.any(acts);
                    builder.all(vec![applies, performed])
                }
                _ => applies,
            }
        }
        Check::Duty(clause) => {
            let due = builder.effect(clause);
            match layer.clauses[clause as usize].says {
                Says::Require(holds) => {
                    let holds = builder.node(holds);
                    builder.all(vec![due, holds.opposite()])
                }
                _ => builder.never(),
            }
        }
    }
}

/// What is asked of a layer, in the order of the clauses, acts first.
pub(super) fn checks(program: &Program, layer: &Layer, each: Each, by_outputs: bool) -> Vec<Check> {
    let mut checks = Vec::new();
    let grants = match &layer.kind {
        LayerKind::License(_) => true,
        LayerKind::Policy(house) => house.closed && each == Each::License,
    };
    if grants {
        for (at, act) in (0..).zip(&program.acts) {
            if act.is_of_outputs() == by_outputs {
                checks.push(Check::Act(at));
            }
        }
    }
    for (at, clause) in (0..).zip(&layer.clauses) {
        if clause.each != each {
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

/// What organizations decided for a deployment of this name, by layer, and what counts no more.
fn take(program: &Program, today: Date, name: Option<&str>) -> (Vec<Taken<'static>>, Vec<Expired>) {
    let mut expired = Vec::new();
    let all = program.layers.iter().map(|layer| {
        let questions = layer.questions.iter();
        let mut readings: Vec<Option<u16>> =
            questions.clone().map(|question| question.default).collect();
        let readings_by = questions.map(|question| {
            let at = question.default?;
            let span = question.readings.get(at as usize)?.span;
            Some(Settled {
                by: String::new(),
                on: None,
                until: None,
                span,
            })
        });
        let mut readings_by: Vec<Option<Settled>> = readings_by.collect();
        let mut judgments = vec![Truth::Unknown; layer.judgments.len()];
        let mut judgments_by = vec![None; layer.judgments.len()];
        for decided in program.decided.iter().filter(|one| one.layer == layer.id) {
            if decided.on > today || !decided.reaches(name) {
                continue;
            }
            let settled = Settled {
                by: decided.by.clone(),
                on: Some(decided.on),
                until: decided.until,
                span: decided.span,
            };
            if let Some(until) = decided.until.filter(|until| *until < today) {
                let about = format!("{}/{}", decided.layer, decided.about);
                expired.push((about, until, decided.span));
                continue;
            }
            match &decided.what {
                What::Reading(reading) => {
                    let mut questions = layer.questions.iter();
                    let at = questions.position(|question| question.name == decided.about);
                    let Some(at) = at else { continue };
                    let mut known = layer.questions[at].readings.iter();
                    let nth = known.position(|known| known.name == *reading);
                    let nth = nth.and_then(|nth| u16::try_from(nth).ok());
                    // Two organizations' files that adopt different readings leave the question open.
                    let clash = readings_by[at].as_ref().is_some_and(|by| !by.by.is_empty())
                        && readings[at] != nth;
                    readings[at] = if clash { None } else { nth };
                    readings_by[at] = Some(settled);
                }
                What::Determination(value) => {
                    let mut known = layer.judgments.iter();
                    let at = known.position(|judgment| judgment.name == decided.about);
                    let Some(at) = at else { continue };
                    let (truth, by) = (&mut judgments[at], &mut judgments_by[at]);
                    *truth = super::agreed(*truth, Truth::of(*value), by.is_some());
                    *by = Some(settled);
                }
                What::Waiver => {}
            }
        }
        Taken {
            readings: Cow::Owned(readings),
            readings_by: Cow::Owned(readings_by),
            judgments: Cow::Owned(judgments),
            judgments_by: Cow::Owned(judgments_by),
        }
    });
    (all.collect(), expired)
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

//! A world as a facts file: evaluated as facts before it is shown, and only what matters of it.

use super::draft::{Draft, LICENSE, Origin, known_values};
use super::free;
use super::vocabulary::Side as Vocabulary;
use crate::eval::{self, Fact, Truth};
use crate::exact::{Lit, Unit, Worlds};
use crate::facts::{self, Format};
use crate::ir::{Layer, Says};
use crate::library::{self, Names};
use crate::scene::{Check, Ready, Scene, Stage};
use crate::source::SourceId;
use crate::value::{Kind, Value};
use crate::verdict::{self, Verdict};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;
use std::borrow::Cow;
use std::cell::RefCell;

/// Facts, and what comes of them under both layers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Shown {
    /// What comes of them under the older layer.
    pub before: Side,
    /// What comes of them under the newer.
    pub after: Side,
    /// Readings that matter and are not the default: `llama-3.1/calling read as no`.
    pub readings: Vec<String>,
    /// A policy that adopts these readings; empty where none matters.
    pub policy: String,
}

/// What comes of facts under one layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Side {
    /// What the clause comes to; absent where the layer has no such clause.
    pub clause: Option<String>,
    /// The verdict over the deployment.
    pub verdict: String,
    /// The clauses, and acts, that decide against it.
    pub against: Vec<String>,
    /// The facts, as a facts file in YAML.
    pub facts: String,
}

/// Layers that facts are tried under.
pub(super) struct Under<'p> {
    /// The first layers of its program: the number of each on the stage worlds are found on, and its id.
    pub layers: Vec<(usize, &'p str)>,
    /// Its program, made ready.
    ready: &'p Ready<'p>,
    names: Names<'p>,
    /// Its vocabulary, where worlds are found in another.
    pub vocabulary: Option<Vocabulary<'p>>,
    /// The text that was read last, and its facts.
    read: RefCell<Option<(String, Option<Fact>)>>,
}

/// How a draft becomes facts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Read {
    /// As a tree: good enough to try one after another
    Tree,
    /// As the text that is shown
    Text,
}

/// What layers make of facts.
pub(super) struct Sight<'s> {
    /// The deployment.
    pub stage: &'s Stage<'s>,
    scenes: Vec<Scene<'s>>,
}

impl Sight<'_> {
    /// Where a layer is judged.
    pub fn of(&self, layer: usize) -> impl Iterator<Item = &Scene<'_>> {
        self.scenes.iter().filter(move |scene| scene.layer == layer)
    }

    /// Where the layer that is compared is judged.
    fn own(&self) -> impl Iterator<Item = &Scene<'_>> {
        self.of(0)
    }

    /// The verdict, as far as it is known without asking all worlds.
    pub fn verdict(&self) -> Verdict {
        verdict::quick_in(
            self.stage,
            &self.scenes,
            &verdict::checks(self.stage, &self.scenes),
        )
    }

    /// What a clause comes to, as [`Worlds::outcome`] has it, or whether it applies at all.
    pub fn clause(&self, clause: u16, applies: bool) -> Truth {
        self.of_layer(0, clause, applies)
    }

    /// The same of a clause of another layer.
    pub fn of_layer(&self, layer: usize, clause: u16, applies: bool) -> Truth {
        let fits = self.of(layer).filter(|scene| {
            let known = scene.context.layer.clauses.get(clause as usize);
            known.is_some_and(|known| known.each == scene.each)
        });
        let truths = fits.map(|scene| {
            let layer = scene.context.layer;
            match layer.clauses[clause as usize].says {
                Says::Forbid(_) if !applies => scene.fails(Check::Forbid(clause)),
                Says::Require(_) if !applies => scene.fails(Check::Duty(clause)),
                _ => scene.context.effect(clause),
            }
        });
        truths.reduce(Truth::or).unwrap_or(Truth::Unknown)
    }

    /// Whether an act that is performed is licensed and not prohibited.
    pub fn permits(&self, act: &str) -> Truth {
        let mut acts = (0..).zip(&self.stage.program.acts);
        let Some((act, _)) = acts.find(|(_, known)| known.name == act) else {
            return Truth::Unknown;
        };
        let truths = self.own().filter_map(|scene| {
            let context = &scene.context;
            let mut permitted = match &context.layer.kind {
                crate::ir::LayerKind::Policy(house) if !house.closed => Truth::Yes,
                _ => context.licensed(act),
            };
            for (clause, known) in (0..).zip(&context.layer.clauses) {
                if matches!(&known.says, Says::Forbid(acts) if acts.contains(&act)) {
                    permitted = permitted.and(!context.effect(clause));
                }
            }
            // An act that is not known to be performed shows nothing.
            (context.act(act) == Truth::Yes).then_some(permitted)
        });
        truths.reduce(Truth::or).unwrap_or(Truth::Unknown)
    }

    /// The duties that are due, by the number of the clause.
    pub fn due(&self) -> Vec<u16> {
        let mut due = Vec::new();
        for scene in self.own() {
            for (at, clause) in (0..).zip(&scene.context.layer.clauses) {
                if matches!(clause.says, Says::Require(_))
                    && scene.context.effect(at) == Truth::Yes
                    && !due.contains(&at)
                {
                    due.push(at);
                }
            }
        }
        due
    }

    /// What decides against the deployment: clauses by name, acts that are not licensed.
    pub fn against(&self) -> Vec<String> {
        let mut against = Vec::new();
        for scene in self.own() {
            for check in scene.checks(self.stage.program) {
                if scene.fails(check) != Truth::Yes {
                    continue;
                }
                let said = match check {
                    Check::Act(act) => {
                        let act = &self.stage.program.acts[act as usize].name;
                        format!("{act} is not licensed")
                    }
                    Check::Forbid(at) | Check::Duty(at) => {
                        scene.context.layer.clauses[at as usize].name.clone()
                    }
                };
                if !against.contains(&said) {
                    against.push(said);
                }
            }
        }
        against
    }
}

impl<'p> Under<'p> {
    /// The first layers of a program; `numbers` are their numbers on the stage worlds are found on.
    pub fn new(numbers: &[usize], ready: &'p Ready<'p>) -> Under<'p> {
        let ids = ready.program.layers.iter().map(|layer| &*layer.id);
        Under {
            layers: numbers.iter().copied().zip(ids).collect(),
            ready,
            names: library::names_with(ready.program),
            vocabulary: None,
            read: RefCell::new(None),
        }
    }

    /// A draft in the words of its vocabulary.
    fn own<'d>(&self, draft: &'d Draft) -> Cow<'d, Draft> {
        match &self.vocabulary {
            None => Cow::Borrowed(draft),
            Some(vocabulary) => Cow::Owned(Draft {
                root: vocabulary.facts(&draft.root),
                readings: draft.readings.clone(),
                judgments: draft.judgments.clone(),
            }),
        }
    }

    /// The facts of a draft as a file.
    pub fn facts(&self, draft: &Draft) -> String {
        let signed = before(self.ready.options.today);
        let draft = self.own(draft);
        draft.yaml(&self.ready.program.schema, &self.layers, signed)
    }

    /// The facts that a text states.
    fn read(&self, text: String) -> Option<Fact> {
        let mut last = self.read.borrow_mut();
        if let Some((_, fact)) = last.as_ref().filter(|(known, _)| *known == text) {
            return fact.clone();
        }
        let place = SourceId(u32::MAX - 1);
        let nodes = facts::parse(place, &text, Format::Yaml, &facts::Limits::default());
        let node = nodes.ok().and_then(|nodes| nodes.into_iter().next());
        let schema = &self.ready.program.schema;
        let fact = node.and_then(|node| eval::bind(&node, schema, &self.names).ok());
        *last = Some((text, fact.clone()));
        fact
    }

    /// Evaluates a draft as a facts file; `None` where it is no facts.
    pub fn see<R>(&self, draft: &Draft, read: Read, see: impl FnOnce(&Sight) -> R) -> Option<R> {
        let program = self.ready.program;
        let fact = match read {
            Read::Tree => {
                let signed = before(self.ready.options.today);
                let draft = self.own(draft);
                draft.fact(&program.schema, &self.names, &self.layers, signed)?
            }
            Read::Text => self.read(self.facts(draft))?,
        };
        let fact = eval::with_defaults(fact, program);
        let mut stage = Stage::set(self.ready, &fact).ok()?;
        for reading in &draft.readings {
            for (number, question, taken) in &reading.layers {
                let at = self.layers.iter().position(|(known, _)| known == number);
                if let Some(at) = at {
                    stage.taken[at].readings.to_mut()[*question as usize] = Some(*taken);
                }
            }
        }
        let sight = Sight {
            stage: &stage,
            scenes: stage.scenes(),
        };
        Some(see(&sight))
    }

    fn side(&self, draft: &Draft, clause: Option<String>) -> Side {
        let seen = self.see(draft, Read::Text, |sight| {
            let verdict = match sight.verdict() {
                Verdict::Undetermined => verdict::verdict(sight.stage),
                known => known,
            };
            (verdict, sight.against())
        });
        let (verdict, against) = seen.unwrap_or((Verdict::Undetermined, Vec::new()));
        Side {
            clause,
            verdict: verdict.as_str().to_owned(),
            against,
            facts: self.facts(draft),
        }
    }
}

/// A day in the month before: one on which somebody could have decided.
fn before(today: Date) -> Date {
    let before = today.first_of_month().yesterday();
    before.map_or(today, Date::first_of_month)
}

/// Where worlds are found, and what they are tried under.
pub(super) struct Trial<'t> {
    /// The stage worlds are found on.
    pub stage: &'t Stage<'t>,
    /// What facts are tried under: of two that are compared, the older and the newer.
    pub under: Vec<Under<'t>>,
    /// The names of the licenses that are compared.
    pub own: Vec<String>,
    /// The licenses the model is under, as far as it needs any.
    pub licensed: Vec<String>,
    /// The license of a model of ours that was taught by outputs.
    pub beside: Option<String>,
}

impl Trial<'_> {
    fn draft(&self, units: &[Unit], step: bool) -> Option<Draft> {
        let origin = Origin {
            own: &self.own,
            licensed: &self.licensed,
            beside: self.beside.as_deref(),
            step,
        };
        Draft::of(units, self.stage, &origin)
    }

    /// The shortest draft found in which all of `goals` hold and that `shows` something; as much as
    /// possible of `prefer` holds too. As a text it shows it too.
    pub fn find(
        &self,
        worlds: &mut Worlds,
        goals: &[Lit],
        prefer: &[Lit],
        shows: &mut dyn FnMut(&Draft, Read) -> bool,
    ) -> Option<Draft> {
        let units = world(worlds, goals, prefer)?;
        let short = core(worlds, goals, &units);
        let schema = &self.stage.program.schema;
        let today = self.stage.ready.options.today;
        for read in [Read::Tree, Read::Text] {
            // A model under several licenses is made from several rather than under all of them itself.
            let steps = match self.licensed.len() {
                0 | 1 => [false, true],
                _ => [true, false],
            };
            let drafts = [&short, &units].into_iter();
            let drafts = drafts.flat_map(|units| steps.map(|step| (units, step)));
            let mut drafts = drafts.filter_map(|(units, step)| self.draft(units, step));
            let mut trying = |draft: &Draft| shows(draft, read);
            let mut draft = drafts.find(&mut trying)?;
            draft.rename(schema, &mut trying);
            draft.shorten(schema, &mut trying);
            draft.polish(schema, today, &mut trying);
            if shows(&draft, Read::Text) {
                return Some(draft);
            }
        }
        None
    }

    /// A draft for people, with what the clause comes to under both layers.
    pub fn shown(&self, draft: &Draft, clause: [Option<String>; 2]) -> Shown {
        let [before, after] = clause;
        let (readings, policy) = self.readings(draft);
        Shown {
            before: self.under[0].side(draft, before),
            after: self.under[1].side(draft, after),
            readings,
            policy,
        }
    }

    /// The readings that matter in a draft, and a policy that adopts them.
    pub fn readings(&self, draft: &Draft) -> (Vec<String>, String) {
        let on = before(self.stage.ready.options.today);
        let (mut readings, mut adopts) = (Vec::new(), Vec::new());
        let layers = || self.under.iter().flat_map(|under| &under.layers);
        for decision in &draft.readings {
            let (about, answer) = (&decision.about, &decision.answer);
            let mut ids: Vec<&str> = Vec::new();
            for (number, id) in layers() {
                let known = decision.layers.iter().any(|(at, ..)| at == number);
                if known && !ids.contains(id) {
                    ids.push(id);
                }
            }
            let adopt =
                |id: &&str| format!("  adopt {id}/{about} as {answer} by \"Counsel\" on {on}\n");
            adopts.extend(ids.iter().map(adopt));
            readings.push(match ids[..] {
                [id] => format!("{id}/{about} read as {answer}"),
                _ => format!("{about} read as {answer}"),
            });
        }
        let policy = if readings.is_empty() {
            String::new()
        } else {
            let adopts = adopts.concat();
            format!("policy readings \"Readings the facts are judged under\" open {{\n{adopts}}}\n")
        };
        (readings, policy)
    }
}

/// What reads best, of what may be so: licenses that reach the model without detour, the readings that
/// are taken by default, plain values. First what matters more; `paths` are scenes, one for each path.
pub(super) fn wishes(
    worlds: &mut Worlds,
    stage: &Stage,
    paths: &[usize],
    layers: &[(usize, &Layer)],
) -> [Vec<Lit>; 2] {
    let schema = &stage.program.schema;
    let mut first = Vec::new();
    for scene in paths {
        let several = paths.len() > 1;
        first.extend(free::no_steps(worlds, *scene, several, schema));
    }
    for (number, layer) in layers {
        for (at, question) in (0..).zip(&layer.questions) {
            if let Some(default) = question.default {
                let lits = worlds.readings(*number, at);
                first.extend(lits.get(default as usize).copied());
            }
        }
    }
    // Weights that nobody gets bring no duties of another license with them.
    let private = |kind: &Kind| match kind {
        Kind::Choice(id) => (schema.choice(*id).position("private").into_iter())
            .map(Value::Choice)
            .collect(),
        _ => Vec::new(),
    };
    first.extend(worlds.plain(&private));
    let mut rest = worlds.bare();
    rest.extend(worlds.plain(&|kind| known_values(kind, schema)));
    [first, rest]
}

/// A world in which all of `goals` hold, and as much as possible of `prefer`, what comes first first.
fn world(worlds: &mut Worlds, goals: &[Lit], prefer: &[Lit]) -> Option<Vec<Unit>> {
    let (mut wished, mut dropped) = (prefer.to_vec(), Vec::new());
    loop {
        let assumed: Vec<Lit> = goals.iter().chain(&wished).copied().collect();
        match worlds.solve(&assumed)? {
            true => break,
            false => {
                // Of the wishes that stand in the way, the last one goes.
                let core = worlds.core(&assumed);
                let last = wished.iter().rposition(|lit| core.contains(lit))?;
                dropped.push(wished.remove(last));
            }
        }
    }
    // Some went for nothing.
    let mut units = worlds.units();
    let mut assumed: Vec<Lit> = goals.iter().chain(&wished).copied().collect();
    let so = |worlds: &Worlds| -> Vec<Lit> {
        let so = dropped.iter().filter(|wish| worlds.value(**wish));
        so.copied().collect()
    };
    let mut held = so(worlds);
    for wish in dropped.iter().rev() {
        assumed.push(*wish);
        if held.contains(wish) {
            continue;
        }
        if worlds.solve(&assumed) == Some(true) {
            units = worlds.units();
            held = so(worlds);
        } else {
            assumed.pop();
        }
    }
    Some(units)
}

/// Those units of a world that all of `goals` rest on; all of them where that cannot be told.
fn core(worlds: &mut Worlds, goals: &[Lit], units: &[Unit]) -> Vec<Unit> {
    let reached = worlds.and(goals.to_vec());
    let mut all: Vec<Lit> = units.iter().map(|unit| unit.lit).collect();
    all.push(!reached);
    if worlds.solve(&all) != Some(false) {
        return units.to_vec();
    }
    let kept = worlds.core(&all);
    let units = units.iter().filter(|unit| kept.contains(&unit.lit));
    units.cloned().collect()
}

/// The name of the license a model is declared under, where a license is compared.
pub(super) fn own_license() -> String {
    LICENSE.to_owned()
}

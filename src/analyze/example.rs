//! What was found in policies, as facts that show it: a facts file, judged again from its text.

use super::compare::{BESIDE, LIMITS, speaks_of_models};
use super::draft::Draft;
use super::free;
use super::witness::{Read, Sight, Trial, Under, wishes};
use crate::eval::{Bond, Fact, Truth};
use crate::exact::{Lit, Worlds};
use crate::ir::{Layer, Program, Says};
use crate::library::{self, Needed};
use crate::scene::{Check, Options, Ready};
use crate::source::Span;
use schemars::JsonSchema;
use serde::Serialize;

/// Facts that show what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Example {
    /// What comes of them: `llama-3.1/prefix is due and met`.
    pub shows: Vec<String>,
    /// The facts, as a facts file in YAML.
    pub facts: String,
    /// Readings that matter and are not the default: `llama-3.1/calling read as no`.
    pub readings: Vec<String>,
    /// A policy that adopts these readings; empty where none matters.
    pub policy: String,
}

/// What is to be shown of some layers, each known by its place among them.
pub(super) enum Finding<'f> {
    /// Two duties are due, and one of them is open: layer and clause of each.
    Both([(usize, u16); 2]),
    /// A duty is due and met, and with that a prohibition is breached: layer and clause of each.
    Against([(usize, u16); 2]),
    /// An act is performed, the first layer does not license it, and none of these clauses applies.
    Gap(u16, &'f [u16]),
}

/// Facts under which what was found in `about` is so; `program` has what facts can be, and licenses
/// that a model can be under. `None` where none were found.
pub(super) fn example(
    about: &[&Layer],
    finding: &Finding,
    program: &Program,
    options: Options,
) -> Option<Example> {
    let show = |license: Option<&Layer>| {
        let mut layers: Vec<Layer> = about.iter().copied().chain(license).cloned().collect();
        let licensed = layers.iter().any(|layer| layer.terms().is_some());
        if licensed && layers.iter().all(|layer| layer.id != BESIDE) {
            layers.extend(shipped(&beside(), program));
        }
        let program = Program {
            schema: program.schema.clone(),
            acts: program.acts.clone(),
            layers,
            decided: program.decided.clone(),
            defaults: program.defaults.clone(),
        };
        let count = about.len() + usize::from(license.is_some());
        shown(about.len(), count, finding, &program, options)
    };
    let asks = about.iter().any(|layer| speaks_of_models(layer));
    let licensed = about.iter().any(|layer| layer.terms().is_some());
    if (licensed || !asks)
        && let Some(example) = show(None)
    {
        return Some(example);
    }
    if !asks {
        return None;
    }
    // What license the policy asks about may matter: a plain one is tried first.
    let find = |licenses: &[Layer]| {
        let free = |license: &&Layer| about.iter().all(|layer| layer.id != license.id);
        let mut licenses = licenses.iter().filter(free);
        licenses.find_map(|license| show(Some(license)))
    };
    let known = program
        .layers
        .iter()
        .filter(|layer| layer.terms().is_some());
    find(&shipped(&beside(), program))
        .or_else(|| find(&known.cloned().collect::<Vec<_>>()))
        .or_else(|| find(&shipped(&Needed::all(), program)))
}

fn beside() -> Needed {
    let mut needed = Needed::none();
    needed.add(BESIDE);
    needed
}

/// Shipped licenses, as far as they know all acts of a program.
fn shipped(needed: &Needed, program: &Program) -> Vec<Layer> {
    let mut layers = library::program(needed).layers;
    layers.retain(|layer| layer.acts.len() == program.acts.len());
    layers
}

/// Facts that show what was found in the first layers, `about` of them; so many of the layers, `count`,
/// can reach the model.
fn shown(
    about: usize,
    count: usize,
    finding: &Finding,
    program: &Program,
    options: Options,
) -> Option<Example> {
    let licenses = (0..count).filter(|at| program.layers[*at].terms().is_some());
    let licenses: Vec<usize> = licenses.collect();
    // A license is asked about a model it reaches, a policy about one that some license reaches.
    let carrier = |at: usize| match licenses.contains(&at) {
        true => at,
        false => licenses.last().copied().unwrap_or(0),
    };
    let origin = |at: usize| licenses.iter().position(|known| *known == at).unwrap_or(0);
    let bonds: Vec<Bond> = (0..about)
        .map(|at| free::bond(carrier(at), free::ORIGIN + origin(carrier(at))))
        .collect();
    let nothing = Fact::unknown(Span::NOWHERE);
    let blank = Fact::unknown(Span::NOWHERE);
    let ready = Ready::new(program, options);
    let stage = free::stage(&ready, &nothing, licenses.len().max(1))?;
    let scenes = free::scenes(&stage, &bonds);
    let mut worlds = Worlds::new(&stage, &scenes, &blank, &LIMITS);
    let mut paths: Vec<usize> = (0..about).collect();
    paths.dedup_by_key(|at| carrier(*at));
    let mut by_outputs = Lit::FALSE;
    for at in paths.iter().rev() {
        let terms: Vec<_> = program.layers[carrier(*at)].terms().into_iter().collect();
        by_outputs = free::path(&mut worlds, *at, program, &terms);
    }
    let tries = finding.goals(&mut worlds, program, by_outputs);
    let layers: Vec<(usize, &Layer)> = (0..about).zip(&program.layers).collect();
    let prefer = wishes(&mut worlds, &stage, &paths, &layers).concat();
    let numbers: Vec<usize> = (0..program.layers.len()).collect();
    let ids = licenses.iter().map(|at| program.layers[*at].id.clone());
    let trial = Trial {
        stage: &stage,
        under: vec![Under::new(&numbers, &ready)],
        own: Vec::new(),
        licensed: ids.collect(),
        beside: (!licenses.is_empty()).then(|| BESIDE.to_owned()),
    };
    let under = &trial.under[0];
    for (goals, wanted) in &tries {
        let mut shows = |draft: &Draft, read: Read| {
            under.see(draft, read, |sight| {
                finding.is_shown(sight, program, *wanted)
            }) == Some(true)
        };
        if worlds.solve(goals) != Some(true) {
            continue;
        }
        let Some(draft) = trial.find(&mut worlds, goals, &prefer, &mut shows) else {
            continue;
        };
        let shows = under.see(&draft, Read::Text, |sight| finding.said(sight, program))?;
        let (readings, policy) = trial.readings(&draft);
        return Some(Example {
            shows,
            facts: under.facts(&draft),
            readings,
            policy,
        });
    }
    None
}

/// Literals that are to hold, and what the first and the second of two duties are to come to.
type Try = (Vec<Lit>, Option<[Truth; 2]>);

impl Finding<'_> {
    /// What is to be so, what shows it best first.
    fn goals(&self, worlds: &mut Worlds, program: &Program, by_outputs: Lit) -> Vec<Try> {
        match self {
            Finding::Both(both) => {
                let due = both.map(|(layer, clause)| worlds.effect(layer, clause));
                let holds = both.map(|(layer, clause)| {
                    match program.layers[layer].clauses[clause as usize].says {
                        Says::Require(holds) => worlds.holds(layer, holds),
                        _ => Lit::TRUE,
                    }
                });
                // That one is met shows best that the other cannot be.
                let met = |at: usize| [&due[..], &[holds[at], !holds[1 - at]]].concat();
                vec![
                    (met(0), Some([Truth::No, Truth::Yes])),
                    (met(1), Some([Truth::Yes, Truth::No])),
                    (due.to_vec(), None),
                ]
            }
            Finding::Against([duty, ban]) => {
                let [due, open] = [
                    worlds.effect(duty.0, duty.1),
                    worlds.outcome(duty.0, duty.1),
                ];
                let breached = worlds.outcome(ban.0, ban.1);
                vec![(vec![due, !open, breached], None)]
            }
            Finding::Gap(act, clauses) => {
                let mut goals = vec![worlds.act(0, *act), !worlds.licensed(0, *act)];
                goals.extend(clauses.iter().map(|clause| !worlds.effect(0, *clause)));
                goals.push(match program.acts[*act as usize].is_of_outputs() {
                    true => by_outputs,
                    false => !by_outputs,
                });
                vec![(goals, None)]
            }
        }
    }

    /// Whether facts show it; `open` says which of two duties are to be open.
    fn is_shown(&self, sight: &Sight, program: &Program, open: Option<[Truth; 2]>) -> bool {
        match self {
            Finding::Both(both) => {
                let of =
                    |applies| both.map(|(layer, clause)| sight.of_layer(layer, clause, applies));
                of(true) == [Truth::Yes; 2]
                    && open
                        .map_or_else(|| of(false).contains(&Truth::Yes), |open| open == of(false))
            }
            Finding::Against([duty, ban]) => {
                let of = |(layer, clause), applies| sight.of_layer(layer, clause, applies);
                of(*duty, true) == Truth::Yes
                    && of(*duty, false) == Truth::No
                    && of(*ban, false) == Truth::Yes
            }
            Finding::Gap(act, clauses) => sight.of(0).any(|scene| {
                let check = Check::Act(*act);
                scene.checks(program).contains(&check)
                    && scene.fails(check) == Truth::Yes
                    && (clauses.iter()).all(|at| scene.context.effect(*at) == Truth::No)
            }),
        }
    }

    /// What comes of facts, in words.
    fn said(&self, sight: &Sight, program: &Program) -> Vec<String> {
        let id = |layer: usize, clause: u16| {
            let own = &program.layers[layer];
            own.clause_id(&own.clauses[clause as usize])
        };
        match self {
            Finding::Against([duty, ban]) => vec![
                format!("{} is due and met", id(duty.0, duty.1)),
                format!("{} is breached", id(ban.0, ban.1)),
            ],
            Finding::Both(both) => {
                let each = both.map(|(layer, clause)| {
                    let id = id(layer, clause);
                    let open = sight.of_layer(layer, clause, false) != Truth::No;
                    format!("{id} is due and {}", if open { "open" } else { "met" })
                });
                each.into()
            }
            Finding::Gap(act, _) => {
                let act = &program.acts[*act as usize].name;
                let id = &program.layers[0].id;
                vec![format!("{act} is refused, and no clause of {id} says so")]
            }
        }
    }
}

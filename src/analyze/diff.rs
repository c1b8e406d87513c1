//! What two layers say differently, clause by clause, each with a world that shows it.

use super::free;
use super::normal::Normal;
use super::witness::{Least, Under, Witness, least};
use crate::eval::{Fact, Truth};
use crate::exact::{Limits, Lit, Worlds};
use crate::ir::{Layer, LayerKind, Program, Says};
use crate::scene::{Options, Ready, Scene, Stage};
use crate::source::Span;
use serde::Serialize;

/// The act that is asked of licenses that follow outputs.
const TRAIN_WITH_OUTPUTS: &str = "train-with-outputs";

/// What became of a clause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Change {
    /// It means the same
    Same,
    /// It means the same but for names, dates and the models covered
    Names {
        /// Each `old → new`.
        but_for: Vec<String>,
    },
    /// Its recorded words differ; they are not evaluated
    Words,
    /// It means something else
    Changed {
        /// How, in words.
        how: Vec<String>,
        /// A world in which it comes to something else.
        witness: Option<Shown>,
    },
    /// It is in the older layer only
    Gone,
    /// It is in the newer layer only
    New,
}

/// A world, and what comes of it under each layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// What comes of it under the older layer.
    pub before: String,
    /// What comes of it under the newer.
    pub after: String,
    /// The facts, as a facts file.
    pub facts: String,
    /// Readings that matter and are not the default.
    pub readings: Vec<String>,
    /// Judgments that matter.
    pub judgments: Vec<String>,
    /// Whether the facts, evaluated again under both layers, show it.
    pub verified: bool,
}

/// A clause of one layer or of both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pair {
    /// Its name in the newer layer, or in the only one.
    pub name: String,
    /// Its name in the older layer, if it is another.
    pub was: Option<String>,
    /// Its title.
    pub title: String,
    /// The section it encodes.
    pub section: Option<String>,
    /// What it says: `grant`, `forbid`, `require`, `exception`, `end`, `term`.
    pub kind: &'static str,
    /// What became of it.
    pub change: Change,
}

/// Acts that are permitted under one layer and not under the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Acts {
    /// Whether they became permitted; otherwise they no longer are.
    pub gained: bool,
    /// The acts.
    pub acts: Vec<String>,
    /// Duties of the layer that permits, due in the world shown.
    pub duties: Vec<String>,
    /// A world that shows it for the first of them.
    pub witness: Option<Shown>,
}

/// What two layers say differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Id of the older layer.
    pub old: String,
    /// Id of the newer layer.
    pub new: String,
    /// Every clause, in the order of the newer layer, those of the older only last.
    pub clauses: Vec<Pair>,
    /// Acts that became permitted, or no longer are.
    pub acts: Vec<Acts>,
    /// Other differences: relations that bind, licensor.
    pub terms: Vec<String>,
    /// Whether both mean the same, but for names, dates and the models covered.
    pub same: bool,
    /// Whether every condition could be followed exactly.
    pub exact: bool,
    /// Whether a limit was reached, so that differences may have been missed.
    pub gave_up: bool,
}

/// How a clause's kind is written.
pub(super) fn kind(says: &Says) -> &'static str {
    match says {
        Says::Grant(_) => "grant",
        Says::Forbid(_) => "forbid",
        Says::Require(_) => "require",
        Says::Exception(_) => "exception",
        Says::End(_) => "end",
        Says::Term(_) => "term",
    }
}

fn said(says: &Says, yes: bool) -> &'static str {
    match (says, yes) {
        (Says::Grant(_), true) => "in force",
        (Says::Grant(_), false) => "not in force",
        (Says::Forbid(_), true) => "breached",
        (Says::Forbid(_), false) => "not breached",
        (Says::Require(_), true) => "due and open",
        (Says::Require(_), false) => "not due, or met",
        (Says::End(_), true) => "ends the license",
        (Says::End(_), false) => "does not end the license",
        (_, true) => "applies",
        (_, false) => "does not apply",
    }
}

/// Which clause of the newer layer is which of the older.
fn pairs(old: &Layer, new: &Layer, normal: &Normal) -> Vec<(Option<u16>, Option<u16>)> {
    let count = |layer: &Layer| u16::try_from(layer.clauses.len()).unwrap_or(u16::MAX);
    let mut free: Vec<u16> = (0..count(old)).collect();
    let mut found: Vec<Option<u16>> = vec![None; new.clauses.len()];
    let alike: [&dyn Fn(u16, u16) -> bool; 3] = [
        &|a, b| old.clauses[a as usize].name == new.clauses[b as usize].name,
        &|a, b| {
            let (a, b) = (&old.clauses[a as usize], &new.clauses[b as usize]);
            kind(&a.says) == kind(&b.says) && a.title == normal.text(&b.title)
        },
        &|a, b| {
            let (a, b) = (&old.clauses[a as usize], &new.clauses[b as usize]);
            kind(&a.says) == kind(&b.says)
                && a.section.is_some()
                && a.section == b.section
                && a.source.is_some() == b.source.is_some()
        },
    ];
    for alike in alike {
        for at in 0..count(new) {
            if found[at as usize].is_none()
                && let Some(n) = free.iter().position(|other| alike(*other, at))
            {
                found[at as usize] = Some(free.remove(n));
            }
        }
    }
    let both = (0..count(new)).map(|at| (found[at as usize], Some(at)));
    both.chain(free.into_iter().map(|at| (Some(at), None)))
        .collect()
}

/// What is asked about a pair: the outcomes, and whether they differ as written and in other words.
struct Asked {
    differ: Lit,
    normal: Lit,
    condition: Lit,
    before: Lit,
    after: Lit,
    due_before: Lit,
    due_after: Lit,
}

const OLD: usize = 0;
const NEW: usize = 1;
const OLD_NORMAL: usize = 2;
const NEW_NORMAL: usize = 3;

fn ask(worlds: &mut Worlds, stage: &Stage, a: u16, b: u16) -> Asked {
    let differ = |worlds: &mut Worlds, first: usize, second: usize| {
        let (old, new) = (worlds.outcome(first, a), worlds.outcome(second, b));
        let (due, due_new) = (worlds.effect(first, a), worlds.effect(second, b));
        let outcome = worlds.differ(old, new);
        let due = worlds.differ(due, due_new);
        worlds.or(vec![outcome, due])
    };
    let layers = &stage.program.layers;
    let condition = |worlds: &mut Worlds, layer: usize, clause: u16| {
        worlds.holds(layer, layers[layer].clauses[clause as usize].condition)
    };
    let (old, new) = (worlds.outcome(OLD, a), worlds.outcome(NEW, b));
    let due = (worlds.effect(OLD, a), worlds.effect(NEW, b));
    let exact = differ(worlds, OLD, NEW);
    let normal = differ(worlds, OLD_NORMAL, NEW_NORMAL);
    let first = condition(worlds, OLD_NORMAL, a);
    let second = condition(worlds, NEW_NORMAL, b);
    Asked {
        differ: exact,
        normal,
        condition: worlds.differ(first, second),
        before: worlds.and(vec![old, !new]),
        after: worlds.and(vec![!old, new]),
        due_before: worlds.and(vec![due.0, !due.1]),
        due_after: worlds.and(vec![!due.0, due.1]),
    }
}

/// Compares two layers. `base` has what facts can be, the acts, and what was decided.
pub fn diff(old: &Layer, new: &Layer, base: &Program, options: Options) -> Difference {
    let normal = Normal::of(old, new);
    let schema = &base.schema;
    // The older text in its own words: only conditions on the names of its own models go.
    let plain = Normal::default();
    let program = Program {
        layers: vec![
            old.clone(),
            new.clone(),
            plain.layer(old, schema),
            normal.layer(new, schema),
        ],
        ..base.clone()
    };
    let alone = |layer: &Layer| Program {
        layers: vec![layer.clone()],
        ..base.clone()
    };
    let (before, after) = (alone(old), alone(new));
    let nothing = Fact::unknown(Span::NOWHERE);
    let blank = Fact::unknown(Span::NOWHERE);
    let bond = free::bond(OLD, free::ORIGIN);
    let mut difference = Difference {
        old: old.id.clone(),
        new: new.id.clone(),
        clauses: Vec::new(),
        acts: Vec::new(),
        terms: terms(old, new, base),
        same: true,
        exact: true,
        gave_up: false,
    };
    let ready = Ready::new(&program, options);
    let Some(stage) = free::stage(&ready, &nothing, 1) else {
        difference.gave_up = true;
        return difference;
    };
    let scenes = free::scenes(&stage, [&bond; 4]);
    let limits = Limits {
        variables: 1_000_000,
        clauses: 5_000_000,
        elements: 4096,
        conflicts: 500_000,
        questions: 1_000_000,
        worlds: 0,
        ..Limits::default()
    };
    let mut worlds = Worlds::new(&stage, &scenes, &blank, &limits);
    for to in [NEW, OLD_NORMAL, NEW_NORMAL] {
        worlds.share(OLD, to);
    }
    // What only the newer asks, both of its versions ask alike.
    worlds.share(NEW, NEW_NORMAL);
    worlds.share(OLD, NEW_NORMAL);
    let both: Vec<_> = [old, new].into_iter().filter_map(Layer::terms).collect();
    let by_outputs = free::path(&mut worlds, OLD, &program, &both);
    let own: Vec<&str> = std::iter::once(old.id.as_str())
        .chain(
            both.first()
                .into_iter()
                .flat_map(|terms| terms.aliases.iter().map(String::as_str)),
        )
        .collect();
    let under = [
        Under {
            number: OLD,
            program: &before,
            own: &own,
        },
        Under {
            number: NEW,
            program: &after,
            own: &own,
        },
    ];
    let pairs = pairs(old, new, &normal);
    let asked: Vec<Option<Asked>> = pairs
        .iter()
        .map(|pair| match pair {
            (Some(a), Some(b)) => Some(ask(&mut worlds, &stage, *a, *b)),
            _ => None,
        })
        .collect();
    let acts = ask_acts(&mut worlds, &stage, by_outputs);
    let mut duties = Vec::new();
    for ((a, b), asked) in pairs.iter().zip(&asked) {
        let Some(b) = b else { continue };
        if matches!(new.clauses[*b as usize].says, Says::Require(_))
            && (a.is_none()
                || asked
                    .as_ref()
                    .is_some_and(|asked| asked.normal != Lit::FALSE))
        {
            let (due, open) = (worlds.effect(NEW, *b), worlds.outcome(NEW, *b));
            duties.push(worlds.and(vec![due, !open]));
        }
    }
    let mut prefer = Vec::new();
    for layer in [OLD, NEW] {
        for (at, question) in (0..).zip(&program.layers[layer].questions) {
            if let Some(default) = question.default {
                let lits = worlds.readings(layer, at);
                prefer.extend(lits.get(default as usize).copied());
            }
        }
    }
    let mut run = Run {
        worlds,
        stage: &stage,
        under,
        prefer,
        gave_up: false,
    };
    for ((a, b), asked) in pairs.iter().zip(&asked) {
        let (layer, at) = b.map_or((old, a.unwrap_or(0)), |at| (new, at));
        let clause = &layer.clauses[at as usize];
        let change = match (a, b, asked) {
            (Some(a), Some(b), Some(asked)) => run.pair((old, *a), (new, *b), asked, &normal),
            (None, _, _) => Change::New,
            _ => Change::Gone,
        };
        let was = a.map(|a| old.clauses[a as usize].name.clone());
        difference.same &= match change {
            Change::Same | Change::Names { .. } | Change::Words => true,
            Change::Changed { .. } => false,
            Change::Gone | Change::New => matches!(clause.says, Says::Term(_)),
        };
        difference.clauses.push(Pair {
            name: clause.name.clone(),
            was: was.filter(|was| *was != clause.name),
            title: clause.title.clone(),
            section: clause.section.clone(),
            kind: kind(&clause.says),
            change,
        });
    }
    difference.acts = run.acts(&acts, &duties);
    difference.same &= difference.acts.is_empty() && difference.terms.is_empty();
    difference.exact = !run.worlds.inexact();
    difference.gave_up |= run.gave_up;
    difference
}

/// An act and the worlds in which it is permitted under one layer only.
struct AskedAct {
    act: u16,
    /// Became permitted: as written, and in the same words.
    gained: (Lit, Lit),
    /// No longer permitted.
    lost: (Lit, Lit),
}

fn ask_acts(worlds: &mut Worlds, stage: &Stage, by_outputs: Lit) -> Vec<AskedAct> {
    let mut asked = Vec::new();
    let layers = &stage.program.layers;
    let license = layers[OLD].terms().is_some() && layers[NEW].terms().is_some();
    for (act, known) in (0_u16..).zip(&stage.program.acts) {
        let mut base = vec![worlds.act(OLD, act), worlds.act(NEW, act)];
        if license {
            let outputs = known.name == TRAIN_WITH_OUTPUTS;
            base.push(if outputs { by_outputs } else { !by_outputs });
        }
        let mut permitted = [Lit::TRUE; 4];
        for (at, permitted) in permitted.iter_mut().enumerate() {
            let layer = &layers[at];
            let mut parts = Vec::new();
            let closed = match &layer.kind {
                LayerKind::License(_) => true,
                LayerKind::Policy(house) => house.closed,
            };
            if closed {
                parts.push(worlds.licensed(at, act));
            }
            for (clause, known) in (0..).zip(&layer.clauses) {
                if matches!(&known.says, Says::Forbid(acts) if acts.contains(&act)) {
                    parts.push(!worlds.effect(at, clause));
                }
            }
            *permitted = worlds.and(parts);
        }
        let mut one = |yes: usize, no: usize| {
            let mut parts = base.clone();
            parts.extend([permitted[yes], !permitted[no]]);
            worlds.and(parts)
        };
        asked.push(AskedAct {
            act,
            gained: (one(NEW, OLD), one(NEW_NORMAL, OLD_NORMAL)),
            lost: (one(OLD, NEW), one(OLD_NORMAL, NEW_NORMAL)),
        });
    }
    asked
}

/// Other differences between two layers.
fn terms(old: &Layer, new: &Layer, base: &Program) -> Vec<String> {
    let mut found = Vec::new();
    let (Some(a), Some(b)) = (old.terms(), new.terms()) else {
        if old.terms().is_some() != new.terms().is_some() {
            found.push("one is a license, the other a policy".to_owned());
        }
        return found;
    };
    let relation = base
        .schema
        .enums
        .iter()
        .find(|known| known.name == "relation");
    let names = |numbers: &[u16]| {
        let names: Vec<&str> = numbers
            .iter()
            .filter_map(|at| Some(relation?.choices.get(*at as usize)?.name.as_str()))
            .collect();
        names.join(", ")
    };
    if a.binds != b.binds {
        found.push(format!(
            "binds descendants through {} → {}",
            names(&a.binds),
            names(&b.binds)
        ));
    }
    if a.follows != b.follows {
        found.push(format!(
            "follows outputs through {} → {}",
            names(&a.follows),
            names(&b.follows)
        ));
    }
    if a.licensor != b.licensor {
        found.push(format!("licensor {} → {}", a.licensor, b.licensor));
    }
    found
}

/// One comparison while it is asked.
struct Run<'s, 'p> {
    worlds: Worlds<'s>,
    stage: &'s Stage<'s>,
    under: [Under<'p>; 2],
    prefer: Vec<Lit>,
    gave_up: bool,
}

impl Run<'_, '_> {
    fn can(&mut self, lits: &[Lit]) -> bool {
        match self.worlds.solve(lits) {
            Some(can) => can,
            None => {
                self.gave_up = true;
                false
            }
        }
    }

    fn pair(
        &mut self,
        a: (&Layer, u16),
        b: (&Layer, u16),
        asked: &Asked,
        normal: &Normal,
    ) -> Change {
        let (old, new) = (&a.0.clauses[a.1 as usize], &b.0.clauses[b.1 as usize]);
        let names = |layer: &Layer, numbers: &[u16], clauses: bool| -> Vec<String> {
            let mut names: Vec<String> = numbers
                .iter()
                .map(|at| match clauses {
                    true => layer.clauses[*at as usize].name.clone(),
                    false => self.stage.program.acts[*at as usize].name.clone(),
                })
                .collect();
            names.sort();
            names
        };
        let mut how = Vec::new();
        if kind(&old.says) != kind(&new.says) {
            how.push(format!(
                "it was {}, it is {}",
                crate::diagnostic::words::with_article(kind(&old.says)),
                crate::diagnostic::words::with_article(kind(&new.says))
            ));
        }
        let lists = match (&old.says, &new.says) {
            (Says::Term(a), Says::Term(b)) => {
                return if *a == *b {
                    Change::Same
                } else if *a == normal.text(b) {
                    Change::Names {
                        but_for: Vec::new(),
                    }
                } else {
                    Change::Words
                };
            }
            (Says::Grant(x), Says::Grant(y)) | (Says::Forbid(x), Says::Forbid(y)) => {
                Some((names(a.0, x, false), names(b.0, y, false)))
            }
            (Says::Exception(x), Says::Exception(y)) | (Says::End(x), Says::End(y)) => {
                Some((names(a.0, x, true), names(b.0, y, true)))
            }
            _ => None,
        };
        if let Some((x, y)) = lists
            && x != y
        {
            let all = |names: &[String]| match names {
                [] => "everything".to_owned(),
                names => names.join(", "),
            };
            how.push(format!("it was about {}, it is about {}", all(&x), all(&y)));
        }
        if old.effective != new.effective {
            how.push("it is in force on other days".to_owned());
        }
        if how.is_empty() && !self.can(&[asked.differ]) && !self.gave_up {
            return Change::Same;
        }
        if how.is_empty() && !self.can(&[asked.normal]) {
            return Change::Names {
                but_for: normal.changes(a, b, &self.stage.program.schema),
            };
        }
        let exceptions =
            |layer: &Layer, clause: &crate::ir::Clause| names(layer, &clause.exceptions, true);
        let (x, y) = (exceptions(a.0, old), exceptions(b.0, new));
        for name in y.iter().filter(|name| !x.contains(name)) {
            how.push(format!("the exception {name} was added"));
        }
        for name in x.iter().filter(|name| !y.contains(name)) {
            how.push(format!("the exception {name} is gone"));
        }
        if how.is_empty() && !self.can(&[asked.condition]) {
            how.push(match old.says {
                Says::Require(_)
                    if !self.can(&[asked.due_before]) && !self.can(&[asked.due_after]) =>
                {
                    "what it asks for".to_owned()
                }
                _ => "only through its exceptions".to_owned(),
            });
        }
        let witness = self.shown(a.1, b.1, &old.says, &new.says, asked);
        Change::Changed { how, witness }
    }

    /// A world in which a clause comes to something else.
    fn shown(&mut self, a: u16, b: u16, old: &Says, new: &Says, asked: &Asked) -> Option<Shown> {
        let ways = [
            (asked.before, true, false),
            (asked.after, true, false),
            (asked.due_before, true, true),
            (asked.due_after, true, true),
        ];
        let mut fallback = None;
        for (nth, (goal, _, due)) in ways.into_iter().enumerate() {
            if due && fallback.is_some() {
                break;
            }
            if !self.can(&[goal]) {
                continue;
            }
            let mut prefer = vec![asked.normal];
            prefer.extend(&self.prefer);
            let Some(found) = least(&mut self.worlds, &[goal], &[], &prefer) else {
                continue;
            };
            let before = nth % 2 == 0;
            let truth = |under: &Under, clause: u16| {
                if due {
                    under.truth(&found, self.stage, |scene: &Scene| {
                        Some(scene.context.effect(clause))
                    })
                } else {
                    under.outcome(&found, self.stage, clause)
                }
            };
            let verified = truth(&self.under[OLD], a) == Truth::of(before)
                && truth(&self.under[NEW], b) == Truth::of(!before);
            let word = |says: &Says, yes: bool| match (due, yes) {
                (false, yes) => said(says, yes),
                (true, true) => "due",
                (true, false) => "not due",
            };
            let shown = Shown::of(
                self.under[OLD].witness(&found, self.stage, verified),
                word(old, before),
                word(new, !before),
            );
            if verified {
                return Some(shown);
            }
            fallback.get_or_insert(shown);
        }
        fallback
    }

    fn acts(&mut self, asked: &[AskedAct], duties: &[Lit]) -> Vec<Acts> {
        let mut found = Vec::new();
        for gained in [true, false] {
            let mut acts = Vec::new();
            let mut first: Option<(u16, Lit, Lit)> = None;
            for asked in asked {
                let (exact, normal) = if gained { asked.gained } else { asked.lost };
                if self.can(&[normal]) && self.can(&[exact]) {
                    acts.push(self.stage.program.acts[asked.act as usize].name.clone());
                    first.get_or_insert((asked.act, exact, normal));
                }
            }
            let Some((act, exact, normal)) = first else {
                continue;
            };
            let mut prefer = vec![normal];
            prefer.extend(&self.prefer);
            let wish = if gained { duties } else { &[] };
            let (mut witness, mut due) = (None, Vec::new());
            if let Some(least) = least(&mut self.worlds, &[exact], wish, &prefer) {
                let yes = |permitted: bool| {
                    if permitted {
                        "permitted"
                    } else {
                        "not permitted"
                    }
                };
                let verified = permitted(&self.under[OLD], &least, self.stage, act)
                    == Truth::of(!gained)
                    && permitted(&self.under[NEW], &least, self.stage, act) == Truth::of(gained);
                due = self.due(&least, if gained { NEW } else { OLD });
                witness = Some(Shown::of(
                    self.under[OLD].witness(&least, self.stage, verified),
                    yes(!gained),
                    yes(gained),
                ));
            }
            found.push(Acts {
                gained,
                acts,
                duties: due,
                witness,
            });
        }
        found
    }

    /// The duties that are due in a world.
    fn due(&self, least: &Least, under: usize) -> Vec<String> {
        let seen = self.under[under].evaluate(least, self.stage, |scenes| {
            let mut due = Vec::new();
            for scene in scenes {
                let layer = scene.context.layer;
                for (at, clause) in (0..).zip(&layer.clauses) {
                    if matches!(clause.says, Says::Require(_))
                        && scene.context.effect(at) == Truth::Yes
                        && !due.contains(&clause.name)
                    {
                        due.push(clause.name.clone());
                    }
                }
            }
            due
        });
        seen.unwrap_or_default()
    }
}

/// Whether an act is performed and permitted, or performed and not.
fn permitted(under: &Under, least: &Least, stage: &Stage, act: u16) -> Truth {
    under.truth(least, stage, |scene| {
        let context = &scene.context;
        let mut permitted = match &context.layer.kind {
            LayerKind::Policy(house) if !house.closed => Truth::Yes,
            _ => context.licensed(act),
        };
        for (clause, known) in (0..).zip(&context.layer.clauses) {
            if matches!(&known.says, Says::Forbid(acts) if acts.contains(&act)) {
                permitted = permitted.and(!context.effect(clause));
            }
        }
        // An act that is not known to be performed shows nothing.
        (context.act(act) == Truth::Yes).then_some(permitted)
    })
}

impl Shown {
    fn of(witness: Witness, before: &str, after: &str) -> Shown {
        Shown {
            before: before.to_owned(),
            after: after.to_owned(),
            facts: witness.facts,
            readings: witness.readings,
            judgments: witness.judgments,
            verified: witness.verified,
        }
    }
}

//! Asks all worlds where two layers differ, and has facts found that show it.

use super::diff::{Acts, Change, Difference, Pair, Show, Version, kind};
use super::draft::Draft;
use super::free::{self, Reach};
use super::normal::Normal;
use super::terms::{pairs, terms};
use super::vocabulary::{Joint, Side};
use super::witness::{Read, Shown, Sight, Trial, Under, own_license, wishes};
use crate::diagnostic::words;
use crate::eval::{Fact, Truth};
use crate::exact::{Limits, Lit, Worlds};
use crate::ir::{Clause, Each, Layer, LayerKind, Program, Says};
use crate::library::{self, Needed};
use crate::scene::{Check, Options, Ready, Scene, Stage};
use crate::source::Span;
use crate::value::{EnumId, Kind, Value};
use crate::verdict::Verdict;

/// The license of the model in facts about policies.
pub(super) const BESIDE: &str = "apache-2.0";

const OLD: usize = 0;
const NEW: usize = 1;
const OLD_NORMAL: usize = 2;
const NEW_NORMAL: usize = 3;

pub(super) const LIMITS: Limits = Limits {
    variables: 1_000_000,
    clauses: 5_000_000,
    elements: 4096,
    conflicts: 500_000,
    questions: 1_000_000,
    work: u64::MAX,
    worlds: 0,
    depends: false,
};

/// Compares two layers.
pub(super) fn compare(old: Version, new: Version, options: Options, show: &Show) -> Difference {
    let joint = Joint::of(old.program, new.program);
    let (a, b) = (&joint.older(old.layer), &joint.newer(new.layer));
    let base = &joint.base;
    let normal = Normal::of(a, b);
    // The older text in its own words: only conditions on the names of its own models go.
    let plain = Normal::default();
    let program = Program {
        layers: vec![
            a.clone(),
            b.clone(),
            plain.layer(a, &base.schema),
            normal.layer(b, &base.schema),
        ],
        ..base.clone()
    };
    let mut difference = Difference {
        old: a.id.clone(),
        new: b.id.clone(),
        clauses: Vec::new(),
        acts: Vec::new(),
        terms: terms(old, new),
        same: true,
        gave_up: false,
    };
    let nothing = Fact::unknown(Span::NOWHERE);
    let blank = Fact::unknown(Span::NOWHERE);
    let bond = free::bond(OLD, free::ORIGIN);
    let ready = Ready::new(&program, options);
    let Some(stage) = free::stage(&ready, &nothing, 1) else {
        difference.gave_up = true;
        return difference;
    };
    let scenes = free::scenes(&stage, [&bond; 4]);
    let mut worlds = Worlds::new(&stage, &scenes, &blank, &LIMITS);
    for to in [NEW, OLD_NORMAL, NEW_NORMAL] {
        worlds.share(OLD, to);
    }
    // What only the newer asks, both of its versions ask alike.
    worlds.share(NEW, NEW_NORMAL);
    worlds.share(OLD, NEW_NORMAL);
    let sides = sides(old, new, base);
    let sides = sides.each_ref().map(|side| Ready::new(side, options));
    let trial = trial([a, b], &sides, &stage, joint.same);
    let mut run = Run::of(worlds, &stage, &scenes, &trial, [a, b], show);
    let one_sided = joint.one_sided(&new.program.schema);
    let pairs = pairs(a, b, &normal);
    let asked: Vec<Asked> = pairs.iter().map(|pair| run.ask(*pair)).collect();
    let acts = run.ask_acts(&pairs, &asked);
    run.one_sided(one_sided);
    run.prefer();
    let alone = |pair: &(Option<u16>, Option<u16>)| match pair {
        (Some(at), None) => !matches!(a.clauses[*at as usize].says, Says::Term(_)),
        (None, Some(at)) => !matches!(b.clauses[*at as usize].says, Says::Term(_)),
        _ => false,
    };
    let alone = pairs.iter().filter(|pair| alone(pair)).count();
    for (pair, asked) in pairs.iter().zip(&asked) {
        let pair = run.pair(*pair, asked, &normal, alone);
        difference.same &= match pair.change {
            Change::Same | Change::Names { .. } | Change::Words => true,
            Change::Changed { .. } => false,
            // What an exception changes is seen at the clause it is an exception to.
            Change::Gone | Change::New => matches!(pair.kind.as_str(), "term" | "exception"),
        };
        difference.clauses.push(pair);
    }
    let wanted = |asked: &&AskedAct| match show {
        Show::Clause(name) => program.acts[asked.act as usize].name == *name,
        Show::All | Show::Changed => true,
    };
    let acts: Vec<&AskedAct> = acts.iter().filter(wanted).collect();
    difference.acts = run.acts(&acts);
    difference.same &= difference.acts.is_empty() && difference.terms.is_empty();
    difference.gave_up |= run.gave_up;
    difference
}

/// What facts are tried under: either layer alone, with the facts it knows, for a policy beside the
/// license of a model; `base` has what was decided.
fn sides(old: Version, new: Version, base: &Program) -> [Program; 2] {
    let layers = [old.layer, new.layer];
    let mut needed = Needed::none();
    let wanted = are_licenses(layers) || layers.into_iter().any(speaks_of_models);
    if wanted && layers.iter().all(|layer| layer.id != BESIDE) {
        needed.add(BESIDE);
    }
    let mut beside = library::program(&needed).layers;
    // A compiled license knows the shipped acts only.
    beside.retain(|beside| beside.acts.len() == base.acts.len());
    [old, new].map(|Version { layer, program }| {
        let layers = [layer].into_iter().chain(&beside);
        Program {
            schema: program.schema.clone(),
            acts: program.acts.clone(),
            layers: layers.cloned().collect(),
            decided: base.decided.clone(),
            defaults: program.defaults.clone(),
        }
    })
}

/// Whether a layer is a policy that asks something of models or their licenses.
pub(super) fn speaks_of_models(layer: &Layer) -> bool {
    let closed = matches!(&layer.kind, LayerKind::Policy(house) if house.closed);
    let each = |clause: &Clause| clause.each != Each::Deployment;
    layer.terms().is_none() && (closed || layer.clauses.iter().any(each))
}

fn are_licenses(layers: [&Layer; 2]) -> bool {
    layers.iter().all(|layer| layer.terms().is_some())
}

/// Where facts are tried; `same` if both have the same vocabulary.
fn trial<'t>(
    layers: [&Layer; 2],
    sides: &'t [Ready<'t>; 2],
    stage: &'t Stage<'t>,
    same: bool,
) -> Trial<'t> {
    let under = |at: usize| {
        let side = Side {
            joint: &stage.program.schema,
            own: &sides[at].program.schema,
            older: at == OLD,
        };
        let mut under = Under::new(&[at], &sides[at]);
        under.vocabulary = (!same).then_some(side);
        under
    };
    let beside = sides[OLD]
        .program
        .layers
        .get(1)
        .map(|beside| beside.id.clone());
    let own = |layer: &Layer| {
        let aliases = layer.terms().map(|terms| terms.aliases.clone());
        std::iter::once(layer.id.clone()).chain(aliases.unwrap_or_default())
    };
    Trial {
        stage,
        under: vec![under(OLD), under(NEW)],
        own: layers.into_iter().flat_map(own).collect(),
        licensed: match are_licenses(layers) {
            true => vec![own_license()],
            false => beside.iter().cloned().collect(),
        },
        beside,
    }
}

/// What is asked about a pair of clauses.
#[derive(Default)]
struct Asked {
    /// It comes to something else: as written, and in the same words.
    differ: Option<(Lit, Lit)>,
    /// Its own condition differs.
    condition: Option<Lit>,
    /// What it comes to in each layer, as written and in the same words.
    outcome: [Option<Lit>; 4],
    /// Whether it applies in each.
    effect: [Option<Lit>; 4],
    /// Whether everything else passes in each.
    others: [Option<Lit>; 4],
}

/// An act and the worlds in which it is permitted under one layer only.
struct AskedAct {
    act: u16,
    /// Became permitted: as written, and in the same words.
    gained: (Lit, Lit),
    /// No longer permitted.
    lost: (Lit, Lit),
}

/// One comparison while it is asked.
struct Run<'s, 't> {
    worlds: Worlds<'s>,
    stage: &'s Stage<'s>,
    trial: &'t Trial<'t>,
    layers: [&'t Layer; 2],
    show: &'t Show,
    /// Whether the license reaches the model by outputs.
    by_outputs: Lit,
    /// How each of the licenses does.
    reach: [Option<Reach>; 2],
    /// Whether facts state the license of every model there is.
    stated: Lit,
    /// Whether the deployment is permitted under each layer: as written, and in the same words.
    permitted: [Lit; 4],
    /// Whether it is not permitted; where it is not known what binds the models it is neither.
    refused: [Lit; 4],
    /// Each check of each layer, and whether it passes.
    passes: [Vec<(Check, Lit)>; 4],
    /// Duties of the newer, due and met, that are worth showing.
    duties: Vec<Lit>,
    /// What is preferred of a world: what comes before the duties of an act first, so many of them.
    prefer: Vec<Lit>,
    first: usize,
    /// Choices that only one of the two vocabularies has: the name, whether it is the older that has it,
    /// and where facts are that.
    one_sided: Vec<(String, bool, Vec<Lit>)>,
    gave_up: bool,
}

impl<'s, 't> Run<'s, 't> {
    fn of(
        mut worlds: Worlds<'s>,
        stage: &'s Stage<'s>,
        scenes: &[Scene],
        trial: &'t Trial<'t>,
        layers: [&'t Layer; 2],
        show: &'t Show,
    ) -> Run<'s, 't> {
        let both: Vec<_> = layers.into_iter().filter_map(Layer::terms).collect();
        let by_outputs = free::path(&mut worlds, OLD, stage.program, &both);
        let reach = layers.map(|layer| {
            let terms = layer.terms()?;
            Some(free::reach(&mut worlds, OLD, stage.program, terms))
        });
        let mut run = Run {
            worlds,
            stage,
            trial,
            layers,
            show,
            by_outputs,
            reach,
            stated: Lit::TRUE,
            permitted: [Lit::TRUE; 4],
            refused: [Lit::FALSE; 4],
            passes: Default::default(),
            duties: Vec::new(),
            prefer: Vec::new(),
            first: 0,
            one_sided: Vec::new(),
            gave_up: false,
        };
        for (at, scene) in scenes.iter().enumerate() {
            run.passes[at] = run.passes(at, scene);
        }
        run.stated = run.stated();
        for at in 0..scenes.len() {
            let all = run.passes[at].iter().map(|(_, lit)| *lit).collect();
            let all = run.worlds.and(all);
            (run.permitted[at], run.refused[at]) = run.verdicts(at, all);
        }
        run
    }

    /// Whether facts state the license of every model, and it reaches the deployed one in no other way.
    /// They do not state that of a model between the two; that of the deployed one where it was taught
    /// by outputs, or where a clause asks for it and it descends under both.
    fn stated(&mut self) -> Lit {
        let (step, more) = free::steps(&mut self.worlds, OLD, self.stage.program);
        let taught = match self.trial.beside {
            Some(_) => self.by_outputs,
            None => Lit::FALSE,
        };
        let listed = self.worlds.listed(free::SUBJECT, "license");
        let mut own = vec![self.worlds.or(listed)];
        own.extend(self.reach.iter().flatten().map(|reach| !reach.by_outputs));
        let own = self.worlds.and(own);
        let known = self.worlds.or(vec![own, taught]);
        let one = self.worlds.and(vec![known, !more]);
        self.worlds.or(vec![!step, one])
    }

    /// Whether the deployment is permitted under a layer of which `all` checks pass, and whether it is
    /// not permitted.
    fn verdicts(&mut self, at: usize, all: Lit) -> (Lit, Lit) {
        let Some(reach) = self.reach[at % 2] else {
            return (all, !all);
        };
        let permitted = self.worlds.and(vec![reach.at_all, all, self.stated]);
        let refused = self.worlds.and(vec![reach.at_all, !all]);
        (permitted, refused)
    }

    /// What verdicts of both layers take, as written and in the same words.
    fn judged(&self, permitted: [bool; 2]) -> impl Iterator<Item = Lit> {
        (0..4).map(move |at| match permitted[at % 2] {
            true => self.permitted[at],
            false => self.refused[at],
        })
    }

    /// Whether each check of a layer passes.
    fn passes(&mut self, at: usize, scene: &Scene) -> Vec<(Check, Lit)> {
        let mut parts = Vec::new();
        for (clause, known) in (0_u16..).zip(&scene.context.layer.clauses) {
            let check = match known.says {
                Says::Forbid(_) => Check::Forbid(clause),
                Says::Require(_) => Check::Duty(clause),
                _ => continue,
            };
            parts.push((check, !self.worlds.fails(at, check)));
        }
        for (act, known) in (0_u16..).zip(&self.stage.program.acts) {
            let asked = match &scene.context.layer.kind {
                LayerKind::Policy(house) if !house.closed => continue,
                LayerKind::Policy(_) => Lit::TRUE,
                LayerKind::License(_) => {
                    let reach = self.reach[at % 2];
                    let by_outputs = reach.map_or(Lit::FALSE, |reach| reach.by_outputs);
                    match known.is_of_outputs() {
                        true => by_outputs,
                        false => !by_outputs,
                    }
                }
            };
            let fails = self.worlds.fails(at, Check::Act(act));
            let fails = self.worlds.and(vec![asked, fails]);
            parts.push((Check::Act(act), !fails));
        }
        parts
    }

    /// Whether all checks of a layer pass that do not rest on a clause itself.
    fn others_pass(&mut self, at: usize, clause: Option<u16>) -> Lit {
        let layer = &self.stage.program.layers[at];
        let mut about = vec![clause];
        let mut next = 0;
        while let Some(one) = about.get(next).copied() {
            next += 1;
            if let Some(Says::Exception(targets)) = one.map(|one| &layer.clauses[one as usize].says)
            {
                let new = targets.iter().map(|at| Some(*at));
                let new: Vec<_> = new.filter(|at| !about.contains(at)).collect();
                about.extend(new);
            }
        }
        let granted = |grant: u16| match &layer.clauses[grant as usize].says {
            Says::Grant(acts) => acts.clone(),
            _ => Vec::new(),
        };
        let all = || {
            (0..u16::MAX)
                .zip(&self.stage.program.acts)
                .map(|(act, _)| act)
        };
        let acts = about.iter().flat_map(|one| {
            match one.map(|one| (one, &layer.clauses[one as usize].says)) {
                None => all().collect(),
                Some((_, Says::End(grants))) if grants.is_empty() => all().collect(),
                Some((_, Says::End(grants))) => grants.iter().copied().flat_map(granted).collect(),
                Some((one, _)) => granted(one),
            }
        });
        let acts: Vec<u16> = acts.collect();
        let own = |check: &Check| match check {
            Check::Act(act) => acts.contains(act),
            Check::Forbid(at) | Check::Duty(at) => about.contains(&Some(*at)),
        };
        let others = self.passes[at].iter().filter(|(check, _)| !own(check));
        let others = others.map(|(_, lit)| *lit).collect();
        self.worlds.and(others)
    }

    fn ask(&mut self, (a, b): (Option<u16>, Option<u16>)) -> Asked {
        let mut asked = Asked::default();
        for (layer, clause) in [(OLD, a), (NEW, b), (OLD_NORMAL, a), (NEW_NORMAL, b)] {
            let Some(clause) = clause else { continue };
            let says = &self.stage.program.layers[layer].clauses[clause as usize].says;
            if !matches!(says, Says::Term(_)) {
                asked.outcome[layer] = Some(self.worlds.outcome(layer, clause));
                asked.effect[layer] = Some(self.worlds.effect(layer, clause));
            }
        }
        for (layer, clause) in [a, b, a, b].into_iter().enumerate() {
            asked.others[layer] = Some(self.others_pass(layer, clause));
        }
        let (Some(a), Some(b)) = (a, b) else {
            return asked;
        };
        let layers = &self.stage.program.layers;
        let [exact, normal] = [[OLD, NEW], [OLD_NORMAL, NEW_NORMAL]].map(|[old, new]| {
            let of = |lits: &[Option<Lit>; 4], at: usize| lits[at].unwrap_or(Lit::FALSE);
            let differ = [&asked.outcome, &asked.effect]
                .map(|lits| self.worlds.differ(of(lits, old), of(lits, new)));
            self.worlds.or(differ.to_vec())
        });
        asked.differ = Some((exact, normal));
        let [before, after] = [(OLD_NORMAL, a), (NEW_NORMAL, b)].map(|(layer, clause)| {
            let clause = &layers[layer].clauses[clause as usize];
            self.worlds.holds(layer, clause.condition)
        });
        asked.condition = Some(self.worlds.differ(before, after));
        asked
    }

    fn ask_acts(&mut self, pairs: &[(Option<u16>, Option<u16>)], asked: &[Asked]) -> Vec<AskedAct> {
        for ((old, new), asked) in pairs.iter().zip(asked) {
            let Some(new) = new else { continue };
            let clause = &self.layers[NEW].clauses[*new as usize];
            let differs =
                old.is_none() || asked.differ.is_some_and(|(_, normal)| normal != Lit::FALSE);
            if let (Says::Require(_), Some(effect), Some(open)) =
                (&clause.says, asked.effect[NEW], asked.outcome[NEW])
                && differs
            {
                let met = self.worlds.and(vec![effect, !open]);
                self.duties.push(met);
            }
        }
        let license = self.layers.iter().all(|layer| layer.terms().is_some());
        let acts = (0_u16..).zip(&self.stage.program.acts);
        acts.map(|(act, known)| {
            let mut base = vec![self.worlds.act(OLD, act), self.worlds.act(NEW, act)];
            if license {
                base.push(if known.is_of_outputs() {
                    self.by_outputs
                } else {
                    !self.by_outputs
                });
            }
            let permitted = [OLD, NEW, OLD_NORMAL, NEW_NORMAL].map(|at| self.permits(at, act));
            let mut one = |yes: usize, no: usize| {
                let mut parts = base.clone();
                parts.extend([permitted[yes], !permitted[no]]);
                self.worlds.and(parts)
            };
            AskedAct {
                act,
                gained: (one(NEW, OLD), one(NEW_NORMAL, OLD_NORMAL)),
                lost: (one(OLD, NEW), one(OLD_NORMAL, NEW_NORMAL)),
            }
        })
        .collect()
    }

    /// Whether a layer licenses an act, and does not prohibit it.
    fn permits(&mut self, at: usize, act: u16) -> Lit {
        let layer = &self.stage.program.layers[at];
        let mut parts = Vec::new();
        if !matches!(&layer.kind, LayerKind::Policy(house) if !house.closed) {
            parts.push(self.worlds.licensed(at, act));
        }
        for (clause, known) in (0..).zip(&layer.clauses) {
            if matches!(&known.says, Says::Forbid(acts) if acts.contains(&act)) {
                parts.push(!self.worlds.effect(at, clause));
            }
        }
        self.worlds.and(parts)
    }

    /// Notes where facts are what only one vocabulary has. Nothing new can be asked about after this.
    fn one_sided(&mut self, choices: Vec<(EnumId, u16, String, bool)>) {
        for (id, choice, name, older) in choices {
            let only = |kind: &Kind| match kind {
                Kind::Choice(known) if *known == id => vec![Value::Choice(choice)],
                _ => Vec::new(),
            };
            let lits = self.worlds.plain(&only);
            self.one_sided.push((name, older, lits));
        }
    }

    /// That no fact is what only one vocabulary has.
    fn common(&self) -> Vec<Lit> {
        let lits = self.one_sided.iter().flat_map(|(_, _, lits)| lits);
        lits.map(|lit| !*lit).collect()
    }

    fn prefer(&mut self) {
        let layers = [(OLD, self.layers[OLD]), (NEW, self.layers[NEW])];
        let [first, rest] = wishes(&mut self.worlds, self.stage, &[OLD], &layers);
        // Facts that both can state come first.
        let first = [self.common(), first].concat();
        self.first = first.len();
        self.prefer = [first, rest].concat();
    }

    fn can(&mut self, lits: &[Lit]) -> bool {
        match self.worlds.can(lits) {
            Some(can) => can,
            None => {
                self.gave_up = true;
                false
            }
        }
    }

    fn pair(
        &mut self,
        pair: (Option<u16>, Option<u16>),
        asked: &Asked,
        normal: &Normal,
        alone: usize,
    ) -> Pair {
        let clause = |at: usize, clause: Option<u16>| {
            clause.map(|clause| &self.layers[at].clauses[clause as usize])
        };
        let (old, new) = (clause(OLD, pair.0), clause(NEW, pair.1));
        let named = new.or(old);
        let name = named.map_or_else(String::new, |clause| clause.name.clone());
        let was = old.map(|old| old.name.clone()).filter(|was| *was != name);
        let mut change = match pair {
            (Some(a), Some(b)) => self.change(a, b, asked, normal),
            (None, _) => Change::New,
            _ => Change::Gone,
        };
        let mut shown = Vec::new();
        let mut doubtful = false;
        let evaluated = asked.outcome.iter().any(Option::is_some);
        let wanted = match change {
            Change::Changed { .. } => Some(None),
            Change::Gone | Change::New => Some(Some(alone)),
            Change::Same | Change::Names { .. } | Change::Words => None,
        };
        if evaluated
            && let Some(alone) = wanted
            && self.show.wants(&name, was.as_deref(), alone)
        {
            shown = self.shown(pair, asked);
            if let Change::Changed { how } = &mut change
                && shown.is_empty()
                && how.is_empty()
                && self
                    .trial
                    .under
                    .iter()
                    .any(|under| under.vocabulary.is_some())
            {
                how.push("by facts that one of the two versions cannot state".to_owned());
            }
            let says = self.worlds.inexact() && alone.is_none();
            doubtful = shown.is_empty() && says;
        }
        Pair {
            name,
            was,
            title: named.map_or_else(String::new, |clause| clause.title.clone()),
            section: named.and_then(|clause| clause.section.clone()),
            kind: named.map_or("term", |clause| kind(&clause.says)).to_owned(),
            change,
            shown,
            doubtful,
        }
    }

    /// What became of a clause that both layers have.
    fn change(&mut self, a: u16, b: u16, asked: &Asked, normal: &Normal) -> Change {
        let [first, second] = self.layers;
        let (old, new) = (&first.clauses[a as usize], &second.clauses[b as usize]);
        if let (Says::Term(a), Says::Term(b)) = (&old.says, &new.says) {
            return match () {
                () if a == b => Change::Same,
                () if *a == normal.text(b) => Change::Names {
                    but_for: Vec::new(),
                },
                () => Change::Words,
            };
        }
        let mut how = self.said_otherwise(old, new);
        if how.is_empty() {
            let (exact, same_words) = asked.differ.unwrap_or((Lit::TRUE, Lit::TRUE));
            if !self.can(&[exact]) && !self.gave_up {
                return Change::Same;
            }
            if !self.can(&[same_words]) && !self.gave_up {
                return Change::Names {
                    but_for: normal.changes((first, a), (second, b), &self.stage.program.schema),
                };
            }
        }
        if let Some((exact, _)) = asked.differ.filter(|_| how.is_empty()) {
            how.extend(self.only_one_sided(exact));
        }
        let names = |layer: &Layer, clause: &Clause| names_of(layer, &clause.exceptions);
        let (x, y) = (names(first, old), names(second, new));
        let added = y.iter().filter(|name| !x.contains(name));
        how.extend(added.map(|name| format!("the exception {name} was added")));
        let dropped = x.iter().filter(|name| !y.contains(name));
        how.extend(dropped.map(|name| format!("the exception {name} is gone")));
        if how.is_empty() && !self.can(&[asked.condition.unwrap_or(Lit::TRUE)]) {
            let due = match asked.effect {
                [Some(before), Some(after), ..] => {
                    self.can(&[before, !after]) || self.can(&[!before, after])
                }
                _ => true,
            };
            how.push(match old.says {
                Says::Require(_) if !due => "what it asks for".to_owned(),
                _ => "only through its exceptions".to_owned(),
            });
        }
        Change::Changed { how }
    }

    /// Where something can be only because of choices that one vocabulary does not have.
    fn only_one_sided(&mut self, differ: Lit) -> Vec<String> {
        let common = [vec![differ], self.common()].concat();
        if self.one_sided.is_empty() || self.can(&common) {
            return Vec::new();
        }
        let mut how = Vec::new();
        for at in 0..self.one_sided.len() {
            let others = self.one_sided.iter().enumerate();
            let others = others.filter(|(nth, _)| *nth != at);
            let others = others.flat_map(|(_, (_, _, lits))| lits.iter().map(|lit| !*lit));
            let alone: Vec<Lit> = others.chain([differ]).collect();
            if self.can(&alone) {
                let (name, older, _) = &self.one_sided[at];
                let one = if *older { "older" } else { "newer" };
                how.push(format!(
                    "only for {name}, which only the {one} version knows"
                ));
            }
        }
        how
    }

    /// What two clauses say differently on their face.
    fn said_otherwise(&self, old: &Clause, new: &Clause) -> Vec<String> {
        let mut how = Vec::new();
        let [first, second] = self.layers;
        if kind(&old.says) != kind(&new.says) {
            how.push(format!(
                "it was {}, it is {}",
                words::with_article(kind(&old.says)),
                words::with_article(kind(&new.says))
            ));
        }
        let acts = |numbers: &[u16]| -> Vec<String> {
            let acts = &self.stage.program.acts;
            let mut names: Vec<String> = numbers
                .iter()
                .map(|at| acts[*at as usize].name.clone())
                .collect();
            names.sort();
            names
        };
        let lists = match (&old.says, &new.says) {
            (Says::Grant(x), Says::Grant(y)) | (Says::Forbid(x), Says::Forbid(y)) => {
                Some((acts(x), acts(y)))
            }
            (Says::Exception(x), Says::Exception(y)) | (Says::End(x), Says::End(y)) => {
                Some((names_of(first, x), names_of(second, y)))
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
        if old.each != new.each {
            let each = |each: Each| match each {
                Each::Deployment => "the deployment",
                Each::Model => "each model",
                Each::License => "each license",
            };
            how.push(format!(
                "it was asked of {}, it is asked of {}",
                each(old.each),
                each(new.each)
            ));
        }
        if old.effective != new.effective {
            let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string());
            let days = |(from, until)| match (day(from), day(until)) {
                (None, None) => "always".to_owned(),
                (Some(from), None) => format!("from {from}"),
                (None, Some(until)) => format!("until {until}"),
                (Some(from), Some(until)) => format!("from {from} until {until}"),
            };
            how.push(format!(
                "it was in force {}, it is in force {}",
                days(old.effective),
                days(new.effective)
            ));
        }
        how
    }

    /// Facts that show a difference, one for each direction.
    fn shown(&mut self, pair: (Option<u16>, Option<u16>), asked: &Asked) -> Vec<Shown> {
        let mut found = Vec::new();
        for applies in [false, true] {
            let lits = if applies { asked.effect } else { asked.outcome };
            for wanted in [[true, false], [false, true]] {
                if self.alone(asked, wanted) {
                    continue;
                }
                let goal = Goal {
                    clauses: [pair.0, pair.1],
                    wanted,
                    applies,
                };
                // The difference is to lie in the meaning, not in names and dates.
                let wanted = wanted.into_iter().chain(wanted);
                let lits: Vec<Lit> = (lits.iter().zip(wanted))
                    .filter_map(|(lit, wanted)| lit.map(|lit| if wanted { lit } else { !lit }))
                    .collect();
                if !self.can(&lits) {
                    continue;
                }
                found.extend(self.facts(&lits, &goal, &asked.others));
            }
            if !found.is_empty() {
                break;
            }
        }
        found
    }

    /// Whether a clause of one layer only cannot be what is wanted of it.
    fn alone(&self, asked: &Asked, wanted: [bool; 2]) -> bool {
        let missing = |at: usize| asked.outcome[at].is_none() && wanted[at];
        missing(OLD) || missing(NEW)
    }

    /// Facts that reach a goal: such that the verdict differs too, if that can be.
    fn facts(&mut self, lits: &[Lit], goal: &Goal, others: &[Option<Lit>; 4]) -> Option<Shown> {
        let (yes, no) = (Verdict::Permitted, Verdict::NotPermitted);
        // It is to be this clause that decides; a clause may matter together with others only.
        let tries = [
            (Some([no, yes]), true),
            (Some([yes, no]), true),
            (Some([no, yes]), false),
            (Some([yes, no]), false),
            (None, false),
        ];
        let lone = goal.clauses.contains(&None);
        // Verdicts that cannot be, whatever decides.
        let mut never = Vec::new();
        for (verdicts, decides) in tries {
            if never.contains(&verdicts) {
                continue;
            }
            let mut lits = lits.to_vec();
            if let Some(verdicts) = verdicts {
                let permitted = verdicts.map(|verdict| verdict == yes);
                lits.extend(self.judged(permitted));
                let whole = lits.len();
                let refused = (others.iter().enumerate()).filter(|(at, _)| !permitted[at % 2]);
                lits.extend(refused.filter_map(|(_, lit)| lit.filter(|_| decides)));
                if !self.can(&lits) {
                    let core = self.worlds.core(&lits);
                    if core.iter().all(|lit| lits[..whole].contains(lit)) {
                        never.push(Some(verdicts));
                    }
                    continue;
                }
            } else if lone && goal.is_exception(&self.layers) || !self.can(&lits) {
                continue;
            }
            let trial = self.trial;
            // What decides in the world that was found goes on deciding.
            let mut first: [Option<Vec<String>>; 2] = [None, None];
            // What permits takes more facts, and is the first to miss one.
            let order = match verdicts {
                Some([_, verdict]) if verdict == yes => [NEW, OLD],
                _ => [OLD, NEW],
            };
            let mut shows = |draft: &Draft, read: Read| {
                order.into_iter().all(|at| {
                    let seen = trial.under[at].see(draft, read, |sight| {
                        let is = |all: [Verdict; 2]| sight.verdict() == all[at];
                        let reached = goal.reached(sight, at) && verdicts.is_none_or(is);
                        reached.then(|| sight.against())
                    });
                    let Some(against) = seen.flatten() else {
                        return false;
                    };
                    let known = first[at].get_or_insert_with(|| against.clone());
                    against.iter().all(|one| known.contains(one))
                })
            };
            let found = trial.find(&mut self.worlds, &lits, &self.prefer, &mut shows);
            if let Some(draft) = found {
                return Some(
                    trial.shown(&draft, [OLD, NEW].map(|at| goal.said(self.layers[at], at))),
                );
            }
        }
        None
    }

    fn acts(&mut self, asked: &[&AskedAct]) -> Vec<Acts> {
        let mut found = Vec::new();
        for gained in [true, false] {
            let mut acts = Vec::new();
            let mut first: Option<(u16, Lit, Lit)> = None;
            for asked in asked {
                let (exact, normal) = if gained { asked.gained } else { asked.lost };
                if self.can(&[normal, exact]) {
                    acts.push(self.stage.program.acts[asked.act as usize].name.clone());
                    first.get_or_insert((asked.act, exact, normal));
                }
            }
            let Some((act, exact, normal)) = first else {
                continue;
            };
            let (duties, shown) = self.act(act, exact, normal, gained);
            found.push(Acts {
                gained,
                acts,
                duties,
                shown,
            });
        }
        found
    }

    /// Facts in which an act is permitted under one layer only, and the duties that come with it.
    fn act(
        &mut self,
        act: u16,
        exact: Lit,
        normal: Lit,
        gained: bool,
    ) -> (Vec<String>, Option<Shown>) {
        let (permits, forbids) = if gained { (NEW, OLD) } else { (OLD, NEW) };
        let mut prefer = Vec::new();
        let (first, plain) = self.prefer.split_at(self.first);
        prefer.extend(first);
        if gained {
            prefer.extend(&self.duties);
        }
        prefer.extend(plain);
        let name = &self.stage.program.acts[act as usize].name;
        for whole in [true, false] {
            let mut goals = vec![exact, normal];
            if whole {
                goals.extend(self.judged([OLD, NEW].map(|at| at == permits)));
            }
            if !self.can(&goals) {
                continue;
            }
            let trial = self.trial;
            let mut due: Option<Vec<u16>> = None;
            let mut shows = |draft: &Draft, read: Read| {
                let ok = [permits, forbids].into_iter().all(|at| {
                    let truth = Truth::of(at == permits);
                    let verdict = if at == permits {
                        Verdict::Permitted
                    } else {
                        Verdict::NotPermitted
                    };
                    let reached = trial.under[at].see(draft, read, |sight| {
                        sight.permits(name) == truth && (!whole || sight.verdict() == verdict)
                    });
                    reached == Some(true)
                });
                if !ok {
                    return false;
                }
                // The duties that come with it are worth seeing: none of them is dropped.
                let now = trial.under[permits]
                    .see(draft, read, |sight| sight.due())
                    .unwrap_or_default();
                let kept = |all: &Vec<u16>| all.iter().all(|at| now.contains(at));
                if !gained || due.as_ref().is_none_or(kept) {
                    due.get_or_insert(now);
                    return true;
                }
                false
            };
            let found = trial.find(&mut self.worlds, &goals, &prefer, &mut shows);
            if let Some(draft) = found {
                let due = trial.under[permits].see(&draft, Read::Text, |sight| sight.due());
                let layer = self.layers[permits];
                let names = names_of(layer, &due.unwrap_or_default());
                return (names, Some(trial.shown(&draft, [None, None])));
            }
        }
        (Vec::new(), None)
    }
}

/// What facts are to show about a clause.
struct Goal {
    /// Its numbers in the older layer and in the newer.
    clauses: [Option<u16>; 2],
    /// What it comes to under each.
    wanted: [bool; 2],
    /// Whether that is about applying at all, not about what it comes to.
    applies: bool,
}

impl Goal {
    /// Whether it is about an exception, which shows at the clause it is one to.
    fn is_exception(&self, layers: &[&Layer; 2]) -> bool {
        let mut known = layers.iter().zip(self.clauses);
        known.any(|(layer, clause)| {
            clause.is_some_and(|at| matches!(layer.clauses[at as usize].says, Says::Exception(_)))
        })
    }

    fn reached(&self, sight: &Sight, at: usize) -> bool {
        self.clauses[at]
            .is_none_or(|clause| sight.clause(clause, self.applies) == Truth::of(self.wanted[at]))
    }

    fn said(&self, layer: &Layer, at: usize) -> Option<String> {
        let clause = &layer.clauses[self.clauses[at]? as usize];
        let said = match (&clause.says, self.wanted[at]) {
            (Says::Forbid(_) | Says::Require(_), true) if self.applies => "due",
            (Says::Forbid(_) | Says::Require(_), false) if self.applies => "not due",
            (Says::Grant(_), true) => "in force",
            (Says::Grant(_), false) => "not in force",
            (Says::Forbid(_), true) => "breached",
            (Says::Forbid(_), false) => "not breached",
            (Says::Require(_), true) => "due and open",
            (Says::Require(_), false) => "not due, or met",
            (Says::End(_), true) => "ends the license",
            (Says::End(_), false) => "does not end the license",
            (Says::Exception(_) | Says::Term(_), true) => "applies",
            (Says::Exception(_) | Says::Term(_), false) => "does not apply",
        };
        Some(said.to_owned())
    }
}

fn names_of(layer: &Layer, clauses: &[u16]) -> Vec<String> {
    let names = clauses
        .iter()
        .map(|at| layer.clauses[*at as usize].name.clone());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

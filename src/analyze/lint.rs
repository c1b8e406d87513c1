//! Clauses that say nothing, that cannot be kept, or that leave something open.
//!
//! Comes in: layers. Goes out: messages at the clauses. All layers are asked about at once, over
//! facts of which nothing is known.

use super::diff::kind;
use super::example::{Example, Finding, example};
use super::least::{Least, least};
use super::{free, normal};
use crate::diagnostic::{Code, Diagnostic, in_text_order, words};
use crate::eval::{Bond, Fact};
use crate::exact::{Choice, Limits, Lit, Place, Said, Sample, Worlds, said_place};
use crate::ir::{Layer, LayerKind, Node, Path, Program, Says, What};
use crate::scene::{Options, Ready, Stage};
use crate::source::{SourceId, Span};
use crate::syntax::{self, ast};
use crate::value::Kind;
use jiff::civil::Date;
use std::collections::HashMap;

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The message.
    pub message: Diagnostic,
    /// Facts that show it, where facts can.
    pub example: Option<Example>,
}

impl From<Diagnostic> for Found {
    fn from(message: Diagnostic) -> Found {
        Found {
            message,
            example: None,
        }
    }
}

/// Puts what was found in the order of the text and drops exact repeats.
pub fn in_order(found: &mut Vec<Found>) {
    found.sort_by(|a, b| a.message.order().cmp(&b.message.order()));
    found.dedup();
}

/// What is asked about one clause.
struct Asked {
    layer: usize,
    clause: u16,
    effect: Lit,
    condition: Lit,
    outcome: Lit,
    /// For a duty: what must hold.
    holds: Lit,
}

/// Looks through every layer of a program; `strict` for matters of style as well.
pub fn lint(program: &Program, options: Options, strict: bool) -> Vec<Found> {
    let nothing = Fact::unknown(Span::NOWHERE);
    let blank = Fact::unknown(Span::NOWHERE);
    let mut found = Vec::new();
    for layer in &program.layers {
        unused(layer, strict, &mut found);
        lapsed(layer, options.today, &mut found);
    }
    for decided in &program.decided {
        if let Some(until) = decided.until.filter(|until| *until < options.today) {
            let about = words::ticked(&format!("{}/{}", decided.layer, decided.about));
            let what = match decided.what {
                What::Reading(_) => "adoption of a reading of",
                What::Determination(_) => "determination of",
                What::Waiver => "waiver of",
            };
            found.push(
                Diagnostic::warning(Code::Lapsed, format!("the {what} {about} ended on {until}"))
                    .at(decided.span, "it decides nothing any more")
                    .help("decide again, or drop it"),
            );
        }
    }
    let found = found.into_iter().map(Found::from).collect();
    let count = program.layers.len();
    let ready = Ready::new(program, options);
    let Some(stage) = free::stage(&ready, &nothing, count.max(1)) else {
        return found;
    };
    // Each license reaches the model from another origin.
    let bonds: Vec<Bond> = (0..count).map(|at| free::bond(at, at + 1)).collect();
    let scenes = free::scenes(&stage, &bonds);
    let limits = Limits {
        variables: 2_000_000,
        clauses: 10_000_000,
        elements: 8192,
        conflicts: 2_000_000,
        questions: 5_000_000,
        worlds: 0,
        ..Limits::default()
    };
    let mut worlds = Worlds::new(&stage, &scenes, &blank, &limits);
    let mut asked = Vec::new();
    let mut gaps = Vec::new();
    for (at, layer) in program.layers.iter().enumerate() {
        let terms: Vec<_> = layer.terms().into_iter().collect();
        free::path(&mut worlds, at, program, &terms);
        for (number, clause) in (0..).zip(&layer.clauses) {
            if matches!(clause.says, Says::Term(_)) {
                continue;
            }
            let holds = match clause.says {
                Says::Require(holds) => worlds.holds(at, holds),
                _ => Lit::TRUE,
            };
            asked.push(Asked {
                layer: at,
                clause: number,
                effect: worlds.effect(at, number),
                condition: worlds.holds(at, clause.condition),
                outcome: worlds.outcome(at, number),
                holds,
            });
        }
        if matches!(&layer.kind, LayerKind::Policy(house) if house.closed) {
            for (act, _) in (0_u16..).zip(&program.acts) {
                let mut gap = vec![worlds.act(at, act), !worlds.licensed(at, act)];
                for clause in speak_of(layer, act) {
                    gap.push(!worlds.effect(at, clause));
                }
                gaps.push((at, act, worlds.and(gap)));
            }
        }
    }
    let steps = (0..count).map(|at| free::no_steps(&mut worlds, at, false, &program.schema));
    let plain = steps.collect::<Vec<_>>().concat();
    let mut look = Look {
        stage: &stage,
        worlds,
        plain,
        found,
    };
    if look.worlds.solve(&[]).is_none() {
        let message = "there is too much in these policies to look through it at once";
        let message = Diagnostic::warning(Code::TooLarge, message).help("name fewer of them");
        look.found.push(message.into());
    }
    for one in &asked {
        look.clause(one, &asked);
    }
    look.implied(&asked);
    look.both(&asked);
    for (layer, act, gap) in gaps {
        look.gap(layer, act, gap);
    }
    let mut found = look.found;
    in_order(&mut found);
    found
}

/// The clauses that say whether an act may be performed: its grants and prohibitions, and what is an
/// exception to one of them or ends it.
fn speak_of(layer: &Layer, act: u16) -> Vec<u16> {
    let clauses = || (0_u16..).zip(&layer.clauses);
    let own = clauses().filter(|(_, clause)| match &clause.says {
        Says::Grant(acts) => acts.contains(&act),
        Says::Forbid(acts) => acts.is_empty() || acts.contains(&act),
        _ => false,
    });
    let mut found: Vec<u16> = own.map(|(at, _)| at).collect();
    let mut next = 0;
    while let Some(about) = found.get(next).copied() {
        next += 1;
        let more = clauses().filter(|(at, clause)| match &clause.says {
            Says::Exception(targets) => targets.contains(&about) && !found.contains(at),
            Says::End(grants) => {
                (grants.is_empty() || grants.contains(&about)) && !found.contains(at)
            }
            _ => false,
        });
        let more: Vec<u16> = more.map(|(at, _)| at).collect();
        found.extend(more);
    }
    found
}

struct Look<'s> {
    stage: &'s Stage<'s>,
    worlds: Worlds<'s>,
    /// What makes a world easy to say.
    plain: Vec<Lit>,
    found: Vec<Found>,
}

impl Look<'_> {
    fn never(&mut self, lits: &[Lit]) -> bool {
        self.worlds.solve(lits) == Some(false)
    }

    fn layer(&self, at: usize) -> &Layer {
        &self.stage.program.layers[at]
    }

    fn id(&self, one: &Asked) -> String {
        let layer = self.layer(one.layer);
        words::ticked(&layer.clause_id(&layer.clauses[one.clause as usize]))
    }

    fn tell(&mut self, message: Diagnostic) {
        self.found.push(message.into());
    }

    fn clause(&mut self, one: &Asked, all: &[Asked]) {
        let layer = &self.stage.program.layers[one.layer];
        let clause = &layer.clauses[one.clause as usize];
        let id = self.id(one);
        if layer.effective != (None, None) || clause.effective != (None, None) {
            // On another day it may be otherwise; what is over is told as such.
            return;
        }
        if self.never(&[one.effect]) {
            let message = format!("{id} never applies");
            let help = if self.never(&[one.condition]) {
                "its condition cannot hold, whatever the facts are; correct it, or drop the clause"
            } else {
                "an exception defeats it wherever its condition holds; narrow the exception, or drop the clause"
            };
            self.tell(
                Diagnostic::warning(Code::NeverApplies, message)
                    .at(clause.head, "not in any world")
                    .help(help),
            );
            return;
        }
        let targets: Vec<u16> = match &clause.says {
            Says::Exception(targets) => targets.clone(),
            _ => Vec::new(),
        };
        if !targets.is_empty() {
            let of = |target: &u16| {
                all.iter()
                    .find(|other| other.layer == one.layer && other.clause == *target)
            };
            let conditions: Vec<Lit> = targets
                .iter()
                .filter_map(|target| of(target).map(|other| other.condition))
                .collect();
            if conditions
                .iter()
                .all(|condition| self.never(&[one.effect, *condition]))
            {
                let names: Vec<&str> = targets
                    .iter()
                    .map(|target| layer.clauses[*target as usize].name.as_str())
                    .collect();
                let message = format!("the exception {id} never matters");
                self.tell(
                    Diagnostic::warning(Code::NeverApplies, message)
                        .at(
                            clause.head,
                            format!("where it applies, {} does not", names.join(" or ")),
                        )
                        .help("correct its condition, or drop it"),
                );
            }
        }
        let mut asks = false;
        let mut seen = vec![false; layer.nodes.len()];
        normal::nodes(layer, vec![clause.condition], &mut seen, &mut |node| {
            asks |= !matches!(node, Node::Const(_) | Node::Dated(..));
        });
        if asks && self.never(&[!one.condition]) {
            let message = format!("the condition of {id} always holds");
            self.tell(
                Diagnostic::warning(Code::AlwaysHolds, message)
                    .at(clause.head, "whatever the facts are, it applies")
                    .help("drop the condition, or correct it"),
            );
        }
        if matches!(clause.says, Says::Require(_)) && self.never(&[!one.holds]) {
            let message = format!("what {id} requires always holds");
            self.tell(
                Diagnostic::warning(Code::AlwaysHolds, message)
                    .at(clause.head, "whatever the facts are, this duty is met")
                    .help("correct what it requires, or drop the clause"),
            );
        }
    }

    /// Clauses of one text that say no more than another of their kind.
    fn implied(&mut self, all: &[Asked]) {
        let checks: Vec<&Asked> = all
            .iter()
            .filter(|one| {
                let says = &self.layer(one.layer).clauses[one.clause as usize].says;
                matches!(says, Says::Forbid(_) | Says::Require(_))
            })
            .collect();
        for (nth, one) in checks.iter().enumerate() {
            let layer = &self.stage.program.layers[one.layer];
            let clause = &layer.clauses[one.clause as usize];
            if self.worlds.solve(&[one.outcome]) != Some(true) {
                continue;
            }
            let candidates: Vec<usize> = (0..checks.len())
                .filter(|at| {
                    let other = checks[*at];
                    let theirs = &layer.clauses.get(other.clause as usize);
                    *at != nth
                        && other.layer == one.layer
                        && theirs.is_some_and(|theirs| {
                            theirs.source == clause.source
                                && theirs.each == clause.each
                                && kind(&theirs.says) == kind(&clause.says)
                        })
                        && self.worlds.value(other.outcome)
                })
                .collect();
            for at in candidates {
                let other = checks[at];
                if !self.never(&[one.outcome, !other.outcome]) {
                    continue;
                }
                let equal = self.never(&[other.outcome, !one.outcome]);
                if equal && at > nth {
                    // Said once, at the later one.
                    continue;
                }
                let theirs = &layer.clauses[other.clause as usize];
                let (word, says) = match clause.says {
                    Says::Forbid(_) => ("breached", "prohibition"),
                    _ => ("open", "duty"),
                };
                let message = format!(
                    "{} is {word} only where {} is",
                    self.id(one),
                    self.id(other)
                );
                self.tell(
                    Diagnostic::warning(Code::Implied, message)
                        .at(clause.head, format!("this {says} adds nothing"))
                        .and(theirs.head, "this one says as much")
                        .help("drop one of them, or say what sets them apart"),
                );
                break;
            }
        }
    }

    /// Duties that cannot both be met, and duties that can be met only by what is prohibited.
    fn both(&mut self, all: &[Asked]) {
        let duties: Vec<&Asked> = all.iter().filter(|one| !one.holds.is_known()).collect();
        let mut known: HashMap<(Lit, Lit), bool> = HashMap::new();
        for (nth, one) in duties.iter().enumerate() {
            for other in &duties[nth + 1..] {
                if one.holds == other.holds {
                    continue;
                }
                let pair = (one.holds, other.holds);
                let clash = match known.get(&pair) {
                    Some(clash) => *clash,
                    None => {
                        let clash = self.clash(one, other);
                        known.insert(pair, clash);
                        clash
                    }
                };
                if clash {
                    let message = format!(
                        "{} and {} can be due together and cannot both be met",
                        self.id(one),
                        self.id(other)
                    );
                    let labels = ["this asks for one thing", "this for another"];
                    let due = [one.effect, other.effect];
                    self.conflict([one, other], &message, labels, &due, Finding::Both);
                }
            }
        }
        let is_ban = |one: &&Asked| {
            let says = &self.layer(one.layer).clauses[one.clause as usize].says;
            matches!(says, Says::Forbid(_))
        };
        let bans: Vec<&Asked> = all.iter().filter(is_ban).collect();
        for duty in duties {
            if self.worlds.solve(&[duty.effect, duty.holds]) != Some(true) {
                continue;
            }
            let breached = bans.iter().filter(|ban| self.worlds.value(ban.outcome));
            for ban in breached.copied().collect::<Vec<_>>() {
                if self.prohibited(duty, ban) {
                    let message = format!(
                        "{} can be met only where {} is breached",
                        self.id(duty),
                        self.id(ban)
                    );
                    let labels = ["this asks for it", "this prohibits it"];
                    let met = [duty.effect, duty.holds];
                    self.conflict([duty, ban], &message, labels, &met, Finding::Against);
                }
            }
        }
    }

    /// Tells of two clauses that cannot both be kept where all of `goals` hold.
    fn conflict(
        &mut self,
        pair: [&Asked; 2],
        message: &str,
        labels: [&str; 2],
        goals: &[Lit],
        finding: impl Fn([(usize, u16); 2]) -> Finding<'static>,
    ) {
        let Some(world) = least(&mut self.worlds, goals, &[], &self.plain) else {
            return;
        };
        let [one, other] = pair;
        let mut layers = vec![self.layer(one.layer)];
        if other.layer != one.layer {
            layers.push(self.layer(other.layer));
        }
        let both = [(0, one.clause), (layers.len() - 1, other.clause)];
        let example = self.example(&layers, &finding(both));
        let help = match layers.iter().all(|layer| layer.terms().is_some()) {
            true => "keep models under the two apart, or ask the licensors",
            false => "narrow a rule of the policy, or correct what it says",
        };
        let places = pair.map(|at| self.layer(at.layer).clauses[at.clause as usize].head);
        let message = Diagnostic::warning(Code::CannotBoth, message)
            .at(places[0], labels[0])
            .and(places[1], labels[1])
            .help(match example {
                Some(_) => help.to_owned(),
                None => format!("{help}; so it is where {}", self.said(&world)),
            });
        self.found.push(Found { message, example });
    }

    /// The facts that a clause asks for, or prohibits.
    fn facts(&self, one: &Asked) -> Vec<Path> {
        let layer = self.layer(one.layer);
        let clause = &layer.clauses[one.clause as usize];
        let asks = match clause.says {
            Says::Require(holds) => holds,
            _ => clause.condition,
        };
        let mut paths = Vec::new();
        let mut seen = vec![false; layer.nodes.len()];
        normal::nodes(layer, vec![asks], &mut seen, &mut |node| {
            if let Node::Atom(atom) = node {
                let atom = &layer.atoms[atom as usize];
                paths.extend(crate::eval::atom_path(atom).cloned());
            }
        });
        paths
    }

    /// Whether two clauses speak of one fact; most do not, which is told without asking.
    fn together(&self, one: &Asked, other: &Asked) -> bool {
        let (a, b) = (self.facts(one), self.facts(other));
        a.iter().any(|path| b.contains(path))
    }

    /// Whether two duties ask for things that cannot be together.
    fn clash(&mut self, one: &Asked, other: &Asked) -> bool {
        self.together(one, other)
            && self.never(&[one.holds, other.holds])
            && !self.never(&[one.holds])
            && !self.never(&[other.holds])
    }

    /// Whether a duty can be met only where something is prohibited that is not prohibited wherever the
    /// duty is due.
    fn prohibited(&mut self, duty: &Asked, ban: &Asked) -> bool {
        self.together(duty, ban)
            && self.never(&[duty.effect, duty.holds, !ban.outcome])
            && !self.never(&[duty.effect, !ban.outcome])
    }

    fn gap(&mut self, layer: usize, act: u16, gap: Lit) {
        let Some(world) = least(&mut self.worlds, &[gap], &[], &self.plain) else {
            return;
        };
        let layer = self.layer(layer);
        let name = words::ticked(&self.stage.program.acts[act as usize].name);
        let granted = layer.grants(act).next().is_some();
        let id = words::ticked(&layer.id);
        let message = if granted {
            format!("{id} leaves {name} without a grant in some cases")
        } else {
            format!("{id} never grants {name}")
        };
        let example = self.example(&[layer], &Finding::Gap(act, &speak_of(layer, act)));
        let help = "grant it, or forbid it in a clause of its own";
        let found = Diagnostic::warning(Code::Gap, message)
            .at(
                layer.span,
                "a closed policy: what it does not grant is refused",
            )
            .help(match example {
                Some(_) => help.to_owned(),
                None => format!("{help}; refused where {}", self.said(&world)),
            });
        self.found.push(Found {
            message: found,
            example,
        });
    }

    /// Facts that show what was found in some layers.
    fn example(&self, layers: &[&Layer], finding: &Finding) -> Option<Example> {
        example(
            layers,
            finding,
            self.stage.program,
            self.stage.ready.options,
        )
    }

    /// A world in a few words.
    fn said(&self, world: &Least) -> String {
        let schema = &self.stage.program.schema;
        // There is one model, and the license may come from another.
        let said_of = |place: &Place| {
            let said = said_place(self.stage, place).0;
            let said = said.replace("models[the model]", "model");
            said.replace("models[its origin]", "origin")
        };
        let mut all: Vec<String> = Vec::new();
        for unit in world.units() {
            let said = match &unit.says {
                Said::Cell {
                    place,
                    kind,
                    sample: Sample::Value(value),
                } => format!("{} is {}", said_of(place), value.said(kind, schema)),
                Said::Cell {
                    place,
                    sample: Sample::None,
                    ..
                } => format!("{} is none", said_of(place)),
                Said::Member {
                    place,
                    kind,
                    value,
                    yes,
                } => {
                    let inner = match kind {
                        Kind::List(inner) => inner,
                        other => other,
                    };
                    let verb = if *yes { "includes" } else { "does not include" };
                    format!("{} {verb} {}", said_of(place), value.said(inner, schema))
                }
                Said::Decided(Choice::Reading {
                    layer,
                    question,
                    reading,
                }) => {
                    let layer = self.layer(*layer);
                    let question = &layer.questions[*question as usize];
                    format!(
                        "{} reads {}",
                        question.name, question.readings[*reading as usize].name
                    )
                }
                Said::Decided(Choice::Judgment {
                    layer,
                    judgment,
                    yes,
                }) => format!(
                    "{} is {yes}",
                    self.layer(*layer).judgments[*judgment as usize].name
                ),
                _ => continue,
            };
            if !all.contains(&said) {
                all.push(said);
            }
        }
        if all.is_empty() {
            "nothing more is known".to_owned()
        } else {
            words::listed_bare(&all, "and")
        }
    }
}

/// Clauses, and the layer itself, that are not in force any more, or on no day.
fn lapsed(layer: &Layer, today: Date, found: &mut Vec<Diagnostic>) {
    let mut over = |until: Option<Date>, id: String, span: Span| {
        let until = until.filter(|until| *until < today);
        if let Some(until) = until {
            found.push(
                Diagnostic::warning(
                    Code::Lapsed,
                    format!("{} is not in force after {until}", words::ticked(&id)),
                )
                .at(span, "its last day is over")
                .help("drop it, or give it another last day"),
            );
        }
        until.is_some()
    };
    if over(layer.effective.1, layer.id.clone(), layer.span) {
        return;
    }
    for clause in &layer.clauses {
        over(clause.effective.1, layer.clause_id(clause), clause.head);
    }
    let apart = |from: Option<Date>, until: Option<Date>| {
        from.zip(until).is_some_and(|(from, until)| from > until)
    };
    for clause in &layer.clauses {
        let never = apart(clause.effective.0, layer.effective.1)
            || apart(layer.effective.0, clause.effective.1);
        if never {
            let id = words::ticked(&layer.clause_id(clause));
            found.push(
                Diagnostic::warning(Code::NeverApplies, format!("{id} never applies"))
                    .at(clause.head, "in force on none of the days its policy is")
                    .help("correct the days of one of them"),
            );
        }
    }
}

/// Definitions that no other word of the texts they can be used in names. `documents` are all texts
/// that were read, each with its words; `own` those that are looked through.
pub fn unused_definitions(
    documents: &[(ast::Document, &str)],
    own: &[SourceId],
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (document, text) in documents {
        if !own.contains(&document.source) {
            continue;
        }
        for item in &document.items {
            match item {
                ast::Item::Define(define) => {
                    let uses = documents
                        .iter()
                        .map(|(_, text)| named(text, &define.name.node));
                    unused_definition(define, uses.sum(), &mut found);
                }
                ast::Item::License(layer) | ast::Item::Policy(layer) => {
                    for member in &layer.members {
                        if let ast::Member::Define(define) = member {
                            let uses = named(text, &define.name.node);
                            unused_definition(define, uses, &mut found);
                        }
                    }
                }
                _ => {}
            }
        }
    }
    in_text_order(&mut found);
    found
}

fn unused_definition(define: &ast::Define, uses: usize, found: &mut Vec<Diagnostic>) {
    // Its declaration names it once.
    if uses > 1 {
        return;
    }
    let message = format!(
        "nothing uses the definition {}",
        words::ticked(&define.name.node)
    );
    found.push(
        Diagnostic::warning(Code::Unused, message)
            .at(define.name.span, "it stands for nothing in any clause")
            .help("use it where it was meant to be, or drop it"),
    );
}

/// How often a text has a word outside comments and strings.
fn named(text: &str, name: &str) -> usize {
    let words = syntax::words(text);
    words.filter(|word| *word == name).count()
}

/// Questions, judgments and sources that nothing uses.
fn unused(layer: &Layer, strict: bool, found: &mut Vec<Diagnostic>) {
    let mut questions = vec![false; layer.questions.len()];
    let mut judgments = vec![false; layer.judgments.len()];
    let mut open = Vec::new();
    for clause in &layer.clauses {
        open.extend([clause.condition, clause.effect]);
        if let Says::Require(holds) = clause.says {
            open.push(holds);
        }
    }
    let mut seen = vec![false; layer.nodes.len()];
    normal::nodes(layer, open, &mut seen, &mut |node| match node {
        Node::Reading(at, _) => questions[at as usize] = true,
        Node::Judgment(at) => judgments[at as usize] = true,
        _ => {}
    });
    let questions = layer.questions.iter().zip(questions);
    let questions = questions.map(|(one, used)| (&one.name, one.span, used, "reads the question"));
    let judgments = layer.judgments.iter().zip(judgments);
    let judgments =
        judgments.map(|(one, used)| (&one.name, one.span, used, "asks for the judgment"));
    for (name, span, _, uses) in questions.chain(judgments).filter(|(_, _, used, _)| !used) {
        found.push(
            Diagnostic::warning(
                Code::Unused,
                format!("no clause {uses} {}", words::ticked(name)),
            )
            .at(span, "its answer changes nothing")
            .help("use it where it matters, or drop it"),
        );
    }
    if !strict {
        return;
    }
    for (at, source) in (0_u16..).zip(&layer.sources) {
        if !layer.clauses.iter().any(|clause| clause.source == Some(at)) {
            let message = format!("no clause cites the source {}", words::ticked(&source.name));
            let mut diagnostic = Diagnostic::warning(Code::Unused, message)
                .at(layer.span, "declared here")
                .help("cite it in the clauses that encode it, or drop it");
            diagnostic.severity = crate::diagnostic::Severity::Advice;
            found.push(diagnostic);
        }
    }
}

//! What to change so that a deployment is permitted.
//!
//! Facts that people can change are taken to be unknown; the fewest of them are let differ from what
//! they are. What is open stays open: it is taken to turn out well, and the answer says so.

use super::ask;
use super::cells::Sample;
use super::encode::Encoder;
use super::formula::Lit;
use super::place::{Base, Place, Stride};
use super::sat::{Batsat, Sat};
use super::{Answer, Leads, Limits, Unknown};
use crate::eval::{Fact, State};
use crate::scene::{Check, Stage};
use crate::source::Span;
use crate::value::{Kind, Schema};

/// Changes that, all together, may make a deployment permitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// The changes; none of them can be left out.
    pub changes: Vec<Change>,
    /// The verdict after them: undetermined where it still depends on what is not known.
    pub leads: Leads,
}

/// One fact to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The fact; never a question or a judgment.
    pub fact: Unknown,
    /// What it is to be: `not own-staff`, `includes llama-4`.
    pub to: Vec<(String, Sample)>,
}

/// A fact that people can change, and how much that takes.
struct Free<'f> {
    place: Place,
    fact: &'f Fact,
    effort: u32,
}

/// How much it takes to change a fact; `None` for what is as it is. These can be changed: what is
/// shown and passed on, what comes with the weights, the name of a model; an agreement can be made, a
/// review held, and a record kept that an organization asks for; with more effort, how a model is run
/// and who gets its weights, who a product is for and how and where it is offered. Past figures,
/// parents and licenses of models, who the organization is, suits and terminations stay as they are.
fn effort(names: &[&str], fact: &Fact, kind: &Kind) -> Option<u32> {
    const SHIPPED: [&str; 11] = [
        "deployment",
        "environment",
        "organization",
        "product",
        "models",
        "uses",
        "acceptable-use-review",
        "agreements",
        "ip-suits",
        "terminations",
        "determinations",
    ];
    Some(match names {
        ["product", "notices" | "passes-on", _] | ["models", _, "package", _] => 2,
        ["models", _, "id"] => 3,
        ["acceptable-use-review"] if !matches!(fact.state, State::Record(_)) => 3,
        [own]
            if !SHIPPED.contains(own)
                && matches!(
                    kind,
                    Kind::List(_) | Kind::Bool | Kind::Text | Kind::Choice(_)
                ) =>
        {
            4
        }
        ["agreements"] => 7,
        ["product", "audience" | "offered-as" | "offered-in"] => 8,
        ["models", _, "run" | "weights"] => 9,
        _ => return None,
    })
}

/// The facts with those that can be changed taken out.
fn relaxed<'f>(
    fact: &'f Fact,
    kind: &Kind,
    schema: &'f Schema,
    names: &mut Vec<&'f str>,
    place: &Place,
    free: &mut Vec<Free<'f>>,
) -> Fact {
    if let Some(effort) = effort(names, fact, kind)
        && !fact.is_unknown()
    {
        free.push(Free {
            place: place.clone(),
            fact,
            effort,
        });
        return Fact {
            state: State::Unknown,
            ..fact.clone()
        };
    }
    let state = match (&fact.state, kind) {
        (State::Record(fields), Kind::Record(id)) => {
            let record = schema.record(*id).fields.values();
            let each = (0..).zip(record.zip(fields));
            let each = each.map(|(at, (field, own))| {
                names.push(&field.name);
                let place = place.then(Stride::Field(at));
                let own = relaxed(own, &field.kind, schema, names, &place, free);
                names.pop();
                own
            });
            State::Record(each.collect())
        }
        (State::List(list), Kind::List(inner)) if names.as_slice() == ["models"] => {
            let each = list.iter().enumerate().map(|(at, own)| {
                names.push("");
                let place = place.then(Stride::Element(at));
                let own = relaxed(own, inner, schema, names, &place, free);
                names.pop();
                own
            });
            State::List(each.collect())
        }
        _ => return fact.clone(),
    };
    Fact {
        state,
        ..fact.clone()
    }
}

/// The least to change so that some world permits the deployment; `None` where no change does, or
/// none is needed. The checks are the ones that decide, each of a scene of the stage by its number.
pub fn would_permit(stage: &Stage, checks: &[(usize, Check)], limits: &Limits) -> Option<Remedy> {
    let schema = &stage.program.schema;
    let root = Place {
        base: Base::Deployment,
        strides: Vec::new(),
    };
    let mut free = Vec::new();
    let kind = Kind::Record(Schema::ROOT);
    let names = &mut Vec::new();
    let facts = relaxed(stage.deployment, &kind, schema, names, &root, &mut free);
    let mut lineage = stage.lineage.clone();
    let models = schema.root().fields.get_index_of("models")?;
    let listed = facts.record()?.get(models)?.list().unwrap_or(&[]);
    for member in &mut lineage.members {
        if let Some(fact) = member.index.and_then(|at| listed.get(at)) {
            member.fact = std::borrow::Cow::Borrowed(fact);
        }
    }
    let loose = Stage {
        ready: stage.ready,
        program: stage.program,
        deployment: &facts,
        options: stage.options,
        lineage,
        reach: stage.reach.clone(),
        taken: stage.taken.clone(),
        expired: Vec::new(),
    };
    let (before, scenes) = (stage.scenes(), loose.scenes());
    let blank = Fact::unknown(Span::NOWHERE);
    let mut encoder = Encoder::new(&loose, &scenes, &blank, limits);
    let fails = checks
        .iter()
        .map(|(scene, check)| encoder.fails(*scene, *check));
    let fails = fails.collect();
    let forbidden = encoder.formula.or(fails);
    encoder.finish();
    if encoder.too_large {
        return None;
    }
    // The hardest to change are kept first.
    free.reverse();
    free.sort_by_key(|free| std::cmp::Reverse(free.effort));
    let same: Vec<Vec<Lit>> = free
        .iter()
        .map(|free| encoder.unchanged(&free.place, free.fact, &before))
        .collect();
    let kept: Vec<Lit> = same
        .iter()
        .map(|lits| encoder.formula.and(lits.clone()))
        .collect();
    let mut solver = Batsat::new(&encoder.formula, limits);
    let mut assumed = vec![!forbidden];
    if !solver.solve(&assumed)? {
        return None;
    }
    let mut changed = Vec::new();
    for (at, lit) in kept.iter().enumerate() {
        assumed.push(*lit);
        if !solver.solve(&assumed)? {
            assumed.pop();
            changed.push(at);
        }
    }
    // What changes stays as much as it is as it can.
    for lit in changed.iter().flat_map(|at| &same[*at]) {
        assumed.push(*lit);
        if !solver.solve(&assumed)? {
            assumed.pop();
        }
    }
    if changed.is_empty() || !solver.solve(&assumed)? {
        return None;
    }
    changed.reverse();
    let mut changes = Vec::new();
    let mut after: Vec<Lit> = assumed[1..].to_vec();
    for at in changed {
        let place = &free[at].place;
        let numbered = encoder.instances.values().enumerate();
        let members: Vec<usize> = numbered
            .filter(|(_, instance)| instance.place.stated() == *place)
            .map(|(at, _)| at)
            .collect();
        let bodies = members
            .iter()
            .flat_map(|at| encoder.instances[*at].bodies.values());
        let bodies: Vec<Lit> = bodies
            .flat_map(|body| body.counts.iter().map(|(_, lit)| *lit))
            .collect();
        let group = ask::fact(&loose, &mut encoder, place, &members);
        let fixed = group.lits.iter().chain(&bodies);
        after.extend(fixed.map(|lit| if solver.value(*lit) { *lit } else { !*lit }));
        let old = free[at].fact.list().unwrap_or(&[]);
        let has = |sample: &Sample| match sample {
            Sample::With(value) => old.iter().any(|element| element.value() == Some(value)),
            Sample::Empty => old.is_empty(),
            _ => false,
        };
        let answers = group.answers.iter().filter_map(|(when, answer, says)| {
            let fixed = |lit: &Lit| group.lits.contains(lit) || group.lits.contains(&!*lit);
            let holds = says.iter().all(|lit| fixed(lit) && solver.value(*lit));
            match answer {
                Answer::Fact(sample) if holds && !has(sample) => {
                    Some((when.clone(), sample.clone()))
                }
                _ => None,
            }
        });
        let mut to: Vec<(String, Sample)> = answers.collect();
        if to.is_empty() {
            to.push(("another".to_owned(), Sample::Described));
        }
        changes.push(Change {
            fact: group.unknown,
            to,
        });
    }
    after.push(forbidden);
    let leads = match solver.solve(&after)? {
        true => Leads::Undetermined,
        false => Leads::Permitted,
    };
    Some(Remedy { changes, leads })
}

//! The readings and determinations on which a verdict rests: each is replaced by the others in turn.

use super::{
    Assumption, Report, Verdict, checks, gather, has_gaps, led, left_open, quick, verdict,
};
use crate::diagnostic::Diagnostic;
use crate::eval::Truth;
use crate::exact::{self, Choice};
use crate::scene::{Options, Ready, Settled, Stage};
use crate::source::Span;

/// Something that was taken, and what could be taken instead.
struct Chosen {
    name: String,
    taken: Choice,
    /// What it is, in words.
    value: String,
    because: &'static str,
    by: Settled,
    /// The others, each with its words.
    others: Vec<(Choice, String)>,
}

/// Says of each reading and determination that was taken under which others the verdict differs, and
/// whether it does without the claims of the press. What makes a difference is listed among the
/// assumptions, whatever else was found. The stage is left as it was.
///
/// # Errors
/// What keeps the deployment from being judged.
pub fn otherwise(stage: &mut Stage, report: &mut Report) -> Result<(), Vec<Diagnostic>> {
    let (ready, program) = (stage.ready, stage.program);
    let all = chosen(stage, &report.applied);
    if !all.is_empty() {
        let leads = match report.verdict {
            Verdict::Undetermined => None,
            _ => quickly(stage, &all),
        };
        let leads = leads.unwrap_or_else(|| {
            let taken = stage.taken.clone();
            for one in &all {
                take(stage, one.taken, false);
            }
            let leads = verdicts(stage, &all);
            stage.taken = taken;
            leads
        });
        let mut leads = leads.into_iter();
        for one in all {
            let then = one.others.into_iter().zip(leads.by_ref());
            let then = then.filter_map(|((_, words), then)| Some((words, then?)));
            let differ: Vec<_> = then.filter(|(_, then)| *then != report.verdict).collect();
            if !differ.is_empty() {
                let assumed = Assumption::taken(one.name, one.value, one.because, &one.by);
                add(&mut report.assumptions, assumed, differ);
            }
        }
    }
    if ready.options.reported {
        let options = Options {
            reported: false,
            ..ready.options
        };
        let then = verdict(&Stage::set(
            &Ready::new(program, options),
            stage.deployment,
        )?);
        if then != report.verdict {
            report.assumptions.push(Assumption {
                name: "claims of the press".to_owned(),
                value: "counted".to_owned(),
                because: "they were asked for".to_owned(),
                span: Span::NOWHERE,
                otherwise: vec![("not counted".to_owned(), then)],
            });
        }
    }
    gather::sort(&mut report.assumptions);
    Ok(())
}

/// The readings and determinations that were taken for the layers applied.
fn chosen(stage: &Stage, applied: &[String]) -> Vec<Chosen> {
    let mut all = Vec::new();
    for (layer, (own, taken)) in stage.program.layers.iter().zip(&stage.taken).enumerate() {
        if !applied.contains(&own.id) {
            continue;
        }
        for (question, said) in (0_u16..).zip(&own.questions) {
            let at = usize::from(question);
            let (Some(reading), Some(by)) = (taken.readings[at], &taken.readings_by[at]) else {
                continue;
            };
            let choice = |reading| Choice::Reading {
                layer,
                question,
                reading,
            };
            let others = (0_u16..).zip(&said.readings);
            let others = others.filter(|(other, _)| *other != reading);
            all.push(Chosen {
                name: format!("{}/{}", own.id, said.name),
                taken: choice(reading),
                value: said.readings[usize::from(reading)].name.clone(),
                because: "adopted",
                by: by.clone(),
                others: others
                    .map(|(other, said)| (choice(other), said.name.clone()))
                    .collect(),
            });
        }
        for (judgment, said) in (0_u16..).zip(&own.judgments) {
            let at = usize::from(judgment);
            let truth = taken.judgments[at];
            if truth == Truth::Unknown {
                continue;
            }
            let Some(by) = stage.determined_by(layer, at) else {
                continue;
            };
            let choice = |yes| Choice::Judgment {
                layer,
                judgment,
                yes,
            };
            let yes = truth == Truth::Yes;
            all.push(Chosen {
                name: format!("{}/{}", own.id, said.name),
                taken: choice(yes),
                value: yes.to_string(),
                because: "determined",
                by,
                others: vec![(choice(!yes), (!yes).to_string())],
            });
        }
    }
    all
}

/// Takes one choice for a question or a judgment; or none, which leaves it open.
fn take(stage: &mut Stage, choice: Choice, so: bool) {
    match choice {
        Choice::Reading {
            layer,
            question,
            reading,
        } => {
            let taken = so.then_some(reading);
            stage.taken[layer].readings.to_mut()[usize::from(question)] = taken;
        }
        Choice::Judgment {
            layer,
            judgment,
            yes,
        } => {
            let taken = if so { Truth::of(yes) } else { Truth::Unknown };
            stage.taken[layer].judgments.to_mut()[usize::from(judgment)] = taken;
        }
    }
}

/// The verdict under each of the others, where the fast path knows all of them.
fn quickly(stage: &mut Stage, all: &[Chosen]) -> Option<Vec<Option<Verdict>>> {
    let mut verdicts = Vec::new();
    for one in all {
        for (other, _) in &one.others {
            take(stage, *other, true);
            let then = quick(stage);
            take(stage, one.taken, true);
            if then == Verdict::Undetermined {
                return None;
            }
            verdicts.push(Some(then));
        }
    }
    Some(verdicts)
}

/// The verdict under each of the others, the rest as it was taken, one after the other; `None` where it is
/// the same. The stage leaves open whatever was taken.
fn verdicts(stage: &Stage, all: &[Chosen]) -> Vec<Option<Verdict>> {
    let scenes = stage.scenes();
    let open = left_open(&checks(stage, &scenes));
    let taken: Vec<Choice> = all.iter().map(|one| one.taken).collect();
    let others = all.iter().enumerate().flat_map(|(at, one)| {
        let others = one.others.iter();
        others.map(move |(other, _)| (at, *other))
    });
    let others: Vec<(usize, Choice)> = others.collect();
    let limits = exact::Limits::default();
    let leads = exact::under(stage, &open, &scenes, &taken, &others, &limits);
    let gaps = has_gaps(stage);
    let each = leads.into_iter().map(|leads| Some(led(leads?, gaps)));
    each.collect()
}

fn add(all: &mut Vec<Assumption>, new: Assumption, differ: Vec<(String, Verdict)>) {
    let at = all.iter().position(|known| known.name == new.name);
    let at = at.unwrap_or_else(|| {
        all.push(new);
        all.len() - 1
    });
    all[at].otherwise = differ;
}

//! The readings and determinations on which a verdict rests: each is replaced by the others in turn,
//! and the deployment judged again.

use super::{Assumption, Report, Verdict, gather, verdict};
use crate::diagnostic::Diagnostic;
use crate::eval::Truth;
use crate::scene::{Options, Ready, Stage};
use crate::source::Span;

/// Says of each reading and determination that was taken under which others the verdict differs, and
/// whether it does without the claims of the press. What makes a difference is listed among the
/// assumptions, whatever else was found. The stage is left as it was.
///
/// # Errors
/// What keeps the deployment from being judged.
pub fn otherwise(stage: &mut Stage, report: &mut Report) -> Result<(), Vec<Diagnostic>> {
    let (ready, program) = (stage.ready, stage.program);
    let applied = |id: &String| report.applied.contains(id);
    for at in 0..program.layers.len() {
        let layer = &program.layers[at];
        if !applied(&layer.id) {
            continue;
        }
        for (number, question) in layer.questions.iter().enumerate() {
            let Some(taken) = stage.taken[at].readings[number] else {
                continue;
            };
            let mut differ = Vec::new();
            for (other, reading) in (0..).zip(&question.readings) {
                if other == taken {
                    continue;
                }
                stage.taken[at].readings.to_mut()[number] = Some(other);
                let then = verdict(stage);
                if then != report.verdict {
                    differ.push((reading.name.clone(), then));
                }
            }
            stage.taken[at].readings.to_mut()[number] = Some(taken);
            let by = stage.taken[at].readings_by[number].as_ref();
            if let (false, Some(by)) = (differ.is_empty(), by) {
                let reading = &question.readings[taken as usize].name;
                let name = format!("{}/{}", layer.id, question.name);
                let assumed = Assumption::taken(name, reading.clone(), "adopted", by);
                add(&mut report.assumptions, assumed, differ);
            }
        }
        for (number, judgment) in layer.judgments.iter().enumerate() {
            let determined = stage.taken[at].judgments[number];
            if determined == Truth::Unknown {
                continue;
            }
            stage.taken[at].judgments.to_mut()[number] = !determined;
            let then = verdict(stage);
            stage.taken[at].judgments.to_mut()[number] = determined;
            let by = stage.taken[at].judgments_by[number].as_ref();
            if let (true, Some(by)) = (then != report.verdict, by) {
                let name = format!("{}/{}", layer.id, judgment.name);
                let value = (determined == Truth::Yes).to_string();
                let other = (determined == Truth::No).to_string();
                add(
                    &mut report.assumptions,
                    Assumption::taken(name, value, "determined", by),
                    vec![(other, then)],
                );
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

fn add(all: &mut Vec<Assumption>, new: Assumption, differ: Vec<(String, Verdict)>) {
    let at = all.iter().position(|known| known.name == new.name);
    let at = at.unwrap_or_else(|| {
        all.push(new);
        all.len() - 1
    });
    all[at].otherwise = differ;
}

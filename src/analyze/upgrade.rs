//! What becomes of one deployment when its models move from one version of a license to another.

use super::diff::Version;
use super::free::renamed;
use crate::diagnostic::Diagnostic;
use crate::eval::{self, Fact};
use crate::facts::Node;
use crate::ir::{Layer, LayerKind, Program};
use crate::library;
use crate::scene::{Options, Ready, Stage};
use crate::verdict::{Report, Verdict, judge};
use schemars::JsonSchema;
use serde::Serialize;
use std::cell::RefCell;

/// One deployment before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Upgrade {
    /// Its name.
    pub deployment: String,
    /// Id of the older license.
    pub old: String,
    /// Id of the newer license.
    pub new: String,
    /// How many models were declared under the older license.
    pub replaced: usize,
    /// The verdict as it is.
    pub before: String,
    /// The verdict after the upgrade.
    pub after: String,
    /// Whether the verdict after is worse.
    pub worse: bool,
    /// Findings that appear.
    pub findings_new: Vec<String>,
    /// Findings that disappear.
    pub findings_gone: Vec<String>,
    /// Duties that appear and are met.
    pub duties_new: Vec<String>,
    /// Duties that disappear.
    pub duties_gone: Vec<String>,
    /// Determinations about the older license, taken to hold for the judgments of the same name of the
    /// newer.
    pub taken_over: Vec<String>,
}

/// A program in which models are under the licenses they declare only: of the two that are compared,
/// neither lists models.
fn declared_only(program: &Program, ids: [&str; 2]) -> Program {
    let mut program = program.clone();
    for layer in &mut program.layers {
        if let LayerKind::License(terms) = &mut layer.kind
            && ids.contains(&layer.id.as_str())
        {
            terms.models.clear();
        }
    }
    program
}

/// Judges a deployment in the program of `old` as it is, and in that of `new` with every model under
/// `old` declared under `new`.
///
/// # Errors
/// Facts that do not fit one of the vocabularies, and what [`Stage::set`] refuses.
pub fn upgrade(
    old: Version,
    new: Version,
    node: &Node,
    options: Options,
    fallback: &str,
) -> Result<Upgrade, Vec<Diagnostic>> {
    let programs = [old, new].map(|one| declared_only(one.program, [&old.layer.id, &new.layer.id]));
    let bound = |program: &Program| -> Result<Fact, Vec<Diagnostic>> {
        let names = library::names_with(program);
        let fact = eval::bind(node, &program.schema, &names)?;
        Ok(eval::with_defaults(fact, program))
    };
    let (fact, moved) = (bound(&programs[0])?, bound(&programs[1])?);
    let ready = programs
        .each_ref()
        .map(|program| Ready::new(program, options));
    let (old, new) = (old.layer, new.layer);
    let stage = Stage::set(&ready[0], &fact)?;
    let under = |licenses: &Option<Vec<&str>>| licenses.iter().flatten().any(|id| *id == old.id);
    let replaced = stage
        .lineage
        .members
        .iter()
        .filter(|member| under(&member.licenses))
        .count();
    let before = judge(&stage, fallback)?;
    let taken_over = RefCell::new(Vec::new());
    let moved = renamed(&moved, &|text| {
        if text == old.id {
            return Some(new.id.clone());
        }
        // What was determined about a judgment is taken to hold for the same one of the other.
        let name = text.strip_prefix(&old.id)?.strip_prefix('/')?;
        let known = |layer: &Layer| layer.judgments.iter().any(|known| known.name == name);
        if !known(old) || !known(new) {
            return None;
        }
        let other = format!("{}/{name}", new.id);
        taken_over.borrow_mut().push(format!("{text} for {other}"));
        Some(other)
    });
    let after = judge(&Stage::set(&ready[1], &moved)?, fallback)?;
    // A clause of the one is the clause of the same name of the other.
    let bare = |id: &str| {
        let (layer, clause) = id.split_once('/').unwrap_or(("", id));
        if layer == old.id || layer == new.id {
            clause.to_owned()
        } else {
            id.to_owned()
        }
    };
    let findings = |report: &Report| -> Vec<(String, String)> {
        let all = report.findings.iter();
        all.map(|finding| {
            let said = format!(
                "{} {}: {}",
                finding.outcome.as_str(),
                finding.id,
                finding.title
            );
            (
                format!("{} {}", finding.outcome.as_str(), bare(&finding.id)),
                said,
            )
        })
        .collect()
    };
    let duties = |report: &Report| -> Vec<(String, String)> {
        let all = report.duties.iter();
        all.map(|duty| (bare(&duty.id), format!("{}: {}", duty.id, duty.title)))
            .collect()
    };
    let without = |a: &[(String, String)], b: &[(String, String)]| -> Vec<String> {
        let mut found: Vec<String> = a
            .iter()
            .filter(|(key, _)| !b.iter().any(|(other, _)| other == key))
            .map(|(_, said)| said.clone())
            .collect();
        found.dedup();
        found
    };
    let (f, g) = (findings(&before), findings(&after));
    let (d, e) = (duties(&before), duties(&after));
    let rank = |verdict: Verdict| match verdict {
        Verdict::Permitted => 0,
        Verdict::NothingApplied => 1,
        Verdict::Undetermined => 2,
        Verdict::NotPermitted => 3,
    };
    Ok(Upgrade {
        deployment: before.deployment.clone(),
        old: old.id.clone(),
        new: new.id.clone(),
        replaced,
        before: before.verdict.as_str().to_owned(),
        after: after.verdict.as_str().to_owned(),
        worse: rank(after.verdict) > rank(before.verdict),
        findings_new: without(&g, &f),
        findings_gone: without(&f, &g),
        duties_new: without(&e, &d),
        duties_gone: without(&d, &e),
        taken_over: taken_over.into_inner(),
    })
}

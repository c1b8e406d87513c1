//! `clausula check FACTS…`

use super::args::{CheckArguments, Format, LookArguments};
use super::load::{facts_format, policy_texts, read};
use super::{ExitStatus, output};
use crate::diagnostic::Diagnostic;
use crate::facts::{self, Limits, Node};
use crate::scene::{Options, Ready, Stage};
use crate::source::{SourceId, Sources};
use crate::verdict::{
    Report, Verdict, forecast, json, judge, otherwise, verdict_alone, would_permit,
};
use crate::{eval, library};
use std::mem::ManuallyDrop;

/// For so many deployments of a run that are not permitted, what would permit them is looked for.
const MOST_REMEDIES: usize = 100;

/// Everything one run found.
#[derive(Default)]
struct Found {
    /// The name and the verdict of every deployment.
    verdicts: Vec<(String, Verdict)>,
    /// What there is to say about each, unless only verdicts are shown.
    reports: Vec<Report>,
    faults: Vec<Diagnostic>,
}

/// Judges every deployment of every file.
pub fn run(arguments: &CheckArguments, look: &LookArguments) -> ExitStatus {
    // The process ends soon, which frees everything at once.
    let mut sources = ManuallyDrop::new(library::sources());
    let mut found = ManuallyDrop::new(Found::default());
    judge_all(arguments, &mut sources, &mut found);
    let mut status = ExitStatus::Permitted;
    for (_, verdict) in &found.verdicts {
        status = status.and(status_of(*verdict));
    }
    if !found.faults.is_empty() {
        status = ExitStatus::CouldNotJudge;
    }
    match arguments.format {
        Format::Json => write_json(&found, &sources, status),
        Format::Human => write_human(&found, &sources, arguments, look),
    }
    status
}

/// How a run ends that has this verdict.
pub(super) fn status_of(verdict: Verdict) -> ExitStatus {
    match verdict {
        Verdict::Permitted => ExitStatus::Permitted,
        Verdict::NotPermitted => ExitStatus::NotPermitted,
        Verdict::Undetermined => ExitStatus::Undetermined,
        Verdict::NothingApplied => ExitStatus::NothingApplied,
    }
}

fn write_json(found: &Found, sources: &Sources, status: ExitStatus) {
    let verdict = match status {
        ExitStatus::Permitted => "permitted",
        ExitStatus::NotPermitted => "not permitted",
        ExitStatus::CouldNotJudge => "could not judge",
        ExitStatus::Undetermined => "undetermined",
        ExitStatus::NothingApplied => "nothing applied",
    };
    let output = json::Output {
        version: json::VERSION,
        verdict: verdict.to_owned(),
        status: status.code(),
        deployments: found
            .reports
            .iter()
            .map(|report| json::deployment(report, sources))
            .collect(),
        faults: found
            .faults
            .iter()
            .map(|fault| json::message(fault, sources))
            .collect(),
    };
    let text = serde_json::to_string_pretty(&output).unwrap_or_default();
    output::print(&format!("{text}\n"));
}

fn write_human(found: &Found, sources: &Sources, arguments: &CheckArguments, look: &LookArguments) {
    let on_stdout = output::look(look, true);
    let mut out = String::new();
    if arguments.quiet {
        for (name, verdict) in &found.verdicts {
            out.push_str(&output::headline(name, *verdict, &on_stdout));
        }
    }
    let reports = found.reports.iter().filter(|_| !arguments.quiet);
    for (number, report) in reports.enumerate() {
        if number > 0 {
            out.push('\n');
        }
        out.push_str(&output::report(report, sources, &on_stdout));
    }
    if !arguments.quiet
        && let Some(report) = found.reports.first()
    {
        let refused = |report: &&Report| report.verdict == Verdict::NotPermitted;
        if found.reports.iter().filter(refused).count() > MOST_REMEDIES {
            out.push_str(&format!(
                "\nwhat would permit a deployment was looked for in the first {MOST_REMEDIES} that are not permitted\n"
            ));
        }
        out.push_str(&format!("\nas of {}\n", report.as_of));
    }
    output::print(&out);
    if !found.faults.is_empty() {
        output::complain(&output::messages(
            &found.faults,
            sources,
            &output::look(look, false),
        ));
    }
}

fn judge_all(arguments: &CheckArguments, sources: &mut Sources, found: &mut Found) {
    let Some(policies) = policies(arguments, sources, found) else {
        return;
    };
    let mut documents: ManuallyDrop<Vec<(String, Vec<Node>)>> = ManuallyDrop::default();
    for path in &arguments.facts {
        let text = match read(path) {
            Ok(text) => text,
            Err(fault) => {
                found.faults.push(fault);
                continue;
            }
        };
        let format = match facts_format(&text.name, arguments.facts_format) {
            Ok(format) => format,
            Err(fault) => {
                found.faults.push(fault);
                continue;
            }
        };
        let name = text.name.clone();
        let source = sources.add(text.name, text.text);
        match facts::parse(source, sources.text(source), format, &Limits::default()) {
            Ok(nodes) => {
                let nodes = deployments(nodes);
                if nodes.is_empty() {
                    found.faults.push(no_deployment(&name, source, sources));
                }
                documents.push((name, nodes));
            }
            Err(faults) => found.faults.extend(faults),
        }
    }
    let nodes = documents.iter().flat_map(|(_, nodes)| nodes);
    let needed = library::needed(nodes);
    let compiled = if policies.is_empty() {
        Ok(library::program(&needed))
    } else {
        library::compile(&policies, sources, &needed)
    };
    let program = match compiled {
        Ok(program) => ManuallyDrop::new(program),
        Err(faults) => {
            found.faults.extend(faults);
            return;
        }
    };
    let names = library::names_with(&program);
    let day = super::today(arguments.as_of);
    let options = Options {
        today: day,
        reported: arguments.reported,
    };
    let ready = Ready::new(&program, options);
    let verdicts_only =
        arguments.quiet && arguments.format == Format::Human && arguments.until.is_none();
    let mut refused = 0;
    for (name, nodes) in documents.iter() {
        let several = nodes.len() > 1;
        for (number, node) in nodes.iter().enumerate() {
            let fallback = if several {
                format!("{name} #{}", number + 1)
            } else {
                name.clone()
            };
            let report = eval::bind(node, &program.schema, &names)
                .map(|fact| eval::with_defaults(fact, &program))
                .and_then(|fact| {
                    let mut stage = Stage::set(&ready, &fact)?;
                    if verdicts_only {
                        let name = stage.name().unwrap_or(&fallback).to_owned();
                        found.verdicts.push((name, verdict_alone(&stage)?));
                        return Ok(None);
                    }
                    let mut report = judge(&stage, &fallback)?;
                    if !arguments.quiet {
                        otherwise(&mut stage, &mut report)?;
                    }
                    if report.verdict == Verdict::NotPermitted && !arguments.quiet {
                        refused += 1;
                        if refused <= MOST_REMEDIES {
                            report.would_permit = Some(would_permit(&stage));
                        }
                    }
                    if let Some(until) = arguments.until {
                        let ahead = forecast(&program, &fact, options, &report, until)?;
                        report.forecast = Some(ahead);
                    }
                    Ok(Some(report))
                });
            match report {
                Ok(None) => {}
                Ok(Some(report)) => {
                    let verdict = (report.deployment.clone(), report.verdict);
                    found.verdicts.push(verdict);
                    found.reports.push(report);
                }
                Err(faults) => found.faults.extend(faults),
            }
        }
    }
}

/// The policy texts that were asked for and what they import.
fn policies(
    arguments: &CheckArguments,
    sources: &mut Sources,
    found: &mut Found,
) -> Option<Vec<SourceId>> {
    match policy_texts(&arguments.policy, sources) {
        Ok(texts) => Some(texts),
        // Without all the policies an answer would be about something else.
        Err(faults) => {
            found.faults.extend(faults);
            None
        }
    }
}

/// The deployments of a file: its documents, the elements of a list, or what stands under `deployments`.
pub(super) fn deployments(documents: Vec<Node>) -> Vec<Node> {
    let mut all = Vec::new();
    for mut document in documents {
        match &mut document.value {
            facts::Tree::List(nodes) => all.append(nodes),
            facts::Tree::Map(map) if map.len() == 1 && map.contains_key("deployments") => {
                let entry = map
                    .swap_remove("deployments")
                    .expect("the key was just found");
                match entry.value.value {
                    facts::Tree::List(nodes) => all.extend(nodes),
                    _ => all.push(entry.value),
                }
            }
            facts::Tree::Null => {}
            facts::Tree::Map(map) if map.is_empty() => {}
            _ => all.push(document),
        }
    }
    all
}

fn no_deployment(name: &str, source: SourceId, sources: &Sources) -> Diagnostic {
    use crate::diagnostic::Code;
    let message = format!("`{name}` states no deployment");
    let end = sources.text(source).len().min(1);
    Diagnostic::error(Code::NoDeployment, message)
        .at(crate::source::Span::new(source, 0, end), "no facts here")
        .help("state at least `models:`; nothing applied is not a pass")
}

//! `clausula diff OLD NEW`

use super::args::{DiffArguments, Format, LookArguments};
use super::load::{facts_format, policy_texts, read};
use super::{ExitStatus, output};
use crate::analyze::diff::{Change, Difference, Shown, diff};
use crate::analyze::upgrade::{Upgrade, upgrade};
use crate::diagnostic::{Code, Diagnostic, words};
use crate::facts;
use crate::ir::Program;
use crate::library::{self, Needed};
use crate::scene::Options;
use crate::source::Sources;
use serde::Serialize;
use std::path::Path;

/// Everything one run found, as written in JSON.
#[derive(Serialize)]
struct Output<'a> {
    version: u32,
    difference: &'a Difference,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    upgrades: Vec<Upgrade>,
    status: u8,
}

/// Compares two layers, for one deployment if facts are given.
pub fn run(arguments: &DiffArguments, look: &LookArguments) -> ExitStatus {
    let mut sources = library::sources();
    match compare(arguments, &mut sources) {
        Ok((difference, upgrades)) => {
            let worse = upgrades.iter().any(|upgrade| upgrade.worse);
            let differs = if arguments.facts.is_some() {
                worse
            } else {
                !difference.same || difference.gave_up
            };
            let status = if differs {
                ExitStatus::NotPermitted
            } else {
                ExitStatus::Permitted
            };
            match arguments.format {
                Format::Json => {
                    let output = Output {
                        version: 1,
                        difference: &difference,
                        upgrades,
                        status: status.code(),
                    };
                    let text = serde_json::to_string_pretty(&output).unwrap_or_default();
                    output::print(&format!("{text}\n"));
                }
                Format::Human => {
                    output::print(&if upgrades.is_empty() {
                        human(&difference)
                    } else {
                        upgrades
                            .iter()
                            .map(upgrade_said)
                            .collect::<Vec<_>>()
                            .join("\n")
                    });
                }
            }
            status
        }
        Err(faults) => {
            let look = output::look(look, false);
            output::complain(&output::messages(&faults, &sources, &look));
            ExitStatus::CouldNotJudge
        }
    }
}

type Found = (Difference, Vec<Upgrade>);

fn compare(arguments: &DiffArguments, sources: &mut Sources) -> Result<Found, Vec<Diagnostic>> {
    let options = Options {
        today: super::today(arguments.as_of),
        reported: false,
    };
    let base_texts = policy_texts(&arguments.policy, sources)?;
    let (old, old_program) = one(&arguments.old, &base_texts, sources)?;
    let (new, new_program) = one(&arguments.new, &base_texts, sources)?;
    let base = Program {
        layers: Vec::new(),
        ..new_program
    };
    let difference = diff(&old, &new, &base, options);
    let mut upgrades = Vec::new();
    if let Some(path) = &arguments.facts {
        let text = read(path).map_err(|fault| vec![fault])?;
        let format = facts_format(&text.name, None).map_err(|fault| vec![fault])?;
        let name = text.name.clone();
        let source = sources.add(text.name, text.text);
        let nodes = facts::parse(
            source,
            sources.text(source),
            format,
            &facts::Limits::default(),
        )?;
        let nodes = super::check::deployments(nodes);
        let mut needed = library::needed(&nodes);
        needed.add(&old.id);
        needed.add(&new.id);
        let mut program = library::compile(&base_texts, sources, &needed)?;
        for layer in [&old, &new] {
            if program.layer(&layer.id).is_none() {
                program.layers.push(layer.clone());
            }
        }
        for (number, node) in nodes.iter().enumerate() {
            let fallback = if nodes.len() > 1 {
                format!("{name} #{}", number + 1)
            } else {
                name.clone()
            };
            upgrades.push(upgrade(&old, &new, &program, node, options, &fallback)?);
        }
    }
    drop(old_program);
    Ok((difference, upgrades))
}

/// The layer an argument names: the id of a shipped license, or a file that holds one layer.
fn one(
    path: &Path,
    base: &[crate::source::SourceId],
    sources: &mut Sources,
) -> Result<(crate::ir::Layer, Program), Vec<Diagnostic>> {
    let mut needed = Needed::none();
    let shipped = path
        .to_str()
        .filter(|_| !path.exists())
        .and_then(|name| library::names().position(name));
    if let Some(at) = shipped {
        let id = library::licenses()[at].id;
        needed.add(id);
        let program = library::compile(base, sources, &needed)?;
        let layer = program.layer(id).cloned();
        return layer.map(|layer| (layer, program)).ok_or_else(Vec::new);
    }
    if !path.exists() {
        return Err(vec![unknown(path)]);
    }
    let texts = policy_texts(&[path.to_owned()], sources)?;
    let all: Vec<_> = texts.iter().chain(base).copied().collect();
    let program = library::compile(&all, sources, &needed)?;
    let mut own = program
        .layers
        .iter()
        .filter(|layer| texts.contains(&layer.span.source));
    match (own.next().cloned(), own.next()) {
        (Some(layer), None) => Ok((layer, program)),
        (None, _) => Err(vec![
            Diagnostic::error(
                Code::Incomplete,
                format!("`{}` holds no license and no policy", path.display()),
            )
            .help("give a file that declares one of them"),
        ]),
        (Some(_), Some(second)) => Err(vec![
            Diagnostic::error(
                Code::Misplaced,
                format!("`{}` holds more than one layer", path.display()),
            )
            .at(second.span, "a second one")
            .help("give a file that declares one license or one policy"),
        ]),
    }
}

fn unknown(path: &Path) -> Diagnostic {
    use crate::eval::LicenseNames;
    let name = path.display().to_string();
    let near = library::names().suggestion(&name);
    Diagnostic::error(
        Code::UnknownName,
        format!("no shipped license and no file is called `{name}`"),
    )
    .help(near.map_or_else(
        || "give the id of a shipped license, such as `llama-4`, or a policy file".to_owned(),
        |near| format!("did you mean `{near}`?"),
    ))
}

fn shown(shown: &Shown, difference: &Difference, indent: &str, out: &mut String) {
    let (old, new) = (&difference.old, &difference.new);
    out.push_str(&format!(
        "{indent}{old}: {} · {new}: {}\n",
        shown.before, shown.after
    ));
    for line in shown.facts.lines() {
        out.push_str(&format!("{indent}  {line}\n"));
    }
    for reading in &shown.readings {
        out.push_str(&format!("{indent}  # with the reading {reading}\n"));
    }
    for judgment in &shown.judgments {
        out.push_str(&format!("{indent}  # with the judgment {judgment}\n"));
    }
    if !shown.verified {
        out.push_str(&format!(
            "{indent}  # facts alone do not show it: they leave something open\n"
        ));
    }
}

fn human(difference: &Difference) -> String {
    let (old, new) = (&difference.old, &difference.new);
    let mut out = match (difference.gave_up, difference.same) {
        (true, _) => format!("{old} → {new}: a limit was reached, differences may be missing\n"),
        (false, true) => {
            let names = difference
                .clauses
                .iter()
                .any(|pair| matches!(pair.change, Change::Names { .. }));
            let but_for = if names {
                ", but for names, dates and the models covered"
            } else {
                ""
            };
            format!("{old} → {new}: same meaning{but_for}\n")
        }
        (false, false) => format!("{old} → {new}: the meaning differs\n"),
    };
    for acts in &difference.acts {
        let names = acts.acts.join(", ");
        out.push_str(&if acts.gained {
            format!("\nnot permitted before, can be permitted now: {names}\n")
        } else {
            format!("\npermitted before, may not be any more: {names}\n")
        });
        if !acts.duties.is_empty() {
            let word = words::agree(acts.duties.len(), "duty", "duties");
            out.push_str(&format!("  with the {word} {}\n", acts.duties.join(", ")));
        }
        if let Some(witness) = &acts.witness {
            let first = &acts.acts[0];
            out.push_str(&format!("  for example {first}\n"));
            shown(witness, difference, "  ", &mut out);
        }
    }
    for term in &difference.terms {
        out.push_str(&format!("\n{term}\n"));
    }
    let (mut changed, mut gone, mut added) = (String::new(), String::new(), String::new());
    let (mut names, mut worded, mut same) = (String::new(), Vec::new(), 0);
    for pair in &difference.clauses {
        let section = pair
            .section
            .as_ref()
            .map_or_else(String::new, |section| format!(" (§{section})"));
        let was = pair
            .was
            .as_ref()
            .map_or_else(String::new, |was| format!(", was {was}"));
        let line = format!(
            "  {} {}{was}  {}{section}\n",
            pair.kind, pair.name, pair.title
        );
        match &pair.change {
            Change::Same => same += 1,
            Change::Words => worded.push(pair.name.as_str()),
            Change::New => added.push_str(&line),
            Change::Gone => gone.push_str(&line),
            Change::Names { but_for } if but_for.is_empty() => same += 1,
            Change::Names { but_for } => {
                names.push_str(&format!("  {}: {}\n", pair.name, but_for.join("; ")));
            }
            Change::Changed { how, witness } => {
                changed.push_str(&line);
                for how in how {
                    changed.push_str(&format!("    {how}\n"));
                }
                if let Some(witness) = witness {
                    shown(witness, difference, "    ", &mut changed);
                }
            }
        }
    }
    for (heading, text) in [
        ("changed", &changed),
        (&*format!("only in {new}"), &added),
        (&*format!("only in {old}"), &gone),
        ("same but for", &names),
    ] {
        if !text.is_empty() {
            out.push_str(&format!("\n{heading}\n{text}"));
        }
    }
    if !worded.is_empty() {
        out.push_str(&format!(
            "\nother words in what is recorded only\n  {}\n",
            worded.join(", ")
        ));
    }
    out.push_str(&format!(
        "\nsame: {}\n",
        words::count(same, "clause", "clauses")
    ));
    if !difference.exact {
        out.push_str(
            "some conditions could not be followed exactly: a clause called changed may be the same\n",
        );
    }
    out
}

fn upgrade_said(upgrade: &Upgrade) -> String {
    let mut out = format!(
        "{}: {} under {}, {} under {}\n",
        upgrade.deployment, upgrade.before, upgrade.old, upgrade.after, upgrade.new
    );
    if upgrade.replaced == 0 {
        out.push_str(&format!("  no model is declared under {}\n", upgrade.old));
    }
    for (heading, list) in [
        ("findings that appear", &upgrade.findings_new),
        ("findings that disappear", &upgrade.findings_gone),
        ("duties that appear, and are met", &upgrade.duties_new),
        ("duties that disappear", &upgrade.duties_gone),
    ] {
        if !list.is_empty() {
            out.push_str(&format!("  {heading}\n"));
            for one in list {
                out.push_str(&format!("    {one}\n"));
            }
        }
    }
    out
}

//! `clausula lint [POLICY…]`

use super::args::{Format, LintArguments, LookArguments};
use super::load::policy_texts;
use super::{ExitStatus, output};
use crate::analyze::Example;
use crate::analyze::lint::{Found, in_order, lint, unused_definitions};
use crate::analyze::told;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::report::{Look, render};
use crate::library::{self, Needed};
use crate::scene::Options;
use crate::source::{SourceId, Sources};
use crate::syntax;
use crate::verdict::json;
use schemars::JsonSchema;
use serde::Serialize;

/// The version of the output.
const VERSION: u32 = 1;

/// The whole output of `clausula lint --format json`.
#[derive(Serialize, JsonSchema)]
struct Output {
    /// The version of these shapes: fields are added, never renamed or removed within one version.
    version: u32,
    /// The exit status: 0 nothing was found, 1 something was found, 2 could not look.
    status: u8,
    /// What was found, in the order of the texts; with status 2, what kept from looking.
    found: Vec<Told>,
}

/// Something that was found.
#[derive(Serialize, JsonSchema)]
struct Told {
    /// The message.
    #[serde(flatten)]
    message: json::Message,
    /// Facts that show it: both duties are due and one of them is open, or an act is refused that no
    /// clause speaks of. Absent where nothing can show it: that a clause never applies.
    example: Option<Example>,
}

/// Looks through policies.
pub fn run(arguments: &LintArguments, look: &LookArguments) -> ExitStatus {
    let mut sources = library::sources();
    let (found, status) = match all(arguments, &mut sources) {
        Ok(found) if found.is_empty() => (found, ExitStatus::Permitted),
        Ok(found) => (found, ExitStatus::NotPermitted),
        Err(faults) => (
            faults.into_iter().map(Found::from).collect(),
            ExitStatus::CouldNotJudge,
        ),
    };
    match (arguments.format, status) {
        (Format::Json, _) => {
            let output = Output {
                version: VERSION,
                status: status.code(),
                found: found
                    .into_iter()
                    .map(|one| Told {
                        message: json::message(&one.message, &sources),
                        example: one.example,
                    })
                    .collect(),
            };
            let text = serde_json::to_string_pretty(&output).unwrap_or_default();
            output::print(&format!("{text}\n"));
        }
        (Format::Human, ExitStatus::CouldNotJudge) => {
            let look = output::look(look, false);
            output::complain(&human(&found, &sources, &look));
        }
        (Format::Human, _) => {
            let look = output::look(look, true);
            output::print(&human(&found, &sources, &look));
        }
    }
    status
}

/// Messages, each with the facts that show it.
fn human(found: &[Found], sources: &Sources, look: &Look) -> String {
    let each = found.iter().map(|one| {
        let message = render(&one.message, sources, look);
        message + &one.example.as_ref().map_or_else(String::new, told::example)
    });
    each.collect::<Vec<_>>().join("\n")
}

fn all(arguments: &LintArguments, sources: &mut Sources) -> Result<Vec<Found>, Vec<Diagnostic>> {
    let options = Options {
        today: super::today(arguments.as_of),
        reported: true,
    };
    let (mut needed, mut paths) = (Needed::none(), Vec::new());
    for path in &arguments.policies {
        let shipped = path.to_str().filter(|_| !path.exists());
        match shipped.and_then(|name| library::names().position(name)) {
            Some(at) => needed.add(library::licenses()[at].id),
            None => paths.push(path.clone()),
        }
    }
    if arguments.policies.is_empty() {
        needed = Needed::all();
    }
    let texts = policy_texts(&paths, sources)?;
    let mut program = library::compile(&texts, sources, &needed)?;
    // Licenses that came along only because a policy decides about them are left out.
    program
        .layers
        .retain(|layer| texts.contains(&layer.span.source) || needed.contains(&layer.id));
    let shipped = program.layers.iter().map(|layer| layer.span.source);
    let mut own: Vec<SourceId> = shipped.chain(texts).collect();
    own.sort_unstable();
    own.dedup();
    // A shipped text uses what the vocabulary defines; only what was asked for is looked through.
    let documents: Vec<_> = own
        .iter()
        .map(|id| (syntax::parse(*id, sources.text(*id)).0, sources.text(*id)))
        .collect();
    let mut found = lint(&program, options, arguments.strict);
    let unused = unused_definitions(&documents, &own);
    found.extend(unused.into_iter().map(Found::from));
    in_order(&mut found);
    Ok(found)
}

/// The published JSON Schema of [`Output`], as text.
pub fn schema() -> String {
    let schema = schemars::schema_for!(Output);
    serde_json::to_string_pretty(&schema).unwrap_or_default()
}

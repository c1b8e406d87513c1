//! `clausula lint [POLICY…]`

use super::args::{Format, LintArguments, LookArguments};
use super::load::policy_texts;
use super::{ExitStatus, output};
use crate::analyze::lint::lint;
use crate::diagnostic::Diagnostic;
use crate::library::{self, Needed};
use crate::scene::Options;
use crate::source::Sources;
use crate::verdict::json;
use serde::Serialize;

/// What one run found, as written in JSON.
#[derive(Serialize)]
struct Output {
    version: u32,
    status: u8,
    found: Vec<json::Message>,
}

/// Looks through policies.
pub fn run(arguments: &LintArguments, look: &LookArguments) -> ExitStatus {
    let mut sources = library::sources();
    let (found, status) = match all(arguments, &mut sources) {
        Ok(found) if found.is_empty() => (found, ExitStatus::Permitted),
        Ok(found) => (found, ExitStatus::NotPermitted),
        Err(faults) => (faults, ExitStatus::CouldNotJudge),
    };
    match (arguments.format, status) {
        (Format::Json, _) => {
            let output = Output {
                version: 1,
                status: status.code(),
                found: found
                    .iter()
                    .map(|one| json::message(one, &sources))
                    .collect(),
            };
            let text = serde_json::to_string_pretty(&output).unwrap_or_default();
            output::print(&format!("{text}\n"));
        }
        (Format::Human, ExitStatus::CouldNotJudge) => {
            let look = output::look(look, false);
            output::complain(&output::messages(&found, &sources, &look));
        }
        (Format::Human, _) => {
            let look = output::look(look, true);
            output::print(&output::messages(&found, &sources, &look));
        }
    }
    status
}

fn all(
    arguments: &LintArguments,
    sources: &mut Sources,
) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
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
    Ok(lint(&program, options, arguments.strict))
}

//! `clausula dump ast|ir|text POLICY…`

use super::args::{DumpArguments, DumpWhat, LookArguments};
use super::load::policy_texts;
use super::{ExitStatus, output};
use crate::diagnostic::Diagnostic;
use crate::library::{self, Needed};
use crate::source::{SourceId, Sources};
use crate::{ir, syntax};
use std::path::Path;

/// Prints the form that was asked for.
pub fn run(arguments: &DumpArguments, look: &LookArguments) -> ExitStatus {
    let mut sources = library::sources();
    match dump(arguments, &mut sources) {
        Ok(text) => output::print(&text),
        Err(faults) => {
            let look = output::look(look, false);
            output::complain(&output::messages(&faults, &sources, &look));
            ExitStatus::CouldNotJudge
        }
    }
}

fn dump(arguments: &DumpArguments, sources: &mut Sources) -> Result<String, Vec<Diagnostic>> {
    let mut needed = Needed::none();
    let (mut shipped, mut paths) = (Vec::new(), Vec::new());
    for path in &arguments.policies {
        match shipped_text(path, sources) {
            Some((id, text)) => {
                needed.add(&id);
                shipped.push(text);
            }
            None => paths.push(path.clone()),
        }
    }
    let own = policy_texts(&paths, sources)?;
    if arguments.what == DumpWhat::Ir {
        let mut program = library::compile(&own, sources, &needed)?;
        // Licenses that came along only because a policy decides about them are left out.
        program
            .layers
            .retain(|layer| own.contains(&layer.span.source) || needed.contains(&layer.id));
        return Ok(ir::dump(&program));
    }
    let (mut out, mut faults) = (String::new(), Vec::new());
    for source in shipped.into_iter().chain(own) {
        let (document, more) = syntax::parse(source, sources.text(source));
        faults.extend(more);
        out.push_str(&match arguments.what {
            DumpWhat::Ast => syntax::print::outline(&document),
            _ => syntax::print::print(&document),
        });
    }
    if faults.is_empty() {
        Ok(out)
    } else {
        Err(faults)
    }
}

/// The shipped license an argument names, and its text.
fn shipped_text(path: &Path, sources: &Sources) -> Option<(String, SourceId)> {
    let license = library::licenses()
        .iter()
        .find(|license| path.as_os_str() == license.id)?;
    let name = format!("policies/licenses/{}.clause", license.id);
    let ids = 0..u32::try_from(sources.len()).ok()?;
    let text = ids.map(SourceId).find(|id| sources.name(*id) == name)?;
    (!path.exists()).then(|| (license.id.to_owned(), text))
}

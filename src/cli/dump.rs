//! `clausula dump ast|ir|text POLICY…`

use super::args::{DumpArguments, DumpWhat, LookArguments};
use super::load::{policy_files, read};
use super::{ExitStatus, output};
use crate::diagnostic::Diagnostic;
use crate::{ir, library, syntax};

/// Prints the form that was asked for.
pub fn run(arguments: &DumpArguments, look: &LookArguments) -> ExitStatus {
    let mut sources = library::sources();
    let mut faults: Vec<Diagnostic> = Vec::new();
    let mut texts: Vec<(String, String)> = Vec::new();
    let mut wanted: Vec<String> = Vec::new();
    for path in &arguments.policies {
        let shipped = path
            .to_str()
            .map(|id| format!("policies/licenses/{id}.clause"));
        let shipped = shipped.and_then(|name| {
            let ids = 0..u32::try_from(sources.len()).unwrap_or(0);
            ids.map(crate::source::SourceId)
                .find(|id| sources.name(*id) == name)
        });
        if let Some(id) = shipped.filter(|_| !path.exists()) {
            if arguments.what == DumpWhat::Ir {
                wanted.push(path.display().to_string());
            } else {
                texts.push((sources.name(id).to_owned(), sources.text(id).to_owned()));
            }
            continue;
        }
        match policy_files(path) {
            Ok(files) => {
                for file in files {
                    match read(&file) {
                        Ok(text) => texts.push((text.name, text.text)),
                        Err(fault) => faults.push(fault),
                    }
                }
            }
            Err(fault) => faults.push(fault),
        }
    }
    let mut out = String::new();
    if arguments.what == DumpWhat::Ir {
        let before = u32::try_from(sources.len()).unwrap_or(0);
        match library::compile(texts, &mut sources) {
            Ok((mut program, _)) => {
                program
                    .layers
                    .retain(|layer| layer.span.source.0 >= before || wanted.contains(&layer.id));
                out = ir::dump(&program);
            }
            Err(more) => faults.extend(more),
        }
    } else {
        for (name, text) in texts {
            let source = sources.add(name, text);
            let (document, more) = syntax::parse(source, sources.text(source));
            faults.extend(more);
            out.push_str(&match arguments.what {
                DumpWhat::Ast => syntax::print::outline(&document),
                _ => syntax::print::print(&document),
            });
        }
    }
    if faults.is_empty() {
        return output::print(&out);
    }
    output::complain(&output::messages(
        &faults,
        &sources,
        &output::look(look, false),
    ));
    ExitStatus::CouldNotJudge
}

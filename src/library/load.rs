//! An organization's texts and what they import.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceId, Sources, Span};
use crate::syntax;
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::path::{Component, Path, PathBuf};

/// Reads the texts called `entries` and everything they import, each once, and adds them to
/// `sources` in the order of their names, whatever order they were given or found in. An import is
/// looked for beside the text that imports it; texts may import each other in a circle.
///
/// # Errors
/// Texts that cannot be read, each shown at the import that asks for it.
pub fn load(
    entries: &[&str],
    sources: &mut Sources,
    read: &dyn Fn(&str) -> io::Result<String>,
) -> Result<Vec<SourceId>, Vec<Diagnostic>> {
    let mut texts: BTreeMap<String, Result<String, io::Error>> = BTreeMap::new();
    // Who asks for a text: the importing text and the place of the words in it.
    let mut wanted: Vec<(String, Option<(String, Span)>)> = Vec::new();
    let mut open: VecDeque<String> = VecDeque::new();
    for entry in entries {
        let name = beside("", entry);
        wanted.push((name.clone(), None));
        open.push_back(name);
    }
    while let Some(name) = open.pop_front() {
        if texts.contains_key(&name) {
            continue;
        }
        let text = read(&name);
        if let Ok(text) = &text {
            // The number of the text is not known yet.
            for import in syntax::imports(Span::NOWHERE.source, text) {
                let asked = beside(&name, &import.node);
                wanted.push((asked.clone(), Some((name.clone(), import.span))));
                open.push_back(asked);
            }
        }
        texts.insert(name, text);
    }
    let mut ids = BTreeMap::new();
    let mut errors = BTreeMap::new();
    for (name, text) in texts {
        match text {
            Ok(text) => {
                ids.insert(name.clone(), sources.add(name, text));
            }
            Err(error) => {
                errors.insert(name, error);
            }
        }
    }
    wanted.sort();
    wanted.dedup();
    let mut faults = Vec::new();
    for (name, by) in &wanted {
        let Some(error) = errors.get(name) else {
            continue;
        };
        let at = by.as_ref().and_then(|(importer, span)| {
            let source = *ids.get(importer)?;
            Some(Span { source, ..*span })
        });
        // An entry that is imported as well is told once, at the import.
        let imported = wanted
            .iter()
            .any(|(other, by)| other == name && by.is_some());
        if at.is_some() || !imported {
            faults.push(unreadable(name, error, at));
        }
    }
    crate::diagnostic::in_text_order(&mut faults);
    if faults.is_empty() {
        Ok(ids.into_values().collect())
    } else {
        Err(faults)
    }
}

fn unreadable(name: &str, error: &io::Error, at: Option<Span>) -> Diagnostic {
    let (code, why) = match error.kind() {
        io::ErrorKind::InvalidData => (Code::NotUtf8, "is not UTF-8 text".to_owned()),
        io::ErrorKind::NotFound => (Code::Unreadable, "does not exist".to_owned()),
        _ => (Code::Unreadable, format!("cannot be read: {error}")),
    };
    let fault = Diagnostic::error(code, format!("the policy text `{name}` {why}"));
    match at {
        Some(at) => fault
            .at(at, "imported here")
            .help("imports are looked for beside the text that imports them"),
        None => fault.help("check the path; policies are `.clause` files and folders of them"),
    }
}

/// The name of `import` as seen from the text called `from`, without `.` and `..` where that can be.
fn beside(from: &str, import: &str) -> String {
    let folder = Path::new(from).parent().unwrap_or(Path::new(""));
    let mut path = PathBuf::new();
    for part in folder.join(import).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => match path.components().next_back() {
                Some(Component::Normal(_)) => {
                    path.pop();
                }
                Some(Component::RootDir | Component::Prefix(_)) => {}
                _ => path.push(part),
            },
            _ => path.push(part),
        }
    }
    path.to_string_lossy().into_owned()
}

//! Imports point down the floors, and only the command line has input and output.

use std::fs;
use std::path::{Path, PathBuf};

/// Every module at the root, with the floor it is on.
const FLOORS: &[(&str, u32)] = &[
    ("source", 0),
    ("value", 1),
    ("diagnostic", 1),
    ("syntax", 2),
    ("facts", 2),
    ("check", 3),
    ("ir", 4),
    ("eval", 5),
    ("library", 6),
    ("scene", 6),
    ("exact", 7),
    ("verdict", 8),
    ("analyze", 8),
    ("cli", 9),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn floor(module: &str) -> Option<u32> {
    FLOORS
        .iter()
        .find(|(name, _)| *name == module)
        .map(|(_, floor)| *floor)
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Each source file below a module: the module, the path, the text.
fn sources() -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    files(&root(), &mut found);
    found.sort();
    let each = found.into_iter().filter_map(|path| {
        let below = path
            .strip_prefix(root())
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        let module = below.split('/').next().unwrap().to_owned();
        below
            .contains('/')
            .then(|| (module, below, fs::read_to_string(&path).unwrap()))
    });
    each.collect()
}

#[test]
fn every_module_is_on_a_floor() {
    for (module, path, _) in sources() {
        assert!(
            module == "explain" || floor(&module).is_some(),
            "{path}: `{module}` is on no floor"
        );
    }
}

#[test]
fn imports_point_down() {
    let mut upward = Vec::new();
    for (module, path, text) in sources() {
        let Some(own) = floor(&module) else { continue };
        for (number, line) in text.lines().enumerate() {
            let line = line.split("//").next().unwrap();
            for part in line.split("crate::").skip(1) {
                let name: String = part
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                let Some(other) = floor(&name) else { continue };
                if name != module && (other > own || (other == own && own < 6)) {
                    upward.push(format!(
                        "{path}:{}: `{module}` imports `{name}`",
                        number + 1
                    ));
                }
            }
        }
    }
    // The build script cannot see the program it builds; `diagnostic::report` shows it why.
    assert!(upward.is_empty(), "{}", upward.join("\n"));
}

#[test]
fn only_the_command_line_reads_writes_and_asks_the_clock() {
    let words = [
        "std::fs",
        "std::env",
        "std::process",
        "std::io::stdin",
        "std::io::stdout",
        "Timestamp::now",
        "SystemTime",
    ];
    let mut found = Vec::new();
    for (module, path, text) in sources() {
        if module == "cli" {
            continue;
        }
        for word in words {
            if text
                .lines()
                .any(|line| line.split("//").next().unwrap().contains(word))
            {
                found.push(format!("{path}: {word}"));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn nothing_is_left_unfinished() {
    // Spelled in two parts, so that this file does not find itself.
    let words = [
        ["to", "do!("].concat(),
        ["unimpl", "emented!("].concat(),
        ["FIX", "ME"].concat(),
        ["db", "g!("].concat(),
    ];
    for (_, path, text) in sources() {
        for word in &words {
            assert!(!text.contains(word.as_str()), "{path} holds {word}");
        }
    }
}

#[test]
fn miette_is_known_to_the_diagnostics_only() {
    for (module, path, text) in sources() {
        let code = |line: &&str| !line.trim_start().starts_with("//");
        let named = text
            .lines()
            .filter(code)
            .any(|line| line.contains("miette::"));
        assert!(!named || module == "diagnostic", "{path} names miette");
    }
}

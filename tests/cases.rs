//! The cases: every heading with a policy, facts and what must come out is one test.
//!
//! `tests/cases/**/*.md`, `src/explain/*.md`, `grammar/README.md` and the `console` blocks of
//! `README.md`. `UPDATE_CASES=1 cargo test --test cases` writes the expectations in place; read what
//! it wrote. Fences:
//!
//! - `clausula` a policy text, `yaml`, `json`, `jsonl`, `toml` a facts text. A line `` `name`: ``
//!   right above names the file. Above the first case of a group it is shared by the group.
//!   `fragment` after the language: shown, not run.
//! - `verdict` the whole output of `clausula check` and its exit status; words after it are more
//!   arguments; `--quiet` has to come to the same. `lint` what `clausula lint` finds in the policy texts, `diff` what `clausula diff`
//!   says of two of them. `faults` the messages about the policy texts, or `none`. `ir`, `ast` what
//!   `clausula dump` prints.
//! - `console`, `text`, `pest`, `rust`, `sh` are for the reader.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "whoever blesses cases reads what was written"
)]

#[path = "harness/console.rs"]
mod console;
#[path = "harness/markdown.rs"]
mod markdown;
#[path = "harness/run.rs"]
mod run;
#[path = "harness/strict.rs"]
mod strict;

use libtest_mimic::{Arguments, Failed, Trial};
use markdown::{Block, Page};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn main() -> ExitCode {
    let pages: Vec<Arc<Page>> = pages().into_iter().map(Arc::new).collect();
    let arguments = Arguments::from_args();
    if std::env::var_os("UPDATE_CASES").is_some() {
        if std::env::var_os("CI").is_some() {
            eprintln!(
                "UPDATE_CASES is refused where CI is set: expectations are written by people"
            );
            return ExitCode::FAILURE;
        }
        std::thread::scope(|scope| {
            for page in &pages {
                let arguments = &arguments;
                scope.spawn(move || update(page, arguments));
            }
        });
        return ExitCode::SUCCESS;
    }
    let mut trials: Vec<Trial> = pages.iter().flat_map(trials_of).collect();
    trials.push(Trial::test("every code has a page with examples", || {
        strict::codes(&explain()).map_err(Failed::from)
    }));
    let twice = strict::twice(trials.iter().map(Trial::name));
    trials.push(Trial::test("no two cases have one name", move || {
        twice.map_err(Failed::from)
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials_of(page: &Arc<Page>) -> Vec<Trial> {
    let mut trials = Vec::new();
    for section in (0..page.sections.len()).filter(|at| expectations(page, *at).next().is_some()) {
        let shared = Arc::clone(page);
        let name = page.case_name(section);
        let again = name.clone();
        trials.push(Trial::test(name, move || case(&shared, section, &again)));
    }
    let shared = Arc::clone(page);
    let name = format!("{} is well formed", page.name);
    trials.push(Trial::test(name, move || {
        strict::page(&shared).map_err(Failed::from)
    }));
    trials
}

/// The blocks of a section that a run must reproduce.
fn expectations(page: &Page, section: usize) -> impl Iterator<Item = &Block> {
    let readme = is_readme(page);
    let blocks = page.sections[section].blocks.iter();
    blocks.filter(move |block| block.is_expectation() || (readme && block.language == "console"))
}

fn is_readme(page: &Page) -> bool {
    page.name == "README.md"
}

fn outcome(page: &Page, section: usize, block: &Block) -> Result<String, String> {
    match block.language.as_str() {
        "console" => console::actual(block, root()),
        _ => match run::actual(page, section, block) {
            crash if crash.contains("panicked at") => Err(format!("the program crashed:\n{crash}")),
            text => Ok(text),
        },
    }
}

fn case(page: &Page, section: usize, name: &str) -> Result<(), Failed> {
    let mut told = String::new();
    for block in expectations(page, section) {
        let actual = outcome(page, section, block)?;
        if block.language == "verdict" {
            run::quiet(page, section, block, &actual)?;
        }
        if actual == block.text {
            continue;
        }
        let diff = similar::TextDiff::from_lines(block.text.as_str(), actual.as_str());
        told.push_str(&format!(
            "{}:{}\n{}",
            page.path
                .strip_prefix(root())
                .unwrap_or(&page.path)
                .display(),
            block.open + 1,
            diff.unified_diff()
                .context_radius(5)
                .header("expected", "what came out")
        ));
    }
    if told.is_empty() {
        return Ok(());
    }
    let quoted = name.replace('\'', r"'\''");
    Err(format!("{told}\nagain: cargo test --test cases -- --exact '{quoted}'\nbless: UPDATE_CASES=1 cargo test --test cases -- --exact '{quoted}'").into())
}

/// Writes what came out into the expectation blocks, and a `verdict` block where facts have none.
fn update(page: &Page, arguments: &Arguments) {
    let wanted = |section: usize| {
        let name = page.case_name(section);
        match &arguments.filter {
            Some(filter) if arguments.exact => name == *filter,
            Some(filter) => name.contains(filter.as_str()),
            None => true,
        }
    };
    let mut lines = page.lines.clone();
    // From the end, so that the lines before stay where they are.
    for section in (0..page.sections.len()).rev().filter(|at| wanted(*at)) {
        let blocks: Vec<&Block> = expectations(page, section).collect();
        if blocks.is_empty() && !is_readme(page) && strict::lacks_expectation(page, section) {
            let asks = Block {
                language: "verdict".to_owned(),
                words: Vec::new(),
                file: None,
                text: String::new(),
                open: 0,
                close: 0,
            };
            let Ok(text) = outcome(page, section, &asks) else {
                continue;
            };
            let last = page.sections[section].last + 1;
            lines.splice(
                last..last,
                format!("\n```verdict\n{text}```")
                    .lines()
                    .map(str::to_owned),
            );
        }
        for block in blocks.into_iter().rev() {
            match outcome(page, section, block) {
                Ok(text) => {
                    lines.splice(block.open + 1..block.close, text.lines().map(str::to_owned));
                }
                Err(why) => eprintln!("{}: {why}", page.name),
            }
        }
    }
    if lines != page.lines {
        std::fs::write(&page.path, lines.join("\n") + "\n")
            .expect("the repository can be written to");
        println!("wrote {}", page.name);
    }
}

fn explain() -> Vec<Page> {
    below("src/explain", "explain/")
}

fn pages() -> Vec<Page> {
    let mut pages = below("tests/cases", "");
    pages.extend(explain());
    for name in ["grammar/README.md", "README.md"] {
        let path = root().join(name);
        if path.exists() {
            pages.push(Page::read(name.to_owned(), path));
        }
    }
    pages
}

/// Every Markdown file below a folder, by name.
fn below(folder: &str, prefix: &str) -> Vec<Page> {
    let folder = root().join(folder);
    let mut found: Vec<PathBuf> = Vec::new();
    let mut open = vec![folder.clone()];
    while let Some(next) = open.pop() {
        let entries = std::fs::read_dir(&next).into_iter().flatten().flatten();
        for path in entries.map(|entry| entry.path()) {
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "md") {
                found.push(path);
            }
        }
    }
    found.sort();
    let named = found.into_iter().map(|path| {
        let name = path.strip_prefix(&folder).unwrap_or(&path);
        Page::read(format!("{prefix}{}", name.display()), path.clone())
    });
    named.collect()
}

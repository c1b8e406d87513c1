//! Runs the built program over the blocks of a case.

use super::markdown::{Block, Page};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The day every case is judged on, unless it says otherwise.
const AS_OF: &str = "2026-11-22";

/// The built program.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_clausula");

/// A folder that is gone when the case is over.
pub struct Folder(PathBuf);

impl Folder {
    /// A fresh folder.
    pub fn fresh() -> Folder {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("cases-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).expect("the target folder can be written to");
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What one expectation block should hold.
pub fn actual(page: &Page, section: usize, expectation: &Block) -> String {
    let files = page.files(section);
    let folder = Folder::fresh();
    for (name, block) in &files {
        let path = folder.0.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).expect("the folder of a case can be written to");
        }
        std::fs::write(path, &block.text).expect("the folder of a case can be written to");
    }
    let names = |wanted: fn(&Block) -> bool| {
        let chosen = files.iter().filter(move |(_, block)| wanted(block));
        chosen.map(|(name, _)| name.clone()).collect::<Vec<_>>()
    };
    let policies = names(Block::is_policy);
    let mut arguments: Vec<String> = Vec::new();
    let extra = &expectation.words;
    match expectation.language.as_str() {
        "verdict" => {
            arguments.push("check".to_owned());
            arguments.extend(names(Block::is_facts));
            for policy in policies {
                arguments.extend(["--policy".to_owned(), policy]);
            }
            if !expectation.says("--as-of") {
                arguments.extend(["--as-of".to_owned(), AS_OF.to_owned()]);
            }
        }
        look @ ("lint" | "diff") => {
            arguments.push(look.to_owned());
            arguments.extend(policies);
            arguments.extend(["--as-of".to_owned(), AS_OF.to_owned()]);
        }
        form => {
            let form = if form == "ast" { "ast" } else { "ir" };
            arguments.extend(["dump".to_owned(), form.to_owned()]);
            arguments.extend(policies);
        }
    }
    // `{repo}` stands for the folder of the repository, in arguments and in what comes back.
    let repo = env!("CARGO_MANIFEST_DIR");
    arguments.extend(extra.iter().map(|word| word.replace("{repo}", repo)));
    let mut ran = run(&arguments, &folder.0);
    ran.output = ran.output.replace(repo, "{repo}");
    ran.errors = ran.errors.replace(repo, "{repo}");
    if expectation.language == "faults" {
        return match ran.errors.as_str() {
            "" => "none\n".to_owned(),
            told => told.to_owned(),
        };
    }
    ran.whole()
}

/// Compares a whole report with what `--quiet` says of the same.
pub fn quiet(page: &Page, section: usize, expectation: &Block, whole: &str) -> Result<(), String> {
    let words = &expectation.words;
    if words
        .iter()
        .any(|word| word == "--format" || word == "--quiet")
    {
        return Ok(());
    }
    let quiet = Block {
        words: words
            .iter()
            .cloned()
            .chain(["--quiet".to_owned()])
            .collect(),
        language: expectation.language.clone(),
        file: None,
        text: String::new(),
        ..*expectation
    };
    let quiet = actual(page, section, &quiet);
    let end = whole.find("--- stderr\n").or_else(|| whole.rfind("exit "));
    let (report, rest) = whole.split_at(end.unwrap_or(whole.len()));
    let verdicts = [
        "permitted: ",
        "not permitted: ",
        "undetermined: ",
        "nothing applied: ",
    ];
    let headline = |line: &&str| verdicts.iter().any(|verdict| line.starts_with(verdict));
    let headlines = report.split_inclusive('\n').filter(headline);
    let expected = headlines.collect::<String>() + rest;
    if quiet == expected {
        return Ok(());
    }
    Err(format!(
        "`--quiet` says\n{quiet}where the whole report says\n{expected}"
    ))
}

/// What a run gave.
pub struct Ran {
    /// Its answer.
    pub output: String,
    /// Its complaints.
    pub errors: String,
    /// Its exit status.
    pub status: i32,
}

impl Ran {
    /// All of it in one text.
    fn whole(&self) -> String {
        let mut whole = self.output.clone();
        if !self.errors.is_empty() {
            whole.push_str("--- stderr\n");
            whole.push_str(&self.errors);
        }
        whole.push_str(&format!("exit {}\n", self.status));
        whole
    }
}

/// Runs the program in a folder, the same on every machine.
fn run(arguments: &[String], folder: &Path) -> Ran {
    let mut command = Command::new(PROGRAM);
    command
        .args(arguments)
        .args(["--width", "100", "--color", "never"]);
    ran(command.current_dir(folder))
}

/// Runs a command without what the machine would add.
pub fn ran(command: &mut Command) -> Ran {
    for name in [
        "CLAUSULA_PLAIN",
        "NO_COLOR",
        "COLUMNS",
        "RUST_BACKTRACE",
        "LC_ALL",
        "LC_CTYPE",
        "LANG",
    ] {
        command.env_remove(name);
    }
    let output = command.output().expect("the built program can be started");
    Ran {
        output: String::from_utf8(output.stdout).expect("the program writes UTF-8"),
        errors: String::from_utf8(output.stderr).expect("the program writes UTF-8"),
        status: output.status.code().unwrap_or(-1),
    }
}

/// Whether the policy texts of a section compile; what is told if not.
pub fn compile(page: &Page, section: usize) -> Option<String> {
    let asks = Block {
        language: "faults".to_owned(),
        words: Vec::new(),
        file: None,
        text: String::new(),
        open: 0,
        close: 0,
    };
    Some(actual(page, section, &asks)).filter(|told| told != "none\n")
}

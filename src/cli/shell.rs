//! Completions, the manual page, schemas.

use super::ExitStatus;
use super::args::{Arguments, SchemaWhat};
use super::output::print;
use clap::CommandFactory;

/// Prints a completion script.
pub fn completions(shell: clap_complete::Shell) -> ExitStatus {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "clausula", &mut script);
    print(&String::from_utf8_lossy(&script))
}

/// Prints the manual page.
pub fn man() -> ExitStatus {
    let mut page = Vec::new();
    match clap_mangen::Man::new(Arguments::command()).render(&mut page) {
        Ok(()) => print(&String::from_utf8_lossy(&page)),
        Err(_) => ExitStatus::CouldNotJudge,
    }
}

/// Prints a JSON Schema.
pub fn schema(what: SchemaWhat) -> ExitStatus {
    let schema = match what {
        SchemaWhat::Output => crate::verdict::json::schema(),
        SchemaWhat::Questions => crate::verdict::json::questions_schema(),
        SchemaWhat::Diff => super::diff::schema(),
        SchemaWhat::Lint => super::lint::schema(),
    };
    print(&format!("{schema}\n"))
}

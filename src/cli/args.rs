//! The arguments; their comments are the help.

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;
use std::path::PathBuf;

const EXITS: &str = "Exit status: 0 permitted · 1 not permitted · 2 could not judge (bad arguments, policies or facts) · \
                     3 undetermined · 4 nothing applied";

const START: &str = "Examples:\n  \
                     clausula check deployment.yaml                         the verdict, and why\n  \
                     clausula ask deployment.yaml                           be asked for what is missing\n  \
                     clausula diff llama-3 llama-4 --facts deployment.yaml  what an upgrade changes\n  \
                     clausula lint policies/organization                    what a policy gets wrong\n\n";

/// Checks deployments of AI models against the licenses of the models and an organization's policies
#[derive(Parser)]
#[command(name = "clausula", version, about, after_help = format!("{START}{EXITS}"), max_term_width = 100)]
pub struct Arguments {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
    /// How to show it
    #[command(flatten)]
    pub look: LookArguments,
}

/// How output looks
#[derive(Args)]
pub struct LookArguments {
    /// When to use color; `auto` asks the terminal and honors NO_COLOR
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
    /// Plain text without drawings, for screen readers and logs
    #[arg(long, global = true, env = "CLAUSULA_PLAIN", value_parser = clap::builder::FalseyValueParser::new(), action = clap::ArgAction::SetTrue)]
    pub plain: bool,
    /// Width of the output in columns; the terminal's own, or 100
    #[arg(long, global = true, value_name = "COLUMNS")]
    pub width: Option<usize>,
}

/// When to use color
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// If the output is a terminal that shows it
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What to do
#[derive(Subcommand)]
pub enum Command {
    /// Judge the deployments of facts files
    Check(CheckArguments),
    /// Ask for what is missing until the verdict is settled, and write the answers into the facts
    Ask(AskArguments),
    /// Show what two versions of a license say differently
    Diff(DiffArguments),
    /// Look for clauses that say nothing, cannot be kept, or leave something open
    Lint(LintArguments),
    /// Explain a message code, with an example that raises it and one that does not
    Explain(ExplainArguments),
    /// Show what the compiler makes of policy files
    Dump(DumpArguments),
    /// Print a JSON Schema
    Schema(SchemaArguments),
    /// Print a completion script for a shell
    Completions(CompletionsArguments),
    /// Print the manual page
    Man,
}

/// Judge the deployments of facts files
///
/// The license library is inside the program; `--policy` adds an organization's files.
#[derive(Args)]
#[command(after_help = concat!(
    "Examples:\n",
    "  clausula check deployment.yaml\n",
    "  clausula check fleet.jsonl --policy policies/organization --format json\n",
    "  clausula check deployment.yaml --as-of 2026-09-01 --quiet\n",
    "  generate-facts | clausula check - --facts-format json\n",
    "\n",
    "Exit status: 0 permitted · 1 not permitted · 2 could not judge · 3 undetermined · 4 nothing applied"
))]
pub struct CheckArguments {
    /// Facts files in YAML, JSON, JSON Lines or TOML; `-` for standard input
    #[arg(required = true, value_name = "FACTS")]
    pub facts: Vec<PathBuf>,
    /// Policy files, or folders of them
    #[arg(long, short, value_name = "PATH", num_args = 1..)]
    pub policy: Vec<PathBuf>,
    /// The day to judge on, such as 2026-09-01; today (UTC) without it
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub as_of: Option<Date>,
    /// Also list the days up to this one on which the verdict changes, the facts unchanged
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub until: Option<Date>,
    /// Let claims of the press count, labeled as such
    #[arg(long)]
    pub reported: bool,
    /// How to write the answer
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Only the verdicts, one line each
    #[arg(long, short)]
    pub quiet: bool,
    /// The format of standard input, or of files with another ending
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub facts_format: Option<FactsFormat>,
}

/// Ask for what is missing until the verdict is settled, and write the answers into the facts
///
/// The most decisive question comes first; answers are typed as in facts files. An empty line skips a
/// question, `?` shows the words that ask for it, `q` quits and keeps the answers given.
#[derive(Args)]
#[command(after_help = concat!(
    "Examples:\n",
    "  clausula ask deployment.yaml --write\n",
    "  clausula ask deployment.yaml --output settled.yaml --policy policies/organization\n",
    "  clausula ask deployment.yaml --format json\n",
    "  clausula ask deployment.yaml --answer organization.principal-place-of-business=US --write\n",
    "\n",
    "Exit status: 0 permitted · 1 not permitted · 2 could not judge · 3 undetermined · 4 nothing applied"
))]
pub struct AskArguments {
    /// Facts file in YAML, JSON, JSON Lines or TOML
    #[arg(value_name = "FACTS")]
    pub facts: PathBuf,
    /// Policy files, or folders of them
    #[arg(long, short, value_name = "PATH", num_args = 1..)]
    pub policy: Vec<PathBuf>,
    /// The day to judge on, such as 2026-09-01; today (UTC) without it
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub as_of: Option<Date>,
    /// Let claims of the press count, labeled as such
    #[arg(long)]
    pub reported: bool,
    /// Write the answers into the facts file
    #[arg(long)]
    pub write: bool,
    /// Write the facts with the answers to another file
    #[arg(long, short, value_name = "FILE", conflicts_with = "write")]
    pub output: Option<PathBuf>,
    /// Hold a dialogue, or list the questions for programs; see `clausula schema questions`
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// An answer, instead of a dialogue; may be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = answer)]
    pub answer: Vec<(String, String)>,
    /// The format of standard input, or of files with another ending
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub facts_format: Option<FactsFormat>,
}

fn answer(text: &str) -> Result<(String, String), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or_else(|| "write the name, `=`, and the answer".to_owned())?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

/// Show what two versions of a license or policy say differently
///
/// Clauses are compared by what they come to in every world, not by their words. A difference is shown
/// by facts that get another verdict; each facts file that is shown was judged under both. Of clauses
/// that are in one of the two only, up to twelve are shown by facts.
///
/// The two may declare different facts: what changed in the vocabulary is told first. A fact is the same in
/// both if its name and its kind are; any other is a fact of one side alone, and counts as gone or new.
#[derive(Args)]
#[command(after_help = concat!(
    "Examples:\n",
    "  clausula diff llama-3 llama-3.1\n",
    "  clausula diff llama-3 llama-3.1 --clause display\n",
    "  clausula diff policies-2025/ policies-2026/\n",
    "  clausula diff acme-2025.clause acme-2026.clause --format json\n",
    "  clausula diff llama-3.1 llama-4 --facts deployment.yaml\n",
    "\n",
    "Exit status: 0 the meaning is the same (with --facts: the verdict is no worse) · 1 it differs \
     (with --facts: the verdict is worse) · 2 could not compare"
))]
pub struct DiffArguments {
    /// The older: the id of a shipped license, a policy file, or a folder of them
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// The newer: the id of a shipped license, a policy file, or a folder of them
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    /// Policy files, or folders of them, whose facts and adopted readings count
    #[arg(long, short, value_name = "PATH", num_args = 1..)]
    pub policy: Vec<PathBuf>,
    /// A facts file: show what moving its models from OLD to NEW changes
    #[arg(long, value_name = "FACTS", conflicts_with_all = ["clause", "all"])]
    pub facts: Option<PathBuf>,
    /// Only what became of this clause, or of this act, such as `display` or `train-with-outputs`
    #[arg(long, value_name = "ID")]
    pub clause: Option<String>,
    /// Show every difference by facts, however many there are
    #[arg(long, conflicts_with = "clause")]
    pub all: bool,
    /// The day to compare on, such as 2026-09-01; today (UTC) without it
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub as_of: Option<Date>,
    /// How to write the answer
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Look for clauses that say nothing, cannot be kept, or leave something open
#[derive(Args)]
#[command(after_help = concat!(
    "Examples:\n",
    "  clausula lint\n",
    "  clausula lint policies/organization --strict\n",
    "  clausula lint gemma llama-4\n",
    "\n",
    "Exit status: 0 nothing was found · 1 something was found · 2 could not look"
))]
pub struct LintArguments {
    /// Policy files, folders of them, or ids of shipped licenses; the whole library without any
    #[arg(value_name = "POLICY")]
    pub policies: Vec<PathBuf>,
    /// Style as well: sources that no clause cites
    #[arg(long)]
    pub strict: bool,
    /// The day to look on, such as 2026-09-01; today (UTC) without it
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub as_of: Option<Date>,
    /// How to write the answer
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

fn date(text: &str) -> Result<Date, String> {
    crate::value::parse_date(text)
        .ok_or_else(|| "write a day of the calendar as 2026-09-01".to_owned())
}

/// How to write the answer
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Human,
    /// For programs; see `clausula schema`
    Json,
}

/// The format of facts
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FactsFormat {
    /// YAML 1.2
    Yaml,
    /// JSON
    Json,
    /// One JSON value per line
    JsonLines,
    /// TOML
    Toml,
}

/// Explain a message code
#[derive(Args)]
#[command(after_help = "Examples:\n  clausula explain duty-open\n  clausula explain")]
pub struct ExplainArguments {
    /// The code, such as `duty-open`; without it, all codes are listed
    pub code: Option<String>,
}

/// Show what the compiler makes of policy files
#[derive(Args)]
#[command(
    after_help = "Examples:\n  clausula dump ast policy.clause\n  clausula dump ir llama-4\n  clausula dump text policy.clause"
)]
pub struct DumpArguments {
    /// Which form
    #[arg(value_enum)]
    pub what: DumpWhat,
    /// Policy files, or ids of licenses in the library
    #[arg(required = true, value_name = "POLICY")]
    pub policies: Vec<PathBuf>,
}

/// Which form of a policy
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DumpWhat {
    /// The tree that was read
    Ast,
    /// The program that is evaluated
    Ir,
    /// The canonical text
    Text,
}

/// Print a JSON Schema
#[derive(Args)]
pub struct SchemaArguments {
    /// Of what
    #[arg(value_enum)]
    pub what: SchemaWhat,
}

/// What a schema describes
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaWhat {
    /// The output of `clausula check --format json`
    Output,
    /// The output of `clausula ask --format json`
    Questions,
    /// The output of `clausula diff --format json`
    Diff,
    /// The output of `clausula lint --format json`
    Lint,
}

/// Print a completion script
#[derive(Args)]
pub struct CompletionsArguments {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

//! Floor 9: the command line, the only floor with input and output.
//!
//! Comes in: arguments. Goes out: text on stdout, messages on stderr, an [`ExitStatus`].

pub mod args;
mod ask;
mod check;
mod diff;
mod dump;
mod explain;
mod lint;
mod load;
mod output;
mod shell;

use args::{Arguments, Command};
use clap::Parser;
use std::process::{ExitCode, Termination};

/// How a run ends. Frozen: scripts rely on these numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// 0: everything asked about is permitted, or the work is done
    Permitted,
    /// 1: something is not permitted
    NotPermitted,
    /// 2: bad arguments, policies or facts
    CouldNotJudge,
    /// 3: the answer depends on what is not known
    Undetermined,
    /// 4: no license and no rule applied
    NothingApplied,
}

impl ExitStatus {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            ExitStatus::Permitted => 0,
            ExitStatus::NotPermitted => 1,
            ExitStatus::CouldNotJudge => 2,
            ExitStatus::Undetermined => 3,
            ExitStatus::NothingApplied => 4,
        }
    }

    /// The graver of two: could not judge, not permitted, undetermined, nothing applied, permitted.
    #[must_use]
    pub fn and(self, other: ExitStatus) -> ExitStatus {
        let grave = |status: ExitStatus| match status {
            ExitStatus::CouldNotJudge => 4,
            ExitStatus::NotPermitted => 3,
            ExitStatus::Undetermined => 2,
            ExitStatus::NothingApplied => 1,
            ExitStatus::Permitted => 0,
        };
        if grave(other) > grave(self) {
            other
        } else {
            self
        }
    }
}

impl Termination for ExitStatus {
    fn report(self) -> ExitCode {
        ExitCode::from(self.code())
    }
}

/// Runs the program on the arguments of this process.
pub fn run() -> ExitStatus {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and the version are no errors; a closed pipe is nothing to report.
            let _ = error.print();
            return if error.use_stderr() {
                ExitStatus::CouldNotJudge
            } else {
                ExitStatus::Permitted
            };
        }
    };
    match arguments.command {
        Command::Check(check) => check::run(&check, &arguments.look),
        Command::Ask(ask) => ask::run(&ask, &arguments.look),
        Command::Diff(diff) => diff::run(&diff, &arguments.look),
        Command::Lint(lint) => lint::run(&lint, &arguments.look),
        Command::Explain(explain) => explain::run(&explain),
        Command::Dump(dump) => dump::run(&dump, &arguments.look),
        Command::Schema(schema) => shell::schema(schema.what),
        Command::Completions(completions) => shell::completions(completions.shell),
        Command::Man => shell::man(),
    }
}

/// The day of the run; the only place that reads a clock.
fn today(asked: Option<jiff::civil::Date>) -> jiff::civil::Date {
    asked.unwrap_or_else(|| {
        jiff::Timestamp::now()
            .to_zoned(jiff::tz::TimeZone::UTC)
            .date()
    })
}

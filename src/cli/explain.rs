//! `clausula explain CODE`

use super::ExitStatus;
use super::args::ExplainArguments;
use super::output::{complain, print};
use crate::diagnostic::{Code, nearest};

/// Prints the page of a code, or the list of codes.
pub fn run(arguments: &ExplainArguments) -> ExitStatus {
    let Some(asked) = &arguments.code else {
        let mut list = String::new();
        for code in Code::ALL {
            let title = code
                .page()
                .lines()
                .next()
                .unwrap_or("")
                .trim_start_matches("# ");
            list.push_str(&format!("{:<22} {title}\n", code.as_str()));
        }
        return print(&list);
    };
    // `clausula explain error[duty-open]` is what people paste.
    let asked = asked
        .rsplit('[')
        .next()
        .unwrap_or(asked)
        .trim_end_matches(']');
    match Code::named(asked) {
        Some(code) => print(code.page()),
        None => {
            let known = Code::ALL.iter().map(|code| code.as_str());
            let help = nearest::did_you_mean(asked, known)
                .unwrap_or_else(|| "`clausula explain` lists them all".to_owned());
            complain(&format!(
                "error: no message has the code `{asked}`\n  help: {help}\n"
            ));
            ExitStatus::CouldNotJudge
        }
    }
}

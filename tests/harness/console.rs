//! The `console` blocks of the README: commands and what they print.

use super::markdown::Block;
use super::run::{PROGRAM, ran};
use std::path::Path;
use std::process::Command;

/// The block as it should be: each `$ clausula …` followed by what it prints, and by `? N` if its
/// exit status is not 0. `$ printf … | clausula …` feeds it answers. `$ cargo …` is not run, and what
/// follows it stays.
pub fn actual(block: &Block, root: &Path) -> Result<String, String> {
    let mut out = String::new();
    let mut keep = true;
    for line in block.text.lines() {
        let Some(command) = line.strip_prefix("$ ") else {
            if keep {
                out.push_str(&format!("{line}\n"));
            }
            continue;
        };
        out.push_str(&format!("{line}\n"));
        keep = command.starts_with("cargo ");
        if keep {
            continue;
        }
        let (feeds, runs) = command.split_once(" | ").unwrap_or(("printf", command));
        if !feeds.starts_with("printf") || !runs.starts_with("clausula ") {
            return Err(format!(
                "`{command}` is neither `clausula …`, `printf … | clausula …` nor `cargo …`"
            ));
        }
        let folder = Path::new(PROGRAM).parent().unwrap_or(Path::new("."));
        let paths = std::env::var("PATH").unwrap_or_default();
        let ran = ran(Command::new("sh")
            .args(["-c", command])
            .env("PATH", format!("{}:{paths}", folder.display()))
            .current_dir(root));
        out.push_str(&ran.output);
        out.push_str(&ran.errors);
        if ran.status != 0 {
            out.push_str(&format!("? {}\n", ran.status));
        }
    }
    Ok(out)
}

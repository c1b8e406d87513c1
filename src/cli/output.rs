//! Text for people: where it goes, how wide it is, and the whole human report.

use super::ExitStatus;
use super::args::{Color, LookArguments};
use crate::diagnostic::report::{Look, render};
use crate::diagnostic::{Diagnostic, visible, words};
use crate::source::{Sources, Span};
use crate::verdict::{Finding, Missing, MissingKind, Report, Verdict, WouldPermit};
use std::io::{IsTerminal, Write};

/// Prints to stdout. A reader that went away is no fault of ours.
pub fn print(text: &str) -> ExitStatus {
    let _ = write!(std::io::stdout().lock(), "{text}");
    ExitStatus::Permitted
}

/// Prints to stderr.
pub fn complain(text: &str) {
    let _ = write!(std::io::stderr().lock(), "{text}");
}

/// How output looks, decided once: flags before the environment, the environment before the terminal.
pub fn look(arguments: &LookArguments, to_stdout: bool) -> Look {
    let terminal = if to_stdout {
        std::io::stdout().is_terminal()
    } else {
        std::io::stderr().is_terminal()
    };
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let color = match arguments.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            terminal
                && !set("NO_COLOR")
                && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
        }
    };
    let width = arguments.width.or_else(|| {
        std::env::var("COLUMNS")
            .ok()
            .and_then(|columns| columns.parse().ok())
    });
    let width = width.or_else(|| terminal.then(terminal_width).flatten());
    let unicode = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty())
        .is_none_or(|locale| locale.to_lowercase().replace('-', "").contains("utf8") || !terminal);
    Look {
        width: width.unwrap_or(100).clamp(40, 200),
        color,
        unicode,
        plain: arguments.plain,
    }
}

fn terminal_width() -> Option<usize> {
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
}

/// Messages, one after the other, with a line between them.
pub fn messages(diagnostics: &[Diagnostic], sources: &Sources, look: &Look) -> String {
    let each = diagnostics
        .iter()
        .map(|diagnostic| render(diagnostic, sources, look));
    each.collect::<Vec<_>>().join("\n")
}

fn painted(text: &str, code: &str, look: &Look) -> String {
    if look.color {
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}

fn verdict_said(verdict: Verdict, look: &Look) -> String {
    let code = match verdict {
        Verdict::Permitted => "1;32",
        Verdict::NotPermitted => "1;31",
        Verdict::Undetermined | Verdict::NothingApplied => "1;33",
    };
    painted(verdict.as_str(), code, look)
}

/// `facts.yaml:3`
fn place(span: Span, sources: &Sources) -> Option<String> {
    span.is_somewhere().then(|| {
        let (line, _) = sources.line_col(span.source, span.start);
        format!("{}:{line}", sources.name(span.source))
    })
}

/// One line: the verdict and the deployment.
pub fn headline(report: &Report, look: &Look) -> String {
    let name = visible::one_line(&report.deployment, 80, look.unicode);
    format!("{}: {name}\n", verdict_said(report.verdict, look))
}

/// The whole report for people.
pub fn report(report: &Report, sources: &Sources, look: &Look) -> String {
    let mut out = headline(report, look);
    for finding in &report.findings {
        out.push('\n');
        out.push_str(&finding_said(finding, sources, look));
    }
    for remark in &report.remarks {
        out.push('\n');
        out.push_str(&render(remark, sources, look));
    }
    if let Some(would_permit) = &report.would_permit {
        would_permit_said(would_permit, sources, look, &mut out);
    }
    let heading = |out: &mut String, text: &str| {
        out.push('\n');
        out.push_str(&painted(text, "1", look));
        out.push('\n');
    };
    if !report.duties.is_empty() {
        heading(&mut out, "duties that stand, and are met");
        let width = report
            .duties
            .iter()
            .map(|duty| duty.id.chars().count())
            .max()
            .unwrap_or(0);
        for duty in &report.duties {
            let section = duty
                .section
                .as_ref()
                .map_or_else(String::new, |section| format!(" (§{section})"));
            let reported = if duty.reported { ", as reported" } else { "" };
            out.push_str(&format!(
                "  {:<width$}  {}{section}{reported}\n",
                duty.id, duty.title
            ));
        }
    }
    if !report.missing.is_empty() {
        let (facts, others): (Vec<_>, Vec<_>) = report
            .missing
            .iter()
            .partition(|missing| matches!(missing.what, MissingKind::Fact | MissingKind::Origin));
        let mut parts = Vec::new();
        if !facts.is_empty() {
            parts.push(words::count(facts.len(), "fact", "facts"));
        }
        if !others.is_empty() {
            parts.push(words::count(others.len(), "decision", "decisions"));
        }
        heading(
            &mut out,
            &format!("missing: {} would settle it", parts.join(" and ")),
        );
        for missing in &report.missing {
            missing_said(missing, sources, look, &mut out);
        }
        if !report.exact {
            out.push_str("  some conditions could not be followed exactly; the answer covers more cases than can occur\n");
        }
    }
    if let Some(forecast) = &report.forecast {
        heading(&mut out, &format!("will change, up to {}", forecast.until));
        if forecast.changes.is_empty() {
            out.push_str("  nothing changes, the facts unchanged\n");
        }
        for change in &forecast.changes {
            out.push_str(&format!(
                "  {}  {} → {}\n",
                change.on,
                change.from.as_str(),
                verdict_said(change.to, look)
            ));
            for because in &change.because {
                let because = visible::one_line(because, 160, look.unicode);
                out.push_str(&format!("    {because}\n"));
            }
        }
        if !forecast.complete {
            out.push_str("  too many days can matter; later ones were not looked at\n");
        }
    }
    if !report.assumptions.is_empty() {
        heading(&mut out, "assumed");
        for assumption in &report.assumptions {
            let at =
                place(assumption.span, sources).map_or_else(String::new, |at| format!(" ({at})"));
            out.push_str(&format!(
                "  {} = {}: {}{at}\n",
                assumption.name, assumption.value, assumption.because
            ));
            for (other, verdict) in &assumption.otherwise {
                out.push_str(&format!(
                    "    if {other}: {}\n",
                    verdict_said(*verdict, look)
                ));
            }
        }
    }
    out
}

fn finding_said(finding: &Finding, sources: &Sources, look: &Look) -> String {
    let mut diagnostic = finding.diagnostic.clone();
    if let Some(model) = &finding.model {
        diagnostic.message = format!("{}; model {}", diagnostic.message, words::ticked(model));
    }
    render(&diagnostic, sources, look)
}

/// What would permit it, and where that is stated now.
fn would_permit_said(found: &WouldPermit, sources: &Sources, look: &Look, out: &mut String) {
    let ways = match found {
        WouldPermit::If(ways) => ways,
        WouldPermit::Nothing => {
            let tried = "notices, copies, names, records, reviews, agreements, uses, audience, offer, hosting, weights";
            let line =
                format!("\nno change of these would permit it: {tried}, one parent or model less");
            out.push_str(&format!("{line}\n"));
            return;
        }
        WouldPermit::NotSettled => {
            out.push_str("\nwhat would permit it was not settled within the limits\n");
            return;
        }
    };
    let mut heading = |text: &str, lines: &[String]| {
        out.push_str(&format!("{}\n", painted(text, "1", look)));
        for line in lines {
            out.push_str(&format!("  {line}\n"));
        }
    };
    for (nth, remedy) in ways.iter().enumerate() {
        let permits = remedy.permits();
        let verdict = if permits {
            "permitted"
        } else {
            remedy.verdict.as_str()
        };
        let changes = remedy.changes.iter().map(|change| {
            let now = change.now.as_deref().unwrap_or("not stated");
            let at = place(change.place, sources).map_or_else(String::new, |at| format!(", {at}"));
            let line = |text: &str, most| visible::one_line(text, most, look.unicode);
            let fact = painted(&line(&change.fact, 120), "1", look);
            format!(
                "{fact} {}  (now {}{at})",
                line(&change.says, 240),
                line(now, 80)
            )
        });
        let mut changes: Vec<String> = changes.collect();
        let name = |missing: &Missing| visible::one_line(&missing.name, 120, look.unicode);
        if !permits && !remedy.open.is_empty() {
            let names: Vec<String> = remedy.open.iter().map(name).collect();
            changes.push(format!("this leaves open: {}", names.join(", ")));
        }
        match nth {
            0 => heading(&format!("\nit would be {verdict} if"), &changes),
            _ => heading("or, whatever is open, if", &changes),
        }
        if permits && !remedy.open.is_empty() {
            let open = remedy.open.iter().map(|missing| {
                let answers = missing.leads.iter().filter(|lead| lead.permits);
                let answers: Vec<&str> = answers.map(|lead| lead.answer.as_str()).collect();
                let what = kind_said(missing.what);
                let name = painted(&name(missing), "1", look);
                format!(
                    "{what} {name}: {}  ({})",
                    answers.join(" and "),
                    missing.asks
                )
            });
            let open: Vec<String> = open.collect();
            heading("and what is open turns out so", &open);
        }
    }
}

fn kind_said(what: MissingKind) -> &'static str {
    match what {
        MissingKind::Fact | MissingKind::Origin => "fact",
        MissingKind::Reading => "reading of",
        MissingKind::Judgment => "judgment",
    }
}

fn missing_said(missing: &Missing, sources: &Sources, look: &Look, out: &mut String) {
    let what = kind_said(missing.what);
    let name = visible::one_line(&missing.name, 120, look.unicode);
    out.push_str(&format!(
        "  {what} {}: {}\n",
        painted(&name, "1", look),
        missing.asks
    ));
    let width = missing
        .leads
        .iter()
        .map(|lead| lead.answer.chars().count())
        .max()
        .unwrap_or(0);
    for lead in &missing.leads {
        out.push_str(&format!(
            "    {:<width$}  {}\n",
            lead.answer,
            verdict_said(lead.verdict, look)
        ));
    }
    let at = place(missing.place, sources);
    let belongs = match missing.what {
        MissingKind::Fact | MissingKind::Origin => "belongs at",
        MissingKind::Reading | MissingKind::Judgment => "posed at",
    };
    if let Some(at) = at {
        out.push_str(&format!("    {belongs} {at}\n"));
    }
    if !missing.clauses.is_empty() {
        let shown: Vec<&str> = missing.clauses.iter().take(4).map(String::as_str).collect();
        let more = missing.clauses.len().saturating_sub(shown.len());
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        out.push_str(&format!("    asked for by {}{more}\n", shown.join(", ")));
    }
}

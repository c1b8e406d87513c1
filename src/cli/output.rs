//! Text for people: where it goes, how wide it is, and the whole human report.

use super::ExitStatus;
use super::args::{Color, LookArguments};
use crate::diagnostic::report::{Look, render};
use crate::diagnostic::{Diagnostic, visible, words};
use crate::source::{Sources, Span};
use crate::verdict::{
    Finding, Lead, Missing, MissingKind, Remedy, Report, Settling, Verdict, WouldPermit, tell,
};
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

fn verdict_color(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Permitted => "1;32",
        Verdict::NotPermitted => "1;31",
        Verdict::Undetermined | Verdict::NothingApplied => "1;33",
    }
}

fn verdict_said(verdict: Verdict, look: &Look) -> String {
    painted(verdict.as_str(), verdict_color(verdict), look)
}

/// `facts.yaml:3`
fn place(span: Span, sources: &Sources) -> Option<String> {
    span.is_somewhere().then(|| {
        let (line, _) = sources.line_col(span.source, span.start);
        format!("{}:{line}", sources.name(span.source))
    })
}

/// One line: the verdict and the deployment.
pub fn headline(deployment: &str, verdict: Verdict, look: &Look) -> String {
    let name = visible::one_line(deployment, 80, look.unicode);
    format!("{}: {name}\n", verdict_said(verdict, look))
}

/// The whole report for people.
pub fn report(report: &Report, sources: &Sources, look: &Look) -> String {
    let mut out = headline(&report.deployment, report.verdict, look);
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
            &format!("missing: {} can settle it", parts.join(" and ")),
        );
        ways_said(report, look, &mut out);
        for missing in &report.missing {
            missing_said(missing, report.settling.as_ref(), sources, look, &mut out);
        }
        if !report.exact {
            out.push_str("  some conditions could not be followed exactly; the answer covers more cases than can occur\n");
        }
    }
    if !report.depends.is_empty() {
        heading(&mut out, "open as well");
        for missing in &report.depends {
            depends_said(missing, look, &mut out);
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
            out.push_str(&format!(
                "\n{}\n",
                painted("no change of these would permit it", "1", look)
            ));
            out.push_str(
                "  notices, copies, names, records, reviews, agreements, prohibited uses,\n  audience, offer, hosting, weights, one parent or model less\n",
            );
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
        if let Some(settling) = remedy.settling.as_ref().filter(|_| permits) {
            for (number, way) in settling.ways.iter().enumerate() {
                let each = way
                    .iter()
                    .map(|condition| open_said(remedy, condition, look));
                let each: Vec<String> = each.collect();
                match number {
                    0 => heading("and what is open turns out so", &each),
                    _ => heading("or so", &each),
                }
            }
        }
    }
}

/// How something that is open has to turn out.
fn open_said(remedy: &Remedy, (name, is): &(String, String), look: &Look) -> String {
    let shown = painted(&visible::one_line(name, 120, look.unicode), "1", look);
    let is = visible::one_line(is, 160, look.unicode);
    let mut open = remedy.open.iter();
    match open.find(|missing| missing.name == *name) {
        Some(missing) => {
            let what = kind_said(missing.what);
            format!("{what} {shown}: {is}  ({})", missing.asks)
        }
        None => format!("{shown}: {is}"),
    }
}

fn kind_said(what: MissingKind) -> &'static str {
    match what {
        MissingKind::Fact | MissingKind::Origin => "fact",
        MissingKind::Reading => "reading of",
        MissingKind::Judgment => "judgment",
    }
}

/// Each answer, and where it leads.
pub fn leads_said(
    missing: &Missing,
    words_of: impl Fn(&Lead) -> String,
    indent: &str,
    look: &Look,
) -> String {
    // Entries of a list that lead to the same are told together.
    let mut rows: Vec<(Vec<&str>, String, Verdict)> = Vec::new();
    for lead in &missing.leads {
        let leads = words_of(lead);
        let entry = lead.answer.strip_prefix("includes ");
        let entry = entry.filter(|entry| *entry != "none of these");
        match (entry, rows.last_mut()) {
            (Some(entry), Some((entries, same, _)))
                if *same == leads && entries[0].starts_with("includes ") =>
            {
                entries.push(entry);
            }
            _ => rows.push((vec![&lead.answer], leads, lead.verdict)),
        }
    }
    let rows: Vec<(String, String, Verdict)> = rows
        .into_iter()
        .map(|(mut entries, leads, verdict)| {
            let more = entries.len().saturating_sub(4);
            let more = format!("{more} more");
            if entries.len() > 5 {
                entries.truncate(4);
                entries.push(&more);
            }
            let answer = words::listed_bare(&entries, "or");
            (
                visible::one_line(&answer, 160, look.unicode),
                leads,
                verdict,
            )
        })
        .collect();
    let width = rows.iter().map(|(answer, ..)| answer.chars().count());
    let width = width.max().unwrap_or(0).min(60);
    let each = rows.iter().map(|(answer, leads, verdict)| {
        let leads = painted(leads, verdict_color(*verdict), look);
        format!("{indent}{answer:<width$}  {leads}\n")
    });
    each.collect()
}

/// What all answers together lead to, where one alone does not tell.
fn ways_said(report: &Report, look: &Look, out: &mut String) {
    let together = |lead: &Lead| lead.joins && lead.verdict == Verdict::Undetermined;
    let mut leads = report.missing.iter().flat_map(|missing| &missing.leads);
    let Some(settling) = report.settling.as_ref().filter(|_| leads.any(together)) else {
        return;
    };
    let names = settling.ways.iter().flatten().map(|(name, _)| name);
    let width = names
        .map(|name| name.chars().count())
        .max()
        .unwrap_or(0)
        .min(80);
    for (number, way) in settling.ways.iter().enumerate() {
        let or = if number > 0 { "or " } else { "" };
        out.push_str(&format!("  {or}{} if\n", verdict_said(settling.goal, look)));
        for (name, when) in way {
            let (name, when) = (
                visible::one_line(name, 120, look.unicode),
                visible::one_line(when, 160, look.unicode),
            );
            out.push_str(&format!("    {name:<width$}  {when}\n"));
        }
    }
    let otherwise = match settling.otherwise {
        Verdict::Undetermined => {
            "otherwise undetermined or not permitted, as told below".to_owned()
        }
        verdict => format!("otherwise {}", verdict_said(verdict, look)),
    };
    out.push_str(&format!("  {otherwise}\n"));
}

/// A question or judgment that has a say, and where its answers lead where one of them settles it.
fn depends_said(missing: &Missing, look: &Look, out: &mut String) {
    let name = visible::one_line(&missing.name, 120, look.unicode);
    let answers: Vec<&str> = missing
        .leads
        .iter()
        .map(|lead| lead.answer.as_str())
        .collect();
    let answers = words::listed_bare(&answers, "or");
    out.push_str(&format!(
        "  {} ({answers}): {}\n",
        painted(&name, "1", look),
        missing.asks
    ));
    let open = |lead: &Lead| lead.verdict == Verdict::Undetermined;
    if !missing.leads.iter().all(open) {
        out.push_str(&leads_said(
            missing,
            |lead| tell::lead(lead, None),
            "    ",
            look,
        ));
    }
}

fn missing_said(
    missing: &Missing,
    settling: Option<&Settling>,
    sources: &Sources,
    look: &Look,
    out: &mut String,
) {
    let what = kind_said(missing.what);
    let name = visible::one_line(&missing.name, 120, look.unicode);
    out.push_str(&format!(
        "  {what} {}: {}\n",
        painted(&name, "1", look),
        missing.asks
    ));
    out.push_str(&leads_said(
        missing,
        |lead| tell::lead(lead, settling),
        "    ",
        look,
    ));
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

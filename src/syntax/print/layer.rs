//! Licenses, policies and their members.

use super::super::ast::{self, Member, Part};
use super::condition::{flat, wrapped};
use super::value::{dates, each, level, quoted, section, strings, tier, value, words};
use super::{Block, WIDTH, define, fill, joined, may_start_line, pad};

/// `license name "title" { … }`
pub(super) fn layer(layer: &ast::Layer, license: bool) -> String {
    let keyword = if license { "license" } else { "policy" };
    let mode = match (license, layer.closed) {
        (true, _) => "",
        (false, true) => " closed",
        (false, false) => " open",
    };
    let head = format!(
        "{keyword} {} {}{mode} {{",
        layer.name.node,
        quoted(&layer.title)
    );
    if layer.members.is_empty() {
        return head + "}";
    }
    format!(
        "{head}\n{}}}",
        joined(layer.members.iter().map(member).collect())
    )
}

fn member(member: &Member) -> Block {
    let head = |text: String| Block::new("head", true, text);
    let reach = |text: String| Block::new("reach", true, text);
    match member {
        Member::Licensor(name) => head(format!("  licensor {}", quoted(name))),
        Member::Released(date) => head(format!("  released {}", date.node)),
        Member::Aliases(names) => head(list("  also-known-as ", &strings(names), 4)),
        Member::Source(source) => head(source_text(source)),
        Member::Owner(owner) => head(format!("  owner {}", quoted(owner))),
        Member::Effective(effective) => head(format!(
            "  effective{}",
            dates(effective.from, effective.until)
        )),
        Member::Models(models) => reach(list("  models ", &strings(models), 4)),
        Member::Binds(steps) => reach(list("  binds descendants through ", &words(steps), 4)),
        Member::Follows(steps) => reach(list("  follows outputs through ", &words(steps), 4)),
        Member::Enforce(enforce) => Block::new("enforce", true, self::enforce(enforce)),
        Member::Default(path, given) => Block::new(
            "default",
            true,
            format!("  default {} is {}", path.dotted(), value(given)),
        ),
        Member::Adopt(adopt) => {
            let head = format!(
                "  adopt {} as {}",
                reference(&adopt.question),
                adopt.reading.node
            );
            Block::line("decision", head + &decision(&adopt.decision))
        }
        Member::Determine(made) => {
            let head = format!(
                "  determine {} as {}",
                reference(&made.judgment),
                made.value
            );
            Block::line(
                "decision",
                head + &scope(made.scope.as_ref()) + &decision(&made.decision),
            )
        }
        Member::Waive(waive) => {
            let head = format!("  waive {}", reference(&waive.clause));
            Block::line(
                "decision",
                head + &scope(waive.scope.as_ref()) + &decision(&waive.decision),
            )
        }
        Member::Question(question) => Block::new("question", false, self::question(question)),
        Member::Judgment(judgment) => Block::line("judgment", self::judgment(judgment)),
        Member::Define(defined) => Block::line("define", define("define", defined, 2)),
        Member::Clause(clause) => Block::new("clause", false, self::clause(clause)),
        Member::Note(note) => Block::line("note", format!("  note {}", quoted(note))),
    }
}

/// A keyword and a list after it, broken between parts.
fn list(head: &str, parts: &[String], indent: usize) -> String {
    let column = head.chars().count();
    head.to_owned() + &fill(parts, column, indent, may_start_line)
}

fn source_text(source: &ast::SourceText) -> String {
    let head = format!(
        "  source {} {} {}",
        source.name.node,
        tier(source.tier),
        quoted(&source.url)
    );
    let Some(sha) = &source.sha256 else {
        return head;
    };
    let line = format!("{head} sha256 {}", quoted(sha));
    if line.chars().count() <= WIDTH {
        return line;
    }
    format!("{head}\n    sha256 {}", quoted(sha))
}

fn enforce(enforce: &ast::Enforce) -> String {
    let head = list("  enforce ", &words(&enforce.clauses), 4) + " " + level(enforce.level);
    if enforce.environments.is_empty() {
        return head;
    }
    list(&(head + " in "), &words(&enforce.environments), 4)
}

fn reference(reference: &ast::Reference) -> String {
    format!("{}/{}", reference.layer.node, reference.name.node)
}

fn scope(scope: Option<&ast::Word>) -> String {
    scope.map_or_else(String::new, |scope| format!(" for {}", quoted(scope)))
}

fn decision(decision: &ast::Decision) -> String {
    let said = format!(
        " by {} on {}{}",
        quoted(&decision.by),
        decision.on,
        dates(None, decision.until)
    );
    said + &because(decision.because.as_ref(), 4)
}

fn because(because: Option<&String>, indent: usize) -> String {
    because.map_or_else(String::new, |why| {
        format!("\n{}because {}", pad(indent), quoted(why))
    })
}

fn question(question: &ast::Question) -> String {
    let head = format!(
        "  question {} {} {{",
        question.name.node,
        quoted(&question.text)
    );
    if question.readings.is_empty() {
        return head + "}";
    }
    let mut said = head;
    for reading in &question.readings {
        said += &format!(
            "\n    reading {} {}",
            reading.name.node,
            quoted(&reading.text)
        );
        said += if reading.default { " default" } else { "" };
        said += &because(reading.because.as_ref(), 6);
    }
    said + "\n  }"
}

fn judgment(judgment: &ast::Judgment) -> String {
    let head = format!(
        "  judgment {} {}",
        judgment.name.node,
        quoted(&judgment.text)
    );
    let tail = format!("decided by {}", quoted(&judgment.decided_by));
    let long = head.chars().count() + 1 + tail.chars().count();
    if long <= WIDTH {
        format!("{head} {tail}")
    } else {
        format!("{head}\n    {tail}")
    }
}

// ── clauses ─────────────────────────────────────────────────────────────────

fn clause(clause: &ast::Clause) -> String {
    let citation = clause
        .citation
        .as_ref()
        .map_or_else(String::new, |citation| {
            format!(
                " of {} {}",
                citation.source.node,
                section(&citation.section)
            )
        });
    let head = format!(
        "  clause {}{citation}{} {} {{",
        clause.name.node,
        each(clause.each),
        quoted(&clause.title)
    );
    if clause.parts.is_empty() {
        return head + "}";
    }
    format!("{head}\n{}\n  }}", parts(&clause.parts).join("\n"))
}

/// What a clause does starts a line; the conditions of it stand below, or beside a short one.
fn parts(parts: &[Part]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut at = 0;
    while let Some(first) = parts.get(at) {
        at += 1;
        let begins_at = lines.len();
        lines.push(part(first, 4));
        if !is_action(first) {
            continue;
        }
        let conditions = parts[at..]
            .iter()
            .take_while(|part| is_condition(part))
            .count();
        let below = &parts[at..at + conditions];
        at += conditions;
        if let [only] = below {
            let beside = format!("{} {}", lines[begins_at], part(only, 0));
            let short = !beside.contains('\n') && beside.chars().count() <= WIDTH;
            if short && !matches!(first, Part::Require(..)) {
                lines[begins_at] = beside;
                continue;
            }
        }
        lines.extend(below.iter().map(|condition| part(condition, 6)));
    }
    lines
}

fn is_action(part: &Part) -> bool {
    match part {
        Part::Grant(..)
        | Part::Forbid(..)
        | Part::Require(..)
        | Part::Exception(..)
        | Part::End(..) => true,
        Part::Term(..) => true,
        Part::When(_) | Part::Unless(_) | Part::OnlyIf(_) | Part::Effective(_) => false,
        Part::Fix(_) | Part::Note(_) | Part::Where(_) => false,
    }
}

fn is_condition(part: &Part) -> bool {
    matches!(part, Part::When(_) | Part::Unless(_) | Part::OnlyIf(_))
}

fn part(part: &Part, indent: usize) -> String {
    let before = pad(indent);
    let condition = |keyword: &str, expr: &ast::Expr| {
        let line = format!("{before}{keyword} {}", flat(expr));
        if line.chars().count() <= WIDTH {
            return line;
        }
        let column = indent + keyword.len() + 1;
        format!("{before}{keyword} {}", wrapped(expr, column, indent + 2))
    };
    let names = |keyword: &str, names: &[ast::Word]| match names {
        [] => format!("{before}{keyword}"),
        some => list(&format!("{before}{keyword} "), &words(some), indent + 2),
    };
    match part {
        Part::Grant(acts, _) => names("grant", acts),
        Part::Forbid(acts, _) => names("forbid", acts),
        Part::Exception(clauses, _) => names("exception to", clauses),
        Part::End(clauses, _) => names("end", clauses),
        Part::Require(expr, _) => condition("require", expr),
        Part::When(expr) => condition("when", expr),
        Part::Unless(expr) => condition("unless", expr),
        Part::OnlyIf(expr) => condition("only if", expr),
        Part::Term(text, _) => format!("{before}term {}", quoted(text)),
        Part::Effective(effective) => format!(
            "{before}effective{}",
            dates(effective.from, effective.until)
        ),
        Part::Fix(text) => format!("{before}fix {}", quoted(text)),
        Part::Note(text) => format!("{before}note {}", quoted(text)),
        Part::Where(defined) => define("where", defined, indent),
    }
}

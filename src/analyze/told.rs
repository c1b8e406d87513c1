//! Differences in words.

use super::Example;
use super::diff::{Acts, Change, Difference, Pair};
use super::upgrade::Upgrade;
use super::witness::{Shown, Side};
use crate::diagnostic::words;
use crate::verdict::Verdict;

/// What two layers say differently; `whole` unless one clause was asked for.
pub fn difference(difference: &Difference, whole: bool) -> String {
    let (old, new) = names(difference);
    let shown = difference.clauses.iter().any(|pair| !pair.shown.is_empty())
        || difference.acts.iter().any(|acts| acts.shown.is_some());
    let mut out = if whole {
        headline(difference)
    } else {
        String::new()
    };
    if shown && whole && difference.old != difference.new {
        out.push_str(&format!(
            "examples are facts files for {}; for {} its name takes the place of {}\n",
            difference.old, difference.new, difference.old
        ));
    }
    for acts in &difference.acts {
        acts_said(acts, difference, &mut out);
    }
    for (nth, term) in difference.terms.iter().enumerate().filter(|_| whole) {
        out.push_str(if nth == 0 { "\n" } else { "" });
        out.push_str(&format!("{term}\n"));
    }
    let clauses = Clauses::of(difference, whole);
    for (heading, text) in [
        ("changed", &clauses.changed),
        (&*format!("only {new}"), &clauses.added),
        (&*format!("only {old}"), &clauses.gone),
        ("same but for", &clauses.names),
    ] {
        if !text.is_empty() {
            out.push_str(if out.is_empty() { "" } else { "\n" });
            out.push_str(&format!("{heading}\n{text}"));
        }
    }
    if !whole {
        return match out.as_str() {
            "" => "the clause means the same\n".to_owned(),
            out => out.trim_start().to_owned(),
        };
    }
    if !clauses.worded.is_empty() {
        let names = clauses.worded.join(", ");
        out.push_str(&format!(
            "\nother words in what is recorded only\n  {names}\n"
        ));
    }
    out.push_str(&format!(
        "\nsame: {}\n",
        words::count(clauses.same, "clause", "clauses")
    ));
    if !clauses.hidden.is_empty() {
        out.push_str(&format!(
            "`--clause ID` shows a clause by facts, such as {}; `--all` shows all\n",
            words::ticked(&clauses.hidden[0])
        ));
    }
    out
}

/// What the two are called where they stand side by side.
fn names(difference: &Difference) -> (String, String) {
    if difference.old == difference.new {
        return ("before".to_owned(), "after".to_owned());
    }
    let (old, new) = (&difference.old, &difference.new);
    (format!("in {old}"), format!("in {new}"))
}

fn headline(difference: &Difference) -> String {
    let (old, new) = (&difference.old, &difference.new);
    let said = match (difference.gave_up, difference.same) {
        (true, _) => "a limit was reached, differences may be missing",
        (false, false) => "the meaning differs",
        (false, true) => {
            let named = |pair: &Pair| matches!(pair.change, Change::Names { .. });
            match difference.clauses.iter().any(named) {
                true => "same meaning, but for names, dates and the models covered",
                false => "same meaning",
            }
        }
    };
    format!("{old} → {new}: {said}\n")
}

fn acts_said(acts: &Acts, difference: &Difference, out: &mut String) {
    let names = acts.acts.join(", ");
    out.push_str(&if acts.gained {
        format!("\nnot permitted before, can be permitted now: {names}\n")
    } else {
        format!("\npermitted before, may not be any more: {names}\n")
    });
    if !acts.duties.is_empty() {
        let word = words::agree(acts.duties.len(), "duty", "duties");
        out.push_str(&format!("  with the {word} {}\n", acts.duties.join(", ")));
    }
    if let Some(facts) = &acts.shown {
        out.push_str(&format!("  for example {}\n", acts.acts[0]));
        shown(facts, difference, "    ", out);
    }
}

/// The clauses, by what became of them.
#[derive(Default)]
struct Clauses {
    changed: String,
    gone: String,
    added: String,
    names: String,
    worded: Vec<String>,
    /// Clauses of one layer only that are not shown by facts.
    hidden: Vec<String>,
    same: usize,
}

impl Clauses {
    fn of(difference: &Difference, whole: bool) -> Clauses {
        let mut clauses = Clauses::default();
        let wanted = |pair: &&Pair| whole || !pair.shown.is_empty();
        for pair in difference.clauses.iter().filter(wanted) {
            clauses.add(pair, difference);
        }
        clauses
    }

    fn add(&mut self, pair: &Pair, difference: &Difference) {
        let section = pair.section.as_ref();
        let section = section.map_or_else(String::new, |section| format!(" (§{section})"));
        let was = pair.was.as_ref();
        let was = was.map_or_else(String::new, |was| format!(", was {was}"));
        let line = format!(
            "  {} {}{was}  {}{section}\n",
            pair.kind, pair.name, pair.title
        );
        let text = match &pair.change {
            Change::Same => {
                self.same += 1;
                return;
            }
            Change::Names { but_for } if but_for.is_empty() => {
                self.same += 1;
                return;
            }
            Change::Words => {
                self.worded.push(pair.name.clone());
                return;
            }
            Change::Names { but_for } => {
                self.names.push_str(&format!("  {}\n", pair.name));
                for one in but_for {
                    self.names.push_str(&format!("    {one}\n"));
                }
                return;
            }
            Change::New => &mut self.added,
            Change::Gone => &mut self.gone,
            Change::Changed { .. } => &mut self.changed,
        };
        text.push_str(&line);
        if let Change::Changed { how } = &pair.change {
            for how in how {
                text.push_str(&format!("    {how}\n"));
            }
            if pair.doubtful {
                text.push_str(
                    "    a condition could not be followed exactly: it may mean the same\n",
                );
            }
        } else if pair.shown.is_empty() && !matches!(pair.kind.as_str(), "term" | "exception") {
            self.hidden.push(pair.name.clone());
        }
        for facts in &pair.shown {
            shown(facts, difference, "    ", text);
        }
    }
}

/// Facts that show what was found, and what comes of them.
pub fn example(example: &Example) -> String {
    let mut out = format!("  for example {}\n", example.shows.join(", "));
    for line in example.facts.lines() {
        out.push_str(&format!("    {line}\n"));
    }
    for reading in &example.readings {
        out.push_str(&format!("    # with {reading}\n"));
    }
    out
}

/// Facts, and what comes of them under both.
fn shown(shown: &Shown, difference: &Difference, indent: &str, out: &mut String) {
    let (old, new) = names(difference);
    let [old, new] = [&old, &new].map(|name| name.trim_start_matches("in "));
    let width = old.chars().count().max(new.chars().count());
    // The same facts are shown once, but for the name of the license.
    let renamed = (shown.after.facts).replace(&difference.new, &difference.old);
    let once = renamed == shown.before.facts;
    for (nth, (id, side)) in [(old, &shown.before), (new, &shown.after)]
        .into_iter()
        .enumerate()
    {
        out.push_str(&format!("{indent}{id:<width$}  {}\n", side_said(side)));
        if once && nth == 0 {
            continue;
        }
        let facts = if once {
            &shown.before.facts
        } else {
            &side.facts
        };
        for line in facts.lines() {
            out.push_str(&format!("{indent}  {line}\n"));
        }
    }
    for reading in &shown.readings {
        out.push_str(&format!("{indent}  # with {reading}\n"));
    }
}

fn side_said(side: &Side) -> String {
    // An open verdict says nothing beside what the clause comes to.
    let clause = match &side.clause {
        Some(clause) if side.verdict == Verdict::Undetermined.as_str() => return clause.clone(),
        Some(clause) => format!("{clause}: "),
        None => String::new(),
    };
    let against = if side.against.is_empty() {
        String::new()
    } else {
        format!(" ({})", side.against.join(", "))
    };
    format!("{clause}{}{against}", side.verdict)
}

/// What becomes of one deployment.
pub fn upgrade(upgrade: &Upgrade) -> String {
    let mut out = format!(
        "{}: {} under {}, {} under {}\n",
        upgrade.deployment, upgrade.before, upgrade.old, upgrade.after, upgrade.new
    );
    if upgrade.replaced == 0 {
        out.push_str(&format!("  no model is declared under {}\n", upgrade.old));
    }
    for (heading, list) in [
        ("findings that appear", &upgrade.findings_new),
        ("findings that disappear", &upgrade.findings_gone),
        ("duties that appear, and are met", &upgrade.duties_new),
        ("duties that disappear", &upgrade.duties_gone),
        ("determinations that were taken over", &upgrade.taken_over),
    ] {
        if !list.is_empty() {
            out.push_str(&format!("  {heading}\n"));
            for one in list {
                out.push_str(&format!("    {one}\n"));
            }
        }
    }
    out
}

//! Findings and gaps in the words a person reads.

use super::{Finding, Lead, Missing, MissingKind, Outcome, Settling, Verdict};
use crate::diagnostic::{Code, Diagnostic, Severity, words};
use crate::eval::Gap;
use crate::exact::{Limit, Unknown};
use crate::ir::{Level, Program, Says};
use crate::scene::Stage;
use crate::source::Span;

/// Most facts and words one finding points at.
const MOST_LABELS: usize = 8;
/// Most things an answer needs besides that are named.
const MOST_NEEDS: usize = 4;

/// Most open things one finding names.
const MOST_OPEN: usize = 3;

/// A title inside a sentence: its first letter small, unless it is a name or a quotation.
fn inside(title: &str) -> String {
    let mut letters = title.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second))
            if first.is_uppercase() && (second.is_lowercase() || first == 'A' && second == ' ') =>
        {
            first.to_lowercase().chain(title.chars().skip(1)).collect()
        }
        _ => title.to_owned(),
    }
}

/// A finding as one diagnostic over both files.
pub fn finding(
    finding: &Finding,
    clause: Span,
    step: Option<Span>,
    program: &Program,
) -> Diagnostic {
    let section = finding
        .section
        .as_ref()
        .map_or_else(String::new, |section| format!(" (§{section})"));
    let layer = finding.id.split('/').next().unwrap_or(&finding.id);
    let title = inside(&finding.title);
    let license = program
        .layer(layer)
        .is_some_and(|layer| layer.terms().is_some());
    let grants = program.layer(layer).is_some_and(|known| {
        let named = |clause: &&crate::ir::Clause| known.clause_id(clause) == finding.id;
        let clause = known.clauses.iter().find(named);
        clause.is_some_and(|clause| matches!(clause.says, Says::Grant(_)))
    });
    let message = match finding.outcome {
        Outcome::Withheld if license => {
            format!("`{layer}` withholds its license: {title}{section}")
        }
        Outcome::Withheld => format!("`{layer}` does not allow this: {title}{section}"),
        Outcome::Ended => format!("the license of `{layer}` has ended: {title}{section}"),
        Outcome::NotLicensed => {
            let acts: Vec<&str> = finding.acts.iter().map(String::as_str).collect();
            let verb = if license { "licenses" } else { "allows" };
            format!("nothing in `{layer}` {verb} {}", words::listed(&acts, "or"))
        }
        Outcome::Breached if license => format!("`{layer}` prohibits this: {title}{section}"),
        Outcome::Breached => format!("`{layer}` does not allow this: {title}{section}"),
        Outcome::Open if license => format!("a duty of `{layer}` is open: {title}{section}"),
        Outcome::Open | Outcome::OriginUnknown => {
            format!("a rule of `{layer}` is not met: {title}{section}")
        }
    };
    let mut told = Diagnostic::error(finding.code, message);
    if finding.level == Level::Advisory || finding.waived.is_some() {
        told.severity = Severity::Warning;
    }
    let here = match finding.outcome {
        _ if !finding.or.is_empty() => "this, or else another",
        Outcome::Withheld if grants => "this grant does not apply",
        Outcome::Withheld => "this defeats the grant",
        Outcome::Ended => "this ends the grants",
        Outcome::NotLicensed => "its grants do not name the act",
        Outcome::Breached => "this is breached",
        Outcome::Open | Outcome::OriginUnknown => "this is due",
    };
    // The words that decide: the narrowest ones inside the clause, else the clause's own.
    let mut places: Vec<Span> = Vec::new();
    let mut facts = 0;
    for because in &finding.because {
        if facts >= MOST_LABELS {
            break;
        }
        // Facts that were computed are shown by the step that gave them.
        if because.fact.is_some()
            && because.place.is_somewhere()
            && !places.contains(&because.place)
        {
            facts += 1;
            places.push(because.place);
            told = told.at(because.place, fact_label(because));
        }
    }
    told = told.and(clause, here);
    places.push(clause);
    for because in finding.because.iter().take(MOST_LABELS) {
        let (site, holds) = (because.site, because.site_holds);
        // A reading that was not taken rules out an alternative; it is no reason of its own.
        if (because.reading && !holds) || site == clause || places.contains(&site) {
            continue;
        }
        places.push(site);
        told = told.and(site, if holds { "so it is" } else { "not so" });
    }
    if let Some(span) = step.filter(|span| !places.contains(span)) {
        let path = finding.path.join(", ");
        let model = finding.model.as_deref().unwrap_or("");
        told = told.and(
            span,
            format!("the license reaches {} here: {path}", words::ticked(model)),
        );
    }
    let mut help = finding.fix.clone();
    if let Some(waived) = &finding.waived {
        let until = waived
            .until
            .map_or_else(String::new, |date| format!(" until {date}"));
        help = Some(format!("waived by {}{until}", waived.by));
        told = told.and(waived.span, "the waiver");
    }
    if finding.reported {
        told.message.push_str(", as reported");
    }
    if !finding.or.is_empty() {
        let or = words::listed(&finding.or, "or");
        told.message.push_str(&format!(", or else {or}"));
    }
    if !finding.whatever.is_empty() {
        told.message.push_str(&whatever(&finding.whatever));
    }
    told.maybe_help(help)
}

/// `, whatever «a» turns out to be`
fn whatever(names: &[String]) -> String {
    let mut said: Vec<String> = names
        .iter()
        .take(MOST_OPEN)
        .map(|name| words::ticked(name))
        .collect();
    let more = names.len().saturating_sub(MOST_OPEN);
    if more > 0 {
        said.push(format!("{more} more"));
    }
    let verb = if names.len() == 1 { "turns" } else { "turn" };
    format!(
        ", whatever {} {verb} out to be",
        words::listed_bare(&said, "and")
    )
}

fn fact_label(because: &super::Because) -> String {
    match (&because.fact, &because.value) {
        (Some(name), Some(value)) => {
            let last = name.rsplit('.').next().unwrap_or(name);
            if value == "empty" {
                format!("{} is empty", words::ticked(last))
            } else {
                format!("{} is {value}", words::ticked(last))
            }
        }
        (Some(name), None) => format!("{} is not stated", words::ticked(name)),
        (None, _) => because.asked.clone(),
    }
}

/// Something about a model's origin that is not known: the thing to find out, and its message.
pub fn gap(gap: &Gap, subject: usize, stage: &Stage) -> (Missing, Diagnostic) {
    let member = |at: usize| &stage.lineage.members[at];
    let of = |at: usize| {
        let name = words::ticked(member(at).name);
        if at == subject {
            name
        } else {
            format!(
                "{name}, an ancestor of {},",
                words::ticked(member(subject).name)
            )
        }
    };
    let missing = |name: String, asks: &str, place: Span| Missing {
        name,
        what: MissingKind::Origin,
        asks: asks.to_owned(),
        place,
        words: Span::NOWHERE,
        leads: Vec::new(),
        clauses: Vec::new(),
        way: Vec::new(),
    };
    let model =
        |at: usize, field: &str| super::gather::model_way(member(at).index, member(at).name, field);
    match gap {
        Gap::Parents(at) => {
            let asks = "its parents, or `[]` for a model trained from nothing";
            let message = format!("it is not stated what {} was made from", of(*at));
            let told = Diagnostic::warning(Code::LineageUnknown, message)
                .at(
                    member(*at).place,
                    "it has no `from`, and no license lists it",
                )
                .help("add `from:` with each parent and how the model came from it, or `from: []`");
            (
                Missing {
                    way: model(*at, "from"),
                    ..missing(
                        format!("models[{}].from", member(*at).name),
                        asks,
                        member(*at).place,
                    )
                },
                told,
            )
        }
        Gap::License(at) => {
            let message = format!("the license of {} is not known", of(*at));
            let place = if member(*at).index.is_some() {
                "it has no `license`"
            } else {
                "named here, and listed nowhere"
            };
            let told = Diagnostic::warning(Code::LicenseUnknown, message).at(member(*at).place, place).help(
                "list the model with its `license`; without it nobody knows what binds the deployment",
            );
            (
                Missing {
                    way: model(*at, "license"),
                    ..missing(
                        format!("models[{}].license", member(*at).name),
                        "the license it is under",
                        member(*at).place,
                    )
                },
                told,
            )
        }
        Gap::Unrecognized(at, id) => {
            let message = format!(
                "no license in force describes {}, the license of {}",
                words::ticked(id),
                of(*at).trim_end_matches(',')
            );
            let told = Diagnostic::warning(Code::LicenseUnknown, message)
                .at(member(*at).place, format!("this one is under {}", words::ticked(id)))
                .help("write the license as a `.clause` file and add it with `--policy`, or correct the name");
            (
                missing(
                    format!("license {id}"),
                    "what this license says",
                    member(*at).place,
                ),
                told,
            )
        }
        Gap::Relation(at, parent, span) => {
            let message = format!(
                "it is not stated how {} came from {}",
                of(*at),
                words::ticked(member(*parent).name)
            );
            let told = Diagnostic::warning(Code::LineageUnknown, message)
                .at(*span, "no `by` here")
                .help("add `by:` with the relation, such as `fine-tune` or `merge`");
            (
                missing(
                    format!("models[{}].from.by", member(*at).name),
                    "how it came from its parent",
                    *span,
                ),
                told,
            )
        }
    }
}

/// The list of models is itself unknown.
pub fn no_models(stage: &Stage) -> Missing {
    Missing {
        name: "models".to_owned(),
        what: MissingKind::Origin,
        asks: "the models of the deployment".to_owned(),
        place: stage.lineage.place,
        words: Span::NOWHERE,
        leads: Vec::new(),
        clauses: Vec::new(),
        way: vec![crate::exact::Stop::Key("models".to_owned())],
    }
}

/// The answer depends on a fact that no facts file can state.
pub fn unsaid(unknown: &Unknown) -> Option<Diagnostic> {
    let Unknown::Fact {
        name,
        path,
        key,
        words,
        ..
    } = unknown
    else {
        return None;
    };
    let (why, here, help) = if path.is_empty() {
        (
            "which the license does not state",
            "this license",
            "let the clause ask for something that every license states, or state it in the license",
        )
    } else {
        (
            "inside something that is `none`",
            "what is `none` holds no facts",
            "let the clause ask `is not none` first, or state what is `none` here",
        )
    };
    let message = format!("the answer depends on {}, {why}", words::ticked(name));
    let told = Diagnostic::warning(Code::Undetermined, message).at(*words, "asked for here");
    Some(told.and(*key, here).help(help))
}

/// A limit was reached before the answer was settled.
pub fn gave_up(limit: Limit, stage: &Stage) -> Diagnostic {
    Diagnostic::warning(
        Code::Unsettled,
        format!("the answer could not be settled within {limit}"),
    )
    .at(
        stage.deployment.key,
        "too much about this deployment is open",
    )
    .help("state more of its facts; what could not be settled is undetermined, never permitted")
}

/// What an answer leads to, below what all of them together lead to.
pub fn lead(lead: &Lead, settling: Option<&Settling>) -> String {
    match (settling, takes(lead)) {
        (_, Some(takes)) => format!("{}; {takes}", lead.verdict.as_str()),
        (Some(settling), None) if lead.joins && lead.verdict == Verdict::Undetermined => {
            format!("{} if the rest is as above", settling.goal.as_str())
        }
        _ => lead.verdict.as_str().to_owned(),
    }
}

/// What an answer leads to, while one question is asked after the other.
pub fn in_dialogue(lead: &Lead) -> String {
    match (lead.verdict, takes(lead)) {
        (Verdict::Undetermined, Some(takes)) => format!("still open; {takes}"),
        (Verdict::Undetermined, None) => "still open".to_owned(),
        (verdict, _) => verdict.as_str().to_owned(),
    }
}

fn takes(lead: &Lead) -> Option<String> {
    if lead.verdict != Verdict::Undetermined || lead.needs.is_empty() {
        return None;
    }
    let mut needs: Vec<String> = lead.needs.iter().map(|name| words::ticked(name)).collect();
    if needs.len() > MOST_NEEDS + 1 {
        let more = needs.split_off(MOST_NEEDS).len();
        needs.push(format!("{more} more"));
    }
    Some(format!(
        "then it takes {} as well",
        words::listed_bare(&needs, "and")
    ))
}

/// Nothing was judged.
pub fn nothing_applied(stage: &Stage) -> Diagnostic {
    Diagnostic::warning(
        Code::NothingApplied,
        "no license and no rule applied to this deployment",
    )
    .at(stage.deployment.key, "this deployment")
    .help("list its `models`, each with its `license`; nothing applied is not a pass")
}

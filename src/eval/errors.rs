//! Messages about facts that do not fit, one function each.

use crate::diagnostic::{Code, Diagnostic, nearest, words};
use crate::source::Span;
use crate::value::Period;

/// A key no fact has.
pub fn unknown_fact<'a>(
    name: &str,
    key: Span,
    record: &str,
    known: impl Iterator<Item = &'a str>,
    elsewhere: Option<&str>,
) -> Diagnostic {
    let known: Vec<&str> = known.collect();
    let near = nearest::did_you_mean(name, known.iter().copied());
    let help = near.or_else(|| {
        elsewhere.map(|other| format!("{} belongs under `{other}`", words::ticked(name)))
    });
    let help = help.unwrap_or_else(|| {
        format!(
            "{} has {}",
            words::with_article(record),
            words::listed(&known, "and")
        )
    });
    Diagnostic::error(
        Code::UnknownFact,
        format!(
            "{} has no fact {}",
            words::with_article(record),
            words::ticked(name)
        ),
    )
    .at(key, "not a fact of it")
    .help(help)
}

/// A value that does not fit the declared kind.
pub fn wrong_value(
    at: Span,
    got: &str,
    wanted: &str,
    declared: Span,
    why: Option<&str>,
) -> Diagnostic {
    let fault = Diagnostic::error(Code::FactKind, format!("this fact should be {wanted}"))
        .at(at, format!("this is {got}"));
    let fault = if declared.is_somewhere() {
        fault.and(declared, "declared here")
    } else {
        fault
    };
    fault.help(why.map_or_else(|| format!("write {wanted}, or `unknown`"), str::to_owned))
}

/// A word that is not a member of its enum. Where its members are `many`, some of them are named.
pub fn not_a_choice<'a>(
    at: Span,
    text: &str,
    wanted: &str,
    known: impl Iterator<Item = &'a str> + Clone,
    many: bool,
    declared: Span,
) -> Diagnostic {
    let help = nearest::did_you_mean(text, known.clone()).unwrap_or_else(|| {
        if many {
            let some: Vec<&str> = known.take(3).collect();
            let some = words::listed(&some, "or");
            format!("write one that is declared there, such as {some}, or `unknown`")
        } else {
            format!("write {wanted}, or `unknown`")
        }
    });
    Diagnostic::error(
        Code::FactKind,
        format!("{} is not {wanted}", words::ticked(text)),
    )
    .at(at, "not one of them")
    .and(declared, "declared here")
    .help(help)
}

/// A key of a series that is not a month or year.
pub fn wrong_period(key: Span, name: &str, period: Period, declared: Span) -> Diagnostic {
    let (wanted, example) = match period {
        Period::Month => ("a month", "2025-03"),
        Period::Year => ("a year", "2025"),
    };
    Diagnostic::error(
        Code::FactKind,
        format!("{} is not {wanted}", words::ticked(name)),
    )
    .at(key, format!("expected {wanted} such as `{example}`"))
    .and(declared, "declared here")
    .help(format!(
        "key the entries by {}: `{{ {example}: … }}`",
        wanted.trim_start_matches("a ")
    ))
}

/// Bounds that leave nothing between them.
pub fn empty_range(at: Span) -> Diagnostic {
    Diagnostic::error(Code::FactKind, "no value lies within these bounds")
        .at(at, "the lower bound is above the upper one")
        .help("write the smaller bound first: `600M..800M`")
}

/// A license name that looks like a slip.
pub fn misspelled_license(name: &str, near: &str, at: Span) -> Diagnostic {
    Diagnostic::error(
        Code::UnknownName,
        format!("no license is called {}", words::ticked(name)),
    )
    .at(at, "not the name of a license in force")
    .help(format!(
        "did you mean `{near}`? add the license with `--policy` if it is another one"
    ))
}

/// A model that cannot be told from others.
pub fn model_without_id(at: Span) -> Diagnostic {
    Diagnostic::error(Code::FactMissing, "this model has no `id`")
        .at(at, "every model is named")
        .help("add `id:` with the name it is published under, such as `meta-llama/Llama-3.1-8B`")
}

/// Two models with one name.
pub fn same_model(name: &str, again: Span, first: Span) -> Diagnostic {
    Diagnostic::error(
        Code::SameModel,
        format!("two models are called {}", words::ticked(name)),
    )
    .at(again, "called so again here")
    .and(first, "first called so here")
    .help("give every model one name of its own; list other names under `also-known-as`")
}

/// A model among its own ancestors.
pub fn lineage_cycle(path: &[String], at: Span) -> Diagnostic {
    Diagnostic::error(
        Code::LineageCycle,
        format!("{} descends from itself", words::ticked(&path[0])),
    )
    .at(at, "this step closes the circle")
    .help(format!("one of these steps is wrong: {}", path.join(" ← ")))
}

/// Amounts in two currencies.
pub fn currencies(fact: Span, fact_code: &str, words: Span, words_code: &str) -> Diagnostic {
    Diagnostic::error(
        Code::Currency,
        format!("an amount in {fact_code} cannot be compared with one in {words_code}"),
    )
    .at(fact, format!("this is in {fact_code}"))
    .and(words, format!("this asks for {words_code}"))
    .help(format!(
        "state the amount in {words_code}, at the rate your accounts use"
    ))
}

/// A determination of a judgment nobody poses.
pub fn unknown_judgment<'a>(
    name: &str,
    at: Span,
    known: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let known: Vec<&str> = known.collect();
    let help = nearest::did_you_mean(name, known.iter().copied())
        .unwrap_or_else(|| "name it as `license/judgment`, such as `llama-4/prominent`".to_owned());
    Diagnostic::error(
        Code::UnknownName,
        format!("no judgment is called {}", words::ticked(name)),
    )
    .at(at, "not a judgment of any license or policy in force")
    .help(help)
}

/// A choice of licenses nobody made.
pub fn choice_of_licenses(expression: &str, at: Span) -> Diagnostic {
    Diagnostic::error(
        Code::FactKind,
        format!("{} leaves a choice open", words::ticked(expression)),
    )
    .at(at, "`OR` here")
    .help("name the license that was chosen; a facts file says what is, not what could be")
}

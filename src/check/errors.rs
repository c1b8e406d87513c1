//! Messages about documents that parse and make no sense, one function each.

use crate::diagnostic::{Code, Diagnostic, nearest, words};
use crate::source::Span;

/// A name declared in two places.
pub fn declared_twice(what: &str, name: &str, again: Span, first: Span) -> Diagnostic {
    let fault = Diagnostic::error(
        Code::DeclaredTwice,
        format!("the {what} `{name}` is declared twice"),
    )
    .at(again, "declared again here");
    let fault = if first.is_somewhere() {
        fault.and(first, "first declared here")
    } else {
        fault
    };
    fault.help("give one of them another name")
}

/// A name nobody declared.
pub fn unknown<'a>(
    what: &str,
    name: &str,
    at: Span,
    known: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let known: Vec<&str> = known.collect();
    let help = nearest::did_you_mean(name, known.iter().copied()).or_else(|| match known.len() {
        0 => None,
        1..=10 => Some(format!("known here: {}", words::listed(&known, "and"))),
        _ => None,
    });
    Diagnostic::error(Code::UnknownName, format!("no {what} is called `{name}`"))
        .at(at, "not declared anywhere")
        .maybe_help(help)
}

/// A field a record does not have.
pub fn unknown_field<'a>(
    record: &str,
    name: &str,
    at: Span,
    declared: Span,
    known: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let known: Vec<&str> = known.collect();
    let help = nearest::did_you_mean(name, known.iter().copied())
        .unwrap_or_else(|| format!("it has {}", words::listed(&known, "and")));
    Diagnostic::error(
        Code::UnknownName,
        format!("{} has no fact `{name}`", words::with_article(record)),
    )
    .at(at, "not a fact of it")
    .and(declared, format!("`{record}` is declared here"))
    .help(help)
}

/// A name that exists and cannot be seen from here.
pub fn not_here(name: &str, at: Span, help: &str) -> Diagnostic {
    Diagnostic::error(Code::UnknownName, format!("`{name}` is not available here"))
        .at(at, "used here")
        .help(help)
}

/// Two kinds that cannot be compared.
pub fn kinds_differ(left: (Span, &str), right: (Span, &str)) -> Diagnostic {
    let help = match (left.1, right.1) {
        ("a date", "a month") | ("a month", "a date") => {
            "compare dates with dates, such as `2025-03-01`, and months with months, such as `2025-03`"
        }
        _ => "compare values of one kind, with the same unit",
    };
    Diagnostic::error(Code::WrongKind, "these two cannot be compared")
        .at(right.0, format!("this is {}", right.1))
        .and(left.0, format!("this is {}", left.1))
        .help(help)
}

/// An operator that a kind does not have.
pub fn no_such_operation(at: Span, operation: &str, kind: &str, help: &str) -> Diagnostic {
    Diagnostic::error(
        Code::WrongKind,
        format!("{operation} does not work on {kind}"),
    )
    .at(at, format!("this is {kind}"))
    .help(help)
}

/// A value where a condition is wanted.
pub fn not_a_condition(at: Span, kind: &str) -> Diagnostic {
    Diagnostic::error(Code::WrongKind, "this is a value, not a condition")
        .at(at, format!("this is {kind}"))
        .help("compare it with something: `… is …`, `… > …`, `… includes …`")
}

/// A condition where a value is wanted.
pub fn not_a_value(at: Span) -> Diagnostic {
    Diagnostic::error(Code::WrongKind, "this is a condition, not a value")
        .at(at, "either true or false")
        .help("use it alone, or with `not`, `and`, `or`")
}

/// A value of the wrong kind.
pub fn wrong_value(at: Span, wanted: &str, got: &str) -> Diagnostic {
    Diagnostic::error(Code::WrongKind, format!("this should be {wanted}"))
        .at(at, format!("this is {got}"))
        .help(format!("write {wanted}"))
}

/// A member an enum does not have.
pub fn not_a_choice<'a>(
    at: Span,
    name: &str,
    wanted: &str,
    known: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let help = nearest::did_you_mean(name, known).unwrap_or_else(|| format!("write {wanted}"));
    Diagnostic::error(Code::UnknownName, format!("`{name}` is not {wanted}"))
        .at(at, "not one of them")
        .help(help)
}

/// A number that is not whole, or too large, for a count.
pub fn not_a_count(at: Span) -> Diagnostic {
    Diagnostic::error(Code::WrongKind, "a count is a whole number")
        .at(at, "not a whole number between -9.2 and 9.2 quintillion")
        .help("write it without a fraction, as `700M` or `1_200_000`")
}

/// A country or territory nobody knows.
pub fn unknown_place<'a>(at: Span, name: &str, known: impl Iterator<Item = &'a str>) -> Diagnostic {
    let help = nearest::did_you_mean(name, known).unwrap_or_else(|| {
        "write the two capital letters of ISO 3166, such as `DE`, or declare a `territory`"
            .to_owned()
    });
    Diagnostic::error(
        Code::UnknownName,
        format!("no country or territory is called `{name}`"),
    )
    .at(at, "not declared anywhere")
    .help(help)
}

/// A currency nobody mints.
pub fn unknown_currency(at: Span, code: &str) -> Diagnostic {
    Diagnostic::error(Code::UnknownName, format!("`{code}` is not a currency"))
        .at(at, "not an ISO 4217 code")
        .help("write a code such as `USD` or `EUR` in capitals")
}

/// A definition that needs itself.
pub fn circular(what: &str, name: &str, at: Span) -> Diagnostic {
    Diagnostic::error(
        Code::Circular,
        format!("the {what} `{name}` refers to itself"),
    )
    .at(at, "leads back to itself")
    .help("break the circle; nothing in a policy may be recursive")
}

/// Something a declaration needs.
pub fn incomplete(message: &str, at: Span, label: &str, help: &str) -> Diagnostic {
    Diagnostic::error(Code::Incomplete, message)
        .at(at, label)
        .help(help)
}

/// A statement where it has no meaning.
pub fn misplaced(message: &str, at: Span, help: &str) -> Diagnostic {
    Diagnostic::error(Code::Misplaced, message)
        .at(at, "not here")
        .help(help)
}

/// A time that ends before it starts.
pub fn backwards(message: &str, at: Span, help: &str) -> Diagnostic {
    Diagnostic::error(Code::Misplaced, message)
        .at(at, "the last day comes before the first")
        .help(help)
}

/// A statement of an organization that would loosen a license.
pub fn loosens(message: &str, at: Span, help: &str) -> Diagnostic {
    Diagnostic::error(Code::Loosens, message)
        .at(at, "an organization can tighten a license, never loosen it")
        .help(help)
}

/// The wrong number of arguments.
pub fn wrong_count(name: &str, wanted: usize, got: usize, at: Span) -> Diagnostic {
    Diagnostic::error(
        Code::WrongKind,
        format!(
            "`{name}` takes {}, not {got}",
            words::count(wanted, "value", "values")
        ),
    )
    .at(at, "called here")
    .help("give one value for each name in brackets in its definition")
}

/// Two clauses that can both apply and say the opposite.
pub fn clash(grant: (Span, &str), forbid: (Span, &str), act: &str) -> Diagnostic {
    Diagnostic::error(
        Code::Clash,
        format!(
            "`{}` grants `{act}` in so many words and `{}` forbids it always",
            grant.1, forbid.1
        ),
    )
    .at(forbid.0, "forbids it without a condition")
    .and(grant.0, "grants it here")
    .help("say which wins: make one an `exception to` the other, or add a `when`")
}

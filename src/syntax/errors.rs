//! Messages about policy texts that do not follow the grammar.

use super::grammar::{self, Rule};
use crate::diagnostic::{Code, Diagnostic, nearest, words};
use crate::source::Span;
use pest::error::{Error, ErrorVariant, InputLocation};

/// What pest could not read, in our words. `place` maps a byte of the piece to a span.
pub fn unexpected(
    error: &Error<Rule>,
    piece: &str,
    place: impl Fn(usize, usize) -> Span,
) -> Diagnostic {
    let (start, end) = place_of(error, piece);
    let found = &piece[start..end];
    let mut expected: Vec<&'static str> = Vec::new();
    let mut keywords: Vec<&'static str> = Vec::new();
    match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => {
            for rule in positives {
                for name in grammar::said(*rule) {
                    if !expected.contains(name) {
                        expected.push(name);
                    }
                    if name.starts_with('`') {
                        keywords.push(name.trim_matches('`'));
                    }
                }
            }
        }
        ErrorVariant::CustomError { message } => {
            return too_deep(place(start, end))
                .help(format!("{message}; split the condition with `define`"));
        }
    }
    let message = if found.is_empty() {
        "the text ends too early".to_owned()
    } else {
        format!("{} does not fit here", words::ticked(found))
    };
    let label = match expected.as_slice() {
        [] => "unexpected".to_owned(),
        few if few.len() <= 8 => format!("expected {}", words::listed_bare(few, "or")),
        many => format!("expected {} or something else", many[..6].join(", ")),
    };
    let help = nearest::did_you_mean(found, keywords.into_iter())
        .or_else(|| hint(found).map(str::to_owned));
    Diagnostic::error(Code::Syntax, message)
        .at(place(start, end), label)
        .maybe_help(help)
}

fn hint(found: &str) -> Option<&'static str> {
    Some(match found {
        "==" | "=" => "compare with `is`",
        "!=" | "<>" => "compare with `is not`",
        "&&" | "&" => "join conditions with `and`",
        "||" | "|" => "join conditions with `or`",
        "!" => "negate with `not`",
        "=>" => "write `>=`",
        "=<" => "write `<=`",
        _ => return None,
    })
}

/// The bytes of the word that pest could not read.
pub fn place_of(error: &Error<Rule>, piece: &str) -> (usize, usize) {
    match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => token_at(piece, at),
    }
}

/// The word or sign that starts at or after `at`.
fn token_at(text: &str, at: usize) -> (usize, usize) {
    let rest = text.get(at..).unwrap_or("");
    let start = at + (rest.len() - rest.trim_start().len());
    let rest = text.get(start..).unwrap_or("");
    let word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let sign = |c: char| "=!<>&|".contains(c);
    let len = match rest.chars().next() {
        None => 0,
        Some('"') => rest[1..].find(['"', '\n']).map_or(rest.len(), |n| n + 2),
        Some(c) if word(c) => rest.find(|c: char| !word(c)).unwrap_or(rest.len()),
        Some(c) if sign(c) => rest.find(|c: char| !sign(c)).unwrap_or(rest.len()),
        Some(c) => c.len_utf8(),
    };
    let mut end = (start + len).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    (start.min(text.len()), end)
}

/// A bracket without its closing one.
pub fn unclosed(bracket: Span, text: &str) -> Diagnostic {
    Diagnostic::error(
        Code::Syntax,
        format!("this {} is never closed", words::ticked(text)),
    )
    .at(bracket, "opened here")
    .help("close it before the next item starts")
}

/// A closing bracket without its opening one.
pub fn unopened(bracket: Span, text: &str) -> Diagnostic {
    Diagnostic::error(
        Code::Syntax,
        format!("this {} closes nothing", words::ticked(text)),
    )
    .at(bracket, "nothing is open here that it could close")
    .help("remove it, or open the bracket it belongs to")
}

/// A string that runs into the end of its line.
pub fn unclosed_string(quote: Span) -> Diagnostic {
    Diagnostic::error(Code::Syntax, "this string does not end on its line")
        .at(quote, "opened here")
        .help("close it with `\"`; strings stay on one line")
}

/// Nested beyond the limit.
pub fn too_deep(at: Span) -> Diagnostic {
    Diagnostic::error(Code::TooLarge, "this is nested too deeply")
        .at(at, "deeper than 64 brackets or 32 quantifiers")
        .help("split the condition with `define`")
}

/// Text that belongs to no item.
pub fn stray(at: Span) -> Diagnostic {
    Diagnostic::error(Code::Syntax, "this text belongs to no item")
        .at(at, "expected `license`, `policy`, `define`, `fact`, `record`, `enum`, `act`, `territory`, `unit`, `import` or `language`")
        .help("start each item with its keyword at the start of a line")
}

/// `a and b or c`.
pub fn mixed(at: Span, first: &str, second: &str) -> Diagnostic {
    Diagnostic::error(Code::Syntax, format!("`{first}` and `{second}` are mixed without brackets"))
        .at(at, format!("`{second}` here, after `{first}`"))
        .help("put brackets around the part that belongs together, so that nobody has to know which binds tighter")
}

/// A number, date or section that looks right and is not.
pub fn bad_literal(at: Span, what: &str, why: &str) -> Diagnostic {
    Diagnostic::error(Code::Syntax, format!("this is not {what}"))
        .at(at, why.to_owned())
        .help(format!(
            "write {}",
            match what {
                "a date" => "a day of the calendar as `2025-04-05`",
                "a month" => "a month as `2025-03`",
                "a hash" => "64 hexadecimal digits",
                "a language version this program knows" => "`language 1`",
                _ => "it as digits with an optional `k`, `M`, `B` or `T`: `700M`",
            }
        ))
}

/// A text longer than the limit.
pub fn too_long(at: Span, limit: usize) -> Diagnostic {
    Diagnostic::error(
        Code::TooLarge,
        format!("this policy text is larger than {limit} bytes"),
    )
    .at(at, "the text starts here")
    .help("split it into several files")
}

/// A license or policy without its body.
pub fn no_body(head: Span) -> Diagnostic {
    Diagnostic::error(Code::Syntax, "this license or policy has no body")
        .at(head, "expected `{` after this")
        .help("put its statements between `{` and `}`")
}

/// `a | b under q.r`: an alternative without its reading.
pub fn no_reading(at: Span) -> Diagnostic {
    Diagnostic::error(
        Code::Syntax,
        "this alternative does not say under which reading it counts",
    )
    .at(at, "expected `under` and a reading")
    .help("write `… under question.reading` after each alternative")
}

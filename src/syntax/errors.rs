//! Messages about policy texts that do not follow the grammar.

use super::grammar::{self, Rule};
use super::{expected, hints, token};
use crate::diagnostic::{Code, Diagnostic, nearest, words};
use crate::source::Span;
use pest::error::{Error, ErrorVariant, InputLocation};

/// What pest could not read, in our words. `place` maps a byte of the piece to a span.
pub fn unexpected(
    error: &Error<Rule>,
    piece: &str,
    place: impl Fn(usize, usize) -> Span,
) -> Diagnostic {
    let mut names: Vec<&'static str> = Vec::new();
    match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => {
            for name in positives.iter().flat_map(|rule| grammar::said(*rule)) {
                if !names.contains(name) {
                    names.push(name);
                }
            }
        }
        ErrorVariant::CustomError { .. } => {
            let (start, end) = place_of(error, piece);
            return too_deep(place(start, end));
        }
    }
    let expected = match expected::summed_up(&names).as_slice() {
        [] => "something else".to_owned(),
        some => words::listed_bare(some, "or"),
    };
    let (start, end) = place_of(error, piece);
    let found = &piece[start..end];
    if found.is_empty() {
        let last = token::last(piece);
        return Diagnostic::error(Code::Syntax, "this statement ends too early")
            .at(
                place(last.start, last.end),
                format!("expected {expected} after this"),
            )
            .maybe_help(hints::missing(&names));
    }
    let keywords = names.iter().filter(|name| name.starts_with('`'));
    let help = nearest::did_you_mean(found, keywords.map(|name| name.trim_matches('`')))
        .or_else(|| hints::entry(found, &piece[..start]))
        .or_else(|| hints::hint(found, &names));
    Diagnostic::error(
        Code::Syntax,
        format!("{} does not fit here", words::ticked(found)),
    )
    .at(place(start, end), format!("expected {expected}"))
    .maybe_help(help)
}

/// The byte at which pest stopped.
pub fn stopped_at(error: &Error<Rule>) -> usize {
    match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    }
}

/// The bytes of the word that pest could not read.
pub fn place_of(error: &Error<Rule>, piece: &str) -> (usize, usize) {
    token_at(piece, stopped_at(error))
}

/// The word or sign that starts at or after `at`.
fn token_at(text: &str, at: usize) -> (usize, usize) {
    let mut start = at;
    loop {
        let rest = text.get(start..).unwrap_or("");
        let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\n', '\u{FEFF}']);
        start += rest.len() - trimmed.len();
        if !trimmed.starts_with("//") {
            break;
        }
        start += trimmed.find('\n').unwrap_or(trimmed.len());
    }
    let rest = text.get(start..).unwrap_or("");
    let word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let sign = |c: char| "=!<>&|".contains(c);
    let len = match rest.chars().next() {
        None => 0,
        Some('"') => token::string_end(rest, 0).0,
        Some(c) if word(c) => rest.find(|c: char| !word(c)).unwrap_or(rest.len()),
        Some(c) if sign(c) => rest.find(|c: char| !sign(c)).unwrap_or(rest.len()),
        Some(c) => c.len_utf8(),
    };
    let end = (start + len).min(text.len());
    // The parser may have taken the first of several signs: `||`.
    if rest.starts_with(sign) {
        start = text[..start].trim_end_matches(sign).len();
    }
    (start.min(end), end)
}

/// A bracket without its closing one.
pub fn unclosed(bracket: Span, text: &str) -> Diagnostic {
    Diagnostic::error(
        Code::Syntax,
        format!("this {} is never closed", words::ticked(text)),
    )
    .at(bracket, "opened here")
    .help("close it before the next statement starts")
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
        .at(at, "deeper than 64 brackets, 32 `satisfies` or 8 `list of`")
        .help("name parts of it with `define`")
}

/// Text that belongs to no item.
pub fn stray(at: Span, first: &str) -> Diagnostic {
    let items = [
        "license",
        "policy",
        "define",
        "fact",
        "record",
        "enum",
        "act",
        "territory",
        "unit",
        "import",
        "language",
    ];
    let help = nearest::did_you_mean(first, items.into_iter())
        .unwrap_or_else(|| "start each item with its keyword at the start of a line".to_owned());
    Diagnostic::error(Code::Syntax, "this text belongs to no item")
        .at(
            at,
            "expected an item such as `license`, `policy` or `define`",
        )
        .help(help)
}

/// `a and b or c`.
pub fn mixed(first: Span, first_word: &str, second: Span, second_word: &str) -> Diagnostic {
    Diagnostic::error(
        Code::Syntax,
        format!("`{first_word}` and `{second_word}` are mixed without brackets"),
    )
    .at(second, format!("`{second_word}` here"))
    .and(first, format!("`{first_word}` here"))
    .help("put brackets around the part that belongs together")
}

/// `2025-02-30`: looks like a date.
pub fn no_such_day(at: Span) -> Diagnostic {
    Diagnostic::error(Code::Syntax, "this is not a date")
        .at(at, "no such day")
        .help("write a day of the calendar, such as `2025-04-05`")
}

/// `2025-13`: looks like a month.
pub fn no_such_month(at: Span) -> Diagnostic {
    Diagnostic::error(Code::Syntax, "this is not a month")
        .at(at, "no such month")
        .help("write a year and a month from 01 to 12, such as `2025-03`")
}

/// `sha256 "abc"`.
pub fn bad_hash(at: Span, hash: &str) -> Diagnostic {
    let label = match hash.chars().find(|c| !c.is_ascii_hexdigit()) {
        Some(odd) => format!(
            "{} is no hexadecimal digit",
            words::ticked(&odd.to_string())
        ),
        None => format!("{} of 64", words::count(hash.len(), "digit", "digits")),
    };
    Diagnostic::error(Code::Syntax, "this is not a SHA-256 hash")
        .at(at, label)
        .help("write the 64 hexadecimal digits that `sha256sum` prints for the text")
}

/// `language 2`.
pub fn unknown_language(at: Span, version: &str, known: u32) -> Diagnostic {
    Diagnostic::error(
        Code::Syntax,
        format!("language version {} is not known", words::ticked(version)),
    )
    .at(at, format!("this program knows version {known}"))
    .help(format!(
        "write `language {known}`, or read this file with a newer program"
    ))
}

/// A number that cannot be kept exactly, or with `_` in an odd place.
pub fn bad_number(at: Span, text: &str) -> Diagnostic {
    let digits = text.trim_start_matches('-');
    let whole = digits.split('.').next().unwrap_or(digits);
    let whole = whole.trim_end_matches(['k', 'M', 'B', 'T']);
    let odd = whole.ends_with('_') || whole.contains("__") || digits[whole.len()..].contains('_');
    if odd {
        return Diagnostic::error(Code::Syntax, "this is not a number")
            .at(at, "`_` stands elsewhere than between two digits")
            .help("write `1_200_000` or `1.2M`");
    }
    Diagnostic::error(Code::Syntax, "this number cannot be kept exactly")
        .at(at, "more than 28 digits")
        .help("write it with fewer digits")
}

/// `999999999 years`.
pub fn too_far(at: Span) -> Diagnostic {
    Diagnostic::error(Code::Syntax, "this duration is too long")
        .at(at, "more than 100 000")
        .help("write at most 100 000 days, weeks, months or years")
}

/// `at least 99999999999 x in y satisfy …`
pub fn too_many(at: Span) -> Diagnostic {
    Diagnostic::error(Code::Syntax, "this number is too large")
        .at(at, "more than any list can hold")
        .help("write a number below 4 294 967 296")
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

/// A statement that follows the grammar and still could not be understood.
pub fn unread(at: Span) -> Diagnostic {
    Diagnostic::error(Code::Syntax, "this statement could not be understood")
        .at(at, "nothing was made of this")
        .help("write it more plainly")
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

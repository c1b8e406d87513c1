//! Words for faults of JSON.

use jsonc_parser::ParseStringErrorKind as InString;
use jsonc_parser::errors::ParseErrorKind as Json;

use super::Words;
use crate::diagnostic::Diagnostic;
use crate::facts::errors;
use crate::source::Span;

/// A fault of JSON at a place.
pub(in crate::facts) fn json(place: Span, kind: &Json) -> Diagnostic {
    let (message, label, help) = match kind {
        Json::CommentsNotAllowed | Json::UnterminatedCommentBlock => (
            "JSON has no comments",
            "a comment",
            "remove it, or write the facts in YAML",
        ),
        Json::ExpectedColonAfterObjectKey => (
            "a colon is missing after a key",
            "the key ends before this",
            "write `\"key\": value`",
        ),
        Json::ExpectedObjectValue => (
            "a value is missing after a colon",
            "the text ends here",
            "write a value",
        ),
        Json::ExpectedStringObjectProperty | Json::UnexpectedTokenInObject => (
            "a key must be a text in double quotes",
            "expected a key here",
            "put the key in double quotes",
        ),
        Json::SingleQuotedStringsNotAllowed => (
            "JSON has no single quotes",
            "a single quote",
            "use double quotes",
        ),
        Json::ExpectedComma => (
            "a comma is missing",
            "expected `,` after this",
            "separate entries by commas",
        ),
        Json::TrailingCommasNotAllowed | Json::UnexpectedComma => (
            "a comma has no value beside it",
            "this comma",
            "remove the comma",
        ),
        Json::MultipleRootJsonValues => (
            "something follows the end of the JSON value",
            "this is outside",
            "remove it; to give several values, name the file `.jsonl` and write one per line",
        ),
        Json::UnexpectedCloseBrace | Json::UnexpectedCloseBracket => (
            "a bracket is closed where a value was expected",
            "this bracket",
            "write the missing value, or close the bracket that was opened last",
        ),
        Json::UnexpectedColon => (
            "a colon stands where a value was expected",
            "this colon",
            "write a value, or put the key in double quotes",
        ),
        Json::UnexpectedWord | Json::UnexpectedToken => (
            "a word is neither `true`, `false`, `null`, a number nor in quotes",
            "this word",
            "put texts in double quotes",
        ),
        Json::UnterminatedArray => (
            "a list is never closed",
            "opened here",
            "add the missing `]`",
        ),
        Json::UnterminatedObject => (
            "a mapping is never closed",
            "opened here",
            "add the missing `}`",
        ),
        Json::String(InString::UnterminatedStringLiteral) => (
            "a text in quotes is never closed",
            "opened here",
            "add the closing quote; write `\\\"` for a quote inside a text",
        ),
        Json::String(_) => (
            "a text in quotes holds an escape without meaning",
            "here",
            "write `\\\\` for a backslash; JSON knows \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four digits",
        ),
        Json::BareDecimalPointNumbersNotAllowed
        | Json::ExpectedDigit
        | Json::ExpectedDigitFollowingNegativeSign
        | Json::ExpectedPlusMinusOrDigitInNumberLiteral
        | Json::HexadecimalNumbersNotAllowed
        | Json::NonFiniteNumbersNotAllowed
        | Json::UnaryPlusNumbersNotAllowed => NUMBER,
        Json::NestingDepthExceeded => NOT_JSON,
    };
    errors::syntax(place, message, label, help)
}

/// A number that JSON does not know.
pub(in crate::facts) const NUMBER: Words = (
    "a number is not written as JSON wants it",
    "this number",
    "write plain digits like `12`, `-0.5` or `1e6`, or put a text in double quotes",
);

/// No value at all.
pub(in crate::facts) const EMPTY: Words = (
    "the text holds no JSON value",
    "nothing here",
    "write `{}` for a file without facts",
);

/// A raw line break or other control character inside quotes.
pub(in crate::facts) const CONTROL: Words = (
    "a text in quotes holds a line break or control character",
    "here",
    "write `\\n` for a line break and `\\t` for a tab",
);

/// White space that is none in JSON.
pub(in crate::facts) const SPACE: Words = (
    "an invisible character stands between values",
    "before or after this",
    "use spaces, tabs and line breaks only",
);

/// Anything else.
pub(in crate::facts) const NOT_JSON: Words = (
    "this is not JSON",
    "reading stopped here",
    "look at the line before, too: a quote, bracket or comma may be missing there",
);

//! Words for faults of TOML.

use super::Words;
use crate::diagnostic::Diagnostic;
use crate::facts::errors;
use crate::source::Span;

/// A fault of TOML, told by the beginning of the parser's own message (it has no kinds).
pub(in crate::facts) fn toml(place: Span, message: &str) -> Diagnostic {
    let said = |words: &str| message.starts_with(words);
    let found = TOML.iter().find(|(begins, _)| said(begins));
    let (message, label, help) = found.map_or(NOT_TOML, |(_, words)| *words);
    errors::syntax(place, message, label, help)
}

const NOT_TOML: Words = (
    "this is not TOML",
    "reading stopped here",
    "look at the line before, too: a quote, bracket or `=` may be missing there",
);

const QUOTE: Words = (
    "a text is not in quotes",
    "a value belongs here",
    "put the text in quotes; TOML has no bare texts",
);

const OPEN_TABLE: Words = (
    "a table's name is never closed",
    "the bracket is missing here",
    "write `[name]`, or `[[name]]` for one of several",
);

const SURPLUS_COMMA: Words = (
    "a comma has no value beside it",
    "this comma",
    "remove the comma",
);

const MISSING_COMMA: Words = (
    "a comma is missing",
    "expected `,` here",
    "separate entries by commas, and close the bracket after the last",
);

const KEY: Words = (
    "a key is not written as TOML wants it",
    "this would be a key",
    "use letters, digits, `-` and `_`, or put the key in quotes",
);

const NUMBER: Words = (
    "a number is not written as TOML wants it",
    "this number",
    "write plain digits like `12`, `1_000` or `0.5`, or put a text in quotes",
);

const MISSING_VALUE: Words = (
    "a key has no value",
    "expected a value here",
    "write `key = value`",
);

const ESCAPE: Words = (
    "a text in quotes holds an escape without meaning",
    "after this",
    "write `\\\\` for a backslash, or use single quotes",
);

const EXTRA_EQUALS: Words = ("an `=` stands where none belongs", "this sign", "remove it");

const CONTROL: Words = (
    "a text or comment holds a control character, or a quote is missing",
    "here",
    "remove the character, or close the quote before the line ends",
);

const DATE: Words = (
    "this is not a date or time",
    "no such day or time",
    "write `2026-01-31`, `07:32:00` or `2026-01-31T07:32:00Z`",
);

/// The first row that fits counts.
const TOML: &[(&str, Words)] = &[
    (
        "key with no value",
        (
            "a key has no value",
            "expected `=` here",
            "write `key = value`",
        ),
    ),
    ("missing value", MISSING_VALUE),
    (
        "missing key",
        (
            "a key is missing",
            "expected a key here",
            "write `key = value`",
        ),
    ),
    ("missing comma", MISSING_COMMA),
    (
        "missing assignment",
        (
            "an `=` is missing",
            "expected `=` here",
            "write `key = value`",
        ),
    ),
    ("extra comma", SURPLUS_COMMA),
    ("extra `=`", EXTRA_EQUALS),
    ("extra assignment", EXTRA_EQUALS),
    ("unexpected `=`", EXTRA_EQUALS),
    ("unclosed array table", OPEN_TABLE),
    ("unclosed table", OPEN_TABLE),
    ("missing table open", OPEN_TABLE),
    (
        "unclosed array",
        (
            "a list is never closed",
            "expected `]` by here",
            "add the missing `]`",
        ),
    ),
    (
        "unclosed inline table",
        (
            "a mapping is never closed",
            "expected `}` by here",
            "add the missing `}`",
        ),
    ),
    ("string values must be quoted", QUOTE),
    ("invalid boolean", QUOTE),
    ("invalid value", QUOTE),
    ("missing opening quote", QUOTE),
    ("invalid basic string", CONTROL),
    ("invalid literal string", CONTROL),
    ("invalid multi-line", CONTROL),
    ("invalid comment", CONTROL),
    ("carriage return", CONTROL),
    ("missing escaped value", ESCAPE),
    ("too few unicode", ESCAPE),
    ("invalid escape", ESCAPE),
    ("invalid unquoted key", KEY),
    ("invalid key", KEY),
    ("unquoted keys", KEY),
    ("keys cannot be multi-line", KEY),
    ("integers with a radix", NUMBER),
    ("radix must be lowercase", NUMBER),
    ("redundant", NUMBER),
    ("unexpected leading zero", NUMBER),
    ("unexpected sign", NUMBER),
    ("`_` may only go", NUMBER),
    ("invalid integer", NUMBER),
    ("invalid float", NUMBER),
    ("invalid mantissa", NUMBER),
    ("invalid fraction", NUMBER),
    ("invalid exponent", NUMBER),
    ("invalid octal", NUMBER),
    ("invalid hexadecimal", NUMBER),
    ("invalid binary", NUMBER),
    ("invalid date", DATE),
    ("invalid time", DATE),
    ("invalid offset", DATE),
    ("invalid nanoseconds", DATE),
    ("invalid table", OPEN_TABLE),
    (
        "unexpected",
        (
            "something stands where nothing belongs",
            "this",
            "begin a new line, or put the text in quotes",
        ),
    ),
];

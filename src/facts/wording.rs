//! Our words for what the three parsers find wrong: message, label, help.

use granit_parser::ErrorKind as Yaml;
use jsonc_parser::ParseStringErrorKind as InString;
use jsonc_parser::errors::ParseErrorKind as Json;

use super::{Limits, Text, errors};
use crate::diagnostic::Diagnostic;
use crate::source::Span;

type Words = (&'static str, &'static str, &'static str);

// ── YAML

/// A fault of YAML at a byte.
pub(super) fn yaml(text: Text<'_>, kind: &Yaml, at: usize, limits: &Limits) -> Diagnostic {
    let place = text.near(at);
    match kind {
        Yaml::RecursionLimitExceeded => errors::too_deep(place, limits.depth),
        Yaml::UnsupportedYamlMajorVersion => {
            let line = text.head(at, text.all.len());
            let version = text.slice(line).trim_start_matches("%YAML").trim();
            errors::yaml_version(line, version)
        }
        Yaml::UnclosedFlowCollection { open } => {
            let message = format!("the bracket `{open}` is never closed");
            let help = format!("add `{}` where the {} ends", closing(*open), noun(*open));
            errors::syntax(place, &message, "opened here", &help)
        }
        Yaml::MismatchedFlowCollectionEnd { open, close } => {
            let message = format!("the bracket `{open}` is closed by `{close}`");
            let help = format!("close it with `{}`", closing(*open));
            errors::syntax(place, &message, "opened here", &help)
        }
        Yaml::UnexpectedCharacter { character } => {
            let shown: String = match character.is_control() {
                true => character.escape_unicode().collect(),
                false => character.to_string(),
            };
            let message = format!("a value cannot begin with `{shown}`");
            let help = "put the value in quotes";
            errors::syntax(place, &message, "this sign is reserved in YAML", help)
        }
        Yaml::TabNotAllowed
        | Yaml::TabInBlockIndentation
        | Yaml::TabInIndentation
        | Yaml::TabInPlainScalar => {
            let before = &text.all[..text.boundary(at)];
            let blanks = before.len() - before.trim_end_matches([' ', '\t']).len();
            let place = match before[before.len() - blanks..].contains('\t') {
                true => text.span(before.len() - blanks, before.len()),
                false => place,
            };
            let message = "a tab is used for indentation";
            errors::syntax(place, message, "the tab", "indent by spaces")
        }
        kind => {
            let (message, label, help) = yaml_structure(kind)
                .or_else(|| yaml_quotes(kind))
                .or_else(|| yaml_marks(kind))
                .unwrap_or(NOT_YAML);
            errors::syntax(place, message, label, help)
        }
    }
}

const NOT_YAML: Words = (
    "this is not YAML",
    "reading stopped here",
    "look at the line before, too: a quote, bracket or colon may be missing there",
);

fn closing(open: char) -> char {
    match open {
        '{' => '}',
        _ => ']',
    }
}

fn noun(open: char) -> &'static str {
    match open {
        '{' => "mapping",
        _ => "list",
    }
}

fn yaml_structure(kind: &Yaml) -> Option<Words> {
    Some(match kind {
        Yaml::MappingValueNotAllowed => (
            "a colon makes a key here, where no key can stand",
            "this colon",
            "put a text with `: ` in quotes, or begin the key on a line of its own",
        ),
        Yaml::MappingKeyNotAllowed | Yaml::InvalidColonPlacement => (
            "a key cannot stand here",
            "this would be a key",
            "begin the key on a line of its own, as far in as its neighbors",
        ),
        Yaml::SimpleKeyExpected | Yaml::InvalidSimpleKey => (
            "a line of this mapping has no colon",
            "`: ` is missing after the key",
            "write `key: value`; a key stands on one line and has at most 1024 signs",
        ),
        Yaml::ExpectedBlockMappingKey => (
            "this line does not stand as far in as the keys before it",
            "neither a key of this mapping nor of the one around it",
            "indent it like the keys it belongs to",
        ),
        Yaml::ExpectedBlockSequenceEntry => (
            "a list goes on with something that is not an entry",
            "`- ` is missing here",
            "begin each entry with `- `, or indent this line to belong to the entry before it",
        ),
        Yaml::InvalidIndentation => (
            "this line is not far enough in",
            "the indentation ends too early",
            "indent it further than the key it belongs to",
        ),
        Yaml::BlockSequenceEntryNotAllowed | Yaml::BlockEntryInFlowCollection => (
            "an entry with `- ` cannot stand here",
            "this dash",
            "begin the list on a line of its own; inside brackets, separate entries by commas",
        ),
        Yaml::ExpectedFlowMappingSeparator | Yaml::ExpectedFlowSequenceSeparator => (
            "a comma or closing bracket is missing",
            "expected `,` or a closing bracket here",
            "separate entries by commas; put texts with signs of YAML in quotes",
        ),
        Yaml::MisplacedFlowCollectionEnd => (
            "a bracket is closed that was never opened",
            "closes nothing",
            "remove it, or put the text in quotes",
        ),
        Yaml::ExpectedNodeContent | Yaml::UnexpectedEofImplicitFlowMapping => (
            "a value is missing",
            "expected a value here",
            "write a value, or remove the comma before it",
        ),
        Yaml::UnexpectedEof
        | Yaml::UnexpectedEofFlowSequence
        | Yaml::UnexpectedEofFlowMapping
        | Yaml::UnexpectedEofBlockSequence
        | Yaml::UnexpectedEofBlockMapping => (
            "the text ends in the middle of a value",
            "the text ends here",
            "see whether the file is complete",
        ),
        Yaml::InvalidFlowScalarIndent => (
            "a value inside brackets stands at the edge of the line",
            "indent this line",
            "indent what stands inside brackets",
        ),
        Yaml::FlowMappingValueAdjacentCollection | Yaml::InvalidMappingValueWhitespace => (
            "a space is missing after a colon",
            "this colon",
            "write `key: value` with a space",
        ),
        Yaml::InvalidBlockEntryWhitespace => (
            "only spaces may stand between a dash and its entry",
            "this dash",
            "replace the tab by a space",
        ),
        _ => return None,
    })
}

fn yaml_quotes(kind: &Yaml) -> Option<Words> {
    Some(match kind {
        Yaml::UnclosedQuotedScalar => (
            "a quoted text is never closed",
            "opened here",
            "add the closing quote",
        ),
        Yaml::InvalidQuotedScalarIndent => (
            "a quoted text runs on into a line that is not part of it",
            "the text is still in quotes here",
            "close the quote on the line before, or indent this line",
        ),
        Yaml::DocumentIndicatorInQuotedScalar => (
            "a quoted text runs on into the next document",
            "the text is still in quotes here",
            "close the quote before this line",
        ),
        Yaml::InvalidTrailingSingleQuotedScalar | Yaml::InvalidTrailingDoubleQuotedScalar => (
            "something follows a quoted text",
            "nothing may stand here",
            "put the whole value in quotes; inside, write `''` or `\\\"` for a quote",
        ),
        Yaml::UnknownQuotedScalarEscape => (
            "a quoted text holds a backslash without meaning",
            "in this text",
            "write `\\\\` for a backslash, or use single quotes",
        ),
        Yaml::InvalidQuotedScalarHexEscape
        | Yaml::InvalidLowSurrogateHexEscape
        | Yaml::InvalidLowSurrogate
        | Yaml::MissingLowSurrogate
        | Yaml::UnpairedLowSurrogate
        | Yaml::InvalidUnicodeEscape => (
            "a quoted text holds an escape that is no character",
            "in this text",
            "write the character itself, or `\\u` and four hexadecimal digits",
        ),
        Yaml::ZeroBlockScalarIndent
        | Yaml::InvalidBlockScalarHeader
        | Yaml::TabAtBlockScalarStart
        | Yaml::InvalidBlockScalarIndent => (
            "a text block does not begin or stand as it should",
            "here",
            "write `|` or `>` alone after the colon, and indent all lines of the text by spaces",
        ),
        Yaml::CommentInterceptedScalar => (
            "a comment stands in the middle of a text",
            "the text goes on here",
            "put the text in quotes, or move the comment to its end",
        ),
        Yaml::PlainScalarStartsWithDashFlowIndicator | Yaml::UnexpectedEndOfPlainScalar => (
            "a text begins with signs of YAML",
            "this would be a text",
            "put the text in quotes",
        ),
        _ => return None,
    })
}

fn yaml_marks(kind: &Yaml) -> Option<Words> {
    Some(match kind {
        Yaml::ExpectedWhitespace | Yaml::CommentNotSeparated => (
            "a space is missing",
            "a space belongs before this",
            "separate values and comments by a space",
        ),
        Yaml::BomInsideDocument => (
            "a byte order mark stands inside the text",
            "here",
            "remove it; it may stand at the start of a file only",
        ),
        Yaml::DuplicateVersionDirective
        | Yaml::DuplicateTagDirective
        | Yaml::InvalidDirectiveTerminator
        | Yaml::DirectiveDisallowed
        | Yaml::MissingYamlVersionSeparator
        | Yaml::MissingDirectiveName
        | Yaml::InvalidDirectiveName
        | Yaml::YamlVersionTooLong
        | Yaml::MissingYamlVersion
        | Yaml::InvalidTagDirectiveTerminator => (
            "a line that begins with `%` is not understood",
            "an instruction to YAML parsers",
            "remove the line",
        ),
        Yaml::ExpectedDocumentStart
        | Yaml::MissingDocumentEndBeforeDirective
        | Yaml::InvalidDocumentEnd => (
            "documents are not separated as they should be",
            "this belongs to no document",
            "put `---` on a line of its own between documents",
        ),
        Yaml::UndeclaredTagHandle
        | Yaml::ExpectedTagBang
        | Yaml::ExpectedTagDirectiveBang
        | Yaml::InvalidGlobalTagCharacter
        | Yaml::InvalidTagTerminator
        | Yaml::MissingTagUri
        | Yaml::UnclosedVerbatimTag
        | Yaml::InvalidTagEscape
        | Yaml::InvalidTagUtf8LeadingByte
        | Yaml::InvalidTagUtf8TrailingByte
        | Yaml::InvalidTagUtf8 => (
            "a tag is not understood",
            "a word that begins with `!` is a tag",
            "leave the tag out; put a text that begins with `!` in quotes",
        ),
        Yaml::MissingAnchorOrAliasName => (
            "a name is missing after `&` or `*`",
            "these signs begin an anchor or alias",
            "put a text that begins with `&` or `*` in quotes",
        ),
        _ => return None,
    })
}

// ── JSON

/// A fault of JSON at a place.
pub(super) fn json(place: Span, kind: &Json) -> Diagnostic {
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
        | Json::UnaryPlusNumbersNotAllowed => JSON_NUMBER,
        Json::NestingDepthExceeded => NOT_JSON,
    };
    errors::syntax(place, message, label, help)
}

/// A number that JSON does not know.
pub(super) const JSON_NUMBER: Words = (
    "a number is not written as JSON wants it",
    "this number",
    "write plain digits like `12`, `-0.5` or `1e6`, or put a text in double quotes",
);

/// No value at all.
pub(super) const JSON_EMPTY: Words = (
    "the text holds no JSON value",
    "nothing here",
    "write `{}` for a file without facts",
);

/// A raw line break or other control character inside quotes.
pub(super) const JSON_CONTROL: Words = (
    "a text in quotes holds a line break or control character",
    "here",
    "write `\\n` for a line break and `\\t` for a tab",
);

/// White space that is none in JSON.
pub(super) const JSON_SPACE: Words = (
    "an invisible character stands between values",
    "before or after this",
    "use spaces, tabs and line breaks only",
);

/// Anything else.
pub(super) const NOT_JSON: Words = (
    "this is not JSON",
    "reading stopped here",
    "look at the line before, too: a quote, bracket or comma may be missing there",
);

// ── TOML

/// A fault of TOML, told by the beginning of the parser's own message (it has no kinds).
pub(super) fn toml(place: Span, message: &str) -> Diagnostic {
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

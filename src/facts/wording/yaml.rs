//! Words for faults of YAML.

use granit_parser::ErrorKind as Yaml;

use super::Words;
use crate::diagnostic::Diagnostic;
use crate::facts::{Limits, Text, errors};

/// A fault of YAML at a byte.
pub(in crate::facts) fn yaml(
    text: Text<'_>,
    kind: &Yaml,
    at: usize,
    limits: &Limits,
) -> Diagnostic {
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

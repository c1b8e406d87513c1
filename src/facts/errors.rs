//! The faults of facts texts, one function each. Syntax has its words in [`super::wording`].

use super::{Limits, Text};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// The words of a person, cut if they are long.
pub(super) fn said(words: &str) -> String {
    let mut signs = words.chars();
    let mut head: String = signs.by_ref().take(48).collect();
    if signs.next().is_some() {
        head.push('…');
    }
    head
}

fn megabytes(bytes: usize) -> String {
    match bytes % (1 << 20) {
        0 if bytes > 0 => format!("{} MiB", bytes >> 20),
        _ => format!("{bytes} bytes"),
    }
}

// ── limits

pub(super) fn text_too_long(text: Text<'_>, limit: usize) -> Diagnostic {
    let limit = megabytes(limit);
    let message = format!("the text is larger than {limit}");
    let length = format!("this text has {} bytes", text.all.len());
    Diagnostic::error(Code::TooLarge, message)
        .at(text.head(0, 40), length)
        .help("split the file into several, or use JSON Lines and give it in parts")
}

pub(super) fn scalar_too_long(at: Span, length: usize, limit: usize) -> Diagnostic {
    let message = format!("one value is larger than {}", megabytes(limit));
    Diagnostic::error(Code::TooLarge, message)
        .at(at, format!("this one has {length} bytes"))
        .help("facts are short; keep long texts in a file of their own")
}

pub(super) fn too_deep(at: Span, limit: usize) -> Diagnostic {
    let message = format!("lists and mappings are nested more than {limit} deep");
    Diagnostic::error(Code::TooLarge, message)
        .at(at, format!("this would be level {}", limit + 1))
        .help("no fact needs such depth; look for a bracket or indentation too many")
}

pub(super) fn too_many_values(at: Span, limit: usize) -> Diagnostic {
    let message = format!("the text holds more than {limit} values");
    Diagnostic::error(Code::TooLarge, message)
        .at(at, "the limit is reached here")
        .help("split the file into several, or use JSON Lines and give it in parts")
}

pub(super) fn too_many_anchors(at: Span, limit: usize) -> Diagnostic {
    let message = format!("the text has more than {limit} anchors");
    Diagnostic::error(Code::TooLarge, message)
        .at(at, "the limit is reached here")
        .help("write the values out instead of naming them")
}

pub(super) fn alias_explodes(via: Span, anchor: Span, limits: &Limits, nodes: bool) -> Diagnostic {
    let limit = match nodes {
        true => format!("{} values", limits.alias_nodes),
        false => format!("{} of text", megabytes(limits.bytes)),
    };
    let message = format!("the aliases of this text copy more than {limit}");
    Diagnostic::error(Code::TooLarge, message)
        .at(via, "the limit is passed here")
        .and(anchor, "this is what would be copied")
        .help("write the values out, or repeat less")
}

pub(super) fn alias_too_deep(via: Span, anchor: Span, limit: usize) -> Diagnostic {
    let message = format!("lists and mappings are nested more than {limit} deep");
    Diagnostic::error(Code::TooLarge, message)
        .at(via, "what is repeated here goes too deep")
        .and(anchor, "this is what would be copied")
        .help("write the values out, or repeat less")
}

pub(super) fn late_tables(at: Span) -> Diagnostic {
    let message = "too many tables are given after the tables inside them";
    Diagnostic::error(Code::TooLarge, message)
        .at(at, "this table already has tables inside it")
        .help("give each table before the tables inside it")
}

pub(super) fn too_many_faults(at: Span, limit: usize) -> Diagnostic {
    let message = format!("the text has more than {limit} faults; the rest is not told");
    Diagnostic::error(Code::TooLarge, message)
        .at(at, "reading stopped here")
        .help("see whether the file is what its name says it is")
}

// ── keys

pub(super) fn duplicate_key(again: Span, first: Span, name: &str) -> Diagnostic {
    let message = format!("`{}` is given twice", said(name));
    Diagnostic::error(Code::DuplicateKey, message)
        .at(again, "given again here")
        .and(first, "first given here")
        .help("keep one of the two")
}

/// The same where only the second place is known.
pub(super) fn duplicate_key_alone(again: Span, name: &str) -> Diagnostic {
    let message = format!("`{}` is given twice", said(name));
    Diagnostic::error(Code::DuplicateKey, message)
        .at(again, "given again here")
        .help("keep one of the two")
}

/// TOML: `a.b = 1` or `[a.b]` where `a` is a value.
pub(super) fn not_a_table(again: Span, first: Option<Span>, name: &str) -> Diagnostic {
    let message = format!("`{}` has a value already and cannot hold keys", said(name));
    let fault = Diagnostic::error(Code::DuplicateKey, message).at(again, "used as a table here");
    let fault = match first {
        Some(first) => fault.and(first, "given a value here"),
        None => fault,
    };
    fault.help("keep one of the two, or choose another name")
}

pub(super) fn null_key(at: Span) -> Diagnostic {
    Diagnostic::error(Code::FactsFeature, "a key is empty")
        .at(at, "a name is missing before the colon")
        .help("write the name of a fact, or put the key in quotes if it is meant")
}

pub(super) fn complex_key(at: Span) -> Diagnostic {
    Diagnostic::error(Code::FactsFeature, "a list or mapping stands as a key")
        .at(at, "keys are names or numbers")
        .help("write a name here; put a text that begins with a bracket in quotes")
}

pub(super) fn merge_key(at: Span) -> Diagnostic {
    Diagnostic::error(
        Code::FactsFeature,
        "`<<` does not merge mappings in YAML 1.2",
    )
    .at(at, "a merge key of YAML 1.1")
    .help("write the keys out, or put the shared part under a key of its own as `key: *name`")
}

// ── YAML

pub(super) fn recursive_alias(via: Span, anchor: Span, words: &str) -> Diagnostic {
    let message = format!("`{}` stands inside the value it repeats", said(words));
    Diagnostic::error(Code::FactsFeature, message)
        .at(via, "this would never end")
        .and(anchor, "the value begins here")
        .help("refer to the value by a name instead")
}

pub(super) fn unknown_anchor(via: Span, name: &str) -> Diagnostic {
    let name = said(name);
    let message = format!("nothing before this place is named `&{name}`");
    Diagnostic::error(Code::FactsSyntax, message)
        .at(via, "repeats a value that is not there")
        .help(format!(
            "write `&{name}` before the value to repeat, in the same document, or put `*{name}` in quotes"
        ))
}

pub(super) fn foreign_tag(at: Span, tag: &str) -> Diagnostic {
    let message = format!("the tag `{}` has no meaning here", said(tag));
    Diagnostic::error(Code::FactsFeature, message)
        .at(at, "a tag")
        .help("leave the tag out; put a text that begins with `!` in quotes")
}

pub(super) fn tag_does_not_fit(tag: Span, value: Span, kind: &str, words: &str) -> Diagnostic {
    let message = format!("`{}` is not what the tag `!!{kind}` says", said(words));
    let fault = Diagnostic::error(Code::FactsFeature, message).at(tag, "the tag");
    let fault = match value == tag {
        true => fault,
        false => fault.and(value, "the value"),
    };
    fault.help("leave the tag out, or correct the value")
}

pub(super) fn tag_on_collection(tag: Span, kind: &str) -> Diagnostic {
    let message = format!("the tag `!!{kind}` does not fit what follows");
    Diagnostic::error(Code::FactsFeature, message)
        .at(tag, "a list or mapping of another kind follows")
        .help("leave the tag out")
}

pub(super) fn yaml_version(at: Span, version: &str) -> Diagnostic {
    let message = format!(
        "the text says it is YAML {}, and only 1.2 is read",
        said(version)
    );
    Diagnostic::error(Code::FactsFeature, message)
        .at(at, "the version is given here")
        .help("remove this line; `yes`, `no`, `on` and `off` are texts in YAML 1.2")
}

// ── syntax

pub(super) fn syntax(at: Span, message: &str, label: &str, help: &str) -> Diagnostic {
    Diagnostic::error(Code::FactsSyntax, message)
        .at(at, label)
        .help(help)
}

//! What an unquoted YAML scalar means: the core schema of YAML 1.2, and nothing more.
//!
//! `no`, `on`, `1_000`, `700M`, `12:30` and dates are texts.

use crate::facts::tree::Tree;

/// The value of an unquoted scalar.
pub(super) fn plain(text: &str) -> Tree {
    if is_null(text) {
        Tree::Null
    } else if let Some(truth) = truth(text) {
        Tree::Bool(truth)
    } else if is_int(text) {
        Tree::Int(text.into())
    } else if is_float(text) {
        Tree::Float(text.into())
    } else {
        Tree::Text(text.into())
    }
}

/// The value of a scalar under a core tag (`int`, `str`, …); none if it does not fit.
pub(super) fn tagged(tag: &str, text: &str) -> Option<Tree> {
    match tag {
        "str" => Some(Tree::Text(text.into())),
        "null" => is_null(text).then_some(Tree::Null),
        "bool" => truth(text).map(Tree::Bool),
        "int" => is_int(text).then(|| Tree::Int(text.into())),
        "float" => (is_int(text) || is_float(text)).then(|| Tree::Float(text.into())),
        _ => None,
    }
}

/// Whether an unquoted scalar means nothing.
pub(super) fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

fn truth(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// `[-+]?[0-9]+`, `0o[0-7]+` or `0x[0-9a-fA-F]+`.
fn is_int(text: &str) -> bool {
    if let Some(octal) = text.strip_prefix("0o") {
        return !octal.is_empty() && octal.bytes().all(|b| matches!(b, b'0'..=b'7'));
    }
    if let Some(hex) = text.strip_prefix("0x") {
        return !hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit());
    }
    digits(unsigned(text)) == Some("")
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, `[-+]?.inf` or `.nan`.
fn is_float(text: &str) -> bool {
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let text = unsigned(text);
    if matches!(text, ".inf" | ".Inf" | ".INF") {
        return true;
    }
    let rest = match (digits(text), text.strip_prefix('.').and_then(digits)) {
        (Some(rest), _) => match rest.strip_prefix('.') {
            Some(part) => digits(part).unwrap_or(part),
            None => rest,
        },
        (None, Some(rest)) => rest,
        (None, None) => return false,
    };
    match rest.strip_prefix(['e', 'E']) {
        Some(exponent) => digits(unsigned(exponent)) == Some(""),
        None => rest.is_empty(),
    }
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['-', '+']).unwrap_or(text)
}

/// What follows the digits that a text begins with; none if it begins with none.
fn digits(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    (rest.len() < text.len()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_older_yaml_are_texts() {
        for text in [
            "no",
            "NO",
            "on",
            "y",
            "1_000",
            "700M",
            "12:30:45",
            "2026-01-31",
            "1.2.3",
            "+",
            "-",
            ".",
            "e3",
            "1e",
            "0o8",
            "0x",
            "-0x1F",
            "nULL",
            "tRue",
            "1,000",
            "",
            " ",
        ] {
            let number = is_int(text) || is_float(text) || truth(text).is_some();
            assert!(!number, "{text:?}");
        }
    }

    #[test]
    fn numbers_keep_their_text() {
        for text in [
            "0",
            "-0",
            "+12",
            "017",
            "0o17",
            "0x1F",
            "123456789012345678901234567890",
        ] {
            assert_eq!(plain(text), Tree::Int(text.into()));
        }
        for text in ["1.", ".5", "-1.5e+3", "1e400", "1.0", "+.inf", ".NaN"] {
            assert_eq!(plain(text), Tree::Float(text.into()));
        }
    }
}

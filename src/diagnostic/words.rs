//! Prose that agrees with its numbers: small machines for the sentences of every message.

use super::visible;

/// The longest word of a user's that is repeated whole in a sentence.
const REPEATED: usize = 120;

/// A number of things: the number, and the word that agrees with it.
///
/// ```
/// use clausula::diagnostic::words::count;
/// assert_eq!(count(1, "fact", "facts"), "1 fact");
/// assert_eq!(count(0, "fact", "facts"), "0 facts");
/// ```
pub fn count(n: usize, one: &str, many: &str) -> String {
    let shown = number(i64::try_from(n).unwrap_or(i64::MAX));
    format!("{shown} {}", agree(n, one, many))
}

/// The word that agrees with a number, without the number: `is` or `are`, `it` or `they`.
pub fn agree<'a>(n: usize, one: &'a str, many: &'a str) -> &'a str {
    if n == 1 { one } else { many }
}

/// The user's words in backticks, cut when they are very long.
///
/// ```
/// assert_eq!(clausula::diagnostic::words::ticked("users"), "`users`");
/// ```
pub fn ticked(word: &str) -> String {
    match word.char_indices().nth(REPEATED) {
        Some((end, _)) => format!("`{}…`", &word[..end]),
        None => format!("`{word}`"),
    }
}

/// Names in backticks, joined by commas and a last `or` or `and`; empty for no names.
///
/// ```
/// use clausula::diagnostic::words::listed;
/// assert_eq!(listed(&["a", "b", "c"], "or"), "`a`, `b` or `c`");
/// ```
pub fn listed(names: &[impl AsRef<str>], last: &str) -> String {
    let ticked: Vec<String> = names.iter().map(|name| ticked(name.as_ref())).collect();
    listed_bare(&ticked, last)
}

/// Words as they are, joined by commas and a last `or` or `and`; empty for no words.
///
/// ```
/// use clausula::diagnostic::words::listed_bare;
/// assert_eq!(listed_bare(&["a number", "a date"], "or"), "a number or a date");
/// ```
pub fn listed_bare(words: &[impl AsRef<str>], last: &str) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.as_slice() {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}

/// A number with its digits in groups of three; four digits stay together, as in a year.
///
/// ```
/// use clausula::diagnostic::words::number;
/// assert_eq!(number(700_000_000), "700 000 000");
/// assert_eq!(number(-12_500), "-12 500");
/// assert_eq!(number(2024), "2024");
/// ```
pub fn number(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let sign = if n < 0 { "-" } else { "" };
    if digits.len() <= 4 {
        return format!("{sign}{digits}");
    }
    let mut shown = sign.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(' ');
        }
        shown.push(digit);
    }
    shown
}

/// A noun with its article: `a number`, `an amount`.
///
/// ```
/// use clausula::diagnostic::words::with_article;
/// assert_eq!(with_article("amount of money"), "an amount of money");
/// assert_eq!(with_article("user count"), "a user count");
/// ```
pub fn with_article(noun: &str) -> String {
    let vowel = noun.starts_with(['a', 'e', 'i', 'o', 'u', 'A', 'E', 'I', 'O', 'U']);
    let spoken_as_you = ["use", "uni", "eu", "one", "Use", "Uni", "Eu", "One"];
    let consonant = !vowel || spoken_as_you.iter().any(|start| noun.starts_with(start));
    let article = if consonant { "a" } else { "an" };
    format!("{article} {noun}")
}

/// A sentence's first letter made large, for words that start a line of their own.
pub fn capitalised(sentence: &str) -> String {
    let mut chars = sentence.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// Text of any length and content made fit for the middle of a sentence: one line, no control
/// characters, at most 120 characters.
pub fn in_a_sentence(text: &str) -> String {
    visible::one_line(text, REPEATED, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_agree_with_their_length() {
        assert_eq!(listed(&[] as &[&str], "or"), "");
        assert_eq!(listed(&["a"], "or"), "`a`");
        assert_eq!(listed(&["a", "b"], "and"), "`a` and `b`");
        assert_eq!(listed_bare(&["a", "b", "c"], "and"), "a, b and c");
    }

    #[test]
    fn numbers_are_grouped() {
        for (n, shown) in [
            (0, "0"),
            (-999, "-999"),
            (1000, "1000"),
            (10_000, "10 000"),
            (123_456_789, "123 456 789"),
            (i64::MIN, "-9 223 372 036 854 775 808"),
        ] {
            assert_eq!(number(n), shown);
        }
        assert_eq!(count(30_000, "model", "models"), "30 000 models");
    }

    #[test]
    fn sentences_stay_sentences() {
        assert_eq!(agree(1, "is", "are"), "is");
        assert_eq!(with_article("SPDX expression"), "a SPDX expression");
        assert_eq!(with_article("yes/no answer"), "a yes/no answer");
        assert_eq!(with_article("unknown name"), "an unknown name");
        assert_eq!(capitalised("état"), "État");
        assert_eq!(capitalised(""), "");
        assert_eq!(in_a_sentence("a\n  b\u{1b}"), "a b␛");
        assert_eq!(ticked(&"x".repeat(200)).chars().count(), 123);
    }
}

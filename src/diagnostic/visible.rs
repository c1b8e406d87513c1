//! Making every character visible and every line bounded.
//!
//! A facts file may hold escape sequences, bells and characters that reorder text; none of them may
//! reach a terminal. Nothing here decides what is said, only how it can safely be shown.

/// What is shown instead of a character that must not reach a terminal; nothing if it may.
///
/// Control characters, characters that reorder text and characters nobody can see get a stand-in.
/// The joiners inside emoji and words stay, and so do tabs (they are blank, and drawn as blanks).
///
/// ```
/// use clausula::diagnostic::visible::stand_in;
/// assert_eq!(stand_in('\u{1b}', true).as_deref(), Some("␛"));
/// assert_eq!(stand_in('\u{202e}', true).as_deref(), Some("<U+202E>"));
/// assert_eq!(stand_in('é', true), None);
/// ```
pub fn stand_in(c: char, unicode: bool) -> Option<String> {
    let code = u32::from(c);
    match c {
        '\t' => None,
        '\u{0}'..='\u{1f}' if unicode => char::from_u32(0x2400 + code).map(String::from),
        '\u{7f}' if unicode => Some("␡".to_owned()),
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' => Some(format!("<U+{code:04X}>")),
        c if is_unseen(c) => Some(format!("<U+{code:04X}>")),
        _ => None,
    }
}

/// Whether a character reorders text or leaves no mark on the page.
fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'                        // soft hyphen
        | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}'
        | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' // fillers
        | '\u{180e}' | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}'
        | '\u{2028}' | '\u{2029}'       // line and paragraph separators
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}'     // tags
    )
}

/// How many columns a character takes at most, its stand-in counted; never 0.
///
/// An estimate on the safe side, for cutting and wrapping: marks that combine count as one.
pub fn width(c: char, unicode: bool) -> usize {
    match c {
        ' '..='~' => 1,
        '\t' => 4,
        '\u{1100}'..='\u{115e}'
        | '\u{2e80}'..='\u{3163}'
        | '\u{3165}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f000}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        c => stand_in(c, unicode).map_or(1, |text| text.chars().count()),
    }
}

/// How many columns a text takes at most; see [`width`].
pub fn columns(text: &str, unicode: bool) -> usize {
    text.chars().map(|c| width(c, unicode)).sum()
}

/// The sign for «something is left out here».
pub fn ellipsis(unicode: bool) -> &'static str {
    if unicode { "…" } else { "..." }
}

/// A text with every stand-in put in, line breaks included, cut after `limit` characters.
pub fn clean(text: &str, limit: usize, unicode: bool) -> String {
    let mut shown = String::with_capacity(text.len().min(limit));
    for (count, c) in text.chars().enumerate() {
        if count == limit {
            shown.push_str(ellipsis(unicode));
            break;
        }
        match (c, stand_in(c, unicode)) {
            ('\t', _) => shown.push(' '),
            (_, Some(text)) => shown.push_str(&text),
            (c, None) => shown.push(c),
        }
    }
    shown
}

/// A text on one line: blanks and line breaks become one space each run, then as [`clean`].
pub fn one_line(text: &str, limit: usize, unicode: bool) -> String {
    let mut joined = String::with_capacity(text.len().min(limit));
    for (count, word) in text.split_ascii_whitespace().enumerate() {
        if count > 0 {
            joined.push(' ');
        }
        joined.push_str(word);
        if joined.len() > limit * 4 {
            break; // more than `limit` characters, whatever they are
        }
    }
    clean(&joined, limit, unicode)
}

/// A text broken at spaces into lines of at most `room` columns.
///
/// Words are never broken; numbers written in groups (`700 000 000`) and short phrases in
/// backticks stay on one line.
pub fn wrapped(text: &str, room: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for piece in pieces(paragraph) {
            let wide = columns(&line, true) + 1 + columns(&piece, true) > room;
            if wide && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&piece);
        }
        lines.push(line);
    }
    lines.join("\n")
}

/// The longest phrase in backticks that is kept together.
const PHRASE: usize = 40;

/// The stretches of a paragraph that no line break may cut.
fn pieces(paragraph: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for word in paragraph.split(' ') {
        let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        match pieces.last_mut() {
            Some(last)
                if digit(last.chars().last()) && digit(word.chars().next())
                    || last.matches('`').count() % 2 == 1 && last.len() < PHRASE =>
            {
                last.push(' ');
                last.push_str(word);
            }
            _ => pieces.push(word.to_owned()),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_is_shown() {
        assert_eq!(clean("a\u{1b}[31m\u{7}\u{7f}", 99, true), "a␛[31m␇␡");
        assert_eq!(clean("a\u{1b}\u{9b}", 99, false), "a<U+001B><U+009B>");
        assert_eq!(clean("x\u{202e}y\nz", 99, true), "x<U+202E>y␊z");
        for code in 0..=0x10_ffff {
            let Some(c) = char::from_u32(code) else {
                continue;
            };
            let shown = clean(&c.to_string(), 9, true);
            assert!(!shown.chars().any(char::is_control), "{code:x}");
            assert!(columns(&shown, true) <= width(c, true), "{code:x}");
        }
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(clean("abcdef", 3, true), "abc…");
        assert_eq!(clean("abcdef", 6, true), "abcdef");
        assert_eq!(one_line("a \r\n\t b", 9, true), "a b");
        assert_eq!(one_line(&"é ".repeat(100), 4, false), "é é ...");
    }

    #[test]
    fn lines_break_between_words_only() {
        assert_eq!(wrapped("one two three", 7), "one two\nthree");
        assert_eq!(wrapped("cap is 700 000 000", 12), "cap is\n700 000 000");
        assert_eq!(wrapped("say `a b` now", 6), "say\n`a b`\nnow");
        assert_eq!(wrapped("unbreakable", 3), "unbreakable");
        assert_eq!(wrapped("", 3), "");
    }
}

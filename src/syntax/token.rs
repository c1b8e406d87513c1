//! Words, strings and single signs outside comments: just enough of the text to see its brackets.

use std::ops::Range;

/// A word, a string, a section, or a sign.
pub struct Token {
    start: u32,
    end: u32,
    depth: u32,
    /// Nothing but white space stands before it on its line.
    pub starts_line: bool,
    /// Not even white space does.
    pub column_zero: bool,
    /// It is the keyword of a top-level item.
    pub starts_item: bool,
    /// It is the keyword of a member.
    pub starts_member: bool,
    /// It is a bracket that closes nothing.
    pub unopened: bool,
}

impl Token {
    /// Its bytes.
    pub fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// How many brackets stand open around it.
    pub fn depth(&self) -> usize {
        self.depth as usize
    }

    /// Says how many brackets stand open around it.
    pub fn set_depth(&mut self, depth: usize) {
        self.depth = clip(depth);
    }
}

fn clip(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// The tokens of a text, and the quotes of strings that do not end on their line.
pub fn lex(text: &str) -> (Vec<Token>, Vec<usize>) {
    let bytes = text.as_bytes();
    let (mut tokens, mut unclosed) = (Vec::new(), Vec::new());
    let (mut at, mut starts_line, mut line_start) = (0, true, 0);
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b'\n' => {
                at += 1;
                starts_line = true;
                line_start = at;
                continue;
            }
            b' ' | b'\t' | b'\r' => {
                at += 1;
                continue;
            }
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                at = text[at..].find('\n').map_or(text.len(), |n| at + n);
                continue;
            }
            0xEF if text[at..].starts_with('\u{FEFF}') => {
                at += '\u{FEFF}'.len_utf8();
                if start == line_start {
                    line_start = at;
                }
                continue;
            }
            b'"' => {
                let (end, closed) = string_end(text, at);
                at = end;
                if !closed {
                    unclosed.push(start);
                }
            }
            b if b.is_ascii_alphanumeric() => at = run_end(bytes, at, b"-_"),
            // A section may hold brackets of its own: `§1.b.i(B)`.
            _ if text[at..].starts_with('§') => at = run_end(bytes, at + '§'.len_utf8(), b"-.()"),
            _ => at += text[at..].chars().next().map_or(1, char::len_utf8),
        }
        tokens.push(Token {
            start: clip(start),
            end: clip(at),
            depth: 0,
            starts_line,
            column_zero: starts_line && start == line_start,
            starts_item: false,
            starts_member: false,
            unopened: false,
        });
        starts_line = false;
    }
    (tokens, unclosed)
}

/// The bytes of the last token of a text; empty for a text without.
pub fn last(text: &str) -> Range<usize> {
    lex(text).0.last().map_or(0..0, Token::range)
}

fn run_end(bytes: &[u8], mut at: usize, signs: &[u8]) -> usize {
    while bytes
        .get(at)
        .is_some_and(|b| b.is_ascii_alphanumeric() || signs.contains(b))
    {
        at += 1;
    }
    at
}

/// Where a string ends, and whether it is closed on its line. One that is not ends before a brace
/// that ends the line: that brace was hardly meant to be in it.
pub fn string_end(text: &str, quote: usize) -> (usize, bool) {
    let bytes = text.as_bytes();
    let mut at = quote + 1;
    let mut escaped = false;
    loop {
        match bytes.get(at) {
            None | Some(b'\n') => break,
            Some(_) if escaped => escaped = false,
            Some(b'\\') => escaped = true,
            Some(b'"') => return (at + 1, true),
            Some(_) => {}
        }
        at += 1;
    }
    let line = text[quote..at].trim_end();
    let end = line.strip_suffix('{').unwrap_or(line).trim_end();
    (quote + end.len(), false)
}

//! Cuts a file into pieces before pest sees it: top-level items, and the members of the bodies of
//! licenses and policies. One mistake then costs one piece, and depth is limited before anything
//! recursive runs.

use std::ops::Range;

/// Deepest nesting of brackets.
pub const MAX_DEPTH: usize = 64;
/// Most `satisfies` in one piece; each nests without a bracket.
pub const MAX_QUANTIFIERS: usize = 32;

const ITEMS: &[&str] = &[
    "language",
    "import",
    "unit",
    "territory",
    "record",
    "enum",
    "fact",
    "act",
    "define",
    "license",
    "policy",
];
const MEMBERS: &[&str] = &[
    "licensor",
    "released",
    "also-known-as",
    "source",
    "models",
    "binds",
    "follows",
    "effective",
    "owner",
    "enforce",
    "default",
    "adopt",
    "determine",
    "waive",
    "question",
    "judgment",
    "define",
    "clause",
    "note",
];

/// A piece of the file.
pub enum Piece {
    /// An item without a body of members; parse it as a whole.
    Item(Range<usize>),
    /// A license or policy: its head, its members, its whole range.
    Layer {
        /// From the keyword to before the brace.
        head: Range<usize>,
        /// Each member, or several that stand on one line.
        members: Vec<Range<usize>>,
        /// From the keyword to the closing brace.
        whole: Range<usize>,
    },
}

/// What is wrong with the brackets.
pub enum SplitFault {
    /// An opening bracket that is never closed.
    Unclosed(usize),
    /// A closing bracket that closes nothing, or another kind of bracket.
    Unopened(usize),
    /// A string that does not end on its line.
    UnclosedString(usize),
    /// Brackets or quantifiers nested too deeply.
    TooDeep(usize),
    /// Text before the first item.
    Stray(Range<usize>),
}

struct Token {
    at: Range<usize>,
    depth: usize,
    starts_line: bool,
    column_zero: bool,
}

/// Cuts the text. Faults are in the order of the text.
pub fn split(text: &str) -> (Vec<Piece>, Vec<SplitFault>) {
    let mut faults = Vec::new();
    let tokens = scan(text, &mut faults);
    let starts: Vec<usize> = (0..tokens.len())
        .filter(|&i| {
            let token = &tokens[i];
            // A keyword in the first column starts an item even inside an unclosed bracket.
            token.column_zero && ITEMS.contains(&&text[token.at.clone()])
                || token.depth == 0 && token.starts_line && ITEMS.contains(&&text[token.at.clone()])
        })
        .collect();
    let mut pieces = Vec::new();
    let first = starts.first().copied().unwrap_or(tokens.len());
    if first > 0 {
        faults.push(SplitFault::Stray(
            tokens[0].at.start..tokens[first - 1].at.end,
        ));
    }
    for (n, &start) in starts.iter().enumerate() {
        let end = starts.get(n + 1).copied().unwrap_or(tokens.len());
        let inside = &tokens[start..end];
        let whole = inside[0].at.start..inside[inside.len() - 1].at.end;
        match &text[inside[0].at.clone()] {
            "license" | "policy" => pieces.push(layer(text, inside, whole)),
            _ => pieces.push(Piece::Item(whole)),
        }
    }
    (pieces, faults)
}

fn layer(text: &str, tokens: &[Token], whole: Range<usize>) -> Piece {
    let is = |token: &Token, what: &str| &text[token.at.clone()] == what;
    let Some(open) = tokens.iter().position(|token| is(token, "{")) else {
        return Piece::Item(whole);
    };
    let close = tokens
        .iter()
        .rposition(|token| is(token, "}") && token.depth == tokens[open].depth)
        .filter(|&at| at > open)
        .unwrap_or(tokens.len());
    let inner = tokens[open].depth + 1;
    let body = &tokens[open + 1..close];
    let starts: Vec<usize> = (0..body.len())
        .filter(|&i| {
            i == 0
                || body[i].depth == inner
                    && body[i].starts_line
                    && MEMBERS.contains(&&text[body[i].at.clone()])
        })
        .collect();
    let mut members: Vec<Range<usize>> = starts
        .iter()
        .enumerate()
        .map(|(n, &start)| {
            let end = starts.get(n + 1).copied().unwrap_or(body.len());
            body[start].at.start..body[end - 1].at.end
        })
        .collect();
    // What follows the closing brace belongs to nothing; let the parser say so.
    if close + 1 < tokens.len() {
        members.push(tokens[close + 1].at.start..whole.end);
    }
    Piece::Layer {
        head: whole.start..tokens[open].at.start,
        members,
        whole,
    }
}

/// Words, strings and single signs outside comments, each with the bracket depth it stands at.
fn scan(text: &str, faults: &mut Vec<SplitFault>) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut open: Vec<(u8, usize)> = Vec::new();
    let (mut at, mut starts_line, mut line_start, mut quantifiers) = (0, true, 0, 0);
    let mut too_deep = false;
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
            b'"' => {
                at += 1;
                loop {
                    match bytes.get(at) {
                        None | Some(b'\n') => {
                            faults.push(SplitFault::UnclosedString(start));
                            break;
                        }
                        Some(b'\\') => at += 2,
                        Some(b'"') => {
                            at += 1;
                            break;
                        }
                        Some(_) => at += 1,
                    }
                }
                at = at.min(text.len());
            }
            b if b.is_ascii_alphanumeric() => {
                while at < bytes.len()
                    && (bytes[at].is_ascii_alphanumeric() || matches!(bytes[at], b'-' | b'_'))
                {
                    at += 1;
                }
            }
            0xEF if text[at..].starts_with('\u{FEFF}') => {
                at += 3;
                continue;
            }
            b'\xC2' if text[at..].starts_with('§') => {
                // A section may hold brackets of its own: `§1.b.i(B)`.
                at += 2;
                while at < bytes.len()
                    && (bytes[at].is_ascii_alphanumeric()
                        || matches!(bytes[at], b'-' | b'.' | b'(' | b')'))
                {
                    at += 1;
                }
            }
            _ => at += text[at..].chars().next().map_or(1, char::len_utf8),
        }
        while !text.is_char_boundary(at) {
            at += 1;
        }
        let word = &text[start..at];
        let mut depth = open.len();
        match bytes[start] {
            b'{' | b'(' | b'[' => open.push((bytes[start], start)),
            close @ (b'}' | b')' | b']') => {
                let wants = match close {
                    b'}' => b'{',
                    b')' => b'(',
                    _ => b'[',
                };
                match open.last() {
                    Some((kind, _)) if *kind == wants => {
                        open.pop();
                        depth = open.len();
                    }
                    _ => faults.push(SplitFault::Unopened(start)),
                }
            }
            _ => {}
        }
        let column_zero = start == line_start;
        if column_zero && starts_line && ITEMS.contains(&word) {
            if let Some((_, place)) = open.pop() {
                faults.push(SplitFault::Unclosed(place));
                open.clear();
                depth = 0;
            }
            quantifiers = 0;
        }
        if starts_line && MEMBERS.contains(&word) {
            quantifiers = 0;
        }
        if matches!(word, "satisfies" | "satisfy") {
            quantifiers += 1;
        }
        if (open.len() > MAX_DEPTH || quantifiers > MAX_QUANTIFIERS) && !too_deep {
            too_deep = true;
            faults.push(SplitFault::TooDeep(start));
        }
        tokens.push(Token {
            at: start..at,
            depth,
            starts_line,
            column_zero,
        });
        starts_line = false;
    }
    if let Some((_, place)) = open.pop() {
        faults.push(SplitFault::Unclosed(place));
    }
    tokens
}

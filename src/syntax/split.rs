//! Cuts a file into pieces before pest sees it: top-level items, and the members of the bodies of
//! licenses and policies. One mistake then costs one piece, and depth is limited before anything
//! recursive runs.

use super::token::{Token, lex};
use crate::diagnostic::nearest::nearest;
use std::ops::Range;

/// Deepest nesting of brackets.
pub const MAX_DEPTH: usize = 64;
/// Most `satisfies` inside one another; each nests without a bracket.
pub const MAX_QUANTIFIERS: usize = 32;
/// Most `list of` in a row; each nests without a bracket.
const MAX_LISTS: usize = 8;

/// Keywords that start a top-level item.
pub const ITEMS: &[&str] = &[
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
/// Keywords that start a member of a license or policy.
pub const MEMBERS: &[&str] = &[
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
/// Members that are nothing else when they start a line in front of what they need, so that a
/// bracket left open above them is found.
const UNMISTAKABLE: &[&str] = &[
    "licensor",
    "released",
    "also-known-as",
    "source",
    "models",
    "binds",
    "follows",
    "owner",
    "question",
    "judgment",
    "define",
    "clause",
];
/// Words that begin a part of a clause; no condition reaches across them.
pub const PARTS: &[&str] = &[
    "grant",
    "forbid",
    "require",
    "exception",
    "end",
    "term",
    "when",
    "unless",
    "only",
    "fix",
    "note",
    "where",
];
/// Words that need another after them: a keyword that follows one is an ordinary name.
const UNFINISHED: &[&str] = &[
    ",",
    "=",
    "|",
    "<",
    ">",
    "+",
    "-",
    ".",
    "/",
    "and",
    "or",
    "not",
    "is",
    "in",
    "of",
    "includes",
    "with",
    "when",
    "unless",
    "if",
    "require",
    "satisfies",
    "satisfy",
    "under",
    "reads",
    "reading",
    "through",
    "to",
    "as",
];
/// Words that continue a condition after a name.
const OPERATORS: &[&str] = &[
    "is", "in", "not", "and", "or", "includes", "begins", "matches", "under", "reads", "when",
    "unless", "only",
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
    /// Brackets or quantifiers nested too deeply; the piece is left out.
    TooDeep(usize),
    /// Text that belongs to no item.
    Stray(Range<usize>),
}

impl SplitFault {
    /// Where it is.
    pub fn at(&self) -> usize {
        match self {
            SplitFault::Unclosed(at) | SplitFault::Unopened(at) => *at,
            SplitFault::UnclosedString(at) | SplitFault::TooDeep(at) => *at,
            SplitFault::Stray(range) => range.start,
        }
    }
}

/// Cuts the text. The faults come in no order.
pub fn split(text: &str) -> (Vec<Piece>, Vec<SplitFault>) {
    let (tokens, strings) = lex(text);
    let mut split = Split {
        text,
        tokens,
        faults: strings
            .into_iter()
            .map(SplitFault::UnclosedString)
            .collect(),
    };
    split.match_brackets();
    let pieces = split.cut();
    (pieces, split.faults)
}

struct Split<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    faults: Vec<SplitFault>,
}

/// The license or policy whose body is open.
struct Body {
    /// The token of the brace that closes it, if every bracket in it is closed.
    end: Option<usize>,
    /// Whether it has more closing brackets than opening ones.
    surplus: bool,
}

impl Split<'_> {
    fn word(&self, n: usize) -> &str {
        self.tokens
            .get(n)
            .map_or("", |token| &self.text[token.range()])
    }

    // ── brackets ────────────────────────────────────────────────────────────

    /// Gives every token its depth and finds where items and members start, closing what was left
    /// open above them.
    fn match_brackets(&mut self) {
        let mut open: Vec<usize> = Vec::new();
        let mut body: Option<Body> = None;
        let mut layer = false;
        for n in 0..self.tokens.len() {
            if self.starts_item(n, &open, body.as_ref()) {
                if let Some(innermost) = open.last() {
                    self.faults
                        .push(SplitFault::Unclosed(self.tokens[*innermost].range().start));
                    open.clear();
                }
                self.tokens[n].starts_item = true;
                layer = matches!(self.word(n), "license" | "policy");
                body = None;
            } else if body.is_some() && self.starts_member(n, &open) {
                if let [_, .., innermost] = open.as_slice() {
                    self.faults
                        .push(SplitFault::Unclosed(self.tokens[*innermost].range().start));
                    open.truncate(1);
                }
                self.tokens[n].starts_member = true;
            }
            self.tokens[n].set_depth(open.len());
            match self.word(n) {
                "{" if open.is_empty() && layer => {
                    body = Some(self.body(n));
                    open.push(n);
                }
                "{" | "(" | "[" => open.push(n),
                "}" | ")" | "]" => self.close(n, &mut open, &mut body),
                _ => {}
            }
        }
        if let Some(innermost) = open.last() {
            self.faults
                .push(SplitFault::Unclosed(self.tokens[*innermost].range().start));
        }
    }

    fn close(&mut self, n: usize, open: &mut Vec<usize>, body: &mut Option<Body>) {
        let wants = match self.word(n) {
            "}" => "{",
            ")" => "(",
            _ => "[",
        };
        let Some(place) = self.opening(wants, open) else {
            self.unopened(n);
            return;
        };
        // A brace too many would end the body before its next member.
        let too_early = place == 0
            && body.as_ref().is_some_and(|body| body.surplus)
            && self.starts_line_with(n + 1, MEMBERS)
            && !ITEMS.contains(&self.word(n + 1))
            && self.fits(n + 1);
        if too_early {
            self.unopened(n);
            return;
        }
        if let Some(innermost) = open.last().filter(|_| place + 1 < open.len()) {
            self.faults
                .push(SplitFault::Unclosed(self.tokens[*innermost].range().start));
        }
        open.truncate(place);
        self.tokens[n].set_depth(place);
        if place == 0 {
            *body = None;
        }
    }

    /// Which open bracket is closed. Round and square ones do not reach out of braces, and none
    /// reaches further than brackets may nest.
    fn opening(&self, wants: &str, open: &[usize]) -> Option<usize> {
        let near = open.iter().enumerate().rev().take(MAX_DEPTH + 1);
        for (place, at) in near {
            match self.word(*at) {
                found if found == wants => return Some(place),
                "{" => return None,
                _ => {}
            }
        }
        None
    }

    fn unopened(&mut self, n: usize) {
        let at = self.tokens[n].range().start;
        self.faults.push(SplitFault::Unopened(at));
        self.tokens[n].unopened = true;
    }

    /// Looks ahead from the brace of a license or policy to the next item.
    fn body(&self, brace: usize) -> Body {
        let mut body = Body {
            end: None,
            surplus: false,
        };
        let mut depth = 0_i64;
        for n in brace..self.tokens.len() {
            let item = self.starts_line_with(n, ITEMS) && self.word(n) != "define";
            if item && (self.tokens[n].column_zero || depth <= 0) {
                break;
            }
            match self.word(n) {
                "{" | "(" | "[" => depth += 1,
                "}" | ")" | "]" => depth -= 1,
                _ => continue,
            }
            if depth == 0 && body.end.is_none() {
                body.end = Some(n);
            }
            if depth < 0 {
                body.surplus = true;
                break;
            }
        }
        body
    }

    fn starts_line_with(&self, n: usize, words: &[&str]) -> bool {
        self.tokens.get(n).is_some_and(|token| token.starts_line) && words.contains(&self.word(n))
    }

    fn starts_item(&self, n: usize, open: &[usize], body: Option<&Body>) -> bool {
        if !self.starts_line_with(n, ITEMS) {
            let token = &self.tokens[n];
            return open.is_empty() && token.column_zero && self.is_misspelled(n, ITEMS);
        }
        if open.is_empty() {
            return !self.is_continued(n) || self.fits(n);
        }
        // A keyword in the first column starts an item even inside an unclosed bracket; `define` in
        // a body that is closed further down is a member of it.
        let next = self.word(n + 1);
        let plausible = next.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '"')
            && !OPERATORS.contains(&next);
        let member = self.word(n) == "define"
            && body.is_some_and(|body| body.end.is_some_and(|end| n < end));
        self.tokens[n].column_zero && plausible && !member
    }

    fn starts_member(&self, n: usize, open: &[usize]) -> bool {
        if !self.starts_line_with(n, MEMBERS) {
            return open.len() == 1 && self.is_misspelled(n, MEMBERS);
        }
        match open.len() {
            0 => false,
            1 => !self.is_continued(n) || self.fits(n),
            _ => UNMISTAKABLE.contains(&self.word(n)) && !self.is_continued(n) && self.fits(n),
        }
    }

    /// Whether a line starts with what is nearly a keyword and goes on with no condition: the
    /// statement above is not to suffer for it.
    fn is_misspelled(&self, n: usize, keywords: &[&str]) -> bool {
        let word = self.word(n);
        let next = self.word(n + 1);
        self.tokens[n].starts_line
            && word.starts_with(|c: char| c.is_ascii_alphabetic())
            && next.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '"')
            && !OPERATORS.contains(&word)
            && !OPERATORS.contains(&next)
            && !self.is_continued(n)
            && nearest(word, keywords.iter().copied()).is_some()
    }

    /// Whether the token before asks for another.
    fn is_continued(&self, n: usize) -> bool {
        n > 0 && UNFINISHED.contains(&self.word(n - 1))
    }

    /// Whether what follows a keyword is what its statement begins with.
    fn fits(&self, n: usize) -> bool {
        let (next, third) = (self.word(n + 1), self.word(n + 2));
        let word = next.starts_with(|c: char| c.is_ascii_alphanumeric());
        let name = word && !OPERATORS.contains(&next);
        let string = |word: &str| word.starts_with('"');
        let digit = next.starts_with(|c: char| c.is_ascii_digit());
        match self.word(n) {
            "language" | "released" => digit,
            "import" | "licensor" | "owner" | "models" | "also-known-as" | "note" => string(next),
            "unit" => name,
            "territory" | "record" | "enum" => name && (string(third) || third == "{"),
            "fact" => word && third == ":",
            "act" => name && (string(third) || third == "when"),
            "define" => name && matches!(third, "=" | "("),
            "license" | "policy" => word && (string(third) || third == "."),
            "source" => name && matches!(third, "primary" | "licensor" | "press"),
            "binds" => next == "descendants",
            "follows" => next == "outputs",
            "effective" => matches!(next, "from" | "until"),
            "enforce" => word && matches!(third, "," | "advisory" | "mandatory" | "hard"),
            "default" => name && matches!(third, "." | "is"),
            "adopt" | "determine" | "waive" => word && matches!(third, "." | "/"),
            "question" | "judgment" => name && string(third),
            "clause" => word && (string(third) || matches!(third, "of" | "for")),
            _ => false,
        }
    }

    // ── pieces ──────────────────────────────────────────────────────────────

    fn cut(&mut self) -> Vec<Piece> {
        let starts: Vec<usize> = (0..self.tokens.len())
            .filter(|n| self.tokens[*n].starts_item)
            .collect();
        let first = starts.first().copied().unwrap_or(self.tokens.len());
        self.stray(0..first);
        let mut pieces = Vec::new();
        for (at, &start) in starts.iter().enumerate() {
            let end = starts.get(at + 1).copied().unwrap_or(self.tokens.len());
            match self.word(start) {
                "license" | "policy" => pieces.extend(self.layer(start..end)),
                _ => pieces.extend(self.piece(start..end).map(Piece::Item)),
            }
        }
        pieces
    }

    fn layer(&mut self, inside: Range<usize>) -> Option<Piece> {
        let Some(open) = inside.clone().find(|n| self.word(*n) == "{") else {
            return self.piece(inside).map(Piece::Item);
        };
        let close =
            (open + 1..inside.end).find(|n| self.word(*n) == "}" && self.tokens[*n].depth() == 0);
        let body = open + 1..close.unwrap_or(inside.end);
        let mut starts: Vec<usize> = body
            .clone()
            .filter(|n| self.tokens[*n].starts_member)
            .collect();
        if !body.is_empty() && starts.first() != Some(&body.start) {
            starts.insert(0, body.start);
        }
        let mut members = Vec::new();
        for (at, &start) in starts.iter().enumerate() {
            let end = starts.get(at + 1).copied().unwrap_or(body.end);
            members.extend(self.piece(start..end));
        }
        let last = close.unwrap_or(inside.end - 1);
        self.stray(last + 1..inside.end);
        let start = self.tokens[inside.start].range().start;
        Some(Piece::Layer {
            head: start..self.tokens[open].range().start,
            members,
            whole: start..self.tokens[last].range().end,
        })
    }

    /// Text outside items. Brackets that close nothing were told of already.
    fn stray(&mut self, tokens: Range<usize>) {
        let told = |n: &usize| self.tokens[*n].unopened;
        if tokens.clone().all(|n| told(&n)) {
            return;
        }
        let start = tokens.clone().find(|n| !told(n)).unwrap_or(tokens.start);
        let range = self.tokens[start].range().start..self.tokens[tokens.end - 1].range().end;
        self.faults.push(SplitFault::Stray(range));
    }

    /// The bytes of some tokens, without brackets at the end that close nothing; none if they nest
    /// too deeply.
    fn piece(&mut self, mut tokens: Range<usize>) -> Option<Range<usize>> {
        while tokens.len() > 1 && self.tokens[tokens.end - 1].unopened {
            tokens.end -= 1;
        }
        if let Some(at) = self.too_deep(tokens.clone()) {
            let at = self.tokens[at].range().start;
            self.faults.push(SplitFault::TooDeep(at));
            return None;
        }
        let (first, last) = (&self.tokens[tokens.start], &self.tokens[tokens.end - 1]);
        Some(first.range().start..last.range().end)
    }

    /// The first token at which reading the piece would nest too deeply.
    fn too_deep(&self, tokens: Range<usize>) -> Option<usize> {
        let mut outer: Vec<usize> = Vec::new();
        let (mut quantifiers, mut lists) = (0, 0);
        for n in tokens.clone() {
            let word = self.word(n);
            match word {
                "{" | "(" | "[" => outer.push(quantifiers),
                "}" | ")" | "]" => quantifiers = outer.pop().unwrap_or(quantifiers),
                "satisfies" | "satisfy" => quantifiers += 1,
                // After `.` and `reads` any word is a name.
                _ if PARTS.contains(&word)
                    && n > tokens.start
                    && !matches!(self.word(n - 1), "." | "reads") =>
                {
                    quantifiers = outer.last().copied().unwrap_or(0);
                }
                _ => {}
            }
            lists = match word {
                "list" => lists + 1,
                "of" => lists,
                _ => 0,
            };
            let deep = self.tokens[n].depth().max(outer.len()) > MAX_DEPTH;
            if deep || quantifiers > MAX_QUANTIFIERS || lists > MAX_LISTS {
                return Some(n);
            }
        }
        None
    }
}

//! The pieces of a TOML text, cut exactly where the parser cuts them, also in faulty texts.

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// One of `. = , [ ] { }`.
    Sign(u8),
    /// A line break.
    Line,
    /// Blanks or a comment.
    Space,
    /// A word, number or text in quotes.
    Word,
}

/// Cuts a text into pieces: what each is, where it starts and ends.
pub(super) struct Pieces<'t> {
    text: &'t [u8],
    at: usize,
}

impl<'t> Pieces<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let text = text.as_bytes();
        Pieces { text, at: 0 }
    }

    fn rest(&self) -> &'t [u8] {
        &self.text[self.at..]
    }

    /// Goes on to the first byte of a kind, or the end.
    fn until(&mut self, stop: impl Fn(u8) -> bool) {
        let found = self.rest().iter().position(|byte| stop(*byte));
        self.at = found.map_or(self.text.len(), |len| self.at + len);
    }

    /// A text in quotes: to its closing quotes, or to the end of the line (of the whole text, for
    /// three quotes) if there are none. In double quotes, a backslash saves a quote or backslash.
    fn quoted(&mut self, quote: u8) {
        let three = [quote; 3];
        let long = self.rest().starts_with(&three);
        self.at += if long { 3 } else { 1 };
        loop {
            match long {
                true => self.until(|b| b == quote || b == b'\\'),
                false => self.until(|b| b == quote || b == b'\\' || b == b'\n'),
            }
            match self.rest() {
                [] | [b'\n', ..] => return,
                [b'\\', next, ..] if quote == b'"' && matches!(next, b'\\' | b'"') => self.at += 2,
                rest if long && rest.starts_with(&three) => {
                    // The text may end in one or two quotes of its own.
                    let more = rest[3..].iter().take(2).take_while(|b| **b == quote);
                    self.at += 3 + more.count();
                    return;
                }
                [byte, ..] if !long && *byte == quote => {
                    self.at += 1;
                    return;
                }
                _ => self.at += 1,
            }
        }
    }
}

impl Iterator for Pieces<'_> {
    type Item = (Piece, usize, usize);

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.at;
        let first = *self.rest().first()?;
        self.at += 1;
        let piece = match first {
            b'.' | b'=' | b',' | b'[' | b']' | b'{' | b'}' => Piece::Sign(first),
            b'\n' => Piece::Line,
            b'\r' => {
                if self.rest().first() == Some(&b'\n') {
                    self.at += 1;
                }
                Piece::Line
            }
            b' ' | b'\t' => {
                self.until(|b| b != b' ' && b != b'\t');
                Piece::Space
            }
            b'#' => {
                self.until(|b| b == b'\n' || b == b'\r');
                Piece::Space
            }
            b'"' | b'\'' => {
                self.at = start;
                self.quoted(first);
                Piece::Word
            }
            _ => {
                self.until(|b| b".=,[]{} \t#\r\n".contains(&b));
                Piece::Word
            }
        };
        Some((piece, start, self.at))
    }
}

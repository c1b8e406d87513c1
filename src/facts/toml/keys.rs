//! A first look at a TOML text, before the parser: how deep its tables and lists go, how many
//! values there are, and where each key was given first (the parser does not tell).

use std::collections::HashMap;

use super::tokens::{Piece, Pieces};
use crate::diagnostic::Diagnostic;
use crate::facts::{Limits, Text, errors};
use crate::source::Span;

/// Values moved when tables are given after the tables inside them: the parser moves all
/// neighbors of such a table, so that time grows by the square.
const MOVES: usize = 5_000_000;

/// Where keys were given first, by the byte where they are given again.
pub(super) type Again = HashMap<u32, Span>;

/// Looks over a text that starts at byte `base`; the first limit it breaks is the fault.
pub(super) fn survey(
    text: Text<'_>,
    toml: &str,
    base: usize,
    limits: &Limits,
) -> Result<Again, Diagnostic> {
    let mut keys = Keys::new(text, toml, base, limits);
    for (count, (piece, start, end)) in Pieces::new(toml).enumerate() {
        keys.piece(piece, start, end)?;
        if count / 4 > limits.nodes || keys.values > limits.nodes {
            let at = text.near(base + start);
            return Err(errors::too_many_values(at, limits.nodes));
        }
    }
    Ok(keys.again)
}

/// A table, or a value that a key leads to.
struct Table {
    depth: usize,
    members: usize,
}

/// An open bracket in a value.
struct Bracket {
    sign: u8,
    table: usize,
}

/// Where in a line we are.
#[derive(Clone, Copy, PartialEq)]
enum Stage {
    /// Nothing but blanks so far.
    Start,
    /// In `[table]` or `[[table]]`.
    Header { several: bool },
    /// In a key.
    Key,
    /// After `=`, or after a header.
    Value,
}

struct Keys<'t, 'l> {
    text: Text<'t>,
    toml: &'t str,
    base: usize,
    limits: &'l Limits,
    tables: Vec<Table>,
    known: HashMap<(usize, &'t str), (usize, Span)>,
    again: Again,
    /// The table of the last header.
    here: usize,
    /// What the key read so far leads to, and the table that holds it.
    cursor: usize,
    holder: usize,
    stage: Stage,
    brackets: Vec<Bracket>,
    /// The last word of the key, and whether it was known.
    last: Option<&'t str>,
    was_known: bool,
    values: usize,
    moves: usize,
}

impl<'t, 'l> Keys<'t, 'l> {
    fn new(text: Text<'t>, toml: &'t str, base: usize, limits: &'l Limits) -> Self {
        let root = Table {
            depth: 1,
            members: 0,
        };
        Keys {
            text,
            toml,
            base,
            limits,
            tables: vec![root],
            known: HashMap::new(),
            again: Again::new(),
            here: 0,
            cursor: 0,
            holder: 0,
            stage: Stage::Start,
            brackets: Vec::new(),
            last: None,
            was_known: false,
            values: 1,
            moves: 0,
        }
    }

    fn piece(&mut self, piece: Piece, start: usize, end: usize) -> Result<(), Diagnostic> {
        match (piece, self.stage) {
            (Piece::Space, _) => {}
            (Piece::Line, _) if self.brackets.is_empty() => self.stage = Stage::Start,
            (Piece::Line, _) => {}
            (Piece::Sign(b'['), Stage::Start) => {
                self.stage = Stage::Header { several: false };
                self.begin_key(0);
            }
            (Piece::Sign(b'['), Stage::Header { .. }) => {
                self.stage = Stage::Header { several: true };
            }
            (Piece::Sign(b']'), Stage::Header { several }) => {
                self.end_header(several, start)?;
                self.stage = Stage::Value;
            }
            (Piece::Word, Stage::Start) => {
                self.begin_key(self.here);
                self.stage = Stage::Key;
                self.word(start, end)?;
            }
            (Piece::Word, Stage::Key | Stage::Header { .. }) => self.word(start, end)?,
            (Piece::Sign(b'='), _) => {
                self.stage = Stage::Value;
                self.values += 1;
            }
            (Piece::Sign(sign @ (b'[' | b'{')), _) => self.open(sign, start)?,
            (Piece::Sign(sign @ (b']' | b'}')), _) => self.close(sign),
            (Piece::Sign(b','), _) => self.comma(),
            (Piece::Word | Piece::Sign(_), _) => {}
        }
        Ok(())
    }

    // ── keys

    fn begin_key(&mut self, table: usize) {
        self.cursor = table;
        self.holder = table;
        self.last = None;
        self.was_known = false;
    }

    /// One word of a key: `b` in `a.b.c`.
    fn word(&mut self, start: usize, end: usize) -> Result<(), Diagnostic> {
        if self.tables[self.cursor].depth > self.limits.depth {
            let at = self.text.near(self.base + start);
            return Err(errors::too_deep(at, self.limits.depth));
        }
        let name = name(&self.toml[start..end]);
        let span = self.text.span(self.base + start, self.base + end);
        self.holder = self.cursor;
        let fresh = self.tables.len();
        let (id, first) = *self
            .known
            .entry((self.holder, name))
            .or_insert((fresh, span));
        self.was_known = id != fresh;
        if self.was_known {
            self.again.insert(span.start, first);
        } else {
            self.tables[self.holder].members += 1;
            self.add(self.tables[self.holder].depth + 1);
        }
        self.cursor = id;
        self.last = Some(name);
        Ok(())
    }

    fn end_header(&mut self, several: bool, at: usize) -> Result<(), Diagnostic> {
        let place = self.text.near(self.base + at);
        if self.tables[self.cursor].depth > self.limits.depth {
            return Err(errors::too_deep(place, self.limits.depth));
        }
        self.values += 1;
        if several && let Some(name) = self.last {
            // A new table of the list; what is read from here on belongs to it.
            let id = self.add(self.tables[self.holder].depth + 2);
            if let Some(known) = self.known.get_mut(&(self.holder, name)) {
                known.0 = id;
            }
            self.cursor = id;
            if self.tables[id].depth > self.limits.depth {
                return Err(errors::too_deep(place, self.limits.depth));
            }
        } else if self.was_known {
            self.moves += self.tables[self.holder].members;
            if self.moves > MOVES {
                return Err(errors::late_tables(place));
            }
        }
        self.here = self.cursor;
        Ok(())
    }

    fn add(&mut self, depth: usize) -> usize {
        self.tables.push(Table { depth, members: 0 });
        self.tables.len() - 1
    }

    // ── brackets in values

    fn open(&mut self, sign: u8, start: usize) -> Result<(), Diagnostic> {
        let table = match self.brackets.last() {
            // An entry of a list, or something out of place: a table or list of its own.
            Some(bracket) if bracket.sign == b'[' => {
                self.values += 1;
                self.add(self.tables[bracket.table].depth + 1)
            }
            _ => self.cursor,
        };
        if self.tables[table].depth > self.limits.depth {
            let at = self.text.near(self.base + start);
            return Err(errors::too_deep(at, self.limits.depth));
        }
        self.brackets.push(Bracket { sign, table });
        self.enter(sign, table);
        Ok(())
    }

    fn close(&mut self, sign: u8) {
        let opens = if sign == b']' { b'[' } else { b'{' };
        if self.brackets.last().is_some_and(|b| b.sign == opens) {
            self.brackets.pop();
            self.stage = Stage::Value;
        }
    }

    fn comma(&mut self) {
        if let Some(bracket) = self.brackets.last() {
            let (sign, table) = (bracket.sign, bracket.table);
            self.values += 1;
            self.enter(sign, table);
        }
    }

    fn enter(&mut self, sign: u8, table: usize) {
        self.stage = Stage::Value;
        if sign == b'{' {
            self.begin_key(table);
            self.stage = Stage::Key;
        }
    }
}

/// A key without its quotes; one with escapes stays as it is.
fn name(word: &str) -> &str {
    let inner = |quote: char| word.strip_prefix(quote)?.strip_suffix(quote);
    let plain = inner('\'').or_else(|| inner('"').filter(|inner| !inner.contains('\\')));
    plain.unwrap_or(word)
}

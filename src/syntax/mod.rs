//! Floor 2: policy text → tree.
//!
//! Comes in: one text of [`Sources`](crate::source::Sources). Goes out: an [`ast::Document`], or every
//! fault of the text in its order. What parsed beside the faults is kept, so that later phases may
//! still speak about it; nothing here knows what a name means.

pub mod ast;
mod errors;
mod expected;
mod grammar;
mod hints;
mod lift;
pub mod print;
mod split;
mod token;

use crate::diagnostic::{self, Diagnostic};
use crate::source::{SourceId, Span};

/// Largest policy text, in bytes.
pub const MAX_BYTES: usize = 16 << 20;

/// The highest language version this program knows.
pub const LANGUAGE: u32 = 1;

/// Parses one policy text. The document holds every item that could be read; the faults, in the
/// order of the text, say what could not.
pub fn parse(source: SourceId, text: &str) -> (ast::Document, Vec<Diagnostic>) {
    let mut document = ast::Document {
        source,
        items: Vec::new(),
    };
    if text.len() > MAX_BYTES {
        return (
            document,
            vec![errors::too_long(Span::new(source, 0, 1), MAX_BYTES)],
        );
    }
    let (pieces, faults) = split::split(text);
    let mut lift = lift::Lift::new(source, text, faults);
    for piece in pieces {
        document.items.extend(lift.piece(piece));
    }
    let mut faults = lift.faults;
    diagnostic::in_text_order(&mut faults);
    (document, faults)
}

/// The texts a policy text imports, as they are written, each with its place. Faults are left to
/// [`parse`].
pub fn imports(source: SourceId, text: &str) -> Vec<ast::Word> {
    if text.len() > MAX_BYTES {
        return Vec::new();
    }
    let (pieces, faults) = split::split(text);
    let mut lift = lift::Lift::new(source, text, faults);
    let import = |piece: &split::Piece| matches!(piece, split::Piece::Item(range) if text[range.clone()].starts_with("import"));
    let items = pieces
        .into_iter()
        .filter(import)
        .flat_map(|piece| lift.piece(piece));
    items
        .filter_map(|item| match item {
            ast::Item::Import(word) => Some(word),
            _ => None,
        })
        .collect()
}

/// The words of a text, outside comments; strings are words too, with their quotes.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    let (tokens, _) = token::lex(text);
    tokens.into_iter().map(|token| &text[token.range()])
}

//! TOML → tree.

mod keys;
mod tokens;

use std::borrow::Cow;

use ::toml::Spanned;
use ::toml::de::{DeArray, DeTable, DeValue};

use self::keys::Again;
use super::tree::{Entry, Map, Node, Tree};
use super::{Faults, Limits, Text, errors, wording};
use crate::source::Span;

/// In texts up to this size all faults are told, in larger ones the first.
const ALL_FAULTS: usize = 1 << 20;

/// Reads the one document of a text.
pub(super) fn parse<'t>(text: Text<'t>, limits: &Limits, faults: &mut Faults<'t>) -> Vec<Node> {
    let (toml, base) = text.without_mark();
    let again = match keys::survey(text, toml, base, limits) {
        Ok(again) => again,
        Err(fault) => {
            faults.push(fault);
            return Vec::new();
        }
    };
    let (table, found) = match toml.len() <= ALL_FAULTS {
        true => DeTable::parse_recoverable(toml),
        false => match DeTable::parse(toml) {
            Ok(table) => (table, Vec::new()),
            Err(fault) => (Spanned::new(0..0, DeTable::new()), vec![fault]),
        },
    };
    let mut reader = Reader {
        text,
        base,
        limits,
        faults,
        again,
        all: None,
    };
    for fault in &found {
        reader.fault(fault);
    }
    if !found.is_empty() {
        return Vec::new();
    }
    vec![reader.table(table.into_inner(), None).0]
}

struct Reader<'t, 'f> {
    text: Text<'t>,
    base: usize,
    limits: &'f Limits,
    faults: &'f mut Faults<'t>,
    again: Again,
    /// From the first key or header to the last value or header.
    all: Option<Span>,
}

impl Reader<'_, '_> {
    fn fault(&mut self, fault: &::toml::de::Error) {
        let range = fault.span().unwrap_or(0..0);
        let (start, end) = (range.start + self.base, range.end + self.base);
        let at = match start < end {
            true => self.text.head(start, end),
            false => self.text.near(start),
        };
        let message = fault.message();
        let first = u32::try_from(start)
            .ok()
            .and_then(|start| self.again.get(&start).copied());
        let name = self.text.slice(at);
        self.faults.push(match first {
            Some(first) if message == "duplicate key" => errors::duplicate_key(at, first, name),
            None if message == "duplicate key" => errors::duplicate_key_alone(at, name),
            first if message.starts_with("cannot extend") => errors::not_a_table(at, first, name),
            _ if message.starts_with("cannot recurse") => errors::too_deep(at, 80),
            _ => wording::toml(at, message),
        });
    }

    /// A value, and where it ends for the table around it: a table with a header of its own is
    /// not part of the place of another.
    fn value(&mut self, value: Spanned<DeValue<'_>>) -> (Node, Option<Span>) {
        let span = self.span(value.span());
        self.cover(span);
        let tree = match value.into_inner() {
            DeValue::String(text) => Tree::Text(self.bound(text, span)),
            DeValue::Integer(number) => Tree::Int(self.bound(number.to_string().into(), span)),
            DeValue::Float(number) => Tree::Float(self.bound(number.as_str().into(), span)),
            DeValue::Boolean(truth) => Tree::Bool(truth),
            DeValue::Datetime(_) => Tree::Date(self.text.slice(span).into()),
            DeValue::Table(table) => return self.table(table, Some(span)),
            DeValue::Array(list) => return self.list(list, span),
        };
        (Node::new(span, tree), Some(span))
    }

    fn list(&mut self, list: DeArray<'_>, span: Span) -> (Node, Option<Span>) {
        // The list of `[[name]]` tables has the place of the first header, as its first table.
        let of_tables = list
            .first()
            .is_some_and(|first| self.span(first.span()) == span);
        let mut items = Vec::with_capacity(list.len());
        for item in list {
            items.push(self.value(item).0);
        }
        let end = items.last().map_or(span, |last: &Node| last.span);
        match of_tables {
            true => (Node::new(span.to(end), Tree::List(items)), None),
            false => (Node::new(span, Tree::List(items)), Some(span)),
        }
    }

    /// A table: the root (no place), `{…}`, `[header]`, or made by a dotted key.
    fn table(&mut self, table: DeTable<'_>, span: Option<Span>) -> (Node, Option<Span>) {
        let own = span.map_or("", |span| self.text.slice(span));
        let (inline, header) = (own.starts_with('{'), own.starts_with('['));
        let mut whole = span;
        let mut map = Map::with_capacity(table.len());
        for (name, value) in table {
            let key = self.span(name.span());
            self.cover(key);
            let name = self.bound(name.into_inner(), key);
            let (value, end) = self.value(value);
            if let Some(end) = end.filter(|_| !inline) {
                whole = Some(whole.unwrap_or(key).to(key).to(end));
            }
            map.insert(name, Entry { key, value });
        }
        let whole = span.and(whole).or(self.all);
        let whole = whole.unwrap_or_else(|| self.text.span(0, 0));
        (Node::new(whole, Tree::Map(map)), (!header).then_some(whole))
    }

    fn cover(&mut self, span: Span) {
        self.all = Some(self.all.map_or(span, |all| all.to(span)));
    }

    fn bound(&mut self, scalar: Cow<'_, str>, span: Span) -> Box<str> {
        if scalar.len() > self.limits.scalar {
            let at = self.text.head(span.start as usize, span.end as usize);
            let fault = errors::scalar_too_long(at, scalar.len(), self.limits.scalar);
            self.faults.push(fault);
        }
        scalar.into()
    }

    fn span(&self, range: std::ops::Range<usize>) -> Span {
        self.text
            .span(range.start + self.base, range.end + self.base)
    }
}

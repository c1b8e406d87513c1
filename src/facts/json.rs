//! JSON and JSON Lines → tree.
//!
//! Three passes: a linear survey (depth and number of values, before any parser sees the text), a
//! strict check, and the parse for places. What is written wrong is worded from the last.

use jsonc_parser::ast::{ObjectProp, ObjectPropName, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::errors::{ParseError, ParseErrorKind as Json};
use jsonc_parser::{CollectOptions, ParseOptions, ParseStringErrorKind, parse_to_ast};
use serde::de::IgnoredAny;

use super::tree::{Entry, Map, Node, Tree};
use super::{Faults, Limits, Text, errors, wording};
use crate::diagnostic::Diagnostic;
use crate::source::Span;

const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Reads the one document of a text.
pub(super) fn parse<'t>(text: Text<'t>, limits: &Limits, faults: &mut Faults<'t>) -> Vec<Node> {
    let (json, base) = text.without_mark();
    let mut reader = Reader::new(text, limits, faults);
    reader.document(json, base).into_iter().collect()
}

/// Reads one document per line.
pub(super) fn parse_lines<'t>(
    text: Text<'t>,
    limits: &Limits,
    faults: &mut Faults<'t>,
) -> Vec<Node> {
    let (lines, mut base) = text.without_mark();
    let mut reader = Reader::new(text, limits, faults);
    let mut documents = Vec::new();
    for line in lines.split_inclusive('\n') {
        if !line.trim_matches([' ', '\t', '\r', '\n']).is_empty() {
            documents.extend(reader.document(line, base));
        }
        base += line.len();
        if reader.faults.is_full() || reader.nodes > limits.nodes {
            break;
        }
    }
    documents
}

struct Reader<'t, 'f> {
    text: Text<'t>,
    limits: &'f Limits,
    faults: &'f mut Faults<'t>,
    /// Values of all documents so far.
    nodes: usize,
    /// Where the document starts in the text.
    base: usize,
}

impl<'t, 'f> Reader<'t, 'f> {
    fn new(text: Text<'t>, limits: &'f Limits, faults: &'f mut Faults<'t>) -> Self {
        Reader {
            text,
            limits,
            faults,
            nodes: 0,
            base: 0,
        }
    }

    /// Reads a document that starts at byte `base` of the text; none if it is faulty.
    fn document(&mut self, json: &str, base: usize) -> Option<Node> {
        self.base = base;
        if let Err(fault) = self.survey(json) {
            self.faults.push(fault);
            return None;
        }
        let strict = serde_json::from_str::<IgnoredAny>(json);
        let collect = CollectOptions::default();
        let value = match parse_to_ast(json, &collect, &STRICT) {
            Ok(parsed) => parsed.value,
            Err(fault) => {
                let at = self.place(&fault);
                self.faults.push(wording::json(at, fault.kind()));
                return None;
            }
        };
        if let Err(fault) = strict {
            let fault = self.too_loose(json, &fault);
            self.faults.push(fault);
            return None;
        }
        value.map(|value| self.lower(value))
    }

    /// Where the parser stopped; for what is never closed, where it was opened.
    fn place(&self, fault: &ParseError) -> Span {
        let range = fault.range();
        let (start, end) = (self.base + range.start, self.base + range.end);
        match fault.kind() {
            Json::UnterminatedArray
            | Json::UnterminatedObject
            | Json::String(ParseStringErrorKind::UnterminatedStringLiteral) => {
                self.text.near(start)
            }
            _ if start < end => self.text.head(start, end),
            _ => self.text.before(start),
        }
    }

    /// Bounds depth and values without recursion. Texts in quotes end where the parser ends them,
    /// up to the first fault, which is where the parser stops.
    fn survey(&mut self, json: &str) -> Result<(), Diagnostic> {
        let (mut depth, mut fresh) = (0_usize, true);
        let mut bytes = json.bytes().enumerate();
        while let Some((at, byte)) = bytes.next() {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => continue,
                b']' | b'}' => {
                    depth = depth.saturating_sub(1);
                    fresh = false;
                    continue;
                }
                _ => {}
            }
            if fresh {
                self.nodes += 1;
                fresh = false;
            }
            match byte {
                b'[' | b'{' => {
                    depth += 1;
                    fresh = true;
                    if depth > self.limits.depth {
                        let at = self.text.near(self.base + at);
                        return Err(errors::too_deep(at, self.limits.depth));
                    }
                }
                b',' => self.nodes += 1,
                b'"' => {
                    while let Some((_, byte)) = bytes.next() {
                        match byte {
                            b'"' => break,
                            b'\\' => drop(bytes.next()),
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
            if self.nodes > self.limits.nodes {
                let at = self.text.near(self.base + at);
                return Err(errors::too_many_values(at, self.limits.nodes));
            }
        }
        Ok(())
    }

    /// What the strict check found and the parser let pass.
    fn too_loose(&self, json: &str, fault: &serde_json::Error) -> Diagnostic {
        let mut lines = json.split_inclusive('\n');
        let before = lines.by_ref().take(fault.line().saturating_sub(1));
        let line: usize = before.map(str::len).sum();
        let at = self.base + (line + fault.column()).saturating_sub(1);
        let at = self.text.boundary(at);
        let here = self.text.all[at..].chars().next();
        let control = control_in_quotes(json).map(|at| self.base + at);
        let (message, label, help) = match here {
            _ if json.trim().is_empty() => wording::EMPTY,
            _ if control.is_some() => wording::CONTROL,
            Some(c) if c.is_whitespace() || c.is_control() => wording::SPACE,
            Some('0'..='9' | '+' | '-' | '.') => wording::NUMBER,
            _ => wording::NOT_JSON,
        };
        let place = self.text.near(control.unwrap_or(at));
        errors::syntax(place, message, label, help)
    }

    fn lower(&mut self, value: Value<'_>) -> Node {
        let (start, end) = (value.start() + self.base, value.end() + self.base);
        let tree = match value {
            Value::NullKeyword(_) => Tree::Null,
            Value::BooleanLit(truth) => Tree::Bool(truth.value),
            Value::NumberLit(number) => {
                self.bound(number.value, start, end);
                match number.value.contains(['.', 'e', 'E']) {
                    true => Tree::Float(number.value.into()),
                    false => Tree::Int(number.value.into()),
                }
            }
            Value::StringLit(string) => {
                self.bound(&string.value, start, end);
                Tree::Text(string.value.into())
            }
            Value::Array(list) => Tree::List(
                list.elements
                    .into_iter()
                    .map(|item| self.lower(item))
                    .collect(),
            ),
            Value::Object(object) => {
                let mut map = Map::with_capacity(object.properties.len());
                for property in object.properties {
                    self.property(&mut map, property);
                }
                Tree::Map(map)
            }
        };
        Node::new(self.text.span(start, end), tree)
    }

    fn property(&mut self, map: &mut Map, property: ObjectProp<'_>) {
        let (start, end) = (property.name.start(), property.name.end());
        let key = self.text.span(start + self.base, end + self.base);
        let name: Box<str> = match property.name {
            ObjectPropName::String(name) => name.value.into(),
            ObjectPropName::Word(name) => name.value.into(),
        };
        self.bound(&name, start + self.base, end + self.base);
        let value = self.lower(property.value);
        match map.get(&name) {
            Some(first) => {
                let fault = errors::duplicate_key(key, first.key, &name);
                self.faults.push(fault);
            }
            None => {
                map.insert(name, Entry { key, value });
            }
        }
    }

    fn bound(&mut self, scalar: &str, start: usize, end: usize) {
        if scalar.len() > self.limits.scalar {
            let at = self.text.head(start, end);
            let fault = errors::scalar_too_long(at, scalar.len(), self.limits.scalar);
            self.faults.push(fault);
        }
    }
}

/// The first raw control character inside quotes.
fn control_in_quotes(json: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    json.bytes().position(|byte| {
        let found = quoted && byte < b' ';
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = quoted,
            b'"' => quoted = !quoted,
            _ => {}
        }
        found
    })
}

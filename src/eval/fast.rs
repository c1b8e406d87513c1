//! JSON text → bound facts in one pass, for fleets: no tree, no places, no messages.
//!
//! What is read here is what [`bind`](super::bind) makes of the tree of the same text, but for places.
//! Whatever is unusual (an unknown key, a key given twice, a value of another kind, a number with a
//! fraction) is refused; the caller then takes the way through the tree, which explains.

use super::bind::{Bounds, LicenseNames, bounds, missing, ordered, scalar};
use super::fact::{Fact, Range, State};
use crate::source::Span;
use crate::value::{Field, Kind, Month, Period, Record, Schema, Value};
use indexmap::IndexMap;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;
use std::ops::Range as Bytes;

/// Texts beyond this go through the tree, which knows all limits.
const MAX_BYTES: usize = 4 << 20;
/// Longest text value read here; the tree allows as much.
const MAX_TEXT: usize = 1 << 20;

/// Reads the facts of one deployment from JSON; `None` for anything that needs to be explained or is
/// unusual.
pub fn read(json: &str, schema: &Schema, licenses: &dyn LicenseNames) -> Option<Fact> {
    if json.len() > MAX_BYTES {
        return None;
    }
    let reader = Reader { schema, licenses };
    let mut text = serde_json::Deserializer::from_str(json);
    let root = Root(&reader).deserialize(&mut text).ok()?;
    text.end().ok()?;
    Some(root)
}

/// Where the documents of a fleet stand in a text: the elements of a JSON array, or the lines of
/// JSON Lines. `None` if the array is not closed as it should be. The documents themselves are not
/// looked into.
pub fn documents(text: &str) -> Option<Vec<Bytes<usize>>> {
    let start = text.len() - text.trim_start_matches(BLANK).len();
    if text[start..].starts_with('[') {
        return elements(text, start);
    }
    let mut lines = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if !line.trim_matches(BLANK).is_empty() {
            lines.push(at..at + line.len());
        }
        at += line.len();
    }
    Some(lines)
}

const BLANK: [char; 4] = [' ', '\t', '\r', '\n'];

/// The elements of the array that opens at byte `open`.
fn elements(text: &str, open: usize) -> Option<Vec<Bytes<usize>>> {
    let mut found = Vec::new();
    let mut depth = 0_usize;
    let mut start = open + 1;
    let mut bytes = text.bytes().enumerate().skip(open);
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => loop {
                match bytes.next()?.1 {
                    b'"' => break,
                    b'\\' => drop(bytes.next()),
                    _ => {}
                }
            },
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 || (depth == 1 && byte == b',') {
            let empty = text[start..at].trim_matches(BLANK).is_empty();
            match (empty, depth) {
                (false, _) => found.push(start..at),
                (true, 0) if found.is_empty() => {}
                (true, _) => return None,
            }
            start = at + 1;
        }
        if depth == 0 {
            let rest = text[start..].trim_matches(BLANK);
            return (byte == b']' && rest.is_empty()).then_some(found);
        }
    }
    None
}

struct Reader<'a> {
    schema: &'a Schema,
    licenses: &'a dyn LicenseNames,
}

/// A value and what the schema says of it.
#[derive(Clone, Copy)]
struct Slot<'r> {
    reader: &'r Reader<'r>,
    kind: &'r Kind,
    or_none: bool,
}

/// Why anything is refused; nobody reads it.
fn refused<E: Error>() -> E {
    E::custom("unusual")
}

fn nowhere(state: State) -> Fact {
    Fact {
        state,
        span: Span::NOWHERE,
        key: Span::NOWHERE,
        assumed: false,
    }
}

impl Reader<'_> {
    /// A text as a value that is not a list.
    fn single(&self, text: &str, kind: &Kind) -> Option<State> {
        if text.len() > MAX_TEXT {
            return None;
        }
        let value = match kind {
            Kind::Text | Kind::ModelName => Value::Text(text.into()),
            Kind::LicenseName => Value::Text(self.license(text)?.into()),
            Kind::Date if !text.starts_with(['<', '>']) && text.len() == 10 => {
                Value::Date(date(text)?)
            }
            Kind::List(_) | Kind::Record(_) | Kind::Series(..) => return None,
            kind => match bounds(text) {
                Some(bounds) if ordered(kind) => return self.range(bounds, kind),
                _ => scalar(self.schema, text, kind)?,
            },
        };
        Some(State::Value(value))
    }

    fn license<'t>(&'t self, text: &'t str) -> Option<&'t str> {
        match self.licenses.canonical(text) {
            Some(id) => Some(id),
            // An expression such as `Apache-2.0 AND MIT`, perhaps.
            None if text.contains(' ') => None,
            None if self.licenses.suggestion(text).is_none() => Some(text),
            None => None,
        }
    }

    fn range(&self, bounds: Bounds, kind: &Kind) -> Option<State> {
        let value = |text| scalar(self.schema, text, kind);
        let (low, high) = match bounds {
            Bounds::Range(low, high) => (Some((value(low)?, true)), Some((value(high)?, true))),
            Bounds::Beyond("<", text) => (None, Some((value(text)?, false))),
            Bounds::Beyond("<=", text) => (None, Some((value(text)?, true))),
            Bounds::Beyond(">", text) => (Some((value(text)?, false)), None),
            Bounds::Beyond(_, text) => (Some((value(text)?, true)), None),
        };
        let range = Range { low, high };
        (!range.is_empty()).then_some(State::Range(range))
    }

    /// The fields of a record.
    fn record<'de, A: MapAccess<'de>>(
        &self,
        record: &Record,
        mut map: A,
    ) -> Result<Fact, A::Error> {
        let mut fields: Vec<Option<Fact>> = Vec::new();
        fields.resize_with(record.fields.len(), || None);
        let mut next = 0;
        while let Some(at) = map.next_key_seed(Key {
            fields: &record.fields,
            next,
        })? {
            let field = &record.fields[at];
            let slot = Slot {
                reader: self,
                kind: &field.kind,
                or_none: field.or_none,
            };
            let fact = map.next_value_seed(slot)?;
            // Only its place tells a fact stated as `unknown` from one nobody stated, which a policy's
            // default may stand in for.
            if fact.is_unknown() {
                return Err(refused());
            }
            if fields[at].replace(fact).is_some() {
                return Err(refused());
            }
            next = at + 1;
        }
        if record.name == "model" {
            let id = fields.first().and_then(Option::as_ref);
            if !id.is_some_and(|id| matches!(id.state, State::Value(_))) {
                return Err(refused());
            }
        }
        let fields = fields.into_iter().zip(record.fields.values());
        let fields =
            fields.map(|(fact, field)| fact.unwrap_or_else(|| missing(field, Span::NOWHERE)));
        Ok(nowhere(State::Record(fields.collect())))
    }

    fn series<'de, A: MapAccess<'de>>(
        &self,
        period: Period,
        inner: &Kind,
        mut map: A,
    ) -> Result<Fact, A::Error> {
        let mut entries: Vec<(i32, Fact)> = Vec::new();
        while let Some(at) = map.next_key_seed(When(period))? {
            let slot = Slot {
                reader: self,
                kind: inner,
                or_none: false,
            };
            entries.push((at, map.next_value_seed(slot)?));
        }
        entries.sort_by_key(|(at, _)| *at);
        if entries.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err(refused());
        }
        Ok(nowhere(State::Series(entries)))
    }
}

/// `2025-04-05` in plain digits.
fn date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[7] != b'-' {
        return None;
    }
    let (year, month) = month(&bytes[..7])?;
    let day = digits(&bytes[8..])?;
    Date::new(year, month, i8::try_from(day).ok()?).ok()
}

/// `2025-04` in plain digits.
fn month(bytes: &[u8]) -> Option<(i16, i8)> {
    if bytes.len() != 7 || bytes[4] != b'-' {
        return None;
    }
    let (year, month) = (digits(&bytes[..4])?, digits(&bytes[5..])?);
    (1..=12)
        .contains(&month)
        .then_some((year, i8::try_from(month).ok()?))
}

fn digits(bytes: &[u8]) -> Option<i16> {
    bytes.iter().try_fold(0_i16, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| i16::from(digit - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

/// The document itself: always a mapping.
struct Root<'r>(&'r Reader<'r>);

impl<'de> DeserializeSeed<'de> for Root<'_> {
    type Value = Fact;
    fn deserialize<D: Deserializer<'de>>(self, text: D) -> Result<Fact, D::Error> {
        text.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Root<'_> {
    type Value = Fact;
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a deployment")
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Fact, A::Error> {
        self.0.record(self.0.schema.root(), map)
    }
}

/// The key of a record: the number of its field.
struct Key<'r> {
    fields: &'r IndexMap<String, Field>,
    /// Most texts state fields in the order of the vocabulary: look here first.
    next: usize,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = usize;
    fn deserialize<D: Deserializer<'de>>(self, text: D) -> Result<usize, D::Error> {
        text.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = usize;
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("the name of a fact")
    }
    fn visit_str<E: Error>(self, name: &str) -> Result<usize, E> {
        match self.fields.get_index(self.next) {
            Some((known, _)) if known == name => Ok(self.next),
            _ => self.fields.get_index_of(name).ok_or_else(refused),
        }
    }
}

/// The key of a series.
struct When(Period);

impl<'de> DeserializeSeed<'de> for When {
    type Value = i32;
    fn deserialize<D: Deserializer<'de>>(self, text: D) -> Result<i32, D::Error> {
        text.deserialize_str(self)
    }
}

impl Visitor<'_> for When {
    type Value = i32;
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a month or a year")
    }
    fn visit_str<E: Error>(self, name: &str) -> Result<i32, E> {
        let bytes = name.as_bytes();
        let at = match self.0 {
            Period::Month => month(bytes).map(|(year, month)| Month::new(year, month).0),
            Period::Year if bytes.len() == 4 => digits(bytes).map(i32::from),
            Period::Year => None,
        };
        at.ok_or_else(refused)
    }
}

impl<'de> DeserializeSeed<'de> for Slot<'_> {
    type Value = Fact;
    fn deserialize<D: Deserializer<'de>>(self, text: D) -> Result<Fact, D::Error> {
        text.deserialize_any(self)
    }
}

impl Slot<'_> {
    /// A single value where a list may be wanted: one value may stand for a list of one.
    fn found<E: Error>(self, single: impl FnOnce(&Kind) -> Option<State>) -> Result<Fact, E> {
        let state = match self.kind {
            Kind::List(inner) => single(inner).map(|state| State::List(vec![nowhere(state)])),
            kind => single(kind),
        };
        state.map(nowhere).ok_or_else(refused)
    }
}

impl<'de> Visitor<'de> for Slot<'_> {
    type Value = Fact;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a fact")
    }

    fn visit_unit<E: Error>(self) -> Result<Fact, E> {
        Ok(nowhere(State::Unknown))
    }

    fn visit_bool<E: Error>(self, yes: bool) -> Result<Fact, E> {
        self.found(|kind| match kind {
            Kind::Bool => Some(State::Value(Value::Bool(yes))),
            _ => None,
        })
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Fact, E> {
        self.found(|kind| match kind {
            Kind::Count(_) => Some(State::Value(Value::Count(number))),
            Kind::Decimal => Some(State::Value(Value::Decimal(Decimal::from(number)))),
            _ => None,
        })
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Fact, E> {
        match i64::try_from(number) {
            Ok(number) => self.visit_i64(number),
            Err(_) => Err(refused()),
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Fact, E> {
        match text {
            "unknown" => Ok(nowhere(State::Unknown)),
            "none" if self.or_none => Ok(nowhere(State::None)),
            _ => self.found(|kind| self.reader.single(text, kind)),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Fact, A::Error> {
        let Kind::List(inner) = self.kind else {
            return Err(refused());
        };
        let mut list = Vec::new();
        let slot = Slot {
            kind: inner,
            or_none: false,
            ..self
        };
        while let Some(fact) = seq.next_element_seed(slot)? {
            list.push(fact);
        }
        Ok(nowhere(State::List(list)))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Fact, A::Error> {
        match self.kind {
            Kind::Record(id) => self.reader.record(self.reader.schema.record(*id), map),
            Kind::Series(period, inner) => self.reader.series(*period, inner, map),
            _ => Err(refused()),
        }
    }
}

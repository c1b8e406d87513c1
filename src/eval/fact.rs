//! Facts that fit the schema, each in one of four states: known, bounded, unknown, not applicable.

use crate::source::Span;
use crate::value::Value;
use jiff::civil::Date;
use std::cmp::Ordering;

/// A fact and where it was stated.
#[derive(Clone, Debug)]
pub struct Fact {
    /// What is known of it.
    pub state: State,
    /// The value's place; [`Span::NOWHERE`] if nobody stated it.
    pub span: Span,
    /// The key's place; for facts nobody stated, the key of what should hold it.
    pub key: Span,
    /// Whether a declared default stands in for it.
    pub assumed: bool,
}

/// What is known of a fact.
#[derive(Clone, Debug)]
pub enum State {
    /// Nobody stated it, or it was stated as `unknown`
    Unknown,
    /// Not applicable
    None,
    /// A single value
    Value(Value),
    /// Between two values
    Range(Range),
    /// A list; an empty one is known to be empty
    List(Vec<Fact>),
    /// A record, by the number of each field
    Record(Vec<Fact>),
    /// A series: entries by month or year, in that order
    Series(Vec<(i32, Fact)>),
}

/// Bounds of a value; at least one of them.
#[derive(Clone, Debug)]
pub struct Range {
    /// The lower bound, and whether it belongs to the range.
    pub low: Option<(Value, bool)>,
    /// The upper bound, and whether it belongs to the range.
    pub high: Option<(Value, bool)>,
}

impl Range {
    /// Whether the value can lie below, at, and above `constant`.
    pub fn against(&self, constant: &Value) -> (bool, bool, bool) {
        let low = self
            .low
            .as_ref()
            .and_then(|(low, closed)| Some((low.order(constant)?, *closed)));
        let high = self
            .high
            .as_ref()
            .and_then(|(high, closed)| Some((high.order(constant)?, *closed)));
        let below = low.is_none_or(|(order, _)| order == Ordering::Less);
        let above = high.is_none_or(|(order, _)| order == Ordering::Greater);
        let from_below = low.is_none_or(|(order, closed)| {
            order == Ordering::Less || (order == Ordering::Equal && closed)
        });
        let from_above = high.is_none_or(|(order, closed)| {
            order == Ordering::Greater || (order == Ordering::Equal && closed)
        });
        (below, from_below && from_above, above)
    }

    /// Whether no value fits; counts between two neighbours included.
    pub fn is_empty(&self) -> bool {
        match (&self.low, &self.high) {
            (Some((Value::Count(low), a)), Some((Value::Count(high), b))) => {
                let low = if *a { Some(*low) } else { low.checked_add(1) };
                let high = if *b { Some(*high) } else { high.checked_sub(1) };
                low.zip(high).is_none_or(|(low, high)| low > high)
            }
            (Some((low, a)), Some((high, b))) => match low.order(high) {
                Some(Ordering::Less) => false,
                Some(Ordering::Equal) => !(*a && *b),
                _ => true,
            },
            _ => false,
        }
    }
}

impl Fact {
    /// A fact nobody stated; `key` is the key of what should hold it.
    pub fn unknown(key: Span) -> Fact {
        Fact {
            state: State::Unknown,
            span: Span::NOWHERE,
            key,
            assumed: false,
        }
    }

    /// A value nobody wrote: computed from others.
    pub fn computed(state: State, place: Span) -> Fact {
        Fact {
            state,
            span: place,
            key: place,
            assumed: false,
        }
    }

    /// A single known value.
    pub fn value(&self) -> Option<&Value> {
        match &self.state {
            State::Value(value) => Some(value),
            _ => None,
        }
    }

    /// A known date.
    pub fn date(&self) -> Option<Date> {
        match &self.state {
            State::Value(Value::Date(date)) => Some(*date),
            _ => None,
        }
    }

    /// A known text.
    pub fn text(&self) -> Option<&str> {
        match &self.state {
            State::Value(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The elements of a known list.
    pub fn list(&self) -> Option<&[Fact]> {
        match &self.state {
            State::List(list) => Some(list),
            _ => None,
        }
    }

    /// The fields of a known record.
    pub fn record(&self) -> Option<&[Fact]> {
        match &self.state {
            State::Record(fields) => Some(fields),
            _ => None,
        }
    }

    /// Whether nothing at all is known of it.
    pub fn is_unknown(&self) -> bool {
        matches!(self.state, State::Unknown)
    }

    /// The best place to point at: the value, else the key that should hold it.
    pub fn place(&self) -> Span {
        if self.span.is_somewhere() {
            self.span
        } else {
            self.key
        }
    }
}

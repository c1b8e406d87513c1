//! Yes, no, unknown: strong Kleene logic, and the truth of plain questions about facts.

use super::fact::{Fact, Range, State};
use super::frame::Frame;
use crate::ir::{Atom, Operand, Operator, Quantity};
use crate::value::{Schema, Value, same_words, starts_name};
use jiff::civil::Date;
use std::borrow::Cow;
use std::cmp::Ordering;

/// Whether something is so, as far as the facts tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    /// It is not so, whatever the unknown facts are
    No,
    /// The facts do not tell
    Unknown,
    /// It is so, whatever the unknown facts are
    Yes,
}

impl Truth {
    /// A known truth.
    pub fn of(yes: bool) -> Truth {
        if yes { Truth::Yes } else { Truth::No }
    }

    /// Both are so.
    #[must_use]
    pub fn and(self, other: Truth) -> Truth {
        self.min(other)
    }

    /// At least one is so.
    #[must_use]
    pub fn or(self, other: Truth) -> Truth {
        self.max(other)
    }
}

impl std::ops::Not for Truth {
    type Output = Truth;
    fn not(self) -> Truth {
        match self {
            Truth::No => Truth::Yes,
            Truth::Unknown => Truth::Unknown,
            Truth::Yes => Truth::No,
        }
    }
}

/// One side of a comparison, as far as it is known.
enum Side<'a> {
    Known(Cow<'a, Value>),
    Range(&'a Range),
    Nothing,
    Unknown,
}

/// The truth of an atom in a frame.
pub fn atom(atom: &Atom, frame: &Frame) -> Truth {
    ask(atom, &|path| frame.fact(path), frame.schema, frame.today)
}

/// The truth of an atom about the facts that `find` finds; it finds none where what should hold the
/// fact is unknown or not applicable.
#[inline]
pub fn ask<'a, P>(
    atom: &'a Atom<P>,
    find: &impl Fn(&P) -> Option<&'a Fact>,
    schema: &Schema,
    today: Date,
) -> Truth {
    let state = |path: &P| find(path).map(|fact| &fact.state);
    match atom {
        Atom::Holds(path) => match state(path) {
            Some(State::Value(Value::Bool(yes))) => Truth::of(*yes),
            Some(State::None) => Truth::No,
            _ => Truth::Unknown,
        },
        Atom::IsNone(path) => match state(path) {
            None | Some(State::Unknown) => Truth::Unknown,
            Some(State::None) => Truth::Yes,
            Some(_) => Truth::No,
        },
        Atom::Compare(left, operator, right) => {
            // Most questions compare a known fact with a constant.
            if let (Operand::Fact(path, None), Operand::Const(constant)) = (left, right)
                && let Some(State::Value(value)) = state(path)
            {
                return values(value, *operator, constant);
            }
            compare(
                &side(left, find, today),
                *operator,
                &side(right, find, today),
            )
        }
        Atom::In(path, values) => match state(path) {
            Some(State::Value(value)) => Truth::of(values.contains(value)),
            Some(State::None) => Truth::No,
            Some(State::Range(range)) => {
                let possible = values.iter().any(|value| range.against(value).1);
                if possible { Truth::Unknown } else { Truth::No }
            }
            _ => Truth::Unknown,
        },
        Atom::Within(path, outer) => of_value(state(path), |inner| match (inner, outer) {
            (Value::Place(inner), Value::Place(outer)) => {
                schema.place_within(*inner, *outer, today)
            }
            _ => false,
        }),
        Atom::Includes(path, operand) => {
            let wanted = side(operand, find, today);
            of_some(list(state(path)), |element| {
                match (&wanted, &element.state) {
                    (Side::Known(wanted), _) => included(element, wanted),
                    (Side::Nothing, _) | (_, State::None) => Truth::No,
                    _ => Truth::Unknown,
                }
            })
        }
        Atom::Begins(path, prefix) => of_text(find(path), |text| starts_name(text, prefix)),
        Atom::Matches(path, pattern) => {
            let pattern = NamePattern::new(&**pattern);
            of_text(find(path), |text| pattern.matches(text))
        }
    }
}

/// A question about one value; nothing is so of `none`.
#[inline]
pub fn of_value(state: Option<&State>, is_so: impl Fn(&Value) -> bool) -> Truth {
    match state {
        Some(State::Value(value)) => Truth::of(is_so(value)),
        Some(State::None) => Truth::No,
        _ => Truth::Unknown,
    }
}

/// The elements to ask about; `none` has none. Or, where they are not known, the answer to every
/// question about them.
#[inline]
pub fn list(state: Option<&State>) -> Result<&[Fact], Truth> {
    match state {
        Some(State::List(list)) => Ok(list),
        Some(State::None) => Ok(&[]),
        _ => Err(Truth::Unknown),
    }
}

/// Whether some element of a list is as asked.
#[inline]
pub fn of_some(list: Result<&[Fact], Truth>, is_so: impl Fn(&Fact) -> Truth) -> Truth {
    match list {
        Ok(list) => list.iter().map(is_so).fold(Truth::No, Truth::or),
        Err(unknown) => unknown,
    }
}

/// The text to ask about; or, where there is none, the answer to every question about it.
#[inline]
pub fn text(fact: Option<&Fact>) -> Result<&str, Truth> {
    match fact {
        Some(fact) if matches!(fact.state, State::None) => Err(Truth::No),
        fact => fact.and_then(Fact::text).ok_or(Truth::Unknown),
    }
}

/// A question about a text; nothing is so of `none`.
pub fn of_text(fact: Option<&Fact>, is_so: impl Fn(&str) -> bool) -> Truth {
    text(fact).map_or_else(|no_text| no_text, |text| Truth::of(is_so(text)))
}

/// A pattern of names of models.
#[derive(Clone, Debug)]
pub struct NamePattern<'p> {
    text: Cow<'p, str>,
    /// The length of its plain start. Most patterns start with the licensor's namespace: one look tells
    /// most names apart.
    plain: usize,
}

impl<'p> NamePattern<'p> {
    /// Reads a pattern; one that is no glob lists nothing.
    pub fn new(text: impl Into<Cow<'p, str>>) -> NamePattern<'p> {
        let text = text.into();
        let special = |byte: u8| matches!(byte, b'*' | b'?' | b'[' | b'{' | b'\\');
        let plain = text.bytes().position(special).unwrap_or(text.len());
        NamePattern { text, plain }
    }

    fn plain(&self) -> &[u8] {
        &self.text.as_bytes()[..self.plain]
    }

    /// Whether a text is one of those it describes; `*` does not cross a `/`.
    pub fn matches(&self, text: &str) -> bool {
        text.as_bytes().starts_with(self.plain())
            && rest_matches(&self.text, text, self.plain, str::to_owned)
    }

    /// Whether a license that states it lists a model. Hubs do not tell capital letters apart in the
    /// names of models, so neither do we.
    pub fn lists(&self, name: &str) -> bool {
        let start = name.as_bytes().get(..self.plain);
        start.is_some_and(|start| start.eq_ignore_ascii_case(self.plain()))
            && rest_matches(&self.text, name, self.plain, str::to_ascii_lowercase)
    }
}

/// Whether the rest of a text matches the rest of a pattern, after a plain start they share.
fn rest_matches(pattern: &str, text: &str, plain: usize, fold: impl Fn(&str) -> String) -> bool {
    match &pattern.as_bytes()[plain..] {
        [] => text.len() == plain,
        b"*" => !text.as_bytes()[plain..].contains(&b'/'),
        _ => {
            let glob = globset::GlobBuilder::new(&fold(pattern))
                .literal_separator(true)
                .build();
            glob.is_ok_and(|glob| glob.compile_matcher().is_match(fold(text)))
        }
    }
}

/// Whether an element of a list is a value.
#[inline]
pub fn included(element: &Fact, wanted: &Value) -> Truth {
    of_value(Some(&element.state), |value| match (value, wanted) {
        (Value::Text(a), Value::Text(b)) => same_words(a, b),
        (a, b) => a == b,
    })
}

fn side<'a, P>(
    operand: &'a Operand<P>,
    find: &impl Fn(&P) -> Option<&'a Fact>,
    today: Date,
) -> Side<'a> {
    match operand {
        Operand::Const(value) => Side::Known(Cow::Borrowed(value)),
        Operand::Fact(path, None) => match find(path).map(|fact| &fact.state) {
            Some(State::Value(value)) => Side::Known(Cow::Borrowed(value)),
            Some(State::Range(range)) => Side::Range(range),
            Some(State::None) => Side::Nothing,
            _ => Side::Unknown,
        },
        Operand::Fact(path, Some(by)) => match find(path).map(|fact| &fact.state) {
            Some(State::Value(Value::Date(date))) => {
                by.after(*date).map_or(Side::Unknown, |date| {
                    Side::Known(Cow::Owned(Value::Date(date)))
                })
            }
            Some(State::None) => Side::Nothing,
            _ => Side::Unknown,
        },
        Operand::Today(by) => by.after(today).map_or(Side::Unknown, |date| {
            Side::Known(Cow::Owned(Value::Date(date)))
        }),
        Operand::CountOf(path) => match find(path).and_then(Fact::list) {
            Some(list) => Side::Known(Cow::Owned(Value::Count(
                i64::try_from(list.len()).unwrap_or(i64::MAX),
            ))),
            None => Side::Unknown,
        },
    }
}

/// `less`, `equal`, `greater`: which of them can be. The comparison is known if all that can be agree.
fn decide(operator: Operator, less: bool, equal: bool, greater: bool) -> Truth {
    let can = [
        (less, Ordering::Less),
        (equal, Ordering::Equal),
        (greater, Ordering::Greater),
    ];
    let mut truths = can
        .iter()
        .filter(|(can, _)| *can)
        .map(|(_, order)| operator.holds(*order));
    match truths.next() {
        None => Truth::Unknown,
        Some(first) => {
            if truths.all(|other| other == first) {
                Truth::of(first)
            } else {
                Truth::Unknown
            }
        }
    }
}

/// The truth of a comparison of two values.
fn values(a: &Value, operator: Operator, b: &Value) -> Truth {
    match a.order(b) {
        Some(order) => Truth::of(operator.holds(order)),
        None => match operator {
            // Amounts in two currencies are neither equal nor different until somebody converts them.
            _ if matches!(a, Value::Money(..)) => Truth::Unknown,
            Operator::Is => Truth::of(a == b),
            Operator::IsNot => Truth::of(a != b),
            _ => Truth::Unknown,
        },
    }
}

fn compare(left: &Side, operator: Operator, right: &Side) -> Truth {
    match (left, right) {
        (Side::Known(a), Side::Known(b)) => values(a, operator, b),
        (Side::Range(range), Side::Known(value)) => {
            let (below, equal, above) = range.against(value);
            decide(operator, below, equal, above)
        }
        (Side::Known(value), Side::Range(range)) => {
            let (below, equal, above) = range.against(value);
            decide(operator, above, equal, below)
        }
        // `none` is equal to nothing, and neither above nor below anything, whatever that is.
        (Side::Nothing, _) | (_, Side::Nothing) => Truth::of(operator == Operator::IsNot),
        _ => Truth::Unknown,
    }
}

/// The truth of a quantity, from the truths of its elements.
pub fn quantity(quantity: Quantity, elements: impl Iterator<Item = Truth>) -> Truth {
    let (mut yes, mut unknown, mut no) = (0_u32, 0_u32, 0_u32);
    for truth in elements {
        match truth {
            Truth::Yes => yes += 1,
            Truth::Unknown => unknown += 1,
            Truth::No => no += 1,
        }
    }
    let (low, high) = (yes, yes + unknown);
    match quantity {
        Quantity::Any => at_least(low, high, 1),
        Quantity::No => !at_least(low, high, 1),
        Quantity::All => match (no, unknown) {
            (0, 0) => Truth::Yes,
            (0, _) => Truth::Unknown,
            _ => Truth::No,
        },
        Quantity::AtLeast(n) => at_least(low, high, n),
        Quantity::AtMost(n) => match n.checked_add(1) {
            Some(more) => !at_least(low, high, more),
            None => Truth::Yes,
        },
        Quantity::Exactly(n) => {
            if low == high {
                Truth::of(low == n)
            } else if n < low || n > high {
                Truth::No
            } else {
                Truth::Unknown
            }
        }
    }
}

fn at_least(low: u32, high: u32, n: u32) -> Truth {
    if low >= n {
        Truth::Yes
    } else if high < n {
        Truth::No
    } else {
        Truth::Unknown
    }
}

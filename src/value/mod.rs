//! Floor 0: what a fact can be. Values, their kinds, the schema of facts, and how values are read
//! from and written as text. No places, no messages, no arithmetic that rounds.

mod schema;
mod text;

pub use schema::{
    Choice, DefaultValue, Enum, EnumId, FactDefault, Field, Kind, MANY, Part, Period, Place,
    Record, RecordId, Schema, Territory,
};
pub use text::{
    NamePrefix, bare_name, parse_date, parse_decimal, parse_duration, parse_month, parse_number,
    same_words, starts_name,
};

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;

/// A currency by its three letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Currency(pub [u8; 3]);

impl Currency {
    /// The currency with this ISO 4217 code, in capitals.
    pub fn of_code(code: &str) -> Option<Currency> {
        iso_currency::Currency::from_code(code)?;
        Some(Currency(code.as_bytes().try_into().ok()?))
    }

    /// The three letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }
}

/// Whole months and days to move a date by.
///
/// Month ends are clamped: 31 March less one month is the last day of February.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Duration {
    /// Months; a year is twelve.
    pub months: i32,
    /// Days; a week is seven.
    pub days: i32,
}

impl Duration {
    /// `date` moved by this much; `None` beyond the calendar's ends.
    pub fn after(self, date: Date) -> Option<Date> {
        let span = jiff::Span::new()
            .try_months(self.months)
            .ok()?
            .try_days(self.days)
            .ok()?;
        date.checked_add(span).ok()
    }

    /// The other direction.
    #[must_use]
    pub fn back(self) -> Duration {
        Duration {
            months: -self.months,
            days: -self.days,
        }
    }
}

/// A calendar month, counted so that the next one is one more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Month(pub i32);

impl Month {
    /// Month `month` (1 to 12) of `year`.
    pub fn new(year: i16, month: i8) -> Month {
        Month(i32::from(year) * 12 + i32::from(month) - 1)
    }

    /// The month a day lies in.
    pub fn of(date: Date) -> Month {
        Month::new(date.year(), date.month())
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:04}-{:02}",
            self.0.div_euclid(12),
            self.0.rem_euclid(12) + 1
        )
    }
}

/// A single value. Lists, records and series are built of these by the facts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Value {
    /// `true`
    Bool(bool),
    /// `700M`: a whole number of some unit
    Count(i64),
    /// `0.5`
    Decimal(Decimal),
    /// `12.5%`, kept as 12.5
    Percent(Decimal),
    /// `USD 20M`
    Money(Decimal, Currency),
    /// `2025-04-05`
    Date(Date),
    /// `2025-03`
    Month(Month),
    /// `1 year`
    Duration(Duration),
    /// `"Built with Llama"`
    Text(Box<str>),
    /// A member of an enum, by its place in the declaration
    Choice(u16),
    /// `DE`, `EU`
    Place(Place),
}

impl Value {
    /// How two values of one kind compare; `None` for kinds without an order and for amounts in
    /// two currencies. Durations compare only when both are in months or both in days.
    pub fn order(&self, other: &Value) -> Option<Ordering> {
        Some(match (self, other) {
            (Value::Count(a), Value::Count(b)) => a.cmp(b),
            (Value::Decimal(a), Value::Decimal(b)) | (Value::Percent(a), Value::Percent(b)) => {
                a.cmp(b)
            }
            (Value::Money(a, c), Value::Money(b, d)) if c == d => a.cmp(b),
            (Value::Date(a), Value::Date(b)) => a.cmp(b),
            (Value::Month(a), Value::Month(b)) => a.cmp(b),
            (Value::Duration(a), Value::Duration(b)) if a.months == 0 && b.months == 0 => {
                a.days.cmp(&b.days)
            }
            (Value::Duration(a), Value::Duration(b)) if a.days == 0 && b.days == 0 => {
                a.months.cmp(&b.months)
            }
            _ => return None,
        })
    }

    /// The value as a person writes it; `kind` and `schema` name members of enums and places.
    pub fn said(&self, kind: &Kind, schema: &Schema) -> String {
        match (self, kind) {
            (Value::Choice(n), Kind::Choice(id)) => schema
                .choice(*id)
                .choices
                .get(*n as usize)
                .map_or_else(|| "?".to_owned(), |choice| choice.name.clone()),
            (Value::Place(place), _) => schema.place_name(*place).to_owned(),
            (Value::Text(text), Kind::LicenseName | Kind::ModelName) => text.to_string(),
            (value, _) => value.to_string(),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Bool(yes) => write!(f, "{yes}"),
            Value::Count(n) => f.write_str(&text::grouped(&n.to_string())),
            Value::Decimal(n) => write!(f, "{n}"),
            Value::Percent(n) => write!(f, "{n}%"),
            Value::Money(n, currency) => {
                write!(
                    f,
                    "{} {}",
                    currency.code(),
                    text::grouped(&n.normalize().to_string())
                )
            }
            Value::Date(date) => write!(f, "{date}"),
            Value::Month(month) => write!(f, "{month}"),
            Value::Duration(d) => f.write_str(&text::duration(*d)),
            Value::Text(text) => write!(f, "\"{text}\""),
            Value::Choice(n) => write!(f, "#{n}"),
            Value::Place(place) => write!(f, "{place:?}"),
        }
    }
}

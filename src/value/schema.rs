//! The schema of facts: records, enums, units and territories, by number.

use super::Value;
use crate::source::Span;
use indexmap::IndexMap;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// An enum of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EnumId(pub u16);

/// A record of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RecordId(pub u16);

/// What a series is keyed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Period {
    /// Calendar months
    Month,
    /// Calendar years
    Year,
}

/// Members of an enum beyond which it is said by its name.
pub const MANY: usize = 8;

/// What a fact can be.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// `yes-no`
    Bool,
    /// `count of users`; the unit by number
    Count(u16),
    /// `decimal`
    Decimal,
    /// `percent`
    Percent,
    /// `money`
    Money,
    /// `date`
    Date,
    /// `month`
    Month,
    /// `duration`
    Duration,
    /// `text`
    Text,
    /// `model-name`: text with an optional namespace
    ModelName,
    /// `license-name`: text
    LicenseName,
    /// `country`
    Country,
    /// `territory`: a country or a territory
    Territory,
    /// `one of a, b`, or a named enum
    Choice(EnumId),
    /// `list of text`
    List(Box<Kind>),
    /// A record
    Record(RecordId),
    /// `count of users by month`
    Series(Period, Box<Kind>),
}

/// A country or a territory of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Place {
    /// By its two letters
    Country([u8; 2]),
    /// By its number in the schema
    Territory(u16),
}

impl Place {
    /// Every country, in the order of their letters.
    pub fn countries() -> impl Iterator<Item = Place> {
        let all = rust_iso3166::ALL_ALPHA2.iter();
        all.filter_map(|code| Some(Place::Country(code.as_bytes().try_into().ok()?)))
    }
}

/// A fact or a field of a record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// What it can be.
    pub kind: Kind,
    /// Whether `none` (not applicable) is a value of it.
    pub or_none: bool,
    /// What it is taken to be when nobody states it.
    pub default: Option<FactDefault>,
    /// What it says.
    pub doc: Option<String>,
    /// Its declaration.
    pub span: Span,
}

/// A declared default; a single value, `none`, or an empty list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FactDefault {
    /// The value.
    pub value: DefaultValue,
    /// Where it is declared.
    pub span: Span,
}

/// What a default can be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DefaultValue {
    /// A single value.
    Value(Value),
    /// Not applicable.
    None,
    /// A list of single values.
    List(Vec<Value>),
}

/// A record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// Its name.
    pub name: String,
    /// What it describes.
    pub doc: Option<String>,
    /// Its fields, in order, by name.
    pub fields: IndexMap<String, Field>,
    /// Its declaration.
    pub span: Span,
}

/// A member of an enum.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Choice {
    /// Its name.
    pub name: String,
    /// What it means.
    pub doc: Option<String>,
}

/// An enum; its name is empty for a `one of`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Enum {
    /// Its name.
    pub name: String,
    /// Its members.
    pub choices: Vec<Choice>,
    /// Its declaration.
    pub span: Span,
}

impl Enum {
    /// The number of the member called `name`.
    pub fn position(&self, name: &str) -> Option<u16> {
        let at = self.choices.iter().position(|choice| choice.name == name)?;
        u16::try_from(at).ok()
    }
}

/// A part of a territory, with the days it belongs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Part {
    /// The country or territory.
    pub place: Place,
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub until: Option<Date>,
}

/// A territory.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Territory {
    /// Its name.
    pub name: String,
    /// Its parts.
    pub parts: Vec<Part>,
    /// Its declaration.
    pub span: Span,
}

/// Everything facts can be. The facts of a deployment are the fields of [`Schema::root`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Schema {
    /// Units of counts.
    pub units: Vec<String>,
    /// Enums, the anonymous ones of `one of` among them.
    pub enums: Vec<Enum>,
    /// Records; the first is the deployment itself.
    pub records: Vec<Record>,
    /// Territories.
    pub territories: Vec<Territory>,
}

impl Schema {
    /// The record whose fields are the facts of a deployment.
    pub const ROOT: RecordId = RecordId(0);

    /// Whether everything another schema knows is known here by the same name and number.
    pub fn extends(&self, other: &Schema) -> bool {
        fn begins<T>(long: &[T], short: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
            short.len() <= long.len() && short.iter().zip(long).all(|(a, b)| same(a, b))
        }
        begins(&self.units, &other.units, |a, b| a == b)
            && begins(&self.enums, &other.enums, |a, b| {
                let same = |a: &Choice, b: &Choice| a.name == b.name;
                a.name == b.name && begins(&b.choices, &a.choices, same)
            })
            && begins(&self.territories, &other.territories, |a, b| {
                let part = |part: &Part| (part.place, part.from, part.until);
                a.name == b.name && a.parts.iter().map(part).eq(b.parts.iter().map(part))
            })
            && begins(&self.records, &other.records, |a, b| {
                let fields = a.fields.values().zip(b.fields.values());
                a.name == b.name
                    && a.fields.len() <= b.fields.len()
                    && fields.into_iter().all(|(a, b)| {
                        (&a.name, &a.kind, a.or_none) == (&b.name, &b.kind, b.or_none)
                    })
            })
    }

    /// A record by number.
    pub fn record(&self, id: RecordId) -> &Record {
        &self.records[id.0 as usize]
    }

    /// The number of the record called `name`.
    pub fn record_named(&self, name: &str) -> Option<RecordId> {
        let at = self.records.iter().position(|record| record.name == name)?;
        u16::try_from(at).ok().map(RecordId)
    }

    /// An enum by number.
    pub fn choice(&self, id: EnumId) -> &Enum {
        &self.enums[id.0 as usize]
    }

    /// The facts of a deployment.
    pub fn root(&self) -> &Record {
        self.record(Schema::ROOT)
    }

    /// The country or territory written `name`.
    pub fn place(&self, name: &str) -> Option<Place> {
        if let Some(at) = self.territories.iter().position(|t| t.name == name) {
            return u16::try_from(at).ok().map(Place::Territory);
        }
        if name.len() != 2 || !name.bytes().all(|b| b.is_ascii_uppercase()) {
            return None;
        }
        rust_iso3166::from_alpha2(name)?;
        Some(Place::Country(name.as_bytes().try_into().ok()?))
    }

    /// How a place is written.
    pub fn place_name(&self, place: Place) -> &str {
        match &place {
            Place::Country(letters) => {
                rust_iso3166::from_alpha2(std::str::from_utf8(letters).unwrap_or(""))
                    .map_or("??", |c| c.alpha2)
            }
            Place::Territory(n) => self.territories.get(*n as usize).map_or("?", |t| &t.name),
        }
    }

    /// Every country and every territory.
    pub fn places(&self) -> impl Iterator<Item = Place> {
        let territories = (0..self.territories.len()).filter_map(|at| u16::try_from(at).ok());
        Place::countries().chain(territories.map(Place::Territory))
    }

    /// Whether all of `inner` lies in `outer` on `day`. Territories never contain themselves in a
    /// circle; the checker sees to that.
    pub fn place_within(&self, inner: Place, outer: Place, day: Date) -> bool {
        if inner == outer {
            return true;
        }
        let belongs = |part: &&Part| {
            part.from.is_none_or(|from| from <= day) && part.until.is_none_or(|until| day <= until)
        };
        if let Place::Territory(n) = inner {
            let parts = &self.territories[n as usize].parts;
            let mut current = parts.iter().filter(belongs).peekable();
            if current.peek().is_some()
                && current.all(|part| self.place_within(part.place, outer, day))
            {
                return true;
            }
        }
        match outer {
            Place::Country(_) => false,
            Place::Territory(n) => self.territories[n as usize]
                .parts
                .iter()
                .filter(belongs)
                .any(|part| self.place_within(inner, part.place, day)),
        }
    }

    /// How a kind is said to people: `a count of users by month`.
    pub fn kind_said(&self, kind: &Kind) -> String {
        match kind {
            Kind::Bool => "`true` or `false`".to_owned(),
            Kind::Count(unit) => match self.units.get(*unit as usize) {
                Some(unit) => format!("a count of {unit}"),
                None => "a number".to_owned(),
            },
            Kind::Decimal => "a decimal".to_owned(),
            Kind::Percent => "a percentage".to_owned(),
            Kind::Money => "an amount of money".to_owned(),
            Kind::Date => "a date".to_owned(),
            Kind::Month => "a month".to_owned(),
            Kind::Duration => "a duration".to_owned(),
            Kind::Text => "text".to_owned(),
            Kind::ModelName => "the name of a model".to_owned(),
            Kind::LicenseName => "the name of a license".to_owned(),
            Kind::Country => "a country".to_owned(),
            Kind::Territory => "a country or territory".to_owned(),
            Kind::Choice(id) => {
                let choices = &self.choice(*id).choices;
                if choices.len() > MANY {
                    return format!("a {}", self.choice(*id).name);
                }
                let names: Vec<String> = choices.iter().map(|c| format!("`{}`", c.name)).collect();
                match names.split_last() {
                    Some((last, [])) => last.clone(),
                    Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
                    None => "nothing".to_owned(),
                }
            }
            Kind::List(inner) => match inner.as_ref() {
                Kind::Choice(id) if !self.choice(*id).name.is_empty() => {
                    format!("a list of {}s", self.choice(*id).name)
                }
                inner => format!("a list, each {}", self.kind_said(inner)),
            },
            Kind::Record(id) => format!("a mapping ({})", self.record(*id).name),
            Kind::Series(Period::Month, inner) => format!("{} by month", self.kind_said(inner)),
            Kind::Series(Period::Year, inner) => format!("{} by year", self.kind_said(inner)),
        }
    }

    /// How a kind is written in a policy file.
    pub fn kind_written(&self, kind: &Kind) -> String {
        match kind {
            Kind::Bool => "yes-no".to_owned(),
            Kind::Count(unit) => match self.units.get(*unit as usize) {
                Some(unit) => format!("count of {unit}"),
                None => "count".to_owned(),
            },
            Kind::Decimal => "decimal".to_owned(),
            Kind::Percent => "percent".to_owned(),
            Kind::Money => "money".to_owned(),
            Kind::Date => "date".to_owned(),
            Kind::Month => "month".to_owned(),
            Kind::Duration => "duration".to_owned(),
            Kind::Text => "text".to_owned(),
            Kind::ModelName => "model-name".to_owned(),
            Kind::LicenseName => "license-name".to_owned(),
            Kind::Country => "country".to_owned(),
            Kind::Territory => "territory".to_owned(),
            Kind::Choice(id) if self.choice(*id).name.is_empty() => {
                let names: Vec<&str> = self
                    .choice(*id)
                    .choices
                    .iter()
                    .map(|c| c.name.as_str())
                    .collect();
                format!("one of {}", names.join(", "))
            }
            Kind::Choice(id) => self.choice(*id).name.clone(),
            Kind::List(inner) => format!("list of {}", self.kind_written(inner)),
            Kind::Record(id) => self.record(*id).name.clone(),
            Kind::Series(Period::Month, inner) => format!("{} by month", self.kind_written(inner)),
            Kind::Series(Period::Year, inner) => format!("{} by year", self.kind_written(inner)),
        }
    }
}

//! Which fact: the same fact has one [`Place`], however a clause comes to it.

use crate::eval::{Fact, State};
use crate::ir::{Path, Root, Step};
use crate::scene::{Scene, Stage};
use crate::source::Span;
use crate::value::{Kind, Month, Period, Schema};

/// Where a fact lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Base {
    /// In the deployment
    Deployment,
    /// In a model that is named as a parent and not listed
    Member(usize),
    /// In the computed path between two models, for one license
    Lineage {
        /// The deployed model
        subject: usize,
        /// The model that carries the license
        origin: usize,
        /// The license
        layer: usize,
        /// How it reaches the subject
        by_outputs: bool,
    },
    /// In the license
    License(usize),
}

/// A step into a record, a series or a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stride {
    /// A field, by number
    Field(u16),
    /// A month or year
    Entry(Period, i32),
    /// An element of a known list
    Element(usize),
    /// An element an unknown list may have
    Witness(usize),
    /// How many elements an unknown list has
    Count,
}

/// Which fact.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// Where it starts.
    pub base: Base,
    /// How it goes on.
    pub strides: Vec<Stride>,
}

impl Place {
    /// One stride further.
    pub fn then(&self, stride: Stride) -> Place {
        let mut place = self.clone();
        place.strides.push(stride);
        place
    }

    /// The fact people can state: the list, where this is about what an unknown list may hold.
    pub fn stated(&self) -> Place {
        Place {
            base: self.base,
            strides: self.open().to_vec(),
        }
    }

    /// Whether this is the fact to state where people are asked about another.
    pub fn states(&self, other: &Place) -> bool {
        self.base == other.base && self.strides == other.open()
    }

    /// The strides that people can follow.
    fn open(&self) -> &[Stride] {
        let hidden = |stride: &Stride| matches!(stride, Stride::Witness(_) | Stride::Count);
        let end = self.strides.iter().position(hidden);
        &self.strides[..end.unwrap_or(self.strides.len())]
    }
}

/// A fact found at the end of a path.
pub struct Spot<'a> {
    /// Which one.
    pub place: Place,
    /// The fact, unless what should hold it is unknown or not applicable.
    pub fact: Option<&'a Fact>,
    /// What it can be.
    pub kind: Kind,
    /// Whether it may be `none`.
    pub or_none: bool,
    /// Its key, or that of what should hold it.
    pub key: Span,
    /// Whether facts can state it: what a license says of itself is said by its text, and what is `none`
    /// holds nothing.
    pub statable: bool,
}

impl Spot<'_> {
    /// What is known of it.
    pub fn state(&self) -> &State {
        self.fact.map_or(&State::Unknown, |fact| &fact.state)
    }
}

/// What a condition sees: the facts, and which facts they are.
#[derive(Clone)]
pub struct View<'a> {
    /// The facts.
    pub frame: crate::eval::Frame<'a>,
    /// Which facts the elements of the quantifiers around are.
    pub places: Vec<Place>,
}

/// The fact at a path.
pub fn find<'a>(
    stage: &Stage,
    scene: &Scene<'a>,
    view: &View<'a>,
    path: &Path,
) -> Option<Spot<'a>> {
    let frame = &view.frame;
    let deployment = |strides| Place {
        base: Base::Deployment,
        strides,
    };
    let member = |at: usize| {
        let models = stage.program.schema.root().fields.get_index_of("models");
        let models = models.and_then(|at| u16::try_from(at).ok());
        match (stage.lineage.members[at].index, models) {
            (Some(index), Some(models)) => {
                deployment(vec![Stride::Field(models), Stride::Element(index)])
            }
            _ => Place {
                base: Base::Member(at),
                strides: Vec::new(),
            },
        }
    };
    let (fact, place) = match path.root {
        Root::Deployment => (Some(frame.deployment), deployment(Vec::new())),
        Root::Model => (frame.model, member(scene.subject?)),
        Root::Origin => (frame.origin, member(scene.bond?.origin)),
        Root::Lineage => {
            let bond = scene.bond?;
            let base = Base::Lineage {
                subject: bond.subject,
                origin: bond.origin,
                layer: bond.layer,
                by_outputs: bond.by_outputs,
            };
            let strides = Vec::new();
            (frame.lineage, Place { base, strides })
        }
        Root::License => {
            let base = Base::License(scene.bond?.layer);
            let strides = Vec::new();
            (frame.license, Place { base, strides })
        }
        Root::Element(n) => (
            frame.elements.get(n as usize).copied(),
            view.places.get(n as usize)?.clone(),
        ),
    };
    let mut spot = Spot {
        place,
        key: fact.map_or(Span::NOWHERE, |fact| fact.key),
        fact,
        kind: path.base.clone(),
        or_none: false,
        statable: path.root != Root::License,
    };
    for step in &path.steps {
        go(&mut spot, *step, frame);
    }
    Some(spot)
}

fn go(spot: &mut Spot, step: Step, frame: &crate::eval::Frame) {
    spot.statable &= !matches!(spot.state(), State::None);
    let (stride, next) = match (step, spot.kind.clone()) {
        (Step::Field(n), Kind::Record(id)) => {
            let field = &frame.schema.record(id).fields[n as usize];
            spot.kind = field.kind.clone();
            spot.or_none = field.or_none;
            let fields = spot.fact.and_then(Fact::record);
            (
                Stride::Field(n),
                fields.and_then(|fields| fields.get(n as usize)),
            )
        }
        (step, Kind::Series(period, inner)) => {
            spot.kind = *inner;
            spot.or_none = false;
            let at = match step {
                Step::Entry(at) => at,
                _ if period == Period::Year => i32::from(frame.today.year()) - 1,
                _ => Month::of(frame.today).0 - 1,
            };
            let found = spot.fact.and_then(|fact| match &fact.state {
                State::Series(entries) => entries
                    .binary_search_by_key(&at, |(at, _)| *at)
                    .ok()
                    .map(|n| &entries[n].1),
                _ => None,
            });
            (Stride::Entry(period, at), found)
        }
        _ => (Stride::Count, None),
    };
    spot.place.strides.push(stride);
    spot.fact = next;
    if let Some(fact) = next {
        spot.key = fact.key;
    }
}

/// A stop on the way to a fact in a facts file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A key
    Key(String),
    /// An element of a list, counted from 0
    Index(usize),
    /// The entry of `models` with this id; it is not listed yet
    Model(String),
}

/// A fact as people write it, and the way to it in a facts file.
pub fn said(stage: &Stage, place: &Place) -> (String, Vec<Stop>) {
    let schema: &Schema = &stage.program.schema;
    let (mut name, mut stops) = (String::new(), Vec::new());
    let mut kind = Kind::Record(Schema::ROOT);
    let record = |name: &str| schema.record_named(name).map(Kind::Record);
    match place.base {
        Base::Deployment => {}
        Base::Member(at) => {
            let id = stage.lineage.members[at].name;
            name = format!("models[{id}]");
            stops = vec![Stop::Key("models".to_owned()), Stop::Model(id.to_owned())];
            kind = record("model").unwrap_or(kind);
        }
        Base::Lineage { .. } => {
            name = "lineage".to_owned();
            kind = record("lineage").unwrap_or(kind);
        }
        Base::License(layer) => {
            name = stage.program.layers[layer].id.clone();
            kind = record("license-card").unwrap_or(kind);
        }
    }
    for stride in &place.strides {
        match (stride, kind.clone()) {
            (Stride::Field(n), Kind::Record(id)) => {
                let field = &schema.record(id).fields[*n as usize];
                if !name.is_empty() {
                    name.push('.');
                }
                name.push_str(&field.name);
                stops.push(Stop::Key(field.name.clone()));
                kind = field.kind.clone();
            }
            (Stride::Entry(period, at), Kind::Series(_, inner)) => {
                let entry = match period {
                    Period::Month => Month(*at).to_string(),
                    Period::Year => at.to_string(),
                };
                name.push_str(" in ");
                name.push_str(&entry);
                stops.push(Stop::Key(entry));
                kind = *inner;
            }
            (Stride::Element(at), Kind::List(inner)) => {
                let model = stops == [Stop::Key("models".to_owned())];
                let members = &stage.lineage.members;
                let id = members.iter().find(|member| member.index == Some(*at));
                let id = id.filter(|member| model && !member.name.is_empty());
                let shown = id.map_or_else(|| at.to_string(), |member| member.name.to_owned());
                name.push_str(&format!("[{shown}]"));
                stops.push(Stop::Index(*at));
                kind = *inner;
            }
            _ => {}
        }
    }
    if matches!(place.base, Base::Lineage { .. } | Base::License(_)) {
        // Computed, not stated.
        stops.clear();
    }
    (name, stops)
}

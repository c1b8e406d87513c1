//! The library floor: the licenses inside the binary, and what an organization adds to them.
//!
//! The build compiled the shipped texts (`src/build.rs`). Comes in: facts that say which licenses
//! matter, and an organization's policy texts. Goes out: a [`Program`] with those licenses and
//! policies. Only what is needed is decoded; without an organization's texts nothing is parsed at all.
//!
//! Shipped texts always have the first numbers of [`sources`], so that places in compiled licenses
//! hold in every run.

mod compile;
mod index;
mod load;
mod needed;

pub use compile::{compile, program, schema};
pub use index::{Index, License, Names, Question, known, licenses, names, names_with};
pub use load::load;
pub use needed::{Needed, needed};

use crate::source::{SourceId, Sources, Span};

mod made {
    //! What the build wrote.

    use super::{License, Question, SourceId, Span};
    include!(concat!(env!("OUT_DIR"), "/library.rs"));

    pub(super) const fn parts() -> super::Parts {
        super::Parts {
            texts: TEXTS,
            vocabulary: VOCABULARY,
            schema: SCHEMA,
            licenses: LICENSES,
            names: NAMES,
        }
    }
}

/// What the build made.
struct Parts {
    texts: &'static [(&'static str, &'static str)],
    vocabulary: u32,
    schema: &'static [u8],
    licenses: &'static [License],
    names: &'static [(&'static str, u16)],
}

static PARTS: Parts = made::parts();

/// The shipped texts, vocabulary first; further texts are added behind them.
pub fn sources() -> Sources {
    let mut sources = Sources::new();
    for (name, text) in PARTS.texts {
        sources.add(*name, *text);
    }
    sources
}

/// The numbers of the texts of the vocabulary.
fn vocabulary() -> impl Iterator<Item = SourceId> {
    (0..PARTS.vocabulary).map(SourceId)
}

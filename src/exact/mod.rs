//! Floor 7 stand-in until the procedure lands.
use crate::scene::{Check, Scene, Stage};
use crate::source::Span;
use crate::value::Kind;
/// Limits.
#[derive(Default)]
pub struct Limits {}
/// Settlement.
pub struct Settlement {
    /// a
    pub can_permit: bool,
    /// b
    pub can_forbid: bool,
    /// c
    pub exact: bool,
    /// d
    pub gave_up: bool,
    /// e
    pub always_failing: Vec<usize>,
    /// f
    pub asks: Vec<Ask>,
}
/// Ask.
pub struct Ask {
    /// a
    pub unknown: Unknown,
    /// b
    pub outcomes: Vec<Outcome>,
}
/// Outcome.
pub struct Outcome {
    /// a
    pub when: String,
    /// b
    pub verdict: Leads,
}
/// Leads.
pub enum Leads {
    /// a
    Permitted,
    /// b
    NotPermitted,
    /// c
    Undetermined,
}
/// Unknown.
pub enum Unknown {
    /// a
    Fact {
        /// a
        name: String,
        /// b
        kind: Kind,
        /// c
        key: Span,
        /// d
        words: Span,
    },
    /// b
    Reading {
        /// a
        layer: usize,
        /// b
        question: u16,
    },
    /// c
    Judgment {
        /// a
        layer: usize,
        /// b
        judgment: u16,
    },
    /// d
    Role {
        /// a
        member: usize,
    },
}
/// Settle.
pub fn settle<'a>(
    _s: &Stage<'a>,
    _c: &[(usize, Check)],
    _sc: &[Scene<'a>],
    _l: &Limits,
) -> Settlement {
    Settlement {
        can_permit: true,
        can_forbid: true,
        exact: false,
        gave_up: false,
        always_failing: vec![],
        asks: vec![],
    }
}

//! Floor 5: program + facts → what is true.
//!
//! Comes in: a [`Program`](crate::ir::Program) and the tree of a facts file. Goes out: facts bound to
//! their declarations, who is bound by what, and the truth of every condition with its reasons. Faults
//! in the facts point into the facts and at the declaration.

mod bind;
mod errors;
mod fact;
mod fast;
mod flat;
mod frame;
mod lineage;
mod truth;

pub use bind::{LicenseNames, assumed, bind, missing, with_defaults};
pub use errors::{currencies, unknown_judgment};
pub use fact::{Fact, Range, State};
pub use fast::{documents, read};
pub use flat::{Constants, Flat, FlatBuilder, Run, Spot};
pub use frame::{Context, Frame, Reason, atom_fact, atom_path};
pub use lineage::{Bond, Edge, Gap, Lineage, Member, Models};
pub use truth::{NamePattern, Truth, atom as atom_truth};

//! The analysis floor, above `exact`: questions about policies themselves, without a deployment.
//!
//! Comes in: layers of a program. Goes out: what two of them say differently, each with facts that
//! show it ([`diff`]), and what changed in what facts can be ([`vocabulary`]); what an upgrade changes for
//! one deployment ([`upgrade`]); clauses that say nothing or cannot be kept ([`lint`]). All facts that are
//! shown were evaluated.

mod compare;
pub mod diff;
mod draft;
mod example;
mod free;
mod least;
pub mod lint;
mod normal;
mod terms;
pub mod told;
pub mod upgrade;
pub mod vocabulary;
mod witness;

pub use example::Example;
pub use witness::{Shown, Side};

//! The analysis floor, above `exact`: questions about policies themselves, without a deployment.
//!
//! Comes in: layers of a program. Goes out: what two of them say differently, each with a world that
//! shows it ([`diff`]); what an upgrade changes for one deployment ([`upgrade`]); clauses that say
//! nothing or cannot be kept ([`lint`]). Every world that is shown was evaluated again as facts.

pub mod diff;
mod free;
pub mod lint;
mod normal;
pub mod upgrade;
mod witness;

pub use witness::Witness;

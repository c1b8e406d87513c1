//! Clausula: a policy-as-code engine for AI model licenses.
pub mod diagnostic;
pub mod facts;
pub mod source;

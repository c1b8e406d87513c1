//! Clausula: a policy-as-code engine for AI model licenses.
pub mod analyze;
pub mod check;
pub mod cli;
pub mod diagnostic;
pub mod eval;
pub mod exact;
pub mod facts;
pub mod ir;
pub mod library;
pub mod scene;
pub mod source;
pub mod syntax;
pub mod value;
pub mod verdict;

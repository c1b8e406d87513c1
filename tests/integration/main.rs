//! Habits of the whole crate, in one test program.
    clippy::unwrap_used,
    reason = "a test that unwraps reports the failure"
)]

mod facts;
mod print;
mod report;
mod safety;
mod syntax;
mod trees;

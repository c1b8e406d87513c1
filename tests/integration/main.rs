//! Habits of the whole crate, in one test program.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "measurements are shown by `--nocapture`, and a test that unwraps reports the failure"
)]

mod ask;
mod by_hand;
mod diff;
mod exact;
mod facts;
mod fast;
mod floors;
mod laws;
mod library;
mod lint;
mod policies;
mod print;
mod remedies;
mod report;
mod safety;
mod schemas;
mod shapes;
mod syntax;
mod trees;

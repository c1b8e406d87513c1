//! Habits of the whole crate, in one test program.

mod diff;
mod exact;
mod facts;
mod fast;
mod library;
mod lint;
mod print;
mod report;
mod safety;
mod syntax;
mod trees;

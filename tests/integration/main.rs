//! Habits of the whole crate, in one test program.

mod ask;
mod exact;
mod facts;
mod fast;
mod library;
mod print;
mod report;
mod safety;
mod syntax;
mod trees;

//! Habits of the whole crate, in one test program.

mod exact;
mod facts;
mod fast;
mod floors;
mod laws;
mod library;
mod policies;
mod print;
mod report;
mod safety;
mod shapes;
mod syntax;
mod trees;

//! Habits of the whole crate, in one test program.

mod print;
mod report;
mod syntax;
mod trees;

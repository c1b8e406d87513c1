//! Habits of the whole crate, in one test program.

mod facts;
mod library;
mod report;

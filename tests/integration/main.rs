//! Habits of the whole crate, in one test program.

mod exact;
mod facts;
mod report;

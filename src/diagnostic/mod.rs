//! Floor 1: how we speak. Plain data for every message, and the one place that draws it.
//!
//! Comes in: a fault with its places. Goes out: text for a terminal (through miette, in
//! [`report`] only), plain text, or serializable rows with file, line and column.
//!
//! Messages are one lower-case sentence without a full stop, the user's words in backticks; labels
//! say what is *here*; help says what to do *next*.

mod code;
mod excerpt;
mod layout;
mod message;
pub mod nearest;
pub mod report;
pub mod visible;
mod window;
pub mod words;

pub use code::Code;
pub use message::{Diagnostic, Label, Severity, in_text_order};

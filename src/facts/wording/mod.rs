//! Our words for what the three parsers find wrong.

mod json;
mod toml;
mod yaml;

pub(in crate::facts) use json::{CONTROL, EMPTY, NOT_JSON, NUMBER, SPACE, json};
pub(in crate::facts) use toml::toml;
pub(in crate::facts) use yaml::yaml;

/// Message, label, help.
pub(in crate::facts) type Words = (&'static str, &'static str, &'static str);

//! Tree → canonical text.

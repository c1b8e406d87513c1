//! Floor 8: outcome → answer.

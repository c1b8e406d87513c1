//! Faults of policy texts.

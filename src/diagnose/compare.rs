//! Comparing texts.

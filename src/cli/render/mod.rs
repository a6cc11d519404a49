//! How results are written: as HTTP, as JSON, as text for people.

pub mod client_fixes;
pub mod curl;
pub mod diagnosis;
pub mod form;
pub mod headers;
mod markup;
mod outside;
pub mod redact;
pub mod refusal;
pub mod signed;
pub mod steps;
pub mod verdict;
pub mod wrap;

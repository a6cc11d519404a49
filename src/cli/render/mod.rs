//! Output formats of results: HTTP, JSON, and text for people.

pub mod client_fixes;
pub mod curl;
pub mod headers;
pub(in crate::cli) mod markup;
pub mod redact;
pub mod capture;
pub mod refusal;
pub mod signed;
pub mod form;
pub mod steps;
pub mod verdict;
pub mod wrap;
pub mod diagnosis;

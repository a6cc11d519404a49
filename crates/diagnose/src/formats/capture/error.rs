//! Why a pasted text could not be read.

use std::fmt;

use crate::formats::{DamagedToken, UnreadableUrl};
use sigvet_core::internal::raw_http::MalformedRequest;

/// A text in which no request, no reply and no client's log was found, or a broken one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableCapture {
    /// There is nothing.
    #[error("the input is empty")]
    Empty,
    /// Bytes that are no text.
    #[error("the input is binary; expected text: a request, a log, a HAR file")]
    Binary,
    /// Nothing was recognised.
    #[error(
        "line {line}: not a request line ('METHOD /path HTTP/1.1'), a URL, a curl command or trace, a HAR file, a server's reply or an SDK log"
    )]
    Unrecognised {
        /// The first line that says something, from 1.
        line: usize,
    },
    /// A request that is none.
    #[error(transparent)]
    Request(#[from] MalformedRequest),
    /// A URL that cannot be read.
    #[error(transparent)]
    Url(#[from] UnreadableUrl),
    /// A token that cannot be decoded.
    #[error(transparent)]
    Token(#[from] DamagedToken),
    /// HTTP/2 fields without one that every request has.
    #[error("line {line}: the HTTP/2 request has no {name}")]
    PseudoHeader {
        /// Where it begins.
        line: usize,
        /// `:method` or `:path`.
        name: &'static str,
    },
    /// A quote that never ends.
    #[error("line {line}: the quote {quote} is never closed")]
    Quote {
        /// Where it begins.
        line: usize,
        /// The quote.
        quote: char,
    },
    /// A curl command that names no URL.
    #[error("the curl command has no URL")]
    NoCurlUrl,
    /// A curl command that curl refuses.
    #[error("the curl command: curl sends either {one} or {other}, not both")]
    CurlConflict {
        /// An option.
        one: &'static str,
        /// The option beside which it cannot stand.
        other: &'static str,
    },
    /// A HAR file that is no JSON, or not whole.
    #[error("invalid HAR file: {problem} at line {line}, column {column}")]
    Har {
        /// What is wrong.
        problem: HarProblem,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// No request at that place.
    #[error("there is no request {entry}: there {} {total}, {}", if *.total == 1 { "is" } else { "are" }, listed(.candidates))]
    NoSuchEntry {
        /// What was asked for, from 1.
        entry: usize,
        /// How many there are.
        total: usize,
        /// Those that are signed, or failed.
        candidates: Vec<usize>,
    },
    /// No canonical request and no string to sign.
    #[error("it contains no canonical request and no string to sign")]
    NoClientLog,
}

/// What is wrong with a HAR file. serde's error is not kept: it quotes values, which may be secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HarProblem {
    /// It is cut off.
    EndsEarly,
    /// It is something else.
    OtherJson,
}

impl fmt::Display for HarProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EndsEarly => "it ends early",
            Self::OtherJson => "not the JSON of one",
        })
    }
}

/// The first of the candidates for people.
fn listed(candidates: &[usize]) -> String {
    if candidates.is_empty() {
        return "none of them signed".to_owned();
    }
    let numbers: Vec<String> = candidates.iter().take(10).map(usize::to_string).collect();
    let more = if candidates.len() > 10 { ", …" } else { "" };
    format!("signed or failed: {}{more}", numbers.join(", "))
}

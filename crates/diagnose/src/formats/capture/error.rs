//! Why a pasted text could not be read.

use std::fmt;

use crate::formats::{DamagedToken, UnreadableUrl};
use sigvet_core::internal::raw_http::MalformedRequest;

/// A text without a readable request, reply or client log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableCapture {
    /// The text is empty.
    #[error("the input is empty")]
    Empty,
    /// The bytes are not text.
    #[error("the input is binary; expected text: a request, a log, a HAR file")]
    Binary,
    /// Nothing was recognised.
    #[error(
        "line {line}: not a request line ('METHOD /path HTTP/1.1'), a URL, a curl command or trace, a HAR file, a server's reply or an SDK log"
    )]
    Unrecognised {
        /// The first line that is not empty, from 1.
        line: usize,
    },
    /// The same for a long text, of which a part was searched.
    #[error(
        "line {line}: not a request line ('METHOD /path HTTP/1.1'), a URL, a curl command or trace, a HAR file, a server's reply or an SDK log; the text is long, and nothing below line {searched} was searched"
    )]
    UnrecognisedSoFar {
        /// The first line that is not empty, from 1.
        line: usize,
        /// The line at which the search ended.
        searched: usize,
    },
    /// An invalid request.
    #[error(transparent)]
    Request(#[from] MalformedRequest),
    /// An invalid URL.
    #[error(transparent)]
    Url(#[from] UnreadableUrl),
    /// A token that cannot be decoded.
    #[error(transparent)]
    Token(#[from] DamagedToken),
    /// The query of a token, without what stands in front of it.
    #[error("the token has no host: only its query was given; expected HOST:PORT/?Action=…")]
    TokenWithoutHost,
    /// HTTP/2 fields that lack a required one.
    #[error("line {line}: the HTTP/2 request has no {name}")]
    PseudoHeader {
        /// The line where they begin.
        line: usize,
        /// `:method` or `:path`.
        name: &'static str,
    },
    /// An unterminated quote.
    #[error("line {line}: the quote {quote} is never closed")]
    Quote {
        /// The line where it begins.
        line: usize,
        /// The quote character.
        quote: char,
    },
    /// A curl command without a URL.
    #[error("the curl command has no URL")]
    NoCurlUrl,
    /// A curl command that curl refuses.
    #[error("the curl command: curl sends either {one} or {other}, not both")]
    CurlConflict {
        /// One option.
        one: &'static str,
        /// The option that it conflicts with.
        other: &'static str,
    },
    /// A HAR file that is not JSON, or is truncated.
    #[error("invalid HAR file: {problem} at line {line}, column {column}")]
    Har {
        /// What is wrong.
        problem: HarProblem,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// No request with that number.
    #[error("there is no request {entry}: there {} {total}, {}", if *.total == 1 { "is" } else { "are" }, listed(.candidates))]
    NoSuchEntry {
        /// The requested number, from 1.
        entry: usize,
        /// The number of requests.
        total: usize,
        /// The numbers of those that are signed, or failed.
        candidates: Vec<usize>,
    },
    /// Neither a canonical request nor a string to sign.
    #[error("it contains no canonical request and no string to sign")]
    NoClientLog,
}

/// What is wrong with a HAR file. serde's error is not kept, because it quotes values, which may be secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HarProblem {
    /// It is truncated.
    EndsEarly,
    /// It is some other JSON.
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

/// The first few candidates, for people.
fn listed(candidates: &[usize]) -> String {
    if candidates.is_empty() {
        return "none of them signed".to_owned();
    }
    let numbers: Vec<String> = candidates.iter().take(10).map(usize::to_string).collect();
    let more = if candidates.len() > 10 { ", …" } else { "" };
    format!("signed or failed: {}{more}", numbers.join(", "))
}

//! The roles around a server: what answers requests, what serves pages, and what receives each exchange.

use std::fmt;
use std::sync::Arc;

use http::Method;
use sigvet_core::request::Request;
use sigvet_core::verify::Verdict;

use super::Reply;
use super::exchange::Exchange;
use super::intake::FileHolds;
use super::passage::Later;
use super::payload::BodyFile;

/// Answers valid requests.
pub trait Answer: Send + Sync + fmt::Debug {
    /// Answers a request with a valid signature. The body is as it arrived, including any chunk framing. A body too
    /// long for memory is in the file, in the form chosen by [`file_holds`](Self::file_holds).
    fn answer<'a>(&'a self, request: &'a Request, file: Option<BodyFile>, verdict: &'a Verdict) -> Later<'a, Reply>;

    /// What the file of a long chunked body contains.
    fn file_holds(&self) -> FileHolds {
        FileHolds::Arrived
    }
}

/// The path below which a server has its own pages, on the port on which it serves others.
pub const RESERVED_PATH: &str = "/_sigvet";

/// Serves the pages below [`RESERVED_PATH`].
pub trait Pages: Send + Sync + fmt::Debug {
    /// The response, if the request is for one of the pages.
    fn answer(&self, request: &Request, method: &Method) -> Option<Reply>;
}

/// Receives each exchange.
pub trait Sink: Send + Sync + fmt::Debug {
    /// Takes an exchange.
    fn take(&self, exchange: Arc<Exchange>) -> Later<'_, ()>;
}

/// Ignores all exchanges.
impl Sink for () {
    fn take(&self, _: Arc<Exchange>) -> Later<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

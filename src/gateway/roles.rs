//! Whoever stands around a server: who answers, who shows pages, who is told.

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

/// Who answers a valid request.
pub trait Answer: Send + Sync + fmt::Debug {
    /// The answer to a request whose signature is right. Its body is as it arrived, chunks included. One that is too long for
    /// memory is in the file, in the form that [`file_holds`](Self::file_holds) says.
    fn answer<'a>(&'a self, request: &'a Request, file: Option<BodyFile>, verdict: &'a Verdict) -> Later<'a, Reply>;

    /// What the file of a long body in chunks holds.
    fn file_holds(&self) -> FileHolds {
        FileHolds::Arrived
    }
}

/// What stands under the reserved path.
pub trait Pages: Send + Sync + fmt::Debug {
    /// The answer, if the request is for one of the pages.
    fn answer(&self, request: &Request, method: &Method) -> Option<Reply>;
}

/// Who is told of each exchange.
pub trait Sink: Send + Sync + fmt::Debug {
    /// Takes it.
    fn take(&self, exchange: Arc<Exchange>) -> Later<'_, ()>;
}

/// Nobody is told.
impl Sink for () {
    fn take(&self, _: Arc<Exchange>) -> Later<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

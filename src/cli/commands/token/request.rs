//! The request of a token: its kind determines all of it.

use std::io::Read;

use crate::cli::failure::Failure;
use crate::cli::options::request::{BodyDigests, RequestSource, Unsigned};
use sigvet_core::request::{Body, Request, RequestUrl};

/// A method, header fields and a body.
#[derive(Debug)]
pub(super) struct FixedRequest {
    pub method: &'static str,
    /// Header fields other than `Host`.
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl FixedRequest {
    /// A request with neither header fields nor a body.
    pub(super) fn new(method: &'static str) -> Self {
        Self { method, headers: Vec::new(), body: Vec::new() }
    }
}

impl RequestSource for FixedRequest {
    fn build(&self, url: &RequestUrl, _: &mut dyn Read, _: BodyDigests<'_>) -> Result<Unsigned, Failure> {
        let mut request = Request::new(self.method, url).map_err(Failure::invalid)?;
        for (name, value) in &self.headers {
            request.headers.push(name, value.as_str()).map_err(Failure::invalid)?;
        }
        request.body = Body::Bytes(self.body.clone());
        Ok(Unsigned::of(request))
    }

    fn names_host(&self) -> bool {
        false
    }
}

//! Passes a valid request to the upstream server exactly as it came, and the response back piece by piece.

use std::time::Duration;

use http::HeaderValue;
use sigvet_core::request::Request;
use sigvet_core::resign::is_hop_by_hop;
use sigvet_core::verify::Verdict;

use super::hops::unknown_coding;
use super::onward::{self, NotHttp, Pseudonym};
use super::passage::Later;
use super::payload::{BodyFile, Payload};
use super::roles::Answer;
use super::{Reply, ReplyBody};
use crate::transport::{HttpVersion, Upstream};

/// Passes valid requests to one server.
#[derive(Debug)]
pub struct Relay {
    upstream: Upstream,
    pseudonym: Pseudonym,
    limit: Duration,
    idle_time: Duration,
}

impl Relay {
    /// Passes requests to this server and waits up to `limit` for the head of its response, and up to `idle_time` for
    /// each piece of its body.
    pub fn new(upstream: Upstream, run: u32, (limit, idle_time): (Duration, Duration)) -> Self {
        Self { upstream, pseudonym: Pseudonym::new(run), limit, idle_time }
    }

    async fn relay(&self, request: &Request, file: Option<BodyFile>, verdict: &Verdict) -> Reply {
        if self.pseudonym.is_in(request) {
            return Reply::plain(508, "the upstream is this server itself");
        }
        if let Some(name) = signed_for_this_hop(verdict) {
            let text = format!("the signature covers the header {name}, which ends at this hop; sign without it");
            return Reply::plain(400, &text);
        }
        let outgoing = match self.outgoing(request, file, verdict) {
            Ok(outgoing) => outgoing,
            Err(error) => return Reply::plain(502, error),
        };
        match self.upstream.send(outgoing, HttpVersion::Http1, self.limit).await {
            Ok(response) if unknown_coding(response.headers()).is_some() => {
                Reply::plain(502, "the upstream's response has a transfer coding that cannot be passed on")
            }
            Ok(response) => onward::passed_back(response, self.idle_time),
            Err(error) => {
                let (status, text) = onward::unreached(&error);
                Reply::plain(status, text)
            }
        }
    }

    fn outgoing(
        &self,
        request: &Request,
        file: Option<BodyFile>,
        verdict: &Verdict,
    ) -> Result<http::Request<ReplyBody>, NotHttp> {
        // Version 2 does not list its signed headers.
        let listed = verdict.as_v4().map(|(claim, _)| &claim.terms.signed_headers);
        let is_signed = |name: &str| name == "authorization" || listed.is_none_or(|listed| listed.contains(name));
        // The body is complete by now, so its length is known and there is no need to wait for `100 Continue`.
        let is_left_out = |name: &str| name == "content-length" || (name == "expect" && !is_signed(name));
        let is_via_signed = listed.is_some_and(|listed| listed.contains("via"));
        let pseudonym = (!is_via_signed).then_some(&self.pseudonym);
        let mut outgoing = onward::head(request, is_left_out, is_signed, pseudonym)?;
        let payload = Payload::as_arrived(request, file);
        let length = payload.len();
        if length > 0 || request.headers.contains("content-length") {
            outgoing.headers_mut().insert(http::header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        Ok(outgoing.map(|()| payload.into_body()))
    }
}

/// A signed header that cannot be passed on, because it belongs to the client's connection.
fn signed_for_this_hop(verdict: &Verdict) -> Option<&str> {
    let (claim, _) = verdict.as_v4()?;
    claim.terms.signed_headers.iter().find(|name| is_hop_by_hop(name))
}

impl Answer for Relay {
    fn answer<'a>(&'a self, request: &'a Request, file: Option<BodyFile>, verdict: &'a Verdict) -> Later<'a, Reply> {
        Box::pin(self.relay(request, file, verdict))
    }
}

//! Handles one request in the proxy: signs and sends it, passes the response back, and explains a refusal.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{HeaderValue, Method, StatusCode};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use sigvet_core::canonical::PayloadHash;
use sigvet_core::crypto::Sha256Digest;
use sigvet_core::internal::without_port;
use sigvet_core::request::{Body, Request};
use sigvet_core::resign::{Outbound as Signing, ResignError, resign};
use sigvet_core::stream::Resigner;
use sigvet_core::verify::{Accepted, Verdict};
use sigvet_diagnose::Diagnosis;
use sigvet_diagnose::formats::reply::Reply as Said;

use super::masked_body::{MaskedBody, UNREADABLE};
use super::outgoing::{self, Extras, Outbound};
use super::signing::{self, CONTENT_SHA256, Declared};
use super::{Denied, Inbound, Proxy, SigningRoute, upgrade};
use crate::gateway::awaited::awaited;
use crate::gateway::hops::unknown_coding;
use crate::gateway::intake::{self, IntakeError};
use crate::gateway::passage::{Arriving, ArrivingBody, Leg, Passed};
use crate::gateway::passing::{Check, Outcome, PassError, PassingBody};
use crate::gateway::payload::BodyFile;
use crate::gateway::refusal::Addressee;
use crate::gateway::upstream_refusal::{self, ReadAhead};
use crate::gateway::{Reply, ReplyBody, onward};
use crate::transport::{HttpVersion, TimeLimit, TransportError};

/// Maximum number of attempts for a request that can be repeated.
const ATTEMPTS: u32 = 2;

/// Time between two attempts.
const PAUSE: Duration = Duration::from_millis(100);

/// A request that is about to be sent.
pub(super) struct Leaving<'p> {
    proxy: &'p Proxy,
    way: SigningRoute<'p>,
    /// How the client is answered, if it signed the request.
    addressee: Option<Addressee>,
    outcome: Outcome,
    began: Instant,
}

/// The request from which each attempt is made.
enum Unsigned {
    /// A request without a signature, which is signed anew for each attempt.
    Cleared(Box<Request>),
    /// A request whose own signature has been replaced.
    Replaced { request: Box<Request>, signature: String },
}

/// Why a request was not sent.
enum Stopped {
    Denied(Denied),
    Unread(IntakeError),
}

impl From<Denied> for Stopped {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl<'p> Leaving<'p> {
    pub(super) fn new(proxy: &'p Proxy, way: SigningRoute<'p>, addressee: Option<Addressee>) -> Self {
        Self { proxy, way, addressee, outcome: Outcome::default(), began: Instant::now() }
    }

    /// Signs and sends the request and returns the outcome.
    pub(super) async fn send(self, arriving: Arriving, mut leg: Box<Leg>) -> Passed {
        let Arriving { head, body, verdict, upgrade, version, .. } = arriving;
        let extras = Extras::of(&head, upgrade.is_some());
        // A protocol other than HTTP gets its own connection.
        let version = match extras.upgrade {
            Some(_) => HttpVersion::Http1,
            None if self.way.upstream.knows_http2() => HttpVersion::Http2,
            None => version,
        };
        let is_head = head.method() == Method::HEAD.as_str();
        let prepared = match (&verdict, &self.proxy.inbound) {
            (Some(verdict), Some(inbound)) => self.replace(inbound, head, verdict, body).map_err(Stopped::from),
            _ => self.clear(head, body).await,
        };
        let (unsigned, mut outbound) = match prepared {
            Ok(prepared) => prepared,
            Err(Stopped::Denied(denied)) => {
                // The log only names a host that the request was sent to.
                leg.host.clear();
                return denied.into_passed(leg, self.addressee.as_ref());
            }
            Err(Stopped::Unread(error)) => return Passed::Unread(error.into()),
        };
        let sent = self.send_repeatedly(&unsigned, &mut outbound, &extras, version).await;
        (leg.took, leg.length) = (self.began.elapsed(), self.outcome.length() + outbound.length());
        // If the body was wrong, the upstream server never got the end of it, so its response does not matter.
        match self.outcome.take_error() {
            Some(PassError::Wrong(findings)) => match verdict {
                Some(verdict) => return Passed::Wrong(verdict, findings),
                None => return Passed::Unread(PassError::Wrong(findings)),
            },
            Some(error) => return Passed::Unread(error),
            None => {}
        }
        let (response, request, signature) = match sent {
            Ok(sent) => sent,
            Err(denied) => return denied.into_passed(leg, self.addressee.as_ref()),
        };
        leg.status = Some(response.status().as_u16());
        if let Some(coding) = unknown_coding(response.headers()) {
            let problem =
                format!("the upstream's response has the transfer coding '{coding}', which cannot be passed on");
            return Denied::new(502, problem).into_passed(leg, self.addressee.as_ref());
        }
        let is_guarded = verdict.is_some();
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            let asked = upgrade.filter(|_| extras.upgrade.is_some());
            return match asked {
                Some(client) => {
                    let masking = self.proxy.maskings.masking(&self.way.credentials, &signature);
                    Passed::Answered(upgrade::join(response, client, &masking), leg)
                }
                None => Denied::new(502, "the upstream switched to another protocol without being asked to")
                    .into_passed(leg, self.addressee.as_ref()),
            };
        }
        let reply = self.receive(response, (&request, &signature), (is_head, is_guarded), &mut leg).await;
        Passed::Answered(reply, leg)
    }

    /// Removes the client's own signature. A body without a declared hash is received completely so that it
    /// can be hashed.
    async fn clear(&self, head: Request, body: ArrivingBody) -> Result<(Unsigned, Outbound), Stopped> {
        let route = self.way.route;
        let host = route.sign_host.clone().unwrap_or_else(|| self.way.upstream.url().host_header());
        let mut cleared = signing::cleared(head, route, &host);
        let incoming = match body {
            ArrivingBody::Coming(incoming) if !incoming.is_end_stream() => incoming,
            ArrivingBody::Coming(_) => {
                cleared.body = Body::Bytes(Vec::new());
                return Ok((Unsigned::Cleared(Box::new(cleared)), Outbound::Empty));
            }
            ArrivingBody::There(file) => {
                let (cleared, outbound) = there(cleared, file);
                return Ok((Unsigned::Cleared(Box::new(cleared)), outbound));
            }
        };
        match signing::declared(&cleared) {
            Declared::SignedChunks => return Err(Denied::new(501, SIGNED_CHUNKS).into()),
            Declared::Nothing if route.is_payload_unsigned => {
                cleared.headers.push_unchecked(CONTENT_SHA256, "UNSIGNED-PAYLOAD");
            }
            Declared::Nothing => {
                let taken = intake::take(&cleared, incoming, None, &self.proxy.limits).await;
                let intake::Intake { body, file, .. } = taken.map_err(Stopped::Unread)?;
                let length = body.length().unwrap_or_default();
                if !cleared.headers.contains("content-length") {
                    cleared.headers.push_unchecked("content-length", length.to_string());
                }
                cleared.body = body;
                let (cleared, outbound) = there(cleared, file);
                return Ok((Unsigned::Cleared(Box::new(cleared)), outbound));
            }
            Declared::Usable => {}
        }
        let passing = self.passing(incoming, Check::Nothing, true);
        Ok((Unsigned::Cleared(Box::new(cleared)), passing))
    }

    /// Replaces the client's signature. The body is verified while it passes.
    fn replace(
        &self,
        inbound: &Inbound,
        head: Request,
        verdict: &Verdict,
        body: ArrivingBody,
    ) -> Result<(Unsigned, Outbound), Denied> {
        let decoder = match &body {
            ArrivingBody::Coming(_) => inbound.verifier.decoder(&head, verdict),
            ArrivingBody::There(_) => None,
        };
        let accepted = verdict.clone().accept_before_body().map_err(|rejection| Denied::new(403, rejection))?;
        if matches!(head.body, Body::Form { .. }) {
            return Err(Denied::new(501, LONG_FORM));
        }
        let signing = Signing::new(&self.way.credentials).with_host(self.way.upstream.url());
        let resigned = resign(head, &accepted, &signing, self.proxy.clock.now()).map_err(denied_by)?;
        let signature = resigned.signature.as_str().to_owned();
        let mut resigned = resigned;
        // A compressed response could not be searched for the values to mask.
        let is_signed = resigned.terms.as_ref().is_some_and(|terms| terms.signed_headers.contains("accept-encoding"));
        if !is_signed {
            resigned.request.headers.remove("accept-encoding");
        }
        let (request, outbound) = match body {
            ArrivingBody::There(file) => there(resigned.request, file),
            ArrivingBody::Coming(incoming) => {
                let check = match (decoder, resigned.chain()) {
                    (Some(decoder), Some(chain)) => {
                        let resigner = Resigner::new(decoder, chain).map_err(|error| Denied::new(501, error))?;
                        Check::Chunks(Box::new(resigner))
                    }
                    _ => check_of(&accepted, incoming.is_end_stream())?,
                };
                (resigned.request, self.passing(incoming, check, false))
            }
        };
        Ok((Unsigned::Replaced { request: Box::new(request), signature }, outbound))
    }

    fn passing(&self, incoming: Incoming, check: Check, with_trailers: bool) -> Outbound {
        let body = PassingBody::new(incoming, check, self.proxy.limits, self.outcome.clone());
        let body = if with_trailers { body } else { body.without_trailers() };
        Outbound::Passing(Some(Box::new(body)))
    }

    /// Sends a request, and repeats it if that is safe and there was no response. Returns the response and
    /// what was sent.
    async fn send_repeatedly(
        &self,
        unsigned: &Unsigned,
        outbound: &mut Outbound,
        extras: &Extras,
        version: HttpVersion,
    ) -> Result<(http::Response<Incoming>, Request, String), Denied> {
        let mut attempt = 1;
        loop {
            let (request, signature) = self.sign(unsigned)?;
            let message = outgoing::message(&request, outbound, extras, (version, &self.proxy.pseudonym));
            let message = message.map_err(|error| Denied::new(502, error))?;
            match self.way.upstream.send(message, version, self.way.route.limit).await {
                Ok(response) => return Ok((response, request, signature)),
                Err(error) if attempt < ATTEMPTS && outbound.can_be_repeated() && may_repeat(&error, &request) => {
                    attempt += 1;
                    tokio::time::sleep(PAUSE).await;
                }
                Err(TransportError::TimedOut { limit: TimeLimit::Request, host }) => {
                    let seconds = self.way.route.limit.as_secs();
                    let text = format!("{host} did not begin to answer within {seconds} s (--response-timeout)");
                    return Err(Denied::new(504, text));
                }
                Err(error) => {
                    let (status, text) = onward::unreached(&error);
                    return Err(Denied::new(status, text));
                }
            }
        }
    }

    fn sign(&self, unsigned: &Unsigned) -> Result<(Request, String), Denied> {
        match unsigned {
            Unsigned::Replaced { request, signature } => Ok(((**request).clone(), signature.clone())),
            Unsigned::Cleared(request) => {
                let host = without_port(request.host().unwrap_or_default());
                let signer = self.way.route.signer(host, &self.way.credentials);
                let signer = signer.map_err(|problem| Denied::new(502, problem))?;
                let signed = signer.sign((**request).clone(), self.proxy.clock.now());
                let signed =
                    signed.map_err(|error| Denied::new(502, format!("the request cannot be signed: {error}")))?;
                Ok((signed.request, signed.signature.as_str().to_owned()))
            }
        }
    }

    /// Passes a response back and finds out why a request was refused. Masks the credentials that the request was sent
    /// with: servers repeat them in headers and in error messages.
    async fn receive(
        &self,
        response: http::Response<Incoming>,
        (sent, signature): (&Request, &str),
        (is_head, is_guarded): (bool, bool),
        leg: &mut Leg,
    ) -> Reply {
        let status = response.status();
        if status.is_success() || is_head {
            let mut reply = onward::passed_back(response, self.proxy.limits.idle_time);
            // A client without its own key can have the proxy sign anything, so there is nothing to hide from it.
            if is_guarded {
                let masking = self.proxy.maskings.masking(&self.way.credentials, signature);
                masking.apply_to_headers(&mut reply.headers);
                if !reply.body.is_end_stream() {
                    reply.body = MaskedBody::with_masked_trailers(reply.body, masking).boxed_unsync();
                }
            }
            return reply;
        }
        let masking = self.proxy.maskings.masking(&self.way.credentials, signature);
        let is_readable = is_plain_text(response.headers());
        // A client without its own key may ask for anything, including a compressed response: it is read, and passed on
        // unchanged.
        if !is_readable && !is_guarded {
            return match status.as_u16() {
                400 | 401 | 403 => {
                    let (parts, body) = response.into_parts();
                    let body = awaited(body, &parts.headers, self.proxy.limits.idle_time);
                    let body = self.read_refusal(&parts, body, sent, leg).await.into_body();
                    Reply { status: status.as_u16(), headers: onward::response_headers(&parts.headers), body }
                }
                _ => onward::passed_back(response, self.proxy.limits.idle_time),
            };
        }
        let (parts, body) = response.into_parts();
        let body = awaited(body, &parts.headers, self.proxy.limits.idle_time);
        let mut headers = onward::response_headers(&parts.headers);
        masking.apply_to_headers(&mut headers);
        // Masking changes the length. A response without a body may state the length of a body that is not sent.
        if !body.is_end_stream() {
            headers.remove(http::header::CONTENT_LENGTH);
        }
        if !is_readable {
            headers.remove(http::header::CONTENT_ENCODING);
            headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
            let body = Reply::plain(status.as_u16(), UNREADABLE).body;
            return Reply { status: status.as_u16(), headers, body };
        }
        let body = match status.as_u16() {
            400 | 401 | 403 => self.read_refusal(&parts, body, sent, leg).await.into_body(),
            _ => body,
        };
        let body = MaskedBody::new(body, masking).boxed_unsync();
        Reply { status: status.as_u16(), headers, body }
    }

    /// Reads the beginning of a refusal and finds out why the request was refused.
    async fn read_refusal(
        &self,
        parts: &http::response::Parts,
        body: ReplyBody,
        sent: &Request,
        leg: &mut Leg,
    ) -> ReadAhead {
        let ahead = ReadAhead::of(body).await;
        if let Some(said) = upstream_refusal::reply_about_signature(parts, &ahead.beginning) {
            leg.request_id.clone_from(&said.request_id);
            leg.is_refused = true;
            if upstream_refusal::is_about_key(&said) {
                self.way.source.distrust(&self.way.credentials);
            }
            leg.diagnosis = self.explain(sent.clone(), said).await;
        }
        ahead
    }

    /// Finds out why a request was refused.
    async fn explain(&self, sent: Request, said: Said) -> Option<Box<Diagnosis>> {
        let (credentials, now) = (Arc::clone(&self.way.credentials), self.proxy.clock.now());
        let search = move |limit| Box::new(upstream_refusal::explain(&sent, &credentials, &said, (now, limit)));
        self.proxy.searches.run(self.proxy.limits.explain_time, search).await
    }
}

/// The message to a client whose chunk signatures cannot be verified.
const SIGNED_CHUNKS: &str =
    "the body comes in chunks that are signed with a key that this proxy does not know; start it with --inbound";

/// The message to a client whose form does not fit into memory.
const LONG_FORM: &str = "a form that is longer than 1 MiB cannot be signed again; use a presigned URL instead";

/// A request with a body that has completely arrived.
fn there(mut request: Request, file: Option<BodyFile>) -> (Request, Outbound) {
    let known = match &request.body {
        Body::Bytes(bytes) if bytes.is_empty() => Body::Bytes(Vec::new()),
        body => Body::Elsewhere { sha256: body.sha256(), length: body.length().unwrap_or_default() },
    };
    let body = std::mem::replace(&mut request.body, known);
    (request, Outbound::there(body, file))
}

/// How to check a body that is not in signed chunks. A word that says nothing about the body leaves nothing to check
/// it by, so there must not be one.
fn check_of(accepted: &Accepted, is_empty: bool) -> Result<Check, Denied> {
    let word = match &accepted.payload {
        None | Some(PayloadHash::Unsigned) => return Ok(Check::Nothing),
        Some(PayloadHash::Sha256(hash)) => return Ok(Check::Hash(*hash)),
        Some(PayloadHash::Declared(word)) => word,
    };
    match Sha256Digest::from_hex(word) {
        Some(hash) => Ok(Check::Hash(hash)),
        None if is_empty || word == PayloadHash::UNSIGNED_TRAILER => Ok(Check::Nothing),
        None => Err(Denied::new(501, format!("a body that is declared as '{word}' cannot be checked"))),
    }
}

/// Whether a request can be repeated: either nothing of it was sent, or it is idempotent and there was no response.
fn may_repeat(error: &TransportError, request: &Request) -> bool {
    let is_idempotent = ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"].contains(&request.method());
    match error {
        TransportError::CannotConnect { .. } => true,
        TransportError::NothingReceived { .. } => is_idempotent,
        _ => false,
    }
}

fn denied_by(error: ResignError) -> Denied {
    let status = match error {
        ResignError::Frames { .. } | ResignError::SessionTokenMissing => 501,
        ResignError::UnsignedHeader { .. }
        | ResignError::LookalikeHeader { .. }
        | ResignError::Expired
        | ResignError::Leak { .. } => 403,
        _ => 400,
    };
    Denied::new(status, error)
}

/// Whether values can be found in a body: it is neither compressed nor in a wide encoding such as UTF-16.
fn is_plain_text(headers: &http::HeaderMap) -> bool {
    let text = |name| headers.get(name).map_or("", |value| value.to_str().unwrap_or("?")).to_ascii_lowercase();
    let (encoding, kind) = (text(http::header::CONTENT_ENCODING), text(http::header::CONTENT_TYPE));
    let is_packed = ["gzip", "zip", "zstd", "brotli", "compress", "utf-16", "utf-32", "octet-stream"];
    matches!(encoding.as_str(), "" | "identity") && !is_packed.iter().any(|word| kind.contains(word))
}

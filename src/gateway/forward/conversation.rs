//! The requests and replies of one connection, copied while they pass.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use sigvet_core::claim::ClaimError;
use sigvet_core::endpoint::BucketRule;
use sigvet_core::internal::raw_http::{Lines, parse_fields, take_fields, take_head};
use sigvet_core::internal::{captured_request, with_authority, with_wire_faults};
use sigvet_core::request::{Body, Headers, Request};
use sigvet_core::verify::{Claimed, VerifyError};

use super::body_copy::BodyCopy;
use super::splitter::{Framing, Parts};
use crate::locking::locked;
use crate::transport::decode_beginning;

/// Bodies of requests are kept up to this many bytes; of longer ones only the hash is kept.
const KEPT_BODY: usize = 1024 * 1024;

/// Number of bytes of a refusal to keep.
const KEPT_REPLY: usize = 64 * 1024;

/// Number of bytes of a decoded refusal to keep.
const KEPT_DECODED_REPLY: usize = 1024 * 1024;

/// The statuses that are used to refuse signatures.
const REFUSALS: [u16; 3] = [400, 401, 403];

/// The server of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// `https`.
    pub scheme: &'static str,
    /// The host that the client asked for, with its port unless it is the default port.
    pub host: String,
}

/// A request that passed, and its reply.
#[derive(Debug)]
pub struct Seen {
    /// The server that the request was sent to.
    pub place: Place,
    /// The request as it was sent. Its body is only kept if the request was refused after the body had
    /// arrived completely.
    pub request: Request,
    /// The reply.
    pub reply: SeenReply,
    /// Time from the request's head to the reply's.
    pub took: Duration,
}

/// A reply that passed.
#[derive(Debug, Default)]
pub struct SeenReply {
    /// `403`.
    pub status: u16,
    /// The header fields as they were sent, without Content-Encoding and Content-Length if the body was decoded.
    pub headers: Headers,
    /// The beginning of the body if the request was refused, decoded.
    pub body: Vec<u8>,
}

impl SeenReply {
    /// Decodes the body, because neither an error code nor a secret can be found in compressed bytes.
    fn decode(&mut self) {
        if let Cow::Owned(decoded) = decode_beginning(&self.headers, &self.body, KEPT_DECODED_REPLY) {
            self.body = decoded;
            self.headers.remove("content-encoding");
            self.headers.remove("content-length");
        }
    }
}

impl Seen {
    /// Whether this status is used to refuse signatures.
    pub fn may_be_refused(&self) -> bool {
        REFUSALS.contains(&self.reply.status)
    }

    /// Whether the request has a signature, readable or not.
    pub fn is_signed(&self) -> bool {
        let claimed = Claimed::extract(&self.request, BucketRule::default());
        !matches!(claimed, Err(VerifyError::V4(ClaimError::NotSigned) | VerifyError::V2(ClaimError::NotSigned)))
    }
}

/// Receives reports about what passes. Implementations must not block.
pub trait Witness: Send + Sync + fmt::Debug {
    /// A request was answered.
    fn saw(&self, seen: Seen);

    /// A server could not be reached, and the client was told so.
    fn unreached(&self, host: &str, problem: String);

    /// The client does not trust the certificate that was made for a host.
    fn distrusted(&self, host: &str);

    /// The client speaks a protocol that cannot be recorded with a watched host, so the bytes pass unseen.
    fn unseen(&self, host: &str);

    /// The client uses a host on this machine that is not watched.
    fn unwatched(&self, host: &str);

    /// A host that is not watched refused a signed request.
    fn refused_unwatched(&self, host: &str);

    /// Whether the bodies of requests matter.
    fn wants_bodies(&self) -> bool {
        true
    }
}

/// The conversation over one connection.
#[derive(Debug)]
pub struct Conversation {
    place: Place,
    witness: Arc<dyn Witness>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Requests without a complete reply, oldest first.
    waiting: VecDeque<Sent>,
    /// Number of requests so far.
    count: u64,
    /// Whether the connection has switched to another protocol.
    is_over: bool,
}

/// A request that has been sent.
#[derive(Debug)]
struct Sent {
    number: u64,
    request: Request,
    kept: BodyCopy,
    is_whole: bool,
    began: Instant,
}

impl Conversation {
    /// A conversation that has not started yet.
    pub fn new(place: Place, witness: Arc<dyn Witness>) -> Arc<Self> {
        Arc::new(Self { place, witness, state: Mutex::default() })
    }

    /// The parser for the client's side.
    pub fn requests(self: &Arc<Self>) -> Requests {
        Requests { conversation: Arc::clone(self), number: 0 }
    }

    /// The parser for the server's side.
    pub fn replies(self: &Arc<Self>) -> Replies {
        Replies { conversation: Arc::clone(self), reply: None, took: Duration::ZERO }
    }

    /// Whether a request is waiting for its reply, or the connection has switched to another protocol.
    pub fn is_busy(&self) -> bool {
        let state = self.state();
        state.is_over || !state.waiting.is_empty()
    }

    /// Whether the connection has switched from HTTP/1 to another protocol.
    pub fn is_over(&self) -> bool {
        self.state().is_over
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.state)
    }

    fn end(&self) -> Framing {
        self.state().is_over = true;
        Framing::Opaque
    }

    /// Reports the oldest request and its reply.
    fn answered(&self, reply: SeenReply, took: Duration) {
        let Some(sent) = self.state().waiting.pop_front() else { return };
        let mut seen = Seen { place: self.place.clone(), request: sent.request, reply, took };
        if sent.is_whole && seen.may_be_refused() && self.witness.wants_bodies() {
            seen.request.body = sent.kept.into_body();
        }
        seen.reply.decode();
        self.witness.saw(seen);
    }
}

/// Records the client's side.
#[derive(Debug)]
pub struct Requests {
    conversation: Arc<Conversation>,
    number: u64,
}

impl Requests {
    /// Applies `act` to the current request, unless it has been answered already.
    fn with_current(&self, act: impl FnOnce(&mut Sent)) {
        let mut state = self.conversation.state();
        if let Some(sent) = state.waiting.back_mut().filter(|sent| sent.number == self.number) {
            act(sent);
        }
    }
}

impl Parts for Requests {
    fn head(&mut self, head: &[u8]) -> Framing {
        if self.conversation.is_over() {
            return Framing::Opaque;
        }
        let Some(request) = request_of(head) else { return self.conversation.end() };
        let framing = body_of_request(&request.headers);
        let mut state = self.conversation.state();
        state.count += 1;
        self.number = state.count;
        let (kept, began) = (BodyCopy::new(KEPT_BODY), Instant::now());
        state.waiting.push_back(Sent { number: self.number, request, kept, is_whole: false, began });
        framing
    }

    fn raw(&mut self, _: &[u8]) {}

    fn data(&mut self, bytes: &[u8]) {
        if self.conversation.witness.wants_bodies() {
            self.with_current(|sent| sent.kept.push(bytes));
        }
    }

    fn end(&mut self) {
        self.with_current(|sent| sent.is_whole = true);
    }
}

/// Records the server's side.
#[derive(Debug)]
pub struct Replies {
    conversation: Arc<Conversation>,
    /// The current reply.
    reply: Option<SeenReply>,
    took: Duration,
}

impl Replies {
    /// Reports an incomplete refusal when the connection ends: an incomplete one is better than none.
    pub fn break_off(&mut self) {
        if let Some(reply) = self.reply.take() {
            self.conversation.answered(reply, self.took);
        }
    }
}

impl Parts for Replies {
    fn head(&mut self, head: &[u8]) -> Framing {
        let Some((status, headers)) = reply_of(head) else { return self.conversation.end() };
        if status == 101 {
            // The switch itself is reported; what follows is not HTTP.
            self.conversation.answered(SeenReply { status, headers, body: Vec::new() }, Duration::ZERO);
            return self.conversation.end();
        }
        if status < 200 {
            return Framing::Stop;
        }
        let waiting = self.conversation.state();
        let is_head = waiting.waiting.front().is_some_and(|sent| sent.request.method() == "HEAD");
        self.took = waiting.waiting.front().map(|sent| sent.began.elapsed()).unwrap_or_default();
        drop(waiting);
        let framing = body_of_reply(status, &headers, is_head);
        self.reply = Some(SeenReply { status, headers, body: Vec::new() });
        framing
    }

    fn raw(&mut self, _: &[u8]) {}

    fn data(&mut self, bytes: &[u8]) {
        if let Some(reply) = self.reply.as_mut().filter(|reply| REFUSALS.contains(&reply.status)) {
            let room = KEPT_REPLY.saturating_sub(reply.body.len()).min(bytes.len());
            reply.body.extend_from_slice(bytes.get(..room).unwrap_or_default());
        }
    }

    fn end(&mut self) {
        self.break_off();
    }
}

/// The request as it was sent, without its body.
fn request_of(head: &[u8]) -> Option<Request> {
    use sigvet_core::internal::raw_http::authority_of;

    let head = take_head(&mut Lines::of(head)).ok()?;
    let authority = head.origin.as_deref().map(authority_of);
    let request = captured_request(head.method, head.target, head.headers, Body::Unknown);
    Some(with_wire_faults(with_authority(request, authority), head.faults))
}

fn reply_of(head: &[u8]) -> Option<(u16, Headers)> {
    let mut lines = Lines::of(head);
    let first = lines.next()?.text;
    let status = first.strip_prefix(b"HTTP/1.")?.split(|byte| *byte == b' ').nth(1)?;
    let status = std::str::from_utf8(status).ok()?.parse().ok()?;
    Some((status, parse_fields(take_fields(&mut lines)).ok()?))
}

fn body_of_request(headers: &Headers) -> Framing {
    match (is_chunked(headers), headers.content_length()) {
        (Some(true), _) => Framing::Chunked,
        (Some(false), _) => Framing::Opaque,
        (None, Some(length)) => Framing::Length(length),
        (None, None) if headers.contains("content-length") => Framing::Opaque,
        (None, None) => Framing::Length(0),
    }
}

/// The framing of a reply's body (RFC 9112 §6.3).
fn body_of_reply(status: u16, headers: &Headers, is_head: bool) -> Framing {
    if is_head || matches!(status, 204 | 304) {
        return Framing::Length(0);
    }
    match (is_chunked(headers), headers.content_length()) {
        (Some(true), _) => Framing::Chunked,
        (None, Some(length)) => Framing::Length(length),
        _ => Framing::ToEnd,
    }
}

/// Whether the last transfer coding is `chunked`; `None` if there is none.
fn is_chunked(headers: &Headers) -> Option<bool> {
    let last = headers.values("transfer-encoding").last()?;
    let last = last.rsplit(|byte| *byte == b',').next().unwrap_or_default();
    Some(last.trim_ascii().eq_ignore_ascii_case(b"chunked"))
}

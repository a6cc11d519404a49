//! The judging server: answers each request as the service would, and explains each refusal.

mod forwarded;
mod turn;

pub(super) use forwarded::Opened;

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use http::Method;
use http::request::Parts;
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use sigvet_core::request::{Request, RequestUrl};
use sigvet_core::verify::Verdict;
use tokio::sync::OwnedSemaphorePermit;

use super::cutting::Cutting;
use super::exchange::Judgement;
use super::forward_auth::Asker;
use super::inbound::{self, Unreadable};
use super::intake::{self, IntakeError};
use super::passage::{ClientUpgrade, Passage};
use super::record::Heads;
use super::reporting::report_without_waiting;
use super::roles::{Answer, Pages, Sink};
use super::searches::Searches;
use super::unread::{self, empty_request};
use super::words::describe_tls;
use super::{AnswerAs, Limits, Reply, ReplyBody, Verifier, cors};
use forwarded::Misdirected;
use turn::{Ahead, Answered, Turn};

/// How the version of an HTTP/2 request is logged.
const HTTP_2: &str = "HTTP/2";

/// Which requests are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Admission {
    /// Requests with valid signatures.
    #[default]
    Signed,
    /// All requests, without checking them.
    Anyone,
}

/// Judges and answers requests.
#[derive(Debug)]
pub struct Server {
    /// Verifies signatures.
    pub verifier: Arc<Verifier>,
    /// Which requests are accepted. Unchecked requests are only handled by a passage.
    pub admission: Admission,
    /// Takes requests before their bodies have arrived. If set, it answers all requests.
    pub passage: Option<Arc<dyn Passage>>,
    /// Limits on requests and connections.
    pub limits: Limits,
    /// The server whose refusals to imitate.
    pub answer_as: AnswerAs,
    /// Answers valid requests; if `None`, the answer shows what sigvet understood.
    pub answer: Option<Arc<dyn Answer>>,
    /// Serves the pages below the reserved path.
    pub pages: Option<Arc<dyn Pages>>,
    /// The proxy that asks about requests, if one asks instead of passing them on.
    pub asker: Option<Asker>,
    /// Receives each exchange.
    pub sink: Arc<dyn Sink>,
    /// Makes the request IDs of this process unique.
    pub run: u32,
    /// Set at shutdown, before the remaining connections are cut off.
    pub(super) stopped: Arc<AtomicBool>,
    requests: AtomicU64,
    searches: Searches,
}

impl Server {
    /// A server that answers with what it understood.
    pub fn new(verifier: Verifier, limits: Limits, sink: Arc<dyn Sink>, run: u32) -> Self {
        Self {
            verifier: Arc::new(verifier),
            admission: Admission::default(),
            passage: None,
            limits,
            answer_as: AnswerAs::default(),
            answer: None,
            pages: None,
            asker: None,
            sink,
            run,
            stopped: Arc::default(),
            requests: AtomicU64::new(0),
            searches: Searches::default(),
        }
    }

    /// Answers one request.
    pub(super) async fn answer(
        &self,
        mut request: http::Request<Incoming>,
        heads: &Heads,
        ends: &Ends,
    ) -> http::Response<ReplyBody> {
        let wants_upgrade = self.passage.is_some() && request.headers().contains_key(http::header::UPGRADE);
        let upgrade = wants_upgrade
            .then(|| ClientUpgrade { connection: hyper::upgrade::on(&mut request), permit: ends.permit.clone() });
        let (parts, body) = request.into_parts();
        let recorded = if parts.version == http::Version::HTTP_2 { None } else { heads.take() };
        let inbound = match heads.exceeded_limit() {
            Some(limit) if recorded.is_none() => Err(Unreadable::TooLong { limit }),
            _ => inbound::request_of(&parts, recorded.as_deref()),
        };
        let asked = match &inbound {
            Ok(request) => self.asked_by(request, (&parts, recorded.as_deref()), ends),
            Err(_) => Ok(None),
        };
        // Requests for the page are not counted or logged.
        if let (Some(pages), Ok(request), Ok(None)) = (&self.pages, &inbound, &asked)
            && let Some(reply) = pages.answer(request, &parts.method)
        {
            return reply.into_response();
        }
        // With a passage or an asking proxy, the page belongs to a different server, which handles CORS itself.
        let is_answered_here = self.passage.is_none() && self.asker.is_none();
        let origin = if is_answered_here { cors::own_origin(&parts.headers) } else { None };
        let mut response = match inbound {
            Ok(_) if is_answered_here && cors::is_preflight(&parts) && origin.is_some() => {
                cors::preflight(&parts.headers).into_response()
            }
            _ => self.answer_request(&parts, Reading { inbound, asked }, body, (upgrade, ends)).await,
        };
        if let Some(origin) = origin {
            cors::allow(origin, response.headers_mut());
        }
        response
    }

    async fn answer_request(
        &self,
        parts: &Parts,
        Reading { inbound, asked }: Reading,
        body: Incoming,
        (upgrade, ends): (Option<ClientUpgrade>, &Ends),
    ) -> http::Response<ReplyBody> {
        let is_head = parts.method == Method::HEAD;
        let mut turn = self.begin(ends.peer, parts.version);
        turn.cutting = ends.cutting.clone();
        let request = match inbound {
            Ok(request) => request,
            Err(error) => return turn.refuse_unread(None, &error).await.into_response(),
        };
        let asked = match asked {
            Ok(asked) => asked,
            Err(error) => return turn.refuse_unread(Some(request), &error).await.into_response(),
        };
        // If the client waits for `100 Continue`, it is refused before it sends the body.
        if body.size_hint().lower() > self.limits.body_bytes {
            let error = IntakeError::TooLong { limit: self.limits.body_bytes };
            return without_body_if(is_head, turn.refuse_unread(Some(request), &error).await);
        }
        let reply = match &self.passage {
            Some(passage) => turn.pass_on(&**passage, request, body, (upgrade, ends.port, asked)).await,
            None => self.judge(turn, request, body).await,
        };
        without_body_if(is_head, reply)
    }

    async fn judge(&self, mut turn: Turn<'_>, request: Request, body: Incoming) -> Reply {
        if let Some(problem) = turn.undecodable(&request) {
            return turn.refuse_path(request, problem).await;
        }
        // A body that is or might be large is only received if the head alone is not refused.
        let is_large = body.size_hint().upper().is_none_or(|length| length > self.limits.memory_bytes as u64);
        let by_head = if is_large { turn.judge_head(&request) } else { Ahead::Open(None) };
        match by_head {
            Ahead::Refused(head, verdict) => turn.refuse(*head, Ok(verdict)).await.with("connection", "close"),
            Ahead::Open(chunks) => {
                match intake::take(&request, body, chunks.map(|chunks| *chunks), &self.limits).await {
                    Ok(intake) => turn.judge(request, intake).await,
                    Err(error) => turn.refuse_unread(Some(request), &error).await,
                }
            }
        }
    }

    /// Logs a head that arrived too slowly.
    pub(super) async fn note_slow_head(&self, peer: SocketAddr) {
        let turn = self.begin(peer, http::Version::HTTP_11);
        let seconds = self.limits.head_time.as_secs();
        let problem = format!("the request line and the headers did not arrive within {seconds} s (--head-timeout)");
        turn.report(empty_request(), 0, Judgement::Unread(problem), Answered::with_status(408)).await;
    }

    /// Logs a connection that ended in an error: a head that is not HTTP, or is too long.
    pub(super) async fn note_unreadable(&self, peer: SocketAddr, error: &(dyn Error + Send + Sync + 'static)) {
        // Silently closing a connection does not count as a request.
        if let Some((status, text)) = unread::unreadable(error) {
            let turn = self.begin(peer, http::Version::HTTP_11);
            turn.report(empty_request(), 0, Judgement::Unread(text.to_owned()), Answered::with_status(status)).await;
        }
    }

    /// Logs a failed TLS handshake.
    pub(super) async fn note_failed_handshake(&self, peer: SocketAddr, error: &std::io::Error) {
        let turn = self.begin(peer, http::Version::HTTP_11);
        let problem = format!("the TLS handshake failed: {}", describe_tls(error));
        turn.report(empty_request(), 0, Judgement::Unread(problem), Answered::with_status(0)).await;
    }

    /// Logs a problem with the listener itself.
    pub(super) async fn note_listening(&self, address: SocketAddr, problem: String) {
        let turn = self.begin(address, http::Version::HTTP_11);
        turn.report(empty_request(), 0, Judgement::Unread(problem), Answered::with_status(0)).await;
    }

    /// Logs a problem of the gateway that is not about a request.
    pub fn note_problem(&self, problem: String) {
        let nobody = SocketAddr::from(([0, 0, 0, 0], 0));
        let turn = self.begin(nobody, http::Version::HTTP_11);
        let answered = (Answered::with_status(0), None);
        report_without_waiting(turn.exchange(empty_request(), 0, Judgement::Unread(problem), answered), &self.sink);
    }

    /// Whether the request has been checked completely and is valid. If a proxy asks about a request, its body
    /// is never seen.
    fn takes(&self, verdict: &Verdict) -> bool {
        match self.asker {
            Some(_) => verdict.is_acceptable_before_body(),
            None => verdict.is_acceptable(),
        }
    }

    fn begin(&self, peer: SocketAddr, version: http::Version) -> Turn<'_> {
        let number = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        Turn {
            server: self,
            number,
            request_id: format!("{:08X}{number:08X}", self.run),
            peer,
            version: if version == http::Version::HTTP_2 { HTTP_2 } else { "HTTP/1.1" },
            began: Instant::now(),
            now: self.verifier.clock.now(),
            cutting: Cutting::default(),
        }
    }
}

/// The result of reading a head.
struct Reading {
    /// The request.
    inbound: Result<Request, Unreadable>,
    /// The server that the request is for, if its client uses the gateway as a forward proxy.
    asked: Result<Option<Arc<RequestUrl>>, Misdirected>,
}

/// The client and the local port of a connection.
#[derive(Debug, Clone)]
pub struct Ends {
    /// The client.
    pub peer: SocketAddr,
    /// The local port.
    pub port: u16,
    /// The server that the client asked for, if the connection is inside a tunnel.
    pub asked: Option<Arc<RequestUrl>>,
    /// Why the connection ends, if it ends before an answer.
    pub cutting: Cutting,
    /// Its share of the limit on open connections.
    pub permit: Option<Arc<OwnedSemaphorePermit>>,
}

/// The answer to HEAD has the headers of the answer to GET, but no body.
fn without_body_if(is_head: bool, reply: Reply) -> http::Response<ReplyBody> {
    let mut response = reply.into_response();
    if is_head {
        *response.body_mut() = http_body_util::Empty::new().map_err(|never| match never {}).boxed_unsync();
    }
    response
}

//! Reads the upstream server's refusal and finds out its cause.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Frame};
use sigvet_core::credentials::Credentials;
use sigvet_core::request::{Headers, Request};
use sigvet_core::time::Timestamp;
use sigvet_core::verify::Known;
use sigvet_diagnose::formats::reply::{Kind, Reply};
use sigvet_diagnose::{Diagnosis, Evidence, Hints, Limits, diagnose};

use crate::gateway::ReplyBody;
use crate::transport::decode_beginning;

/// Number of bytes of a refusal to inspect.
const LONGEST: usize = 64 * 1024;

/// How long to wait for a refusal before passing it on without inspecting it.
const PATIENCE: Duration = Duration::from_secs(2);

/// Number of simultaneous mistakes to try. The signature is our own, so a refusal seldom has more than one cause.
const DEEPEST: usize = 1;

type BodyError = Box<dyn std::error::Error + Send + Sync>;

/// A response whose beginning has been read.
pub struct ReadAhead {
    /// The beginning.
    pub beginning: Bytes,
    rest: Rest,
}

/// What follows the beginning of a body.
enum Rest {
    Nothing,
    More(ReplyBody),
    /// Trailers.
    Trailers(Frame<Bytes>),
    /// The body broke off there.
    Broken(BodyError),
}

impl ReadAhead {
    /// Reads the beginning of a body, or all of it if it is short.
    pub async fn of(mut body: ReplyBody) -> Self {
        let mut beginning = BytesMut::new();
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while beginning.len() < LONGEST {
            match tokio::time::timeout_at(deadline, body.frame()).await {
                Ok(Some(Ok(frame))) => match frame.into_data() {
                    Ok(piece) => beginning.extend_from_slice(&piece),
                    Err(trailers) => return Self { beginning: beginning.freeze(), rest: Rest::Trailers(trailers) },
                },
                Ok(None) => return Self { beginning: beginning.freeze(), rest: Rest::Nothing },
                Ok(Some(Err(error))) => return Self { beginning: beginning.freeze(), rest: Rest::Broken(error) },
                Err(_) => break,
            }
        }
        Self { beginning: beginning.freeze(), rest: Rest::More(body) }
    }

    /// The whole body again. If the original broke off, this one breaks off at the same place.
    pub fn into_body(self) -> ReplyBody {
        match self.rest {
            Rest::Nothing => Full::new(self.beginning).map_err(|never| match never {}).boxed_unsync(),
            rest => Resumed { beginning: Some(self.beginning), rest }.boxed_unsync(),
        }
    }
}

struct Resumed {
    beginning: Option<Bytes>,
    rest: Rest,
}

impl Body for Resumed {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if let Some(piece) = self.beginning.take().filter(|piece| !piece.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        match &mut self.rest {
            Rest::More(body) => return Pin::new(body).poll_frame(cx),
            Rest::Nothing => return Poll::Ready(None),
            Rest::Trailers(_) | Rest::Broken(_) => {}
        }
        match std::mem::replace(&mut self.rest, Rest::Nothing) {
            Rest::Trailers(trailers) => Poll::Ready(Some(Ok(trailers))),
            Rest::Broken(error) => Poll::Ready(Some(Err(error))),
            _ => Poll::Ready(None),
        }
    }
}

/// The server's reply, if it is about the signature or the key.
pub fn reply_about_signature(parts: &http::response::Parts, body: &[u8]) -> Option<Reply> {
    let headers = headers_of(parts);
    let body = decode_beginning(&headers, body, LONGEST);
    let reply = Reply::parse(Some(parts.status.as_u16()), &headers, &body);
    let is_about_it = !matches!(reply.kind(), Kind::Denied | Kind::Other);
    is_about_it.then_some(reply)
}

/// The headers of a response.
pub fn headers_of(parts: &http::response::Parts) -> Headers {
    let mut headers = Headers::default();
    for (name, value) in &parts.headers {
        headers.push_unchecked(name.as_str(), value.as_bytes());
    }
    headers
}

/// Whether different credentials might help. Servers say of a mistyped secret only that the signature is wrong.
pub fn is_about_key(reply: &Reply) -> bool {
    matches!(reply.kind(), Kind::Key | Kind::Token | Kind::Signature)
}

/// Why a server refused a request that was signed here. Blocks its thread for at most `limit`.
pub fn explain(
    sent: &Request,
    credentials: &Arc<Credentials>,
    reply: &Reply,
    (now, limit): (Timestamp, Duration),
) -> Diagnosis {
    let began = Instant::now();
    let is_time_up = || began.elapsed() >= limit;
    let hints = Hints { now: Some(now), ..Hints::default() };
    let evidence = Evidence {
        request: Some(sent),
        reply: Some(reply),
        is_exchange: true,
        credentials: Some(credentials),
        known: Known::WHOLE,
        ..Evidence::new(now, &hints)
    };
    let mut diagnosis = diagnose(&evidence, Limits { deepest: DEEPEST, to_the_end: DEEPEST, is_time_up: &is_time_up });
    diagnosis.next.clear();
    diagnosis
}

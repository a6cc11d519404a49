//! What a server behind says when it refuses, and why.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Frame, Incoming};
use sigvet_core::credentials::Credentials;
use sigvet_core::request::{Headers, Request};
use sigvet_core::time::Timestamp;
use sigvet_core::verify::Known;
use sigvet_diagnose::formats::reply::{Kind, Reply};
use sigvet_diagnose::{Diagnosis, Evidence, Hints, Limits, diagnose};

use crate::gateway::ReplyBody;

/// Bytes of a refusal that are looked at.
const LONGEST: usize = 64 * 1024;

/// How long a refusal may take to arrive before it is passed on unread.
const PATIENCE: Duration = Duration::from_secs(2);

/// Mistakes at once that are looked for. The signature is our own: what is refused is seldom more than one thing.
const DEEPEST: usize = 1;

/// A response of which the beginning was read.
pub struct ReadAhead {
    /// The beginning.
    pub beginning: Bytes,
    rest: Option<Incoming>,
}

impl ReadAhead {
    /// Reads the beginning of a body, to its end if it is short.
    pub async fn of(mut body: Incoming) -> Self {
        let mut beginning = BytesMut::new();
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while beginning.len() < LONGEST {
            match tokio::time::timeout_at(deadline, body.frame()).await {
                Ok(Some(Ok(frame))) => match frame.into_data() {
                    Ok(piece) => beginning.extend_from_slice(&piece),
                    Err(_) => return Self { beginning: beginning.freeze(), rest: None },
                },
                Ok(None) => return Self { beginning: beginning.freeze(), rest: None },
                // It is passed on as far as it came; what breaks it off, breaks it off there too.
                Ok(Some(Err(_))) | Err(_) => break,
            }
        }
        Self { beginning: beginning.freeze(), rest: Some(body) }
    }

    /// The whole body again.
    pub fn into_body(self) -> ReplyBody {
        match self.rest {
            None => Full::new(self.beginning).map_err(|never| match never {}).boxed_unsync(),
            Some(rest) => Resumed { beginning: Some(self.beginning), rest }.map_err(Into::into).boxed_unsync(),
        }
    }
}

struct Resumed {
    beginning: Option<Bytes>,
    rest: Incoming,
}

impl Body for Resumed {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match self.beginning.take() {
            Some(piece) if !piece.is_empty() => std::task::Poll::Ready(Some(Ok(Frame::data(piece)))),
            _ => std::pin::Pin::new(&mut self.rest).poll_frame(cx),
        }
    }
}

/// What a server says, if it is about the signature or the key.
pub fn reply_about_signature(parts: &http::response::Parts, body: &[u8]) -> Option<Reply> {
    let mut headers = Headers::default();
    for (name, value) in &parts.headers {
        headers.push_unchecked(name.as_str(), value.as_bytes());
    }
    let reply = Reply::parse(Some(parts.status.as_u16()), &headers, body);
    let is_about_it = !matches!(reply.kind(), Kind::Denied | Kind::Other);
    is_about_it.then_some(reply)
}

/// Whether other credentials may help.
pub fn is_about_key(reply: &Reply) -> bool {
    matches!(reply.kind(), Kind::Key | Kind::Token)
}

/// Why a server refused a request that was signed here. It blocks its thread for so long at most.
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

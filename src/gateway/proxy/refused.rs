//! What a server behind says when it refuses, and why.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
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
use crate::transport::decode_beginning;

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
    rest: Rest,
}

/// What follows the beginning of a body.
enum Rest {
    Nothing,
    More(Incoming),
    /// It broke off there.
    Broken(hyper::Error),
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
                    Err(_) => return Self { beginning: beginning.freeze(), rest: Rest::Nothing },
                },
                Ok(None) => return Self { beginning: beginning.freeze(), rest: Rest::Nothing },
                Ok(Some(Err(error))) => return Self { beginning: beginning.freeze(), rest: Rest::Broken(error) },
                Err(_) => break,
            }
        }
        Self { beginning: beginning.freeze(), rest: Rest::More(body) }
    }

    /// The whole body again. What breaks it off, breaks it off there too.
    pub fn into_body(self) -> ReplyBody {
        match self.rest {
            Rest::Nothing => Full::new(self.beginning).map_err(|never| match never {}).boxed_unsync(),
            rest => Resumed { beginning: Some(self.beginning), rest }.map_err(Into::into).boxed_unsync(),
        }
    }
}

struct Resumed {
    beginning: Option<Bytes>,
    rest: Rest,
}

impl Body for Resumed {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        if let Some(piece) = self.beginning.take().filter(|piece| !piece.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        match &mut self.rest {
            Rest::More(body) => return Pin::new(body).poll_frame(cx),
            Rest::Nothing => return Poll::Ready(None),
            Rest::Broken(_) => {}
        }
        match std::mem::replace(&mut self.rest, Rest::Nothing) {
            Rest::Broken(error) => Poll::Ready(Some(Err(error))),
            _ => Poll::Ready(None),
        }
    }
}

/// What a server says, if it is about the signature or the key.
pub fn reply_about_signature(parts: &http::response::Parts, body: &[u8]) -> Option<Reply> {
    let mut headers = Headers::default();
    for (name, value) in &parts.headers {
        headers.push_unchecked(name.as_str(), value.as_bytes());
    }
    let body = decode_beginning(&headers, body, LONGEST);
    let reply = Reply::parse(Some(parts.status.as_u16()), &headers, &body);
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

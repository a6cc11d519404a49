//! The body of an upstream server's response, with a time limit between two pieces.
//!
//! The clock only runs while the gateway waits for the upstream server, so a slow client does not use the time up.
//! Event streams have no limit, because they are silent until something happens; if their client disconnects, that
//! is noticed elsewhere.

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::Sleep;

use super::ReplyBody;

/// Media types of responses that may stay silent indefinitely.
const EVENT_STREAMS: [&str; 3] = ["text/event-stream", "application/vnd.amazon.eventstream", "application/grpc"];

/// The upstream server stopped in the middle of its response.
#[derive(Debug, thiserror::Error)]
#[error("the upstream sent nothing for {} s in the middle of its response (--idle-timeout)", .0.as_secs())]
pub struct Stalled(Duration);

struct AwaitedBody {
    body: Incoming,
    limit: Duration,
    /// Runs while waiting for the next piece.
    waiting: Option<Pin<Box<Sleep>>>,
}

/// The body of a response with these headers. It fails with [`Stalled`] if the next piece takes too long.
pub fn awaited(body: Incoming, headers: &HeaderMap, limit: Duration) -> ReplyBody {
    match is_event_stream(headers) {
        true => body.map_err(Into::into).boxed_unsync(),
        false => AwaitedBody { body, limit, waiting: None }.boxed_unsync(),
    }
}

fn is_event_stream(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.trim_start().to_ascii_lowercase();
    EVENT_STREAMS.iter().any(|stream| kind.starts_with(stream))
}

impl Body for AwaitedBody {
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Poll::Ready(piece) = Pin::new(&mut self.body).poll_frame(cx) {
            self.waiting = None;
            return Poll::Ready(piece.map(|piece| piece.map_err(Into::into)));
        }
        let limit = self.limit;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        waiting.as_mut().poll(cx).map(|()| Some(Err(Stalled(limit).into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_event_streams_may_stay_silent() {
        let is_event_stream = |kind: &'static str| {
            is_event_stream(&HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(kind))]))
        };
        for kind in ["text/event-stream; charset=utf-8", "application/vnd.amazon.eventstream", "application/grpc+proto"]
        {
            assert!(is_event_stream(kind), "{kind}");
        }
        assert!(!is_event_stream("application/xml") && !is_event_stream(""));
    }
}

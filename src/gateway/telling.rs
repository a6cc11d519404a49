//! A response whose exchange is logged at its end, because only then its length is known, and whether it broke off.
//!
//! Only the exchange is kept in memory. The last piece is sent after the exchange was logged, so that a client that
//! has the whole response can find it in the log.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, SizeHint};

use super::exchange::Exchange;
use super::roles::Sink;
use super::{Reply, ReplyBody};

/// The problem to log if the upstream server aborted its response.
const UPSTREAM_BROKE_OFF: &str = "the upstream broke off its response";

/// The problem to log if the client closed the connection early.
const CLIENT_BROKE_OFF: &str = "the client closed the connection before the end of the response";

type Telling = Pin<Box<dyn Future<Output = ()> + Send>>;

type Piece = Option<Result<Frame<Bytes>, Box<dyn std::error::Error + Send + Sync>>>;

/// A body that hands its exchange to the sink at its end.
struct TellingBody {
    body: ReplyBody,
    exchange: Option<Exchange>,
    sink: Arc<dyn Sink>,
    /// Length of the body in bytes, if known.
    expected: Option<u64>,
    length: u64,
    /// The pending call of the sink, and the piece to send after it.
    telling: Option<(Telling, Piece)>,
}

/// The same response, which hands the exchange to `sink` at its end.
pub fn told_at_end(mut reply: Reply, exchange: Exchange, sink: Arc<dyn Sink>) -> Reply {
    let expected = reply.body.size_hint().exact();
    let body = TellingBody { body: reply.body, exchange: Some(exchange), sink, expected, length: 0, telling: None };
    reply.body = body.boxed_unsync();
    reply
}

impl TellingBody {
    fn tell(&mut self, problem: Option<&str>) -> Option<Telling> {
        let mut exchange = self.exchange.take()?;
        if let Some(leg) = &mut exchange.upstream {
            (leg.reply_length, leg.is_broken) = (self.length, problem.is_some());
            if let Some(problem) = problem {
                leg.problem = Some(problem.to_owned());
            }
        }
        let sink = Arc::clone(&self.sink);
        Some(Box::pin(async move { sink.take(Arc::new(exchange)).await }))
    }

    fn is_whole(&self) -> bool {
        self.body.is_end_stream() || self.expected == Some(self.length)
    }
}

fn after_a_turn(telling: Telling) -> Telling {
    Box::pin(async move {
        tokio::task::yield_now().await;
        telling.await;
    })
}

impl Body for TellingBody {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Piece> {
        if self.telling.is_none() {
            let piece = std::task::ready!(Pin::new(&mut self.body).poll_frame(cx));
            let data = piece.as_ref().and_then(|piece| piece.as_ref().ok()?.data_ref().map(Bytes::len));
            self.length += data.unwrap_or_default() as u64;
            let told = match &piece {
                None => self.tell(None),
                // hyper closes the connection immediately on an error, so let it send first what it already has.
                Some(Err(_)) => self.tell(Some(UPSTREAM_BROKE_OFF)).map(after_a_turn),
                // After the last piece the body may not be polled again.
                Some(Ok(_)) if self.is_whole() => self.tell(None),
                Some(Ok(_)) => None,
            };
            let Some(telling) = told else { return Poll::Ready(piece) };
            self.telling = Some((telling, piece));
        }
        if let Some((telling, _)) = &mut self.telling {
            std::task::ready!(telling.as_mut().poll(cx));
        }
        Poll::Ready(self.telling.take().and_then(|(_, piece)| piece))
    }

    fn is_end_stream(&self) -> bool {
        self.telling.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        // A held-back piece is no longer part of the inner body.
        if self.telling.is_some() { SizeHint::default() } else { self.body.size_hint() }
    }
}

impl Drop for TellingBody {
    fn drop(&mut self) {
        let problem = if self.is_whole() { None } else { Some(CLIENT_BROKE_OFF) };
        let waiting = self.telling.take().map(|(telling, _)| telling);
        let Some(mut telling) = waiting.or_else(|| self.tell(problem)) else { return };
        // The sink usually has room, so one poll is enough even after the runtime has stopped.
        if telling.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(telling);
        }
    }
}

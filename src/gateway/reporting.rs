//! Logs an exchange when its response ends: only then is it known how long the response was and whether it broke off.
//!
//! The exchange stays in memory until then, but the body does not. The last piece of the body is sent after the
//! exchange has been logged, so a client that has received the whole response can find it in the log.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, SizeHint};

use super::awaited::Stalled;
use super::cutting::Cutting;
use super::exchange::Exchange;
use super::roles::Sink;
use super::{Reply, ReplyBody};

/// The problem to log if the upstream server aborted its response.
const UPSTREAM_BROKE_OFF: &str = "the upstream broke off its response";

type Reporting = Pin<Box<dyn Future<Output = ()> + Send>>;

type Piece = Option<Result<Frame<Bytes>, Box<dyn std::error::Error + Send + Sync>>>;

/// A body that passes its exchange to the sink when it ends.
struct ReportingBody {
    body: ReplyBody,
    exchange: Option<Exchange>,
    sink: Arc<dyn Sink>,
    /// Why the connection ended, if it ended before the body did, and the limit for a client that does not read.
    cutting: (Cutting, Duration),
    /// Whether trailers were passed on; nothing follows them.
    has_trailers: bool,
    /// Length of the body in bytes, if known.
    expected: Option<u64>,
    length: u64,
    began: Instant,
    /// The pending call to the sink, and the piece to send after it.
    reporting: Option<(Reporting, Piece)>,
}

/// Returns the same response, which passes the exchange to `sink` when it ends. If the connection ends first, `cutting`
/// knows why; its duration is the limit for a client that does not read.
pub fn report_at_end(mut reply: Reply, exchange: Exchange, sink: Arc<dyn Sink>, cutting: (Cutting, Duration)) -> Reply {
    let expected = reply.body.size_hint().exact();
    reply.body = ReportingBody {
        body: reply.body,
        exchange: Some(exchange),
        sink,
        cutting,
        has_trailers: false,
        expected,
        length: 0,
        began: Instant::now(),
        reporting: None,
    }
    .boxed_unsync();
    reply
}

impl ReportingBody {
    fn report(&mut self, problem: Option<&str>) -> Option<Reporting> {
        let mut exchange = self.exchange.take()?;
        exchange.took += self.began.elapsed();
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
        self.has_trailers || self.body.is_end_stream() || self.expected == Some(self.length)
    }
}

/// Why the upstream server's response ended early.
fn describe(error: &(dyn std::error::Error + Send + Sync + 'static)) -> String {
    match error.downcast_ref::<Stalled>() {
        Some(stalled) => stalled.to_string(),
        None => UPSTREAM_BROKE_OFF.to_owned(),
    }
}

fn after_a_turn(reporting: Reporting) -> Reporting {
    Box::pin(async move {
        tokio::task::yield_now().await;
        reporting.await;
    })
}

impl Body for ReportingBody {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Piece> {
        if self.reporting.is_none() {
            let piece = std::task::ready!(Pin::new(&mut self.body).poll_frame(cx));
            let data = piece.as_ref().and_then(|piece| piece.as_ref().ok()?.data_ref().map(Bytes::len));
            self.length += data.unwrap_or_default() as u64;
            self.has_trailers |= matches!(&piece, Some(Ok(frame)) if frame.is_trailers());
            let reporting = match &piece {
                None => self.report(None),
                // hyper closes the connection immediately on an error, so first let it send what it already has.
                Some(Err(error)) => self.report(Some(&describe(&**error))).map(after_a_turn),
                // hyper may not poll the body again after the last piece.
                Some(Ok(_)) if self.is_whole() => self.report(None),
                Some(Ok(_)) => None,
            };
            let Some(reporting) = reporting else { return Poll::Ready(piece) };
            self.reporting = Some((reporting, piece));
        }
        if let Some((reporting, _)) = &mut self.reporting {
            std::task::ready!(reporting.as_mut().poll(cx));
        }
        Poll::Ready(self.reporting.take().and_then(|(_, piece)| piece))
    }

    fn is_end_stream(&self) -> bool {
        self.reporting.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        // A held-back piece is no longer part of the inner body.
        if self.reporting.is_some() { SizeHint::default() } else { self.body.size_hint() }
    }
}

impl Drop for ReportingBody {
    fn drop(&mut self) {
        let (cutting, idle_time) = &self.cutting;
        let problem = if self.is_whole() { None } else { Some(cutting.describe(*idle_time)) };
        let waiting = self.reporting.take().map(|(reporting, _)| reporting);
        if let Some(reporting) = waiting.or_else(|| self.report(problem.as_deref())) {
            finish(reporting);
        }
    }
}

/// Passes an exchange to the sink from code that cannot wait for it.
pub fn report_without_waiting(exchange: Exchange, sink: &Arc<dyn Sink>) {
    let sink = Arc::clone(sink);
    finish(Box::pin(async move { sink.take(Arc::new(exchange)).await }));
}

fn finish(mut reporting: Reporting) {
    // The sink usually has room, so one poll is enough even after the runtime has stopped.
    if reporting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending()
        && let Ok(runtime) = tokio::runtime::Handle::try_current()
    {
        runtime.spawn(reporting);
    }
}

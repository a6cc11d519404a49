//! Limits the rate at which a body is sent: `--limit-rate`.

use std::num::NonZeroU64;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::{Body as HttpBody, Frame};
use tokio::time::{Instant, Sleep, sleep_until};

use super::body_error::BodyError;

/// The most bytes sent at once, so that a slow transfer flows evenly.
const SLICE: usize = 16 * 1024;

/// How long it takes to transfer `bytes`.
pub fn time_for(bytes: u64, rate: NonZeroU64) -> Duration {
    let nanoseconds = u128::from(bytes) * 1_000_000_000 / u128::from(rate.get());
    Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
}

/// A body that waits between its pieces.
pub(super) struct Paced {
    body: UnsyncBoxBody<Bytes, BodyError>,
    rate: NonZeroU64,
    begun: Instant,
    sent: u64,
    /// The unsent rest of the current piece.
    rest: Bytes,
    pause: Pin<Box<Sleep>>,
}

impl Paced {
    /// Sends at most `rate` bytes of the body per second.
    pub(super) fn new(body: UnsyncBoxBody<Bytes, BodyError>, rate: NonZeroU64) -> Self {
        let begun = Instant::now();
        Self { body, rate, begun, sent: 0, rest: Bytes::new(), pause: Box::pin(sleep_until(begun)) }
    }

    fn slice(&mut self) -> Bytes {
        let slice = self.rest.split_to(self.rest.len().min(SLICE));
        self.sent += slice.len() as u64;
        let next = self.begun + time_for(self.sent, self.rate);
        self.pause.as_mut().reset(next);
        slice
    }
}

impl HttpBody for Paced {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        ready!(self.pause.as_mut().poll(context));
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                end => return Poll::Ready(end),
            }
        }
        Poll::Ready(Some(Ok(Frame::data(self.slice()))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        let mut hint = hyper::body::SizeHint::new();
        if let Some(length) = self.body.size_hint().exact() {
            hint.set_exact(length + self.rest.len() as u64);
        }
        hint
    }
}

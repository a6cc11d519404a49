//! Tracks whether a connection has requests that are not fully answered yet.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

use super::ReplyBody;
use crate::locking::locked;

/// The open requests of one connection.
#[derive(Debug, Clone)]
pub struct Activity(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    running: usize,
    /// When the last request ended, or when the connection opened.
    since: Instant,
}

/// A request that is not fully answered yet. It ends when this is dropped.
#[derive(Debug)]
pub struct Running(Activity);

/// A response body that keeps its request open until the body is dropped.
#[derive(Debug)]
pub struct AttendedBody {
    body: ReplyBody,
    _running: Running,
}

impl Activity {
    /// The state of a new connection.
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(State { running: 0, since: Instant::now() })))
    }

    /// Marks the start of a request.
    pub fn begin(&self) -> Running {
        self.state().running += 1;
        Running(self.clone())
    }

    /// How long the connection has had no open request; `None` if one is open.
    pub fn idle_for(&self) -> Option<Duration> {
        let state = self.state();
        (state.running == 0).then(|| state.since.elapsed())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.0)
    }
}

impl Running {
    /// Keeps the request open until the body of its response is dropped.
    pub fn attend(self, response: http::Response<ReplyBody>) -> http::Response<AttendedBody> {
        response.map(|body| AttendedBody { body, _running: self })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut state = self.0.state();
        (state.running, state.since) = (state.running - 1, Instant::now());
    }
}

impl Body for AttendedBody {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

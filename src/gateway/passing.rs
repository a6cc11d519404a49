//! A request body on its way from the client to the upstream server: limited in size and time, and checked against
//! what was signed.
//!
//! Only one piece is held back: the last bytes of a hashed body go out once the hash is known to match, and the
//! last chunk of a signed body once all of its signatures match. If anything is wrong, the outbound request is
//! aborted before that.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use sigvet_core::crypto::{Sha256Digest, Sha256Hasher};
use sigvet_core::stream::{DecodeError, Resigner};
use sigvet_core::verify::Finding;
use tokio::sync::oneshot;
use tokio::time::{Instant, Sleep};

use super::Limits;
use super::intake::IntakeError;
use crate::locking::locked;

/// How long to hold a body back while waiting for `100 Continue`, as curl does.
const CONTINUE_TIME: Duration = Duration::from_secs(1);

/// Why a body was not sent completely.
#[derive(Debug, thiserror::Error)]
pub enum PassError {
    /// The body did not arrive.
    #[error(transparent)]
    Unread(#[from] IntakeError),
    /// The body is not what was signed.
    #[error("the body is not what was signed")]
    Wrong(Vec<Finding>),
}

/// What became of a body, shared with the code that waits for the response.
#[derive(Debug, Clone, Default)]
pub struct Outcome(Arc<Mutex<PassRecord>>);

#[derive(Debug, Default)]
struct PassRecord {
    error: Option<PassError>,
    length: u64,
}

/// What to check about a body while it passes.
pub enum Check {
    /// Nothing.
    Nothing,
    /// The hash of the body.
    Hash(Sha256Digest),
    /// The chunks of the body, which are also signed again.
    Chunks(Box<Resigner>),
}

/// A body that is checked while it passes through.
pub struct PassingBody {
    incoming: Incoming,
    checking: Checking,
    ready: VecDeque<Frame<Bytes>>,
    outcome: Outcome,
    limits: Limits,
    is_ended: bool,
    passes_trailers: bool,
    timer: Pin<Box<Sleep>>,
    gate: Gate,
}

/// Whether the upstream server wants the body.
enum Gate {
    /// The server wants the body, or was not asked.
    Open,
    /// The server has not answered yet.
    Asked(oneshot::Receiver<()>),
    /// The server has sent its final response without asking for the body.
    Shut,
}

enum Checking {
    Nothing,
    Hash { hasher: Sha256Hasher, expected: Sha256Digest, held: Bytes },
    Chunks { resigner: Option<Box<Resigner>>, held: Bytes },
}

impl Outcome {
    /// Takes the error, if there was one.
    pub fn take_error(&self) -> Option<PassError> {
        self.record().error.take()
    }

    /// Number of bytes that arrived.
    pub fn length(&self) -> u64 {
        self.record().length
    }

    fn record(&self) -> std::sync::MutexGuard<'_, PassRecord> {
        locked(&self.0)
    }
}

impl PassingBody {
    /// Passes a body on and records in `outcome` what becomes of it.
    pub fn new(incoming: Incoming, check: Check, limits: Limits, outcome: Outcome) -> Self {
        let checking = match check {
            Check::Nothing => Checking::Nothing,
            Check::Hash(expected) => Checking::Hash { hasher: Sha256Hasher::new(), expected, held: Bytes::new() },
            Check::Chunks(resigner) => Checking::Chunks { resigner: Some(resigner), held: Bytes::new() },
        };
        let timer = Box::pin(tokio::time::sleep(limits.idle_time));
        let ready = VecDeque::new();
        Self {
            incoming,
            checking,
            ready,
            outcome,
            limits,
            is_ended: false,
            passes_trailers: true,
            timer,
            gate: Gate::Open,
        }
    }

    /// Drops HTTP trailers.
    #[must_use]
    pub fn without_trailers(self) -> Self {
        Self { passes_trailers: false, ..self }
    }

    /// Holds the body back until `gate` is signalled, or for one second.
    #[must_use]
    pub fn behind(mut self, gate: oneshot::Receiver<()>) -> Self {
        self.gate = Gate::Asked(gate);
        self.timer.as_mut().reset(Instant::now() + CONTINUE_TIME);
        self
    }

    /// Whether the upstream server wants the body, as far as is known so far.
    fn poll_gate(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let told = match &mut self.gate {
            Gate::Open => return Poll::Ready(()),
            Gate::Shut => return Poll::Pending,
            Gate::Asked(told) => Pin::new(told).poll(cx),
        };
        match told {
            // The body is not wanted, so nothing needs to be woken for it.
            Poll::Ready(Err(_)) => self.gate = Gate::Shut,
            Poll::Pending if self.timer.as_mut().poll(cx).is_pending() => {}
            _ => {
                self.gate = Gate::Open;
                self.timer.as_mut().reset(Instant::now() + self.limits.idle_time);
                return Poll::Ready(());
            }
        }
        Poll::Pending
    }

    fn take(&mut self, frame: Frame<Bytes>) -> Result<(), PassError> {
        let piece = match frame.into_data() {
            Ok(piece) => piece,
            // HTTP trailers: no signature covers them, so a verified body is sent without them.
            Err(trailer) => {
                if matches!(self.checking, Checking::Nothing) && self.passes_trailers {
                    self.ready.push_back(trailer);
                }
                return Ok(());
            }
        };
        self.count(piece.len())?;
        match &mut self.checking {
            Checking::Nothing => self.ready.push_back(Frame::data(piece)),
            Checking::Hash { hasher, held, .. } => {
                hasher.update(&piece);
                let earlier = std::mem::replace(held, piece);
                push(&mut self.ready, earlier);
            }
            // The last piece is held back as well: to the next hop, a body that ends between two chunks would
            // look complete.
            Checking::Chunks { resigner, held } => {
                let mut out = Vec::new();
                let read = resigner.as_mut().map_or(Ok(()), |resigner| resigner.push(&piece, &mut out));
                if !out.is_empty() {
                    let earlier = std::mem::replace(held, out.into());
                    push(&mut self.ready, earlier);
                }
                read.map_err(|error| wrong(vec![error]))?;
            }
        }
        Ok(())
    }

    fn count(&mut self, bytes: usize) -> Result<(), PassError> {
        let mut record = self.outcome.record();
        record.length += bytes as u64;
        let limit = self.limits.body_bytes;
        if record.length > limit { Err(IntakeError::TooLong { limit }.into()) } else { Ok(()) }
    }

    fn end(&mut self) -> Result<(), PassError> {
        let rest = match std::mem::replace(&mut self.checking, Checking::Nothing) {
            Checking::Nothing | Checking::Chunks { resigner: None, .. } => Bytes::new(),
            Checking::Hash { hasher, expected, held } => {
                let presented = hasher.finish();
                if presented != expected {
                    return Err(PassError::Wrong(vec![mismatch(&presented, &expected)]));
                }
                held
            }
            Checking::Chunks { resigner: Some(resigner), held } => {
                let mut out = held.to_vec();
                resigner.finish(&mut out).map_err(wrong)?;
                out.into()
            }
        };
        push(&mut self.ready, rest);
        Ok(())
    }

    fn fail(&mut self, error: PassError) -> Poll<Option<Result<Frame<Bytes>, PassFailed>>> {
        let text = error.to_string();
        self.outcome.record().error = Some(error);
        self.is_ended = true;
        self.ready.clear();
        Poll::Ready(Some(Err(PassFailed(text))))
    }
}

/// Aborts the outbound request. The code that waits for the response learns the reason from [`Outcome`].
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct PassFailed(String);

fn push(ready: &mut VecDeque<Frame<Bytes>>, piece: Bytes) {
    if !piece.is_empty() {
        ready.push_back(Frame::data(piece));
    }
}

/// The declared hash is `presented`, and the hash of the body is `expected`.
fn mismatch(body: &Sha256Digest, declared: &Sha256Digest) -> Finding {
    Finding::PayloadMismatch { expected: body.to_string(), presented: declared.to_string() }
}

fn wrong(errors: Vec<DecodeError>) -> PassError {
    let mut findings = Vec::new();
    for error in errors {
        match error {
            DecodeError::Fault(fault) => findings.push(Finding::Stream(fault)),
            other => return IntakeError::Chunks(other).into(),
        }
    }
    PassError::Wrong(findings)
}

impl Body for PassingBody {
    type Data = Bytes;
    type Error = PassFailed;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, PassFailed>>> {
        loop {
            if let Some(frame) = self.ready.pop_front() {
                return Poll::Ready(Some(Ok(frame)));
            }
            if self.is_ended {
                return Poll::Ready(None);
            }
            if self.poll_gate(cx).is_pending() {
                return Poll::Pending;
            }
            match Pin::new(&mut self.incoming).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    let deadline = Instant::now() + self.limits.idle_time;
                    self.timer.as_mut().reset(deadline);
                    if let Err(error) = self.take(frame) {
                        return self.fail(error);
                    }
                }
                Poll::Ready(Some(Err(error))) => return self.fail(IntakeError::Broken(error).into()),
                Poll::Ready(None) => {
                    if let Err(error) = self.end() {
                        return self.fail(error);
                    }
                    self.is_ended = true;
                }
                Poll::Pending if self.timer.as_mut().poll(cx).is_ready() => {
                    let limit = self.limits.idle_time;
                    return self.fail(IntakeError::Slow(limit).into());
                }
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.is_ended && self.ready.is_empty()
    }

    /// A re-signed body is as long as the body that arrived.
    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

impl fmt::Debug for PassingBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PassingBody").field("is_ended", &self.is_ended).finish_non_exhaustive()
    }
}

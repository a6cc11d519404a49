//! The head of each HTTP/1 request, byte for byte as it arrived.
//!
//! hyper returns headers in a map that keeps neither their case nor their order. So the bytes are inspected on their
//! way from the connection to hyper: heads are kept, and bodies are skipped according to their framing. Code that uses
//! a head compares it with what hyper parsed from the same request, so that a request is refused instead of misjudged
//! if the two readings differ.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use sigvet_core::internal::raw_http::{Lines, parse_fields, split_once, take_fields};
use sigvet_core::request::Headers;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

use super::activity::Activity;
use super::cutting::Cutting;
use crate::locking::locked;

/// The start of an HTTP/2 connection preface (RFC 9113 §3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0";

/// Length of the HTTP/2 connection preface.
const PREFACE_LENGTH: usize = 24;

/// The recorded heads of one connection, shared between its reader and the code that answers.
#[derive(Debug, Clone)]
pub struct Heads(Arc<Mutex<Recorder>>);

/// A connection that records its heads and enforces the time limits for its client. It fails if the client stops
/// reading or takes too long to send a head, and ends if the client sends no request for too long. hyper has only a
/// single limit for a head and the time before it, and none over HTTP/2.
#[derive(Debug)]
pub struct Recorded<S> {
    stream: S,
    heads: Heads,
    activity: Activity,
    cutting: Cutting,
    head_time: Duration,
    idle_time: Duration,
    /// Runs while the client does not read.
    stalled: Option<Pin<Box<Sleep>>>,
    /// Runs until the client's HTTP version is known, for which hyper has no time limit.
    opening: Option<Pin<Box<Sleep>>>,
    /// Runs while no request is being answered.
    idling: Option<Pin<Box<Sleep>>>,
    /// When the current head began to arrive.
    began: Option<Instant>,
    arrived: usize,
}

/// What a silent client has left unfinished.
enum Silence {
    /// A head that has arrived only in part.
    InHead,
    /// Nothing: no request is being sent or answered.
    Between,
}

/// The answer to a head that took too long (RFC 9110 §15.5.9).
const TOO_SLOW: &[u8] = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

#[derive(Debug)]
struct Recorder {
    state: State,
    /// The head that is arriving, or the header line of a chunk.
    line: Vec<u8>,
    heads: VecDeque<Vec<u8>>,
    limit: usize,
    is_too_long: bool,
    is_too_slow: bool,
    is_ended: bool,
}

/// What the next byte is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Head,
    Body {
        left: u64,
    },
    ChunkHead,
    ChunkData {
        left: u64,
    },
    Trailer,
    /// HTTP/2, or bytes that hyper rejects: recording has ended.
    Opaque,
}

impl Heads {
    /// The recorder for a connection; heads longer than the limit are not kept.
    pub fn new(limit: usize) -> Self {
        let recorder = Recorder {
            state: State::Head,
            line: Vec::new(),
            heads: VecDeque::new(),
            limit,
            is_too_long: false,
            is_too_slow: false,
            is_ended: false,
        };
        Self(Arc::new(Mutex::new(recorder)))
    }

    /// Takes the oldest recorded head.
    pub fn take(&self) -> Option<Vec<u8>> {
        locked(&self.0).heads.pop_front()
    }

    /// The limit, if the next head exceeds it.
    pub fn exceeded_limit(&self) -> Option<usize> {
        let recorder = locked(&self.0);
        (recorder.is_too_long && recorder.heads.is_empty()).then_some(recorder.limit)
    }

    /// Whether the client has not started another request since the last one.
    pub fn is_between_requests(&self) -> bool {
        let recorder = locked(&self.0);
        recorder.state == State::Head && recorder.line.is_empty() && recorder.heads.is_empty()
    }

    /// Stops recording because what follows is not HTTP.
    pub fn end(&self) {
        let mut recorder = locked(&self.0);
        (recorder.state, recorder.is_ended) = (State::Opaque, true);
    }

    /// Whether the connection was ended because a head took too long to arrive.
    pub fn is_too_slow(&self) -> bool {
        locked(&self.0).is_too_slow
    }

    /// Whether a head has arrived only in part.
    fn has_begun(&self) -> bool {
        let recorder = locked(&self.0);
        recorder.state == State::Head && !recorder.line.is_empty()
    }

    fn is_ended(&self) -> bool {
        locked(&self.0).is_ended
    }

    fn feed(&self, bytes: &[u8]) {
        locked(&self.0).feed(bytes);
    }
}

impl Recorder {
    fn feed(&mut self, mut bytes: &[u8]) {
        while let ([first, ..], true) = (bytes, self.state != State::Opaque) {
            let used = match self.state {
                State::Body { left } => self.skip(left, bytes.len(), |left| State::Body { left }, State::Head),
                State::ChunkData { left } => {
                    self.skip(left, bytes.len(), |left| State::ChunkData { left }, State::ChunkHead)
                }
                _ => {
                    self.take_byte(*first);
                    1
                }
            };
            bytes = bytes.get(used..).unwrap_or_default();
        }
    }

    fn skip(&mut self, left: u64, there: usize, more: impl Fn(u64) -> State, end: State) -> usize {
        let used = usize::try_from(left).map_or(there, |left| left.min(there));
        let left = left - used as u64;
        self.state = if left == 0 { end } else { more(left) };
        used
    }

    fn take_byte(&mut self, byte: u8) {
        // Empty lines before a request line are ignored (RFC 9112 §2.2).
        if self.state == State::Head && self.line.is_empty() && matches!(byte, b'\r' | b'\n') {
            return;
        }
        self.line.push(byte);
        if self.line.len() > self.limit {
            self.is_too_long = self.state == State::Head;
            self.state = State::Opaque;
        } else if byte == b'\n' {
            self.end_line();
        }
    }

    fn end_line(&mut self) {
        match self.state {
            State::Head if self.line.ends_with(b"\n\n") || self.line.ends_with(b"\n\r\n") => {
                let head = std::mem::take(&mut self.line);
                self.state = body_behind(&head);
                if self.state != State::Opaque {
                    self.heads.push_back(head);
                }
            }
            State::ChunkHead => {
                let line = std::mem::take(&mut self.line);
                self.state = chunk_behind(&line);
            }
            State::Trailer => {
                let line = std::mem::take(&mut self.line);
                if line.trim_ascii_end().is_empty() {
                    self.state = State::Head;
                }
            }
            _ => {}
        }
    }
}

/// How the body of a request is framed (RFC 9112 §6.3). Contradictory framing is rejected by hyper or by the judge.
fn body_behind(head: &[u8]) -> State {
    if head.starts_with(PREFACE) {
        return State::Opaque;
    }
    let mut lines = Lines::of(head);
    lines.next();
    let Ok(headers) = parse_fields(signed_fields(&mut lines)) else { return State::Opaque };
    if headers.contains("transfer-encoding") { State::ChunkHead } else { body_of_length(&headers) }
}

fn body_of_length(headers: &Headers) -> State {
    match (headers.contains("content-length"), headers.content_length()) {
        (false, _) | (true, Some(0)) => State::Head,
        (true, Some(left)) => State::Body { left },
        (true, None) => State::Opaque,
    }
}

/// Takes the fields of a head, leaving out an empty `Authorization`.
pub fn signed_fields(lines: &mut Lines<'_>) -> Vec<(usize, Vec<u8>)> {
    let mut fields = take_fields(lines);
    fields.retain(|(_, field)| {
        let (name, value) = split_once(field, b':').unwrap_or((field, b"?"));
        !name.eq_ignore_ascii_case(b"authorization") || !value.trim_ascii().is_empty()
    });
    fields
}

/// What follows the header line of a chunk. The line end after its data looks like an empty header line
/// and is skipped.
fn chunk_behind(line: &[u8]) -> State {
    let text = line.trim_ascii();
    if text.is_empty() {
        return State::ChunkHead;
    }
    let digits: Vec<u8> = text.iter().copied().take_while(u8::is_ascii_hexdigit).collect();
    let length = std::str::from_utf8(&digits).ok().and_then(|digits| u64::from_str_radix(digits, 16).ok());
    match length {
        Some(0) => State::Trailer,
        Some(left) => State::ChunkData { left },
        None => State::Opaque,
    }
}

impl<S> Recorded<S> {
    /// Records the heads that arrive on a connection.
    pub fn new(
        stream: S,
        heads: Heads,
        (activity, cutting): (Activity, Cutting),
        (head_time, idle_time): (Duration, Duration),
    ) -> Self {
        let opening = Some(Box::pin(tokio::time::sleep(head_time)));
        Self {
            stream,
            heads,
            activity,
            cutting,
            head_time,
            idle_time,
            stalled: None,
            opening,
            idling: None,
            began: None,
            arrived: 0,
        }
    }

    /// Ready once the client has taken too long to send a head, or has sent no request for the idle time.
    fn poll_silence(&mut self, cx: &mut Context<'_>) -> Poll<Silence> {
        let idle_time = self.idle_time;
        if self.began.is_none() && self.heads.has_begun() {
            self.began = Some(Instant::now());
            // The time for a head may be shorter than what is left of the idle time.
            self.idling = None;
        } else if self.began.is_some() && !self.heads.has_begun() {
            self.began = None;
        }
        let (began, head_time, activity) = (self.began, self.head_time, self.activity.clone());
        let left = move || match (activity.idle_for(), began) {
            (Some(_), Some(began)) => head_time.saturating_sub(began.elapsed()),
            (idle, _) => idle.map_or(idle_time, |idle| idle_time.saturating_sub(idle)),
        };
        let idling = self.idling.get_or_insert_with(|| Box::pin(tokio::time::sleep(left())));
        while idling.as_mut().poll(cx).is_ready() {
            let left = left();
            if left.is_zero() {
                let silence = if began.is_some() { Silence::InHead } else { Silence::Between };
                return Poll::Ready(silence);
            }
            idling.as_mut().reset(Instant::now() + left);
        }
        Poll::Pending
    }

    /// Returns the result of a write, or an error once the client has not read anything for the idle time.
    fn within_time<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let idle_time = self.idle_time;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep(idle_time)));
        std::task::ready!(stalled.as_mut().poll(cx));
        self.cutting.note_stalled();
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncWrite + Unpin> Recorded<S> {
    /// Tells the client that its head took too long. hyper would close the connection without an answer.
    fn refuse_slow_head(&mut self, cx: &mut Context<'_>) -> io::Error {
        locked(&self.heads.0).is_too_slow = true;
        // The client has read everything sent to it so far, so there is room for these bytes.
        let _ = Pin::new(&mut self.stream).poll_write(cx, TOO_SLOW);
        let _ = Pin::new(&mut self.stream).poll_flush(cx);
        io::ErrorKind::TimedOut.into()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Recorded<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if let Some(arrived) = buffer.filled().get(before..).filter(|arrived| !arrived.is_empty()) {
            self.heads.feed(arrived);
            self.arrived += arrived.len();
            if self.arrived >= PREFACE_LENGTH || arrived.contains(&b'\n') {
                self.opening = None;
            }
        }
        if polled.is_ready() {
            return polled;
        }
        if let Some(opening) = &mut self.opening {
            std::task::ready!(opening.as_mut().poll(cx));
            return Poll::Ready(Err(match self.arrived {
                0 => io::ErrorKind::TimedOut.into(),
                _ => self.refuse_slow_head(cx),
            }));
        }
        if self.heads.is_ended() {
            return polled;
        }
        match std::task::ready!(self.poll_silence(cx)) {
            Silence::InHead => Poll::Ready(Err(self.refuse_slow_head(cx))),
            // To hyper this looks as if the client had closed the connection.
            Silence::Between => Poll::Ready(Ok(())),
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Recorded<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.within_time(cx, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.within_time(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.within_time(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &[u8] =
        b"\r\nGET /a?B HTTP/1.1\r\nHOST: h\r\n\r\nPUT /b HTTP/1.1\r\nContent-Length: 5\r\n\r\nGET \nPOST /c HTTP/1.1\n\
        Transfer-Encoding: chunked\n\n4;x=\"y\"\r\n\n\r\n\n\r\n0\r\nX-T: GET / HTTP/1.1\r\n\r\nGET /d HTTP/1.1\r\n\r\n";

    fn heads_of(stream: &[u8], piece: usize) -> Vec<Vec<u8>> {
        let heads = Heads::new(1024);
        stream.chunks(piece).for_each(|bytes| heads.feed(bytes));
        std::iter::from_fn(|| heads.take()).collect()
    }

    /// Catches a body that is mistaken for a head, and a head that is lost where two reads meet.
    #[test]
    fn heads_are_kept_and_bodies_are_not_however_the_stream_is_cut() {
        let whole = heads_of(STREAM, STREAM.len());
        let starts: Vec<&[u8]> = whole.iter().map(|head| head.split(|byte| *byte == b' ').nth(1).unwrap()).collect();
        assert_eq!(starts, [&b"/a?B"[..], b"/b", b"/c", b"/d"]);
        assert_eq!(whole[0], b"GET /a?B HTTP/1.1\r\nHOST: h\r\n\r\n");
        for piece in 1..40 {
            assert_eq!(heads_of(STREAM, piece), whole, "pieces of {piece}");
        }
    }

    #[test]
    fn only_http_1_is_recorded() {
        assert!(heads_of(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 7).is_empty());
        assert!(heads_of(&[b'a'; 4096], 100).is_empty());
        let broken = b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\nGET / HTTP/1.1\r\n\r\n";
        assert_eq!(heads_of(broken, 9).len(), 1);
    }
}

//! Sends one message to the server and passes back the replies.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use super::endpoint::{Answer, Call, Endpoint};
use super::events::Events;
use super::message::{self, Message};
use super::problem::{Problem, content_type};
use super::session::Session;
use crate::gateway::Stop;
use crate::locking::locked;

/// How long to wait for the end of a stream after its last answer, so that the connection can be reused for
/// the next request.
const LAST_EVENTS: Duration = Duration::from_secs(5);

/// Maximum number of attempts in a row to resume a broken stream without receiving anything.
const RESUMPTIONS: u32 = 5;

/// Delay before a stream is reopened if the server names none. It doubles with each failure.
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);

/// Minimum delay, even if the server names a shorter one.
const LEAST_PAUSE: Duration = Duration::from_millis(100);

/// Maximum delay before a stream is reopened.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A stream that ends within this time without a message counts as a failure.
const SHORTEST_STREAM: Duration = Duration::from_secs(1);

/// The output for the client, in chronological order.
#[derive(Debug)]
pub enum Output {
    /// A message from the server, on one line.
    Message(Vec<u8>),
    /// The server did not answer the request with this ID.
    Failed(Value, Problem),
    /// A note for the user rather than the client.
    Note(String),
}

/// What all exchanges share.
#[derive(Debug)]
pub struct Line {
    /// The server.
    pub endpoint: Endpoint,
    /// The session with the server.
    pub session: Session,
    /// Maximum size of a message from the server in bytes.
    pub limit: usize,
    /// The channel to the client.
    pub output: mpsc::Sender<Output>,
}

/// The output is no longer read.
#[derive(Debug, Clone, Copy)]
pub struct Gone;

/// The requests of a message without an answer so far, shared with whoever may cancel them.
#[derive(Debug, Clone, Default)]
pub struct Unanswered(Arc<Mutex<Vec<Value>>>);

/// A message that is being carried.
#[derive(Debug, Default)]
pub struct Pending {
    unanswered: Unanswered,
    is_first: bool,
    /// Dropped with the last answer, to wake up the waiting task.
    waiting: Option<oneshot::Sender<()>>,
}

/// The state for reopening a stream.
#[derive(Debug, Default)]
struct Resumption {
    id: Option<String>,
    retry: Option<Duration>,
    failures: u32,
    /// Whether the last stream had a message.
    has_received: bool,
}

/// The result of opening the stream of the server's own messages.
enum Opened {
    Stream(Incoming),
    /// The server has no such stream.
    None,
}

impl Unanswered {
    /// Whether all requests have been answered or cancelled.
    pub fn is_empty(&self) -> bool {
        locked(&self.0).is_empty()
    }

    /// Removes these requests. Returns whether any of them was there.
    pub fn remove(&self, ids: &[&Value]) -> bool {
        let mut all = locked(&self.0);
        let before = all.len();
        all.retain(|id| !ids.contains(&id));
        all.len() < before
    }

    fn ids(&self) -> Vec<Value> {
        locked(&self.0).clone()
    }
}

impl Pending {
    /// The state before anything is sent. `answered` is dropped once all requests of the message are answered, or at the
    /// end if the message has no requests.
    pub fn of(message: &Message, answered: oneshot::Sender<()>) -> Self {
        let unanswered = Unanswered(Arc::new(Mutex::new(message.ids())));
        Self { unanswered, is_first: message.is("initialize"), waiting: Some(answered) }
    }

    /// The requests without an answer.
    pub fn unanswered(&self) -> Unanswered {
        self.unanswered.clone()
    }

    fn settle(&mut self, answered: &[&Value]) {
        self.unanswered.remove(answered);
        if self.unanswered.is_empty() {
            self.waiting = None;
        }
    }
}

impl Line {
    /// Like [`Line::carry`], within the time limit of the user.
    async fn carry_in_time(&self, message: &Message, pending: &mut Pending) -> Result<(), Problem> {
        let Some(limit) = self.endpoint.max_time else { return self.carry(message, pending).await };
        let carried = tokio::time::timeout(limit, self.carry(message, pending)).await;
        carried.unwrap_or_else(|_| Err(Problem::new(format!("no complete answer within {limit:?} (--max-time)"))))
    }

    /// Sends a message and passes back the replies to it.
    ///
    /// # Errors
    /// The requests that are still pending get no answer.
    async fn carry(&self, message: &Message, pending: &mut Pending) -> Result<(), Problem> {
        if self.session.has_ended() && !pending.is_first {
            return Err(Problem::session_ended());
        }
        let had_session = self.session.is_open() && !pending.is_first;
        let unsigned = self.session.headers_for(message);
        let call = Call { method: "POST", body: Bytes::copy_from_slice(&message.bytes), unsigned };
        match self.endpoint.send(&call).await? {
            Answer::Refused { status: StatusCode::NOT_FOUND, .. } if had_session => {
                self.session.end();
                Err(Problem::session_ended())
            }
            Answer::Refused { status, headers, body } => self.refuse(status, &headers, &body, pending).await,
            Answer::Taken(response) => {
                if pending.is_first {
                    self.session.begin(response.headers());
                }
                self.receive(response, pending).await
            }
        }
    }

    /// Prefers a JSON-RPC error in the body, which says more than the status (MCP 2026-07-28 has both).
    async fn refuse(
        &self,
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
        pending: &mut Pending,
    ) -> Result<(), Problem> {
        let value = serde_json::from_slice::<Value>(body).ok();
        if let ([id], Some(Value::Object(mut object))) = (pending.unanswered.ids().as_slice(), value)
            && object.get("error").is_some_and(Value::is_object)
            && object.contains_key("jsonrpc")
        {
            // A server that could not parse the request does not know its ID.
            object.insert("id".to_owned(), id.clone());
            let answer = Value::Object(object);
            return self.deliver(&answer, answer.to_string().as_bytes(), pending).await;
        }
        Err(Problem::from_status(status, headers, body))
    }

    async fn receive(&self, response: http::Response<Incoming>, pending: &mut Pending) -> Result<(), Problem> {
        let (parts, body) = response.into_parts();
        match content_type(&parts.headers).as_str() {
            "text/event-stream" => self.receive_events(body, pending).await,
            // A notification or a response was accepted.
            _ if pending.unanswered.is_empty() => Ok(()),
            "application/json" => {
                let body = self.read_whole(body).await?;
                self.deliver(&parsed(&body)?, &body, pending).await?;
                unanswered(pending)
            }
            _ if matches!(parts.status.as_u16(), 202 | 204) => unanswered(pending),
            other => Err(Problem::new(format!(
                "the server answered with '{other}', but MCP uses application/json or text/event-stream; check the URL"
            ))),
        }
    }

    async fn read_whole(&self, mut body: Incoming) -> Result<BytesMut, Problem> {
        let mut whole = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| Problem::new(format!("the answer broke off: {error}")))?;
            whole.extend_from_slice(frame.data_ref().map(AsRef::as_ref).unwrap_or_default());
            if whole.len() > self.limit {
                return Err(Problem::new(format!(
                    "the answer is longer than {} bytes; pass a larger --max-message",
                    self.limit
                )));
            }
        }
        Ok(whole)
    }

    /// Passes on the events of a stream. If it breaks off before the answer, it is resumed as far as the
    /// server allows.
    async fn receive_events(&self, body: Incoming, pending: &mut Pending) -> Result<(), Problem> {
        let mut resumption = Resumption::default();
        let mut body = Some(body);
        loop {
            if let Some(body) = body.take() {
                self.pass_events(body, &mut resumption, pending).await?;
            }
            if pending.unanswered.is_empty() {
                return Ok(());
            }
            if resumption.id.is_none() || resumption.failures >= RESUMPTIONS {
                return unanswered(pending);
            }
            resumption.failures += 1;
            tokio::time::sleep(resumption.pause()).await;
            match self.open(resumption.id.as_deref()).await {
                Ok(Opened::Stream(opened)) => body = Some(opened),
                Ok(Opened::None) => return unanswered(pending),
                Err(problem) if resumption.failures >= RESUMPTIONS => return Err(problem),
                Err(_) => {}
            }
        }
    }

    /// Passes on the events of a stream until it ends.
    async fn pass_events(
        &self,
        mut body: Incoming,
        resumption: &mut Resumption,
        pending: &mut Pending,
    ) -> Result<(), Problem> {
        let waits = !pending.unanswered.is_empty();
        let mut events = Events::new(self.limit);
        resumption.has_received = false;
        loop {
            let is_over = waits && pending.unanswered.is_empty();
            let frame = match is_over {
                true => tokio::time::timeout(LAST_EVENTS, body.frame()).await.unwrap_or(None),
                false => body.frame().await,
            };
            // A stream that breaks off has ended as well.
            let Some(Ok(frame)) = frame else { break };
            let piece = frame.data_ref().map(AsRef::as_ref).unwrap_or_default();
            for data in events.read(piece).map_err(|error| Problem::new(error.to_string()))? {
                (resumption.failures, resumption.has_received) = (0, true);
                match parsed(&data) {
                    Ok(value) => self.deliver(&value, &data, pending).await?,
                    // The answer may follow it.
                    Err(problem) => self.note(&problem.text).await.map_err(|Gone| Problem::closed())?,
                }
            }
            resumption.id = events.last_id().map(str::to_owned).or(resumption.id.take());
            resumption.retry = events.retry().or(resumption.retry);
        }
        Ok(())
    }

    /// Passes on a message from the server.
    async fn deliver(&self, value: &Value, bytes: &[u8], pending: &mut Pending) -> Result<(), Problem> {
        if pending.is_first {
            self.session.agree(value);
        }
        let sent = self.output.send(Output::Message(message::to_line(bytes))).await;
        pending.settle(&message::answered(value));
        sent.map_err(|_| Problem::closed())
    }

    /// Receives the server's own messages for as long as the session lasts.
    ///
    /// # Errors
    /// The output is no longer read.
    pub async fn listen(&self) -> Result<(), Gone> {
        let mut resumption = Resumption::default();
        let mut nobody = Pending::default();
        let mut is_told = false;
        loop {
            match self.open(resumption.id.as_deref()).await {
                Ok(Opened::None) => return Ok(()),
                Ok(Opened::Stream(body)) => {
                    let (began, before) = (Instant::now(), std::mem::take(&mut resumption.failures));
                    if let Err(problem) = self.pass_events(body, &mut resumption, &mut nobody).await {
                        self.note(&problem.text).await?;
                    }
                    if began.elapsed() < SHORTEST_STREAM && !resumption.has_received {
                        resumption.failures = before.saturating_add(1);
                    }
                }
                Err(problem) => {
                    resumption.failures = resumption.failures.saturating_add(1);
                    if !std::mem::replace(&mut is_told, true) {
                        self.note(&format!("the stream of the server's own messages: {problem}")).await?;
                    }
                }
            }
            if self.output.is_closed() {
                return Err(Gone);
            }
            tokio::time::sleep(resumption.pause()).await;
        }
    }

    /// Opens the stream of the server's own messages, or resumes one after this event.
    async fn open(&self, last_id: Option<&str>) -> Result<Opened, Problem> {
        let mut unsigned = self.session.headers();
        let last_id = last_id.and_then(|id| HeaderValue::from_str(id).ok());
        unsigned.extend(last_id.map(|id| (http::HeaderName::from_static("last-event-id"), id)));
        match self.endpoint.send(&Call { method: "GET", body: Bytes::new(), unsigned }).await? {
            Answer::Taken(response) if content_type(response.headers()) == "text/event-stream" => {
                Ok(Opened::Stream(response.into_body()))
            }
            Answer::Taken(_) => Ok(Opened::None),
            Answer::Refused { status, headers, body } => match status.as_u16() {
                408 | 425 | 429 | 500.. => Err(Problem::from_status(status, &headers, &body)),
                // Usually 405: the server has no such stream. A 404 may mean the same, or that the session has ended,
                // which the next message finds out.
                _ => Ok(Opened::None),
            },
        }
    }

    /// Deletes the session at the server.
    pub async fn leave(&self) {
        if self.session.is_open() {
            let call = Call { method: "DELETE", body: Bytes::new(), unsigned: self.session.headers() };
            // Servers may reject this (405) and let sessions time out.
            let _ = self.endpoint.send(&call).await;
        }
    }

    /// Reports a message that got no answer: to the client for each of its requests, or to the user if it has none.
    ///
    /// # Errors
    /// The output is no longer read.
    pub async fn fail(&self, ids: &[Value], problem: Problem) -> Result<(), Gone> {
        for id in ids {
            let failed = Output::Failed(id.clone(), problem.clone());
            self.output.send(failed).await.map_err(|_| Gone)?;
        }
        if ids.is_empty() { self.note(&problem.text).await } else { Ok(()) }
    }

    async fn note(&self, text: &str) -> Result<(), Gone> {
        self.output.send(Output::Note(text.to_owned())).await.map_err(|_| Gone)
    }
}

impl Resumption {
    fn pause(&self) -> Duration {
        let pause = self.retry.unwrap_or(SHORTEST_PAUSE).max(LEAST_PAUSE);
        pause.saturating_mul(1 << self.failures.saturating_sub(1).min(10)).min(LONGEST_PAUSE)
    }
}

fn parsed(bytes: &[u8]) -> Result<Value, Problem> {
    serde_json::from_slice(bytes).map_err(|_| Problem::new("the server answered with something that is not JSON"))
}

fn unanswered(pending: &Pending) -> Result<(), Problem> {
    match pending.unanswered.is_empty() {
        true => Ok(()),
        false => Err(Problem::new("the server ended its reply without an answer to this request")),
    }
}

/// Runs an exchange to its end.
pub async fn run(line: Arc<Line>, message: Message, mut pending: Pending, ending: Stop) {
    let carried = tokio::select! {
        carried = line.carry_in_time(&message, &mut pending) => carried,
        () = ending.asked() => Err(Problem::new("sigvet was asked to stop before the server answered")),
    };
    if let Err(problem) = carried
        && (!pending.unanswered.is_empty() || message.ids().is_empty())
    {
        // An error means that the client does not read, which is noticed elsewhere.
        let _ = line.fail(&pending.unanswered.ids(), problem).await;
    }
}

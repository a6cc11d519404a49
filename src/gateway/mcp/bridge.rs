//! Carries messages from the first input line to the last: decides when each is sent, and how everything ends.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, JoinHandle, JoinSet};

use super::endpoint::Endpoint;
use super::exchange::{self, Line as Shared, Output, Pending, Unanswered};
use super::lines::{Line, Lines};
use super::message::{Message, NoMessage};
use super::problem::{PARSE_ERROR, Problem};
use super::session::Session;
use crate::gateway::Stop;

/// Maximum time for which a notification holds back the messages after it, so that messages arrive in order.
const NOTIFICATION: Duration = Duration::from_secs(10);

/// Maximum number of messages waiting to be written.
const WAITING: usize = 64;

/// Time limits at the end of a run.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For requests in progress, once the input has ended.
    pub requests: Duration,
    /// For requests in progress, once asked to stop.
    pub stopped: Duration,
    /// For deleting the session at the server.
    pub leaving: Duration,
}

/// Carries the messages of one client.
#[derive(Debug)]
pub struct Bridge {
    line: Arc<Shared>,
    stop: Stop,
    /// Tells the exchanges in progress to end.
    ending: Stop,
    patience: Patience,
    under_way: JoinSet<()>,
    /// The messages with requests among them.
    running: Vec<Running>,
    is_stateless: bool,
    listener: Option<JoinHandle<()>>,
}

/// A message whose requests can be cancelled.
#[derive(Debug)]
struct Running {
    unanswered: Unanswered,
    is_stateless: bool,
    handle: AbortHandle,
}

impl Bridge {
    /// A bridge to this server, and its output, which must be read.
    pub fn new(endpoint: Endpoint, limit: usize, patience: Patience, stop: Stop) -> (Self, mpsc::Receiver<Output>) {
        let (output, written) = mpsc::channel(WAITING);
        let line = Arc::new(Shared { endpoint, session: Session::default(), limit, output });
        let bridge = Self {
            line,
            stop,
            ending: Stop::new(),
            patience,
            under_way: JoinSet::new(),
            running: Vec::new(),
            is_stateless: false,
            listener: None,
        };
        (bridge, written)
    }

    /// Carries messages until there are no more lines, or until asked to stop.
    pub async fn run(mut self, mut lines: Lines) {
        let stop = self.stop.clone();
        loop {
            let line = tokio::select! {
                biased;
                () = stop.asked() => None,
                line = lines.waiting.recv() => line,
                Some(_) = self.under_way.join_next(), if !self.under_way.is_empty() => continue,
            };
            let Some(line) = line else { break };
            let Some(before) = self.take(line).await else { continue };
            let mut has_ended = lines.has_ended.clone();
            let is_enough = async {
                // Once the client has closed its end, the order matters less, so the rest waits only this long.
                let _ = has_ended.wait_for(|ended| *ended).await;
                tokio::time::sleep(self.patience.requests).await;
            };
            tokio::select! {
                () = before => {}
                () = stop.asked() => {}
                () = is_enough => {}
            }
        }
        self.finish().await;
    }

    /// Starts sending a message. Returns what the next message has to wait for.
    async fn take(&mut self, line: Line) -> Option<impl Future<Output = ()> + use<>> {
        let message = match line {
            Line::TooLong(outline) => {
                let problem = Problem::invalid(format!(
                    "a message is longer than {} bytes; pass a larger --max-message",
                    self.line.limit
                ));
                return self.reject(&outline.ids(), problem).await;
            }
            Line::Whole(bytes) if bytes.trim_ascii().is_empty() => return None,
            Line::Whole(bytes) => match Message::parse(bytes) {
                Ok(message) => message,
                Err(NoMessage::NotJson) => {
                    let problem = Problem { code: PARSE_ERROR, text: "this line is not JSON".to_owned() };
                    return self.reject(&[Value::Null], problem).await;
                }
                Err(NoMessage::NotJsonRpc { ids, problem }) => {
                    return self.reject(&ids, Problem::invalid(problem)).await;
                }
            },
        };
        if self.cancels_locally(&message) {
            return None;
        }
        self.is_stateless = message.stateless_version().is_some();
        let ids = message.ids();
        let waits = message.is("initialize") || ids.is_empty();
        let limit = if ids.is_empty() { NOTIFICATION } else { Duration::MAX };
        let begins_listening = message.is("notifications/initialized");
        let (done, is_done) = oneshot::channel();
        let pending = Pending::of(&message, done);
        let unanswered = pending.unanswered();
        let handle = self.under_way.spawn(exchange::run(Arc::clone(&self.line), message, pending, self.ending.clone()));
        if !ids.is_empty() {
            self.running.retain(|running| !running.handle.is_finished());
            self.running.push(Running { unanswered, is_stateless: self.is_stateless, handle });
        }
        if begins_listening {
            self.listen();
        }
        waits.then_some(async move {
            let _ = tokio::time::timeout(limit, is_done).await;
        })
    }

    async fn reject<T>(&self, ids: &[Value], problem: Problem) -> Option<T> {
        // An error means that the client does not read, which is noticed elsewhere.
        let _ = self.line.fail(ids, problem).await;
        None
    }

    /// Ends a request that the client cancels: it gets no answer, and its connection is closed. Returns whether the
    /// server must not get the notification: the stateless protocol has no client notifications, and closing the stream
    /// says the same (MCP 2026-07-28, *Streamable HTTP*). A client on standard input and output still sends one.
    fn cancels_locally(&self, message: &Message) -> bool {
        let Some(id) = message.cancelled() else { return false };
        match self.running.iter().find(|running| running.unanswered.remove(&[id])) {
            Some(running) => {
                if running.unanswered.is_empty() {
                    running.handle.abort();
                }
                running.is_stateless
            }
            None => self.is_stateless,
        }
    }

    /// Opens the stream of the server's own messages and closes that of an earlier session.
    fn listen(&mut self) {
        let line = Arc::clone(&self.line);
        let before = self.listener.replace(tokio::spawn(async move {
            let _ = line.listen().await;
        }));
        if let Some(before) = before {
            before.abort();
        }
    }

    /// Waits for requests in progress, fails the rest, and deletes the session.
    async fn finish(mut self) {
        let stop = self.stop.clone();
        let patience = self.patience;
        let is_enough = async {
            tokio::select! {
                () = tokio::time::sleep(patience.requests) => {}
                () = async { stop.asked().await; tokio::time::sleep(patience.stopped).await } => {}
            }
        };
        tokio::select! {
            () = async { while self.under_way.join_next().await.is_some() {} } => {}
            () = is_enough => {}
        }
        self.ending.ask();
        let rest = async { while self.under_way.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(patience.stopped, rest).await;
        if let Some(listener) = self.listener.take() {
            listener.abort();
        }
        let _ = tokio::time::timeout(patience.leaving, self.line.leave()).await;
    }
}

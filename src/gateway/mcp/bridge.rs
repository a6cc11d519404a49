//! Carries messages from the first input line to the last: decides when each is sent, and how everything ends.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, JoinHandle, JoinSet};

use super::endpoint::Endpoint;
use super::exchange::{self, Line as Shared, Output};
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
    /// Running requests of the stateless protocol. They are cancelled by closing their stream.
    stateless: HashMap<String, AbortHandle>,
    is_stateless: bool,
    listener: Option<JoinHandle<()>>,
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
            stateless: HashMap::new(),
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
            Line::TooLong => {
                let problem = Problem::invalid(format!(
                    "a message is longer than {} bytes; pass a larger --max-message",
                    self.line.limit
                ));
                return self.reject(&[Value::Null], problem).await;
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
        if self.takes_back(&message) {
            return None;
        }
        self.is_stateless = message.stateless_version().is_some();
        let ids = message.ids();
        let waits = message.is("initialize") || ids.is_empty();
        let limit = if ids.is_empty() { NOTIFICATION } else { Duration::MAX };
        let begins_listening = message.is("notifications/initialized");
        let (done, is_done) = oneshot::channel();
        let run = exchange::run(Arc::clone(&self.line), message, done, self.ending.clone());
        let handle = self.under_way.spawn(run);
        if self.is_stateless {
            self.stateless.retain(|_, handle| !handle.is_finished());
            self.stateless.extend(ids.first().map(|id| (id.to_string(), handle)));
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

    /// Cancels a request of the stateless protocol by closing its stream, because that protocol has no client
    /// notifications (MCP 2026-07-28, *Streamable HTTP*). A client on standard input and output still sends one.
    fn takes_back(&mut self, message: &Message) -> bool {
        let Some(id) = message.cancelled() else { return false };
        match self.stateless.remove(&id.to_string()) {
            Some(handle) => {
                handle.abort();
                true
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

//! From the threads that answer to those who look: exchanges in a bounded queue, and in the journal that the page shows.
//!
//! Nobody who asks waits for whoever reads the log: once that one has stopped reading, lines are left out and counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;

use crate::gateway::{Exchange, Journal, Later, Sink};

/// Exchanges that may wait to be written.
const WAITING: usize = 1024;

/// How long the queue may be full before whoever reads the log is taken to have stopped.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where exchanges go.
#[derive(Debug)]
pub struct Queue {
    waiting: mpsc::Sender<Arc<Exchange>>,
    journal: Option<Arc<Journal>>,
    is_stalled: AtomicBool,
    left_out: Arc<AtomicU64>,
}

/// Where they come out.
pub struct Exchanges {
    receiver: mpsc::Receiver<Arc<Exchange>>,
    left_out: Arc<AtomicU64>,
}

impl Queue {
    /// A queue and its end.
    pub fn new(journal: Option<Arc<Journal>>) -> (Self, Exchanges) {
        let (waiting, receiver) = mpsc::channel(WAITING);
        let left_out = Arc::new(AtomicU64::new(0));
        let exchanges = Exchanges { receiver, left_out: Arc::clone(&left_out) };
        (Self { waiting, journal, is_stalled: AtomicBool::new(false), left_out }, exchanges)
    }

    async fn put(&self, exchange: Arc<Exchange>) {
        let is_put = match self.is_stalled.load(Ordering::Relaxed) {
            true => self.waiting.try_send(exchange).is_ok(),
            false => self.waiting.send_timeout(exchange, PATIENCE).await.is_ok(),
        };
        self.is_stalled.store(!is_put, Ordering::Relaxed);
        // Nobody writes any more when the command has ended.
        if !is_put && !self.waiting.is_closed() {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Exchanges {
    /// The next one; none when all who answer are gone.
    pub async fn recv(&mut self) -> Option<Arc<Exchange>> {
        self.receiver.recv().await
    }

    /// The next one, if it is there.
    pub fn try_recv(&mut self) -> Option<Arc<Exchange>> {
        self.receiver.try_recv().ok()
    }

    /// How many were left out since somebody asked last.
    pub fn left_out(&self) -> u64 {
        self.left_out.swap(0, Ordering::Relaxed)
    }
}

impl Sink for Queue {
    fn take(&self, exchange: Arc<Exchange>) -> Later<'_, ()> {
        Box::pin(async move {
            if let Some(journal) = &self.journal {
                journal.push(Arc::clone(&exchange));
            }
            self.put(exchange).await;
        })
    }
}

//! Passes exchanges from the answering threads to the log, through a bounded queue, and to the journal for the page.
//!
//! Clients never wait for the reader of the log: if it has stopped reading, lines are dropped and counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;

use crate::gateway::{Exchange, Journal, Later, Sink};

/// Maximum number of exchanges waiting to be logged.
const WAITING: usize = 1024;

/// How long the queue may stay full before the reader of the log counts as stopped.
const PATIENCE: Duration = Duration::from_secs(1);

/// The sending end of the queue.
#[derive(Debug)]
pub struct Queue {
    waiting: mpsc::Sender<Arc<Exchange>>,
    journal: Option<Arc<Journal>>,
    is_stalled: AtomicBool,
    left_out: Arc<AtomicU64>,
}

/// The receiving end of the queue.
pub struct Exchanges {
    receiver: mpsc::Receiver<Arc<Exchange>>,
    left_out: Arc<AtomicU64>,
}

impl Queue {
    /// A queue and its receiving end.
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
        // After the command has ended, nothing is logged any more.
        if !is_put && !self.waiting.is_closed() {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Exchanges {
    /// Waits for exchanges, and takes all that are waiting. Returns none once all senders are gone.
    pub async fn recv(&mut self) -> Vec<Arc<Exchange>> {
        let mut waiting = Vec::new();
        self.receiver.recv_many(&mut waiting, WAITING).await;
        waiting
    }

    /// The exchanges that are waiting.
    pub fn take_waiting(&mut self) -> Vec<Arc<Exchange>> {
        std::iter::from_fn(|| self.receiver.try_recv().ok()).collect()
    }

    /// Number of exchanges dropped since the last call.
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

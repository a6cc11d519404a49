//! From the threads that answer to those who look: exchanges in a bounded queue, so that no line of the log is lost, and in the
//! journal that the page shows.

use std::sync::Arc;

use tokio::sync::mpsc;

use crate::gateway::{Exchange, Journal, Later, Sink};

/// Exchanges that may wait to be written.
const WAITING: usize = 1024;

/// Where exchanges go.
#[derive(Debug)]
pub struct Queue {
    waiting: mpsc::Sender<Arc<Exchange>>,
    journal: Option<Arc<Journal>>,
}

/// Where they come out.
pub type Exchanges = mpsc::Receiver<Arc<Exchange>>;

impl Queue {
    /// A queue and its end.
    pub fn new(journal: Option<Arc<Journal>>) -> (Self, Exchanges) {
        let (waiting, receiver) = mpsc::channel(WAITING);
        (Self { waiting, journal }, receiver)
    }
}

impl Sink for Queue {
    fn take(&self, exchange: Arc<Exchange>) -> Later<'_, ()> {
        Box::pin(async move {
            if let Some(journal) = &self.journal {
                journal.push(Arc::clone(&exchange));
            }
            // Nobody writes any more when the command has ended.
            let _ = self.waiting.send(exchange).await;
        })
    }
}

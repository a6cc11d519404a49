//! From the threads that answer to the one that writes: exchanges in a bounded queue, so that no line is lost.

use std::sync::Arc;

use tokio::sync::mpsc;

use crate::gateway::{Exchange, Later, Sink};

/// Exchanges that may wait to be written.
const WAITING: usize = 1024;

/// Where exchanges go.
#[derive(Debug)]
pub struct Queue(mpsc::Sender<Arc<Exchange>>);

/// Where they come out.
pub type Exchanges = mpsc::Receiver<Arc<Exchange>>;

impl Queue {
    /// A queue and its end.
    pub fn new() -> (Self, Exchanges) {
        let (sender, receiver) = mpsc::channel(WAITING);
        (Self(sender), receiver)
    }
}

impl Sink for Queue {
    fn take(&self, exchange: Arc<Exchange>) -> Later<'_, ()> {
        Box::pin(async move {
            // Nobody writes any more when the command has ended.
            let _ = self.0.send(exchange).await;
        })
    }
}

//! Why a connection ended before its response was complete: the client disconnected, or the gateway cut it off.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How the gateway cut off a connection, if it did.
#[derive(Debug, Clone, Default)]
pub struct Cutting {
    stalled: Arc<AtomicBool>,
    stopped: Arc<AtomicBool>,
}

impl Cutting {
    /// The record of one connection. The gateway sets `stopped` before it cuts off all connections.
    pub fn new(stopped: Arc<AtomicBool>) -> Self {
        Self { stalled: Arc::default(), stopped }
    }

    /// Records that the connection is cut off because its client has not read anything for too long.
    pub fn note_stalled(&self) {
        self.stalled.store(true, Ordering::Relaxed);
    }

    /// Why the response ended early; `idle_time` is the limit for a client that does not read.
    pub fn describe(&self, idle_time: Duration) -> String {
        if self.stalled.load(Ordering::Relaxed) {
            let seconds = idle_time.as_secs();
            return format!("the client read nothing of the response for {seconds} s (--idle-timeout)");
        }
        match self.stopped.load(Ordering::Relaxed) {
            true => "the response did not finish within --stop-timeout".to_owned(),
            false => "the client closed the connection before the end of the response".to_owned(),
        }
    }
}

//! Stops a gateway gracefully: requests in progress are answered, new ones are not accepted.

use std::sync::Arc;

use tokio::sync::watch;

/// A shared signal that asks a gateway to stop.
#[derive(Debug, Clone)]
pub struct Stop(Arc<watch::Sender<bool>>);

impl Stop {
    /// A signal that has not been sent yet.
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    /// Sends the signal.
    pub fn ask(&self) {
        self.0.send_replace(true);
    }

    /// Waits for the signal.
    pub async fn asked(&self) {
        // This cannot fail: `self` keeps the sender alive.
        let _ = self.0.subscribe().wait_for(|asked| *asked).await;
    }
}

impl Default for Stop {
    fn default() -> Self {
        Self::new()
    }
}

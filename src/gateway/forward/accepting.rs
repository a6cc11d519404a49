//! Accepts the clients of a forward proxy until it is asked to stop.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use super::forwarder::Forwarder;
use super::session;
use crate::gateway::Stop;

/// How long open connections may take to finish when the proxy stops.
const LAST_WORDS: Duration = Duration::from_millis(250);

/// Serves until asked to stop, then waits briefly for open connections to finish. Returns whether there was a client.
pub async fn serve(forwarder: Arc<Forwarder>, listener: TcpListener, stop: Stop) -> bool {
    let mut was_used = false;
    let free = Arc::new(Semaphore::new(forwarder.limits.connections));
    loop {
        let Ok(place) = Arc::clone(&free).acquire_owned().await else { break };
        let accepted = tokio::select! {
            () = stop.asked() => break,
            accepted = listener.accept() => accepted,
        };
        let Ok((client, _)) = accepted else {
            // Either no file descriptors are left, or the client is already gone.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        was_used = true;
        // If the socket refuses this option, it still works.
        let _ = client.set_nodelay(true);
        let forwarder = Arc::clone(&forwarder);
        tokio::spawn(async move {
            let _place = place;
            session::serve(&forwarder, client).await;
        });
    }
    let all = u32::try_from(forwarder.limits.connections).unwrap_or(u32::MAX);
    // Some clients keep their connections open, for example processes that the program has started.
    let _ = tokio::time::timeout(LAST_WORDS, free.acquire_many(all)).await;
    was_used
}

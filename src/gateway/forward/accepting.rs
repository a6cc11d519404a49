//! Accepting the clients of a forward proxy, until nobody is to use it any more.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use super::forwarder::Forwarder;
use super::session;
use crate::gateway::Stop;

/// How long connections may take to end when nobody is to use them any more.
const LAST_WORDS: Duration = Duration::from_millis(250);

/// Serves until it is asked to stop. Of connections that are open then the last words are heard, for a moment.
pub async fn serve(forwarder: Arc<Forwarder>, listener: TcpListener, stop: Stop) {
    let free = Arc::new(Semaphore::new(forwarder.limits.connections));
    loop {
        let Ok(place) = Arc::clone(&free).acquire_owned().await else { return };
        let accepted = tokio::select! {
            () = stop.asked() => break,
            accepted = listener.accept() => accepted,
        };
        let Ok((client, _)) = accepted else {
            // Out of descriptors, or the client is gone already.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        // A socket that refuses this works all the same.
        let _ = client.set_nodelay(true);
        let forwarder = Arc::clone(&forwarder);
        tokio::spawn(async move {
            let _place = place;
            session::serve(&forwarder, client).await;
        });
    }
    let all = u32::try_from(forwarder.limits.connections).unwrap_or(u32::MAX);
    // Others may hold on to theirs: what the client has started, for example.
    let _ = tokio::time::timeout(LAST_WORDS, free.acquire_many(all)).await;
}

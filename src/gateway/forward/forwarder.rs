//! Accepting the clients of a forward proxy.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use super::authority::Authority;
use super::conversation::Witness;
use super::session;
use super::watched::Watched;
use crate::gateway::{Limits, Stop};
use crate::transport::Options;

/// How long connections may take to end when nobody is to use them any more.
const LAST_WORDS: Duration = Duration::from_millis(250);

/// A forward proxy.
#[derive(Debug)]
pub struct Forwarder {
    /// Into which tunnels it looks.
    pub watched: Watched,
    /// Who makes certificates for them.
    pub authority: Authority,
    /// How servers are connected to.
    pub options: Options,
    /// What clients may take: connections, heads, and the time for a head.
    pub limits: Limits,
    /// Who is told.
    pub witness: Arc<dyn Witness>,
}

impl Forwarder {
    /// Serves until it is asked to stop. Of connections that are open then the last words are heard, for a moment.
    pub async fn serve(self: Arc<Self>, listener: TcpListener, stop: Stop) {
        let free = Arc::new(Semaphore::new(self.limits.connections));
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
            let forwarder = Arc::clone(&self);
            tokio::spawn(async move {
                let _place = place;
                session::serve(&forwarder, client).await;
            });
        }
        let all = u32::try_from(self.limits.connections).unwrap_or(u32::MAX);
        // Others may hold on to theirs: what the client has started, for example.
        let _ = tokio::time::timeout(LAST_WORDS, free.acquire_many(all)).await;
    }
}

//! The server that the demo runs in its own process, and what it found about each request.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

use crate::cli::commands::serve::keys::demo_key;
use crate::cli::commands::serve::page::Page;
use crate::cli::commands::serve::sink::{Exchanges, Queue};
use crate::cli::context;
use crate::cli::failure::{Exit, Failure};
use crate::gateway::{
    AnswerAs, Clock, Exchange, Journal, JournalLimits, Keyring, Limits, Listening, Server, Shelf, Stop, Verifier,
};
use crate::platform;

/// The region of the server.
pub const REGION: &str = "us-east-1";
/// Time limit for finding a mistake: much longer than needed, even in unoptimised builds.
const EXPLAIN_TIME: Duration = Duration::from_secs(20);

/// Maximum number of files and sockets that server and client have open at once.
const DESCRIPTORS: usize = 14;

/// A running server.
pub struct Stage {
    runtime: Runtime,
    host: String,
    stop: Stop,
    serving: JoinHandle<()>,
    exchanges: Exchanges,
}

impl Stage {
    /// Starts a server on a free port of this machine, which judges like S3 in one region.
    pub fn open() -> Result<Self, Failure> {
        let cannot = |error: &dyn std::fmt::Display| {
            Failure::new(Exit::CannotConnect, format!("cannot start a server on this machine: {error}"))
                .hint("allow programs to listen on 127.0.0.1")
        };
        platform::ensure_descriptors(DESCRIPTORS)
            .map_err(|error| Failure::new(Exit::CannotConnect, error.to_string()))?;
        let runtime = Builder::new_multi_thread().enable_all().build().map_err(|error| cannot(&error))?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let listening = runtime.block_on(Listening::bind(address, false, None)).map_err(|error| cannot(&error))?;
        let host = listening.address().to_string();
        let journal = Arc::new(Journal::new(JournalLimits::default()));
        let (queue, exchanges) = Queue::new(Some(Arc::clone(&journal)));
        let stop = Stop::new();
        let limits = Limits { explain_time: EXPLAIN_TIME, stop_time: Duration::from_secs(1), ..Limits::default() };
        let verifier = verifier(&host);
        let page = Arc::new(Page::for_keys(journal, &verifier.keys, &listening, &stop));
        let mut server = Server::new(verifier, limits, Arc::new(queue), std::process::id());
        server.answer_as = AnswerAs::Aws;
        server.answer = Some(Arc::new(Shelf::default()));
        server.pages = Some(Arc::new(page));
        let serving = runtime.spawn(listening.serve(Arc::new(server), stop.clone()));
        Ok(Self { runtime, host, stop, serving, exchanges })
    }

    /// The URL of the server.
    pub fn url(&self) -> String {
        format!("http://{}", self.host)
    }

    /// The last exchange.
    pub fn last(&mut self) -> Option<Arc<Exchange>> {
        self.exchanges.take_waiting().pop()
    }

    /// Waits until the user asks to stop. Further requests only show up on the page.
    pub fn wait(&mut self) {
        let (runtime, exchanges) = (&self.runtime, &mut self.exchanges);
        runtime.block_on(async {
            let stop = platform::stop_signal();
            tokio::pin!(stop);
            loop {
                tokio::select! {
                    () = &mut stop => break,
                    waiting = exchanges.recv() => if waiting.is_empty() { break },
                }
            }
        });
    }

    /// Stops the server.
    pub fn close(self) {
        self.stop.ask();
        // If the server failed, there is nothing more to report.
        let _ = self.runtime.block_on(self.serving);
    }
}

fn verifier(host: &str) -> Verifier {
    Verifier {
        region: Some(REGION.to_owned()),
        service: Some("s3".to_owned()),
        endpoints: vec![host.to_owned()],
        ..Verifier::new(Keyring::new([demo_key()]), Clock::new(context::now))
    }
}

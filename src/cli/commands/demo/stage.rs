//! The server that the demo runs inside itself, and what it found of each request.

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

/// The region that the server is in.
pub const REGION: &str = "us-east-1";
/// So long a mistake is looked for: much longer than it takes, even where nothing is optimised.
const EXPLAIN_TIME: Duration = Duration::from_secs(20);

/// Files and sockets that server and client have open at a time.
const DESCRIPTORS: usize = 14;

/// A server under way.
pub struct Stage {
    runtime: Runtime,
    host: String,
    stop: Stop,
    serving: JoinHandle<()>,
    exchanges: Exchanges,
}

impl Stage {
    /// Starts a server on a free port of this machine, which judges as S3 in one region would.
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

    /// Its URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.host)
    }

    /// What was found of the last request that was answered.
    pub fn last(&mut self) -> Option<Arc<Exchange>> {
        let mut last = None;
        while let Some(exchange) = self.exchanges.try_recv() {
            last = Some(exchange);
        }
        last
    }

    /// Waits until the user asks to stop; what arrives meanwhile is only shown on the page.
    pub fn wait(&mut self) {
        let (runtime, exchanges) = (&self.runtime, &mut self.exchanges);
        runtime.block_on(async {
            let stop = platform::stop_signal();
            tokio::pin!(stop);
            loop {
                tokio::select! {
                    () = &mut stop => break,
                    exchange = exchanges.recv() => if exchange.is_none() { break },
                }
            }
        });
    }

    /// Stops the server.
    pub fn close(self) {
        self.stop.ask();
        // A server that ended badly has nothing more to say.
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

//! Runs the server: it listens, logs each request, and stops when asked to.

use std::sync::Arc;
use std::time::Duration;

use super::logging::{LogWriter, unless_closed, write_log};
use super::page::Page;
use super::report::Report;
use super::sink::Queue;
use super::{ServeArgs, keys};
use super::{answering, tls};
use crate::cli::context::{self, Context};
use crate::cli::failure::{Exit, Failure};
use crate::cli::options::gateway::LogFormat;
use crate::cli::terminal::notes::warn;
use crate::gateway::{
    AnswerAs, Clock, Exchange, Journal, JournalLimits, Keyring, ListenError, Listening, Pages, Server, Stop, Verifier,
};
use crate::platform;
use sigvet_core::verify::{DEFAULT_WINDOW, Outcome};
use sigvet_core::x509::Certificate;
use tokio::runtime::Runtime;

/// The signers that the server knows.
pub struct KnownSigners {
    /// Those with a secret key.
    pub keys: Keyring,
    /// Those with a certificate that one of these CAs vouches for.
    pub anchors: Vec<Certificate>,
}

/// Serves until asked to stop by a signal or after a number of requests.
pub fn run(args: &ServeArgs, known: KnownSigners, context: &mut Context) -> Result<Exit, Failure> {
    platform::raise_file_limit();
    start_runtime()?.block_on(serve(args, known, context))
}

/// Starts the threads of a server.
pub fn start_runtime() -> Result<Runtime, Failure> {
    // Two more descriptors: a listener and a connection.
    let runtime = platform::ensure_descriptors(platform::OF_RUNTIME + 2)
        .and_then(|()| tokio::runtime::Builder::new_multi_thread().enable_all().build());
    runtime.map_err(|error| Failure::from_error(Exit::CannotConnect, error))
}

/// Stops a server when the process receives a signal.
///
/// If the server has not ended some time after its own limit, the reader of the log is blocking it, so the process
/// exits without waiting for the log.
pub fn stop_on_signal(stop: &Stop, limit: Duration) {
    let asked = stop.clone();
    tokio::spawn(async move {
        platform::stop_signal().await;
        asked.ask();
        tokio::time::sleep(limit + LAST_WORDS).await;
        std::process::exit(Exit::CannotWrite as i32);
    });
}

/// Time limit for writing the rest of the log.
const LAST_WORDS: Duration = Duration::from_secs(2);

async fn serve(args: &ServeArgs, known: KnownSigners, context: &mut Context) -> Result<Exit, Failure> {
    let local = answering::local(args)?;
    let tls = tls::configure(&args.listening)?;
    let listening =
        Listening::bind(args.address(), args.listening.allow_remote, tls).await.map_err(explain_listening)?;
    let stop = Stop::new();
    let journal = (!args.no_page).then(|| Arc::new(Journal::new(JournalLimits::default())));
    let page = journal.clone().map(|journal| Arc::new(Page::for_keys(journal, &known.keys, &listening, &stop)));
    let (queue, exchanges) = Queue::new(journal);
    let verifier = verifier(args, known, &listening);
    let mut server = Server::new(verifier, args.limits(), Arc::new(queue), std::process::id());
    server.answer_as = args.answer_as();
    server.asker = args.auth.map(Into::into);
    server.answer = match local {
        Some(local) => Some(local),
        None => answering::upstream(args, listening.address(), server.run, context)?,
    };
    unless_closed(announce(args, &listening, page.as_deref(), context))?;
    server.pages = page.map(|page| Arc::new(page) as Arc<dyn Pages>);
    stop_on_signal(&stop, args.limits().stop_time);
    let serving = tokio::spawn(listening.serve(Arc::new(server), stop.clone()));
    let mut log = Log { args, report: Report::new(args.log), stop: &stop, count: 0, is_refused: false };
    write_log(&mut log, exchanges, serving, context).await?;
    Ok(if log.is_refused && args.exit_code { Exit::NotValid } else { Exit::Done })
}

fn verifier(args: &ServeArgs, known: KnownSigners, listening: &Listening) -> Verifier {
    let now = args.now;
    let expected = args.expected.expected();
    let (region, service) = expected.scope.parts();
    let port = listening.address().port();
    Verifier {
        region: region.map(str::to_owned),
        service: service.map(str::to_owned),
        token: expected.token,
        wants_session_tokens: !matches!(args.answer_as(), AnswerAs::Minio | AnswerAs::Ceph),
        window: args.window.unwrap_or(DEFAULT_WINDOW),
        anchors: Some(known.anchors),
        endpoints: vec![listening.address().to_string(), format!("localhost:{port}")],
        ..Verifier::new(known.keys, Clock::new(move || now.unwrap_or_else(context::now)))
    }
}

fn announce(
    args: &ServeArgs,
    listening: &Listening,
    page: Option<&Page>,
    context: &mut Context,
) -> Result<(), Failure> {
    context.stderr.line(&format!("listening on {}", listening.url()))?;
    if let Some(page) = page.filter(|_| args.log == LogFormat::Text) {
        context.stderr.line(&format!("page: {}", page.url()))?;
    }
    if args.log == LogFormat::Text && args.demo_keys {
        let (id, secret) = keys::DEMO_KEY;
        context.stderr.line(&format!("demo key: AWS_ACCESS_KEY_ID={id} AWS_SECRET_ACCESS_KEY={secret}"))?;
    }
    if args.listening.allow_remote && !args.listening.listen.is_loopback() {
        warn(context, "other machines can reach this server")?;
    }
    Ok(())
}

/// Why a server cannot listen, with a hint.
pub fn explain_listening(error: ListenError) -> Failure {
    let hint = match &error {
        ListenError::Remote { .. } => "pass --allow-remote if that is what you want; the default is 127.0.0.1",
        ListenError::Bind { source, .. } if source.kind() == std::io::ErrorKind::AddrInUse => {
            "another program listens there; pass --port 0 to get a free port"
        }
        ListenError::Bind { .. } => "pass another --listen or --port",
    };
    Failure::usage(error.to_string()).hint(hint)
}

/// Writes the log of the requests.
struct Log<'a> {
    args: &'a ServeArgs,
    report: Report,
    stop: &'a Stop,
    count: u64,
    is_refused: bool,
}

impl LogWriter for Log<'_> {
    fn write(&mut self, exchange: &Exchange, context: &mut Context) -> Result<(), Failure> {
        if !exchange.is_stray() {
            self.count += 1;
            self.is_refused |= exchange.judgement.outcome() != Outcome::Valid;
        }
        unless_closed(self.report.write(exchange, context))?;
        if self.args.once.is_some_and(|once| self.count >= once.get()) {
            self.stop.ask();
        }
        Ok(())
    }
}

//! Accepts connections: on which address, how many at a time, for how long, and how the gateway stops.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::activity::Activity;
use super::cutting::Cutting;
use super::joining::join;
use super::passage::Tunnel;
use super::record::{Heads, Recorded};
use super::server::{Ends, Opened, Server};
use super::{Limits, Stop};
use crate::locking::locked;

/// Minimum time between two log lines about the listener itself.
const NOTE_INTERVAL: Duration = Duration::from_secs(1);

/// Why a gateway cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The address is in use, does not belong to this machine, or needs more privileges.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// The error from the system.
        source: io::Error,
    },
    /// The address is reachable from other machines, which was not explicitly allowed.
    #[error("{address} can be reached from other machines")]
    Remote {
        /// The address.
        address: SocketAddr,
    },
}

/// A listening address.
#[derive(Debug)]
pub struct Listening {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<Arc<ServerConfig>>,
}

impl Listening {
    /// Binds an address. Port 0 picks any free port.
    ///
    /// # Errors
    /// See [`ListenError`].
    pub async fn bind(
        address: SocketAddr,
        is_remote_allowed: bool,
        tls: Option<Arc<ServerConfig>>,
    ) -> Result<Self, ListenError> {
        if !address.ip().is_loopback() && !is_remote_allowed {
            return Err(ListenError::Remote { address });
        }
        let bind = |source| ListenError::Bind { address, source };
        let listener = TcpListener::bind(address).await.map_err(bind)?;
        let address = listener.local_addr().map_err(bind)?;
        Ok(Self { listener, address, tls })
    }

    /// The address, with the actual port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL of the gateway.
    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// Serves until asked to stop, and then until everything accepted by then is answered or the time limit is up.
    pub async fn serve(self, server: Arc<Server>, stop: Stop) {
        let limits = server.limits;
        let free = Arc::new(Semaphore::new(limits.connections));
        let graceful = GracefulShutdown::new();
        let acceptor = Acceptor {
            server,
            tls: self.tls.map(TlsAcceptor::from),
            address: self.address,
            noted: Mutex::default(),
            connections: Mutex::default(),
        };
        let asked = stop.asked();
        tokio::pin!(asked);
        loop {
            if free.available_permits() == 0 {
                let problem =
                    format!("all {} connections are in use (--max-connections); further ones wait", limits.connections);
                acceptor.note(problem).await;
            }
            // When all permits are in use, further clients wait in the system's accept queue.
            let permit = tokio::select! {
                () = &mut asked => break,
                permit = Arc::clone(&free).acquire_owned() => permit.ok(),
            };
            tokio::select! {
                () = &mut asked => break,
                accepted = self.listener.accept() => acceptor.begin(accepted, permit, &graceful).await,
            }
        }
        acceptor.take_waiting(&self.listener, &graceful).await;
        drop(self.listener);
        // Connections that are still open after that time are cut off.
        let _ = tokio::time::timeout(limits.stop_time, graceful.shutdown()).await;
        acceptor.cut_off().await;
    }
}

/// Turns accepted sockets into served connections.
struct Acceptor {
    server: Arc<Server>,
    tls: Option<TlsAcceptor>,
    address: SocketAddr,
    /// When a log line about the listener was last written.
    noted: Mutex<Option<Instant>>,
    connections: Mutex<JoinSet<()>>,
}

impl Acceptor {
    async fn begin(
        &self,
        accepted: io::Result<(TcpStream, SocketAddr)>,
        permit: Option<OwnedSemaphorePermit>,
        graceful: &GracefulShutdown,
    ) {
        match accepted {
            Ok((stream, peer)) => self.serve(stream, peer, permit, graceful),
            // Either no file descriptors are left, or the client is already gone. Neither ends the gateway, and the
            // former needs a pause.
            Err(error) => {
                self.note(format!("cannot accept a connection: {error}")).await;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }

    /// Logs a problem with the listener, at most once per interval.
    async fn note(&self, problem: String) {
        let is_due = {
            let mut noted = locked(&self.noted);
            let is_due = noted.is_none_or(|last| last.elapsed() >= NOTE_INTERVAL);
            if is_due {
                *noted = Some(Instant::now());
            }
            is_due
        };
        if is_due {
            self.server.note_listening(self.address, problem).await;
        }
    }

    /// Ends the remaining connections in a way that still logs their exchanges.
    async fn cut_off(self) {
        self.server.stopped.store(true, Ordering::Relaxed);
        let mut connections = self.connections.into_inner().unwrap_or_else(PoisonError::into_inner);
        connections.shutdown().await;
    }

    /// Serves the connections that the system had already accepted before the request to stop.
    async fn take_waiting(&self, listener: &TcpListener, graceful: &GracefulShutdown) {
        let moment = Duration::from_millis(1);
        while let Ok(Ok((stream, peer))) = tokio::time::timeout(moment, listener.accept()).await {
            self.serve(stream, peer, None, graceful);
        }
    }

    fn serve(
        &self,
        stream: TcpStream,
        address: SocketAddr,
        permit: Option<OwnedSemaphorePermit>,
        graceful: &GracefulShutdown,
    ) {
        // Small answers are sent at once. If the socket refuses this option, it still works.
        let _ = stream.set_nodelay(true);
        // A socket for both versions of IP has clients of IPv4 as `::ffff:127.0.0.1`.
        let address = SocketAddr::new(address.ip().to_canonical(), address.port());
        let (server, watcher) = (Arc::clone(&self.server), graceful.watcher());
        let cutting = Cutting::new(Arc::clone(&server.stopped));
        let permit = permit.map(Arc::new);
        let ends = Ends { peer: address, port: self.address.port(), asked: None, cutting, permit };
        let tls = self.tls.clone();
        let in_tunnel = graceful.watcher();
        // The gateway ends when the last watcher is dropped: those of the connections, and those of tasks that still
        // log how one ended.
        let logging = graceful.watcher();
        let mut connections = locked(&self.connections);
        // Finished connections are removed.
        while connections.try_join_next().is_some() {}
        connections.spawn(async move {
            let _logging = logging;
            let opened = match tls {
                None => speak(stream, &ends, &server, watcher).await,
                Some(tls) => match shake(&tls, stream, &ends, &server).await {
                    Some(stream) => speak(stream, &ends, &server, watcher).await,
                    None => None,
                },
            };
            if let Some(opened) = opened {
                enter(opened, ends, (&server, in_tunnel)).await;
            }
        });
    }
}

/// Serves one client on a stream that was accepted elsewhere.
pub async fn serve_stream(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    server: Arc<Server>,
) {
    let cutting = Cutting::new(Arc::clone(&server.stopped));
    speak(
        stream,
        &Ends { peer, port: 0, asked: None, cutting, permit: None },
        &server,
        GracefulShutdown::new().watcher(),
    )
    .await;
}

/// Performs the TLS handshake with a client.
async fn shake<S: AsyncRead + AsyncWrite + Unpin>(
    tls: &TlsAcceptor,
    stream: S,
    ends: &Ends,
    server: &Server,
) -> Option<TlsStream<S>> {
    match tokio::time::timeout(server.limits.head_time, tls.accept(stream)).await {
        Ok(Ok(stream)) => return Some(stream),
        // A client that just closes the connection did not ask for anything.
        Ok(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {}
        Ok(Err(error)) => server.note_failed_handshake(ends.peer, &error).await,
        Err(_) => {}
    }
    None
}

/// Serves a client inside the tunnel that it asked for.
async fn enter(opened: Opened, ends: Ends, (server, watcher): (&Arc<Server>, Watcher)) {
    let Ok(client) = opened.upgrade.await else { return };
    let client = TokioIo::new(client);
    match opened.tunnel {
        Tunnel::Through(behind) => {
            // The gateway does not wait for this task when it ends: the tunnel is opaque, so it is unknown whether
            // anything is in progress.
            tokio::spawn(async move {
                let _permit = ends.permit;
                join(client, behind).await;
            });
        }
        Tunnel::Entered(configuration) => {
            let ends = Ends { asked: Some(opened.to), ..ends };
            if let Some(stream) = shake(&TlsAcceptor::from(configuration), client, &ends, server).await {
                // A tunnel inside a tunnel is not opened.
                let _ = speak(stream, &ends, server, watcher).await;
            }
        }
    }
}

/// Speaks HTTP with one client until it disconnects or opens a tunnel.
async fn speak(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    ends: &Ends,
    server: &Arc<Server>,
    watcher: Watcher,
) -> Option<Opened> {
    let limits = server.limits;
    let (heads, activity) = (Heads::new(limits.head_bytes), Activity::new());
    let times = (limits.head_time, limits.idle_time);
    let io = TokioIo::new(Recorded::new(stream, heads.clone(), (activity.clone(), ends.cutting.clone()), times));
    let opened = Arc::new(Mutex::new(None));
    let (answering, of_requests, tunnel, of_client) =
        (Arc::clone(server), heads.clone(), Arc::clone(&opened), ends.clone());
    let service = service_fn(move |request| {
        let (server, heads, running) = (Arc::clone(&answering), of_requests.clone(), activity.begin());
        let (tunnel, ends) = (Arc::clone(&tunnel), of_client.clone());
        async move {
            if !server.is_asked_for_tunnel(&request, &ends) {
                let response = server.answer(request, &heads, &ends).await;
                if response.status() == http::StatusCode::SWITCHING_PROTOCOLS {
                    heads.end();
                }
                return Ok::<_, std::convert::Infallible>(running.attend(response));
            }
            let (response, opened) = server.open_tunnel(request, &heads, &ends).await;
            *locked(&tunnel) = opened;
            Ok(running.attend(response))
        }
    });
    let builder = builder(&limits, server.passage.is_some());
    let connection = watcher.watch(builder.serve_connection_with_upgrades(io, service).into_owned());
    if let Err(error) = connection.await {
        if heads.is_too_slow() {
            server.note_slow_head(ends.peer).await;
        } else if !heads.is_between_requests() {
            server.note_unreadable(ends.peer, &*error).await;
        }
    }
    locked(&opened).take()
}

/// If requests are passed on, a client that closes its side of the connection is treated as gone, as in nginx, Envoy
/// and Go's servers: nothing else shows that nobody waits for the upstream server's answer any more. Requests that are
/// answered here take no time, so there the client may be `nc`, which closes its side at once.
fn builder(limits: &Limits, is_passing_on: bool) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        // The connection itself has limits for a head and for the time before it.
        .header_read_timeout(None)
        // The gateway answers a head that is too long with an explanation, unless it is far too long.
        .max_buf_size(limits.head_bytes.saturating_mul(2).max(8192))
        .max_headers(limits.headers)
        .half_close(!is_passing_on);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(limits.idle_time)
        .max_concurrent_streams(64)
        .max_header_list_size(u32::try_from(limits.head_bytes).unwrap_or(u32::MAX));
    builder
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use sigvet_core::time::Timestamp;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::gateway::{Clock, Exchange, Keyring, Later, Sink, Verifier};

    /// A sink that takes its time for each exchange.
    #[derive(Debug, Default)]
    struct SlowSink(Mutex<Vec<u16>>);

    impl Sink for SlowSink {
        fn take(&self, exchange: Arc<Exchange>) -> Later<'_, ()> {
            Box::pin(async move {
                tokio::time::sleep(Duration::from_millis(300)).await;
                self.0.lock().unwrap().push(exchange.status);
            })
        }
    }

    /// Catches a gateway that ends after it has answered bytes that are not HTTP, but before it has logged them.
    #[tokio::test(flavor = "multi_thread")]
    async fn unreadable_requests_are_logged_before_the_gateway_ends() {
        let listening = Listening::bind("127.0.0.1:0".parse().unwrap(), false, None).await.unwrap();
        let address = listening.address();
        let clock = Clock::new(|| Timestamp::from_epoch_seconds(0));
        let (sink, stop) = (Arc::new(SlowSink::default()), Stop::new());
        let told: Arc<dyn Sink> = Arc::clone(&sink) as Arc<dyn Sink>;
        let server = Server::new(Verifier::new(Keyring::new(Vec::new()), clock), Limits::default(), told, 1);
        let serving = tokio::spawn(listening.serve(Arc::new(server), stop.clone()));
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"hello\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
        stop.ask();
        serving.await.unwrap();
        assert_eq!(*sink.0.lock().unwrap(), [400]);
    }
}

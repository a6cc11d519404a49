//! The time that `sigvet proxy` takes to sign and forward a small request, compared with a plain hyper relay in the
//! same run.
//!
//! Goals: at most 40 microseconds of CPU, and at most 1.5 times the relay. One connection, one request after the
//! other. The client, the relay and the echo server behind it share the machine, so the cost of a relay is its
//! difference from the bare echo server.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

mod wire;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use criterion::{Criterion, criterion_group, criterion_main};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use sigvet::gateway::proxy::{Allowance, Destination, Edits, Permission, Proxy, Route, Selector, Signers};
use sigvet::gateway::{
    Admission, Clock, Counting, CredentialSource, Keyring, Limits, Listening, Metrics, Server, Sink, Stop, Verifier,
};
use sigvet::transport::{HttpVersion, Options, RelayedBody, Upstream};
use sigvet_core::credentials::Credentials;
use sigvet_core::prepare::Settings;
use sigvet_core::request::RequestUrl;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

fn credentials() -> Credentials {
    Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
}

fn upstream(address: SocketAddr) -> Upstream {
    Upstream::new(RequestUrl::parse(&format!("http://{address}/")).unwrap(), Options::default())
}

/// Answers each request to a listener with a function.
fn answer_with<F, Fut>(runtime: &Runtime, answer: F) -> SocketAddr
where
    F: Fn(hyper::Request<Incoming>) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = Result<hyper::Response<RelayedBody>, Infallible>> + Send,
{
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let connection = hyper::server::conn::http1::Builder::new();
            tokio::spawn(connection.serve_connection(TokioIo::new(stream), service_fn(answer.clone())));
        }
    });
    address
}

fn echo(runtime: &Runtime) -> SocketAddr {
    answer_with(runtime, |request| async move {
        let body = Full::new(bytes::Bytes::from(request.uri().path().to_owned()));
        Ok(hyper::Response::new(body.map_err(|never| match never {}).boxed_unsync()))
    })
}

/// Forwards each request unchanged.
fn relay(runtime: &Runtime, behind: SocketAddr) -> SocketAddr {
    let upstream = Arc::new(upstream(behind));
    answer_with(runtime, move |request| {
        let upstream = Arc::clone(&upstream);
        async move {
            let request = request.map(|body| body.map_err(Into::into).boxed_unsync());
            let response = upstream.send(request, HttpVersion::Http1, Duration::from_secs(5)).await.unwrap();
            Ok(response.map(|body| body.map_err(Into::into).boxed_unsync()))
        }
    })
}

fn sigvet(runtime: &Runtime, behind: SocketAddr) -> SocketAddr {
    let clock = Clock::new(|| SystemTime::now().into());
    let source = CredentialSource::new("the key".to_owned(), clock.clone(), Arc::new(|| Ok(credentials())));
    let route = Route {
        name: "default".to_owned(),
        selector: Selector::default(),
        destination: Destination::Fixed(Arc::new(upstream(behind))),
        source: Arc::new(source),
        scope_of: Arc::new(|_| Ok(Settings::new("us-east-1", "s3"))),
        sign_host: None,
        is_payload_unsigned: false,
        allowance: Allowance::default(),
        inbound: Permission::default(),
        edits: Edits::default(),
        limit: Duration::from_secs(5),
        signers: Signers::default(),
    };
    let proxy = Proxy::new(vec![route], clock.clone(), Limits::default(), 1);
    let sink: Arc<dyn Sink> = Arc::new(Counting { metrics: Arc::new(Metrics::default()), sink: Arc::new(()) });
    let mut server = Server::new(Verifier::new(Keyring::default(), clock), Limits::default(), sink, 1);
    server.admission = Admission::Anyone;
    server.passage = Some(Arc::new(proxy));
    let listening = runtime.block_on(Listening::bind(([127, 0, 0, 1], 0).into(), false, None)).unwrap();
    let address = listening.address();
    runtime.spawn(listening.serve(Arc::new(server), Stop::new()));
    address
}

fn proxy(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let behind = echo(&runtime);
    let (relay, sigvet) = (relay(&runtime, behind), sigvet(&runtime, behind));
    let mut group = criterion.benchmark_group("proxy");
    for (name, address) in [("the echo itself", behind), ("a plain relay", relay), ("sigvet proxy", sigvet)] {
        let request = format!("GET /bucket/key HTTP/1.1\r\nHost: {address}\r\n\r\n").into_bytes();
        wire::measure(&mut group, name, address, &request);
    }
    group.finish();
}

criterion_group!(benches, proxy);
criterion_main!(benches);

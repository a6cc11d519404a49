//! The time that `sigvet serve` takes to verify and answer a small signed request, compared with a plain hyper echo
//! server in the same run.
//!
//! Goal: at most 30 microseconds of CPU more than the echo server. One connection, one request after the other.
//! Client and server share the machine, so the difference matters and not the sum.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

mod wire;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use criterion::{Criterion, criterion_group, criterion_main};
use http_body_util::Full;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use sigvet::gateway::{Clock, Keyring, Limits, Listening, NamedKey, Server, Stop, Verifier};
use sigvet_core::credentials::Credentials;
use sigvet_core::request::{Request, RequestUrl};
use sigvet_core::signer::Signer;
use sigvet_core::time::Timestamp;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

fn credentials() -> Credentials {
    Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
}

fn sigvet(runtime: &Runtime) -> SocketAddr {
    let key = NamedKey { name: "the key".to_owned(), credentials: credentials() };
    let clock = Clock::new(|| SystemTime::now().into());
    let verifier = Verifier { window: Duration::from_secs(3600), ..Verifier::new(Keyring::new([key]), clock) };
    let server = Arc::new(Server::new(verifier, Limits::default(), Arc::new(()), 1));
    let listening = runtime.block_on(Listening::bind(([127, 0, 0, 1], 0).into(), false, None)).unwrap();
    let address = listening.address();
    runtime.spawn(listening.serve(server, Stop::new()));
    address
}

fn echo(runtime: &Runtime) -> SocketAddr {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let answer = |request: hyper::Request<hyper::body::Incoming>| async move {
                let path = request.uri().path().to_owned();
                Ok::<_, std::convert::Infallible>(hyper::Response::new(Full::new(bytes::Bytes::from(path))))
            };
            let connection = hyper::server::conn::http1::Builder::new();
            tokio::spawn(connection.serve_connection(TokioIo::new(stream), service_fn(answer)));
        }
    });
    address
}

fn request_to(address: SocketAddr) -> Vec<u8> {
    let url = RequestUrl::parse(&format!("http://{address}/bucket/key")).unwrap();
    let now: Timestamp = SystemTime::now().into();
    let signed = Signer::new(credentials(), "us-east-1", "s3").sign(Request::new("GET", &url).unwrap(), now).unwrap();
    let mut text = b"GET /bucket/key HTTP/1.1\r\n".to_vec();
    for header in &signed.request.headers {
        text.extend([header.name.as_bytes(), b": ", &header.value, b"\r\n"].concat());
    }
    [&text, &b"\r\n"[..]].concat()
}

fn serve(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let mut group = criterion.benchmark_group("serve");
    for (name, address) in [("an echo of hyper's", echo(&runtime)), ("sigvet serve", sigvet(&runtime))] {
        let request = request_to(address);
        wire::measure(&mut group, name, address, &request);
    }
    group.finish();
}

criterion_group!(benches, serve);
criterion_main!(benches);

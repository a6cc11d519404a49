//! A server on the loopback interface for the examples: HTTP/1.1, one answer to each request, whole bodies in memory.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// Makes a client that ignores all proxies. It does not use TLS here, but reqwest requires a TLS provider if any
/// package in the build enabled TLS without choosing one.
pub fn client() -> reqwest::Result<reqwest::Client> {
    // An error means that there already is a provider.
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::builder().no_proxy().build()
}

/// A server that runs as long as the program.
pub struct Server {
    address: SocketAddr,
}

impl Server {
    /// Starts a server on a free port.
    pub async fn start<A>(answer: A) -> std::io::Result<Self>
    where
        A: Fn(&Request<Bytes>) -> Response<Full<Bytes>> + Send + Sync + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let answer = Arc::new(answer);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let answer = Arc::clone(&answer);
                let service = service_fn(move |request| {
                    let answer = Arc::clone(&answer);
                    async move { Ok::<_, hyper::Error>(answer(&whole(request).await?)) }
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Ok(Self { address })
    }

    /// The address on which it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

async fn whole(request: Request<Incoming>) -> Result<Request<Bytes>, hyper::Error> {
    let (parts, body) = request.into_parts();
    Ok(Request::from_parts(parts, body.collect().await?.to_bytes()))
}

/// Makes an answer with a text.
pub fn answer(status: u16, text: impl Into<Bytes>) -> Response<Full<Bytes>> {
    Response::builder().status(status).body(Full::new(text.into())).expect("the status is one of HTTP's")
}

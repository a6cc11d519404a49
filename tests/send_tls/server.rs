//! A server with TLS, and HTTP/2 or HTTP/1.1 as the client chooses; it records what it receives.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig, crypto};

use crate::authority::{Age, Authority, HOST, Identity};
use crate::common::Sigvet;

/// The server's answer to every request.
pub const ANSWER: &str = "what is asked for";

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Arrived {
    pub version: Version,
    pub method: String,
    /// `:authority` of HTTP/2, or the Host field of HTTP/1.1.
    pub host: String,
    /// `:path` of HTTP/2, or the target of HTTP/1.1.
    pub target: String,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
}

pub struct Server {
    pub authority: Authority,
    pub port: u16,
    requests: Arc<Mutex<Vec<Arrived>>>,
}

impl Server {
    /// A server that offers both versions of HTTP.
    pub fn new() -> Self {
        Self::start(&["h2", "http/1.1"], Age::Current)
    }

    pub fn start(offers: &[&str], age: Age) -> Self {
        let authority = Authority::new();
        let identity = authority.certify(age);
        Self::showing(identity, authority, offers)
    }

    /// A server whose certificate is its own CA.
    pub fn self_certified(age: Age) -> Self {
        let (authority, identity) = Authority::of_itself(age);
        Self::showing(identity, authority, &["http/1.1"])
    }

    /// A server that asks for a certificate from its CA.
    pub fn asking() -> Self {
        let authority = Authority::new();
        let identity = authority.certify(Age::Current);
        let configuration = asking_configuration(identity, &authority);
        Self::speaking(configuration, authority)
    }

    fn showing(identity: Identity, authority: Authority, offers: &[&str]) -> Self {
        Self::speaking(configuration(identity, offers), authority)
    }

    fn speaking(configuration: ServerConfig, authority: Authority) -> Self {
        let acceptor = TlsAcceptor::from(Arc::new(configuration));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&requests);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(listen(listener, acceptor, kept));
        });
        Self { authority, port, requests }
    }

    pub fn host(&self) -> String {
        format!("{HOST}:{}", self.port)
    }

    pub fn url(&self, target: &str) -> String {
        format!("https://{}{target}", self.host())
    }

    /// `sigvet send` that finds the server by its name, without a CA to trust.
    pub fn send(&self, words: &[&str]) -> Sigvet {
        let resolve = format!("{HOST}:{}:127.0.0.1", self.port);
        Sigvet::new(&[&["send", "--region", "us-east-1", "--service", "s3", "--resolve", &resolve], words].concat())
    }

    /// `sigvet send` that trusts the server.
    pub fn send_believing(&self, words: &[&str]) -> Sigvet {
        self.send(&[&["--cacert", self.authority.file().to_str().unwrap()], words].concat())
    }

    /// The requests since the last call.
    pub fn take(&self) -> Vec<Arrived> {
        std::mem::take(&mut self.requests.lock().unwrap())
    }

    /// The only request since the last call.
    #[track_caller]
    pub fn take_one(&self) -> Arrived {
        let mut requests = self.take();
        assert_eq!(requests.len(), 1, "one request arrives, no more");
        requests.remove(0)
    }
}

impl Arrived {
    /// As HTTP/1.1 text, which `sigvet verify` reads.
    pub fn to_http1(&self) -> Vec<u8> {
        let mut text = format!("{} {} HTTP/1.1\r\nHost: {}\r\n", self.method, self.target, self.host).into_bytes();
        for (name, value) in self.headers.iter().filter(|(name, _)| name != "host") {
            text.extend_from_slice(&[name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        [text.as_slice(), b"\r\n", &self.body].concat()
    }

    /// The values of a name, in order.
    pub fn values(&self, name: &str) -> Vec<String> {
        let named = self.headers.iter().filter(|(found, _)| found == name);
        named.map(|(_, value)| String::from_utf8(value.clone()).unwrap()).collect()
    }
}

pub fn configuration(identity: Identity, offers: &[&str]) -> ServerConfig {
    let builder = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let mut configuration = builder.with_single_cert(vec![identity.certificate], identity.key).unwrap();
    configuration.alpn_protocols = offers.iter().map(|offer| offer.as_bytes().to_vec()).collect();
    configuration
}

fn asking_configuration(identity: Identity, authority: &Authority) -> ServerConfig {
    let provider = Arc::new(crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority.file()).unwrap()).unwrap();
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build().unwrap();
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let builder = builder.with_client_cert_verifier(verifier);
    builder.with_single_cert(vec![identity.certificate], identity.key).unwrap()
}

async fn listen(listener: std::net::TcpListener, acceptor: TlsAcceptor, kept: Arc<Mutex<Vec<Arrived>>>) {
    let listener = TcpListener::from_std(listener).unwrap();
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, kept) = (acceptor.clone(), Arc::clone(&kept));
        tokio::spawn(async move {
            // A client that does not trust us stops here.
            let Ok(stream) = acceptor.accept(stream).await else { return };
            let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
            let service = service_fn(move |request| answer(request, Arc::clone(&kept)));
            let stream = TokioIo::new(stream);
            // The client decides how a connection ends.
            if is_http2 {
                let http2 = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                drop(http2.serve_connection(stream, service).await);
            } else {
                drop(hyper::server::conn::http1::Builder::new().serve_connection(stream, service).await);
            }
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    kept: Arc<Mutex<Vec<Arrived>>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes().to_vec();
    let field = head.headers.get("host").map(|host| host.to_str().unwrap().to_owned());
    let authority = head.uri.authority().map(ToString::to_string);
    let host = if head.version == Version::HTTP_2 { authority } else { field };
    kept.lock().unwrap().push(Arrived {
        version: head.version,
        method: head.method.to_string(),
        host: host.unwrap_or_default(),
        target: head.uri.path_and_query().unwrap().as_str().to_owned(),
        headers: head.headers.iter().map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect(),
        body,
    });
    // Over HTTP/2, hyper sends a body in the answer to HEAD if there is one.
    let answer = if head.method == "HEAD" { "" } else { ANSWER };
    Ok(Response::new(Full::from(answer)))
}

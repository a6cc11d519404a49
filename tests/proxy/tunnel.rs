//! A forward proxy, and clients in tunnels through it.

use std::io::Write;
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use sigvet_testing::serving::Serving;
use tempfile::TempDir;

use crate::world::{Answer, proxy, read_answer, read_body, read_head, write_keys};

/// A forward proxy that accepts the placeholder, and its files.
pub(crate) struct Forward {
    pub(crate) proxy: Serving,
    folder: TempDir,
}

impl Forward {
    /// Starts one.
    pub(crate) fn start(options: &[&str]) -> Self {
        Self::start_with("", options)
    }

    /// One with additional text about its clients in the key file.
    pub(crate) fn start_with(more: &str, options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (keys, ca) = (write_keys(&folder, more), folder.path().join("ca.pem"));
        let words = ["--inbound", &keys, "--ca", ca.to_str().unwrap()];
        Self { proxy: proxy(&[&words[..], options].concat()), folder }
    }

    /// One that resolves `front.example` to that upstream, with or without TLS.
    pub(crate) fn to(upstream: &str, options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (keys, ca) = (write_keys(&folder, ""), folder.path().join("ca.pem"));
        let routes = folder.path().join("routes.toml");
        std::fs::write(&routes, format!("[[route]]\nhost = \"front.example\"\nto = \"{upstream}\"\n")).unwrap();
        let words = ["--inbound", &keys, "--ca", ca.to_str().unwrap(), "--config", routes.to_str().unwrap()];
        Self { proxy: proxy(&[&words[..], options].concat()), folder }
    }

    /// The certificate of its CA.
    pub(crate) fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Its answer to a client that requests a tunnel, and the connection.
    pub(crate) fn connect(&self, authority: &str) -> (Answer, TcpStream) {
        let mut stream = self.proxy.connect();
        write!(stream, "CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n").unwrap();
        let answer = read_answer_of_connect(&mut stream);
        (answer, stream)
    }

    /// Speaks TLS in a tunnel with a client that trusts only the proxy's CA.
    pub(crate) fn enter(&self, authority: &str) -> StreamOwned<ClientConnection, TcpStream> {
        let (answer, stream) = self.connect(authority);
        assert_eq!(answer.status, 200, "{authority}: {}", answer.text());
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(self.ca()).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = builder.with_root_certificates(roots).with_no_client_auth();
        let name = ServerName::try_from(authority.rsplit_once(':').unwrap().0.to_owned()).unwrap();
        StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), stream)
    }

    /// Sends a request in a tunnel, and reads its answer.
    pub(crate) fn ask_in(&self, authority: &str, request: &[u8]) -> Answer {
        let mut stream = self.enter(authority);
        // A server that refuses early may close before everything is written.
        let _ = stream.write_all(request);
        let _ = stream.flush();
        read_answer(&mut stream)
    }
}

/// The answer that opens a tunnel has no body and no length.
fn read_answer_of_connect(stream: &mut TcpStream) -> Answer {
    let answer = read_head(stream);
    match answer.status {
        200 => answer,
        _ => read_body(answer, stream),
    }
}

//! A server that records every byte, in plain text or over TLS, and answers as the test says.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::world::World;

pub struct Upstream {
    /// `127.0.0.1:40000`.
    pub address: String,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Upstream {
    /// Uses TLS with the world's certificate.
    pub fn secure(world: &World, answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        let certificate = CertificateDer::from_pem_file(world.path("cert.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_file(world.path("key.pem")).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = Arc::new(builder.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap());
        Self::start(move |stream, heard| {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            converse(&mut StreamOwned::new(connection, stream), &answer, heard);
        })
    }

    /// Uses plain text.
    pub fn plain(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::start(move |mut stream, heard| converse(&mut stream, &answer, heard))
    }

    fn start(serve: impl Fn(TcpStream, &Mutex<Vec<Vec<u8>>>) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (serve, all) = (Arc::new(serve), Arc::clone(&heard));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (serve, all) = (Arc::clone(&serve), Arc::clone(&all));
                stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
                std::thread::spawn(move || serve(stream, &all));
            }
        });
        Self { address, heard }
    }

    /// Each received request, with its body.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect()
    }
}

/// Reads requests that end where their lengths say, and answers each.
fn converse(stream: &mut (impl Read + Write), answer: &[u8], heard: &Mutex<Vec<Vec<u8>>>) {
    loop {
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            if stream.read(&mut byte).unwrap_or(0) == 0 {
                return;
            }
            request.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&request).to_ascii_lowercase();
        let length =
            head.split("\r\ncontent-length: ").nth(1).map_or(0, |rest| rest.lines().next().unwrap().parse().unwrap());
        let mut body = vec![0; length];
        stream.read_exact(&mut body).unwrap();
        heard.lock().unwrap().push([request, body].concat());
        // A client that has seen enough closes.
        let _ = stream.write_all(answer);
        let _ = stream.flush();
    }
}

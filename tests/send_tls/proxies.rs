//! Through a proxy that itself uses TLS. Catches a password that is sent to it in plain text, and a proxy that is
//! trusted because the server is.

use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::authority::{Age, Authority, HOST};
use crate::server::{ANSWER, Server, configuration};

/// An HTTP proxy over TLS: it opens tunnels, and answers other requests itself.
struct Proxy {
    authority: Authority,
    port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    fn new() -> Self {
        let authority = Authority::new();
        let acceptor = TlsAcceptor::from(Arc::new(configuration(authority.certify(Age::Current), &[])));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let (port, heads) = (listener.local_addr().unwrap().port(), Arc::new(Mutex::new(Vec::new())));
        let kept = Arc::clone(&heads);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).unwrap();
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(serve(stream, acceptor.clone(), Arc::clone(&kept)));
                }
            });
        });
        Self { authority, port, heads }
    }

    fn url(&self) -> String {
        format!("https://me:hush@{HOST}:{}", self.port)
    }

    /// The options that select it with a login, resolve its name, and trust its CA.
    fn words(&self) -> [String; 6] {
        let file = self.authority.file().to_str().unwrap().to_owned();
        let resolve = format!("{HOST}:{}:127.0.0.1", self.port);
        ["-x".to_owned(), self.url(), "--resolve".to_owned(), resolve, "--proxy-cacert".to_owned(), file]
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.heads.lock().unwrap())
    }
}

async fn serve(stream: TcpStream, acceptor: TlsAcceptor, kept: Arc<Mutex<Vec<String>>>) {
    // A client that does not trust us, or does not use TLS, stops here.
    let Ok(mut stream) = acceptor.accept(stream).await else { return };
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).unwrap();
    let target = head.strip_prefix("CONNECT ").map(|rest| rest.split(' ').next().unwrap().to_owned());
    kept.lock().unwrap().push(head);
    let Some(target) = target else {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nby proxy").await.unwrap();
        return drop(stream.shutdown().await);
    };
    let port = target.rsplit(':').next().unwrap();
    let mut server = TcpStream::connect(format!("127.0.0.1:{port}")).await.unwrap();
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
    drop(copy_bidirectional(&mut stream, &mut server).await);
}

fn as_words(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

/// curl is run too, and the proxy gets the same from both.
#[test]
fn a_tunnel_is_requested_over_tls() {
    let (proxy, server) = (Proxy::new(), Server::start(&["http/1.1"], Age::Current));
    let (words, url) = (proxy.words(), server.url("/key"));
    let mut curl = Command::new("curl");
    curl.args(["-sS", "--noproxy", "", "--cacert"]).arg(server.authority.file());
    curl.args(&words).arg(&url).stdout(Stdio::null());
    assert!(curl.status().unwrap().success());
    let outcome = server.send_believing(&[&as_words(&words)[..], &[&url]].concat()).run().expect(0);
    assert_eq!(outcome.text(), ANSWER);
    let heads = proxy.take();
    assert_eq!(heads.len(), 2);
    for head in heads {
        assert!(head.starts_with(&format!("CONNECT {} HTTP/1.1\r\n", server.host())), "{head}");
        assert!(head.contains("Proxy-Authorization: Basic bWU6aHVzaA==\r\n"), "{head}");
        assert!(!head.contains("AWS4"), "{head}");
    }
}

#[test]
fn a_plain_request_goes_entirely_through_tls() {
    let proxy = Proxy::new();
    let words = proxy.words();
    let url = "http://store.test/key?x";
    let words = [&["send", "--region", "us-east-1", "--service", "s3"], &as_words(&words)[..], &[url]].concat();
    assert_eq!(crate::common::Sigvet::new(&words).run().expect(0).text(), "by proxy");
    let heads = proxy.take().concat();
    assert!(heads.starts_with("GET http://store.test/key?x HTTP/1.1\r\n"), "{heads}");
    assert!(heads.to_lowercase().contains("proxy-authorization: basic bwu6ahvzaa==\r\n"), "{heads}");
}

/// `--cacert` and `-k` apply to the server, as with curl.
#[test]
fn the_proxy_is_trusted_by_its_own_options() {
    let (proxy, server) = (Proxy::new(), Server::new());
    let (proxy_url, resolve) = (proxy.url(), format!("{HOST}:{}:127.0.0.1", proxy.port));
    let words = ["-x", proxy_url.as_str(), "--resolve", &resolve, &server.url("/")].map(str::to_owned);
    let file = proxy.authority.file().to_str().unwrap().to_owned();
    for trust in
        [["-k"].as_slice(), &["--cacert", &file], &["-k", "--proxy-cacert", server.authority.file().to_str().unwrap()]]
    {
        let outcome = server.send(&[trust, &as_words(&words)[..]].concat()).run().expect(60);
        let says = format!("the certificate of the proxy {HOST} is not trusted");
        assert!(outcome.stderr.contains(&says) && outcome.stderr.contains("--proxy-cacert"), "{}", outcome.stderr);
        // Two CAs with the same name make curl's OpenSSL fail at the signature, which it reports as 35.
        if !trust.contains(&"--proxy-cacert") {
            let curl = Command::new("curl").args(["-sS", "--noproxy", ""]).args(trust).args(&words).output().unwrap();
            assert_eq!(curl.status.code(), Some(60));
        }
    }
    assert!(proxy.take().is_empty() && server.take().is_empty());
    server.send_believing(&[&["--proxy-insecure"], &as_words(&words)[..]].concat()).run().expect(0);
    assert_eq!((proxy.take().len(), server.take().len()), (1, 1));
}

/// Catches plain text to a proxy that does not support TLS: it would learn the password.
#[test]
fn a_proxy_without_tls_is_35_and_learns_nothing() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let heard = std::thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut stream, _) = listener.accept().unwrap();
        let mut bytes = [0; 4096];
        let count = stream.read(&mut bytes).unwrap();
        drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"));
        String::from_utf8_lossy(&bytes[..count]).into_owned()
    });
    let server = Server::new();
    let proxy = format!("https://me:hush@{host}");
    let outcome = server.send_believing(&["-x", &proxy, &server.url("/")]).run().expect(35);
    assert!(outcome.stderr.contains("TLS handshake with the proxy 127.0.0.1 failed"), "{}", outcome.stderr);
    let heard = heard.join().unwrap();
    assert!(!heard.contains("CONNECT") && !heard.contains("bWU6aHVzaA"), "{heard}");
}

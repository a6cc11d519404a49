//! Which certificates are trusted, and how a run ends if none is.

use std::net::TcpListener;

use crate::authority::{Age, Authority, HOST};
use crate::common::{Outcome, Sigvet};
use crate::server::{ANSWER, Server};

/// One line that contains these words, and perhaps a hint; nothing on standard output.
#[track_caller]
fn assert_says(outcome: Outcome, code: i32, words: &[&str]) {
    let outcome = outcome.expect(code);
    assert_eq!(outcome.text(), "");
    assert!(outcome.stderr.starts_with("error: ") && outcome.stderr.lines().count() <= 2, "{}", outcome.stderr);
    for word in words {
        assert!(outcome.stderr.contains(word), "{word}: {}", outcome.stderr);
    }
}

#[test]
fn a_named_ca_is_trusted() {
    let server = Server::new();
    assert_eq!(server.send_believing(&[&server.url("/")]).run().expect(0).text(), ANSWER);
    let file = server.authority.file();
    let bundle = server.send(&[&server.url("/")]).env("AWS_CA_BUNDLE", file.to_str().unwrap());
    assert_eq!(bundle.run().expect(0).text(), ANSWER);
    assert_eq!(server.take().len(), 2);
}

/// Catches a request that reaches any server that answers, with its signature and its token.
#[test]
fn anybody_else_is_60_and_gets_nothing() {
    let server = Server::new();
    let hint = "hint: trust another CA with --cacert FILE";
    let says = format!("the certificate of {HOST} is not trusted");
    assert_says(server.send(&[&server.url("/")]).run(), 60, &[&says, hint]);
    let other = Authority::new();
    let file = other.file();
    assert_says(server.send(&["--cacert", file.to_str().unwrap(), &server.url("/")]).run(), 60, &[&says, hint]);
    assert!(server.take().is_empty());
}

#[test]
fn a_certificate_for_another_name_is_60() {
    let server = Server::new();
    let url = format!("https://other.test:{}/", server.port);
    let resolve = format!("other.test:{}:127.0.0.1", server.port);
    assert_says(
        server.send_believing(&["--resolve", &resolve, &url]).run(),
        60,
        &["the certificate of other.test is not trusted", HOST],
    );
    let by_address = format!("https://127.0.0.1:{}/", server.port);
    assert_says(server.send_believing(&[&by_address]).run(), 60, &["the certificate of 127.0.0.1"]);
    // Where to connect is independent of which host to expect there.
    let rerouted = ["--connect-to", &format!("other.test:{0}:127.0.0.1:{0}", server.port), &url];
    assert_says(server.send_believing(&rerouted).run(), 60, &["the certificate of other.test"]);
    assert!(server.take().is_empty());
}

#[test]
fn a_certificate_that_has_expired_is_60() {
    let server = Server::start(&["http/1.1"], Age::Expired);
    assert_says(server.send_believing(&[&server.url("/")]).run(), 60, &["is not trusted", "expired"]);
    server.send(&["-k", &server.url("/")]).run().expect(0);
}

/// What `openssl req -x509` makes, and curl accepts. Catches a name or a date that is no longer checked.
#[test]
fn a_certificate_named_with_cacert_is_trusted_for_its_name_and_while_valid() {
    let server = Server::self_certified(Age::Current);
    assert_eq!(server.send_believing(&[&server.url("/")]).run().expect(0).text(), ANSWER);
    let by_address = format!("https://127.0.0.1:{}/", server.port);
    assert_says(server.send_believing(&[&by_address]).run(), 60, &["the certificate of 127.0.0.1"]);
    assert_says(server.send(&[&server.url("/")]).run(), 60, &["is not trusted"]);
    let expired = Server::self_certified(Age::Expired);
    assert_says(expired.send_believing(&[&expired.url("/")]).run(), 60, &["expired"]);
}

#[test]
fn with_k_any_certificate_is_trusted() {
    let server = Server::new();
    assert_eq!(server.send(&["-k", &server.url("/")]).run().expect(0).text(), ANSWER);
    let by_address = format!("https://127.0.0.1:{}/", server.port);
    assert_eq!(server.send(&["-k", &by_address]).run().expect(0).text(), ANSWER);
    let hosts: Vec<String> = server.take().into_iter().map(|request| request.host).collect();
    assert_eq!(hosts, [server.host(), format!("127.0.0.1:{}", server.port)]);
}

#[test]
fn no_ca_certificates_is_77() {
    let server = Server::new();
    let file = server.authority.directory().join("empty.pem");
    let send = || server.send(&["--cacert", file.to_str().unwrap(), &server.url("/")]).run();
    assert_says(send(), 77, &["no certificates in", "empty.pem"]);
    std::fs::write(&file, "not a certificate").unwrap();
    assert_says(send(), 77, &["there is no certificate in it"]);
    assert!(server.take().is_empty());
}

/// A plain HTTP server, which answers input that it cannot parse, and one that closes the connection.
#[test]
fn a_server_without_tls_is_35() {
    let answers: [&[u8]; 2] = [b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", b""];
    for answer in answers {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        std::thread::spawn(move || {
            use std::io::{Read, Write};
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                // Reads the client's whole hello, so that closing is an end and not a reset.
                drop(stream.read(&mut [0; 4096]));
                drop(stream.write_all(answer));
            }
        });
        let url = format!("https://{host}/");
        let outcome = Sigvet::new(&["send", "--region", "us-east-1", "--service", "s3", &url]).run();
        assert_says(outcome, 35, &["TLS handshake with 127.0.0.1 failed"]);
    }
}

/// Catches a client certificate that is not presented, or is presented with another's key.
#[test]
fn a_client_certificate_is_presented_to_a_server_that_asks() {
    let server = Server::asking();
    let (certificate, key) = server.authority.client_files();
    let (certificate, key) = (certificate.to_str().unwrap(), key.to_str().unwrap());
    let url = server.url("/");
    let done = server.send_believing(&["--cert", certificate, "--key", key, &url]).run().expect(0);
    assert_eq!(done.text(), ANSWER);
    let both = server.authority.directory().join("both.pem");
    std::fs::write(&both, [std::fs::read(certificate).unwrap(), std::fs::read(key).unwrap()].concat()).unwrap();
    server.send_believing(&["-E", both.to_str().unwrap(), &url]).run().expect(0);
    let refused = server.send_believing(&[&url]).run();
    assert_ne!(refused.code, Some(0), "{}", refused.stderr);
    let none = server.send_believing(&["--cert", certificate, &url]).run().expect(58);
    assert!(none.stderr.contains("there is no private key in it"), "{}", none.stderr);
    let encrypted = server.authority.directory().join("encrypted.key");
    std::fs::write(&encrypted, "-----BEGIN ENCRYPTED PRIVATE KEY-----\n").unwrap();
    let words = ["--cert", certificate, "--key", encrypted.to_str().unwrap(), &url];
    let failed = server.send_believing(&words).run().expect(58);
    assert!(failed.stderr.contains("encrypted"), "{}", failed.stderr);
}

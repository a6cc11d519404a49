//! HTTP/2 carries what was signed: the host as `:authority`, the target as `:path`, every field and the body.

use hyper::Version;

use crate::authority::Age;
use crate::common::{Sigvet, all_bytes};
use crate::server::{ANSWER, Arrived, Server};
use crate::targets::odd_targets;

const DATE: &str = "20260301T101112Z";

/// Sends over HTTP/2; returns what arrived and the signed target, as `-v` prints it.
#[track_caller]
fn sent(server: &Server, words: &[&str]) -> (Arrived, String) {
    let words = [&["-v", "--http2", "--date", DATE], words].concat();
    let outcome = server.send_believing(&words).run().expect(0);
    let line = outcome.stderr.lines().find_map(|line| line.strip_prefix("> ")).unwrap();
    let target = line.split(' ').nth(1).unwrap().to_owned();
    (server.take_one(), target)
}

/// The server's side: the received request, and the secret.
#[track_caller]
fn assert_valid(arrived: &Arrived) {
    assert_eq!(arrived.version, Version::HTTP_2);
    Sigvet::new(&["verify", "-", "--now", DATE]).input(&arrived.to_http1()).run().expect(0);
}

/// Catches a library that normalises a path, an escape or a query before it writes the frame.
#[test]
fn every_odd_target_arrives_as_signed() {
    let targets = odd_targets();
    std::thread::scope(|scope| {
        for part in targets.chunks(targets.len().div_ceil(3)) {
            scope.spawn(move || {
                let server = Server::new();
                part.iter().for_each(|target| assert_arrives(&server, target));
            });
        }
    });
}

#[track_caller]
fn assert_arrives(server: &Server, typed: &str) {
    let (arrived, signed) = sent(server, &["--path-as-is", &server.url(typed)]);
    assert_eq!(arrived.target, signed, "{typed}");
    assert_eq!(arrived.host, server.host(), "{typed}");
    assert_eq!(arrived.values("host"), [""; 0], "the host stands once: {typed}");
    assert_valid(&arrived);
}

#[test]
fn the_signed_host_is_the_authority() {
    let server = Server::new();
    let (arrived, _) = sent(&server, &["-H", "Host: other.test", &server.url("/")]);
    assert_eq!(arrived.host, "other.test");
    assert_valid(&arrived);
    let (arrived, _) = sent(&server, &["--sign-host", "signed.test", &server.url("/")]);
    assert_eq!(arrived.host, "signed.test");
    assert_valid(&arrived);
}

/// Catches fields that are joined, lost or reordered, and those that HTTP/2 forbids.
#[test]
fn fields_arrive_as_signed() {
    let server = Server::new();
    let fields = [
        "X-Amz-Meta-A: one",
        "x-amz-meta-b:  t w  o ",
        "x-amz-meta-A: again",
        "X-E;",
        "X-Utf8: grün",
        "Cookie: a=b; c=d",
    ];
    let fields: Vec<&str> = fields.iter().flat_map(|field| ["-H", field]).collect();
    let (arrived, _) = sent(&server, &[&fields[..], &[&server.url("/")]].concat());
    assert_eq!(arrived.values("x-amz-meta-a"), ["one", "again"]);
    assert_valid(&arrived);
    let (arrived, _) = sent(&server, &["-H", "Connection: close", "-H", "Keep-Alive: 5", &server.url("/")]);
    assert_eq!(arrived.values("connection"), [""; 0]);
    assert_valid(&arrived);
}

/// A server joins HTTP/2 Cookie fields with `; ` before it verifies the signature (RFC 9113 §8.2.3), not with a comma
/// like others.
#[test]
fn cookies_are_signed_as_they_arrive() {
    let server = Server::new();
    let (arrived, _) = sent(&server, &["-H", "Cookie: a=1", "-H", "cookie: b=2; c=3", &server.url("/")]);
    assert_eq!(arrived.values("cookie"), ["a=1; b=2; c=3"]);
    assert_valid(&arrived);
}

#[test]
fn bodies_and_methods_arrive_as_signed() {
    let server = Server::new();
    let body: Vec<u8> = all_bytes().into_iter().cycle().take(300_001).collect();
    let path = server.authority.directory().join("body");
    std::fs::write(&path, &body).unwrap();
    let path = path.to_str().unwrap();
    let (arrived, _) = sent(&server, &["-T", path, &server.url("/upload")]);
    assert!(arrived.body == body && arrived.method == "PUT");
    assert_eq!(arrived.values("content-length"), ["300001"]);
    assert_valid(&arrived);
    let url = server.url("/");
    let form = format!("file=@{path};type=text/plain");
    for words in
        [&["-d", "a=1", &url][..], &["-F", &form, &url], &["-X", "DELETE", &url], &["-I", &url], &["-X", "PUT", &url]]
    {
        let (arrived, _) = sent(&server, words);
        assert_valid(&arrived);
    }
}

/// Catches HTTP/2 without being requested, and a request for it that fails if the server does not support it.
#[test]
fn the_version_is_one_that_both_support() {
    let server = Server::new();
    let words = ["-i", "--http2", "-w", " over %{http_version}", &server.url("/")];
    let answer = server.send_believing(&words).run().expect(0).text();
    assert!(answer.starts_with("HTTP/2 200 \r\n"), "as curl has it: {answer}");
    assert!(answer.ends_with(&format!("{ANSWER} over 2")), "{answer}");
    assert_eq!(server.take_one().version, Version::HTTP_2);
    for words in [&[][..], &["--http1.1"]] {
        server.send_believing(&[words, &[&server.url("/")]].concat()).run().expect(0);
        assert_eq!(server.take_one().version, Version::HTTP_11);
    }
    for offers in [&["http/1.1"][..], &[]] {
        let older = Server::start(offers, Age::Current);
        older.send_believing(&["--http2", &older.url("/")]).run().expect(0);
        assert_eq!(older.take_one().version, Version::HTTP_11);
    }
}

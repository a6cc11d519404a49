//! Other routes to the host: a local socket, another address, a proxy. The signature still covers the URL's host.

use std::os::unix::net::UnixListener;
use std::sync::mpsc;
use std::time::Duration;

use crate::recorder::{Captured, OK, Recorder, read_request};
use crate::{TOKEN, answer, assert_says, assert_valid, send};

/// The port that a server listens on.
fn port(server: &Recorder) -> &str {
    server.host.rsplit(':').next().unwrap()
}

/// What the origin receives of a request to a forward proxy (RFC 9112 §3.2.2).
fn forwarded(sent: &Captured, origin: &str) -> Captured {
    let raw = String::from_utf8(sent.raw.clone()).unwrap();
    assert!(sent.line.contains(&format!(" http://{origin}/")), "{}", sent.line);
    Captured::parse(raw.replacen(&format!("http://{origin}/"), "/", 1).as_bytes())
}

/// Catches a socket path that ends up in the signature or in `Host`.
#[test]
fn a_local_socket_stands_for_any_host() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("socket");
    let listener = UnixListener::bind(&path).unwrap();
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        sender.send(read_request(&mut stream)).unwrap();
        std::io::Write::write_all(&mut stream, &answer("200 OK", "", "local")).unwrap();
    });
    let path = path.to_str().unwrap();
    let outcome = send(&["--unix-socket", path, "http://store.test/key"]).run().expect(0);
    assert_eq!(outcome.text(), "local");
    let sent = Captured::parse(&receiver.recv_timeout(Duration::from_secs(5)).unwrap());
    assert_eq!(sent.values("host"), ["store.test"]);
    assert_valid(&sent);
    let nobody = directory.path().join("nobody");
    send(&["--unix-socket", nobody.to_str().unwrap(), "http://store.test/"]).run().expect(7);
}

/// Catches a signature for the host that is connected to, instead of the intended one.
#[test]
fn another_address_leaves_the_host_as_it_is() {
    let server = Recorder::answering(OK);
    let port = port(&server);
    let own = format!("store.test:{port}");
    send(&["--connect-to", &format!("store.test:80:127.0.0.1:{port}"), "http://store.test/key"]).run().expect(0);
    send(&["--connect-to", &format!("::127.0.0.1:{port}"), "http://store.test/key"]).run().expect(0);
    send(&["--resolve", &format!("{own}:127.0.0.1"), &format!("http://{own}/key")]).run().expect(0);
    let requests = server.requests();
    let hosts: Vec<_> = requests.iter().map(|sent| sent.values("host").concat()).collect();
    assert_eq!(hosts, ["store.test", "store.test", &own]);
    requests.iter().for_each(assert_valid);
}

/// Catches the absolute form in the signature, which the origin never sees, and a password that reaches the origin's
/// log.
#[test]
fn a_proxy_gets_the_whole_url_and_the_origin_a_valid_signature() {
    let proxy = Recorder::answering(answer("200 OK", "", "by proxy"));
    let through = |url: &str, words: &[&str]| {
        send(&[words, &[url]].concat()).env("http_proxy", &format!("http://user:pw@{}", proxy.host)).run().expect(0)
    };
    assert_eq!(through("http://store.test/a//b?x='y'", &["-d", "body"]).text(), "by proxy");
    let sent = proxy.only_request();
    assert_eq!(sent.line, "POST http://store.test/a//b?x='y' HTTP/1.1");
    assert_eq!(sent.values("host"), ["store.test"]);
    assert_eq!(sent.values("proxy-authorization"), ["Basic dXNlcjpwdw=="]);
    assert!(!sent.values("authorization").concat().contains("proxy-authorization"));
    assert_valid(&forwarded(&sent, "store.test"));
}

/// Catches exceptions that are ignored, and an option that does not override the environment.
#[test]
fn exceptions_bypass_the_proxy() {
    let (proxy, server) = (Recorder::answering(OK), Recorder::answering(OK));
    let url = server.url("/key");
    let env = |words: &[&str], no: &str| send(words).env("http_proxy", &proxy.host).env("NO_PROXY", no).run().expect(0);
    env(&[&url], "other.test,127.0.0.1");
    env(&[&url], "*");
    env(&["-x", "", &url], "");
    env(&["--noproxy", "127.0.0.1", &url], "");
    let requests = server.requests();
    assert_eq!(requests.len(), 4);
    requests.iter().for_each(|sent| assert_eq!(sent.line, "GET /key HTTP/1.1"));
    assert!(proxy.requests().is_empty());
    send(&["-x", &proxy.host, &url]).run().expect(0);
    assert_eq!(proxy.only_request().line, format!("GET {url} HTTP/1.1"));
}

/// Catches a token or a signature that the proxy sees before there is TLS.
#[test]
fn a_proxy_for_https_only_learns_the_host() {
    let proxy = Recorder::answering("HTTP/1.1 403 Not Here\r\n\r\n");
    let words = ["-d", "hush", "https://store.test/hushed?hush=1"];
    let outcome = send(&words).env("https_proxy", &format!("http://{}", proxy.host)).run();
    assert_ne!(outcome.code, Some(0));
    assert_says(&outcome, "answered 403 Not Here");
    let sent = proxy.only_request();
    assert_eq!(sent.line, "CONNECT store.test:443 HTTP/1.1");
    let raw = String::from_utf8(sent.raw).unwrap().to_lowercase();
    for hushed in ["hush", &TOKEN.to_lowercase(), "aws4", "x-amz", "authorization"] {
        assert!(!raw.contains(hushed), "{raw}");
    }
}

/// A redirect also goes through the proxy, and another host behind the same proxy is another host.
#[test]
fn redirects_through_a_proxy_are_told_apart_by_host() {
    let proxy = Recorder::replying(|before, _| match before {
        0 => crate::redirect(302, "/second"),
        1 => crate::redirect(302, "http://other.test/third"),
        _ => answer("200 OK", "", "done"),
    });
    send(&["-L", "-x", &proxy.host, "http://store.test/first"]).run().expect(0);
    let [first, second, third] = proxy.requests().try_into().unwrap();
    [first, second].iter().for_each(|sent| assert_valid(&forwarded(sent, "store.test")));
    assert_eq!(third.line, "GET http://other.test/third HTTP/1.1");
    assert!(third.values("authorization").is_empty() && third.values("x-amz-security-token").is_empty());
}

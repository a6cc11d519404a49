//! Valid requests are passed on; all others are not.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use std::time::Duration;

use sigvet_testing::serving::Serving;

use crate::answers::statuses;
use crate::signed::request;

/// Maximum time to wait.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server that records what it receives, and answers with a body in two parts, the second on command.
fn upstream() -> (String, mpsc::Receiver<String>, mpsc::Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, receiver) = mpsc::channel();
    let (go, gone) = mpsc::channel();
    let gone = std::sync::Arc::new(std::sync::Mutex::new(gone));
    let answer = move |stream: std::net::TcpStream| {
        let (sender, gone) = (sender.clone(), std::sync::Arc::clone(&gone));
        // A client that asks again before a connection is free opens another one.
        std::thread::spawn(move || {
            let mut reader = BufReader::new(stream);
            while let Some(text) = read_request(&mut reader) {
                sender.send(text).unwrap();
                let stream = reader.get_mut();
                stream
                    .write_all(
                        b"HTTP/1.1 200 OK\r\nX-Up: 1\r\nConnection: x-gone\r\nX-Gone: 1\r\nContent-Length: 4\r\n\r\nab",
                    )
                    .unwrap();
                let _ = gone.lock().unwrap().recv_timeout(PATIENCE);
                stream.write_all(b"cd").unwrap();
            }
        });
    };
    std::thread::spawn(move || listener.incoming().for_each(|stream| answer(stream.unwrap())));
    (url, receiver, go)
}

fn read_request(reader: &mut BufReader<std::net::TcpStream>) -> Option<String> {
    let mut text = String::new();
    while !text.ends_with("\r\n\r\n") {
        (reader.read_line(&mut text).ok()? > 0).then_some(())?;
    }
    let lower = text.to_lowercase();
    let length = lower.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    Some(text + &String::from_utf8_lossy(&body))
}

#[test]
fn a_valid_request_is_passed_on_unchanged_and_answered_piece_by_piece() {
    let (url, requests, go) = upstream();
    let server = Serving::start(&["--upstream", &url]);
    for (target, body) in [("/b/%2Bk//x?a=%2F&b=", "hello"), ("/b/../k", "")] {
        let text = request("PUT", server.address(), target, body.as_bytes());
        let mut stream = server.connect();
        stream.write_all(&text).unwrap();
        let passed = requests.recv_timeout(PATIENCE).unwrap();
        let mut first = Vec::new();
        while !first.ends_with(b"\r\n\r\nab") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            first.extend(byte);
        }
        go.send(()).unwrap();
        let mut second = [0; 2];
        stream.read_exact(&mut second).unwrap();
        assert_eq!(&second, b"cd");
        let first = String::from_utf8(first).unwrap();
        assert!(
            first.contains("x-up: 1") && !first.contains("x-gone") && first.contains("x-sigvet-verdict: valid"),
            "{first}"
        );
        assert!(passed.starts_with(&format!("PUT {target} HTTP/1.1\r\n")), "{passed}");
        assert!(passed.ends_with(&format!("\r\n\r\n{body}")), "{passed}");
        let sent = String::from_utf8(text).unwrap().to_lowercase();
        let authorization = sent.lines().find(|line| line.starts_with("authorization: ")).unwrap();
        assert!(passed.to_lowercase().contains(authorization), "{passed}");
        assert!(passed.contains("via: 1.1 sigvet-"), "{passed}");
    }
}

#[test]
fn a_refused_request_is_not_passed_on() {
    let (url, requests, _go) = upstream();
    let server = Serving::start(&["--upstream", &url]);
    let wrong = String::from_utf8(request("GET", server.address(), "/b/k", b"")).unwrap().replace("/b/k", "/b/other");
    assert_eq!(statuses(&server.converse(wrong.as_bytes())), [403]);
    assert_eq!(statuses(&server.converse(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")), [403]);
    assert!(requests.try_recv().is_err());
}

#[test]
fn a_missing_upstream_is_reported() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let server = Serving::start(&["--upstream", &format!("http://127.0.0.1:{port}")]);
    let answer = server.converse(&request("GET", server.address(), "/", b""));
    assert_eq!(statuses(&answer), [502]);
    assert!(answer.contains("cannot connect to 127.0.0.1"), "{answer}");
}

/// Catches a gateway that fills its own queue: its upstream is another one, whose upstream it is.
#[test]
fn a_request_that_comes_back_is_not_passed_on_again() {
    let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let (one, two) = (free(), free());
    let start =
        |port: &str, other: &str| Serving::start(&["--port", port, "--upstream", &format!("http://127.0.0.1:{other}")]);
    let (first, _second) = (start(&one, &two), start(&two, &one));
    let answer = first.converse(&request("GET", first.address(), "/", b""));
    assert_eq!(statuses(&answer), [508], "{answer}");
}

/// Catches a client that requests much and reads nothing: it would occupy a connection here and one to the upstream.
#[test]
fn a_client_that_does_not_read_is_cut_off() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, ended) = mpsc::channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
        while stream.write_all(&[b'a'; 65536]).is_ok() {}
        let _ = sender.send(());
    });
    let server = Serving::start(&["--upstream", &url, "--idle-timeout", "1s"]);
    let mut stream = server.connect();
    stream.write_all(&request("GET", server.address(), "/b/k", b"")).unwrap();
    ended.recv_timeout(PATIENCE).unwrap();
}

/// curl signs every header that it is given. Catches a `Via` that breaks the signature over it, and a signature that is
/// refused upstream without a reason because it covers a header that no hop passes on.
#[test]
fn signed_headers_of_hops_stay_as_they_are_or_are_named() {
    let judge = Serving::start(&["--service", "s3", "--no-page"]);
    let server = Serving::start(&["--upstream", &judge.url, "--no-page"]);
    let key = "AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let (url, host) = (format!("{}/b/k", server.url), format!("Host: {}", judge.address()));
    for (header, expected) in [
        ("Via: 1.1 a", "HTTP/1.1 200 "),
        ("X-Forwarded-For: 192.0.2.1", "HTTP/1.1 200 "),
        ("Expect: 100-continue", "HTTP/1.1 200 "),
        ("TE: trailers", "the signature covers the header te, which ends at this hop"),
        ("Connection: keep-alive", "the signature covers the header connection, which ends at this hop"),
    ] {
        let mut curl = std::process::Command::new("curl");
        curl.args(["-sS", "-i", "--noproxy", "*", "--aws-sigv4", "aws:amz:us-east-1:s3", "--user", key]);
        curl.args(["-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD", "-H", &host, "-H", header, &url]);
        let output = curl.output().expect("curl is there");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.contains(expected), "{header}: {text}");
    }
}

//! Clients that disconnect, upstreams that stop in the middle, and what the log says about the end of a response.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::Mutex;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use sigvet_testing::serving::Serving;

use crate::recorder::{Heard, Recorder};
use crate::world::{Client, ask, inbound_proxy, plain, proxy_to, read_answer};

const LEFT: &str = "the client closed the connection before the end of the response";

/// An upstream that sends this and then nothing, and reports when its connection ends.
fn silent_after(beginning: &'static str) -> (Recorder, mpsc::Receiver<()>) {
    let (end, ended) = mpsc::channel();
    let end = Mutex::new(end);
    let recorder = Recorder::start(move |stream, heard: &Heard| {
        stream.write_all(beginning.as_bytes()).unwrap();
        heard.read_until(stream, |_| false);
        let _ = end.lock().unwrap().send(());
    });
    (recorder, ended)
}

fn line(proxy: &Serving, target: &str) -> serde_json::Value {
    proxy.wait_for(&format!("\"target\":\"{target}\""), 1);
    let log = proxy.log();
    serde_json::from_str(log.lines().find(|line| line.contains(&format!("\"{target}\""))).unwrap()).unwrap()
}

fn read_to_the_end(mut stream: TcpStream) -> String {
    let mut all = Vec::new();
    let _ = stream.read_to_end(&mut all);
    String::from_utf8_lossy(&all).into_owned()
}

/// Catches a connection slot that an upstream occupies for ever by hanging in the middle of its response.
#[test]
fn a_response_that_stalls_ends() {
    let (recorder, ended) = silent_after("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
    let proxy = proxy_to(&recorder.url, &["--log", "json", "--max-connections", "1", "--idle-timeout", "1s"]);
    let began = Instant::now();
    for number in 1..=2 {
        let mut stream = proxy.connect();
        stream.write_all(&plain("GET", "h", &format!("/{number}"), &[], b"")).unwrap();
        assert!(read_to_the_end(stream).ends_with("\r\n\r\nabc"));
        let line = line(&proxy, &format!("/{number}"));
        let problem = "the upstream sent nothing for 1 s in the middle of its response (--idle-timeout)";
        assert_eq!((line["problem"].as_str(), line["upstream"]["broken"].as_bool()), (Some(problem), Some(true)));
        ended.recv_timeout(Duration::from_secs(5)).unwrap();
    }
    assert!(began.elapsed() < Duration::from_secs(8));
}

/// Catches an upstream that works for a client that is gone, and occupies a connection slot for as long as it likes.
#[test]
fn a_client_that_leaves_ends_its_request_upstream() {
    let half = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc";
    let events = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n";
    for (beginning, status) in [("", 499), (half, 200), (events, 200)] {
        let (recorder, ended) = silent_after(beginning);
        let proxy = proxy_to(&recorder.url, &["--log", "json", "--max-connections", "1"]);
        let mut stream = proxy.connect();
        stream.write_all(&plain("GET", "h", "/slow", &[], b"")).unwrap();
        if beginning.is_empty() {
            while recorder.heard().is_empty() {
                std::thread::sleep(Duration::from_millis(5));
            }
        } else {
            let _ = stream.read(&mut [0; 16]).unwrap();
        }
        drop(stream);
        ended.recv_timeout(Duration::from_secs(5)).unwrap();
        let line = line(&proxy, "/slow");
        assert_eq!((line["status"].as_u64(), line["problem"].as_str()), (Some(status), Some(LEFT)), "{line}");
        assert_eq!(line["upstream"]["host"], recorder.host(), "{line}");
        // The only slot is free again.
        let metrics = ask(&proxy, &plain("GET", "h", "/_sigvet/metrics", &[], b"")).text();
        let counted = format!("sigvet_requests_total{{route=\"default\",status=\"{status}\"}} 1\n");
        assert!(metrics.contains(&counted), "{metrics}");
    }
}

/// Over HTTP/2 a client can cancel one request and keep the connection.
#[test]
fn a_request_that_is_cancelled_over_http_2_is_logged() {
    let (recorder, ended) = silent_after("");
    let proxy = proxy_to(&recorder.url, &["--log", "json"]);
    let url = format!("{}/slow", proxy.url);
    let words = ["-sS", "-m", "0.5", "--http2-prior-knowledge", &url];
    assert_eq!(Command::new("curl").args(words).output().unwrap().status.code(), Some(28));
    ended.recv_timeout(Duration::from_secs(5)).unwrap();
    assert_eq!(line(&proxy, "/slow")["status"], 499);
}

/// An event stream is silent for as long as nothing happens.
#[test]
fn an_event_stream_may_be_silent() {
    let recorder = Recorder::start(|stream, _| {
        let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 9\r\n\r\n";
        stream.write_all(head).unwrap();
        std::thread::sleep(Duration::from_secs(2));
        stream.write_all(b"data: 1\n\n").unwrap();
    });
    let proxy = proxy_to(&recorder.url, &["--idle-timeout", "1s"]);
    assert_eq!(ask(&proxy, &plain("GET", "h", "/events", &[], b"")).text(), "data: 1\n\n");
}

/// Catches a slow download that looks fast in the log.
#[test]
fn the_time_in_the_log_is_that_of_the_whole_response() {
    let recorder = Recorder::start(|stream, _| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nabc").unwrap();
        std::thread::sleep(Duration::from_millis(400));
        stream.write_all(b"def").unwrap();
    });
    let proxy = proxy_to(&recorder.url, &["--log", "json"]);
    assert_eq!(ask(&proxy, &plain("GET", "h", "/slow", &[], b"")).text(), "abcdef");
    let line = line(&proxy, "/slow");
    let (whole, head) = (line["milliseconds"].as_f64().unwrap(), line["upstream"]["milliseconds"].as_f64().unwrap());
    assert!(whole >= 400.0 && head < 400.0, "{line}");
}

/// Catches a whole response that is logged as broken off.
#[test]
fn a_whole_response_is_not_logged_as_broken() {
    let recorder = Recorder::start(|stream, heard| {
        let asked = String::from_utf8(heard.bytes()).unwrap();
        let answer = match asked.split(' ').nth(1).unwrap() {
            "/304" => "HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\nConnection: close\r\n\r\n",
            "/trailers" => {
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-t\r\nConnection: close\r\n\r\n\
                 3\r\nabc\r\n0\r\nx-t: 1\r\n\r\n"
            }
            _ => {
                "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n\
                 3\r\nabc\r\n0\r\n\r\n"
            }
        };
        stream.write_all(answer.as_bytes()).unwrap();
    });
    let proxy = proxy_to(&recorder.url, &["--log", "json"]);
    for (target, status, body) in [("/304", 304, ""), ("/trailers", 200, "abc"), ("/both", 200, "abc")] {
        let mut stream = proxy.connect();
        stream.write_all(&plain("GET", "h", target, &[("TE", "trailers")], b"")).unwrap();
        let answer = match status {
            304 => crate::world::read_head(&mut stream),
            _ => read_answer(&mut stream),
        };
        assert_eq!((answer.status, answer.text().as_str()), (status, body), "{target}");
        drop(stream);
        let line = line(&proxy, target);
        assert_eq!((&line["problem"], line["upstream"]["broken"].as_bool()), (&serde_json::Value::Null, Some(false)));
    }
}

/// Catches a client that is blamed for a connection that the proxy itself ended.
#[test]
fn a_client_that_does_not_read_is_reported_as_such() {
    let recorder = Recorder::start(|stream, _| {
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n";
        let _ = stream.write_all(head);
        while stream.write_all(&[b'x'; 65536]).is_ok() {}
    });
    let proxy = proxy_to(&recorder.url, &["--log", "json", "--idle-timeout", "1s"]);
    let mut stream = proxy.connect();
    stream.write_all(&plain("GET", "h", "/large", &[], b"")).unwrap();
    let problem = "the client read nothing of the response for 1 s (--idle-timeout)";
    assert_eq!(line(&proxy, "/large")["problem"], problem);
}

/// Catches compressed bytes that the client would take for plain ones.
#[test]
fn a_response_with_another_transfer_coding_is_refused() {
    let recorder = Recorder::start(|stream, _| {
        let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\nConnection: close\r\n\r\n";
        stream.write_all(&[&head[..], b"3\r\n\x1f\x8b\x08\r\n0\r\n\r\n"].concat()).unwrap();
    });
    let answer = ask(&proxy_to(&recorder.url, &[]), &plain("GET", "h", "/", &[], b""));
    assert_eq!(answer.status, 502);
    assert!(answer.text().contains("the transfer coding 'gzip, chunked'"), "{}", answer.text());
}

/// Catches compressed bytes that are signed and stored as plain ones (RFC 9112 §6.1).
#[test]
fn a_request_with_another_transfer_coding_is_refused() {
    let recorder = Recorder::polite();
    let request =
        b"PUT /k HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n3\r\n\x1f\x8b\x08\r\n0\r\n\r\n";
    let answer = ask(&proxy_to(&recorder.url, &[]), request);
    assert_eq!(answer.status, 501);
    assert!(answer.text().contains("the transfer coding 'gzip, chunked'"), "{}", answer.text());
    assert!(recorder.heard().is_empty());
}

/// Catches the answer to TRACE, which is the request with the real signature.
#[test]
fn trace_is_not_passed_on_for_the_holder_of_a_placeholder() {
    let recorder = Recorder::polite();
    let (proxy, _folder) = inbound_proxy(&recorder.url, "", &[]);
    let answer = ask(&proxy, &Client::new().sign("TRACE", proxy.address(), "/b/k", b""));
    assert_eq!(answer.status, 405, "{}", answer.text());
    assert!(answer.text().contains("TRACE is not passed on"), "{}", answer.text());
    assert!(recorder.heard().is_empty());
}

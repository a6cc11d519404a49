//! Both directions of a conversation pass as they come: events, upgrades, permission to send, interruptions.

use std::io::{Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use sigvet_testing::serving::Serving;

use crate::recorder::Recorder;
use crate::world::{ask, plain, proxy_to, read_answer};

/// The Go proxy showed the first event of a 2.5 s stream only after 2.5 s.
#[test]
fn events_pass_one_by_one() {
    let (go, gone) = mpsc::channel::<()>();
    let gone = std::sync::Mutex::new(gone);
    let recorder = Recorder::start(move |stream, _| {
        let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
        stream.write_all(&[&head[..], b"9\r\ndata: 1\n\n\r\n"].concat()).unwrap();
        gone.lock().unwrap().recv_timeout(Duration::from_secs(20)).unwrap();
        stream.write_all(b"9\r\ndata: 2\n\n\r\n0\r\n\r\n").unwrap();
    });
    let proxy = proxy_to(&recorder.url, &[]);
    let mut stream = proxy.connect();
    stream.write_all(&plain("GET", "h", "/events", &[], b"")).unwrap();
    let mut first = Vec::new();
    while !first.ends_with(b"data: 1\n\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        first.push(byte[0]);
    }
    go.send(()).unwrap();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("data: 2"), "{rest}");
}

#[test]
fn a_websocket_is_opened_and_works_both_ways() {
    let recorder = Recorder::start(|stream, _| {
        let head = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        let mut buffer = [0; 5];
        stream.read_exact(&mut buffer).unwrap();
        buffer.reverse();
        stream.write_all(&buffer).unwrap();
    });
    let proxy = proxy_to(&recorder.url, &[]);
    let mut stream = proxy.connect();
    let text = "GET /chat HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    stream.write_all(text.as_bytes()).unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    assert!(head.starts_with("HTTP/1.1 101 ") && head.contains("upgrade: websocket\r\n"), "{head}");
    stream.write_all(b"hello").unwrap();
    let mut answer = [0; 5];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"olleh");
    let sent = recorder.only().to_lowercase();
    assert!(sent.contains("connection: upgrade\r\n") && sent.contains("authorization: aws4-hmac-sha256 "), "{sent}");
    assert!(!sent.split("signedheaders=").nth(1).unwrap().contains("sec-websocket"), "{sent}");
}

/// Catches a connection that becomes HTTP/2, on which further requests pass unchecked.
#[test]
fn an_upgrade_other_than_websocket_is_not_requested() {
    let recorder = Recorder::start(|stream, heard| {
        let is_forward = heard.bytes().starts_with(b"GET /forward ");
        let answer = match is_forward {
            true => &b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"[..],
            false => b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        };
        stream.write_all(answer).unwrap();
    });
    let proxy = proxy_to(&recorder.url, &[]);
    for (target, status) in [("/a", 200), ("/forward", 502)] {
        let text = format!(
            "GET {target} HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"
        );
        let mut stream = proxy.connect();
        stream.write_all(text.as_bytes()).unwrap();
        assert_eq!(read_answer(&mut stream).status, status, "{target}");
    }
    assert!(recorder.heard().iter().all(|heard| !heard.to_lowercase().contains("\r\nupgrade:")));
}

/// A client that asks first sends its body only once the upstream wants it.
#[test]
fn the_upstream_decides_whether_a_body_may_be_sent() {
    let recorder = Recorder::start(|stream, heard| {
        if heard.bytes().windows(8).any(|window| window == b"/refused") {
            stream
                .write_all(b"HTTP/1.1 417 Expectation Failed\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno")
                .unwrap();
            return;
        }
        // No part of the body may arrive before it was requested.
        std::thread::sleep(Duration::from_millis(200));
        assert!(heard.bytes().ends_with(b"\r\n\r\n"));
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").unwrap();
        heard.read_body(stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok").unwrap();
    });
    let proxy = proxy_to(&recorder.url, &["--unsigned-payload"]);
    for (target, status, has_body) in [("/b/k", 200, true), ("/refused", 417, false)] {
        let mut stream = proxy.connect();
        let head = format!("PUT {target} HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = read_answer(&mut stream);
        if has_body {
            assert_eq!(answer.status, 100);
            stream.write_all(b"hello").unwrap();
            answer = read_answer(&mut stream);
        }
        assert_eq!(answer.status, status, "{target}");
    }
}

#[test]
fn an_upstream_that_is_missing_or_silent_is_reported() {
    let proxy = proxy_to("http://127.0.0.1:1", &["--log", "json"]);
    let answer = ask(&proxy, &plain("GET", "h", "/", &[], b""));
    assert_eq!(answer.status, 502);
    let text = answer.text();
    assert!(text.starts_with("the upstream did not answer: cannot connect to 127.0.0.1:1: "), "{text}");
    // The message contains the cause once.
    assert!(text.ends_with(" (127.0.0.1:1)\n") && text.matches("(os error").count() == 1, "{text}");
    proxy.wait_for("\"status\":502", 1);
    let silent = Recorder::start(|_, _| std::thread::sleep(Duration::from_secs(5)));
    let proxy = proxy_to(&silent.url, &["--response-timeout", "1s"]);
    let began = Instant::now();
    let answer = ask(&proxy, &plain("GET", "h", "/", &[], b""));
    let problem = format!("{} did not begin to answer within 1 s (--response-timeout)\n", silent.host());
    assert_eq!((answer.status, answer.text()), (504, problem));
    assert!(began.elapsed() < Duration::from_secs(4));
    let nonsense = Recorder::start(|stream, _| drop(stream.write_all(b"nonsense\r\n\r\n")));
    let proxy = proxy_to(&nonsense.url, &[]);
    let answer = ask(&proxy, &plain("GET", "h", "/", &[], b""));
    assert_eq!(answer.status, 502);
    assert!(answer.text().ends_with(" broke off: its answer is not valid HTTP\n"), "{}", answer.text());
    let in_the_clear = sigvet_testing::serving::Serving::start(&[]);
    let proxy = proxy_to(&in_the_clear.url.replace("http:", "https:"), &[]);
    let answer = ask(&proxy, &plain("GET", "h", "/", &[], b""));
    assert!(answer.text().ends_with(" failed: the other side does not speak TLS\n"), "{}", answer.text());
    let short =
        Recorder::start(|stream, _| stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc").unwrap());
    let proxy = proxy_to(&short.url, &[]);
    let text = String::from_utf8_lossy(&{
        let mut stream = proxy.connect();
        stream.write_all(&plain("GET", "h", "/", &[], b"")).unwrap();
        let mut all = Vec::new();
        // Only the end of the connection shows that something is missing.
        let _ = stream.read_to_end(&mut all);
        all
    })
    .into_owned();
    assert!(text.ends_with("\r\n\r\nabc") && text.contains("content-length: 9"), "{text}");
}

/// Catches an answer that is logged as if it were complete, and a missing line about one that broke off.
#[test]
fn the_log_line_of_an_answer_is_written_at_its_end() {
    const HEAD: &[u8] =
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n";
    let (go, gone) = mpsc::channel::<()>();
    let gone = std::sync::Mutex::new(gone);
    let recorder = Recorder::start(move |stream, heard| {
        let is_short = heard.bytes().starts_with(b"GET /short ");
        let head = if is_short { &b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"[..] } else { HEAD };
        stream.write_all(head).unwrap();
        // Data keeps coming while the client leaves.
        while heard.bytes().starts_with(b"GET /left ") && stream.write_all(b"9\r\ndata: 2\n\n\r\n").is_ok() {
            std::thread::sleep(Duration::from_millis(20));
        }
        if !is_short && gone.lock().unwrap().recv_timeout(Duration::from_secs(20)).is_ok() {
            // The client may have closed.
            let _ = stream.write_all(b"9\r\ndata: 2\n\n\r\n0\r\n\r\n");
        }
    });
    let proxy = proxy_to(&recorder.url, &["--log", "json", "--stop-timeout", "1s"]);
    let begin = |target: &str| {
        let mut stream = proxy.connect();
        stream.write_all(&plain("GET", "h", target, &[], b"")).unwrap();
        let mut first = Vec::new();
        while !first.ends_with(b"data: 1\n\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            first.push(byte[0]);
        }
        stream
    };
    let line = |target: &str| -> serde_json::Value {
        proxy.wait_for(&format!("\"target\":\"{target}\""), 1);
        let log = proxy.log();
        serde_json::from_str(log.lines().find(|line| line.contains(target)).unwrap()).unwrap()
    };
    let ending = |target: &str| {
        let line = line(target);
        let upstream = &line["upstream"];
        (upstream["bytes"].as_u64().unwrap(), upstream["broken"].as_bool().unwrap(), line["problem"].clone())
    };
    let mut whole = begin("/whole");
    std::thread::sleep(Duration::from_millis(300));
    assert!(!proxy.log().contains("/whole"), "{}", proxy.log());
    go.send(()).unwrap();
    let _ = whole.read_to_end(&mut Vec::new());
    assert_eq!(ending("/whole"), (18, false, serde_json::Value::Null));
    let mut short = proxy.connect();
    short.write_all(&plain("GET", "h", "/short", &[], b"")).unwrap();
    let _ = short.read_to_end(&mut Vec::new());
    assert_eq!(ending("/short"), (3, true, "the upstream broke off its response".into()));
    drop(begin("/left"));
    let left = "the client closed the connection before the end of the response";
    let (bytes, is_broken, problem) = ending("/left");
    assert!(bytes >= 9 && is_broken && problem == left, "{bytes} {problem}");
    let _cut = begin("/cut");
    proxy.terminate();
    assert_eq!(ending("/cut"), (9, true, "the response did not finish within --stop-timeout".into()));
    assert_eq!(proxy.wait().0, Some(0));
}

/// Catches a request that is sent twice although that may have effects, and one that fails although it could be
/// repeated.
#[test]
fn only_idempotent_requests_are_sent_again_and_signed_anew() {
    let times = std::sync::Arc::new(AtomicUsize::new(0));
    let counted = std::sync::Arc::clone(&times);
    let recorder = Recorder::start(move |stream, heard| {
        heard.read_body(stream);
        if counted.fetch_add(1, Ordering::SeqCst) % 2 == 1 {
            stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok").unwrap();
        }
    });
    let proxy = proxy_to(&recorder.url, &[]);
    let answer = ask(&proxy, &plain("PUT", "h", "/b/k", &[], b"hello"));
    assert_eq!((answer.status, times.load(Ordering::SeqCst)), (200, 2));
    assert!(recorder.heard().iter().all(|heard| heard.ends_with("\r\n\r\nhello")));
    let answer = ask(&proxy, &plain("POST", "h", "/b/k", &[], b"hello"));
    assert_eq!((answer.status, times.load(Ordering::SeqCst)), (502, 3), "{}", answer.text());
}

/// A response to HEAD declares the length of a body that is not sent, and a 204 has none.
#[test]
fn answers_without_a_body_end_at_the_head() {
    let recorder = Recorder::start(|stream, heard| {
        let is_head = heard.bytes().starts_with(b"HEAD ");
        let answer = match is_head {
            true => &b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nConnection: close\r\n\r\n"[..],
            false => b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
        };
        stream.write_all(answer).unwrap();
    });
    let proxy = proxy_to(&recorder.url, &[]);
    let mut stream = proxy.connect();
    stream.write_all(&plain("HEAD", "h", "/b/k", &[], b"")).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert!(text.contains("content-length: 1000\r\n") && text.ends_with("\r\n\r\n"), "{text}");
    assert_eq!(ask(&proxy, &plain("DELETE", "h", "/b/k", &[], b"")).status, 204);
}

/// Accepted requests are answered, and the exit code is 0.
#[test]
fn stopping_under_load_loses_no_request() {
    let recorder = Recorder::start(|stream, heard| {
        heard.read_body(stream);
        std::thread::sleep(Duration::from_millis(300));
        stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok").unwrap();
    });
    let proxy = proxy_to(&recorder.url, &[]);
    std::thread::scope(|scope| {
        let asking: Vec<_> =
            (0..20).map(|_| scope.spawn(|| ask(&proxy, &plain("GET", "h", "/", &[], b"")).status)).collect();
        while recorder.heard().len() < 20 {
            std::thread::sleep(Duration::from_millis(5));
        }
        proxy.terminate();
        asking.into_iter().for_each(|asking| assert_eq!(asking.join().unwrap(), 200));
    });
    assert_eq!(proxy.wait().0, Some(0));
}

/// Catches a slot for each connection that is not freed, or a request that waits for another one.
#[test]
fn five_hundred_connections_are_served_at_once() {
    // In a separate process, so that this one has a descriptor for each client.
    let server = Serving::start(&["--service", "s3", "--no-page", "--time-limit", "0s"]);
    let proxy = proxy_to(&server.url, &["--unsigned-payload", "--log", "json"]);
    let mut streams: Vec<_> = (0..500).map(|_| proxy.connect()).collect();
    let request = plain("PUT", "h", "/b/k", &[], b"hello");
    let (beginning, end) = request.split_at(request.len() - 3);
    streams.iter_mut().for_each(|stream| stream.write_all(beginning).unwrap());
    // All of them are running now, and none can have been answered.
    streams.iter_mut().rev().for_each(|stream| stream.write_all(end).unwrap());
    let answered = streams.iter_mut().map(read_answer).filter(|answer| answer.status == 200).count();
    assert_eq!(answered, 500);
}

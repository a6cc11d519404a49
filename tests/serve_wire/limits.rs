//! Clients that take too much, and others that must not notice.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use sigvet_core::prepare::PayloadChoice;

use sigvet_testing::Sigvet;
use sigvet_testing::serving::Serving;

use crate::answers::statuses;
use crate::signed::{request, request_with, streamed};

#[test]
fn a_head_that_is_too_long_is_refused() {
    let server = Serving::start(&["--max-head", "16KiB", "--log", "json"]);
    let long = format!("GET / HTTP/1.1\r\nHost: h\r\nX: {}\r\n\r\n", "a".repeat(40_000));
    assert_eq!(statuses(&server.converse(long.as_bytes())), [431]);
    // One that still fits into the buffer gets a text.
    let longer = format!("GET / HTTP/1.1\r\nHost: h\r\nX: {}\r\n\r\n", "a".repeat(20_000));
    let answer = server.converse(longer.as_bytes());
    assert_eq!(statuses(&answer), [431]);
    assert!(answer.contains("the request line and the headers are longer than 16384 bytes"), "{answer}");
    server.wait_for("\"status\":431", 2);
    let many = format!("GET / HTTP/1.1\r\nHost: h\r\n{}\r\n", "a: b\r\n".repeat(400));
    assert_eq!(statuses(&server.converse(many.as_bytes())), [431]);
    assert_eq!(statuses(&server.converse(&request("GET", server.address(), "/", b""))), [200]);
}

#[test]
fn a_body_that_is_too_long_is_refused_and_a_wrongly_signed_one_is_not_read() {
    let server = Serving::start(&["--max-body", "3MiB"]);
    let host = server.address();
    let body = vec![b'a'; 4 * 1024 * 1024];
    assert_eq!(statuses(&server.converse(&request("PUT", host, "/b/k", &body))), [413]);
    assert_eq!(statuses(&server.converse(&request("PUT", host, "/b/k", &body[..2 * 1024 * 1024]))), [200]);
    let other = [request("PUT", host, "/b/k", &body[..2 * 1024 * 1024 - 1]), b"b".to_vec()].concat();
    let other = String::from_utf8(other).unwrap().replace("Content-Length: 2097151", "Content-Length: 2097152");
    let answer = server.converse(other.as_bytes());
    assert!(answer.contains("XAmzContentSHA256Mismatch"), "{answer}");
    // The head alone is wrong: the answer arrives before the body does.
    let head = String::from_utf8(request("PUT", host, "/b/k", &body[..2 * 1024 * 1024])).unwrap();
    let (head, _) = head.split_once("\r\n\r\n").unwrap();
    let mut stream = server.connect();
    stream.write_all(format!("{}\r\n\r\n", head.replace("/b/k", "/b/other")).as_bytes()).unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 403");
}

/// Catches a client that is told to send what is then refused: it asked whether its body is wanted (RFC 9110 §10.1.1).
#[test]
fn a_client_that_asks_before_sending_too_much_is_not_told_to_send() {
    let server = Serving::start(&["--max-body", "3MiB"]);
    let head = |length: u64| {
        let request = String::from_utf8(request("PUT", server.address(), "/b/k", b"x")).unwrap();
        let (head, _) = request.split_once("Content-Length").unwrap();
        format!("{head}Expect: 100-continue\r\nContent-Length: {length}\r\n\r\n")
    };
    let first = |head: String| {
        let mut stream = server.connect();
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    };
    assert_eq!(first(head(3 * 1024 * 1024 + 1)), "HTTP/1.1 413");
    assert_eq!(first(head(3 * 1024 * 1024)), "HTTP/1.1 100");
}

/// Catches a limit with which no request would ever be answered.
#[test]
fn a_limit_of_zero_is_refused() {
    for (option, problem) in [
        ("--max-connections", "expected a count above 0, for example 1024; found '0'"),
        ("--max-body", "expected a size above 0, for example 1MiB; found '0'"),
        ("--max-head", "expected a size above 0, for example 1MiB; found '0'"),
        ("--head-timeout", "expected a duration above 0, for example 10s; found '0'"),
        ("--idle-timeout", "expected a duration above 0, for example 10s; found '0'"),
    ] {
        for command in [&["serve", "--demo-keys"][..], &["proxy", "--to", "https://s3.eu-west-1.amazonaws.com"]] {
            let outcome = Sigvet::anonymous(&[command, &[option, "0"]].concat()).run();
            assert_eq!((outcome.code, outcome.text().as_str()), (Some(2), ""), "{command:?} {option}");
            assert!(outcome.stderr.contains(problem), "{command:?} {option}: {}", outcome.stderr);
            assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
        }
    }
}

/// Catches a named file that does not exist and is silently ignored.
#[test]
fn a_missing_profile_file_is_reported() {
    for words in [&["serve"][..], &["serve", "--demo-keys"], &["watch"]] {
        let file: &[&str] = &["--profile-file", "/nowhere/profiles.toml"];
        let rest: &[&str] = if words == ["watch"] { &["--", "true"] } else { &["--port", "0"] };
        let outcome = Sigvet::anonymous(&[words, file, rest].concat()).run();
        assert_eq!(outcome.code, Some(4), "{words:?}");
        assert!(outcome.stderr.contains("profile file /nowhere/profiles.toml does not exist"), "{}", outcome.stderr);
    }
}

/// By Python's `hashlib` and `zlib`, for 1.5 MiB of zeros.
#[test]
fn checksums_of_a_body_that_is_not_in_memory_are_also_compared() {
    let server = Serving::start(&[]);
    let body = vec![0; 1_572_864];
    let put = |name: &str, value: &str| {
        let headers = [(name, value)];
        server.converse(&request_with("PUT", server.address(), "/b/k", &headers, &body, PayloadChoice::Unsigned))
    };
    for (name, right) in [("content-md5", MD5), ("x-amz-checksum-crc32", CRC32)] {
        assert_eq!(statuses(&put(name, right)), [200], "{name}");
        let answer = put(name, &right.replacen(&right[..1], if right.starts_with('A') { "B" } else { "A" }, 1));
        assert!(answer.contains("BadDigest") && answer.contains("checksum-mismatch"), "{answer}");
    }
}

const MD5: &str = "aBHEgurSfAsRZez76ZbCtA==";
const CRC32: &str = "rCxe4Q==";

/// A body in signed chunks that does not fit in memory is verified chunk by chunk.
#[test]
fn chunks_of_a_body_that_is_not_in_memory_are_verified_on_arrival() {
    let server = Serving::start(&[]);
    let text = streamed(server.address(), &vec![b'a'; 3 * 1024 * 1024]);
    assert_eq!(statuses(&server.converse(&text)), [200]);
    let mut other = text.clone();
    let place = other.len() - 100_000;
    other[place] = b'b';
    let answer = server.converse(&other);
    assert!(answer.contains("SignatureDoesNotMatch") && answer.contains("chunk-signature"), "{answer}");
}

#[test]
fn slow_clients_are_dropped_and_others_are_served() {
    let server = Serving::start(&["--head-timeout", "1s", "--idle-timeout", "1s", "--max-connections", "40"]);
    let host = server.address();
    let mut slow: Vec<_> = (0..30).map(|_| server.connect()).collect();
    slow.iter_mut().for_each(|stream| stream.write_all(b"GET / HT").unwrap());
    let mut body = server.connect();
    let put = request("PUT", host, "/b/k", b"hello");
    body.write_all(&put[..put.len() - 2]).unwrap();
    let began = Instant::now();
    assert_eq!(statuses(&server.converse(&request("GET", host, "/", b""))), [200]);
    assert!(began.elapsed() < Duration::from_secs(20), "others wait for the slow ones");
    let mut rest = String::new();
    let _ = body.read_to_string(&mut rest);
    assert_eq!(statuses(&rest), [408]);
    for stream in &mut slow {
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
    }
}

/// SDKs keep their connections open. Catches an idle one that is logged as a refused request when it times out.
#[test]
fn an_idle_connection_is_not_a_request() {
    let server = Serving::start(&["--head-timeout", "1s", "--exit-code"]);
    let mut stream = server.connect();
    stream.write_all(&request("GET", server.address(), "/", b"")).unwrap();
    let mut answers = String::new();
    // Until the server has closed it.
    stream.read_to_string(&mut answers).unwrap();
    assert_eq!(statuses(&answers), [200]);
    server.terminate();
    let (code, log) = server.wait();
    assert_eq!((code, log.matches("GET /").count(), log.contains("timeout")), (Some(0), 1, false), "{log}");
}

/// More clients than allowed: the last ones wait, and are served.
#[test]
fn connections_beyond_the_limit_wait_for_their_turn() {
    let server = Serving::start(&["--max-connections", "2"]);
    let (first, second) = (server.connect(), server.connect());
    let mut third = server.connect();
    third.write_all(&request("GET", server.address(), "/", b"")).unwrap();
    third.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    assert!(third.read(&mut [0; 1]).is_err(), "it waits");
    // The log explains the reason.
    server.wait_for("all 2 connections are in use (--max-connections); further ones wait\n", 1);
    drop((first, second));
    third.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut answer = [0; 12];
    third.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// hyper keeps an HTTP/2 connection for as long as its client answers pings.
#[test]
fn an_unused_http_2_connection_is_closed() {
    let server = Serving::start(&["--idle-timeout", "1s"]);
    let mut stream = server.connect();
    stream.write_all(&[&b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..], &frame(4, 0, 0, b"")].concat()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let (began, mut head) = (Instant::now(), [0; 9]);
    while stream.read_exact(&mut head).is_ok() {
        let mut payload = vec![0; usize::from(head[1]) << 8 | usize::from(head[2])];
        stream.read_exact(&mut payload).unwrap();
        if (head[3], head[4]) == (6, 0) {
            // It may have been closed meanwhile.
            let _ = stream.write_all(&frame(6, 1, 0, &payload));
        }
        assert!(began.elapsed() < Duration::from_secs(8), "it is kept");
    }
    assert!((1..8).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
}

/// Thousands of HTTP/2 requests that are cancelled at once (CVE-2023-44487).
#[test]
fn a_flood_of_reset_streams_hurts_nobody_else() {
    let server = Serving::start(&["--log", "json"]);
    let mut flood = [&b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..], &frame(4, 0, 0, b"")].concat();
    for number in 0..20_000 {
        let stream = number * 2 + 1;
        // :method GET, :scheme http, :path /, :authority h.
        flood.extend(frame(1, 0x5, stream, &[0x82, 0x86, 0x84, 0x41, 1, b'h']));
        flood.extend(frame(3, 0, stream, &[0, 0, 0, 8]));
    }
    let mut streams: Vec<_> = (0..4).map(|_| server.connect()).collect();
    for stream in &mut streams {
        // It may be closed long before everything is written.
        let _ = stream.write_all(&flood);
    }
    assert_eq!(statuses(&server.converse(&request("GET", server.address(), "/", b""))), [200]);
    let answered = server.log().matches("\"status\":403").count();
    assert!(answered < 20_000, "{answered} of 80,000 were judged");
}

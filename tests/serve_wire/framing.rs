//! Where a request ends, and which bytes are judged.

use sigvet_core::prepare::PayloadChoice;

use sigvet_testing::serving::Serving;

use crate::answers::statuses;
use crate::signed::{request, request_with};

/// Catches a library between wire and judge that rewrites a target.
#[test]
fn targets_are_judged_as_sent() {
    let server = Serving::start(&[]);
    let host = server.address();
    for target in ["/", "/b/a%20b", "/b//x/../y", "/b/%C3%BC+%2B", "/b/k?a=%2F&b&c=%zz", "/b/~k?X=1&x=2&&", "/b/k|\"{}"]
    {
        let answer = server.converse(&request("GET", host, target, b""));
        assert_eq!(statuses(&answer), [200], "{target}: {answer}");
    }
}

#[test]
fn pipelined_requests_are_all_answered() {
    let server = Serving::start(&[]);
    let host = server.address();
    let three = [
        request("PUT", host, "/b/1", b"GET / HTTP/1.1\r\n\r\n"),
        request("GET", host, "/b/2", b""),
        request("PUT", host, "/b/3", b"x"),
    ];
    let answers = server.converse(&three.concat());
    assert_eq!(statuses(&answers), [200, 200, 200], "{answers}");
    let mut wrong = three.clone();
    wrong[1] = b"GET /b/2 HTTP/1.1\r\nHost: h\r\n\r\n".to_vec();
    assert_eq!(statuses(&server.converse(&wrong.concat())), [200, 403, 200]);
}

#[test]
fn a_body_in_http_chunks_is_the_same_body() {
    let server = Serving::start(&[]);
    let head = request("PUT", server.address(), "/b/k", b"hello");
    let head = String::from_utf8(head).unwrap().replace("Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n");
    let chunked = |body: &str| head.replace("\r\n\r\nhello", &format!("\r\n\r\n{body}")).into_bytes();
    assert_eq!(statuses(&server.converse(&chunked("2;a=b\r\nhe\r\n3\r\nllo\r\n0\r\nX: y\r\n\r\n"))), [200]);
    let other = server.converse(&chunked("5\r\nhellO\r\n0\r\n\r\n"));
    assert!(other.contains("XAmzContentSHA256Mismatch"), "{other}");
}

/// A request that a proxy in front could read differently is refused, and ends the connection or is judged as a single
/// request.
#[test]
fn a_request_with_an_ambiguous_end_is_never_accepted() {
    let server = Serving::start(&[]);
    let host = server.address();
    let inner = String::from_utf8(request("GET", host, "/b/inner", b"")).unwrap();
    let head = |lines: &str| {
        let signed = request_with("POST", host, "/b/outer", &[], b"", PayloadChoice::Unsigned);
        String::from_utf8(signed).unwrap().replacen("\r\n\r\n", &format!("\r\n{lines}\r\n\r\n"), 1)
    };
    for (lines, body) in [
        ("Content-Length: 0\r\nContent-Length: 4", "evil"),
        ("Content-Length: 4\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "0\r\n\r\n"),
        ("Transfer-Encoding: chunked, identity", "0\r\n\r\n"),
        ("Transfer-Encoding : chunked", "0\r\n\r\n"),
        ("Transfer-Encoding: xchunked", "0\r\n\r\n"),
        ("Content-Length: +4", "evil"),
        ("Content-Length: 4 4", "evil"),
        ("X: a\r\n folded", ""),
        ("X: a\u{0}b", ""),
        ("Host: other.example", ""),
    ] {
        let answer = server.converse(format!("{}{body}{inner}", head(lines)).as_bytes());
        let first = statuses(&answer).first().copied();
        assert!(first.is_none_or(|status| status >= 400), "{lines:?}: {answer}");
    }
}

#[test]
fn input_that_is_not_http_is_refused_and_logged() {
    let server = Serving::start(&["--log", "json"]);
    for bytes in
        [&b"\x16\x03\x01\x02\x00\x01"[..], b"hello\r\n\r\n", b"GET /a b HTTP/1.1\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"]
    {
        let answer = server.converse(bytes);
        assert!(statuses(&answer).iter().all(|status| *status == 400), "{answer}");
    }
    assert_eq!(statuses(&server.converse(&request("GET", server.address(), "/", b""))), [200]);
    server.wait_for("\"verdict\":\"unknown\"", 3);
}

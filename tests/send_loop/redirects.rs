//! Redirects within a host: each hop is signed for its own target, with method and body as curl sends them.

use crate::common::all_bytes;
use crate::recorder::{Captured, Recorder};
use crate::{answer, assert_says, assert_valid, redirect, send};

const STATUSES: [u16; 5] = [301, 302, 303, 307, 308];

/// Sends `/from` to `/to`, with this status.
fn moved(status: u16) -> Recorder {
    Recorder::replying(move |_, request| {
        if request.line.contains(" /from") { redirect(status, "/to?a=1") } else { answer("200 OK", "", "there") }
    })
}

/// The two requests that these arguments lead to; both are validly signed.
#[track_caller]
fn both(status: u16, words: &[&str], input: &[u8]) -> [Captured; 2] {
    let server = moved(status);
    let outcome = send(&[words, &["-L", &server.url("/from")]].concat()).input(input).run().expect(0);
    assert!(outcome.text().ends_with("there") || words == ["-I"], "{status}: {outcome:?}");
    let requests = server.requests();
    requests.iter().for_each(assert_valid);
    requests.try_into().unwrap()
}

/// Catches redirects that are followed without being asked for.
#[test]
fn without_l_nothing_is_followed() {
    for status in STATUSES {
        let server = moved(status);
        assert_eq!(send(&[&server.url("/from")]).run().expect(0).text(), "moved");
        assert_eq!(server.only_request().line, "GET /from HTTP/1.1");
    }
}

/// Catches the first signature sent a second time: it is valid for no other target.
#[test]
fn a_hop_within_the_host_is_signed_for_its_own_target() {
    for status in STATUSES {
        let [first, second] = both(status, &[], b"");
        assert_eq!(second.line, "GET /to?a=1 HTTP/1.1", "{status}");
        assert_ne!(first.values("authorization"), second.values("authorization"));
        assert_eq!(first.values("host"), second.values("host"));
    }
}

/// As described in curl 7.88's manual. Catches a body that is dropped, or sent with a GET.
#[test]
fn a_post_becomes_a_get_when_it_does_with_curl() {
    for status in STATUSES {
        let [_, second] = both(status, &["-d", "a=b"], b"");
        let is_kept = status >= 307;
        assert_eq!(second.line, format!("{} /to?a=1 HTTP/1.1", if is_kept { "POST" } else { "GET" }), "{status}");
        assert_eq!(second.body, if is_kept { &b"a=b"[..] } else { b"" }, "{status}");
        assert_eq!(second.values("content-type").len(), usize::from(is_kept), "{status}");
        assert_eq!(second.values("content-length").len(), usize::from(is_kept), "{status}");
    }
}

/// Catches a method that was given explicitly, but is changed.
#[test]
fn an_explicit_method_is_kept() {
    for status in STATUSES {
        let [_, second] = both(status, &["-X", "PATCH"], b"");
        assert!(second.line.starts_with("PATCH /to"), "{status}: {}", second.line);
        let [_, second] = both(status, &["-X", "POST", "-d", "a=b"], b"");
        assert!(second.line.starts_with("POST /to"), "{status}: {}", second.line);
        assert_eq!(second.body.len(), if status >= 307 { 3 } else { 0 }, "{status}");
    }
    let [_, second] = both(303, &["-I"], b"");
    assert!(second.line.starts_with("HEAD /to"), "{}", second.line);
}

/// Catches a file that is not rewound, and an input that is gone after it was read once.
#[test]
fn a_body_is_sent_again_whole() {
    let body: Vec<u8> = all_bytes().into_iter().cycle().take(300_001).collect();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("body");
    std::fs::write(&path, &body).unwrap();
    let path = path.to_str().unwrap();
    for status in [307, 308] {
        for upload in [path, "-"] {
            for request in both(status, &["-T", upload], &body) {
                assert!(request.line.starts_with("PUT ") && request.body == body, "{status} {upload}");
                assert_eq!(request.values("content-length"), ["300001"]);
            }
        }
    }
    let [_, second] = both(303, &["-T", path], b"");
    assert_eq!((second.line.as_str(), second.body.len()), ("GET /to?a=1 HTTP/1.1", 0));
}

/// Catches a client that follows for ever, and one that counts wrong.
#[test]
fn a_loop_ends_with_47() {
    let server = Recorder::answering(redirect(302, "/again"));
    for (limit, requests) in [("0", 1), ("3", 1 + 4)] {
        let stopped = send(&["-L", "--max-redirs", limit, &server.url("/from")]).run().expect(47);
        assert_says(&stopped, &format!("more than {limit} redirects"));
        assert_eq!(server.requests().len(), requests);
    }
}

/// Catches a HEAD or a GET that loses its headers.
#[test]
fn headers_are_kept_within_the_host() {
    let [_, second] = both(302, &["-H", "Cookie: c=1", "-H", "x-amz-meta-a: b", "-e", "http://led.here/"], b"");
    for (name, value) in [("cookie", "c=1"), ("x-amz-meta-a", "b"), ("referer", "http://led.here/")] {
        assert_eq!(second.values(name), [value]);
    }
}

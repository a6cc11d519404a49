//! Browser pages from another origin: pages of this machine get answers, those of other sites do not.

use sigvet_testing::serving::Serving;

use crate::answers::statuses;
use crate::signed::{presigned, request};

/// The value of a field of an answer.
fn field<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    let head = answer.split("\r\n\r\n").next().unwrap();
    let mut fields = head.lines().filter_map(|line| line.split_once(": "));
    fields.find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn preflight(target: &str, origin: &str) -> Vec<u8> {
    format!(
        "OPTIONS {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: {origin}\r\nAccess-Control-Request-Method: PUT\r\n\
         Access-Control-Request-Headers: content-type,x-amz-meta-a\r\nConnection: close\r\n\r\n"
    )
    .into_bytes()
}

/// *CORS protocol* of the Fetch standard. Catches an upload with a presigned URL that a browser does not send, or whose
/// answer the page may not read.
#[test]
fn a_page_of_this_machine_may_use_a_presigned_url() {
    let server = Serving::start(&["--once", "--exit-code"]);
    let target = presigned(server.address(), "/b/k");
    let origin = "http://localhost:3000";
    let answer = server.converse(&preflight(&target, origin));
    assert_eq!(statuses(&answer), [200], "{answer}");
    assert_eq!(field(&answer, "access-control-allow-origin"), Some(origin));
    assert_eq!(field(&answer, "access-control-allow-methods"), Some("PUT"));
    assert_eq!(field(&answer, "access-control-allow-headers"), Some("content-type,x-amz-meta-a"));
    assert_eq!(field(&answer, "access-control-allow-credentials"), None);
    let get =
        format!("GET {target} HTTP/1.1\r\nHost: {}\r\nOrigin: {origin}\r\nConnection: close\r\n\r\n", server.address());
    // The page has to be able to read a refusal too.
    let refused = server.converse(get.replace("X-Amz-Signature=", "X-Amz-Signature=0").as_bytes());
    assert_eq!((statuses(&refused), field(&refused, "access-control-allow-origin")), (vec![403], Some(origin)));
    // The browser's preflight did not count, but the refusal did.
    assert_eq!(server.wait().0, Some(1));
    let server = Serving::start(&[]);
    let target = presigned(server.address(), "/b/k");
    let get =
        format!("GET {target} HTTP/1.1\r\nHost: {}\r\nOrigin: {origin}\r\nConnection: close\r\n\r\n", server.address());
    let answer = server.converse(get.as_bytes());
    assert_eq!((statuses(&answer), field(&answer, "access-control-allow-origin")), (vec![200], Some(origin)));
    assert_eq!(field(&answer, "vary"), Some("Origin"));
    let without = server.converse(&request("GET", server.address(), "/b/k", b""));
    assert_eq!(field(&without, "access-control-allow-origin"), None);
}

/// The demo key is public: with it any site could read what is stored here.
#[test]
fn other_sites_get_no_answer_and_cannot_use_the_page() {
    let server = Serving::start(&[]);
    for origin in ["https://evil.example", "null", "http://localhost.evil.example"] {
        let answer = server.converse(&preflight("/b/k", origin));
        assert_eq!((statuses(&answer), field(&answer, "access-control-allow-origin")), (vec![403], None), "{answer}");
        let get = format!("GET /b/k HTTP/1.1\r\nHost: h\r\nOrigin: {origin}\r\n\r\n");
        assert_eq!(field(&server.converse(get.as_bytes()), "access-control-allow-origin"), None);
    }
    for target in ["/_sigvet/", "/_sigvet/events"] {
        for origin in ["http://localhost:3000", "https://evil.example"] {
            let answer = server.converse(&preflight(target, origin));
            assert_ne!(statuses(&answer), [200], "{answer}");
            assert_eq!(field(&answer, "access-control-allow-origin"), None, "{target}");
            let get = format!(
                "GET {target} HTTP/1.1\r\nHost: {}\r\nOrigin: {origin}\r\nConnection: close\r\n\r\n",
                server.address()
            );
            let answer = server.converse(get.as_bytes());
            assert_eq!((statuses(&answer), field(&answer, "access-control-allow-origin")), (vec![403], None));
        }
    }
}

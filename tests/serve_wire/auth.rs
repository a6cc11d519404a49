//! Proxies that ask whether a request may pass.

use sigvet_testing::serving::Serving;

use crate::answers::statuses;
use crate::signed::{presigned, request};

/// The head of a proxy's question about a signed request.
fn question(path: &str, fields: &str, signed: &[u8]) -> String {
    let signed = String::from_utf8(signed.to_vec()).unwrap();
    let (_, headers) = signed.split_once("\r\n").unwrap();
    format!("GET {path} HTTP/1.1\r\n{fields}{}", headers.split("\r\n\r\n").next().unwrap()) + "\r\n\r\n"
}

#[test]
fn a_right_signature_may_pass_and_a_wrong_one_may_not() {
    let (nginx, traefik, envoy) = (
        Serving::start(&["--auth", "nginx"]),
        Serving::start(&["--auth", "traefik"]),
        Serving::start(&["--auth", "envoy"]),
    );
    let signed = request("PUT", "s3.example", "/b/k?x=%2F", b"");
    let fields = "X-Original-Method: PUT\r\nX-Original-URI: /b/k?x=%2F\r\n";
    let answer = nginx.converse(question("/auth", fields, &signed).as_bytes());
    assert_eq!(statuses(&answer), [204], "{answer}");
    assert!(answer.contains("x-sigvet-access-key-id: AKIAIOSFODNN7EXAMPLE"), "{answer}");
    let other = question("/auth", &fields.replace("/b/k", "/b/j"), &signed);
    assert_eq!(statuses(&nginx.converse(other.as_bytes())), [403]);
    let fields = "X-Forwarded-Method: PUT\r\nX-Forwarded-Uri: /b/k?x=%2F\r\nX-Forwarded-Host: s3.example\r\n";
    let asked = question("/", fields, &signed).replace("\r\nHost: s3.example", "\r\nHost: auth.example");
    assert_eq!(statuses(&traefik.converse(asked.as_bytes())), [204]);
    assert_eq!(statuses(&envoy.converse(&signed)), [204]);
    let url = presigned("s3.example", "/b/k");
    let fields = format!("X-Original-Method: GET\r\nX-Original-URI: {url}\r\nHost: s3.example\r\n");
    assert_eq!(statuses(&nginx.converse(format!("GET /auth HTTP/1.1\r\n{fields}\r\n").as_bytes())), [204]);
}

#[test]
fn a_missing_signature_is_401_and_missing_fields_are_a_setup_error() {
    let nginx = Serving::start(&["--auth", "nginx"]);
    let unsigned = "GET /auth HTTP/1.1\r\nHost: h\r\nX-Original-Method: GET\r\nX-Original-URI: /b/k\r\n\r\n";
    assert_eq!(statuses(&nginx.converse(unsigned.as_bytes())), [401]);
    // Fields of another proxy come from the client.
    let signed = request("GET", "s3.example", "/public", b"");
    let forwarded = question("/auth", "X-Forwarded-Method: GET\r\nX-Forwarded-Uri: /public\r\n", &signed);
    let answer = nginx.converse(forwarded.as_bytes());
    assert_eq!(statuses(&answer), [500]);
    assert!(answer.contains("no x-original-method header"), "{answer}");
}

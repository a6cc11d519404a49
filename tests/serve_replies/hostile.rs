//! Values that could break out of the reply that quotes them. Catches a header that is split, a body that a parser of
//! its own format cannot read, and a server that crashes.

use sigvet_testing::serving::Serving;

use crate::keys::{KEY_ID, long_term, server};
use crate::signing::{Draft, on_the_wire, with_change};
use crate::table::Protocol;
use crate::wire::{Answer, ask};

const PROTOCOLS: [Protocol; 8] = [
    Protocol::S3,
    Protocol::Sts,
    Protocol::Ec2,
    Protocol::DynamoDb,
    Protocol::Logs,
    Protocol::Sqs,
    Protocol::ApiGateway,
    Protocol::CloudWatch,
];

/// Hostile values for an access key ID, a region or a header, sent in a header.
fn in_headers() -> Vec<Vec<u8>> {
    let long = "<&\"'\u{fc}".repeat(6 * 1024);
    vec![
        b"<Code>&amp;</Code>]]><!--".to_vec(),
        b"\"}\\u0000\\,{'".to_vec(),
        b"\xff\xfe\x80\xc3(".to_vec(),
        "\u{fc}\u{feff}\u{ffff}\u{202e}\u{1f980}".as_bytes().to_vec(),
        b"a\tb".to_vec(),
        b"\xa1aX\xbf\xff\x7b\x00".iter().copied().filter(|byte| *byte != 0).collect(),
        long.into_bytes(),
    ]
}

/// The same, and values that can only be written in a URL.
fn in_urls() -> Vec<Vec<u8>> {
    let controls: Vec<u8> = (0..32).chain([127]).collect();
    in_headers().into_iter().chain([b"a\r\nX-Injected: yes\r\n\r\n<b>".to_vec(), controls]).collect()
}

fn percent_encoded(value: &[u8]) -> String {
    value.iter().map(|byte| format!("%{byte:02X}")).collect()
}

/// A URL may be longer than a head allows; longer ones are refused for their length, which is not tested here.
fn fits(value: &[u8]) -> bool {
    value.len() < 16 * 1024
}

#[test]
fn a_value_in_a_header_breaks_no_reply() {
    for answer_as in ["sigvet", "minio", "ceph"] {
        let server = server(&format!("hostile-{answer_as}"), &["--answer-as", answer_as, "--time-limit", "0s"]);
        for protocol in PROTOCOLS {
            for value in in_headers() {
                let right = on_the_wire(&protocol.draft(&long_term()).signed());
                check(&server, protocol, answer_as, &with_bytes(&right, KEY_ID, &value));
                check(
                    &server,
                    protocol,
                    answer_as,
                    &with_bytes(&right, "/us-east-1/", &[b"/", &value[..], b"/"].concat()),
                );
                check(&server, protocol, answer_as, &with_bytes(&right, "20260301T", &value));
                let listed = [b"SignedHeaders=", &value[..]].concat();
                check(&server, protocol, answer_as, &with_bytes(&right, "SignedHeaders=", &listed));
                let header = [b"Host: replies.example\r\nx-amz-meta-a: ", &value[..], b"\r\n"].concat();
                let listed = with_change(&right, ", Signature=", ";x-amz-meta-a, Signature=");
                check(&server, protocol, answer_as, &with_bytes(&listed, "Host: replies.example\r\n", &header));
            }
        }
        assert_alive(&server);
    }
}

#[test]
fn a_value_in_a_url_breaks_no_reply() {
    let server = server("hostile-url", &["--time-limit", "0s"]);
    for protocol in PROTOCOLS {
        for value in in_urls().iter().filter(|value| fits(value)) {
            let encoded = percent_encoded(value);
            let url = on_the_wire(&protocol.draft(&long_term()).presigned(300));
            check(&server, protocol, "sigvet", &with_change(&url, KEY_ID, &encoded));
            check(
                &server,
                protocol,
                "sigvet",
                &with_change(&url, "X-Amz-Date=20260301", &format!("X-Amz-Date={encoded}")),
            );
            check(
                &server,
                protocol,
                "sigvet",
                &with_change(&url, "X-Amz-Expires=300", &format!("X-Amz-Expires={encoded}")),
            );
            check(&server, protocol, "sigvet", &with_change(&url, "us-east-1", &encoded));
        }
    }
    assert_alive(&server);
}

/// The mistake that is found is also reported with what was sent.
#[test]
fn a_value_in_a_found_mistake_breaks_no_reply() {
    let server = server("hostile-search", &["--time-limit", "1s"]);
    for value in in_urls().iter().filter(|value| fits(value)) {
        let url = on_the_wire(&Protocol::S3.draft(&long_term()).presigned(300));
        check(&server, Protocol::S3, "sigvet", &with_change(&url, "us-east-1", &percent_encoded(value)));
    }
    assert_alive(&server);
}

/// What was sent is quoted unchanged, if the format can express it.
#[test]
fn a_key_id_with_markup_is_quoted_as_it_was_sent() {
    let server = server("hostile-echo", &["--answer-as", "aws", "--time-limit", "0s"]);
    let url = on_the_wire(&Protocol::S3.draft(&long_term()).presigned(300));
    let id = "<Code>&amp;\r\n\t\"']]>\u{fc}";
    let answer = ask(&server, &with_change(&url, KEY_ID, &percent_encoded(id.as_bytes())));
    assert_eq!(answer.element("AWSAccessKeyId").as_deref(), Some(id));
    assert_eq!(answer.element("Code").as_deref(), Some("InvalidAccessKeyId"));
}

/// In a capture such an ID means that somebody redacted it. On the wire it is an unknown ID.
#[test]
fn an_id_that_looks_redacted_is_unknown() {
    let server = server("hostile-blacked-out", &["--time-limit", "0s"]);
    for id in ["***", "AKIA****MPLE", "[REDACTED]", "<access-key>", "{key id}", "HIDDEN"] {
        // The ID is not signed: with the key's real ID, the signature is right.
        let signed = on_the_wire(&Protocol::S3.draft(&long_term()).signed());
        let answer = ask(&server, &with_change(&signed, KEY_ID, id));
        assert_eq!(
            (answer.status, answer.header("x-sigvet-cause")),
            (403, Some("access-key-unknown")),
            "{id}: {answer:?}"
        );
        assert_eq!(answer.element("Code").as_deref(), Some("InvalidAccessKeyId"), "{id}");
    }
}

fn with_bytes(request: &[u8], from: &str, to: &[u8]) -> Vec<u8> {
    let at = request.windows(from.len()).position(|bytes| bytes == from.as_bytes()).unwrap();
    [&request[..at], to, &request[at + from.len()..]].concat()
}

/// The reply is well-formed in the format that it declares, and its headers are ours.
fn check(server: &Serving, protocol: Protocol, answer_as: &str, request: &[u8]) {
    let answer = ask(server, request);
    let shown = || format!("{protocol:?}: {answer:?}\nto {}", String::from_utf8_lossy(request));
    assert!((400..500).contains(&answer.status), "{}", shown());
    assert!(answer.header("x-injected").is_none(), "{}", shown());
    assert_eq!(answer.header("content-length"), Some(answer.body.len().to_string().as_str()), "{}", shown());
    let is_id = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b',');
    assert!(answer.header("x-sigvet-cause").is_none_or(|cause| cause.bytes().all(is_id)), "{}", shown());
    // Input that is not HTTP is refused before it is parsed, in words.
    if answer.header("x-sigvet-verdict") != Some("unknown") && answer.header("x-sigvet-verdict").is_some() {
        parse(protocol, answer_as, &answer);
    }
}

fn parse(protocol: Protocol, answer_as: &str, answer: &Answer) {
    match (answer_as, answer.content_type()) {
        (_, "application/xml" | "text/xml" | "text/xml;charset=UTF-8") => {
            assert!(answer.element("Code").is_some_and(|code| code.bytes().all(|byte| byte.is_ascii_alphanumeric())));
        }
        ("sigvet", "application/cbor") => assert!(answer.cbor("message").is_some(), "{answer:?}"),
        ("sigvet", _) => assert!(answer.json()["message"].is_string(), "{protocol:?}: {answer:?}"),
        other => panic!("{other:?}: {answer:?}"),
    }
}

fn assert_alive(server: &Serving) {
    let request = Draft::new("GET", "/b/k", "s3", &long_term()).signed();
    assert_eq!(ask(server, &on_the_wire(&request)).status, 200);
}

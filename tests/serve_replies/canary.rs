//! Canaries: a secret key, a session token, and values derived from them, searched for in everything that a server
//! says. Catches a reply, a log line or a page that allows somebody to sign, or to read a token.

use std::io::{Read, Write};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sigvet_core::credentials::{Credentials, Secret};
use sigvet_core::request::Request;
use sigvet_testing::serving::Serving;

use crate::forms::{chunks_with_another_payload, derived_keys, form, right_chunks, version_2};
use crate::keys::{KEY_ID, SECRET, SESSION_KEY_ID, SESSION_SECRET, TOKEN, long_term, server, session};
use crate::signing::{Draft, on_the_wire, with_change};
use crate::table::{Fault, Protocol};
use crate::wire::ask;

/// A request, and the signatures that nobody may see.
type Sent = (&'static str, Vec<u8>, Vec<String>);

/// The signature in a request, which its owner knows.
fn signature_of(request: &Request) -> String {
    let text = String::from_utf8_lossy(&on_the_wire(request)).into_owned();
    let from = text.find("Signature=").unwrap() + "Signature=".len();
    text[from..].chars().take_while(char::is_ascii_hexdigit).collect()
}

fn wrong(credentials: &Credentials) -> Credentials {
    Credentials { secret_access_key: Secret::new("another secret, which is wrong"), ..credentials.clone() }
}

/// A request that is only sent wrongly signed, so that nobody knows its right signature.
fn draft(protocol: Protocol, credentials: &Credentials) -> Draft {
    protocol.draft(credentials).with_header("x-amz-meta-sent", "wrongly signed alone")
}

fn requests() -> Vec<Sent> {
    let mut sent: Vec<Sent> = Vec::new();
    for credentials in [long_term(), session()] {
        sent.push(("right", on_the_wire(&Protocol::S3.draft(&credentials).signed()), vec![]));
        sent.push(("right URL", on_the_wire(&Protocol::S3.draft(&credentials).presigned(300)), vec![]));
        let (right, wrong) = (draft(Protocol::S3, &credentials), draft(Protocol::S3, &wrong(&credentials)));
        sent.push(("wrong", on_the_wire(&wrong.signed()), vec![signature_of(&right.signed())]));
        sent.push(("wrong URL", on_the_wire(&wrong.presigned(300)), vec![signature_of(&right.presigned(300))]));
    }
    for protocol in [Protocol::Sts, Protocol::Ec2, Protocol::DynamoDb, Protocol::ApiGateway, Protocol::CloudWatch] {
        sent.push(("right in another protocol", on_the_wire(&protocol.draft(&session()).signed()), vec![]));
        let (right, wrong) = (draft(protocol, &session()), draft(protocol, &wrong(&session())));
        sent.push(("wrong in another protocol", on_the_wire(&wrong.signed()), vec![signature_of(&right.signed())]));
        sent.push(("no token", Fault::TokenMissing.request(protocol), vec![]));
        sent.push(("expired", Fault::UrlExpired.request(protocol), vec![]));
    }
    // Changes in transit: the right signature is that of what arrived.
    let other = |method, target| Draft::new(method, target, "s3", &session());
    let renamed = with_change(&on_the_wire(&other("PUT", "/b/k").signed()), "/b/k ", "/b/j ");
    sent.push(("another path", renamed, vec![signature_of(&other("PUT", "/b/j").signed())]));
    let meta =
        with_change(&on_the_wire(&other("PUT", "/b/k").with_header("x-amz-meta-a", "1").signed()), "a: 1", "a: 2");
    sent.push((
        "another header",
        meta,
        vec![signature_of(&other("PUT", "/b/k").with_header("x-amz-meta-a", "2").signed())],
    ));
    let (chunks, signatures) = chunks_with_another_payload();
    sent.push(("chunks", chunks, signatures));
    sent.push(("right chunks", right_chunks(), vec![]));
    let (version_2, signature) = version_2();
    sent.push(("version 2", version_2, vec![signature]));
    let (wrong_form, signature) = form(false);
    sent.push(("form", wrong_form, vec![signature]));
    sent.push(("right form", form(true).0, vec![]));
    sent
}

/// What no reply, log or page may contain, with the name that the test reports.
fn hidden() -> Vec<(String, String)> {
    let mut hidden = Vec::new();
    for (name, value) in [("the secret", SECRET), ("the secret of the session", SESSION_SECRET), ("the token", TOKEN)] {
        hidden.extend(forms_of(value.as_bytes()).into_iter().map(|form| (name.to_owned(), form)));
    }
    for (secret, service) in [(SECRET, "s3"), (SESSION_SECRET, "s3"), (SECRET, "sts"), (SESSION_SECRET, "dynamodb")] {
        for key in derived_keys(secret, service) {
            let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
            let forms = [hex.to_uppercase(), hex, BASE64_STANDARD.encode(&key)];
            hidden.extend(forms.map(|form| (format!("a key of {service}"), form)));
        }
    }
    hidden
}

/// Unchanged, percent-encoded, in hex as S3 writes it, and within base64 at each of the three offsets.
fn forms_of(value: &[u8]) -> Vec<String> {
    let percent = |byte: &u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(*byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    let hex: Vec<String> = value.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![
        String::from_utf8(value.to_vec()).unwrap(),
        value.iter().map(percent).collect(),
        hex.concat(),
        hex.join(" "),
    ];
    for before in 0..3 {
        let text = BASE64_STANDARD.encode([&vec![0; before], value].concat());
        // Its first and its last digits contain bits of its neighbours.
        forms.push(text[4..text.len() - 4].to_owned());
    }
    forms
}

#[test]
fn no_reply_log_line_or_page_shows_anything_to_sign_with() {
    let requests = requests();
    // JSON lines name what was found; the explanation is in the text, and on the pages.
    for options in [["--log", "json", "--time-limit", "0s"], ["--log", "text", "--time-limit", "1s"]] {
        let server = server(&format!("canary-{}", options[1]), &options);
        let mut said: Vec<(String, Vec<u8>)> = Vec::new();
        for (name, request, _) in &requests {
            let answer = ask(&server, request);
            assert_eq!(answer.status == 200, name.starts_with("right"), "{name}: {answer:?}");
            said.push((format!("the head of the reply to {name}"), answer.head.into_bytes()));
            said.push((format!("the body of the reply to {name}"), answer.body));
        }
        said.extend(pages(&server, requests.len()));
        said.push((format!("the log as {}", options[1]), server.log().into_bytes()));
        let mut hidden = hidden();
        let signatures =
            requests.iter().flat_map(|(name, _, signatures)| signatures.iter().map(move |own| (name, own)));
        hidden.extend(signatures.map(|(name, own)| (format!("the right signature of {name}"), own.clone())));
        let shown: Vec<String> = said
            .iter()
            .flat_map(|(place, text)| {
                let text = String::from_utf8_lossy(text).into_owned();
                let found = hidden.iter().filter(move |(_, form)| text.contains(form.as_str()));
                found.map(move |(what, form)| format!("{place} shows {what} as {form}"))
            })
            .collect();
        assert!(shown.is_empty(), "{}", shown.join("\n"));
    }
}

/// The list, its events, each request's page and its download.
fn pages(server: &Serving, count: usize) -> Vec<(String, Vec<u8>)> {
    let mut paths = vec!["/_sigvet/".to_owned()];
    for number in 1..=count {
        paths.extend([format!("/_sigvet/requests/{number}"), format!("/_sigvet/requests/{number}/request.http")]);
    }
    let mut pages: Vec<(String, Vec<u8>)> = Vec::new();
    for path in paths {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", server.address());
        let answer = ask(server, request.as_bytes());
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        assert!(!answer.body.is_empty(), "{path}");
        pages.push((path, answer.body));
    }
    pages.push(("the events".to_owned(), events(server)));
    let all: Vec<u8> = pages.iter().flat_map(|(_, text)| text.clone()).collect();
    let all = String::from_utf8_lossy(&all);
    assert!(all.contains(KEY_ID) && all.contains(SESSION_KEY_ID), "the pages show the requests");
    pages
}

/// The events that the list gets, as far as they are available at once.
fn events(server: &Serving) -> Vec<u8> {
    let mut stream = server.connect();
    stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    let request = format!("GET /_sigvet/events?after=0 HTTP/1.1\r\nHost: {}\r\n\r\n", server.address());
    stream.write_all(request.as_bytes()).unwrap();
    let (mut read, mut piece) = (Vec::new(), [0; 65536]);
    while let Ok(length @ 1..) = stream.read(&mut piece) {
        read.extend_from_slice(&piece[..length]);
    }
    assert!(read.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&read));
    read
}

/// The test would find what it searches for.
#[test]
fn the_canaries_are_recognised_in_the_forms_that_they_are_written_in() {
    let policy = BASE64_STANDARD.encode(format!("x{TOKEN}y"));
    assert!(forms_of(TOKEN.as_bytes()).iter().any(|form| policy.contains(form.as_str())));
    let url = String::from_utf8(Protocol::S3.draft(&session()).presigned(60).target().to_vec()).unwrap();
    assert!(forms_of(TOKEN.as_bytes()).iter().any(|form| url.contains(form.as_str())));
    // AWS's example in *Deriving a signing key* has the same steps; the library's test has its values.
    assert_eq!(derived_keys(SECRET, "s3").len(), 4);
}

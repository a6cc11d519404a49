use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use http_body_util::BodyExt;
use sigvet_core::credentials::Credentials;
use sigvet_core::internal::captured_request;
use sigvet_core::request::{Body, Headers};
use sigvet_core::time::Timestamp;

use super::{Page, Route, Visitors, events};
use crate::gateway::{
    Clock, Exchange, Journal, JournalLimits, Judgement, Keyring, NamedKey, Pages, Reply, Stop, Verifier,
};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "IQoJb3JpZ2luX2VjEJ3wZz9hExampleToken";
const HOSTILE: &str = "</a></td><script>alert(1)</script><img src=x onerror='a'>\"&\u{202e}\u{1b}[31m\r\ndata: x";
const NOW: &str = "2026-03-01T10:11:20Z";

fn page() -> Arc<Page> {
    let visitors = Visitors { address: SocketAddr::from((Ipv4Addr::LOCALHOST, 8004)), scheme: "http" };
    Arc::new(Page {
        journal: Arc::new(Journal::new(JournalLimits::default())),
        visitors,
        keys: vec![Credentials::new("AKIDEXAMPLE", SECRET)],
        run: "7".to_owned(),
        stop: Stop::new(),
    })
}

fn verifier() -> Verifier {
    let key = NamedKey { name: format!("profile '{HOSTILE}'"), credentials: Credentials::new("AKIDEXAMPLE", SECRET) };
    let clock = Clock::new(|| Timestamp::parse(NOW).unwrap());
    Verifier { endpoints: vec!["127.0.0.1:8004".to_owned()], ..Verifier::new(Keyring::new([key]), clock) }
}

/// A refused request with every part that a stranger can control set to hostile text.
fn refused(number: u64, fields: &[(&str, &str)]) -> Arc<Exchange> {
    let authorization = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/us-east-1/s3/aws4_request, \
        SignedHeaders=host;x-amz-date, Signature=9f2c81d07a4be6635c19f2b7d8e0a3416b5c7d9e8f1a2b3c4d5e6f708192a3b4";
    let mut headers = Headers::default();
    let own = [("Host", "127.0.0.1:8004"), ("X-Amz-Date", "20260301T101112Z"), ("Authorization", authorization)];
    own.iter().chain(fields).for_each(|(name, value)| headers.push_unchecked(name, *value));
    let target = format!("/{HOSTILE}?x-id={HOSTILE}");
    let request = captured_request("PUT", target, headers, Body::Bytes(HOSTILE.into()));
    let (verifier, now) = (verifier(), Timestamp::parse(NOW).unwrap());
    let verdict = verifier.judge(&request, now).map(Box::new);
    let diagnosis = Some(Box::new(verifier.explain(&request, now, Duration::from_secs(5))));
    Arc::new(Exchange {
        upstream: None,
        number,
        request_id: "0000000700000001".to_owned(),
        at: now,
        peer: SocketAddr::from((Ipv4Addr::LOCALHOST, 5)),
        version: "HTTP/1.1",
        body_length: HOSTILE.len() as u64,
        request,
        judgement: Judgement::Refused { verdict, diagnosis },
        key_name: Some(format!("profile '{HOSTILE}'")),
        status: 403,
        code: Some("SignatureDoesNotMatch"),
        reply: format!("<Error><CanonicalRequest>{TOKEN}</CanonicalRequest><Bytes>{}</Bytes></Error>", in_hex(TOKEN))
            .into(),
        took: Duration::ZERO,
    })
}

fn in_hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

fn ask(page: &Arc<Page>, method: &Method, target: &str, fields: &[(&str, &str)]) -> Option<Reply> {
    let mut headers = Headers::default();
    fields.iter().for_each(|(name, value)| headers.push_unchecked(name, *value));
    page.answer(&captured_request(method.as_str(), target, headers, Body::Bytes(Vec::new())), method)
}

fn get(page: &Arc<Page>, target: &str) -> Reply {
    ask(page, &Method::GET, target, &[("Host", "127.0.0.1:8004")]).unwrap()
}

fn text(reply: Reply) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let body = runtime.block_on(reply.body.collect()).unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

fn assert_inert(text: &str) {
    for active in ["<script>", "<img", "onerror='", "\u{202e}", "\u{1b}"] {
        assert!(!text.contains(active), "{active:?}: {text}");
    }
    assert!(text.contains("&lt;script&gt;alert(1)"), "{text}");
}

/// Catches a client's text that the browser would execute: in the list, in an event, or on the request's own page.
#[test]
fn text_from_clients_is_escaped() {
    let page = page();
    page.journal.push(refused(1, &[("User-Agent", HOSTILE), (HOSTILE, HOSTILE)]));
    assert_inert(&text(get(&page, "/_sigvet/")));
    let one = text(get(&page, "/_sigvet/requests/1"));
    assert_inert(&one);
    assert!(!one.contains(" style="), "the policy blocks inline styles");
    let events = events::events("7", &page.journal.after(0), &page.redactor());
    assert_inert(&events);
    let lines: Vec<&str> = events.trim_end().split(['\r', '\n']).collect();
    assert!(lines.len() == 3 && lines[1] == "id: 7.1" && lines[2].starts_with("data: <tr"), "{lines:?}");
}

/// Catches a token or a secret in the list, on a page or in a copy, and a correct signature on a page.
#[test]
fn no_credentials_are_shown() {
    let page = page();
    let cookie = format!("id={SECRET}");
    page.journal.push(refused(1, &[("X-Amz-Security-Token", TOKEN), ("Cookie", &cookie), ("X-Note", SECRET)]));
    let exchange = page.journal.find(1).unwrap();
    let bytes = in_hex(TOKEN);
    let expected = exchange.judgement.verdict().unwrap().expected.as_ref().unwrap().as_str().to_owned();
    for place in ["", "requests/1", "requests/1/request.http"] {
        let text = text(get(&page, &format!("/_sigvet/{place}")));
        for secret in [TOKEN, SECRET, &expected, &bytes] {
            assert!(!text.contains(secret), "{place}: {text}");
        }
    }
    let copy = text(get(&page, "/_sigvet/requests/1/request.http"));
    assert!(copy.contains("Signature=9f2c81d07a4be6635c19f2b7d8e0a3416b5c7d9e8f1a2b3c4d5e6f708192a3b4\r\n"), "{copy}");
    assert!(
        copy.contains("X-Amz-Security-Token: [redacted]\r\n") && copy.contains("HTTP/1.1 403 Forbidden\r\n"),
        "{copy}"
    );
}

/// Catches a response that another site could frame, read or store, and a request for the page that is judged instead.
#[test]
fn every_answer_under_the_reserved_path_is_guarded() {
    let page = page();
    let own = ("Host", "127.0.0.1:8004");
    for (method, target, fields, status) in [
        (Method::GET, "/_sigvet/", vec![own], 200),
        (Method::GET, "/_sigvet", vec![own], 308),
        (Method::GET, "/_sigvet/requests/99", vec![own], 404),
        (Method::GET, "/_sigvet/nothing", vec![own], 404),
        (Method::GET, "/_sigvet/", vec![("Host", "evil.example:8004")], 421),
        (Method::GET, "/_sigvet/events", vec![own, ("Origin", "https://evil.example")], 403),
        (Method::GET, "/_sigvet/page.js", vec![own, ("Sec-Fetch-Site", "cross-site")], 403),
        (Method::POST, "/_sigvet/", vec![own], 405),
    ] {
        let reply = ask(&page, &method, target, &fields).unwrap();
        assert_eq!(reply.status, status, "{method} {target} {fields:?}");
        let header = |name: &str| reply.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        assert!(header("content-security-policy").starts_with("default-src 'none'; script-src 'self';"));
        assert!(header("content-security-policy").contains("frame-ancestors 'none'"));
        let others = ["x-content-type-options", "referrer-policy", "cache-control"].map(header);
        assert_eq!(others, ["nosniff", "no-referrer", "no-store"]);
    }
    for judged in ["/", "/_sigvetx", "/a/_sigvet/", "/%5Fsigvet/", "/_SIGVET/"] {
        assert!(ask(&page, &Method::GET, judged, &[own]).is_none(), "{judged}");
    }
    assert_eq!(text(ask(&page, &Method::HEAD, "/_sigvet/", &[own]).unwrap()), "");
}

#[test]
fn a_request_is_only_found_by_its_number() {
    assert_eq!(Route::of_path(b"/_sigvet/requests/12"), Some(Route::Request(12)));
    assert_eq!(Route::of_path(b"/_sigvet/requests/12/request.http"), Some(Route::File(12)));
    for path in
        ["/_sigvet/requests/", "/_sigvet/requests/+1", "/_sigvet/requests/1/", "/_sigvet/requests/99999999999999999999"]
    {
        assert_eq!(Route::of_path(path.as_bytes()), Some(Route::Nothing), "{path}");
    }
}

/// The content of an event stream until it pauses or ends.
async fn streamed(page: &Arc<Page>, target: &str, fields: &[(&str, &str)]) -> String {
    let fields: Vec<_> = [("Host", "127.0.0.1:8004")].iter().chain(fields).copied().collect();
    let mut body = ask(page, &Method::GET, target, &fields).unwrap().body;
    let mut text = String::new();
    while let Ok(Some(frame)) = tokio::time::timeout(Duration::from_millis(600), body.frame()).await {
        text.push_str(std::str::from_utf8(frame.unwrap().data_ref().unwrap()).unwrap());
    }
    text
}

/// Catches a request that is missed while the page loads or reconnects, one that is sent twice, and a stream that
/// keeps the server from ending.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_continues_where_the_page_ends() {
    let page = page();
    (1..=3).for_each(|number| page.journal.push(refused(number, &[])));
    let from_page = streamed(&page, "/_sigvet/events?after=7.1", &[]).await;
    assert!(
        from_page.contains("id: 7.2\n") && from_page.contains("id: 7.3\n") && !from_page.contains("id: 7.1\n"),
        "{from_page}"
    );
    let again = streamed(&page, "/_sigvet/events?after=7.1", &[("Last-Event-ID", "7.3")]).await;
    assert_eq!(again, "retry: 1000\n\n");
    for other in ["/_sigvet/events?after=8.1", "/_sigvet/events", "/_sigvet/events?after=7"] {
        assert_eq!(streamed(&page, other, &[]).await, "event: restart\ndata:\n\n", "{other}");
    }
    let mut body = get(&page, "/_sigvet/events?after=7.3").body;
    assert!(body.frame().await.is_some());
    page.stop.ask();
    assert!(
        tokio::time::timeout(Duration::from_secs(5), body.frame()).await.unwrap().is_none(),
        "it ends with the server"
    );
}

/// Catches a valid request or an unread one, neither of which has a diagnosis, with an empty page.
#[test]
fn every_kind_of_judgement_has_a_page() {
    let page = page();
    let refused = refused(1, &[]);
    let exchange = |number, judgement| Exchange {
        upstream: None,
        number,
        request_id: String::new(),
        at: refused.at,
        peer: refused.peer,
        version: "HTTP/1.1",
        request: captured_request("GET", "/a", Headers::default(), Body::Elsewhere { sha256: None, length: 70_000 }),
        body_length: 70_000,
        judgement,
        key_name: None,
        status: 200,
        code: None,
        reply: Vec::new(),
        took: Duration::ZERO,
    };
    let verdict = Box::new(refused.judgement.verdict().unwrap().clone());
    page.journal.push(Arc::new(exchange(1, Judgement::Valid(verdict.clone()))));
    page.journal.push(Arc::new(exchange(2, Judgement::NotServed(verdict))));
    page.journal.push(Arc::new(exchange(3, Judgement::Unread("the body broke off: <b>".to_owned()))));
    let shown = |number| text(get(&page, &format!("/_sigvet/requests/{number}")));
    assert!(
        shown(1).contains("<h1>The signature is correct</h1>") && shown(1).contains("--data-binary @body"),
        "{}",
        shown(1)
    );
    assert!(shown(2).contains("What is signed, byte for byte"));
    assert!(shown(3).contains("<h1>the body broke off: &lt;b&gt;</h1>"), "{}", shown(3));
}

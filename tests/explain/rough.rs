//! What people really supply, and what it may cost: large requests, logs alone, random requests.
//!
//! Catches a search that exceeds time and memory, a claim without evidence, and a panic.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

use crate::common::{KEY, SECRET, Sigvet};
use crate::signer::{Breaks, Keys, Recipe, Wire, header_line};
use sigvet_core::credentials::Credentials;
use sigvet_core::time::Timestamp;
use sigvet_diagnose::formats::capture;
use sigvet_diagnose::{Diagnosis, Evidence, Hints, Limits, Outcome, diagnose};

const DATE: &str = "20260301T101112Z";

fn recipe(target: &str, headers: &[String], body: &[u8]) -> Recipe {
    let host = ["Host: bucket.s3.eu-central-1.amazonaws.com".to_owned()];
    let headers = host.iter().chain(headers).map(|line| header_line(line)).collect();
    Recipe {
        wire: Wire { method: "PUT".to_owned(), target: target.to_owned(), headers, body: body.to_vec() },
        keys: Keys { access_key: KEY.to_owned(), secret: SECRET.to_owned(), token: None },
        date: DATE.to_owned(),
        region: "eu-central-1".to_owned(),
        service: "s3".to_owned(),
        content_sha256: "hash".to_owned(),
        ..Recipe::default()
    }
}

fn broken(recipe: Recipe, breaks: &[&str]) -> Recipe {
    Recipe { breaks: Breaks::parse(&breaks.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>()), ..recipe }
}

/// A search that does not end is stopped by the time limit of every run.
fn explain(input: &[u8], more: &[&str]) -> Value {
    let words: Vec<&str> = ["explain", "--json"].into_iter().chain(more.iter().copied()).collect();
    let outcome = Sigvet::new(&words).input(input).run();
    serde_json::from_slice(&outcome.stdout).unwrap_or_else(|_| panic!("{}", outcome.stderr))
}

/// Without any time, three mistakes at once add nothing to two. Catches work that ignores the limit.
#[test]
fn the_time_limit_holds() {
    let headers = ["Content-Type: text/plain", "x-amz-meta-a: b  c", "User-Agent: x"].map(str::to_owned);
    let wire = broken(recipe("/a%20b?a=1&b=2", &headers, b"hello"), &["random-signature"]).sign().wire;
    let two = explain(&wire.to_bytes(), &["--depth", "2", "--time-limit", "0"]);
    let three = explain(&wire.to_bytes(), &["--depth", "3", "--time-limit", "0"]);
    assert_eq!((&two["search"]["exhausted"], &three["search"]["exhausted"]), (&true.into(), &false.into()));
    assert_eq!(two["search"]["hypotheses"], three["search"]["hypotheses"]);
}

#[test]
fn two_mistakes_in_a_usual_request_are_searched_exhaustively() {
    let wire = broken(recipe("/a%20b?a=1", &[], b"hello"), &["random-signature"]).sign().wire;
    let said = explain(&wire.to_bytes(), &["--depth", "2", "--time-limit", "1s"]);
    assert_eq!((&said["search"]["exhausted"], &said["search"]["deepest"]), (&true.into(), &2.into()));
}

/// Hundreds of headers and thousands of parameters have gibibytes of variants. The plain mistakes are found anyway.
#[test]
fn a_large_request_ends_in_time_and_still_finds_plain_mistakes() {
    let headers: Vec<String> = (0..300).map(|at| format!("x-amz-meta-{at:03}: Value {at}")).collect();
    let wire = broken(recipe("/k", &headers, b""), &["random-signature"]).sign().wire;
    let said = explain(&wire.to_bytes(), &["--time-limit", "1s"]);
    assert_eq!(said["search"]["exhausted"], false);

    let query: Vec<String> = (0..5000).map(|at| format!("p{at:04}=v%20{at}")).collect();
    let target = format!("/k?{}", query.join("&"));
    let plain = broken(recipe(&target, &[], b""), &[r"secret wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY\n"]);
    let said = explain(&plain.sign().wire.to_bytes(), &["--time-limit", "1s"]);
    assert_eq!(said["explanations"][0]["mistakes"][0]["id"], "secret-whitespace");
}

#[test]
fn a_large_body_is_hashed_only_a_few_times() {
    let body = b"{\"a\":1}\n".repeat(2_000_000);
    let recipe = broken(recipe("/k", &[], &body), &["saw-body-as without-newline"]);
    let said = explain(&recipe.sign().wire.to_bytes(), &["--time-limit", "1s"]);
    assert_eq!(said["explanations"][0]["mistakes"][0]["id"], "payload-newline", "{said}");
}

/// A log is read long after it was written, and does not name its key. Neither is a client mistake.
#[test]
fn a_log_alone_shows_neither_a_clock_nor_a_key() {
    let stages = recipe("/k", &[], b"").sign().stages;
    let log = format!(
        "2026-03-01 10:11:12 botocore.auth [DEBUG] CanonicalRequest:\n{}\n\
         2026-03-01 10:11:12 botocore.auth [DEBUG] StringToSign:\n{}\n",
        stages.canonical_request, stages.string_to_sign
    );
    let said = explain(log.as_bytes(), &[]);
    assert_eq!((&said["verdict"], &said["explanations"]), (&"unknown".into(), &Value::Array(Vec::new())), "{said}");
}

fn diagnosed(wire: &[u8], depth: usize) -> Option<Diagnosis> {
    let capture = capture::read(wire, None).ok()?;
    let credentials = Credentials::new(KEY, SECRET);
    let hints = Hints::default();
    let evidence = Evidence {
        request: capture.request.as_ref(),
        reply: capture.reply.as_ref(),
        credentials: Some(&credentials),
        ..Evidence::new(Timestamp::parse_amz_date(DATE).unwrap(), &hints)
    };
    Some(diagnose(&evidence, Limits { deepest: depth, to_the_end: 2, is_time_up: &|| true }))
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() })
}

fn requests() -> impl Strategy<Value = Recipe> {
    let path = "(/[a-z0-9~._-]{1,8}(%20|%2B|%C3%A9)?){1,3}";
    let query = proptest::collection::vec("[a-z]{1,4}(=([a-z0-9]|%20|%2F){0,4})?", 0..4);
    let values = proptest::collection::vec("[A-Za-z0-9;=]{1,4}( {1,3}[a-z0-9]{1,4}){0,2}", 0..3);
    // Without a Content-Length, blank lines after a request were pasted along, and are not a body.
    let body = proptest::collection::vec(any::<u8>(), 0..40)
        .prop_filter("white space alone", |body| body.is_empty() || !body.trim_ascii().is_empty());
    (path, query, values, body).prop_map(|(path, query, values, body)| {
        let target = if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) };
        let headers: Vec<String> =
            values.iter().enumerate().map(|(at, value)| format!("x-amz-meta-{at}: {value}")).collect();
        recipe(&target, &headers, &body)
    })
}

#[test]
fn a_right_request_is_called_right() {
    let judged = |recipe: Recipe| {
        let found = diagnosed(&recipe.sign().wire.to_bytes(), 1).unwrap();
        prop_assert_eq!(found.outcome, Outcome::Valid);
        prop_assert!(found.explanations.is_empty(), "{:?}", found.explanations);
        Ok(())
    };
    runner(200).run(&requests(), judged).unwrap();
}

/// Each break, and the mistakes that may be named for it if they give the same text.
const SINGLE: [(&str, &[&str]); 14] = [
    ("path-twice", &["path-double-encoded"]),
    ("path-tilde", &["path-tilde-encoded"]),
    ("path-lower-hex", &["path-hex-lowercase"]),
    ("query-omitted", &["query-omitted", "query-valueless-dropped", "query-changed-after"]),
    ("query-twice", &["query-double-encoded"]),
    ("query-as-sent", &["query-unsorted", "query-values-unsorted", "query-sorted-joined", "query-sorted-raw"]),
    ("spaces-kept", &["header-spaces-kept"]),
    ("spaces-once", &["header-spaces-once"]),
    ("payload empty", &["payload-empty-hash"]),
    ("payload unsigned", &["payload-unsigned"]),
    ("key-prefix none", &["key-prefix"]),
    ("key-hex-chain", &["key-hex-chain"]),
    ("canonical-hash twice", &["canonical-hash-form"]),
    ("string-to-sign no-time", &["string-to-sign-form"]),
];

#[test]
fn a_single_mistake_is_named() {
    let named = |(plain, at): (Recipe, usize)| {
        let (line, ids) = SINGLE[at];
        let broken = broken(plain.clone(), &[line]).sign().wire;
        // The mistake makes no difference in this request.
        prop_assume!(broken != plain.sign().wire);
        let found = diagnosed(&broken.to_bytes(), 1).unwrap();
        prop_assert_eq!(found.outcome, Outcome::Invalid);
        let sets = found.explanations.iter().any(|known| ids.iter().any(|id| known.names(id)));
        prop_assert!(sets, "{line}: {:?}", found.explanations);
        Ok(())
    };
    let config = Config { cases: 100, failure_persistence: None, max_global_rejects: 10_000, ..Config::default() };
    TestRunner::new(config).run(&(requests(), 0..SINGLE.len()), named).unwrap();
}

#[test]
fn no_bytes_make_it_panic() {
    let wire = recipe("/a%20b?x=1&y", &["x-amz-meta-a: b  c".to_owned()], b"{\"a\": 1}").sign().wire.to_bytes();
    let damaged = (0..wire.len(), proptest::collection::vec(any::<u8>(), 0..12), 0..40_usize).prop_map(
        move |(at, bytes, removed)| {
            let end = (at + removed).min(wire.len());
            [&wire[..at], &bytes, &wire[end..]].concat()
        },
    );
    let any_bytes = proptest::collection::vec(any::<u8>(), 0..300);
    let survives = |text: Vec<u8>| {
        diagnosed(&text, 1);
        let _ = (capture::read_reply(&text), capture::read_client_log(&text));
        Ok(())
    };
    runner(150).run(&damaged, survives).unwrap();
    runner(300).run(&any_bytes, survives).unwrap();
}

//! Diagnoses to render: one for each verdict, short and long.

use sigvet_core::canonical::Field;
use sigvet_core::credentials::Credentials;
use sigvet_core::internal::captured_request;
use sigvet_core::request::{Body, Headers, Request};
use sigvet_core::time::Timestamp;
use sigvet_core::verify::{Claimed, ExpectedScope, Finding, Judge, Known, verify};
use sigvet_diagnose::catalogue::{self, Mistake};
use sigvet_diagnose::{
    AppliedMistake, Comparison, Diagnosis, Difference, Explanation, Judged, NextStep, Note, Origin, Outcome, Party,
    Proof, Search,
};

const PRESENTED: &str = "9f2c81d07a4be6635c19f2b7d8e0a3416b5c7d9e8f1a2b3c4d5e6f708192a3b4";

/// The catalogue's mistake with more clients than are shown at once.
static WITH_CLIENTS: Mistake = Mistake {
    clients: &[
        ("aws4", "doubleEncode: false, which it takes for S3 by itself"),
        ("botocore", "S3SigV4Auth, not SigV4Auth: the latter encodes the path once more"),
        ("aws-sdk-go-v2", "signer.SignHTTP(ctx, …, func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })"),
        ("aws-sigv4 (Rust)", "SigningSettings { percent_encoding_mode: PercentEncodingMode::Single, .. }"),
        ("boto3", "hand it the key as it is, not url-encoded"),
    ],
    id: "path-double-encoded",
    title: "the path was encoded twice",
    place: "path",
    explanation: "S3 wants the path encoded once, and the client encoded what was encoded already. The server takes the \
        path of the request line as it is, and hashes a shorter one.",
    fix: "Hand the signer the path once encoded, and switch its second encoding off; for S3 there is none.",
    proofs: &[],
};

/// A path encoded twice, and a default port in the host.
pub fn two_mistakes() -> Diagnosis {
    let mut path = made(
        "path-double-encoded",
        "/photos/summer%25202026/lake%2520at%2520dawn.jpg",
        "/photos/summer%202026/lake%20at%20dawn.jpg",
    );
    let host = made(
        "host-default-port",
        "host:holiday.s3.eu-central-1.amazonaws.com:443\n",
        "host:holiday.s3.eu-central-1.amazonaws.com\n",
    );
    path.mistake = &WITH_CLIENTS;
    let other = made("host-port-missing", "", "");
    let judged = judged(
        "PUT",
        "/photos/summer%202026/lake%20at%20dawn.jpg",
        "holiday.s3.eu-central-1.amazonaws.com",
        "eu-central-1",
        "s3",
    );
    Diagnosis {
        explanations: vec![
            Explanation { proof: Proof::Reproduced, mistakes: vec![path.clone(), host] },
            Explanation { proof: Proof::Reproduced, mistakes: vec![path, other] },
        ],
        notes: vec![Note::NoTextsKnown],
        next: vec![NextStep::Reply],
        ..empty(Outcome::Invalid, Some(judged))
    }
}

/// A mistake in the key, with a comparison.
pub fn wrong_region() -> Diagnosis {
    let mut made = made("scope-region", "us-east-1", "ap-southeast-2");
    made.detail = Some("the server says 'expecting ap-southeast-2'".to_owned());
    let judged = judged(
        "GET",
        "/prod/orders?limit=20&cursor=eyJpZCI6MTIzNDU2Nzg5MH0",
        "abc123.execute-api.ap-southeast-2.amazonaws.com",
        "us-east-1",
        "execute-api",
    );
    let difference =
        |field, name, theirs: &str, right: &str| Difference { field, name, theirs: theirs.into(), right: right.into() };
    let differences = vec![
        difference(
            Some(Field::Query),
            "query",
            "cursor=eyJpZCI6MTIzNDU2Nzg5MH0&limit=20",
            "cursor=eyJpZCI6MTIzNDU2Nzg5MH0%3D&limit=20",
        ),
        difference(
            None,
            "scope",
            "20260301/us-east-1/execute-api/aws4_request",
            "20260301/ap-southeast-2/execute-api/aws4_request",
        ),
    ];
    let (canonical_request, string_to_sign, is_unaltered) = (None, None, Some(false));
    let whose = Party::Server;
    Diagnosis {
        explanations: vec![Explanation { proof: Proof::Server, mistakes: vec![made] }],
        comparisons: vec![Comparison { whose, canonical_request, string_to_sign, differences, is_unaltered }],
        ..empty(Outcome::Invalid, Some(judged))
    }
}

/// Endless texts full of markup, in every part that comes from outside.
pub fn hostile() -> Diagnosis {
    let hostile = "<script>document.title='owned'</script>\"'&\u{202e}\u{1b}[31m";
    let long = "0123456789abcdef".repeat(300);
    let mut made = made("path-double-encoded", "", "");
    made.mistake =
        catalogue::all().find(|mistake| mistake.place == "query").expect("the catalogue has mistakes in the query");
    made.detail = Some(format!("{hostile}{long}"));
    made.signed = format!("a={hostile}&b={long}").into_bytes();
    made.expected = format!("a=1&b={long}x").into_bytes();
    let mut judged =
        judged("GET", &format!("/{long}?{long}"), "h.example", &"region".repeat(40), &"service".repeat(40));
    let Request { headers, body, .. } = judged.request.clone();
    judged.request = captured_request(hostile, judged.request.target(), headers, body);
    if let Claimed::V4(claim) = &mut judged.verdict.claimed {
        claim.terms.access_key_id = format!("{hostile}{long}");
    }
    let notes = vec![Note::Finding(Finding::HeaderMissing { name: format!("{hostile}{long}") })];
    let explanations = vec![Explanation { proof: Proof::Observed, mistakes: vec![made] }];
    Diagnosis { explanations, notes, ..empty(Outcome::Invalid, Some(judged)) }
}

/// A correct signature.
pub fn valid() -> Diagnosis {
    let mut judged = judged("GET", "/?Action=ListUsers&Version=2010-05-08", "iam.amazonaws.com", "us-east-1", "iam");
    judged.verdict.expected = Some(judged.verdict.claimed.signature().clone());
    empty(Outcome::Valid, Some(judged))
}

/// No evidence to judge.
pub fn unknown() -> Diagnosis {
    let mut judged = judged("GET", "/key", "bucket.s3.amazonaws.com", "us-east-1", "s3");
    judged.verdict.expected = None;
    Diagnosis { next: vec![NextStep::Secret, NextStep::Reply], ..empty(Outcome::Unknown, Some(judged)) }
}

fn empty(outcome: Outcome, judged: Option<Judged>) -> Diagnosis {
    let search = Search { is_made: outcome == Outcome::Invalid, hypotheses: 61_204, deepest: 2, is_exhausted: true };
    let (explanations, notes, next, comparisons) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (differences, tried) = (Vec::new(), Vec::new());
    let known = Known::WHOLE;
    Diagnosis { outcome, explanations, differences, notes, next, judged, known, comparisons, search, tried }
}

fn made(id: &str, signed: &str, expected: &str) -> AppliedMistake {
    let mistake = catalogue::find(id).unwrap();
    AppliedMistake { mistake, detail: None, signed: signed.into(), expected: expected.into(), is_on_the_way: false }
}

fn judged(method: &str, target: &str, host: &str, region: &str, service: &str) -> Judged {
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260301/{region}/{service}/aws4_request, \
         SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature={PRESENTED}"
    );
    let mut headers = Headers::default();
    for (name, value) in [
        ("Host", host),
        ("User-Agent", "Boto3/1.34.0"),
        ("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"),
        ("X-Amz-Date", "20260301T101112Z"),
        ("Authorization", &authorization),
    ] {
        headers.push(name, value).unwrap();
    }
    let request = captured_request(method, target, headers, Body::Unknown);
    let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    let now = Timestamp::parse("2026-03-01T10:11:20Z").unwrap();
    let verdict = verify(&request, &Judge::new(Some(&credentials), now, ExpectedScope::Any)).unwrap();
    Judged { request, verdict, origin: Origin::Captured }
}

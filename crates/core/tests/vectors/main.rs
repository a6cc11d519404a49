//! Runs the official test suites of Signature Version 4 and 4A, for signing and for verifying.
//!
//! Each of their 38 cases, with the signature in a header and in the query, is signed from the unsigned request and
//! verified from the signed request alone; every stage is compared. This catches any deviation in a canonical field, in
//! the frame of the string to sign, in the keys, in what is added to the request, and in how a signed request is read
//! back. A signature of Version 4A is different each time, so ours must verify with the suite's public key, and theirs
//! with ours.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test may use files and clocks, fails by panicking and has no public API"
)]

mod raw;
mod suite;

use sigvet_core::canonical::Field;
use sigvet_core::claim::Claim;
use sigvet_core::crypto::PublicKey;
use sigvet_core::derivation::{Derivation, Placement, Terms};
use sigvet_core::internal::captured_request;
use sigvet_core::prepare::{Identity, Settings, prepare};
use sigvet_core::request::{Headers, Request};
use sigvet_core::scheme::{Scheme, SigningKey};
use sigvet_core::verify::{ExpectedScope, Finding, Judge, Verdict, verify};

use suite::{Case, Form};

/// A case of Version 4 whose expected text differs from ours, in header and query, with the one line in which it
/// differs. The suite of Version 4A signs another request in this case.
struct Disagreement {
    case: &'static str,
    reason: &'static str,
    their_path: &'static str,
    our_path: &'static str,
}

const DISAGREEMENTS: [Disagreement; 1] = [Disagreement {
    case: "get-space-normalized",
    reason: "the path on the wire is /example%20space/, and the suite does not encode it again, though its own rule for \
             this service is to encode the wire path twice, as all SDKs do; its signed request has a raw space instead, \
             which is another request than the one to sign, and of that one we derive the suite's text",
    their_path: "/example%20space/",
    our_path: "/example%2520space/",
}];

/// Signed requests that do not show all of their terms: the case, the form, and what the verifier must be told.
const WIRE_IS_SILENT: [(&str, &[Form], &str); 7] = [
    ("get-relative-relative-unnormalized", &Form::ALL, NORMALIZATION),
    ("get-relative-unnormalized", &Form::ALL, NORMALIZATION),
    ("get-slash-dot-slash-unnormalized", &Form::ALL, NORMALIZATION),
    ("get-slash-pointless-dot-unnormalized", &Form::ALL, NORMALIZATION),
    ("get-slash-unnormalized", &Form::ALL, NORMALIZATION),
    ("get-slashes-unnormalized", &Form::ALL, NORMALIZATION),
    ("post-sts-header-after", &[Form::Query], "that the session token in the query was added after signing"),
];
const NORMALIZATION: &str = "that the service takes paths as they are, though it is no S3";

#[test]
fn the_suite_is_complete() {
    let (cases, without_context) = suite::cases(Scheme::V4);
    assert_eq!(cases.len(), 38);
    assert_eq!(without_context, ["double-encode-path", "double-url-encode"]);
    let names = |cases: &[Case]| cases.iter().map(|case| case.name.clone()).collect::<Vec<_>>();
    let (of_v4a, without_context) = suite::cases(Scheme::V4a);
    assert_eq!((names(&of_v4a), without_context.len()), (names(&cases), 0));
    let named = |name: &str| cases.iter().any(|case| case.name == name);
    assert!(DISAGREEMENTS.iter().all(|d| named(d.case) && !d.reason.is_empty()));
    assert!(WIRE_IS_SILENT.iter().all(|(case, forms, what)| named(case) && !forms.is_empty() && !what.is_empty()));
}

#[test]
fn signing_agrees_at_every_stage() {
    let mut ran = [0, 0];
    for case in &all_cases() {
        for (form, ran) in Form::ALL.into_iter().zip(&mut ran) {
            let is_of_v4 = case.scheme == Scheme::V4;
            match DISAGREEMENTS.iter().find(|d| is_of_v4 && d.case == case.name) {
                None => sign(case, form),
                Some(disagreement) => sign_otherwise(case, form, disagreement),
            }
            *ran += 1;
        }
    }
    assert_eq!(ran, [76, 76]);
}

#[test]
fn verifying_agrees_at_every_stage_from_the_signed_request_alone() {
    let mut ran = [0, 0];
    for case in &all_cases() {
        for (form, ran) in Form::ALL.into_iter().zip(&mut ran) {
            check_claim(case, form);
            *ran += 1;
        }
    }
    assert_eq!(ran, [76, 76]);
}

fn all_cases() -> Vec<Case> {
    [Scheme::V4, Scheme::V4a].into_iter().flat_map(|scheme| suite::cases(scheme).0).collect()
}

fn sign(case: &Case, form: Form) {
    let settings = case.settings(form);
    let prepared = prepared(case, &settings);
    let derivation = prepared.derive();
    compare_derivation(case, form, &derivation);
    let key = key_of(case, &prepared.terms);
    let signed = prepared.clone().sign(&key).unwrap();
    assert_eq!(signed, prepared.sign_once(&case.credentials.secret_access_key), "{} {form:?}", case.name);
    let their_signature = String::from_utf8(case.stage(form, "signature")).unwrap();
    match key.public_key() {
        None => assert_eq!(signed.signature.as_str(), their_signature, "{} {form:?}", case.name),
        Some(ours) => {
            let verifies = |key: &PublicKey, signature: &str| {
                key.verifies(derivation.string_to_sign.as_bytes(), &hex::decode(signature).unwrap())
            };
            assert!(verifies(&ours, &their_signature), "{} {form:?}: theirs by our key", case.name);
            assert!(verifies(&case.public_key(), signed.signature.as_str()), "{} {form:?}: ours by theirs", case.name);
            assert_eq!(ours, case.public_key(), "{}", case.name);
        }
    }
    let theirs = raw::parse(&case.stage(form, "signed-request"));
    let theirs = with_signature(theirs, signed.signature.as_str());
    assert_eq!(comparable(&signed.request), comparable(&theirs), "{} {form:?} signed-request", case.name);
}

/// The request with another signature in place of its own.
fn with_signature(request: Request, signature: &str) -> Request {
    let own = Claim::extract(&request).unwrap().signature;
    let replaced = |text: &[u8]| String::from_utf8(text.to_vec()).unwrap().replace(own.as_str(), signature);
    let target = replaced(request.target());
    let mut headers = Headers::default();
    for header in &request.headers {
        headers.push(&header.name, replaced(&header.value)).unwrap();
    }
    captured_request(request.method(), target, headers, request.body.clone())
}

fn key_of(case: &Case, terms: &Terms) -> SigningKey {
    SigningKey::for_scheme(terms.scheme, &case.credentials, &terms.dialect, &terms.scope)
}

/// Asserts that we differ only in that one line, and in what follows from it.
fn sign_otherwise(case: &Case, form: Form, disagreement: &Disagreement) {
    let derivation = prepared(case, &case.settings(form)).derive();
    let theirs = String::from_utf8(case.stage(form, "canonical-request")).unwrap();
    let ours = derivation.canonical_request.to_string();
    assert_eq!(derivation.canonical_request.field(Field::Path), disagreement.our_path.as_bytes(), "{}", case.name);
    assert_eq!(theirs.lines().nth(1), Some(disagreement.their_path), "{}", case.name);
    assert_eq!(theirs.replacen(disagreement.their_path, disagreement.our_path, 1), ours, "{}", case.name);
}

fn prepared(case: &Case, settings: &Settings) -> sigvet_core::prepare::Prepared {
    let request = raw::parse(&case.request());
    prepare(request, &Identity::from(&case.credentials), settings, case.timestamp).unwrap()
}

fn check_claim(case: &Case, form: Form) {
    let request = raw::parse(&case.stage(form, "signed-request"));
    let silent = WIRE_IS_SILENT.iter().any(|(name, forms, _)| *name == case.name && forms.contains(&form));
    let verdict = judged(case, &request, None);
    match silent {
        false => assert!(verdict.is_valid(), "{} {form:?}: {:?}", case.name, verdict.findings),
        true => assert_eq!(verdict.findings, [Finding::SignatureMismatch], "{} {form:?}", case.name),
    }
    if silent {
        assert!(
            judged(case, &request, Some(&case.settings(form))).is_valid(),
            "{} {form:?}: by all settings",
            case.name
        );
    }
    let claim = told(case, form, Claim::extract(&request).unwrap());
    let derivation = claim.derive(&request);
    let (_, judged) = verdict.as_v4().unwrap();
    assert_eq!(silent, derivation != *judged, "{} {form:?}: what the verifier is told matters", case.name);
    compare_derivation(case, form, &derivation);
    if case.scheme == Scheme::V4 {
        let string_to_sign = derivation.string_to_sign.as_bytes();
        let ours = key_of(case, &claim.terms).sign(&claim.terms.scope, string_to_sign).unwrap();
        assert_eq!(ours, claim.signature, "{}", case.name);
        compare(case, form, "signature", claim.signature.as_str().as_bytes());
    }
}

/// The verdict of a judge with or without the settings.
fn judged(case: &Case, request: &Request, settings: Option<&Settings>) -> Verdict {
    let mut judge = Judge::new(Some(&case.credentials), case.timestamp, ExpectedScope::Any);
    if let Some(settings) = settings {
        judge = judge.with_path_rule(settings.path_rule).with_token(settings.token);
    }
    verify(request, &judge).unwrap()
}

/// The claim with what a request does not show: the service's path rule and, for a query, whether the token is signed.
fn told(case: &Case, form: Form, mut claim: Claim) -> Claim {
    let settings = case.settings(form);
    claim.terms.path_rule = settings.path_rule;
    if matches!(claim.terms.placement, Placement::Query { .. }) {
        claim.terms.token = settings.token;
    }
    claim
}

fn compare_derivation(case: &Case, form: Form, derivation: &Derivation) {
    compare(case, form, "canonical-request", derivation.canonical_request.as_bytes());
    compare(case, form, "string-to-sign", derivation.string_to_sign.as_bytes());
}

fn compare(case: &Case, form: Form, stage: &str, ours: &[u8]) {
    let theirs = case.stage(form, stage);
    let (ours, theirs) = (String::from_utf8_lossy(ours), String::from_utf8_lossy(&theirs));
    assert_eq!(ours, theirs, "{} {form:?} {stage}", case.name);
}

/// A request without what may differ: the case of header names, the order of headers with different names, and the
/// order of query parameters. Everything else is compared byte by byte.
fn comparable(request: &Request) -> impl PartialEq + std::fmt::Debug {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut headers: Vec<_> =
        request.headers.iter().map(|header| (header.name.to_ascii_lowercase(), text(&header.value))).collect();
    headers.sort_by(|a, b| a.0.cmp(&b.0));
    let mut parameters: Vec<_> = request.query().unwrap_or_default().split(|&byte| byte == b'&').map(text).collect();
    parameters.sort();
    (request.method().to_owned(), text(request.path()), parameters, headers, request.body.clone())
}

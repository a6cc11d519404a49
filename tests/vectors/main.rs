//! The official test suite of Signature Version 4, both ways through the one derivation.
//!
//! Each of its 38 cases, in the header form and in the query form, is signed from the unsigned request, and is verified from
//! the signed request alone, with every stage compared. It catches any deviation of a canonical field, of the frame of the
//! string to sign, of the key chain, of what is put on the request, and of how a signed request is read back.

mod raw;
mod suite;

use sigvet::canonical::Field;
use sigvet::claim::Claim;
use sigvet::derivation::{Derivation, Placement};
use sigvet::prepare::{Identity, Settings, prepare};
use sigvet::request::Request;
use sigvet::scheme::SigningKey;
use sigvet::verify::{DEFAULT_WINDOW, Finding, Judge, Verdict, verify};

use suite::{Case, Form};

/// A case whose expected text is not ours, in both forms, and the one line in which it differs.
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

/// Signed requests that do not say all of their terms: which case, in which form, and what a verifier has to be told.
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
    let (cases, without_context) = suite::cases();
    assert_eq!(cases.len(), 38);
    assert_eq!(without_context, ["double-encode-path", "double-url-encode"]);
    let named = |name: &str| cases.iter().any(|case| case.name == name);
    assert!(DISAGREEMENTS.iter().all(|d| named(d.case) && !d.reason.is_empty()));
    assert!(WIRE_IS_SILENT.iter().all(|(case, forms, what)| named(case) && !forms.is_empty() && !what.is_empty()));
}

#[test]
fn signing_agrees_at_every_stage() {
    let mut ran = [0, 0];
    for case in &suite::cases().0 {
        for (form, ran) in Form::ALL.into_iter().zip(&mut ran) {
            match DISAGREEMENTS.iter().find(|d| d.case == case.name) {
                None => sign(case, form),
                Some(disagreement) => sign_otherwise(case, form, disagreement),
            }
            *ran += 1;
        }
    }
    assert_eq!(ran, [38, 38]);
}

#[test]
fn verifying_agrees_at_every_stage_from_the_signed_request_alone() {
    let mut ran = [0, 0];
    for case in &suite::cases().0 {
        for (form, ran) in Form::ALL.into_iter().zip(&mut ran) {
            check_claim(case, form);
            *ran += 1;
        }
    }
    assert_eq!(ran, [38, 38]);
}

fn sign(case: &Case, form: Form) {
    let settings = case.settings(form);
    let prepared = prepared(case, &settings);
    compare_derivation(case, form, &prepared.derive());
    let key = SigningKey::derive(&case.credentials.secret_access_key, &settings.dialect, &prepared.terms.scope);
    let signed = prepared.clone().sign(&key).unwrap();
    assert_eq!(signed, prepared.sign_once(&case.credentials.secret_access_key), "{} {form:?}", case.name);
    compare(case, form, "signature", signed.signature.as_str().as_bytes());
    let theirs = raw::parse(&case.stage(form, "signed-request"));
    assert_eq!(comparable(&signed.request), comparable(&theirs), "{} {form:?} signed-request", case.name);
}

/// Asserts that all we see otherwise is the one line, and everything that follows from it.
fn sign_otherwise(case: &Case, form: Form, disagreement: &Disagreement) {
    let derivation = prepared(case, &case.settings(form)).derive();
    let theirs = String::from_utf8(case.stage(form, "canonical-request")).unwrap();
    let ours = derivation.canonical_request.to_string();
    assert_eq!(derivation.canonical_request.field(Field::Path), disagreement.our_path.as_bytes(), "{}", case.name);
    assert_eq!(theirs.lines().nth(1), Some(disagreement.their_path), "{}", case.name);
    assert_eq!(theirs.replacen(disagreement.their_path, disagreement.our_path, 1), ours, "{}", case.name);
}

fn prepared(case: &Case, settings: &Settings) -> sigvet::prepare::Prepared {
    let request = raw::parse(&case.request());
    prepare(request, &Identity::from(&case.credentials), settings, case.timestamp).unwrap()
}

fn check_claim(case: &Case, form: Form) {
    let request = raw::parse(&case.stage(form, "signed-request"));
    let silent = WIRE_IS_SILENT.iter().any(|(name, forms, _)| *name == case.name && forms.contains(&form));
    let verdict = judged(case, &request);
    match silent {
        false => assert!(verdict.is_valid(), "{} {form:?}: {:?}", case.name, verdict.findings),
        true => assert_eq!(verdict.findings, [Finding::SignatureMismatch], "{} {form:?}", case.name),
    }
    let claim = told(case, form, Claim::extract(&request).unwrap());
    let derivation = claim.derive(&request);
    assert_eq!(silent, derivation != verdict.derivation, "{} {form:?}: what the verifier is told matters", case.name);
    compare_derivation(case, form, &derivation);
    let terms = &claim.terms;
    let key = SigningKey::derive(&case.credentials.secret_access_key, &terms.dialect, &terms.scope);
    assert_eq!(key.sign(&terms.scope, derivation.string_to_sign.as_bytes()).unwrap(), claim.signature, "{}", case.name);
    compare(case, form, "signature", claim.signature.as_str().as_bytes());
}

fn judged(case: &Case, request: &Request) -> Verdict {
    let judge = Judge { credentials: &case.credentials, now: case.timestamp, window: DEFAULT_WINDOW };
    verify(request, judge).unwrap()
}

/// The claim with what no request says: the path rule of the service, and in the query form how the token travels.
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

/// A request without what is free to differ: the case of header names, the order of headers of different names, and the
/// order of query parameters. Everything else is compared to the byte.
fn comparable(request: &Request) -> impl PartialEq + std::fmt::Debug {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut headers: Vec<_> =
        request.headers.iter().map(|header| (header.name.to_ascii_lowercase(), text(&header.value))).collect();
    headers.sort_by(|a, b| a.0.cmp(&b.0));
    let mut parameters: Vec<_> = request.query().unwrap_or_default().split(|&byte| byte == b'&').map(text).collect();
    parameters.sort();
    (request.method.clone(), text(request.path()), parameters, headers, request.body.clone())
}

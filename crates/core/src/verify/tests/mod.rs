//! Tests of what an authenticator built on `verify` must not get wrong.

#[cfg(all(feature = "form", feature = "stream"))]
mod bodies;
#[cfg(all(feature = "v4a", feature = "stream"))]
mod chunks;
mod limits;
mod oddities;

use super::*;
use crate::credentials::Secret;
use crate::prepare::{Identity, Settings, prepare};
use crate::request::{Body, RequestUrl};
use crate::scheme::{Scheme, SigningKey};
use crate::v2;

const NOW: &str = "20150830T123600Z";
const HERE: ExpectedScope<'static> = ExpectedScope::Exactly { region: "us-east-1", service: "s3" };

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
}

fn now() -> Timestamp {
    Timestamp::parse(NOW).unwrap()
}

/// An unsigned request to a host.
fn unsigned(host: &str) -> Request {
    Request::new("GET", &RequestUrl::parse(&format!("https://{host}/key")).unwrap()).unwrap()
}

fn signed(settings: &Settings) -> Request {
    let prepared = prepare(unsigned("store.example"), &Identity::from(&credentials()), settings, now()).unwrap();
    let terms = &prepared.terms;
    let key = SigningKey::for_scheme(terms.scheme, &credentials(), &terms.dialect, &terms.scope);
    prepared.sign(&key).unwrap().request
}

fn signed_by_v2() -> Request {
    let placement = crate::derivation::Placement::Header;
    let sub_resources = v2::SubResources::Standard;
    let settings = v2::Settings { names: &v2::Names::AWS, placement, bucket: Some("bucket".to_owned()), sub_resources };
    let prepared =
        v2::prepare(unsigned("bucket.s3.amazonaws.com"), &Identity::from(&credentials()), &settings, now()).unwrap();
    prepared.sign(&Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")).request
}

fn ids(verdict: &Verdict) -> Vec<&'static str> {
    verdict.findings.iter().filter_map(Finding::id).map(FindingId::as_str).collect()
}

fn judged(request: &Request, scope: ExpectedScope<'_>) -> Verdict {
    verify(request, &Judge::new(Some(&credentials()), now(), scope)).unwrap()
}

/// Catches a server that accepts what was signed for another one.
#[test]
fn a_valid_signature_for_another_scope_is_refused_if_one_is_expected() {
    for (region, service, expected) in [
        ("us-east-1", "s3", vec![]),
        ("eu-west-1", "s3", vec!["scope-region"]),
        ("us-east-1", "s3-outposts", vec!["scope-service"]),
        ("eu-west-1", "iam", vec!["scope-region", "scope-service"]),
    ] {
        let request = signed(&Settings::new(region, service));
        let verdict = judged(&request, HERE);
        assert_eq!(verdict.is_signature_right(), Some(true));
        assert_eq!(ids(&verdict), expected, "{region} {service}");
        assert_eq!(verdict.accept().is_ok(), expected.is_empty(), "{region} {service}");
        assert!(judged(&request, ExpectedScope::Any).accept().is_ok(), "{region} {service}");
    }
}

/// Catches a part that is expected but not judged, and one that is judged but not expected.
#[test]
fn a_part_of_a_scope_can_be_expected_by_itself() {
    let request = signed(&Settings::new("eu-west-1", "iam"));
    for (region, service, expected) in [
        (Some("us-east-1"), None, vec!["scope-region"]),
        (None, Some("s3"), vec!["scope-service"]),
        (Some("eu-west-1"), None, vec![]),
        (Some("us-east-1"), Some("s3"), vec!["scope-region", "scope-service"]),
        (None, None, vec![]),
    ] {
        assert_eq!(
            ids(&judged(&request, ExpectedScope::Given { region, service })),
            expected,
            "{region:?} {service:?}"
        );
    }
    let by_v2 = signed_by_v2();
    let given = |region| ExpectedScope::Given { region, service: None };
    assert!(judged(&by_v2, given(None)).accept().is_ok());
    assert!(judged(&by_v2, given(Some("us-east-1"))).accept().is_err());
}

/// An AWS host shows its region and service, but an expected scope takes precedence.
#[test]
fn an_expected_scope_takes_precedence_over_the_host() {
    let request = unsigned("bucket.s3.eu-west-1.amazonaws.com");
    let settings = Settings::new("us-east-1", "iam");
    let request = prepare(request, &Identity::from(&credentials()), &settings, now()).unwrap();
    let request = request.sign_once(&credentials().secret_access_key).request;
    for (region, service, expected) in [
        (None, None, vec!["scope-region", "scope-service"]),
        (Some("us-east-1"), None, vec!["scope-service"]),
        (None, Some("iam"), vec!["scope-region"]),
        (Some("us-east-1"), Some("iam"), vec![]),
    ] {
        assert_eq!(
            ids(&judged(&request, ExpectedScope::Given { region, service })),
            expected,
            "{region:?} {service:?}"
        );
    }
}

/// Object stores require the token to be signed; only the judge can know of one that does not.
#[test]
fn a_token_added_after_signing_is_accepted_if_the_judge_allows_it() {
    let mut credentials = credentials();
    credentials.session_token = Some(Secret::new("token"));
    let settings = Settings { token: crate::derivation::TokenTravel::Unsigned, ..Settings::new("us-east-1", "s3") };
    let prepared = prepare(unsigned("store.example"), &Identity::from(&credentials), &settings, now()).unwrap();
    let request = prepared.sign_once(&credentials.secret_access_key).request;
    let judge = Judge::new(Some(&credentials), now(), ExpectedScope::Any);
    assert_eq!(ids(&verify(&request, &judge).unwrap()), ["token-not-signed"]);
    let judge = judge.with_token(crate::derivation::TokenTravel::Unsigned);
    assert!(verify(&request, &judge).unwrap().accept().is_ok());
}

/// Catches a region set that is replayed in a region that it does not cover.
#[test]
fn a_region_set_must_cover_the_region_of_the_host() {
    for (set, expected) in [("*", ""), ("eu-*", ""), ("us-east-1,eu-west-1", ""), ("us-*", "scope-region")] {
        let settings = Settings { scheme: Scheme::V4a, ..Settings::new(set, "s3") };
        let prepared =
            prepare(unsigned("b.s3.eu-west-1.amazonaws.com"), &Identity::from(&credentials()), &settings, now())
                .unwrap();
        let terms = &prepared.terms;
        let key = SigningKey::for_scheme(terms.scheme, &credentials(), &terms.dialect, &terms.scope);
        let request = prepared.sign(&key).unwrap().request;
        assert_eq!(ids(&judged(&request, ExpectedScope::Any)).join(", "), expected, "{set}");
    }
}

/// Catches a body that `Content-MD5`, which Version 2 signs, does not allow.
#[cfg(feature = "stream")]
#[test]
fn version_2_signs_the_hash_of_a_body() {
    for (md5, expected) in [("XUFAKrxLKna5cZ2REBfFkg==", ""), ("AAAAAAAAAAAAAAAAAAAAAA==", "checksum-mismatch")] {
        let placement = crate::derivation::Placement::Header;
        let sub_resources = v2::SubResources::Standard;
        let settings =
            v2::Settings { names: &v2::Names::AWS, placement, bucket: Some("bucket".to_owned()), sub_resources };
        let mut request = unsigned("bucket.s3.amazonaws.com");
        request.headers.push("Content-MD5", md5).unwrap();
        request.body = Body::Bytes(b"hello".to_vec());
        let prepared = v2::prepare(request, &Identity::from(&credentials()), &settings, now()).unwrap();
        let signed = prepared.sign(&credentials().secret_access_key).request;
        assert_eq!(ids(&judged(&signed, ExpectedScope::Any)).join(", "), expected, "{md5}");
    }
}

/// The signature was computed with Python's `hmac` over the string to sign of a PUT with a content type.
#[test]
fn a_url_of_version_2_alone_is_judged_with_the_method_and_type_it_was_signed_for() {
    let url = "https://bkt.s3.amazonaws.com/k.txt?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=pz5hPhDsaCEjO6OnwEHUR4o0BgU%3D\
        &content-type=text%2Fplain&Expires=1740826272";
    let request = Request::new("GET", &RequestUrl::parse(url).unwrap()).unwrap();
    let key = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    let before = Timestamp::parse("20250301T100000Z").unwrap();
    let judge = Judge::new(Some(&key), before, ExpectedScope::Any);
    let verdict = verify(&request, &judge.with_known(Known::URL)).unwrap();
    let (method, content_type) = ("PUT".to_owned(), "text/plain".to_owned());
    assert_eq!(verdict.findings, [Finding::ReadAs(Reading::MethodAndType { method, content_type })]);
    assert!(verdict.is_valid() && !verify(&request, &judge).unwrap().is_valid());
}

/// Patterns as `prepare` accepts them.
#[test]
fn a_region_set_must_cover_the_expected_region() {
    for (set, expected) in [
        ("*", vec![]),
        ("us-*", vec![]),
        ("eu-west-1,us-east-1", vec![]),
        ("us-east-2", vec!["scope-region"]),
        ("eu-*,ap-*", vec!["scope-region"]),
    ] {
        let mut settings = Settings::new(set, "s3");
        settings.scheme = Scheme::V4a;
        let verdict = judged(&signed(&settings), HERE);
        assert_eq!(ids(&verdict), expected, "{set}");
        assert_eq!(verdict.is_signature_right(), Some(true), "{set}");
    }
}

/// Catches a server for Version 4 that accepts the older scheme by accident.
#[test]
fn version_2_has_no_scope_and_matches_none() {
    let request = signed_by_v2();
    assert!(judged(&request, ExpectedScope::Any).accept().is_ok());
    let rejection = judged(&request, HERE).accept().unwrap_err();
    assert_eq!(rejection, Rejection::Findings(vec![Finding::ScopeUnbound]));
}

/// Catches a judge that accepts the weaker of two signatures.
#[test]
fn signatures_of_two_versions_are_refused() {
    let mut request = signed(&Settings::new("us-east-1", "s3"));
    request.target.extend_from_slice(b"?AWSAccessKeyId=AKIDEXAMPLE&Expires=1440938160&Signature=c2ln");
    let error = verify(&request, &Judge::new(Some(&credentials()), now(), ExpectedScope::Any)).unwrap_err();
    assert_eq!(error, VerifyError::V4(crate::claim::ClaimError::SignedTwice));
}

/// Catches a body that is exchanged without anyone looking at it.
#[test]
fn a_missing_body_is_reported_and_not_accepted() {
    for service in ["s3", "iam"] {
        let request = Request { body: Body::Unknown, ..signed(&Settings::new("us-east-1", service)) };
        let verdict = judged(&request, ExpectedScope::Any);
        assert_eq!(verdict.findings, [Finding::PayloadUnseen], "{service}");
        assert!(verdict.is_valid(), "{service}");
        let accepted = verdict.clone().accept_before_body().unwrap();
        assert_eq!(accepted.access_key_id, "AKIDEXAMPLE");
        assert!(accepted.payload.is_some());
        assert_eq!(verdict.accept().unwrap_err(), Rejection::Findings(vec![Finding::PayloadUnseen]), "{service}");
    }
    let other = Request { body: Body::Bytes(b"other".to_vec()), ..signed(&Settings::new("us-east-1", "s3")) };
    assert!(judged(&other, ExpectedScope::Any).accept_before_body().is_err());
}

#[test]
fn nothing_is_valid_or_accepted_without_a_key() {
    for request in [signed(&Settings::new("us-east-1", "s3")), signed_by_v2()] {
        let verdict = verify(&request, &Judge::new(None, now(), ExpectedScope::Any)).unwrap();
        assert_eq!((verdict.outcome(), verdict.is_valid()), (Outcome::Unknown, false));
        assert_eq!(verdict.accept().unwrap_err(), Rejection::NoCredentials);
    }
}

#[test]
fn a_rejection_lists_all_that_speaks_against_the_request() {
    let mut request = signed(&Settings::new("eu-west-1", "s3"));
    request.method = "PUT".to_owned();
    let rejection = judged(&request, HERE).accept().unwrap_err();
    let expected = "the signature does not match; the signature is for region eu-west-1, not for us-east-1";
    assert_eq!(rejection.to_string(), expected);
}

/// Catches an option of the judge that has no effect.
#[test]
fn each_option_of_a_judge_has_an_effect() {
    let key = credentials();
    let at = |seconds: i64| Timestamp::from_epoch_seconds(now().epoch_seconds() + seconds);
    let request = signed(&Settings::new("us-east-1", "s3"));
    let late = Judge::new(Some(&key), at(1_000), ExpectedScope::Any);
    assert_eq!(ids(&verify(&request, &late).unwrap()), ["time-skewed"]);
    assert!(verify(&request, &late.with_window(Duration::from_secs(1_000))).unwrap().is_valid());
    let early = Judge::new(Some(&key), now(), ExpectedScope::Any).with_window(Duration::from_secs(1));
    assert!(verify(&request, &early).unwrap().is_valid());

    let judge = Judge::new(Some(&key), now(), ExpectedScope::Any);
    let placement = crate::derivation::Placement::Header;
    let sub_resources = v2::SubResources::Standard;
    let settings = v2::Settings { names: &v2::Names::AWS, placement, bucket: Some("b".to_owned()), sub_resources };
    let prepared = v2::prepare(unsigned("b.store.example"), &Identity::from(&key), &settings, now()).unwrap();
    let of_bucket = prepared.sign(&key.secret_access_key).request;
    assert!(!verify(&of_bucket, &judge).unwrap().is_valid());
    let buckets = BucketRule { chosen: Some("b"), ..BucketRule::default() };
    assert!(verify(&of_bucket, &judge.with_buckets(buckets)).unwrap().is_valid());

    let mut settings = Settings::new("us-east-1", "custom");
    settings.path_rule = PathRule::S3;
    let mut request = unsigned("store.example");
    request.target = b"/a%20b".to_vec();
    let prepared = prepare(request, &Identity::from(&key), &settings, now()).unwrap();
    let request = prepared.sign_once(&key.secret_access_key).request;
    assert!(!verify(&request, &judge).unwrap().is_valid());
    assert!(verify(&request, &judge.with_path_rule(PathRule::S3)).unwrap().is_valid());
}

/// Catches a token of Version 2 that nobody compares, in the header or in the query.
#[test]
fn a_token_of_version_2_is_compared_wherever_it_is() {
    let key = credentials().with_session_token("token");
    for placement in
        [crate::derivation::Placement::Header, crate::derivation::Placement::Query { expires: Duration::from_secs(60) }]
    {
        let sub_resources = v2::SubResources::Standard;
        let settings =
            v2::Settings { names: &v2::Names::AWS, placement, bucket: Some("bucket".to_owned()), sub_resources };
        let request = unsigned("bucket.s3.amazonaws.com");
        let prepared = v2::prepare(request, &Identity::from(&key), &settings, now()).unwrap();
        let request = prepared.sign(&key.secret_access_key).request;
        let judged =
            |key: &Credentials| ids(&verify(&request, &Judge::new(Some(key), now(), ExpectedScope::Any)).unwrap());
        assert_eq!(judged(&key), [""; 0]);
        assert_eq!(judged(&credentials().with_session_token("other")), ["token-invalid"]);
    }
}

/// The words in the JSON contract.
#[test]
fn an_outcome_is_one_word() {
    let words = [Outcome::Valid, Outcome::Invalid, Outcome::Unknown].map(Outcome::as_str);
    assert_eq!(words, ["valid", "invalid", "unknown"]);
}

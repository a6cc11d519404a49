//! Valid forms, compared with AWS's own examples, and forms that cannot be made.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::*;
use crate::credentials::{Credentials, Secret};
use crate::form::SignedForm;
use crate::scheme::SigningKey;
use crate::v2::{self, Names};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

fn identity() -> Identity {
    Identity::from(&Credentials::new("AKIAIOSFODNN7EXAMPLE", SECRET))
}

fn v4() -> Signing {
    Signing::V4 { dialect: Dialect::AWS4, region: "us-east-1".to_owned(), service: "s3".to_owned() }
}

const V2: Signing = Signing::V2 { names: &Names::AWS };

fn now() -> Timestamp {
    Timestamp::parse("20151229T000000Z").unwrap()
}

fn fields(pairs: &[(&str, &str)]) -> Fields {
    let mut fields = Fields::default();
    pairs.iter().for_each(|(name, value)| fields.push(*name, *value));
    fields
}

fn upload(key: &str, own: &[(&str, &str)], prefixes: &[(&str, &str)]) -> Upload {
    Upload {
        bucket: "sigv4examplebucket".to_owned(),
        key: key.to_owned(),
        fields: fields(own),
        prefixes: fields(prefixes),
        length: None,
        expires: Duration::from_secs(129_600),
    }
}

fn signed(upload: &Upload, signing: &Signing) -> Result<SignedForm, FormError> {
    let prepared = prepare(upload, &identity(), signing, now())?;
    let secret = Secret::new(SECRET);
    match (signing, prepared.scope.clone()) {
        (Signing::V4 { dialect, .. }, Some(scope)) => prepared.sign(&SigningKey::derive(&secret, dialect, &scope)),
        _ => prepared.sign_v2(&secret),
    }
}

/// The conditions of AWS's example (*Example: browser-based upload using HTTP POST*), as its page prints them.
const AWS_EXAMPLE: &str = r#"[
    {"bucket": "sigv4examplebucket"},
    ["starts-with", "$key", "user/user1/"],
    {"acl": "public-read"},
    {"success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"},
    ["starts-with", "$Content-Type", "image/"],
    {"x-amz-meta-uuid": "14365123651274"},
    {"x-amz-server-side-encryption": "AES256"},
    ["starts-with", "$x-amz-meta-tag", ""],
    {"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"},
    {"x-amz-algorithm": "AWS4-HMAC-SHA256"},
    {"x-amz-date": "20151229T000000Z"}
]"#;

/// Catches a condition that is missing, or one that was not asked for.
#[test]
fn awss_own_example_has_these_conditions() {
    let own = [
        ("acl", "public-read"),
        ("success_action_redirect", "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"),
        ("x-amz-meta-uuid", "14365123651274"),
        ("x-amz-server-side-encryption", "AES256"),
    ];
    let asked = [("Content-Type", "image/"), ("x-amz-meta-tag", "")];
    let form = signed(&upload("user/user1/${filename}", &own, &asked), &v4()).unwrap();
    let document: serde_json::Value = serde_json::from_str(&form.policy_json).unwrap();
    assert_eq!(document["expiration"], "2015-12-30T12:00:00.000Z");
    let sorted = |conditions: &serde_json::Value| {
        let mut lines: Vec<String> = conditions.as_array().unwrap().iter().map(ToString::to_string).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&document["conditions"]), sorted(&serde_json::from_str(AWS_EXAMPLE).unwrap()));
    assert_eq!(BASE64_STANDARD.decode(form.fields.get("policy").unwrap()).unwrap(), form.policy_json.as_bytes());
    let to_fill: Vec<&str> = form.to_fill.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(to_fill, ["Content-Type", "x-amz-meta-tag"]);
}

/// The signature was computed with Python's hmac and hashlib: base64(HMAC-SHA1(secret, "eyJleGFtcGxlIjoxfQ==")).
#[test]
fn version_2_signs_with_the_secret_itself() {
    let signature = v2::sign(&Secret::new(SECRET), b"eyJleGFtcGxlIjoxfQ==");
    assert_eq!(signature.as_str(), "4BVIInX5hcj7kF7fHxGvzpdxtwM=");
    let form = signed(&upload("a", &[], &[]), &V2).unwrap();
    let names: Vec<&str> = form.fields.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["key", "AWSAccessKeyId", "policy", "signature"]);
    assert!(!form.policy_json.contains("x-amz-"), "{}", form.policy_json);
}

#[test]
fn each_provider_has_its_own_field_names() {
    let signing = Signing::V4 { dialect: Dialect::GOOG4, region: "auto".to_owned(), service: "storage".to_owned() };
    let form = signed(&upload("a", &[("x-goog-meta-a", "b")], &[]), &signing).unwrap();
    let names: Vec<&str> = form.fields.iter().map(|(name, _)| name).collect();
    let own = ["x-goog-algorithm", "x-goog-credential", "x-goog-date", "policy", "x-goog-signature"];
    assert_eq!(names[..2], ["key", "x-goog-meta-a"]);
    assert_eq!(names[2..], own);
    assert_eq!(form.fields.get("x-goog-algorithm"), Some("GOOG4-HMAC-SHA256"));
}

#[test]
fn a_session_token_is_a_field_and_a_condition() {
    let identity = Identity::from(&Credentials::new("ASIA", SECRET).with_session_token("whisper"));
    for signing in [v4(), V2] {
        let prepared = prepare(&upload("a", &[], &[]), &identity, &signing, now()).unwrap();
        assert_eq!(prepared.fields.get("x-amz-security-token"), Some("whisper"));
        assert!(prepared.policy.conditions.contains(&Condition::equals("x-amz-security-token", "whisper")));
        assert!(!format!("{:?}", prepared.fields).contains("whisper"));
    }
}

/// A form that sets a value for a field that may be changed; one whose key is a choice; one with an ignored field.
#[test]
fn a_prefix_takes_the_place_of_the_exact_value() {
    let own = [("Content-Type", "image/png"), ("x-ignore-note", "n"), ("x-amz-meta-name", "of ${filename}")];
    let asked = [("content-type", "image/"), ("key", "in/")];
    let form = signed(&upload("in/a.png", &own, &asked), &v4()).unwrap();
    assert!(form.to_fill.is_empty());
    assert_eq!(form.fields.get("Content-Type"), Some("image/png"));
    for condition in [
        Condition::starts_with("content-type", "image/"),
        Condition::starts_with("key", "in/"),
        Condition::starts_with("x-amz-meta-name", "of "),
    ] {
        assert!(form.policy.conditions.contains(&condition), "{condition}");
    }
    assert_eq!(form.policy.about("content-type").count(), 1);
    assert_eq!(form.policy.about("x-ignore-note").count(), 0);
}

#[test]
fn forms_that_could_never_be_uploaded_are_refused() {
    let long = "k".repeat(1025);
    let huge = "v".repeat(14_000);
    for (key, own, asked, expected) in [
        ("", vec![], vec![], "no key"),
        (long.as_str(), vec![], vec![], "1025 bytes"),
        ("a", vec![("Policy", "x")], vec![], "cannot be set by hand"),
        ("a", vec![("x-amz-Signature", "x")], vec![], "cannot be set by hand"),
        ("a", vec![("AWSAccessKeyId", "x")], vec![], "cannot be set by hand"),
        ("a", vec![("key", "x")], vec![], "the key of the URL"),
        ("a", vec![], vec![("x-amz-date", "2015")], "cannot be set by hand"),
        ("a", vec![("acl", "x"), ("ACL", "y")], vec![], "given twice"),
        ("a", vec![], vec![("acl", "x"), ("acl", "y")], "given twice"),
        ("a", vec![("Content_Type", "x")], vec![], "no form field 'Content_Type'"),
        ("a", vec![("x-amz-meta-a b", "x")], vec![], "no form field 'x-amz-meta-a b'"),
        ("a", vec![("success_action_status", "302")], vec![], "expected 200, 201 or 204"),
        ("a", vec![("Content-Type", "text/plain")], vec![("Content-Type", "image/")], "to begin with 'image/'"),
        ("a", vec![], vec![("key", "b/")], "to begin with 'b/'"),
        ("a/${filename}", vec![], vec![("key", "a/img")], "to begin with 'a/img'"),
        ("a/${filename}", vec![], vec![("key", "a/${filename}")], "replaced before"),
        ("a", vec![("x-amz-meta-a", "b\nc")], vec![], "control character"),
        ("a\n", vec![], vec![], "control character"),
        ("a", vec![("x-amz-meta-a", huge.as_str())], vec![], "20480"),
    ] {
        let error = signed(&upload(key, &own, &asked), &v4()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    let seconds = |seconds| Upload { expires: Duration::from_secs(seconds), ..upload("a", &[], &[]) };
    for (upload, signing, is_fine) in [
        (seconds(0), v4(), false),
        (seconds(604_800), v4(), true),
        (seconds(604_801), v4(), false),
        (seconds(604_801), V2, true),
        (seconds(0), V2, false),
        (Upload { length: Some((2, 1)), ..seconds(1) }, v4(), false),
        (Upload { length: Some((1, 1)), ..seconds(1) }, v4(), true),
    ] {
        assert_eq!(signed(&upload, &signing).is_ok(), is_fine, "{upload:?}");
    }
}

#[test]
fn only_s3_accepts_forms() {
    for (service, dialect, is_fine) in [
        ("s3", Dialect::AWS4, true),
        ("sqs", Dialect::AWS4, false),
        ("s3express", Dialect::AWS4, false),
        ("storage", Dialect::AWS4, false),
        ("storage", Dialect::GOOG4, true),
    ] {
        let signing = Signing::V4 { dialect, region: "r".to_owned(), service: service.to_owned() };
        assert_eq!(signed(&upload("a", &[], &[]), &signing).is_ok(), is_fine, "{service}");
    }
}

#[test]
fn a_key_of_another_scope_or_scheme_signs_nothing() {
    let prepared = |signing: &Signing| prepare(&upload("a", &[], &[]), &identity(), signing, now()).unwrap();
    let other = Scope::new(&now(), "eu-central-1", "s3", &Dialect::AWS4).unwrap();
    let key = SigningKey::derive(&Secret::new(SECRET), &Dialect::AWS4, &other);
    assert!(matches!(prepared(&v4()).sign(&key), Err(FormError::Key(_))));
    assert_eq!(prepared(&V2).sign(&key), Err(FormError::Scheme));
    assert_eq!(prepared(&v4()).sign_v2(&Secret::new(SECRET)), Err(FormError::Scheme));
}

#[test]
fn surprising_forms_get_warnings() {
    let own = [("success_action_redirect", "https://h.example/")];
    let mut identity = identity();
    identity.expires_at = Some(now());
    let asked = [("success_action_status", "")];
    let warnings = prepare(&upload("a", &own, &asked), &identity, &v4(), now()).unwrap().warnings;
    assert_eq!(warnings.len(), 3, "{warnings:?}");
}

/// Catches an access key ID that ends the credential's field, and a credential without one.
#[test]
fn an_invalid_access_key_id_is_refused() {
    for id in ["", "A B", "A,B", "A\r\nB", "\"A\""] {
        let identity = Identity::from(&Credentials::new(id, SECRET));
        let error = prepare(&upload("user/a", &[], &[]), &identity, &v4(), now()).unwrap_err();
        assert_eq!(error, FormError::AccessKeyId, "{id:?}");
    }
}

/// Catches a token that ends its line in a curl command or in a part of the form.
#[test]
fn a_session_token_of_several_lines_is_refused() {
    for token in ["a\r\nX-Evil: y", "a\n", "a\0b"] {
        let identity = Identity::from(&Credentials::new("AKID", SECRET).with_session_token(token));
        let error = prepare(&upload("user/a", &[], &[]), &identity, &v4(), now()).unwrap_err();
        assert_eq!(error, FormError::SessionToken, "{token:?}");
    }
}

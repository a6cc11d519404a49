//! Presigned POSTs compared with those of others: AWS's own example and botocore's, and how a server would see ours.
//!
//! Catches a policy that is signed differently than it is sent, and a verifier that only agrees with its own signer.
//! `posts.py` wrote `botocore.json`, with botocore and a fixed clock.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use sigvet_testing as common;

use std::collections::BTreeSet;

use common::{Outcome, Sigvet};
use serde_json::{Value, json};

const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const BOUNDARY: &str = "------------------------d74496d66958873e";

fn sigvet(words: &[&str], token: Option<&str>) -> Sigvet {
    let sigvet = Sigvet::anonymous(words).env("AWS_ACCESS_KEY_ID", KEY).env("AWS_SECRET_ACCESS_KEY", SECRET);
    token.into_iter().fold(sigvet, |sigvet, token| sigvet.env("AWS_SESSION_TOKEN", token))
}

/// The result of `sigvet verify` for an upload of six bytes.
fn verify(url: &str, fields: &[(String, String)], now: &str, token: Option<&str>) -> Outcome {
    sigvet(&["verify", "--now", now, "-"], token).input(&upload(url, fields)).run()
}

/// The upload as a browser sends it.
fn upload(url: &str, fields: &[(String, String)]) -> Vec<u8> {
    let mut body = String::new();
    for (name, value) in fields {
        body += &format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    body += &format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"photo.jpg\"\r\n");
    body += &format!("Content-Type: image/jpeg\r\n\r\nhello\n\r\n--{BOUNDARY}--\r\n");
    let (host, path) = url.strip_prefix("https://").unwrap().split_once('/').unwrap();
    let head = format!(
        "POST /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    (head + &body).into_bytes()
}

fn fields_of(object: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    object.as_object().unwrap().iter().map(|(name, value)| (name.clone(), text(value))).collect()
}

fn form(words: &[&str], token: Option<&str>) -> Value {
    let outcome = sigvet(&[&["form", "--date", "20151229T000000Z"], words].concat(), token).run().expect(0);
    serde_json::from_slice(&outcome.stdout).unwrap()
}

/// The policy and its signature come from AWS's page *Example: browser-based upload using HTTP POST (using AWS
/// Signature Version 4)*, the fields from the form on that page, with their names in the same case.
#[test]
fn awss_own_example_is_valid() {
    let policy = include_str!("aws-policy.txt").trim_end();
    let fields = [
        ("key", "user/user1/${filename}"),
        ("acl", "public-read"),
        ("success_action_redirect", "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"),
        ("Content-Type", "image/jpeg"),
        ("x-amz-meta-uuid", "14365123651274"),
        ("x-amz-server-side-encryption", "AES256"),
        ("X-Amz-Credential", "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"),
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
        ("X-Amz-Date", "20151229T000000Z"),
        ("x-amz-meta-tag", ""),
        ("Policy", policy),
        ("X-Amz-Signature", "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"),
    ];
    let url = "https://sigv4examplebucket.s3.amazonaws.com/";
    let with = |name: &str, value: &str| -> Vec<(String, String)> {
        fields.map(|(own, old)| (own.to_owned(), if own == name { value.to_owned() } else { old.to_owned() })).into()
    };
    let judged = |name: &str, value: &str, now: &str| verify(url, &with(name, value), now, None);
    let outcome = judged("", "", "20151230T110000Z").expect(0);
    assert!(outcome.text().starts_with("valid: signed by AKIAIOSFODNN7EXAMPLE"), "{}", outcome.text());
    for (name, value, now, expected) in [
        ("", "", "20151230T120000Z", "the policy expired at 2015-12-30T12:00:00Z"),
        ("key", "user/user2/a", "20151230T110000Z", "the field key is 'user/user2/a'"),
        ("Content-Type", "image/jpeg,text/plain", "20151230T110000Z", "the field Content-Type is"),
        ("X-Amz-Date", "20151230T000000Z", "20151230T110000Z", "for 20151229, but the request is dated 20151230"),
        ("Policy", &policy[..policy.len() - 4], "20151230T110000Z", "the signature does not match"),
    ] {
        let outcome = judged(name, value, now).expect(1);
        assert!(outcome.text().contains(expected), "{name}: {}", outcome.text());
    }
    let other = verify("https://other.s3.amazonaws.com/", &with("", ""), "20151230T110000Z", None).expect(1);
    assert!(other.text().contains("the field bucket is 'other'"), "{}", other.text());
}

/// A form that botocore made is right. Only the service refuses those of Version 2: their bucket is in a region that was
/// opened after January 30, 2014, and takes only Version 4 (*Authenticating Requests* of the S3 API reference).
#[track_caller]
fn assert_right(name: &str, outcome: &Outcome) {
    let text = outcome.text();
    if name.starts_with("version 2") {
        assert_eq!(text.lines().next(), Some("not valid: S3 in eu-central-1 accepts only Version 4"), "{name}: {text}");
    } else {
        assert_eq!(outcome.code, Some(0), "{name}: {text}{}", outcome.stderr);
    }
}

/// Policies in botocore's spelling: spaces, no fractions of a second, `\u` for non-ASCII characters.
#[test]
fn botocores_forms_are_valid() {
    let whole: Value = serde_json::from_str(include_str!("botocore.json")).unwrap();
    let posts = whole["posts"].as_array().unwrap();
    assert_eq!(posts.len(), 8);
    for post in posts {
        let (url, token) = (post["url"].as_str().unwrap(), post["token"].as_str());
        let outcome = verify(url, &fields_of(&post["fields"]), "20151229T001000Z", token);
        assert_right(post["name"].as_str().unwrap(), &outcome);
        let mut forged = fields_of(&post["fields"]);
        forged.last_mut().unwrap().1.replace_range(..1, "~");
        let outcome = verify(url, &forged, "20151229T001000Z", token).expect(1);
        assert!(outcome.text().contains("the signature does not match"), "{}", outcome.text());
    }
}

/// For the same upload both produce the same URL, the same fields except policy and signature, and the same conditions
/// in any order.
#[test]
fn a_form_equals_botocores_except_for_the_spelling_of_its_policy() {
    let whole: Value = serde_json::from_str(include_str!("botocore.json")).unwrap();
    let host = "https://examplebucket.s3.eu-central-1.amazonaws.com";
    for (name, words) in [
        ("plain", vec![format!("{host}/user/photo.jpg")]),
        ("any name", vec![format!("{host}/user/${{filename}}")]),
        (
            "fields",
            [
                "--field",
                "acl=private",
                "--field",
                "x-amz-meta-a=b c",
                "--content-length-range",
                "1,10",
                "--expires",
                "15m",
            ]
            .map(str::to_owned)
            .into_iter()
            .chain([format!("{host}/user/${{filename}}")])
            .collect(),
        ),
        ("non-ascii", vec![format!("{host}/grün/ü 🙂.txt")]),
        ("token", vec![format!("{host}/a")]),
        ("path", vec!["https://s3.eu-central-1.amazonaws.com/examplebucket/a/b".to_owned()]),
        (
            "version 2",
            ["--scheme", "v2", "--success-status", "201"]
                .map(str::to_owned)
                .into_iter()
                .chain([format!("{host}/user/${{filename}}")])
                .collect(),
        ),
        ("version 2 with token", vec!["--scheme=v2".to_owned(), format!("{host}/a")]),
    ] {
        let post = whole["posts"].as_array().unwrap().iter().find(|post| post["name"] == name).unwrap();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let ours = form(&words, post["token"].as_str());
        assert_eq!(ours["url"], post["url"], "{name}");
        assert_eq!(unsigned(&ours), unsigned(post), "{name}");
        assert_eq!(conditions(&ours), conditions(post), "{name}");
        let verdict = verify(
            post["url"].as_str().unwrap(),
            &fields_of(&ours["fields"]),
            "20151229T001000Z",
            post["token"].as_str(),
        );
        assert_right(name, &verdict);
    }
}

fn unsigned(post: &Value) -> BTreeSet<(String, String)> {
    let of_signature = ["policy", "signature", "x-amz-signature"];
    fields_of(&post["fields"]).into_iter().filter(|(name, _)| !of_signature.contains(&name.as_str())).collect()
}

/// The expiration to the second, and the conditions as text.
fn conditions(post: &Value) -> (String, BTreeSet<String>) {
    let policy = post["fields"]["policy"].as_str().unwrap();
    let document: Value = serde_json::from_slice(&decoded(policy)).unwrap();
    let expiration = document["expiration"].as_str().unwrap().replace(".000Z", "Z");
    (expiration, document["conditions"].as_array().unwrap().iter().map(ToString::to_string).collect())
}

fn decoded(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bits = 0_u32;
    let mut bytes = Vec::new();
    for (at, byte) in text.bytes().filter(|byte| *byte != b'=').enumerate() {
        bits = bits << 6 | u32::try_from(ALPHABET.iter().position(|own| *own == byte).unwrap()).unwrap();
        if at % 4 > 0 {
            bytes.push((bits >> (6 - 2 * (at % 4))) as u8);
        }
    }
    bytes
}

/// A policy is sent as it was signed: one line of ASCII whatever it contains, and the output shows that same document.
#[test]
fn the_policy_shown_is_the_one_signed() {
    let made = form(&["--field", "x-amz-meta-a=ü\"\\🙂", "https://b.s3.eu-west-1.amazonaws.com/ü/${filename}"], None);
    let json = decoded(made["fields"]["policy"].as_str().unwrap());
    assert!(json.iter().all(|byte| (b' '..=b'~').contains(byte)), "{}", String::from_utf8_lossy(&json));
    let document: Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(document, made["policy"]);
    assert_eq!(document["conditions"][1], json!(["starts-with", "$key", "ü/"]));
    assert_eq!(document["conditions"][2], json!({ "x-amz-meta-a": "ü\"\\🙂" }));
}

/// A token of temporary credentials is only in the form.
#[test]
fn a_token_is_only_in_the_form() {
    let token = "FwoGZXIvYXdzEXAMPLE/token+with/plus==";
    for kind in ["json", "html", "curl"] {
        let words = ["form", "--as", kind, "-v", "--show", "all", "https://b.s3.eu-west-1.amazonaws.com/k"];
        let outcome = sigvet(&words, Some(token)).run().expect(0);
        assert!(outcome.text().contains("EXAMPLE/token+with/plus"), "{}", outcome.text());
        assert!(!outcome.stderr.contains("EXAMPLE/token"), "{}", outcome.stderr);
        assert!(!outcome.text().contains(SECRET) && !outcome.stderr.contains(SECRET));
        // The policy also contains it.
        let policy = form(&["https://b.s3.eu-west-1.amazonaws.com/k"], Some(token))["fields"]["policy"].to_string();
        assert!(!outcome.stderr.contains(&policy[40..80]), "{}", outcome.stderr);
    }
}

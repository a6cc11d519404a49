//! S3 Express: the session token in header and query, and the user's own key for requests about buckets.
//!
//! Source: botocore 1.44.5 with its clock at 2026-03-01T11:11:12Z: `S3ExpressAuth` and `S3ExpressQueryAuth` for
//! requests signed in a session, `S3SigV4Auth` for the rest, each given the request of the row.

use sigvet_core::credentials::Credentials;
use sigvet_core::prepare::Settings;
use sigvet_core::scheme::Dialect;

use super::{SECRET, assert_valid, request, seconds, sign};

const BUCKET: &str = "https://b--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com";
const TOKEN: &str = "AQAAAHtoken/+with==";

fn in_session() -> (Credentials, Settings) {
    let credentials = Credentials::new("ASIAEXPRESSEXAMPLE", SECRET).with_session_token(TOKEN);
    (credentials, Settings::for_dialect(Dialect::s3_express_session(), "us-east-1", "s3express"))
}

#[test]
fn a_session_signs_as_botocore_does() {
    let (credentials, settings) = in_session();
    let put = request("PUT", &format!("{BUCKET}/dir/a%20b.txt"), &[("Content-Type", "text/plain")], b"hello");
    let list = request("GET", &format!("{BUCKET}/?list-type=2&prefix=dir%2F"), &[], b"");
    for (request, signature) in [
        (put, "c78805d7459f140258eab7681ebad0ee536840eed49ff814bfdc4d0d0a53dfd3"),
        (list, "0d4ec80a3bb9884db825c0477ad13c90a945d4be0290191b1d7cb3afc3c4bf63"),
    ] {
        let signed = sign(request, &credentials, &settings);
        assert_eq!(signed.signature.as_str(), signature);
        assert_eq!(signed.request.headers.first_text("x-amz-s3session-token"), Some(TOKEN));
        assert!(!signed.request.headers.contains("x-amz-security-token"));
        assert_valid(&signed.request, &credentials);
    }
}

#[test]
fn a_session_presigns_as_botocore_does() {
    let (credentials, settings) = in_session();
    let get = request("GET", &format!("{BUCKET}/dir/a%20b.txt"), &[], b"");
    let signed = sign(get, &credentials, &settings.presigned(seconds(300)));
    let expected = "cf30bcd5b18b79b8ada09811c4168fc543add67d216bbba1dd8faabe81fc8ecf";
    assert_eq!(signed.signature.as_str(), expected);
    let target = String::from_utf8(signed.request.target().to_vec()).unwrap();
    assert!(target.contains("&X-Amz-S3session-Token=AQAAAHtoken%2F%2Bwith%3D%3D&"), "{target}");
    assert_valid(&signed.request, &credentials);
}

/// `CreateSession` with and without a token of the user's own, and a bucket policy.
#[test]
fn requests_about_buckets_use_the_usual_names() {
    let own = Credentials::new("AKIDEXAMPLE", SECRET);
    let temporary = own.clone().with_session_token("iam-token");
    let mode = [("x-amz-create-session-mode", "ReadWrite")];
    let session = format!("{BUCKET}/?session");
    let policy = "https://s3express-control.us-east-1.amazonaws.com/b--use1-az4--x-s3?policy";
    for (request, credentials, signature) in [
        (
            request("GET", &session, &mode, b""),
            &temporary,
            "b0418ad8dbc09b29b56d5f0255c0850d7c9e7585a187dc56caa65efa02fee515",
        ),
        (
            request("GET", &session, &mode, b""),
            &own,
            "928c80817cfda6c78f72bed95dc91dc6e6ff9e52e7b95a2900b9788338bf91da",
        ),
        (
            request("PUT", policy, &[], b"{}"),
            &temporary,
            "bd0816f1f7dae2fe0246080c9371caf51556274667cd187866d7ae9bd8f1b396",
        ),
    ] {
        let signed = sign(request, credentials, &Settings::new("us-east-1", "s3express"));
        assert_eq!(signed.signature.as_str(), signature);
        assert_valid(&signed.request, credentials);
    }
}

//! The junction between the user's own query and the parameters of a presigned URL.
//!
//! Source: botocore 1.44.8, `S3SigV4QueryAuth(credentials, "s3", "us-east-1", expires=60)` with its clock at
//! 2026-03-01T11:11:12Z, given `https://h.example` and the target of the row. botocore parses the query and writes it
//! again; here the target is kept as typed, and only the junction is new. The signatures agree, because both forms have
//! the same canonical query. A raw `&` in a path is not tested: botocore signs it unchanged, against AWS's
//! documentation.

use sigvet_core::credentials::Credentials;
use sigvet_core::prepare::{Identity, Settings};
use sigvet_core::presign::Presigner;
use sigvet_core::request::{Request, RequestUrl};
use sigvet_core::scheme::{Scope, SigningKey};
use sigvet_core::v2;

use super::{SECRET, assert_valid, now, request, seconds, sign};

struct Row {
    target: &'static str,
    /// What botocore writes before `X-Amz-Algorithm`.
    botocore: &'static str,
    /// What precedes it if nothing that was typed changes.
    expected: &'static str,
    signature: &'static str,
}

#[rustfmt::skip]
const ROWS: [Row; 12] = [
    Row { target: "/x", botocore: "/x?", expected: "/x?", signature: "b55ebe71a6055b406523274e8f511a461abc13de240fffdcf27dac6f84c76796" },
    Row { target: "/x?", botocore: "/x?", expected: "/x?", signature: "b55ebe71a6055b406523274e8f511a461abc13de240fffdcf27dac6f84c76796" },
    Row { target: "/", botocore: "/?", expected: "/?", signature: "aceaffcd325c5703b52fe34bfac1ceeea061ca26797b032c5f0d89b77a61c60c" },
    Row { target: "/?", botocore: "/?", expected: "/?", signature: "aceaffcd325c5703b52fe34bfac1ceeea061ca26797b032c5f0d89b77a61c60c" },
    Row { target: "/x?a=1", botocore: "/x?a=1&", expected: "/x?a=1&", signature: "abca9b31dfba46ffce32b536d27ca243f151d07164234d422d96716111b4f736" },
    Row { target: "/x?a=1&", botocore: "/x?a=1&", expected: "/x?a=1&", signature: "abca9b31dfba46ffce32b536d27ca243f151d07164234d422d96716111b4f736" },
    Row { target: "/x?a=", botocore: "/x?a=&", expected: "/x?a=&", signature: "40c5666a0454b67bb5d8c17059bd0a0e73a962ead9770308f0e3cf570fd6e2bb" },
    Row { target: "/x?a=1?", botocore: "/x?a=1%3F&", expected: "/x?a=1?&", signature: "98395db21e73bdb90ad8b8a6221f7b5a7144e7a983b95d313f91a1be4182ee91" },
    Row { target: "/x?&", botocore: "/x?", expected: "/x?&", signature: "b55ebe71a6055b406523274e8f511a461abc13de240fffdcf27dac6f84c76796" },
    Row { target: "/x?&a=1", botocore: "/x?a=1&", expected: "/x?&a=1&", signature: "abca9b31dfba46ffce32b536d27ca243f151d07164234d422d96716111b4f736" },
    Row { target: "/x?a=1&&", botocore: "/x?a=1&", expected: "/x?a=1&&", signature: "abca9b31dfba46ffce32b536d27ca243f151d07164234d422d96716111b4f736" },
    Row { target: "/x?a&&b", botocore: "/x?a=&b=&", expected: "/x?a&&b&", signature: "4f1c7599768d743ff9ee91aaf651a4f931f53286b6e0484ab06f9f320d683b5b" },
];

const PARAMETERS: &str = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260301%2Fus-east-1%2Fs3%2F\
    aws4_request&X-Amz-Date=20260301T111112Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=";

fn settings() -> Settings {
    Settings::new("us-east-1", "s3").presigned(seconds(60))
}

fn request_to(target: &str) -> Request {
    request("GET", &format!("https://h.example{target}"), &[], b"")
}

#[test]
fn botocore_and_the_rows_differ_only_if_botocore_writes_the_query_again() {
    let rewritten: Vec<&str> = ROWS.iter().filter(|row| row.botocore != row.expected).map(|row| row.target).collect();
    assert_eq!(rewritten, ["/x?a=1?", "/x?&", "/x?&a=1", "/x?a=1&&", "/x?a&&b"]);
}

#[test]
fn a_signed_request_is_presigned_as_botocore_does() {
    let credentials = Credentials::new("AKIDEXAMPLE", SECRET);
    for Row { target, expected, signature, .. } in ROWS {
        let signed = sign(request_to(target), &credentials, &settings());
        let presigned = String::from_utf8(signed.request.target().to_vec()).unwrap();
        assert_eq!(presigned, format!("{expected}{PARAMETERS}{signature}"), "{target}");
        assert_valid(&signed.request, &credentials);
    }
}

#[test]
fn a_presigner_of_many_targets_agrees() {
    let (credentials, settings) = (Credentials::new("AKIDEXAMPLE", SECRET), settings());
    let scope = Scope::new(&now(), &settings.region, &settings.service, &settings.dialect).unwrap();
    let key = SigningKey::derive(&credentials.secret_access_key, &settings.dialect, &scope);
    let presigner = Presigner::new(request_to("/"), &Identity::from(&credentials), &settings, &key, now()).unwrap();
    for Row { target, expected, signature, .. } in ROWS {
        let presigned = presigner.presign_to_string(target).unwrap();
        assert_eq!(presigned, format!("{expected}{PARAMETERS}{signature}"), "{target}");
    }
}

/// Version 2 and curl's `-G` append at the same place.
#[test]
fn everything_that_appends_agrees_on_the_junction() {
    let placement = settings().placement;
    let settings =
        v2::Settings { names: &v2::Names::AWS, placement, bucket: None, sub_resources: v2::SubResources::Standard };
    let identity = Identity::from(&Credentials::new("AKIDEXAMPLE", SECRET));
    for Row { target, expected, .. } in ROWS {
        let prepared = v2::prepare(request_to(target), &identity, &settings, now()).unwrap();
        let appended = String::from_utf8(prepared.request.target().to_vec()).unwrap();
        assert_eq!(appended, format!("{expected}AWSAccessKeyId=AKIDEXAMPLE&Expires=1772363532"), "{target}");
        let url = RequestUrl::parse(&format!("https://h.example{target}")).unwrap().with_more_query(b"n=v");
        assert_eq!(url.target(), format!("{expected}n=v").as_bytes(), "{target}");
    }
}

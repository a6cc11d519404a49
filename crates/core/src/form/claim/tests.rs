//! Forms as clients send them, complete and broken.

use super::*;
use crate::request::{Headers, RequestUrl};

const V4: [(&str, &str); 6] = [
    ("key", "a/${filename}"),
    ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
    ("X-Amz-Credential", "AKID/20151229/us-east-1/s3/aws4_request"),
    ("X-Amz-Date", "20151229T000000Z"),
    ("Policy", "e30="),
    ("X-Amz-Signature", "00"),
];

fn upload(fields: &[(&str, &str)]) -> Request {
    let mut body = String::new();
    for (name, value) in fields {
        let filename = if *name == "file" { "; filename=\"C:\\\\up\\\\b.txt\"" } else { "" };
        body += &format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"{filename}\r\n\r\n{value}\r\n");
    }
    body += "--B--\r\n";
    let url = RequestUrl::parse("http://h.example/bucket").unwrap();
    let mut request = Request::new("POST", &url).unwrap();
    request.headers.push("Content-Type", "multipart/form-data; boundary=B").unwrap();
    request.body = Body::Bytes(body.into_bytes());
    request
}

fn claim(fields: &[(&str, &str)]) -> Result<FormClaim, FormClaimError> {
    FormClaim::extract(&upload(fields)).unwrap()
}

#[test]
fn the_claim_of_each_scheme_is_read_whatever_the_case_of_its_names() {
    let found = claim(&[V4.as_slice(), &[("file", "hello")]].concat()).unwrap();
    assert_eq!((found.access_key_id.as_str(), found.string_to_sign.as_str()), ("AKID", "e30="));
    assert!(matches!(&found.scheme, FormScheme::V4 { dialect, .. } if *dialect == Dialect::AWS4));
    assert_eq!(found.file, Some(FileFacts { name: Some("b.txt".to_owned()), length: 5 }));
    let found = claim(&[("policy", "e30="), ("awsaccesskeyid", "a:b"), ("Signature", "c2ln"), ("file", "")]).unwrap();
    assert_eq!((found.access_key_id.as_str(), found.signature.as_str()), ("a:b", "c2ln"));
    assert_eq!(found.scheme, FormScheme::V2 { names: &Names::AWS });
    let goog = V4.map(|(name, value)| (name.replace("Amz", "Goog"), value.replace("AWS4-", "GOOG4-")));
    let goog: Vec<(&str, &str)> = goog.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert!(matches!(claim(&goog).unwrap().scheme, FormScheme::V4 { dialect, .. } if dialect == Dialect::GOOG4));
}

/// Catches a form that is not recognised, and a field that S3 would not have read.
#[test]
fn missing_and_unreadable_fields_are_named() {
    let without = |left_out: &str| -> Vec<(&str, &str)> {
        V4.into_iter().filter(|(name, _)| *name != left_out).chain([("file", "")]).collect()
    };
    for name in ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Signature", "Policy"] {
        let error = claim(&without(name)).unwrap_err();
        assert_eq!(error, FormClaimError::Missing { name: name.to_ascii_lowercase() });
        let behind = [without(name), vec![(name, "x")]].concat();
        assert_eq!(claim(&behind).unwrap_err(), FormClaimError::BehindFile { name: name.to_ascii_lowercase() });
    }
    let changed = |name: &str, value: &'static str| V4.map(|(own, old)| (own, if own == name { value } else { old }));
    for (name, value) in [("X-Amz-Algorithm", "AWS4-ECDSA-P256-SHA256"), ("X-Amz-Date", "2015")] {
        assert!(claim(&changed(name, value)).unwrap_err().to_string().contains(value), "{name}");
    }
    // The text in place of a credential may be the secret.
    let error = claim(&changed("X-Amz-Credential", "hush")).unwrap_err();
    assert_eq!(error.to_string(), "the field x-amz-credential is not ID/YYYYMMDD/region/service/aws4_request: '…'");
    assert!(!format!("{error:?}").contains("hush"));
    assert_eq!(claim(&[("policy", "e30=")]).unwrap_err(), missing("x-amz-signature"));
}

/// Bodies from a script that sets the type itself, and from a page whose form has no `enctype`.
#[test]
fn a_form_with_the_wrong_content_type_is_still_recognised() {
    let of_type = |content_type: &str, body: Option<&str>| {
        let mut request = upload(&V4);
        request.headers = Headers::default();
        request.headers.push("Content-Type", content_type).unwrap();
        if let Some(body) = body {
            request.body = Body::Bytes(body.into());
        }
        FormClaim::extract(&request).map(|claim| claim.unwrap_err())
    };
    let unbound = of_type("multipart/form-data", None);
    assert_eq!(unbound, Some(FormClaimError::Multipart(MultipartError::NoBoundary)));
    let kind = "application/x-www-form-urlencoded";
    let error = FormClaimError::Multipart(MultipartError::ContentType { presented: kind.to_owned() });
    for (body, expected) in [
        ("key=a&policy=e30%3D&x-amz-signature=00", Some(&error)),
        ("Policy=e30%3D&Signature=00&AWSAccessKeyId=A", Some(&error)),
        ("Action=PutRolePolicy&Policy=x", None),
        ("Action=SetQueueAttributes&Policy=x&Signature=00&SignatureVersion=2", None),
    ] {
        assert_eq!(of_type(&format!("{kind}; charset=utf-8"), Some(body)).as_ref(), expected, "{body}");
    }
    assert_eq!(of_type("text/plain", Some("policy=e30%3D&signature=00")), None);
}

#[test]
fn other_requests_are_not_taken_for_signed_forms() {
    let signed = |change: fn(&mut Request)| {
        let mut request = upload(&V4);
        change(&mut request);
        FormClaim::is_made_by(&request)
    };
    assert!(signed(|_| ()));
    assert!(!signed(|request| request.method = "PUT".to_owned()));
    assert!(!signed(|request| request.body = Body::Unknown));
    assert!(!signed(|request| request.headers = Headers::default()));
    assert!(!signed(|request| request.headers.push("Authorization", "AWS4-HMAC-SHA256 …").unwrap()));
    assert!(!FormClaim::is_made_by(&upload(&[("key", "a"), ("file", "policy")])));
    // A form that was cut off is still a form.
    assert!(signed(|request| {
        let Body::Bytes(body) = &mut request.body else { return };
        body.truncate(body.len() - 5);
    }));
}

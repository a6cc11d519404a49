//! Refusals of the servers that do not return the signed texts: `MinIO` and Ceph's gateway.

use sigvet_core::claim::ClaimError;

use super::Refusal;
use super::fault::{Carrier, Fault};
use super::s3::{S3Error, error};
use super::xml::Xml;

/// Writes a refusal as `MinIO` does (`cmd/api-errors.go`, `cmd/signature-v4.go`).
pub fn minio(fault: &Fault, path: &str, request_id: &str) -> Refusal {
    let error = minio_error(fault);
    let (bucket, key) = bucket_and_key(path);
    let region = error.fields.into_iter().find(|(name, _)| *name == "Region").map(|(_, region)| region);
    let elements = [
        ("Key", Some(key.to_owned())),
        ("BucketName", Some(bucket.to_owned())),
        ("Resource", Some(path.to_owned())),
        ("Region", region),
        ("RequestId", Some(request_id.to_owned())),
        ("HostId", Some("sigvet".to_owned())),
    ];
    refusal(error.status, error.code, &error.message, elements)
}

/// Errors that are the same as S3's are taken from there.
fn minio_error(fault: &Fault) -> S3Error {
    match fault {
        Fault::NotSigned => error(403, "AccessDenied", "Access Denied."),
        Fault::KeyUnknown(_) => {
            error(403, "InvalidAccessKeyId", "The Access Key Id you provided does not exist in our records.")
        }
        Fault::TokenMissing(_) | Fault::Token => {
            error(403, "InvalidTokenId", "The security token included in the request is invalid")
        }
        Fault::Skewed { .. } => error(
            403,
            "RequestTimeTooSkewed",
            "The difference between the request time and the server's time is too large.",
        ),
        Fault::NotYetValid { .. } => error(403, "AccessDenied", "Request is not valid yet"),
        Fault::Region { expected, .. } => {
            let message =
                format!("The authorization header is malformed; the region is wrong; expecting '{expected}'.");
            let fields = vec![("Region", expected.clone())];
            S3Error { fields, ..error(400, "AuthorizationHeaderMalformed", message) }
        }
        Fault::Service { .. } => error(
            400,
            "AuthorizationParametersError",
            "Error parsing the Credential/X-Amz-Credential parameter; incorrect service. This endpoint belongs to \"s3\".",
        ),
        Fault::HeadersUnsigned(_) => {
            error(400, "AccessDenied", "There were headers present in the request which were not signed")
        }
        Fault::Checksum { name, .. } if name.eq_ignore_ascii_case("content-md5") => {
            error(400, "BadDigest", "The Content-Md5 you specified did not match what we received.")
        }
        Fault::Checksum { .. } => error(
            400,
            "XAmzContentChecksumMismatch",
            "The provided 'x-amz-checksum' header does not match what was computed.",
        ),
        Fault::Unreadable { carrier: Carrier::Header, error: claim } => minio_unreadable(claim),
        other => S3Error::of(other, None),
    }
}

fn minio_unreadable(claim: &ClaimError) -> S3Error {
    match claim {
        ClaimError::Missing { .. } => error(400, "MissingFields", "Missing fields in request."),
        ClaimError::NoDate { .. } => {
            error(400, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header")
        }
        ClaimError::Date { .. } => error(
            400,
            "MalformedDate",
            "Invalid date format header, expected to be in ISO8601, RFC1123 or RFC1123Z time format.",
        ),
        _ => error(
            400,
            "AuthorizationQueryParametersError",
            "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting \
             \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".",
        ),
    }
}

/// Writes a refusal as Ceph's gateway does, with only its code (`src/rgw/rgw_common.cc`, `src/rgw/rgw_auth_s3.cc`).
pub fn ceph(fault: &Fault, is_form: bool, path: &str, request_id: &str) -> Refusal {
    let (status, code) = ceph_code(fault, is_form);
    let (bucket, _) = bucket_and_key(path);
    let elements = [
        ("BucketName", Some(bucket.to_owned())),
        ("RequestId", Some(format!("tx{request_id}"))),
        ("HostId", Some("sigvet".to_owned())),
    ];
    refusal(status, code, "", elements)
}

fn ceph_code(fault: &Fault, is_form: bool) -> (u16, &'static str) {
    match fault {
        _ if is_form => (403, "AccessDenied"),
        Fault::Expired { .. } | Fault::ExpiresTooLong | Fault::NotYetValid { .. } | Fault::HeadersUnsigned(_) => {
            (403, "AccessDenied")
        }
        Fault::Unreadable { carrier: Carrier::Query, .. } => (403, "AccessDenied"),
        Fault::Unreadable { .. } | Fault::Malformed { .. } | Fault::TokenMissing(_) | Fault::Token => {
            (400, "InvalidArgument")
        }
        Fault::ChunkMismatch | Fault::Framing(_) => (400, "XAmzContentSHA256Mismatch"),
        // Ceph does not check region or service. If the user configured one, the answer is that of AWS.
        other => {
            let error = S3Error::of(other, None);
            (error.status, error.code)
        }
    }
}

/// Takes the bucket and the key from the path.
fn bucket_and_key(path: &str) -> (&str, &str) {
    let path = path.trim_start_matches('/');
    path.split_once('/').unwrap_or((path, ""))
}

/// Leaves out empty elements except for the message.
fn refusal<const N: usize>(
    status: u16,
    code: &'static str,
    message: &str,
    elements: [(&'static str, Option<String>); N],
) -> Refusal {
    let mut xml = Xml::new();
    xml.within("Error", |xml| {
        xml.element("Code", code);
        xml.element("Message", message);
        for (name, value) in elements {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                xml.element(name, &value);
            }
        }
    });
    Refusal { status, code, content_type: "application/xml", headers: Vec::new(), body: xml.into_bytes() }
}

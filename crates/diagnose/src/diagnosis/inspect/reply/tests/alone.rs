//! Replies without their requests.

use super::{header, xml};
use crate::diagnosis::inspect::tests::ids;

#[test]
fn a_reply_alone_is_named_by_its_words() {
    let alone = |body: &str| ids(&header().answered(400, body).reply_alone());
    for (code, message, expected) in [
        // Backblaze B2, Cloudflare R2, Oracle, MinIO, S3, and the words of many stores.
        (
            "InvalidArgument",
            "Unsupported header 'x-amz-checksum-crc32' received for this API call.",
            "checksum-unsupported",
        ),
        (
            "NotImplemented",
            "Header 'x-amz-checksum-crc32' with value '8FJbTw==' not implemented",
            "checksum-unsupported",
        ),
        ("NotImplemented", "AWS chunked encoding not supported", "checksum-unsupported"),
        (
            "NotImplemented",
            "A header you provided implies functionality that is not implemented.",
            "checksum-unsupported",
        ),
        ("MissingContentMD5", "Missing required header for this request: Content-Md5.", "checksum-unsupported"),
        ("InvalidRequest", "DeleteObjects requires one valid Content-MD5 header", "checksum-unsupported"),
        ("MissingContentLength", "You must provide the Content-Length HTTP header.", "checksum-unsupported"),
        ("BadDigest", "The Content-MD5 you specified did not match what we received.", ""),
        // S3, Ceph and forms.
        ("AccessDenied", "Invalid according to Policy: Policy expired.", "policy-expired"),
        ("AccessDenied", "Invalid according to Policy: Extra input fields: x-a", "policy-field-not-allowed"),
        ("AccessDenied", "Policy missing condition: acl", "policy-field-not-allowed"),
        (
            "AccessDenied",
            "Invalid according to Policy: Policy Condition failed: [\"eq\", \"$acl\", \"private\"]",
            "policy-condition-failed",
        ),
        ("InvalidPolicyDocument", "Invalid Policy: Invalid JSON.", "policy-malformed"),
        // rclone, Garage, nanio, STS.
        (
            "AccessDenied",
            "The difference between the request time and the server's time exceeds the maximum allowed.",
            "time-skewed",
        ),
        ("AccessDenied", "Forbidden: No such key: GK31c2f218a2e44f485b94239e", "access-key-unknown"),
        ("InvalidRequest", "Bad request: X-Amz-Expires may not exceed a week", "expires-too-long"),
        ("InvalidRequest", "signed header `x-amz-acl` is not present", "header-missing"),
        ("InvalidRequest", "SignedHeaders must include host", "host-not-signed"),
        ("InvalidRequest", "Missing X-Amz-Algorithm header", "mechanism-v2"),
        ("InvalidDigest", "SHA256 checksum verification failed (from x-amz-content-sha256)", "payload-header-mismatch"),
        (
            "IncompleteSignature",
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got \
             'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY/20250915/us-east-1/sts/aws4_request'",
            "secret-is-access-key",
        ),
        ("MissingFields", "Missing fields in request.", "authorization-malformed"),
        (
            "IllegalLocationConstraintException",
            "The us-west-2 location constraint is incompatible for the region specific endpoint this request was sent to.",
            "scope-region",
        ),
    ] {
        assert_eq!(alone(&xml(code, message)), expected, "{code}: {message}");
    }
    let redirect = "<Error><Code>TemporaryRedirect</Code><Message>Please re-send this request to the specified temporary \
                    endpoint.</Message><Endpoint>b.s3.eu-west-2.amazonaws.com</Endpoint></Error>";
    assert_eq!(alone(redirect), "host-other-endpoint");
}

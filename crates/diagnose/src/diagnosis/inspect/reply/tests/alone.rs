//! Replies without the requests that they answer.

use super::{header, xml};
use crate::diagnosis::inspect::tests::ids;

#[test]
fn the_message_alone_names_the_mistake() {
    let alone = |body: &str| ids(&header().answered(400, body).reply_alone());
    for (code, message, expected) in [
        // Backblaze B2, Cloudflare R2, Oracle, MinIO, S3, and messages that many stores send.
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
        ("BadDigest", "The Content-MD5 you specified did not match what we received.", "checksum-mismatch"),
        // S3, Ceph and forms.
        ("AccessDenied", "Invalid according to Policy: Policy expired.", "policy-expired"),
        ("AccessDenied", "Invalid according to Policy: Extra input fields: x-a", "policy-field-not-allowed"),
        ("AccessDenied", "Policy missing condition: acl", "policy-field-not-allowed"),
        (
            "AccessDenied",
            "Invalid according to Policy: Policy Condition failed: [\"eq\", \"$acl\", \"private\"]",
            "policy-condition-failed",
        ),
        (
            "AccessDenied",
            "Each form field that you specify in a form must appear in the list of policy conditions. \"X-Amz-Meta-Name\" not specified in the policy.",
            "policy-field-not-allowed",
        ),
        ("InvalidPolicyDocument", "Invalid Policy: Invalid JSON.", "policy-malformed"),
        // Alibaba's OSS (issues 29 of its SDK for Go and 74 of its SDK for Python).
        ("InvalidArgument", "Invalid signing region in Authorization header.", "scope-region"),
        ("InvalidArgument", "Invalid signing product in Authorization header.", "scope-service"),
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

/// Messages of Garage, MinIO, SeaweedFS, versitygw, Cloudflare R2 and Backblaze B2, from their sources and
/// public reports.
#[test]
fn messages_of_other_stores_are_understood() {
    let alone = |body: &str| ids(&header().answered(400, body).reply_alone());
    for (code, message, expected) in [
        (
            "AuthorizationHeaderMalformed",
            "Authorization header malformed, unexpected scope: 20260101/us-east-1/s3/aws4_request",
            "scope-region",
        ),
        (
            "AuthorizationHeaderMalformed",
            "Authorization header malformed, unexpected scope: '20260101/us-east-1/s3/aws4_request', expected: \
             '20260101/garage/s3/aws4_request'",
            "scope-region",
        ),
        (
            "AuthorizationParametersError",
            "Error parsing the Credential/X-Amz-Credential parameter; incorrect service. This endpoint belongs to \"s3\".",
            "scope-service",
        ),
        (
            "AuthorizationHeaderMalformed",
            "The authorization header is malformed; the Credential is mal-formed; incorrect service \"es\". This \
             endpoint belongs to \"s3\".",
            "scope-service",
        ),
        (
            "AuthorizationQueryParametersError",
            "Error parsing the X-Amz-Credential parameter; incorrect terminal. This endpoint uses \"aws4_request\".",
            "scope-order",
        ),
        ("InvalidRegionName", "The region name 'us-west-1' is not valid. Must be one of: wnam, auto", "scope-region"),
        ("InvalidArgument", "date in X-Amz-Credential scope does not match X-Amz-Date", "scope-date"),
        ("InvalidTokenId", "The security token included in the request is invalid", "token-invalid"),
        ("InvalidAccessKeyId", "Your account is disabled; please contact your administrator.", "access-key-unknown"),
        ("Unauthorized", "The key '0012abc' is not valid", "access-key-unknown"),
        ("AccessDenied", "Anonymous users cannot invoke this API. Please authenticate.", "authorization-missing"),
        ("InvalidArgument", "Authorization", "authorization-missing"),
        ("MissingAuthenticationToken", "Request is missing Authentication Token", "authorization-missing"),
        (
            "InvalidArgument",
            "Authorization header is invalid -- one and only one ' ' (space) required.",
            "authorization-malformed",
        ),
        ("InvalidArgument", "The value of x-amz-content-sha256 header is invalid.", "payload-hash-form"),
        (
            "InvalidRequest",
            "The value of x-amz-content-sha256 header is invalid: STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            "payload-streaming",
        ),
        ("InvalidRequest", "Bad request: Chunk format error: Parsing Error", "payload-streaming"),
        (
            "MalformedTrailerError",
            "The request contained trailing data that was not well-formed or did not conform to our published schema.",
            "payload-streaming",
        ),
        ("InvalidRequest", "The value specified in the x-amz-trailer header is not supported", "checksum-unsupported"),
        ("BadDigest", "The CRC32 you specified did not match the calculated checksum.", "checksum-mismatch"),
        ("AuthorizationQueryParametersError", "Invalid X-Amz-Expires, expected to be a number", "expires-too-long"),
        (
            "AccessDenied",
            "The bucket you are attempting to access must be addressed using the specified endpoint.",
            "host-other-endpoint",
        ),
        ("NoSuchKey", "The specified key does not exist.", ""),
        ("SlowDown", "Please reduce your request rate.", ""),
    ] {
        assert_eq!(alone(&xml(code, message)), expected, "{code}: {message}");
    }
}

/// Google's store says little in the message, and the rest in its details.
#[test]
fn details_are_read_like_the_message() {
    for (code, details, expected) in [
        ("AccessDenied", "Policy has expired.", "policy-expired"),
        ("InvalidPolicyDocument", "Policy did not reference these fields: file", "policy-field-not-allowed"),
        ("ExpiredToken", "Request signature expired at: 2026-01-01T00:00:00+00:00", "expired"),
        ("MalformedSecurityHeader", "X-Goog-Expires must be less than or equal to 604800 seconds", "expires-too-long"),
        (
            "InvalidArgument",
            "A header you provided implies functionality that is not implemented",
            "checksum-unsupported",
        ),
        ("MissingSecurityHeader", "Authorization", "authorization-missing"),
        ("AccessDenied", "Caller does not have storage.objects.get access to the Google Cloud Storage object.", ""),
    ] {
        let body = xml(code, "Access denied.").replace("</Error>", &format!("<Details>{details}</Details></Error>"));
        assert_eq!(ids(&header().answered(400, &body).reply_alone()), expected, "{details}");
    }
}

/// A clock that is off by one hour may be set to summer time, or be in the wrong time zone.
#[test]
fn a_clock_one_hour_off_has_two_explanations() {
    for (server, expected) in [
        ("20260101T013000Z", "time-local time-skewed"),
        ("20260101T023000Z", "time-local"),
        ("20260101T020700Z", "time-skewed"),
    ] {
        let message = format!("Signature expired: 20260101T003000Z is now earlier than {server} ({server} - 15 min.)");
        assert_eq!(
            ids(&header().answered(400, &xml("SignatureDoesNotMatch", &message)).reply_alone()),
            expected,
            "{server}"
        );
    }
}

/// The messages of aws-iam-authenticator's `pkg/token/token.go` as it logs them, of Vault's `validateVaultHeaderValue` as
/// its command line prints them, and of Bedrock as LiteLLM's tests quote it.
#[test]
fn servers_that_accept_signed_logins_name_the_mistake() {
    let eks = |message: &str| {
        format!(
            "time=\"2026-11-30T10:11:12Z\" level=warning msg=\"access denied\" error=\"input token was not properly formatted: {message}\" path=/authenticate"
        )
    };
    let vault = |message: &str| {
        format!(
            "URL: PUT https://v:8200/v1/auth/aws/login\nCode: 400. Errors:\n\n* error validating X-Vault-AWS-IAM-Server-ID header: {message}"
        )
    };
    for (body, expected) in [
        (eks("X-Amz-Date parameter is expired (15 minute expiration) 2026-11-30 09:11:46 +0000 UTC"), "expired"),
        (eks("client did not sign the x-k8s-aws-id header in the pre-signed URL"), "eks-cluster-unsigned"),
        (eks("invalid X-Amz-Expires parameter in pre-signed URL: 3600"), "expires-too-long"),
        (eks("unexpected action parameter in pre-signed URL"), "token-parameter-missing"),
        (vault("missing header \"X-Vault-AWS-IAM-Server-ID\""), "token-audience"),
        (vault("expected \"vault.prod\" but got \"vault\""), "token-audience"),
        (vault("vault header wasn't signed"), "token-audience"),
        ("{\"Message\":\"Bearer Token has expired\"}".to_owned(), "expired"),
    ] {
        assert_eq!(ids(&header().answered(400, &body).reply_alone()), expected, "{body}");
    }
    let found = header().answered(400, &vault("expected \"vault.prod\" but got \"vault\"")).reply_alone();
    let made = &found[0].mistakes[0];
    assert_eq!((made.signed.as_slice(), made.expected.as_slice()), (&b"vault"[..], &b"vault.prod"[..]));
}

/// S3's own limit for one upload is 5 GiB; any smaller one is that of a form's policy (*POST object*, *EntityTooLarge*).
#[test]
fn a_limit_below_that_of_an_upload_is_a_condition_of_the_policy() {
    let too_large = |most: u64| {
        let message = "Your proposed upload exceeds the maximum allowed size";
        let body = format!(
            "<Error><Code>EntityTooLarge</Code><Message>{message}</Message><MaxSizeAllowed>{most}</MaxSizeAllowed></Error>"
        );
        ids(&header().answered(400, &body).reply_alone())
    };
    assert_eq!(too_large(10_485_760), "policy-condition-failed");
    assert_eq!(too_large(5_368_709_120), "");
}

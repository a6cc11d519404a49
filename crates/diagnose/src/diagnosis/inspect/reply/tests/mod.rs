//! Real server messages, from public reports and from the sources of open-source servers.

mod alone;

use crate::diagnosis::inspect::tests::{Case, S3_CREDENTIAL, S3_HOST, details, ids, presigned, s3, signed};
use sigvet_core::credentials::Credentials;

fn xml(code: &str, message: &str) -> String {
    format!("<Error><Code>{code}</Code><Message>{}</Message></Error>", message.replace('<', "&lt;"))
}

fn json(message: &str) -> String {
    format!("{{\"message\":{}}}", serde_json::Value::from(message))
}

fn header() -> Case {
    Case::new(&s3("GET /k", ""))
}

fn url() -> Case {
    Case::new(&presigned(S3_HOST, S3_CREDENTIAL, ""))
}

fn api() -> Case {
    let credential = "AKIAIOSFODNN7EXAMPLE/20150830/eu-west-1/execute-api/aws4_request";
    Case::new(&signed("GET /pets", "a1b2.execute-api.eu-west-1.amazonaws.com", credential, ""))
}

/// `signed > expected` of the first mistake.
fn values(case: &Case) -> String {
    let found = case.reply();
    let made = &found.first().expect("an explanation").mistakes[0];
    format!("{} > {}", String::from_utf8_lossy(&made.signed), String::from_utf8_lossy(&made.expected))
}

#[test]
fn each_message_names_its_mistake() {
    for (case, body, expected) in [
        // AWS S3, Swift and versitygw
        (
            header(),
            xml(
                "AuthorizationHeaderMalformed",
                "The authorization header is malformed; the region 'eu-west-1' is wrong; expecting 'us-east-1'",
            ),
            "scope-region",
        ),
        (
            header(),
            xml(
                "AuthorizationHeaderMalformed",
                "The authorization header is malformed; the region \"eu-west-1\" is wrong; expecting \"us-east-1\"",
            ),
            "scope-region",
        ),
        (
            header(),
            xml(
                "AuthorizationHeaderMalformed",
                "The authorization header is malformed; Invalid credential date. Date is not the same as X-Amz-Date.",
            ),
            "scope-date",
        ),
        (
            header(),
            xml(
                "AuthorizationHeaderMalformed",
                "The authorization header is malformed; incorrect service \"s4\". This endpoint belongs to \"s3\".",
            ),
            "scope-service",
        ),
        (
            header(),
            xml(
                "AuthorizationHeaderMalformed",
                "The authorization header is malformed; the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".",
            ),
            "scope-order",
        ),
        (
            header(),
            xml(
                "AuthorizationHeaderMalformed",
                "The authorization header is malformed; incorrect date format \"us-east-1\". This date in the credential must be in the format \"yyyyMMdd\".",
            ),
            "scope-order",
        ),
        (
            header(),
            xml(
                "AuthorizationHeaderMalformed",
                "The authorization header is malformed; incorrect date format \"2015-08-30\". This date in the credential must be in the format \"yyyyMMdd\".",
            ),
            "scope-date",
        ),
        (
            header(),
            xml(
                "AuthorizationHeaderMalformed",
                "The authorization header is malformed; incorrect terminal \"aws4\". This endpoint uses \"aws4_request\".",
            ),
            "scope-order",
        ),
        (
            header(),
            xml(
                "AuthorizationHeaderMalformed",
                "The authorization header is malformed; a non-empty Access Key (AKID) must be provided in the credential.",
            ),
            "access-key-malformed",
        ),
        (
            header(),
            xml(
                "AuthorizationHeaderMalformed",
                "The authorization header is malformed; the authorization header requires three components: Credential, SignedHeaders, and Signature.",
            ),
            "authorization-malformed",
        ),
        (
            url(),
            xml(
                "AuthorizationQueryParametersError",
                "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds",
            ),
            "expires-too-long",
        ),
        (url(), xml("AuthorizationQueryParametersError", "X-Amz-Expires must be non-negative"), "expires-too-long"),
        (url(), xml("AuthorizationQueryParametersError", "X-Amz-Expires should be a number"), "expires-too-long"),
        (
            url(),
            xml(
                "AuthorizationQueryParametersError",
                "Error parsing the X-Amz-Credential parameter; the region 'us-east-1' is wrong; expecting 'eu-west-1'",
            ),
            "scope-region",
        ),
        (
            url(),
            xml(
                "AuthorizationQueryParametersError",
                "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
            ),
            "authorization-malformed",
        ),
        (url(), xml("AccessDenied", "Request has expired"), "expired"),
        (url(), xml("AccessDenied", "Request is not yet valid"), "not-yet-valid"),
        (url(), xml("AccessDenied", "Request is not valid yet"), "not-yet-valid"),
        (url(), xml("ExpiredRequest", "Request has expired"), "expired"),
        (
            header(),
            xml("InvalidRequest", "Missing required header for this request: x-amz-content-sha256"),
            "payload-header-missing",
        ),
        (
            header(),
            xml(
                "InvalidRequest",
                "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
            ),
            "mechanism-v2",
        ),
        (
            header(),
            xml(
                "InvalidArgument",
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified",
            ),
            "mechanism-twice",
        ),
        (header(), xml("InvalidArgument", "Unsupported Authorization Type"), "authorization-malformed"),
        (
            header(),
            xml("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."),
            "access-key-unknown",
        ),
        (header(), xml("InvalidToken", "The provided token is malformed or otherwise invalid."), "token-invalid"),
        (header(), xml("ExpiredToken", "The provided token has expired."), "token-invalid"),
        (
            header(),
            xml("RequestTimeTooSkewed", "The difference between the request time and the current time is too large."),
            "time-skewed",
        ),
        (header(), xml("AccessDenied", "Access Denied"), ""),
        (
            header(),
            xml(
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
            ),
            "",
        ),
        (header(), xml("NoSuchKey", "The specified key does not exist."), ""),
        (
            header(),
            xml(
                "IllegalLocationConstraintException",
                "The eu-west-1 location constraint is incompatible for the region specific endpoint this request was sent to.",
            ),
            "",
        ),
        // MinIO
        (header(), xml("InvalidRegion", "Region does not match."), "scope-region"),
        (
            header(),
            xml(
                "AuthorizationParametersError",
                "Error parsing the Credential/X-Amz-Credential parameter; incorrect service. This endpoint belongs to \"s3\".",
            ),
            "scope-service",
        ),
        (
            header(),
            xml("AccessDenied", "There were headers present in the request which were not signed"),
            "header-amz-unsigned",
        ),
        (
            header(),
            xml("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header"),
            "authorization-malformed",
        ),
        (
            header(),
            xml(
                "MalformedDate",
                "Invalid date format header, expected to be in ISO8601, RFC1123 or RFC1123Z time format.",
            ),
            "authorization-malformed",
        ),
        (header(), xml("InvalidRequest", "Missing Credential field for this request."), "authorization-malformed"),
        // R2, B2, Wasabi, GCS
        (header(), xml("InvalidArgument", "Credential access key has length 20, should be 32"), "access-key-malformed"),
        (header(), xml("NotImplemented", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD not implemented"), "payload-streaming"),
        (
            header(),
            xml("Unauthorized", "SigV2 authorization is not supported. Please use SigV4 instead."),
            "mechanism-v2",
        ),
        (header(), xml("InvalidAccessKeyId", "Malformed Access Key Id"), "access-key-malformed"),
        (header(), xml("InvalidSecurity", "The provided security credentials are not valid."), "access-key-unknown"),
        // Garage, s3s, SeaweedFS
        (
            header(),
            xml(
                "AuthorizationHeaderMalformed",
                "Authorization header malformed, unexpected scope: 20150830/eu-west-1/s3/aws4_request",
            )
            .replace("</Error>", "<Region>garage</Region></Error>"),
            "scope-region",
        ),
        (header(), xml("AccessDenied", "Forbidden: No such key: GK31c2f218a2e44f485b94239e"), "access-key-unknown"),
        (header(), xml("InvalidRequest", "Bad request: Date is too old"), "time-skewed"),
        (header(), xml("NotSignedUp", ""), "access-key-unknown"),
        (
            header(),
            xml(
                "InvalidArgument",
                "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, or a valid sha256 value.",
            ),
            "payload-hash-form",
        ),
        // Services that answer in JSON
        (api(), json("Credential should be scoped to a valid region, not 'eu-west-1'. "), "scope-region"),
        (
            api(),
            json(
                "Credential should be scoped to a valid region, not 'us-east-1'. Credential should be scoped to correct service: 'es'. ",
            ),
            "scope-region+scope-service",
        ),
        (api(), json("Credential should be scoped to a valid region, not 'execute-api'. "), "scope-order"),
        (api(), json("Credential should be scoped to correct service: 'batch'. "), "scope-service"),
        (
            api(),
            json("Credential should be scoped with a valid terminator: 'aws4_request', not 'aws4'. "),
            "scope-order",
        ),
        (
            api(),
            json(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20151124' != '20151125', from '20151125T154140Z'.",
            ),
            "scope-date",
        ),
        (api(), json("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."), "host-not-signed"),
        (api(), json("'Host' must be a 'SignedHeader' in the AWS Authorization."), "host-not-signed"),
        (
            api(),
            json(
                "'AKID/20181128' not a valid key=value pair (missing equal-sign) in Authorization header: 'AWS4-HMAC-SHA256 Credential= AKID/20181128'.",
            ),
            "authorization-malformed",
        ),
        (api(), json("Missing Authentication Token"), "route-missing"),
        (api(), json("The security token included in the request is invalid."), "access-key-unknown"),
        (api(), json("The security token included in the request is expired"), "token-invalid"),
        (api(), json("Forbidden"), ""),
        (api(), json("User: arn:aws:iam::1:user/x is not authorized to perform: es:ESHttpGet"), ""),
        (
            api(),
            json(
                "Credential should be scoped to a valid region, not 'c'. Credential should be scoped to correct service: 'dynamodb'. Credential should be scoped with a valid terminator: 'aws4_request', not 'e'. Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20130608' != '20130609', from '20130609T095204Z'.",
            ),
            "scope-region+scope-service+scope-order+scope-date",
        ),
        (
            api(),
            json(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b/c/d'",
            ),
            "scope-order",
        ),
        (
            api(),
            json("AWS query-string parameters must include 'X-Amz-Signature'. Re-examine the query-string parameters."),
            "authorization-malformed",
        ),
        (
            api(),
            json("Date must be in ISO-8601 'basic format'. Got '201'. See http://en.wikipedia.org/wiki/ISO_8601"),
            "authorization-malformed",
        ),
        (
            api(),
            json("Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."),
            "mechanism-twice",
        ),
        (
            api(),
            json("Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA25' (only AWS4-HMAC-SHA256 for now). "),
            "authorization-malformed",
        ),
        // B2, Alibaba, Google, and other S3-compatible stores
        (
            header(),
            xml(
                "InvalidRequest",
                "The V2 signature authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256",
            ),
            "mechanism-v2",
        ),
        (
            header(),
            xml(
                "AuthorizationHeaderMalformed",
                "Authorization header is malformed; the authorization component \"/20240926/us-east-005/s3/aws4_request\" is malformed.",
            ),
            "access-key-malformed",
        ),
        (
            header(),
            xml(
                "InvalidArgument",
                "aws-chunked encoding is not supported with the specified x-amz-content-sha256 value.",
            ),
            "payload-streaming",
        ),
        (header(), xml("NotImplemented", "Aws MultiChunkedEncoding is not supported."), "payload-streaming"),
        (
            header(),
            xml("InvalidRequest", "header 'x-amz-content-sha256' must be included in signature"),
            "header-amz-unsigned",
        ),
        (url(), xml("ExpiredToken", "Invalid argument."), "expired"),
        (header(), xml("MalformedSecurityHeader", "Your request has a malformed header."), "authorization-malformed"),
        // EC2
        (
            api(),
            format!(
                "<Response><Errors>{}</Errors></Response>",
                xml("AuthFailure", "AWS was not able to validate the provided access credentials")
            ),
            "access-key-unknown",
        ),
    ] {
        let case = case.answered(403, &body);
        assert_eq!(ids(&case.reply()), expected, "{body}\n{:?}", case.reply());
    }
}

#[test]
fn the_signed_value_is_shown_with_the_value_that_the_server_expects() {
    let scope = "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20151124' != \
                 '20151125', from '20151125T154140Z'.";
    for (case, body, expected) in [
        (
            header(),
            xml("AuthorizationHeaderMalformed", "the region 'eu-west-1' is wrong; expecting 'us-east-1'"),
            "eu-west-1 > us-east-1",
        ),
        (api(), json("Credential should be scoped to correct service: 'batch'. "), "execute-api > batch"),
        (header(), xml("A", "incorrect service \"s4\". This endpoint belongs to \"s3\"."), "s4 > s3"),
        (api(), json(scope), "20151124 > 20151125"),
        (url(), xml("AuthorizationQueryParametersError", "X-Amz-Expires must be less than a week"), "86400 > "),
        (header(), xml("InvalidAccessKeyId", ""), "AKIAIOSFODNN7EXAMPLE > "),
    ] {
        assert_eq!(values(&case.answered(403, &body)), expected, "{body}");
    }
}

#[test]
fn the_clocks_in_the_reply_reveal_a_time_zone() {
    // github.com/amzn/selling-partner-api-models/issues/2602: four hours behind.
    let late =
        json("Signature expired: 20230601T095950Z is now earlier than 20230601T135450Z (20230601T135950Z - 5 min.)");
    let late = api().answered(403, &late);
    assert_eq!(ids(&late.reply()), "time-local");
    assert_eq!(details(&late.reply()), "the request's clock is 4 h behind the server's, which is the time zone UTC-4");
    let skewed = "<Error><Code>RequestTimeTooSkewed</Code><RequestTime>20250901T162148Z</RequestTime>\
                  <ServerTime>2025-09-03T16:21:50Z</ServerTime></Error>";
    assert_eq!(values(&header().answered(403, skewed)), "20250901T162148Z > 20250903T162150Z");
    // Ceph sends only the code, so the caller's clock is used instead of the server's.
    let bare = "<Error><Code>RequestTimeTooSkewed</Code></Error>";
    assert_eq!(values(&header().at("20150830T133610Z").answered(403, bare)), "20150830T123600Z > 20150830T133610Z");
    let expired = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message><Expires>2018-03-29T11:17:34Z</Expires>\
                   <ServerTime>2018-03-29T11:27:42Z</ServerTime></Error>";
    // Services that use the same message for headers and URLs.
    let of_url =
        |server: &str| json(&format!("Signature expired: 20150830T123600Z is now earlier than X ({server} - 15 min.)"));
    assert_eq!(ids(&url().answered(403, &of_url("20150901T000000Z")).reply()), "expired");
    assert_eq!(ids(&url().answered(403, &of_url("20150830T130000Z")).reply()), "time-skewed");
    assert_eq!(details(&url().answered(403, expired).reply()), "it expired 10 min 8 s earlier");
}

/// The region in a header is the bucket's. It is a mistake only if the scope names another one.
#[test]
fn a_bucket_elsewhere_is_a_region_mistake_only_if_the_scope_names_another() {
    let moved = "<Error><Code>PermanentRedirect</Code><Message>The bucket you are attempting to access must be addressed \
                 using the specified endpoint. Please send all future requests to this endpoint.</Message></Error>";
    for (body, expected) in [
        (moved.to_owned(), "host-other-endpoint"),
        (moved.replace("</Error>", "<Region>eu-west-1</Region></Error>"), "host-other-endpoint"),
        (moved.replace("</Error>", "<Region>ap-south-1</Region></Error>"), "scope-region"),
    ] {
        assert_eq!(ids(&header().answered(301, &body).reply()), expected, "{body}");
    }
    assert_eq!(ids(&header().with_headers(&[("x-amz-bucket-region", "eu-west-1")]).reply()), "");
}

#[test]
fn a_hash_shows_which_body_it_belongs_to() {
    let put = |body: &str, declared: &str| {
        let headers = format!("x-amz-content-sha256: {declared}\n");
        format!("{}\n{body}", signed("PUT /k", S3_HOST, S3_CREDENTIAL, &headers))
    };
    let sha256 = |text: &str| sigvet_core::crypto::sha256(text.as_bytes()).to_string();
    let said = |client: &str, server: &str| {
        format!(
            "<Error><Code>XAmzContentSHA256Mismatch</Code><ClientComputedContentSHA256>{client}</ClientComputedContentSHA256>\
             <S3ComputedContentSHA256>{server}</S3ComputedContentSHA256></Error>"
        )
    };
    let bare = "<Error><Code>XAmzContentSHA256Mismatch</Code></Error>".to_owned();
    let (a, b) = ("{\"a\":1}", "{\"a\": 1}");
    for (sent, declared, reply, expected) in [
        ("hello", sha256(""), said(&sha256(""), &sha256("hello")), "payload-empty-hash"),
        ("hello", sha256("hello\n"), said(&sha256("hello\n"), &sha256("hello")), "payload-newline"),
        // The captured body is the client's; a different one arrived.
        ("hello\n", sha256("hello\n"), said(&sha256("hello\n"), &sha256("hello")), "payload-newline"),
        (a, sha256(b), said(&sha256(b), &sha256(a)), "payload-json-reformatted"),
        (a, sha256(b), bare.clone(), "payload-json-reformatted"),
        ("hello", sha256("other"), said(&sha256("other"), &sha256("hello")), "payload-header-mismatch"),
        ("", sha256("other"), said(&sha256("other"), &sha256("")), "payload-not-empty"),
        ("hello", "STREAMING-UNSIGNED-PAYLOAD-TRAILER".to_owned(), bare, "payload-streaming"),
    ] {
        let case = Case::new(&put(sent, &declared)).answered(400, &reply);
        assert_eq!(ids(&case.reply()), expected, "{sent} {reply}");
    }
    let altered =
        Case::new(&put("hello\n", &sha256("hello\n"))).answered(400, &said(&sha256("hello\n"), &sha256("hello")));
    assert_eq!(details(&altered.reply()), "arrived without its trailing newline");
}

/// S3's messages. SeaweedFS uses the message about `Content-MD5` for every checksum, some stores use it for
/// the payload hash.
#[test]
fn a_checksum_that_does_not_match_is_named() {
    const MD5: &str = "The Content-MD5 you specified is not valid.";
    let put = |header: &str| s3("PUT /k", header) + "\nhello";
    let (wrong, plain) = (put("x-amz-checksum-crc32: AAAAAA==\n"), put(""));
    let bad = "The CRC32 you specified did not match the calculated checksum.";
    let invalid = "Value for x-amz-checksum-crc32 header is invalid.";
    for (text, reply, expected) in [
        (&wrong, xml("BadDigest", bad), "checksum-mismatch"),
        (&wrong, xml("BadDigest", ""), "checksum-mismatch"),
        (&wrong, xml("InvalidRequest", invalid), "checksum-mismatch"),
        (&plain, xml("BadDigest", bad), "checksum-mismatch"),
        (&plain, xml("XAmzContentChecksumMismatch", ""), "checksum-mismatch"),
        (&plain, xml("BadDigest", ""), ""),
        (&wrong, xml("InvalidDigest", MD5), "checksum-mismatch"),
        (&plain, xml("InvalidDigest", MD5), ""),
    ] {
        assert_eq!(ids(&Case::new(text).answered(400, &reply).reply()), expected, "{text} {reply}");
    }
    let found = Case::new(&wrong).answered(400, &xml("BadDigest", bad)).reply();
    let made = &found[0].mistakes[0];
    // CRC-32 of "hello", by Python's `zlib.crc32`.
    assert_eq!((made.signed.as_slice(), made.expected.as_slice()), (&b"AAAAAA=="[..], &b"NhCmhg=="[..]));
    assert_eq!(details(&found), "the header is x-amz-checksum-crc32");
}

#[test]
fn unsigned_headers_are_named() {
    let said = |names: &str| {
        format!(
            "<Error><Code>AccessDenied</Code><Message>There were headers present in the request which were not signed</Message>\
             <HeadersNotSigned>{names}</HeadersNotSigned></Error>"
        )
    };
    for (names, expected) in [
        ("x-amz-acl, x-amz-meta-a", "header-amz-unsigned"),
        ("host", "host-not-signed"),
        ("x-amz-security-token", "token-not-signed"),
        ("x-amz-security-token, x-amz-acl", "token-not-signed+header-amz-unsigned"),
    ] {
        assert_eq!(ids(&header().answered(403, &said(names)).reply()), expected, "{names}");
    }
    // MinIO sends the same message if a signed header did not arrive.
    let missing = s3("GET /k", "X-Amz-Acl: private\n").replace("X-Amz-Acl: private\n", "");
    let reply = xml("AccessDenied", "There were headers present in the request which were not signed");
    assert_eq!(ids(&Case::new(&missing).answered(400, &reply).reply()), "header-missing");
}

#[test]
fn an_unknown_key_is_examined() {
    let of = |id: &str, headers: &str| {
        let credential = format!("{id}/20150830/eu-west-1/s3/aws4_request");
        Case::new(&signed("GET /", "s3.eu-west-1.amazonaws.com", &credential, headers))
    };
    let unknown = xml("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.");
    let invalid = json("The security token included in the request is invalid.");
    let token = "x-amz-security-token: FwoGZXIv+w==\n";
    for (case, body, expected) in [
        (of("ASIAIOSFODNN7EXAMPLE", ""), &unknown, "token-missing"),
        (of("ASIAIOSFODNN7EXAMPLE", ""), &invalid, "token-missing"),
        (of("ASIAIOSFODNN7EXAMPLE", token), &invalid, "token-invalid"),
        (of("ASIAIOSFODNN7EXAMPLE", "x-amz-security-token: FwoGZXIv w==\n"), &invalid, "token-plus-as-space"),
        (of("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""), &unknown, "secret-is-access-key"),
        (of("\"AKIAIOSFODNN7EXAMPLE\"", ""), &unknown, "access-key-malformed"),
        (of("AKIAIOSFODNN7EXAMPLE", ""), &unknown, "access-key-unknown"),
    ] {
        assert_eq!(ids(&case.answered(403, body).reply()), expected, "{body}");
    }
    let own = Credentials::new("AKIAI44QH8DHBEXAMPLE", "secret");
    let case = of("AKIAIOSFODNN7EXAMPLE", "").of_key(own).answered(403, &unknown);
    assert_eq!(values(&case), "AKIAIOSFODNN7EXAMPLE > AKIAI44QH8DHBEXAMPLE");
}

#[test]
fn a_missing_route_is_distinguished_from_a_broken_header() {
    let said = json("'Bearer' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer x'.");
    assert!(details(&api().answered(403, &said).reply()).contains("without a route"));
    // REST APIs name the error in x-amzn-ErrorType too.
    let named = r#"{"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}"#;
    assert_eq!(ids(&api().answered(403, named).reply()), "route-missing");
    let credential = "AKIAIOSFODNN7EXAMPLE/20150830/eu-west-1/es/aws4_request";
    let other = Case::new(&signed("GET /", "search-a.eu-west-1.es.amazonaws.com", credential, ""));
    assert_eq!(ids(&other.answered(403, named).reply()), "authorization-missing");
    let unsigned = Case::new("GET /pets HTTP/1.1\nHost: a1b2.execute-api.eu-west-1.amazonaws.com\n");
    let unsigned = unsigned.answered(403, named).reply();
    assert_eq!(ids(&unsigned), "authorization-missing");
    assert!(details(&unsigned).contains("is not signed"));
    let bearer = Case::new("GET / HTTP/1.1\nHost: h\nAuthorization: Bearer x\n").answered(403, &said);
    assert_eq!(details(&bearer.reply()), "the Authorization header is of kind Bearer, which is not a signature");
}

//! Tests how real server replies are read.
//!
//! Bodies called live came from Ceph's gateway 16.2.15 and Swift 2.38.3 with s3api. Others are from public
//! reports, which are named, with IDs, hosts and long values shortened. Bodies without a source follow a
//! documented format. All keys in them are made up.

use super::*;

fn parse(body: &str) -> Reply {
    Reply::parse(Some(403), &Headers::default(), body.as_bytes())
}

fn texts(reply: &Reply) -> (&str, &str) {
    (reply.code.as_deref().unwrap_or_default(), reply.message.as_deref().unwrap_or_default())
}

fn at(text: &str) -> Option<Timestamp> {
    Some(Timestamp::parse(text).unwrap())
}

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your key and \
                        signing method.";

/// A reply of a live Swift. `{bytes}` is replaced with the two dumps, or with nothing.
const SWIFT: &str = "<?xml version='1.0' encoding='UTF-8'?>
<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the signature you \
provided. Check your key and signing method.</Message><RequestId>tx4541e4e5386b4a8588c25-006b022eaa</RequestId>\
<AWSAccessKeyId>test:tester</AWSAccessKeyId><StringToSign>AWS4-HMAC-SHA256
20261121T235210Z
20261121/us-east-1/s3/aws4_request
d3d890027eba98440154b810ab213a84db640f9e301e33ac6fa4f287efd30bc1</StringToSign>\
<SignatureProvided>0d4e87c9f5fdb15a37ec23ec5c3fbb8085ce0b81bd183ed9f069fadee881c642</SignatureProvided>{bytes}\
<CanonicalRequest>GET
/bucket/a%20b
x=1&amp;y=
host:127.0.0.1:21600
x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
x-amz-date:20261121T235210Z

host;x-amz-content-sha256;x-amz-date
e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855</CanonicalRequest></Error>";

const SWIFT_CANONICAL_REQUEST: &str = "GET
/bucket/a%20b
x=1&y=
host:127.0.0.1:21600
x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
x-amz-date:20261121T235210Z

host;x-amz-content-sha256;x-amz-date
e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn swift() -> String {
    SWIFT.replace("{bytes}", "")
}

/// The live body with its dump of the canonical request.
fn swift_with_dump() -> String {
    let dump = SWIFT_CANONICAL_REQUEST.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ");
    SWIFT.replace("{bytes}", &format!("<CanonicalRequestBytes>{dump}</CanonicalRequestBytes>"))
}

/// opensearch behind varnish: github.com/xcir/libvmod-awsrest/issues/8
const OPENSEARCH: &str = r#"{"message":"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'GET\n/_plugin/kibana/\n\nhost:search-omitted.us-east-1.es.amazonaws.com\nx-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\nx-amz-date:20160210T173713Z\n\nhost;x-amz-content-sha256;x-amz-date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20160210T173713Z\n20160210/us-east-1/es/aws4_request\nfd25fa89477f88ffc390ea6ea90c5de2e35aea5c4e588ebb0ec972dc47b9e995'\n"}"#;

/// The selling-partner API, whose strings contain raw line ends: github.com/amzn/selling-partner-api-models/issues/1101
const SELLING_PARTNER: &str = r#"{
  "errors": [
    {
      "message": "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.

The Canonical String for this request should have been
'GET
/sellers/v1/marketplaceParticipations
MarketplaceId=A21TJRUUN4KGV
host:sellingpartnerapi-eu.amazon.com
x-amz-date:20210304T123122Z

host;x-amz-date
e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

The String-to-Sign should have been
'AWS4-HMAC-SHA256
20210304T123122Z
20210304/eu-west-1/execute-api/aws4_request
8dfb04e6992727694587fb8d3258dc23f4814d7c7d46fa8a7f711a53f260ca77'
",
     "code": "InvalidSignature"
    }
  ]
}"#;

/// SES by the query protocol: github.com/cachethq/cachet/issues/2422
const SES: &str = "<ErrorResponse xmlns=\"http://ses.amazonaws.com/doc/2010-12-01/\">
  <Error>
    <Type>Sender</Type>
    <Code>SignatureDoesNotMatch</Code>
    <Message>The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key \
and signing method. Consult the service documentation for details.

The Canonical String for this request should have been
'POST
/

host:email.us-east-1.amazonaws.com
x-amz-date:20170320T085024Z

host;x-amz-date
1ef37d3da410eb8dde6e1809c39cf73168db01c41e0002524bfb53d6bacdf1b5'

The String-to-Sign should have been
'AWS4-HMAC-SHA256
20170320T085024Z
20170320/us-east-1/email/aws4_request
5ddb4b4d3d8849cf49867684b44bf15cc21c8a167a6ede365fca905d1a90e2d4'
</Message>
  </Error>
  <RequestId>41f81e3d-0d4a-11e7-9c2a</RequestId>
</ErrorResponse>";

/// github.com/aliyun/aliyun-oss-android-sdk/issues/167
const OSS_SKEWED: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<Error>
  <Code>RequestTimeTooSkewed</Code>
  <Message>The difference between the request time and the current time is too large.</Message>
  <RequestId>5C9F6CBDB007B7575C5395BA</RequestId>
  <HostId>bucket.oss-cn-hangzhou.aliyuncs.com</HostId>
  <MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds>
  <RequestTime>1970-01-01T12:52:35.000Z</RequestTime>
  <ServerTime>2019-03-30T13:18:53.000Z</ServerTime>
</Error>";

/// github.com/s3fs-fuse/s3fs-fuse/issues/1186; a live Swift sends the same message
const SWIFT_REGION: &str = "<?xml version='1.0' encoding='UTF-8'?>
<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; the region 'us-east-1' is \
wrong; expecting 'eu-nl-1'</Message><RequestId>tx030fad750ef4436b8af60-005db5a5a1</RequestId><Region>eu-nl-1</Region></Error>";

#[test]
fn swift_and_s3_send_all_their_texts() {
    let reply = parse(&swift());
    assert_eq!(texts(&reply), ("SignatureDoesNotMatch", MISMATCH));
    assert_eq!(reply.request_id.as_deref(), Some("tx4541e4e5386b4a8588c25-006b022eaa"));
    assert_eq!(reply.access_key_id.as_deref(), Some("test:tester"));
    assert!(reply.signature_provided.as_deref().is_some_and(|signature| signature.starts_with("0d4e87c9")));
    assert_eq!(reply.canonical_request.as_deref(), Some(SWIFT_CANONICAL_REQUEST.as_bytes()));
    assert_eq!(reply.is_unaltered(), Some(true));
    assert!(reply.is_signature_refusal());
    // With carriage returns, and with an unexpected namespace.
    assert_eq!(parse(&swift().replace('\n', "\r\n")), reply);
    assert_eq!(parse(&swift().replace("<Error>", "<Error xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">")), reply);
}

#[test]
fn bytes_take_precedence_over_a_text_that_a_browser_flattened() {
    let flat = parse(&swift().replace('\n', " "));
    assert_eq!(flat.canonical_request.as_deref(), Some(SWIFT_CANONICAL_REQUEST.as_bytes()));
    assert_eq!((flat.is_unaltered(), flat.damage.len()), (Some(true), 2));
    let altered = parse(&swift().replace('\n', " ").replace("a%20b", "a%20c"));
    assert_eq!(altered.is_unaltered(), Some(false));
    assert!(altered.damage.iter().any(|note| note.to_string().ends_with("could not be restored")));
    let flat_with_dump = parse(&swift_with_dump().replace('\n', " "));
    assert_eq!(flat_with_dump.canonical_request.as_deref(), Some(SWIFT_CANONICAL_REQUEST.as_bytes()));
    // OSS writes its dumps in uppercase; if a dump was tampered with, the text is used.
    let upper = parse("<Error><Code>A</Code><StringToSignBytes>47 45 54 0A 0A </StringToSignBytes></Error>");
    assert_eq!(upper.string_to_sign.as_deref(), Some(&b"GET\n\n"[..]));
    let redacted = parse(
        "<Error><Code>A</Code><StringToSign>GET</StringToSign><StringToSignBytes>47 xx</StringToSignBytes></Error>",
    );
    assert_eq!(redacted.string_to_sign.as_deref(), Some(&b"GET"[..]));
}

#[test]
fn an_altered_canonical_request_is_detected_by_its_hash() {
    assert_eq!(parse(&swift().replace("a%20b", "a b")).is_unaltered(), Some(false));
    assert_eq!(parse(&swift().replace("AWS4-HMAC-SHA256\n", "AWS4-HMAC-SHA256-PAYLOAD\n1\n")).is_unaltered(), None);
}

#[test]
fn blocks_are_extracted_from_messages() {
    for (body, code, first_line, scope) in [
        (OPENSEARCH, "", "GET", "20160210/us-east-1/es/aws4_request"),
        (SELLING_PARTNER, "InvalidSignature", "GET", "20210304/eu-west-1/execute-api/aws4_request"),
        (SES, "SignatureDoesNotMatch", "POST", "20170320/us-east-1/email/aws4_request"),
    ] {
        let reply = parse(body);
        let text = |bytes: &Option<Vec<u8>>| String::from_utf8(bytes.clone().expect(body)).unwrap();
        let (found, message) = texts(&reply);
        assert_eq!(found, code);
        assert!(reply.is_signature_refusal(), "{body}");
        assert!(message.ends_with("for details."), "{message}");
        assert_eq!(text(&reply.canonical_request).lines().next(), Some(first_line));
        assert_eq!(text(&reply.string_to_sign).lines().nth(2), Some(scope));
        assert!(text(&reply.canonical_request).ends_with(|c: char| c.is_ascii_hexdigit()));
    }
    // The texts are shortened here, so their hashes no longer match.
    assert_eq!([OPENSEARCH, SELLING_PARTNER, SES].map(|body| parse(body).is_unaltered()), [Some(false); 3]);
    assert_eq!(parse(SES).request_id.as_deref(), Some("41f81e3d-0d4a-11e7-9c2a"));
}

#[test]
fn a_block_may_be_missing_truncated_or_contain_quotes() {
    let said =
        |blocks: &str| parse(&format!("{{\"__type\":\"InvalidSignatureException\",\"message\":\"No. {blocks}\"}}"));
    let only_string = said(r"The String-to-Sign should have been\n'AWS4-HMAC-SHA256\n1'\n");
    assert_eq!(
        (only_string.canonical_request, only_string.string_to_sign),
        (None, Some(b"AWS4-HMAC-SHA256\n1".to_vec()))
    );
    let quotes = r"The Canonical String for this request should have been\n'GET\nx:it's'\n\nThe String-to-Sign should have been\n'S'\n";
    let quotes = said(quotes);
    assert_eq!((quotes.canonical_request, quotes.string_to_sign), (Some(b"GET\nx:it's".to_vec()), Some(b"S".to_vec())));
    assert_eq!(quotes.message.as_deref(), Some("No."));
    let cut = said(r"The Canonical String for this request should have been\n'GET\n/");
    assert_eq!(cut.canonical_request, None);
}

#[test]
fn each_service_has_its_own_json() {
    for (body, code, message) in [
        // github.com/sergioteula/python-amazon-paapi/issues/39
        (
            r#"{"__type":"com.amazon.paapi5#InvalidSignatureException","Errors":[{"Code":"InvalidSignature","Message":"The request has not been correctly signed."}]}"#,
            "InvalidSignatureException",
            "The request has not been correctly signed.",
        ),
        // github.com/ArranJacques/laravel-aws-cognito-auth/issues/25
        (
            r#"{"__type":"UnrecognizedClientException","message":"The security token included in the request is invalid."}"#,
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        ),
        // github.com/joona/aws-es-curl/issues/15
        (
            r#"{"message":"Credential should be scoped to a valid region, not 'eu-west-1'. "}"#,
            "",
            "Credential should be scoped to a valid region, not 'eu-west-1'.",
        ),
        (r#"{"Message":"Missing Authentication Token"}"#, "", "Missing Authentication Token"),
        // Neptune's format
        (r#"{"requestId":"1","code":"AccessDeniedException","detailedMessage":"no"}"#, "AccessDeniedException", "no"),
        // OpenSearch's own, and Google's
        (r#"{"error":{"type":"security_exception","reason":"no"},"status":403}"#, "security_exception", "no"),
        (r#"{"error":{"code":401,"message":"Invalid Credentials"}}"#, "", "Invalid Credentials"),
    ] {
        assert_eq!(texts(&parse(body)), (code, message), "{body}");
    }
    // IoT's format
    assert_eq!(parse(r#"{"message":"Forbidden","traceId":"12e3"}"#).request_id.as_deref(), Some("12e3"));
}

#[test]
fn headers_supply_what_the_body_lacks() {
    let headers = Headers::from_pairs([
        ("Date", "Tue, 18 May 2021 15:48:57 GMT"),
        ("x-amzn-RequestId", "491cbe4b"),
        ("x-amzn-ErrorType", "InvalidSignatureException:http://internal.amazon.com/coral/com.amazon.coral.service/"),
    ])
    .unwrap();
    let reply = Reply::parse(Some(403), &headers, SELLING_PARTNER.as_bytes());
    assert_eq!(reply.code.as_deref(), Some("InvalidSignatureException"));
    assert_eq!(reply.request_id.as_deref(), Some("491cbe4b"));
    assert_eq!(reply.server_time, at("2021-05-18T15:48:57Z"));
    // S3's reply to HEAD: github.com/minio/minio-go/issues/677 has the same headers with a body.
    let headers = Headers::from_pairs([
        ("x-amz-bucket-region", "us-east-1"),
        ("x-amz-request-id", "C43B"),
        ("x-amz-id-2", "l6Uc"),
        ("date", "x"),
    ])
    .unwrap();
    let reply = Reply::parse(Some(400), &headers, b"");
    assert_eq!((reply.kind(), reply.expected_region()), (Kind::Region, Some("us-east-1")));
    assert_eq!((reply.host_id.as_deref(), reply.server_time), (Some("l6Uc"), None));
    assert_eq!(reply.summary(), "status 400, no error message (request id C43B)");
}

#[test]
fn clocks_are_read_from_elements_and_from_messages() {
    let oss = parse(OSS_SKEWED);
    assert_eq!((oss.server_time, oss.request_time), (at("2019-03-30T13:18:53Z"), at("1970-01-01T12:52:35Z")));
    assert_eq!(oss.skew(Timestamp::parse("2019-03-30T13:15:53Z").unwrap()), Some(180));
    assert_eq!(oss.kind(), Kind::Clock);
    // github.com/versity/versitygw/issues/1514, as S3 sends it
    let s3 = "<Error><Code>RequestTimeTooSkewed</Code><RequestTime>20250901T162148Z</RequestTime>\
              <ServerTime>2025-09-03T16:21:50Z</ServerTime></Error>";
    assert_eq!(parse(s3).request_time, at("20250901T162148Z"));
    // github.com/amzn/selling-partner-api-models/issues/2602
    let late = r#"{"errors":[{"message":"Signature expired: 20230601T095950Z is now earlier than 20230601T135450Z (20230601T135950Z - 5 min.)","code":"InvalidSignature"}]}"#;
    let late = parse(late);
    assert_eq!((late.request_time, late.server_time), (at("20230601T095950Z"), at("20230601T135950Z")));
    assert_eq!(late.kind(), Kind::Clock);
    let early = r#"{"message":"Signature not yet current: 20230601T150000Z is still later than 20230601T140450Z (20230601T135950Z + 5 min.)"}"#;
    assert_eq!((parse(early).kind(), parse(early).server_time), (Kind::Clock, at("20230601T135950Z")));
}

#[test]
fn presigned_urls_expire_or_are_not_yet_valid() {
    // github.com/lukejacksonn/react-slack-clone/issues/27
    let expired = "<Error>\n<Code>AccessDenied</Code>\n<Message>Request has expired</Message>\n<X-Amz-Expires>60</X-Amz-Expires>\n\
                   <Expires>2018-03-29T11:17:34Z</Expires>\n<ServerTime>2018-03-29T11:27:42Z</ServerTime>\n</Error>";
    let expired = parse(expired);
    assert_eq!((expired.kind(), expired.expires), (Kind::Expired, at("2018-03-29T11:17:34Z")));
    // github.com/minio/minio/issues/2638, as S3 sends it: the time in milliseconds
    let early = "<Error><Code>AccessDenied</Code><Message>Request is not yet valid</Message><X-Amz-Date>1473415775000</X-Amz-Date>\
                 <Expires>2016-09-12T10:09:35Z</Expires><ServerTime>2016-09-08T10:09:44Z</ServerTime></Error>";
    let early = parse(early);
    assert_eq!((early.kind(), early.request_time), (Kind::Clock, at("2016-09-09T10:09:35Z")));
}

#[test]
fn the_expected_region_is_found_wherever_a_reply_states_it() {
    for (body, kind, region) in [
        (SWIFT_REGION, Kind::Region, "eu-nl-1"),
        // A live Swift, for a presigned URL.
        (
            "<Error><Code>AuthorizationQueryParametersError</Code><Message>Error parsing the X-Amz-Credential parameter; the region \
             'eu-west-1' is wrong; expecting 'us-east-1'</Message></Error>",
            Kind::Region,
            "us-east-1",
        ),
        // github.com/minio/minio-java/issues/289
        (
            "<?xml version=\"1.0\"?><Error xmlns=\"\">     <Code>AuthorizationHeaderMalformed</Code>\n<HostId>3L137</HostId>\n<Message>The \
             authorization header is malformed; the region is wrong; expecting 'milkyway'.</Message>\n</Error>",
            Kind::Region,
            "milkyway",
        ),
        // Garage; the message is from github.com/PhantomPhoton/S3-Compatible/issues/28
        (
            "<Error><Code>AuthorizationHeaderMalformed</Code><Message>Authorization header malformed, unexpected scope: \
             20260519/made-up-region/s3/aws4_request</Message><Resource>/</Resource><Region>garage</Region></Error>",
            Kind::Region,
            "garage",
        ),
        ("<Error><Code>A</Code><Region>$(reboot)</Region></Error>", Kind::Other, ""),
        ("<Error><Code>A</Code><Region>--x</Region></Error>", Kind::Other, ""),
    ] {
        let reply = parse(body);
        assert_eq!((reply.kind(), reply.expected_region().unwrap_or_default()), (kind, region), "{body}");
    }
    let service = parse(r#"{"message":"Credential should be scoped to correct service: 'batch'. "}"#);
    assert_eq!((service.kind(), service.expected_service()), (Kind::Service, Some("batch")));
}

#[test]
fn every_kind_of_refusal_is_distinguished_from_the_others() {
    let xml = |code: &str, message: &str| format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
    for (body, kind) in [
        // Live replies of Ceph's gateway, which sends only the code.
        (xml("SignatureDoesNotMatch", ""), Kind::Signature),
        (xml("RequestTimeTooSkewed", ""), Kind::Clock),
        (xml("InvalidAccessKeyId", ""), Kind::Key),
        (xml("XAmzContentSHA256Mismatch", ""), Kind::Payload),
        (xml("AccessDenied", ""), Kind::Denied),
        (xml("NoSuchKey", ""), Kind::Other),
        // Live replies of Swift.
        (xml("AccessDenied", "Request has expired"), Kind::Expired),
        (xml("AccessDenied", "There were headers present in the request which were not signed"), Kind::UnsignedHeaders),
        // B2, garage, s3s, R2, EC2, API Gateway
        (xml("SignatureDoesNotMatch", "Signature validation failed"), Kind::Signature),
        (xml("InvalidAccessKeyId", "Malformed Access Key Id"), Kind::Key),
        (xml("AccessDenied", "Forbidden: Invalid signature"), Kind::Signature),
        (xml("NotSignedUp", ""), Kind::Key),
        (xml("ExpiredRequest", "Request has expired"), Kind::Expired),
        (xml("InvalidArgument", "Credential access key has length 64, should be 32"), Kind::Key),
        (
            format!("<Response><Errors>{}</Errors></Response>", xml("RequestExpired", "Request has expired.")),
            Kind::Clock,
        ),
        ("<UnrecognizedClientException><Message>no</Message></UnrecognizedClientException>".to_owned(), Kind::Key),
        (xml("ExpiredToken", "The provided token has expired."), Kind::Token),
        (xml("IncompleteSignature", "no"), Kind::Malformed),
        // github.com/ravsau/aws-labs/issues/4, github.com/rclone/rclone/issues/472, and S3 by description
        (
            xml(
                "InvalidRequest",
                "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
            ),
            Kind::Malformed,
        ),
        (r#"{"message":"Authorization header requires 'Credential' parameter."}"#.to_owned(), Kind::Malformed),
        (
            xml("InvalidArgument", "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter"),
            Kind::Malformed,
        ),
        (xml("InvalidRequest", "Missing required header for this request: x-amz-content-sha256"), Kind::Malformed),
        (xml("InvalidRequest", "Missing required field"), Kind::Other),
        (r#"{"message":"The security token included in the request is expired"}"#.to_owned(), Kind::Token),
        (r#"{"message":"Missing Authentication Token"}"#.to_owned(), Kind::Malformed),
        (r#"{"message":"The security token included in the request is invalid."}"#.to_owned(), Kind::Key),
        (r#"{"message":"Forbidden"}"#.to_owned(), Kind::Denied),
        (
            xml("AuthorizationHeaderMalformed", "Invalid credential date. Date is not the same as X-Amz-Date."),
            Kind::Malformed,
        ),
        (
            r#"{"__type":"InvalidSignatureException","message":"Date in Credential scope does not match"}"#.to_owned(),
            Kind::Malformed,
        ),
    ] {
        assert_eq!(parse(&body).kind(), kind, "{body}");
    }
}

#[test]
fn hashes_and_unsigned_headers_are_named() {
    // A live Swift.
    let hashes = "<Error><Code>XAmzContentSHA256Mismatch</Code><ClientComputedContentSHA256>0000</ClientComputedContentSHA256>\
                  <S3ComputedContentSHA256>2cf2</S3ComputedContentSHA256></Error>";
    assert_eq!(parse(hashes).hashes, Some(Hashes { client: "0000".to_owned(), server: "2cf2".to_owned() }));
    // github.com/soto-project/soto/issues/374
    let headers =
        "<Error>\n<Code>AccessDenied</Code>\n<HeadersNotSigned>x-amz-acl, x-amz-meta-a</HeadersNotSigned>\n</Error>";
    assert_eq!(parse(headers).headers_not_signed, ["x-amz-acl", "x-amz-meta-a"]);
}

#[test]
fn a_reply_that_is_not_an_error_is_summarised_by_its_status_and_first_words() {
    let summary = |body: &str| Reply::parse(Some(400), &Headers::default(), body.as_bytes()).summary();
    // A live Swift, asked anonymously.
    let swift = "<html><h1>Bad Request</h1><p>The server could not comply with the request since it is either malformed or \
                 otherwise incorrect.</p></html>";
    assert!(summary(swift).starts_with("status 400: Bad Request The server could not comply"));
    let nginx = "<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body><hr><center>nginx</center></body></html>";
    assert_eq!(summary(nginx), "status 400: 403 Forbidden");
    assert_eq!(summary("  go   away\n"), "status 400: go away");
    assert_eq!(summary("\u{1f}\u{8b}\0\0"), "status 400, no error message");
    assert_eq!(Reply::parse(None, &Headers::default(), b"").summary(), "no status, no error message");
}

#[test]
fn a_summary_is_one_short_line_without_control_characters() {
    let ceph = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>SignatureDoesNotMatch</Code><Message></Message>\
                <RequestId>tx00000578227a165e8798a-006b022eaa-1008-default</RequestId><HostId>1008-default-default</HostId></Error>";
    let expected = "SignatureDoesNotMatch, no message (request id tx00000578227a165e8798a-006b022eaa-1008-default)";
    assert_eq!(parse(ceph).summary(), expected);
    let hostile = parse(r#"{"code":"A\u001b[2J","message":"one\n  two\u202e \u0007"}"#);
    assert_eq!(hostile.summary(), r"A\u{1b}[2J: one two\u{202e} \u{7}");
    let long = Reply { message: Some("x y ".repeat(1000)), ..Reply::default() };
    assert_eq!(long.summary().chars().filter(|character| "xy".contains(*character)).count(), 150);
    assert!(long.summary().ends_with('…'));
    assert!(!parse(SES).summary().contains("Canonical"));
}

/// Damages bodies in every way (truncated, flattened, bytes flipped, pieces doubled), and catches a panic or
/// a summary of more than one line.
#[test]
fn damaged_bodies_never_panic() {
    use proptest::prelude::*;

    let bodies = [
        swift_with_dump(),
        OPENSEARCH.into(),
        SELLING_PARTNER.into(),
        SES.into(),
        OSS_SKEWED.into(),
        SWIFT_REGION.into(),
    ];
    let damage = (0..bodies.len(), any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..5, any::<u8>());
    proptest!(ProptestConfig::with_cases(2_000), |((which, at, to, how, byte) in damage)| {
        let mut body = bodies[which].clone().into_bytes();
        let (at, to) = (at.index(body.len()), to.index(body.len()));
        match how {
            0 => body.truncate(at),
            1 => body[at] = byte,
            2 => drop(body.drain(at.min(to)..at.max(to))),
            3 => body.extend_from_within(at.min(to)..),
            _ => body.iter_mut().filter(|byte| **byte == b'\n').for_each(|byte| *byte = b' '),
        }
        let reply = Reply::parse(Some(403), &Headers::default(), &body);
        let summary = reply.summary();
        prop_assert!(summary.chars().count() < 500 && !summary.contains(char::is_control));
        let _ = (reply.kind(), reply.is_unaltered(), reply.expected_region());
    });
}

#[test]
fn a_truncated_reply_still_gives_its_fields() {
    let body = swift();
    let cut = parse(&body[..body.find("<CanonicalRequest>").unwrap() + 40]);
    assert_eq!(cut.code.as_deref(), Some("SignatureDoesNotMatch"));
    assert!(cut.string_to_sign.is_some_and(|text| text.ends_with(b"30bc1")));
    assert_eq!(cut.canonical_request, None);
    let escaped = parse("garbage <Error><Code>A</Code><Message>&lt;&#x41;&#66;&amp;&bogus; &</Message>");
    assert_eq!(texts(&escaped), ("A", "<AB&&bogus; &"));
}

#[test]
fn deeply_nested_and_endless_bodies_do_no_harm() {
    for body in [
        "<a>".repeat(200_000),
        "[".repeat(200_000),
        "<".repeat(3_000_000),
        "&".repeat(300_000),
        "<Code".repeat(100_000),
    ] {
        let _ = parse(&body).summary();
    }
}

/// Texts as other servers, or programs in between, write them: other words, another order, escaped for JSON,
/// truncated.
#[test]
fn other_stores_also_send_their_texts() {
    // github.com/WWBN/AVideo/issues/9667: R2's reply in a PHP log
    let r2 = swift()
        .replace("signing method.", "signing method. ")
        .replace('\n', "\\n")
        .replace("</", "<\\/")
        .replace('"', "\\\"");
    let r2 = parse(&r2);
    assert_eq!((r2.is_unaltered(), r2.damage.as_slice()), (Some(true), &[Note::EscapedNewlines][..]));
    // github.com/xcir/libvmod-awsrest/issues/32: Google's reply, with its end missing
    let google = swift().replace("Check your key", "Check your Google secret key");
    let google = parse(&google[..google.len() - 60]);
    assert_eq!((google.is_unaltered(), google.damage.len()), (None, 1));
    assert!(google.string_to_sign.is_some() && google.is_signature_refusal());
    // Google escapes quotes and writes its reason into Details; Huawei writes the key after the host.
    let details = parse(
        "<Error><Code>AccessDenied</Code><Message>Access denied.</Message><Details>It&apos;s &quot;no&quot;</Details></Error>",
    );
    assert_eq!(details.details.as_deref(), Some("It's \"no\""));
    let huawei = swift().replace("<AWSAccessKeyId>test:tester</AWSAccessKeyId>", "");
    let huawei =
        parse(&huawei.replace("</Error>", "<HostId>h</HostId><AWSAccessKeyId>test:tester</AWSAccessKeyId></Error>"));
    assert_eq!((huawei.access_key_id.as_deref(), huawei.host_id.as_deref()), (Some("test:tester"), Some("h")));
    assert_eq!(huawei.is_unaltered(), Some(true));
    // Copied from a web page.
    let page = parse(&swift().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
    assert_eq!((page.is_unaltered(), page.damage.as_slice()), (Some(true), &[Note::HtmlEntities][..]));
}

#[test]
fn the_text_of_an_exception_is_a_reply() {
    for (text, code, message) in [
        (
            "botocore.exceptions.ClientError: An error occurred (SignatureDoesNotMatch) when calling the PutObject operation: no",
            "SignatureDoesNotMatch",
            "no",
        ),
        (
            "operation error S3: ListObjectsV2, https response error StatusCode: 403, RequestID: , api error SignatureDoesNotMatch: no",
            "SignatureDoesNotMatch",
            "no",
        ),
        (
            "Status Code: 400, AWS Service: Amazon S3, AWS Error Code: InvalidRequest, AWS Error Message: no",
            "InvalidRequest",
            "Status Code: 400, AWS Service: Amazon S3, AWS Error Code: InvalidRequest, AWS Error Message: no",
        ),
        ("A client error (ExpiredToken) occurred when calling the ListObjects operation: no", "ExpiredToken", "no"),
        // The formats of aws-sdk-go v1, aws-sdk-java, aws-sdk-php, aws-sdk-ruby, aws-sdk-rust, aws-sdk-cpp and of node.
        ("SignatureDoesNotMatch: no\n\tstatus code: 403, request id: R1, host id: H1", "SignatureDoesNotMatch", "no"),
        (
            "no (Service: Amazon S3; Status Code: 403; Error Code: SignatureDoesNotMatch; Request ID: R1; S3 Extended Request ID: H1)",
            "SignatureDoesNotMatch",
            "no",
        ),
        ("2026-01-01 ERROR upload: AccessDenied (client): no - <?xml", "AccessDenied", "no"),
        ("Aws::S3::Errors::RequestTimeTooSkewed: no", "RequestTimeTooSkewed", "no"),
        ("no (Aws::S3::Errors::InvalidAccessKeyId)", "InvalidAccessKeyId", "no (Aws::S3::Errors::InvalidAccessKeyId)"),
        (
            r#"service error: unhandled error (ExpiredToken): Error { code: "ExpiredToken", message: "no", aws_request_id: "R1" }"#,
            "ExpiredToken",
            r#"Error { code: "ExpiredToken", message: "no", aws_request_id: "R1" }"#,
        ),
        ("Unable to parse ExceptionName: MissingContentLength Message: no", "MissingContentLength", "no"),
        (
            "{ AccessDenied: no\n    at Request.extractError (/app/x.js:1:2)\n  message: 'no',\n  code: 'AccessDenied' }",
            "AccessDenied",
            "no",
        ),
    ] {
        assert_eq!(texts(&parse(text)), (code, message), "{text}");
    }
    let reply = parse("SignatureDoesNotMatch: no\n\tstatus code: 403, request id: R1, host id: H1");
    assert_eq!(
        (reply.status, reply.request_id.as_deref(), reply.host_id.as_deref()),
        (Some(403), Some("R1"), Some("H1"))
    );
    assert_eq!(parse("an Exception: Forbidden fruit, Denied").code, None);
}

#[test]
fn a_date_that_differs_from_the_scope_is_read() {
    let body = r#"{"message":"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20151124' != '20151125', from '20151125T154140Z'."}"#;
    assert_eq!(parse(body).request_time, at("2015-11-25T15:41:40Z"));
}

/// Quoted text as Rust and Python print it.
#[test]
fn a_quoted_message_may_contain_quotes() {
    for text in [
        "ErrorMetadata { code: Some(\"AuthorizationHeaderMalformed\"), message: Some(\"the region \\\"a\\\" is wrong\"), extras: None }",
        "{'Code': 'AuthorizationHeaderMalformed', 'Message': 'the region \"a\" is wrong'}",
    ] {
        let reply = Reply::parse(None, &Headers::default(), text.as_bytes());
        assert_eq!(texts(&reply), ("AuthorizationHeaderMalformed", "the region \"a\" is wrong"), "{text}");
    }
}

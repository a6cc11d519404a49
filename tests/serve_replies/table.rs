//! Each protocol's answer to each fault, as AWS answers.
//!
//! Sources of the expected values:
//! - S3: *Error responses* of its API reference, and replies quoted in versity/versitygw (issues 2034, 2042, 2116, `s3err/`),
//!   aws/aws-sdk-php#1333, minio/minio#2638, CulturalMe/meteor-slingshot#80.
//! - The query protocol: convox/rack#235 and EngineerBetter/control-tower#51 (clock), amzn/selling-partner-api-docs#3081 (not
//!   signed), ex-aws/ex_aws#220 (key), erlcloud/erlcloud#234 (service), brendanhay/amazonka#316 (400, incomplete).
//! - EC2: javaquery/Examples#4 and aws/aws-sdk-java-v2#2981 (401, form), aws/aws-sdk-java#519 (clock), aws/aws-sdk-go-v2#1674
//!   (expired), awsdocs/aws-doc-sdk-examples#4026 (not signed).
//! - JSON: architect/dynalite's connection tests, which also run against DynamoDB; vectordotdev/vector#16629 (1.1);
//!   ArranJacques/laravel-aws-cognito-auth#25 (no namespace).
//! - SQS: *Interpreting Amazon SQS JSON API responses* in its developer guide. The status stays 403, as others recorded.
//! - REST: rpgreen/apigateway-generic-java-sdk#11, mhart/aws4#33 and #123 (403, header), *Gateway response types* of API Gateway.
//! - CBOR: *Smithy RPC v2 CBOR protocol*: status, content type, header, `__type`. The kinds are the same as for JSON.

use sigvet_core::credentials::Credentials;
use sigvet_testing::serving::Serving;

use crate::keys::{KEY_ID, SESSION_KEY_ID, SESSION_SECRET, TOKEN, long_term, server, session};
use crate::signing::{Draft, on_the_wire, with_change};
use crate::wire::{Answer, ask};

/// A protocol, named after a service that uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    S3,
    Sts,
    Ec2,
    DynamoDb,
    Logs,
    Sqs,
    ApiGateway,
    CloudWatch,
}

/// What is wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Secret,
    Key,
    ClockBehind,
    ClockAhead,
    Unsigned,
    TokenMissing,
    TokenOther,
    Region,
    Terminator,
    ScopeDay,
    SignedHeadersMissing,
    HostUnsigned,
    SignedTwice,
    Payload,
    UrlExpired,
}

impl Protocol {
    pub fn draft(self, credentials: &Credentials) -> Draft {
        let post = |service, target| Draft::new("POST", target, service, credentials);
        let json = |service, operation, version: &str| {
            let draft = post(service, "/").with_header("X-Amz-Target", operation).with_body(b"{}");
            draft.with_header("Content-Type", &format!("application/x-amz-json-{version}"))
        };
        let form = |service, body: &str| {
            let draft = post(service, "/").with_body(body.as_bytes());
            draft.with_header("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
        };
        match self {
            Self::S3 => Draft::new("PUT", "/b/k", "s3", credentials).with_body(b"hello"),
            Self::Sts => form("sts", "Action=GetCallerIdentity&Version=2011-06-15"),
            Self::Ec2 => form("ec2", "Action=DescribeInstances&Version=2016-11-15"),
            Self::DynamoDb => json("dynamodb", "DynamoDB_20120810.ListTables", "1.0"),
            Self::Logs => json("logs", "Logs_20140328.DescribeLogGroups", "1.1"),
            Self::Sqs => json("sqs", "AmazonSQS.ListQueues", "1.0"),
            Self::ApiGateway => post("execute-api", "/prod/x").with_body(b"hello"),
            Self::CloudWatch => post("monitoring", "/service/GraniteServiceVersion20100801/operation/ListMetrics")
                .with_header("smithy-protocol", "rpc-v2-cbor")
                .with_header("content-type", "application/cbor")
                .with_header("accept", "application/cbor")
                .with_body(b"\xa0"),
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::S3 => "application/xml",
            Self::Sts => "text/xml",
            Self::Ec2 => "text/xml;charset=UTF-8",
            Self::DynamoDb | Self::Sqs => "application/x-amz-json-1.0",
            Self::Logs => "application/x-amz-json-1.1",
            Self::ApiGateway => "application/json",
            Self::CloudWatch => "application/cbor",
        }
    }

    /// Code and message, read from where clients of this protocol look for them.
    fn read(self, answer: &Answer) -> (String, String) {
        let header = |name: &str| answer.header(name).map(str::to_owned);
        let element = |name: &str| answer.element(name).unwrap_or_else(|| panic!("no {name}: {answer:?}"));
        let member =
            |name: &str| answer.json()[name].as_str().unwrap_or_else(|| panic!("no {name}: {answer:?}")).to_owned();
        match self {
            Self::S3 | Self::Sts | Self::Ec2 => (element("Code"), element("Message")),
            Self::DynamoDb | Self::Logs | Self::Sqs => (member("__type"), member("message")),
            Self::ApiGateway => (header("x-amzn-errortype").expect("the kind is in a header"), member("message")),
            Self::CloudWatch => (answer.cbor("__type").unwrap(), answer.cbor("message").unwrap()),
        }
    }
}

impl Fault {
    /// A request in that protocol with this fault.
    pub fn request(self, protocol: Protocol) -> Vec<u8> {
        let draft = protocol.draft(&long_term());
        let signed = || on_the_wire(&draft.signed());
        match self {
            Self::Secret => on_the_wire(&draft.clone().by(&Credentials::new(KEY_ID, "another secret")).signed()),
            Self::Key => on_the_wire(&draft.clone().by(&Credentials::new("AKIANOBODY0000000000", "a secret")).signed()),
            Self::ClockBehind => on_the_wire(&draft.clone().minutes_off(-20).signed()),
            Self::ClockAhead => on_the_wire(&draft.clone().minutes_off(20).signed()),
            Self::Unsigned => on_the_wire(&draft.plain()),
            Self::TokenMissing => {
                on_the_wire(&protocol.draft(&Credentials::new(SESSION_KEY_ID, SESSION_SECRET)).signed())
            }
            Self::TokenOther => {
                let other = Credentials::new(SESSION_KEY_ID, SESSION_SECRET).with_session_token(TOKEN.to_owned() + "A");
                on_the_wire(&protocol.draft(&other).signed())
            }
            Self::Region => on_the_wire(&draft.clone().in_region("eu-west-1").signed()),
            Self::Terminator => with_change(&signed(), "/aws4_request", "/aws4_reques"),
            Self::ScopeDay => with_change(&signed(), "/20260301/", "/20260228/"),
            Self::SignedHeadersMissing => without_signed_headers(&signed()),
            Self::HostUnsigned => without_signed_host(&signed()),
            Self::SignedTwice => {
                let url = draft.presigned(300);
                let with_both = String::from_utf8(url.target().to_vec()).unwrap();
                with_change(&signed(), &format!(" {} HTTP", draft.target), &format!(" {with_both} HTTP"))
            }
            Self::Payload => another_payload(&signed()),
            Self::UrlExpired => on_the_wire(&draft.clone().minutes_off(-20).presigned(300)),
        }
    }
}

fn without_signed_headers(request: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(request).into_owned();
    let from = text.find(", SignedHeaders=").unwrap();
    let part = text[from..].split(", Signature=").next().unwrap();
    with_change(request, part, "")
}

fn without_signed_host(request: &[u8]) -> Vec<u8> {
    match String::from_utf8_lossy(request).contains("SignedHeaders=host;") {
        true => with_change(request, "SignedHeaders=host;", "SignedHeaders="),
        false => with_change(request, ";host", ""),
    }
}

/// Changes the last byte of the body.
pub fn another_payload(request: &[u8]) -> Vec<u8> {
    let mut request = request.to_vec();
    *request.last_mut().unwrap() ^= 1;
    request
}

/// The expected answer.
struct Row(Protocol, Fault, u16, &'static str, &'static str);

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
    Access Key and signing method. Consult the service documentation for details.";
const TOKEN_INVALID: &str = "The security token included in the request is invalid.";
const BEHIND: &str =
    "Signature expired: 20260301T094000Z is now earlier than 20260301T094500Z (20260301T100000Z - 15 min.)";
const AHEAD: &str =
    "Signature not yet current: 20260301T102000Z is still later than 20260301T101500Z (20260301T100000Z + 15 min.)";
const NOT_SIGNED: &str = "Request is missing Authentication Token";
const NO_REGION: &str = "Credential should be scoped to a valid region, not 'eu-west-1'. ";
const NO_TERMINATOR: &str = "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws4_reques'. ";
const OTHER_DAY: &str = "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
    '20260228' != '20260301', from '20260301T100000Z'.";
const NO_LIST: &str = "Authorization header requires 'SignedHeaders' parameter.";
const NO_HOST: &str = "'Host' must be a 'SignedHeader' in the AWS Authorization.";
const TWICE: &str = "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.";

/// Faults that a service other than S3 reports in one of four kinds.
const KINDS: [(Fault, usize, &str); 14] = [
    (Fault::Secret, 0, MISMATCH),
    (Fault::Key, 1, TOKEN_INVALID),
    (Fault::ClockBehind, 0, BEHIND),
    (Fault::ClockAhead, 0, AHEAD),
    (Fault::Unsigned, 2, NOT_SIGNED),
    (Fault::TokenMissing, 1, TOKEN_INVALID),
    (Fault::TokenOther, 1, TOKEN_INVALID),
    (Fault::Region, 0, NO_REGION),
    (Fault::Terminator, 0, NO_TERMINATOR),
    (Fault::ScopeDay, 0, OTHER_DAY),
    (Fault::SignedHeadersMissing, 3, NO_LIST),
    (Fault::HostUnsigned, 0, NO_HOST),
    (Fault::SignedTwice, 0, TWICE),
    (Fault::Payload, 0, MISMATCH),
];

const QUERY: [&str; 4] =
    ["SignatureDoesNotMatch", "InvalidClientTokenId", "MissingAuthenticationToken", "IncompleteSignature"];
const CORAL: [&str; 4] = [
    "com.amazon.coral.service#InvalidSignatureException",
    "com.amazon.coral.service#UnrecognizedClientException",
    "com.amazon.coral.service#MissingAuthenticationTokenException",
    "com.amazon.coral.service#IncompleteSignatureException",
];
const PLAIN: [&str; 4] = [
    "InvalidSignatureException",
    "UnrecognizedClientException",
    "MissingAuthenticationTokenException",
    "IncompleteSignatureException",
];

/// Each protocol's codes for the kinds, and their statuses.
const SERVICES: [(Protocol, [&str; 4], [u16; 4]); 6] = [
    (Protocol::Sts, QUERY, [403, 403, 403, 400]),
    (Protocol::DynamoDb, CORAL, [400; 4]),
    (Protocol::Logs, PLAIN, [400; 4]),
    (Protocol::Sqs, CORAL, [403; 4]),
    (Protocol::ApiGateway, PLAIN, [403; 4]),
    (Protocol::CloudWatch, CORAL, [400; 4]),
];

const EC2_FAILS: (u16, &str, &str) =
    (401, "AuthFailure", "AWS was not able to validate the provided access credentials");

#[test]
fn every_service_reports_every_fault_in_its_own_format() {
    let server = server("table", &["--answer-as", "aws", "--time-limit", "0s"]);
    let mut wrong = Vec::new();
    for (protocol, codes, statuses) in SERVICES {
        for (fault, kind, message) in KINDS {
            let message = match (protocol, fault) {
                (Protocol::ApiGateway, Fault::Unsigned) => "Missing Authentication Token",
                _ => message,
            };
            // Nothing shows that an unsigned REST request is for API Gateway; see below.
            if (protocol, fault) != (Protocol::ApiGateway, Fault::Unsigned) {
                wrong.extend(check(&server, Row(protocol, fault, statuses[kind], codes[kind], message)));
            }
        }
    }
    for (fault, ..) in KINDS.into_iter().filter(|(fault, ..)| *fault != Fault::Unsigned) {
        let (status, code, message) = EC2_FAILS;
        wrong.extend(check(&server, Row(Protocol::Ec2, fault, status, code, message)));
    }
    wrong.extend(check(&server, Row(Protocol::Ec2, Fault::UrlExpired, 400, "RequestExpired", "Request has expired.")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A request that names no service is answered like the service that the server stands for.
#[test]
fn a_request_that_names_no_service_is_answered_by_the_one_being_served() {
    for (service, row) in [
        (
            "execute-api",
            Row(
                Protocol::ApiGateway,
                Fault::Unsigned,
                403,
                "MissingAuthenticationTokenException",
                "Missing Authentication Token",
            ),
        ),
        (
            "ec2",
            Row(
                Protocol::Ec2,
                Fault::Unsigned,
                400,
                "MissingParameter",
                "The request must contain the parameter AWSAccessKeyId",
            ),
        ),
    ] {
        let server = server(service, &["--answer-as", "aws", "--time-limit", "0s", "--service", service]);
        assert_eq!(check(&server, row), None);
    }
    let server = server("only-s3", &["--answer-as", "aws", "--time-limit", "0s", "--service", "s3"]);
    let answer = ask(&server, &on_the_wire(&Protocol::ApiGateway.draft(&long_term()).signed()));
    let message =
        r#"The authorization header is malformed; incorrect service "execute-api". This endpoint belongs to "s3"."#;
    assert_eq!(answer.element("Code").as_deref(), Some("AuthorizationHeaderMalformed"));
    assert_eq!(answer.element("Message").as_deref(), Some(message));
}

fn check(server: &Serving, Row(protocol, fault, status, code, message): Row) -> Option<String> {
    let answer = ask(server, &fault.request(protocol));
    let (found_code, found_message) = protocol.read(&answer);
    // For a wrong signature, the texts follow.
    let is_right = (answer.status, found_code.as_str()) == (status, code)
        && (found_message == message || (message == MISMATCH && found_message.starts_with(message)))
        && answer.content_type() == protocol.content_type()
        && has_its_headers(protocol, &answer, code);
    let expected = format!("{status} {code} {} {message:?}", protocol.content_type());
    (!is_right).then(|| format!("{protocol:?} {fault:?}: expected {expected}\n  {answer:?}"))
}

/// The headers that clients of a protocol read, and none of another's.
fn has_its_headers(protocol: Protocol, answer: &Answer, code: &str) -> bool {
    let query_error = match code.rsplit('#').next().unwrap() {
        "InvalidSignatureException" => QUERY[0],
        "UnrecognizedClientException" => QUERY[1],
        "MissingAuthenticationTokenException" => QUERY[2],
        _ => QUERY[3],
    };
    let query_error = (protocol == Protocol::Sqs).then(|| format!("{query_error};Sender"));
    let smithy = (protocol == Protocol::CloudWatch).then_some("rpc-v2-cbor");
    answer.header("x-amzn-query-error") == query_error.as_deref()
        && answer.header("smithy-protocol") == smithy
        && answer.header("x-amzn-errortype").is_some() == (protocol == Protocol::ApiGateway)
        && answer.header("content-length") == Some(&answer.body.len().to_string())
}

/// *Smithy's awsQueryCompatible*: a client that asks for it gets the query protocol's code.
#[test]
fn a_client_that_knew_the_query_protocol_gets_its_code() {
    let server = server("query-mode", &["--answer-as", "aws", "--time-limit", "0s"]);
    let draft = Protocol::CloudWatch.draft(&Credentials::new(KEY_ID, "another secret"));
    let answer = ask(&server, &on_the_wire(&draft.with_header("x-amzn-query-mode", "true").signed()));
    assert_eq!(answer.header("x-amzn-query-error"), Some("SignatureDoesNotMatch;Sender"));
}

#[test]
fn the_query_protocol_has_its_services_format_and_namespace() {
    let server = server("query-form", &["--answer-as", "aws", "--time-limit", "0s"]);
    let answer = ask(&server, &Fault::Key.request(Protocol::Sts));
    let (root, elements) = answer.elements();
    let names: Vec<&str> = elements.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(root, "{https://sts.amazonaws.com/doc/2011-06-15/}ErrorResponse");
    assert_eq!(names, ["Type", "Code", "Message", "RequestId"]);
    let (root, elements) = ask(&server, &Fault::Key.request(Protocol::Ec2)).elements();
    let names: Vec<&str> = elements.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((root.as_str(), names), ("{}Response", vec!["Code", "Message", "RequestID"]));
}

/// The texts are complete and consistent: `explain` can read them.
#[test]
fn a_wrong_signature_is_reported_with_the_signed_texts() {
    let server = server("texts", &["--answer-as", "aws", "--time-limit", "0s"]);
    let request = Fault::Secret.request(Protocol::S3);
    let sent = String::from_utf8(request.clone()).unwrap();
    let answer = ask(&server, &request);
    let element = |name: &str| answer.element(name).unwrap_or_else(|| panic!("no {name}: {answer:?}"));
    let (canonical, to_sign) = (element("CanonicalRequest"), element("StringToSign"));
    assert_eq!(to_sign.lines().last().unwrap(), sha256(&canonical));
    assert_eq!(to_sign.lines().next(), Some("AWS4-HMAC-SHA256"));
    assert!(canonical.starts_with("PUT\n/b/k\n\nhost:replies.example\n"), "{canonical}");
    assert_eq!(element("CanonicalRequestBytes"), in_hex(&canonical));
    assert_eq!(element("StringToSignBytes"), in_hex(&to_sign));
    assert!(sent.contains(&format!("Signature={}\r\n", element("SignatureProvided"))));
    assert_eq!(element("AWSAccessKeyId"), KEY_ID);
    for protocol in [Protocol::Sts, Protocol::DynamoDb, Protocol::ApiGateway, Protocol::CloudWatch] {
        let (_, message) = protocol.read(&ask(&server, &Fault::Secret.request(protocol)));
        let quoted: Vec<&str> = message.split('\'').collect();
        assert_eq!(quoted[0], format!("{MISMATCH}\n\nThe Canonical String for this request should have been\n"));
        assert_eq!(quoted[2], "\n\nThe String-to-Sign should have been\n");
        assert_eq!(quoted[3].lines().last().unwrap(), sha256(quoted[1]));
        assert_eq!(quoted[4], "\n");
    }
}

fn sha256(text: &str) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn in_hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

/// Both kinds of credentials are accepted if they are right: no row above is refused for another reason than its own.
#[test]
fn right_requests_are_accepted() {
    let server = server("right", &[]);
    for protocol in [
        Protocol::S3,
        Protocol::Sts,
        Protocol::Ec2,
        Protocol::DynamoDb,
        Protocol::Logs,
        Protocol::Sqs,
        Protocol::ApiGateway,
        Protocol::CloudWatch,
    ] {
        for credentials in [long_term(), session()] {
            let answer = ask(&server, &on_the_wire(&protocol.draft(&credentials).signed()));
            assert_eq!(
                (answer.status, answer.header("x-sigvet-verdict")),
                (200, Some("valid")),
                "{protocol:?}: {answer:?}"
            );
        }
    }
    let answer = ask(&server, &on_the_wire(&Protocol::CloudWatch.draft(&session()).signed()));
    assert_eq!((answer.content_type(), answer.header("smithy-protocol")), ("application/cbor", Some("rpc-v2-cbor")));
    assert_eq!(answer.cbor("access_key_id").as_deref(), Some(SESSION_KEY_ID));
}

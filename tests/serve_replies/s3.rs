//! S3's reply to each fault: its codes, messages and elements. `table.rs` lists the sources of the expected values.

use crate::keys::{SESSION_KEY_ID, long_term, server};
use crate::signing::{on_the_wire, with_change};
use crate::table::{Fault, Protocol, another_payload};
use crate::wire::ask;

/// What is wrong, the request, and S3's answer: status, code and message, and further elements.
type Row<'a> = (&'a str, Vec<u8>, Answered<'a>);
type Answered<'a> = ((u16, &'a str, &'a str), Vec<(&'a str, &'a str)>);

/// S3 has a code for each fault, and elements with details.
#[test]
fn s3_reports_every_fault_with_its_own_code() {
    let server = server("s3", &["--answer-as", "aws", "--time-limit", "0s"]);
    let mut wrong = Vec::new();
    for (name, request, status, code, message, fields) in s3_rows() {
        let answer = ask(&server, &request);
        let found: Vec<(String, String)> = answer.elements().1;
        let of = |name: &str| found.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str());
        // The end is the same everywhere; the part before it belongs to the fault.
        let own: Vec<(&str, &str)> =
            found[2..found.len() - 2].iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let is_right = answer.status == status
            && (of("Code"), of("Message")) == (Some(code), Some(message))
            && own == fields
            && answer.elements().0 == "{}Error"
            && answer.content_type() == "application/xml";
        if !is_right {
            wrong.push(format!("{name}: expected {status} {code} {message:?} {fields:?}\n  {answer:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

type S3Row = (&'static str, Vec<u8>, u16, &'static str, &'static str, Vec<(&'static str, &'static str)>);

fn s3_rows() -> Vec<S3Row> {
    let of = |fault: Fault| fault.request(Protocol::S3);
    let draft = || Protocol::S3.draft(&long_term());
    let denied = |message| (403, "AccessDenied", message);
    let header = |message| (400, "AuthorizationHeaderMalformed", message);
    let query = |message| (400, "AuthorizationQueryParametersError", message);
    let server_time = ("ServerTime", "2026-03-01T10:00:00Z");
    let url = |minutes, seconds| on_the_wire(&draft().minutes_off(minutes).presigned(seconds));
    let token = (400, "InvalidToken", "The provided token is malformed or otherwise invalid.");
    let skewed = |time| {
        let fields = vec![("RequestTime", time), server_time, ("MaxAllowedSkewMilliseconds", "900000")];
        let message = "The difference between the request time and the current time is too large.";
        ((403, "RequestTimeTooSkewed", message), fields)
    };
    let rows: Vec<Row<'_>> = vec![
        (
            "unknown key",
            of(Fault::Key),
            (
                (403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."),
                vec![("AWSAccessKeyId", "AKIANOBODY0000000000")],
            ),
        ),
        ("clock behind", of(Fault::ClockBehind), skewed("20260301T094000Z")),
        ("clock ahead", of(Fault::ClockAhead), skewed("20260301T102000Z")),
        ("not signed", of(Fault::Unsigned), (denied("Access Denied"), vec![])),
        // A temporary key without its token: redbubble/yak#51, prolane/samltoawsstskeys#40.
        (
            "no token",
            of(Fault::TokenMissing),
            (
                (403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."),
                vec![("AWSAccessKeyId", SESSION_KEY_ID)],
            ),
        ),
        // versity/versitygw#2070 (status), larrabee/s3sync#45 (code and message).
        ("an escape that is none", with_change(&on_the_wire(&draft().signed()), "/b/k ", "/b/%zz "), bad_path()),
        ("an escape that breaks off", with_change(&on_the_wire(&draft().signed()), "/b/k ", "/b/k% "), bad_path()),
        ("a path that is not UTF-8", with_change(&url(0, 300), "/b/k?", "/b/B%CDBHIN?"), bad_path()),
        ("another token", of(Fault::TokenOther), (token, vec![])),
        (
            "another region",
            of(Fault::Region),
            (
                header("The authorization header is malformed; the region 'eu-west-1' is wrong; expecting 'us-east-1'"),
                vec![("Region", "us-east-1")],
            ),
        ),
        (
            "another region in a URL",
            on_the_wire(&draft().in_region("eu-west-1").presigned(300)),
            (
                query(
                    "Error parsing the X-Amz-Credential parameter; the region 'eu-west-1' is wrong; expecting 'us-east-1'",
                ),
                vec![("Region", "us-east-1")],
            ),
        ),
        (
            "another end of the scope",
            of(Fault::Terminator),
            (
                header(
                    r#"The authorization header is malformed; incorrect terminal "aws4_reques". This endpoint uses "aws4_request"."#,
                ),
                vec![],
            ),
        ),
        (
            "another day",
            of(Fault::ScopeDay),
            (
                header(
                    "The authorization header is malformed; Invalid credential date. Date is not the same as X-Amz-Date.",
                ),
                vec![],
            ),
        ),
        (
            "another day in a URL",
            with_change(&url(0, 300), "%2F20260301%2F", "%2F20260228%2F"),
            (
                query(r#"Invalid credential date "20260228". This date is not the same as X-Amz-Date: "20260301"."#),
                vec![],
            ),
        ),
        (
            "no list of headers",
            of(Fault::SignedHeadersMissing),
            (
                header(
                    "The authorization header is malformed; the authorization header requires three components: \
                     Credential, SignedHeaders, and Signature.",
                ),
                vec![],
            ),
        ),
        (
            "no signature in a URL",
            with_change(&url(0, 300), "&X-Amz-SignedHeaders=host", ""),
            (
                query(
                    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, \
                     X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
                ),
                vec![],
            ),
        ),
        (
            "signed twice",
            of(Fault::SignedTwice),
            (
                (
                    400,
                    "InvalidArgument",
                    "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string \
                     parameter or the Authorization header should be specified",
                ),
                vec![("ArgumentName", "Authorization")],
            ),
        ),
        (
            "a URL whose time is over",
            url(-20, 300),
            (
                denied("Request has expired"),
                vec![("X-Amz-Expires", "300"), ("Expires", "2026-03-01T09:45:00Z"), server_time],
            ),
        ),
        (
            "a URL of tomorrow",
            url(24 * 60, 300),
            (
                denied("Request is not yet valid"),
                // 2026-03-02T10:00:00Z, as `date +%s` prints it, in milliseconds.
                vec![("X-Amz-Date", "1772445600000"), ("Expires", "2026-03-02T10:05:00Z"), server_time],
            ),
        ),
        (
            "a URL for too long",
            with_change(&url(0, 604_800), "X-Amz-Expires=604800", "X-Amz-Expires=604801"),
            (
                query(
                    "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less \
                     than 604800 seconds",
                ),
                vec![],
            ),
        ),
        (
            "another payload",
            another_payload(&on_the_wire(&draft().signed())),
            (
                (
                    400,
                    "XAmzContentSHA256Mismatch",
                    "The provided 'x-amz-content-sha256' header does not match what was computed.",
                ),
                // FIPS 180: SHA-256 of "hello", and of "helln".
                vec![
                    ("ClientComputedContentSHA256", "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"),
                    ("S3ComputedContentSHA256", HELLN),
                ],
            ),
        ),
        (
            "another Content-MD5",
            // RFC 1321: MD5 of the empty message.
            on_the_wire(&draft().with_header("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==").signed()),
            (
                (400, "BadDigest", "The Content-MD5 you specified did not match what we received."),
                vec![
                    ("ExpectedDigest", "d41d8cd98f00b204e9800998ecf8427e"),
                    ("CalculatedDigest", "XUFAKrxLKna5cZ2REBfFkg=="),
                ],
            ),
        ),
        (
            "a header that is not signed",
            with_change(&on_the_wire(&draft().signed()), "\r\n\r\n", "\r\nx-amz-acl: private\r\n\r\n"),
            (
                denied("There were headers present in the request which were not signed"),
                vec![("HeadersNotSigned", "x-amz-acl")],
            ),
        ),
        (
            "no hash of the payload",
            without_line(&on_the_wire(&draft().signed()), "x-amz-content-sha256"),
            ((400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256"), vec![]),
        ),
        (
            "another algorithm",
            with_change(&on_the_wire(&draft().signed()), "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA512"),
            (
                (
                    400,
                    "InvalidRequest",
                    "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
                ),
                vec![],
            ),
        ),
    ];
    let flat = |(name, request, ((status, code, message), fields))| (name, request, status, code, message, fields);
    rows.into_iter().map(flat).collect()
}

fn bad_path() -> Answered<'static> {
    ((400, "InvalidURI", "Couldn't parse the specified URI."), vec![])
}

/// `printf helln | sha256sum`.
const HELLN: &str = "d1dd3e4f53afb65be5774853d60b74fa12c10b769c262165562c5287e6816e15";

fn without_line(request: &[u8], name: &str) -> Vec<u8> {
    let text = String::from_utf8(request.to_vec()).unwrap();
    let line = text.split_inclusive("\r\n").find(|line| line.starts_with(name)).unwrap().to_owned();
    with_change(request, &line, "")
}

//! Finds the parts of a request that are unknown although its signature depends on them: they were redacted, or the
//! capture does not show them. Such a request is neither valid nor wrong.

use super::Known;
use crate::canonical::{PayloadHash, query};
use crate::claim::Claim;
use crate::derivation::Placement;
use crate::encode::{Plus, decode};
#[cfg(feature = "form")]
use crate::form::{FormClaim, FormScheme};
use crate::request::Request;
#[cfg(feature = "v2")]
use crate::v2;

/// Texts that mark a redacted value wherever they occur in it, in lower case.
const MARKS: [&str; 8] = ["redacted", "sanitized", "***", "xxxx", "…", "[...]", "█", "•••"];
/// Words that mark a redacted value if they are the whole value, with or without brackets.
const WORDS: [&str; 12] = [
    "hidden", "masked", "removed", "omitted", "filtered", "scrubbed", "secret", "censored", "snip", "snipped",
    "stripped", "...",
];
/// Number of digits of a truncated signature that still distinguish it from others.
const TELLING_DIGITS: usize = 16;
/// The name of a signature in a sentence.
const THE_SIGNATURE: &str = "the signature";

/// The unknown parts that the signature depends on, as named in a sentence.
pub(super) fn parts(request: &Request, claim: &Claim, known: Known) -> Vec<String> {
    let terms = &claim.terms;
    let mut parts = Vec::new();
    if is_signature_hidden(claim.signature.as_str()) {
        parts.push(THE_SIGNATURE.to_owned());
    }
    if is_payload_unknown(request, claim) {
        parts.push("the body".to_owned());
    }
    let fields = request.headers.for_lookups(terms.signed_headers.iter().count());
    for name in terms.signed_headers.iter() {
        let is_hidden = fields.values(name).any(|value| {
            let value = String::from_utf8_lossy(value);
            is_blacked_out(&value) || (name == "host" && is_host_hidden(&value))
        });
        let is_unseen = !known.headers && !fields.contains(name);
        if is_hidden || is_unseen {
            parts.push(format!("the header {name}"));
        }
    }
    parts.extend(hidden_parts_of_target(request));
    if let Placement::Query { .. } = terms.placement {
        let signature = terms.dialect.query_name("Signature");
        for (name, value) in query::parameters(request.query().unwrap_or_default()) {
            let name = String::from_utf8_lossy(&name);
            if name != signature && is_blacked_out(&String::from_utf8_lossy(&value)) {
                parts.push(format!("the parameter {name}"));
            }
        }
    }
    parts
}

/// Path and query, if an ellipsis replaces part of them.
fn hidden_parts_of_target(request: &Request) -> Vec<String> {
    let is_hidden = |text: &[u8]| String::from_utf8_lossy(&decode(text, Plus::Literal)).contains('…');
    let path = is_hidden(request.path()).then(|| "the path".to_owned());
    let query = request.query().is_some_and(is_hidden).then(|| "the query".to_owned());
    path.into_iter().chain(query).collect()
}

/// The unknown parts in Version 2: the redacted lines of the string to sign.
#[cfg(feature = "v2")]
pub(super) fn parts_of_v2(request: &Request, claim: &v2::Claim, signed: &v2::StringToSign) -> Vec<String> {
    let is_hidden = |value: &[u8]| is_blacked_out(&String::from_utf8_lossy(value));
    let lines = [("content-md5", &signed.content_md5), ("content-type", &signed.content_type), ("date", &signed.date)];
    let of_lines = lines.into_iter().filter(|(_, line)| is_hidden(line)).map(|(name, _)| format!("the header {name}"));
    let own = signed.amz_headers.split(|byte| *byte == b'\n').filter_map(named_value);
    let of_own = own.filter(|(_, value)| is_hidden(value)).map(|(name, _)| String::from_utf8_lossy(name).into_owned());
    let parameters = query::parameters(request.query().unwrap_or_default())
        .map(|(name, value)| (String::from_utf8_lossy(&name).into_owned(), value));
    let of_resource = parameters
        .filter(|(name, value)| v2::is_sub_resource(name, claim.terms.names) && is_hidden(value))
        .map(|(name, _)| format!("the parameter {name}"));
    let of_signature = is_base64_hidden(claim.signature.as_str()).then(|| THE_SIGNATURE.to_owned());
    let headers = of_lines.chain(of_own.map(|name| format!("the header {name}")));
    of_signature.into_iter().chain(headers).chain(of_resource).collect()
}

/// A header line, split at its colon.
#[cfg(feature = "v2")]
fn named_value(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut halves = line.splitn(2, |byte| *byte == b':');
    Some((halves.next()?, halves.next()?))
}

/// The unknown parts of a form, in which only the policy is signed.
#[cfg(feature = "form")]
pub(super) fn parts_of_form(claim: &FormClaim) -> Vec<String> {
    let signature = claim.signature.as_str();
    let is_hidden = match claim.scheme {
        FormScheme::V4 { .. } => is_signature_hidden(signature),
        FormScheme::V2 { .. } => is_base64_hidden(signature),
    };
    let of_signature = is_hidden.then(|| THE_SIGNATURE.to_owned());
    let of_policy = is_policy_hidden(claim).then(|| "the field policy".to_owned());
    of_signature.into_iter().chain(of_policy).collect()
}

/// Whether a policy was redacted, and so cannot be read.
#[cfg(feature = "form")]
pub(super) fn is_policy_hidden(claim: &FormClaim) -> bool {
    claim.policy.is_err() && is_blacked_out(&claim.string_to_sign)
}

/// Whether the hash in the canonical request is that of a body that was not seen.
pub fn is_payload_unknown(request: &Request, claim: &Claim) -> bool {
    matches!(claim.terms.payload, PayloadHash::Sha256(_)) && request.body.sha256().is_none()
}

/// Whether the headers declare a body.
pub(super) fn has_body(request: &Request) -> bool {
    request.headers.contains("transfer-encoding") || request.headers.content_length().is_some_and(|length| length > 0)
}

/// Whether so little of a signature is shown that it could be any signature.
pub(super) fn is_signature_hidden(text: &str) -> bool {
    tells_too_little(text, |byte| byte.is_ascii_hexdigit())
}

/// Like [`is_signature_hidden`], for base64, whose alphabet contains the letters used as filling.
#[cfg(feature = "v2")]
fn is_base64_hidden(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    tells_too_little(text, |byte| is_digit(byte) && !byte.eq_ignore_ascii_case(&b'x'))
}

fn tells_too_little(text: &str, is_digit: impl Fn(u8) -> bool) -> bool {
    text.bytes().take_while(|byte| is_digit(*byte)).count() < TELLING_DIGITS && is_blacked_out(text)
}

/// Whether an access key ID, or its middle, was redacted: no ID contains these characters.
pub fn is_access_key_hidden(id: &str) -> bool {
    let is_foreign = |c: char| matches!(c, '<' | '>' | '[' | ']' | '{' | '}' | '*' | '…' | '•' | '●' | '█');
    is_blacked_out(id) || id.contains(is_foreign) || id.contains("...")
}

/// Whether part of a host, such as the bucket, was redacted: `<bucket>.s3.amazonaws.com`.
pub(super) fn is_host_hidden(host: &str) -> bool {
    let bracketed = host.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    bracketed.is_some_and(|(name, _)| !name.contains(['/', '@'])) || is_blacked_out(host)
}

/// Whether a value was redacted.
pub fn is_blacked_out(value: &str) -> bool {
    let value = value.trim().to_lowercase();
    let is_filling = |c: char| matches!(c, '*' | 'x' | '.' | '_' | '-' | '#' | '█' | '•' | '●' | '?');
    let inner =
        value.trim_matches(|c: char| matches!(c, '<' | '>' | '[' | ']' | '(' | ')' | '{' | '}' | '*' | '"' | '\''));
    let is_bracketed = inner.len() < value.len();
    MARKS.iter().any(|mark| value.contains(mark))
        || value.ends_with("...")
        || (value.chars().count() >= 3 && value.chars().all(is_filling))
        || WORDS.contains(&inner)
        || (is_bracketed && WORDS.iter().any(|word| inner.split([' ', '_', '-']).any(|part| part == *word)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::Credentials;
    use crate::parse_request;
    use crate::time::Timestamp;
    use crate::verify::{ExpectedScope, Finding, Judge, Outcome, Verdict, verify};

    /// Values from public threads and from the logs of clients that redact.
    #[test]
    fn redacted_values_are_distinguished_from_real_ones() {
        for text in [
            "REDACTED",
            "**REDACTED**",
            "*****",
            "[...]",
            "xxx",
            "****d4f1",
            "…",
            "<redacted>",
            "[hidden]",
            "(omitted)",
            "abcd...",
            "XXXXXXXX",
            "<my-secret>",
            "{{removed}}",
            "████",
            "[Filtered]",
            "SANITIZED",
            "...",
        ] {
            assert!(is_blacked_out(text), "{text}");
        }
        for text in [
            "20150830T123600Z",
            "UNSIGNED-PAYLOAD",
            "a*b",
            "*",
            "x",
            "text/plain; q=0.5",
            "--",
            "the secret garden",
            "filtered.csv",
            "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
            "",
            "https://example.com/x?y=.._",
        ] {
            assert!(!is_blacked_out(text), "{text}");
        }
        for id in ["***", "AKIA****MPLE", "AKIA…", "AKIA...", "[REDACTED]", "<access-key>", "{key id}", "HIDDEN"] {
            assert!(is_access_key_hidden(id), "{id}");
        }
        for id in ["AKIAIOSFODNN7EXAMPLE", "test:tester", "minioadmin", "", "0_x-y.z"] {
            assert!(!is_access_key_hidden(id), "{id}");
        }
        assert!(is_host_hidden("<bucket>.s3.amazonaws.com") && is_host_hidden("[redacted]"));
        assert!(!is_host_hidden("<https://h/>") && !is_host_hidden("h.example:80"));
        assert!(is_signature_hidden("5d672d79c15b131…") && !is_signature_hidden("5d672d79c15b1316…"), "16 digits tell");
        assert!(is_signature_hidden("5d67…") && !is_signature_hidden("5d672d79c15b13162d9279b0…"));
    }

    fn judged(text: &str, known: Known, token: Option<&str>) -> Verdict {
        let key = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
        let key = token.map_or(key.clone(), |token| key.with_session_token(token));
        let now = Timestamp::parse("2015-08-30T12:36:00Z").unwrap();
        let request = parse_request(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"));
        verify(&request, &Judge::new(Some(&key), now, ExpectedScope::Any).with_known(known)).unwrap()
    }

    /// `get-vanilla` from the official suite, with additional lines and the given signature.
    fn header_request(list: &str, lines: &str, signature: &str) -> String {
        format!(
            "GET / HTTP/1.1\nHost: example.amazonaws.com\nX-Amz-Date: 20150830T123600Z\n{lines}Authorization: AWS4-HMAC-SHA256 \
             Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders={list}, Signature={signature}\n\n"
        )
    }

    const RIGHT: &str = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";

    /// An unknown part keeps the verdict open, whatever the signature; a known fault is still reported.
    #[test]
    fn a_request_with_redacted_parts_is_neither_valid_nor_wrong() {
        let parts = |text: &str, known: Known| {
            let verdict = judged(text, known, None);
            assert_eq!((verdict.outcome(), verdict.expected.as_ref()), (Outcome::Unknown, None), "{text}");
            assert!(verdict.open_question().is_some(), "{text}");
            let part = |finding: &Finding| match finding {
                Finding::NotKnown { part } => part.clone(),
                finding => panic!("{finding}: {text}"),
            };
            verdict.findings.iter().map(part).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(judged(&header_request("host;x-amz-date", "", RIGHT), Known::WHOLE, None).outcome(), Outcome::Valid);
        let wrong = "0".repeat(64);
        assert_eq!(
            judged(&header_request("host;x-amz-date", "", &wrong), Known::WHOLE, None).findings,
            [Finding::SignatureMismatch]
        );
        let a = header_request("a;host;x-amz-date", "A: <redacted>\n", &wrong);
        assert_eq!(parts(&a, Known::WHOLE), "the header a");
        assert_eq!(parts(&header_request("host;x-amz-date", "", "REDACTED"), Known::WHOLE), "the signature");
        let unseen = header_request("a;host;x-amz-date", "", &wrong);
        assert_eq!(parts(&unseen, Known::URL), "the header a");
        let seen = judged(&unseen, Known::WHOLE, None);
        assert_eq!((seen.outcome(), seen.findings.len()), (Outcome::Invalid, 2), "a header that was not sent is wrong");
        let other_key = a.replace("AKIDEXAMPLE/", "AKIDOTHER/");
        let found = judged(&other_key, Known::WHOLE, None);
        assert!(matches!(&found.findings[..], [Finding::AccessKeyUnknown { .. }, Finding::NotKnown { .. }]));
    }

    #[test]
    fn a_redacted_parameter_is_unknown_and_the_signature_is_named_once() {
        let url = |prefix: &str, signature: &str| {
            format!(
                "GET /?prefix={prefix}&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fs3%2F\
                 aws4_request&X-Amz-Date=20150830T123600Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature={signature} \
                 HTTP/1.1\nHost: h.example\n\n"
            )
        };
        let not_known = |text: &str| judged(text, Known::WHOLE, None).findings;
        let part = |part: &str| Finding::NotKnown { part: part.to_owned() };
        assert_eq!(not_known(&url("***", &"0".repeat(64))), [part("the parameter prefix")]);
        assert_eq!(not_known(&url("p", "REDACTED")), [part("the signature")]);
        assert_eq!(not_known(&url("p", &"0".repeat(64))), [Finding::SignatureMismatch]);
    }

    /// The first example and the upload in S3's page *Signing and authenticating REST requests*, with values redacted.
    #[test]
    fn a_request_of_version_2_with_redacted_parts_stays_undecided() {
        let get = |signature: &str, query: &str| {
            format!(
                "GET /photos/puppy.jpg{query} HTTP/1.1\nHost: awsexamplebucket1.us-west-1.s3.amazonaws.com\n\
                 Date: Tue, 27 Mar 2007 19:36:42 +0000\nAuthorization: AWS AKIAIOSFODNN7EXAMPLE:{signature}\n\n"
            )
        };
        let findings = |text: &str| {
            let key = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
            let now = Timestamp::parse("2007-03-27T19:36:42Z").unwrap();
            let request = parse_request(text.as_bytes()).unwrap();
            let buckets = crate::endpoint::BucketRule { chosen: Some("awsexamplebucket1"), endpoints: &[] };
            let verdict =
                verify(&request, &Judge::new(Some(&key), now, ExpectedScope::Any).with_buckets(buckets)).unwrap();
            assert_eq!(verdict.expected.is_none(), verdict.outcome() == Outcome::Unknown, "{text}");
            verdict.findings
        };
        let part = |part: &str| Finding::NotKnown { part: part.to_owned() };
        let right = "qgk2+6Sv9/oM7G3qLEjTH1a1l1g=";
        assert_eq!(findings(&get(right, "")), []);
        assert_eq!(findings(&get(&right.replace('q', "Q"), "")), [Finding::SignatureMismatch]);
        for hidden in ["qgk2+6Sv…", "REDACTED", "xxxxxxxxxxxxxxxxxxxxxxxxxxx=", "****"] {
            assert_eq!(findings(&get(hidden, "")), [part("the signature")], "{hidden}");
        }
        assert_eq!(findings(&get(right, "?versionId=REDACTED")), [part("the parameter versionId")]);
        assert_eq!(findings(&get(right, "?x=REDACTED")), [], "what is not signed may be anything");
        let wrong = right.replace('q', "Q");
        assert_eq!(findings(&get(&wrong, "?x=REDACTED")), [Finding::SignatureMismatch]);
        assert_eq!(findings(&get(&wrong, "?versionId=1")), [Finding::SignatureMismatch]);
        assert_eq!(findings(&get("Qgk2+6Sv9/oM7G3qLEjT…", "")), [Finding::SignatureMismatch], "enough of it is shown");
        for line in ["Content-Type: <hidden>", "Content-MD5: ***", "X-Amz-Meta-A: REDACTED"] {
            let name = line.split(':').next().unwrap().to_ascii_lowercase();
            let text = get(right, "").replacen("Host:", &format!("{line}\nHost:"), 1);
            assert_eq!(findings(&text), [part(&format!("the header {name}"))]);
        }
    }

    /// Catches a token that is compared although it was redacted, or not compared although it is present.
    #[test]
    fn a_redacted_token_is_not_compared_with_the_credentials() {
        let with = |token: &str| {
            let text = header_request("host;x-amz-date", &format!("X-Amz-Security-Token: {token}\n"), RIGHT);
            judged(&text, Known::WHOLE, Some("token")).findings
        };
        let name = "x-amz-security-token".to_owned();
        assert_eq!(with("token"), []);
        assert_eq!(
            with("REDACTED"),
            [Finding::TokenUnseen { name: name.clone() }],
            "it is right, and not to be accepted"
        );
        assert_eq!(with("other"), [Finding::TokenDiffers { name }]);
    }

    /// The signed hash is that of an empty body, but the headers declare a body.
    #[test]
    fn an_unseen_body_is_not_empty_if_the_headers_declare_a_length() {
        let body = |line: Option<(&str, &str)>| {
            let mut request = parse_request(header_request("host;x-amz-date", "", RIGHT).as_bytes()).unwrap();
            if let Some((name, value)) = line {
                request.headers.push(name, value).unwrap();
            }
            request.body = crate::request::Body::Unknown;
            let key = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
            let now = Timestamp::parse("2015-08-30T12:36:00Z").unwrap();
            verify(&request, &Judge::new(Some(&key), now, ExpectedScope::Any)).unwrap().outcome()
        };
        assert_eq!([body(None), body(Some(("Content-Length", "0")))], [Outcome::Valid, Outcome::Valid]);
        for line in [("Content-Length", "1"), ("Transfer-Encoding", "chunked")] {
            assert_eq!(body(Some(line)), Outcome::Invalid, "{line:?}");
        }
    }
}

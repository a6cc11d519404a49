//! Refusals in S3's wording: status, code, message and additional elements (*Error responses* of the API reference).
//!
//! S3 does not document which elements go with which code. The choice here follows replies quoted in public.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use sigvet_core::claim::ClaimError;
use sigvet_core::form::{Condition, PolicyError, Violation};
use sigvet_core::time::Timestamp;
use sigvet_core::verify::Verdict;

use super::Refusal;
use super::fault::{Carrier, Fault};
use super::texts::{self, Quoted};
use super::xml::Xml;

/// The status, code, message and additional elements of an S3 error.
pub struct S3Error {
    /// `403`.
    pub status: u16,
    /// `SignatureDoesNotMatch`.
    pub code: &'static str,
    /// The message of the `<Message>` element.
    pub message: String,
    /// Elements between message and request ID.
    pub fields: Vec<(&'static str, String)>,
}

/// An error without additional elements.
pub fn error(status: u16, code: &'static str, message: impl Into<String>) -> S3Error {
    S3Error { status, code, message: message.into(), fields: Vec::new() }
}

impl S3Error {
    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    /// The reply. `write_more` writes elements before the request ID.
    pub fn into_refusal(self, request_id: &str, write_more: impl FnOnce(&mut Xml)) -> Refusal {
        let mut xml = Xml::new();
        xml.within("Error", |xml| {
            xml.element("Code", self.code);
            xml.element("Message", &self.message);
            self.fields.iter().for_each(|(name, value)| xml.element(name, value));
            write_more(xml);
            xml.element("RequestId", request_id);
            xml.element("HostId", "sigvet");
        });
        let (status, code, body) = (self.status, self.code, xml.into_bytes());
        Refusal { status, code, content_type: "application/xml", headers: Vec::new(), body }
    }

    /// The error with which S3 reports this fault.
    pub fn of(fault: &Fault, verdict: Option<&Verdict>) -> Self {
        match fault {
            Fault::NotSigned => error(403, "AccessDenied", "Access Denied"),
            // S3 quotes the Authorization header in ArgumentValue. Left out here: it would put a signature into a log.
            Fault::SignedTwice => error(
                400,
                "InvalidArgument",
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string \
                 parameter or the Authorization header should be specified",
            )
            .with("ArgumentName", "Authorization"),
            Fault::Algorithm => error(
                400,
                "InvalidRequest",
                "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
            ),
            Fault::Unreadable { carrier, error } => unreadable(*carrier, error),
            Fault::Malformed { carrier, problem } => malformed(*carrier, problem),
            Fault::FormMalformed(problem) => error(400, "MalformedPOSTRequest", sentence(problem)),
            // S3 knows a temporary key only together with its session token.
            Fault::KeyUnknown(id) | Fault::TokenMissing(id) => {
                error(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")
                    .with("AWSAccessKeyId", id.as_str())
            }
            Fault::Mismatch => mismatch(verdict),
            // It is not documented which texts S3 quotes for a chunk. The texts of the head are correct, so quoting
            // them would mislead.
            Fault::ChunkMismatch => mismatch(None),
            Fault::Skewed { .. } | Fault::Expired { .. } | Fault::NotYetValid { .. } => of_time(fault),
            Fault::ExpiresTooLong => error(
                400,
                "AuthorizationQueryParametersError",
                "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than \
                 604800 seconds",
            ),
            Fault::Region { .. } | Fault::Service { .. } | Fault::ScopeDay { .. } | Fault::Terminator { .. } => {
                of_scope(fault)
            }
            // S3 quotes the token in Token-0. Left out here: it would end up in a log.
            Fault::Token => error(400, "InvalidToken", "The provided token is malformed or otherwise invalid."),
            Fault::HeadersUnsigned(names) => {
                error(403, "AccessDenied", "There were headers present in the request which were not signed")
                    .with("HeadersNotSigned", names.join(", "))
            }
            Fault::Payload { presented, computed } => error(
                400,
                "XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
            )
            .with("ClientComputedContentSHA256", presented.as_str())
            .with("S3ComputedContentSHA256", computed.as_str()),
            Fault::PayloadHeaderMissing(name) => {
                error(400, "InvalidRequest", format!("Missing required header for this request: {name}"))
            }
            Fault::Checksum { name, presented, computed } => checksum(name, presented, computed),
            Fault::Framing(problem) => error(400, "IncompleteBody", sentence(problem)),
            Fault::PolicyExpired => error(403, "AccessDenied", "Invalid according to Policy: Policy expired."),
            Fault::Policy(violation) => policy(violation),
            // S3 reports an invalid escape only in its status line, but replies with this error to bytes that
            // are not UTF-8.
            Fault::Path => error(400, "InvalidURI", "Couldn't parse the specified URI."),
            Fault::Untrusted => error(403, "AccessDenied", "Access Denied"),
            Fault::Other(problem) => error(400, "InvalidRequest", sentence(problem)),
        }
    }
}

/// An upload that violates its policy (*POST policy*, and replies quoted in versity/versitygw#2040 and #2041,
/// waynehoover/s3_direct_upload#107, dwilkie/carrierwave_direct#230 and aws/aws-sdk-php#3292).
fn policy(violation: &Violation) -> S3Error {
    let denied = |problem: String| error(403, "AccessDenied", format!("Invalid according to Policy: {problem}"));
    let two =
        || error(400, "IncorrectNumberOfFilesInPostRequest", "POST requires exactly one file upload per request.");
    match violation {
        Violation::Unreadable(problem) => error(400, "InvalidPolicyDocument", unreadable_policy(problem)),
        Violation::LengthOutOfRange { min, presented, .. } if presented < min => {
            error(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
                .with("ProposedSize", presented.to_string())
                .with("MinSizeAllowed", min.to_string())
        }
        Violation::LengthOutOfRange { max, presented, .. } => {
            error(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
                .with("ProposedSize", presented.to_string())
                .with("MaxSizeAllowed", max.to_string())
        }
        // If a condition is secret, neither side of it is shown.
        Violation::ConditionFailed { condition, .. } if !violation.sides().1.is_empty() => {
            denied(format!("Policy Condition failed: {}", quoted(condition)))
        }
        Violation::FieldNotAllowed { name } => denied(format!("Extra input fields: {name}")),
        Violation::FileMissing => two(),
        Violation::FieldRepeated { name } if name == "file" => two(),
        other => denied(other.to_string()),
    }
}

fn unreadable_policy(problem: &PolicyError) -> String {
    match problem {
        PolicyError::NotBase64(_) => "Invalid Policy: invalid Base64 encoding.".to_owned(),
        PolicyError::NotJson(_) => "Invalid Policy: Invalid JSON.".to_owned(),
        other => format!("Invalid Policy: {other}"),
    }
}

/// The condition with a space after each comma.
fn quoted(condition: &Condition) -> String {
    let text = condition.to_string();
    let words: Option<Vec<serde_json::Value>> = serde_json::from_str(&text).ok();
    let list = words.map(|words| words.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
    list.map_or(text, |list| format!("[{list}]"))
}

fn of_time(fault: &Fault) -> S3Error {
    match fault {
        Fault::Skewed { presented, now, window } => error(
            403,
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
        )
        .with("RequestTime", presented.as_str())
        .with("ServerTime", now.to_rfc3339())
        .with("MaxAllowedSkewMilliseconds", (window * 1000).to_string()),
        Fault::NotYetValid { from, now, until } => {
            let mut refused = error(403, "AccessDenied", "Request is not yet valid")
                .with("X-Amz-Date", (from.epoch_seconds() * 1000).to_string());
            if let Some(until) = until {
                refused = refused.with("Expires", until.to_rfc3339());
            }
            refused.with("ServerTime", now.to_rfc3339())
        }
        Fault::Expired { at, now, lifetime } => expired(*at, *now, *lifetime),
        _ => error(403, "AccessDenied", "Access Denied"),
    }
}

fn expired(at: Timestamp, now: Timestamp, lifetime: Option<Duration>) -> S3Error {
    let refused = error(403, "AccessDenied", "Request has expired");
    // A Version 2 URL only says when it expires.
    let refused = match lifetime {
        Some(lifetime) => refused.with("X-Amz-Expires", lifetime.as_secs().to_string()),
        None => refused,
    };
    refused.with("Expires", at.to_rfc3339()).with("ServerTime", now.to_rfc3339())
}

fn of_scope(fault: &Fault) -> S3Error {
    match fault {
        Fault::Region { carrier, expected, presented } => {
            malformed(*carrier, &format!("the region '{presented}' is wrong; expecting '{expected}'"))
                .with("Region", expected.as_str())
        }
        Fault::Service { carrier, expected, presented } => {
            malformed(*carrier, &format!("incorrect service \"{presented}\". This endpoint belongs to \"{expected}\"."))
        }
        Fault::Terminator { carrier, expected, presented } => {
            malformed(*carrier, &format!("incorrect terminal \"{presented}\". This endpoint uses \"{expected}\"."))
        }
        Fault::ScopeDay { carrier: Carrier::Query, expected, presented } => query_error(format!(
            "Invalid credential date \"{presented}\". This date is not the same as X-Amz-Date: \"{expected}\"."
        )),
        _ => malformed(Carrier::Header, "Invalid credential date. Date is not the same as X-Amz-Date."),
    }
}

/// If no reply was quoted in public, the message begins like S3's and continues in sigvet's own words.
fn unreadable(carrier: Carrier, claim: &ClaimError) -> S3Error {
    match (carrier, claim) {
        (Carrier::Header, ClaimError::NoDate { .. } | ClaimError::Date { .. }) => {
            error(403, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header")
        }
        (Carrier::Header, ClaimError::Missing { .. }) => malformed(
            carrier,
            "the authorization header requires three components: Credential, SignedHeaders, and Signature.",
        ),
        (Carrier::Query, ClaimError::Missing { .. } | ClaimError::NoDate { .. }) => query_error(
            "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, \
             X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
        ),
        (Carrier::Query, ClaimError::Date { .. }) => {
            query_error("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
        }
        (_, ClaimError::Expires { .. }) => query_error("X-Amz-Expires should be a number"),
        (_, ClaimError::Credential { .. }) => malformed(
            carrier,
            "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".",
        ),
        (_, other) => malformed(carrier, &other.to_string()),
    }
}

fn malformed(carrier: Carrier, problem: &str) -> S3Error {
    match carrier {
        Carrier::Header => {
            error(400, "AuthorizationHeaderMalformed", format!("The authorization header is malformed; {problem}"))
        }
        Carrier::Query => query_error(format!("Error parsing the X-Amz-Credential parameter; {problem}")),
    }
}

fn query_error(message: impl Into<String>) -> S3Error {
    error(400, "AuthorizationQueryParametersError", message)
}

fn mismatch(verdict: Option<&Verdict>) -> S3Error {
    let mut refused = error(
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    );
    let Some((verdict, texts)) = verdict.and_then(|verdict| Some((verdict, Quoted::of(verdict)?))) else {
        return refused;
    };
    refused = refused
        .with("AWSAccessKeyId", verdict.claimed.access_key_id())
        .with("StringToSign", texts::lossy(&texts.string_to_sign))
        .with("SignatureProvided", verdict.claimed.signature().as_str())
        .with("StringToSignBytes", texts::hex_bytes(&texts.string_to_sign));
    if let Some(text) = texts.canonical_request {
        refused = refused
            .with("CanonicalRequest", texts::lossy(&text))
            .with("CanonicalRequestBytes", texts::hex_bytes(&text));
    }
    refused
}

/// S3 writes the declared digest in hex and the computed digest in base64.
fn checksum(name: &str, presented: &str, computed: &str) -> S3Error {
    if !name.eq_ignore_ascii_case("content-md5") {
        let algorithm = name.rsplit('-').next().unwrap_or(name).to_uppercase();
        let message = format!("The {algorithm} you specified did not match the calculated checksum.");
        return error(400, "BadDigest", message);
    }
    let told = BASE64_STANDARD.decode(presented).map_or_else(|_| presented.to_owned(), hex::encode);
    error(400, "BadDigest", "The Content-MD5 you specified did not match what we received.")
        .with("ExpectedDigest", told)
        .with("CalculatedDigest", computed)
}

/// Turns a fragment into a complete sentence.
fn sentence(fragment: &str) -> String {
    let mut characters = fragment.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect::<String>() + ".")
}

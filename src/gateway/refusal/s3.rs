//! A refusal in S3's words: status, code, message, and the fields that go with it (*Error responses* of the API reference).

use sigvet_core::verify::Verdict;

use super::fault::{Carrier, Fault};
use super::texts;

/// Status, code, message, further elements.
pub struct S3Error {
    /// `403`.
    pub status: u16,
    /// `SignatureDoesNotMatch`.
    pub code: &'static str,
    /// What S3 says.
    pub message: String,
    /// Elements between message and request ID.
    pub fields: Vec<(&'static str, String)>,
}

fn error(status: u16, code: &'static str, message: impl Into<String>) -> S3Error {
    S3Error { status, code, message: message.into(), fields: Vec::new() }
}

impl S3Error {
    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    /// As S3 would say it.
    pub fn of(fault: &Fault, verdict: Option<&Verdict>) -> Self {
        match fault {
            Fault::NotSigned => error(403, "AccessDenied", "Access Denied"),
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
            Fault::Malformed { carrier, problem } => malformed(*carrier, problem),
            Fault::FormMalformed(problem) => error(400, "MalformedPOSTRequest", sentence(problem)),
            Fault::KeyUnknown(id) => {
                error(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")
                    .with("AWSAccessKeyId", id.as_str())
            }
            Fault::Mismatch | Fault::ChunkMismatch => mismatch(verdict),
            Fault::Skewed { presented, now, window } => error(
                403,
                "RequestTimeTooSkewed",
                "The difference between the request time and the current time is too large.",
            )
            .with("RequestTime", presented.as_str())
            .with("ServerTime", now.to_rfc3339())
            .with("MaxAllowedSkewMilliseconds", (window * 1000).to_string()),
            Fault::Expired { at, now } => error(403, "AccessDenied", "Request has expired")
                .with("Expires", at.to_rfc3339())
                .with("ServerTime", now.to_rfc3339()),
            Fault::NotYetValid { from } => {
                error(403, "AccessDenied", "Request is not yet valid").with("X-Amz-Date", from.as_str())
            }
            Fault::ExpiresTooLong => error(
                400,
                "AuthorizationQueryParametersError",
                "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than \
                 604800 seconds",
            ),
            Fault::Region { carrier, expected, presented } => {
                malformed(*carrier, &format!("the region '{presented}' is wrong; expecting '{expected}'"))
                    .with("Region", expected.as_str())
            }
            Fault::Service { carrier, expected, presented } => malformed(
                *carrier,
                &format!("incorrect service \"{presented}\". This endpoint belongs to \"{expected}\"."),
            ),
            Fault::ScopeDay { carrier, expected, presented } => malformed(
                *carrier,
                &format!(
                    "Invalid credential date \"{presented}\". This date is not the same as X-Amz-Date: \"{expected}\"."
                ),
            ),
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
            Fault::Checksum(name) => error(400, "BadDigest", checksum_message(name)),
            Fault::Framing(problem) => error(400, "IncompleteBody", sentence(problem)),
            Fault::Policy(problem) => error(403, "AccessDenied", format!("Invalid according to Policy: {problem}")),
            Fault::Other(problem) => error(400, "InvalidRequest", sentence(problem)),
        }
    }
}

fn malformed(carrier: Carrier, problem: &str) -> S3Error {
    match carrier {
        Carrier::Header => {
            error(400, "AuthorizationHeaderMalformed", format!("The authorization header is malformed; {problem}"))
        }
        Carrier::Query => error(
            400,
            "AuthorizationQueryParametersError",
            format!("Error parsing the X-Amz-Credential parameter; {problem}"),
        ),
    }
}

fn mismatch(verdict: Option<&Verdict>) -> S3Error {
    let mut refused = error(
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    );
    if let Some(verdict) = verdict {
        refused = refused
            .with("AWSAccessKeyId", verdict.claimed.access_key_id())
            .with("StringToSign", texts::lossy(verdict.texts.string_to_sign()))
            .with("SignatureProvided", verdict.claimed.signature().as_str())
            .with("StringToSignBytes", texts::hex_bytes(verdict.texts.string_to_sign()));
        if let Some((_, derivation)) = verdict.as_v4() {
            let text = derivation.canonical_request.as_bytes();
            refused = refused
                .with("CanonicalRequest", texts::lossy(text))
                .with("CanonicalRequestBytes", texts::hex_bytes(text));
        }
    }
    refused
}

fn checksum_message(name: &str) -> String {
    if name.eq_ignore_ascii_case("content-md5") {
        return "The Content-MD5 you specified did not match what we received.".to_owned();
    }
    let algorithm = name.rsplit('-').next().unwrap_or(name).to_uppercase();
    format!("The {algorithm} you specified did not match the calculated checksum.")
}

/// A fragment as a sentence of its own.
fn sentence(fragment: &str) -> String {
    let mut characters = fragment.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect::<String>() + ".")
}

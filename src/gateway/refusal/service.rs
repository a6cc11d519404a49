//! Refusals of services other than S3: a kind and a message, whatever the format (*Common errors* and *Troubleshooting
//! Signature Version 4* of the IAM user guide, and replies quoted in public).

use std::time::Duration;

use sigvet_core::claim::ClaimError;
use sigvet_core::time::Timestamp;
use sigvet_core::verify::Verdict;

use super::dialect::Dialect;
use super::fault::{Carrier, Fault};
use super::s3::S3Error;
use super::texts::{self, Quoted};

const MISSING: &str = "MissingAuthenticationTokenException";
/// The kind of error for a signature that cannot be parsed.
pub const INCOMPLETE: &str = "IncompleteSignatureException";
const UNRECOGNIZED: &str = "UnrecognizedClientException";
const INVALID: &str = "InvalidSignatureException";
/// The kind of error for a request that is not allowed.
pub const DENIED: &str = "AccessDeniedException";
/// The kind of error for a service that cannot answer now.
pub const UNAVAILABLE: &str = "ServiceUnavailableException";
/// The message of IAM Roles Anywhere for a certificate that none of its trust anchors vouches for
/// (aws/rolesanywhere-credential-helper, issue 108).
const UNTRUSTED: &str = "Untrusted signing certificate";
/// EC2's error code for nearly every refusal.
pub const EC2_FAILURE: &str = "AuthFailure";

/// The kind and the message of an error. The kind is that of the JSON protocol; the query protocol has its own names.
pub struct ServiceError {
    /// `InvalidSignatureException`.
    pub kind: &'static str,
    /// The message of the service.
    pub message: String,
}

/// Translates the kinds that have a different name in the query protocol.
pub fn query_code(kind: &'static str) -> &'static str {
    match kind {
        INVALID => "SignatureDoesNotMatch",
        UNRECOGNIZED => "InvalidClientTokenId",
        MISSING => "MissingAuthenticationToken",
        INCOMPLETE => "IncompleteSignature",
        DENIED => "AccessDenied",
        UNAVAILABLE => "ServiceUnavailable",
        other => other,
    }
}

impl ServiceError {
    /// The error with which the service reports this fault.
    pub fn of(fault: &Fault, verdict: Option<&Verdict>, dialect: Dialect) -> Self {
        if dialect == Dialect::Ec2 {
            return Self::of_ec2(fault);
        }
        let (kind, message) = match fault {
            Fault::NotSigned => (MISSING, missing(dialect).to_owned()),
            Fault::SignedTwice => (
                INVALID,
                "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.".to_owned(),
            ),
            Fault::KeyUnknown(_) | Fault::TokenMissing(_) | Fault::Token => {
                (UNRECOGNIZED, "The security token included in the request is invalid.".to_owned())
            }
            Fault::Unreadable { carrier, error } => (INCOMPLETE, unreadable(*carrier, error)),
            Fault::Malformed { problem, .. } | Fault::FormMalformed(problem) => (INCOMPLETE, problem.clone()),
            Fault::Algorithm => (
                INCOMPLETE,
                "Unsupported AWS 'algorithm': the Authorization header must name AWS4-HMAC-SHA256.".to_owned(),
            ),
            Fault::Untrusted => (DENIED, UNTRUSTED.to_owned()),
            other => (INVALID, invalid(other, verdict)),
        };
        Self { kind, message }
    }

    /// EC2 gives the same answer to a wrong signature, key, scope or clock, and quotes no texts. Its answer to a
    /// header that cannot be parsed is not documented.
    fn of_ec2(fault: &Fault) -> Self {
        let (kind, message) = match fault {
            Fault::NotSigned => ("MissingParameter", "The request must contain the parameter AWSAccessKeyId"),
            Fault::Expired { .. } => ("RequestExpired", "Request has expired."),
            _ => (EC2_FAILURE, "AWS was not able to validate the provided access credentials"),
        };
        Self { kind, message: message.to_owned() }
    }
}

/// API Gateway words this differently from other services.
fn missing(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Rest => "Missing Authentication Token",
        _ => "Request is missing Authentication Token",
    }
}

/// AWS quotes the whole header after this. Left out here: it would put a signature into a log.
fn unreadable(carrier: Carrier, error: &ClaimError) -> String {
    match (carrier, error) {
        (Carrier::Header, ClaimError::Missing { part, .. }) => {
            format!("Authorization header requires '{part}' parameter.")
        }
        (Carrier::Query, ClaimError::Missing { part, .. }) => {
            format!("AWS query-string parameters must include '{part}'. Re-examine the query-string parameters.")
        }
        (_, ClaimError::NoDate { .. }) => {
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.".to_owned()
        }
        (_, ClaimError::Date { source, .. }) => format!(
            "Date must be in ISO-8601 'basic format'. Got '{}'. See http://en.wikipedia.org/wiki/ISO_8601",
            source.presented
        ),
        (_, ClaimError::Credential { presented, .. }) => format!(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got \
             '{presented}'"
        ),
        (_, other) => other.to_string(),
    }
}

fn invalid(fault: &Fault, verdict: Option<&Verdict>) -> String {
    match fault {
        Fault::Skewed { presented, now, window } => skewed(*presented, *now, Duration::from_secs(*window)),
        Fault::Expired { at, now, lifetime } => expired(*at, *now, *lifetime),
        Fault::Region { presented, .. } => {
            format!("Credential should be scoped to a valid region, not '{presented}'. ")
        }
        Fault::Service { expected, .. } => format!("Credential should be scoped to correct service: '{expected}'. "),
        Fault::Terminator { expected, presented, .. } => {
            format!("Credential should be scoped with a valid terminator: '{expected}', not '{presented}'. ")
        }
        Fault::ScopeDay { expected, presented, .. } => {
            let date = verdict.and_then(|verdict| verdict.claimed.signed_at());
            let from = date.map(|date| format!(", from '{}'", date.as_str())).unwrap_or_default();
            format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
                 '{presented}' != '{expected}'{from}."
            )
        }
        Fault::HeadersUnsigned(names) if names.iter().any(|name| name == "host") => {
            "'Host' must be a 'SignedHeader' in the AWS Authorization.".to_owned()
        }
        Fault::Mismatch => mismatch(verdict),
        // These services hash the payload themselves, so a different payload means a different signature.
        Fault::Payload { .. } | Fault::ChunkMismatch => mismatch(None),
        // Only S3 has these rules, with an error code for each.
        other => S3Error::of(other, None).message,
    }
}

fn skewed(presented: Timestamp, now: Timestamp, window: Duration) -> String {
    if presented.seconds_until(now) > 0 {
        return too_old(presented, now, window);
    }
    format!(
        "Signature not yet current: {} is still later than {} ({} + {} min.)",
        presented.as_str(),
        now.plus(window).as_str(),
        now.as_str(),
        window.as_secs() / 60
    )
}

fn too_old(presented: Timestamp, now: Timestamp, window: Duration) -> String {
    let earliest = Timestamp::from_epoch_seconds(now.epoch_seconds() - window.as_secs().cast_signed());
    format!(
        "Signature expired: {} is now earlier than {} ({} - {} min.)",
        presented.as_str(),
        earliest.as_str(),
        now.as_str(),
        window.as_secs() / 60
    )
}

/// These services limit a presigned URL as they limit a signature in a header, and report both in the same words.
fn expired(at: Timestamp, now: Timestamp, lifetime: Option<Duration>) -> String {
    match lifetime {
        Some(lifetime) => {
            let presented = Timestamp::from_epoch_seconds(at.epoch_seconds() - lifetime.as_secs().cast_signed());
            too_old(presented, now, lifetime)
        }
        None => format!("Signature expired: {} is now earlier than {}", at.as_str(), now.as_str()),
    }
}

fn mismatch(verdict: Option<&Verdict>) -> String {
    let message = "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
                   Access Key and signing method. Consult the service documentation for details.";
    let Some(texts) = verdict.and_then(Quoted::of) else { return message.to_owned() };
    let canonical = texts
        .canonical_request
        .map(|text| format!("\n\nThe Canonical String for this request should have been\n'{}'", texts::lossy(&text)));
    let to_sign = texts::lossy(&texts.string_to_sign);
    format!("{message}{}\n\nThe String-to-Sign should have been\n'{to_sign}'\n", canonical.unwrap_or_default())
}

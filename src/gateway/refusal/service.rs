//! A refusal in the words of the services that are not S3: one kind, one message, whatever it is wrapped in (*Common errors*
//! and *Troubleshooting Signature Version 4* of the IAM user guide).

use sigvet_core::time::Timestamp;
use sigvet_core::verify::Verdict;
use std::time::Duration;

use super::fault::Fault;
use super::texts;

/// Kind and message. The kind is that of JSON; the query protocol drops `Exception`.
pub struct ServiceError {
    /// `403`.
    pub status: u16,
    /// `InvalidSignatureException`.
    pub kind: &'static str,
    /// What the service says.
    pub message: String,
}

/// The kinds of which the query protocol has another name.
pub fn query_code(kind: &'static str) -> &'static str {
    match kind {
        "InvalidSignatureException" => "SignatureDoesNotMatch",
        "UnrecognizedClientException" => "InvalidClientTokenId",
        "MissingAuthenticationTokenException" => "MissingAuthenticationToken",
        "IncompleteSignatureException" => "IncompleteSignature",
        other => other,
    }
}

impl ServiceError {
    /// As the service would say it.
    pub fn of(fault: &Fault, verdict: Option<&Verdict>) -> Self {
        let (kind, message) = match fault {
            Fault::NotSigned => ("MissingAuthenticationTokenException", "Missing Authentication Token".to_owned()),
            Fault::KeyUnknown(_) | Fault::Token => {
                ("UnrecognizedClientException", "The security token included in the request is invalid.".to_owned())
            }
            Fault::Malformed { problem, .. } | Fault::FormMalformed(problem) => {
                ("IncompleteSignatureException", problem.clone())
            }
            Fault::Algorithm => (
                "IncompleteSignatureException",
                "Unsupported AWS 'algorithm': the Authorization header must name AWS4-HMAC-SHA256.".to_owned(),
            ),
            Fault::Skewed { presented, now, window } => {
                ("InvalidSignatureException", skewed(*presented, *now, *window))
            }
            Fault::Expired { at, now } => (
                "InvalidSignatureException",
                format!("Signature expired: {} is now earlier than {}", at.as_str(), now.as_str()),
            ),
            Fault::Region { presented, .. } => (
                "InvalidSignatureException",
                format!("Credential should be scoped to a valid region, not '{presented}'. "),
            ),
            Fault::Service { expected, .. } => {
                ("InvalidSignatureException", format!("Credential should be scoped to correct service: '{expected}'. "))
            }
            Fault::ScopeDay { expected, presented, .. } => (
                "InvalidSignatureException",
                format!(
                    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
                     '{presented}' != '{expected}'."
                ),
            ),
            Fault::Mismatch => ("InvalidSignatureException", mismatch(verdict)),
            _ => ("InvalidSignatureException", plain(fault)),
        };
        Self { status: 403, kind, message }
    }
}

fn skewed(presented: Timestamp, now: Timestamp, window: u64) -> String {
    let (minutes, edge) = (window / 60, Duration::from_secs(window));
    if presented.seconds_until(now) > 0 {
        let earliest = Timestamp::from_epoch_seconds(now.epoch_seconds() - window.cast_signed());
        return format!(
            "Signature expired: {} is now earlier than {} ({} - {minutes} min.)",
            presented.as_str(),
            earliest.as_str(),
            now.as_str()
        );
    }
    let latest = now.plus(edge);
    format!(
        "Signature not yet current: {} is still later than {} ({} + {minutes} min.)",
        presented.as_str(),
        latest.as_str(),
        now.as_str()
    )
}

fn mismatch(verdict: Option<&Verdict>) -> String {
    let mut message =
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
                       Access Key and signing method. Consult the service documentation for details."
            .to_owned();
    let Some(verdict) = verdict else { return message };
    if let Some((_, derivation)) = verdict.as_v4() {
        let canonical = texts::lossy(derivation.canonical_request.as_bytes());
        message += &format!("\n\nThe Canonical String for this request should have been\n'{canonical}'");
    }
    let to_sign = texts::lossy(verdict.texts.string_to_sign());
    message + &format!("\n\nThe String-to-Sign should have been\n'{to_sign}'\n")
}

/// What S3 alone has a code for.
fn plain(fault: &Fault) -> String {
    super::s3::S3Error::of(fault, None).message
}

//! Why a request is refused, independent of the wording of any service.

use std::time::Duration;

use sigvet_core::claim::ClaimError;
use sigvet_core::derivation::Placement;
use sigvet_core::form::Violation;
use sigvet_core::stream::StreamFault;
use sigvet_core::time::Timestamp;
use sigvet_core::verify::{CertificateFault, Claimed, Finding, Severity, Verdict, VerifyError};

/// The one reason that a server reports, even if there are several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The request is not signed.
    NotSigned,
    /// The request has two signatures.
    SignedTwice,
    /// The signing algorithm is unknown.
    Algorithm,
    /// The `Authorization` header, or the parameters of a URL, cannot be read.
    Unreadable {
        /// Where the signature is.
        carrier: Carrier,
        /// The parse error.
        error: ClaimError,
    },
    /// The `Authorization` header, or the parameters of a URL, are malformed or inconsistent.
    Malformed {
        /// Where the signature is.
        carrier: Carrier,
        /// The problem.
        problem: String,
    },
    /// A form cannot be parsed.
    FormMalformed(String),
    /// The access key ID is unknown.
    KeyUnknown(String),
    /// The signature does not match.
    Mismatch,
    /// The signature of a chunk or of the trailers does not match.
    ChunkMismatch,
    /// The clock skew between the request and the server is too large.
    Skewed {
        /// The time of the request.
        presented: Timestamp,
        /// The time of the server.
        now: Timestamp,
        /// The maximum clock skew in seconds.
        window: u64,
    },
    /// The URL has expired.
    Expired {
        /// When it expired.
        at: Timestamp,
        /// The time of the server.
        now: Timestamp,
        /// The lifetime of the URL, if the URL says when it was signed.
        lifetime: Option<Duration>,
    },
    /// The policy of a form has expired.
    PolicyExpired,
    /// The URL is not valid yet.
    NotYetValid {
        /// When it becomes valid.
        from: Timestamp,
        /// The time of the server.
        now: Timestamp,
        /// When it expires.
        until: Option<Timestamp>,
    },
    /// The URL would be valid for more than a week.
    ExpiresTooLong,
    /// The credential scope has a different region.
    Region {
        /// Where the signature is.
        carrier: Carrier,
        /// The server's region.
        expected: String,
        /// The region in the scope.
        presented: String,
    },
    /// The credential scope has a different service.
    Service {
        /// Where the signature is.
        carrier: Carrier,
        /// The server's service.
        expected: String,
        /// The service in the scope.
        presented: String,
    },
    /// The date in the credential scope differs from the date of the request.
    ScopeDay {
        /// Where the signature is.
        carrier: Carrier,
        /// The date of the request.
        expected: String,
        /// The date in the scope.
        presented: String,
    },
    /// The credential scope does not end in `aws4_request`.
    Terminator {
        /// Where the signature is.
        carrier: Carrier,
        /// The expected last part of the scope.
        expected: String,
        /// The last part of the scope.
        presented: String,
    },
    /// The session token of this access key ID is missing.
    TokenMissing(String),
    /// The session token does not match.
    Token,
    /// Headers that must be signed but are not.
    HeadersUnsigned(Vec<String>),
    /// The payload hash does not match.
    Payload {
        /// The hash that the request declares.
        presented: String,
        /// The hash of the payload that arrived.
        computed: String,
    },
    /// The header with the payload hash is missing.
    PayloadHeaderMissing(String),
    /// A checksum or the Content-MD5 does not match.
    Checksum {
        /// The name of the header.
        name: String,
        /// The value that the request declares.
        presented: String,
        /// The value computed from the payload that arrived.
        computed: String,
    },
    /// The chunk framing is invalid.
    Framing(String),
    /// A form violates its policy.
    Policy(Violation),
    /// No trust anchor vouches for the certificate that signed.
    Untrusted,
    /// The path of the URL cannot be percent-decoded.
    Path,
    /// Anything else.
    Other(String),
}

/// Where a signature is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// In the `Authorization` header.
    Header,
    /// In the query string of a URL.
    Query,
}

impl Fault {
    /// The fault of a request that has no signature to check.
    pub fn of_error(error: &VerifyError, is_query: bool) -> Self {
        let carrier = if is_query { Carrier::Query } else { Carrier::Header };
        match error {
            VerifyError::V4(error) | VerifyError::V2(error) => match error {
                ClaimError::NotSigned => Self::NotSigned,
                ClaimError::SignedTwice => Self::SignedTwice,
                ClaimError::Algorithm { .. } | ClaimError::Procedure { .. } => Self::Algorithm,
                other => Self::Unreadable { carrier, error: other.clone() },
            },
            VerifyError::Form(error) => Self::FormMalformed(error.to_string()),
            other => Self::Other(other.to_string()),
        }
    }

    /// The fault that a server would report first: it checks the key, the clock, the scope, the signature and the
    /// payload, in this order.
    pub fn of_verdict(verdict: &Verdict) -> Option<Self> {
        let mut faults: Vec<Self> = verdict
            .findings
            .iter()
            .filter(|finding| finding.severity() != Severity::Note)
            .map(|finding| of_finding(finding, &verdict.claimed))
            .collect();
        let unsigned: Vec<String> = faults.iter().filter_map(Self::unsigned_headers).flatten().cloned().collect();
        faults.sort_by_key(Self::rank);
        match faults.into_iter().next()? {
            Self::HeadersUnsigned(_) => Some(Self::HeadersUnsigned(unsigned)),
            first => Some(first),
        }
    }

    fn unsigned_headers(&self) -> Option<&Vec<String>> {
        match self {
            Self::HeadersUnsigned(names) => Some(names),
            _ => None,
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::SignedTwice
            | Self::Unreadable { .. }
            | Self::Malformed { .. }
            | Self::FormMalformed(_)
            | Self::Path
            | Self::ExpiresTooLong => 0,
            Self::PayloadHeaderMissing(_) => 1,
            Self::KeyUnknown(_) => 2,
            Self::TokenMissing(_) | Self::Token => 3,
            Self::Skewed { .. } | Self::Expired { .. } | Self::PolicyExpired | Self::NotYetValid { .. } => 4,
            Self::Region { .. } | Self::Service { .. } | Self::ScopeDay { .. } | Self::Terminator { .. } => 5,
            Self::HeadersUnsigned(_) => 6,
            Self::Mismatch | Self::Untrusted => 7,
            Self::Policy(_) => 8,
            Self::Payload { .. } => 9,
            Self::ChunkMismatch | Self::Framing(_) => 10,
            Self::Checksum { .. } => 11,
            Self::NotSigned | Self::Algorithm | Self::Other(_) => 12,
        }
    }
}

fn carrier_of(claimed: &Claimed) -> Carrier {
    match claimed {
        Claimed::V4(claim) if matches!(claim.terms.placement, Placement::Query { .. }) => Carrier::Query,
        _ => Carrier::Header,
    }
}

fn of_finding(finding: &Finding, claimed: &Claimed) -> Fault {
    let carrier = carrier_of(claimed);
    match finding {
        Finding::SignatureMismatch => Fault::Mismatch,
        Finding::AccessKeyUnknown { presented, .. } => Fault::KeyUnknown(presented.clone()),
        Finding::TimeSkewed { now, presented, window } => {
            Fault::Skewed { presented: *presented, now: *now, window: window.as_secs() }
        }
        Finding::Expired { at, now } => Fault::Expired { at: *at, now: *now, lifetime: lifetime(claimed, *at) },
        Finding::NotYetValid { from, now } => {
            Fault::NotYetValid { from: *from, now: *now, until: claimed.expires_at() }
        }
        Finding::ExpiresOutOfBounds { .. } => Fault::ExpiresTooLong,
        Finding::ScopeRegion { expected, presented } | Finding::HostRegion { expected, presented } => {
            Fault::Region { carrier, expected: expected.clone(), presented: presented.clone() }
        }
        Finding::ScopeService { expected, presented } | Finding::HostService { expected, presented } => {
            Fault::Service { carrier, expected: expected.clone(), presented: presented.clone() }
        }
        Finding::ScopeDate { expected, presented } => {
            Fault::ScopeDay { carrier, expected: expected.clone(), presented: presented.clone() }
        }
        Finding::ScopeTerminator { expected, presented } => {
            Fault::Terminator { carrier, expected: expected.clone(), presented: presented.clone() }
        }
        Finding::TokenMissing { .. } => Fault::TokenMissing(claimed.access_key_id().to_owned()),
        Finding::TokenDiffers { .. } | Finding::TokenUnknown => Fault::Token,
        Finding::TokenUnsigned { name } | Finding::HeaderUnsigned { name } => {
            Fault::HeadersUnsigned(vec![name.clone()])
        }
        Finding::HostNotSigned => Fault::HeadersUnsigned(vec!["host".to_owned()]),
        Finding::PayloadMismatch { expected, presented } => {
            Fault::Payload { presented: presented.clone(), computed: expected.clone() }
        }
        Finding::PayloadHeaderMissing { name } => Fault::PayloadHeaderMissing(name.clone()),
        Finding::ChecksumMismatch { name, expected, presented } => checksum(name, presented, expected),
        Finding::SignedTwice => Fault::SignedTwice,
        // Version 2 at a server that accepts only one region or service.
        Finding::ScopeUnbound => Fault::Algorithm,
        Finding::Policy(Violation::Expired { .. }) => Fault::PolicyExpired,
        Finding::Policy(violation) => Fault::Policy(violation.clone()),
        Finding::Stream(fault) => of_stream(fault, finding),
        Finding::Certificate(CertificateFault::Untrusted) => Fault::Untrusted,
        Finding::AuthorizationForm { problem } => Fault::Malformed { carrier, problem: problem.clone() },
        other => Fault::Other(other.to_string()),
    }
}

fn lifetime(claimed: &Claimed, at: Timestamp) -> Option<Duration> {
    let seconds = claimed.signed_at()?.seconds_until(at);
    u64::try_from(seconds).ok().map(Duration::from_secs)
}

fn checksum(name: &str, presented: &str, computed: &str) -> Fault {
    Fault::Checksum { name: name.to_owned(), presented: presented.to_owned(), computed: computed.to_owned() }
}

/// The expected signature of a chunk is not included: with it, the sender could send the chunk again.
fn of_stream(fault: &StreamFault, finding: &Finding) -> Fault {
    match fault {
        StreamFault::ChunkSignature { .. }
        | StreamFault::TrailerSignature { .. }
        | StreamFault::ChunkUnsigned { .. } => Fault::ChunkMismatch,
        StreamFault::Checksum { name, expected, presented } => checksum(name, presented, expected),
        _ => Fault::Framing(finding.to_string()),
    }
}

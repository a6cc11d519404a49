//! Why a request is refused, in no service's words yet.

use std::time::Duration;

use sigvet_core::claim::ClaimError;
use sigvet_core::derivation::Placement;
use sigvet_core::form::Violation;
use sigvet_core::stream::StreamFault;
use sigvet_core::time::Timestamp;
use sigvet_core::verify::{Claimed, Finding, Severity, Verdict, VerifyError};

/// The one reason that a server gives, of all there may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// No signature.
    NotSigned,
    /// Two signatures.
    SignedTwice,
    /// An algorithm that nobody knows.
    Algorithm,
    /// The `Authorization` header, or the parameters of a URL, cannot be read.
    Unreadable {
        /// Where they stand.
        carrier: Carrier,
        /// Why.
        error: ClaimError,
    },
    /// The `Authorization` header, or the parameters of a URL, contradict themselves.
    Malformed {
        /// Where they stand.
        carrier: Carrier,
        /// What is wrong.
        problem: String,
    },
    /// A form cannot be read.
    FormMalformed(String),
    /// Nobody has that key.
    KeyUnknown(String),
    /// The signature is another one.
    Mismatch,
    /// A chunk, or the trailer, has another signature.
    ChunkMismatch,
    /// The clocks are too far apart.
    Skewed {
        /// The request's time.
        presented: Timestamp,
        /// The server's.
        now: Timestamp,
        /// How far they may be apart, in seconds.
        window: u64,
    },
    /// The URL has come to its end.
    Expired {
        /// Then.
        at: Timestamp,
        /// The server's clock.
        now: Timestamp,
        /// How long it lasted, if it says when it was signed.
        lifetime: Option<Duration>,
    },
    /// The policy of a form has come to its end.
    PolicyExpired,
    /// The URL starts later.
    NotYetValid {
        /// Then.
        from: Timestamp,
        /// The server's clock.
        now: Timestamp,
        /// When it ends.
        until: Option<Timestamp>,
    },
    /// A URL that would last longer than a week.
    ExpiresTooLong,
    /// The scope is for another region.
    Region {
        /// Where the scope stands.
        carrier: Carrier,
        /// The server's.
        expected: String,
        /// The scope's.
        presented: String,
    },
    /// The scope is for another service.
    Service {
        /// Where the scope stands.
        carrier: Carrier,
        /// The server's.
        expected: String,
        /// The scope's.
        presented: String,
    },
    /// The day of the scope is another than that of the request.
    ScopeDay {
        /// Where the scope stands.
        carrier: Carrier,
        /// That of the request.
        expected: String,
        /// That of the scope.
        presented: String,
    },
    /// The scope does not end in `aws4_request`.
    Terminator {
        /// Where the scope stands.
        carrier: Carrier,
        /// The word that should stand there.
        expected: String,
        /// The scope's.
        presented: String,
    },
    /// The session token of this key is missing.
    TokenMissing(String),
    /// The session token is another one.
    Token,
    /// Headers that must be signed and are not.
    HeadersUnsigned(Vec<String>),
    /// The payload has another hash.
    Payload {
        /// As the request says.
        presented: String,
        /// As it arrived.
        computed: String,
    },
    /// The payload's hash is not said.
    PayloadHeaderMissing(String),
    /// A checksum, or a Content-MD5, is another one.
    Checksum {
        /// The header.
        name: String,
        /// As the request says.
        presented: String,
        /// As it arrived.
        computed: String,
    },
    /// The chunks are not framed as they should be.
    Framing(String),
    /// A form breaks its policy.
    Policy(Violation),
    /// The path of the URL cannot be decoded.
    Path,
    /// Anything else.
    Other(String),
}

/// Where a signature stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// In `Authorization`.
    Header,
    /// In the query of a URL.
    Query,
}

impl Fault {
    /// Of a request that makes no claim.
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

    /// The reason that a server comes upon first: it looks at the key, the clock, the scope, the signature, the payload.
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
            Self::Mismatch => 7,
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
        // Version 2, where only one region or service is taken.
        Finding::ScopeUnbound => Fault::Algorithm,
        Finding::Policy(Violation::Expired { .. }) => Fault::PolicyExpired,
        Finding::Policy(violation) => Fault::Policy(violation.clone()),
        Finding::Stream(fault) => of_stream(fault, finding),
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

/// The signature that a chunk should have is not told: with it whoever sent the chunk could send it again.
fn of_stream(fault: &StreamFault, finding: &Finding) -> Fault {
    match fault {
        StreamFault::ChunkSignature { .. }
        | StreamFault::TrailerSignature { .. }
        | StreamFault::ChunkUnsigned { .. } => Fault::ChunkMismatch,
        StreamFault::Checksum { name, expected, presented } => checksum(name, presented, expected),
        _ => Fault::Framing(finding.to_string()),
    }
}

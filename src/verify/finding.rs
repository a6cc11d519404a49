//! What a server finds wrong with a signed request besides, and including, its signature.

use std::fmt;
use std::time::Duration;

use super::chunks;
use crate::canonical::{PayloadHash, query};
use crate::claim::Claim;
use crate::credentials::Secret;
use crate::derivation::Placement;
use crate::form::Violation;
use crate::prepare::EXPIRES_LIMITS;
use crate::request::Request;
use crate::scheme::Scheme;
use crate::stream::{self, StreamFault};
use crate::time::{Timestamp, in_words};

/// One thing found. Its text is a lower-case fragment; its [`id`](Finding::id) is a public contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The signature is not the one that the key gives.
    SignatureMismatch,
    /// The request names another access key than the judge has.
    AccessKeyUnknown {
        /// The judge's.
        expected: String,
        /// The request's.
        presented: String,
    },
    /// The clock of the signer is off.
    TimeSkewed {
        /// The server's clock.
        now: Timestamp,
        /// The request's time.
        presented: Timestamp,
        /// How far they may be apart.
        window: Duration,
    },
    /// A presigned URL whose time has run out.
    Expired {
        /// When it did.
        at: Timestamp,
        /// The server's clock.
        now: Timestamp,
    },
    /// A presigned URL that starts in the future.
    NotYetValid {
        /// When it starts.
        from: Timestamp,
        /// The server's clock.
        now: Timestamp,
    },
    /// A life below a second or over seven days.
    ExpiresOutOfBounds {
        /// Seconds.
        presented: u64,
    },
    /// The day of the scope is not the day of the request.
    ScopeDate {
        /// The day of the request.
        expected: String,
        /// The day in the scope.
        presented: String,
    },
    /// The scope does not end as the dialect's scopes do.
    ScopeTerminator {
        /// The dialect's.
        expected: String,
        /// The scope's.
        presented: String,
    },
    /// Version 4A without the set of regions that the signature is meant for.
    RegionSetMissing {
        /// The header or parameter that would carry it.
        name: String,
    },
    /// Temporary credentials without their session token.
    TokenMissing {
        /// The header or parameter that would carry it.
        name: String,
    },
    /// Another session token than that of the credentials. Neither is quoted.
    TokenDiffers {
        /// The header or parameter that carries it.
        name: String,
    },
    /// A session token, and credentials that have none to compare it with.
    TokenUnknown,
    /// The declared hash is not that of the body.
    PayloadMismatch {
        /// The hash of the body.
        expected: String,
        /// The hash in the header.
        presented: String,
    },
    /// A checksum that is not that of the body (*Checking object integrity in Amazon S3*).
    ChecksumMismatch {
        /// The header.
        name: String,
        /// The checksum of the body.
        expected: String,
        /// The checksum in the header.
        presented: String,
    },
    /// S3 wants the payload's hash declared, and it is not.
    PayloadHeaderMissing {
        /// The header.
        name: String,
    },
    /// `host` is not signed.
    HostNotSigned,
    /// A header of the provider's own is sent and not signed.
    HeaderUnsigned {
        /// The header.
        name: String,
    },
    /// A header is signed and was not sent.
    HeaderMissing {
        /// The header.
        name: String,
    },
    /// An upload by form breaks its policy.
    Policy(Violation),
    /// The payload is declared to come in chunks, and something is wrong with them.
    Stream(StreamFault),
}

impl Finding {
    /// The name in the catalogue of signing mistakes; a bare mismatch has none, for its cause is not known yet.
    pub fn id(&self) -> Option<&'static str> {
        Some(match self {
            Self::SignatureMismatch => return None,
            Self::AccessKeyUnknown { .. } => "access-key-unknown",
            Self::TimeSkewed { .. } => "time-skewed",
            Self::Expired { .. } => "expired",
            Self::NotYetValid { .. } => "not-yet-valid",
            Self::ExpiresOutOfBounds { .. } => "expires-too-long",
            Self::ScopeDate { .. } => "scope-date",
            Self::ScopeTerminator { .. } => "scope-order",
            Self::RegionSetMissing { .. } => "region-set-missing",
            Self::TokenMissing { .. } => "token-missing",
            Self::TokenDiffers { .. } | Self::TokenUnknown => "token-invalid",
            Self::PayloadMismatch { .. } => "payload-header-mismatch",
            Self::ChecksumMismatch { .. } => "checksum-mismatch",
            Self::PayloadHeaderMissing { .. } => "payload-header-missing",
            Self::HostNotSigned => "host-not-signed",
            Self::HeaderUnsigned { .. } => "header-amz-unsigned",
            Self::HeaderMissing { .. } => "header-missing",
            Self::Policy(violation) => violation.id(),
            Self::Stream(fault) => return chunks::id(fault),
        })
    }

    /// Whether a server refuses the request for it. A signed header that was not sent is no such thing by itself: where it
    /// mattered, the signature differs. Nor is a token that nobody here can judge.
    pub fn is_fatal(&self) -> bool {
        !matches!(self, Self::HeaderMissing { .. } | Self::TokenUnknown)
    }

    /// Whether arithmetic on dates shows it.
    pub fn is_about_time(&self) -> bool {
        matches!(
            self,
            Self::TimeSkewed { .. }
                | Self::Expired { .. }
                | Self::NotYetValid { .. }
                | Self::ScopeDate { .. }
                | Self::Policy(Violation::Expired { .. })
        )
    }
}

/// Where a finding lies, what stands there, what should, and what to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The part of the request.
    pub place: &'static str,
    /// What stands there.
    pub presented: String,
    /// What should, or the bound that was passed.
    pub expected: String,
    /// What to change.
    pub fix: String,
}

impl Finding {
    /// The finding, taken apart.
    pub fn facts(&self) -> Facts {
        let facts = |place, presented: &dyn fmt::Display, expected: &dyn fmt::Display, fix: &str| {
            let (presented, expected, fix) = (presented.to_string(), expected.to_string(), fix.to_owned());
            Facts { place, presented, expected, fix }
        };
        match self {
            Self::SignatureMismatch => facts("signature", &"", &"", "run sigvet explain"),
            Self::AccessKeyUnknown { expected, presented } => facts(
                "credential",
                presented,
                expected,
                "sign with the key that the server knows, or judge by the other key",
            ),
            Self::TimeSkewed { now, presented, .. } => facts("date", presented, now, "set the clock of the signer"),
            Self::Expired { at, now } => {
                facts("expires", &at.to_rfc3339(), &now.to_rfc3339(), "make a new URL, or a longer life")
            }
            Self::NotYetValid { from, now } => {
                facts("date", &from.to_rfc3339(), &now.to_rfc3339(), "set the clock of the signer, or wait")
            }
            Self::ExpiresOutOfBounds { presented } => {
                facts("expires", presented, &"1 to 604800", "choose a life of at most 7 days")
            }
            Self::ScopeDate { expected, presented } => {
                facts("scope", presented, expected, "take the scope's day from the very timestamp that is sent")
            }
            Self::ScopeTerminator { expected, presented } => {
                facts("scope", presented, expected, "end the credential scope as the provider does")
            }
            Self::RegionSetMissing { name } => {
                facts("scope", &"", name, "name the regions that the signature is for, or *, and sign that")
            }
            Self::TokenMissing { name } => {
                facts("token", &"", name, "send the session token with the request, and sign it")
            }
            Self::TokenDiffers { name } => facts("token", &"", name, "send the token that came with the access key"),
            Self::TokenUnknown => facts("token", &"", &"", "give the credentials with their session token"),
            Self::PayloadMismatch { expected, presented } => {
                facts("payload", presented, expected, "hash the very bytes that are sent")
            }
            Self::ChecksumMismatch { expected, presented, .. } => {
                facts("payload", presented, expected, "make the checksum of the very bytes that are sent")
            }
            Self::PayloadHeaderMissing { name } => facts("payload", &"", name, "send the header and sign it"),
            Self::HostNotSigned => facts("signed-headers", &"", &"host", "sign the host header"),
            Self::HeaderUnsigned { name } => {
                facts("signed-headers", &"", name, "sign every header of the provider's own")
            }
            Self::HeaderMissing { name } => {
                facts("headers", &"", name, "send the header as it was signed, or do not sign it")
            }
            Self::Policy(violation) => {
                let (presented, expected) = violation.sides();
                facts("policy", &presented, &expected, "send what the policy allows, or sign another policy")
            }
            Self::Stream(fault) => chunks::facts(fault),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SignatureMismatch => f.write_str("the signature does not match"),
            Self::AccessKeyUnknown { expected, presented } => {
                write!(f, "the request is signed with key {presented}, the key at hand is {expected}")
            }
            Self::TimeSkewed { now, presented, window } => {
                let off = presented.seconds_until(*now);
                let (amount, side) = (in_words(off.unsigned_abs()), if off > 0 { "behind" } else { "ahead of" });
                let window = in_words(window.as_secs());
                write!(f, "the request's time {presented} is {amount} {side} {now}, more than {window}")
            }
            Self::Expired { at, now } => {
                let ago = in_words(at.seconds_until(*now).unsigned_abs());
                write!(f, "the URL expired at {}, {ago} ago", at.to_rfc3339())
            }
            Self::NotYetValid { from, now } => {
                let left = in_words(now.seconds_until(*from).unsigned_abs());
                write!(f, "the URL is valid from {} on, in {left}", from.to_rfc3339())
            }
            Self::ExpiresOutOfBounds { presented } => {
                write!(f, "a presigned URL lives 1 second to 7 days (604800 s), not {presented} s")
            }
            Self::ScopeDate { expected, presented } => {
                write!(f, "the credential scope is of day {presented}, the request of day {expected}")
            }
            Self::ScopeTerminator { expected, presented } => {
                write!(f, "the credential scope ends in {presented}, not in {expected}")
            }
            Self::RegionSetMissing { name } => {
                write!(f, "the request names no set of regions in {name}, which Version 4A requires")
            }
            Self::TokenMissing { name } => write!(f, "the credentials are temporary, and their token is not in {name}"),
            Self::TokenDiffers { name } => write!(f, "the session token in {name} is not that of the credentials"),
            Self::TokenUnknown => f.write_str("the request has a session token; the credentials at hand have none"),
            Self::PayloadMismatch { expected, presented } => {
                write!(f, "the body's hash is {expected}, the request declares {presented}")
            }
            Self::ChecksumMismatch { name, expected, presented } => {
                write!(f, "the body's checksum is {expected}, {name} says {presented}")
            }
            Self::PayloadHeaderMissing { name } => write!(f, "the header {name} is missing, which S3 requires"),
            Self::HostNotSigned => f.write_str("the header host is not among the signed headers"),
            Self::HeaderUnsigned { name } => write!(f, "the header {name} is sent but not signed"),
            Self::HeaderMissing { name } => write!(f, "the header {name} is signed but was not sent"),
            Self::Policy(violation) => violation.fmt(f),
            Self::Stream(fault) => fault.fmt(f),
        }
    }
}

/// Everything that needs no key.
pub(super) fn inspect(request: &Request, claim: &Claim, now: Timestamp, window: Duration) -> Vec<Finding> {
    let mut findings = judge_time(claim, now, window);
    findings.extend(judge_region_set(request, claim));
    findings.extend(judge_payload(request, claim));
    findings.extend(judge_checksum(request, claim));
    findings.extend(stream::check_framing(request, &claim.terms).into_iter().map(Finding::Stream));
    findings.extend(judge_headers(request, claim));
    findings
}

fn judge_time(claim: &Claim, now: Timestamp, window: Duration) -> Vec<Finding> {
    let terms = &claim.terms;
    let mut findings = Vec::new();
    if terms.scope.date != terms.timestamp.day() {
        let expected = terms.timestamp.day().to_owned();
        findings.push(Finding::ScopeDate { expected, presented: terms.scope.date.clone() });
    }
    if terms.scope.terminator != terms.dialect.terminator {
        let expected = terms.dialect.terminator.to_string();
        findings.push(Finding::ScopeTerminator { expected, presented: terms.scope.terminator.clone() });
    }
    let apart = terms.timestamp.seconds_until(now);
    match terms.placement {
        Placement::Header if apart.unsigned_abs() > window.as_secs() => {
            findings.push(Finding::TimeSkewed { now, presented: terms.timestamp, window });
        }
        Placement::Header => {}
        Placement::Query { expires } => {
            let end = terms.timestamp.plus(expires);
            if expires < EXPIRES_LIMITS.0 || expires > EXPIRES_LIMITS.1 {
                findings.push(Finding::ExpiresOutOfBounds { presented: expires.as_secs() });
            }
            if now > end {
                findings.push(Finding::Expired { at: end, now });
            } else if now.plus(window) < terms.timestamp {
                findings.push(Finding::NotYetValid { from: terms.timestamp, now });
            }
        }
    }
    findings
}

/// Compares the session token of a request with that of the credentials.
pub(super) fn judge_token(request: &Request, claim: &Claim, expected: Option<&Secret>) -> Option<Finding> {
    let dialect = &claim.terms.dialect;
    let (name, presented) = match claim.terms.placement {
        Placement::Header => {
            let name = dialect.token_header.to_string();
            let presented = request.headers.first_text(&name).map(Secret::new);
            (name, presented)
        }
        Placement::Query { .. } => {
            let name = dialect.token_query_name();
            let value = query::parameter(request, &name);
            let in_header = || request.headers.first_text(&dialect.token_header).map(Secret::new);
            let presented = value.map(|value| Secret::new(String::from_utf8_lossy(&value))).or_else(in_header);
            (name, presented)
        }
    };
    compare_token(&name, expected, presented)
}

/// Compares the token that `name` carries with that of the credentials.
pub(super) fn compare_token(name: &str, expected: Option<&Secret>, presented: Option<Secret>) -> Option<Finding> {
    let name = name.to_owned();
    match (expected, presented) {
        (Some(_), None) => Some(Finding::TokenMissing { name }),
        (Some(expected), Some(presented)) if *expected != presented => Some(Finding::TokenDiffers { name }),
        (None, Some(_)) => Some(Finding::TokenUnknown),
        _ => None,
    }
}

fn judge_region_set(request: &Request, claim: &Claim) -> Option<Finding> {
    let dialect = &claim.terms.dialect;
    let (name, is_there) = match claim.terms.placement {
        _ if claim.terms.scheme != Scheme::V4a => return None,
        Placement::Header => {
            let name = dialect.region_set_header();
            let is_there = request.headers.contains(&name);
            (name, is_there)
        }
        Placement::Query { .. } => {
            let name = dialect.query_name("Region-Set");
            let is_there = query::parameter(request, &name).is_some();
            (name, is_there)
        }
    };
    (!is_there).then_some(Finding::RegionSetMissing { name })
}

fn judge_payload(request: &Request, claim: &Claim) -> Option<Finding> {
    let terms = &claim.terms;
    let name = &terms.dialect.content_sha256_header;
    if terms.placement == Placement::Header
        && terms.dialect.stores_objects(&terms.scope.service)
        && !request.headers.contains(name)
    {
        return Some(Finding::PayloadHeaderMissing { name: name.to_string() });
    }
    let PayloadHash::Declared(presented) = &terms.payload else { return None };
    let is_word = presented.starts_with("STREAMING-");
    let expected = request.body.sha256()?.to_string();
    (!is_word && *presented != expected).then(|| Finding::PayloadMismatch { expected, presented: presented.clone() })
}

/// Other services than those that store objects read no such header.
fn judge_checksum(request: &Request, claim: &Claim) -> Option<Finding> {
    let terms = &claim.terms;
    let wrong = request.wrong_checksum().filter(|_| terms.dialect.stores_objects(&terms.scope.service))?;
    let (name, expected) = (wrong.name.to_owned(), wrong.expected.to_string());
    Some(Finding::ChecksumMismatch { name, expected, presented: wrong.presented })
}

fn judge_headers(request: &Request, claim: &Claim) -> Vec<Finding> {
    let terms = &claim.terms;
    let mut findings = Vec::new();
    if !terms.signed_headers.contains("host") {
        findings.push(Finding::HostNotSigned);
    }
    for header in &request.headers {
        let name = header.name.to_ascii_lowercase();
        let own = name.starts_with(terms.dialect.header_prefix.as_ref());
        // Object stores want the token signed as all else; other services take it either way.
        let is_free = name == terms.dialect.token_header && !terms.dialect.stores_objects(&terms.scope.service);
        if own && !is_free && !terms.signed_headers.contains(&name) {
            findings.push(Finding::HeaderUnsigned { name });
        }
    }
    let missing = terms.signed_headers.iter().filter(|name| !request.headers.contains(name));
    findings.extend(missing.map(|name| Finding::HeaderMissing { name: name.to_owned() }));
    findings
}

//! What a server finds wrong with a signed request, including its signature.
//!
//! A finding is data: the value in the request, and the expected value. Its text is terse; title, location and fix are
//! in the catalogue of signing mistakes, which is not part of this crate, in the row of its
//! [`FindingId`](super::FindingId).

use std::fmt;
use std::time::Duration;

#[cfg(feature = "x509")]
use super::CertificateFault;
use super::readings::Reading;
#[cfg(feature = "form")]
use crate::form::Violation;
use crate::prepare::expires_limits;
#[cfg(feature = "stream")]
use crate::stream::StreamFault;
use crate::time::{Timestamp, in_words};

/// How severe a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// A server refuses the request because of it.
    Fatal,
    /// Something could not be checked, because the judge was not given it.
    Unverified,
    /// Worth knowing, but not a reason to refuse the request.
    Note,
}

/// How a list of signed headers differs from the way it is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListFault {
    /// A name is empty.
    EmptyName,
    /// A name has uppercase letters.
    UpperCase,
    /// A name occurs twice.
    Repeated,
    /// The names are not in order.
    Unsorted,
}

/// One finding. Displays as a lower-case fragment; its [`id`](Finding::id) is a public contract.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// The signature is not the one that the key gives.
    SignatureMismatch,
    /// The request names another access key than the judge has.
    AccessKeyUnknown {
        /// The judge's access key ID.
        expected: String,
        /// The request's access key ID.
        presented: String,
    },
    /// The signer's clock is wrong.
    TimeSkewed {
        /// The server's clock.
        now: Timestamp,
        /// The time of the request.
        presented: Timestamp,
        /// The largest accepted difference.
        window: Duration,
    },
    /// The presigned URL has expired.
    Expired {
        /// When it expired.
        at: Timestamp,
        /// The server's clock.
        now: Timestamp,
    },
    /// The presigned URL is not valid yet.
    NotYetValid {
        /// When it becomes valid.
        from: Timestamp,
        /// The server's clock.
        now: Timestamp,
    },
    /// The expiry of the presigned URL is below one second or above seven days.
    ExpiresOutOfBounds {
        /// The expiry, in seconds.
        presented: u64,
    },
    /// The day of the scope is not the day of the request.
    ScopeDate {
        /// The day of the request.
        expected: String,
        /// The day in the scope.
        presented: String,
    },
    /// The last part of the scope is not that of the dialect.
    ScopeTerminator {
        /// The last part of the dialect's scopes.
        expected: String,
        /// The last part of this scope.
        presented: String,
    },
    /// The signature is for another region.
    ScopeRegion {
        /// The server's region.
        expected: String,
        /// The region in the scope; in Version 4A, the region set.
        presented: String,
    },
    /// The signature is for another service.
    ScopeService {
        /// The server's service.
        expected: String,
        /// The service in the scope.
        presented: String,
    },
    /// The signature is for another region than the host, which is one of AWS's.
    HostRegion {
        /// The host's region; empty if the finding is only that the scope does not name a region of AWS.
        expected: String,
        /// The region in the scope.
        presented: String,
    },
    /// The signature is for another service than the host, which is one of AWS's.
    HostService {
        /// The host's service.
        expected: String,
        /// The service in the scope.
        presented: String,
    },
    /// The signature is not bound to a region and service, but the server expects its own.
    ScopeUnbound,
    /// A request of Version 4A lacks the region set for which it is meant.
    RegionSetMissing {
        /// The header or parameter that should carry it.
        name: String,
    },
    /// The session token of temporary credentials is missing.
    TokenMissing {
        /// The header or parameter that should carry it.
        name: String,
    },
    /// The session token is not that of the credentials. Neither is quoted.
    TokenDiffers {
        /// The header or parameter that carries it.
        name: String,
    },
    /// The session token is in a header that is not signed, but the service requires it to be signed.
    TokenUnsigned {
        /// The name of the header.
        name: String,
    },
    /// The request has a session token, but the credentials have none to compare it with.
    TokenUnknown,
    /// The session token was redacted before the request was shown, so it was not compared with that of the
    /// credentials.
    TokenUnseen {
        /// The header, parameter or field that carried it.
        name: String,
    },
    /// The signature covers a hash of the body, but the body was not given: nothing is known about what arrived.
    PayloadUnseen,
    /// The payload is in chunks, but the body was not given: nothing is known about their signatures.
    ChunksUnseen,
    /// The declared hash is not that of the body.
    PayloadMismatch {
        /// The hash of the body.
        expected: String,
        /// The hash in the header.
        presented: String,
    },
    /// The payload is declared by a word that begins with `STREAMING-` and that the service does not know, or not with
    /// this algorithm.
    StreamingWord {
        /// The word that was given.
        presented: String,
    },
    /// The payload header for S3 contains neither a hash nor a word that replaces one.
    PayloadWord {
        /// The value of the header.
        presented: String,
    },
    /// The payload is not signed, but the service accepts only signed payloads.
    PayloadUnsigned,
    /// A checksum does not match the body (*Checking object integrity in Amazon S3*).
    ChecksumMismatch {
        /// The name of the header.
        name: String,
        /// The checksum of the body.
        expected: String,
        /// The checksum in the header.
        presented: String,
    },
    /// S3 and OpenSearch Serverless require the payload's hash to be declared, but it is not.
    PayloadHeaderMissing {
        /// The name of the header.
        name: String,
    },
    /// `host` is not signed.
    HostNotSigned,
    /// One of the provider's own headers is sent but not signed.
    HeaderUnsigned {
        /// The name of the header.
        name: String,
    },
    /// A header is signed but was not sent.
    HeaderMissing {
        /// The name of the header.
        name: String,
    },
    /// The request has several signatures, and servers accept only one.
    SignedTwice,
    /// A header, parameter or field that is read once was sent twice, and servers differ in which they use.
    Repeated {
        /// The name, in lower case.
        name: String,
    },
    /// The `Authorization` header does not have exactly the three parts that it should have.
    AuthorizationForm {
        /// What is wrong with the parts.
        problem: String,
    },
    /// The list of signed headers is not written in the way it is signed.
    SignedHeadersForm {
        /// How it differs.
        fault: ListFault,
        /// The list in the form that is signed.
        expected: String,
        /// The list as it was sent.
        presented: String,
    },
    /// The end of the body is ambiguous.
    LengthAmbiguous {
        /// Why it is ambiguous.
        problem: &'static str,
    },
    /// The request line does not have the form of RFC 9112 §3.
    RequestLine {
        /// What is wrong with the line.
        problem: String,
    },
    /// A field is in the trailer of `Transfer-Encoding: chunked`, which no signature covers, but which some servers add
    /// to the headers.
    TrailerUnsigned {
        /// The name, in lower case.
        name: String,
    },
    /// A field in that trailer has no meaning for the service.
    TrailerIgnored {
        /// The name, in lower case.
        name: String,
    },
    /// `Host` contains more than a host and a port (RFC 9112 §3.2).
    HostMalformed {
        /// The expected value.
        expected: String,
        /// The value that was sent.
        presented: String,
    },
    /// The request has a signature of Version 2, but the service or AWS region accepts only Version 4.
    VersionRefused {
        /// The service or region that refuses it.
        whom: String,
    },
    /// The target, or `:authority`, names another host than `Host`.
    HostContradicted {
        /// The host in the target.
        expected: String,
        /// The host in `Host`.
        presented: String,
    },
    /// A part that the signature depends on was not seen, or was redacted. Found only with a key.
    NotKnown {
        /// The part, as named in a sentence: `the header content-type`.
        part: String,
    },
    /// The signature is valid in one of several readings of the request.
    ReadAs(Reading),
    /// The certificate of a request that is signed with its key has a fault, or could not be checked.
    #[cfg(feature = "x509")]
    Certificate(CertificateFault),
    /// A form upload violates its policy.
    #[cfg(feature = "form")]
    Policy(Violation),
    /// The payload is declared to be in chunks, and the chunks have a fault.
    #[cfg(feature = "stream")]
    Stream(StreamFault),
}

impl Finding {
    /// How severe it is.
    pub fn severity(&self) -> Severity {
        match self {
            // No server acts differently on a list in another order.
            Self::SignedHeadersForm { .. } => Severity::Note,
            #[cfg(feature = "x509")]
            Self::Certificate(CertificateFault::ChainOrder { .. } | CertificateFault::ChainLink { .. }) => {
                Severity::Note
            }
            #[cfg(feature = "x509")]
            Self::Certificate(CertificateFault::TrustUnjudged) => Severity::Unverified,
            #[cfg(feature = "form")]
            Self::Policy(Violation::FieldBehindFile { .. }) => Severity::Note,
            #[cfg(feature = "form")]
            Self::Policy(Violation::BucketUnknown { .. }) => Severity::Unverified,
            #[cfg(feature = "stream")]
            Self::Stream(fault) if fault.is_tolerated() => Severity::Note,
            Self::ReadAs(_) | Self::TrailerIgnored { .. } => Severity::Note,
            Self::TokenUnknown
            | Self::TokenUnseen { .. }
            | Self::PayloadUnseen
            | Self::ChunksUnseen
            | Self::NotKnown { .. } => Severity::Unverified,
            _ => Severity::Fatal,
        }
    }

    /// Whether a server refuses the request because of it.
    pub fn is_fatal(&self) -> bool {
        self.severity() == Severity::Fatal
    }

    /// Whether the verdict depends on it, but the judge was not given what is needed to decide.
    pub fn is_undecided(&self) -> bool {
        match self {
            #[cfg(feature = "form")]
            Self::Policy(Violation::BucketUnknown { .. }) => true,
            Self::NotKnown { .. } => true,
            _ => false,
        }
    }

    /// Whether it can be found only with the key.
    pub fn is_known_by_key(&self) -> bool {
        match self {
            Self::SignatureMismatch => true,
            #[cfg(feature = "stream")]
            Self::Stream(StreamFault::ChunkSignature { .. }) => true,
            // A missing signature can be seen without a key.
            #[cfg(feature = "stream")]
            Self::Stream(StreamFault::TrailerSignature { presented, .. }) => !presented.is_empty(),
            _ => false,
        }
    }

    /// Whether it is found by comparing times.
    pub fn is_about_time(&self) -> bool {
        match self {
            Self::TimeSkewed { .. } | Self::Expired { .. } | Self::NotYetValid { .. } | Self::ScopeDate { .. } => true,
            #[cfg(feature = "x509")]
            Self::Certificate(CertificateFault::Expired { .. } | CertificateFault::NotYetValid { .. }) => true,
            #[cfg(feature = "form")]
            Self::Policy(Violation::Expired { .. }) => true,
            _ => false,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SignatureMismatch => f.write_str("the signature does not match"),
            Self::AccessKeyUnknown { expected, presented } => {
                write!(f, "the request is signed with access key {presented}, but the available key is {expected}")
            }
            Self::TimeSkewed { now, presented, window } => {
                let off = presented.seconds_until(*now);
                let (amount, side) = (in_words(off.unsigned_abs()), if off > 0 { "behind" } else { "ahead of" });
                let window = in_words(window.as_secs());
                write!(f, "the request's time {presented} is {amount} {side} {now}, more than {window}")
            }
            Self::Expired { at, now } => {
                let ago = in_words(at.seconds_until(*now).unsigned_abs());
                write!(f, "the signature expired at {}, {ago} ago", at.to_rfc3339())
            }
            Self::NotYetValid { from, now } => {
                let left = in_words(now.seconds_until(*from).unsigned_abs());
                write!(f, "the signature does not become valid until {}, in {left}", from.to_rfc3339())
            }
            Self::ExpiresOutOfBounds { presented } => {
                write!(f, "the expiry of a presigned URL must be {}, not {presented} s", expires_limits())
            }
            Self::ScopeDate { expected, presented } => {
                write!(f, "the credential scope is for {presented}, but the request is dated {expected}")
            }
            Self::ScopeTerminator { expected, presented } => {
                write!(f, "the credential scope ends in {presented}, not in {expected}")
            }
            Self::ScopeRegion { expected, presented } => {
                write!(f, "the signature is for region {presented}, not for {expected}")
            }
            Self::ScopeService { expected, presented } => {
                write!(f, "the signature is for service {presented}, not for {expected}")
            }
            Self::HostRegion { expected, presented } if expected.is_empty() => {
                write!(f, "the signature is for region {presented}, which is not an AWS region")
            }
            Self::HostRegion { expected, presented } => {
                write!(f, "the signature is for region {presented}, but the host is in {expected}")
            }
            Self::HostService { expected, presented } => {
                write!(f, "the signature is for service {presented}, but the host belongs to {expected}")
            }
            Self::ScopeUnbound => f.write_str("the signature is not bound to a region and a service"),
            Self::RegionSetMissing { name } => {
                write!(f, "the request has no {name} header, which Version 4A requires")
            }
            Self::TokenMissing { name } => write!(f, "the credentials are temporary, but {name} is missing"),
            Self::TokenDiffers { name } => {
                write!(f, "the session token in {name} differs from that of the credentials")
            }
            Self::TokenUnseen { name } => {
                write!(f, "the session token in {name} is redacted, so it was not compared")
            }
            Self::PayloadUnseen => f.write_str("the body is unknown, so its hash was not checked"),
            Self::NotKnown { part } => write!(f, "{part} is unknown, so the signature could not be checked"),
            Self::ReadAs(Reading::Method(method)) => {
                write!(f, "a URL does not contain its method; the signature is for {method}")
            }
            Self::ReadAs(Reading::MethodAndType { method, content_type }) => {
                write!(
                    f,
                    "a URL does not contain its method and headers; the signature is for {method} with content-type: {content_type}"
                )
            }
            Self::ReadAs(Reading::PlusAsSpace) => {
                f.write_str("the signature is right if the server reads the '+' in the path as a space, as AWS does")
            }
            Self::ReadAs(Reading::DotWithoutSlash) => f.write_str(
                "the path's last dot segment was removed together with its slash; some servers keep the slash",
            ),
            Self::ChunksUnseen => f.write_str("the body is incomplete, so its chunks were not checked"),
            Self::TokenUnknown => {
                f.write_str("the request has a session token, but the available credentials have none")
            }
            Self::PayloadMismatch { expected, presented } => {
                write!(f, "the body's hash is {expected}, but the request declares {presented}")
            }
            Self::StreamingWord { presented } => {
                write!(f, "the payload is declared as {presented}, which the service does not accept")
            }
            Self::PayloadWord { presented } => {
                write!(
                    f,
                    "the payload is declared as {presented}; expected 64 lowercase hex digits or one of S3's documented values"
                )
            }
            Self::PayloadUnsigned => {
                f.write_str("the payload is not signed, but the service requires a signed payload")
            }
            Self::SignedTwice => f.write_str("the request has several signatures"),
            Self::Repeated { name } => write!(f, "{name} was sent twice, and servers differ in which one they use"),
            Self::AuthorizationForm { problem } => write!(f, "the Authorization header is malformed: {problem}"),
            Self::SignedHeadersForm { fault, presented, .. } => {
                write!(f, "the list of signed headers {presented} {fault}")
            }
            Self::RequestLine { problem } => write!(f, "the request line is malformed: {problem}"),
            Self::TrailerUnsigned { name } => {
                write!(f, "{name} was sent in the trailer of the HTTP chunks, which no signature covers")
            }
            Self::TrailerIgnored { name } => {
                write!(f, "{name} was sent in the trailer of the HTTP chunks, which is not signed; servers ignore it")
            }
            Self::LengthAmbiguous { problem } => write!(f, "where the body ends is ambiguous: {problem}"),
            Self::HostMalformed { presented, .. } => write!(f, "the Host header is not a valid host: {presented}"),
            Self::VersionRefused { whom } => write!(f, "{whom} accepts only Version 4"),
            Self::HostContradicted { expected, presented } => {
                write!(f, "the request target names the host {expected}, but the Host header says {presented}")
            }
            Self::ChecksumMismatch { name, expected, presented } => {
                write!(f, "the body's checksum is {expected}, but {name} says {presented}")
            }
            Self::PayloadHeaderMissing { name } => {
                write!(f, "the header {name}, which the service requires, is missing")
            }
            Self::HostNotSigned => f.write_str("the header host is not among the signed headers"),
            Self::HeaderUnsigned { name } | Self::TokenUnsigned { name } => {
                write!(f, "the header {name} was sent but not signed")
            }
            Self::HeaderMissing { name } => write!(f, "the header {name} is signed but was not sent"),
            #[cfg(feature = "x509")]
            Self::Certificate(fault) => fault.fmt(f),
            #[cfg(feature = "form")]
            Self::Policy(violation) => violation.fmt(f),
            #[cfg(feature = "stream")]
            Self::Stream(fault) => fault.fmt(f),
        }
    }
}

impl fmt::Display for ListFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EmptyName => "has an empty name",
            Self::UpperCase => "has uppercase letters",
            Self::Repeated => "names a header twice",
            Self::Unsorted => "is not sorted",
        })
    }
}

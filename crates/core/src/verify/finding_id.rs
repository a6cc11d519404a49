//! The IDs of findings in the catalogue of signing mistakes. They are a public contract: none is ever renamed.

use std::fmt;

#[cfg(feature = "x509")]
use super::CertificateFault;
use super::{Finding, ListFault};
#[cfg(feature = "form")]
use crate::form::{PolicyError, Violation};
#[cfg(feature = "stream")]
use crate::stream::{MinimumChunk, StreamFault};

/// Declares the IDs, and the list of all of them, which cannot be incomplete.
macro_rules! finding_ids {
    ($($name:ident = $text:literal,)*) => {
        /// The ID of a finding in the catalogue of signing mistakes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum FindingId {
            $(#[doc = concat!("`", $text, "`.")] $name,)*
        }

        impl FindingId {
            /// All IDs.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The ID as text, for scripts to match on: `scope-date`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

finding_ids! {
    AccessKeyUnknown = "access-key-unknown",
    TimeSkewed = "time-skewed",
    Expired = "expired",
    NotYetValid = "not-yet-valid",
    ExpiresTooLong = "expires-too-long",
    ScopeDate = "scope-date",
    ScopeOrder = "scope-order",
    ScopeRegion = "scope-region",
    ScopeService = "scope-service",
    MechanismV2 = "mechanism-v2",
    MechanismTwice = "mechanism-twice",
    AuthorizationMalformed = "authorization-malformed",
    SentTwice = "sent-twice",
    LengthAmbiguous = "length-ambiguous",
    RequestLineMalformed = "request-line-malformed",
    HttpTrailerUnsigned = "http-trailer-unsigned",
    HostContradicted = "host-contradicted",
    HostWithPath = "host-with-path",
    SignedHeadersUnsorted = "signed-headers-unsorted",
    SignedHeadersDuplicate = "signed-headers-duplicate",
    HeaderNameCase = "header-name-case",
    RegionSetMissing = "region-set-missing",
    TokenMissing = "token-missing",
    TokenInvalid = "token-invalid",
    TokenNotSigned = "token-not-signed",
    PayloadHeaderMismatch = "payload-header-mismatch",
    PayloadHeaderMissing = "payload-header-missing",
    PayloadStreaming = "payload-streaming",
    PayloadUnsigned = "payload-unsigned",
    PayloadHashForm = "payload-hash-form",
    ChecksumMismatch = "checksum-mismatch",
    HostNotSigned = "host-not-signed",
    HeaderAmzUnsigned = "header-amz-unsigned",
    HeaderMissing = "header-missing",
    PolicyNotBase64 = "policy-not-base64",
    PolicyMalformed = "policy-malformed",
    PolicyExpired = "policy-expired",
    PolicyConditionFailed = "policy-condition-failed",
    PolicyFieldNotAllowed = "policy-field-not-allowed",
    FormFileMissing = "form-file-missing",
    FormFieldRepeated = "form-field-repeated",
    ChunkSignature = "chunk-signature",
    ChunkFinalMissing = "chunk-final-missing",
    ChunkFraming = "chunk-framing",
    ChunkTooSmall = "chunk-too-small",
    ChunkDecodedLength = "chunk-decoded-length",
    TrailerSignature = "trailer-signature",
    TrailerAnnounced = "trailer-announced",
    TrailerChecksum = "trailer-checksum",
    CertificateMissing = "certificate-missing",
    CertificateForm = "certificate-form",
    CertificateExpired = "certificate-expired",
    CertificateNotYetValid = "certificate-not-yet-valid",
    CertificateUnsuitable = "certificate-unsuitable",
    CertificateUntrusted = "certificate-untrusted",
    ChainOrder = "chain-order",
    ChainLink = "chain-broken",
    ChainTooLong = "chain-too-long",
    AlgorithmNotOfKey = "algorithm-not-of-key",
    CredentialNotSerial = "credential-not-serial",
}

impl fmt::Display for FindingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Finding {
    /// Its ID in the catalogue. A bare mismatch has none, because its cause is not known yet. Something that could not
    /// be checked has none either, because it is not a mistake.
    pub fn id(&self) -> Option<FindingId> {
        Some(match self {
            Self::SignatureMismatch
            | Self::TokenUnknown
            | Self::TokenUnseen { .. }
            | Self::PayloadUnseen
            | Self::ChunksUnseen
            | Self::NotKnown { .. }
            | Self::TrailerIgnored { .. }
            | Self::ReadAs(_) => return None,
            Self::AccessKeyUnknown { .. } => FindingId::AccessKeyUnknown,
            Self::TimeSkewed { .. } => FindingId::TimeSkewed,
            Self::Expired { .. } => FindingId::Expired,
            Self::NotYetValid { .. } => FindingId::NotYetValid,
            Self::ExpiresOutOfBounds { .. } => FindingId::ExpiresTooLong,
            Self::ScopeDate { .. } => FindingId::ScopeDate,
            Self::ScopeTerminator { .. } => FindingId::ScopeOrder,
            Self::ScopeRegion { .. } => FindingId::ScopeRegion,
            Self::ScopeService { .. } => FindingId::ScopeService,
            Self::HostRegion { .. } => FindingId::ScopeRegion,
            Self::HostService { .. } => FindingId::ScopeService,
            Self::ScopeUnbound => FindingId::MechanismV2,
            Self::SignedTwice => FindingId::MechanismTwice,
            Self::Repeated { .. } => FindingId::SentTwice,
            Self::AuthorizationForm { .. } => FindingId::AuthorizationMalformed,
            Self::SignedHeadersForm { fault, .. } => list_fault_id(*fault),
            Self::LengthAmbiguous { .. } => FindingId::LengthAmbiguous,
            Self::RequestLine { .. } => FindingId::RequestLineMalformed,
            Self::TrailerUnsigned { .. } => FindingId::HttpTrailerUnsigned,
            Self::HostContradicted { .. } => FindingId::HostContradicted,
            Self::HostMalformed { .. } => FindingId::HostWithPath,
            Self::VersionRefused { .. } => FindingId::MechanismV2,
            Self::StreamingWord { .. } => FindingId::PayloadStreaming,
            Self::PayloadWord { .. } => FindingId::PayloadHashForm,
            Self::PayloadUnsigned => FindingId::PayloadUnsigned,
            Self::RegionSetMissing { .. } => FindingId::RegionSetMissing,
            Self::TokenMissing { .. } => FindingId::TokenMissing,
            Self::TokenDiffers { .. } => FindingId::TokenInvalid,
            Self::TokenUnsigned { .. } => FindingId::TokenNotSigned,
            Self::PayloadMismatch { .. } => FindingId::PayloadHeaderMismatch,
            Self::ChecksumMismatch { .. } => FindingId::ChecksumMismatch,
            Self::PayloadHeaderMissing { .. } => FindingId::PayloadHeaderMissing,
            Self::HostNotSigned => FindingId::HostNotSigned,
            Self::HeaderUnsigned { .. } => FindingId::HeaderAmzUnsigned,
            Self::HeaderMissing { .. } => FindingId::HeaderMissing,
            #[cfg(feature = "x509")]
            Self::Certificate(fault) => certificate_id(fault)?,
            #[cfg(feature = "form")]
            Self::Policy(violation) => violation_id(violation)?,
            #[cfg(feature = "stream")]
            Self::Stream(fault) => fault_id(fault)?,
        })
    }
}

fn list_fault_id(fault: ListFault) -> FindingId {
    match fault {
        ListFault::EmptyName => FindingId::AuthorizationMalformed,
        ListFault::UpperCase => FindingId::HeaderNameCase,
        ListFault::Repeated => FindingId::SignedHeadersDuplicate,
        ListFault::Unsorted => FindingId::SignedHeadersUnsorted,
    }
}

#[cfg(feature = "x509")]
fn certificate_id(fault: &CertificateFault) -> Option<FindingId> {
    Some(match fault {
        CertificateFault::Missing { .. } => FindingId::CertificateMissing,
        CertificateFault::Malformed { .. } => FindingId::CertificateForm,
        CertificateFault::Expired { .. } => FindingId::CertificateExpired,
        CertificateFault::NotYetValid { .. } => FindingId::CertificateNotYetValid,
        CertificateFault::Unsuitable { .. } => FindingId::CertificateUnsuitable,
        CertificateFault::ChainOrder { .. } => FindingId::ChainOrder,
        CertificateFault::ChainLink { .. } => FindingId::ChainLink,
        CertificateFault::ChainTooLong { .. } => FindingId::ChainTooLong,
        CertificateFault::Untrusted => FindingId::CertificateUntrusted,
        CertificateFault::Algorithm { .. } => FindingId::AlgorithmNotOfKey,
        CertificateFault::Serial { .. } => FindingId::CredentialNotSerial,
        CertificateFault::TrustUnjudged => return None,
    })
}

#[cfg(feature = "form")]
fn violation_id(violation: &Violation) -> Option<FindingId> {
    Some(match violation {
        Violation::Unreadable(PolicyError::NotBase64 { .. }) => FindingId::PolicyNotBase64,
        Violation::Unreadable(_) => FindingId::PolicyMalformed,
        Violation::Expired { .. } => FindingId::PolicyExpired,
        Violation::ConditionFailed { .. } | Violation::LengthOutOfRange { .. } => FindingId::PolicyConditionFailed,
        Violation::FieldNotAllowed { .. } => FindingId::PolicyFieldNotAllowed,
        Violation::FileMissing => FindingId::FormFileMissing,
        Violation::FieldRepeated { .. } => FindingId::FormFieldRepeated,
        // A button after the file is not a mistake.
        Violation::FieldBehindFile { .. } | Violation::BucketUnknown { .. } => return None,
    })
}

/// The ID of a fault in a body in chunks. Why a chunk's signature is wrong is found elsewhere.
#[cfg(feature = "stream")]
fn fault_id(fault: &StreamFault) -> Option<FindingId> {
    Some(match fault {
        StreamFault::ChunkSignature { .. } => FindingId::ChunkSignature,
        StreamFault::Malformed(malformed) if malformed.offset == 0 => FindingId::PayloadStreaming,
        StreamFault::DecodedLengthMissing => FindingId::PayloadStreaming,
        StreamFault::ChunkUnsigned { chunk } if chunk.length == 0 => FindingId::ChunkFinalMissing,
        StreamFault::FinalChunkMissing => FindingId::ChunkFinalMissing,
        StreamFault::Malformed(_) | StreamFault::ChunkUnsigned { .. } | StreamFault::ChunkSigned { .. } => {
            FindingId::ChunkFraming
        }
        StreamFault::DecodedLength { .. } => FindingId::ChunkDecodedLength,
        StreamFault::TrailerSignature { .. } => FindingId::TrailerSignature,
        StreamFault::TrailerMissing { .. }
        | StreamFault::TrailerUnannounced { .. }
        | StreamFault::TrailerNotChecksum { .. }
        | StreamFault::TrailerUnexpected { .. } => FindingId::TrailerAnnounced,
        StreamFault::Checksum { .. } => FindingId::TrailerChecksum,
        StreamFault::ChunkTooSmall { minimum: MinimumChunk::Enforced, .. } => FindingId::ChunkTooSmall,
        // What the server accepts is not a mistake.
        StreamFault::ChunkTooSmall { .. } | StreamFault::TrailerNone => return None,
    })
}

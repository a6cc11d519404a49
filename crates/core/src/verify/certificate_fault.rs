//! What can be wrong with the certificate of a request that is signed with its key, as data.

use std::fmt;

use crate::time::{Timestamp, in_words};
use crate::x509::CertificateForm;

/// A fault of the certificate or its chain, or something about it that could not be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateFault {
    /// The request carries no certificate.
    Missing {
        /// The header that should carry it.
        name: String,
    },
    /// A header is not base64 of DER.
    Malformed {
        /// The name of the header.
        name: String,
        /// How it is malformed.
        form: CertificateForm,
    },
    /// The certificate has expired.
    Expired {
        /// When it expired.
        at: Timestamp,
        /// The server's clock.
        now: Timestamp,
    },
    /// The certificate is not valid yet.
    NotYetValid {
        /// When it becomes valid.
        from: Timestamp,
        /// The server's clock.
        now: Timestamp,
    },
    /// This kind of certificate is not accepted: it is a CA certificate, not version 3, or has an unsupported key.
    Unsuitable {
        /// Why it is not accepted.
        problem: String,
    },
    /// The chain does not begin with the certificate's issuer, or is not in ascending order.
    ChainOrder {
        /// What is wrong with the order, worded to follow "the certificate chain".
        problem: &'static str,
    },
    /// The chain is longer than the service accepts.
    ChainTooLong {
        /// Number of certificates in the chain.
        count: usize,
        /// Maximum number of certificates in a chain.
        longest: usize,
    },
    /// A certificate in the chain cannot vouch for the one below it.
    ChainLink {
        /// The certificate's position in the chain, starting at 1.
        number: usize,
        /// Why it cannot, worded to follow "certificate 1 of the chain".
        problem: String,
    },
    /// No chain of signatures leads from the certificate to one of the given trust anchors.
    Untrusted,
    /// The request names another algorithm than the one that the certificate's key signs with.
    Algorithm {
        /// The algorithm of the key.
        expected: String,
        /// The algorithm of the request.
        presented: String,
    },
    /// The credential does not begin with the certificate's serial number.
    Serial {
        /// The serial number, in decimal.
        expected: String,
        /// The serial number, in hex.
        hex: String,
        /// The first part of the credential, where the serial number should be.
        presented: String,
    },
    /// The issuer of the certificate was not checked: anybody can make a certificate.
    TrustUnjudged,
}

impl CertificateFault {
    /// Whether the fault is in the chain and not in the signing certificate.
    pub fn is_about_chain(&self) -> bool {
        matches!(self, Self::ChainOrder { .. } | Self::ChainTooLong { .. } | Self::ChainLink { .. })
    }
}

impl fmt::Display for CertificateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { name } => write!(f, "the request has no {name} header, which carries the certificate"),
            Self::Malformed { name, form } => write!(f, "the header {name} is not a certificate in base64 DER: {form}"),
            Self::Expired { at, now } => {
                let ago = in_words(at.seconds_until(*now).unsigned_abs());
                write!(f, "the certificate expired at {}, {ago} ago", at.to_rfc3339())
            }
            Self::NotYetValid { from, now } => {
                let left = in_words(now.seconds_until(*from).unsigned_abs());
                write!(f, "the certificate does not become valid until {}, in {left}", from.to_rfc3339())
            }
            Self::Unsuitable { problem } => write!(f, "the certificate cannot sign requests: {problem}"),
            Self::ChainOrder { problem } => write!(f, "the certificate chain {problem}"),
            Self::ChainTooLong { count, longest } => {
                write!(f, "the certificate chain has {count} certificates; expected at most {longest}")
            }
            Self::ChainLink { number, problem } => write!(f, "certificate {number} of the chain {problem}"),
            Self::Untrusted => {
                f.write_str("no trust anchor vouches for the certificate: no chain of signatures leads to one")
            }
            Self::Algorithm { expected, presented } => {
                write!(f, "the algorithm is {presented}, but the key of the certificate signs {expected}")
            }
            Self::Serial { expected, presented, .. } => write!(
                f,
                "the credential begins with {presented}, but the serial number of the certificate is {expected}"
            ),
            Self::TrustUnjudged => {
                f.write_str("whether the certificate is trusted was not checked: anybody can make a certificate")
            }
        }
    }
}

impl fmt::Display for CertificateForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pem => "it is PEM text",
            Self::Spaced => "it has spaces or line breaks in it, as of a folded header",
            Self::Joined => "it is several certificates in one base64; expected a comma between",
            Self::Bundle => "it is a PKCS#7 bundle",
            Self::EncodedPem => "it is base64 of PEM text",
            Self::OtherBase64 => "it is percent-encoded, in the base64 alphabet of URLs, or without padding",
            Self::NotCertificate => "the bytes are not a certificate",
            Self::NotBase64 => "it is not base64",
        })
    }
}

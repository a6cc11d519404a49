//! Why a request makes no claim, in Version 4 and in Version 2: each error carries the text found in place of a part of
//! the signature.

use crate::scheme::Scheme;
use crate::time::InvalidTimestamp;

/// Why a request makes no claim that could be checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    /// The request has neither an `Authorization` header nor the parameters of a presigned URL.
    #[error("the request is not signed: no Authorization header, and no X-Amz-Signature in its query")]
    NotSigned,
    /// The request has a header and a query signature at once, or a second `Authorization` header and the first makes
    /// no claim.
    #[error("the request is authenticated twice: by two Authorization headers, or by one and its query")]
    SignedTwice,
    /// The algorithm belongs to neither Signature Version 4 nor 4A.
    #[error("unknown signature algorithm '{presented}'; expected {}", expected_algorithms())]
    Algorithm {
        /// The algorithm that was given.
        presented: String,
    },
    /// The algorithm is named like those of Version 4 but follows another procedure.
    #[error(
        "signed with '{presented}', which does not use an access key and a secret key as Version 4 does and is not supported"
    )]
    Procedure {
        /// The algorithm.
        presented: String,
    },
    /// A part of the signature is missing.
    #[error("the {carrier} has no {part}")]
    Missing {
        /// `Authorization header` or `query`.
        carrier: &'static str,
        /// The part that is missing.
        part: String,
    },
    /// The credential is not of the form `AKID/date/region/service/aws4_request`; in Version 4A it has no region.
    #[error("invalid credential '{presented}'; expected {}", form_of_credential(*.scheme))]
    Credential {
        /// The scheme whose form was expected.
        scheme: Scheme,
        /// The credential that was given, without what may be a secret: before the date or the region, each part is `…`.
        presented: String,
    },
    /// The request has no date.
    #[error("the request has no date: neither {expected} nor Date")]
    NoDate {
        /// The header in which the date was expected.
        expected: String,
    },
    /// The `Authorization` header does not have the form that its scheme requires.
    #[error("the Authorization header is not of the form {expected}")]
    Authorization {
        /// The expected form: `AWS ID:signature`.
        expected: String,
    },
    /// The date of the request is not a date.
    #[error("{carrier}: {source}; expected the form {expected}")]
    Date {
        /// The header or parameter that carries the date.
        carrier: String,
        /// The form in which the scheme writes a date.
        expected: &'static str,
        /// Why it could not be parsed, with the text.
        source: InvalidTimestamp,
    },
    /// The expiry of a presigned URL is not a number.
    #[error("not {expected}: '{presented}' in {name}")]
    Expires {
        /// The name of the parameter.
        name: String,
        /// The kind of value that its scheme expects: `a number of seconds`.
        expected: &'static str,
        /// The value that was given.
        presented: String,
    },
}

fn expected_algorithms() -> &'static str {
    match (cfg!(feature = "v4a"), cfg!(feature = "x509")) {
        (true, true) => "AWS4-HMAC-SHA256, AWS4-ECDSA-P256-SHA256, AWS4-X509-RSA-SHA256 or AWS4-X509-ECDSA-SHA256",
        (true, false) => "AWS4-HMAC-SHA256 or AWS4-ECDSA-P256-SHA256",
        (false, true) => "AWS4-HMAC-SHA256, AWS4-X509-RSA-SHA256 or AWS4-X509-ECDSA-SHA256",
        (false, false) => "AWS4-HMAC-SHA256",
    }
}

fn form_of_credential(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::V4 => "ID/YYYYMMDD/region/service/aws4_request",
        #[cfg(feature = "v4a")]
        Scheme::V4a => "ID/YYYYMMDD/service/aws4_request",
        #[cfg(feature = "x509")]
        Scheme::X509(_) => "SERIAL/YYYYMMDD/region/service/aws4_request",
    }
}

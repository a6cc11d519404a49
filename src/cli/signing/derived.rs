//! The signed text for any scheme: a canonical request with its string to sign, or only a string to sign.

use std::borrow::Cow;

use sigvet_core::derivation::{Derivation, Placement, Terms};
use sigvet_core::request::Request;
use sigvet_core::scheme::Dialect;
use sigvet_core::time::Timestamp;
use sigvet_core::v2;
use sigvet_core::verify::SignedTexts;

/// The terms of a signature, and what was signed.
pub enum Derived {
    /// For the Version 4 family.
    Canonical {
        /// The terms of the signature.
        terms: Box<Terms>,
        /// All intermediate values.
        derivation: Box<Derivation>,
    },
    /// For Version 2.
    V2 {
        /// The terms of the signature.
        terms: v2::Terms,
        /// The string to sign, in parts.
        string_to_sign: Box<v2::StringToSign>,
    },
}

impl Derived {
    /// The dialect of the header names.
    pub fn dialect(&self) -> Dialect {
        match self {
            Self::Canonical { terms, .. } => terms.dialect.clone(),
            Self::V2 { terms, .. } => terms.names.dialect(),
        }
    }

    /// The signed text with its intermediate texts.
    pub fn texts(&self) -> SignedTexts {
        match self {
            Self::Canonical { derivation, .. } => SignedTexts::Canonical((**derivation).clone()),
            Self::V2 { terms, string_to_sign } => SignedTexts::Parts {
                parts: string_to_sign.parts(terms.placement),
                string_to_sign: string_to_sign.to_bytes(),
            },
        }
    }

    /// The canonical request, if the scheme has one.
    pub fn canonical_request(&self) -> Option<String> {
        match self {
            Self::Canonical { derivation, .. } => Some(derivation.canonical_request.to_string()),
            Self::V2 { .. } => None,
        }
    }

    /// The string to sign. Bytes that are not UTF-8 are replaced with U+FFFD.
    pub fn string_to_sign(&self) -> Cow<'_, str> {
        match self {
            Self::Canonical { derivation, .. } => derivation.string_to_sign.as_str().into(),
            Self::V2 { string_to_sign, .. } => String::from_utf8_lossy(&string_to_sign.to_bytes()).into_owned().into(),
        }
    }

    /// When a presigned URL expires; `None` if the signature is in a header.
    pub fn expires_at(&self) -> Option<Timestamp> {
        match self {
            Self::Canonical { terms, .. } => match terms.placement {
                Placement::Query { expires } => Some(terms.timestamp.plus(expires)),
                Placement::Header => None,
            },
            Self::V2 { terms, .. } => match terms.placement {
                v2::Placement::Query { expires_at } => Some(expires_at),
                v2::Placement::Header { .. } => None,
            },
        }
    }

    /// The headers other than `Host` that the user of a presigned URL must send exactly as in `request`.
    pub fn headers_to_send<'a>(&self, request: &'a Request) -> Vec<(&'a str, &'a [u8])> {
        match self {
            Self::Canonical { terms, .. } => terms.headers_to_send(request),
            Self::V2 { terms, .. } => terms.headers_to_send(request),
        }
    }
}

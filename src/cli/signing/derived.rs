//! What was signed, whatever the scheme: a canonical request and its string to sign, or a string to sign alone.

use std::borrow::Cow;

use sigvet_core::derivation::{Derivation, Placement, Terms};
use sigvet_core::request::Request;
use sigvet_core::scheme::Dialect;
use sigvet_core::time::Timestamp;
use sigvet_core::v2;
use sigvet_core::verify::SignedTexts;

/// What was agreed on and signed.
pub enum Derived {
    /// In the Version 4 family.
    Canonical {
        /// What was agreed on.
        terms: Box<Terms>,
        /// Every intermediate.
        derivation: Box<Derivation>,
    },
    /// In Version 2.
    V2 {
        /// What was agreed on.
        terms: v2::Terms,
        /// What is signed, part by part.
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

    /// What is signed, with the texts on the way.
    pub fn texts(&self) -> SignedTexts {
        match self {
            Self::Canonical { derivation, .. } => SignedTexts::Canonical((**derivation).clone()),
            Self::V2 { terms, string_to_sign } => SignedTexts::Parts {
                parts: string_to_sign.parts(terms.placement),
                string_to_sign: string_to_sign.to_bytes(),
            },
        }
    }

    /// The canonical request, in schemes that have one.
    pub fn canonical_request(&self) -> Option<String> {
        match self {
            Self::Canonical { derivation, .. } => Some(derivation.canonical_request.to_string()),
            Self::V2 { .. } => None,
        }
    }

    /// The string to sign. What is not UTF-8 has U+FFFD in its place.
    pub fn string_to_sign(&self) -> Cow<'_, str> {
        match self {
            Self::Canonical { derivation, .. } => derivation.string_to_sign.as_str().into(),
            Self::V2 { string_to_sign, .. } => String::from_utf8_lossy(&string_to_sign.to_bytes()).into_owned().into(),
        }
    }

    /// When a presigned URL ends; none where the signature is in a header.
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

    /// The headers, besides `Host`, that whoever uses a presigned URL must send as they are in `request`.
    pub fn headers_to_send<'a>(&self, request: &'a Request) -> Vec<(&'a str, &'a [u8])> {
        match self {
            Self::Canonical { terms, .. } => terms.headers_to_send(request),
            Self::V2 { terms, .. } => terms.headers_to_send(request),
        }
    }
}

//! What signer and verifier must agree on besides the request.

use std::borrow::Cow;
use std::time::Duration;

use crate::canonical::{PathRule, PayloadHash, SignedHeaders};
#[cfg(feature = "v4a")]
use crate::scheme::key_pair;
use crate::scheme::{Dialect, Scheme, Scope};
use crate::time::Timestamp;

/// The terms of a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Terms {
    /// The procedure.
    pub scheme: Scheme,
    /// The provider's names.
    pub dialect: Dialect,
    /// Whose key it is.
    pub access_key_id: String,
    /// The instant of the signature.
    pub timestamp: Timestamp,
    /// The credential scope.
    pub scope: Scope,
    /// Which headers the signature covers.
    pub signed_headers: SignedHeaders,
    /// What the canonical request says of the payload.
    pub payload: PayloadHash,
    /// How the path becomes canonical.
    pub path_rule: PathRule,
    /// Where the signature goes.
    pub placement: Placement,
    /// How the session token travels.
    pub token: TokenTravel,
}

/// Where a signature goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// Into the `Authorization` header.
    Header,
    /// Into the query, as a presigned URL.
    Query {
        /// How long the URL is good for, from the timestamp on.
        expires: Duration,
    },
}

/// How a session token travels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TokenTravel {
    /// As part of what is signed.
    #[default]
    Signed,
    /// Added after signing, as AWS IoT wants it.
    Unsigned,
}

impl TokenTravel {
    /// How a service wants it. All sign the token but the message broker of AWS IoT (its developer guide, *IAM users,
    /// groups, and roles*); no request says so by itself, for clients differ on where in the query they put the token.
    pub fn for_service(service: &str) -> Self {
        if service == "iotdevicegateway" { Self::Unsigned } else { Self::Signed }
    }
}

impl Terms {
    /// The algorithm, which begins the string to sign: `AWS4-HMAC-SHA256`.
    pub fn algorithm(&self) -> Cow<'static, str> {
        self.dialect.algorithm_for(self.scheme)
    }

    /// What stands before the secret where keys are derived: `AWS4`, or `AWS4A` in Version 4A.
    pub fn secret_prefix(&self) -> String {
        match self.scheme {
            Scheme::V4 => self.dialect.secret_prefix.clone().into_owned(),
            #[cfg(feature = "v4a")]
            Scheme::V4a => format!("{}{}", self.dialect.secret_prefix, key_pair::PREFIX_SUFFIX),
            #[cfg(feature = "x509")]
            Scheme::X509(_) => self.dialect.secret_prefix.clone().into_owned(),
        }
    }

    /// The access key id with the scope: `AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request`.
    pub fn credential(&self) -> String {
        let mut text = String::with_capacity(self.access_key_id.len() + 64);
        self.write_credential(&mut text);
        text
    }

    /// Appends the same.
    pub(crate) fn write_credential(&self, out: &mut String) {
        out.push_str(&self.access_key_id);
        out.push('/');
        self.scope.write(out);
    }

    /// Whether a query parameter, by its encoded name, is no part of what is signed: the signature, and a token that was
    /// added after it.
    #[doc(hidden)]
    pub fn omits_parameter(&self, name: &[u8]) -> bool {
        let (dialect, token) = (&self.dialect, self.dialect.token_parameter.as_bytes());
        match (self.placement, name.strip_prefix(dialect.query_prefix.as_bytes())) {
            (Placement::Query { .. }, Some(b"Signature")) => true,
            (Placement::Query { .. }, Some(name)) if name == token => self.token == TokenTravel::Unsigned,
            _ => false,
        }
    }
}

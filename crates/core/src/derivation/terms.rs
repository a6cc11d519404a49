//! What signer and verifier must agree on, apart from the request itself.

use std::borrow::Cow;
use std::time::Duration;

use crate::canonical::{PathRule, PayloadHash, SignedHeaders};
#[cfg(feature = "v4a")]
use crate::scheme::key_pair;
use crate::scheme::{Dialect, Scheme, Scope};
use crate::time::Timestamp;

/// The terms of a signature: everything that determines the string to sign, apart from the request itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Terms {
    /// The signature scheme, which determines the procedure.
    pub scheme: Scheme,
    /// The names that the provider uses.
    pub dialect: Dialect,
    /// The access key ID.
    pub access_key_id: String,
    /// When the request was signed.
    pub timestamp: Timestamp,
    /// The credential scope.
    pub scope: Scope,
    /// Which headers the signature covers.
    pub signed_headers: SignedHeaders,
    /// The payload's hash, or the word that replaces it in the canonical request.
    pub payload: PayloadHash,
    /// The rule for the canonical path.
    pub path_rule: PathRule,
    /// Where the signature goes: header or query.
    pub placement: Placement,
    /// Whether the session token is signed.
    pub token: TokenTravel,
}

/// Where a signature goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// In the `Authorization` header.
    Header,
    /// In the query, as in a presigned URL.
    Query {
        /// How long the URL is valid, counted from the timestamp.
        expires: Duration,
    },
}

/// Whether a session token is part of what is signed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TokenTravel {
    /// The token is signed.
    #[default]
    Signed,
    /// The token is added after signing, as AWS IoT expects it.
    Unsigned,
}

impl TokenTravel {
    /// How a service expects the token. All services sign it except the message broker of AWS IoT (its developer guide,
    /// *IAM users, groups, and roles*). A request does not show which, because clients differ on where in the query
    /// they put the token.
    pub fn for_service(service: &str) -> Self {
        if service == "iotdevicegateway" { Self::Unsigned } else { Self::Signed }
    }
}

impl Terms {
    /// The algorithm, which is the first line of the string to sign: `AWS4-HMAC-SHA256`.
    pub fn algorithm(&self) -> Cow<'static, str> {
        self.dialect.algorithm_for(self.scheme)
    }

    /// The prefix put before the secret when keys are derived: `AWS4`, or `AWS4A` in Version 4A.
    pub fn secret_prefix(&self) -> String {
        match self.scheme {
            Scheme::V4 => self.dialect.secret_prefix.clone().into_owned(),
            #[cfg(feature = "v4a")]
            Scheme::V4a => format!("{}{}", self.dialect.secret_prefix, key_pair::PREFIX_SUFFIX),
            #[cfg(feature = "x509")]
            Scheme::X509(_) => self.dialect.secret_prefix.clone().into_owned(),
        }
    }

    /// The credential: access key ID and scope, `AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request`.
    pub fn credential(&self) -> String {
        let mut text = String::with_capacity(self.access_key_id.len() + 64);
        self.write_credential(&mut text);
        text
    }

    /// Appends the credential.
    pub(crate) fn write_credential(&self, out: &mut String) {
        out.push_str(&self.access_key_id);
        out.push('/');
        self.scope.write(out);
    }

    /// Whether a query parameter, given its encoded name, is excluded from what is signed: the signature, and a token
    /// that was added after signing.
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

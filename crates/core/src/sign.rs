//! Signs a prepared request, and puts the signature into its `Authorization` header or its query.

use crate::canonical::SignedHeaders;
use crate::credentials::Secret;
use crate::derivation::{Placement, Terms, derive};
use crate::encode::{self, Plus};
use crate::prepare::{Given, Prepared, headers_to_send};
use crate::request::target::push_parameter;
use crate::request::{Header, Request};
use crate::scheme::{KeyScopeMismatch, KeyTrace, Scheme, Signature, SigningKey};

/// A signed request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct Signed {
    /// The request as it is to be sent.
    pub request: Request,
    /// The signature.
    pub signature: Signature,
    /// The part of the request that was there before.
    pub(crate) given: Given,
    pub(crate) signed_headers: SignedHeaders,
}

impl Signed {
    /// The headers that signing added, in order. A client only has to add these to the request that it has.
    ///
    /// For a presigned request there are rarely any: its signature is in [`added_query`](Self::added_query).
    pub fn added_headers(&self) -> &[Header] {
        &self.request.headers.as_slice()[self.given.headers..]
    }

    /// The parameters that presigning added, as on the wire: the text after the target and its `?` or `&`.
    pub fn added_query(&self) -> Option<&str> {
        let added = self.request.target().get(self.given.target..)?;
        let text = std::str::from_utf8(added).expect("what is appended to a target is ASCII");
        Some(text.strip_prefix(['?', '&']).unwrap_or(text)).filter(|text| !text.is_empty())
    }

    /// The parameters that presigning added, decoded, for clients that do their own encoding.
    pub fn added_parameters(&self) -> Vec<(String, String)> {
        let decoded =
            |text: &str| String::from_utf8_lossy(&encode::decode(text.as_bytes(), Plus::Literal)).into_owned();
        let parameters = self.added_query().into_iter().flat_map(|query| query.split('&'));
        let pairs = parameters.map(|parameter| parameter.split_once('=').unwrap_or((parameter, "")));
        pairs.map(|(name, value)| (decoded(name), decoded(value))).collect()
    }

    /// The headers, apart from `Host`, that users of a presigned URL must send exactly as here.
    pub fn headers_to_send(&self) -> Vec<(&str, &[u8])> {
        headers_to_send(&self.signed_headers, &self.request)
    }
}

impl Prepared {
    /// Signs the request.
    ///
    /// # Errors
    /// The key is for another scope than the request.
    pub fn sign(self, key: &SigningKey) -> Result<Signed, KeyScopeMismatch> {
        let derivation = derive(&self.request, &self.terms);
        let signature = key.sign(&self.terms.scope, derivation.string_to_sign.as_bytes())?;
        Ok(self.attach(signature))
    }

    /// Signs the request with a key that is derived for it alone: for one signature, this is faster than making a
    /// [`SigningKey`] first.
    pub fn sign_once(self, secret: &Secret) -> Signed {
        let derivation = derive(&self.request, &self.terms);
        let Terms { scheme, dialect, scope, .. } = &self.terms;
        let string_to_sign = derivation.string_to_sign.as_bytes();
        let signature = match scheme {
            Scheme::V4 => KeyTrace::derive(secret, &dialect.secret_prefix, scope).sign(string_to_sign),
            #[cfg(feature = "v4a")]
            Scheme::V4a => SigningKey::derive_pair(secret, &self.terms.access_key_id, dialect, scope)
                .sign_unchecked(string_to_sign),
            // A secret cannot sign with the key of a certificate, and nobody accepts an empty signature.
            #[cfg(feature = "x509")]
            Scheme::X509(_) => Signature::presented(""),
        };
        self.attach(signature)
    }

    fn attach(self, signature: Signature) -> Signed {
        let Self { mut request, terms, given, unsigned_token, .. } = self;
        match terms.placement {
            Placement::Header => {
                request.headers.push_unchecked("authorization", authorization(&terms, &signature));
                if let Some(token) = unsigned_token {
                    request.headers.push_unchecked(&terms.dialect.token_header, token.expose_secret());
                }
            }
            Placement::Query { .. } => {
                push_parameter(&mut request.target, &[&terms.dialect.query_prefix, "Signature"], signature.as_str());
                if let Some(token) = unsigned_token {
                    push_parameter(&mut request.target, &[&terms.dialect.token_query_name()], token.expose_secret());
                }
            }
        }
        Signed { request, signature, given, signed_headers: terms.signed_headers }
    }
}

fn authorization(terms: &Terms, signature: &Signature) -> String {
    let mut text = String::with_capacity(320);
    text.push_str(&terms.algorithm());
    text.push_str(" Credential=");
    terms.write_credential(&mut text);
    for piece in [", SignedHeaders=", terms.signed_headers.as_str(), ", Signature=", signature.as_str()] {
        text.push_str(piece);
    }
    text
}

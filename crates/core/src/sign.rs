//! The signer's way out: the signature goes onto the request, into a header or into the query.

use crate::credentials::Secret;
use crate::derivation::{Placement, Terms, derive};
use crate::prepare::Prepared;
use crate::request::Request;
use crate::request::target::push_parameter;
use crate::scheme::{KeyScopeMismatch, KeyTrace, Scheme, Signature, SigningKey};

/// A signed request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The request as it goes on the wire.
    pub request: Request,
    /// The signature on it.
    pub signature: Signature,
}

impl Prepared {
    /// Signs the request.
    ///
    /// # Errors
    /// A key made for another scope than the request's.
    pub fn sign(self, key: &SigningKey) -> Result<Signed, KeyScopeMismatch> {
        let derivation = derive(&self.request, &self.terms);
        let signature = key.sign(&self.terms.scope, derivation.string_to_sign.as_bytes())?;
        let request = self.attach(&signature);
        Ok(Signed { request, signature })
    }

    /// Signs the request with a key derived for it alone: for one signature, quicker than to make a [`SigningKey`] first.
    pub fn sign_once(self, secret: &Secret) -> Signed {
        let derivation = derive(&self.request, &self.terms);
        let Terms { scheme, dialect, scope, access_key_id, .. } = &self.terms;
        let string_to_sign = derivation.string_to_sign.as_bytes();
        let signature = match scheme {
            Scheme::V4 => KeyTrace::derive(secret, &dialect.secret_prefix, scope).sign(string_to_sign),
            Scheme::V4a => {
                SigningKey::derive_pair(secret, access_key_id, dialect, scope).sign_unchecked(string_to_sign)
            }
        };
        let request = self.attach(&signature);
        Signed { request, signature }
    }

    fn attach(self, signature: &Signature) -> Request {
        let Self { mut request, terms, unsigned_token, .. } = self;
        match terms.placement {
            Placement::Header => {
                request.headers.push_unchecked("authorization", authorization(&terms, signature));
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
        request
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

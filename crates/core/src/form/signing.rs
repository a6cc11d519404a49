//! Signs a form. Only its policy, in base64, is signed (*Authenticating requests in browser-based uploads using POST*).

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::fields::Fields;
use super::policy::Policy;
use super::preparation::{FORM_LIMIT, FieldToFill, FormError, Prepared};
use crate::credentials::Secret;
use crate::scheme::{Signature, SigningKey};
use crate::v2;

/// Number of bytes that a multipart body adds to the name and value of a field: the boundary, as browsers and curl make
/// it (40 bytes), two dashes, the line ends, and `Content-Disposition: form-data; name=""`.
const FRAME: usize = 40 + 2 + 4 * 2 + 38;

/// A form that is ready to be filled in and sent. `Debug` omits the policy's text, which may contain a session token.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedForm {
    /// The policy that was signed.
    pub policy: Policy,
    /// The policy as JSON; the field `policy` is its base64.
    pub policy_json: String,
    /// All fields of the form, in order; the file comes after them.
    pub fields: Fields,
    /// The fields that the uploader must add before the file.
    pub to_fill: Vec<FieldToFill>,
    /// The string to sign: the policy in base64.
    pub string_to_sign: String,
    /// The signature.
    pub signature: Signature,
}

impl fmt::Debug for SignedForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { policy, fields, to_fill, signature, .. } = self;
        let mut shown = f.debug_struct("SignedForm");
        shown.field("policy", policy).field("fields", fields).field("to_fill", to_fill).field("signature", signature);
        shown.finish_non_exhaustive()
    }
}

impl Prepared {
    /// Signs the form with a signing key of Version 4.
    ///
    /// # Errors
    /// The key is for another scope, the form is of Version 2, or it is larger than [`FORM_LIMIT`](super::FORM_LIMIT).
    pub fn sign(self, key: &SigningKey) -> Result<SignedForm, FormError> {
        let scope = self.scope.clone().ok_or(FormError::Scheme)?;
        let string_to_sign = self.string_to_sign();
        let signature = key
            .sign(&scope, string_to_sign.as_bytes())
            .map_err(|error| FormError::Key(Box::new((*error.expected, *error.presented))))?;
        self.finish(string_to_sign, signature)
    }

    /// Signs the form with a secret access key, as in Version 2.
    ///
    /// # Errors
    /// The form is of Version 4, or it is larger than [`FORM_LIMIT`](super::FORM_LIMIT).
    pub fn sign_v2(self, secret: &Secret) -> Result<SignedForm, FormError> {
        if self.scope.is_some() {
            return Err(FormError::Scheme);
        }
        let string_to_sign = self.string_to_sign();
        let signature = v2::sign(secret, string_to_sign.as_bytes());
        self.finish(string_to_sign, signature)
    }

    fn string_to_sign(&self) -> String {
        BASE64_STANDARD.encode(self.policy.to_json())
    }

    fn finish(self, string_to_sign: String, signature: Signature) -> Result<SignedForm, FormError> {
        let Self { policy, mut fields, to_fill, signature_field, .. } = self;
        fields.push("policy", &string_to_sign);
        fields.push(signature_field, signature.as_str());
        let own = fields.iter().map(|(name, value)| FRAME + name.len() + value.len());
        let more = to_fill.iter().map(|field| FRAME + field.name.len() + field.prefix.len());
        let size = own.chain(more).sum();
        if size > FORM_LIMIT {
            return Err(FormError::TooLarge { size, policy: string_to_sign.len() });
        }
        let policy_json = policy.to_json();
        Ok(SignedForm { policy, policy_json, fields, to_fill, string_to_sign, signature })
    }
}

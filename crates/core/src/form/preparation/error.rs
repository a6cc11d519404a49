//! Errors for uploads that no form can be made for, and warnings about forms that can be made.

use crate::prepare::expires_limits;
use crate::scheme::{InvalidScopePart, Scope};
use crate::time::{Timestamp, in_words};

/// Why no form can be made for an upload.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// The access key ID cannot be part of a credential.
    #[error("invalid access key ID: it is empty or contains spaces, quotes, commas or control characters")]
    AccessKeyId,
    /// The session token cannot be the value of a field. It is not quoted, because it is a secret.
    #[error("the session token contains a line break, a NUL or another control character")]
    SessionToken,
    /// The upload has no object key.
    #[error("the upload has no key")]
    KeyMissing,
    /// The upload has no bucket.
    #[error("the upload has no bucket")]
    BucketMissing,
    /// The object key is longer than 1024 bytes.
    #[error("the key has {length} bytes, but S3 accepts at most 1024")]
    KeyTooLong {
        /// Length of the key, in bytes.
        length: usize,
    },
    /// The expiry is below one second, or above the seven days for which a key of Version 4 is valid.
    #[error("the expiry of a form must be {}, not {presented} s ({})", expires_limits(), in_words(*.presented))]
    Expires {
        /// The expiry that was given, in seconds.
        presented: u64,
    },
    /// The minimum length is above the maximum.
    #[error("no file can have at least {min} and at most {max} bytes")]
    LengthRange {
        /// Minimum length, in bytes.
        min: u64,
        /// Maximum length, in bytes.
        max: u64,
    },
    /// S3 knows no such field.
    #[error("S3 has no form field '{name}'; expected one of {}, {prefix}… or x-ignore-…", known())]
    UnknownField {
        /// The name as it was given.
        name: String,
        /// The prefix of the provider's own fields: `x-amz-`.
        prefix: String,
    },
    /// The signer sets the field.
    #[error("the field {name} cannot be set by hand: {reason}")]
    ReservedField {
        /// The name as it was given.
        name: String,
        /// Where its value comes from.
        reason: &'static str,
    },
    /// A field is given twice.
    #[error("the field {name} is given twice")]
    DuplicateField {
        /// The name of the field.
        name: String,
    },
    /// `success_action_status` is not a status that S3 accepts.
    #[error("invalid success status '{presented}'; expected 200, 201 or 204")]
    SuccessStatus {
        /// The value as it was given.
        presented: String,
    },
    /// The value given for a field does not meet the condition on it.
    #[error("the field {name} is '{value}', but its condition requires it to begin with '{prefix}'")]
    Contradiction {
        /// The name of the field.
        name: String,
        /// The value of the field.
        value: String,
        /// The prefix that the condition requires.
        prefix: String,
    },
    /// A condition requires the variable itself. S3 replaces it by the file's name before it checks conditions.
    #[error("the condition on {name} requires '{prefix}', but ${{filename}} is replaced before conditions are checked")]
    VariableInPrefix {
        /// The name of the field.
        name: String,
        /// The prefix that was given.
        prefix: String,
    },
    /// The value contains a line break or another control character, which browsers change on the way.
    #[error("the value of the field {name} contains a control character")]
    ControlCharacter {
        /// The name of the field.
        name: String,
    },
    /// The form is larger than [`FORM_LIMIT`](super::FORM_LIMIT).
    #[error(
        "the form has {size} bytes besides the file, but S3 accepts at most 20480 (20 KiB); the policy alone has {policy}"
    )]
    TooLarge {
        /// Size of the form without the file, in bytes.
        size: usize,
        /// Size of the policy in base64, in bytes.
        policy: usize,
    },
    /// The service does not accept forms.
    #[error("forms work only with S3, but the service is '{presented}'")]
    Service {
        /// The service as it was given.
        presented: String,
    },
    /// The region or the service cannot be part of a scope.
    #[error(transparent)]
    Scope(#[from] InvalidScopePart),
    /// The signing key is for another scope.
    #[error("the signing key is for scope {} and cannot sign for {}", .0.0, .0.1)]
    Key(Box<(Scope, Scope)>),
    /// The signing key is for the other scheme.
    #[error("the signing key belongs to another scheme than the form")]
    Scheme,
}

fn known() -> String {
    crate::form::fields::known_names().collect::<Vec<_>>().join(", ")
}

/// A warning about a form that is valid but likely to be refused or to surprise.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormWarning {
    /// S3's manual documents only an exact value as a condition on the field.
    #[error("S3 does not document starts-with for {name}, only an exact value; some stores accept it")]
    ExactOnly {
        /// The name of the field.
        name: String,
    },
    /// The form has a redirect, so the success status is not used.
    #[error("with a redirect, S3 answers 303 and success_action_status is not used")]
    StatusUnused,
    /// The key ends with `/`, as the name of a directory does.
    #[error("the key ends with '/' and stays as it is; append ${{filename}} to add the file's name")]
    KeyIsDirectory,
    /// The credentials expire before the form does.
    #[error("the credentials expire at {}, before the form expires at {}", .credentials.to_rfc3339(), .form.to_rfc3339())]
    CredentialsExpireFirst {
        /// When the credentials expire.
        credentials: Timestamp,
        /// When the form expires.
        form: Timestamp,
    },
}

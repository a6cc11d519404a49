//! Why there is no form for an upload, and what is to be said of one that there is.

use crate::scheme::{InvalidScopePart, Scope};
use crate::time::{Timestamp, in_words};

/// An upload that no form can be made for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// The access key id cannot stand in a credential.
    #[error("invalid access key ID: it is empty or contains spaces, quotes, commas or control characters")]
    AccessKeyId,
    /// The session token cannot be the value of a field. It is not quoted, because it is a secret.
    #[error("the session token contains a line break, a NUL or another control character")]
    SessionToken,
    /// There is no key.
    #[error("the upload has no key")]
    KeyMissing,
    /// There is no bucket.
    #[error("the upload has no bucket")]
    BucketMissing,
    /// The key is over 1024 bytes.
    #[error("the key has {length} bytes, but S3 accepts at most 1024")]
    KeyTooLong {
        /// Its length.
        length: usize,
    },
    /// The life is below a second, or over what a key of Version 4 is good for.
    #[error("the expiry of a form must be 1 to 604800 s (7 days), not {presented} s ({})", in_words(*.presented))]
    Expires {
        /// Seconds.
        presented: u64,
    },
    /// The range of lengths is empty.
    #[error("no file can have at least {min} and at most {max} bytes")]
    LengthRange {
        /// The least.
        min: u64,
        /// The most.
        max: u64,
    },
    /// S3 knows no such field.
    #[error("S3 has no form field '{name}'; expected one of {}, {prefix}… or x-ignore-…", known())]
    UnknownField {
        /// The name as it was given.
        name: String,
        /// `x-amz-`.
        prefix: String,
    },
    /// The field is set by the signer.
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
        /// Its name.
        name: String,
    },
    /// The status of success is none that S3 knows.
    #[error("invalid success status '{presented}'; expected 200, 201 or 204")]
    SuccessStatus {
        /// The value as it was given.
        presented: String,
    },
    /// A field's own value does not meet the condition on it.
    #[error("the field {name} is '{value}', but its condition requires it to begin with '{prefix}'")]
    Contradiction {
        /// The field.
        name: String,
        /// Its value.
        value: String,
        /// What the condition asks for.
        prefix: String,
    },
    /// The file's name is put in before conditions are looked at, so none can ask for the variable itself.
    #[error("the condition on {name} requires '{prefix}', but ${{filename}} is replaced before conditions are checked")]
    VariableInPrefix {
        /// The field.
        name: String,
        /// The beginning as it was given.
        prefix: String,
    },
    /// A line break or another control character, which browsers change on the way.
    #[error("the value of the field {name} contains a control character")]
    ControlCharacter {
        /// The field.
        name: String,
    },
    /// The form is over [`FORM_LIMIT`](super::FORM_LIMIT).
    #[error(
        "the form has {size} bytes besides the file, but S3 accepts at most 20480 (20 KiB); the policy alone has {policy}"
    )]
    TooLarge {
        /// The whole form.
        size: usize,
        /// The policy in base64.
        policy: usize,
    },
    /// A service that takes no forms.
    #[error("forms work only with S3, but the service is '{presented}'")]
    Service {
        /// The service as it was given.
        presented: String,
    },
    /// The region or the service cannot stand in a scope.
    #[error(transparent)]
    Scope(#[from] InvalidScopePart),
    /// The key is for another scope.
    #[error("the signing key is for scope {} and cannot sign for {}", .0.0, .0.1)]
    Key(Box<(Scope, Scope)>),
    /// The key is for the other scheme.
    #[error("the signing key belongs to another scheme than the form")]
    Scheme,
}

fn known() -> String {
    crate::form::fields::known_names().collect::<Vec<_>>().join(", ")
}

/// What is legal, and yet likely to be refused or to surprise.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormWarning {
    /// S3's manual knows only the whole value as a condition on it.
    #[error("S3 does not document starts-with for {name}, only an exact value; some stores accept it")]
    ExactOnly {
        /// The field.
        name: String,
    },
    /// A redirect makes the status of no use.
    #[error("with a redirect, S3 answers 303 and success_action_status is not used")]
    StatusUnused,
    /// The object would be called as a directory is.
    #[error("the key ends with '/' and stays as it is; append ${{filename}} to add the file's name")]
    KeyIsDirectory,
    /// The form outlives the credentials that sign it.
    #[error("the credentials expire at {}, before the form expires at {}", .credentials.to_rfc3339(), .form.to_rfc3339())]
    CredentialsExpireFirst {
        /// When the credentials stop working.
        credentials: Timestamp,
        /// When the form would.
        form: Timestamp,
    },
}

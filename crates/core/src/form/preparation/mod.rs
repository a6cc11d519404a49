//! Turns an upload into the policy and the fields of its form. Forms that could never be uploaded are refused here,
//! before anything is signed: a field that the policy does not allow, a condition that no field can meet.

mod error;
mod checks;

use std::time::Duration;

pub use self::error::{FormError, FormWarning};
use super::conditions::Condition;
use super::fields::{Fields, Matching, matching};
use super::policy::Policy;
use super::upload::{FILENAME, Signing, Upload};
use crate::prepare::{EXPIRES_LIMITS, Identity};
use crate::scheme::{Dialect, Scope};
use crate::time::Timestamp;

/// Maximum size of a form besides the file, boundaries included: 20 KiB (*Creating an HTML form*).
pub const FORM_LIMIT: usize = 20 * 1024;

/// A form that lacks only its policy and its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// The policy that will be signed.
    pub policy: Policy,
    /// The fields whose values are known already.
    pub fields: Fields,
    /// The fields that the uploader must add.
    pub to_fill: Vec<FieldToFill>,
    /// Warnings: the form is valid, but likely to be refused or to surprise.
    pub warnings: Vec<FormWarning>,
    /// The scope that a key of Version 4 must have; `None` for Version 2.
    pub scope: Option<Scope>,
    /// The field for the signature.
    pub(super) signature_field: String,
}

/// A field that the policy requires and whose value only the uploader knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldToFill {
    /// The name of the field.
    pub name: String,
    /// The prefix that its value must have.
    pub prefix: String,
}

/// Makes the policy and the fields of the form for an upload.
///
/// # Errors
/// See [`FormError`].
pub fn prepare(upload: &Upload, identity: &Identity, signing: &Signing, now: Timestamp) -> Result<Prepared, FormError> {
    checks::check(upload, signing)?;
    if !identity.names_a_key() {
        return Err(FormError::AccessKeyId);
    }
    if !identity.has_sendable_token() {
        return Err(FormError::SessionToken);
    }
    let expiration = now.plus(expiry(upload.expires, signing)?);
    let mut prepared = Prepared {
        policy: Policy { expiration, conditions: Vec::new() },
        fields: Fields::default(),
        to_fill: Vec::new(),
        warnings: warnings(upload, identity, signing, expiration),
        scope: scope(signing, now)?,
        signature_field: match signing {
            Signing::V4 { dialect, .. } => format!("{}signature", dialect.header_prefix),
            Signing::V2 { .. } => "signature".to_owned(),
        },
    };
    prepared.policy.conditions.push(Condition::equals("bucket", &upload.bucket));
    prepared.add_key(upload);
    prepared.add_fields(upload, signing);
    if let Some((min, max)) = upload.length {
        prepared.policy.conditions.push(Condition::ContentLengthRange { min, max });
    }
    prepared.add_identity(identity, signing, now);
    Ok(prepared)
}

impl Prepared {
    /// Adds the key. The name of a file may be anything, so a condition can only require what precedes it.
    fn add_key(&mut self, upload: &Upload) {
        let before_name = upload.key.split_once(FILENAME).map(|(before, _)| before);
        let condition = match (upload.prefixes.get("key"), before_name) {
            (Some(prefix), _) | (None, Some(prefix)) => Condition::starts_with("key", prefix),
            (None, None) => Condition::equals("key", &upload.key),
        };
        self.fields.push("key", &upload.key);
        self.policy.conditions.push(condition);
    }

    fn add_fields(&mut self, upload: &Upload, signing: &Signing) {
        for (name, value) in upload.fields.iter() {
            self.fields.push(name, value);
            let is_ignored = matching(name, signing.header_prefix()) == Some(Matching::Ignored);
            if !is_ignored && !upload.prefixes.contains(name) {
                self.policy.conditions.push(condition_on(name, value));
            }
        }
        for (name, prefix) in upload.prefixes.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("key")) {
            self.policy.conditions.push(Condition::starts_with(name, prefix));
            if !upload.fields.contains(name) {
                self.to_fill.push(FieldToFill { name: name.to_owned(), prefix: prefix.to_owned() });
            }
        }
    }

    /// Adds who signs, when, and for which scope. The policy contains all of it, so nobody can change it afterwards.
    fn add_identity(&mut self, identity: &Identity, signing: &Signing, now: Timestamp) {
        let id = &identity.access_key_id;
        match (signing, self.scope.as_ref().map(Scope::to_string)) {
            (Signing::V4 { dialect, .. }, Some(scope)) => {
                let prefix = &dialect.header_prefix;
                self.add_bound(&format!("{prefix}algorithm"), &dialect.algorithm);
                self.add_bound(&format!("{prefix}credential"), &format!("{id}/{scope}"));
                self.add_bound(&dialect.date_header, now.as_str());
            }
            (Signing::V4 { .. }, None) => {}
            (Signing::V2 { names }, _) => self.fields.push(names.key_parameter, id),
        }
        if let Some(token) = &identity.session_token {
            self.add_bound(signing.token_field(), token.expose_secret());
        }
    }

    fn add_bound(&mut self, name: &str, value: &str) {
        self.fields.push(name, value);
        self.policy.conditions.push(Condition::equals(name, value));
    }
}

/// A condition on a value. A value that contains the file's name is known only up to that name.
fn condition_on(name: &str, value: &str) -> Condition {
    match value.split_once(FILENAME) {
        Some((before, _)) => Condition::starts_with(name, before),
        None => Condition::equals(name, value),
    }
}

/// Checks the expiry. A key of Version 4 is valid for seven days, and so is what it signed; Version 2 has no such
/// limit.
fn expiry(expires: Duration, signing: &Signing) -> Result<Duration, FormError> {
    let is_short = expires < *EXPIRES_LIMITS.start();
    let is_long = matches!(signing, Signing::V4 { .. }) && expires > *EXPIRES_LIMITS.end();
    if is_short || is_long { Err(FormError::Expires { presented: expires.as_secs() }) } else { Ok(expires) }
}

fn scope(signing: &Signing, now: Timestamp) -> Result<Option<Scope>, FormError> {
    match signing {
        Signing::V4 { dialect, region, service } => Ok(Some(Scope::new(&now, region, service, dialect)?)),
        Signing::V2 { .. } => Ok(None),
    }
}

fn warnings(upload: &Upload, identity: &Identity, signing: &Signing, expiration: Timestamp) -> Vec<FormWarning> {
    let prefix = signing.header_prefix();
    let is_exact = |name: &str| matching(name, prefix) == Some(Matching::Exact);
    let mut warnings: Vec<FormWarning> = upload
        .prefixes
        .iter()
        .filter(|(name, _)| is_exact(name))
        .map(|(name, _)| FormWarning::ExactOnly { name: name.to_owned() })
        .collect();
    let has = |name: &str| upload.fields.contains(name) || upload.prefixes.contains(name);
    if has("success_action_status") && (has("success_action_redirect") || has("redirect")) {
        warnings.push(FormWarning::StatusUnused);
    }
    if upload.key.ends_with('/') {
        warnings.push(FormWarning::KeyIsDirectory);
    }
    if let Some(credentials) = identity.expires_at.filter(|end| *end < expiration) {
        warnings.push(FormWarning::CredentialsExpireFirst { credentials, form: expiration });
    }
    warnings
}

/// Whether a service accepts forms: S3 itself, by any of its names at other providers.
pub(super) fn takes_forms(dialect: &Dialect, service: &str) -> bool {
    service == "s3" || (*dialect == Dialect::GOOG4 && dialect.stores_objects(service))
}

#[cfg(test)]
mod tests;

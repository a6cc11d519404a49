//! Refuses uploads that no form can be made for: fields that S3 does not know or that the signer sets, and values that
//! contradict conditions.

use super::{FormError, takes_forms};
use crate::form::conditions::Condition;
use crate::form::fields::matching;
use crate::form::upload::{FILENAME, Signing, Upload};

/// Maximum length of an object key, in bytes.
const LONGEST_KEY: usize = 1024;

/// Fields that cannot be set by hand, and why. Those of the signature are in [`is_of_signature`].
const RESERVED: [(&str, &str); 5] = [
    ("key", "it is the key of the URL"),
    ("bucket", "it is the bucket of the URL"),
    ("file", "it is the file that is uploaded"),
    ("policy", "it is built from the conditions"),
    ("content-length-range", "it is a condition on the file, not a field"),
];

/// Refuses an upload that no form can be made for.
pub(super) fn check(upload: &Upload, signing: &Signing) -> Result<(), FormError> {
    if let Signing::V4 { dialect, service, .. } = signing
        && !takes_forms(dialect, service)
    {
        return Err(FormError::Service { presented: service.clone() });
    }
    check_place(upload)?;
    if let Some((min, max)) = upload.length.filter(|(min, max)| min > max) {
        return Err(FormError::LengthRange { min, max });
    }
    let named: Vec<&str> = upload.fields.iter().map(|(name, _)| name).collect();
    let asked: Vec<&str> = upload.prefixes.iter().map(|(name, _)| name).collect();
    [&named, &asked].into_iter().try_for_each(|names| check_duplicates(names))?;
    named.iter().try_for_each(|name| check_name(name, signing))?;
    asked.iter().filter(|name| !name.eq_ignore_ascii_case("key")).try_for_each(|name| check_name(name, signing))?;
    upload.fields.iter().chain(upload.prefixes.iter()).try_for_each(check_value)?;
    check_status(upload)?;
    upload.prefixes.iter().try_for_each(|(name, prefix)| check_prefix(upload, name, prefix))
}

fn check_place(upload: &Upload) -> Result<(), FormError> {
    match upload {
        Upload { bucket, .. } if bucket.is_empty() => Err(FormError::BucketMissing),
        Upload { key, .. } if key.is_empty() => Err(FormError::KeyMissing),
        Upload { key, .. } if key.len() > LONGEST_KEY => Err(FormError::KeyTooLong { length: key.len() }),
        Upload { key, .. } => check_value(("key", key)),
    }
}

fn check_duplicates(names: &[&str]) -> Result<(), FormError> {
    let is_repeated = |at: usize, name: &str| {
        names.get(..at).unwrap_or_default().iter().any(|earlier| earlier.eq_ignore_ascii_case(name))
    };
    match names.iter().enumerate().find(|(at, name)| is_repeated(*at, name)) {
        Some((_, name)) => Err(FormError::DuplicateField { name: (*name).to_owned() }),
        None => Ok(()),
    }
}

fn check_name(name: &str, signing: &Signing) -> Result<(), FormError> {
    let prefix = signing.header_prefix();
    let reason = RESERVED.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, reason)| *reason);
    let reason = reason.or_else(|| is_of_signature(name, prefix).then_some("it belongs to the signature"));
    if let Some(reason) = reason {
        return Err(FormError::ReservedField { name: name.to_owned(), reason });
    }
    let is_known = matching(name, prefix).is_some() && crate::request::is_token(name);
    if is_known { Ok(()) } else { Err(FormError::UnknownField { name: name.to_owned(), prefix: prefix.to_owned() }) }
}

fn is_of_signature(name: &str, prefix: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let own = lower.strip_prefix(prefix).unwrap_or_default();
    let of_v4 = ["algorithm", "credential", "date", "security-token", "signature"];
    of_v4.contains(&own) || ["awsaccesskeyid", "signature"].contains(&lower.as_str())
}

/// Refuses control characters: browsers rewrite line breaks, and no header of an object can contain them.
fn check_value((name, value): (&str, &str)) -> Result<(), FormError> {
    if value.chars().any(char::is_control) {
        return Err(FormError::ControlCharacter { name: name.to_owned() });
    }
    Ok(())
}

fn check_status(upload: &Upload) -> Result<(), FormError> {
    match upload.fields.get("success_action_status").filter(|status| !["200", "201", "204"].contains(status)) {
        Some(status) => Err(FormError::SuccessStatus { presented: status.to_owned() }),
        None => Ok(()),
    }
}

/// If the form itself sets the field, its value must meet the field's own condition.
fn check_prefix(upload: &Upload, name: &str, prefix: &str) -> Result<(), FormError> {
    let (name, prefix) = (name.to_owned(), prefix.to_owned());
    if prefix.contains(FILENAME) {
        return Err(FormError::VariableInPrefix { name, prefix });
    }
    let value = if name.eq_ignore_ascii_case("key") { Some(upload.key.as_str()) } else { upload.fields.get(&name) };
    // The text after the variable is unknown.
    let known = |value: &str| value.split_once(FILENAME).map_or(value, |(before, _)| before).to_owned();
    let condition = Condition::starts_with(&name, &prefix);
    match value.map(known).filter(|known| !condition.allows(known)) {
        Some(_) => Err(FormError::Contradiction { name, value: value.unwrap_or_default().to_owned(), prefix }),
        None => Ok(()),
    }
}

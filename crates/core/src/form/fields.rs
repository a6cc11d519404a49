//! The fields of a form, in the order in which they are sent, and S3's rules for their names.
//!
//! Names are compared without regard to case, values are not (*POST Object*, form fields). Policies are not known here.

use std::collections::HashMap;
use std::fmt;

/// Named values in order. `Debug` shows only the names, because a value may be a session token.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Appends a field.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// The value of the first field of that name, in any case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Whether there is a field of that name, in any case.
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The first value of each name, keyed by the name in lower case, for callers that look up many.
    pub(super) fn by_name(&self) -> HashMap<String, &str> {
        let mut values = HashMap::with_capacity(self.0.len());
        for (name, value) in self.iter() {
            values.entry(name.to_ascii_lowercase()).or_insert(value);
        }
        values
    }

    /// Iterates over names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// The conditions that a policy can set on a field (*POST policy*, conditions).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Matching {
    /// Its value, or the beginning of its value.
    ExactOrPrefix,
    /// Only its value.
    Exact,
    /// None: the field is ignored.
    Ignored,
}

/// The fields other than `key` that S3 knows by their full names.
const KNOWN: [(&str, Matching); 11] = [
    ("acl", Matching::ExactOrPrefix),
    ("Cache-Control", Matching::ExactOrPrefix),
    ("Content-Disposition", Matching::ExactOrPrefix),
    ("Content-Encoding", Matching::ExactOrPrefix),
    ("Content-MD5", Matching::ExactOrPrefix),
    ("Content-Type", Matching::ExactOrPrefix),
    ("Expires", Matching::ExactOrPrefix),
    ("redirect", Matching::ExactOrPrefix),
    ("success_action_redirect", Matching::ExactOrPrefix),
    ("success_action_status", Matching::Exact),
    ("tagging", Matching::ExactOrPrefix),
];

/// Fields with this prefix are ignored by S3; they are meant for other readers.
const IGNORED_PREFIX: &str = "x-ignore-";

/// Fields that belong to the form itself, in either scheme: they need no condition.
const EXEMPT: [&str; 5] = ["policy", "file", "signature", "AWSAccessKeyId", "GoogleAccessId"];

/// The conditions that a policy can set on a field of that name; `None` if S3 knows no such field. `header_prefix` is
/// `x-amz-`.
pub(super) fn matching(name: &str, header_prefix: &str) -> Option<Matching> {
    let lower = name.to_ascii_lowercase();
    if let Some((_, matching)) = KNOWN.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
        return Some(*matching);
    }
    if lower.starts_with(IGNORED_PREFIX) {
        return Some(Matching::Ignored);
    }
    let own = lower.strip_prefix(header_prefix)?;
    match own.strip_prefix("meta-") {
        Some("") => None,
        Some(_) => Some(Matching::ExactOrPrefix),
        None => (!own.is_empty()).then_some(Matching::Exact),
    }
}

/// The known names, to list in messages.
pub(super) fn known_names() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().map(|(name, _)| *name)
}

/// Whether S3 ignores the field.
pub(super) fn is_ignored(name: &str) -> bool {
    name.to_ascii_lowercase().starts_with(IGNORED_PREFIX)
}

/// Whether a form may have the field without a condition on it.
pub(super) fn is_exempt(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let is_signature = lower.starts_with("x-") && lower.ends_with("-signature") && lower.matches('-').count() == 2;
    is_signature || lower.starts_with(IGNORED_PREFIX) || EXEMPT.iter().any(|exempt| exempt.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_recognised_in_any_case_and_by_their_prefixes() {
        for (name, expected) in [
            ("CONTENT-type", Some(Matching::ExactOrPrefix)),
            ("success_action_status", Some(Matching::Exact)),
            ("x-amz-meta-a", Some(Matching::ExactOrPrefix)),
            ("X-Amz-Storage-Class", Some(Matching::Exact)),
            ("x-ignore-note", Some(Matching::Ignored)),
            ("x-amz-meta-", None),
            ("x-amz-", None),
            ("x-goog-meta-a", None),
            ("Content_Type", None),
        ] {
            assert_eq!(matching(name, "x-amz-"), expected, "{name}");
        }
    }

    #[test]
    fn fields_of_the_form_itself_need_no_condition() {
        for name in ["Policy", "x-amz-signature", "X-Goog-Signature", "awsaccesskeyid", "x-ignore-a", "file"] {
            assert!(is_exempt(name), "{name}");
        }
        for name in ["key", "x-amz-date", "x-amz-meta-signature", "submit"] {
            assert!(!is_exempt(name), "{name}");
        }
    }

    #[test]
    fn debug_shows_no_value() {
        let mut fields = Fields::default();
        fields.push("x-amz-security-token", "whisper");
        assert_eq!(format!("{fields:?}"), r#"["x-amz-security-token"]"#);
    }
}

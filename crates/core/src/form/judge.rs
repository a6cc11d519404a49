//! Checks an upload against its policy, as S3 does: each condition against the fields, each field against the
//! conditions, the file against the range of lengths, and the expiration against the clock (*POST policy*, condition
//! matching).

use std::collections::{HashMap, HashSet};
use std::fmt;

use super::claim::FormClaim;
use super::conditions::Condition;
use super::fields::is_exempt;
use super::policy::PolicyError;
use super::upload::FILENAME;
use crate::time::{Timestamp, in_words};

/// One way in which an upload violates its policy. Never contains the value of a session token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Violation {
    /// The policy cannot be read.
    Unreadable(PolicyError),
    /// The policy has expired.
    Expired {
        /// When it expired.
        at: Timestamp,
        /// The server's clock.
        now: Timestamp,
    },
    /// A field does not meet a condition.
    ConditionFailed {
        /// The condition that failed.
        condition: Condition,
        /// The field's value; `None` if it was not sent, or if it is a session token.
        presented: Option<String>,
    },
    /// The file is too short or too long.
    LengthOutOfRange {
        /// Minimum length, in bytes.
        min: u64,
        /// Maximum length, in bytes.
        max: u64,
        /// The file's length, in bytes.
        presented: u64,
    },
    /// The policy has no condition on the field.
    FieldNotAllowed {
        /// The name of the field.
        name: String,
    },
    /// The form has no file.
    FileMissing,
    /// A field or the file was sent twice, before or after the file. MinIO refuses two values of a field that a
    /// condition names, S3 refuses two files (`IncorrectNumberOfFilesInPostRequest`); others use the first or the last.
    FieldRepeated {
        /// The name of the field, in lower case.
        name: String,
    },
    /// A field comes after the file, where S3 ignores it; for the submit button of a page that is normal.
    FieldBehindFile {
        /// The name of the field.
        name: String,
    },
    /// The policy names a bucket, but the bucket that the form was sent to is unknown. The form's own field is not
    /// evidence, because the uploader writes it.
    BucketUnknown {
        /// The condition on the bucket.
        condition: Condition,
    },
}

impl Violation {
    /// The value in the form, and the value that the policy requires. Either is empty if there is nothing to show.
    pub fn sides(&self) -> (String, String) {
        match self {
            Self::Unreadable(_) | Self::FileMissing => (String::new(), String::new()),
            Self::Expired { at, now } => (at.to_rfc3339(), now.to_rfc3339()),
            Self::ConditionFailed { condition, .. } if condition.is_secret() => (String::new(), String::new()),
            Self::ConditionFailed { condition, presented } => {
                (presented.clone().unwrap_or_default(), condition.to_string())
            }
            Self::LengthOutOfRange { min, max, presented } => (presented.to_string(), format!("{min} to {max}")),
            Self::FieldNotAllowed { name } | Self::FieldRepeated { name } | Self::FieldBehindFile { name } => {
                (name.clone(), String::new())
            }
            Self::BucketUnknown { condition } => (String::new(), condition.to_string()),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => error.fmt(f),
            Self::Expired { at, now } => {
                let ago = in_words(at.seconds_until(*now).unsigned_abs());
                write!(f, "the policy expired at {}, {ago} ago", at.to_rfc3339())
            }
            Self::ConditionFailed { condition, presented } => {
                let name = condition.field().unwrap_or_default();
                match presented {
                    _ if condition.is_secret() => write!(f, "the field {name} differs from the value in the policy"),
                    Some(value) => write!(f, "the field {name} is '{value}', which violates the condition {condition}"),
                    None => write!(f, "the field {name}, which the condition {condition} requires, was not sent"),
                }
            }
            Self::LengthOutOfRange { min, max, presented } => {
                write!(f, "the file has {presented} bytes, but the policy allows {min} to {max}")
            }
            Self::FieldNotAllowed { name } => write!(f, "no condition of the policy allows the field {name}"),
            Self::FileMissing => f.write_str("the form has no 'file' field"),
            Self::FieldRepeated { name } => write!(f, "the field {name} was sent twice"),
            Self::FieldBehindFile { name } => {
                write!(f, "the field {name} comes after the file, where it is ignored")
            }
            Self::BucketUnknown { condition } => {
                write!(
                    f,
                    "the bucket that the form was sent to is unknown, so the condition {condition} was not checked"
                )
            }
        }
    }
}

/// Checks an upload against its policy. `bucket` is the one that the form was sent to, if known; the form's own field
/// is not trusted.
pub fn judge(claim: &FormClaim, bucket: Option<&str>, now: Timestamp) -> Vec<Violation> {
    let mut violations = Vec::new();
    violations.extend(claim.file.is_none().then_some(Violation::FileMissing));
    violations.extend(claim.repeated().into_iter().map(|name| Violation::FieldRepeated { name }));
    violations.extend(claim.behind_file.iter().map(|name| Violation::FieldBehindFile { name: name.clone() }));
    let policy = match &claim.policy {
        Ok(policy) => policy,
        Err(error) => {
            violations.push(Violation::Unreadable(error.clone()));
            return violations;
        }
    };
    if now >= policy.expiration {
        violations.push(Violation::Expired { at: policy.expiration, now });
    }
    let values = claim.fields.by_name();
    violations.extend(policy.conditions.iter().filter_map(|condition| check(claim, &values, bucket, condition)));
    violations.extend(bucket.and_then(|bucket| other_bucket(claim, bucket)));
    let conditioned: HashSet<String> =
        policy.conditions.iter().filter_map(Condition::field).map(str::to_ascii_lowercase).collect();
    // S3, MinIO and Ceph treat the bucket as a field, whether or not the form names it.
    let unsent = (!claim.fields.contains(BUCKET)).then_some(BUCKET);
    let is_allowed = |name: &str| is_exempt(name) || conditioned.contains(&name.to_ascii_lowercase());
    let names = claim.fields.iter().map(|(name, _)| name).chain(unsent);
    let not_allowed = names.filter(|name| !is_allowed(name));
    violations.extend(not_allowed.map(|name| Violation::FieldNotAllowed { name: name.to_owned() }));
    violations
}

/// The field that every form has implicitly, sent or not.
const BUCKET: &str = "bucket";

/// The violation of a form whose field names another bucket than the one it was sent to, while the policy leaves the
/// field free.
fn other_bucket(claim: &FormClaim, bucket: &str) -> Option<Violation> {
    let presented = claim.fields.get(BUCKET).filter(|presented| *presented != bucket)?.to_owned();
    Some(Violation::ConditionFailed { condition: Condition::equals(BUCKET, bucket), presented: Some(presented) })
}

fn check(
    claim: &FormClaim,
    values: &HashMap<String, &str>,
    bucket: Option<&str>,
    condition: &Condition,
) -> Option<Violation> {
    if let Condition::ContentLengthRange { min, max } = *condition {
        let presented = claim.file.as_ref()?.length;
        let is_within = (min..=max).contains(&presented);
        return (!is_within).then_some(Violation::LengthOutOfRange { min, max, presented });
    }
    let presented = match (condition.is_about(BUCKET), bucket) {
        (true, None) => return Some(Violation::BucketUnknown { condition: condition.clone() }),
        (true, Some(bucket)) => Some(bucket.to_owned()),
        (false, _) => values.get(&condition.field()?.to_ascii_lowercase()).map(|value| expanded(claim, value)),
    };
    // At S3, a condition on a field that was not sent fails, even if it allows any value.
    let is_met = presented.as_deref().is_some_and(|value| condition.allows(value));
    let presented = presented.filter(|_| !condition.is_secret());
    (!is_met).then(|| Violation::ConditionFailed { condition: condition.clone(), presented })
}

/// Replaces the variable by the file's name. S3 keeps the variable if the file has no name.
fn expanded(claim: &FormClaim, value: &str) -> String {
    match claim.file.as_ref().and_then(|file| file.name.as_deref()) {
        Some(name) => value.replace(FILENAME, name),
        None => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::{Fields, FileFacts, FormScheme, Policy};
    use crate::scheme::Signature;
    use crate::v2::Names;

    fn claim(mut conditions: Vec<Condition>, pairs: &[(&str, &str)]) -> FormClaim {
        if !conditions.iter().any(|condition| condition.is_about("bucket")) {
            conditions.push(Condition::equals("bucket", "bucket"));
        }
        let mut fields = Fields::default();
        pairs.iter().for_each(|(name, value)| fields.push(*name, *value));
        FormClaim {
            scheme: FormScheme::V2 { names: &Names::AWS },
            access_key_id: "AKID".to_owned(),
            signature: Signature::presented(""),
            string_to_sign: String::new(),
            policy: Ok(Policy { expiration: Timestamp::from_epoch_seconds(1_000), conditions }),
            fields,
            file: Some(FileFacts { name: Some("b.png".to_owned()), length: 3 }),
            behind_file: Vec::new(),
        }
    }

    fn found(claim: &FormClaim, now: i64) -> Vec<String> {
        judge(claim, Some("bucket"), Timestamp::from_epoch_seconds(now)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_upload_that_meets_its_policy_has_no_violations() {
        let conditions = vec![
            Condition::equals("Bucket", "bucket"),
            Condition::starts_with("KEY", "a/b.p"),
            Condition::ContentLengthRange { min: 3, max: 3 },
            Condition::starts_with("acl", ""),
        ];
        let fields =
            [("key", "a/${filename}"), ("ACL", ""), ("x-ignore-a", ""), ("AWSAccessKeyId", ""), ("policy", "")];
        assert_eq!(found(&claim(conditions, &fields), 999), Vec::<String>::new());
    }

    /// One row for each kind of violation, with the text that a user reads.
    #[test]
    fn each_violation_is_reported_with_its_value() {
        let key = || Condition::starts_with("key", "a/");
        for (conditions, fields, now, expected) in [
            (
                vec![key()],
                vec![("key", "b")],
                0,
                "the field key is 'b', which violates the condition [\"starts-with\",\"$key\",\"a/\"]",
            ),
            (
                vec![Condition::equals("acl", "x")],
                vec![],
                0,
                "the field acl, which the condition [\"eq\",\"$acl\",\"x\"] requires, was not sent",
            ),
            (
                vec![Condition::starts_with("acl", "")],
                vec![],
                0,
                "[\"starts-with\",\"$acl\",\"\"] requires, was not sent",
            ),
            (vec![], vec![("submit", "x")], 0, "no condition of the policy allows the field submit"),
            (vec![], vec![], 1_000, "the policy expired at 1970-01-01T00:16:40Z, 0 s ago"),
            (
                vec![Condition::ContentLengthRange { min: 4, max: 9 }],
                vec![],
                0,
                "the file has 3 bytes, but the policy allows 4 to 9",
            ),
            (vec![Condition::equals("bucket", "other")], vec![], 0, "the field bucket is 'bucket'"),
            (
                vec![Condition::equals("x-amz-security-token", "hush")],
                vec![("x-amz-security-token", "t")],
                0,
                "differs from the value in the policy",
            ),
        ] {
            let claim = claim(conditions, &fields);
            let texts = found(&claim, now);
            assert!(texts.len() == 1 && texts[0].contains(expected), "{texts:?}");
            assert!(!texts[0].contains("hush"));
        }
        let without = FormClaim { file: None, ..claim(Vec::new(), &[]) };
        assert_eq!(found(&without, 0), ["the form has no 'file' field"]);
    }

    /// The bucket is the one that the form was sent to, whatever its own field says, and a condition must name it.
    #[test]
    fn a_form_may_name_the_bucket_that_it_is_sent_to_and_no_other() {
        let bare = |fields: &[(&str, &str)]| {
            let mut claim = claim(Vec::new(), fields);
            claim.policy.as_mut().unwrap().conditions.clear();
            found(&claim, 0)
        };
        let not_allowed = "no condition of the policy allows the field bucket".to_owned();
        assert_eq!(bare(&[]), std::slice::from_ref(&not_allowed));
        assert_eq!(bare(&[("bucket", "bucket")]), [not_allowed]);
        let named = claim(vec![Condition::starts_with("bucket", "b")], &[("bucket", "bucket")]);
        assert_eq!(found(&named, 0), [""; 0]);
        let other = found(&claim(vec![Condition::starts_with("bucket", "b")], &[("bucket", "b2")]), 0);
        assert!(other.len() == 1 && other[0].starts_with("the field bucket is 'b2'"), "{other:?}");
    }
}

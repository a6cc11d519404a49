//! What is wrong with an upload by form: why its signature cannot be read, and how it breaks its policy.

use crate::diagnosis::catalogue::{
    AUTHORIZATION_MALFORMED, FORM_FIELD_ORDER, FORM_FILE_MISSING, POLICY_CONDITION_FAILED, POLICY_EXPIRED,
    POLICY_FIELD_NOT_ALLOWED, POLICY_MALFORMED, POLICY_NOT_BASE64,
};
use crate::diagnosis::outcome::Made;
use sigvet_core::form::{Condition, FormClaimError, PolicyError, Violation};

/// Why the signature of a form cannot be read.
pub(super) fn unreadable(error: &FormClaimError) -> Made {
    let made = match error {
        FormClaimError::BehindFile { name } => Made::new(&FORM_FIELD_ORDER, name.as_str(), ""),
        FormClaimError::Missing { name } => Made::new(&AUTHORIZATION_MALFORMED, "", name.as_str()),
        FormClaimError::Algorithm { presented } => {
            Made::new(&AUTHORIZATION_MALFORMED, presented.as_str(), "AWS4-HMAC-SHA256")
        }
        FormClaimError::Credential { .. } | FormClaimError::Multipart(_) => Made::new(&AUTHORIZATION_MALFORMED, "", ""),
        FormClaimError::Date { source, .. } => {
            Made::new(&AUTHORIZATION_MALFORMED, source.presented.as_str(), "20150830T123600Z")
        }
    };
    made.with_detail(error.to_string())
}

/// How an upload breaks its policy.
pub(super) fn violated(violation: &Violation) -> Made {
    let mistake = match violation {
        Violation::Unreadable(PolicyError::NotBase64(_)) => &POLICY_NOT_BASE64,
        Violation::Unreadable(_) => &POLICY_MALFORMED,
        Violation::Expired { .. } => &POLICY_EXPIRED,
        Violation::ConditionFailed { .. } | Violation::LengthOutOfRange { .. } => &POLICY_CONDITION_FAILED,
        Violation::FieldNotAllowed { .. } => &POLICY_FIELD_NOT_ALLOWED,
        Violation::FileMissing => &FORM_FILE_MISSING,
    };
    // Where a whole value is asked for, both can be set beside each other; else the words say it better.
    let made = match violation {
        Violation::ConditionFailed { condition: Condition::Equals { value, .. }, presented: Some(presented) }
            if violation.sides() != Default::default() =>
        {
            Made::new(mistake, presented.as_str(), value.as_str())
        }
        Violation::Expired { .. } => {
            let (presented, expected) = violation.sides();
            Made::new(mistake, presented, expected)
        }
        _ => Made::new(mistake, "", ""),
    };
    made.with_detail(violation.to_string())
}

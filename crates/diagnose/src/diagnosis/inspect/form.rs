//! Explains what is wrong with a form upload: why its signature cannot be read, or how it violates its policy.

use crate::diagnosis::catalogue::{AUTHORIZATION_MALFORMED, FORM_FIELD_ORDER, FORM_MALFORMED, Mistake, TIME_MALFORMED};
use crate::diagnosis::outcome::AppliedMistake;
use sigvet_core::form::{Condition, FormClaimError, Violation};

/// Why the signature of a form cannot be read.
pub(super) fn unreadable(error: &FormClaimError) -> AppliedMistake {
    let made = match error {
        FormClaimError::BehindFile { name } => AppliedMistake::new(&FORM_FIELD_ORDER, name.as_str(), ""),
        FormClaimError::Missing { name } => AppliedMistake::new(&AUTHORIZATION_MALFORMED, "", name.as_str()),
        FormClaimError::Algorithm { presented } => {
            AppliedMistake::new(&AUTHORIZATION_MALFORMED, presented.as_str(), "AWS4-HMAC-SHA256")
        }
        FormClaimError::Credential { presented, .. } => {
            AppliedMistake::new(&AUTHORIZATION_MALFORMED, presented.as_str(), "")
        }
        FormClaimError::Multipart(_) => AppliedMistake::new(&FORM_MALFORMED, "", ""),
        FormClaimError::Date { source, .. } => {
            AppliedMistake::new(&TIME_MALFORMED, source.presented.as_str(), "20150830T123600Z")
        }
    };
    made.with_detail(error.to_string())
}

/// How an upload violates its policy.
pub(in crate::diagnosis) fn violated(row: &'static Mistake, violation: &Violation) -> AppliedMistake {
    // If a condition requires an exact value, both values can be shown; otherwise words describe it better.
    let made = match violation {
        Violation::ConditionFailed { condition: Condition::Equals { value, .. }, presented: Some(presented) }
            if violation.sides() != Default::default() =>
        {
            AppliedMistake::new(row, presented.as_str(), value.as_str())
        }
        Violation::Expired { .. } => {
            let (presented, expected) = violation.sides();
            AppliedMistake::new(row, presented, expected)
        }
        _ => AppliedMistake::new(row, "", ""),
    };
    made.with_detail(violation.to_string())
}

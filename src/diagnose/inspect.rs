//! What the request and the reply show by themselves, without a secret: lint, arithmetic on dates, the server's words.

use super::diagnosis::{Explanation, Judged};
use super::evidence::Evidence;
use crate::claim::ClaimError;
use crate::request::Request;

/// What the server's words say.
pub(super) fn reply(_evidence: &Evidence<'_>, _judged: Option<&Judged>) -> Vec<Explanation> {
    Vec::new()
}

/// What the request shows, where its claim could be read.
pub(super) fn request(_evidence: &Evidence<'_>, _judged: &Judged) -> Vec<Explanation> {
    Vec::new()
}

/// Why a request makes no claim that can be checked.
pub(super) fn unreadable(_request: &Request, _error: &ClaimError) -> Vec<Explanation> {
    Vec::new()
}

/// What would break many a request, where nothing better explains the refusal.
pub(super) fn suspicions(_evidence: &Evidence<'_>, _judged: &Judged) -> Vec<Explanation> {
    Vec::new()
}

//! IAM Roles Anywhere's messages about certificates.

use super::{Said, one};
use crate::diagnosis::catalogue::{CERTIFICATE_UNTRUSTED, CHAIN_ORDER};
use crate::diagnosis::outcome::{AppliedMistake, Explanation};
use sigvet_core::verify::{CertificateFault, Finding};

/// `Untrusted signing certificate`, the message of an `AccessDeniedException`. The most likely reason is a
/// chain in the wrong order.
pub(super) fn read(said: &Said<'_>) -> Vec<Explanation> {
    let is_meant = said.claim().is_none_or(|claim| claim.terms.scheme.is_certified());
    if !is_meant || !said.says(&["untrusted"]) || !said.says(&["certificate"]) {
        return Vec::new();
    }
    let disordered = said.findings().iter().find_map(|finding| match finding {
        Finding::Certificate(CertificateFault::ChainOrder { problem }) => Some(*problem),
        _ => None,
    });
    one(match disordered {
        Some(problem) => AppliedMistake::new(&CHAIN_ORDER, "", "").with_detail(format!("the chain {problem}")),
        None => AppliedMistake::new(&CERTIFICATE_UNTRUSTED, "", "").with_detail("the server says so"),
    })
}

//! IAM Roles Anywhere's messages about certificates.

use super::{ReplyContext, one};
use crate::diagnosis::catalogue::{CERTIFICATE_UNTRUSTED, CHAIN_BROKEN, CHAIN_ORDER};
use crate::diagnosis::outcome::{AppliedMistake, Explanation};
use sigvet_core::verify::{CertificateFault, Finding};

/// `Untrusted signing certificate`, the message of an `AccessDeniedException`. The most likely reason is a
/// chain in the wrong order.
pub(super) fn read(said: &ReplyContext<'_>) -> Vec<Explanation> {
    let is_meant = said.claim().is_none_or(|claim| claim.terms.scheme.is_certified());
    if !is_meant || !said.says(&["untrusted"]) || !said.says(&["certificate"]) {
        return Vec::new();
    }
    let of_chain = said.findings().iter().find_map(|finding| match finding {
        Finding::Certificate(fault @ CertificateFault::ChainOrder { .. }) => Some((&CHAIN_ORDER, fault)),
        Finding::Certificate(fault @ CertificateFault::ChainLink { .. }) => Some((&CHAIN_BROKEN, fault)),
        _ => None,
    });
    one(match of_chain {
        Some((mistake, fault)) => AppliedMistake::new(mistake, "", "").with_detail(fault.to_string()),
        None => AppliedMistake::new(&CERTIFICATE_UNTRUSTED, "", "").with_detail("the server says so"),
    })
}

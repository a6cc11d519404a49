//! Checks whether a signature is for this server: its region and its service.

use super::{Claimed, Finding, Judge};
use crate::claim::Claim;
use crate::request::Request;

/// The region and the service that a signature must be for.
///
/// A signature for another region or service is valid all the same, and could be replayed here. So there is no default:
/// the caller must say which scope is expected, or that any is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectedScope<'a> {
    /// Any region and service, and schemes without a scope: for tools that only check whether the signature is valid.
    Any,
    /// Only this region and this service. A signature of Version 2 has neither, and is refused.
    Exactly {
        /// The server's region: `us-east-1`.
        region: &'a str,
        /// The server's service: `s3`.
        service: &'a str,
    },
    /// Only the parts that are given, for tools that do not know both.
    Given {
        /// The server's region.
        region: Option<&'a str>,
        /// The server's service.
        service: Option<&'a str>,
    },
}

impl<'a> ExpectedScope<'a> {
    /// The expected region and the expected service, if known.
    pub fn parts(self) -> (Option<&'a str>, Option<&'a str>) {
        match self {
            Self::Any => (None, None),
            Self::Exactly { region, service } => (Some(region), Some(service)),
            Self::Given { region, service } => (region, service),
        }
    }
}

/// The parts of a claim's scope that are not as expected.
pub(super) fn judge_scope(request: &Request, claimed: &Claimed, judge: &Judge<'_>) -> Vec<Finding> {
    let (region, service) = judge.scope.parts();
    if region.or(service).is_none() {
        return Vec::new();
    }
    let Some(scope) = claimed.scope() else { return vec![Finding::ScopeUnbound] };
    let other = |expected: &str, presented: &str| (expected.to_owned(), presented.to_owned());
    let mut findings = Vec::new();
    match (claimed, region) {
        (Claimed::V4(claim), Some(region)) if claim.terms.scheme.has_region_set() => {
            findings.extend(judge_region_set(request, claim, region));
        }
        (_, Some(region)) if scope.region() != region => {
            let (expected, presented) = other(region, scope.region());
            findings.push(Finding::ScopeRegion { expected, presented });
        }
        _ => {}
    }
    if let Some(service) = service.filter(|service| scope.service != *service) {
        let (expected, presented) = other(service, &scope.service);
        findings.push(Finding::ScopeService { expected, presented });
    }
    findings
}

/// Checks the region set, which in Version 4A replaces the region of the scope. A missing one is another finding.
fn judge_region_set(request: &Request, claim: &Claim, region: &str) -> Option<Finding> {
    let presented = claim.region_set(request)?;
    let is_covered = presented.split(',').any(|pattern| covers(pattern.trim(), region));
    (!is_covered).then(|| Finding::ScopeRegion { expected: region.to_owned(), presented })
}

/// Whether `us-*` covers `us-east-1`.
pub(super) fn covers(pattern: &str, region: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(stem) => region.starts_with(stem),
        None => region == pattern,
    }
}

//! Checks a certificate and its chain without a request: what IAM Roles Anywhere refuses, and what breaks the path to a
//! trust anchor.
//!
//! The rules are those of the IAM Roles Anywhere user guide (*Signature validation* and *The IAM Roles Anywhere
//! authentication process*) and of RFC 5280 §6.1. A fault in the chain is a hint and not a verdict: what counts is the
//! trust anchor, and the service may know another path to it.

use super::CertificateFault;
use crate::time::Timestamp;
use crate::x509::{ACCEPTED_KEYS, Certificate};

/// Maximum number of certificates in a chain.
pub(super) const LONGEST_CHAIN: usize = 5;

/// Minimum length of an RSA key that IAM Roles Anywhere accepts, in bits.
const SHORTEST_RSA: usize = 2048;

/// Finds what is wrong with a certificate that signs requests, and with its chain. The chain begins with the issuer.
pub fn judge_certificates(certificate: &Certificate, chain: &[Certificate], now: Timestamp) -> Vec<CertificateFault> {
    let mut faults = judge_kind(certificate);
    faults.extend(judge_time(certificate, now));
    faults.extend(judge_chain(certificate, chain, now));
    faults
}

/// Faults that make a certificate unsuitable for signing requests, whoever issued it.
fn judge_kind(certificate: &Certificate) -> Vec<CertificateFault> {
    let mut problems = Vec::new();
    let mut check = |is_fine: bool, problem: &str| {
        if !is_fine {
            problems.push(problem.to_owned());
        }
    };
    check(certificate.is_v3, "it is not of version 3");
    check(!certificate.is_authority, "it is a CA certificate");
    check(certificate.may_sign, "its key usage does not include digital signatures");
    check(!certificate.is_nameless(), "its subject is empty");
    check(certificate.is_authority || !is_self_signed(certificate), "it is self-signed, so no CA vouches for it");
    problems
        .extend(certificate.weak_hash().map(|hash| format!("it is signed with {hash}; expected SHA-256 or stronger")));
    problems.extend(problem_of_key(certificate));
    problems.into_iter().map(|problem| CertificateFault::Unsuitable { problem }).collect()
}

fn problem_of_key(certificate: &Certificate) -> Option<String> {
    let key = &certificate.key;
    let is_short = key.rsa_bits().is_some_and(|bits| bits < SHORTEST_RSA);
    let is_other = key.algorithm().is_none() && !key.is_post_quantum();
    (is_short || is_other).then(|| format!("its key is {}; expected {ACCEPTED_KEYS}", key.description()))
}

fn is_self_signed(certificate: &Certificate) -> bool {
    certificate.is_self_issued() && certificate.is_signed_by(certificate) == Some(true)
}

fn judge_time(certificate: &Certificate, now: Timestamp) -> Option<CertificateFault> {
    match () {
        () if now > certificate.not_after => Some(CertificateFault::Expired { at: certificate.not_after, now }),
        () if now < certificate.not_before => Some(CertificateFault::NotYetValid { from: certificate.not_before, now }),
        () => None,
    }
}

fn judge_chain(certificate: &Certificate, chain: &[Certificate], now: Timestamp) -> Vec<CertificateFault> {
    let too_long = CertificateFault::ChainTooLong { count: chain.len(), longest: LONGEST_CHAIN };
    let mut faults = Vec::from_iter((chain.len() > LONGEST_CHAIN).then_some(too_long));
    match problem_of_order(certificate, chain) {
        Some(problem) => faults.push(CertificateFault::ChainOrder { problem }),
        None => faults.extend(problems_of_links(certificate, chain, now)),
    }
    faults
}

/// Describes what is wrong with the order. Servers accept a chain that contains the certificate itself: AWS's own
/// helper sends one if certificate and chain come from the same PKCS #12 file.
fn problem_of_order(certificate: &Certificate, chain: &[Certificate]) -> Option<&'static str> {
    if chain.contains(certificate) {
        return Some("contains the certificate itself");
    }
    let links = std::iter::once(certificate).chain(chain);
    if links.zip(chain).all(|(below, above)| is_link(below, above)) {
        return None;
    }
    Some(match chain.iter().any(|above| is_link(certificate, above)) {
        true => "does not go from the issuer of the certificate upwards",
        false => "does not contain the issuer of the certificate",
    })
}

/// Whether `above` is meant to be the issuer of `below`. A matching signature is enough, because the same name can be
/// encoded in two ways.
fn is_link(below: &Certificate, above: &Certificate) -> bool {
    below.names_as_issuer(above) || below.is_signed_by(above) == Some(true)
}

fn problems_of_links(certificate: &Certificate, chain: &[Certificate], now: Timestamp) -> Vec<CertificateFault> {
    let links = std::iter::once(certificate).chain(chain).zip(chain);
    let problem = |(at, (below, above)): (usize, (&Certificate, &Certificate))| {
        let problem = problem_of_issuer(below, above, at, now)?;
        Some(CertificateFault::ChainLink { number: at + 1, problem })
    };
    links.enumerate().filter_map(problem).collect()
}

/// Why `above` cannot vouch for `below`, worded to follow the name of `above`. `between` is the number of intermediate
/// certificates below `above`.
fn problem_of_issuer(below: &Certificate, above: &Certificate, between: usize, now: Timestamp) -> Option<String> {
    let is_too_deep = above.path_length.is_some_and(|most| usize::try_from(most).is_ok_and(|most| between > most));
    Some(match () {
        () if !above.is_authority => "is not a CA certificate".to_owned(),
        () if !above.may_issue => "may not sign certificates: its key usage does not include it".to_owned(),
        () if below.is_signed_by(above) == Some(false) => {
            "is named as the issuer of the one below it, but its key did not sign that one".to_owned()
        }
        () if is_too_deep => format!("allows {} CA certificates below it, and there are {between}", above.path_length?),
        () if now > above.not_after => format!("expired at {}", above.not_after.to_rfc3339()),
        () if now < above.not_before => format!("does not become valid until {}", above.not_before.to_rfc3339()),
        () => match above.weak_hash().filter(|_| !above.is_self_issued()) {
            Some(hash) => format!("is signed with {hash}; expected SHA-256 or stronger"),
            None => return None,
        },
    })
}

/// Whether a path of signatures leads from the certificate to one of the anchors, through certificates of the chain in
/// any order. Every issuer on the path must be valid at `now`. A certificate with a signature that cannot be verified
/// here, or with a critical extension that is not read, ends the path.
pub(super) fn leads_to(
    certificate: &Certificate,
    chain: &[Certificate],
    anchors: &[Certificate],
    now: Timestamp,
) -> bool {
    let chain = chain.get(..LONGEST_CHAIN).unwrap_or(chain);
    let (mut below, mut unused) = (certificate, Vec::from_iter(chain));
    for between in 0..=LONGEST_CHAIN {
        if anchors.iter().any(|anchor| is_vouched_for(below, anchor, between, now)) {
            return true;
        }
        let Some(at) = unused.iter().position(|above| is_vouched_for(below, above, between, now)) else { return false };
        below = unused.swap_remove(at);
    }
    false
}

fn is_vouched_for(below: &Certificate, above: &Certificate, between: usize, now: Timestamp) -> bool {
    let is_sound = !above.has_unread_critical && above.is_v3 && !below.has_unread_critical;
    is_sound
        && below.names_as_issuer(above)
        && below.is_signed_by(above) == Some(true)
        && problem_of_issuer(below, above, between, now).is_none()
}

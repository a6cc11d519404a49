//! A certificate and those above it, judged without a request: what IAM Roles Anywhere refuses, and what breaks the way to a
//! trust anchor.
//!
//! The rules are those of its user guide, *Signature validation* and *The IAM Roles Anywhere authentication process*, and of
//! RFC 5280 §6.1. Who the trust anchor is decides, so that a fault of the chain is a hint for whoever is refused, and no
//! verdict: the service may know another way.

use super::CertificateFault;
use crate::time::Timestamp;
use crate::x509::{ACCEPTED_KEYS, Certificate};

/// No chain may be longer, in certificates.
pub(super) const LONGEST_CHAIN: usize = 5;

/// IAM Roles Anywhere takes no shorter RSA keys.
const SHORTEST_RSA: usize = 2048;

/// What is wrong with a certificate that signs requests, and with the certificates above it, its issuer first.
pub fn judge_certificates(certificate: &Certificate, chain: &[Certificate], now: Timestamp) -> Vec<CertificateFault> {
    let mut faults = judge_kind(certificate);
    faults.extend(judge_time(certificate, now));
    faults.extend(judge_chain(certificate, chain, now));
    faults
}

/// Faults of a certificate for which it signs no request, whoever issued it.
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

/// AWS's own helper sends the certificate again in its chain if both come from one PKCS #12 file, so no server minds.
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

/// Whether a certificate is meant as the issuer of another: names may be written in two ways, and still be one.
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

/// Why a certificate cannot vouch for the one below it, to follow its name. `between` counts the intermediate certificates below.
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

/// Whether a way of signatures leads from the certificate to one of the anchors, through certificates of the chain. Every
/// certificate on the way has to be good at this time; one that cannot be verified here, or says something critical that is not
/// understood, leads nowhere.
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

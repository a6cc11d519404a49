//! Verifies a signature with the key of an X.509 certificate. The key comes with the request.
//!
//! So a correct signature proves only that the signer has the certificate's key, not that the certificate is trusted.
//! That can be checked only against trust anchors. Without them a finding says that it was not checked, and
//! [`Verdict::accept`](super::Verdict::accept) refuses every such request because of that finding.

use super::certificates::{judge_certificates, leads_to};
use super::{CertificateFault, Finding, Judge, unknown};
use crate::claim::Claim;
use crate::derivation::Derivation;
use crate::request::Request;
use crate::scheme::{Scheme, Signature};
use crate::x509::{Certificate, KeyAlgorithm, parse_chain, parse_presented, read_leniently};

/// Verifies the signature and checks the certificate. The expected signature is the presented one if it is correct, and
/// otherwise unknown.
pub(super) fn judge(
    request: &Request,
    claim: &Claim,
    derivation: &Derivation,
    judge: &Judge<'_>,
) -> (Option<Signature>, Vec<Finding>) {
    let mut findings: Vec<Finding> = Vec::new();
    let certificate = certificate_of(request, claim);
    let faults = match &certificate {
        Ok(certificate) => faults(request, claim, certificate, judge),
        Err(fault) => vec![fault.clone()],
    };
    findings.extend(faults.into_iter().map(Finding::Certificate));
    let certificate = certificate.ok().or_else(|| meant(request, claim));
    // If the key is of an unsupported kind, the signature may still be correct.
    let Some(certificate) = certificate.filter(|certificate| certificate.key.can_verify()) else {
        return (None, findings);
    };
    let is_right = is_right(&certificate, derivation.string_to_sign.as_bytes(), &claim.signature);
    let not_known = if is_right { Vec::new() } else { unknown::parts(request, claim, judge.known) };
    if is_right {
        return (Some(claim.signature.clone()), findings);
    }
    match not_known.is_empty() {
        true => findings.push(Finding::SignatureMismatch),
        false => findings.extend(not_known.into_iter().map(|part| Finding::NotKnown { part })),
    }
    (None, findings)
}

/// Reads the certificate of a request.
fn certificate_of(request: &Request, claim: &Claim) -> Result<Certificate, CertificateFault> {
    let name = claim.terms.dialect.certificate_header();
    match request.headers.first_text(&name) {
        None => Err(CertificateFault::Missing { name }),
        Some(value) => parse_presented(value).map_err(|form| CertificateFault::Malformed { name, form }),
    }
}

/// The certificate that was meant, even if its header is malformed.
fn meant(request: &Request, claim: &Claim) -> Option<Certificate> {
    let value = request.headers.first_text(&claim.terms.dialect.certificate_header())?;
    read_leniently(value).map(|(certificate, _)| certificate)
}

/// Whether a signature is correct and written in lowercase hex.
fn is_right(certificate: &Certificate, string_to_sign: &[u8], signature: &Signature) -> bool {
    let text = signature.as_str();
    let is_lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
    is_lower && hex::decode(text).is_ok_and(|bytes| certificate.key.verifies(string_to_sign, &bytes))
}

fn faults(request: &Request, claim: &Claim, certificate: &Certificate, judge: &Judge<'_>) -> Vec<CertificateFault> {
    let (chain, malformed) = chain_of(request, claim);
    let mut faults = Vec::from_iter(judge_trust(certificate, &chain, judge));
    faults.extend(judge_serial(claim, certificate));
    faults.extend(judge_algorithm(claim, certificate));
    faults.extend(judge_certificates(certificate, &chain, judge.now));
    faults.extend(malformed);
    faults
}

/// Checks whether a trust anchor vouches for the certificate. Without trust anchors, trust cannot be checked.
fn judge_trust(certificate: &Certificate, chain: &[Certificate], judge: &Judge<'_>) -> Option<CertificateFault> {
    match judge.anchors {
        None => Some(CertificateFault::TrustUnjudged),
        Some(anchors) => (!leads_to(certificate, chain, anchors, judge.now)).then_some(CertificateFault::Untrusted),
    }
}

fn judge_serial(claim: &Claim, certificate: &Certificate) -> Option<CertificateFault> {
    let (expected, presented) = (&certificate.serial, &claim.terms.access_key_id);
    (expected != presented).then(|| CertificateFault::Serial {
        expected: expected.clone(),
        hex: certificate.serial_hex.clone(),
        presented: presented.clone(),
    })
}

/// A fault if the request names another algorithm than the one that the certificate's key signs with.
fn judge_algorithm(claim: &Claim, certificate: &Certificate) -> Option<CertificateFault> {
    let terms = &claim.terms;
    let named = |key: KeyAlgorithm| terms.dialect.algorithm_for(Scheme::X509(key)).into_owned();
    let expected = match certificate.key.algorithm() {
        Some(key) => named(key),
        None if certificate.key.is_post_quantum() => "AWS4-X509-MLDSA".to_owned(),
        None => return None,
    };
    let presented = terms.algorithm().into_owned();
    (expected != presented).then_some(CertificateFault::Algorithm { expected, presented })
}

/// Reads the chain of a request. If its header is malformed, the chain is empty, and the fault says how.
fn chain_of(request: &Request, claim: &Claim) -> (Vec<Certificate>, Option<CertificateFault>) {
    let name = claim.terms.dialect.certificate_chain_header();
    match request.headers.first_text(&name).map(parse_chain) {
        None => (Vec::new(), None),
        Some(Ok(chain)) => (chain, None),
        Some(Err(form)) => (Vec::new(), Some(CertificateFault::Malformed { name, form })),
    }
}

/// Whether a request is verified with the certificate it carries, and not with a secret key: it is signed with the key
/// of the certificate, or is meant to be.
pub fn is_judged_by_certificate(request: &Request, claim: &Claim) -> bool {
    claim.terms.scheme.is_certified() || judge_other_algorithm(request, claim).is_some()
}

/// Finds a request that names the algorithm for secret keys, but carries a certificate and has its serial number in
/// place of the access key ID. It is meant to be signed with the certificate's key and names the wrong algorithm.
pub(super) fn judge_other_algorithm(request: &Request, claim: &Claim) -> Option<Finding> {
    let certificate = meant(request, claim).filter(|_| claim.terms.scheme == Scheme::V4)?;
    let is_meant = certificate.serial == claim.terms.access_key_id;
    judge_algorithm(claim, &certificate).filter(|_| is_meant).map(Finding::Certificate)
}

//! A signature by the key of an X.509 certificate: the key to verify it with comes with the request.
//!
//! So a right signature says only that whoever signed has the certificate's key. Who is trusted is known only to a judge who is
//! given trust anchors; without them a finding says so, for which [`Verdict::accept`](super::Verdict::accept) refuses every
//! such request.

use super::certificates::{judge_certificates, leads_to};
use super::{CertificateFault, Finding, Judge, unknown};
use crate::claim::Claim;
use crate::derivation::Derivation;
use crate::request::Request;
use crate::scheme::{Scheme, Signature};
use crate::x509::{Certificate, KeyAlgorithm, parse_chain, parse_presented, read_leniently};

/// Verifies the signature, and looks at the certificate. The signature that is expected is the presented one, if it is right.
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
    // Of a key that nothing verifies with, the signature is not known to be wrong.
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

/// The certificate of a request.
fn certificate_of(request: &Request, claim: &Claim) -> Result<Certificate, CertificateFault> {
    let name = claim.terms.dialect.certificate_header();
    match request.headers.first_text(&name) {
        None => Err(CertificateFault::Missing { name }),
        Some(value) => parse_presented(value).map_err(|form| CertificateFault::Malformed { name, form }),
    }
}

/// The certificate that was meant, however its header is written.
fn meant(request: &Request, claim: &Claim) -> Option<Certificate> {
    let value = request.headers.first_text(&claim.terms.dialect.certificate_header())?;
    read_leniently(value).map(|(certificate, _)| certificate)
}

/// Whether a signature is right, and written in lower-case hex.
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

/// Without a list of anchors nobody knows who is trusted.
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

/// The algorithm that the key of the certificate signs with, if the request names another.
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

/// The certificates above that of the request, as far as they can be read, and what is wrong with how they are written.
fn chain_of(request: &Request, claim: &Claim) -> (Vec<Certificate>, Option<CertificateFault>) {
    let name = claim.terms.dialect.certificate_chain_header();
    match request.headers.first_text(&name).map(parse_chain) {
        None => (Vec::new(), None),
        Some(Ok(chain)) => (chain, None),
        Some(Err(form)) => (Vec::new(), Some(CertificateFault::Malformed { name, form })),
    }
}

/// Whether no secret key decides about a request: it is signed with the key of a certificate that it carries, or should be.
pub fn is_judged_by_certificate(request: &Request, claim: &Claim) -> bool {
    claim.terms.scheme.is_certified() || judge_other_algorithm(request, claim).is_some()
}

/// Whether a request that claims a signature with a secret carries the certificate whose serial number stands where the access
/// key ID does: it is meant to be signed with the certificate's key, and names the wrong algorithm.
pub(super) fn judge_other_algorithm(request: &Request, claim: &Claim) -> Option<Finding> {
    let certificate = meant(request, claim).filter(|_| claim.terms.scheme == Scheme::V4)?;
    let is_meant = certificate.serial == claim.terms.access_key_id;
    judge_algorithm(claim, &certificate).filter(|_| is_meant).map(Finding::Certificate)
}

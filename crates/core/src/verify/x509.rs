//! A signature by the key of an X.509 certificate: the key to verify it with comes with the request.
//!
//! So a right signature says only that whoever signed has the certificate's key. Who issued the certificate is not looked at,
//! and a finding says so, for which [`Verdict::accept`](super::Verdict::accept) refuses every such request.

use super::{CertificateFault, Finding, Judge, unknown};
use crate::claim::Claim;
use crate::derivation::Derivation;
use crate::request::Request;
use crate::scheme::{Scheme, Signature};
use crate::x509::{Certificate, KeyAlgorithm, parse_chain, parse_presented, read_leniently};

/// IAM Roles Anywhere takes no shorter RSA keys.
const SHORTEST_RSA: usize = 2048;

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
    let Some(certificate) = certificate.ok().or_else(|| meant(request, claim)) else { return (None, findings) };
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
    let mut faults = vec![CertificateFault::TrustUnjudged];
    faults.extend(judge_serial(claim, certificate));
    faults.extend(judge_kind(claim, certificate));
    faults.extend(judge_time(certificate, judge));
    faults.extend(judge_chain(request, claim, certificate));
    faults
}

fn judge_serial(claim: &Claim, certificate: &Certificate) -> Option<CertificateFault> {
    let (expected, presented) = (&certificate.serial, &claim.terms.access_key_id);
    (expected != presented).then(|| CertificateFault::Serial {
        expected: expected.clone(),
        hex: certificate.serial_hex.clone(),
        presented: presented.clone(),
    })
}

fn judge_kind(claim: &Claim, certificate: &Certificate) -> Vec<CertificateFault> {
    let mut problems = Vec::new();
    if !certificate.is_v3 {
        problems.push("it is not of version 3".to_owned());
    }
    if certificate.is_authority {
        problems.push("it is a CA certificate".to_owned());
    }
    if !certificate.may_sign {
        problems.push("its key usage does not include digital signatures".to_owned());
    }
    if certificate.key.rsa_bits().is_some_and(|bits| bits < SHORTEST_RSA) {
        problems.push(format!("its key is {}; expected {SHORTEST_RSA} or more", certificate.key.description()));
    }
    let terms = &claim.terms;
    let algorithm = |key: KeyAlgorithm| terms.dialect.algorithm_for(Scheme::X509(key)).into_owned();
    let of_algorithm = match certificate.key.algorithm() {
        None => {
            problems.push(format!(
                "its key is {}; expected RSA, or EC on curve P-256 or P-384",
                certificate.key.description()
            ));
            None
        }
        Some(key) if terms.scheme != Scheme::X509(key) => {
            Some(CertificateFault::Algorithm { expected: algorithm(key), presented: terms.algorithm().into_owned() })
        }
        Some(_) => None,
    };
    problems.into_iter().map(|problem| CertificateFault::Unsuitable { problem }).chain(of_algorithm).collect()
}

fn judge_time(certificate: &Certificate, judge: &Judge<'_>) -> Option<CertificateFault> {
    let now = judge.now;
    match () {
        () if now > certificate.not_after => Some(CertificateFault::Expired { at: certificate.not_after, now }),
        () if now < certificate.not_before => Some(CertificateFault::NotYetValid { from: certificate.not_before, now }),
        () => None,
    }
}

/// AWS's own helper sends the certificate again in its chain if both come from one PKCS #12 file, so no server minds.
fn judge_chain(request: &Request, claim: &Claim, certificate: &Certificate) -> Option<CertificateFault> {
    let name = claim.terms.dialect.certificate_chain_header();
    let chain = match parse_chain(request.headers.first_text(&name)?) {
        Ok(chain) => chain,
        Err(form) => return Some(CertificateFault::Malformed { name, form }),
    };
    if chain.contains(certificate) {
        return Some(CertificateFault::ChainOrder { problem: "contains the certificate itself" });
    }
    let links = std::iter::once(certificate).chain(&chain);
    let is_in_order = links.zip(&chain).all(|(certificate, issuer)| certificate.names_as_issuer(issuer));
    let problem = match chain.iter().any(|issuer| certificate.names_as_issuer(issuer)) {
        true => "does not go from the issuer of the certificate upwards",
        false => "does not contain the issuer of the certificate",
    };
    (!is_in_order).then_some(CertificateFault::ChainOrder { problem })
}

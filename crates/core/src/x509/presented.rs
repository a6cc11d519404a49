//! A certificate with its chain as requests carry them: base64 of DER, the chain with commas between.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::certificate::Certificate;
use super::der::{Reader, tag};

/// No chain is longer, in certificates: whoever reads a request need not parse more.
const LONGEST_CHAIN: usize = 16;

/// What a PKCS #7 bundle says it is: `signedData` (RFC 2315 §14).
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];

/// What requests carry of a certificate and its chain: the values of `x-amz-x509` and `x-amz-x509-chain`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CertificateHeaders {
    /// The certificate.
    pub certificate: String,
    /// The certificates between it and the trust anchor, if there are any.
    pub chain: Option<String>,
}

impl CertificateHeaders {
    /// The values for a certificate and the certificates between it and the trust anchor.
    pub fn new(certificate: &Certificate, chain: &[Certificate]) -> Self {
        let text = |certificate: &Certificate| STANDARD.encode(certificate.as_der());
        let chain = chain.iter().map(text).collect::<Vec<_>>().join(",");
        Self { certificate: text(certificate), chain: Some(chain).filter(|chain| !chain.is_empty()) }
    }
}

/// In what way the value of a header is not a certificate as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateForm {
    /// PEM text, with its `-----BEGIN` line.
    Pem,
    /// The right base64, with white space or line breaks inside, in some spelling: a folded header, the lines of a PEM file.
    Spaced,
    /// Base64 of several certificates, one behind the other.
    Joined,
    /// Base64 of a PKCS #7 bundle.
    Bundle,
    /// Base64 of PEM text.
    EncodedPem,
    /// The alphabet of URLs, percent-encoding, or no padding.
    OtherBase64,
    /// Base64 of something else.
    NotCertificate,
    /// No base64 at all.
    NotBase64,
}

/// Reads the value of `x-amz-x509`.
///
/// # Errors
/// In what way it is not base64 of a certificate in DER.
pub fn parse_presented(value: &str) -> Result<Certificate, CertificateForm> {
    match STANDARD.decode(value) {
        Ok(der) => Certificate::from_der(&der).map_err(|_| form_of_bytes(&der)),
        Err(_) => Err(form_of(value)),
    }
}

/// Reads the value of `x-amz-x509-chain`.
///
/// # Errors
/// An entry is not the base64 of a certificate in DER; the error says what the first such entry is instead.
pub fn parse_chain(value: &str) -> Result<Vec<Certificate>, CertificateForm> {
    value.split(',').take(LONGEST_CHAIN).map(parse_presented).collect()
}

/// What bytes are that should be one certificate.
fn form_of_bytes(bytes: &[u8]) -> CertificateForm {
    let mut elements = Reader::new(bytes);
    let first = elements.next();
    let is_certificate = first.is_some_and(|first| Certificate::from_der(first.whole).is_ok());
    match first {
        _ if bytes.windows(5).any(|bytes| bytes == b"-----") => CertificateForm::EncodedPem,
        _ if is_certificate && elements.next().is_some() => CertificateForm::Joined,
        Some(first) if Reader::new(first.content).expect(tag::OID) == Some(SIGNED_DATA) => CertificateForm::Bundle,
        _ => CertificateForm::NotCertificate,
    }
}

fn form_of(value: &str) -> CertificateForm {
    read_leniently(value).map_or(CertificateForm::NotBase64, |(_, form)| form)
}

/// The certificate that was meant, and in what way it is not written as it should be.
#[doc(hidden)]
pub fn read_leniently(value: &str) -> Option<(Certificate, CertificateForm)> {
    let has_marks = value.contains("-----");
    let has_breaks =
        value.contains(char::is_whitespace) || ["\\n", "\\r", "%0A", "%0D"].iter().any(|mark| value.contains(mark));
    let form = match () {
        () if has_marks => CertificateForm::Pem,
        () if has_breaks => CertificateForm::Spaced,
        () => CertificateForm::OtherBase64,
    };
    let between = match value.split_once("-----BEGIN") {
        Some((_, rest)) => rest.split("-----").nth(1)?,
        None => value,
    };
    let mut text = between.to_owned();
    for (mark, meant) in [("\\n", ""), ("\\r", ""), ("%0A", ""), ("%0D", ""), ("%2B", "+"), ("%2F", "/"), ("%3D", "=")]
    {
        text = text.replace(mark, meant);
    }
    let digits: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '=')
        .map(|c| match c {
            '-' => '+',
            '_' => '/',
            c => c,
        })
        .collect();
    let padded = format!("{digits}{}", "=".repeat((4 - digits.len() % 4) % 4));
    let certificate = Certificate::from_der(&STANDARD.decode(padded).ok()?).ok()?;
    Some((certificate, form))
}

//! The headers that carry a certificate and its chain: base64 of DER, with commas between the certificates of the
//! chain.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::certificate::Certificate;
use super::der::{Reader, tag};

/// Maximum number of certificates to parse from a chain, so that a request cannot cause unlimited work.
const LONGEST_CHAIN: usize = 16;

/// The content type of a PKCS #7 bundle: `signedData` (RFC 2315 §14).
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];

/// The values of the headers `x-amz-x509` and `x-amz-x509-chain`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CertificateHeaders {
    /// The certificate, for `x-amz-x509`.
    pub certificate: String,
    /// The certificates between it and the trust anchor, for `x-amz-x509-chain`. `None` if there are none.
    pub chain: Option<String>,
}

impl CertificateHeaders {
    /// Encodes a certificate and the certificates between it and the trust anchor.
    pub fn new(certificate: &Certificate, chain: &[Certificate]) -> Self {
        let text = |certificate: &Certificate| STANDARD.encode(certificate.as_der());
        let chain = chain.iter().map(text).collect::<Vec<_>>().join(",");
        Self { certificate: text(certificate), chain: Some(chain).filter(|chain| !chain.is_empty()) }
    }
}

/// The wrong format of a header that should be base64 of a certificate in DER.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateForm {
    /// PEM text, with its `-----BEGIN` line.
    Pem,
    /// Correct base64 with whitespace or line breaks in it, possibly escaped: a folded header, or the lines of a PEM
    /// file.
    Spaced,
    /// Base64 of several concatenated certificates.
    Joined,
    /// Base64 of a PKCS #7 bundle.
    Bundle,
    /// Base64 of PEM text.
    EncodedPem,
    /// Base64 with the URL-safe alphabet, with percent-encoding, or without padding.
    OtherBase64,
    /// Base64 of anything else.
    NotCertificate,
    /// Not base64 at all.
    NotBase64,
}

/// Reads the value of `x-amz-x509`.
///
/// # Errors
/// The value is not base64 of a certificate in DER; the error says what it is instead.
pub fn parse_presented(value: &str) -> Result<Certificate, CertificateForm> {
    match STANDARD.decode(value) {
        Ok(der) => Certificate::from_der(&der).map_err(|_| form_of_bytes(&der)),
        Err(_) => Err(form_of(value)),
    }
}

/// Reads the value of `x-amz-x509-chain`.
///
/// # Errors
/// An entry is not base64 of a certificate in DER; the error says what the first such entry is instead.
pub fn parse_chain(value: &str) -> Result<Vec<Certificate>, CertificateForm> {
    value.split(',').take(LONGEST_CHAIN).map(parse_presented).collect()
}

/// Classifies bytes that should be one certificate but are not.
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

/// Reads a certificate even if its header is in the wrong format, and returns that format.
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

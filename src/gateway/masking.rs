//! Removes from responses what holders of placeholder keys must not see: the real access key ID, session token and
//! signature. Servers repeat them in error responses.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use http::HeaderMap;
use memchr::memmem;
use sigvet_core::credentials::{Credentials, Secret};
use zeroize::Zeroizing;

use crate::locking::locked;
use crate::redaction::{REDACTED, Starts, spellings_of};

/// Values shorter than this are not masked, because they would match unrelated text.
const SHORTEST: usize = 8;

/// The values to mask in the response to one request.
pub struct Masking {
    credentials: Arc<Values>,
    signature: Signature,
}

/// The signature of one request. Its spellings are only made when a text may contain one: that takes longer than to pass
/// the request on.
struct Signature {
    text: String,
    starts: OnceLock<Option<Starts>>,
    spelled: OnceLock<Values>,
}

/// Values, the longest first, so that no part of them remains.
struct Values {
    values: Vec<Zeroizing<Vec<u8>>>,
    starts: Option<Starts>,
}

/// The values of recently used credentials: spelling out a session token takes longer than signing a request.
#[derive(Default)]
pub struct Maskings(Mutex<VecDeque<(Arc<Credentials>, Arc<Values>)>>);

/// Number of credentials whose values are kept.
const KEPT: usize = 16;

impl Maskings {
    /// What must not be in the response to a request with these credentials and this signature.
    pub fn masking(&self, credentials: &Arc<Credentials>, signature: &str) -> Masking {
        let mut kept = locked(&self.0);
        let found =
            kept.iter().find(|(owner, _)| Arc::ptr_eq(owner, credentials)).map(|(_, values)| Arc::clone(values));
        let values = found.unwrap_or_else(|| {
            let values = Arc::new(Values::of_credentials(credentials));
            kept.truncate(KEPT - 1);
            kept.push_front((Arc::clone(credentials), Arc::clone(&values)));
            values
        });
        Masking { credentials: values, signature: Signature::new(signature) }
    }
}

impl Signature {
    fn new(text: &str) -> Self {
        Self { text: text.to_owned(), starts: OnceLock::new(), spelled: OnceLock::new() }
    }

    /// The starts of all spellings, if the signature is in hex.
    fn starts(&self) -> Option<&Starts> {
        let is_hex = || self.text.len() > HEAD && self.text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let made = || is_hex().then(|| Starts::of(starts_of_hex(&self.text).iter().map(String::as_bytes)));
        self.starts.get_or_init(made).as_ref()
    }

    fn values(&self) -> &Values {
        self.spelled.get_or_init(|| Values::spelled([self.text.as_str(), &self.text.to_ascii_uppercase()]))
    }

    /// No spelling is shorter than the signature.
    fn may_be_in(&self, text: &[u8]) -> bool {
        text.len() >= self.text.len() && self.starts().is_none_or(|starts| starts.may_be_in(text))
    }
}

/// Number of characters of a signature from which the starts of its spellings are made.
const HEAD: usize = 9;

/// How the spellings of a signature in hex begin: as it is, in base64 at three offsets, as the hex of its characters, and
/// with each character escaped.
fn starts_of_hex(signature: &str) -> Vec<String> {
    let mut starts = Vec::new();
    for text in [signature.to_owned(), signature.to_ascii_uppercase(), signature.to_ascii_lowercase()] {
        let head = text.get(..HEAD).unwrap_or_default();
        for (before, skipped) in [("", 0), ("-", 2), ("--", 3)] {
            let encoded = BASE64_STANDARD_NO_PAD.encode(format!("{before}{head}"));
            starts.push(encoded.get(skipped..).unwrap_or_default().to_owned());
        }
        let digits: Vec<String> = head.bytes().map(|byte| format!("{byte:02x}")).collect();
        starts.extend([digits.concat(), digits.join(" ")]);
        starts.push(head.escape_unicode().to_string());
        starts.push(head.to_owned());
    }
    let capitals: Vec<String> = starts.iter().map(|start| start.to_ascii_uppercase()).collect();
    starts.extend(capitals);
    starts
}

impl Values {
    /// All spellings.
    fn spelled<'v>(values: impl IntoIterator<Item = &'v str>) -> Self {
        let spellings = values.into_iter().flat_map(|value| spellings_of(value.as_bytes(), SHORTEST));
        let bytes = |mut spelling: Zeroizing<String>| Zeroizing::new(std::mem::take(&mut *spelling).into_bytes());
        let mut values: Vec<_> = spellings.map(bytes).collect();
        values.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        values.dedup();
        Self { values, starts: None }
    }

    fn of_credentials(credentials: &Credentials) -> Self {
        let token = credentials.session_token.as_ref().map(Secret::expose_secret);
        let secret = credentials.secret_access_key.expose_secret();
        let Self { values, .. } =
            Self::spelled([Some(credentials.access_key_id.as_str()), token, Some(secret)].into_iter().flatten());
        let starts = Starts::of(values.iter().map(|value| value.as_slice()));
        Self { values, starts: Some(starts) }
    }

    fn may_be_in(&self, text: &[u8]) -> bool {
        self.starts.as_ref().is_none_or(|starts| starts.may_be_in(text))
    }

    fn are_in(&self, text: &[u8]) -> bool {
        self.may_be_in(text) && self.values.iter().any(|value| memmem::find(text, value).is_some())
    }

    fn mask(&self, text: Vec<u8>) -> Vec<u8> {
        match self.may_be_in(&text) {
            true => self.values.iter().fold(text, |text, value| replaced(text, value)),
            false => text,
        }
    }

    fn longest(&self) -> usize {
        self.values.first().map_or(0, |value| value.len())
    }
}

impl Masking {
    /// The values in all spellings.
    pub fn new(credentials: &Credentials, signature: &str) -> Self {
        Self { credentials: Arc::new(Values::of_credentials(credentials)), signature: Signature::new(signature) }
    }

    /// Masks the values in these bytes.
    pub fn apply(&self, bytes: &[u8]) -> Vec<u8> {
        let masked = self.credentials.mask(bytes.to_vec());
        if self.signature.may_be_in(&masked) { self.signature.values().mask(masked) } else { masked }
    }

    /// Length of the longest value in bytes.
    pub fn longest(&self) -> usize {
        self.credentials.longest().max(self.signature.values().longest())
    }

    /// Removes the fields of headers or trailers that contain a value.
    pub fn apply_to_headers(&self, headers: &mut HeaderMap) {
        let holds_signature = |text: &[u8]| self.signature.may_be_in(text) && self.signature.values().are_in(text);
        let holds = |text: &[u8]| self.credentials.are_in(text) || holds_signature(text);
        let named: Vec<_> =
            headers.iter().filter(|(_, value)| holds(value.as_bytes())).map(|(name, _)| name.clone()).collect();
        for name in named {
            headers.remove(name);
        }
    }
}

fn replaced(bytes: Vec<u8>, value: &[u8]) -> Vec<u8> {
    let mut found = memmem::find_iter(&bytes, value).peekable();
    if found.peek().is_none() {
        return bytes;
    }
    let (mut out, mut from) = (Vec::with_capacity(bytes.len()), 0);
    for at in found {
        out.extend_from_slice(bytes.get(from..at).unwrap_or_default());
        out.extend_from_slice(REDACTED.as_bytes());
        from = at + value.len();
    }
    out.extend_from_slice(bytes.get(from..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a spelling of a signature that is not searched for because its start is unknown.
    #[test]
    fn no_spelling_of_a_signature_is_missed() {
        let digests = (0_u32..64).map(|seed| sigvet_core::crypto::sha256(&seed.to_be_bytes()).to_string());
        for digest in digests.chain(["0123456789abcdef".to_owned()]) {
            let signature = Signature::new(&digest);
            for value in &signature.values().values {
                let text = [b"before it ", value.as_slice(), b" after it"].concat();
                assert!(signature.may_be_in(&text), "{}", String::from_utf8_lossy(value));
            }
            assert!(!signature.may_be_in(&[b'.'; 500]));
        }
        // Version 2 signs in base64.
        let signature = Signature::new("/+abcdefghijklmnopqrstuvwxy=");
        assert!(signature.may_be_in(b"X-Sig: %2F%2Babcdefghijklmnopqrstuvwxy%3D"));
    }

    #[test]
    fn signatures_are_masked_in_capitals_too() {
        let credentials = Credentials::new("AKIAREALREALREALREAL", "hush/hush");
        let masking = Masking::new(&credentials, "0123456789abcdef");
        assert_eq!(masking.apply(b"<S>0123456789ABCDEF</S>"), b"<S>[redacted]</S>");
    }

    #[test]
    fn credentials_of_the_request_are_masked_in_the_response() {
        let credentials = Credentials::new("AKIAREALREALREALREAL", "hush/hush").with_session_token("to/ken+to/ken");
        let masking = Masking::new(&credentials, "0123456789abcdef");
        for text in [
            "<AWSAccessKeyId>AKIAREALREALREALREAL</AWSAccessKeyId>",
            "<SignatureProvided>0123456789abcdef</SignatureProvided>",
            "X-Amz-Security-Token=to%2Fken%2Bto%2Fken&",
            "X-Amz-Security-Token%3Dto%252Fken%252Bto%252Fken",
            "<Bytes>41 4b 49 41 52 45 41 4c 52 45 41 4c 52 45 41 4c 52 45 41 4c</Bytes>",
            "hush/hush hush/hush",
            "{\"token\":\"to\\/ken+to\\/ken\"}",
            "<T>to/ken&#43;to/ken</T>",
            "X-Amz-Security-Token=to%2fken%2bto%2fken",
            // As S3 writes a canonical query that holds a token.
            "<CanonicalRequestBytes>3d 74 6f 25 32 46 6b 65 6e 25 32 42 74 6f 25 32 46 6b 65 6e 26</CanonicalRequestBytes>",
            "<T>to&#x2F;ken&#x2B;to&#x2F;ken</T>",
            "dG8va2VuK3RvL2tlbg==",
            "<Bytes>414B49415245414C5245414C5245414C5245414C</Bytes>",
        ] {
            let masked = String::from_utf8(masking.apply(text.as_bytes())).unwrap();
            assert!(masked.contains("[redacted]"), "{masked}");
            assert!(
                !["REALREAL", "0123456", "/ken", "Fken", "fken", "ken&", "41 4b", "414B", "hush"]
                    .iter()
                    .any(|part| masked.contains(part)),
                "{masked}"
            );
        }
        assert_eq!(masking.apply(b"<Code>AccessDenied</Code>"), b"<Code>AccessDenied</Code>");
        let mut headers = HeaderMap::new();
        headers.insert("location", "https://b.s3.amazonaws.com/?X-Amz-Signature=0123456789abcdef".parse().unwrap());
        headers.insert("etag", "\"1\"".parse().unwrap());
        masking.apply_to_headers(&mut headers);
        assert_eq!(headers.len(), 1);
    }
}

//! Removes from responses what holders of placeholder keys must not see: the real access key ID, session token and
//! signature. Servers repeat them in error responses.

use http::HeaderMap;
use sigvet_core::credentials::{Credentials, Secret};
use zeroize::Zeroizing;

/// Replaces each removed value.
const MASK: &[u8] = b"[redacted]";

/// Values shorter than this are not masked, because they would match unrelated text.
const SHORTEST: usize = 8;

/// The values to mask.
pub struct Masking(Vec<Zeroizing<Vec<u8>>>);

impl Masking {
    /// The values that a request was sent with, in all encodings.
    pub fn new(credentials: &Credentials, signature: &str) -> Self {
        let token = credentials.session_token.as_ref().map(Secret::expose_secret);
        let secret = credentials.secret_access_key.expose_secret();
        let values = [Some(credentials.access_key_id.as_str()), token, Some(secret), Some(signature)];
        let long = values.into_iter().flatten().filter(|value| value.len() >= SHORTEST);
        let mut forms: Vec<Zeroizing<Vec<u8>>> = long.flat_map(forms_of).map(Zeroizing::new).collect();
        // Longer forms first, so that no part of them remains.
        forms.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        forms.dedup();
        Self(forms)
    }

    /// Masks the values in these bytes.
    pub fn apply(&self, bytes: &[u8]) -> Vec<u8> {
        self.0.iter().fold(bytes.to_vec(), |bytes, form| replaced(&bytes, form))
    }

    /// The values only as they are, without encodings: enough for the headers of a successful response, at a
    /// tenth of the cost.
    pub fn bare(credentials: &Credentials, signature: &str) -> Self {
        let token = credentials.session_token.as_ref().map(Secret::expose_secret);
        let values = [Some(credentials.access_key_id.as_str()), token, Some(signature)];
        let long = values.into_iter().flatten().filter(|value| value.len() >= SHORTEST);
        Self(long.map(|value| Zeroizing::new(value.as_bytes().to_vec())).collect())
    }

    /// Length of the longest value in bytes.
    pub fn longest(&self) -> usize {
        self.0.iter().map(|form| form.len()).max().unwrap_or_default()
    }

    /// Removes the header fields that contain a value.
    pub fn apply_to_headers(&self, headers: &mut HeaderMap) {
        let holds = |value: &[u8]| self.0.iter().any(|form| find(value, form).is_some());
        let named: Vec<_> =
            headers.iter().filter(|(_, value)| holds(value.as_bytes())).map(|(name, _)| name.clone()).collect();
        for name in named {
            headers.remove(name);
        }
    }
}

/// The value as it is, percent-encoded, escaped for JSON and XML, and in hex bytes as S3 writes the texts
/// of a refusal.
fn forms_of(value: &str) -> Vec<Vec<u8>> {
    use sigvet_core::internal::encode::{Slash, encode};

    let mut encoded = Vec::new();
    encode(value.as_bytes(), Slash::Encode, &mut encoded);
    let once = String::from_utf8_lossy(&encoded).into_owned();
    let hex: Vec<String> = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![
        value.to_owned(),
        lower_escapes(&once),
        once.replace('%', "%25"),
        once,
        value.replace('/', "\\/"),
        value.replace('/', "\\u002f").replace('+', "\\u002b").replace('=', "\\u003d"),
        value.replace('+', "\\u002b").replace('=', "\\u003d"),
        value.replace('/', "&#x2F;").replace('+', "&#43;").replace('=', "&#61;"),
        value.replace('/', "&#47;").replace('+', "&#43;").replace('=', "&#61;"),
        value.replace('+', "&#43;").replace('=', "&#61;"),
        value.replace('+', "&#43;"),
        value.replace('=', "&#61;"),
    ];
    forms.extend([hex.join(" "), hex.concat()].into_iter().flat_map(|hex| [hex.to_uppercase(), hex]));
    forms.into_iter().map(String::into_bytes).collect()
}

/// The same with lower-case hex digits in its escapes.
fn lower_escapes(encoded: &str) -> String {
    let mut pieces = encoded.split('%');
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| {
        let (digits, rest) = piece.split_at_checked(2).unwrap_or((piece, ""));
        format!("{text}%{}{rest}", digits.to_ascii_lowercase())
    })
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

fn replaced(bytes: &[u8], wanted: &[u8]) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::with_capacity(bytes.len()), bytes);
    while let Some(at) = find(rest, wanted) {
        let (before, from) = rest.split_at(at);
        out.extend_from_slice(before);
        out.extend_from_slice(MASK);
        rest = from.get(wanted.len()..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

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

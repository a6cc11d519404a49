//! The signed texts, as quoted in replies.
//!
//! AWS quotes them completely. Here session tokens and other bearer credentials are left out, because a reply may end
//! up in the log of a test.

use std::fmt::Write;

use sigvet_core::verify::{Claimed, Verdict};

use crate::redaction::{is_bearing_parameter, without_bearers};

/// The signed texts without bearer credentials.
pub struct Quoted {
    /// The string to sign.
    pub string_to_sign: Vec<u8>,
    /// The canonical request (only Version 4 has one).
    pub canonical_request: Option<Vec<u8>>,
}

impl Quoted {
    /// The texts of a request. `None` for a form with a session token, because its policy may contain the
    /// token in base64.
    pub fn of(verdict: &Verdict) -> Option<Self> {
        if matches!(&verdict.claimed, Claimed::Form(claim) if claim.fields.iter().any(|(name, _)| is_bearing_parameter(name.as_bytes())))
        {
            return None;
        }
        let canonical_request =
            verdict.as_v4().map(|(_, derivation)| without_bearers(derivation.canonical_request.as_bytes()));
        Some(Self { string_to_sign: without_bearers(verdict.texts.string_to_sign()), canonical_request })
    }
}

/// Converts bytes to text, replacing invalid UTF-8.
pub fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Bytes as S3 writes them next to a text: two hex digits each, separated by spaces.
pub fn hex_bytes(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for (at, byte) in bytes.iter().enumerate() {
        let blank = if at == 0 { "" } else { " " };
        // Writing to a String cannot fail.
        let _ = write!(text, "{blank}{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a token that remains in one of the places where AWS quotes it, and a text that lost more than that.
    #[test]
    fn a_token_is_redacted_wherever_it_is_signed() {
        let text = "GET\n/b/x-amz-security-token:k\nX-Amz-Date=1&X-Amz-Security-Token=a%2Fb%3D&x=y\nhost:h\n\
                    x-amz-date:1\nx-amz-security-token:a/b=\n\nhost;x-amz-security-token\nUNSIGNED-PAYLOAD";
        let expected = "GET\n/b/x-amz-security-token:k\nX-Amz-Date=1&X-Amz-Security-Token=[redacted]&x=y\nhost:h\n\
                        x-amz-date:1\nx-amz-security-token:[redacted]\n\nhost;x-amz-security-token\nUNSIGNED-PAYLOAD";
        assert_eq!(lossy(&without_bearers(text.as_bytes())), expected);
        assert_eq!(without_bearers(b"x-amz-s3session-token:a"), b"x-amz-s3session-token:[redacted]");
        assert_eq!(without_bearers(b"/b/k?X-Amz-Security-Token=a=="), b"/b/k?X-Amz-Security-Token=[redacted]");
    }
}

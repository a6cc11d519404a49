//! The texts that were signed, as replies quote them.
//!
//! AWS quotes them whole. Here a session token is left out, and whatever else gives access: a reply ends up in the log of a test.

use std::fmt::Write;

use sigvet_core::request::Header;
use sigvet_core::verify::{Claimed, Verdict};

/// What stands in place of a value that gives access. `sigvet explain` knows it.
const REDACTED: &[u8] = b"[redacted]";
/// The ends of the names of parameters that carry a session token, in small letters.
const TOKENS: [&[u8]; 2] = [b"-security-token", b"-s3session-token"];

/// What was signed, without what gives access.
pub struct Quoted {
    /// The string to sign.
    pub string_to_sign: Vec<u8>,
    /// The canonical request, of Version 4.
    pub canonical_request: Option<Vec<u8>>,
}

impl Quoted {
    /// The texts of a request; none of a form, whose policy may hold its session token in base64.
    pub fn of(verdict: &Verdict) -> Option<Self> {
        if matches!(&verdict.claimed, Claimed::Form(claim) if claim.fields.iter().any(|(name, _)| is_token(name.as_bytes())))
        {
            return None;
        }
        let canonical_request =
            verdict.as_v4().map(|(_, derivation)| without_bearers(derivation.canonical_request.as_bytes()));
        Some(Self { string_to_sign: without_bearers(verdict.texts.string_to_sign()), canonical_request })
    }
}

/// The text with `name:value` and `name=value` of whatever gives access made unreadable.
fn without_bearers(text: &[u8]) -> Vec<u8> {
    text.split(|byte| *byte == b'\n').map(without_bearer).collect::<Vec<_>>().join(&b'\n')
}

fn without_bearer(line: &[u8]) -> Vec<u8> {
    let name = line.split(|byte| *byte == b':').next().filter(|name| name.len() < line.len() && !name.contains(&b'/'));
    match name {
        Some(name) if is_bearing_header(name) => [name, b":", REDACTED].concat(),
        _ => line.split(|byte| *byte == b'&').map(without_token).collect::<Vec<_>>().join(&b'&'),
    }
}

fn without_token(parameter: &[u8]) -> Vec<u8> {
    let name = parameter.split(|byte| *byte == b'=').next().unwrap_or_default();
    match name.len() < parameter.len() && is_token(name) {
        true => [name, b"=", REDACTED].concat(),
        false => parameter.to_vec(),
    }
}

fn is_bearing_header(name: &[u8]) -> bool {
    let name = String::from_utf8_lossy(name).into_owned();
    Header { name, value: Vec::new() }.is_bearer()
}

fn is_token(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    TOKENS.iter().any(|end| name.ends_with(end))
}

/// Bytes as text.
pub fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Bytes as S3 writes them beside a text: two digits each, with blanks between.
pub fn hex_bytes(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for (at, byte) in bytes.iter().enumerate() {
        let blank = if at == 0 { "" } else { " " };
        // A string takes whatever is written.
        let _ = write!(text, "{blank}{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a token that stays in one of the places where AWS quotes it, and a text in which more is missing.
    #[test]
    fn a_token_is_left_out_wherever_it_is_signed() {
        let text = "GET\n/b/x-amz-security-token:k\nX-Amz-Date=1&X-Amz-Security-Token=a%2Fb%3D&x=y\nhost:h\n\
                    x-amz-date:1\nx-amz-security-token:a/b=\n\nhost;x-amz-security-token\nUNSIGNED-PAYLOAD";
        let expected = "GET\n/b/x-amz-security-token:k\nX-Amz-Date=1&X-Amz-Security-Token=[redacted]&x=y\nhost:h\n\
                        x-amz-date:1\nx-amz-security-token:[redacted]\n\nhost;x-amz-security-token\nUNSIGNED-PAYLOAD";
        assert_eq!(lossy(&without_bearers(text.as_bytes())), expected);
        assert_eq!(without_bearers(b"x-amz-s3session-token:a"), b"x-amz-s3session-token:[redacted]");
        assert_eq!(without_bearers(b"/b/k?X-Amz-Security-Token=a=="), b"/b/k?X-Amz-Security-Token=[redacted]");
    }
}

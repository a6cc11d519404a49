//! Decodes a presented Version 2 signature in any encoding. The right encoding is base64 of 20 bytes.

use crate::diagnosis::alternatives::from_base64;
use crate::diagnosis::catalogue::{QUERY_DOUBLE_ENCODED, SIGNATURE_FORM};
use crate::diagnosis::outcome::AppliedMistake;
use sigvet_core::internal::encode::{Plus, decode};

/// The bytes that a hypothesis has to give: a whole signature, or its beginning.
pub(super) struct Target(Vec<u8>);

/// Fewer bytes than this could match by chance.
const SHORTEST: usize = 8;
/// The length of an HMAC-SHA1 in bytes.
const LENGTH: usize = 20;

impl Target {
    pub(super) fn is_met_by(&self, digest: &[u8; LENGTH]) -> bool {
        digest.starts_with(&self.0)
    }
}

/// The bytes of a presented signature, and the mistake in its encoding. A signature in a URL is
/// percent-encoded like the rest of the URL.
pub(super) fn target(presented: &str, is_url: bool) -> Option<(Target, Option<AppliedMistake>)> {
    let form = |detail: &str| AppliedMistake::new(&SIGNATURE_FORM, presented, "").with_detail(detail);
    let bare = presented.trim().trim_matches(['"', '\'']);
    let decoded = String::from_utf8(decode(bare.as_bytes(), Plus::Literal)).ok()?;
    let text = decoded.replace(' ', "+");
    let bytes = from_base64(&text).filter(|bytes| bytes.len() == LENGTH);
    if let Some(bytes) = bytes {
        let detail = match () {
            () if bare != presented => "with other characters around it",
            () if decoded != bare => "percent-encoded twice",
            () if text != decoded => "a '+' that was not percent-encoded became a space",
            () if text.contains(['-', '_']) => "in URL-safe base64",
            () if !text.ends_with('=') => "without its trailing '='",
            () => return Some((Target(bytes), None)),
        };
        if is_url && bare == presented && decoded != bare {
            let made = AppliedMistake::new(&QUERY_DOUBLE_ENCODED, presented, "");
            return Some((Target(bytes), Some(made.with_detail("it was encoded again when it was sent"))));
        }
        return Some((Target(bytes), Some(form(detail))));
    }
    if let Some(bytes) = hex::decode(decoded.to_ascii_lowercase()).ok().filter(|bytes| bytes.len() == LENGTH) {
        return Some((Target(bytes), Some(form("in hex instead of base64"))));
    }
    if let Some(bytes) = hex_in_base64(&text) {
        return Some((Target(bytes), Some(form("base64 of the hex digits, not of the bytes"))));
    }
    let whole = text.trim_end_matches(['…', '.', '=']);
    // Text that is not base64 may have a multi-byte character anywhere.
    let bytes = from_base64(whole.get(..whole.len() & !3)?)?;
    let is_cut = (SHORTEST..LENGTH).contains(&bytes.len());
    is_cut.then(|| (Target(bytes), Some(form(&format!("cut off: {} of 28 characters", presented.len())))))
}

fn hex_in_base64(text: &str) -> Option<Vec<u8>> {
    hex::decode(from_base64(text)?).ok().filter(|bytes| bytes.len() == LENGTH)
}

//! Decodes a presented signature, in any encoding, into the bytes that a hypothesis has to give.

use super::alternatives::from_base64;
use super::catalogue::SIGNATURE_FORM;
use super::outcome::AppliedMistake;
use super::target::Target;
use sigvet_core::internal::encode::{Plus, decode};
use sigvet_core::scheme::Scheme;

/// The first byte of a DER signature: the tag of a sequence (X.690 §8.9).
const DER_SEQUENCE: u8 = 0x30;

/// The bytes of a presented signature, and the mistake in its encoding.
pub(super) fn target(presented: &str, scheme: Scheme) -> Option<(Target, Option<AppliedMistake>)> {
    let bare = presented.trim().trim_matches(['"', '\'']);
    let decoded = String::from_utf8(decode(bare.as_bytes(), Plus::Literal)).ok()?;
    let lower = decoded.to_ascii_lowercase();
    let form = |detail: &str| AppliedMistake::new(&SIGNATURE_FORM, presented, "").with_detail(detail);
    let whole = |bytes: &[u8]| match scheme {
        Scheme::V4 => Some(Target::Digest { bytes: bytes.try_into().ok()?, length: 32 }),
        // How to read the signature of a certificate's key depends on the key (see `certified`).
        Scheme::X509(_) => None,
        Scheme::V4a => bytes.starts_with(&[DER_SEQUENCE]).then(|| Target::Der(bytes.to_vec())),
    };
    if let Some(target) = hex::decode(&lower).ok().and_then(|bytes| whole(&bytes)) {
        let detail = match () {
            () if presented == lower => return Some((target, None)),
            () if bare != presented => "with other characters around it",
            () if decoded != bare => "percent-encoded",
            () => "in uppercase hex",
        };
        return Some((target, Some(form(detail))));
    }
    if let Some(target) = from_base64(&decoded).and_then(|bytes| whole(&bytes)) {
        return Some((target, Some(form("in base64"))));
    }
    if scheme == Scheme::V4a {
        return None;
    }
    let whole = lower.trim_end_matches(['…', '.']);
    // Text that is not hex may have a multi-byte character anywhere.
    let digits = whole.get(..whole.len() & !1)?;
    let bytes = hex::decode(digits).ok().filter(|bytes| (8..32).contains(&bytes.len()))?;
    let mut padded = [0; 32];
    padded.get_mut(..bytes.len())?.copy_from_slice(&bytes);
    let detail = format!("cut off: {} of 64 digits", whole.len());
    Some((Target::Digest { bytes: padded, length: bytes.len() }, Some(form(&detail))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a signature that is decoded to the wrong bytes or not at all.
    #[test]
    fn each_encoding_of_a_signature_decodes_to_the_same_bytes() {
        let hex = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
        let upper = hex.to_uppercase();
        let quoted = format!("\"{hex}\"");
        for (text, length, detail) in [
            (hex, 32, None),
            (&upper, 32, Some("in uppercase hex")),
            (&quoted, 32, Some("with other characters around it")),
            ("XWctecFbExYtknmwhVz7pniajttMgsQA4GtZJKbytdc=", 32, Some("in base64")),
            ("XWctecFbExYtknmwhVz7pniajttMgsQA4GtZJKbytdc%3D", 32, Some("in base64")),
            (&hex[..40], 20, Some("cut off: 40 of 64 digits")),
            (&format!("{}…", &hex[..40]), 20, Some("cut off: 40 of 64 digits")),
        ] {
            let (target, form) = target(text, Scheme::V4).unwrap();
            let Target::Digest { bytes, length: known } = target else { panic!("{text}") };
            assert_eq!(hex::encode(&bytes[..known]), hex[..2 * length], "{text}");
            assert_eq!(form.and_then(|form| form.detail).as_deref(), detail, "{text}");
        }
        let unknown = ["", "unknown", "5d67", "zz", "5d672d79…", "5d672d7…9", "…", "5d672d79é0123456789abcdef"];
        assert!(unknown.iter().all(|text| target(text, Scheme::V4).is_none()));
    }
}

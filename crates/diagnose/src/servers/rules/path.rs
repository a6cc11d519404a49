//! The canonical path of an object as servers compute it.

use sigvet_core::internal::encode::{Plus, Slash, decode, encode};

/// A server's deviation in handling the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::servers) enum PathRule {
    /// Uses the path as sent, neither decoded nor encoded.
    AsSent,
    /// Replaces each byte that is not UTF-8 with U+FFFD.
    NotUtf8Replaced,
}

/// Appends the canonical path according to these rules.
pub(super) fn write(path: &[u8], rules: &[PathRule], out: &mut Vec<u8>) {
    let path: &[u8] = if path.is_empty() { b"/" } else { path };
    if rules.contains(&PathRule::AsSent) {
        return out.extend_from_slice(path);
    }
    let mut text = Vec::with_capacity(path.len());
    push_replaced(&decode(path, Plus::Literal), &mut text);
    encode(&text, Slash::Keep, out);
}

/// Appends a text with U+FFFD in place of each byte that is not UTF-8, as Go's `range` reads it.
pub(super) fn push_replaced(text: &[u8], out: &mut Vec<u8>) {
    const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();
    for chunk in text.utf8_chunks() {
        out.extend_from_slice(chunk.valid().as_bytes());
        chunk.invalid().iter().for_each(|_| out.extend_from_slice(REPLACEMENT));
    }
}

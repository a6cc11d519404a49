//! Undoes the damage that browsers, logs and chats do to a reply, if that is unambiguous.

use std::borrow::Cow;

use crate::formats::flattened::{unflatten_hashed, unflatten_string_to_sign};
use crate::formats::note::Note;

use super::{Reply, xml};

/// The text with markup and line breaks restored.
pub(super) fn repair(text: &str) -> (Cow<'_, str>, Vec<Note>) {
    let mut text = Cow::Borrowed(text);
    let mut damage = Vec::new();
    if !text.contains('<') && (text.contains("&lt;Error") || text.contains("&lt;Code&gt;")) {
        text = Cow::Owned(xml::unescape(&text));
        damage.push(Note::HtmlEntities);
    }
    if text.contains("<Error") && text.contains("\\n") {
        text = Cow::Owned(text.replace("\\r\\n", "\n").replace("\\n", "\n").replace("\\\"", "\"").replace("\\/", "/"));
        damage.push(Note::EscapedNewlines);
    }
    let is_cut = text.contains("<Error") && !text.contains("</Error") && text.contains("<Code>");
    if is_cut {
        damage.push(Note::CutOff { what: "the server's reply".to_owned() });
    }
    (text, damage)
}

/// Restores the line breaks in the server's texts, and notes what is missing from them.
pub(super) fn mend_blocks(reply: &mut Reply) {
    if let Some(whole) = reply.string_to_sign.as_deref().and_then(unflatten_string_to_sign) {
        reply.string_to_sign = Some(whole);
        reply.damage.push(Note::FlattenedNewlines { what: "server's string to sign", repaired: true });
    }
    let what = "server's canonical request";
    let Some(canonical) = reply.canonical_request.as_deref() else { return };
    if !canonical.contains(&b'\n') {
        let string = reply.string_to_sign.as_deref().unwrap_or_default();
        let whole = unflatten_hashed(canonical, string);
        reply.damage.push(Note::FlattenedNewlines { what, repaired: whole.is_some() });
        reply.canonical_request = whole.or_else(|| reply.canonical_request.take());
    }
    let canonical = reply.canonical_request.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
    if is_redacted(&canonical) {
        reply.damage.push(Note::Redacted { what: format!("a value of the {what}") });
    } else if canonical.trim_end().ends_with("...") || canonical.contains('…') {
        reply.damage.push(Note::CutOff { what: format!("the {what}") });
    }
}

/// Whether somebody replaced a value or part of it.
pub(in crate::formats) fn is_redacted(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let words =
        ["redacted", "<hidden>", "credential=hidden", "<secret>", "[secret]", "<token>", "<masked>", "xxxxxxxx"];
    words.iter().any(|word| lower.contains(word)) || lower.contains("****")
}

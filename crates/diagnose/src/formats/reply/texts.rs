//! The texts that a server computed: whether they are whole, and where they are in a text with other words around them.

use super::damage::is_redacted;
use super::message::{self, ErrorFields};
use super::{Reply, xml};
use sigvet_core::crypto::sha256;
use sigvet_core::request::Headers;

/// What is known about a server's texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextState {
    /// There is no string to sign and no canonical request.
    Missing,
    /// The hash of the canonical request is in the string to sign.
    Proven,
    /// The string to sign does not have the lines that each has.
    Damaged,
    /// Nothing shows whether they are whole.
    Open,
}

impl Reply {
    /// Whether the server's texts are as the server wrote them.
    pub fn state_of_texts(&self) -> TextState {
        let Some(string) = self.string_to_sign.as_deref().map(String::from_utf8_lossy) else {
            return if self.canonical_request.is_some() { TextState::Open } else { TextState::Missing };
        };
        let is_version_4 = ["AWS4-", "GOOG4-"].iter().any(|start| string.contains(start));
        if let Some(canonical) = &self.canonical_request
            && is_version_4
            && string.lines().last() == Some(sha256(canonical).to_string().as_str())
            && has_form(&string)
        {
            return TextState::Proven;
        }
        let is_hidden = is_redacted(&string) || ["***", "…", "..."].iter().any(|mark| string.contains(mark));
        if is_version_4 && !is_hidden && !has_form(&string) { TextState::Damaged } else { TextState::Open }
    }
}

/// Whether a canonical request has the lines that each has: a method, a path, and the names of headers before a hash. Logs put
/// prefixes before lines, and escape their ends.
pub(in crate::formats) fn has_form_of_request(canonical: &[u8]) -> bool {
    let canonical = String::from_utf8_lossy(canonical);
    let lines: Vec<&str> = canonical.split('\n').collect();
    let [method, path, .., names, _] = lines.as_slice() else { return false };
    let is_method = method.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_method && path.starts_with('/') && !names.contains([' ', ':', '\t'])
}

/// Whether a string to sign of Version 4 has its lines: algorithm, time, scope, hashes.
fn has_form(string: &str) -> bool {
    let lines: Vec<&str> = string.trim_end_matches('\n').split('\n').map(|line| line.trim_end_matches('\r')).collect();
    let [algorithm, time, scope, hashes @ ..] = lines.as_slice() else { return false };
    let is_algorithm = algorithm.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_time = time.len() == 16 && time.ends_with('Z') && !time.contains(char::is_whitespace);
    let is_scope = scope.matches('/').count() >= 3 && !scope.contains(char::is_whitespace);
    let is_hash = |hash: &&str| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_algorithm && is_time && is_scope && !hashes.is_empty() && hashes.iter().all(is_hash)
}

/// The reply that shows a server's texts, wherever they are in a text.
pub(in crate::formats) fn around_texts(text: &str) -> Option<Reply> {
    if text.contains(message::CANONICAL_REQUEST) && text.contains(message::STRING_TO_SIGN) {
        let mut reply = Reply::parse(None, &Headers::default(), text.as_bytes());
        let stated = ErrorFields::in_message(text);
        (reply.canonical_request, reply.string_to_sign) = (stated.canonical_request, stated.string_to_sign);
        return Some(reply);
    }
    let start = text.find("<Error>").or_else(|| text.find("<Error "))?;
    let behind = text.get(start..)?;
    let end = behind.find("</Error>").map_or(behind.len(), |at| at + "</Error>".len());
    let element = behind.get(..end)?;
    xml::read(element)?;
    Some(Reply::parse(None, &Headers::default(), element.as_bytes()))
}

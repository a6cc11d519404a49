//! The server's reply in its own words: status, code, message, and the IDs that support asks for.

use super::Shown;
use crate::profiles::{looks_like_secret, looks_like_session_token};
use crate::redaction::REDACTED;
use serde_json::{Value, json};
use sigvet_diagnose::formats::reply::Reply;
use sigvet_diagnose::{Note, Party};

impl Shown<'_> {
    /// The reply, unless it is about another request.
    fn own_reply(&self) -> Option<&Reply> {
        let is_foreign = |note: &Note| matches!(note, Note::OfAnotherRequest { whose: Party::Server, .. });
        self.reply.filter(|_| !self.diagnosis.notes.iter().any(is_foreign))
    }

    /// Labels and texts of everything that support asks for.
    pub(super) fn reply_rows(&self) -> Vec<(&'static str, String)> {
        let Some(reply) = self.own_reply() else { return Vec::new() };
        let rows = [
            ("server", self.server_words(reply)),
            ("request id", reply.request_id.as_deref().map(|id| self.words(id))),
            ("host id", reply.host_id.as_deref().map(|id| self.words(id))),
        ];
        rows.into_iter().filter_map(|(label, text)| Some((label, text?))).filter(|(_, text)| !text.is_empty()).collect()
    }

    /// The reply in a few words, such as `403 AccessDenied`.
    pub(super) fn refusal(&self) -> Option<String> {
        let reply = self.own_reply().filter(|reply| reply.status.is_none_or(|status| status >= 300))?;
        let head: Vec<String> =
            reply.status.map(|status| status.to_string()).into_iter().chain(reply.code.clone()).collect();
        (!head.is_empty()).then(|| self.words(&head.join(" ")))
    }

    /// The request ID.
    pub(super) fn request_id(&self) -> Option<String> {
        self.own_reply()?.request_id.as_deref().map(|id| self.words(id))
    }

    /// The status, the code and the message, such as `403 SignatureDoesNotMatch: The request signature …`.
    fn server_words(&self, reply: &Reply) -> Option<String> {
        let status = reply.status.map(|status| status.to_string());
        let head: Vec<String> = status.into_iter().chain(reply.code.clone()).collect();
        // Some servers print the canonical request after the message; it is shown elsewhere if it differs.
        let first = |message: &str| {
            let message = message.trim();
            let end = ["\n\n", "\\n\\n"].iter().filter_map(|gap| message.find(gap)).min();
            message.get(..end.unwrap_or(message.len())).unwrap_or_default().to_owned()
        };
        let in_a_line = |message: String| message.split_whitespace().collect::<Vec<_>>().join(" ");
        let message = reply.message.as_deref().map(first).map(in_a_line).map(|message| without_secrets(&message));
        let head = head.join(" ");
        let message = message.filter(|message| *message != head);
        let parts: Vec<String> = [head].into_iter().chain(message).filter(|part| !part.is_empty()).collect();
        (!parts.is_empty()).then(|| self.words(&parts.join(": ")))
    }

    /// The reply in the documented JSON; `None` without a reply.
    pub(super) fn reply_json(&self) -> Option<Value> {
        let reply = self.own_reply()?;
        let text = |text: &Option<String>| text.as_deref().map(|text| self.redactor.apply(text));
        Some(json!({
            "status": reply.status,
            "code": text(&reply.code),
            "message": text(&reply.message.as_deref().map(without_secrets)),
            "request_id": text(&reply.request_id),
            "host_id": text(&reply.host_id),
        }))
    }
}

/// A message without words that look like a secret access key or a session token: some servers, including STS,
/// quote what they got as the key ID.
fn without_secrets(message: &str) -> String {
    let is_of_word = |character: char| character.is_ascii_alphanumeric() || "+/=".contains(character);
    let mut shown = String::with_capacity(message.len());
    let mut rest = message;
    while !rest.is_empty() {
        let end = rest.find(|character| !is_of_word(character)).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        let has_length = (SHORTEST_SECRET..=LONGEST_SECRET).contains(&word.len());
        let is_secret = (has_length && looks_like_secret(word)) || looks_like_session_token(word);
        shown.push_str(if is_secret { REDACTED } else { word });
        let next = behind.find(is_of_word).unwrap_or(behind.len());
        let (between, behind) = behind.split_at(next);
        shown.push_str(between);
        rest = behind;
    }
    shown
}

/// The length of AWS secrets and similar ones; longer words with slashes are resource names.
const SHORTEST_SECRET: usize = 40;
const LONGEST_SECRET: usize = 44;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_secret_is_removed_from_a_message() {
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        for (message, expected) in [
            (format!("Credential '{secret}' is not valid"), "Credential '[redacted]' is not valid"),
            (secret.to_owned(), REDACTED),
            ("The token FwoGZXIvYXdzEXAMPLE//x== is malformed".to_owned(), "The token [redacted] is malformed"),
            ("resource: arn:aws:s3:::Bucket/Some/Long/Path".to_owned(), "resource: arn:aws:s3:::Bucket/Some/Long/Path"),
            ("\u{e9} ok".to_owned(), "\u{e9} ok"),
        ] {
            assert_eq!(without_secrets(&message), expected);
        }
    }
}

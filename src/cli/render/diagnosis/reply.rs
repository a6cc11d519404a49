//! The server's reply in its own words: status, code, message, and the IDs that support asks for.

use super::Shown;
use crate::profiles::{looks_like_secret, looks_like_session_token};
use crate::redaction::{REDACTED, is_bearing_parameter};
use serde_json::{Value, json};
use sigvet_core::internal::encode::{Plus, decode};
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
/// quote what they got as the key ID, and programs print the URL or the settings with their keys. A word may be
/// percent-encoded, and part of `name=value`.
fn without_secrets(message: &str) -> String {
    let is_of_word = |character: char| character.is_ascii_alphanumeric() || "+/=%-_".contains(character);
    let mut shown = String::with_capacity(message.len());
    let mut rest = message;
    while !rest.is_empty() {
        let end = rest.find(|character| !is_of_word(character)).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        shown.push_str(&word_without_secret(word));
        let next = behind.find(is_of_word).unwrap_or(behind.len());
        let (between, behind) = behind.split_at(next);
        shown.push_str(between);
        rest = behind;
    }
    without_passwords(&shown)
}

/// The word, or the name before the value that is a secret.
fn word_without_secret(word: &str) -> String {
    if is_secret(word) {
        return REDACTED.to_owned();
    }
    let value_at = word.find('=').map(|at| at + 1).filter(|at| *at < word.trim_end_matches('=').len());
    let Some((name, value)) = value_at.map(|at| word.split_at(at)) else { return word.to_owned() };
    let is_bearing = is_bearing_parameter(name.trim_end_matches('=').as_bytes());
    if is_bearing || is_secret(value) { format!("{name}{REDACTED}") } else { word.to_owned() }
}

fn is_secret(word: &str) -> bool {
    let mut plain = word.as_bytes().to_vec();
    // A URL with a key in it may be a parameter of another.
    (0..3).any(|_| {
        let text = String::from_utf8_lossy(&plain).into_owned();
        plain = decode(&plain, Plus::Literal);
        let has_length = (SHORTEST_SECRET..=LONGEST_SECRET).contains(&text.len());
        has_length && looks_like_secret(&text) || looks_like_session_token(&text)
    })
}

/// The text without the passwords in URLs: `https://user:password@host`.
fn without_passwords(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, behind) = rest.split_at(at + "://".len());
        shown.push_str(before);
        let is_end = |c: char| c.is_whitespace() || "/?#\"'<>".contains(c);
        let authority = behind.get(..behind.find(is_end).unwrap_or(behind.len())).unwrap_or_default();
        let user = authority.rsplit_once('@').and_then(|(userinfo, _)| userinfo.split_once(':'));
        rest = match user {
            Some((user, password)) if !password.is_empty() => {
                shown.push_str(&format!("{user}:{REDACTED}"));
                behind.get(user.len() + 1 + password.len()..).unwrap_or_default()
            }
            _ => behind,
        };
    }
    shown + rest
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
            (
                "s3a://AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI%2FK7MDENG%2FbPxRfiCYEXAMPLEKEY@lake/raw: Forbidden"
                    .to_owned(),
                "s3a://AKIAIOSFODNN7EXAMPLE:[redacted]@lake/raw: Forbidden",
            ),
            (format!("s3a://AKIAIOSFODNN7EXAMPLE:{secret}@lake"), "s3a://AKIAIOSFODNN7EXAMPLE:[redacted]@lake"),
            (
                "u=https%3A%2F%2Fwhat wJalrXUtnFEMI%252FK7MDENG%252FbPxRfiCYEXAMPLEKEY".to_owned(),
                "u=https%3A%2F%2Fwhat [redacted]",
            ),
            (format!("at accessKey=AKIA secretKey={secret} bad"), "at accessKey=AKIA secretKey=[redacted] bad"),
            ("secret_access_key=minio123, no".to_owned(), "secret_access_key=[redacted], no"),
            (
                "MC_HOST_m=https://minio:hunter2@minio.lan:9000".to_owned(),
                "MC_HOST_m=https://minio:[redacted]@minio.lan:9000",
            ),
            ("see https://h.example:9000/users/@me".to_owned(), "see https://h.example:9000/users/@me"),
        ] {
            assert_eq!(without_secrets(&message), expected);
        }
    }
}

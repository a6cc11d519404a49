//! What of a request is not known that its signature is made of: it was taken out before it was shown, or the capture shows
//! none of it. Such a request is neither right nor wrong.

use super::Known;
use crate::canonical::{PayloadHash, query};
use crate::claim::Claim;
use crate::derivation::Placement;
use crate::request::Request;

/// What stands anywhere in a value that was taken out, in lower case.
const MARKS: [&str; 8] = ["redacted", "sanitized", "***", "xxxx", "…", "[...]", "█", "•••"];
/// What a value says of itself as a whole, between brackets or without them.
const WORDS: [&str; 12] = [
    "hidden", "masked", "removed", "omitted", "filtered", "scrubbed", "secret", "censored", "snip", "snipped",
    "stripped", "...",
];
/// As many digits of a signature that is cut off still tell it from others.
const TELLING_DIGITS: usize = 16;

/// The parts that the signature depends on and that are not known, each as it is called in a sentence.
pub(super) fn parts(request: &Request, claim: &Claim, known: Known) -> Vec<String> {
    let terms = &claim.terms;
    let mut parts = Vec::new();
    if is_signature_hidden(claim.signature.as_str()) {
        parts.push("the signature".to_owned());
    }
    if is_payload_unknown(request, claim) {
        parts.push("the body".to_owned());
    }
    let fields = request.headers.for_lookups(terms.signed_headers.iter().count());
    for name in terms.signed_headers.iter() {
        let is_hidden = fields.values(name).any(|value| is_blacked_out(&String::from_utf8_lossy(value)));
        let is_unseen = !known.headers && !fields.contains(name);
        if is_hidden || is_unseen {
            parts.push(format!("the header {name}"));
        }
    }
    if let Placement::Query { .. } = terms.placement {
        let signature = terms.dialect.query_name("Signature");
        for (name, value) in query::parameters(request.query().unwrap_or_default()) {
            let name = String::from_utf8_lossy(&name);
            if name != signature && is_blacked_out(&String::from_utf8_lossy(&value)) {
                parts.push(format!("the parameter {name}"));
            }
        }
    }
    parts
}

/// Whether the hash in the canonical request is one of a body that nobody has seen.
pub fn is_payload_unknown(request: &Request, claim: &Claim) -> bool {
    matches!(claim.terms.payload, PayloadHash::Sha256(_)) && request.body.sha256().is_none()
}

/// Whether the headers say that there is a body.
pub(super) fn has_body(request: &Request) -> bool {
    request.headers.contains("transfer-encoding") || request.headers.content_length().is_some_and(|length| length > 0)
}

/// Whether so little of a signature is shown that it could be any.
pub(super) fn is_signature_hidden(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_hexdigit).count();
    digits < TELLING_DIGITS && is_blacked_out(text)
}

/// Whether somebody took a value out before the text was shown.
pub fn is_blacked_out(value: &str) -> bool {
    let value = value.trim().to_lowercase();
    let is_filling = |c: char| matches!(c, '*' | 'x' | '.' | '_' | '-' | '#' | '█' | '•' | '●' | '?');
    let inner =
        value.trim_matches(|c: char| matches!(c, '<' | '>' | '[' | ']' | '(' | ')' | '{' | '}' | '*' | '"' | '\''));
    let is_bracketed = inner.len() < value.len();
    MARKS.iter().any(|mark| value.contains(mark))
        || value.ends_with("...")
        || (value.chars().count() >= 3 && value.chars().all(is_filling))
        || WORDS.contains(&inner)
        || (is_bracketed && WORDS.iter().any(|word| inner.split([' ', '_', '-']).any(|part| part == *word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As they stand in public threads and in the logs of clients that redact.
    #[test]
    fn what_was_taken_out_is_told_from_what_was_sent() {
        for text in [
            "REDACTED",
            "**REDACTED**",
            "*****",
            "[...]",
            "xxx",
            "****d4f1",
            "…",
            "<redacted>",
            "[hidden]",
            "(omitted)",
            "abcd...",
            "XXXXXXXX",
            "<my-secret>",
            "{{removed}}",
            "████",
            "[Filtered]",
            "SANITIZED",
            "...",
        ] {
            assert!(is_blacked_out(text), "{text}");
        }
        for text in [
            "20150830T123600Z",
            "UNSIGNED-PAYLOAD",
            "a*b",
            "*",
            "x",
            "text/plain; q=0.5",
            "--",
            "the secret garden",
            "filtered.csv",
            "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
            "",
            "https://example.com/x?y=.._",
        ] {
            assert!(!is_blacked_out(text), "{text}");
        }
        assert!(is_signature_hidden("5d67…") && !is_signature_hidden("5d672d79c15b13162d9279b0…"));
    }
}

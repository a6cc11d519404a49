//! A server's message as a program repeats it: an exception line, a message alone, JSON within a line.

use serde_json::{Deserializer, Value};

use super::LONGEST_REPORT;
use crate::formats::reply::{Kind, Reply};
use sigvet_core::request::Headers;

/// No exception is longer.
const LONGEST: usize = 64 * 1024;
/// No exception line contains more objects.
const MOST_OBJECTS: usize = 32;
/// Words of a refusal about the body that no refusal kind covers.
const OF_PAYLOAD: [&str; 3] = ["aws-chunked", "x-amz-content-sha256", "streaming-"];

/// The refusal in a text of words.
pub(super) fn read(text: &[u8]) -> Option<Reply> {
    exception(text).or_else(|| inside(text))
}

/// The text of an exception, or the server's sentence alone.
pub(super) fn exception(text: &[u8]) -> Option<Reply> {
    let text = text.get(..text.len().min(LONGEST_REPORT)).unwrap_or_default();
    Some(parsed(text)).filter(Reply::is_of_a_server)
}

/// JSON within a line, and words that not only servers use.
fn inside(text: &[u8]) -> Option<Reply> {
    let text = String::from_utf8_lossy(text.get(..text.len().min(LONGEST)).unwrap_or_default());
    let starts = text.match_indices('{').map(|(at, _)| at).take(MOST_OBJECTS);
    let in_json = starts.into_iter().find_map(|at| object_at(text.get(at..).unwrap_or_default()));
    in_json.or_else(|| Some(parsed(text.as_bytes())).filter(|reply| is_refusal(reply, &text)))
}

/// JSON within a text that sounds like a server's message about a signature.
pub(super) fn refusal_in_json(text: &str) -> Option<Reply> {
    let starts = text.match_indices('{').map(|(at, _)| at).take(MOST_OBJECTS);
    let mut replies = starts.filter_map(|at| object_at(text.get(at..).unwrap_or_default()));
    replies.find(Reply::is_of_known_kind)
}

/// The error in an object at the beginning of a text.
fn object_at(text: &str) -> Option<Reply> {
    let mut values = Deserializer::from_str(text).into_iter::<Value>();
    values.next()?.ok()?;
    let object = text.get(..values.byte_offset()).unwrap_or_default();
    Some(parsed(object.as_bytes())).filter(|reply| reply.code.is_some() || is_refusal(reply, object))
}

fn parsed(text: &[u8]) -> Reply {
    Reply::parse(None, &Headers::default(), text)
}

fn is_refusal(reply: &Reply, text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let is_of_payload = OF_PAYLOAD.iter().any(|words| lower.contains(words)) && lower.contains("not supported");
    reply.kind() != Kind::Other || is_of_payload
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_in_words_is_distinguished_from_other_text() {
        let code = |text: &str| inside(text.as_bytes()).map(|reply| reply.code.unwrap_or_default());
        for (text, expected) in [
            (
                "[E] x.AwsError: {\"__type\":\"InvalidSignatureException\",\"message\":\"Signature expired\"} at y",
                Some("InvalidSignatureException"),
            ),
            ("Failed. API Error: 403 Authorization header requires 'Credential' parameter.", Some("")),
            (
                "E{id='*', message='aws-chunked encoding is not supported with that (Service: S3, Status Code: 400)'}",
                Some(""),
            ),
            ("A text about {nothing} at all.", None),
            ("{\"level\":\"info\",\"port\":80}", None),
        ] {
            assert_eq!(code(text).as_deref(), expected, "{text}");
        }
    }
}

//! A server's message as a program repeats it: an exception line, a message alone, JSON within a line.

use std::borrow::Cow;

use serde_json::{Deserializer, Value};

use super::LONGEST_REPORT;
use super::literal::{self, Literal};
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
    let whole = || Some(parsed(text)).filter(Reply::is_of_a_server);
    let shown = String::from_utf8_lossy(text);
    match printed(&shown) {
        // The exception around the body has the status, and perhaps the code.
        Some(mut reply) => {
            whole().into_iter().for_each(|around| reply.complete_from(around));
            Some(reply)
        }
        None => whole(),
    }
}

/// A server's body or message with what the server computed, as a program prints it: JSON on a line, JSON in a string of
/// Python, or in the pieces into which Node.js breaks long texts.
pub(super) fn printed(text: &str) -> Option<Reply> {
    let shows_texts = |reply: &Reply| reply.canonical_request.is_some() || reply.string_to_sign.is_some();
    let at = text.find(MARK)?;
    let in_json = || refusal_in_json(line_around(text, at)).filter(shows_texts);
    in_json().or_else(|| in_string(text, at).filter(shows_texts)).or_else(|| in_pieces(text, at).filter(shows_texts))
}

/// The words before what a server computed.
const MARK: &str = "this request should have been";

fn line_around(text: &str, at: usize) -> &str {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let end = text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |length| at + length);
    text.get(start..end).unwrap_or_default()
}

/// `AuthorizationException(403, '{"message": …}')`.
fn in_string(text: &str, at: usize) -> Option<Reply> {
    let start = ["'{", "\"{"].iter().filter_map(|open| text.get(..at)?.rfind(open)).max()?;
    let Literal::Text(body) = literal::read(text.get(start..)?)? else { return None };
    object_at(&body)
}

/// `message: 'The request …\n' +` and further pieces.
fn in_pieces(text: &str, at: usize) -> Option<Reply> {
    let name = "message: ";
    let start = text.get(..at)?.rfind(name)? + name.len();
    let Literal::Text(message) = literal::read(text.get(start..)?)? else { return None };
    Some(parsed(serde_json::json!({ "message": message }).to_string().as_bytes()))
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

/// The error in an object at the beginning of a text, or in the message of an entry of a log.
fn object_at(text: &str) -> Option<Reply> {
    let mut values = Deserializer::from_str(text).into_iter::<Value>();
    values.next()?.ok()?;
    let object = text.get(..values.byte_offset()).unwrap_or_default();
    let reply = parsed(object.as_bytes());
    let of_entry = || Some(parsed(message_of(object).as_bytes())).filter(Reply::is_of_known_kind);
    let of_entry = if reply.is_json_error(object.as_bytes()) { None } else { of_entry() };
    Some(of_entry.unwrap_or(reply)).filter(|reply| reply.code.is_some() || is_refusal(reply, object))
}

/// The message of a line of JSON, as structured logs have one, or the line itself.
pub(super) fn message_of(line: &str) -> Cow<'_, str> {
    const NAMES: [&str; 5] = ["msg", "message", "error", "err", "log"];
    let object = || serde_json::from_str::<Value>(line).ok();
    let message = |object: Value| NAMES.iter().find_map(|name| Some(object.get(*name)?.as_str()?.to_owned()));
    let found = if line.starts_with('{') { object().and_then(message) } else { None };
    found.map_or(Cow::Borrowed(line), Cow::Owned)
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

    /// The same message of OpenSearch Service as clients print it.
    #[test]
    fn what_the_server_computed_is_read_from_every_form() {
        const CANONICAL: &str =
            "POST\n/i/_search\n\nhost:h\n\nhost\n44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        let message = format!(
            "The request signature we calculated does not match.\n\nThe Canonical String for this request should have been\n'{CANONICAL}'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n1\n2/r/es/aws4_request\nab'\n"
        );
        let json = serde_json::json!({ "message": message }).to_string();
        let pieces: Vec<String> = message
            .split_inclusive('\n')
            .map(|line| match line.contains('\'') {
                true => format!("\"{}\"", line.replace('\n', "\\n")),
                false => format!("'{}'", line.replace('\n', "\\n")),
            })
            .collect();
        for text in [
            format!("BODY: {json}"),
            format!("DEBUG:opensearch:< {json}\nnext"),
            format!("AuthorizationException(403, '{}')", json.replace('\\', "\\\\").replace('\'', "\\'")),
            format!(
                "ResponseError: Response Error {{\n  meta: {{\n    body: {{\n      message: {}\n    }},\n    statusCode: 403",
                pieces.join(" +\n        ")
            ),
        ] {
            let reply = exception(text.as_bytes()).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(reply.canonical_request.as_deref(), Some(CANONICAL.as_bytes()), "{text}");
            assert_eq!(reply.message.as_deref(), Some("The request signature we calculated does not match."), "{text}");
        }
    }

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

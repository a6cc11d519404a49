//! The layers that logs, trackers and chats put around a text: a prefix on every line, escapes, records.
//!
//! A layer is removed only if that shows more: a server's canonical request whose hash is in the string to sign was restored exactly, and any
//! other restoration is dropped. Without such a proof, a server's text that has lost its form is not used.

use std::borrow::Cow;

use super::around::MARKS_OF_TEXTS;
use super::{Capture, UnreadableCapture, copied, tools, url};
use crate::formats::note::Note;
use crate::formats::reply::{self, Reply, TextState};

/// No text with layers around it is longer.
const LONGEST: usize = 1024 * 1024;
/// Maximum number of layers.
const DEEPEST: usize = 4;
/// Maximum number of texts to read.
const MOST: usize = 32;

/// Maximum number of texts of which the request is read.
const MOST_CAPTURES: usize = 12;

/// The text without a layer, if it has it.
type Layer = fn(&str) -> Option<String>;

/// Layers around each line or around the whole, under which a request is as it was.
const WRAPPINGS: [Layer; 9] = [
    without_common_prefix,
    without_marked_prefix,
    records,
    copied::column,
    fields,
    tools::without_typography,
    quoted_printable,
    without_markup,
    without_wrapping,
];
/// Escapes, which a request may have of its own.
const ESCAPES: [Layer; 1] = [without_backslashes];

/// The capture of the text without its layers, if that shows more than `first`.
pub(super) fn improved(
    text: &[u8],
    first: Result<Capture, UnreadableCapture>,
    read: &mut dyn FnMut(&str) -> Option<Capture>,
) -> Result<Capture, UnreadableCapture> {
    let shown = String::from_utf8_lossy(text);
    let is_open = match &first {
        Ok(capture) => state(capture.reply.as_ref()) != TextState::Proven,
        Err(error) => matches!(error, UnreadableCapture::Unrecognised { .. }),
    };
    if !is_open || text.len() > LONGEST || !holds_texts(&shown) {
        return first.map(without_damage);
    }
    let is_signed = first.as_ref().is_ok_and(Capture::is_signed);
    let mut count = 0;
    let proven = first_inner(&shown, &WRAPPINGS, &mut |inner| {
        count += 1;
        let capture = if count <= MOST_CAPTURES { read(inner)? } else { return None };
        if capture.is_signed() || !is_signed { with_proven_reply(inner, capture) } else { None }
    });
    if let Some(mut capture) = proven {
        capture.notes.insert(0, Note::TakenOutOfText);
        return Ok(capture);
    }
    match first {
        Ok(capture) => {
            let proven = with_proven_reply(&shown, capture.clone());
            Ok(proven.unwrap_or_else(|| without_damage(capture)))
        }
        Err(error) => Err(error),
    }
}

/// The capture with the server's texts, if their hash proves them.
fn with_proven_reply(text: &str, mut capture: Capture) -> Option<Capture> {
    if state(capture.reply.as_ref()) == TextState::Proven {
        return Some(capture);
    }
    let mut reply = proven_reply(text)?;
    if let Some(known) = capture.reply.take() {
        reply.status = reply.status.or(known.status);
        reply.complete_from(known);
    }
    capture.reply = Some(reply);
    Some(capture)
}

fn without_damage(capture: Capture) -> Capture {
    Capture { reply: capture.reply.map(without_damaged_texts), ..capture }
}

/// The same for a text that is known to be a server's.
pub(super) fn improved_reply(text: &[u8], first: Reply) -> Reply {
    let shown = String::from_utf8_lossy(text);
    if !holds_texts(&shown) || first.state_of_texts() == TextState::Proven || text.len() > LONGEST {
        return without_damaged_texts(first);
    }
    match proven_reply(&shown) {
        Some(mut better) => {
            better.status = better.status.or(first.status);
            better.complete_from(first);
            better
        }
        None => without_damaged_texts(first),
    }
}

fn state(reply: Option<&Reply>) -> TextState {
    reply.map_or(TextState::Missing, Reply::state_of_texts)
}

/// Whether the text has a server's canonical request or string to sign in it, as they are or escaped.
fn holds_texts(text: &str) -> bool {
    MARKS_OF_TEXTS.iter().any(|mark| text.contains(mark))
}

/// A server's string to sign that has lost its form says nothing about the server.
fn without_damaged_texts(mut reply: Reply) -> Reply {
    if reply.state_of_texts() == TextState::Damaged {
        (reply.canonical_request, reply.string_to_sign) = (None, None);
        reply.damage.push(Note::CutOff { what: "the server's string to sign".to_owned() });
    }
    reply
}

/// The reply with a server's texts, under whatever layers, if their hash proves them.
fn proven_reply(text: &str) -> Option<Reply> {
    let of_text = |text: &str| reply::around_texts(text).filter(|reply| reply.state_of_texts() == TextState::Proven);
    let layers: Vec<Layer> = WRAPPINGS.into_iter().chain(ESCAPES).collect();
    of_text(text).or_else(|| first_inner(text, &layers, &mut |inner| of_text(inner)))
}

/// The first result for a text without some of its layers, those with the fewest layers removed first.
fn first_inner<T>(text: &str, layers: &[Layer], read: &mut dyn FnMut(&str) -> Option<T>) -> Option<T> {
    let mut known = vec![(text.to_owned(), 0)];
    let mut at = 0;
    while at < known.len() {
        let (outer, depth) = known[at].clone();
        for layer in layers.iter().filter(|_| depth < DEEPEST) {
            let Some(inner) = layer(&outer).filter(|inner| !inner.trim().is_empty()) else { continue };
            if known.len() >= MOST || known.iter().any(|(text, _)| *text == inner) {
                continue;
            }
            if let Some(found) = read(&inner) {
                return Some(found);
            }
            known.push((inner, depth + 1));
        }
        at += 1;
    }
    None
}

/// The text of a mail in quoted-printable (RFC 2045 §6.7).
fn quoted_printable(text: &str) -> Option<String> {
    (text.contains("=3D") && text.lines().any(|line| line.ends_with('='))).then(|| url::from_quoted_printable(text))
}

/// The text without the prefix that all of its lines have: blanks, a time, the name of a program, with other digits in each.
fn without_common_prefix(text: &str) -> Option<String> {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let first = lines.next()?;
    let mut length = first.len();
    for line in lines {
        length = length.min(alike(first, line));
    }
    let prefix = first.get(..length)?;
    // A blank ends a prefix; before it, all words are alike by chance.
    let end = prefix.rfind(char::is_whitespace)? + 1;
    let prefix = prefix.get(..end)?;
    let kept: Vec<&str> = text.lines().map(|line| copied::without_prefix(line, prefix).unwrap_or_default()).collect();
    (kept.len() > 2).then(|| kept.join("\n"))
}

/// The length of the beginning of `first` that another line has too, whatever the digits.
fn alike(first: &str, other: &str) -> usize {
    let (mut of_first, mut of_other) = (first.char_indices().peekable(), other.chars().peekable());
    while let Some(&(at, character)) = of_first.peek() {
        let Some(&found) = of_other.peek() else {
            return if first.get(at..).is_some_and(|rest| rest.starts_with(char::is_whitespace)) { at + 1 } else { at };
        };
        if character.is_ascii_digit() && found.is_ascii_digit() {
            while of_first.next_if(|(_, c)| c.is_ascii_digit()).is_some() {}
            while of_other.next_if(char::is_ascii_digit).is_some() {}
        } else if character == found {
            of_first.next();
            of_other.next();
        } else {
            return at;
        }
    }
    first.len()
}

/// The lines that have the prefix of the line where a server's text or a reply begins.
fn without_marked_prefix(text: &str) -> Option<String> {
    const MARKS: [&str; 6] = ["<?xml", "<Error", "&lt;?xml", "The Canonical String for", "'POST", "'GET"];
    let before = |line: &'_ str| {
        let at = MARKS.iter().filter_map(|mark| line.find(mark)).min()?;
        line.get(..at).filter(|prefix| !prefix.is_empty()).map(str::to_owned)
    };
    let prefix = text.lines().find_map(before)?;
    let kept: Vec<&str> = text.lines().filter_map(|line| copied::without_prefix(line, &prefix)).collect();
    (kept.len() > 2).then(|| kept.join("\n"))
}

/// The messages of a structured log.
fn records(text: &str) -> Option<String> {
    copied::messages(&copied::json_values(text))
}

/// The values of a field with the message in lines of `name=value`.
fn fields(text: &str) -> Option<String> {
    const NAMES: [&str; 6] = [" msg=\"", " message=\"", " log=\"", " line=\"", " body=\"", " error=\""];
    let mut messages = String::new();
    for line in text.lines() {
        let Some(start) = NAMES.iter().find_map(|name| Some(line.find(name)? + name.len())) else { continue };
        let value = line.get(start..).unwrap_or_default();
        let end = value.rfind('"').unwrap_or(value.len());
        messages.push_str(&plain(value.get(..end).unwrap_or_default()));
        messages.push('\n');
    }
    Some(messages).filter(|messages| !messages.is_empty())
}

/// The text of a page: its entities decoded, its line breaks kept.
fn without_markup(text: &str) -> Option<String> {
    if !["&lt;", "&gt;", "&quot;", "&#39;", "&#x27;", "&amp;", "<br"].iter().any(|mark| text.contains(mark)) {
        return None;
    }
    let broken =
        ["<br>\n", "<br/>\n", "<br />\n", "<br>", "<br/>", "<br />"].iter().fold(Cow::Borrowed(text), |text, mark| {
            if text.contains(mark) { text.replace(mark, "\n").into() } else { text }
        });
    let tags = ["<pre>", "</pre>", "<code>", "</code>", "<p>", "</p>"];
    let bare =
        tags.iter().fold(broken, |text, tag| if text.contains(tag) { text.replace(tag, "").into() } else { text });
    Some(reply::unescape(&bare))
}

/// The text with the escapes of strings undone once.
fn without_backslashes(text: &str) -> Option<String> {
    text.contains('\\').then(|| plain(text))
}

fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once('\\') {
        plain.push_str(before);
        let unicode = escape.strip_prefix('u').and_then(|rest| u32::from_str_radix(rest.get(..4)?, 16).ok());
        let (character, length) = match (unicode.and_then(char::from_u32), escape.chars().next()) {
            (Some(character), _) => (character, 5),
            (None, Some('n')) => ('\n', 1),
            (None, Some('r')) => ('\r', 1),
            (None, Some('t')) => ('\t', 1),
            (None, Some(other)) if other.is_ascii_punctuation() => (other, 1),
            _ => ('\\', 0),
        };
        plain.push(character);
        rest = escape.get(length..).unwrap_or_default();
    }
    (plain + rest).replace("\r\n", "\n")
}

/// The text with lines joined that a terminal or a mail program broke at its right edge.
fn without_wrapping(text: &str) -> Option<String> {
    const NARROWEST: usize = 60;
    let width = text.lines().map(str::len).max().filter(|width| *width >= NARROWEST)?;
    let mut joined = String::with_capacity(text.len());
    let mut count = 0;
    for line in text.lines() {
        joined.push_str(line);
        if line.len() == width {
            count += 1;
        } else {
            joined.push('\n');
        }
    }
    (count > 1).then_some(joined)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::capture::{read, read_reply};
    use sigvet_core::crypto::sha256;

    const CANONICAL: &str = "GET\n/prod/pets/\n\nhost:abc.execute-api.us-east-1.amazonaws.com\nx-amz-date:20261130T031220Z\n\nhost;x-amz-date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn string() -> String {
        let hash = sha256(CANONICAL.as_bytes());
        format!("AWS4-HMAC-SHA256\n20261130T031220Z\n20261130/us-east-1/execute-api/aws4_request\n{hash}")
    }

    /// The message of services that answer in JSON (API Gateway's, as it is).
    fn message() -> String {
        format!(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'{CANONICAL}'\n\nThe String-to-Sign should have been\n'{}'\n",
            string()
        )
    }

    fn each_line(text: &str, prefix: &str) -> String {
        text.lines().map(|line| format!("{prefix}{line}\n")).collect()
    }

    /// Each text as the programs write it: the restored texts follow from the message.
    #[test]
    fn a_servers_texts_are_restored_from_any_layer() {
        let message = message();
        let exception = format!(
            "botocore.exceptions.ClientError: An error occurred (InvalidSignatureException) when calling the X operation: {message}"
        );
        let json = serde_json::json!({ "message": message }).to_string();
        let xml = format!(
            "<?xml version=\"1.0\"?>\n<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the signature you provided.</Message><StringToSign>{}</StringToSign><CanonicalRequest>{CANONICAL}</CanonicalRequest></Error>",
            string()
        );
        let entities = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        for prefix in [
            "web-1  | ",
            "[pod/app-7d9f/app] ",
            "2026-11-30T03:12:21.1234567Z ",
            "Nov 30 03:12:21 ip-10-0-0-1 app[123]: ",
            "2026-11-30T03:12:21.123456789Z stderr F ",
            "> ",
            "    ",
            "\t",
        ] {
            for text in [&exception, &xml] {
                check(&each_line(text, prefix));
            }
        }
        for text in [
            format!("API error: {json}"),
            format!("Hi, I get this:\n{json}\nAny idea?\n"),
            format!("level=error msg=\"request failed\" body={}", serde_json::json!(json)),
            serde_json::json!({ "level": "error", "body": json }).to_string(),
            format!("error: |\n{}", each_line(&message, "  ")),
            entities(&xml),
            xml.replace('<', "&lt;").replace('>', "&gt;").replace('\n', "<br>\n"),
            each_line(&xml, "app-00: ") + "other: line\n",
            xml.lines().map(|line| serde_json::json!({ "log": format!("{line}\n") }).to_string() + "\n").collect(),
        ] {
            check(&text);
        }
    }

    fn check(text: &str) {
        let reply = read_reply(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"));
        let shown = |bytes: &Option<Vec<u8>>| String::from_utf8(bytes.clone().unwrap_or_default()).unwrap();
        assert_eq!(shown(&reply.canonical_request), CANONICAL, "{text}");
        assert_eq!(shown(&reply.string_to_sign), string(), "{text}");
        let alone = read(text.as_bytes(), None).unwrap_or_else(|error| panic!("{text}: {error}"));
        let texts = alone.reply.and_then(|reply| reply.canonical_request).unwrap_or_default();
        assert_eq!(String::from_utf8(texts).unwrap(), CANONICAL, "{text}");
    }

    #[test]
    fn a_text_that_lost_its_form_for_good_is_not_used() {
        let message =
            message().replace("20261130/us-east-1/execute-api/aws4_request\n", "").replace("/prod/", "/ prod/");
        let reply = read_reply(message.as_bytes()).unwrap();
        assert_eq!((reply.canonical_request, reply.string_to_sign), (None, None));
        assert_eq!(reply.damage, [Note::CutOff { what: "the server's string to sign".to_owned() }]);
    }
}

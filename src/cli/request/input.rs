//! Reads captured input from the argument itself, a file, or standard input, and recognizes its kind.

use std::borrow::Cow;
use std::io::Read as _;

use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::options::request::SupplyOptions;
use crate::cli::options::value::cannot_read;
use crate::cli::request::{address, supply};
use sigvet_core::claim::ClaimError;
use sigvet_core::endpoint::BucketRule;
use sigvet_core::request::Request;
use sigvet_core::time::Timestamp;
use sigvet_core::verify::{Claimed, Known, VerifyError};
use sigvet_diagnose::formats::capture::{self, Capture, CaptureKind, ClientLog, LARGEST_CAPTURE, UnreadableCapture};
use sigvet_diagnose::formats::capture::{holds_token, is_token};
use sigvet_diagnose::formats::reply::Reply;
use sigvet_diagnose::formats::{MalformedRequest, Note};
use sigvet_diagnose::formats::{is_url, note_of_url};
use sigvet_diagnose::{mistake_in_note, names_mistake};

/// Programs print no longer message about a refusal.
const LONGEST_WORDS: usize = 64 * 1024;

/// A request, what is known about it, and notes about the text that it was read from.
pub type Read = (Request, Known, Vec<Note>);

/// Reads the request that `name` stands for, completed by the options; no name is standard input. `entry` selects one of
/// several requests, counting from 1.
pub fn read(
    name: Option<&str>,
    entry: Option<usize>,
    options: &SupplyOptions,
    context: &mut Context,
) -> Result<Read, Failure> {
    let Capture { kind, request, mut notes, .. } = capture(name, entry, context)?;
    if kind == CaptureKind::CurlCommand && !request.as_ref().is_some_and(is_signed) {
        return Err(Failure::usage("the curl command has no signature: curl signs when it runs, if at all")
            .hint("use 'sigvet explain', or give the output of 'curl -v'"));
    }
    let Some(mut request) = request else {
        return Err(Failure::usage(format!("{} contains no request", shown(name.unwrap_or("-"))))
            .hint("give a raw HTTP request, a curl trace, a HAR file or a presigned URL"));
    };
    let supplied = supply::with_stdin(is_stdin(name), context, |stdin| options.read(stdin))?;
    let known = supply::complete(&mut request, Some(kind), &mut notes, &supplied)?;
    let is_judged = Claimed::extract(&request, BucketRule::default()).is_ok();
    for note in notes.iter().filter(|note| !is_judged || mistake_in_note(note).is_none()) {
        context.stderr.line(&format!("note: {note}"))?;
    }
    Ok((request, known, notes))
}

/// Whether a request has a signature, be it readable or not: `sigvet sign --as curl` prints such commands.
fn is_signed(request: &Request) -> bool {
    Claimed::extract(request, BucketRule::default()) != Err(VerifyError::V4(ClaimError::NotSigned))
}

/// Reads the input that `name` stands for. `entry` selects one of several requests, counting from 1.
pub fn capture(name: Option<&str>, entry: Option<usize>, context: &mut Context) -> Result<Capture, Failure> {
    let name = name.unwrap_or("-");
    let is_whole = !name.contains(char::is_whitespace) && !name.to_ascii_lowercase().contains("%3a%2f%2f");
    if is_url(name) && is_whole && !is_token(name) {
        return read_url(name);
    }
    if is_text(name) {
        return read_text(name.as_bytes(), "the argument", entry, context.now);
    }
    if name == "-" && context.stdin_is_terminal {
        return Err(Failure::usage("no input").hint("give a file, a presigned URL, or a request on standard input"));
    }
    let text = read_limited(name, &mut *context.stdin)?;
    read_text(&text, name, entry, context.now)
}

/// Whether a name stands for standard input.
pub fn is_stdin(name: Option<&str>) -> bool {
    name.is_none_or(|name| name == "-")
}

/// Whether an argument is a captured text itself: a sentence, a text with a URL, a signature or a token in it, or one that no file
/// can be named, is not a file name, unless a file of that name exists.
fn is_text(argument: &str) -> bool {
    let is_file = || std::path::Path::new(argument).exists();
    let marks = ["://", "X-Amz-", "AWS4-HMAC-SHA256", "%3A%2F%2F", "{\""];
    let is_sentence = argument.split_whitespace().count() > 3;
    let has_form = is_sentence || argument.contains(['\n', '<']) || marks.iter().any(|mark| argument.contains(mark));
    let is_content = || has_form || is_too_long_for_a_name(argument) || holds_token(argument);
    is_url(argument) || is_token(argument) || (is_content() && !is_file())
}

/// The longest part of a path that file systems have, in bytes (`NAME_MAX`).
const LONGEST_NAME: usize = 255;

fn is_too_long_for_a_name(argument: &str) -> bool {
    argument.split('/').any(|part| part.len() > LONGEST_NAME)
}

/// A name of a file that there is not, for messages: what was given instead may be a secret, of which only the beginning is shown.
fn short(name: &str) -> Cow<'_, str> {
    const LONGEST_PART: usize = 64;
    const SHOWN: usize = 16;
    // A drive of Windows has a colon.
    let path = name.split_once(":\\").map_or(name, |(_, path)| path);
    let is_name = !path.contains(['=', ':', '\'', '"']) && name.split('/').all(|part| part.len() <= LONGEST_PART);
    if is_name {
        return name.into();
    }
    let is_value = |c: char| "=:'\"".contains(c);
    let beginning: String = name.split_inclusive(is_value).next().unwrap_or_default().chars().take(SHOWN).collect();
    format!("'{beginning}…'").into()
}

/// Reads a text of any kind; `name` is used in messages.
fn read_text(text: &[u8], name: &str, entry: Option<usize>, now: Timestamp) -> Result<Capture, Failure> {
    capture::read(text, entry)
        // A text that begins like a request is not a server's message.
        .or_else(|error| match error {
            UnreadableCapture::Request(MalformedRequest::RequestLine { .. }) => Err(error),
            error => in_words(text, now).ok_or(error),
        })
        .map_err(|error| unreadable(name, error))
}

/// A server's message inside a program's output, if the message names a mistake.
fn in_words(text: &[u8], now: Timestamp) -> Option<Capture> {
    let reply = capture::read_reply(text.get(..text.len().min(LONGEST_WORDS))?).ok()?;
    names_mistake(&reply, now).then(|| Capture {
        kind: CaptureKind::Reply,
        request: None,
        url: None,
        notes: reply.damage.clone(),
        reply: Some(reply),
        client: None,
    })
}

/// Reads standard input; `None` if it is empty.
pub fn capture_if_any(entry: Option<usize>, context: &mut Context) -> Result<Option<Capture>, Failure> {
    let text = read_limited("-", &mut *context.stdin)?;
    if text.trim_ascii().is_empty() {
        return Ok(None);
    }
    context.stdin = Box::new(std::io::Cursor::new(text));
    capture(None, entry, context).map(Some)
}

/// Reads a server's reply.
pub fn reply(name: &str, context: &mut Context) -> Result<Reply, Failure> {
    let text = read_limited(name, &mut *context.stdin)?;
    capture::read_reply(&text).map_err(|error| unreadable(name, error))
}

/// Reads a client's log of what it signed.
pub fn client_log(name: &str, context: &mut Context) -> Result<ClientLog, Failure> {
    let text = read_limited(name, &mut *context.stdin)?;
    capture::read_client_log(&text).map_err(|error| unreadable(name, error))
}

/// Reads a URL as typed: a GET request, unless the method becomes known later.
fn read_url(url: &str) -> Result<Capture, Failure> {
    let url = address::parse(url)?;
    let request = Request::new("GET", &url).map_err(Failure::invalid)?;
    let url = url.for_request(&request);
    let (kind, notes) = (CaptureKind::Url, note_of_url(&url.to_string()).into_iter().collect());
    Ok(Capture { kind, request: Some(request), url: Some(url), reply: None, client: None, notes })
}

/// Reads everything, unless it is larger than any useful capture.
fn read_limited(name: &str, stdin: &mut dyn std::io::Read) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    let limit = LARGEST_CAPTURE + 1;
    let outcome = match name {
        "-" => stdin.take(limit).read_to_end(&mut text),
        name => std::fs::File::open(name).and_then(|file| file.take(limit).read_to_end(&mut text)),
    };
    if let Err(error) = outcome {
        let mut failure = cannot_read(std::path::Path::new(&*short(shown(name))), error);
        failure.exit = Exit::Usage;
        return Err(failure);
    }
    if text.len() as u64 > LARGEST_CAPTURE {
        let megabytes = LARGEST_CAPTURE / (1024 * 1024);
        return Err(Failure::usage(format!("{} is larger than {megabytes} MiB", shown(name)))
            .hint("cut out the request that failed"));
    }
    Ok(text)
}

fn unreadable(name: &str, error: UnreadableCapture) -> Failure {
    let hint = match &error {
        UnreadableCapture::TokenWithoutHost => "copy all of the token, from the host in front of '/?'",
        UnreadableCapture::Token(_) => "copy all of the token, up to its last character",
        UnreadableCapture::NoSuchEntry { .. } => "--entry N counts from 1",
        UnreadableCapture::NoClientLog => "give an SDK's debug log, or a canonical request or string to sign",
        _ => {
            "give a raw HTTP request, a curl trace or command, a HAR file, an SDK's debug log or a URL; 'sigvet explain --how' shows how to get one from your client"
        }
    };
    Failure::located(Exit::Usage, shown(name), error).hint(hint)
}

fn shown(name: &str) -> &str {
    if name == "-" { "standard input" } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_that_is_no_name_is_read_as_text() {
        let token = "db.example:5432/?Action=connect&DBUser=u";
        for argument in [
            format!("PGPASSWORD={token}"),
            format!("\"{token}\""),
            "x".repeat(256),
            format!("dir/{}", "x".repeat(256)),
            "k8s-aws-v2.aHR0cHM6Ly9zdHMuYW1hem9uYXdzLmNvbS8".to_owned(),
            "a\nb".to_owned(),
        ] {
            assert!(is_text(&argument), "{argument}");
        }
        for name in ["request.http", "missing", "/tmp/a/b.har", "a=b.txt", "-"] {
            assert!(!is_text(name), "{name}");
        }
    }

    #[test]
    fn of_an_argument_that_is_no_file_only_a_name_is_shown_whole() {
        for (argument, expected) in [
            ("missing.http", "missing.http"),
            (
                "/home/user/projects/a-long-name-of-a-project/captured/request.http",
                "/home/user/projects/a-long-name-of-a-project/captured/request.http",
            ),
            ("AWS_SECRET_ACCESS_KEY=hush", "'AWS_SECRET_ACCES…'"),
            ("TOKEN=hush", "'TOKEN=…'"),
            ("\"hush\"", "'\"…'"),
            ("AKID:hush", "'AKID:…'"),
        ] {
            assert_eq!(short(argument), expected);
        }
        let secret = format!("/{}", "s".repeat(65));
        assert_eq!(short(&secret), "'/sssssssssssssss…'");
    }
}

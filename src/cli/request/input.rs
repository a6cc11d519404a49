//! What was captured, from wherever it comes: a URL as the argument, a file, or standard input. Its kind is recognised.

use std::io::Read;

use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::options::request::{BodyHash, RequestSource};
use crate::cli::options::value::cannot_read;
use crate::cli::request::address;
use crate::cli::request::token;
use sigvet_core::request::Request;
use sigvet_diagnose::formats::capture::{self, Capture, CaptureKind, ClientLog, LARGEST_CAPTURE, UnreadableCapture};
use sigvet_diagnose::formats::is_url;
use sigvet_diagnose::formats::reply::Reply;

/// Reads the request that `name` stands for; none is standard input. The options complete a URL: method, headers, body.
pub fn read(name: Option<&str>, options: &dyn RequestSource, context: &mut Context) -> Result<Request, Failure> {
    let capture = capture(name, None, options, context)?;
    for note in &capture.notes {
        context.stderr.line(&format!("note: {note}"))?;
    }
    match capture.request {
        Some(request) => Ok(request),
        None => Err(Failure::usage(format!("{}: there is no request in it", shown(name.unwrap_or("-"))))
            .hint("give a raw HTTP request, a trace of curl, a HAR file, or a presigned URL")),
    }
}

/// Reads whatever `name` stands for. `entry` picks one of several requests, counted from 1.
pub fn capture(
    name: Option<&str>,
    entry: Option<usize>,
    options: &dyn RequestSource,
    context: &mut Context,
) -> Result<Capture, Failure> {
    let name = name.unwrap_or("-");
    if is_url(name) {
        return of_url(name, Vec::new(), options, context);
    }
    if let Some(url) = token::eks_url(name) {
        return of_url(&url?, Vec::new(), options, context);
    }
    if name == "-" && context.stdin_is_terminal {
        return Err(Failure::usage("no input").hint("give a file, a presigned URL, or a request on standard input"));
    }
    let text = read_limited(name, &mut *context.stdin)?;
    if let Some(url) = std::str::from_utf8(&text).ok().and_then(token::eks_url) {
        return of_url(&url?, Vec::new(), options, context);
    }
    let capture = capture::read(&text, entry).map_err(|error| unreadable(name, error))?;
    match (capture.kind, &capture.url) {
        (CaptureKind::Url, Some(url)) => of_url(&url.to_string(), capture.notes, options, context),
        _ => Ok(capture),
    }
}

/// Reads what stands on standard input; none where nothing does.
pub fn capture_if_any(
    entry: Option<usize>,
    options: &dyn RequestSource,
    context: &mut Context,
) -> Result<Option<Capture>, Failure> {
    let text = read_limited("-", &mut *context.stdin)?;
    if text.trim_ascii().is_empty() {
        return Ok(None);
    }
    context.stdin = Box::new(std::io::Cursor::new(text));
    capture(None, entry, options, context).map(Some)
}

/// Reads what a server said.
pub fn reply(name: &str, context: &mut Context) -> Result<Reply, Failure> {
    let text = read_limited(name, &mut *context.stdin)?;
    capture::read_reply(&text).map_err(|error| unreadable(name, error))
}

/// Reads what a client says it signed.
pub fn client_log(name: &str, context: &mut Context) -> Result<ClientLog, Failure> {
    let text = read_limited(name, &mut *context.stdin)?;
    capture::read_client_log(&text).map_err(|error| unreadable(name, error))
}

/// A URL with what the options say of its request.
fn of_url(
    url: &str,
    notes: Vec<sigvet_diagnose::formats::Note>,
    options: &dyn RequestSource,
    context: &mut Context,
) -> Result<Capture, Failure> {
    let url = address::parse(url)?;
    let request = options.build(&url, &mut *context.stdin, BodyHash::Needed.into())?.request;
    let url = url.for_request(&request);
    let kind = CaptureKind::Url;
    Ok(Capture { kind, request: Some(request), url: Some(url), reply: None, client: None, notes })
}

/// Reads all, unless it is larger than anything that is worth reading.
fn read_limited(name: &str, stdin: &mut dyn Read) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    let limit = LARGEST_CAPTURE + 1;
    let outcome = match name {
        "-" => stdin.take(limit).read_to_end(&mut text),
        name => std::fs::File::open(name).and_then(|file| file.take(limit).read_to_end(&mut text)),
    };
    if let Err(error) = outcome {
        let mut failure = cannot_read(std::path::Path::new(shown(name)), error);
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
        UnreadableCapture::NoSuchEntry { .. } => "--entry N counts from 1",
        UnreadableCapture::NoClientLog => "give an SDK's debug log, or a canonical request or string to sign",
        _ => "give a raw HTTP request, a trace or a command of curl, a HAR file, an SDK's debug log, or a URL",
    };
    Failure::located(Exit::Usage, shown(name), error).hint(hint)
}

fn shown(name: &str) -> &str {
    if name == "-" { "standard input" } else { name }
}

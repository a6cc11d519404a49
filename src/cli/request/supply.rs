//! Completes a captured request from options: they supply what is missing in the capture, and must not contradict
//! it. A redacted value counts as missing. Files named in the capture are never opened; only files named by options
//! are.

use std::io::{self, Read};

use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::options::request::Supplied;
use sigvet_core::crypto::{Sha256Digest, sha256};
use sigvet_core::internal;
use sigvet_core::request::{Body, Header, Headers, Request};
use sigvet_core::verify::Known;
use sigvet_diagnose::formats::capture::CaptureKind;
use sigvet_diagnose::formats::{CLUSTER_HEADER, Note};

/// Reads what options refer to. Standard input is available unless it was already read, because that is possible
/// only once. A file that cannot be read is unreadable input, as for the capture itself.
///
/// # Errors
/// The errors of `read`; also if standard input is used twice.
pub fn with_stdin<T>(
    is_read: bool,
    context: &mut Context,
    read: impl FnOnce(&mut dyn Read) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let mut stdin = Stdin { inner: &mut *context.stdin, is_at_end: is_read, is_read_again: false };
    let outcome = read(&mut stdin);
    if stdin.is_read_again {
        return Err(Failure::usage("standard input is named twice, but can be read only once")
            .hint("give one of the two as a file"));
    }
    outcome.map_err(|mut failure| {
        failure.exit = Exit::Usage;
        failure
    })
}

/// Completes a request, removes the notes that no longer apply, and returns what is known about the request now.
///
/// # Errors
/// The options contradict the capture.
pub fn complete(
    request: &mut Request,
    kind: Option<CaptureKind>,
    notes: &mut Vec<Note>,
    supplied: &Supplied,
) -> Result<Known, Failure> {
    let mut known = match kind {
        Some(CaptureKind::Url) => Known::URL,
        Some(CaptureKind::Token) => Known::TOKEN,
        _ => Known::WHOLE,
    };
    put_method(request, &mut known, supplied)?;
    for (at, (name, _)) in supplied.headers.iter().enumerate() {
        let is_done = supplied.headers.iter().take(at).any(|(done, _)| done.eq_ignore_ascii_case(name));
        if !is_done {
            put_header(request, name, known, notes, supplied)?;
        }
    }
    put_cluster(request, known, notes)?;
    if let Some(body) = &supplied.body {
        put_body(request, body, known, notes)?;
    }
    // A curl command does not show what curl adds when it sends.
    known.headers = known.headers && !notes.iter().any(hides_headers);
    known.method &= !notes.iter().any(|note| matches!(note, Note::FileNotOpened { what: "options", .. }));
    Ok(known)
}

/// Adds the name of the EKS cluster that a token is signed for, if no option gives it and the text around the token names one.
fn put_cluster(request: &mut Request, known: Known, notes: &[Note]) -> Result<(), Failure> {
    let is_signed = String::from_utf8_lossy(request.target()).contains(CLUSTER_HEADER);
    let is_wanted = !known.headers && is_signed && !request.headers.contains(CLUSTER_HEADER);
    let names: Vec<&str> = notes.iter().filter_map(Note::cluster).collect();
    match names.as_slice() {
        [name] if is_wanted => request.headers.push(CLUSTER_HEADER, *name).map_err(Failure::invalid),
        _ => Ok(()),
    }
}

/// Whether a note means that headers may be missing.
fn hides_headers(note: &Note) -> bool {
    let is_of_head = |what: &str| matches!(what, "headers" | "options" | "cookies");
    match note {
        Note::HeaderNotKnown { .. } => true,
        Note::FileNotOpened { what, .. } => is_of_head(what),
        _ => false,
    }
}

/// Fails if options describe a request but the input has none.
///
/// # Errors
/// The options describe a request.
pub fn refuse_without_request(supplied: &Supplied) -> Result<(), Failure> {
    match supplied.is_empty() {
        true => Ok(()),
        false => Err(Failure::usage("the options describe a request, and the input contains none")
            .hint("give the request or its URL as the input")),
    }
}

/// Sets the method. A URL counts as a GET request until its method is known.
fn put_method(request: &mut Request, known: &mut Known, supplied: &Supplied) -> Result<(), Failure> {
    let given = supplied.method.as_deref();
    if !known.method {
        let Some(method) = given.or(supplied.implied_method) else { return Ok(()) };
        known.method = true;
        return request
            .set_method(method)
            .map_err(|error| Failure::invalid(error).hint("use one word, such as GET or PUT"));
    }
    match given {
        Some(method) if method != request.method() => {
            let captured = request.method();
            let message = format!("the method of the captured request is {captured}, but the options say {method}");
            Err(contradiction(message, "the method, -X or -I"))
        }
        _ => Ok(()),
    }
}

/// Sets all values that the options have for one header name.
fn put_header(
    request: &mut Request,
    name: &str,
    known: Known,
    notes: &mut Vec<Note>,
    supplied: &Supplied,
) -> Result<(), Failure> {
    let of_name = supplied.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
    let given: Vec<&str> = of_name.map(|(_, value)| value.as_str()).collect();
    let captured: Vec<&[u8]> = request.headers.values(name).map(<[u8]>::trim_ascii).collect();
    let is_host = name.eq_ignore_ascii_case("host");
    let is_derived = is_host && (!known.headers || notes.contains(&Note::HostFromUrl));
    let is_blacked_out = captured.iter().any(|value| internal::is_blacked_out(&String::from_utf8_lossy(value)));
    if captured.is_empty() || is_derived || is_blacked_out {
        replace(&mut request.headers, name, &given)?;
        notes.retain(|note| !is_about_header(note, name));
        notes.retain(|note| !is_host || *note != Note::HostFromUrl);
        return Ok(());
    }
    let is_same = given.len() <= captured.len() && given.iter().all(|value| captured.contains(&value.as_bytes()));
    if is_same { Ok(()) } else { Err(other_value(name, &captured, &given)) }
}

/// Whether a note says that the header is unknown: redacted, cut off, or chosen by curl.
fn is_about_header(note: &Note, name: &str) -> bool {
    match note {
        Note::Redacted { what } | Note::CutOff { what } => {
            what.strip_prefix("the header ").is_some_and(|header| header.eq_ignore_ascii_case(name))
        }
        Note::HeaderNotKnown { name: header } => header.eq_ignore_ascii_case(name),
        _ => false,
    }
}

/// Replaces the first field of that name with the values, or appends them.
fn replace(headers: &mut Headers, name: &str, values: &[&str]) -> Result<(), Failure> {
    let at = headers.iter().position(|header| header.is_named(name)).unwrap_or(headers.iter().count());
    let mut all = Headers::default();
    for header in headers.iter().take(at) {
        all.push_unchecked(&header.name, header.value.clone());
    }
    values.iter().try_for_each(|value| all.push(name, *value)).map_err(Failure::invalid)?;
    for header in headers.iter().skip(at).filter(|header| !header.is_named(name)) {
        all.push_unchecked(&header.name, header.value.clone());
    }
    *headers = all;
    Ok(())
}

/// The error for a different value. Values that grant access are not quoted.
fn other_value(name: &str, captured: &[&[u8]], given: &[&str]) -> Failure {
    let is_secret = Header { name: name.to_owned(), value: Vec::new() }.is_bearer();
    let captured: Vec<_> = captured.iter().map(|value| String::from_utf8_lossy(value)).collect();
    let message = match is_secret {
        true => format!("the header {name} of the captured request has another value than -H gives"),
        false => format!(
            "the header {name} of the captured request is '{}', but -H says '{}'",
            captured.join("', '"),
            given.join("', '")
        ),
    };
    contradiction(message, &format!("the header {name}"))
}

fn put_body(request: &mut Request, body: &Body, known: Known, notes: &mut Vec<Note>) -> Result<(), Failure> {
    if !known.headers || lacks_body(request) {
        check_length(request, body)?;
        put_length(request, body, notes);
        request.body = body.clone();
        notes.retain(|note| !is_about_body(note));
        return Ok(());
    }
    if (request.body.length(), hash(&request.body)) == (body.length(), hash(body)) {
        return Ok(());
    }
    let (captured, given) = (describe(&request.body), describe(body));
    let message = format!("the captured request has {captured}, but the options give {given}");
    Err(contradiction(message, "the body"))
}

/// Whether the capture may have lost the body: it declares one, or is the head of a request that usually has one.
fn lacks_body(request: &Request) -> bool {
    let has_length = ["content-length", "transfer-encoding"].iter().any(|name| request.headers.contains(name));
    let has_none = request.body.length() == Some(0) && !has_length;
    request.body == Body::Unknown || (has_none && !matches!(request.method(), "GET" | "HEAD"))
}

/// Checks `Content-Length`, which counts what was sent, including the chunk framing of an `aws-chunked` request.
fn check_length(request: &Request, body: &Body) -> Result<(), Failure> {
    let length = |name: &str| request.headers.first_text(name)?.trim().parse::<u64>().ok();
    let (Some(expected), Some(presented)) = (length("content-length"), body.length()) else { return Ok(()) };
    if expected == presented || request.headers.contains("transfer-encoding") {
        return Ok(());
    }
    let hint = match length("x-amz-decoded-content-length") {
        Some(decoded) if decoded == presented => {
            "the request is aws-chunked: give the body as sent, with its chunk framing"
        }
        _ if presented == expected + 1 => "give the exact bytes that were sent; an editor may have added a line break",
        _ => "give the exact bytes that were sent",
    };
    let message =
        format!("the given body has {presented} bytes, but the captured request says Content-Length: {expected}");
    Err(Failure::usage(message).hint(hint))
}

/// Adds the length that curl sends, if the capture is a curl command whose body was not known.
fn put_length(request: &mut Request, body: &Body, notes: &mut Vec<Note>) {
    let name = "content-length";
    if let Some(length) = body.length().filter(|_| notes.contains(&Note::HeaderNotKnown { name })) {
        request.headers.push_unchecked(name, length.to_string());
        notes.retain(|note| !is_about_header(note, name));
    }
}

fn is_about_body(note: &Note) -> bool {
    match note {
        Note::BodyNotCaptured
        | Note::BodyLength { .. }
        | Note::BrokenChunks { .. }
        | Note::BodyFromFile { .. }
        | Note::FormBoundary => true,
        Note::DottedDump { what } => what.contains("body"),
        _ => false,
    }
}

fn hash(body: &Body) -> Option<Sha256Digest> {
    match body {
        Body::Bytes(bytes) => Some(sha256(bytes)),
        body => body.sha256(),
    }
}

fn describe(body: &Body) -> String {
    match (body.length().unwrap_or_default(), hash(body)) {
        (0, _) => "no body".to_owned(),
        (length, Some(hash)) => format!("a body of {length} bytes with SHA-256 {hash}"),
        (length, None) => format!("a body of {length} bytes"),
    }
}

fn contradiction(message: String, what: &str) -> Failure {
    Failure::usage(message).hint(format!("omit {what}, because the capture shows it, or correct the capture"))
}

/// Standard input, which can be read only once.
struct Stdin<'a> {
    inner: &'a mut (dyn Read + Send),
    is_at_end: bool,
    is_read_again: bool,
}

impl Read for Stdin<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_at_end {
            self.is_read_again = true;
            return Err(io::Error::other("standard input was read already"));
        }
        let length = self.inner.read(buffer)?;
        self.is_at_end = length == 0 && !buffer.is_empty();
        Ok(length)
    }
}

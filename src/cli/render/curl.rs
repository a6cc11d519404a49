//! A signed request as a curl command for a shell: quoted, without the secret, and sent by curl exactly as it was
//! signed.

use std::path::Path;

use crate::cli::failure::Failure;
use crate::cli::shell::{self, UnfitWord};
use crate::cli::signing::session::Session;
use sigvet_core::request::{Body, Header, Request};

/// The command, on one line.
pub fn command(session: &Session, request: &Request) -> Result<String, Failure> {
    if session.plan.is_some() {
        return Err(Failure::usage("a chunked body cannot be part of a command: each chunk has its own signature")
            .hint(AS_HTTP));
    }
    // curl keeps dot segments and literal brackets only with these options.
    let mut words = Words(vec!["curl".to_owned(), "--path-as-is".to_owned(), "--globoff".to_owned()]);
    words.push_method(request)?;
    words.push_headers(&session.url.host_header(), request, |_| true)?;
    words.push_body(session, request)?;
    words.0.push(session.url.for_request(request).to_string());
    shell::command(&words.0).map_err(|(at, unfit)| unfit_word(&words.0, at, unfit))
}

/// A command that sends a captured request to `base`, such as `http://127.0.0.1:8004`. A body that is not
/// available, or that no shell word can contain, is read from a file named `body`.
pub fn command_for_capture(request: &Request, base: &str) -> Result<String, Failure> {
    let mut words = Words(["curl", "--path-as-is", "--globoff", "--include"].map(str::to_owned).into());
    words.push_method(request)?;
    let host = base.split_once("://").map_or(base, |(_, host)| host);
    words.push_headers(host, request, |header| !is_of_connection(header))?;
    match &request.body {
        Body::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok("") => {}
            Ok(text) if shell::quote(text).is_ok() => words.push("--data-raw", text),
            _ => words.push("--data-binary", "@body"),
        },
        Body::Elsewhere { .. } | Body::Form { .. } | Body::Unknown => words.push("--data-binary", "@body"),
    }
    words.0.push(format!("{base}{}", String::from_utf8_lossy(request.target())));
    shell::command(&words.0).map_err(|(at, unfit)| unfit_word(&words.0, at, unfit))
}

/// Headers that curl sends by itself for its own connection.
fn is_of_connection(header: &Header) -> bool {
    ["content-length", "transfer-encoding", "connection", "expect", "keep-alive", "te", "upgrade", "http2-settings"]
        .iter()
        .any(|name| header.is_named(name))
}

const AS_HTTP: &str = "use 'sigvet send' to send it, or --as http to print the request with its body";

/// The words of the curl command.
struct Words(Vec<String>);

fn has_body(request: &Request) -> bool {
    request.body.length().is_some_and(|length| length > 0)
}

impl Words {
    fn push(&mut self, option: &str, value: impl Into<String>) {
        self.0.extend([option.to_owned(), value.into()]);
    }

    fn push_method(&mut self, request: &Request) -> Result<(), Failure> {
        match request.method() {
            "GET" if !has_body(request) => {}
            "HEAD" if has_body(request) => {
                return Err(Failure::usage("curl sends no body with HEAD").hint(AS_HTTP));
            }
            "HEAD" => self.0.push("--head".to_owned()),
            method => self.push("--request", method),
        }
        Ok(())
    }

    /// Adds every header except a `Host` that curl sends by itself, and removes a content type that curl would add.
    fn push_headers(
        &mut self,
        usual_host: &str,
        request: &Request,
        is_wanted: impl Fn(&Header) -> bool,
    ) -> Result<(), Failure> {
        let is_usual = |header: &Header| header.is_named("host") && header.value == usual_host.as_bytes();
        for header in request.headers.iter().filter(|header| !is_usual(header) && is_wanted(header)) {
            self.push("--header", field(header)?);
        }
        if has_body(request) && !request.headers.contains("content-type") {
            self.push("--header", "content-type:");
        }
        Ok(())
    }

    fn push_body(&mut self, session: &Session, request: &Request) -> Result<(), Failure> {
        if let Some(file) = &session.unsigned.body_file {
            let path = file.path().ok_or_else(|| beyond_words("too long"))?;
            self.push("--data-binary", format!("@{}", file_word(path)?));
            return Ok(());
        }
        let Body::Bytes(bytes) = &request.body else { return Ok(()) };
        let wants_length = matches!(request.method(), "PUT" | "POST" | "PATCH");
        match std::str::from_utf8(bytes) {
            Ok("") if wants_length && !request.headers.contains("content-type") => {
                self.push("--data-raw", "");
                self.push("--header", "content-type:");
            }
            Ok("") => {}
            Ok(text) => match shell::quote(text) {
                Ok(_) => self.push("--data-raw", text),
                Err(UnfitWord::Long) => return Err(beyond_words("too long")),
                Err(UnfitWord::Control('\0')) => return Err(beyond_words("binary")),
                Err(unfit) => {
                    return Err(
                        Failure::usage(format!("the body {unfit}, and cannot be part of a command")).hint(BODY_FILE)
                    );
                }
            },
            Err(_) => return Err(beyond_words("binary")),
        }
        Ok(())
    }
}

/// curl reads `name:` as a header to remove, and `name;` as an empty one.
fn field(header: &Header) -> Result<String, Failure> {
    let name = &header.name;
    match std::str::from_utf8(&header.value) {
        Ok(value) if value.trim().is_empty() => Ok(format!("{name};")),
        Ok(value) => Ok(format!("{name}: {value}")),
        Err(_) => {
            Err(Failure::usage(format!("the header {name} is not UTF-8, and cannot be part of a command"))
                .hint(AS_HTTP))
        }
    }
}

/// The name of a file for curl's `@`, which reads `-` as standard input.
pub(super) fn file_word(path: &Path) -> Result<String, Failure> {
    match path.to_str() {
        Some("-") => Ok("./-".to_owned()),
        Some(name) => Ok(name.to_owned()),
        None => {
            Err(Failure::usage(format!("the name of {} is not UTF-8, and cannot be part of a command", path.display()))
                .hint("rename the file, or link to it"))
        }
    }
}

/// The failure for a word that cannot be quoted for a shell. The word may be a secret, so the message names only
/// its option.
pub(super) fn unfit_word(words: &[String], at: usize, unfit: UnfitWord) -> Failure {
    let option = at.checked_sub(1).and_then(|before| words.get(before)).filter(|word| word.starts_with("--"));
    let what = match option {
        Some(option) if at + 1 < words.len() => format!("the value of curl's {option}"),
        _ => "the URL".to_owned(),
    };
    Failure::usage(format!("{what} {unfit}, and cannot be part of a command")).hint(AS_HTTP)
}

const BODY_FILE: &str =
    "use 'sigvet send' or --as http, or give the body with --data-binary @FILE and its Content-Type";

fn beyond_words(what: &str) -> Failure {
    Failure::usage(format!("the body is {what} and cannot be part of a command")).hint(BODY_FILE)
}

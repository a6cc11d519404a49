//! A signed request as a curl command for sh: quoted, without the secret, and sent by curl as it was signed.

use crate::cli::failure::Failure;
use crate::cli::signing::session::Session;
use sigvet_core::request::{Body, Request};

/// Linux takes no longer word in a command line: 32 pages.
const LONGEST_WORD: usize = 128 * 1024;

/// The command, in one line.
pub fn command(session: &Session, request: &Request) -> Result<String, Failure> {
    if session.plan.is_some() {
        return Err(Failure::usage(
            "a body in chunks cannot stand in a command line: each chunk has a signature of its own",
        )
        .hint("'sigvet send' sends it; --as http prints the request with its body"));
    }
    // curl keeps dot segments and takes brackets literally only when told to.
    let mut words = vec!["curl".to_owned(), "--path-as-is".to_owned(), "--globoff".to_owned()];
    words.extend(method_words(request));
    words.extend(header_words(session, request));
    words.extend(body_words(session, request)?);
    words.push(session.url.for_request(request).to_string());
    Ok(words.iter().map(|word| shell_words::quote(word).into_owned()).collect::<Vec<_>>().join(" "))
}

fn has_body(request: &Request) -> bool {
    request.body.length().is_some_and(|length| length > 0)
}

fn method_words(request: &Request) -> Vec<String> {
    match request.method() {
        "GET" if !has_body(request) => Vec::new(),
        "HEAD" => vec!["--head".to_owned()],
        method => vec!["--request".to_owned(), method.to_owned()],
    }
}

/// Every header but a `Host` that curl sends by itself; a content type that curl would make up is taken away.
fn header_words(session: &Session, request: &Request) -> Vec<String> {
    let usual_host = session.url.host_header();
    let is_usual = |name: &str, value: &[u8]| name.eq_ignore_ascii_case("host") && value == usual_host.as_bytes();
    let mut words = Vec::new();
    for header in request.headers.iter().filter(|header| !is_usual(&header.name, &header.value)) {
        let value = String::from_utf8_lossy(&header.value);
        let field = if value.is_empty() { format!("{};", header.name) } else { format!("{}: {value}", header.name) };
        words.extend(["--header".to_owned(), field]);
    }
    if has_body(request) && !request.headers.contains("content-type") {
        words.extend(["--header".to_owned(), "content-type:".to_owned()]);
    }
    words
}

fn body_words(session: &Session, request: &Request) -> Result<Vec<String>, Failure> {
    if let Some(file) = &session.unsigned.body_file {
        let path = file.path().ok_or_else(|| beyond_words("too long"))?;
        return Ok(vec!["--data-binary".to_owned(), format!("@{}", path.display())]);
    }
    let Body::Bytes(bytes) = &request.body else { return Ok(Vec::new()) };
    if bytes.is_empty() {
        let wants_length = matches!(request.method(), "PUT" | "POST" | "PATCH");
        let no_bytes = ["--data-raw".to_owned(), String::new(), "--header".to_owned(), "content-type:".to_owned()];
        return Ok(if wants_length && !request.headers.contains("content-type") {
            no_bytes.to_vec()
        } else {
            Vec::new()
        });
    }
    match std::str::from_utf8(bytes) {
        Ok(_) if bytes.len() >= LONGEST_WORD => Err(beyond_words("too long")),
        Ok(text) if !text.contains('\0') => Ok(vec!["--data-raw".to_owned(), text.to_owned()]),
        _ => Err(beyond_words("binary")),
    }
}

fn beyond_words(what: &str) -> Failure {
    Failure::usage(format!("the body is {what}, and cannot stand in a command line"))
        .hint("'sigvet send' sends it; or put the body into a file, and give --data-binary @FILE with its Content-Type")
}
